"""A consortium is the smallest that covers, as trying every set of providers shows."""

import dataclasses
import functools
import itertools
import random

import pytest

from benchmarks import catalogue
from matching import consortia, reading, weights
from matching.documents import Demand, Solution
from tests.unit.matching import rows

WAY = weights.default().provider


@functools.cache
def shelf(seed: int) -> list[Solution]:
    """Solutions of eight providers that cover a scene or two each."""
    found = reading.solutions(catalogue.generate(26, seed=seed))
    return [dataclasses.replace(row, provider_id=f"V{at % 8}") for at, row in enumerate(found)]


@functools.cache
def demand(seed: int) -> Demand:
    """A demand of several lines with reachable targets; half of them with a deadline and deployment."""
    wanted = next(row for row in catalogue.demands(60, seed=seed) if len(row["lines"]) >= 3)
    for line in wanted["lines"]:
        line["target_level"] = min(line["target_level"], 2)
    if seed % 2:
        del wanted["deadline_days"], wanted["deployment"]
    return reading.demand(wanted)


def able(solutions: list[Solution], asked: Demand) -> dict[str, set[str]]:
    """Lines by provider, read anew."""
    lines: dict[str, set[str]] = {}
    for row in solutions:
        if row.is_barred:
            continue
        late = asked.deadline_days is not None and (row.days_to_deploy or 10**9) > asked.deadline_days
        if late or (asked.deployment and not set(row.deployment or ()) & set(asked.deployment)):
            continue
        for line in asked.lines:
            if row.coverage.get(line.scene, 0) >= line.target_level:
                lines.setdefault(row.provider_id, set()).add(line.id)
    return lines


@pytest.mark.parametrize("seed", range(25))
def test_no_smaller_set_covers_what_can_be_covered(seed: int) -> None:
    solutions, asked = shelf(seed), demand(seed)
    lines = able(solutions, asked)
    coverable = set[str]().union(*lines.values())
    found = consortia.compose(asked, solutions, weights=WAY)
    assert set(found.uncovered) == {line.id for line in asked.lines} - coverable
    smallest = next(
        count
        for count in range(len(lines) + 1)
        if any(
            set[str]().union(*(lines[one] for one in some)) >= coverable
            for some in itertools.combinations(lines, count)
        )
    )
    assert len(found.members) == smallest
    assert sorted(line for member in found.members for line in member.lines) == sorted(coverable)
    for member in found.members:
        assert member.lines
        assert set(member.lines) <= lines[member.provider]


def test_the_shelf_needs_consortia_of_several() -> None:
    sizes = {len(consortia.compose(demand(seed), shelf(seed), weights=WAY).members) for seed in range(25)}
    assert {1, 2, 3} <= sizes


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_input_does_not_matter(seed: int) -> None:
    mixed = list(shelf(seed))
    random.Random(seed).shuffle(mixed)
    assert consortia.compose(demand(seed), mixed, weights=WAY) == consortia.compose(
        demand(seed), shelf(seed), weights=WAY
    )


def test_the_split_adds_up() -> None:
    for seed in range(25):
        members = consortia.compose(demand(seed), shelf(seed), weights=WAY).members
        if members:
            assert sum(member.weight for member in members) == pytest.approx(100, abs=0.05)
        shares = [member.price_share for member in members]
        assert None in shares or not shares or sum(share or 0 for share in shares) == 100


TWO_LINES = [rows.line(weight=70), rows.line(id="L2", scene="quality", weight=30, text="质检记录翻不到")]


def quality(**changes: object) -> Solution:
    row = {"id": "S2", "provider_id": "P2", "coverage": [{"scene": "quality", "level": 2}]} | changes
    return reading.solution(rows.solution(**row))


def test_the_lead_covers_the_most_weight_and_price_is_split() -> None:
    asked = reading.demand(rows.demand(lines=TWO_LINES))
    dear = quality(price={"model": "annual", "amount": 36_000})
    found = consortia.compose(asked, [dear, reading.solution(rows.solution())], weights=WAY)
    assert found.lead == "P1"
    assert [(one.provider, one.lines, one.weight, one.price, one.price_share) for one in found.members] == [
        ("P1", ("L1",), 70, 12_000, 25),
        ("P2", ("L2",), 30, 36_000, 75),
    ]


def test_among_equal_sets_standing_and_then_rating_decide() -> None:
    asked = reading.demand(rows.demand(lines=TWO_LINES))
    one = reading.solution(rows.solution())
    usual = quality(provider={"standing": "listed"})
    better = quality(id="S3", provider_id="P3", provider={"standing": "recommended"})
    rated = quality(
        id="S4", provider_id="P4", provider={"standing": "recommended", "rating_sum": 50, "rating_count": 10}
    )
    chosen = [
        consortia.compose(asked, [one, *others], weights=WAY).members[1].provider
        for others in ([usual, better], [usual, better, rated])
    ]
    assert chosen == ["P3", "P4"]


def test_equal_weight_is_led_by_the_better_standing() -> None:
    halves = [dict(line, weight=50) for line in TWO_LINES]
    asked = reading.demand(rows.demand(lines=halves))
    both = [reading.solution(rows.solution()), quality(provider={"standing": "recommended"})]
    assert consortia.compose(asked, both, weights=WAY).lead == "P2"


def test_an_unknown_price_leaves_the_split_of_prices_open() -> None:
    asked = reading.demand(rows.demand(lines=TWO_LINES))
    found = consortia.compose(asked, [reading.solution(rows.solution()), quality(price=None)], weights=WAY)
    assert [(one.price, one.price_share) for one in found.members] == [(12_000, None), (None, None)]


def test_nobody_able_leaves_every_line_uncovered() -> None:
    found = consortia.compose(reading.demand(rows.demand(lines=TWO_LINES)), [], weights=WAY)
    assert (found.members, found.uncovered, found.lead) == ((), ("L1", "L2"), None)


def test_only_essential_lines_can_be_asked_for() -> None:
    lines = [TWO_LINES[0], dict(TWO_LINES[1], essential=False)]
    asked = reading.demand(rows.demand(lines=lines))
    both = [reading.solution(rows.solution()), quality()]
    assert len(consortia.compose(asked, both, weights=WAY, essential_only=True).members) == 1
