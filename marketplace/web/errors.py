"""The words for what went wrong: one page a kind, status honest, what to do next."""

from collections.abc import Callable
from typing import Any

from flask import Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from marketplace.domain import evidence, wording
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, NotFound

PAGE_OF = {  # where a form's result stands: kind -> (endpoint, argument)
    "demand": ("demands.show", "demand_id"),
    "shortlist": ("shortlists.show", "shortlist_id"),
    "enterprise": ("enterprises.show", "enterprise_id"),
    "evidence": ("evidence.show", "evidence_id"),
    "access_grant": ("access_grants.index", None),
    "file_import": ("enterprises.import_file", None),
    "match_run": ("matches.show", "run_id"),
    "lead": ("leads.show", "lead_id"),
    "demand_leads": ("leads.of_demand", "demand_id"),
    "weight_set": ("weight_sets.show", "weight_set_id"),
    "solution": ("solutions.show", "solution_id"),
    "listing_draft": ("listings.show", "solution_id"),
    "approval": ("approvals.show", "approval_id"),
    "risk_flag": ("risk_flags.show", "flag_id"),
    "listing_import": ("listing_imports.show", "import_id"),
    "assessment": ("assessments.show", "assessment_id"),
    "basket": ("baskets.show", "basket_id"),
    "quotation_sheet": ("quotation_sheets.show", "sheet_id"),
    "challenge": ("challenges.show", "challenge_id"),
    "provider_application": ("provider_applications.show", "application_id"),
    "call": ("calls.show", "call_id"),
    "received_grants": ("access_grants.received", None),
    "mail": ("mails.index", None),
    "notification_switches": ("notifications.switches", None),
    "consortium": ("consortia.show", "consortium_id"),
    "consortium_change": ("consortia.show_change", "change_id"),
    "organisation": ("accounts.show", None),
    "invitation": ("accounts.show", None),
    "user": ("accounts.show", None),
}
STATUS_WORDS = {
    "demand": wording.DEMAND_STATUSES,
    "solution": wording.SOLUTION_STATUSES,
    "approval": wording.APPROVAL_STATUSES,
    "risk_flag": {"checked": "已核查"},
    "listing_import": wording.IMPORT_STAGES,
    "shortlist": wording.SHORTLIST_STATUSES,
    "assessment": wording.ASSESSMENT_STATUSES,
    "access_grant": wording.GRANT_STATUSES,
    "lead": wording.LEAD_STATUSES,
    "demand_leads": wording.LEAD_STATUSES,
    "weight_set": wording.WEIGHT_SET_STATUSES,
    "quotation_sheet": wording.SHEET_STATUSES,
    "mail": wording.MAIL_STATES,
    "challenge": wording.CHALLENGE_STATUSES,
    "consortium": wording.CONSORTIUM_STATUSES,
    "consortium_change": wording.CONSORTIUM_CHANGE_STATUSES,
    "provider_application": wording.APPLICATION_STATUSES,
    "call": wording.CALL_STATUSES,
    "objection": wording.OBJECTION_STATUSES,
}
KIND_WORDS = {
    "demand": "需求清单",
    "solution": "产品",
    "listing_draft": "产品草稿",
    "approval": "上架申请",
    "listing_import": "批量导入",
    "provider": "服务商",
    "bundle": "数转包",
    "shortlist": "候选名单",
    "enterprise": "企业",
    "user": "账号",
    "invitation": "邀请",
    "entry": "候选条目",
    "notification": "消息",
    "mail": "邮件",
    "organisation": "单位",
    "assessment": "评测",
    "evidence": "佐证材料",
    "access_grant": "查看授权",
    "lead": "商机",
    "demand_leads": "商机",
    "match_run": "匹配记录",
    "weight_set": "权重方案",
    "basket": "组合方案",
    "quotation_sheet": "报价单",
    "challenge": "榜单",
    "consortium": "联合体",
    "consortium_change": "联合体变更",
    "provider_application": "入池申请",
    "call": "遴选公告",
    "objection": "异议",
    "audit_entry": "审计记录",
    "price_plan": "报价",
    "risk_flag": "核查提示",
}


def page_of(kind: str | None, key: int | None) -> str:
    endpoint, argument = PAGE_OF.get(kind or "", ("storefront.home", None))
    values: dict[str, Any] = {argument: key} if argument else {}
    return url_for(endpoint, **values)


def init_app(app: Flask) -> None:
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(AlreadyDone, _already_done)
    app.register_error_handler(CSRFError, _csrf)
    for status, title, advice in (
        (400, "请求有误", "请返回上一页重试。"),
        (404, "没有找到这个页面", "地址可能写错了，或者页面已经移走。可以回首页，或在上方搜索产品。"),
        (405, "这个地址不能这样打开", "请从页面上的按钮进入。"),
        (500, "系统出错了", "错误已记录。请稍后再试；如果反复出现，请联系页脚的电话。"),
    ):
        app.register_error_handler(status, _plain(status, title, advice))
    app.register_error_handler(413, _too_large)


def _page(status: int, *, title: str, advice: str, **extra: object) -> ResponseReturnValue:
    return render_template("errors/show.html", status=status, title=title, advice=advice, **extra), status


def _plain(status: int, title: str, advice: str) -> Callable[[HTTPException], ResponseReturnValue]:
    def show(error: HTTPException) -> ResponseReturnValue:
        return _page(status, title=title, advice=advice)

    return show


def _too_large(error: HTTPException) -> ResponseReturnValue:
    """The limit of this very page: uploads have one of their own."""
    limit = (request.max_content_length or 0) // 1024 // 1024
    kinds = f"{evidence.LIMIT_TEXT}。" if request.endpoint == "evidence.upload" else ""
    advice = f"{kinds}这个页面单次提交不能超过{limit}兆字节，请精简或压缩后重试。"
    return _page(413, title="提交的内容太大", advice=advice)


def _not_found(error: NotFound) -> ResponseReturnValue:
    kind = KIND_WORDS.get(error.kind, "内容")
    return _page(404, title=f"没有找到这个{kind}", advice="它可能已被删除，或者链接不完整。")


def _forbidden(error: Forbidden) -> ResponseReturnValue:
    advice = "当前账号没有这项权限。如需办理，请换用有权限的账号登录，或联系本单位管理员。"
    return _page(403, title="没有权限", advice=advice)


def _conflict(error: Conflict) -> ResponseReturnValue:
    """Tell the loser who decided what and when, and give back what he had typed."""
    kind = KIND_WORDS.get(error.kind, "内容")
    status = STATUS_WORDS.get(error.kind, {}).get(error.status, error.status)
    state = f"现在的状态是「{status}」。" if status else ""  # a basket has none
    who = f"{error.decided_by}于{wording.moment(error.decided_at)}办理，" if error.decided_by else ""
    typed = g.get("typed") or [  # a form that knows its labels has left them here
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in {"csrf_token", "once", "version"} and value.strip()
    ]
    return _page(
        409,
        title=f"这份{kind}刚被别人改过",
        advice=f"{who}{state}你的操作没有生效，下面保留了你填写的内容，请打开最新版本核对后再办。",
        typed=typed,
        target=page_of(error.kind, error.key),
        kind=kind,
    )


def _already_done(error: AlreadyDone) -> ResponseReturnValue:
    flash("这份表单已经提交过，没有重复办理。", "info")
    return redirect(page_of(error.kind, error.key))


def _csrf(error: CSRFError) -> ResponseReturnValue:
    advice = "页面停留太久或登录状态已变，表单没有提交。请返回上一页，刷新后重新提交。"
    return _page(400, title="表单已过期", advice=advice)
