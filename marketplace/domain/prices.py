"""Price reasonableness (价格合理性, 实施方案 三(七)): three-year cost, comparables by broadening, a judgement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.domain import price_figures
from marketplace.domain.price_figures import Band, Figures
from marketplace.policy import reader
from matching import standard

POLICY: Mapping[str, Any] = reader.load("prices")
ENOUGH: int = POLICY["enough"]
YEARS: int = POLICY["horizon_years"]
YEARLY = frozenset(POLICY["yearly"])
PER_UNIT = frozenset(POLICY["per_unit"])
WIDE, NARROW = "wide", "narrow"
MAINTAINED_YEARS: int = max(0, YEARS - POLICY["free_maintenance_years"])


class Choice(StrEnum):
    """Which of several plans of a comparable speaks for it: a listing with five plans does not count five times."""

    MIDDLE = "middle"  # beside a plan
    LOWEST = "lowest"  # beside the entry plan of a whole listing


@dataclass(frozen=True, slots=True)
class Plan:
    key: int | None  # None: not on the shelf yet
    name: str
    model: str
    amount: Decimal  # yuan
    maintenance_rate: Decimal | None  # a year; None is unknown, and stays so


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as far as prices need it; the first of the scenes is its main one."""

    listing: int | None
    name: str
    provider: int | None
    provider_name: str
    family: str
    scenes: tuple[tuple[str, int], ...]
    plans: tuple[Plan, ...]
    width: int = 0  # how many scenes in all, where not all of them are told here


@dataclass(frozen=True, slots=True)
class Step:
    """How wide one looks for comparables: the facts that have to be equal."""

    id: str
    label: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Price:
    offer: Offer
    plan: Plan
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class Judgement:
    """Where a price stands; without figures there were too few comparables, and no band is given."""

    offer: Offer
    plan: Plan
    choice: Choice
    yuan: Decimal
    is_complete: bool  # False: maintenance is unknown, and left out on both sides
    step: Step
    cohort: tuple[Price, ...]  # cheapest first
    found: tuple[tuple[Step, int], ...]  # how many each step has
    figures: Figures | None
    band: Band | None

    @property
    def asks_for_proof(self) -> bool:
        order = list(Band)
        return self.band is not None and order.index(self.band) >= order.index(Band(POLICY["proof_from"]))


STEPS: tuple[Step, ...] = tuple(Step(row["id"], row["label"], tuple(row["same"])) for row in POLICY["steps"])


def cost(plan: Plan, *, with_maintenance: bool) -> Decimal | None:
    """Yuan over the horizon, of one unit where the model is by unit; None when maintenance is asked for and unknown."""
    if plan.model in YEARLY:
        return plan.amount * YEARS
    if not with_maintenance:
        return plan.amount
    if plan.maintenance_rate is None:
        return None
    return plan.amount + plan.amount * plan.maintenance_rate * MAINTAINED_YEARS


def is_complete(plan: Plan) -> bool:
    return cost(plan, with_maintenance=True) is not None


def breadth(offer: Offer) -> str:
    """A suite is compared with suites: it does the work of several tools, and costs as much."""
    return WIDE if max(offer.width, len(offer.scenes)) >= POLICY["wide_from"] else NARROW


def group_of(scene: str) -> str:
    return standard.SCENES[scene].group


def keys(step: Step, offer: Offer, *, scenes: Iterable[tuple[str, int]], model: str) -> set[tuple[Any, ...]]:
    """What the step compares by, once for each of the scenes."""
    fixed = {"family": offer.family, "breadth": breadth(offer), "model": model}
    found = set()
    for scene, level in scenes:
        facts = {**fixed, "scene": scene, "group": group_of(scene), "level": level}
        found.add(tuple(facts[name] for name in step.same))
    return found


class Market:
    """The offers on the shelf, filed by what each step compares by."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self.offers = {offer.listing: offer for offer in offers}
        self._filed: dict[tuple[str, tuple[Any, ...]], list[Offer]] = defaultdict(list)
        for offer in self.offers.values():
            for model in {plan.model for plan in offer.plans}:
                for step in STEPS:
                    for key in keys(step, offer, scenes=offer.scenes, model=model):
                        self._filed[step.id, key].append(offer)

    def cohort(self, offer: Offer, plan: Plan, *, step: Step, choice: Choice = Choice.MIDDLE) -> tuple[Price, ...]:
        """One price a listing, cheapest first; never the listing itself, nor what its own provider offers."""
        complete = is_complete(plan)
        found = []
        for key in keys(step, offer, scenes=offer.scenes[:1], model=plan.model):
            for other in self._filed.get((step.id, key), ()):
                price = _speaks(other, plan.model, complete=complete, choice=choice)
                if price is not None and not is_own(offer, other):
                    found.append(price)
        return tuple(sorted(found, key=lambda price: (price.yuan, price.offer.listing or 0)))

    def judge(
        self, offer: Offer, plan: Plan, *, choice: Choice = Choice.MIDDLE, only: str | None = None
    ) -> Judgement | None:
        """The first step with enough comparables decides (or the step that is named); None without a scene."""
        if not offer.scenes:
            return None
        cohorts = {step: self.cohort(offer, plan, step=step, choice=choice) for step in STEPS}
        step = _chosen(cohorts, only)
        complete = is_complete(plan)
        yuan = cost(plan, with_maintenance=complete) or Decimal(0)
        told = (
            price_figures.figures(yuan, [price.yuan for price in cohorts[step]])
            if len(cohorts[step]) >= ENOUGH
            else None
        )
        return Judgement(
            offer=offer,
            plan=plan,
            choice=choice,
            yuan=yuan,
            is_complete=complete,
            step=step,
            cohort=cohorts[step],
            found=tuple((one, len(prices)) for one, prices in cohorts.items()),
            figures=told,
            band=price_figures.band(yuan, told) if told else None,
        )


def _chosen(cohorts: Mapping[Step, Sequence[Price]], only: str | None) -> Step:
    """As narrow as may be; where no step has enough, the one that has most is told."""
    named = [step for step in cohorts if step.id == only]
    enough = [step for step, prices in cohorts.items() if len(prices) >= ENOUGH]
    most = sorted(cohorts, key=lambda step: -len(cohorts[step]))
    return (named or enough or most)[0]


def is_own(offer: Offer, other: Offer) -> bool:
    """The listing itself, or another one of its provider (policy)."""
    if offer.listing is not None and other.listing == offer.listing:
        return True
    return bool(POLICY["excludes_same_provider"]) and offer.provider is not None and other.provider == offer.provider


def _speaks(offer: Offer, model: str, *, complete: bool, choice: Choice) -> Price | None:
    """The plan that speaks for the offer; where maintenance counts, a plan without a known rate is silent."""
    priced = [
        Price(offer, plan, yuan)
        for plan in offer.plans
        if plan.model == model and (yuan := cost(plan, with_maintenance=complete)) is not None
    ]
    priced.sort(key=lambda price: (price.yuan, price.plan.key or 0))
    if not priced:
        return None
    return priced[0] if choice == Choice.LOWEST else priced[(len(priced) - 1) // 2]
