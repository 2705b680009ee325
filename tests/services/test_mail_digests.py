"""每日摘要: one mail a person and day, what is new and what waits, nothing before the hour, nothing told twice."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.notifications import Digest, Mail, MailChoice, MailState, Notification
from marketplace.services import clock, mail_digests, notification_inbox, notification_switches, notifications
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

DAY = timedelta(days=1)
Setting = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Sets the clock of the process."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_clock


@pytest.fixture
def nine(app: Flask, at: Setting) -> datetime:
    """Nine o'clock of a day, an hour after the digest's; the clock stands there."""
    moment = datetime(2026, 11, 20, 9, tzinfo=clock.CITY_ZONE)
    at(moment)
    return moment


@pytest.fixture
def user(nine: datetime, make: Factory) -> User:
    return make.user(Role.PROVIDER)


def tell(user: User, *, number: int, when: datetime, is_todo: bool = False) -> None:
    kind = "lead.offered" if is_todo else "challenge.answered"
    words = {"name": f"第{number}号", "until": "月底", "who": "某单位"}
    with writing() as session:
        notifications.tell(session, kind, subject_kind="challenge", subject_id=number, to=[user.id], words=words)
        session.flush()
        query = select(Notification).where(Notification.subject_id == number, Notification.kind == kind)
        for row in session.scalars(query):
            row.created_at = when


def digests() -> list[Mail]:
    db.session.expire_all()
    return list(db.session.scalars(select(Mail).where(Mail.purpose == "digest").order_by(Mail.id)))


def test_nothing_is_sent_before_the_hour(user: User, nine: datetime, at: Setting) -> None:
    tell(user, number=1, when=nine - DAY)
    at(nine - timedelta(hours=1, seconds=1))
    assert mail_digests.send_due() == 0
    at(nine - timedelta(hours=1))
    assert mail_digests.send_due() == 1


def test_a_digest_names_what_is_new_and_what_waits_and_links_to_the_inbox(user: User, nine: datetime) -> None:
    tell(user, number=1, when=nine - DAY)
    tell(user, number=2, when=nine - DAY, is_todo=True)
    assert mail_digests.send_due() == 1
    (mail,) = digests()
    assert mail.subject == "【数转超市】1条新消息，1项待办"
    assert (mail.state, mail.user_id, mail.address) == (MailState.WAITING, user.id, user.login)
    assert mail.body.index("待办（1）") < mail.body.index("新商机待答复：第2号") < mail.body.index("新消息（1）")
    assert "http://127.0.0.1:8000/notifications\n" in mail.body
    row = db.session.scalars(select(Digest)).one()
    assert (row.mail_id, row.news, row.todos) == (mail.id, 1, 1)


def test_there_is_one_a_day_and_nothing_is_told_in_two(user: User, nine: datetime, at: Setting) -> None:
    tell(user, number=1, when=nine - DAY)
    assert [mail_digests.send_due() for _ in range(3)] == [1, 0, 0]
    tell(user, number=2, when=nine)
    assert mail_digests.send_due() == 0, "what comes after the hour is tomorrow's"
    at(nine + DAY)
    assert mail_digests.send_due() == 1
    assert ["第1号" in mail.body for mail in digests()] == [True, False]
    assert ["第2号" in mail.body for mail in digests()] == [False, True]
    at(nine + 2 * DAY)
    assert mail_digests.send_due() == 0


def test_who_has_read_it_all_or_has_no_address_or_is_closed_gets_none(
    user: User, nine: datetime, make: Factory
) -> None:
    by_phone, closed = make.user(Role.PROVIDER), make.user(Role.PROVIDER)
    for one in (user, by_phone, closed):
        tell(one, number=one.id, when=nine - DAY)
    with writing() as session:
        session.get_one(User, by_phone.id).login = "13900001111"
        session.get_one(User, closed.id).is_active = False
    notification_inbox.mark_all_read(make.actor(user), up_to=99)
    assert mail_digests.send_due() == 0


@pytest.mark.parametrize("way", [MailChoice.NOW, MailChoice.OFF], ids=str)
def test_who_chose_another_way_gets_no_digest(user: User, nine: datetime, make: Factory, way: MailChoice) -> None:
    notification_switches.save(make.actor(user), {"challenge": (True, way)})
    tell(user, number=1, when=nine - DAY)
    assert mail_digests.send_due() == 0


def test_a_to_do_that_waits_is_brought_back_to_mind_once_a_week(user: User, nine: datetime, at: Setting) -> None:
    tell(user, number=1, when=nine - DAY, is_todo=True)
    sent = []
    for day in range(22):
        at(nine + day * DAY)
        sent.append(mail_digests.send_due())
    assert [day for day, count in enumerate(sent) if count] == [7, 14, 21]


def test_a_to_do_that_goes_with_the_digest_does_not_make_one_every_day(
    user: User, nine: datetime, at: Setting, make: Factory
) -> None:
    notification_switches.save(make.actor(user), {"lead": (True, MailChoice.DIGEST)})
    tell(user, number=1, when=nine - DAY, is_todo=True)
    assert mail_digests.send_due() == 1
    at(nine + DAY)
    assert mail_digests.send_due() == 0


def test_a_long_list_is_cut_and_says_so(user: User, nine: datetime) -> None:
    for number in range(1, 24):
        tell(user, number=number, when=nine - DAY)
    mail_digests.send_due()
    (mail,) = digests()
    assert "新消息（23）" in mail.body
    assert "另有3条" in mail.body


def test_a_digest_that_fails_half_way_leaves_nothing(
    user: User, nine: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(user, number=1, when=nine - DAY)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(mail_digests.mails, "put", fail)
        with pytest.raises(RuntimeError):
            mail_digests.send_due()
    assert db.session.scalars(select(Digest)).all() == []
    assert mail_digests.send_due() == 1
    assert len(digests()) == 1
