"""Applications to the pool: whole before they are sent, decided once by somebody who is tied to nobody."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import declarations as declaration_rules
from marketplace.domain import provider_applications as rules
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.provider_applications import Basics
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.approvals import DeclaredInterest, StatusChange
from marketplace.models.outbox import OutboxMessage
from marketplace.models.provider_applications import DeclarationUse, ProviderApplication, ProviderDeclaration
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.models.solutions import SolutionFacet
from marketplace.services import clock, declarations, evidence_views
from marketplace.services import provider_application_decisions as decisions
from marketplace.services import provider_application_views as views
from marketplace.services import provider_applications as applications
from marketplace.services.unit_of_work import writing
from tests.factories import Factory

FACTS = {
    "legal_representative": "测试法人", "contact_name": "测试联系人", "contact_phone": "13900000001",
    "contact_mail": "lianxi@example.com", "address": "游澜区测试路1号", "place": "local", "founded_year": "2016",
    "staff": "46", "engineers": "30", "pitch": "做过二十家食品企业的追溯和质检，本地常驻八个人，故障四小时内到场。",
}  # fmt: skip


def candidate(make: Factory, **facts: Any) -> Actor:
    provider = make.provider(standing=Standing.CANDIDATE, **facts)
    return make.actor(make.user(Role.PROVIDER, organisation_id=provider.organisation_id))


def written(make: Factory, person: Actor, *, kind: str = "product") -> int:
    """A draft with everything that is asked for."""
    owner = db.session.get_one(User, person.user_id)
    key = applications.start(person)
    applications.save_basics(person, application_id=key, basics=Basics(kind, ("modern_food",), ("quality",)))
    applications.save_facts(person, application_id=key, typed=FACTS)
    chosen = {topic: (make.evidence(user=owner, title=row["label"]).id,) for topic, row in rules.EVIDENCE.items()}
    applications.save_evidence(person, application_id=key, chosen=chosen)
    applications.declare(person, application_id=key, topics=tuple(declaration_rules.TEXTS))
    return key


def sent(make: Factory, person: Actor, *, kind: str = "product") -> ProviderApplication:
    key = written(make, person, kind=kind)
    applications.submit(person, application_id=key, version=row_of(key).version)
    return row_of(key)


def row_of(key: int) -> ProviderApplication:
    db.session.rollback()
    return db.session.get_one(ProviderApplication, key)


def all_of(row: ProviderApplication) -> list[str]:
    return [one.id for one in rules.conditions(str(row.kind))]


def test_an_admitted_candidate_is_listed_with_what_it_stated(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_REVIEWER)
    provider = db.session.get_one(Provider, person.provider_id)
    solution = make.solution(provider=provider)
    row = sent(make, person, kind="integrator")
    decisions.admit(officer, application_id=row.id, version=row.version, ticked=all_of(row), reason="材料齐")
    provider = db.session.get_one(Provider, person.provider_id)
    assert (provider.standing, provider.kind) == (Standing.LISTED, ProviderKind.INTEGRATOR)
    assert provider.admitted_on == clock.today() == provider.standing_since
    assert (provider.contact_phone, provider.legal_representative) == ("13900000001", "测试法人")
    assert provider.industries == ["modern_food"]
    history = db.session.scalars(select(StatusChange.action).where(StatusChange.subject_kind == "provider")).all()
    assert history == ["admit"]
    waiting = select(OutboxMessage.subject_id).where(OutboxMessage.subject_id == solution.id)
    assert len(db.session.scalars(waiting).all()) == 2  # once when it was listed, once now
    kinds = select(SolutionFacet.value).where(
        SolutionFacet.solution_id == solution.id, SolutionFacet.facet == "provider_kind"
    )
    assert db.session.scalars(kinds).all() == ["integrator"]


def test_a_condition_that_nobody_ticked_keeps_the_door_shut(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_LEADER)
    row = sent(make, person)
    for missing in all_of(row):
        ticked = [one for one in all_of(row) if one != missing]
        with pytest.raises(Invalid):
            decisions.admit(officer, application_id=row.id, version=row.version, ticked=ticked)
    assert row_of(row.id).status == "submitted"


@pytest.mark.parametrize("section", ["basics", "facts", "evidence", "declarations"])
def test_an_unfinished_section_is_named_and_nothing_is_sent(app: Flask, make: Factory, section: str) -> None:
    person = candidate(make)
    key = written(make, person)
    if section == "basics":
        applications.save_basics(person, application_id=key, basics=Basics("lead", (), ("quality",)))
    elif section == "facts":
        applications.save_facts(person, application_id=key, typed={**FACTS, "contact_mail": ""})
    elif section == "evidence":
        applications.save_evidence(person, application_id=key, chosen={})
    else:
        with writing() as session:
            for row in session.scalars(select(ProviderDeclaration)):
                row.valid_until = clock.today() - timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        applications.submit(person, application_id=key, version=row_of(key).version)
    assert set(refused.value.messages) == {section}
    assert row_of(key).status == "draft"


def test_a_draft_may_be_unfinished_but_not_wrong(app: Flask, make: Factory) -> None:
    person = candidate(make)
    key = applications.start(person)
    applications.save_facts(person, application_id=key, typed={"staff": "12"})
    for wrong in (
        {"staff": "很多"},
        {"contact_phone": "找我"},
        {"contact_mail": "a@b"},
        {"staff": "5", "engineers": "6"},
    ):
        with pytest.raises(Invalid):
            applications.save_facts(person, application_id=key, typed=wrong)
    assert row_of(key).facts == {"staff": 12}


def test_a_declaration_is_kept_word_for_word_and_serves_again(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_REVIEWER)
    first = sent(make, person)
    decisions.reject(officer, application_id=first.id, version=first.version, reason="案例核实不了")
    second = applications.start(person)
    applications.declare(person, application_id=second, topics=tuple(declaration_rules.TEXTS))
    rows = db.session.scalars(select(ProviderDeclaration)).all()
    assert len(rows) == len(declaration_rules.TEXTS)  # those of the first application are in force
    assert {row.text for row in rows} == {words["text"] for words in declaration_rules.TEXTS.values()}
    uses = db.session.scalars(select(DeclarationUse.subject_id)).all()
    assert set(uses) == {first.id}


def test_what_changed_since_a_declaration_is_flagged_and_declared_anew(app: Flask, make: Factory) -> None:
    person = candidate(make)
    key = written(make, person)
    applications.save_facts(person, application_id=key, typed={**FACTS, "legal_representative": "新法人"})
    sheet = views.get(person, key)
    assert {text for one in sheet.declared for text in one.changes} == {"法定代表人由“测试法人”改为“新法人”"}
    applications.declare(person, application_id=key, topics=["safety"])
    changed = {one.topic for one in views.get(person, key).declared if one.changes}
    assert changed == set(declaration_rules.TEXTS) - {"safety"}


def test_a_reworded_declaration_no_longer_serves(app: Flask, make: Factory) -> None:
    person = candidate(make)
    written(make, person)
    with writing() as session:
        row = session.scalars(select(ProviderDeclaration).where(ProviderDeclaration.topic == "safety")).one()
        row.text_version = "0"
    found = {one.topic: one.state for one in declarations.of_provider(db.session, person.provider_id or 0, facts={})}
    assert found["safety"] == "reworded"
    assert found["no_kickbacks"] == "in_force"


def test_what_was_sent_back_is_mended_and_sent_again(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_REVIEWER)
    row = sent(make, person)
    with pytest.raises(Invalid):
        decisions.send_back(officer, application_id=row.id, version=row.version, notes={"facts": "  "})
    decisions.send_back(officer, application_id=row.id, version=row.version, notes={"facts": "人数与社保名单不符"})
    assert row_of(row.id).notes == {"facts": "人数与社保名单不符"}
    applications.save_facts(person, application_id=row.id, typed={**FACTS, "staff": "40"})
    applications.submit(person, application_id=row.id, version=row_of(row.id).version)
    assert row_of(row.id).notes == {}


def test_who_is_tied_to_the_provider_does_not_decide(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_REVIEWER)
    row = sent(make, person)
    with writing() as session:
        session.add(
            DeclaredInterest(
                user_id=officer.user_id, organisation_id=person.organisation_id, what="亲属任职",
                since=clock.today() - timedelta(days=30), declared_by=officer.user_id, declared_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        decisions.admit(officer, application_id=row.id, version=row.version, ticked=all_of(row))
    assert set(refused.value.messages) == {"conflict"}
    assert row_of(row.id).status == "submitted"


def test_a_decision_from_an_older_page_is_refused(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_REVIEWER)
    row = sent(make, person)
    decisions.send_back(officer, application_id=row.id, version=row.version, notes={"facts": "补"})
    with pytest.raises(Conflict):
        decisions.reject(officer, application_id=row.id, version=row.version, reason="不符")


def test_one_undecided_application_a_provider(app: Flask, make: Factory) -> None:
    person = candidate(make)
    assert applications.start(person) == applications.start(person)
    assert len(db.session.scalars(select(ProviderApplication)).all()) == 1


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REMOVED])
def test_who_is_suspended_or_removed_cannot_apply(app: Flask, make: Factory, standing: Standing) -> None:
    provider = make.provider(standing=standing)
    person = make.actor(make.user(Role.PROVIDER, organisation_id=provider.organisation_id))
    with pytest.raises(Invalid):
        applications.start(person)


def test_nobody_writes_or_sees_the_application_of_another(app: Flask, make: Factory) -> None:
    person, stranger = candidate(make), candidate(make)
    key = written(make, person)
    with pytest.raises(Forbidden):
        applications.save_facts(stranger, application_id=key, typed=FACTS)
    with pytest.raises(Forbidden):
        views.get(stranger, key)
    with pytest.raises(Forbidden):
        views.get(make.actor(Role.BUREAU_REVIEWER), key)  # a draft is the provider's own business


def test_only_files_of_the_own_locker_can_be_cited(app: Flask, make: Factory) -> None:
    person, stranger = candidate(make), make.user(Role.PROVIDER)
    foreign = make.evidence(user=stranger)
    key = applications.start(person)
    with pytest.raises(Invalid):
        applications.save_evidence(person, application_id=key, chosen={"licence": (foreign.id,)})


def test_the_bureau_reads_the_files_of_an_application(app: Flask, make: Factory) -> None:
    person, officer = candidate(make), make.actor(Role.BUREAU_REVIEWER)
    row = sent(make, person)
    file = views.get(officer, row.id).files["licence"][0]
    sheet = evidence_views.get(officer, evidence_id=file.id)
    assert [one.label for one in sheet.citations] == ["入池申请：营业执照"]
