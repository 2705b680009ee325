"""An enterprise with something in every part of its file, and another installation for it to travel to."""

import hashlib
import io
import json
import zipfile
from itertools import count
from typing import Any

from sqlalchemy import func, select

from marketplace.domain.actors import Actor
from marketplace.domain.evidence import Place
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, Role
from marketplace.models.assessments import AssessmentKind, AssessmentStatus, MeasureTick
from marketplace.models.base import Base
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand, DemandStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.providers import Provider
from marketplace.models.solutions import PricePlan, Solution
from marketplace.services import (
    access_grants,
    clock,
    enterprise_facts,
    evidence,
    file_exchange,
    file_import,
    file_packages,
)
from marketplace.services.file_keepers import Keeper
from marketplace.services.unit_of_work import writing
from tests import evidence_files
from tests.factories import Factory

Parts = dict[str, bytes]
KEEPER = Keeper("周会计", "keeper@example.test")


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
    return db.session.get_one(Provider, actor.provider_id)


def _basket(owner: Actor, demand: Demand, solution: Solution) -> Basket:
    now, who = clock.now(), owner.user_id
    loaded = db.session.scalars(select(Solution).where(Solution.id == solution.id)).one()
    plan = db.session.scalars(select(PricePlan).where(PricePlan.solution_id == loaded.id)).first()
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


def content(actor: Actor) -> Parts:
    """Every part of the exported zip but the manifest's date."""
    made = file_exchange.export(actor, enterprise_id=actor.enterprise_id or imported_id())
    with made.file, zipfile.ZipFile(made.file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    assert {line["path"] for line in manifest["parts"]} == set(parts)
    return parts


def imported_id() -> int:
    return db.session.scalars(select(Enterprise.id).order_by(Enterprise.id.desc())).first() or 0


def far_away() -> Factory:
    """Makes rows whose names and codes are not those of the first database."""
    made = Factory()
    made.numbers = count(1000)
    return made


def zipped(parts: Parts) -> bytes:
    """A zip of these parts, with a manifest that fits them, as a careful forger would make it."""
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
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
