"""Registering an enterprise or a provider: one organisation for one credit code, however many ask at once."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.domain import credit_codes, login_names, registration, sizes
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Permission
from marketplace.domain.registration import EnterpriseFacts, OrganisationFacts, Person, ProviderFacts
from marketplace.models.accounts import Membership, Organisation, User
from marketplace.models.enterprises import Enterprise
from marketplace.models.providers import Provider
from marketplace.services import accounts, audit, clock, passwords
from marketplace.services.accounts import Entry
from marketplace.services.unit_of_work import remember, writing

CODE_TAKEN = "这个统一社会信用代码已经注册，不用重复注册，可以申请加入该单位"
NAME_TAKEN = "这个单位名称已经用别的信用代码注册，请核对名称和代码；确有更名的，请联系平台（电话见页脚）"
LOGIN_TAKEN = "这个账号已经注册，请先登录，再注册单位；或者换一个账号"


@dataclass
class AlreadyRegistered(Invalid):
    """The organisation is there: its newcomers ask to be let in."""

    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """What the form brings: the organisation, its file, and the person unless somebody is logged in."""

    organisation: OrganisationFacts
    file: EnterpriseFacts | ProviderFacts
    person: Person | None


def register(
    application: Application, *, actor: Actor | None = None, user_agent: str, once: str | None = None
) -> Entry:
    """The organisation, its file, its first keeper, and a session for him; Invalid or AlreadyRegistered otherwise."""
    _check(application, actor)
    password_hash = passwords.hash_of(application.person.password) if application.person else None
    try:
        return _register(application, actor, password_hash=password_hash, user_agent=user_agent, once=once)
    except IntegrityError:
        # PostgreSQL lets two insert side by side; the loser looks again and is told what is there now.
        return _register(application, actor, password_hash=password_hash, user_agent=user_agent, once=once)


def _check(application: Application, actor: Actor | None) -> None:
    if actor is not None and actor.role not in registration.MAY_REGISTER:
        raise Forbidden(Permission.MANAGE_OWN_ACCOUNT)
    found = registration.organisation_problems(application.organisation)
    file = application.file
    if isinstance(file, EnterpriseFacts):
        found |= registration.enterprise_problems(file)
    else:
        found |= registration.provider_problems(file, today=clock.today())
    if application.person:
        found |= registration.person_problems(application.person)
    if found:
        raise Invalid(found)


def _register(
    application: Application, actor: Actor | None, *, password_hash: str | None, user_agent: str, once: str | None
) -> Entry:
    with writing(actor, once=once) as session:
        _check_free(session, application)
        organisation = _add_organisation(session, application.organisation)
        _add_file(session, organisation, application.file)
        user = _own_row(session, actor) if actor else _add_user(session, application.person, password_hash)
        role = registration.ROLE_OF_KIND[organisation.kind]
        seat = Membership(
            user_id=user.id, organisation_id=organisation.id, role=role, is_keeper=True, created_at=clock.now()
        )
        session.add(seat)
        session.flush()
        seat = accounts.get_seat(session, seat.id)
        details = {"organisation": organisation.name}
        newcomer = accounts.actor_in(seat)
        audit.record(
            session, newcomer, "accounts.registered", kind="organisation", key=organisation.id, details=details
        )
        remember(session, once, kind="organisation", key=organisation.id)
        return accounts.enter(session, seat, user_agent=user_agent)


def _check_free(session: Session, application: Application) -> None:
    wanted = application.organisation
    code, name = credit_codes.normalise(wanted.credit_code), wanted.name.strip()
    query = select(Organisation.credit_code, Organisation.name)
    rows = session.execute(query.where(or_(Organisation.credit_code == code, Organisation.name == name))).all()
    for row in rows:
        if row.credit_code == code:
            raise AlreadyRegistered({"credit_code": [CODE_TAKEN]}, row.name)
    if rows:
        raise Invalid({"name": [NAME_TAKEN]})
    if application.person:
        login = login_names.normalise(application.person.login)
        if session.scalar(select(User.id).where(User.login == login)) is not None:
            raise Invalid({"login": [LOGIN_TAKEN]})


def _add_organisation(session: Session, facts: OrganisationFacts) -> Organisation:
    row = Organisation(
        kind=facts.kind,
        name=facts.name.strip(),
        credit_code=credit_codes.normalise(facts.credit_code),
        county=facts.county,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def _add_file(session: Session, organisation: Organisation, facts: EnterpriseFacts | ProviderFacts) -> None:
    if isinstance(facts, EnterpriseFacts):
        session.add(_enterprise(organisation, facts))
    else:
        session.add(_provider(organisation, facts))
    session.flush()


def _enterprise(organisation: Organisation, facts: EnterpriseFacts) -> Enterprise:
    size = None
    if facts.employees is not None and facts.revenue is not None:
        size = sizes.classify(employees=facts.employees, revenue=facts.revenue)
    return Enterprise(
        organisation_id=organisation.id,
        industry=facts.industry,
        size=size,
        employees=facts.employees,
        revenue=facts.revenue,
        main_products=(facts.main_products or "").strip() or None,
    )


def _provider(organisation: Organisation, facts: ProviderFacts) -> Provider:
    return Provider(
        organisation_id=organisation.id,
        short_name=facts.short_name.strip(),
        kind=facts.kind,
        standing_since=clock.today(),
        summary=facts.summary.strip(),
        description=facts.description.strip(),
        industries=list(facts.industries),
        founded_year=facts.founded_year,
        staff=facts.staff,
        place=facts.place,
        created_at=clock.now(),
    )


def _own_row(session: Session, actor: Actor) -> User:
    return session.get_one(User, actor.user_id)


def _add_user(session: Session, person: Person | None, password_hash: str | None) -> User:
    if person is None:
        raise Invalid({"login": ["请填写账号、姓名和口令"]})
    row = User(
        login=login_names.normalise(person.login),
        name=person.name.strip(),
        password_hash=password_hash,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
