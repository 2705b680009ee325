"""The criteria of a ranking in words: label, state, the stored fact, and points that visibly add up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_FLOOR, Decimal

from marketplace.domain import demands, wording
from marketplace.models.demands import Demand
from matching.results import Criterion
from matching.weights import Weights

SHOWN: Mapping[str, int] = demands.POLICY["shown_reasons"]
TENTH = Decimal("0.1")
KEPT = ("label", "state", "reason", "points", "source", "name")
CONDITIONS = {
    "industry": "行业",
    "size": "企业规模",
    "deployment": "部署方式",
    "deadline": "工期",
    "budget": "预算",
    "cases": "本地案例",
    "provider": "服务商",
}
PARTS = {"scene": "场景能达到的等级", "text": "与你写的情况的贴合程度", **CONDITIONS}


@dataclass(frozen=True, slots=True)
class CriterionView:
    label: str
    state: str
    reason: str
    points: Decimal
    source: str = ""
    name: str = ""  # the library's own, such as scene:1; empty in what was kept before there were sources


@dataclass(frozen=True, slots=True)
class StateGroup:
    """The criteria of one state; `shown` are those that stand beside the place before it is unfolded."""

    state: str
    label: str
    criteria: tuple[CriterionView, ...]
    shown: tuple[CriterionView, ...]


def views(criteria: Sequence[Criterion], demand: Demand) -> tuple[CriterionView, ...]:
    """With points in tenths that still add up: what rounding leaves goes to the largest remainders."""
    points = apportion([one.contribution for one in criteria])
    lines = {str(line.position): line for line in demand.lines}

    def label(name: str) -> str:
        kind, _, key = name.partition(":")
        if not key:
            return CONDITIONS[kind]
        scene = f"第{key}项{wording.SCENES[lines[key].scene]}"
        return f"{scene}的等级" if kind == "scene" else f"{scene}的内容"

    rows = zip(criteria, points, strict=True)
    return tuple(
        CriterionView(label(one.name), one.state, one.reason, part, one.source, one.name) for one, part in rows
    )


def stored(rows: Iterable[CriterionView]) -> list[dict[str, str]]:
    """As JSON keeps them."""
    return [{part: str(getattr(row, part)) for part in KEPT} for row in rows]


def restored(rows: Iterable[Mapping[str, str]]) -> tuple[CriterionView, ...]:
    """What was kept before there were sources has none."""
    return tuple(
        CriterionView(**{part: row.get(part, "") for part in KEPT} | {"points": Decimal(row["points"])})  # type: ignore[arg-type]
        for row in rows
    )


def apportion(values: Sequence[float]) -> list[Decimal]:
    """The values in tenths, adding up to their sum in tenths."""
    tenths = [Decimal(repr(value)) / TENTH for value in values]
    floors = [value.to_integral_value(ROUND_FLOOR) for value in tenths]
    spare = int(sum(tenths, Decimal(0)).to_integral_value() - sum(floors))
    largest = sorted(range(len(tenths)), key=lambda at: (floors[at] - tenths[at], at))
    for at in largest[:spare]:
        floors[at] += 1
    return [value * TENTH for value in floors]


def total(criteria: Iterable[CriterionView]) -> Decimal:
    return sum((one.points for one in criteria), Decimal("0.0"))


def grouped(criteria: Sequence[CriterionView]) -> tuple[StateGroup, ...]:
    """Grouped by state, the weightiest first."""
    groups = []
    for state, label in wording.CRITERION_STATES.items():
        members = tuple(sorted((one for one in criteria if one.state == state), key=lambda one: -one.points))
        if members:
            groups.append(StateGroup(state, label, members, members[: SHOWN[state]]))
    return tuple(groups)


def explanation(in_force: Weights) -> str:
    """How the score is made, in one line, from the weights in force."""
    shares = {part.name: getattr(in_force.points, part.name) for part in fields(in_force.points)}
    points = "、".join(f"{PARTS[name]}{value:.3g}分" for name, value in shares.items() if value)
    factor = f"{in_force.lines.essential_factor:g}"
    spread = f"前两项按各项需求的权重分摊，必须满足的按{factor}倍计"
    return f"满分100分：{points}。{spread}；资料没写的记0分，不按平均估。"
