"""A whole file goes out as a zip and into another database, equal to the last byte; anything else is refused whole."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.evidence import Place
from marketplace.domain.permissions import Actor
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, OrganisationKind, Role, User
from marketplace.models.assessments import AssessmentKind, AssessmentStatus, MeasureTick
from marketplace.models.base import Base
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.evidence import AccessGrant, Evidence
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.solutions import Solution
from marketplace.services import (
    access_grants,
    clock,
    enterprise_facts,
    enterprise_files,
    evidence,
    evidence_store,
    file_exchange,
    file_import,
    file_packages,
)
from marketplace.services.file_keepers import Keeper
from marketplace.services.unit_of_work import writing
from tests import evidence_files
from tests.conftest import Databases, dispose, make_app
from tests.factories import Factory

Parts = dict[str, bytes]
KEEPER = Keeper("周会计", "keeper@example.test")


@pytest.fixture
def other_app(databases: Databases, empty_template: str, tmp_path: Path) -> Iterator[Flask]:
    """Another installation: an empty database and an empty store of its own."""
    url = databases.new(empty_template)
    app = make_app(url, tmp_path / "other", DELIVERY="none")
    yield app
    dispose(app)
    databases.drop(url)


def fill(make: Factory) -> tuple[Actor, dict[str, Any]]:
    """An enterprise with something in every part of its file; and who of the others is spoken of."""
    make.enterprise()  # so that numbers differ between the databases
    user = make.user(Role.ENTERPRISE)
    owner = make.actor(user)
    provider = make.actor(Role.PROVIDER)
    solution = make.solution(provider=_provider(provider), name="质检通")
    facts = enterprise_facts.of(db.session.get_one(Enterprise, owner.enterprise_id))
    new = enterprise_facts.Facts(95, 50_000_000, "香肠、腊肉", "135", "small", True)
    enterprise_facts.change(owner, enterprise_id=owner.enterprise_id or 0, seen=facts.fingerprint(), facts=new)
    grant = make.access_grant(user=user, organisation_id=provider.organisation_id or 0, purpose="diagnosis")
    ended = make.access_grant(user=user, organisation_id=provider.organisation_id or 0)
    access_grants.withdraw(owner, grant_id=ended.id, version=ended.version)
    first = make.assessment(user=user, levels={"quality": 2}, answers={"Q1": ["B", "C"]}, note="第一次")
    make.assessment(
        user=user, kind=AssessmentKind.DIAGNOSIS, organisation_id=provider.organisation_id, grant_id=grant.id,
        status=AssessmentStatus.DRAFT,
    )  # fmt: skip
    with writing() as session:
        session.add(
            MeasureTick(assessment_id=first.id, item="Q6", option="B", ticked_by=owner.user_id, ticked_at=clock.now())
        )
    demand = make.demand(user=user, lines=[("quality", 60), ("energy", 40)], assessment_id=first.id, budget=120_000)
    make.demand(user=user, status=DemandStatus.DRAFT, copied_from_id=demand.id, deployments=["saas"])
    basket = _basket(owner, demand, solution)
    for number, places in enumerate(
        (
            [Place("enterprise", owner.enterprise_id or 0, "business_licence")],
            [Place("assessment", first.id, "Q1")],
            [],
        ),
        1,
    ):
        make.evidence(user=user, places=places, title=f"材料{number}")
    photo = make.evidence(user=user, content=evidence_files.picture("JPEG", width=40, height=30))
    evidence.withdraw(owner, evidence_id=photo.id)
    return owner, {"provider": provider, "solution": solution, "basket": basket}


def _provider(actor: Actor) -> Any:
    from marketplace.models.providers import Provider

    return db.session.get_one(Provider, actor.provider_id)


def _basket(owner: Actor, demand: Demand, solution: Solution) -> Basket:
    now, who = clock.now(), owner.user_id
    loaded = db.session.scalars(select(Solution).where(Solution.id == solution.id)).one()
    plan = db.session.scalars(select(_plan()).where(_plan().solution_id == loaded.id)).first()
    shortlist = Shortlist(
        organisation_id=owner.organisation_id, demand_id=demand.id, title="候选", created_by=who, created_at=now,
        entries=[
            ShortlistEntry(
                solution_id=solution.id, score=None, reasons={"criteria": [{"label": "场景", "state": "met"}]},
                note="便宜", added_by=who, added_at=now,
            )
        ],
    )  # fmt: skip
    basket = Basket(
        demand_id=demand.id, enterprise_id=owner.enterprise_id, title="方案一", target_level=2, budget=90_000,
        created_by=who, created_at=now, changed_at=now,
        items=[BasketItem(solution_id=solution.id, price_plan_id=plan.id if plan else None, quantity=3, discount=500)],
    )  # fmt: skip
    with writing() as session:
        session.add_all([shortlist, basket])
        session.flush()
        session.add(
            QuotationSheet(
                basket_id=basket.id, enterprise_id=owner.enterprise_id, number="BJ-2026-0001", token="secret-link",
                valid_until=clock.today(), created_by=who, created_at=now,
                content={
                    "version": 1, "demand": {"id": demand.id, "title": demand.title},
                    "lines": [{"solution_id": solution.id, "provider_id": solution.provider_id, "listed": 30_000}],
                },
            )
        )  # fmt: skip
    return basket


def _plan() -> Any:
    from marketplace.models.solutions import PricePlan

    return PricePlan


def content(actor: Actor) -> Parts:
    """Every part of the exported zip but the manifest's date."""
    made = file_exchange.export(actor, enterprise_id=actor.enterprise_id or _imported_id())
    with made.file, zipfile.ZipFile(made.file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    assert {line["path"] for line in manifest["parts"]} == set(parts)
    return parts


def _imported_id() -> int:
    return db.session.scalars(select(Enterprise.id).order_by(Enterprise.id.desc())).first() or 0


def far_away() -> Factory:
    """Makes rows whose names and codes are not those of the first database."""
    made = Factory()
    made.numbers = count(1000)
    return made


def zipped(parts: Parts) -> bytes:
    """A zip of these parts, with a manifest that fits them, as a careful forger would make it."""
    import hashlib

    lines = [
        {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in parts.items()
    ]
    manifest = {
        "format": "enterprise-file", "version": 1, "made_at": clock.now().isoformat(), "parts": lines,
    }  # fmt: skip
    return evidence_files.archive({**parts, "manifest.json": json.dumps(manifest)})


def counterparts(make: Factory, told: dict[str, Any]) -> None:
    """What the other installation needs beforehand: the provider and its listing."""
    for _ in range(3):
        make.provider()
    provider = make.provider()
    with writing() as session:
        firm = session.get_one(Organisation, provider.organisation_id)
        firm.name, firm.credit_code = told["name"], told["code"]
    make.solution(provider=provider, name="质检通")


def take_in(content: bytes, actor: Actor) -> int:
    key = file_packages.stage(actor, io.BytesIO(content))
    return file_import.make(actor, key=key, keeper=KEEPER)


def told_of(others: dict[str, Any]) -> dict[str, str]:
    firm = db.session.get_one(Organisation, others["provider"].organisation_id)
    return {"name": firm.name, "code": firm.credit_code or ""}


def dump() -> dict[str, int]:
    from sqlalchemy import func

    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


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


def _changed(parts: Parts, name: str, change: Callable[[Any], None]) -> bytes:
    told = json.loads(parts[name])
    change(told)
    return zipped({**parts, name: json.dumps(told).encode()})


def _flip(data: bytes, inside: bytes) -> bytes:
    at = data.index(inside)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


FORGERIES: dict[str, tuple[Callable[[Parts], bytes], str]] = {
    "nothing": (lambda parts: b"PK", "打不开"),
    "some other zip": (lambda parts: evidence_files.archive({"a.txt": "1"}), "不认识的文件"),
    "truncated": (lambda parts: zipped(parts)[:-400], "打不开"),
    "a flipped bit of stored bytes": (lambda parts: _flip(_stored(parts), b"%PDF-1.4"), ""),
    "a part missing": (
        lambda parts: zipped({name: data for name, data in parts.items() if name != "grants.json"}),
        "",
    ),
    "a part more": (lambda parts: zipped({**parts, "notes.txt": b"1"}), "不认识的文件"),
    "a path that leads out": (lambda parts: zipped({**parts, "evidence/../../x": b"1"}), "不认识的文件"),
    "an absolute path": (lambda parts: zipped({**parts, "/etc/cron.d/x": b"1"}), "不认识的文件"),
    "a file under a wrong hash": (lambda parts: zipped({**parts, "evidence/" + "0" * 64: b"%PDF-1.4"}), "校验值"),
    "not from here": (
        lambda parts: evidence_files.archive({**parts, "manifest.json": json.dumps({"format": "other"})}),
        "不是本平台导出",
    ),
    "a later version": (
        lambda parts: evidence_files.archive(
            {**parts, "manifest.json": json.dumps({"format": "enterprise-file", "version": 2, "made_at": ""})}
        ),
        "第2版",
    ),
    "a manifest that lists less": (
        lambda parts: evidence_files.archive(
            {
                **parts,
                "manifest.json": json.dumps({"format": "enterprise-file", "version": 1, "made_at": "", "parts": []}),
            }
        ),
        "对不上",
    ),
    "nested to death": (lambda parts: zipped({**parts, "grants.json": b"[" * 200_000}), "读不出来"),
    "a list where an object is due": (lambda parts: zipped({**parts, "enterprise.json": b"[]"}), "结构"),
    "a wrong credit code": (
        lambda parts: _changed(parts, "enterprise.json", lambda one: one.update(credit_code="91519900MC0000020X")),
        "信用代码",
    ),
    "a county of another city": (
        lambda parts: _changed(parts, "enterprise.json", lambda one: one.update(county="atlantis")),
        "目录",
    ),
    "a scene nobody knows": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0]["lines"][0].update(scene="magic")),
        "目录",
    ),
    "a text for a number": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0].update(budget="viel")),
        "budget",
    ),
    "a text too long": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0].update(title="长" * 61)),
        "title",
    ),
    "a level that breaks a constraint": (
        lambda parts: _changed(parts, "assessments.json", lambda one: one[0].update(level=9)),
        "规定",
    ),
    "a field missing": (
        lambda parts: _changed(parts, "grants.json", lambda one: one[0].pop("starts_on")),
        "starts_on",
    ),
    "a place that is not there": (
        lambda parts: _changed(parts, "demands.json", lambda one: one[0].update(assessment=99)),
        "对不上",
    ),
    "a listing nobody offers": (
        lambda parts: _changed(
            parts, "shortlists.json", lambda one: one[0]["entries"][0]["solution"].update(name="没有这个产品")
        ),
        "没有这个产品",
    ),
    "an organisation nobody knows": (
        lambda parts: _changed(
            parts, "grants.json", lambda one: one[0].update(organisation={"credit_code": None, "name": "无名公司"})
        ),
        "无名公司",
    ),
    "a trail with other fields": (
        lambda parts: _changed(parts, "timeline.json", lambda one: one[0].update(extra="1")),
        "办理记录",
    ),
    "evidence of another kind than told": (
        lambda parts: _changed(parts, "evidence.json", lambda one: one[0].update(media_type="image/png")),
        "类型",
    ),
}


def _stored(parts: Parts) -> bytes:
    """Uncompressed, so that a flipped bit of the content is one in the zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped(parts))) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return buffer.getvalue()


def test_whatever_is_not_in_order_is_refused_and_leaves_nothing(app: Flask, other_app: Flask, make: Factory) -> None:
    owner, others = fill(make)
    told, parts = told_of(others), content(owner)
    with other_app.app_context():
        elsewhere = far_away()
        counterparts(elsewhere, told)
        administrator = elsewhere.actor(Role.ADMINISTRATOR)
        before = dump()
        for name, (forge, words) in FORGERIES.items():
            with pytest.raises(Invalid) as caught:
                take_in(forge(parts), administrator)
            assert words in "；".join(caught.value.messages["file"]), name
            assert dump() == before, name
        assert take_in(zipped(parts), administrator)


def test_an_oversize_zip_is_refused_before_it_is_read(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, _ = fill(make)
    parts = content(owner)
    administrator = make.actor(Role.ADMINISTRATOR)
    for limit, words in (
        ("max_bytes", "超过"),
        ("unpacked_bytes", "太大"),
        ("part_bytes", "太大"),
        ("max_entries", "太大"),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(file_packages.LIMITS, limit, 10)
            with pytest.raises(Invalid) as caught:
                file_packages.stage(administrator, io.BytesIO(zipped(parts)))
            assert words in caught.value.messages["file"][0]


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
