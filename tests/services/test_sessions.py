"""Sessions live in the database: they idle out, expire, are revoked one by one or all at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import AlreadyDone, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Membership, Role, User
from marketplace.models.audit import AuditEntry
from marketplace.services import accounts, clock, logins, passwords, sessions
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

OLD, NEW = "zhuangpei-2026-线", "jianyan-2027-单"


@pytest.fixture
def person(make: Factory) -> User:
    user = make.user(Role.ENTERPRISE)
    with writing() as session:
        session.merge(user).password_hash = passwords.hash_of(OLD)
    return db.session.get_one(User, user.id)


@pytest.fixture
def enter(person: User) -> Callable[[], tuple[str, Actor]]:
    def opened() -> tuple[str, Actor]:
        with writing() as session:
            seat = accounts.find_seat(session, user_id=person.id)
            assert seat is not None
            token = accounts.open_session(session, seat, user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/130")
        actor = accounts.find_actor(token)
        assert actor is not None
        return token, actor

    return opened


Enter = Callable[[], tuple[str, Actor]]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def test_an_unknown_token_is_nobody(person: User) -> None:
    assert accounts.find_actor("x" * 43) is None


def test_a_session_idles_out_and_use_keeps_it_alive(enter: Enter, at: Callable[[datetime], None]) -> None:
    start = clock.now()
    at(start)
    token, _ = enter()
    idle = timedelta(hours=accounts.POLICY["idle_hours"])
    at(start + idle - timedelta(minutes=1))
    assert accounts.find_actor(token)
    at(start + 2 * idle - timedelta(minutes=2))
    assert accounts.find_actor(token)
    at(start + 3 * idle)
    assert accounts.find_actor(token) is None


def test_a_session_ends_after_its_days_however_busy(enter: Enter, at: Callable[[datetime], None]) -> None:
    start = clock.now()
    at(start)
    token, _ = enter()
    end = start + timedelta(days=accounts.POLICY["absolute_days"])
    moment = start
    while moment < end - timedelta(hours=1):
        at(moment)
        assert accounts.find_actor(token), moment - start
        moment += timedelta(hours=accounts.POLICY["idle_hours"] - 1)
    at(end)
    assert accounts.find_actor(token) is None


def test_the_time_of_last_use_is_written_once_a_minute(enter: Enter, at: Callable[[datetime], None]) -> None:
    start = clock.now()
    at(start)
    token, actor = enter()

    def seen() -> datetime:
        db.session.expire_all()
        return db.session.get_one(AuthSession, actor.session_id).seen_at

    at(start + timedelta(seconds=50))
    accounts.find_actor(token)
    assert seen() == start
    at(start + timedelta(seconds=70))
    accounts.find_actor(token)
    assert seen() == start + timedelta(seconds=70)


def test_one_device_can_be_logged_out_by_its_owner_alone(enter: Enter, make: Factory) -> None:
    (first, actor), (second, other_device) = enter(), enter()
    stranger = make.actor(Role.AUDITOR)
    with pytest.raises(NotFound):
        sessions.revoke(stranger, session_id=actor.session_id or 0)
    assert {row.is_current for row in sessions.devices(actor)} == {True, False}
    assert sessions.devices(actor)[0].browser == "火狐，Windows"
    sessions.revoke(actor, session_id=other_device.session_id or 0)
    sessions.revoke(actor, session_id=other_device.session_id or 0)
    assert accounts.find_actor(second) is None
    assert accounts.find_actor(first)
    assert len(sessions.devices(actor)) == 1
    logged_out = select(AuditEntry.id).where(AuditEntry.action == "accounts.logged_out")
    assert len(db.session.scalars(logged_out).all()) == 1


def test_logging_out_everywhere_ends_every_session_of_the_person_alone(enter: Enter, make: Factory) -> None:
    tokens = [enter()[0] for _ in range(3)]
    with writing() as session:
        seat = accounts.find_seat(session, user_id=make.user(Role.AUDITOR).id)
        assert seat is not None
    with writing() as session:
        bystander = accounts.open_session(session, accounts.get_seat(session, seat.id), user_agent="test")
    actor = accounts.find_actor(tokens[0])
    assert actor is not None
    assert sessions.log_out_everywhere(actor) == 3
    assert [accounts.find_actor(token) for token in tokens] == [None] * 3
    assert accounts.find_actor(bystander)


def test_a_closed_account_is_out_at_once(enter: Enter, person: User) -> None:
    token, _ = enter()
    with writing() as session:
        session.get_one(User, person.id).is_active = False
    assert accounts.find_actor(token) is None


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(enter: Enter, person: User) -> None:
    (here, actor), (there, _) = enter(), enter()
    assert sessions.change_password(actor, old=OLD, new=NEW) == 1
    assert accounts.find_actor(here)
    assert accounts.find_actor(there) is None
    assert logins.log_in(login=person.login, password=NEW, user_agent="test")
    with pytest.raises(Invalid):
        logins.log_in(login=person.login, password=OLD, user_agent="test")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("falsch-2026-x", NEW, "old"), (OLD, "kurz-1", "new"), (OLD, OLD, "new")],
)
def test_a_password_change_needs_the_old_one_and_a_good_new_one(enter: Enter, old: str, new: str, field: str) -> None:
    (_, actor), (there, _) = enter(), enter()
    with pytest.raises(Invalid) as caught:
        sessions.change_password(actor, old=old, new=new)
    assert set(caught.value.messages) == {field}
    assert accounts.find_actor(there)


def test_guessing_the_old_password_locks_like_any_guessing(enter: Enter, person: User) -> None:
    _, actor = enter()
    for _ in range(logins.LOCKOUT["failures"]):
        with pytest.raises(Invalid):
            sessions.change_password(actor, old="falsch-2026-x", new=NEW)
    with pytest.raises(Invalid):
        sessions.change_password(actor, old=OLD, new=NEW)


def test_a_password_form_sent_twice_has_one_effect(enter: Enter) -> None:
    _, actor = enter()
    sessions.change_password(actor, old=OLD, new=NEW, once="once-2")
    with pytest.raises(AlreadyDone):
        sessions.change_password(actor, old=NEW, new=OLD, once="once-2")


def test_changing_the_seat_opens_a_new_session_and_ends_the_old_one(enter: Enter, person: User, make: Factory) -> None:
    token, actor = enter()
    firm = make.provider()
    with writing() as session:
        seat = Membership(
            user_id=person.id, organisation_id=firm.organisation_id, role=Role.PROVIDER, created_at=clock.now()
        )
        session.add(seat)
    entry = sessions.change_seat(actor, membership_id=seat.id, user_agent="test")
    assert entry.actor.role == Role.PROVIDER
    assert accounts.find_actor(token) is None
    assert [row.is_current for row in sessions.seats(entry.actor)] == [False, True]


def test_nobody_sits_down_in_anothers_seat(enter: Enter, make: Factory) -> None:
    token, actor = enter()
    other = make.actor(Role.AUDITOR)
    with pytest.raises(NotFound):
        sessions.change_seat(actor, membership_id=other.membership_id or 0, user_agent="test")
    assert accounts.find_actor(token)
