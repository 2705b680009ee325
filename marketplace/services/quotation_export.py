"""A quotation sheet as an Excel workbook: from what was frozen, never from today's listings."""

from typing import Any

from marketplace.domain import wording
from marketplace.services import workbooks
from marketplace.services.quotation_sheets import SheetView
from marketplace.services.workbooks import Cell, Page

COLUMNS = (
    ("序号", 6), ("产品", 30), ("供方", 26), ("价格方案", 18), ("计价单位", 14), ("单价（元）", 12), ("数量", 8),
    ("标价（元）", 12), ("平台让（元）", 12), ("合同价（元）", 12), ("支出类别", 12), ("预计奖补（元）", 14),
    ("企业出（元）", 12), ("场景和等级", 44), ("上线天数", 10),
)  # fmt: skip
TOTAL_FROM = 7  # the column of 标价
SCENE_COLUMNS = (("场景", 24), ("约束性", 10), ("现有等级", 12), ("配成后等级", 12))


def workbook(sheet: SheetView) -> bytes:
    content = sheet.content
    lines = [*(_line(line) for line in content["lines"]), _total(content["payment"])]
    levels = [_scene(scene) for scene in content["scenes"]]
    return workbooks.make(
        [
            Page("报价单", _head(sheet), COLUMNS, lines, frozen=2),
            Page("场景等级", [sheet.number, _rule(content)], SCENE_COLUMNS, levels, frozen=2),
        ]
    )


def filename(sheet: SheetView) -> str:
    return f"报价单-{sheet.number}.xlsx"


def _head(sheet: SheetView) -> list[str]:
    content, payment = sheet.content, sheet.content["payment"]
    return [
        f"数字化改造组合报价单　{sheet.number}",
        f"方案：{content['title']}　状态：{sheet.status_label}",
        f"需方：{content['buyer']['name']}　供方：{'、'.join(content['providers'])}",
        f"出单日期：{wording.day(sheet.issued_on)}　有效期至：{wording.day(sheet.valid_until)}",
        f"合同价合计：{payment['net']:,}元（{payment['net_in_words']}）",
        f"企业出：{payment['own']:,}元（{payment['own_in_words']}）",
        f"{content['verdict']['headline']}。{content['verdict']['condition']}",
        content["subsidy_note"],
    ]


def _rule(content: dict[str, Any]) -> str:
    parts = (f"{asked}：{have}，要{needed}" for asked, have, needed, _ in content["verdict"]["parts"])
    return f"{content['verdict']['headline']}。{'；'.join(parts)}"


def _line(line: dict[str, Any]) -> list[Cell]:
    scenes = "、".join(f"{one['name']}{wording.LEVELS[str(one['level'])]}" for one in line["coverage"])
    return [
        line["place"], line["name"], line["provider"], line["plan"], line["unit"], line["unit_price"], line["quantity"],
        line["listed"], line["discount"], line["net"], line["category"], line["subsidy"], line["own"], scenes,
        wording.UNKNOWN if line["days"] is None else line["days"],
    ]  # fmt: skip


def _total(payment: dict[str, Any]) -> list[Cell]:
    blanks: list[Cell] = ["合计", *[None] * (TOTAL_FROM - 1)]
    return [*blanks, payment["listed"], payment["discount"], payment["net"], None, payment["subsidy"], payment["own"]]


def _scene(scene: dict[str, Any]) -> list[Cell]:
    levels = wording.LEVELS
    mark = "是" if scene["is_mandatory"] else "否"
    return [scene["name"], mark, levels[str(scene["before"])], levels[str(scene["after"])]]
