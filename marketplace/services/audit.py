"""The audit trail: the vocabulary of acts on one screen, and the row written in the transaction of the act."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.domain.permissions import Actor
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry
from marketplace.services import clock
from marketplace.services.pages import Page


@dataclass(frozen=True, slots=True)
class Act:
    label: str
    fields: frozenset[str]


def _act(label: str, *fields: str) -> Act:
    return Act(label, frozenset(fields))


# One line an act: what it is called in the timeline, and exactly which details it carries.
ACTS: dict[str, Act] = {
    "accounts.registered": _act("注册单位", "organisation"),
    "accounts.logged_in": _act("登录"),
    "accounts.login_failed": _act("口令错误", "failures"),
    "accounts.locked": _act("账号锁定", "until"),
    "accounts.unlocked": _act("解除锁定"),
    "accounts.logged_out": _act("退出登录"),
    "accounts.logged_out_everywhere": _act("退出所有设备", "sessions"),
    "accounts.password_changed": _act("修改口令", "sessions"),
    "accounts.reset_issued": _act("生成口令重置链接", "login"),
    "accounts.password_reset": _act("重置口令", "sessions"),
    "accounts.invited": _act("邀请同事", "login"),
    "accounts.join_requested": _act("申请加入单位", "login"),
    "accounts.invitation_withdrawn": _act("撤回邀请", "login"),
    "accounts.joined": _act("加入单位", "login"),
    "accounts.member_removed": _act("移出成员", "login"),
    "accounts.keeper_changed": _act("调整单位管理员", "login", "is_keeper"),
    "accounts.sessions_revoked": _act("强制退出", "login", "sessions"),
    "accounts.deactivated": _act("停用账号", "login"),
    "accounts.reactivated": _act("恢复账号", "login"),
    "demands.created": _act("新建需求清单", "title"),
    "demands.copied": _act("复制需求清单", "from"),
    "demands.changed": _act("修改需求清单", "before", "after"),
    "demands.deleted": _act("删除草稿", "title"),
    "demand.publish": _act("发布需求清单", "from", "to", "reason"),
    "demand.withdraw": _act("撤回需求清单", "from", "to", "reason"),
    "solution.suspend": _act("暂停产品", "from", "to", "reason"),
    "solution.restore": _act("恢复产品", "from", "to", "reason"),
    "shortlists.added": _act("加入候选名单", "solution"),
    "shortlists.removed": _act("移出候选名单", "solution"),
    "shortlists.noted": _act("修改候选备注", "solution"),
    "shortlist.close": _act("候选名单定稿", "from", "to", "reason"),
    "shortlist.reopen": _act("重新打开候选名单", "from", "to", "reason"),
    "demo.loaded": _act("装入演示数据", "day"),
}


def record(
    session: Session, actor: Actor, action: str, *, kind: str, key: int | None, details: dict[str, Any] | None = None
) -> None:
    """Write the row; an unknown act or a wrong field is a mistake of ours and raises."""
    details = details or {}
    expected = ACTS[action].fields
    if set(details) != expected:
        raise ValueError(f"{action} carries {sorted(expected)}, not {sorted(details)}")
    session.add(
        AuditEntry(
            at=clock.now(),
            user_id=actor.user_id,
            actor_name=actor.name,
            organisation_id=actor.organisation_id,
            role=actor.role,
            action=action,
            subject_kind=kind,
            subject_id=key,
            details=details,
        )
    )


def page(*, number: int, per_page: int = 50, action: str | None = None) -> Page[AuditEntry]:
    """Newest first; ties by id."""
    query = select(AuditEntry)
    count = select(func.count()).select_from(AuditEntry)
    if action in ACTS:
        query, count = query.where(AuditEntry.action == action), count.where(AuditEntry.action == action)
    total = db.session.scalar(count) or 0
    number = Page.clamp(number, total=total, per_page=per_page)
    rows = db.session.scalars(
        query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(per_page).offset((number - 1) * per_page)
    ).all()
    return Page(tuple(rows), number=number, per_page=per_page, total=total)


def timeline(*, kind: str, key: int) -> tuple[AuditEntry, ...]:
    """All acts on one thing, oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == key)
    return tuple(db.session.scalars(query.order_by(AuditEntry.at, AuditEntry.id)).all())
