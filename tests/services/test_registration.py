"""One organisation for one credit code; the newcomer is its keeper and is logged in."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain import credit_codes
from marketplace.domain.errors import AlreadyDone, Forbidden, Invalid
from marketplace.domain.registration import EnterpriseFacts, OrganisationFacts, Person, ProviderFacts
from marketplace.extensions import db
from marketplace.models.accounts import AuthSession, Invitation, Membership, Organisation, OrganisationKind, Role, User
from marketplace.models.enterprises import Enterprise
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.services import accounts, invitations, logins, registration
from marketplace.services.registration import AlreadyRegistered, Application
from tests.factories import Factory

CODE = credit_codes.make(category="91", region="519900", first_eight="MD000001")
OTHER_CODE = credit_codes.make(category="91", region="519900", first_eight="MD000002")
PERSON = Person(name="赵工", login="Zhao@Example.test", password="zhuangpei-2026-线")
FIRM = Application(
    OrganisationFacts(OrganisationKind.ENTERPRISE, " 测试压铸厂 ", CODE.lower(), "fucheng"),
    EnterpriseFacts("modern_food", employees=80, revenue=40_000_000, main_products="压铸件"),
    PERSON,
)
SOFTWARE_HOUSE = Application(
    OrganisationFacts(OrganisationKind.PROVIDER, "测试软件公司", OTHER_CODE, None),
    ProviderFacts("测软", ProviderKind.PRODUCT, "做车间软件", industries=("modern_food",), founded_year=2015, staff=30),
    Person(name="钱工", login="13800000000", password="kaifa-2026-测"),
)


def register(application: Application, **options: object) -> accounts.Entry:
    return registration.register(application, user_agent="test", **options)  # type: ignore[arg-type]


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_enterprise_is_registered_with_its_file_and_its_keeper(app: Flask) -> None:
    entry = register(FIRM)
    assert (entry.actor.role, entry.actor.is_keeper) == (Role.ENTERPRISE, True)
    assert accounts.find_actor(entry.token) == replace(entry.actor, session_id=1)
    organisation = db.session.scalars(select(Organisation)).one()
    assert (organisation.name, organisation.credit_code) == ("测试压铸厂", CODE)
    firm = db.session.scalars(select(Enterprise)).one()
    assert (firm.id, firm.size, firm.industry) == (entry.actor.enterprise_id, "small", "modern_food")
    assert logins.log_in(login="zhao@example.test", password=PERSON.password, user_agent="test")


def test_a_provider_is_registered_as_candidate(app: Flask) -> None:
    entry = register(SOFTWARE_HOUSE)
    provider = db.session.scalars(select(Provider)).one()
    assert entry.actor.provider_id == provider.id
    assert (provider.standing, provider.short_name, provider.industries) == (
        Standing.CANDIDATE,
        "测软",
        ["modern_food"],
    )


def test_unknown_size_facts_leave_the_size_unknown(app: Flask) -> None:
    register(replace(FIRM, file=EnterpriseFacts("modern_food", employees=80)))
    assert db.session.scalars(select(Enterprise.size)).one() is None


def test_a_registered_code_is_never_registered_again_and_leaves_no_trace(app: Flask) -> None:
    register(FIRM)
    again = replace(FIRM, organisation=replace(FIRM.organisation, name="换个名字"), person=SOFTWARE_HOUSE.person)
    with pytest.raises(AlreadyRegistered) as caught:
        register(again)
    assert caught.value.organisation == "测试压铸厂"
    assert PERSON.name not in str(caught.value)
    assert (count(Organisation), count(User), count(Enterprise), count(AuthSession)) == (1, 1, 1, 1)


def test_a_name_under_another_code_is_refused(app: Flask) -> None:
    register(FIRM)
    organisation = replace(FIRM.organisation, credit_code=OTHER_CODE)
    with pytest.raises(Invalid) as caught:
        register(replace(FIRM, organisation=organisation, person=SOFTWARE_HOUSE.person))
    assert set(caught.value.messages) == {"name"}


def test_an_account_name_in_use_is_refused(app: Flask) -> None:
    register(FIRM)
    with pytest.raises(Invalid) as caught:
        register(replace(SOFTWARE_HOUSE, person=PERSON))
    assert set(caught.value.messages) == {"login"}
    assert count(Organisation) == 1


@pytest.mark.parametrize(
    ("application", "field"),
    [
        (replace(FIRM, organisation=replace(FIRM.organisation, name=" ")), "name"),
        (replace(FIRM, organisation=replace(FIRM.organisation, credit_code=CODE[:-1] + "A")), "credit_code"),
        (replace(FIRM, organisation=replace(FIRM.organisation, credit_code="123")), "credit_code"),
        (replace(FIRM, organisation=replace(FIRM.organisation, county=None)), "county"),
        (replace(FIRM, organisation=replace(FIRM.organisation, county="atlantis")), "county"),
        (replace(FIRM, file=EnterpriseFacts("magic")), "industry"),
        (replace(FIRM, file=EnterpriseFacts("modern_food", employees=0)), "employees"),
        (replace(FIRM, file=EnterpriseFacts("modern_food", revenue=-1)), "revenue"),
        (replace(FIRM, person=replace(PERSON, name=" ")), "person"),
        (replace(FIRM, person=replace(PERSON, login="zhao")), "login"),
        (replace(FIRM, person=replace(PERSON, password="kurz")), "password"),
        (replace(SOFTWARE_HOUSE, file=replace(SOFTWARE_HOUSE.file, short_name=" ")), "short_name"),
        (replace(SOFTWARE_HOUSE, file=replace(SOFTWARE_HOUSE.file, summary=" ")), "summary"),
        (replace(SOFTWARE_HOUSE, file=replace(SOFTWARE_HOUSE.file, industries=("magic",))), "industries"),
        (replace(SOFTWARE_HOUSE, file=replace(SOFTWARE_HOUSE.file, place="moon")), "place"),
        (replace(SOFTWARE_HOUSE, file=replace(SOFTWARE_HOUSE.file, founded_year=1234)), "founded_year"),
        (replace(SOFTWARE_HOUSE, file=replace(SOFTWARE_HOUSE.file, staff=0)), "staff"),
    ],
)
def test_each_wrong_fact_is_named_by_its_field(app: Flask, application: Application, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        register(application)
    assert set(caught.value.messages) == {field}
    assert count(Organisation) == 0


def test_the_message_tells_a_wrong_shape_from_a_wrong_check_digit(app: Flask) -> None:
    texts = []
    for code in ("123", CODE[:-1] + ("A" if CODE[-1] != "A" else "B")):
        with pytest.raises(Invalid) as caught:
            register(replace(FIRM, organisation=replace(FIRM.organisation, credit_code=code)))
        texts.append(caught.value.messages["credit_code"][0])
    assert "18位" in texts[0]
    assert "校验位" in texts[1]


def test_somebody_logged_in_adds_a_second_firm_to_his_account(app: Flask) -> None:
    first = register(FIRM).actor
    second = register(replace(SOFTWARE_HOUSE, person=None), actor=first).actor
    assert second.user_id == first.user_id
    assert (count(User), count(Membership)) == (1, 2)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ENTERPRISE, Role.PROVIDER)])
def test_staff_of_an_office_register_no_firm(make: Factory, role: Role) -> None:
    with pytest.raises(Forbidden):
        register(replace(FIRM, person=None), actor=make.actor(role))
    assert count(Enterprise) == 0


def test_a_form_sent_twice_registers_once(app: Flask) -> None:
    register(FIRM, once="once-3")
    with pytest.raises(AlreadyDone) as caught:
        register(FIRM, once="once-3")
    assert caught.value.kind == "organisation"
    assert count(Organisation) == 1


def test_a_request_to_join_is_kept_once_and_only_for_a_registered_code(app: Flask) -> None:
    register(FIRM)
    for _ in range(2):
        invitations.ask(credit_code=CODE, name="孙工", login="sun@example.test")
    row = db.session.scalars(select(Invitation)).one()
    assert (row.is_request, row.created_by) == (True, None)
    invitations.ask(credit_code=CODE, name="赵工", login=PERSON.login)  # a member already: same answer, nothing kept
    assert count(Invitation) == 1
    with pytest.raises(Invalid):
        invitations.ask(credit_code=OTHER_CODE, name="孙工", login="sun@example.test")
