"""Readers of solutions.json, demand.json and judgements.json, as `docs/matching.md` describes them.

Unknown keys are refused; a missing optional key means unknown. Every error is a `fields.InputError` of one line.
"""

import math
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Protocol

from matching import fields, standard
from matching.documents import (
    Case,
    Demand,
    DemandLine,
    Enterprise,
    Judgement,
    Price,
    PriceModel,
    Provider,
    Solution,
    Standing,
)

_CLASS_CODE = re.compile(r"[0-9]{3}")
_FULL_WEIGHT = 100
_WEIGHT_TOLERANCE = 1e-6
_TOP_GRADE = 3
_TOP_RATING = 5
_LONGEST_DAYS = 36_500

_SOLUTION_REQUIRED = ("id", "name", "provider_id", "summary", "description", "coverage")
_SOLUTION_OPTIONAL = (
    *("industries", "gbt4754", "sizes", "deployment", "days_to_deploy", "price", "maintenance_rate"),
    *("cases", "needs", "conflicts", "provider"),
)
_LINE_KEYS = ("id", "scene", "current_level", "target_level", "text", "weight", "essential")
_DEMAND_OPTIONAL = ("budget", "deadline_days", "deployment", "assessment_score", "scene_levels")


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def load_solutions(path: Path) -> list[Solution]:
    """Read a solutions.json."""
    return solutions(fields.load_json(path), place=path.name)


def load_demand(path: Path) -> Demand:
    """Read a demand.json."""
    return demand(fields.load_json(path), place=path.name)


def load_judgements(path: Path, known: Iterable[Solution]) -> list[Judgement]:
    """Read a judgements.json; a grade for a solution that is not in `known` is refused."""
    ids = {solution.id for solution in known}
    rows = [_judgement(value, place, ids) for value, place in fields.numbered(fields.load_json(path), path.name)]
    _check_unique([row.demand for row in rows], path.name)
    return rows


def solutions(value: object, *, place: str = "solutions") -> list[Solution]:
    """Solutions from parsed JSON."""
    rows = [solution(member, place=at) for member, at in fields.numbered(value, place)]
    _check_unique(rows, place)
    return rows


def solution(value: object, *, place: str = "solution") -> Solution:
    """One solution from parsed JSON."""
    row = fields.Record(value, place, required=_SOLUTION_REQUIRED, optional=_SOLUTION_OPTIONAL)
    return Solution(
        id=row.text("id"),
        name=row.text("name"),
        provider_id=row.text("provider_id"),
        summary=row.text("summary", may_be_blank=True),
        description=row.text("description", may_be_blank=True),
        coverage=_coverage(row),
        industries=row.optional("industries", partial(row.choices, among=standard.INDUSTRIES)),
        gbt4754=row.optional("gbt4754", partial(_class_codes, row)),
        sizes=row.optional("sizes", partial(row.choices, among=standard.SIZES)),
        deployment=row.optional("deployment", partial(row.choices, among=standard.DEPLOYMENTS)),
        days_to_deploy=row.optional("days_to_deploy", partial(row.integer, high=_LONGEST_DAYS)),
        price=row.optional("price", partial(_price, row)),
        maintenance_rate=row.optional("maintenance_rate", partial(row.number, high=1)),
        cases=row.optional("cases", partial(_cases, row)),
        needs=row.optional("needs", row.texts) or (),
        conflicts=row.optional("conflicts", row.texts) or (),
        provider=row.optional("provider", partial(_provider, row)),
    )


def demand(value: object, *, place: str = "demand") -> Demand:
    """One demand from parsed JSON."""
    row = fields.Record(value, place, required=("id", "enterprise", "lines"), optional=_DEMAND_OPTIONAL)
    lines = tuple(_line(member, at) for member, at in row.items("lines"))
    _check_unique(lines, row.at("lines"))
    total = math.fsum(line.weight for line in lines)
    if abs(total - _FULL_WEIGHT) > _WEIGHT_TOLERANCE:
        fields.refuse(row.at("lines"), f"权重之和应为 {_FULL_WEIGHT}，现为 {total:g}")
    return Demand(
        id=row.text("id"),
        enterprise=_enterprise(row.value["enterprise"], row.at("enterprise")),
        lines=lines,
        budget=row.optional("budget", row.integer),
        deadline_days=row.optional("deadline_days", partial(row.integer, high=_LONGEST_DAYS)),
        deployment=row.optional("deployment", partial(row.choices, among=standard.DEPLOYMENTS)),
        assessment_score=row.optional("assessment_score", partial(row.number, high=float(standard.FULL_POINTS))),
        scene_levels=row.optional("scene_levels", partial(_scene_levels, row)),
    )


def _check_unique(rows: Iterable[_Named], place: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            fields.refuse(place, f"编号 {fields.quote(row.id)} 重复")
        seen.add(row.id)


def _coverage(row: fields.Record) -> dict[str, int]:
    levels: dict[str, int] = {}
    for member, at in row.items("coverage"):
        part = fields.Record(member, at, required=("scene", "level"))
        scene = part.choice("scene", standard.SCENES)
        levels[scene] = max(levels.get(scene, 0), _level(part, "level"))
    return levels


def _level(row: fields.Record, key: str) -> int:
    return row.integer(key, high=standard.TOP_LEVEL)


def _class_code(value: object, place: str) -> str:
    if not isinstance(value, str) or not _CLASS_CODE.fullmatch(value):
        fields.refuse(place, f"应为三位国民经济行业代码，不是 {fields.quote(value)}")
    return value


def _class_codes(row: fields.Record, key: str) -> tuple[str, ...]:
    return tuple(_class_code(value, place) for value, place in row.items(key))


def _price(row: fields.Record, key: str) -> Price:
    part = fields.Record(row.value[key], row.at(key), required=("model", "amount"), optional=("eligible_share",))
    return Price(
        model=PriceModel(part.choice("model", standard.PRICE_MODELS)),
        amount=part.integer("amount"),
        eligible_share=part.optional("eligible_share", partial(part.number, high=1)),
    )


def _cases(row: fields.Record, key: str) -> tuple[Case, ...]:
    return tuple(_case(value, place) for value, place in row.items(key))


def _case(value: object, place: str) -> Case:
    part = fields.Record(value, place, required=("industry", "scene", "level_before", "level_after"))
    return Case(
        industry=part.choice("industry", standard.INDUSTRIES),
        scene=part.choice("scene", standard.SCENES),
        level_before=_level(part, "level_before"),
        level_after=_level(part, "level_after"),
    )


def _provider(row: fields.Record, key: str) -> Provider:
    keys = ("standing", "rating_sum", "rating_count")
    part = fields.Record(row.value[key], row.at(key), required=keys[:1], optional=keys[1:])
    count = part.optional("rating_count", part.integer) or 0
    total = part.optional("rating_sum", part.number) or 0
    if total > _TOP_RATING * count:
        fields.refuse(part.at("rating_sum"), f"{count} 个评价的总分不能超过 {_TOP_RATING * count}")
    return Provider(Standing(part.choice("standing", [*Standing])), total, count)


def _enterprise(value: object, place: str) -> Enterprise:
    row = fields.Record(value, place, required=("industry",), optional=("gbt4754", "size", "employees"))
    return Enterprise(
        industry=row.choice("industry", standard.INDUSTRIES),
        gbt4754=row.optional("gbt4754", lambda key: _class_code(row.value[key], row.at(key))),
        size=row.optional("size", partial(row.choice, among=standard.SIZES)),
        employees=row.optional("employees", row.integer),
    )


def _line(value: object, place: str) -> DemandLine:
    row = fields.Record(value, place, required=_LINE_KEYS)
    return DemandLine(
        id=row.text("id"),
        scene=row.choice("scene", standard.SCENES),
        current_level=_level(row, "current_level"),
        target_level=_level(row, "target_level"),
        text=row.text("text", may_be_blank=True),
        weight=row.number("weight", high=_FULL_WEIGHT),
        is_essential=row.boolean("essential"),
    )


def _scene_levels(row: fields.Record, key: str) -> dict[str, int]:
    part = fields.Record(row.value[key], row.at(key), required=(), optional=standard.SCENES)
    return {scene: _level(part, scene) for scene in part.value}


def _judgement(value: object, place: str, known: set[str]) -> Judgement:
    row = fields.Record(value, place, required=("demand", "grades"))
    grades = fields.Record(row.value["grades"], row.at("grades"), required=(), optional=known)
    return Judgement(
        demand=demand(row.value["demand"], place=row.at("demand")),
        grades={solution_id: grades.integer(solution_id, high=_TOP_GRADE) for solution_id in grades.value},
    )
