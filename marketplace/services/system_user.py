"""The platform itself as the one who decides: what a date brings about (期满, 恢复) has a person in no row."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.domain.actors import SYSTEM, Actor
from marketplace.models.accounts import User
from marketplace.services import clock

LOGIN = "system"  # neither an address nor a number: nobody can log in with it, and it has no password


def actor(session: Session) -> Actor:
    """SYSTEM with a row to point at, for decided_by; the row is made at its first use, inside a writing transaction."""
    user = session.scalars(select(User).where(User.login == LOGIN)).one_or_none()
    if user is None:
        user = User(login=LOGIN, name=SYSTEM.name, is_active=False, created_at=clock.now())
        session.add(user)
        session.flush()
    return replace(SYSTEM, user_id=user.id)
