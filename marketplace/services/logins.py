"""Logging in: password, lock-out counted in the database, demo accounts.

An unknown name, a wrong password, a locked and a closed account are refused with the same words after the same work,
so that nobody learns from the answer which accounts there are.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.domain import login_names
from marketplace.domain.errors import Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role, User
from marketplace.policy import reader
from marketplace.services import accounts, audit, clock, passwords, status_changes
from marketplace.services.accounts import Entry
from marketplace.services.unit_of_work import remember, writing

LOCKOUT = reader.load("accounts")["lockout"]
REFUSAL = (
    f"账号或口令不对，请核对后重试。连续输错{LOCKOUT['failures']}次，账号锁定{LOCKOUT['minutes']}分钟，"
    "锁定期间口令正确也不能登录。"
)
NO_ID = 0  # no row has it
NO_SEAT = "这个账号目前不属于任何单位，不能登录。请让单位管理员重新发邀请。"


def log_in(*, login: str, password: str, user_agent: str, once: str | None = None) -> Entry:
    """A session in the seat used last; Invalid when refused, whatever the reason."""
    user_id = check_password(login=login, password=password)
    with writing(once=once) as session:
        user = unlocked(session, user_id)
        seat = accounts.find_seat(session, user_id=user.id)
        if seat is None:
            raise Invalid({"login": [NO_SEAT]})
        _clear(user)
        if user.password_hash and passwords.is_outdated(user.password_hash):
            user.password_hash = passwords.hash_of(password)
        remember(session, once, kind="user", key=user.id)
        return accounts.enter(session, seat, user_agent=user_agent)


def check_password(*, login: str, password: str) -> int:
    """The person's id; a failure is counted and refused. The hash is computed outside of any write transaction."""
    query = select(User.id, User.password_hash).where(User.login == login_names.normalise(login))
    row = db.session.execute(query).one_or_none()
    if passwords.matches(row.password_hash if row else None, password) and row is not None:
        return int(row.id)
    _count_failure(row.id if row else None)
    raise _refusal()


def is_locked(user: User, *, now: datetime) -> bool:
    return user.locked_until is not None and user.locked_until > now


def unlocked(session: Session, user_id: int) -> User:
    """The row as it stands under the lock: attempts of other workers may have locked it meanwhile."""
    user: User = status_changes.locked(session, User, kind="user", key=user_id)
    if is_locked(user, now=clock.now()) or not user.is_active:
        raise _refusal()
    return user


def _refusal() -> Invalid:
    return Invalid({"password": [REFUSAL]})


def _clear(user: User) -> None:
    user.failed_logins, user.locked_until = 0, None


def _count_failure(user_id: int | None) -> None:
    """Counted under the row's lock; an unknown name costs the same statements and a row in the trail as well."""
    with writing() as session:
        user = session.scalars(select(User).where(User.id == (user_id or NO_ID)).with_for_update()).one_or_none()
        if user is None:
            session.execute(update(User).where(User.id == NO_ID).values(failed_logins=0))
            _note_failure(session, key=None, failures=0)
            return
        now = clock.now()
        if is_locked(user, now=now):
            _note_failure(session, key=user.id, failures=LOCKOUT["failures"])
            return
        user.failed_logins += 1
        _note_failure(session, key=user.id, failures=user.failed_logins)
        if user.failed_logins >= LOCKOUT["failures"]:
            user.failed_logins, user.locked_until = 0, now + timedelta(minutes=LOCKOUT["minutes"])
            details = {"until": user.locked_until.isoformat()}
            audit.record(session, accounts.VISITOR, "accounts.locked", kind="user", key=user.id, details=details)


def _note_failure(session: Session, *, key: int | None, failures: int) -> None:
    details = {"failures": failures}
    audit.record(session, accounts.VISITOR, "accounts.login_failed", kind="user", key=key, details=details)


def demo_log_in(*, role: str, user_agent: str) -> Entry:
    """As the first demo person of the role; the caller has made sure that this is a demo."""
    with writing() as session:
        query = select(Membership).join(User).where(User.is_demo, User.is_active, Membership.role == role)
        seat = session.scalars(query.order_by(Membership.id).limit(1).options(*accounts.SEAT)).one_or_none()
        if role not in set(Role) or seat is None:
            raise NotFound("user", role)
        return accounts.enter(session, seat, user_agent=user_agent)


def demo_roles() -> frozenset[str]:
    """The roles that a demo person is there for."""
    query = select(Membership.role).join(User).where(User.is_demo, User.is_active).distinct()
    return frozenset(str(role) for role in db.session.scalars(query))
