"""Changed terms bring exactly those whom a reading of every row and every combination brings."""

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from benchmarks import catalogue
from matching import counterfactuals, lexicon, quantities, reading, weights
from matching.counterfactuals import Kind
from matching.documents import Demand, PriceModel, Solution
from matching.ranking import Ranker
from matching.subsidies import SubsidyRule
from tests.unit.matching import rows

RULE = SubsidyRule(Decimal("0.4"), 20_000)
WORDS = dataclasses.replace(lexicon.default(), speech=())


def shelf(seed: int, count: int = 45) -> list[Solution]:
    """A shelf where providers hold several solutions, some of them at odds with each other."""
    found = []
    for at, row in enumerate(reading.solutions(catalogue.generate(count, seed=seed))):
        conflicts = (f"G{at - 7:05d}",) if at % 9 == 8 else ()
        found.append(dataclasses.replace(row, provider_id=f"V{at % 7}", conflicts=conflicts))
    return found


def ranker(solutions: Sequence[Solution], rule: SubsidyRule | None = RULE) -> Ranker:
    return Ranker(weights.default(), WORDS, rule).fit(solutions)


def price(solution: Solution, demand: Demand) -> int | None:
    """The first year's price, read anew."""
    if solution.price is None:
        return None
    factor: int | None = 1
    if solution.price.model == PriceModel.PER_USER:
        factor = demand.enterprise.employees
    if solution.price.model == PriceModel.PER_DEVICE:
        told = [quantities.machines(line.text) for line in demand.lines if line.scene in solution.coverage]
        factor = min((count for count in told if count is not None), default=None)
    return None if factor is None else solution.price.amount * factor


def holds(chosen: Sequence[Solution], demand: Demand) -> bool:
    """Whether the chosen together meet everything that is asked."""
    asked = [line for line in demand.lines if line.is_essential] or demand.lines
    covered = all(any(one.coverage.get(line.scene, 0) >= line.target_level for one in chosen) for line in asked)
    ids = {one.id for one in chosen}
    return (
        covered
        and not any(ids.intersection(one.conflicts) for one in chosen)
        and all(in_time(one, demand) for one in chosen)
        and affordable(chosen, demand)
    )


def in_time(one: Solution, demand: Demand) -> bool:
    days = demand.deadline_days is None or (
        one.days_to_deploy is not None and one.days_to_deploy <= demand.deadline_days
    )
    return days and (not demand.deployment or bool(set(one.deployment or ()) & set(demand.deployment)))


def affordable(chosen: Sequence[Solution], demand: Demand) -> bool:
    if demand.budget is None:
        return True
    total, eligible = 0, Fraction(0)
    for one in chosen:
        asked = price(one, demand)
        if asked is None:
            return False
        assert one.price is not None
        total += asked
        eligible += asked * Fraction(str(one.price.eligible_share or 0))
    return total - RULE.amount(eligible) <= demand.budget


def brute(solutions: Sequence[Solution], demand: Demand) -> tuple[set[str], set[str]]:
    """Who meets everything: single solutions, and providers by any of their combinations of up to four."""
    listed = [row for row in solutions if not row.is_barred]
    by_provider: dict[str, list[Solution]] = defaultdict(list)
    for row in listed:
        by_provider[row.provider_id].append(row)
    together = {
        provider
        for provider, mine in by_provider.items()
        if any(holds(some, demand) for count in range(1, 5) for some in itertools.combinations(mine, count))
    }
    return {row.id for row in listed if holds([row], demand)}, together


def demands(seed: int) -> list[Demand]:
    """Demands of one to three lines with low targets, so that something can be reached."""
    found = []
    for row in catalogue.demands(22, seed=seed):
        if len(row["lines"]) > 3:
            continue
        for line in row["lines"]:
            line["target_level"] = min(line["target_level"], 2)
        row["budget"] = row["budget"] // 25
        found.append(reading.demand(row))
    return found


CASES = [(seed, demand) for seed in (31, 32) for demand in demands(seed)]


@pytest.mark.parametrize(("seed", "demand"), CASES, ids=lambda case: case if isinstance(case, int) else case.id)
def test_gains_are_those_of_reading_every_row(seed: int, demand: Demand) -> None:
    solutions = shelf(seed)
    alone, together = brute(solutions, demand)
    for one in counterfactuals.find(ranker(solutions), demand):
        after, after_together = brute(solutions, one.change.demand)
        assert set(one.solutions) == after - alone
        assert set(one.providers) == after_together - together
        assert (one.before, one.after) == (len(alone), len(after))
        assert one.is_first == (not alone and not together)


def test_the_cases_bring_changes_of_every_kind() -> None:
    fitted = {seed: ranker(shelf(seed)) for seed, _ in CASES}
    found = [one.kind for seed, demand in CASES for one in counterfactuals.find(fitted[seed], demand)]
    assert set(found) == set(Kind)


@pytest.mark.parametrize(("seed", "demand"), CASES[:20], ids=lambda case: case if isinstance(case, int) else case.id)
def test_a_raise_is_the_least_that_brings_anybody(seed: int, demand: Demand) -> None:
    fitted = ranker(shelf(seed))
    steps = {Kind.BUDGET: ("budget", 10_000), Kind.DEADLINE: ("deadline_days", 15)}
    for one in counterfactuals.find(fitted, demand, limit=20):
        if one.kind in steps:
            field, unit = steps[one.kind]
            less = dataclasses.replace(demand, **{field: getattr(one.change.demand, field) - unit})
            alone, together = brute(shelf(seed), less)
            before, before_together = brute(shelf(seed), demand)
            assert alone == before or together == before_together


@pytest.mark.parametrize(("seed", "demand"), CASES[:20], ids=lambda case: case if isinstance(case, int) else case.id)
def test_at_most_as_many_as_asked_and_the_most_useful_first(seed: int, demand: Demand) -> None:
    fitted = ranker(shelf(seed))
    everything = counterfactuals.find(fitted, demand, limit=50)
    assert counterfactuals.find(fitted, demand) == everything[:5]
    assert counterfactuals.find(fitted, demand, limit=0) == ()
    gains = [(-len(one.solutions), -len(one.providers)) for one in everything]
    assert gains == sorted(gains)
    assert all(one.solutions or one.providers for one in everything)


def near_miss(**changes: object) -> Solution:
    return reading.solution(rows.solution(**changes))


def only(demand: Demand, *solutions: Solution) -> list[str]:
    return [one.sentence for one in counterfactuals.find(ranker(solutions, rule=None), demand)]


def test_the_sentence_says_what_is_given_up_and_what_comes_of_it() -> None:
    demand = reading.demand(rows.demand())
    assert only(demand, near_miss(days_to_deploy=50)) == ["期限放宽30天，首次有1个产品满足全部要求"]
    assert only(demand, near_miss(price={"model": "annual", "amount": 35_000})) == [
        "预算加2万元，首次有1个产品满足全部要求"
    ]
    three = [near_miss(id=f"S{at}", provider_id=f"P{at}", deployment=["private"]) for at in range(2, 5)]
    assert only(demand, near_miss(), *three) == ["除云端订阅外也接受本地部署，多3个产品可选，多3家服务商能全部满足"]
    two = dataclasses.replace(
        demand, lines=(demand.lines[0], dataclasses.replace(demand.lines[0], id="L2", scene="quality"))
    )
    assert only(two, near_miss()) == ["“质量管理”这一项这次先不做，首次有1个产品满足全部要求"]


def test_who_has_everything_already_is_offered_no_change() -> None:
    assert only(reading.demand(rows.demand()), near_miss()) == []
    assert only(reading.demand(rows.demand())) == []
