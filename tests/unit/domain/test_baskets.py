"""Who pays what, how many are needed, and what may be said of the level."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import baskets, subsidies
from marketplace.domain.baskets import Charge, Standing
from marketplace.domain.errors import Invalid
from matching import standard

MANDATORY = [scene.id for scene in standard.SCENES.values() if scene.is_mandatory]
OPTIONAL = [scene.id for scene in standard.SCENES.values() if not scene.is_mandatory]
CHARGES = st.builds(
    Charge,
    unit=st.one_of(st.none(), st.integers(0, 500_000)),
    quantity=st.integers(1, 50),
    discount=st.integers(0, 600_000),
    is_eligible=st.booleans(),
    is_counted=st.booleans(),
)


def levels(mandatory: int, optional: int, level: int = 2) -> dict[str, int]:
    return dict.fromkeys([*MANDATORY[:mandatory], *OPTIONAL[:optional]], level)


def test_the_three_bearers_of_a_small_basket() -> None:
    charges = [
        Charge(unit=480, quantity=12, discount=760, is_eligible=True),  # 12 boxes: 5,760, of which 760 given up
        Charge(unit=38_000, quantity=1, discount=0, is_eligible=True),
        Charge(unit=7_000, quantity=1, discount=0, is_eligible=False),  # office computers
    ]
    payment = baskets.pay(charges, subsidies.rule(2))
    assert (payment.listed, payment.reduction, payment.net) == (50_760, 760, 50_000)
    assert payment.eligible == 43_000
    assert payment.subsidy == 17_200
    assert payment.own == 32_800


@given(st.lists(CHARGES, max_size=8), st.sampled_from([1, 2, 3, 4]))
def test_the_bearers_add_up_and_the_cap_is_never_passed(charges: list[Charge], level: int) -> None:
    rule = subsidies.rule(level)
    payment = baskets.pay(charges, rule)
    assert payment.subsidy + payment.reduction + payment.own == payment.listed
    assert 0 <= payment.subsidy <= min(rule.cap, payment.eligible * rule.rate)
    assert payment.own >= 0
    assert sum(payment.shares) == pytest.approx(1 if payment.listed else 0)


@given(CHARGES)
def test_what_is_not_counted_or_has_no_price_costs_and_gives_nothing(charge: Charge) -> None:
    payment = baskets.pay([charge], subsidies.rule(2))
    if charge.unit is None or not charge.is_counted:
        assert (payment.listed, payment.reduction, payment.subsidy, payment.own) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("model", "employees", "quantity"),
    [
        ("one_off", 80, 1),
        ("annual", 80, 1),
        ("per_user", 80, 24),
        ("per_user", 81, 25),
        ("per_user", 1, 1),
        ("per_device", 80, 16),
        ("per_device", None, 1),
        ("per_user", 0, 1),
        ("per_user", 10**7, 9_999),
    ],
)
def test_a_quantity_is_suggested_from_the_employees(model: str, employees: int | None, quantity: int) -> None:
    assert baskets.suggested_quantity(model, employees) == quantity


@pytest.mark.parametrize(
    ("mandatory", "optional", "score", "standing"),
    [
        (6, 0, "41.35", Standing.REACHED),
        (3, 3, "40", Standing.REACHED),
        (2, 6, "90", Standing.SCENES_SHORT),
        (3, 2, "90", Standing.SCENES_SHORT),
        (3, 2, None, Standing.SCENES_SHORT),
        (6, 3, "38.9", Standing.POINTS_SHORT),
        (6, 0, None, Standing.SCORE_UNKNOWN),
    ],
)
def test_the_level_is_claimed_only_when_both_parts_hold(
    mandatory: int, optional: int, score: str | None, standing: Standing
) -> None:
    told = Decimal(score) if score is not None else None
    found = baskets.verdict(levels(mandatory, optional), target=2, score=told)
    assert found.standing == standing
    assert ("能到二级" in found.headline) == (standing == Standing.REACHED)
    if told is not None:
        assert (found.standing == Standing.REACHED) == (
            standard.overall_level(told, levels(mandatory, optional)).level >= 2
        )


def test_missing_points_are_said_with_where_they_can_come_from() -> None:
    found = baskets.verdict(levels(6, 0), target=2, score=Decimal("36.8"))
    assert found.condition == "还差3.2分，须靠制度、培训等措施补上。"
    assert "还差3.2分" in found.headline


def test_a_wrong_aim_is_refused_field_by_field() -> None:
    with pytest.raises(Invalid) as caught:
        baskets.check_aim(target=5, budget=0, max_providers=99)
    assert set(caught.value.messages) == {"target", "budget", "providers"}
    baskets.check_aim(target=2, budget=None, max_providers=None)


@pytest.mark.parametrize(
    ("quantity", "discount", "listed", "field"),
    [
        (0, 0, 100, "quantity-7"),
        (None, 0, 100, "quantity-7"),
        (10_000, 0, 100, "quantity-7"),
        (1, -1, 100, "discount-7"),
        (1, None, 100, "discount-7"),
        (1, 101, 100, "discount-7"),
        (1, 5, None, "discount-7"),
    ],
)
def test_a_wrong_row_is_refused(quantity: int | None, discount: int | None, listed: int | None, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        baskets.check_item(key=7, quantity=quantity, discount=discount, listed=listed)
    assert list(caught.value.messages) == [field]


def test_a_title_is_trimmed_and_never_empty() -> None:
    assert baskets.check_title("  先上 质量 ") == "先上 质量"
    for title in ("  ", "长" * 61):
        with pytest.raises(Invalid):
            baskets.check_title(title)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_parts_add_up_to_the_whole_and_follow_their_weights(total: int, weights: list[int]) -> None:
    parts = baskets.apportion(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert not whole or abs(part - total * weight / whole) < 1
        assert weight or not part
