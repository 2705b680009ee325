"""What counts as proof today, what the stages ask for, and names that cannot mislead."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain import evidence as rules
from marketplace.domain.acts import ACTS
from marketplace.domain.evidence import Place, Validity
from marketplace.models.enterprises import Progress
from matching import standard

TODAY = date(2026, 11, 22)
NOTICE = rules.POLICY["notice_days"]


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (None, Validity.VALID),
        (-1, Validity.EXPIRED),
        (0, Validity.EXPIRING),
        (NOTICE, Validity.EXPIRING),
        (NOTICE + 1, Validity.VALID),
    ],
)
def test_the_last_day_still_counts_and_the_notice_comes_before_it(days: int | None, wanted: Validity) -> None:
    until = None if days is None else TODAY + timedelta(days=days)
    assert rules.validity(expires_on=until, is_withdrawn=False, today=TODAY) == wanted
    assert rules.validity(expires_on=until, is_withdrawn=True, today=TODAY) == Validity.WITHDRAWN
    assert (wanted in rules.COUNTING) == (wanted != Validity.EXPIRED)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("台账.pdf", "台账.pdf"),
        ("台账", "台账.pdf"),
        ("台账.exe", "台账.pdf"),
        ("台账.2025.docx", "台账.2025.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\Users\me\台账.pdf", "台账.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ('"><img>.pdf', "___img_.pdf"),
        ("照片\u202egnp.exe", "照片gnp.pdf"),
        ("...", "材料.pdf"),
        ("", "材料.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_a_name_keeps_its_words_and_loses_what_misleads(name: str, wanted: str) -> None:
    assert rules.clean_file_name(name, media_type="application/pdf") == wanted


@given(st.text(max_size=300))
def test_whatever_is_sent_as_a_name_becomes_one_that_fits_a_header_and_a_disk(name: str) -> None:
    clean = rules.clean_file_name(name, media_type="image/png")
    assert clean.endswith(".png")
    assert 4 < len(clean) <= rules.POLICY["file_name_max"]
    assert not set(clean) & set('/\\:*?"<>|;\r\n\0')
    assert not clean.startswith((".", " "))


def test_a_stage_asks_from_its_place_in_the_pilot_on_and_never_less_later() -> None:
    asked = [rules.asked_of_enterprise(7, progress=progress) for progress in Progress]
    assert [len(one) for one in asked] == [3, 3, 6, 10]
    for earlier, later in itertools.pairwise(asked):
        assert set(earlier) <= set(later)
    assert {ask.owed_by for ask in asked[-1]} <= set(rules.OWED_BY)
    assert all(ask.place.key == 7 and ask.clause for ask in asked[-1])


def test_answers_that_earn_points_and_scenes_that_reached_a_level_want_proof() -> None:
    nothing = next(key for key, one in standard.ITEMS["Q1"].options.items() if one.points == 0)
    something = next(key for key, one in standard.ITEMS["Q1"].options.items() if one.points > 0)
    asks = rules.asked_of_assessment(
        5,
        answers={"Q1": [something], "Q2": [], "Q3": ["unknown"]},
        scenes={"quality": 1, "energy": 0},
        owed_by="assessor",
    )
    assert [ask.place for ask in asks] == [Place("assessment", 5, "Q1"), Place("assessment", 5, "quality")]
    assert rules.asked_of_assessment(5, answers={"Q1": [nothing]}, scenes={}, owed_by="enterprise") == ()


def test_completeness_counts_places_not_pieces() -> None:
    asks = rules.asked_of_enterprise(1, progress=Progress.REGISTERED)
    found = rules.completeness(asks, {asks[0].place, Place("enterprise", 2, asks[1].place.topic)})
    assert (found.asked, found.present) == (3, 1)
    assert found.missing == asks[1:]


@pytest.mark.parametrize(
    "text", ["", "x", "enterprise:1", "enterprise:1:magic", "assessment:1:contract", "enterprise:1:Q1", "demand:1:Q1",
             "assessment:-1:Q1", "assessment:1:Q1\n", "assessment:99999999999:Q1"]
)  # fmt: skip
def test_a_place_that_does_not_exist_is_none(text: str) -> None:
    assert rules.parse_place(text) is None


def test_every_place_reads_back_and_every_stage_and_kind_of_the_policy_is_known() -> None:
    for topic in rules.TOPICS:
        place = Place("assessment", 12, topic)
        assert rules.parse_place(place.text) == place
        assert rules.topic_label(topic)
    for ask in rules.POLICY["asks"]:
        assert ask["stage"] in rules.STAGES
        assert rules.parse_place(f"enterprise:3:{ask['kind']}") == Place("enterprise", 3, ask["kind"])
    assert "grants.used" in ACTS
    assert set(rules.POLICY["grants"]["max_days"]) == set(rules.POLICY["grants"]["default_days"])
