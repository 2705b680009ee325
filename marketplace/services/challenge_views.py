"""Reading challenges: the public list and page, the bureau's drafts and the answers side by side."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import challenges as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.challenges import Challenge, ChallengeResponse, ChallengeStatus
from marketplace.models.providers import Provider
from marketplace.services import challenges, clock, status_changes


@dataclass(frozen=True, slots=True)
class Row:
    challenge: Challenge
    takes_answers: bool
    status_label: str
    basis: str


@dataclass(frozen=True, slots=True)
class Board:
    """What anybody sees: those that take answers, those that do not any more; drafts for the bureau alone."""

    drafts: tuple[Row, ...]
    open: tuple[Row, ...]
    past: tuple[Row, ...]
    may_manage: bool


@dataclass(frozen=True, slots=True)
class ChallengeView:
    row: Row
    may_manage: bool
    may_answer: bool
    own: ChallengeResponse | None
    responses: tuple[ChallengeResponse, ...]  # for the bureau alone, the cheapest first
    result: str

    @property
    def challenge(self) -> Challenge:
        return self.row.challenge


def board(actor: Actor | None) -> Board:
    may_manage = _may(actor, Permission.MANAGE_CHALLENGES)
    rows = [_row(one) for one in db.session.scalars(select(Challenge).order_by(Challenge.closes_on, Challenge.id))]
    shown = [row for row in rows if row.challenge.status != ChallengeStatus.DRAFT]
    return Board(
        drafts=tuple(row for row in rows if row.challenge.status == ChallengeStatus.DRAFT) if may_manage else (),
        open=tuple(row for row in shown if row.takes_answers),
        past=tuple(reversed([row for row in shown if not row.takes_answers])),
        may_manage=may_manage,
    )


def get(actor: Actor | None, challenge_id: int) -> ChallengeView:
    challenge = db.session.get(Challenge, challenge_id)
    may_manage = _may(actor, Permission.MANAGE_CHALLENGES)
    if challenge is None or (challenge.status == ChallengeStatus.DRAFT and not may_manage):
        raise NotFound(challenges.KIND, challenge_id)
    row = _row(challenge)
    provider_id = actor.provider_id if actor and _may(actor, Permission.ANSWER_CHALLENGE) else None
    own = None
    if provider_id is not None:
        own = challenges.find_answer(db.session, challenge_id=challenge_id, provider_id=provider_id)
    return ChallengeView(
        row=row,
        may_manage=may_manage,
        may_answer=provider_id is not None and row.takes_answers,
        own=own,
        responses=_responses(challenge_id) if may_manage else (),
        result=_result(challenge),
    )


def _may(actor: Actor | None, permission: Permission) -> bool:
    return actor is not None and permissions.permits(actor, permission)


def _row(challenge: Challenge) -> Row:
    takes_answers = rules.takes_answers(challenge, today=clock.today())
    is_over = challenge.status == ChallengeStatus.OPEN and not takes_answers
    label = "已截止，待收榜" if is_over else wording.CHALLENGE_STATUSES[challenge.status]
    return Row(challenge, takes_answers, label, rules.basis_words(challenge.basis))


def _responses(challenge_id: int) -> tuple[ChallengeResponse, ...]:
    query = (
        select(ChallengeResponse)
        .where(ChallengeResponse.challenge_id == challenge_id)
        .options(joinedload(ChallengeResponse.provider).joinedload(Provider.organisation))
        .order_by(ChallengeResponse.price, ChallengeResponse.days, ChallengeResponse.id)
    )
    return tuple(db.session.scalars(query).all())


def _result(challenge: Challenge) -> str:
    """What the bureau wrote when it closed the challenge."""
    if challenge.status != ChallengeStatus.CLOSED:
        return ""
    changes = status_changes.history(db.session, kind=challenges.KIND, key=challenge.id)
    return next((one.reason or "" for one in reversed(changes) if one.action == "close"), "")
