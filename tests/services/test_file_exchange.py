"""A whole file goes out as a zip and into another database, equal to the last byte; or not at all."""

import io
import json

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, OrganisationKind, Role, User
from marketplace.models.bundles import QuotationSheet
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.evidence import AccessGrant, Evidence
from marketplace.models.solutions import Solution
from marketplace.services import (
    access_grants,
    clock,
    enterprise_facts,
    enterprise_files,
    evidence_store,
    file_exchange,
    file_import,
    file_packages,
)
from marketplace.services.file_keepers import Keeper
from tests.factories import Factory
from tests.file_world import KEEPER, content, counterparts, dump, far_away, fill, take_in, told_of, zipped


def test_out_and_in_and_out_again_is_the_same_to_the_last_byte(app: Flask, other_app: Flask, make: Factory) -> None:
    owner, others = fill(make)
    told, first = told_of(others), content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        counterparts(elsewhere, told)
        administrator = elsewhere.actor(Role.ADMINISTRATOR)
        enterprise_id = take_in(zipped(first), administrator)
        second = content(elsewhere.actor(Role.BUREAU_LEADER))
        file = enterprise_files.get(elsewhere.actor(Role.AUDITOR), enterprise_id=enterprise_id)
        assert isinstance(file, enterprise_files.EnterpriseFile)
        record = enterprise_files.timeline(elsewhere.actor(Role.AUDITOR), enterprise_id=enterprise_id, number=1).record
        assert db.session.scalars(select(QuotationSheet.token)).one() != "secret-link"
        line = db.session.scalars(select(QuotationSheet.content)).one()["lines"][0]
        assert line["solution_id"] == db.session.scalars(select(Solution.id).where(Solution.name == "质检通")).one()
        assert len(db.session.scalars(select(Evidence)).all()) == 4
    assert set(first) == set(second)
    assert {name: first[name] for name in first if first[name] != second[name]} == {}
    assert sum(name.startswith("evidence/") for name in first) == 4
    assert [stage.id for stage in file.stages if stage.rows] == ["assessments", "demands", "matching", "bundles"]
    assert any(entry.what.startswith("修改企业信息") and "80人" in entry.note for entry in record)


def test_the_same_file_out_twice_gives_the_same_parts(app: Flask, make: Factory) -> None:
    owner, _ = fill(make)
    assert content(owner) == content(owner)


def test_the_file_names_no_person_but_in_its_timeline_and_carries_no_link_secret(app: Flask, make: Factory) -> None:
    owner, _ = fill(make)
    parts = content(owner)
    assert owner.name.encode() in parts["timeline.json"]
    for name, data in parts.items():
        assert b"secret-link" not in data
        assert name == "timeline.json" or owner.name.encode() not in data


def test_an_imported_file_is_whole_for_its_own_people_too(app: Flask, other_app: Flask, make: Factory) -> None:
    owner, others = fill(make)
    told, first = told_of(others), content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        counterparts(elsewhere, told)
        enterprise_id = take_in(zipped(first), elsewhere.actor(Role.ADMINISTRATOR))
        firm = db.session.get_one(Enterprise, enterprise_id).organisation_id
        mine = elsewhere.user(Role.ENTERPRISE, organisation_id=firm)
        person = elsewhere.actor(mine)
        row = enterprise_facts.of(db.session.get_one(Enterprise, enterprise_id))
        assert (row.employees, row.main_products) == (95, "香肠、腊肉")
        grant = db.session.scalars(select(AccessGrant).where(AccessGrant.status == "active")).one()
        access_grants.withdraw(person, grant_id=grant.id, version=grant.version)
        assert file_exchange.sweep() == 0


def test_who_may_and_who_may_not(app: Flask, make: Factory) -> None:
    owner, _ = fill(make)
    key = owner.enterprise_id or 0
    for role in set(Role):
        person = make.actor(role)
        if role in (Role.BUREAU_LEADER, Role.BUREAU_REVIEWER):
            file_exchange.export(person, enterprise_id=key).file.close()
        else:
            with pytest.raises(Forbidden):
                file_exchange.export(person, enterprise_id=key)
        if role != Role.ADMINISTRATOR:
            with pytest.raises(Forbidden):
                file_packages.stage(person, io.BytesIO(b""))
            with pytest.raises(Forbidden):
                file_import.plan(person, key="0" * 64)
    with pytest.raises(NotFound):
        file_exchange.export(make.actor(Role.BUREAU_LEADER), enterprise_id=4711)
    for bad in ("0" * 64, "..", "../../etc/passwd", ""):
        with pytest.raises(NotFound):
            file_import.plan(make.actor(Role.ADMINISTRATOR), key=bad)


def test_an_enterprise_that_is_here_already_is_not_imported_again(app: Flask, make: Factory) -> None:
    owner, _ = fill(make)
    administrator = make.actor(Role.ADMINISTRATOR)
    key = file_packages.stage(administrator, io.BytesIO(zipped(content(owner))))
    plan = file_import.plan(administrator, key=key)
    assert "已有档案" in plan.problems[0]
    before = dump()
    with pytest.raises(Invalid):
        file_import.make(administrator, key=key, keeper=KEEPER)
    assert dump() == before


def test_the_plan_says_what_would_be_made_and_making_it_twice_makes_it_once(
    app: Flask, other_app: Flask, make: Factory
) -> None:
    owner, others = fill(make)
    told, parts = told_of(others), content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        administrator = elsewhere.actor(Role.ADMINISTRATOR)
        key = file_packages.stage(administrator, io.BytesIO(zipped(parts)))
        before = dump()
        missing = file_import.plan(administrator, key=key).problems
        assert {f"“{told['name']}”" in one for one in missing} == {True}
        counterparts(elsewhere, told)
        plan = file_import.plan(administrator, key=key)
        assert dict(plan.counts) == {
            "查看授权": 2, "评测": 2, "需求清单": 2, "候选名单": 1, "组合方案和报价单": 1, "佐证材料": 4,
            "办理记录": len(json.loads(parts["timeline.json"])),
        }  # fmt: skip
        assert (plan.name, plan.problems) == (owner.organisation_name, ())
        file_import.make(administrator, key=key, keeper=KEEPER)
        with pytest.raises(NotFound):  # the zip is gone with the import
            file_import.make(administrator, key=key, keeper=KEEPER)
        assert dump()["enterprises"] == before["enterprises"] + 1


def test_an_import_that_fails_late_takes_everything_back(
    app: Flask, other_app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, others = fill(make)
    told, parts = told_of(others), content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        counterparts(elsewhere, told)
        administrator = elsewhere.actor(Role.ADMINISTRATOR)
        before = dump()

        def fail(*_args: object, **_options: object) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr("marketplace.services.audit.record", fail)
            with pytest.raises(OSError, match="disk"):
                take_in(zipped(parts), administrator)
        assert dump() == before
        assert evidence_store.path_of(json.loads(parts["evidence.json"])[0]["sha256"]).exists()  # the sweep's
        assert take_in(zipped(parts), administrator)


def test_the_keeper_that_was_named_gets_the_seat_and_a_wrong_name_stops_all(
    app: Flask, other_app: Flask, make: Factory
) -> None:
    owner = make.actor(Role.ENTERPRISE)
    first = content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        administrator = elsewhere.actor(Role.ADMINISTRATOR)
        key = file_packages.stage(administrator, io.BytesIO(zipped(first)))
        before = dump()
        with pytest.raises(Invalid) as caught:
            file_import.make(administrator, key=key, keeper=Keeper(" ", "nobody"))
        assert set(caught.value.messages) == {"keeper_name", "keeper_login"}
        assert dump() == before
        file_import.make(administrator, key=key, keeper=KEEPER)
        person = elsewhere.actor(db.session.scalars(select(User).where(User.login == KEEPER.login)).one())
        assert (person.is_keeper, person.role) == (True, Role.ENTERPRISE)
        assert content(person) == first


def test_a_completed_enterprise_travels_with_its_dates(app: Flask, other_app: Flask, make: Factory) -> None:
    enterprise = make.enterprise(
        progress=Progress.COMPLETED, completed_on=clock.today(), overall_level=2, assessment_score="43.210"
    )
    owner = make.actor(make.user(Role.ENTERPRISE, organisation_id=enterprise.organisation_id))
    first = content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        take_in(zipped(first), elsewhere.actor(Role.ADMINISTRATOR))
        assert content(elsewhere.actor(Role.BUREAU_REVIEWER)) == first
        assert db.session.scalars(select(Organisation.kind).order_by(Organisation.id)).all().count(
            OrganisationKind.ENTERPRISE
        ) == 1  # fmt: skip
