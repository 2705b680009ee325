"""Several people in one organisation: invited, admitted, removed; never without a keeper."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain.actors import Actor
from marketplace.domain.errors import AlreadyDone, Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Invitation, Membership, Organisation, Role, User
from marketplace.services import accounts, clock, colleagues, invitations, joining, passwords
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

PASSWORD = "zhuangpei-2026-线"
LOGIN = "xinren@example.test"


@pytest.fixture
def keeper(make: Factory) -> Actor:
    return make.actor(Role.ENTERPRISE)


@pytest.fixture
def member(make: Factory, keeper: Actor) -> Actor:
    return make.actor(make.user(Role.ENTERPRISE, organisation_id=keeper.organisation_id, is_keeper=False))


def join(token: str, *, name: str = "新人") -> accounts.Entry:
    return joining.as_newcomer(token=token, name=name, password=PASSWORD, user_agent="test")


def test_an_invited_newcomer_sets_his_password_and_sits_where_the_inviter_sits(keeper: Actor) -> None:
    token = invitations.invite(keeper, name="新人", login=LOGIN)
    door = joining.find(token)
    assert (door.login, door.has_account, door.organisation) == (LOGIN, False, keeper.organisation_name)
    actor = join(token).actor
    assert (actor.organisation_id, actor.role, actor.is_keeper) == (keeper.organisation_id, keeper.role, False)
    assert actor.enterprise_id == keeper.enterprise_id


def test_a_link_works_once(keeper: Actor) -> None:
    token = invitations.invite(keeper, name="新人", login=LOGIN)
    join(token)
    for again in (lambda: joining.find(token), lambda: join(token)):
        with pytest.raises(NotFound):
            again()


def test_a_link_is_stored_as_its_hash_alone(keeper: Actor) -> None:
    token = invitations.invite(keeper, name="新人", login=LOGIN)
    row = db.session.scalars(select(Invitation)).one()
    assert row.token_hash == invitations.hash_of(token)
    assert token not in repr(vars(row))


def test_a_link_ends_with_its_days(keeper: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    token = invitations.invite(keeper, name="新人", login=LOGIN)
    later = clock.now() + timedelta(days=invitations.POLICY["days"], seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotFound):
        joining.find(token)
    assert colleagues.show(keeper).invited[0].is_expired
    fresh = invitations.renew(keeper, invitation_id=colleagues.show(keeper).invited[0].invitation_id)
    assert join(fresh)


def test_a_new_link_ends_the_old_one(keeper: Actor) -> None:
    old = invitations.invite(keeper, name="新人", login=LOGIN)
    new = invitations.invite(keeper, name="新人", login=LOGIN.upper())
    assert len(db.session.scalars(select(Invitation)).all()) == 1
    with pytest.raises(NotFound):
        joining.find(old)
    assert joining.find(new)


def test_a_withdrawn_invitation_opens_nothing(keeper: Actor) -> None:
    token = invitations.invite(keeper, name="新人", login=LOGIN)
    row = db.session.scalars(select(Invitation)).one()
    invitations.withdraw(keeper, invitation_id=row.id)
    with pytest.raises(NotFound):
        join(token)
    assert colleagues.show(keeper).invited == ()


def test_a_request_opens_nothing_until_a_keeper_consents(keeper: Actor) -> None:
    code = db.session.get_one(Organisation, keeper.organisation_id).credit_code or ""
    invitations.ask(credit_code=code, name="新人", login=LOGIN)
    assert colleagues.requests_waiting(keeper) == 1
    (request,) = colleagues.show(keeper).requests
    token = invitations.renew(keeper, invitation_id=request.invitation_id)
    assert colleagues.requests_waiting(keeper) == 0
    assert join(token).actor.organisation_id == keeper.organisation_id


def test_a_person_with_an_account_joins_by_his_password_or_when_logged_in(keeper: Actor, make: Factory) -> None:
    other = make.user(Role.PROVIDER)
    with writing() as session:
        session.merge(other).password_hash = passwords.hash_of(PASSWORD)
    login = db.session.get_one(User, other.id).login
    token = invitations.invite(keeper, name="老人", login=login)
    assert joining.find(token).has_account
    with pytest.raises(Invalid):
        joining.with_password(token=token, password="falsch-2026-x", user_agent="test")
    actor = joining.with_password(token=token, password=PASSWORD, user_agent="test").actor
    assert (actor.user_id, actor.organisation_id) == (other.id, keeper.organisation_id)
    third = make.actor(Role.ENTERPRISE)
    again = invitations.invite(third, name="老人", login=login)
    entry = joining.as_actor(actor, token=again, user_agent="test")
    assert (entry.actor.user_id, entry.actor.organisation_id) == (other.id, third.organisation_id)


def test_who_is_there_already_is_not_invited_and_does_not_join_twice(keeper: Actor, member: Actor) -> None:
    login = db.session.get_one(User, member.user_id).login
    with pytest.raises(Invalid) as caught:
        invitations.invite(keeper, name="同事", login=login)
    assert set(caught.value.messages) == {"login"}
    token = invitations.invite(keeper, name="别人", login=LOGIN)
    with pytest.raises(Invalid):
        joining.as_actor(member, token=token, user_agent="test")


@pytest.mark.parametrize(("name", "login", "field"), [(" ", LOGIN, "name"), ("新人", "xinren", "login")])
def test_a_bad_invitation_names_its_field(keeper: Actor, name: str, login: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        invitations.invite(keeper, name=name, login=login)
    assert set(caught.value.messages) == {field}


def test_only_a_keeper_of_this_organisation_manages_it(keeper: Actor, member: Actor, make: Factory) -> None:
    invitations.invite(keeper, name="新人", login=LOGIN)
    row_id = db.session.scalars(select(Invitation.id)).one()
    stranger = make.actor(Role.ENTERPRISE)
    with pytest.raises(Forbidden):
        invitations.invite(member, name="新人", login="b@example.test")
    with pytest.raises(Forbidden):
        invitations.renew(member, invitation_id=row_id)
    with pytest.raises(NotFound):
        invitations.renew(stranger, invitation_id=row_id)
    with pytest.raises(NotFound):
        invitations.withdraw(stranger, invitation_id=row_id)
    with pytest.raises(Forbidden):
        colleagues.remove(member, membership_id=keeper.membership_id or 0)
    with pytest.raises(NotFound):
        colleagues.remove(stranger, membership_id=member.membership_id or 0)
    with pytest.raises(NotFound):
        colleagues.set_keeper(stranger, membership_id=member.membership_id or 0, is_keeper=True)
    with pytest.raises(Forbidden):
        colleagues.set_keeper(member, membership_id=member.membership_id or 0, is_keeper=True)


def test_a_removed_colleague_is_out_at_once_with_his_links(keeper: Actor, member: Actor) -> None:
    colleagues.set_keeper(keeper, membership_id=member.membership_id or 0, is_keeper=True)
    with writing() as session:
        seat = accounts.get_seat(session, member.membership_id or 0)
        cookie = accounts.open_session(session, seat, user_agent="test")
    token = invitations.invite(replace(member, is_keeper=True), name="新人", login=LOGIN)
    colleagues.remove(keeper, membership_id=member.membership_id or 0)
    assert accounts.find_actor(cookie) is None
    assert db.session.get(Membership, member.membership_id) is None
    with pytest.raises(NotFound):
        join(token)


def test_the_last_keeper_neither_leaves_nor_hands_back_the_keys(keeper: Actor, member: Actor) -> None:
    own, other = keeper.membership_id or 0, member.membership_id or 0
    for act in (
        lambda: colleagues.remove(keeper, membership_id=own),
        lambda: colleagues.set_keeper(keeper, membership_id=own, is_keeper=False),
    ):
        with pytest.raises(Invalid):
            act()
    colleagues.set_keeper(keeper, membership_id=other, is_keeper=True)
    colleagues.remove(keeper, membership_id=own)
    assert db.session.get(Membership, own) is None


def test_a_keeper_without_keys_any_more_is_refused_whatever_his_page_says(keeper: Actor, member: Actor) -> None:
    colleagues.set_keeper(keeper, membership_id=member.membership_id or 0, is_keeper=True)
    colleagues.set_keeper(keeper, membership_id=keeper.membership_id or 0, is_keeper=False)
    with pytest.raises(Forbidden):  # the actor object still says keeper
        invitations.invite(keeper, name="新人", login=LOGIN)


def test_a_member_sees_his_colleagues_with_their_accounts_masked(keeper: Actor, member: Actor) -> None:
    seen = colleagues.show(member)
    assert not seen.may_manage
    assert (seen.invited, seen.requests) == ((), ())
    logins = {one.membership_id: one.login for one in seen.people}
    assert "***" in logins[keeper.membership_id or 0]
    assert "***" not in logins[member.membership_id or 0]
    assert not any("***" in one.login for one in colleagues.show(keeper).people)


def test_acts_sent_twice_have_one_effect(keeper: Actor, member: Actor) -> None:
    invitations.invite(keeper, name="新人", login=LOGIN, once="once-4")
    with pytest.raises(AlreadyDone):
        invitations.invite(keeper, name="新人", login=LOGIN, once="once-4")
    colleagues.remove(keeper, membership_id=member.membership_id or 0, once="once-5")
    with pytest.raises(AlreadyDone):
        colleagues.remove(keeper, membership_id=member.membership_id or 0, once="once-5")
