"""Comparables and price watch as Excel workbooks: what was compared, when, and the rows."""

from decimal import Decimal

from marketplace.domain import wording
from marketplace.services import clock, workbooks
from marketplace.services.price_pages import Comparables
from marketplace.services.price_watch import Watch
from marketplace.services.workbooks import Cell, Column, Page

COMPARABLES: tuple[Column, ...] = (
    ("产品", 26), ("服务商", 20), ("方案", 20), ("标价", 24), ("年维保", 14), ("三年费用（元）", 16),
)  # fmt: skip
LINES: tuple[Column, ...] = (
    ("场景", 14), ("计价方式", 10), ("产品数", 8), ("中位价（元）", 14), ("四分之一位（元）", 16),
    ("四分之三位（元）", 16), ("绝对中位差（元）", 16), ("离中位价较远的报价", 70),
)  # fmt: skip
CHANGES: tuple[Column, ...] = (
    ("产品", 26), ("方案", 20), ("计价方式", 10), ("原价（元）", 12), ("现价（元）", 12), ("变动", 10),
    ("批准日期", 16),
)  # fmt: skip


def comparables_workbook(found: Comparables) -> bytes:
    head = [
        f"同类报价：{found.subject}",
        f"范围：{found.kind}，在架产品，一个产品只计一价（{found.choice}），不含本服务商的产品",
        f"{found.verdict.price}，{found.verdict.sentence}{found.verdict.basis}",
        f"生成时间：{wording.moment(clock.now())}",
    ]
    rows: list[list[Cell]] = [
        [row.name, row.provider_name, row.plan, f"{row.price.figure}{row.price.unit}", row.maintenance, _yuan(row.yuan)]
        for row in found.rows
    ]
    return workbooks.make([Page("同类报价", head, COMPARABLES, rows)])


def watch_workbook(watch: Watch) -> bytes:
    chosen = "，".join(
        (wording.SCENES.get(watch.scene, "全部场景"), wording.PRICE_MODELS.get(watch.model, "全部计价方式"))
    )
    head = [
        "价格监测",
        f"范围：{chosen}，在架产品{watch.listings}个，三年费用，不含维保，一个产品每种计价方式只计一价",
        f"生成时间：{wording.moment(watch.made_at)}",
    ]
    lines: list[list[Cell]] = [
        [
            line.label,
            wording.PRICE_MODELS[line.model],
            line.n,
            *(_yuan(value) for value in (line.median, line.p25, line.p75, line.mad)),
            "；".join(f"{one.name}：{one.cost}，{one.distance}" for one in line.odd),
        ]
        for line in watch.lines
    ]
    changes: list[list[Cell]] = [
        [
            one.name,
            one.plan,
            wording.PRICE_MODELS[one.model],
            _yuan(one.before),
            _yuan(one.after),
            wording.UNKNOWN if one.percent is None else f"{one.percent:+d}%",
            wording.day(one.approved_at),
        ]
        for one in watch.changes
    ]
    return workbooks.make(
        [Page("按场景和计价方式", head, LINES, lines, frozen=2), Page("本季度调价", head, CHANGES, changes)]
    )


def _yuan(value: Decimal) -> float:
    return float(value)
