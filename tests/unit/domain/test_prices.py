"""Price reasonableness: three-year cost, comparables by broadening, a verdict that one absurd price does not move."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.domain import price_figures, price_words, prices
from marketplace.domain.price_figures import Band
from marketplace.domain.prices import Choice, Market, Offer, Plan
from matching import standard

ENOUGH = prices.ENOUGH
AMOUNTS = st.integers(0, 10_000_000).map(Decimal)
COHORTS = st.lists(AMOUNTS, min_size=ENOUGH, max_size=40)
ABSURD = st.one_of(st.just(Decimal(0)), AMOUNTS, AMOUNTS.map(lambda yuan: yuan * 1000))


def plan(amount: int | Decimal, model: str = "annual", *, rate: str | None = None, key: int | None = None) -> Plan:
    return Plan(key, "标准版", model, Decimal(amount), None if rate is None else Decimal(rate))


def offer(
    listing: int | None,
    *plans: Plan,
    provider: int | None = None,
    scenes: Sequence[tuple[str, int]] = (("warehousing", 2),),
    family: str = "仓库管理",
) -> Offer:
    owner = listing if provider is None else provider
    return Offer(listing, f"产品{listing}", owner, f"商{owner}", family, tuple(scenes), plans)


def market(values: Sequence[int | Decimal]) -> Market:
    return Market(offer(number, plan(value)) for number, value in enumerate(values, start=1))


def judge(values: Sequence[int | Decimal], amount: int | Decimal) -> prices.Judgement:
    found = market(values).judge(offer(None, provider=10_000), plan(amount))
    assert found is not None
    return found


# Three-year cost


def test_what_is_paid_each_year_counts_three_times() -> None:
    assert prices.cost(plan(32_000), with_maintenance=True) == 96_000
    assert prices.cost(plan(1_200, "per_user"), with_maintenance=True) == 3_600


def test_what_is_bought_counts_once_and_its_maintenance_after_the_free_years() -> None:
    assert prices.MAINTAINED_YEARS == 2
    assert prices.cost(plan(100_000, "one_off", rate="0.15"), with_maintenance=True) == 130_000
    assert prices.cost(plan(8_000, "per_device", rate="0"), with_maintenance=True) == 8_000


def test_an_unknown_maintenance_rate_stays_unknown() -> None:
    bought = plan(100_000, "one_off")
    assert prices.cost(bought, with_maintenance=True) is None
    assert prices.cost(bought, with_maintenance=False) == 100_000
    assert not prices.is_complete(bought)


def test_a_plan_with_known_maintenance_is_compared_with_such_plans_alone() -> None:
    shelf = Market(
        offer(number, plan(number, "one_off", rate=None if number % 2 else "0.1")) for number in range(1, 21)
    )
    known = shelf.judge(offer(None, provider=99), plan(10, "one_off", rate="0.1"))
    unknown = shelf.judge(offer(None, provider=99), plan(10, "one_off"))
    assert known is not None
    assert unknown is not None
    assert {price.offer.listing for price in known.cohort} == set(range(2, 21, 2))
    assert [price.yuan for price in unknown.cohort] == list(range(1, 21))
    assert "不含维保" in price_words.basis(unknown)
    assert "不含维保" not in price_words.basis(known)


# Comparables


def test_price_models_are_never_mixed() -> None:
    shelf = Market(offer(number, plan(100, "per_user")) for number in range(1, 20))
    found = shelf.judge(offer(None, provider=99), plan(100, "annual"))
    assert found is not None
    assert found.cohort == ()
    assert found.band is None


def test_a_listing_with_five_plans_counts_once_by_its_middle_one() -> None:
    rich = offer(1, *(plan(amount, key=amount) for amount in (50, 10, 30, 20, 40)))
    shelf = Market([rich, *(offer(number, plan(100)) for number in range(2, 10))])
    cohort = shelf.cohort(offer(None, provider=99), plan(1), step=prices.STEPS[0])
    assert [price.yuan for price in cohort if price.offer.listing == 1] == [90]
    lowest = shelf.cohort(offer(None, provider=99), plan(1), step=prices.STEPS[0], choice=Choice.LOWEST)
    assert [price.yuan for price in lowest if price.offer.listing == 1] == [30]


def test_neither_the_listing_itself_nor_its_providers_others_are_comparables() -> None:
    own, sister = offer(1, plan(10), provider=700), offer(2, plan(20), provider=700)
    shelf = Market([own, sister, *(offer(number, plan(30)) for number in range(3, 12))])
    found = shelf.judge(own, own.plans[0])
    assert found is not None
    assert {price.offer.listing for price in found.cohort} == set(range(3, 12))


def test_a_suite_is_not_compared_with_single_tools() -> None:
    scenes = list(standard.SCENES)
    suite = offer(None, provider=99, scenes=[(scene, 2) for scene in scenes[:6]], family="六场景达标组合")
    shelf = Market(offer(number, plan(10), scenes=[(scenes[0], 2)]) for number in range(1, 20))
    found = shelf.judge(suite, plan(500))
    assert found is not None
    assert found.figures is None


def test_a_listing_without_a_scene_has_no_comparables() -> None:
    assert market([1] * 20).judge(offer(None, provider=99, scenes=()), plan(1)) is None


SCENES = st.lists(
    st.tuples(st.sampled_from(["warehousing", "procurement", "quality", "energy"]), st.integers(1, 3)),
    min_size=1, max_size=4, unique_by=lambda pair: pair[0],
)  # fmt: skip
PLANS = st.lists(
    st.builds(
        plan, st.integers(1, 50), st.sampled_from(["annual", "one_off"]), rate=st.sampled_from([None, "0.1", "0.2"])
    ),
    min_size=1, max_size=3,
)  # fmt: skip
FACTS = st.tuples(SCENES, PLANS, st.integers(1, 30), st.sampled_from(["甲类", "乙类"]))


def as_offers(facts: Sequence[tuple[list[tuple[str, int]], list[Plan], int, str]]) -> list[Offer]:
    return [
        offer(number, *(replace(one, key=100 * number + at) for at, one in enumerate(plans)), scenes=scenes,
              provider=provider, family=family)
        for number, (scenes, plans, provider, family) in enumerate(facts, start=1)
    ]  # fmt: skip


def read_by_hand(offers: Sequence[Offer], mine: Offer, wanted: Plan) -> tuple[str, list[tuple[int, Decimal]]]:
    """The rule as the documentation says it, without any index."""
    scene, level = mine.scenes[0]
    knows = prices.cost(wanted, with_maintenance=True) is not None
    is_wide = len(mine.scenes) >= 3
    tried: list[tuple[str, list[tuple[int, Decimal]]]] = []
    for step in ("scene", "group", "family"):
        rows = []
        for other in offers:
            if other.listing == mine.listing or other.provider == mine.provider:
                continue
            if step == "family":
                fits = other.family == mine.family
            else:
                group = standard.SCENES[scene].group
                fits = (len(other.scenes) >= 3) == is_wide and any(
                    one_level == level and (one == scene if step == "scene" else standard.SCENES[one].group == group)
                    for one, one_level in other.scenes
                )
            costs = sorted(
                value
                for one in other.plans
                if one.model == wanted.model and (value := prices.cost(one, with_maintenance=knows)) is not None
            )
            if fits and costs:
                rows.append((other.listing or 0, costs[(len(costs) - 1) // 2]))
        tried.append((step, rows))
        if len(rows) >= ENOUGH:
            return step, rows
    return max(tried, key=lambda pair: len(pair[1]))


@settings(max_examples=60, deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=40))
def test_cohorts_are_what_reading_the_rule_gives(
    facts: list[tuple[list[tuple[str, int]], list[Plan], int, str]],
) -> None:
    offers = as_offers(facts)
    shelf = Market(offers)
    for mine in offers[:8]:
        for wanted in mine.plans:
            found = shelf.judge(mine, wanted)
            assert found is not None
            step, rows = read_by_hand(offers, mine, wanted)
            assert found.step.id == step
            assert sorted((price.offer.listing or 0, price.yuan) for price in found.cohort) == sorted(rows)


# The verdict


def test_the_sentence_says_number_kind_median_multiple_and_place() -> None:
    values = [20_000, 24_000, 26_000, 28_000, 30_000, 31_000, 31_500, 32_500, 33_000, 34_000, 36_000, 38_000, 40_000]
    found = judge([*values, 70_000], 67_200)
    assert found.band == Band.VERY_HIGH
    assert found.asks_for_proof
    assert price_words.sentence(found) == (
        "是14个同类（仓储物流，二级，按年）三年费用中位价9.60万元的2.1倍，高于其中93%。"
    )


def test_too_few_says_how_many_and_gives_no_verdict() -> None:
    found = judge([10_000] * (ENOUGH - 1), 90_000)
    assert (found.figures, found.band, found.asks_for_proof) == (None, None, False)
    words = price_words.sentence(found)
    assert f"只有{ENOUGH - 1}个" in words
    assert "不作高低判断" in words


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (1, Band.LOW),
        (5, Band.LOW),
        (6, Band.USUAL),
        (16, Band.USUAL),
        (17, Band.HIGH),
        (19, Band.HIGH),
        (20, Band.VERY_HIGH),
    ],
)
def test_bands_follow_the_ranks_of_twenty_prices(amount: int, expected: Band) -> None:
    values = [Decimal(value) for value in range(1, 21)]
    told = price_figures.figures(Decimal(amount) - Decimal("0.5"), values)
    assert price_figures.band(Decimal(amount) - Decimal("0.5"), told) == expected


def test_among_equal_prices_none_is_low_or_high() -> None:
    assert judge([500] * 12, 500).band == Band.USUAL


def test_the_highest_edge_is_told_only_where_two_prices_lie_beyond_it() -> None:
    assert judge(list(range(1, 11)), 500).band == Band.HIGH
    assert judge(list(range(1, 12)), 500).band == Band.VERY_HIGH


def test_beside_free_products_there_is_no_multiple() -> None:
    found = judge([0] * 9, 100)
    assert found.figures is not None
    assert found.figures.ratio is None
    assert "不算倍数" in price_words.sentence(found)


def near_an_edge(values: Sequence[Decimal], amount: Decimal) -> bool:
    """One rank more or less, below or above, would be another band."""
    below, above = sum(value < amount for value in values), sum(value > amount for value in values)
    same = len(values) - below - above
    bands = set()
    for less, more in ((0, 0), (-1, 1), (1, -1), (-1, 0), (1, 0), (0, 1), (0, -1)):
        low, high = max(0, below + less), max(0, above + more)
        ties = max(0, len(values) - low - high)
        row = [amount - 1] * low + [amount] * ties + [amount + 1] * high
        if len(row) == len(values):
            bands.add(price_figures.band(amount, price_figures.figures(amount, row)))
    return len(bands) > 1 or same > 1


@settings(max_examples=300, deadline=None)
@given(COHORTS, AMOUNTS, st.data(), ABSURD)
def test_one_absurd_price_does_not_move_the_verdict(
    values: list[Decimal], amount: Decimal, data: st.DataObject, absurd: Decimal
) -> None:
    at = data.draw(st.integers(0, len(values) - 1))
    changed = [*values[:at], absurd, *values[at + 1 :]]
    before, after = judge(values, amount), judge(changed, amount)
    assert before.figures is not None
    assert after.figures is not None
    ordered, half = sorted(prices.YEARS * value for value in values), len(values) // 2
    if len(values) % 2:
        lowest, highest = ordered[half - 1], ordered[half + 1]
    else:
        lowest, highest = median(ordered[half - 2 : half]), median(ordered[half : half + 2])
    assert lowest <= after.figures.median <= highest
    if after.figures.ratio is not None and lowest:
        mine = prices.YEARS * amount
        assert mine / highest <= after.figures.ratio <= mine / lowest
    assert abs(after.figures.below - before.figures.below) <= 1
    if not near_an_edge(values, amount):
        assert after.band == before.band


@settings(max_examples=100, deadline=None)
@given(COHORTS, AMOUNTS, st.integers(1, 1000))
def test_counting_in_other_units_changes_nothing(values: list[Decimal], amount: Decimal, factor: int) -> None:
    before, after = judge(values, amount), judge([value * factor for value in values], amount * factor)
    assert before.figures is not None
    assert after.figures is not None
    assert (after.band, after.figures.below, after.figures.n) == (before.band, before.figures.below, before.figures.n)
    assert after.figures.median == before.figures.median * factor
    assert after.figures.mad == before.figures.mad * factor
    if before.figures.ratio is not None and after.figures.ratio is not None:
        assert abs(after.figures.ratio - before.figures.ratio) <= abs(before.figures.ratio) * Decimal("1e-20")


@settings(max_examples=100, deadline=None)
@given(COHORTS, AMOUNTS, st.randoms())
def test_the_order_of_the_shelf_changes_nothing(values: list[Decimal], amount: Decimal, chance: object) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = judge(values, amount), judge(shuffled, amount)
    assert (after.figures, after.band) == (before.figures, before.band)


def test_an_outrageous_price_stays_so_beside_one_that_is_a_thousand_times_higher() -> None:
    values = [30_000 + 500 * number for number in range(ENOUGH)]
    for at in range(len(values)):
        for absurd in (0, 30_000_000):
            assert judge([*values[:at], absurd, *values[at + 1 :]], 200_000).band == Band.HIGH
            assert judge([*values[:at], absurd, *values[at + 1 :]], 1_000).band == Band.LOW
            assert judge([*values[:at], absurd, *values[at + 1 :]], 31_600).band == Band.USUAL
