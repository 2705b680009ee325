"""391 enterprises in the four pilot industries, spread over ten counties and parks."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import cycle
from random import Random
from typing import Any

from marketplace.domain import credit_codes, sizes
from marketplace.models.accounts import OrganisationKind, Role
from marketplace.models.enterprises import Enterprise, Progress, Specialisation
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

COUNT = 391
REGION = "519900"  # belongs to no place
COUNTY_SHARES = {
    "fucheng": 14, "youlan": 12, "anchang": 10, "jiangyou": 14, "santai": 9,
    "yanting": 5, "zitong": 5, "high_tech": 15, "economic": 10, "science_city": 6,
}  # fmt: skip
INDUSTRY_SHARES = {
    "electronic_components": 30, "advanced_metals": 21, "advanced_equipment": 29, "modern_food": 20,
}  # fmt: skip
PROGRESS_SHARES = {
    Progress.COMPLETED: 41, Progress.TRANSFORMING: 31, Progress.DIAGNOSED: 19, Progress.REGISTERED: 9,
}  # fmt: skip
SPECIALISATION_SHARES = {
    Specialisation.NONE: 56, Specialisation.INNOVATIVE: 20, Specialisation.SPECIALISED: 20,
    Specialisation.LITTLE_GIANT: 4,
}  # fmt: skip
LEVELS_AFTER = (2, 2, 2, 2, 2, 2, 3, 3, 3, 4)
LEVELS_BEFORE = (0, 1, 1, 1, 1, 2)
SAMPLE_EVERY = 6  # of the accepted ones
EMPLOYEES = {"micro": (8, 19), "small": (22, 240), "medium": (300, 860)}
REVENUE_A_HEAD = (420_000, 1_150_000)
ABOVE_SCALE = 20_000_000  # 规上: 年主营业务收入


def add(registry: Registry) -> list[Enterprise]:
    """The first ones are the owners of the demand checklists, so that their facts agree with their words."""
    roll = content.dice("企业")
    names = _names(roll)
    owners: list[Mapping[str, Any]] = list(content.read("demands")["demands"])
    rows = []
    for number in range(COUNT):
        given = owners[number] if number < len(owners) else _invented(roll)
        rows.append(_add_one(registry, roll, number=number, given=given, names=names))
    return rows


def _add_one(
    registry: Registry, roll: Random, *, number: int, given: Mapping[str, Any], names: "NameMaker"
) -> Enterprise:
    name, products = names.make(str(given["gbt4754"]))
    code = credit_codes.make(category="91", region=REGION, first_eight=f"MA{number:06d}")
    county = _weighted(roll, COUNTY_SHARES)
    organisation = registry.organisation(OrganisationKind.ENTERPRISE, name=name, credit_code=code, county=county)
    employees = int(given["employees"])
    revenue = employees * roll.randrange(*REVENUE_A_HEAD, 10_000)
    score = given.get("assessment_score")
    enterprise = Enterprise(
        organisation=organisation,
        industry=given["industry"],
        gbt4754=given["gbt4754"],
        size=sizes.classify(employees=employees, revenue=revenue),
        employees=employees,
        revenue=revenue,
        main_products=products,
        is_above_scale=revenue >= ABOVE_SCALE,
        specialisation=_weighted(roll, SPECIALISATION_SHARES),
        assessment_score=Decimal(str(score)) if score is not None else None,
        **_progress(roll, number),
    )
    registry.session.add(enterprise)
    registry.seat(organisation, role=Role.ENTERPRISE, login=_login(number), person=f"企业经办{number + 1:03d}(演示)")
    return enterprise


def _login(number: int) -> str:
    return "enterprise" if number == 0 else f"enterprise{number + 1:03d}"


def _progress(roll: Random, number: int) -> dict[str, Any]:
    progress = Progress.DIAGNOSED if number == 0 else _weighted(roll, PROGRESS_SHARES)
    is_completed = progress == Progress.COMPLETED
    level = {Progress.COMPLETED: LEVELS_AFTER, Progress.REGISTERED: (None,)}.get(progress, LEVELS_BEFORE)
    completed_on: date | None = content.days_ago(roll.randrange(12, 330)) if is_completed else None
    return {
        "progress": progress,
        "completed_on": completed_on,
        "overall_level": roll.choice(level),
        "is_sample": is_completed and roll.randrange(SAMPLE_EVERY) == 0,
    }


def _invented(roll: Random) -> dict[str, Any]:
    industry = _weighted(roll, INDUSTRY_SHARES)
    size = _weighted(roll, {"micro": 14, "small": 68, "medium": 18})
    codes = [code for code, trade in _trades().items() if trade["industry"] == industry]
    return {
        "industry": industry,
        "gbt4754": roll.choice(sorted(codes)),
        "employees": roll.randint(*EMPLOYEES[size]),
    }


def _weighted(roll: Random, shares: Mapping[Any, int]) -> Any:
    return roll.choices(list(shares), weights=list(shares.values()))[0]


class NameMaker:
    """Company names from a rare prefix and the words of the trade; no name twice."""

    def __init__(self, roll: Random, *, prefixes: Sequence[str]) -> None:
        self.roll = roll
        self.prefixes = cycle(roll.sample(list(prefixes), len(prefixes)))
        self.used: set[str] = set()

    def make(self, gbt4754: str) -> tuple[str, str]:
        trade = _trades()[gbt4754]
        forms = trade.get("forms") or content.read("enterprise_names")["forms"]
        while True:
            words = (next(self.prefixes), self.roll.choice(trade["trades"]), self.roll.choice(forms))
            name = "安澜" + "".join(words) + "(演示)"
            if name not in self.used:
                self.used.add(name)
                return name, "、".join(self.roll.sample(trade["products"], min(3, len(trade["products"]))))


@cache
def _trades() -> dict[str, Any]:
    """Trade words and products by three-digit class."""
    return {row["gbt4754"]: row for row in content.read("enterprise_names")["classes"]}


def _names(roll: Random) -> NameMaker:
    return NameMaker(roll, prefixes=content.read("enterprise_names")["prefixes"])
