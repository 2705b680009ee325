"""Who is told what (消息、待办): one row a status change and audience, one row an act that changes no status.

Slots of title and text: {name} the thing, {reason} what was written as the reason (empty where none is), {who} the
organisation that acted; acts of TOLD have the slots that their caller gives. The person who acted is never told.
A to-do ends when its subject takes one of the steps of `closed_by`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.models.accounts import Role

REASON_MAX = 120  # of a reason in a message; the page has the whole one


@dataclass(frozen=True, slots=True)
class Notice:
    audience: str  # a key of services/notification_audiences.AUDIENCES
    title: str
    text: str = ""
    is_todo: bool = False
    closed_by: tuple[str, ...] = ()
    page: str = ""  # a key of services/notification_pages.PAGES, where the subject's own page is not his


@dataclass(frozen=True, slots=True)
class Told:
    """An act that is told by its service; `closed_by` names steps of the subject's kind."""

    title: str
    text: str = ""
    is_todo: bool = False
    closed_by: tuple[str, ...] = ()


def _todo(audience: str, title: str, text: str, closed_by: str, *, page: str = "") -> Notice:
    return Notice(audience, title, text, is_todo=True, closed_by=tuple(closed_by.split()), page=page)


WHY = "理由：{reason}"
ENDS_REVIEW = "approve return reject recall restart"
NOTICES: dict[tuple[str, str], tuple[Notice, ...]] = {
    ("demand", "publish"): (
        Notice("enterprise", "需求清单已发布：{name}", "本单位同事发布，可看匹配结果。"),
        Notice("county_of_enterprise", "{who}发布了需求清单：{name}"),
    ),
    ("demand", "withdraw"): (
        Notice("enterprise", "需求清单已撤回：{name}", WHY),
        Notice("county_of_enterprise", "{who}撤回了需求清单：{name}"),
    ),
    ("solution", "list"): (Notice("provider", "产品已上架：{name}", "三方审核通过，企业已能搜到。"),),
    ("solution", "suspend"): (
        Notice("provider", "产品被暂停：{name}", WHY),
        Notice("considering", "候选名单里的产品被暂停：{name}", "定稿前请核对。"),
    ),
    ("solution", "restore"): (
        Notice("provider", "产品已恢复在架：{name}", WHY),
        Notice("considering", "候选名单里的产品已恢复在架：{name}"),
    ),
    ("solution", "withdraw"): (
        Notice("provider", "产品已下架：{name}", WHY),
        Notice("considering", "候选名单里的产品已下架：{name}", "定稿前请核对。"),
    ),
    ("solution", "expire"): (
        _todo("provider", "产品到期下架：{name}", "要继续在架，请办理续期。", "list withdraw"),
        Notice("considering", "候选名单里的产品已到期：{name}", "定稿前请核对。"),
    ),
    ("approval", "agree"): (
        _todo("supervisors", "待监理复审：{name}", "可行性、价格两项评估都已通过。", ENDS_REVIEW),
        Notice("provider", "两项评估通过，转监理复审：{name}"),
    ),
    ("approval", "diverge"): (
        _todo("panel", "意见分歧，待会商：{name}", "两项评估意见相差较大。", "settle return reject recall restart"),
        Notice("provider", "转入会商：{name}", "会商结束后告知结果，暂不用补材料。"),
    ),
    ("approval", "settle"): (
        _todo("supervisors", "待监理复审：{name}", "会商已通过。", ENDS_REVIEW),
        Notice("provider", "会商通过，转监理复审：{name}"),
    ),
    ("approval", "return"): (
        _todo("provider", "退回修改：{name}", "按审核意见改好后再报。", "resubmit recall"),
        Notice("seats", "你审核的产品已退回修改：{name}", "再报后先看改动部分。"),
    ),
    ("approval", "reject"): (
        Notice("provider", "不予通过：{name}", WHY),
        Notice("seats", "你审核的产品不予通过：{name}"),
    ),
    ("approval", "approve"): (
        Notice("provider", "审核通过：{name}", "三方审核均已通过。"),
        Notice("seats", "你审核的产品已通过监理复审：{name}"),
    ),
    ("approval", "resubmit"): (
        _todo("seats", "修改后再报，待审：{name}", "先看改动部分。", "agree diverge return reject recall restart"),
        Notice("provider", "修改后已再报：{name}"),
    ),
    ("approval", "recall"): (
        Notice("seats", "上架申请已撤回，不用再审：{name}"),
        Notice("provider", "上架申请已撤回：{name}"),
    ),
    ("approval", "restart"): (
        Notice("seats", "换人重评，你不用再审：{name}", WHY),
        Notice("provider", "换人重评：{name}", "内容不用改，等新的审核结果。"),
    ),
    ("approval", "check"): (Notice("provider", "抽查无误：{name}", "小改动抽查通过，在架内容不变。"),),
    ("approval", "refer"): (Notice("provider", "抽查转全面审核：{name}", "在架内容不变，等审核结果。"),),
    ("shortlist", "close"): (Notice("organisation", "候选名单已定稿：{name}"),),
    ("shortlist", "reopen"): (Notice("organisation", "候选名单重新打开：{name}"),),
    ("assessment", "complete"): (Notice("enterprise", "评测已完成：{name}", "可看等级、得分和差距。"),),
    ("assessment", "void"): (Notice("enterprise", "评测已作废：{name}", WHY),),
    ("access_grant", "withdraw"): (
        Notice("organisation", "{name}收回了档案查看授权", "从现在起不能再打开它的档案。", page="received_grants"),
        Notice("enterprise", "已收回查看授权", "被授权单位不能再打开本企业档案。"),
    ),
    ("lead", "interest"): (
        _todo(
            "enterprise", "有服务商愿意对接：{name}", "请答复是否同意。", "introduce refuse cancel", page="demand_leads"
        ),
    ),
    ("lead", "decline"): (Notice("enterprise", "一家服务商不接：{name}", WHY, page="demand_leads"),),
    ("lead", "introduce"): (Notice("provider", "企业同意对接：{name}", "已能看到企业名称和联系方式，请尽快联系。"),),
    ("lead", "refuse"): (Notice("provider", "企业暂不对接：{name}", WHY),),
    ("lead", "cancel"): (Notice("provider", "商机已取消：{name}", WHY),),
    ("provider_application", "submit"): (
        _todo("pool_officers", "待办入池申请：{name}", "请核对条件和材料。", "return admit reject withdraw"),
        Notice("provider", "入池申请已提交", "审核结果会在这里告知。"),
    ),
    ("provider_application", "return"): (
        _todo("provider", "入池申请退回补正", WHY, "submit withdraw"),
        Notice("pool_officers", "入池申请已退回补正：{name}", WHY),
    ),
    ("provider_application", "admit"): (
        Notice("provider", "准予入池", "单位已进入服务商池。"),
        Notice("pool_officers", "已准予入池：{name}"),
    ),
    ("provider_application", "reject"): (
        Notice("provider", "不予入池", WHY),
        Notice("pool_officers", "已决定不予入池：{name}", WHY),
    ),
    ("provider_application", "withdraw"): (Notice("pool_officers", "入池申请已撤回，不用再办：{name}"),),
    ("call", "publish"): (
        Notice("providers_of_industry", "牵头服务商遴选公告：{name}", "符合条件的可以应榜。"),
        Notice("pool_officers", "遴选公告已发布：{name}"),
    ),
    ("call", "close"): (
        _todo("call_experts", "待评分：{name}", "请独立评分，提交前互不可见。", "gather cancel"),
        Notice("call_responders", "应榜已截止，转入评分：{name}"),
    ),
    ("call", "gather"): (
        _todo("pool_officers", "评分已齐，待组织合议：{name}", "看各项分差，合议后公示。", "announce cancel"),
        Notice("call_experts", "评分已齐，转入合议：{name}"),
    ),
    ("call", "announce"): (Notice("call_responders", "遴选结果公示：{name}", "公示期内可以提出异议。"),),
    ("call", "reopen"): (
        Notice("call_responders", "遴选公示撤下，重新合议：{name}", WHY),
        Notice("call_experts", "遴选公示撤下，重新合议：{name}", WHY),
    ),
    ("call", "conclude"): (
        Notice("call_responders", "遴选结果已确认：{name}"),
        Notice("call_experts", "遴选结果已确认：{name}"),
    ),
    ("call", "cancel"): (
        Notice("call_responders", "遴选已终止：{name}", WHY),
        Notice("call_experts", "遴选已终止，不用再评：{name}", WHY),
    ),
    ("objection", "dismiss"): (
        Notice("raiser", "你的异议不成立：{name}", WHY, page="call"),
        Notice("pool_officers", "异议已答复，不成立：{name}", page="call"),
    ),
    ("objection", "uphold"): (
        Notice("raiser", "你的异议成立：{name}", WHY, page="call"),
        Notice("pool_officers", "异议成立，须重新合议：{name}", page="call"),
    ),
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
