"""The administrator's page of mails: states with counts, decisions, never a text."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from marketplace.domain import wording
from marketplace.models.accounts import Role
from marketplace.models.notifications import Mail, MailState
from marketplace.services import mails
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def put(state: MailState, *, subject: str = "口令重置") -> int:
    with writing() as session:
        mail = mails.put(
            session, login="person@factory.cn", purpose="password_reset", subject=subject, lines=["绝密链接"],
            is_secret=True,
        )  # fmt: skip
        assert mail is not None
        mail.state = state
        if state == MailState.SENT:
            mail.sent_at = mail.created_at
        if state == MailState.SENDING:
            mail.claimed_at, mail.claim = mail.created_at, "somebody"
        session.flush()
        return mail.id


@pytest.fixture
def desk(client: Browser, make: Factory) -> Browser:
    return client.log_in(make.user(Role.ADMINISTRATOR))


def test_states_stand_there_with_their_counts_and_no_text(desk: Browser) -> None:
    assert "还没有邮件" in desk.get("/mails").html
    for state in MailState:
        put(state, subject=f"第{state}封")
    page = desk.get("/mails")
    assert "绝密链接" not in page.html
    for state in MailState:
        assert f"{wording.MAIL_STATES[state]} 1" in page.html
        alone = desk.get(f"/mails?state={state}")
        assert [other for other in MailState if f"第{other}封" in alone.html] == [state]
    assert "全部 6" in desk.get("/mails?state=nonsense").html


def test_only_what_is_stuck_has_buttons(desk: Browser) -> None:
    for state in MailState:
        put(state)
    html = desk.get("/mails").html
    assert html.count("确定重新发送") == html.count("确定确认已送达") == html.count("确定不再发送") == 2


@pytest.mark.parametrize(("decision", "state"), [("resend", "waiting"), ("confirm", "sent"), ("drop", "dropped")])
def test_a_decision_takes_effect_once(app: Flask, desk: Browser, decision: str, state: str) -> None:
    mail_id = put(MailState.UNCLEAR)
    answer = desk.post(f"/mails/{mail_id}/{decision}", {"state": "unclear"}, status=303)
    assert answer.headers["Location"] == "/mails?state=unclear"
    with writing() as session:
        assert session.get_one(Mail, mail_id).state == state
    refused = desk.post(f"/mails/{mail_id}/{decision}", {}, status=409)
    assert wording.MAIL_STATES[state] in refused.get_data(as_text=True)


def test_the_page_asks_as_often_for_one_mail_as_for_twenty(app: Flask, desk: Browser, count_queries: Counting) -> None:
    taken = []
    for count in (1, 19):
        for _ in range(count):
            put(MailState.FAILED)
        desk.get("/mails")
        with count_queries(app) as statements:
            desk.get("/mails")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 4
