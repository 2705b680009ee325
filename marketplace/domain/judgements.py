"""What a judgement must hold before it counts: every question answered, notes tied to questions, a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain import approvals as rules
from marketplace.domain import questions
from marketplace.domain.errors import Invalid
from marketplace.models.approvals import ApprovalKind, Seat, Verdict

TEXT_MAX = rules.TEXT_MAX
Messages = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Note:
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """`has_proof`: the further proof of a high price was seen; `has_seen_changes`: what a later round changed."""

    verdict: Verdict
    checklist: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    reason: str = ""
    has_proof: bool = False
    has_seen_changes: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What this seat is asked for now."""

    seat: Seat
    kind: ApprovalKind
    needs_proof: bool = False
    is_later_round: bool = False


def check(given: Judgement, asked: Asked) -> None:
    """Raises Invalid with a message a field."""
    messages: Messages = {}
    _check_checklist(given, asked, messages)
    _check_words(given, messages)
    if asked.needs_proof and given.verdict == Verdict.PASS and not given.has_proof:
        messages["has_proof"] = ["报价高于同类四分之三位，核过补充证明后请勾选，否则不能通过"]
    if asked.is_later_round and not given.has_seen_changes:
        messages["has_seen_changes"] = ["请先看本次改了什么，再勾选确认"]
    if messages:
        raise Invalid(messages)


def _check_checklist(given: Judgement, asked: Asked, messages: Messages) -> None:
    for item in rules.checklist(asked.seat, asked.kind):
        answer = given.checklist.get(item.id)
        if answer not in rules.ANSWERS:
            messages[f"check-{item.id}"] = [f"请作答：{item.text}"]
        elif given.verdict == Verdict.PASS and item.is_must and answer == "unmet":
            messages[f"check-{item.id}"] = [f"这一项不符合就不能通过：{item.text}"]


def _check_words(given: Judgement, messages: Messages) -> None:
    if given.verdict == Verdict.RETURN and not given.notes:
        messages["notes"] = ["退回修改至少要写一条意见，写在对应的内容下面"]
    if given.verdict == Verdict.REJECT and not given.reason:
        messages["reason"] = ["不予通过请写明理由，服务商会看到"]
    if len(given.reason) > TEXT_MAX:
        messages["reason"] = [f"理由不超过{TEXT_MAX}个字，请精简"]
    for note in given.notes:
        if note.question not in questions.BY_ID:
            messages["notes"] = ["意见没有对应到填报内容，请刷新页面后重写"]
        elif not 0 < len(note.text) <= TEXT_MAX:
            messages[f"note-{note.question}"] = [f"每条意见不超过{TEXT_MAX}个字，请精简"]


def summary(notes: tuple[Note, ...]) -> str:
    """The reason of a return in one line: which contents have to be changed."""
    places = dict.fromkeys(questions.BY_ID[note.question].label for note in notes if note.question in questions.BY_ID)
    return f"需修改：{'、'.join(places)}" if places else "需修改，见评估意见"
