"""Bundles by trying every set: an independent reading of the rules over plain rows, for a handful of solutions."""

import random
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

from matching import standard
from tests.unit.matching import rows

Row = dict[str, Any]
Ids = tuple[str, ...]

RULE = {1: (20, 6, 3), 2: (40, 6, 3), 3: (60, 8, 5), 4: (80, 10, 6)}


@dataclass(frozen=True)
class Case:
    """A demand, solutions and the arguments of the command."""

    demand: Row
    solutions: list[Row]
    target: int
    rate: str | None = None
    cap: int | None = None
    max_providers: int | None = None

    @cached_property
    def present(self) -> dict[str, int]:
        lines: dict[str, int] = {line["scene"]: line["current_level"] for line in self.demand["lines"]}
        told: dict[str, int] = self.demand.get("scene_levels", {})
        return dict.fromkeys(standard.SCENES, 0) | lines | told

    @cached_property
    def sets(self) -> list["Facts"]:
        """Every set of solutions that have a price and a provider in good standing."""
        good = [one for one in self.solutions if "price" in one and _standing(one) not in ("suspended", "removed")]
        return [
            Facts(self, chosen)
            for size in range(len(good) + 1)
            for chosen in combinations(sorted(good, key=lambda one: one["id"]), size)
        ]

    def held(self, dropped: frozenset[str] = frozenset(), **limits: Any) -> list["Facts"]:
        """Sets that violate nothing but the dropped conditions, with other limits if given."""
        asked = {
            "budget": self.demand.get("budget"),
            "deadline": self.demand.get("deadline_days"),
            "providers": self.max_providers,
        }
        return [facts for facts in self.sets if facts.violated(asked | limits) <= dropped]

    def irredundant(self, **limits: Any) -> list["Facts"]:
        """Sets that hold and of which no proper part does."""
        held = self.held(**limits)
        names = [frozenset(facts.ids) for facts in held]
        return [facts for facts, mine in zip(held, names, strict=True) if not any(other < mine for other in names)]


@dataclass(frozen=True)
class Facts:
    """One set."""

    case: Case
    chosen: tuple[Row, ...]
    ids: Ids = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", tuple(one["id"] for one in self.chosen))

    @cached_property
    def levels(self) -> dict[str, int]:
        levels = dict(self.case.present)
        for one in self.chosen:
            for part in one["coverage"]:
                levels[part["scene"]] = max(levels[part["scene"]], part["level"])
        return levels

    @cached_property
    def providers(self) -> list[str]:
        return sorted({one["provider_id"] for one in self.chosen})

    @cached_property
    def price(self) -> int:
        return sum(one["price"]["amount"] for one in self.chosen)

    @cached_property
    def subsidy(self) -> int:
        if self.case.rate is None:
            return 0
        shares = [one["price"]["amount"] * Fraction(str(one["price"].get("eligible_share", 0))) for one in self.chosen]
        money = Fraction(self.case.rate) * sum(shares)
        return int(money if self.case.cap is None else min(money, Fraction(self.case.cap)))

    @cached_property
    def own_cost(self) -> int:
        return self.price - self.subsidy

    @cached_property
    def shortfall(self) -> int:
        return sum(shortfall(self.case, name) for name in self.providers)

    @property
    def key(self) -> tuple[int, int, int, int, Ids]:
        return self.own_cost, len(self.providers), self.shortfall, len(self.ids), self.ids

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Conditions without a limit in yuan, days or providers that this set does not hold."""
        case = self.case
        points, scenes, mandatory = RULE[case.target]
        reached = [standard.SCENES[scene] for scene, level in self.levels.items() if level >= case.target]
        wanted = set(case.demand.get("deployment", ()))
        fails = {
            "points": case.demand.get("assessment_score", 100) < points,
            "scenes": len(reached) < scenes,
            "mandatory": sum(scene.is_mandatory for scene in reached) < mandatory,
            "needs": any(set(one["needs"]) - set(self.ids) for one in self.chosen),
            "conflicts": any((set(one["conflicts"]) - {one["id"]}) & set(self.ids) for one in self.chosen),
            "deployment": any(wanted and not wanted & set(one.get("deployment", ())) for one in self.chosen),
        }
        lines = {
            "line:" + line["id"]: line["essential"] and self.levels[line["scene"]] < line["target_level"]
            for line in case.demand["lines"]
        }
        return frozenset(name for name, failed in (fails | lines).items() if failed)

    def violated(self, limits: Row) -> frozenset[str]:
        """Conditions that this set does not hold."""
        found = set(self.fixed)
        deadline = limits["deadline"]
        if deadline is not None and any(one.get("days_to_deploy", deadline + 1) > deadline for one in self.chosen):
            found.add("deadline")
        if limits["budget"] is not None and self.own_cost > limits["budget"]:
            found.add("budget")
        if limits["providers"] is not None and len(self.providers) > limits["providers"]:
            found.add("providers")
        return frozenset(found)


def _standing(one: Row) -> str:
    return str(one.get("provider", {}).get("standing", ""))


def shortfall(case: Case, provider: str) -> int:
    """What a provider's rating, drawn towards 3 by ten ratings, lacks to 5, in ten-thousandths."""
    told = [one["provider"] for one in case.solutions if one["provider_id"] == provider and "provider" in one]
    count, total = max(((row["rating_count"], row["rating_sum"]) for row in told), default=(0, 0))
    return round((5 - Fraction(total + 30, count + 10)) * 10_000)


def random_case(rng: random.Random) -> Case:
    """A case that is neither always possible nor always impossible."""
    target = rng.choice((1, 2, 2, 2, 3))
    scenes = list(standard.SCENES)
    wanted = RULE[target][1]
    done = rng.sample(scenes, rng.randrange(max(wanted - 4, 0), wanted + 1))
    levels = {scene: target if scene in done else rng.randrange(target) for scene in scenes}
    open_scenes = rng.sample([scene for scene in scenes if scene not in done], 5)
    count = rng.randrange(4, 8)
    solutions = [_solution(rng, at, count, open_scenes) for at in range(count)]
    records = {one["provider_id"]: _record(rng) for one in solutions}
    for one in solutions:
        one["provider"] = records[one["provider_id"]]
    lines = [
        rows.line(
            id=f"L{at}",
            scene=scene,
            current_level=levels[scene],
            target_level=rng.choice((target, target, min(target + 1, 4))),
            weight=100 / 3,
            essential=rng.random() < 0.4,
        )
        for at, scene in enumerate(rng.sample(open_scenes, 2) + rng.sample(done or scenes[:1], 1))
    ]
    optional: Row = {
        "budget": rng.choice((2, 5, 9, 14, 20)) * rng.choice((1, 1000)),
        "deadline_days": rng.choice((20, 30, 45)),
        "deployment": rng.sample(["saas", "private", "hybrid"], 2),
        "assessment_score": rng.choice((39.5, 40, 63, 90, 90, 90)),
    }
    changes = {key: value if rng.random() < 0.6 else None for key, value in optional.items()}
    levels = {scene: level for scene, level in levels.items() if rng.random() < 0.97}
    rate = rng.choice((None, "0", "0.3", "0.5", "0.333", "1"))
    return Case(
        demand=rows.demand(lines=lines, scene_levels=levels, **changes),
        solutions=solutions,
        target=target,
        rate=rate,
        cap=rng.choice((None, 0, 3, 2500, 6000)) if rate else None,
        max_providers=rng.choice((None, None, 1, 2, 3)),
    )


def _record(rng: random.Random) -> Row:
    count = rng.choice((0, 5, 30))
    standing = rng.choice(("listed", "listed", "listed", "listed", "listed", "listed", "watch", "suspended"))
    return {"standing": standing, "rating_count": count, "rating_sum": count * rng.choice((3, 4, 5))}


def _solution(rng: random.Random, at: int, count: int, scenes: list[str]) -> Row:
    unit = rng.choice((1, 1000))
    price: Row = {"model": "one_off", "amount": rng.choice((0, 1, 2, 3, 3, 4, 5, 7)) * unit}
    if rng.random() < 0.8:
        price["eligible_share"] = rng.choice((0, 0.35, 0.5, 0.8, 1))
    covered = rng.sample(scenes, rng.choice((1, 1, 2, 3)))
    ids = [f"S{other}" for other in range(count + 1)]
    facts: Row = {
        "deployment": rng.sample(["saas", "private", "hybrid"], 2),
        "days_to_deploy": rng.choice((10, 20, 30, 40, 50)),
        "price": price,
    }
    return rows.solution(
        id=f"S{at}",
        provider_id=f"P{rng.randrange(4)}",
        coverage=[{"scene": scene, "level": rng.choice((1, 2, 3, 3, 4))} for scene in covered],
        needs=[rng.choice(ids)] if rng.random() < 0.15 else [],
        conflicts=[rng.choice(ids)] if rng.random() < 0.15 else [],
        **{key: value if rng.random() < 0.95 else None for key, value in facts.items()},
    )
