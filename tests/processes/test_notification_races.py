"""Couriers in real processes: two at once send each mail once, write one digest a day, and die without harm.

Rounds and moments come from RACE_ROUNDS and KILL_MOMENTS: few in every run of the suite, many for the figures.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.notifications import Digest, Mail, MailChoice, MailState, Notification
from marketplace.services import clock, mail_delivery, mail_digests, mails, notifications
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.processes.racing import race
from tests.services import mail_server
from tests.services.mail_server import MailServer

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
MOMENTS = int(os.environ.get("KILL_MOMENTS", "5"))
A_ROUND = 4  # mails that each of the two may send in a round
A_MOMENT = 25  # mails that wait while a courier is killed
LONGEST = 0.5  # seconds of work before the kill
START = datetime(2026, 11, 20, 2, tzinfo=UTC)  # ten o'clock in the city, after the digest's hour


def _url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that this process and its children send to."""
    with mail_server.serving() as made:
        settings = {
            "MAIL_BACKEND": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(made.port), "SMTP_SECURITY": "none",
            "MAIL_FROM": "noreply@city.cn",
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        app.config.update(settings, SMTP_PORT=made.port)
        yield made


def put(count: int) -> None:
    with writing() as session:
        for number in range(count):
            made = mails.put(
                session, login=f"p{number}@factory.cn", purpose="notice", subject=f"第{number}封", lines=["文"]
            )
            assert made is not None


def received(server: MailServer) -> Counter[str]:
    return Counter(str(message["Message-ID"]) for message in server.received)


def ids(*states: MailState) -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Mail.message_id).where(Mail.state.in_(states))))


def deliver_some(_number: int, _key: int) -> None:
    mail_delivery.deliver(limit=A_ROUND)


def test_two_couriers_send_each_mail_once(app: Flask, server: MailServer, tmp_path: Path) -> None:
    put(2 * A_ROUND * ROUNDS)
    race(_url(app), tmp_path, deliver_some, keys=range(ROUNDS))
    assert ids(MailState.SENT) == set(received(server))
    assert len(server.received) == 2 * A_ROUND * ROUNDS
    assert set(received(server).values()) == {1}


def write_digests(_number: int, key: int) -> None:
    """Each round is a day of its own."""
    clock.now = lambda: START + timedelta(days=key)
    mail_digests.send_due()


def test_two_couriers_write_one_digest_a_person_and_day(app: Flask, make: Factory, tmp_path: Path) -> None:
    people = [make.user(Role.PROVIDER).id for _ in range(2)]
    with writing() as session:
        for user_id in people:
            for day in range(ROUNDS):
                session.add(news(user_id, day))
    assert race(_url(app), tmp_path, write_digests, keys=range(ROUNDS)) == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Digest)) == len(people) * ROUNDS
    bodies = db.session.scalars(select(Mail.body).where(Mail.purpose == "digest")).all()
    told = Counter(line for body in bodies for line in body.splitlines() if line.startswith("- "))
    assert told == {f"- 第{day}天": len(people) for day in range(ROUNDS)}


def news(user_id: int, day: int) -> Notification:
    return Notification(
        user_id=user_id, kind="challenge.answered", subject_kind="challenge", subject_id=day, page_kind="challenge",
        page_id=day, title=f"第{day}天", text="", is_todo=False, mail=MailChoice.DIGEST,
        created_at=START + timedelta(days=day - 1), dedupe_key=f"news:{day}",
    )  # fmt: skip


def tell_the_same(_number: int, key: int) -> None:
    people = db.session.scalars(select(User.id).order_by(User.id)).all()
    words = {"name": f"第{key}份清单", "until": "月底"}
    with writing() as session:
        notifications.tell(session, "lead.offered", subject_kind="lead", subject_id=key, to=people, words=words)


def test_what_two_processes_tell_at_once_is_told_and_mailed_once(app: Flask, make: Factory, tmp_path: Path) -> None:
    people = [make.user(Role.PROVIDER).id for _ in range(3)]
    outcomes = race(_url(app), tmp_path, tell_the_same, keys=range(ROUNDS))
    assert outcomes == [["done", "done"]] * ROUNDS
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Notification)) == len(people) * ROUNDS
    assert db.session.scalar(select(func.count()).select_from(Mail)) == len(people) * ROUNDS


DELIVER = """
import sys
from marketplace import config
from marketplace.app import create_app
from marketplace.services import mail_delivery
app = create_app({
    "SQLALCHEMY_ENGINES": {"default": config.engine_settings(sys.argv[1])},
    "SEARCH_FOLDER": sys.argv[2], "MAIL_FOLDER": sys.argv[3], "DELIVERY": "none", "TESTING": True,
})
print("ready", flush=True)
with app.app_context():
    while True:
        mail_delivery.deliver()
"""


def kill_a_courier(app: Flask, folder: Path, *, after: float) -> None:
    command = [sys.executable, "-c", DELIVER, _url(app), app.config["SEARCH_FOLDER"], str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.kill()


def moments() -> Iterator[float]:
    chance = random.Random(20261122)
    return (chance.uniform(0, LONGEST) for _ in range(MOMENTS))


def test_a_killed_courier_to_a_server_loses_nothing_and_sends_nothing_twice(
    app: Flask, server: MailServer, tmp_path: Path
) -> None:
    for moment in moments():
        put(A_MOMENT)
        kill_a_courier(app, tmp_path / "mail", after=moment)
        mail_delivery.settle_abandoned(before=clock.now())
        mail_delivery.deliver()
    unclear = ids(MailState.UNCLEAR)
    assert ids(*MailState) == ids(MailState.SENT) | unclear, "every mail is settled or shown to the administrator"
    assert len(unclear) <= MOMENTS, "at most the one that was on its way"
    assert set(received(server).values()) == {1}, "nothing twice"
    assert ids(MailState.SENT) <= set(received(server)), "nothing lost"
    assert set(received(server)) <= ids(MailState.SENT) | unclear


def test_a_killed_courier_to_a_folder_leaves_each_mail_there_once_and_nothing_unclear(
    app: Flask, tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    app.config["MAIL_FOLDER"] = str(folder)
    for moment in moments():
        put(A_MOMENT)
        kill_a_courier(app, folder, after=moment)
        mail_delivery.settle_abandoned(before=clock.now())
        mail_delivery.deliver()
    assert ids(*MailState) == ids(MailState.SENT)
    assert sorted(f"<{path.stem}>" for path in folder.glob("*.eml")) == sorted(ids(MailState.SENT))
    assert all(path.read_bytes().rstrip() for path in folder.glob("*.eml"))
