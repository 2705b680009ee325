"""回避: each tie is found, each near miss is none."""

from datetime import date, timedelta

import pytest

from marketplace.domain import conflicts
from marketplace.domain.conflicts import COOLING, Firm, Interest, Person, Sitting

TODAY = date(2026, 11, 20)
FIRM = Firm(7, frozenset({"13812345678", "sales@acme.invalid", "0816-2345678"}), "王某某")


def _codes(person: Person, *, firm: Firm = FIRM, sittings: tuple[Sitting, ...] = (), seat: str = "price") -> set[str]:
    return {one.code for one in conflicts.reasons(person, firm, sittings, seat=seat, today=TODAY)}


def _person(login: str = "zhang@bureau.invalid", **facts: object) -> Person:
    values: dict[str, object] = {"user_id": 1, "name": "张某某", "login": login, "organisations": frozenset({3})}
    return Person(**(values | facts))  # type: ignore[arg-type]


def test_a_stranger_has_no_conflict() -> None:
    assert _codes(_person()) == set()


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (_person(organisations=frozenset({3, 7})), "same_organisation"),
        (_person("13812345678"), "same_phone"),
        (_person("+86 138 1234 5678"), "same_phone"),
        (_person("13812345678@139.com"), "same_phone"),
        (_person("zhao@acme.invalid"), "same_mail_domain"),
        (_person(name="王某某"), "same_name"),
        (_person(interests=(Interest(7, TODAY),)), "declared_interest"),
        (_person(interests=(Interest(7, date(2020, 1, 1), TODAY - COOLING),)), "declared_interest"),
    ],
)
def test_a_tie_is_found(person: Person, code: str) -> None:
    assert code in _codes(person)


def test_the_same_box_with_a_tag_is_the_same_box() -> None:
    assert "same_mail" in _codes(_person("sales+x@acme.invalid"))


@pytest.mark.parametrize(
    "person",
    [
        _person(interests=(Interest(8, TODAY),)),
        _person(interests=(Interest(7, TODAY + timedelta(days=1)),)),
        _person(interests=(Interest(7, date(2020, 1, 1), TODAY - COOLING - timedelta(days=1)),)),
        _person("13812345679"),
    ],
)
def test_a_near_miss_is_no_tie(person: Person) -> None:
    assert _codes(person) == set()


def test_mail_that_everybody_can_have_ties_nobody() -> None:
    firm = Firm(7, frozenset({"acme@qq.com"}))
    assert _codes(_person("zhang@qq.com"), firm=firm) == set()


def test_a_firm_without_facts_matches_nobody_by_blanks() -> None:
    assert _codes(_person("", name=""), firm=Firm(7)) == set()


def test_one_seat_a_person_in_all_rounds_and_his_own_again() -> None:
    sat = (Sitting(1, "zhang@bureau.invalid", "price"),)
    assert _codes(_person(), sittings=sat, seat="price") == set()
    assert _codes(_person(), sittings=sat, seat="second") == {"other_seat"}


@pytest.mark.parametrize(
    ("login", "other"),
    [("13900000001", "13900000001@139.com"), ("li+a@bureau.invalid", "li@bureau.invalid")],
)
def test_one_human_under_two_logins_sits_once(login: str, other: str) -> None:
    assert _codes(_person(login), sittings=(Sitting(2, other, "feasibility"),)) == {"same_human"}
