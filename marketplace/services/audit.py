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
    "assessments.started": _act("开始评测", "kind"),
    "assessments.answered": _act("填写评测", "topic"),
    "assessments.recorded": _act("登记旧版评测", "standard", "points", "level"),
    "assessments.deleted": _act("删除评测草稿", "kind"),
    "assessments.measure_ticked": _act("勾选补分措施", "item", "option", "is_done"),
    "assessment.complete": _act("完成评测", "from", "to", "reason"),
    "assessment.void": _act("作废评测", "from", "to", "reason"),
    "evidence.uploaded": _act("上传材料", "title", "sha256"),
    "evidence.cited": _act("引用材料", "evidence", "topic"),
    "evidence.uncited": _act("取消引用材料", "evidence", "topic"),
    "evidence.changed": _act("修改材料信息", "before", "after"),
    "evidence.withdrawn": _act("撤下材料", "title"),
    "evidence.opened": _act("下载材料", "title"),
    "grants.given": _act("授权查看档案", "organisation", "purpose", "until"),
    "grants.used": _act("按授权查看档案", "organisation"),
    "access_grant.withdraw": _act("收回授权", "from", "to", "reason"),
    "enterprises.changed": _act("修改企业信息", "before", "after"),
    "enterprises.exported": _act("导出企业档案", "parts"),
    "enterprises.imported": _act("导入企业档案", "parts"),
    "demands.drawn_up": _act("由评测生成清单", "assessment", "lines"),
    "demands.opened_to_leads": _act("同意推给服务商", "wave", "providers"),
    "demands.closed_to_leads": _act("停止推给服务商", "providers"),
    "matches.run": _act("计算匹配", "run"),
    "matches.rerun": _act("复算匹配", "run", "changed"),
    "lead.interest": _act("有意对接", "from", "to", "reason"),
    "lead.decline": _act("不接商机", "from", "to", "reason"),
    "lead.introduce": _act("同意对接", "from", "to", "reason"),
    "lead.refuse": _act("暂不对接", "from", "to", "reason"),
    "lead.cancel": _act("取消商机", "from", "to", "reason"),
    "baskets.created": _act("新建组合方案", "title"),
    "baskets.changed": _act("修改组合方案", "before", "after"),
    "baskets.deleted": _act("删除组合方案", "title"),
    "sheets.issued": _act("生成报价单", "number"),
    "quotation_sheet.withdraw": _act("收回报价单", "from", "to", "reason"),
    "challenges.drawn_up": _act("拟定榜单", "title"),
    "challenges.answered": _act("应榜", "price", "days"),
    "challenge.publish": _act("发榜", "from", "to", "reason"),
    "challenge.close": _act("收榜", "from", "to", "reason"),
    "weights.proposed": _act("提出权重方案", "name"),
    "weight_set.adopt": _act("采用权重", "from", "to", "reason"),
    "weight_set.retire": _act("停用权重", "from", "to", "reason"),
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
