"""A true favourable fact never harms, leaving a fact out never pays, stuffing is worth nothing."""

import dataclasses
import itertools
import math
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import catalogue
from matching import lexicon, reading, standard, weights
from matching.documents import Case, Demand, Price, Provider, Solution, Standing
from matching.ranking import Ranker
from matching.results import Criterion
from matching.subsidies import SubsidyRule
from tests.unit.matching import rows

RIVALS = [
    dataclasses.replace(row, id=f"R{row.id}", provider_id=f"R{row.provider_id}")
    for row in reading.solutions(catalogue.generate(12, seed=21))
]
LISTINGS = reading.solutions(catalogue.generate(60, seed=22))
DEMANDS = [reading.demand(row) for row in catalogue.demands(25, seed=23)]
LEXICON = dataclasses.replace(lexicon.default(), speech=())  # a ranker is fitted for every example: spare it 160 texts
RULE = SubsidyRule(Decimal("0.4"), 300_000)
GOOD_RATING = 5
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

listings = st.sampled_from([row for row in LISTINGS if not row.is_barred])
demands = st.sampled_from(DEMANDS)


def standing(solution: Solution, demand: Demand, *, rule: SubsidyRule | None = RULE) -> tuple[float, int]:
    """Score and place of a listing among its rivals."""
    ranking = Ranker(weights.default(), LEXICON, rule).fit([solution, *RIVALS]).rank(demand)
    found = next((at, row) for at, row in enumerate(ranking.results) if row.solution == solution.id)
    return found[1].score, found[0]


def criteria(solution: Solution, demand: Demand) -> dict[str, Criterion]:
    ranking = Ranker(weights.default(), LEXICON, RULE).fit([solution, *RIVALS]).rank(demand)
    found = next(row for row in ranking.results if row.solution == solution.id)
    return {criterion.name: criterion for criterion in found.criteria}


def with_case(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    scene = rng.choice(demand.lines).scene
    case = Case(demand.enterprise.industry, scene, 0, 2)
    return dataclasses.replace(solution, cases=(*(solution.cases or ()), case))


def with_industry(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    industries = dict.fromkeys((*(solution.industries or ()), demand.enterprise.industry))
    return dataclasses.replace(solution, industries=tuple(industries))


def with_class(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    return dataclasses.replace(solution, gbt4754=(*(solution.gbt4754 or ()), demand.enterprise.gbt4754 or "398"))


def with_standing(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    order = [Standing.WATCH, Standing.CANDIDATE, Standing.LISTED, Standing.RECOMMENDED]
    known = solution.provider or Provider(Standing.WATCH)
    better = order[min(order.index(known.standing) + 1, len(order) - 1)]
    return dataclasses.replace(solution, provider=dataclasses.replace(known, standing=better))


def with_good_rating(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    known = solution.provider or Provider(Standing.CANDIDATE)
    more = rng.randint(1, 30)
    rated = dataclasses.replace(
        known, rating_sum=known.rating_sum + GOOD_RATING * more, rating_count=known.rating_count + more
    )
    return dataclasses.replace(solution, provider=rated)


def with_days(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    days = rng.randint(0, 200 if solution.days_to_deploy is None else solution.days_to_deploy)
    return dataclasses.replace(solution, days_to_deploy=days)


def with_coverage(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    scene = rng.choice(demand.lines).scene
    level = rng.randint(max(solution.coverage.get(scene, 0), 1), 4)
    return dataclasses.replace(solution, coverage={**solution.coverage, scene: level})


def with_price(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    price = solution.price or reading.solution(rows.solution()).price
    assert price is not None
    return dataclasses.replace(solution, price=dataclasses.replace(price, amount=rng.randint(0, price.amount)))


def with_eligible_share(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    if solution.price is None:
        return solution
    share = rng.uniform(solution.price.eligible_share or 0, 1)
    return dataclasses.replace(solution, price=dataclasses.replace(solution.price, eligible_share=share))


def with_size(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    return dataclasses.replace(solution, sizes=(*(solution.sizes or ()), demand.enterprise.size or "small"))


def with_deployment(solution: Solution, demand: Demand, rng: random.Random) -> Solution:
    return dataclasses.replace(solution, deployment=(*(solution.deployment or ()), *(demand.deployment or ())))


FAVOURS: list[Callable[[Solution, Demand, random.Random], Solution]] = [
    with_case,
    with_industry,
    with_class,
    with_standing,
    with_good_rating,
    with_days,
    with_coverage,
    with_price,
    with_eligible_share,
    with_size,
    with_deployment,
]


@EXAMPLES
@given(listings, demands, st.lists(st.sampled_from(FAVOURS), min_size=1, max_size=4), st.integers(0, 10**6))
def test_a_true_favourable_fact_never_lowers_score_or_place(
    solution: Solution, demand: Demand, favours: list[Callable[..., Solution]], seed: int
) -> None:
    better, rng = solution, random.Random(seed)
    for favour in favours:
        better = favour(better, demand, rng)
    (before, place_before), (after, place_after) = standing(solution, demand), standing(better, demand)
    assert after >= before
    assert place_after <= place_before


@pytest.mark.parametrize("favour", FAVOURS, ids=lambda favour: favour.__name__)
def test_every_favour_is_worth_something_to_somebody(favour: Callable[..., Solution]) -> None:
    """So that the property above is not about facts that nobody looks at."""
    rng = random.Random(5)
    demand = reading.demand(rows.demand(lines=[rows.line(scene="quality")], budget=9_000, deadline_days=10))
    poor = reading.solution(
        rows.solution(
            industries=["advanced_metals"],
            gbt4754=None,
            sizes=["medium"],
            deployment=["private"],
            cases=[],
            provider={"standing": "candidate"},
            price={"model": "annual", "amount": 17_900, "eligible_share": 0.1},
        )
    )
    if favour is with_class:
        poor = dataclasses.replace(poor, industries=("modern_food",))
    assert standing(favour(poor, demand, rng), demand)[0] > standing(poor, demand)[0]


DELETABLE = {
    "industries": "industry",
    "sizes": "size",
    "deployment": "deployment",
    "days_to_deploy": "deadline",
    "price": "budget",
    "cases": "cases",
    "provider": "provider",
}


def without(solution: Solution, fact: str) -> Solution:
    nothing: dict[str, Any] = {fact: None}
    return dataclasses.replace(solution, **nothing)


@EXAMPLES
@given(listings, demands, st.sampled_from(sorted(DELETABLE)))
def test_a_deleted_fact_is_unknown_and_never_pays(solution: Solution, demand: Demand, fact: str) -> None:
    poorer = without(solution, fact)
    (before, place_before), (after, place_after) = standing(solution, demand), standing(poorer, demand)
    assert after <= before
    assert place_after >= place_before
    part = criteria(poorer, demand)[DELETABLE[fact]]
    assert (part.state, part.contribution) == ("unknown", 0)


@EXAMPLES
@given(listings, demands, st.sampled_from(["gbt4754", "eligible_share", "ratings", "a scene", "maintenance_rate"]))
def test_leaving_a_part_of_a_fact_out_never_pays(solution: Solution, demand: Demand, part: str) -> None:
    first = next(iter(solution.coverage), None)
    poorer = {
        "gbt4754": lambda: dataclasses.replace(solution, gbt4754=None),
        "eligible_share": lambda: dataclasses.replace(solution, price=_bare(solution.price)),
        "ratings": lambda: dataclasses.replace(solution, provider=_unrated(solution.provider)),
        "a scene": lambda: dataclasses.replace(
            solution, coverage={scene: level for scene, level in solution.coverage.items() if scene != first}
        ),
        "maintenance_rate": lambda: dataclasses.replace(solution, maintenance_rate=None),
    }[part]()
    (before, place_before), (after, place_after) = standing(solution, demand), standing(poorer, demand)
    assert after <= before
    assert place_after >= place_before


def _bare(price: Price | None) -> Price | None:
    return price and dataclasses.replace(price, eligible_share=None)


def _unrated(provider: Provider | None) -> Provider | None:
    return provider and dataclasses.replace(provider, rating_sum=0, rating_count=0)


@EXAMPLES
@given(listings, demands)
def test_no_cases_and_no_ratings_stand_where_unknown_ones_stand(solution: Solution, demand: Demand) -> None:
    """A new listing is not put below one that says nothing."""
    new = dataclasses.replace(solution, cases=(), provider=_unrated(solution.provider))
    silent = dataclasses.replace(new, cases=None)
    assert standing(new, demand) == standing(silent, demand)


@EXAMPLES
@given(listings, demands, st.integers(1, 3))
def test_a_poor_rating_never_helps(solution: Solution, demand: Demand, stars: int) -> None:
    known = solution.provider or Provider(Standing.LISTED)
    before = dataclasses.replace(solution, provider=known)
    rated = dataclasses.replace(known, rating_sum=known.rating_sum + stars, rating_count=known.rating_count + 1)
    assert standing(dataclasses.replace(solution, provider=rated), demand)[0] <= standing(before, demand)[0]


@EXAMPLES
@given(listings, demands, st.randoms(use_true_random=False))
def test_the_order_of_input_never_matters(solution: Solution, demand: Demand, rng: random.Random) -> None:
    mixed = [solution, *RIVALS]
    rng.shuffle(mixed)
    one, other = (
        Ranker(weights.default(), LEXICON, RULE).fit(shelf).rank(demand, seed="2026-11-22")
        for shelf in (mixed, [solution, *RIVALS])
    )
    assert one == other
    assert one.providers == other.providers


@EXAMPLES
@given(listings, demands, st.sampled_from([Standing.SUSPENDED, Standing.REMOVED]))
def test_whoever_is_suspended_or_removed_never_appears(solution: Solution, demand: Demand, barred: Standing) -> None:
    gone = dataclasses.replace(solution, provider=Provider(barred, 500, 100))
    ranking = Ranker(weights.default(), LEXICON, RULE).fit([gone, *RIVALS]).rank(demand)
    assert gone.id not in {row.solution for row in ranking.results}
    assert gone.id not in {one for provider in ranking.providers for one in provider.solutions}


@EXAMPLES
@given(listings, demands)
def test_contributions_add_up_to_the_score(solution: Solution, demand: Demand) -> None:
    ranking = Ranker(weights.default(), LEXICON, RULE).fit([solution, *RIVALS]).rank(demand, top=5)
    for row in ranking.results:
        assert row.score == pytest.approx(math.fsum(part.contribution for part in row.criteria), abs=1e-9)
        assert all(part.contribution >= 0 and part.source for part in row.criteria)


BUZZWORDS = ("数字化", "智能制造", "工业互联网", "人工智能", "大数据", "云计算", "降本增效", "一站式")
ROUNDING = 1e-3
CLEARLY = 1.5  # points
JOINS = ("", " ", "，", "。", "\n")


def text_points(solution: Solution, demand: Demand) -> float:
    return math.fsum(part.contribution for name, part in criteria(solution, demand).items() if name.startswith("text:"))


def stuffed(solution: Solution, words: str, times: int, join: str) -> Solution:
    return dataclasses.replace(solution, description=solution.description + "。" + join.join([words] * times))


@EXAMPLES
@given(listings, demands, st.integers(2, 200), st.sampled_from(JOINS), st.booleans(), st.integers(0, 7))
def test_repeating_words_gains_nothing_over_saying_them_once(
    solution: Solution, demand: Demand, times: int, join: str, asked: bool, at: int
) -> None:
    words = demand.lines[at % len(demand.lines)].text if asked else BUZZWORDS[at]
    known = max(text_points(one, demand) for one in (solution, stuffed(solution, words, 1, join)))
    assert text_points(stuffed(solution, words, times, join), demand) <= known + ROUNDING


@EXAMPLES
@given(listings, demands, st.integers(6, 200), st.sampled_from(JOINS), st.integers(0, 7))
def test_words_repeated_over_and_over_are_not_even_read_once(
    solution: Solution, demand: Demand, times: int, join: str, at: int
) -> None:
    words = demand.lines[at % len(demand.lines)].text
    plain = text_points(solution, demand)
    assert text_points(stuffed(solution, words, times, join), demand) <= plain + ROUNDING


def test_an_unrelated_listing_moves_nobody_past_another_who_led_clearly() -> None:
    """What is learnt of texts depends on the catalogue, so texts may shift a little; nothing else may at all."""
    unrelated = reading.solution(
        rows.solution(id="X", coverage=[], name="花卉", summary="盆栽养护", description="绿萝每周浇水一次。")
    )
    one, other = (
        Ranker(weights.default(), lexicon.default(), RULE).fit(shelf) for shelf in (LISTINGS, [*LISTINGS, unrelated])
    )
    for demand in DEMANDS:
        before, now = one.rank(demand).results, {row.solution: row for row in other.rank(demand).results}
        for row in before:
            for was, is_now in zip(row.criteria, now[row.solution].criteria, strict=True):
                assert was.name.startswith("text:") or was == is_now
        for leader, follower in itertools.combinations(before, 2):
            led = leader.score - follower.score
            assert led < CLEARLY or now[leader.solution].score > now[follower.solution].score


def test_all_demanded_scenes_are_of_the_standard() -> None:
    """The generator asks for scenes that exist, or the properties above would say nothing."""
    assert {line.scene for demand in DEMANDS for line in demand.lines} <= set(standard.SCENES)


SAID: list[tuple[dict[str, Any], str]] = [
    ({"standing": "listed", "rating_sum": 20, "rating_count": 4}, "评价不足5条"),
    ({"standing": "listed", "rating_sum": 25, "rating_count": 5}, "5个评价平均5.0分"),
    ({"standing": "listed"}, "还没有评价"),
]


@pytest.mark.parametrize(("provider", "said"), SAID)
def test_a_mean_of_few_ratings_is_not_worded_as_a_fact(provider: dict[str, Any], said: str) -> None:
    part = criteria(reading.solution(rows.solution(provider=provider)), reading.demand(rows.demand()))["provider"]
    assert said in part.reason
    assert ("平均" in part.reason) == ("平均" in said)


def test_the_budget_meets_what_is_left_after_the_subsidy() -> None:
    solution = reading.solution(
        rows.solution(price={"model": "one_off", "amount": 30_000, "eligible_share": 1.0}),
    )
    demand = reading.demand(rows.demand(budget=18_000))
    part = criteria(solution, demand)["budget"]
    assert part.state == "met"
    assert part.reason == "首年约3.00万元，补贴约1.20万元，自付约1.80万元，在预算1.80万元内"
    assert standing(solution, demand)[0] > standing(solution, demand, rule=None)[0]


def test_industries_stand_in_their_order() -> None:
    """Same class, then same pilot industry, then general purpose, then another industry, then unknown."""
    demand = reading.demand(rows.demand())
    ways: list[dict[str, Any]] = [
        {"industries": ["modern_food"], "gbt4754": ["143"]},
        {"industries": ["modern_food"], "gbt4754": None},
        {"industries": [], "gbt4754": None},
        {"industries": ["advanced_metals"], "gbt4754": None},
    ]
    earned = [criteria(reading.solution(rows.solution(**way)), demand)["industry"].contribution for way in ways]
    assert earned == sorted(set(earned), reverse=True)
    unknown = criteria(reading.solution(rows.solution(industries=None)), demand)["industry"]
    assert (unknown.state, unknown.contribution) == ("unknown", 0)
