"""The trail in words: kinds of things, names of details, and the values of both; read by page, workbook, timelines."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.domain import evidence, taxonomy, wording

SUBJECTS = {
    "user": "账号", "organisation": "单位", "invitation": "邀请", "demand": "需求清单", "solution": "产品",
    "shortlist": "候选名单", "provider": "服务商", "enterprise": "企业", "bundle": "数转包", "city": "演示数据",
    "assessment": "评测", "evidence": "佐证材料", "access_grant": "查看授权", "lead": "商机", "match_run": "匹配记录",
    "weight_set": "权重方案", "basket": "组合方案", "quotation_sheet": "报价单", "challenge": "榜单",
    "industry": "行业", "approval": "上架申请", "listing_import": "批量导入", "interest": "利害关系",
    "provider_application": "入池申请", "call": "遴选公告", "call_response": "应榜材料", "objection": "异议",
    "declaration": "承诺", "consortium": "联合体", "notification": "消息", "price": "价格", "risk_flag": "核查提示",
    "consortium_change": "联合体变更", "price_plan": "价目",
}  # fmt: skip
DETAILS = {
    "organisation": "单位", "failures": "连续输错次数", "until": "截止", "sessions": "退出设备数", "login": "账号",
    "is_keeper": "设为管理员", "title": "标题", "from": "原", "to": "现", "reason": "理由", "before": "改前",
    "after": "改后", "solution": "产品编号", "day": "日期",
    "kind": "类别", "topic": "题目或场景", "standard": "标准版本", "points": "得分", "level": "等级", "item": "题号",
    "option": "选项", "is_done": "已完成", "sha256": "校验值", "evidence": "材料编号", "purpose": "用途",
    "parts": "包含内容", "assessment": "评测编号", "lines": "条目数", "wave": "批次", "providers": "服务商数",
    "run": "匹配编号", "changed": "有变化", "number": "单号", "price": "报价", "days": "天数", "industry": "行业",
    "rows": "行数", "name": "名称", "questions": "填写项", "import": "导入编号", "file": "文件", "created": "新建",
    "unchanged": "未变", "left": "未导入", "note": "说明", "change": "修改类别", "declaration": "承诺",
    "round": "轮次", "version": "版本", "seat": "席位", "since": "起始", "section": "部分", "text_version": "文本版本",
    "call": "公告编号", "provider": "服务商编号", "expert": "专家编号", "response": "应榜材料编号",
    "scores": "评分项数", "criterion": "评分项", "score": "得分", "objection": "异议编号",
    "share": "份额", "scenes": "场景", "members": "成员", "lead": "牵头单位", "quarter": "季度", "award": "授予",
    "declarations": "承诺项数", "seats": "席位", "consortium": "联合体编号", "change_id": "变更编号",
}  # fmt: skip
# What changes inside "before" and "after".
FIELDS = {
    "title": "名称", "assessment_score": "评测得分", "lines": "需求明细", "budget": "预算", "deadline_days": "工期",
    "deployments": "部署方式", "kind": "种类", "expires_on": "有效期至", "target_level": "目标等级",
    "max_providers": "服务商家数上限", "items": "产品", "quantity": "数量", "discount": "优惠", "price_plan": "价目",
    "employees": "从业人员", "revenue": "年营业收入", "main_products": "主要产品", "gbt4754": "国民经济行业中类",
    "size": "企业规模", "is_above_scale": "规上规下", "name": "名称", "contact": "联系人", "phone": "电话",
    "website": "网址", "text": "正文", "industry": "行业", "industries": "行业", "scenes": "场景", "members": "成员",
    "share": "份额", "shares": "份额", "place": "服务地点", "staff": "人员", "closes_on": "截止日期",
}  # fmt: skip
STATUSES: Mapping[str, Mapping[str, str]] = {
    "demand": wording.DEMAND_STATUSES,
    "solution": wording.SOLUTION_STATUSES,
    "approval": wording.APPROVAL_STATUSES,
    "shortlist": wording.SHORTLIST_STATUSES,
    "assessment": wording.ASSESSMENT_STATUSES,
    "access_grant": wording.GRANT_STATUSES,
    "lead": wording.LEAD_STATUSES,
    "weight_set": wording.WEIGHT_SET_STATUSES,
    "quotation_sheet": wording.SHEET_STATUSES,
    "challenge": wording.CHALLENGE_STATUSES,
    "consortium": wording.CONSORTIUM_STATUSES,
    "consortium_change": wording.CONSORTIUM_CHANGE_STATUSES,
    "provider_application": wording.APPLICATION_STATUSES,
    "provider": wording.STANDINGS,
    "call": wording.CALL_STATUSES,
    "objection": wording.OBJECTION_STATUSES,
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "seat": wording.REVIEW_SEATS,
    "purpose": wording.GRANT_PURPOSES,
    "size": wording.SIZES,
    "industry": wording.INDUSTRIES,
    "kind": {**evidence.KINDS, **wording.ASSESSMENT_KINDS, **wording.APPROVAL_KINDS},
    "deployments": wording.DEPLOYMENTS,
    "scenes": wording.SCENES,
    "industries": wording.INDUSTRIES,
}
WORDED: Mapping[str, Callable[[Any], str]] = {
    "budget": wording.money,
    "revenue": wording.money,
    "price": wording.money,
    "discount": wording.money,
    "employees": lambda value: f"{value}人",
    "days": lambda value: f"{value}天",
    "deadline_days": lambda value: f"{value}天",
    "gbt4754": lambda value: taxonomy.label(str(value)),
    "is_above_scale": lambda value: "规上" if value else "规下",
    "topic": lambda value: evidence.topic_label(str(value)),
}
NUMBERS = frozenset({"budget", "revenue", "price", "discount", "employees", "days", "deadline_days"})
EMPTY: tuple[Any, ...] = (None, "", [], {})
MANY = "有改动"  # of lists whose rows are no words


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was so and is now otherwise."""

    label: str
    before: str
    after: str


def subject(kind: str) -> str:
    return SUBJECTS.get(kind, kind)


def value(name: str, content: Any, *, statuses: Mapping[str, str] | None = None) -> str:
    """One value in domain words; nothing is 空."""
    if content in EMPTY:
        return "空"
    if name in ("from", "to") and statuses:
        return statuses.get(str(content), str(content))
    if name in WORDED and (name not in NUMBERS or isinstance(content, int)):
        return WORDED[name](content)
    if isinstance(content, bool):
        return "是" if content else "否"
    return _listed(name, content) if isinstance(content, list) else _plain(name, content)


def _plain(name: str, content: Any) -> str:
    if isinstance(content, dict):
        return "、".join(f"{FIELDS.get(key, DETAILS.get(key, key))} {_part(key, one)}" for key, one in content.items())
    text = str(content)
    return CHOICES.get(name, {}).get(text) or _moment(text)


def _part(name: str, content: Any) -> str:
    return f"{len(content)}项" if _is_table(content) else value(name, content)


def _listed(name: str, content: list[Any]) -> str:
    return "、".join(_plain(name, one) for one in content)


def _moment(text: str) -> str:
    """Times and days are written in ISO form: told as people tell them."""
    if len(text) < len("2026-11-20") or not text[:4].isdigit() or text[4] != "-":
        return text
    try:
        return wording.day(date.fromisoformat(text)) if len(text) == len("2026-11-20") else _time(text)
    except ValueError:
        return text


def _time(text: str) -> str:
    at = datetime.fromisoformat(text)
    return wording.moment(at) if at.tzinfo else text


def changes(kind: str, details: Mapping[str, Any]) -> Iterator[Change]:
    """What an act changed: a status, or fields; nothing for one that changed nothing of that sort."""
    statuses = STATUSES.get(kind, {})
    if details.get("from") in statuses and details.get("to") in statuses:
        yield Change("状态", statuses[details["from"]], statuses[details["to"]])
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in (name for name in FIELDS if name in after or name in before):
            yield _change(name, before.get(name), after.get(name))


def _change(name: str, before: Any, after: Any) -> Change:
    if _is_table(before) or _is_table(after):
        return Change(FIELDS[name], "", MANY)
    return Change(FIELDS[name], value(name, before), value(name, after))


def _is_table(content: Any) -> bool:
    """Rows of numbers tell a reader nothing; that they changed does."""
    return isinstance(content, dict) or (
        isinstance(content, list) and any(isinstance(one, dict | list) for one in content)
    )


def facts(kind: str, details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All details by name, as label and words; those that are empty are left out."""
    for name, content in details.items():
        if content not in EMPTY:
            yield DETAILS.get(name, name), value(name, content, statuses=STATUSES.get(kind))
