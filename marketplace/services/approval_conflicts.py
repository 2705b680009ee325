"""The facts behind 回避: what is known of a reviewer and of the provider, read inside the locked transaction."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain import conflicts
from marketplace.domain.conflicts import Firm, Interest, Person, Reason, Sitting
from marketplace.domain.errors import Invalid
from marketplace.models.accounts import Membership, User
from marketplace.models.approvals import DeclaredInterest, ReviewSeat, Seat
from marketplace.models.providers import Provider
from marketplace.services import clock
from marketplace.services.approval_cases import Case


def of(session: Session, *, user_id: int, seat: Seat, case: Case) -> tuple[Reason, ...]:
    """Why this person may not sit there; empty when nothing speaks against it."""
    return conflicts.reasons(
        person(session, user_id),
        firm(session, case.approval.provider_id),
        sittings(case.seats),
        seat=seat,
        today=clock.today(),
    )


def check(session: Session, *, user_id: int, seat: Seat, case: Case) -> None:
    found = of(session, user_id=user_id, seat=seat, case=case)
    if found:
        raise Invalid({"conflict": [f"不能办理：{reason.text}。" for reason in found]})


def check_all(session: Session, case: Case) -> None:
    """Once more for everybody who decided this round, before a listing goes on the shelf; fails closed."""
    found = {row.seat: of(session, user_id=row.reviewer_id, seat=row.seat, case=case) for row in case.now()}
    if any(found.values()):
        raise Invalid(
            {"conflict": ["本轮有评估人与服务商存在应当回避的情形，不能通过。请市局领导换人重评，或退回修改。"]}
        )


def person(session: Session, user_id: int) -> Person:
    """In one statement: seats and interests are few."""
    query = (
        select(
            User, Membership.organisation_id, DeclaredInterest.organisation_id, DeclaredInterest.since,
            DeclaredInterest.until,
        )
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(DeclaredInterest, DeclaredInterest.user_id == User.id)
        .where(User.id == user_id)
        .order_by(DeclaredInterest.id)
    )  # fmt: skip
    rows = session.execute(query).all()
    user = rows[0][0]
    organisations = frozenset(row[1] for row in rows if row[1] is not None)
    interests = tuple(dict.fromkeys(Interest(*row[2:]) for row in rows if row[2] is not None))
    return Person(user.id, user.name, user.login, organisations, interests)


def firm(session: Session, provider_id: int) -> Firm:
    """In one statement: its facts beside each login of its people."""
    query = (
        select(
            Provider.organisation_id, Provider.contact_phone, Provider.contact_mail, Provider.legal_representative,
            User.login,
        )
        .outerjoin(Membership, Membership.organisation_id == Provider.organisation_id)
        .outerjoin(User, User.id == Membership.user_id)
        .where(Provider.id == provider_id)
    )  # fmt: skip
    rows = session.execute(query).all()
    first = rows[0]
    logins = (row.login for row in rows)
    contacts = frozenset(one for one in (*logins, first.contact_phone, first.contact_mail) if one)
    return Firm(first.organisation_id, contacts, first.legal_representative or "")


def sittings(rows: Iterable[ReviewSeat]) -> tuple[Sitting, ...]:
    """Rows with their reviewers loaded."""
    return tuple(Sitting(row.reviewer_id, row.reviewer.login, row.seat) for row in rows)
