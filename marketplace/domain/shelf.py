"""How a listing is filed on the shelf: first-year price, bands, scene-level pairs, subsidy. Thresholds are policy."""

from collections.abc import Iterable, Mapping
from typing import Any

from marketplace.models.providers import Standing
from marketplace.models.solutions import PricePlan, Solution, SolutionStatus
from marketplace.policy import reader
from matching import standard

SHELF: Mapping[str, Any] = reader.load("shelf")
ELIGIBLE = frozenset(reader.load("subsidy")["eligible"])
HIDDEN_STANDINGS = frozenset({Standing.SUSPENDED, Standing.REMOVED})


def is_on_shelf(solution: Solution) -> bool:
    """Listed, and its provider neither suspended nor removed (实施方案 三(二): 滚动管理和动态调整)."""
    return solution.status == SolutionStatus.LISTED and solution.provider.standing not in HIDDEN_STANDINGS


def entry_plan(plans: Iterable[PricePlan]) -> PricePlan | None:
    """The plan that the card shows: the lowest amount."""
    return min(plans, key=lambda plan: (plan.amount, plan.id or 0), default=None)


def entry_price(solution: Solution) -> int | None:
    """Yuan of the cheapest plan in its own unit; None when the provider states no price (面议)."""
    plan = entry_plan(solution.price_plans)
    return plan.amount if plan else None


def band(value: int | None, *, bands: str) -> str | None:
    """The id of the band that holds the value; None for an unknown value, which is in no band."""
    if value is None:
        return None
    return next(str(row["id"]) for row in SHELF[bands] if "below" not in row or value < row["below"])


def city_stages(scenes: Iterable[str]) -> tuple[str, ...]:
    """The links of the city's plan (实施方案 三(四)) that the scenes belong to."""
    wanted = set(scenes)
    return tuple(str(row["id"]) for row in SHELF["city_stages"] if wanted & set(row["scenes"]))


def reached_levels(level: int) -> tuple[str, ...]:
    """A listing that brings a scene to level 3 also serves who wants 2: levels are closed downwards."""
    return tuple(str(one) for one in range(1, level + 1))


def industries(solution: Solution) -> tuple[str, ...]:
    """General-purpose listings stand on every industry's shelf; unknown ones on none."""
    if solution.industries is None:
        return ()
    return tuple(solution.industries) or tuple(standard.INDUSTRIES)


def has_local_case(solution: Solution) -> bool:
    """「一产品一样板」: an accepted case at an enterprise of the city's registry."""
    return any(case.enterprise_id is not None for case in solution.cases)


def is_subsidy_eligible(solution: Solution) -> bool:
    """At least one plan is of a kind that the fund rules (第九条(一)) name."""
    return any(plan.subsidy_category in ELIGIBLE for plan in solution.price_plans)


def facet_values(solution: Solution) -> dict[str, tuple[str, ...]]:
    """All values by facet, as the search document and the facet rows carry them."""
    scenes = [row.scene for row in solution.coverage]
    pairs = [(row.scene, level) for row in solution.coverage for level in reached_levels(row.level)]
    days = band(solution.days_to_deploy, bands="days_bands")
    price = band(entry_price(solution), bands="price_bands")
    return {
        "industry": industries(solution),
        "gbt4754": tuple(solution.gbt4754),
        "stage": tuple(sorted({standard.SCENES[scene].group for scene in scenes})),
        "scene": tuple(scenes),
        "level": tuple(sorted({level for _, level in pairs})),
        "scene_level": tuple(f"{scene}:{level}" for scene, level in pairs),
        "city_stage": city_stages(scenes),
        "deployment": tuple(solution.deployments or ()),
        "price_band": (price,) if price else (),
        "days_band": (days,) if days else (),
        "size": tuple(solution.sizes or ()),
        "provider_kind": (str(solution.provider.kind),),
        "standing": (str(solution.provider.standing),),
        "has_case": ("yes",) if has_local_case(solution) else (),
        "subsidy": ("yes",) if is_subsidy_eligible(solution) else (),
    }


def rating(rating_sum: int, rating_count: int) -> float | None:
    """Bayesian mean on the scale 1-5; None below the minimum sample, where no number is shown."""
    if rating_count < SHELF["rating_min_sample"]:
        return None
    weight, mean = SHELF["rating_prior_weight"], SHELF["rating_prior_mean"]
    return float((weight * mean + rating_sum) / (weight + rating_count))
