"""Who is told what on the supply side: listings and their review, the pool, calls for leads, consortia."""

from marketplace.domain.notice_rows import WHY, Notice, Told, todo

ENDS_REVIEW = "approve return reject recall restart"
NOTICES: dict[tuple[str, str], tuple[Notice, ...]] = {
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
        todo("provider", "产品到期下架：{name}", "要继续在架，请办理续期。", "list withdraw"),
        Notice("considering", "候选名单里的产品已到期：{name}", "定稿前请核对。"),
    ),
    ("approval", "agree"): (
        todo("supervisors", "待监理复审：{name}", "可行性、价格两项评估都已通过。", ENDS_REVIEW),
        Notice("provider", "两项评估通过，转监理复审：{name}"),
    ),
    ("approval", "diverge"): (
        todo("panel", "意见分歧，待会商：{name}", "两项评估意见相差较大。", "settle return reject recall restart"),
        Notice("provider", "转入会商：{name}", "会商结束后告知结果，暂不用补材料。"),
    ),
    ("approval", "settle"): (
        todo("supervisors", "待监理复审：{name}", "会商已通过。", ENDS_REVIEW),
        Notice("provider", "会商通过，转监理复审：{name}"),
    ),
    ("approval", "return"): (
        todo("provider", "退回修改：{name}", "按审核意见改好后再报。", "resubmit recall"),
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
        todo("seats", "修改后再报，待审：{name}", "先看改动部分。", "agree diverge return reject recall restart"),
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
    ("provider_application", "submit"): (
        todo("pool_officers", "待办入池申请：{name}", "请核对条件和材料。", "return admit reject withdraw"),
        Notice("provider", "入池申请已提交", "审核结果会在这里告知。"),
    ),
    ("provider_application", "return"): (
        todo("provider", "入池申请退回补正", WHY, "submit withdraw"),
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
        todo("call_experts", "待评分：{name}", "请独立评分，提交前互不可见。", "gather cancel"),
        Notice("call_responders", "应榜已截止，转入评分：{name}"),
    ),
    ("call", "gather"): (
        todo("pool_officers", "评分已齐，待组织合议：{name}", "看各项分差，合议后公示。", "announce cancel"),
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
    ("consortium", "submit"): (
        todo(
            "pool_officers",
            "待确认联合体：{name}",
            "请核对份额和场景。",
            "recall return confirm dissolve",
        ),
        Notice("consortium_members", "联合体已报市局确认：{name}"),
    ),
    ("consortium", "recall"): (
        Notice("pool_officers", "联合体撤回报送，不用再办：{name}"),
        Notice("consortium_members", "联合体撤回报送：{name}"),
    ),
    ("consortium", "return"): (
        todo("consortium_lead", "联合体退回补正：{name}", WHY, "submit dissolve"),
        Notice("consortium_members", "联合体退回补正：{name}", WHY),
    ),
    ("consortium", "confirm"): (Notice("consortium_members", "联合体确认成立：{name}"),),
    ("consortium", "dissolve"): (
        Notice("consortium_members", "联合体已解散：{name}", WHY),
        Notice("pool_officers", "联合体已解散：{name}", WHY),
    ),
    ("consortium_change", "agree"): (
        todo("pool_officers", "待确认联合体变更：{name}", "各方都已同意。", "confirm refuse withdraw lapse"),
        Notice("change_touched", "联合体变更各方已同意，报市局：{name}"),
    ),
    ("consortium_change", "decline"): (Notice("change_touched", "有单位不同意联合体变更：{name}", WHY),),
    ("consortium_change", "withdraw"): (
        Notice("change_touched", "联合体变更已撤回：{name}"),
        Notice("pool_officers", "联合体变更已撤回，不用再办：{name}"),
    ),
    ("consortium_change", "lapse"): (Notice("change_touched", "联合体解散，变更随之终止：{name}"),),
    ("consortium_change", "confirm"): (Notice("change_touched", "市局同意联合体变更：{name}", "新的份额已生效。"),),
    ("consortium_change", "refuse"): (Notice("change_touched", "市局不同意联合体变更：{name}", WHY),),
}

# After any of these nobody's verdict of that round is waited for any more.
SEAT_ENDS = ("agree", "diverge", "settle", "return", "reject", "approve", "recall", "restart", "check", "refer")
TOLD: dict[str, Told] = {
    "solution.expiring": Told("产品快到期：{name}", "{until}到期，请办理续期。", True, ("expire", "withdraw")),
    "approval.replaced": Told("评估席位已换人：{name}", "逾期未提交意见，这一席已重新开放认领。"),
    "approval.submitted": Told("新的上架申请：{name}", "{who}提交，可在审核工作台认领。"),
    "approval.due": Told("审核快到期：{name}", "{seat}席，{until}前提出意见。", True, SEAT_ENDS),
    "approval.risky": Told("建议优先核查：{name}", "核查理由合计{risk}分，请先看提示再认领。"),
    "listing_import.checked": Told("批量导入检查完：{name}", "{good}个产品可以导入，{faulty}个有问题。"),
    "listing_import.failed": Told("批量导入没有做完：{name}", "{reason}。"),
    "objection.raised": Told("收到异议，待答复：{name}", "答复前不能确认结果。", True, ("dismiss", "uphold")),
    "call.assigned": Told("请您评分：{name}", "请独立评分，提交前互不可见。", True, ("gather", "cancel")),
    "call.answered": Told("遴选收到应榜：{name}", "{who}应榜。"),
    "consortium_member.invited": Told("邀请加入联合体，待答复：{name}", "{who}邀请，请核对份额和场景。", True),
    "consortium_member.terms_changed": Told("联合体份额有调整，待答复：{name}", "{who}调整，请重新核对。", True),
    "consortium_member.uninvited": Told("联合体邀请已撤回：{name}", "{who}撤回，不用再答复。"),
    "consortium_member.consented": Told("同意加入联合体：{name}", "{who}已同意。"),
    "consortium_member.declined": Told("不加入联合体：{name}", "{who}没有同意。"),
    "consortium_change.proposed": Told(
        "联合体变更，待答复：{name}", "{who}提出，请核对份额和场景。", True, ("agree", "decline", "withdraw", "lapse")
    ),
}
