"""What each role comes here for: the links of 我的工作台 and of the account menu."""

from dataclasses import dataclass

from flask import url_for

from marketplace.domain import permissions
from marketplace.domain.actors import Actor
from marketplace.domain.permissions import Permission
from marketplace.models.accounts import Role


@dataclass(frozen=True, slots=True)
class Task:
    label: str
    hint: str
    endpoint: str
    permission: Permission
    icon: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    hint: str
    url: str
    icon: str


TASKS = (
    Task(
        "数字化水平评测",
        "自评、诊断和现场评定：现在几级，离下一级差多少",
        "assessments.index",
        Permission.READ_ASSESSMENT,
        "clipboard-check",
    ),
    Task(
        "我的需求清单",
        "写清要解决的问题，按匹配程度看产品和服务商",
        "demands.index",
        Permission.WRITE_DEMAND,
        "checklist",
    ),
    Task(
        "候选名单",
        "收藏和比选的产品，可打印、可导出",
        "shortlists.index",
        Permission.KEEP_SHORTLIST,
        "clipboard-list",
    ),
    Task("组合方案", "按清单配齐产品，算谁出多少钱，出报价单", "baskets.index", Permission.BUILD_BUNDLE, "puzzle"),
    Task("材料", "佐证材料上传一次，评测、申报时引用", "evidence.index", Permission.KEEP_EVIDENCE, "paperclip"),
    Task("查看授权", "让服务商、专家看本企业档案，随时收回", "access_grants.index", Permission.GRANT_ACCESS, "key"),
    Task("授权给我的", "企业授权本单位查看的档案", "access_grants.received", Permission.USE_ACCESS, "key"),
    Task(
        "我的产品",
        "上架、修改、续期，看评估进度",
        "accounts.listings",
        Permission.READ_OWN_LISTINGS,
        "packages",
    ),
    Task(
        "入池申请",
        "申请进入服务商池，或换一个类别",
        "provider_applications.index",
        Permission.APPLY_TO_POOL,
        "clipboard-check",
    ),
    Task("商机", "企业推来的需求，答复有意或不接", "leads.index", Permission.ANSWER_LEAD, "send"),
    Task(
        "联合体",
        "邀请、答复、变更，和别的服务商分场景合作",
        "consortia.index",
        Permission.KEEP_CONSORTIUM,
        "users-group",
    ),
    Task("揭榜挂帅", "现有产品满足不了的需求，应榜接单", "challenges.index", Permission.ANSWER_CHALLENGE, "flag"),
    Task("遴选评分", "市局指定您评的应榜，背靠背打分", "call_scores.index", Permission.SCORE_CALL, "scale"),
    Task("导入企业档案", "从别的平台导出的档案zip", "enterprises.import_file", Permission.IMPORT_FILE, "upload"),
    Task("匹配权重", "按实际结果拟合权重，采用和停用", "weight_sets.index", Permission.PROPOSE_WEIGHTS, "scale"),
    Task("审计记录", "谁在什么时候办了什么，可导出", "audit.index", Permission.READ_AUDIT, "history"),
    Task("邮件发送", "发出、失败、结果不明的邮件", "mails.index", Permission.MANAGE_MAIL, "mail"),
    Task("用户管理", "查人、解锁、强制退出、停用", "users.index", Permission.MANAGE_USERS, "users"),
)
STAFF_TASKS = (
    Task("双审核", "认领、评估、复审上架申请", "approvals.index", Permission.REVIEW_QUEUE, "clipboard-check"),
    Task("利害关系", "申报与服务商的关系，评估时回避", "interests.index", Permission.DECLARE_INTEREST, "scale"),
    Task("联合体", "成员、份额和变更", "consortia.index", Permission.READ_CONSORTIUM, "users-group"),
    Task(
        "集中度", "牵头家数、合同和展示集中在谁手里", "concentration.index", Permission.READ_CONCENTRATION, "chart-dots"
    ),
    Task("价格监测", "标价按场景汇总，调价和离中位价较远的", "prices.index", Permission.WATCH_PRICES, "coins"),
    Task("行业三张清单", "需求、问题、场景按行业汇总", "insights.index", Permission.READ_INSIGHTS, "report-analytics"),
    Task("未满足的需求", "在架产品满足不了的，可以发榜", "insights.unmet", Permission.READ_INSIGHTS, "flag"),
    Task("揭榜挂帅", "拟榜、发榜、看应榜、收榜", "challenges.index", Permission.MANAGE_CHALLENGES, "award"),
    Task("牵头服务商遴选", "发公告、组织评分和合议、公示结果", "calls.index", Permission.MANAGE_CALLS, "users-group"),
    Task(
        "入池审核",
        "服务商的入池申请，逐条核实后办理",
        "provider_applications.queue",
        Permission.DECIDE_APPLICATION,
        "shield-check",
    ),
    Task("需求清单", "企业已发布的需求和匹配结果", "demands.index", Permission.READ_DEMAND, "checklist"),
    Task("企业名录", "按行业、县区、进度查企业", "enterprises.index", Permission.READ_ENTERPRISE, "building-factory-2"),
)
FIRMS = frozenset({Role.ENTERPRISE, Role.PROVIDER})
EVERYBODY = (
    ("找产品", "按场景、行业、价格筛选", "solutions.index", "search"),
    ("试点进展", "改造企业数和各县区进度", "progress.show", "chart-bar"),
)


def of(actor: Actor) -> tuple[Link, ...]:
    """The actor's own tasks first, then what everybody may read."""
    own = _own(actor)
    if actor.provider_id is not None:
        address = url_for("providers.show", provider_id=actor.provider_id)
        own += (Link("服务商主页", "企业看到的本单位主页", address, "building-warehouse"),)
    return own + tuple(Link(label, hint, url_for(endpoint), icon) for label, hint, endpoint, icon in EVERYBODY)


def menu(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Label and address, for the menu in the header."""
    return tuple((link.label, link.url) for link in _own(actor) if link.label != "候选名单")


def _own(actor: Actor) -> tuple[Link, ...]:
    tasks = TASKS if actor.role in FIRMS else TASKS + STAFF_TASKS
    return _file(actor) + tuple(
        Link(task.label, task.hint, url_for(task.endpoint), task.icon)
        for task in tasks
        if permissions.permits(actor, task.permission)
    )


def _file(actor: Actor) -> tuple[Link, ...]:
    if actor.enterprise_id is None:
        return ()
    address = url_for("enterprises.show", enterprise_id=actor.enterprise_id)
    return (Link("企业档案", "一企一档：基本情况、评测、需求、方案和材料", address, "building-factory-2"),)
