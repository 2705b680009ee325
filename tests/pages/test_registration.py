"""Register a firm, or ask to be let into one that is registered: as a browser does it."""

import pytest
from sqlalchemy import func, select

from marketplace.domain import credit_codes
from marketplace.extensions import db
from marketplace.models.accounts import Invitation, Organisation, Role, User
from tests.factories import Factory
from tests.harness import Browser, Page

PASSWORD = "zhuangpei-2026-线"
CODE = credit_codes.make(category="91", region="519900", first_eight="MG000001")
PERSON = {"person": "赵工", "login": "zhao@example.test", "password": PASSWORD, "again": PASSWORD, "is_agreed": "y"}
FIRM = PERSON | {
    "name": "测试压铸厂", "credit_code": CODE, "county": "fucheng", "industry": "modern_food", "employees": "80",
    "revenue": "4,000", "main_products": "压铸件",
}  # fmt: skip
HOUSE = PERSON | {
    "name": "测试软件公司", "credit_code": CODE, "short_name": "测软", "kind": "product", "summary": "做车间软件",
    "industries": ["modern_food"], "place": "local", "founded_year": "2015", "staff": "",
}  # fmt: skip


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def typed(page: Page, name: str) -> str:
    return next(field.get("value", "") for field in page.all("input") if field.get("name") == name)


@pytest.mark.parametrize(("kind", "data", "role"), [("enterprise", FIRM, "企业"), ("provider", HOUSE, "服务商")])
def test_a_firm_is_registered_in_one_form(client: Browser, kind: str, data: dict[str, str], role: str) -> None:
    page = client.get("/register")
    assert f"注册{role}" in page.links()
    once = client.get(f"/register/{kind}").hidden("once")
    page = client.follow(client.post(f"/register/{kind}", data | {"once": once}))
    assert data["name"] in page.body
    assert role in page.body
    assert count(Organisation) == 1


@pytest.mark.parametrize(("kind", "data"), [("enterprise", FIRM), ("provider", HOUSE)])
def test_a_form_with_mistakes_comes_back_as_it_was_typed_without_the_password(
    client: Browser, kind: str, data: dict[str, str]
) -> None:
    wrong = {"credit_code": CODE[:-1], "staff": "很多", "employees": "很多"}
    page = client.submit(f"/register/{kind}", data | wrong, status=422)
    assert typed(page, "name") == data["name"]
    assert typed(page, "credit_code") == CODE[:-1]
    assert typed(page, "password") == ""
    assert "18位" in page.body or "整数" in page.body
    assert count(Organisation) == 0


def test_every_message_of_an_empty_form_is_chinese(client: Browser) -> None:
    for kind in ("enterprise", "provider"):
        page = client.submit(f"/register/{kind}", {}, status=422)
        summary = page.words(page.by_id("error-summary"))
        assert not any(sign.isascii() and sign.isalpha() for sign in summary), summary


def test_a_registered_firm_offers_to_ask_its_keeper_and_names_nobody(client: Browser, make: Factory) -> None:
    keeper = make.actor(Role.ENTERPRISE)
    firm = db.session.get_one(Organisation, keeper.organisation_id)
    page = client.submit("/register/enterprise", FIRM | {"credit_code": firm.credit_code}, status=409)
    assert firm.name in page.body
    assert keeper.name not in page.body
    names = ("credit_code", "person", "login", "once")
    form = next(one for one in page.all("form") if one.get("action") == "/register/admission")
    asked = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("name") in names}
    assert "申请已登记" in client.follow(client.post("/register/admission", asked)).body
    assert db.session.scalars(select(Invitation.login)).one() == PERSON["login"]
    member = Browser(client.app).log_in(db.session.get_one(User, keeper.user_id))
    assert "有1人申请加入" in member.get("/account").body
    assert PERSON["person"] in member.get("/account/colleagues").body


def test_all_mistakes_of_a_form_are_said_at_once_in_the_order_of_the_page(client: Browser) -> None:
    wrong = {"credit_code": CODE[:-1], "county": "", "login": "zhao", "password": "kurz", "again": "lang"}
    page = client.submit("/register/enterprise", FIRM | wrong, status=422)
    links = [link.get("href") for link in page.by_id("error-summary").iter("a")]
    assert links == ["#credit_code", "#county", "#login", "#password", "#again"]
