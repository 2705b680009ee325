"""Registration, guessing and leaving, by real processes in the same moment."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import credit_codes
from marketplace.domain.registration import EnterpriseFacts, OrganisationFacts, Person
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Invitation, Membership, Organisation, OrganisationKind, Role, User
from marketplace.models.enterprises import Enterprise
from marketplace.services import accounts, colleagues, invitations, joining, logins, passwords, registration
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.processes.racing import race

ROUNDS = 5
PASSWORD = "zhuangpei-2026-线"
NAMES = ("甲", "乙")


def url_of(app: Flask) -> str:
    return db.engine.url.render_as_string(hide_password=False)


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def register(number: int, key: int) -> None:
    """Two colleagues register the same firm, each with his own account and his own spelling of the name."""
    code = credit_codes.make(category="91", region="519900", first_eight=f"ME{key:06d}")
    registration.register(
        registration.Application(
            OrganisationFacts(OrganisationKind.ENTERPRISE, f"同一家厂{key}{NAMES[number]}", code, "fucheng"),
            EnterpriseFacts("modern_food"),
            Person(name=NAMES[number], login=f"p{number}-{key}@example.test", password=PASSWORD),
        ),
        user_agent="test",
    )


def test_two_registrations_of_one_code_make_one_organisation(app: Flask, tmp_path: Path) -> None:
    outcomes = race(url_of(app), tmp_path, register, keys=range(1, ROUNDS + 1))
    assert all(sorted(outcome) == ["AlreadyRegistered", "done"] for outcome in outcomes)
    assert [count(model) for model in (Organisation, Enterprise, User, Membership, AuthSession)] == [ROUNDS] * 5


def register_twin(number: int, key: int) -> None:
    """The same double-clicked form, at two workers."""
    code = credit_codes.make(category="91", region="519900", first_eight=f"MF{key:06d}")
    registration.register(
        registration.Application(
            OrganisationFacts(OrganisationKind.ENTERPRISE, f"同一家厂{key}", code, "fucheng"),
            EnterpriseFacts("modern_food"),
            Person(name="甲", login=f"p-{key}@example.test", password=PASSWORD),
        ),
        user_agent="test",
        once=f"twin-{key}",
    )


def test_one_form_sent_twice_at_once_registers_once(app: Flask, tmp_path: Path) -> None:
    outcomes = race(url_of(app), tmp_path, register_twin, keys=range(1, ROUNDS + 1))
    assert all(sorted(outcome) == ["AlreadyDone", "done"] for outcome in outcomes)
    assert [count(model) for model in (Organisation, User)] == [ROUNDS] * 2


def guess(number: int, key: int) -> None:
    login = db.session.scalars(select(User.login).where(User.id == key)).one()
    logins.log_in(login=login, password="falsch-2026-x", user_agent="test")


def test_guesses_at_two_workers_are_all_counted(app: Flask, make: Factory, tmp_path: Path) -> None:
    user = make.user(Role.ENTERPRISE)
    with writing() as session:
        session.merge(user).password_hash = passwords.hash_of(PASSWORD)
    rounds = (logins.LOCKOUT["failures"] - 1) // 2
    race(url_of(app), tmp_path, guess, keys=[user.id] * rounds)
    db.session.rollback()
    assert db.session.get_one(User, user.id).failed_logins == 2 * rounds


def leave(number: int, key: int) -> None:
    """Two keepers of one organisation, whose seats are numbered one after the other, leave in the same moment."""
    seat = accounts.get_seat(db.session, key + number)
    colleagues.remove(accounts.actor_in(seat), membership_id=seat.id)


def first_of_two_keepers(make: Factory) -> int:
    firm = make.enterprise().organisation_id
    users = [make.user(Role.ENTERPRISE, organisation_id=firm).id for _ in NAMES]
    query = select(Membership.id).where(Membership.user_id.in_(users)).order_by(Membership.id)
    first, second = db.session.scalars(query).all()
    assert second == first + 1
    return first


def test_of_two_last_keepers_who_leave_at_once_one_stays(app: Flask, make: Factory, tmp_path: Path) -> None:
    seats = [first_of_two_keepers(make) for _ in range(ROUNDS)]
    outcomes = race(url_of(app), tmp_path, leave, keys=seats)
    assert all(sorted(outcome) == ["Invalid", "done"] for outcome in outcomes)
    assert count(Membership) == ROUNDS


def join(number: int, key: int) -> None:
    joining.as_newcomer(token=f"token-{key}", name=NAMES[number], password=PASSWORD, user_agent="test")


def test_two_people_with_one_link_make_one_seat(app: Flask, make: Factory, tmp_path: Path) -> None:
    keeper = make.actor(Role.ENTERPRISE)
    for key in range(ROUNDS):
        invitations.invite(keeper, name="新人", login=f"n{key}@example.test")
        with writing() as session:
            row = session.scalars(select(Invitation).where(Invitation.login == f"n{key}@example.test")).one()
            row.token_hash = invitations.hash_of(f"token-{key}")
    outcomes = race(url_of(app), tmp_path, join, keys=range(ROUNDS))
    assert all(sorted(outcome) == ["NotFound", "done"] for outcome in outcomes)
    assert count(Membership) == ROUNDS + 1
