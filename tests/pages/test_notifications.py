"""The inbox and the switches: the bell, filters, marking, ways to the thing; all by plain forms."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.notifications import Notification
from marketplace.services import mails, notification_switches, notifications
from marketplace.services.unit_of_work import writing
from tests.factories import Factory
from tests.harness import Browser

Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def tell(user: User, *, number: int = 1, kind: str = "lead.offered") -> int:
    words = {"name": f"第{number}份清单", "until": "11月30日", "purpose": "诊断", "who": "某单位"}
    with writing() as session:
        notifications.tell(session, kind, subject_kind="challenge", subject_id=number, to=[user.id], words=words)
    found = db.session.scalars(select(Notification.id).order_by(Notification.id.desc())).first()
    assert found
    return found


@pytest.fixture
def user(make: Factory) -> User:
    return make.user(Role.PROVIDER)


@pytest.fixture
def desk(client: Browser, user: User) -> Browser:
    return client.log_in(user)


def test_an_empty_inbox_says_what_will_come_here(desk: Browser) -> None:
    assert "还没有消息" in desk.get("/notifications").html
    assert "没有待办" in desk.get("/notifications?box=todo").html
    assert "没有未读消息" in desk.get("/notifications?box=unread").html
    assert "sz-bell" not in desk.get("/").html


def test_the_bell_counts_to_dos_first_and_unread_news_else(desk: Browser, user: User) -> None:
    news = tell(user, kind="access_grant.given")
    assert "未读1" in desk.get("/").html
    todo = tell(user)
    assert "待办1" in desk.get("/").html
    desk.post(f"/notifications/{todo}/done", {}, status=303)
    desk.post(f"/notifications/{news}/read", {}, status=303)
    assert "sz-bell" not in desk.get("/").html


def test_filters_show_what_they_say_and_marking_keeps_them(desk: Browser, user: User) -> None:
    news, todo = tell(user, kind="access_grant.given"), tell(user)
    assert "有新商机待答复" in desk.get("/notifications?box=todo").html
    assert "授权本单位查看档案" not in desk.get("/notifications?box=todo").html
    answer = desk.post(f"/notifications/{todo}/done", {"box": "todo"}, status=303)
    assert answer.headers["Location"] == "/notifications?box=todo"
    page = desk.get("/notifications?box=nonsense")
    assert "已办结" in page.html
    assert page.html.index("授权本单位查看档案") < page.html.index("有新商机待答复"), "the unread one comes first"
    desk.post("/notifications/read", {"up_to": str(todo)}, status=303)
    assert "全部标为已读" not in desk.get("/notifications").html
    assert db.session.get_one(Notification, news).read_at is not None


def test_opening_leads_to_the_thing_and_marks_it_read(desk: Browser, user: User) -> None:
    key = tell(user, number=5)
    answer = desk.post(f"/notifications/{key}/open", {}, status=303)
    assert answer.headers["Location"] == "/challenges/5"
    db.session.expire_all()
    assert db.session.get_one(Notification, key).read_at is not None


def test_the_link_of_a_mail_leads_to_the_thing_and_changes_nothing(desk: Browser, user: User) -> None:
    key = tell(user, number=5)
    answer = desk.raw(f"/notifications/{key}", status=303)
    assert answer.headers["Location"] == "/challenges/5"
    db.session.expire_all()
    assert db.session.get_one(Notification, key).read_at is None


def test_a_mail_link_asks_who_it_is_first(client: Browser, user: User) -> None:
    key = tell(user, number=5)
    answer = client.raw(f"/notifications/{key}", status=302)
    assert answer.headers["Location"].endswith(f"next=/notifications/{key}")


def test_links_in_mails_begin_with_the_public_address(app: Flask) -> None:
    app.config["BASE_URL"] = "https://market.city.example/shop"
    assert mails.link("notifications.follow", notification_id=7) == "https://market.city.example/shop/notifications/7"


def test_many_messages_come_in_pages(desk: Browser, user: User) -> None:
    for number in range(21):
        tell(user, number=number)
    assert "第 2 页" in desk.get("/notifications").html
    assert "第20份清单" not in desk.get("/notifications?page=2").html


def test_the_inbox_asks_as_often_for_one_message_as_for_twenty(
    app: Flask, desk: Browser, user: User, count_queries: Counting
) -> None:
    taken = []
    for numbers in (range(1), range(1, 20)):
        for number in numbers:
            tell(user, number=number)
        desk.get("/notifications")
        with count_queries(app) as statements:
            desk.get("/notifications")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 4


def test_the_bell_costs_no_query_of_its_own(app: Flask, desk: Browser, user: User, count_queries: Counting) -> None:
    desk.get("/how-it-works")
    with count_queries(app) as statements:
        desk.get("/how-it-works")
    assert len(statements) == 1


def test_switches_are_kept(desk: Browser, user: User, make: Factory) -> None:
    page = desk.get("/notifications/switches")
    assert user.login in page.html
    assert "匹配权重" not in page.html
    desk.post("/notifications/switches", {"mail-lead": "off", "mail-solution": "", "shown-solution": "1"}, status=303)
    rows = {row.topic: row for row in notification_switches.rows(make.actor(user))}
    assert (rows["lead"].is_shown, rows["lead"].mail) == (False, "off")
    assert (rows["solution"].is_shown, rows["solution"].mail) == (True, None)
    assert (rows["challenge"].is_shown, rows["challenge"].mail) == (True, None)


def test_a_way_of_mail_that_does_not_exist_is_refused(desk: Browser) -> None:
    answer = desk.post("/notifications/switches", {"mail-lead": "pigeon"}, status=422)
    assert "邮件方式请从列出的几项里选" in answer.get_data(as_text=True)


def test_whoever_logs_in_by_phone_is_told_that_no_mail_will_come(desk: Browser, user: User) -> None:
    with writing() as session:
        session.get_one(User, user.id).login = "13900001111"
    assert "收不到邮件" in desk.get("/notifications/switches").html


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_every_role_has_inbox_and_switches(client: Browser, make: Factory, role: Role) -> None:
    client.log_in(make.user(role))
    client.get("/notifications")
    client.get("/notifications/switches")
