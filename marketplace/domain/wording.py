"""The Chinese words for what the database stores: labels by enum value, money, dates."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from marketplace.policy import reader
from matching import standard

CITY_ZONE = ZoneInfo("Asia/Shanghai")
UNKNOWN = "未知"
TEN_THOUSAND = Decimal(10_000)

INDUSTRIES: Mapping[str, str] = standard.INDUSTRIES
SIZES: Mapping[str, str] = standard.SIZES
DEPLOYMENTS: Mapping[str, str] = standard.DEPLOYMENTS
GROUPS: Mapping[str, str] = standard.GROUPS
SCENES: Mapping[str, str] = {scene.id: scene.name for scene in standard.SCENES.values()}
LEVELS: Mapping[str, str] = {str(level): name for level, name in enumerate(standard.LEVEL_NAMES)}
COUNTIES: Mapping[str, str] = {row["id"]: row["name"] for row in reader.load("city")["counties"]}
CITY_STAGES: Mapping[str, str] = {row["id"]: row["label"] for row in reader.load("shelf")["city_stages"]}
PRICE_BANDS: Mapping[str, str] = {row["id"]: row["label"] for row in reader.load("shelf")["price_bands"]}
DAYS_BANDS: Mapping[str, str] = {row["id"]: row["label"] for row in reader.load("shelf")["days_bands"]}
PRODUCT_TYPES = {"saas": "云服务", "software": "软件", "hardware": "硬件", "service": "服务", "kit": "软硬一体"}
PRICE_MODELS = {"one_off": "一次性", "annual": "按年", "per_device": "按设备", "per_user": "按用户"}
PRICE_UNITS = {"one_off": "一次性", "annual": "每年", "per_device": "每台，一次性", "per_user": "每人每年"}
SUBSIDY_CATEGORIES = {
    "software": "软件",
    "cloud": "云服务",
    "equipment": "采集传输设备",
    "consulting": "咨询诊断",
    "none": "不可补",
}
CERTIFICATES = {
    "software_copyright": "软件著作权",
    "patent": "专利",
    "security_level": "等级保护备案",
    "product_test": "产品测试报告",
    "integrity": "诚信承诺",
}
PROVIDER_KINDS = {
    "lead": "牵头服务商",
    "product": "产品服务商",
    "integrator": "综合集成服务商",
    "chain_leader": "链主企业",
}
STANDINGS = {
    "candidate": "候选",
    "listed": "在库",
    "recommended": "推荐",
    "watch": "观察",
    "suspended": "暂停",
    "removed": "已移出",
}
PLACES = {"local": "本地企业", "branch": "外地企业，本地有驻点", "remote": "外地企业，远程服务"}
SPECIALISATIONS = {
    "none": "未认定",
    "innovative": "创新型中小企业",
    "specialised": "专精特新中小企业",
    "little_giant": "专精特新小巨人",
}
PROGRESSES = {"registered": "已入库", "diagnosed": "已诊断", "transforming": "改造中", "completed": "已验收"}
ROLES = {
    "enterprise": "企业",
    "provider": "服务商",
    "county_officer": "县区经信",
    "bureau_reviewer": "市局审核",
    "bureau_leader": "市局领导",
    "supervisor": "第三方监理",
    "expert": "专家",
    "administrator": "平台管理员",
    "auditor": "审计",
}
DEMAND_STATUSES = {"draft": "草稿", "published": "已发布", "withdrawn": "已撤回"}
SOLUTION_STATUSES = {"draft": "草稿", "listed": "在架", "suspended": "暂停", "withdrawn": "已下架", "expired": "已到期"}
IMPORT_STAGES = {
    "uploaded": "等待检查",
    "checking": "检查中",
    "checked": "待选择",
    "importing": "导入中",
    "imported": "已导入",
    "discarded": "未导入",
    "failed": "已停止",
}
IMPORT_OUTCOMES = {
    "created": "新建草稿",
    "changed": "修改草稿",
    "unchanged": "没有变化",
    "left": "没有改动",
    "waiting": "还没导入",
    "faulty": "有问题",
}
APPROVAL_STATUSES = {
    "in_review": "评估中",
    "panel": "会商中",
    "second_review": "待监理复审",
    "approved": "已通过",
    "returned": "已退回",
    "rejected": "未通过",
    "recalled": "已撤回",
    "checked": "抽查合格",
    "referred": "已转评估",
}
APPROVAL_KINDS = {
    "initial": "首次上架",
    "material": "重要变更",
    "renewal": "到期续期",
    "relisting": "重新上架",
    "sample": "变更抽查",
}
REVIEW_SEATS = {
    "feasibility": "技术可行性",
    "price": "价格合理性",
    "second": "监理复审",
    "panel_1": "会商一席",
    "panel_2": "会商二席",
    "panel_3": "会商三席",
}
VERDICTS = {"pass": "通过", "return": "退回修改", "reject": "不予通过"}
SHORTLIST_STATUSES = {"open": "比选中", "closed": "已定稿"}
ASSESSMENT_KINDS = {"self": "自评", "diagnosis": "诊断", "on_site": "现场评定"}
ASSESSMENT_STATUSES = {"draft": "填写中", "completed": "已完成", "voided": "已作废"}
GRANT_PURPOSES = {"diagnosis": "数字化诊断", "planning": "方案设计", "review": "专家咨询"}
GRANT_STATUSES = {"active": "有效", "withdrawn": "已收回"}
LEAD_STATUSES = {
    "offered": "待答复",
    "interested": "服务商有意",
    "declined": "服务商不接",
    "introduced": "已对接",
    "refused": "企业暂不对接",
    "cancelled": "已取消",
}
DECLINE_REASONS = {
    "no_capacity": "无产能",
    "not_our_field": "不对口",
    "too_small": "项目太小",
    "too_far": "距离太远",
    "other": "其他",
}
CONSORTIUM_STATUSES = {"forming": "组建中", "submitted": "待市局确认", "active": "已成立", "dissolved": "已解散"}
CONSORTIUM_CHANGE_STATUSES = {
    "consenting": "等各方同意",
    "submitted": "待市局同意",
    "confirmed": "已生效",
    "refused": "市局未同意",
    "declined": "成员未同意",
    "withdrawn": "已撤回",
}
MEASURES = {
    "contracts": "合同数",
    "amounts": "合同金额",
    "exposure": "排序前列",
    "offers": "推送商机",
    "listings": "在架产品",
}
BANDS = {"low": "低集中", "moderate": "中等集中", "high": "高度集中"}
MEMBER_ROLES = {"lead": "牵头", "member": "成员"}
CHALLENGE_STATUSES = {"draft": "拟定中", "open": "揭榜中", "closed": "已收榜"}
APPLICATION_STATUSES = {
    "draft": "填写中",
    "submitted": "待审",
    "returned": "退回补正",
    "admitted": "已入池",
    "rejected": "未予入池",
    "withdrawn": "已撤回",
}
CALL_STATUSES = {
    "draft": "拟定中",
    "open": "应榜中",
    "scoring": "专家评分中",
    "consensus": "合议中",
    "announced": "公示中",
    "concluded": "已确认",
    "cancelled": "已终止",
}
OBJECTION_STATUSES = {"open": "待答复", "dismissed": "不成立", "upheld": "成立"}
WEIGHT_SET_STATUSES = {"proposed": "待定", "adopted": "使用中", "retired": "已停用"}
MAIL_STATES = {
    "waiting": "待发送",
    "sending": "发送中",
    "sent": "已发送",
    "failed": "发送失败",
    "unclear": "结果不明",
    "dropped": "不再发送",
}
MAIL_PURPOSES = {"notice": "消息", "digest": "每日摘要", "invitation": "邀请", "password_reset": "口令重置"}
SHEET_STATUSES = {"shared": "有效", "withdrawn": "已收回"}
CRITERION_STATES = {"met": "满足", "partly": "部分满足", "unmet": "不满足", "unknown": "未知"}


def money(amount: int | Decimal | None) -> str:
    """Yuan in, 万元 out, two decimals and thousands separators."""
    if amount is None:
        return UNKNOWN
    tens = (Decimal(amount) / TEN_THOUSAND).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{tens:,.2f}万元"


def yuan(amount: int | None) -> str:
    return UNKNOWN if amount is None else f"{amount:,}元"


def day(value: date | datetime | None) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        value = value.astimezone(CITY_ZONE).date()
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime | None) -> str:
    if value is None:
        return UNKNOWN
    local = value.astimezone(CITY_ZONE)
    return f"{day(local)} {local:%H:%M}"
