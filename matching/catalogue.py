"""A catalogue of solutions as arrays, so that a demand meets ten thousand of them in one stroke."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matching import standard
from matching.documents import Price, PriceModel, Provider, Solution, Standing
from matching.weights import ProviderWeights

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int8]

SCENE_AT = {scene: at for at, scene in enumerate(standard.SCENES)}
INDUSTRY_AT = {industry: at for at, industry in enumerate(standard.INDUSTRIES)}
SIZE_AT = {size: at for at, size in enumerate(standard.SIZES)}
DEPLOYMENT_AT = {deployment: at for at, deployment in enumerate(standard.DEPLOYMENTS)}
_FIXED = frozenset({PriceModel.ONE_OFF, PriceModel.ANNUAL})
_BEST_RATING = 5.0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Columns over n solutions; unknown numbers are infinite, unknown lists have their `*_known` false."""

    solutions: tuple[Solution, ...]
    levels: Levels  # (16, n)
    industries: Bools  # (4, n)
    industries_known: Bools
    is_general: Bools
    classes: dict[str, Bools]  # GB/T 4754 code -> solutions that name it
    classes_known: Bools
    sizes: Bools  # (3, n)
    sizes_known: Bools
    deployments: Bools  # (4, n)
    deployments_known: Bools
    days: Floats
    amount: Floats
    eligible: Floats  # share of the amount that may be subsidised, 0 where unknown
    fixed_cost: Floats  # the first year's, infinite where it hangs on users or machines or is unknown
    by_user: npt.NDArray[np.int_]  # rows with a price per user
    by_device: npt.NDArray[np.int_]  # rows with a price per device
    device_levels: Levels  # (16, rows with a price per device)
    cases: Bools  # (4, 16, n)
    cases_known: Bools
    has_text: Bools
    provider_known: Bools
    provider_fit: Floats
    is_candidate: Bools
    is_watched: Bools


def build(solutions: Sequence[Solution], weights: ProviderWeights) -> Catalogue:
    """The catalogue of all solutions whose provider is neither suspended nor removed, sorted by id."""
    rows = tuple(sorted((row for row in solutions if not row.is_barred), key=lambda row: row.id))
    standings = [row.provider.standing if row.provider else None for row in rows]
    levels, by_device = _levels(rows), _priced(rows, PriceModel.PER_DEVICE)
    return Catalogue(
        solutions=rows,
        levels=levels,
        industries=_flags([row.industries for row in rows], INDUSTRY_AT),
        industries_known=_known([row.industries for row in rows]),
        is_general=np.array([row.industries == () for row in rows], dtype=bool),
        classes=_classes(rows),
        classes_known=np.array([bool(row.gbt4754) for row in rows], dtype=bool),
        sizes=_flags([row.sizes for row in rows], SIZE_AT),
        sizes_known=_known([row.sizes or None for row in rows]),
        deployments=_flags([row.deployment for row in rows], DEPLOYMENT_AT),
        deployments_known=_known([row.deployment or None for row in rows]),
        days=_numbers([row.days_to_deploy for row in rows]),
        amount=_numbers([row.price.amount if row.price else None for row in rows]),
        eligible=np.array([(row.price and row.price.eligible_share) or 0.0 for row in rows], dtype=np.float64),
        fixed_cost=_numbers([_fixed(row.price) for row in rows]),
        by_user=_priced(rows, PriceModel.PER_USER),
        by_device=by_device,
        device_levels=levels[:, by_device],
        cases=_cases(rows),
        cases_known=_known([row.cases for row in rows]),
        has_text=np.array([bool((row.summary + row.description).strip()) for row in rows], dtype=bool),
        provider_known=_known(standings),
        provider_fit=_provider_fit(rows, weights),
        is_candidate=np.array([standing == Standing.CANDIDATE for standing in standings], dtype=bool),
        is_watched=np.array([standing == Standing.WATCH for standing in standings], dtype=bool),
    )


def _known(values: Sequence[Any]) -> Bools:
    return np.array([value is not None for value in values], dtype=bool)


def _numbers(values: Sequence[int | None]) -> Floats:
    return np.array([np.inf if value is None else value for value in values], dtype=np.float64)


def _fixed(price: Price | None) -> int | None:
    return price.amount if price and price.model in _FIXED else None


def _priced(rows: Sequence[Solution], model: PriceModel) -> npt.NDArray[np.int_]:
    """The rows whose price is of that model."""
    return np.array([at for at, row in enumerate(rows) if row.price and row.price.model == model], dtype=np.int_)


def _flags(values: Sequence[Sequence[str] | None], at: dict[str, int]) -> Bools:
    flags = np.zeros((len(at), len(values)), dtype=bool)
    for column, members in enumerate(values):
        for member in members or ():
            flags[at[member], column] = True
    return flags


def _levels(rows: Sequence[Solution]) -> Levels:
    levels = np.zeros((len(SCENE_AT), len(rows)), dtype=np.int8)
    for column, row in enumerate(rows):
        for scene, level in row.coverage.items():
            levels[SCENE_AT[scene], column] = level
    return levels


def _classes(rows: Sequence[Solution]) -> dict[str, Bools]:
    classes: dict[str, Bools] = {}
    for column, row in enumerate(rows):
        for code in row.gbt4754 or ():
            classes.setdefault(code, np.zeros(len(rows), dtype=bool))[column] = True
    return classes


def _cases(rows: Sequence[Solution]) -> Bools:
    cases = np.zeros((len(INDUSTRY_AT), len(SCENE_AT), len(rows)), dtype=bool)
    for column, row in enumerate(rows):
        for case in row.cases or ():
            cases[INDUSTRY_AT[case.industry], SCENE_AT[case.scene], column] = True
    return cases


def _provider_fit(rows: Sequence[Solution], weights: ProviderWeights) -> Floats:
    """Standing and ratings of a provider, 0 to 1; without ratings that half is 0, not average."""
    share = weights.standing_share
    fits = np.zeros(len(rows))
    for column, row in enumerate(rows):
        standing = weights.standing[row.provider.standing] if row.provider else 0.0
        if row.provider and standing:
            fits[column] = share * standing + (1 - share) * rating_fit(row.provider, weights)
    return fits


def rating_fit(provider: Provider, weights: ProviderWeights) -> float:
    """How good the ratings are, 0 to 1, as far as there is evidence: the mean drawn towards the worst by the count.

    A rating raises it only when it is better than what stands there already, and no other provider matters.
    """
    rated = provider.rating_count + weights.prior_count
    if not provider.rating_count or not rated:
        return 0.0
    above = provider.rating_sum - weights.worst_rating * provider.rating_count
    return min(max(above / rated / (_BEST_RATING - weights.worst_rating), 0.0), 1.0)
