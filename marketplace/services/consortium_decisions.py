"""联合体 before the bureau: the lead submits or recalls, the bureau confirms or sends back, either may dissolve."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from marketplace.domain import consortia as rules
from marketplace.domain.actors import Actor
from marketplace.domain.consortia import DECLARATIONS
from marketplace.domain.errors import Invalid
from marketplace.domain.permissions import Permission
from marketplace.models.consortia import ChangeStatus, Consortium, ConsortiumChange, ConsortiumStatus
from marketplace.services import audit, clock, consortium_seats, status_changes, unit_of_work
from marketplace.services.consortium_seats import KIND

PENDING = (ChangeStatus.CONSENTING, ChangeStatus.SUBMITTED)
FORMING = ConsortiumStatus.FORMING


def submit(
    actor: Actor, *, consortium_id: int, version: int, declared: Collection[str], once: str | None = None
) -> None:
    """With everybody's consent to his present terms, shares that make 100, and all declarations."""
    with unit_of_work.writing(actor, once=once) as session:
        consortium = consortium_seats.locked(session, consortium_id)
        consortium_seats.allow(actor, Permission.KEEP_CONSORTIUM, consortium)
        if consortium.status == FORMING:
            _check_ready(consortium, declared)
            consortium.declarations = list(DECLARATIONS.values())
            consortium.declared_at, consortium.declared_by = clock.now(), actor.user_id
        status_changes.change(session, actor, consortium, kind=KIND, action="submit", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=consortium_id)
        details = {"declarations": len(DECLARATIONS)}
        audit.record(session, actor, "consortia.declared", kind=KIND, key=consortium_id, details=details)


def _check_ready(consortium: Consortium, declared: Collection[str]) -> None:
    if set(declared) != set(DECLARATIONS):
        raise Invalid({"declared": ["三项承诺都要作出，才能报市局确认"]})
    rules.check_whole(consortium_seats.composition(consortium))
    waiting = [seat for seat in consortium_seats.current(consortium) if not rules.holds_consent(seat)]
    if waiting:
        raise Invalid({"seats": [f"还有{len(waiting)}家没有同意现在的份额和场景"]})


def recall(actor: Actor, *, consortium_id: int, version: int, once: str | None = None) -> None:
    _step(actor, consortium_id=consortium_id, action="recall", version=version, once=once)


def send_back(actor: Actor, *, consortium_id: int, version: int, reason: str, once: str | None = None) -> None:
    _step(
        actor,
        consortium_id=consortium_id,
        action="return",
        version=version,
        reason=consortium_seats.check_reason(reason),
        once=once,
    )


def confirm(actor: Actor, *, consortium_id: int, version: int, once: str | None = None) -> None:
    """From now on the consortium stands; what held when it was submitted is looked at again."""
    with unit_of_work.writing(actor, once=once) as session:
        consortium = consortium_seats.locked(session, consortium_id)
        consortium.formed_on = clock.today()
        status_changes.change(session, actor, consortium, kind=KIND, action="confirm", version=version)
        _check_ready(consortium, set(DECLARATIONS))
        for seat in sorted(consortium_seats.current(consortium), key=lambda one: one.provider_id):
            consortium_seats.find_free(session, seat.provider_id, but=consortium_id)
        unit_of_work.remember(session, once, kind=KIND, key=consortium_id)


def dissolve(actor: Actor, *, consortium_id: int, version: int, reason: str, once: str | None = None) -> None:
    """Seats and history stay as they were; a change that was waiting ends with the consortium."""
    reason = consortium_seats.check_reason(reason)
    with unit_of_work.writing(actor, once=once) as session:
        consortium = consortium_seats.locked(session, consortium_id)
        consortium.dissolved_on, consortium.dissolution_reason = clock.today(), reason
        with session.no_autoflush:
            status_changes.change(
                session, actor, consortium, kind=KIND, action="dissolve", reason=reason, version=version
            )
            for change in _waiting(session, consortium_id):
                status_changes.change(session, actor, change, kind="consortium_change", action="lapse", reason=reason)
        unit_of_work.remember(session, once, kind=KIND, key=consortium_id)


def _waiting(session: Session, consortium_id: int) -> Sequence[ConsortiumChange]:
    query = select(ConsortiumChange).where(
        ConsortiumChange.consortium_id == consortium_id, ConsortiumChange.status.in_(PENDING)
    )
    loaded = query.options(selectinload(ConsortiumChange.consents)).with_for_update(of=ConsortiumChange)
    return session.scalars(loaded).all()


def _step(
    actor: Actor, *, consortium_id: int, action: str, version: int, reason: str | None = None, once: str | None = None
) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        consortium = consortium_seats.locked(session, consortium_id)
        status_changes.change(session, actor, consortium, kind=KIND, action=action, reason=reason, version=version)
        unit_of_work.remember(session, once, kind=KIND, key=consortium_id)
