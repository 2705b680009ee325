"""Applications to the pool in each state, and who answers for each provider of the demo city."""

import hashlib
import io
from datetime import datetime, timedelta
from typing import Any

from marketplace.domain import declarations as rules
from marketplace.models.accounts import Membership
from marketplace.models.approvals import StatusChange
from marketplace.models.evidence import Evidence, EvidenceCitation
from marketplace.models.provider_applications import (
    ApplicationStatus,
    DeclarationUse,
    ProviderApplication,
    ProviderDeclaration,
)
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.services import evidence_store
from marketplace.services.demo import content
from marketplace.services.demo.evidence import paper
from marketplace.services.demo.people import Registry

KIND = "provider_application"
OFFICER = "reviewer"
FILES = {
    "licence": "营业执照副本",
    "audit_report": "上年度审计报告",
    "staff": "近三个月社保名单",
    "cases": "案例合同和验收单",
}
FILE_KINDS = {
    "licence": "business_licence", "audit_report": "audit_report", "staff": "headcount_proof", "cases": "case_proof"
}  # fmt: skip
STEPS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "draft": (),
    "submitted": (("submit", "draft", "submitted"),),
    "returned": (("submit", "draft", "submitted"), ("return", "submitted", "returned")),
    "admitted": (("submit", "draft", "submitted"), ("admit", "submitted", "admitted")),
    "rejected": (("submit", "draft", "submitted"), ("reject", "submitted", "rejected")),
    "withdrawn": (("submit", "draft", "submitted"), ("withdraw", "submitted", "withdrawn")),
}
BY_PROVIDER = frozenset({"submit", "withdraw"})
DAYS_TO_DECIDE = 3


def add(registry: Registry, pool: dict[str, Provider]) -> int:
    """Returns how many applications."""
    for number, provider in enumerate(pool.values(), start=1):
        _introduce(provider, number)
    registry.session.flush()
    rows = content.read("pool")["applications"]
    for row in rows:
        _application(registry, pool[row["provider"]], row)
    return len(rows)


def _introduce(provider: Provider, number: int) -> None:
    provider.contact_name = f"联系人{number:02d}(演示)"
    provider.contact_phone = f"139{number:08d}"
    provider.contact_mail = f"contact{number:02d}@demo.example"
    provider.legal_representative = f"法定代表人{number:02d}(演示)"
    provider.address = f"安澜市演示大道{number}号"
    if provider.standing != Standing.CANDIDATE:
        provider.admitted_on = min(provider.standing_since, content.days_ago(60))


def seat_of(registry: Registry, provider: Provider) -> Membership:
    return next(seat for seat in registry.seats.values() if seat.organisation is provider.organisation)


def _application(registry: Registry, provider: Provider, row: dict[str, Any]) -> None:
    at = content.moment(content.days_ago(row["days"]), hour=9)
    owner, officer = seat_of(registry, provider).user_id, registry.seats[OFFICER].user_id
    steps = STEPS[row["status"]]
    decided = [at + timedelta(days=DAYS_TO_DECIDE * place) for place in range(len(steps))]
    application = ProviderApplication(
        provider_id=provider.id, kind=ProviderKind(row["kind"]), industries=list(provider.industries),
        scenes=row["scenes"], facts=_facts(provider, row), status=ApplicationStatus(row["status"]),
        decided_at=decided[-1] if steps else None,
        decided_by=(owner if steps[-1][0] in BY_PROVIDER else officer) if steps else None,
        submitted_at=decided[0] if steps else None, notes=row.get("notes", {}), met=[], created_by=owner,
        created_at=at - timedelta(hours=1), changed_at=at,
    )  # fmt: skip
    registry.session.add(application)
    registry.session.flush()
    for (action, source, target), moment in zip(steps, decided, strict=True):
        by = owner if action in BY_PROVIDER else officer
        change(registry, KIND, application.id, (action, source, target), by, moment, row.get("reason"))
    if steps:
        declare(registry, provider, KIND, application.id, at)
        _files(registry, provider, application.id, owner, at)


def _facts(provider: Provider, row: dict[str, Any]) -> dict[str, Any]:
    names = (
        "contact_name", "contact_phone", "contact_mail", "legal_representative", "address", "founded_year", "staff",
        "place",
    )  # fmt: skip
    known = {name: getattr(provider, name) for name in names if getattr(provider, name) not in (None, "")}
    known["engineers"] = min(row["engineers"], provider.staff or row["engineers"])
    return known | ({"pitch": row["pitch"]} if row["pitch"] else {})


def change(
    registry: Registry,
    kind: str,
    key: int,
    step: tuple[str, str, str],
    by: int | None,
    at: datetime,
    reason: str | None = None,
) -> None:
    """A row of the status history; the reason belongs to a decision, not to a sending."""
    action, source, target = step
    registry.session.add(
        StatusChange(
            subject_kind=kind, subject_id=key, action=action, from_status=source, to_status=target,
            reason=None if action in BY_PROVIDER else reason, decided_by=by, decided_at=at,
        )
    )  # fmt: skip


def declare(registry: Registry, provider: Provider, kind: str, key: int, at: datetime) -> None:
    """All declarations, made on that day, and what rests on them."""
    owner = seat_of(registry, provider).user_id
    for topic, words in rules.TEXTS.items():
        row = ProviderDeclaration(
            provider_id=provider.id, topic=topic, text=words["text"], text_version=words["version"],
            basis=rules.basis({name: getattr(provider, name) for name in rules.RULE["watched"]}), declared_by=owner,
            declared_at=at, valid_until=rules.last_day(at.date()),
        )  # fmt: skip
        registry.session.add(row)
        registry.session.flush()
        registry.session.add(DeclarationUse(declaration_id=row.id, subject_kind=kind, subject_id=key))


def _files(registry: Registry, provider: Provider, key: int, owner: int, at: datetime) -> None:
    for topic, title in FILES.items():
        data = paper(title, provider.organisation.name)
        with evidence_store.receiving(io.BytesIO(data)) as received:
            evidence_store.keep(received)
        citation = EvidenceCitation(subject_kind=KIND, subject_id=key, topic=topic, cited_by=owner, cited_at=at)
        registry.session.add(
            Evidence(
                organisation_id=provider.organisation_id, title=title, kind=FILE_KINDS[topic], file_name=f"{title}.pdf",
                media_type="application/pdf", size=len(data), sha256=hashlib.sha256(data).hexdigest(),
                uploaded_by=owner, uploaded_at=at, citations=[citation],
            )
        )  # fmt: skip
