"""Blind until all are in; the order is what a brute force makes of the same rules; weights always sum to 100."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import call_scores as scoring
from marketplace.domain import calls as rules
from marketplace.domain.call_scores import Cell, Entry, Seat
from marketplace.domain.calls import Criterion

START = datetime(2026, 11, 1, tzinfo=UTC)
RULES = rules.SCORING


@st.composite
def weights(draw: st.DrawFn) -> dict[int, int]:
    """Two to five whole weights that sum to 100."""
    number = draw(st.integers(2, 5))
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=number - 1, max_size=number - 1, unique=True)))
    ends = [0, *cuts, 100]
    return {key: ends[key + 1] - ends[key] for key in range(number)}


@st.composite
def contests(draw: st.DrawFn) -> tuple[list[Entry], dict[int, int], int]:
    """Few possible scores, so that ties of each kind come up."""
    by_key = draw(weights())
    experts = draw(st.integers(1, 4))
    row = st.lists(st.sampled_from([60, 61, 70, 80]), min_size=experts, max_size=experts)
    entries = [
        Entry(
            number,
            {key: Cell(tuple(draw(row))) for key in by_key},
            START + timedelta(minutes=draw(st.integers(0, 2))),
        )
        for number in range(draw(st.integers(1, 5)))
    ]
    return entries, by_key, draw(st.integers(1, 5))


def beats(one: Entry, other: Entry, by_key: dict[int, int]) -> bool:
    """The rule read aloud: total, the weightiest criterion and so on, the smaller spread, the earlier."""
    totals = [scoring.total(entry, by_key) for entry in (one, other)]
    if totals[0] != totals[1]:
        return totals[0] > totals[1]
    for key in sorted(by_key, key=lambda key: (-by_key[key], key)):
        if one.cells[key].final != other.cells[key].final:
            return one.cells[key].final > other.cells[key].final
    spreads = [sum(cell.spread for cell in entry.cells.values()) for entry in (one, other)]
    if spreads[0] != spreads[1]:
        return spreads[0] < spreads[1]
    return (one.answered_at, one.id) < (other.answered_at, other.id)


@given(contests())
def test_a_rank_is_one_more_than_the_number_of_those_who_beat_it(
    contest: tuple[list[Entry], dict[int, int], int],
) -> None:
    entries, by_key, places = contest
    found = {place.id: place for place in scoring.rank(entries, by_key, places=places, rules=RULES)}
    for entry in entries:
        better = sum(beats(other, entry, by_key) for other in entries if other is not entry)
        assert found[entry.id].rank == better + 1
        enough = found[entry.id].total >= RULES["total_min"]
        assert found[entry.id].is_winner == (better < places and enough)


@given(contests())
def test_a_total_is_the_weighted_mean_to_the_cent(contest: tuple[list[Entry], dict[int, int], int]) -> None:
    entries, by_key, _ = contest
    for entry in entries:
        exact = sum(Fraction(entry.cells[key].final) * weight for key, weight in by_key.items()) / 100
        assert abs(Fraction(scoring.total(entry, by_key)) - exact) <= Fraction(1, 200)


seats = st.lists(st.sampled_from([(False, False), (True, False), (False, True)]), min_size=1, max_size=6).map(
    lambda rows: [Seat(number, *row) for number, row in enumerate(rows)]
)


@given(seats, st.integers(0, 6), st.integers(1, 5))
def test_nobody_sees_another_score_before_all_are_in(found: list[Seat], reader: int, least: int) -> None:
    is_gathered = scoring.is_complete(found, least=least)
    seen = scoring.visible(found, own=reader, is_gathered=is_gathered)
    working = [seat for seat in found if not seat.is_recused]
    if len(working) < least or any(not seat.is_submitted for seat in working):
        assert seen <= {reader}
        assert scoring.visible(found, own=None, is_gathered=is_gathered) == frozenset()
    else:
        assert seen == {seat.id for seat in working}


@given(st.lists(st.integers(-5, 100), min_size=0, max_size=12))
def test_weights_are_taken_when_they_sum_to_a_hundred_and_never_otherwise(numbers: list[int]) -> None:
    criteria = [Criterion(f"第{place}项", "", weight) for place, weight in enumerate(numbers)]
    is_good = sum(numbers) == 100 and min(numbers, default=0) >= 1 and 2 <= len(numbers) <= 10
    assert (not rules.criteria_problems(criteria)) == is_good


@given(weights())
def test_whole_weights_of_a_hundred_are_always_taken(by_key: dict[int, int]) -> None:
    assert not rules.criteria_problems([Criterion(f"第{key}项", "", weight) for key, weight in by_key.items()])


def test_mean_spread_and_deviation_of_a_cell() -> None:
    cell = Cell((90, 60, 75))
    assert (cell.mean, cell.spread, cell.deviation) == (Decimal("75.00"), 30, Decimal("12.25"))
    assert cell.is_open(20)
    assert not Cell((90, 60, 75), Decimal("72.00"), "合议").is_open(20)


@pytest.mark.parametrize(
    ("since", "until"), [("2026-11-20", "2028-11-19"), ("2026-12-01", "2028-11-30"), ("2024-02-29", "2026-02-28")]
)
def test_an_award_ends_the_day_before_the_same_day_of_its_last_month(since: str, until: str) -> None:
    assert rules.seat_end(datetime.fromisoformat(since).date()).isoformat() == until
