"""Who is told what (消息、待办): one row a status change and audience, one row an act that changes no status.

Slots of title and text: {name} the thing, {reason} what was written as the reason (empty where none is), {who} the
organisation that acted; acts of TOLD have the slots that their caller gives. The person who acted is never told.
A to-do ends when its subject takes one of the steps of `closed_by`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain import supply_notices
from marketplace.domain.notice_rows import WHY, Notice, Told, todo
from marketplace.models.accounts import Role

REASON_MAX = 120  # of a reason in a message; the page has the whole one

NOTICES: dict[tuple[str, str], tuple[Notice, ...]] = {
    **supply_notices.NOTICES,
    ("demand", "publish"): (
        Notice("enterprise", "需求清单已发布：{name}", "本单位同事发布，可看匹配结果。"),
        Notice("county_of_enterprise", "{who}发布了需求清单：{name}"),
    ),
    ("demand", "withdraw"): (
        Notice("enterprise", "需求清单已撤回：{name}", WHY),
        Notice("county_of_enterprise", "{who}撤回了需求清单：{name}"),
    ),
    ("shortlist", "close"): (Notice("organisation", "候选名单已定稿：{name}"),),
    ("shortlist", "reopen"): (Notice("organisation", "候选名单重新打开：{name}"),),
    ("assessment", "complete"): (Notice("enterprise", "评测已完成：{name}", "可看等级、得分和差距。"),),
    ("assessment", "void"): (Notice("enterprise", "评测已作废：{name}", WHY),),
    ("access_grant", "withdraw"): (
        Notice("organisation", "{name}收回了档案查看授权", "从现在起不能再打开它的档案。", page="received_grants"),
        Notice("enterprise", "已收回查看授权", "被授权单位不能再打开本企业档案。"),
    ),
    ("lead", "interest"): (
        todo(
            "enterprise", "有服务商愿意对接：{name}", "请答复是否同意。", "introduce refuse cancel", page="demand_leads"
        ),
    ),
    ("lead", "decline"): (Notice("enterprise", "一家服务商不接：{name}", WHY, page="demand_leads"),),
    ("lead", "introduce"): (Notice("provider", "企业同意对接：{name}", "已能看到企业名称和联系方式，请尽快联系。"),),
    ("lead", "refuse"): (Notice("provider", "企业暂不对接：{name}", WHY),),
    ("lead", "cancel"): (Notice("provider", "商机已取消：{name}", WHY),),
    ("challenge", "publish"): (Notice("providers_of_industry", "揭榜挂帅发榜：{name}", "能做的可以应榜。"),),
    ("challenge", "close"): (Notice("challenge_responders", "揭榜挂帅收榜：{name}", "结果：{reason}"),),
    ("weight_set", "adopt"): (Notice("steering", "匹配权重已采用：{name}", WHY),),
    ("weight_set", "retire"): (Notice("steering", "匹配权重已停用：{name}", WHY),),
    ("quotation_sheet", "withdraw"): (Notice("enterprise", "报价单已收回：{name}", "原链接已不能打开。"),),
}

# Status changes of which nobody but who acted needs to know, with the reason.
NOBODY: dict[tuple[str, str], str] = {
    ("provider", "admit"): "入池申请的结果已告知服务商，同一件事不说两遍",
}

TOLD: dict[str, Told] = {
    **supply_notices.TOLD,
    "lead.offered": Told(
        "有新商机待答复：{name}", "{until}前答复有意或不接。", True, ("interest", "decline", "cancel")
    ),
    "access_grant.given": Told("{name}授权本单位查看档案", "用途：{purpose}，至{until}止。"),
    "challenge.answered": Told("揭榜挂帅收到应榜：{name}", "{who}应榜。"),
    "weight_set.proposed": Told("新的匹配权重待决定：{name}", "{who}提出。", True, ("adopt", "retire")),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """What a person switches on and off: nouns that belong together; `roles` are told of it at all."""

    label: str
    hint: str
    roles: frozenset[Role]


def _topic(label: str, hint: str, *roles: Role) -> Topic:
    return Topic(label, hint, frozenset(roles))


E, P, OFFICER, LEADER = Role.ENTERPRISE, Role.PROVIDER, Role.BUREAU_REVIEWER, Role.BUREAU_LEADER
REVIEWERS = (OFFICER, LEADER, Role.EXPERT, Role.SUPERVISOR)
TOPICS: dict[str, Topic] = {
    "demand": _topic("需求清单", "发布、撤回", E, Role.COUNTY_OFFICER),
    "assessment": _topic("评测", "完成、作废", E),
    "shortlist": _topic("候选名单", "定稿、重新打开", E),
    "quotation_sheet": _topic("报价单", "收回", E),
    "access_grant": _topic("档案查看授权", "给出、收回", E, P, Role.EXPERT, Role.SUPERVISOR),
    "lead": _topic("商机对接", "推送、答复、取消", E, P),
    "solution": _topic("产品在架状态", "上架、暂停、恢复、下架、到期", E, P),
    "approval": _topic("上架审核", "提交、退回、会商、复审、结果", P, *REVIEWERS),
    "pool": _topic("入池申请", "提交、补正、结果", P, OFFICER, LEADER),
    "call": _topic("牵头服务商遴选", "公告、评分、公示、异议、结果", P, OFFICER, LEADER, Role.EXPERT),
    "consortium": _topic("联合体", "邀请、答复、变更、解散", P, OFFICER, LEADER),
    "challenge": _topic("揭榜挂帅", "发榜、应榜、收榜", P, OFFICER, LEADER),
    "weight_set": _topic("匹配权重", "提出、采用、停用", OFFICER, LEADER),
}
TOPIC_OF = {
    "provider_application": "pool",
    "provider": "pool",
    "objection": "call",
    "call_response": "call",
    "consortium_member": "consortium",
    "consortium_change": "consortium",
    "listing": "solution",
    "listing_import": "solution",
    "risk_flag": "approval",
}


def topic_of(kind: str) -> str:
    """The topic of noun.act; a noun without one of its own is its own topic."""
    noun = kind.partition(".")[0]
    return TOPIC_OF.get(noun, noun)


def todos_closed_by(noun: str, action: str) -> tuple[str, ...]:
    """The kinds of to-dos about the same thing that end with this step."""
    rows: list[tuple[str, Notice | Told]] = [
        (f"{key[0]}.{key[1]}", notice) for key, row in NOTICES.items() for notice in row if key[0] == noun
    ]
    rows += [(kind, told) for kind, told in TOLD.items() if kind.partition(".")[0] == noun]
    return tuple(sorted({kind for kind, row in rows if row.is_todo and action in row.closed_by}))


def fill(template: str, words: Mapping[str, str]) -> str:
    """The sentence with its slots filled; one that only introduces an empty reason is left out."""
    if "{reason}" in template and not words.get("reason"):
        return ""
    given = {name: " ".join(str(value).split()) for name, value in words.items()}
    if len(given.get("reason", "")) > REASON_MAX:
        given["reason"] = given["reason"][: REASON_MAX - 1] + "…"
    return template.format_map(given)
