"""The basic facts of an enterprise (基本情况): in words for the page, and changed by the enterprise itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.domain import permissions, sizes, taxonomy, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Conflict, Forbidden, Invalid
from marketplace.domain.evidence import POLICY
from marketplace.domain.permissions import Permission
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprises import Enterprise
from marketplace.services import audit, status_changes, unit_of_work

KIND = "enterprise"
LIMITS = POLICY["facts"]
LABELS = {
    "employees": "从业人员",
    "revenue": "年营业收入",
    "main_products": "主要产品",
    "gbt4754": "国民经济行业中类",
    "size": "企业规模",
    "is_above_scale": "规上规下",
}
SCALES = {True: "规上", False: "规下", None: ""}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the enterprise states of itself and may put right at any time."""

    employees: int | None
    revenue: int | None
    main_products: str | None
    gbt4754: str | None
    size: str | None
    is_above_scale: bool | None

    def fingerprint(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def of(row: Enterprise) -> Facts:
    return Facts(row.employees, row.revenue, row.main_products, row.gbt4754, row.size, row.is_above_scale)


def words(one: Enterprise) -> tuple[tuple[str, str], ...]:
    """Term and value; what is not known is empty."""
    return (
        ("统一社会信用代码", one.organisation.credit_code or ""),
        ("所在地", wording.COUNTIES.get(one.organisation.county or "", "")),
        ("试点行业", wording.INDUSTRIES[one.industry]),
        ("国民经济行业中类", taxonomy.label(one.gbt4754) if one.gbt4754 else ""),
        ("企业规模", wording.SIZES.get(one.size or "", "")),
        ("从业人员", f"{one.employees:,}人" if one.employees else ""),
        ("年营业收入", wording.money(one.revenue) if one.revenue is not None else ""),
        ("规上规下", SCALES[one.is_above_scale]),
        ("主要产品", one.main_products or ""),
        ("优质企业梯度", wording.SPECIALISATIONS[one.specialisation]),
        ("改造进度", wording.PROGRESSES[one.progress]),
        ("验收日期", wording.day(one.completed_on) if one.completed_on else "未验收"),
        ("评测得分", f"{one.assessment_score:.2f}" if one.assessment_score is not None else ""),
        ("样板企业", "是" if one.is_sample else "否"),
    )


def value_words(name: str, value: Any) -> str:
    """One fact of the trail in words."""
    if value is None or value == "":
        return "空"
    shown: Mapping[str, str] = {
        "employees": f"{value}人",
        "gbt4754": taxonomy.label(str(value)),
        "size": wording.SIZES.get(str(value), str(value)),
        "is_above_scale": "规上" if value is True else "规下",
    }
    return wording.money(value) if name == "revenue" and isinstance(value, int) else shown.get(name, str(value))


def change(actor: Actor, *, enterprise_id: int, seen: str, facts: Facts, once: str | None = None) -> None:
    """`seen` is the fingerprint of the facts that the page was filled with: a colleague's change is not overwritten."""
    with unit_of_work.writing(actor, once=once) as session:
        row: Enterprise = status_changes.locked(
            session, Enterprise, kind=KIND, key=enterprise_id, options=(joinedload(Enterprise.organisation),)
        )
        if not permissions.permits(actor, Permission.WRITE_ENTERPRISE, row):
            raise Forbidden(Permission.WRITE_ENTERPRISE)
        before = of(row)
        if before.fingerprint() != seen:
            raise _conflict(session, enterprise_id)
        _check(facts)
        old, new = asdict(before), asdict(facts)
        changed = [name for name in new if old[name] != new[name]]
        for name in changed:
            setattr(row, name, new[name])
        if changed:
            details = {"before": {name: old[name] for name in changed}, "after": {name: new[name] for name in changed}}
            audit.record(session, actor, "enterprises.changed", kind=KIND, key=row.id, details=details)
        unit_of_work.remember(session, once, kind=KIND, key=row.id)


def _conflict(session: Session, enterprise_id: int) -> Conflict:
    query = (
        select(AuditEntry.actor_name, AuditEntry.at)
        .where(
            AuditEntry.subject_kind == KIND,
            AuditEntry.subject_id == enterprise_id,
            AuditEntry.action == "enterprises.changed",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    last = session.execute(query).one_or_none()
    name, at = (last.actor_name, last.at) if last else (None, None)
    return Conflict(KIND, enterprise_id, "信息已更新", decided_by=name, decided_at=at)


def _check(facts: Facts) -> None:
    found = sizes.problems(employees=facts.employees, revenue=facts.revenue)
    if facts.main_products and len(facts.main_products) > LIMITS["main_products_max"]:
        found["main_products"] = [f"主要产品不超过{LIMITS['main_products_max']}个字，请精简"]
    if facts.gbt4754 is not None and facts.gbt4754 not in taxonomy.NAMES:
        found["gbt4754"] = ["请从列表里选择行业中类"]
    if reason := _size_problem(facts):
        found["size"] = [reason]
    if found:
        raise Invalid(found)


def _size_problem(facts: Facts) -> str | None:
    if facts.size is not None and facts.size not in wording.SIZES:
        return "请从列表里选择企业规模"
    if facts.employees is not None and facts.revenue is not None:
        right = sizes.classify(employees=facts.employees, revenue=facts.revenue)
        if facts.size != right:
            return f"按填的人数和营业收入应为{wording.SIZES[right]}，请改选，或核对这两个数"
    return None
