"""揭榜挂帅: the bureau draws a challenge up from unmet demand, publishes and closes it; providers answer."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import challenges as rules
from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.challenges import Answer, Draft
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.domain.shelf import HIDDEN_STANDINGS
from marketplace.models.challenges import Challenge, ChallengeResponse, ChallengeStatus
from marketplace.models.providers import Provider
from marketplace.services import audit, clock, notifications, status_changes, unit_of_work, unmet_demand
from marketplace.services.unmet_demand import UnmetRow

KIND = "challenge"


def draw_up(actor: Actor, *, industry: str, scene: str, draft: Draft, once: str | None = None) -> int:
    """A draft from a row of unmet demand, with what stands behind it at this moment."""
    _managed(actor)
    draft = rules.check_draft(draft, today=clock.today())
    row = unmet_demand.find_row(industry=industry, scene=scene)
    if row is None:
        raise Invalid({"scene": ["这个行业和场景现在没有未满足的需求，不用拟榜"]})
    with unit_of_work.writing(actor, once=once) as session:
        challenge = Challenge(
            industry=industry, scene=scene, basis=_basis(row), status=ChallengeStatus.DRAFT,
            created_by=actor.user_id, created_at=clock.now(),
        )  # fmt: skip
        _write(challenge, draft)
        session.add(challenge)
        session.flush()
        unit_of_work.remember(session, once, kind=KIND, key=challenge.id)
        audit.record(session, actor, "challenges.drawn_up", kind=KIND, key=challenge.id, details={"title": draft.title})
        return challenge.id


def edit(actor: Actor, *, challenge_id: int, version: int, draft: Draft, once: str | None = None) -> None:
    """Drafts only; what was published stays as it was published."""
    draft = rules.check_draft(draft, today=clock.today())
    with unit_of_work.writing(actor, once=once) as session:
        challenge = _own(session, actor, challenge_id)
        if challenge.status != ChallengeStatus.DRAFT or challenge.version != version:
            raise status_changes.conflict(session, challenge, kind=KIND, wanted="修改")
        _write(challenge, draft)
        unit_of_work.remember(session, once, kind=KIND, key=challenge_id)
        details = {"title": draft.title}
        audit.record(session, actor, "challenges.drawn_up", kind=KIND, key=challenge_id, details=details)


def publish(actor: Actor, *, challenge_id: int, version: int, once: str | None = None) -> None:
    """Refused when the last day has come too near while the draft lay there."""
    with unit_of_work.writing(actor, once=once) as session:
        challenge = _own(session, actor, challenge_id)
        problem = rules.closing_problem(challenge.closes_on, today=clock.today())
        if problem and challenge.status == ChallengeStatus.DRAFT:
            raise Invalid({"closes_on": [problem]})
        status_changes.change(session, actor, challenge, kind=KIND, action="publish", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=challenge_id)


def close(actor: Actor, *, challenge_id: int, version: int, reason: str, once: str | None = None) -> None:
    """With the result as the reason, which everybody reads."""
    if len(reason.strip()) > rules.POLICY["reason_max"]:
        raise Invalid({"reason": [f"收榜说明不超过{rules.POLICY['reason_max']}个字，请精简"]})
    with unit_of_work.writing(actor, once=once) as session:
        challenge = _own(session, actor, challenge_id)
        status_changes.change(session, actor, challenge, kind=KIND, action="close", reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=challenge_id)


def answer(actor: Actor, *, challenge_id: int, answer: Answer, seen: str = "", once: str | None = None) -> None:
    """One answer a provider, which it may change until the last day; `seen` tells which text it changes."""
    if not permissions.permits(actor, Permission.ANSWER_CHALLENGE) or actor.provider_id is None:
        raise Forbidden(Permission.ANSWER_CHALLENGE)
    checked = rules.check_answer(answer)
    with unit_of_work.writing(actor, once=once) as session:
        challenge: Challenge = status_changes.locked(session, Challenge, kind=KIND, key=challenge_id)
        _check_may_answer(session, actor, challenge)
        row = find_answer(session, challenge_id=challenge_id, provider_id=actor.provider_id)
        if mark(row) != seen:
            raise Conflict(KIND, challenge_id, str(challenge.status), wanted="应榜")
        now = clock.now()
        if row is None:
            row = ChallengeResponse(
                challenge_id=challenge_id, provider_id=actor.provider_id, created_by=actor.user_id, created_at=now
            )
            session.add(row)
        row.text, row.price, row.days, row.changed_at = checked.text, checked.price, checked.days, now
        unit_of_work.remember(session, once, kind=KIND, key=challenge_id)
        details = {"price": checked.price, "days": checked.days}
        audit.record(session, actor, "challenges.answered", kind=KIND, key=challenge_id, details=details)
        notifications.tell_audience(session, actor, "challenge.answered", challenge, audience="steering")


def find_answer(session: Session, *, challenge_id: int, provider_id: int) -> ChallengeResponse | None:
    query = select(ChallengeResponse).where(
        ChallengeResponse.challenge_id == challenge_id, ChallengeResponse.provider_id == provider_id
    )
    return session.scalars(query).one_or_none()


def mark(row: ChallengeResponse | None) -> str:
    """Which state of the answer a form was made of."""
    return row.changed_at.isoformat() if row else ""


def _check_may_answer(session: Session, actor: Actor, challenge: Challenge) -> None:
    if challenge.status != ChallengeStatus.OPEN:
        raise status_changes.conflict(session, challenge, kind=KIND, wanted="应榜")
    if not rules.takes_answers(challenge, today=clock.today()):
        raise Invalid({"closed": ["已过截止日期，不能再应榜或修改"]})
    provider = session.get_one(Provider, actor.provider_id)
    if provider.standing in HIDDEN_STANDINGS:
        raise Invalid({"standing": ["单位目前被暂停或已移出服务商池，不能应榜"]})


def _managed(actor: Actor) -> None:
    if not permissions.permits(actor, Permission.MANAGE_CHALLENGES):
        raise Forbidden(Permission.MANAGE_CHALLENGES)


def _own(session: Session, actor: Actor, challenge_id: int) -> Challenge:
    challenge: Challenge = status_changes.locked(session, Challenge, kind=KIND, key=challenge_id)
    _managed(actor)
    return challenge


def _write(challenge: Challenge, draft: Draft) -> None:
    challenge.title, challenge.target_level = draft.title, draft.target_level
    challenge.text, challenge.closes_on = draft.text, draft.closes_on


def _basis(row: UnmetRow) -> dict[str, Any]:
    return {
        "lines": [line.id for line in row.lines],
        "enterprises": row.tally.enterprises,
        "budget": row.tally.budget,
        "unstated": row.tally.unstated,
    }
