"""What is seen of scoring: an expert his own sheet, the bureau who is done, both everything once it is all in."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import call_scores as scoring
from marketplace.domain import calls as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.call_scores import Cell, Place
from marketplace.domain.concentration import Warning
from marketplace.domain.errors import Forbidden, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.calls import Call, CallCriterion, CallExpert, CallResponse, CallScore, CallStatus
from marketplace.services import call_experts, call_results, calls, cited_evidence, concentration
from marketplace.services.cited_evidence import File

GATHERED = frozenset({CallStatus.CONSENSUS, CallStatus.ANNOUNCED, CallStatus.CONCLUDED})


@dataclass(frozen=True, slots=True)
class Task:
    """A call that an expert sits on."""

    call: Call
    state: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion of one response: each expert's score in the order of the experts, and what they come to."""

    criterion: CallCriterion
    cell: Cell
    scores: tuple[CallScore, ...]
    must_be_discussed: bool

    @property
    def mark(self) -> str:
        return call_results.agreed_mark(self.cell)


@dataclass(frozen=True, slots=True)
class Ranked:
    place: Place
    response: CallResponse
    rows: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    experts: tuple[CallExpert, ...]
    ranked: tuple[Ranked, ...]
    open_cells: int
    warnings: tuple[Warning, ...]  # what the award would do to the concentration of the industry


@dataclass(frozen=True, slots=True)
class Sheet:
    """`own`: the expert's seat; `scores` his own by response and criterion; `consensus` only once all scores are in."""

    call: Call
    own: CallExpert
    scores: Mapping[tuple[int, int], CallScore]
    left: int
    consensus: Consensus | None

    @property
    def may_score(self) -> bool:
        own = self.own
        return self.call.status == CallStatus.SCORING and own.submitted_at is None and own.recused_at is None

    def left_of(self, response_id: int) -> int:
        return sum((response_id, one.id) not in self.scores for one in self.call.criteria)


@dataclass(frozen=True, slots=True)
class Panel:
    """For the bureau: who scores, who could, and the consensus once it is there."""

    call: Call
    candidates: tuple[tuple[User, tuple[str, ...]], ...]
    waiting: int
    consensus: Consensus | None


def tasks(actor: Actor) -> tuple[Task, ...]:
    """The actor's seats, those that wait for him first."""
    if not permissions.permits(actor, Permission.SCORE_CALL):
        raise Forbidden(Permission.SCORE_CALL)
    query = select(CallExpert).where(CallExpert.user_id == actor.user_id).options(joinedload(CallExpert.call))
    found = [_task(one) for one in db.session.scalars(query.order_by(CallExpert.id.desc()))]
    return tuple(sorted(found, key=lambda one: not one.is_waiting))


def _task(seat: CallExpert) -> Task:
    if seat.recused_at is not None:
        return Task(seat.call, "已回避", False)
    if seat.submitted_at is None and seat.call.status == CallStatus.SCORING:
        return Task(seat.call, "待评分", True)
    if seat.call.status == CallStatus.SCORING:
        return Task(seat.call, "评分已提交，等其他专家", False)
    return Task(seat.call, wording.CALL_STATUSES[seat.call.status], False)


def sheet(actor: Actor, call_id: int) -> Sheet:
    """An expert's own; of the others he sees scores and names only once all are in."""
    call = _call(call_id)
    own = next((one for one in call.experts if one.user_id == actor.user_id), None)
    if own is None or not permissions.permits(actor, Permission.SCORE_CALL):
        raise Forbidden(Permission.SCORE_CALL)
    rows = db.session.scalars(select(CallScore).where(CallScore.expert_id == own.id))
    scores = {(one.response_id, one.criterion_id): one for one in rows}
    left = len(call.responses) * len(call.criteria) - len(scores)
    is_in = own.recused_at is None
    return Sheet(call, own, scores, left, _consensus(call) if is_in else None)


def response_of(sheet: Sheet, response_id: int) -> tuple[CallResponse, Mapping[str, tuple[File, ...]]]:
    """One response with its files, for the expert who scores it."""
    found = next((one for one in sheet.call.responses if one.id == response_id), None)
    if found is None or sheet.own.recused_at is not None:
        raise NotFound("response", response_id)
    return found, cited_evidence.of(kind=cited_evidence.RESPONSE, keys=[response_id])[response_id]


def panel(actor: Actor, call_id: int) -> Panel:
    if not permissions.permits(actor, Permission.MANAGE_CALLS):
        raise Forbidden(Permission.MANAGE_CALLS)
    call = _call(call_id)
    if call.status in (CallStatus.DRAFT, CallStatus.OPEN):
        raise NotFound(calls.KIND, call_id)
    is_scoring = call.status == CallStatus.SCORING
    seats = call_experts.seats_of(call)
    return Panel(
        call=call,
        candidates=call_experts.candidates(db.session, call) if is_scoring else (),
        waiting=sum(not one.is_submitted and not one.is_recused for one in seats),
        consensus=_consensus(call),
    )


def _call(call_id: int) -> Call:
    call = call_experts.whole(db.session, call_id)
    if call is None:
        raise NotFound(calls.KIND, call_id)
    return call


def _consensus(call: Call) -> Consensus | None:
    """None until all scores are in, whoever asks."""
    if call.status not in GATHERED:
        return None
    seen = scoring.visible(call_experts.seats_of(call), own=None, is_gathered=True)
    experts = tuple(one for one in call.experts if one.id in seen)
    entries = call_results.entries_of(db.session, call)
    responses = {one.id: one for one in call.responses}
    scores = call_results.submitted_scores(db.session, call.id)
    given = {(one.expert_id, one.response_id, one.criterion_id): one for one in scores}
    places = call_results.ranking(call, entries)
    winners = [responses[one.id].provider_id for one in places if one.is_winner]
    ranked = tuple(
        Ranked(
            place,
            responses[place.id],
            tuple(
                _judged(
                    call, one, entries[place.id].cells[one.id], [given[who.id, place.id, one.id] for who in experts]
                )
                for one in call.criteria
            ),
        )
        for place in places
    )
    is_settled = call.status != CallStatus.CONSENSUS or not winners
    warnings = () if is_settled else concentration.before_award(db.session, call.industry, winners)
    return Consensus(experts, ranked, call_results.open_cells(call, entries), warnings)


def _judged(call: Call, criterion: CallCriterion, cell: Cell, scores: list[CallScore]) -> Judged:
    return Judged(criterion, cell, tuple(scores), cell.must_be_discussed(call.rules["spread_max"]))


def rules_words(call: Call) -> str:
    """How the scores of this call come to a result, for everybody who takes part."""
    ties = {"weightiest": "权重大的评分项得分高的在前", "spread": "专家分差小的在前", "earlier": "最后修改早的在前"}
    rule = call.rules or rules.SCORING
    order = "；再相同，".join(ties[name] for name in rule["ties"])
    return (
        f"至少{rule['experts_min']}名专家各自打分；同一项分差超过{rule['spread_max']}分的须合议定分；"
        f"总分为各项得分乘权重之和，{rule['total_min']}分以上按名次取；总分相同的，{order}。"
    )
