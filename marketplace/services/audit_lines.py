"""The trail as auditors read it: words for acts, subjects and details; the same lines on the page and in Excel."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.domain import acts, permissions, wording
from marketplace.domain.errors import Forbidden, Invalid
from marketplace.domain.permissions import Actor, Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, User
from marketplace.models.audit import AuditEntry
from marketplace.policy import reader
from marketplace.services import audit, clock, workbooks
from marketplace.services.pages import Page

LIMITS = reader.load("accounts")["listing"]
SUBJECTS = {
    "user": "账号", "organisation": "单位", "invitation": "邀请", "demand": "需求清单", "solution": "产品",
    "shortlist": "候选名单", "provider": "服务商", "enterprise": "企业", "bundle": "数转包", "city": "演示数据",
    "assessment": "评测", "evidence": "佐证材料", "access_grant": "查看授权", "lead": "商机", "match_run": "匹配记录",
    "weight_set": "权重方案", "basket": "组合方案", "quotation_sheet": "报价单", "challenge": "榜单",
    "industry": "行业",
}  # fmt: skip
DETAILS = {
    "organisation": "单位", "failures": "连续输错次数", "until": "锁定至", "sessions": "退出设备数", "login": "账号",
    "is_keeper": "设为管理员", "title": "标题", "from": "原", "to": "现", "reason": "理由", "before": "改前",
    "after": "改后", "solution": "产品编号", "day": "日期",
    "kind": "类别", "topic": "题目或场景", "standard": "标准版本", "points": "得分", "level": "等级", "item": "题号",
    "option": "选项", "is_done": "已完成", "sha256": "校验值", "evidence": "材料编号", "purpose": "用途",
    "parts": "包含内容", "assessment": "评测编号", "lines": "条目数", "wave": "批次", "providers": "服务商数",
    "run": "匹配编号", "changed": "有变化", "number": "单号", "price": "报价", "days": "天数", "industry": "行业",
    "rows": "行数", "name": "名称",
}  # fmt: skip
STATUSES: Mapping[str, Mapping[str, str]] = {
    "demand": wording.DEMAND_STATUSES,
    "solution": wording.SOLUTION_STATUSES,
    "shortlist": wording.SHORTLIST_STATUSES,
    "assessment": wording.ASSESSMENT_STATUSES,
    "access_grant": wording.GRANT_STATUSES,
    "lead": wording.LEAD_STATUSES,
    "weight_set": wording.WEIGHT_SET_STATUSES,
    "quotation_sheet": wording.SHEET_STATUSES,
    "challenge": wording.CHALLENGE_STATUSES,
}
COLUMNS = (("时间", 20), ("办理人", 16), ("角色", 12), ("单位", 28), ("事项", 16), ("对象", 28), ("内容", 60))
Names = dict[str, dict[int, str]]


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    role: str
    organisation: str
    act: str
    subject: str
    details: str

    def cells(self) -> tuple[str, ...]:
        moment = self.at.astimezone(wording.CITY_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        return (moment, self.who, self.role, self.organisation, self.act, self.subject, self.details)


def page(*, number: int, action: str | None = None) -> Page[Line]:
    found = audit.page(number=number, per_page=LIMITS["entries_a_page"], action=action)
    return Page(_lines(found.rows), number=found.number, per_page=found.per_page, total=found.total)


def choices() -> tuple[tuple[str, str], ...]:
    """The acts to filter by, in the order of the vocabulary."""
    return tuple((action, act.label) for action, act in acts.ACTS.items())


def export(actor: Actor, *, action: str | None = None) -> bytes:
    """A workbook of what the filter shows, with the filter and the time written into it."""
    if not permissions.permits(actor, Permission.READ_AUDIT):
        raise Forbidden(Permission.READ_AUDIT)
    found = audit.page(number=1, per_page=LIMITS["export_rows"], action=action)
    if found.total > LIMITS["export_rows"]:
        raise Invalid({"action": [f"共{found.total}条，一次最多导出{LIMITS['export_rows']}条，请先按事项筛选"]})
    act = acts.ACTS.get(action or "")
    title = f"审计记录　事项：{act.label if act else '全部'}　共{found.total}条"
    made = f"导出时间：{wording.moment(clock.now())}　导出人：{actor.name}（{wording.ROLES[actor.role]}）"
    rows = (line.cells() for line in _lines(found.rows))
    return workbooks.make([workbooks.Page("审计记录", [title, made], COLUMNS, rows)])


def _lines(rows: Iterable[AuditEntry]) -> tuple[Line, ...]:
    entries = tuple(rows)
    firms = {row.organisation_id for row in entries} | _subjects(entries, "organisation")
    names: Names = {
        "organisation": _names(Organisation.id, Organisation.name, firms),
        "user": _names(User.id, User.name, _subjects(entries, "user")),
    }
    return tuple(_line(row, names) for row in entries)


def _subjects(entries: Iterable[AuditEntry], kind: str) -> set[int | None]:
    return {row.subject_id for row in entries if row.subject_kind == kind}


def _names(
    key: InstrumentedAttribute[int], name: InstrumentedAttribute[str], wanted: set[int | None]
) -> dict[int, str]:
    rows = db.session.execute(select(key, name).where(key.in_(wanted - {None})))
    return {row[0]: row[1] for row in rows}


def _line(row: AuditEntry, names: Names) -> Line:
    """Acts of the system and of visitors carry no role: nobody was in a seat."""
    is_person = row.user_id is not None
    kind = SUBJECTS.get(row.subject_kind, row.subject_kind)
    called = names.get(row.subject_kind, {}).get(row.subject_id or 0) or row.subject_id
    return Line(
        at=row.at,
        who=row.actor_name,
        role=wording.ROLES.get(row.role, row.role) if is_person else "",
        organisation=names["organisation"].get(row.organisation_id or 0, ""),
        act=acts.ACTS[row.action].label if row.action in acts.ACTS else row.action,
        subject=kind if called is None else f"{kind} {called}",
        details="；".join(_details(row)),
    )


def _details(row: AuditEntry) -> Iterable[str]:
    for name, value in row.details.items():
        if value not in (None, "", [], {}):
            yield f"{DETAILS.get(name, name)}：{_value(name, value, STATUSES.get(row.subject_kind, {}))}"


def _value(name: str, value: Any, statuses: Mapping[str, str]) -> str:
    if name in ("from", "to"):
        return statuses.get(str(value), str(value))
    if name == "until":
        return wording.moment(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
