"""Who is told what: every status change has its row, the right people hear it once, to-dos end by themselves."""

import string
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import notices
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, NotFound
from marketplace.domain.notice_rows import Notice, Told
from marketplace.domain.transitions import TRANSITIONS
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.consortia import Consortium, ConsortiumStatus
from marketplace.models.demands import Demand
from marketplace.models.leads import Lead
from marketplace.models.notifications import Mail, MailChoice, Notification
from marketplace.models.providers import Provider
from marketplace.services import (
    access_grants,
    clock,
    consortia,
    demands,
    invitations,
    leads,
    listing_status,
    mails,
    notification_audiences,
    notification_inbox,
    notification_switches,
    notification_words,
    notifications,
    password_resets,
)
from marketplace.services.notification_inbox import Box
from marketplace.services.unit_of_work import writing
from marketplace.web import errors
from tests.factories import Factory

EVERY = [(kind, action) for kind, table in TRANSITIONS.items() for action in table]
ROWS: list[tuple[str, Notice]] = [(f"{key[0]}.{key[1]}", row) for key, rows in notices.NOTICES.items() for row in rows]


def slots(row: Notice | Told) -> set[str]:
    return {name for text in (row.title, row.text) for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("kind", "action"), EVERY, ids=str)
def test_every_status_change_has_a_notice_or_a_reason_why_not(kind: str, action: str) -> None:
    is_told, is_silent = (kind, action) in notices.NOTICES, (kind, action) in notices.NOBODY
    assert is_told != is_silent
    assert is_silent or notices.NOTICES[kind, action]


def test_no_notice_is_left_over_from_a_change_that_does_not_exist() -> None:
    assert {*notices.NOTICES, *notices.NOBODY} <= set(EVERY)


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=str)
def test_every_notice_is_well_formed(kind: str, row: Notice) -> None:
    assert row.audience in notification_audiences.AUDIENCES
    assert slots(row) <= {"name", "reason", "who"}
    assert not row.page or row.page in notification_words.PAGES
    assert row.is_todo == bool(row.closed_by)
    assert set(row.closed_by) <= set(TRANSITIONS[kind.partition(".")[0]])
    assert notices.topic_of(kind) in notices.TOPICS


@pytest.mark.parametrize("kind", notices.TOLD)
def test_every_told_act_has_a_topic_and_to_dos_that_can_end(kind: str) -> None:
    told, noun = notices.TOLD[kind], kind.partition(".")[0]
    assert notices.topic_of(kind) in notices.TOPICS
    assert set(told.closed_by) <= set(TRANSITIONS.get(noun, {}))


def test_every_page_that_a_notice_leads_to_exists(app: Flask) -> None:
    kinds = {kind.partition(".")[0] for kind, row in ROWS if not row.page} | {row.page for _, row in ROWS if row.page}
    assert sorted(kind for kind in kinds if kind not in errors.PAGE_OF) == []


def told_to(user: User | Actor) -> list[tuple[str, bool]]:
    user_id = user.user_id if isinstance(user, Actor) else user.id
    query = select(Notification).where(Notification.user_id == user_id).order_by(Notification.id)
    return [(row.kind, row.is_todo) for row in db.session.scalars(query)]


@pytest.fixture
def leader(make: Factory) -> Actor:
    return make.actor(Role.BUREAU_LEADER)


def test_the_provider_hears_that_its_product_was_suspended_and_nobody_else_does(make: Factory, leader: Actor) -> None:
    owner, stranger = make.actor(Role.PROVIDER), make.actor(Role.PROVIDER)
    provider = db.session.get_one(Provider, owner.provider_id)
    solution = make.solution(provider=provider, name="质检通")
    listing_status.decide(leader, solution_id=solution.id, action="suspend", version=1, reason="证书过期", once=None)
    assert told_to(owner) == [("solution.suspend", False)]
    row = db.session.scalars(select(Notification)).one()
    assert (row.title, row.text) == ("产品被暂停：质检通", "理由：证书过期")
    assert (row.page_kind, row.page_id) == ("solution", solution.id)
    assert told_to(stranger) == told_to(leader) == []


def test_who_acts_is_not_told_but_his_colleague_is(make: Factory) -> None:
    owner = make.user(Role.ENTERPRISE)
    actor = make.actor(owner)
    colleague = make.user(Role.ENTERPRISE, organisation_id=actor.organisation_id)
    gone = make.user(Role.ENTERPRISE, organisation_id=actor.organisation_id)
    with writing() as session:
        session.get_one(User, gone.id).is_active = False
    demand = make.demand(user=owner)
    demands.withdraw(actor, demand_id=demand.id, version=1)
    assert told_to(actor) == []
    assert told_to(colleague) == [("demand.withdraw", False)]
    assert told_to(gone) == []


def test_a_change_that_fails_tells_nobody(make: Factory, leader: Actor) -> None:
    owner = make.actor(Role.PROVIDER)
    solution = make.solution(provider=db.session.get_one(Provider, owner.provider_id))
    with pytest.raises(Conflict):
        listing_status.decide(
            leader, solution_id=solution.id, action="suspend", version=99, reason="证书过期", once=None
        )
    db.session.rollback()
    assert told_to(owner) == []


@pytest.fixture
def lead(make: Factory) -> tuple[Actor, Actor, Lead]:
    """Enterprise, provider and the lead between them, still to be answered."""
    owner, provider = make.user(Role.ENTERPRISE), make.actor(Role.PROVIDER)
    demand, now = make.demand(user=owner, is_open_to_leads=True), clock.now()
    row = Lead(
        demand_id=demand.id, provider_id=provider.provider_id, wave=1, score=50, reasons={}, offered_at=now,
        expires_at=now.replace(year=now.year + 1),
    )  # fmt: skip
    with writing() as session:
        session.add(row)
        session.flush()
        notifications.tell(
            session, "lead.offered", subject_kind="lead", subject_id=row.id, to=[provider.user_id or 0],
            words={"name": "查检验记录", "until": "明天"},
        )  # fmt: skip
    return make.actor(owner), provider, row


def open_todos(actor: Actor) -> int:
    return notification_inbox.page(actor, box=Box.TODO, number=1).page.total


def test_a_to_do_waits_until_the_step_that_ends_it(lead: tuple[Actor, Actor, Lead]) -> None:
    owner, provider, row = lead
    assert open_todos(provider) == 1
    leads.interest(provider, lead_id=row.id, version=1)
    assert open_todos(provider) == 0
    assert open_todos(owner) == 1
    waiting = notification_inbox.page(owner, box=Box.TODO, number=1).page.rows[0]
    assert notification_inbox.place_of(owner, waiting.id) == ("demand_leads", row.demand_id)
    leads.introduce(owner, lead_id=row.id, version=2)
    assert open_todos(owner) == 0
    assert told_to(provider) == [("lead.offered", True), ("lead.introduce", False)]


def test_the_enterprise_is_not_named_to_a_provider_before_it_agrees(lead: tuple[Actor, Actor, Lead]) -> None:
    owner, provider, row = lead
    with writing() as session:
        session.get_one(Demand, row.demand_id).title = f"{owner.organisation_name}的需求"
    leads.interest(provider, lead_id=row.id, version=1)
    leads.refuse(owner, lead_id=row.id, version=2)
    titles = db.session.scalars(select(Notification.title).where(Notification.user_id == provider.user_id)).all()
    assert not [title for title in titles if owner.organisation_name in title]
    assert "企业暂不对接：本企业的需求" in titles


def test_the_same_words_about_the_same_thing_are_told_once(make: Factory, app: Flask) -> None:
    user = make.user(Role.PROVIDER)
    for until in ("明天", "明天", "后天"):
        with writing() as session:
            for _ in range(2):
                notifications.tell(
                    session, "lead.offered", subject_kind="lead", subject_id=7, to=[user.id, user.id],
                    words={"name": "查检验记录", "until": until},
                )  # fmt: skip
    assert len(told_to(user)) == 2
    assert len(db.session.scalars(select(Mail)).all()) == 2


def tell_offer(user: User, *, number: int = 1) -> None:
    with writing() as session:
        notifications.tell(
            session, "lead.offered", subject_kind="lead", subject_id=number, to=[user.id],
            words={"name": "查检验记录\r\nBcc: somebody@else.test", "until": "明天"},
        )  # fmt: skip


def test_a_to_do_is_mailed_at_once_with_title_and_link_alone(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    tell_offer(user)
    mail = db.session.scalars(select(Mail)).one()
    row = db.session.scalars(select(Notification)).one()
    assert (mail.address, mail.purpose, mail.user_id) == (user.login, "notice", user.id)
    assert mail.subject == "【数转超市】有新商机待答复：查检验记录 Bcc: somebody@else.test"
    assert f"http://127.0.0.1:8000/notifications/{row.id}\n" in mail.body
    assert row.text not in mail.body


def test_whoever_logs_in_by_phone_gets_no_mail(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    with writing() as session:
        session.get_one(User, user.id).login = "13900001111"
    tell_offer(user)
    assert told_to(user) == [("lead.offered", True)]
    assert db.session.scalars(select(Mail)).all() == []


def test_a_to_do_waits_no_longer_than_there_is_something_to_do(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    for number, hours in ((1, -1), (2, 1)):
        with writing() as session:
            notifications.tell(
                session, "lead.offered", subject_kind="lead", subject_id=number, to=[user.id],
                words={"name": "查检验记录", "until": "明天"}, ends_at=clock.now() + timedelta(hours=hours),
            )  # fmt: skip
    inbox = notification_inbox.page(make.actor(user), box=Box.ALL, number=1)
    assert inbox.counts == {"unread": 2, "todo": 1, "all": 2}
    assert [row.is_late for row in inbox.page.rows] == [False, True]


@pytest.mark.parametrize(("way", "mails"), [("now", 1), ("digest", 0), ("off", 0), ("", 1)])
def test_mail_goes_the_way_that_was_chosen(make: Factory, way: str, mails: int) -> None:
    user = make.user(Role.PROVIDER)
    notification_switches.save(make.actor(user), {"lead": (True, way)})
    tell_offer(user)
    assert len(db.session.scalars(select(Mail)).all()) == mails
    expected = MailChoice(way) if way else MailChoice.NOW
    assert db.session.scalars(select(Notification)).one().mail == expected


def test_news_that_are_not_to_be_shown_count_as_read_but_a_to_do_never_does(make: Factory, leader: Actor) -> None:
    user = make.user(Role.PROVIDER)
    owner = make.actor(user)
    notification_switches.save(owner, {"lead": (False, ""), "solution": (False, "")})
    tell_offer(user)
    solution = make.solution(provider=db.session.get_one(Provider, owner.provider_id))
    listing_status.decide(leader, solution_id=solution.id, action="suspend", version=1, reason="证书过期", once=None)
    inbox = notification_inbox.page(owner, box=Box.ALL, number=1)
    assert inbox.counts == {"unread": 1, "todo": 1, "all": 2}


def test_a_topic_that_the_role_is_not_told_of_cannot_be_switched(make: Factory) -> None:
    actor = make.actor(Role.PROVIDER)
    notification_switches.save(actor, {"weight_set": (False, "off"), "nonsense": (False, "off")})
    assert all(row.is_shown and row.mail is None for row in notification_switches.rows(actor))


@pytest.fixture
def reader(make: Factory) -> Actor:
    user = make.user(Role.PROVIDER)
    for number in range(1, 4):
        tell_offer(user, number=number)
    return make.actor(user)


def test_reading_and_doing_are_noted_once(reader: Actor) -> None:
    ids = [row.id for row in notification_inbox.page(reader, box=Box.ALL, number=1).page.rows]
    assert ids == sorted(ids, reverse=True)
    notification_inbox.mark_read(reader, notification_id=ids[0])
    notification_inbox.mark_done(reader, notification_id=ids[1])
    first = db.session.get_one(Notification, ids[1]).done_at
    notification_inbox.mark_done(reader, notification_id=ids[1])
    assert db.session.get_one(Notification, ids[1]).done_at == first
    inbox = notification_inbox.page(reader, box=Box.ALL, number=1)
    assert inbox.counts == {"unread": 1, "todo": 2, "all": 3}
    assert inbox.page.rows[0].id == ids[2], "the unread one comes first"
    assert notification_inbox.mark_all_read(reader, up_to=inbox.newest) == 1


def test_all_read_reaches_to_what_was_seen_and_no_further(reader: Actor) -> None:
    seen = notification_inbox.page(reader, box=Box.ALL, number=1).newest
    tell_offer(db.session.get_one(User, reader.user_id), number=9)
    assert notification_inbox.mark_all_read(reader, up_to=seen) == 3
    assert notification_inbox.page(reader, box=Box.UNREAD, number=1).page.total == 1


def test_nobody_reaches_the_messages_of_another(reader: Actor, make: Factory) -> None:
    key = db.session.scalars(select(Notification.id)).first() or 0
    other = make.actor(Role.PROVIDER)
    for act in (notification_inbox.mark_read, notification_inbox.mark_done, notification_inbox.open_one):
        with pytest.raises(NotFound):
            act(other, notification_id=key)
    with pytest.raises(NotFound):
        notification_inbox.place_of(other, key)
    assert notification_inbox.mark_all_read(other, up_to=key) == 0
    assert notification_inbox.page(replace(reader, user_id=other.user_id), box=Box.ALL, number=1).page.total == 0


def grant(owner: Actor, guest: Actor) -> int:
    return access_grants.give(
        owner, organisation_id=guest.organisation_id, purpose="diagnosis", days=10, note="看看现场记录"
    )


def test_consent_is_told_when_it_is_given_and_when_it_is_taken_back(make: Factory) -> None:
    owner, guest = make.actor(Role.ENTERPRISE), make.actor(Role.PROVIDER)
    key = grant(owner, guest)
    access_grants.withdraw(owner, grant_id=key, version=1)
    assert told_to(guest) == [("access_grant.given", False), ("access_grant.withdraw", False)]
    first = db.session.scalars(select(Notification).order_by(Notification.id)).first()
    assert first is not None
    assert first.title == f"{owner.organisation_name}授权本单位查看档案"
    assert first.page_kind == "received_grants"
    assert told_to(owner) == []


def test_an_invitation_goes_by_mail_with_a_link_that_works_and_only_to_an_address(make: Factory) -> None:
    keeper = make.actor(Role.PROVIDER)
    token = invitations.invite(keeper, name="新人", login="new@factory.cn")
    invitations.invite(keeper, name="新人", login="13900001111")
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.address, mail.purpose, mail.is_secret) == ("new@factory.cn", "invitation", True)
    assert mails.link("joining.show", token=token) in mail.body
    renewed = invitations.renew(keeper, invitation_id=1)
    latest = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert latest is not None
    assert renewed in latest.body


def test_a_reset_link_goes_by_mail_to_the_account_itself(make: Factory) -> None:
    user, administrator = make.user(Role.PROVIDER), make.actor(Role.ADMINISTRATOR)
    token = password_resets.issue(administrator, user_id=user.id)
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.address, mail.user_id, mail.is_secret) == (user.login, user.id, True)
    assert mails.link("password_resets.show", token=token) in mail.body


def test_a_seat_in_a_consortium_is_asked_for_and_answered(make: Factory) -> None:
    lead, guest = make.actor(Role.PROVIDER), make.actor(Role.PROVIDER)
    now = clock.now()
    consortium = Consortium(
        name="测试联合体", lead_id=lead.provider_id, industry="modern_food", purpose="一起做", declarations=[],
        created_by=lead.user_id, created_at=now, status=ConsortiumStatus.FORMING,
    )  # fmt: skip
    with writing() as session:
        session.add(consortium)
        session.flush()
    seat_id = consortia.invite(
        lead, consortium_id=consortium.id, provider_id=guest.provider_id or 0, share=Decimal(40), scenes=["quality"]
    )
    assert open_todos(guest) == 1
    key = notification_inbox.page(guest, box=Box.TODO, number=1).page.rows[0].id
    assert notification_inbox.place_of(guest, key) == ("consortium", consortium.id)
    consortia.consent(guest, seat_id=seat_id, version=1)
    assert open_todos(guest) == 0
    assert told_to(lead) == [("consortium_member.consented", False)]
    consortia.set_terms(lead, seat_id=seat_id, version=2, share=Decimal(30), scenes=["quality"])
    assert open_todos(guest) == 1
    consortia.decline(guest, seat_id=seat_id, version=3, reason="份额太少")
    assert open_todos(guest) == 0
    assert told_to(lead)[-1] == ("consortium_member.declined", False)


def test_only_who_has_answered_has_nothing_left_to_do(make: Factory) -> None:
    first, second = make.actor(Role.PROVIDER), make.actor(Role.PROVIDER)
    with writing() as session:
        notifications.tell(
            session, "consortium_change.proposed", subject_kind="consortium_change", subject_id=3,
            to=[first.user_id or 0, second.user_id or 0], words={"name": "测试联合体", "who": "牵头单位"},
        )  # fmt: skip
        notifications.close_own_todos(session, first, "consortium_change", 3)
    assert (open_todos(first), open_todos(second)) == (0, 1)
