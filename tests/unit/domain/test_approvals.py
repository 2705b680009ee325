"""The rules of the double review: checklists, divergence, panels; kappa beside another's; working days."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from marketplace.domain import agreement, questions, working_days
from marketplace.domain import approvals as rules
from marketplace.domain.approvals import Given, Step
from marketplace.models.approvals import ApprovalKind, Seat, Verdict
from marketplace.models.solutions import SolutionStatus

ALL = [Seat.FEASIBILITY, Seat.PRICE, Seat.SECOND, Seat.PANEL_1]
LABELS = st.sampled_from(["pass", "not"])


@pytest.mark.parametrize("seat", ALL)
def test_a_checklist_is_worth_a_hundred(seat: Seat) -> None:
    items = rules.checklist(seat, ApprovalKind.INITIAL)
    assert sum(item.points for item in items) == 100
    assert rules.score(items, {item.id: "met" for item in items}) == 100
    assert rules.score(items, {}) == 0
    assert {key for item in items for key in item.look_at} <= set(questions.BY_ID)


def test_templates_are_tied_to_questions_that_exist() -> None:
    assert {row["question"] for row in rules.POLICY["templates"]} <= set(questions.BY_ID)


@pytest.mark.parametrize(
    ("one", "other", "step"),
    [
        (Verdict.PASS, Verdict.PASS, Step.AGREE),
        (Verdict.PASS, Verdict.RETURN, Step.RETURN),
        (Verdict.PASS, Verdict.REJECT, Step.DIVERGE),
        (Verdict.RETURN, Verdict.RETURN, Step.RETURN),
        (Verdict.RETURN, Verdict.REJECT, Step.RETURN),
        (Verdict.REJECT, Verdict.REJECT, Step.REJECT),
    ],
)
def test_what_follows_from_two_verdicts_that_are_near(one: Verdict, other: Verdict, step: Step) -> None:
    for pair in ((one, other), (other, one)):
        assert rules.after_first(*(Given(verdict, {}) for verdict in pair)) == step


def test_the_gap_counts_only_what_both_judged() -> None:
    met = {item.id: "met" for item in rules.checklist(Seat.PRICE, ApprovalKind.INITIAL)}
    worse_price = met | {"units": "unmet", "discount": "unmet", "maintenance": "unmet"}
    assert rules.score_gap(Given(Verdict.PASS, met), Given(Verdict.PASS, worse_price)) == 0
    worse_shared = met | {"scope": "unmet"}
    assert rules.after_first(Given(Verdict.PASS, met), Given(Verdict.PASS, worse_shared)) == Step.DIVERGE


def test_a_panel_needs_all_its_voices_and_follows_most() -> None:
    for verdicts in product(Verdict, repeat=3):
        step = rules.after_panel(verdicts)
        expected = {Verdict.PASS: Step.SETTLE, Verdict.REJECT: Step.REJECT}
        most = next((expected[one] for one in expected if verdicts.count(one) >= 2), Step.RETURN)
        assert step == most
        assert rules.after_panel(verdicts[:2]) is None


@given(st.dictionaries(st.sampled_from(list(Seat)), st.sampled_from(list(Verdict))))
def test_three_passes_are_three_people(verdicts: dict[Seat, Verdict]) -> None:
    if rules.three_passes(verdicts):
        passed = [seat for seat, verdict in verdicts.items() if verdict == Verdict.PASS]
        assert len(passed) >= 3
        assert Seat.SECOND in passed


def test_an_approval_writes_or_lists_but_never_revives_a_withdrawn_listing() -> None:
    for kind in (ApprovalKind.INITIAL, ApprovalKind.MATERIAL, ApprovalKind.RENEWAL):
        assert SolutionStatus.WITHDRAWN not in rules.LISTS_FROM[kind] | rules.WRITES_ON[kind]
    for kind in rules.LISTS_FROM:
        assert not set(rules.LISTS_FROM[kind]) & set(rules.WRITES_ON[kind])


@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=60))
def test_kappa_equals_the_one_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    own = agreement.kappa(pairs)
    if own is None:
        assert len({label for pair in pairs for label in pair}) == 1
        return
    assert own == pytest.approx(cohen_kappa_score([one for one, _ in pairs], [other for _, other in pairs]))


def test_too_few_pairs_show_no_number() -> None:
    assert agreement.of([("pass", "pass")] * (agreement.MINIMUM - 1)).words == "样本不足"
    enough = [("pass", "pass")] * (agreement.MINIMUM - 1) + [("not", "not")]
    assert agreement.of(enough).kappa == 1
    assert agreement.of([("pass", "pass")] * agreement.MINIMUM).kappa is None


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the National Day
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # the Spring Festival, with its worked Saturday before
    ],
)
def test_a_due_date_counts_working_days(day: date, count: int, due: date) -> None:
    assert working_days.after(day, count) == due
    assert working_days.between(day, due) == count


@given(st.dates(date(2025, 1, 1), date(2027, 12, 1)), st.integers(1, 30))
def test_counting_back_gives_the_number_again(day: date, count: int) -> None:
    due = working_days.after(day, count)
    assert working_days.is_working(due)
    assert working_days.between(day, due) == count
    assert working_days.between(due, day) == -count


def test_what_is_left_is_said_in_words() -> None:
    friday = date(2026, 11, 20)
    assert working_days.left_words(friday, today=friday) == "今天到期"
    assert working_days.left_words(friday + timedelta(days=3), today=friday) == "还有1个工作日"
    assert working_days.left_words(friday, today=friday + timedelta(days=1)) == "已逾期1个工作日"
    assert working_days.left_words(friday, today=friday + timedelta(days=4)) == "已逾期2个工作日"
