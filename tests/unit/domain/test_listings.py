"""Terms of listings, and what the edit of one is."""

from datetime import date

import pytest

from marketplace.domain import listings, questions
from marketplace.models.listings import VersionChange
from marketplace.models.solutions import SolutionStatus
from tests import listing_answers

TODAY = date(2026, 11, 20)
BEFORE = listing_answers.complete()


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 11, 20), 12, date(2027, 11, 20)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_last_of_the_month(day: date, months: int, end: date) -> None:
    assert listings.months_after(day, months=months) == end


@pytest.mark.parametrize(
    ("change", "status", "expires_on", "end"),
    [
        ("initial", "draft", None, date(2027, 11, 20)),
        ("renewal", "listed", date(2026, 12, 31), date(2027, 12, 31)),
        ("renewal", "expired", date(2026, 10, 1), date(2027, 11, 20)),
        ("material", "listed", date(2026, 12, 31), date(2026, 12, 31)),
        ("minor", "listed", date(2026, 12, 31), date(2026, 12, 31)),
        ("material", "withdrawn", date(2027, 3, 1), date(2027, 11, 20)),
    ],
)
def test_only_a_declaration_of_the_whole_starts_a_term(
    change: str, status: str, expires_on: date | None, end: date
) -> None:
    assert listings.end_of_term(change=change, status=status, expires_on=expires_on, today=TODAY) == end


@pytest.mark.parametrize(
    ("status", "expires_on", "expected"),
    [
        ("listed", date(2027, 1, 19), True),
        ("listed", date(2027, 1, 20), False),
        ("expired", date(2026, 1, 1), True),
        ("withdrawn", date(2027, 9, 1), True),
        ("suspended", date(2026, 12, 1), False),
        ("listed", None, False),
    ],
)
def test_renewal_is_open_near_the_end_and_after_it(status: str, expires_on: date | None, expected: bool) -> None:
    assert listings.is_renewable(status=status, expires_on=expires_on, today=TODAY) == expected


@pytest.mark.parametrize(
    ("status", "edit", "is_renewal", "expected"),
    [
        (SolutionStatus.LISTED, {}, False, None),
        (SolutionStatus.LISTED, {}, True, VersionChange.RENEWAL),
        (SolutionStatus.LISTED, {"contact_phone": "13911111111"}, False, VersionChange.MINOR),
        (SolutionStatus.LISTED, {"contact_phone": "13911111111"}, True, VersionChange.RENEWAL),
        (SolutionStatus.LISTED, {"deployments": ["private"]}, True, VersionChange.MATERIAL),
        (SolutionStatus.WITHDRAWN, {}, False, VersionChange.RENEWAL),
        (SolutionStatus.EXPIRED, {"deployments": ["private"]}, False, VersionChange.MATERIAL),
    ],
)
def test_what_an_edit_is(
    status: SolutionStatus, edit: dict[str, object], is_renewal: bool, expected: VersionChange | None
) -> None:
    changes = questions.changed(BEFORE, BEFORE | edit)
    assert listings.change_of(status=status, changes=changes, is_renewal=is_renewal) == expected


def test_about_the_share_that_policy_names_is_sampled_and_always_the_same() -> None:
    drawn = [listings.is_sampled("key", solution_id=number, digest="d") for number in range(2000)]
    assert abs(sum(drawn) - 2 * listings.POLICY["sampled_per_mille"]) < 80
    assert drawn == [listings.is_sampled("key", solution_id=number, digest="d") for number in range(2000)]
    assert drawn != [listings.is_sampled("other", solution_id=number, digest="d") for number in range(2000)]
