"""Mail leaves once or says why not: files, a real mail server, every way in which it fails, and a lost sender."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace import config
from marketplace.domain import mail_addresses
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.audit import AuditEntry
from marketplace.models.notifications import Mail, MailState
from marketplace.services import clock, mail_delivery, mail_views, mails
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.services import mail_server
from tests.services.mail_server import MailServer

ADDRESS = "person@factory.cn"


def put(address: str = ADDRESS, *, user_id: int | None = None, is_secret: bool = False) -> int:
    with writing() as session:
        mail = mails.put(
            session, login=address, purpose="notice", subject="产品已上架：质检通",
            lines=["产品已上架", ".", "..登录后查看"], user_id=user_id, is_secret=is_secret,
        )  # fmt: skip
        assert mail is not None
        session.flush()
        return mail.id


def get(mail_id: int) -> Mail:
    db.session.expire_all()
    return db.session.get_one(Mail, mail_id)


def files(app: Flask) -> list[Path]:
    return sorted(Path(app.config["MAIL_FOLDER"]).glob("*.eml"))


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Flask:
    app.config.update(MAIL_BACKEND="file", MAIL_FOLDER=str(tmp_path / "mail"))
    return app


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    with mail_server.serving() as made:
        app.config.update(
            MAIL_BACKEND="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=made.port, SMTP_SECURITY="none",
            SMTP_USER="", MAIL_FROM="noreply@city.cn",
        )  # fmt: skip
        yield made


def test_a_phone_number_is_no_address(app: Flask) -> None:
    with writing() as session:
        assert mails.put(session, login="13900001111", purpose="notice", subject="题", lines=["文"]) is None


def test_a_mail_becomes_one_whole_file_named_after_its_id(folder: Flask) -> None:
    mail_id = put()
    assert mail_delivery.deliver() == {"sent": 1}
    mail, (path,) = get(mail_id), files(folder)
    assert path.name == mail.message_id.strip("<>") + ".eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (message["To"], message["Subject"]) == (ADDRESS, "【数转超市】产品已上架：质检通")
    assert message.get_content() == "产品已上架\n.\n..登录后查看\n"  # type: ignore[attr-defined]
    assert [one.name for one in Path(folder.config["MAIL_FOLDER"]).iterdir()] == [path.name], "nothing half-written"
    assert (mail.state, mail.attempts, mail.body) == (MailState.SENT, 1, "产品已上架\n.\n..登录后查看\n")
    assert mail_delivery.deliver() == {}


def test_the_text_with_a_key_in_it_is_wiped_once_it_is_sent(folder: Flask) -> None:
    mail_id = put(is_secret=True)
    mail_delivery.deliver()
    assert get(mail_id).body == ""


def test_a_folder_that_cannot_be_written_keeps_the_mail_waiting(folder: Flask, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir(mode=0o700)
    (tmp_path / "blocked").write_text("a file where a folder should be")
    folder.config["MAIL_FOLDER"] = str(tmp_path / "blocked")
    mail_id = put()
    assert mail_delivery.deliver() == {"waiting": 1}
    mail = get(mail_id)
    assert mail.not_before > clock.now()
    assert "写不了邮件文件" in (mail.problem or "")


def test_a_mail_reaches_the_server_as_it_was_written(server: MailServer) -> None:
    mail_id = put()
    assert mail_delivery.deliver() == {"sent": 1}
    (message,) = server.received
    assert server.recipients == [ADDRESS]
    assert (message["From"], message["Message-ID"]) == ("noreply@city.cn", get(mail_id).message_id)
    assert message["Subject"] == "【数转超市】产品已上架：质检通"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == "产品已上架\n.\n..登录后查看\n"


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"MAIL": "451 later"}, "waiting"),
        ({"MAIL": "550 no"}, "failed"),
        ({"RCPT": "450 busy"}, "waiting"),
        ({"RCPT": "550 nobody here"}, "failed"),
        ({"DATA": "451 not now"}, "waiting"),
        ({"DATA": "554 no"}, "failed"),
        ({"END": "452 full"}, "waiting"),
        ({"END": "554 spam"}, "failed"),
        ({"MAIL": "hang_up"}, "waiting"),
        ({"RCPT": "hang_up"}, "waiting"),
        ({"END": "hang_up"}, "unclear"),
    ],
    ids=str,
)
def test_what_the_server_says_decides(server: MailServer, answers: dict[str, str], state: str) -> None:
    server.answers = answers
    mail_id = put()
    assert mail_delivery.deliver() == {state: 1}
    assert get(mail_id).problem
    server.answers = {}
    assert mail_delivery.deliver() == {}, "not due yet, or not to be sent by a machine"


def test_a_server_that_cannot_be_reached_is_asked_again_and_then_no_more(server: MailServer, app: Flask) -> None:
    app.config["SMTP_PORT"] = 1
    mail_id = put()
    for _ in range(mail_delivery.POLICY["attempts"]):
        with writing() as session:
            session.get_one(Mail, mail_id).not_before = clock.now()
        happened = mail_delivery.deliver()
    assert happened == {"failed": 1}
    assert get(mail_id).attempts == mail_delivery.POLICY["attempts"]


def test_no_mail_to_a_demo_account_or_a_reserved_domain_is_given_to_a_server(server: MailServer, make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    with writing() as session:
        session.get_one(User, user.id).is_demo = True
    put("enterprise@demo.example")
    put(user_id=user.id)
    assert mail_delivery.deliver() == {"failed": 2}
    assert [row.state for row in db.session.scalars(select(Mail))] == [MailState.FAILED] * 2
    assert server.received == []


@pytest.mark.parametrize(
    ("address", "is_reserved"),
    [
        ("a@demo.example", True), ("a@example.com", True), ("a@mail.example.org", True), ("a@x.test", True),
        ("a@localhost", True), ("a@example.cn", False), ("a@myexample.com", False), ("a@test.cn", False),
    ],
)  # fmt: skip
def test_reserved_domains_are_known(address: str, is_reserved: bool) -> None:
    assert mail_addresses.is_reserved(address) == is_reserved


def lose(mail_id: int) -> None:
    """A sender that died after it had claimed the mail, long ago."""
    with writing() as session:
        mail = session.get_one(Mail, mail_id)
        mail.state, mail.claim, mail.attempts = MailState.SENDING, "lost", 1
        mail.claimed_at = clock.now() - mail_delivery.ABANDONED - timedelta(seconds=1)


def test_a_claim_that_is_young_is_left_alone(folder: Flask) -> None:
    mail_id = put()
    lose(mail_id)
    with writing() as session:
        session.get_one(Mail, mail_id).claimed_at = clock.now()
    assert mail_delivery.deliver() == {}
    assert get(mail_id).state == MailState.SENDING


def test_of_a_lost_sender_the_file_tells_whether_the_mail_had_left(folder: Flask) -> None:
    before, after = put(), put()
    mail_delivery.deliver(limit=1)
    with writing() as session:
        session.get_one(Mail, before).sent_at = None
        session.get_one(Mail, before).state = MailState.WAITING
    lose(before)
    lose(after)
    assert mail_delivery.deliver() == {"sent": 1}, "the one without a file is sent, the other is known to have left"
    assert [get(one).state for one in (before, after)] == [MailState.SENT] * 2
    assert len(files(folder)) == 2


def test_of_a_lost_sender_to_a_server_only_a_person_decides(server: MailServer, make: Factory) -> None:
    mail_id = put()
    lose(mail_id)
    assert mail_delivery.deliver() == {}
    assert get(mail_id).state == MailState.UNCLEAR
    assert server.received == []
    mail_views.resend(make.actor(Role.ADMINISTRATOR), mail_id=mail_id)
    assert mail_delivery.deliver() == {"sent": 1}
    assert len(server.received) == 1


def test_a_sender_that_was_only_slow_still_settles_its_own_mail(server: MailServer, make: Factory) -> None:
    mail_id = put()
    claim = mail_delivery._claim()
    assert claim is not None
    assert mail_delivery.settle_abandoned(before=clock.now()) == 1
    assert mail_delivery._send(claim) == "sent"
    assert get(mail_id).state == MailState.SENT


@pytest.fixture
def administrator(make: Factory) -> Actor:
    return make.actor(Role.ADMINISTRATOR)


def test_the_administrator_decides_once_and_on_record(server: MailServer, administrator: Actor) -> None:
    for decision, state in (
        (mail_views.resend, MailState.WAITING), (mail_views.confirm, MailState.SENT), (mail_views.drop, "dropped"),
    ):  # fmt: skip
        mail_id = put(is_secret=True)
        lose(mail_id)
        mail_delivery.settle_abandoned()
        decision(administrator, mail_id=mail_id)
        assert get(mail_id).state == state
        assert bool(get(mail_id).body) == (state == MailState.WAITING)
        with pytest.raises(Conflict):
            decision(administrator, mail_id=mail_id)
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "mail")).all()
    assert sorted(acts) == ["mails.confirmed", "mails.dropped", "mails.resent"]


def test_nobody_else_decides(make: Factory, server: MailServer) -> None:
    mail_id = put()
    lose(mail_id)
    mail_delivery.settle_abandoned()
    with pytest.raises(Forbidden):
        mail_views.resend(make.actor(Role.BUREAU_LEADER), mail_id=mail_id)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MAIL_BACKEND": "pigeon"}, "MAIL_BACKEND"),
        ({"MAIL_BACKEND": "smtp", "SMTP_HOST": "mx", "BASE_URL": "https://x.cn"}, "MAIL_FROM"),
        ({"MAIL_BACKEND": "smtp", "MAIL_FROM": "a@x.cn", "BASE_URL": "https://x.cn"}, "SMTP_HOST"),
        ({"MAIL_BACKEND": "smtp", "MAIL_FROM": "a@x.cn", "SMTP_HOST": "mx"}, "BASE_URL"),
        ({"SMTP_SECURITY": "rot13"}, "SMTP_SECURITY"),
    ],
    ids=str,
)
def test_settings_by_which_no_mail_could_arrive_stop_the_start(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    settings = config.from_environment({"MARKET_ENV": "production", **changes}, instance=tmp_path)
    with pytest.raises(config.UnsafeSettings, match=reason):
        config.check(settings)


def test_mail_is_encrypted_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    assert config.from_environment({}, instance=tmp_path)["SMTP_SECURITY"] == "starttls"
