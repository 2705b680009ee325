"""The concentration of an industry as a workbook: leads, shares, quarters, limits."""

from datetime import date

from marketplace.domain import wording
from marketplace.domain.concentration import HHI, POLICY
from marketplace.services import workbooks
from marketplace.services.concentration import Overview
from marketplace.services.workbooks import Column, Page

LEADS: tuple[Column, ...] = (("牵头服务商", 24), ("起始", 16), ("截止", 16))
SHARES: tuple[Column, ...] = (("口径", 16), ("服务商", 24), ("数量", 14), ("份额%", 10))
INDEX: tuple[Column, ...] = (
    ("口径", 16), ("期间", 18), ("合计", 14), ("服务商数", 10), ("HHI", 10), ("等效家数", 10),
    ("集中程度", 14), ("说明", 20),
)  # fmt: skip
Cells = list[list[str | int | float | None]]


def workbook(found: Overview) -> bytes:
    head = [
        f"{wording.INDUSTRIES[found.industry]}服务商集中度",
        f"生成时间：{wording.moment(found.made_at)}",
        f"牵头服务商限额：每个行业{POLICY['leads']['per_industry']}家。HHI分界：{HHI['source']}",
    ]
    leads: Cells = [
        [row.name, _day(row.since), "未定" if row.until is None else wording.day(row.until)] for row in found.leads
    ]
    shares: Cells = [
        [wording.MEASURES[one.key], found.names[share.provider_id], share.amount, round(share.percent, 2)]
        for one in found.measures
        for share in one.found.shares
    ]
    pages = (("牵头服务商", LEADS, leads), ("份额", SHARES, shares), ("集中度", INDEX, _index(found)))
    return workbooks.make(Page(name, head, columns, rows) for name, columns, rows in pages)


def _day(value: date | None) -> str:
    return "在册牵头，无遴选记录" if value is None else wording.day(value)


def _index(found: Overview) -> Cells:
    cells: Cells = []
    for one in found.measures:
        periods = [("全部", one.found, one.is_small)]
        periods += [(quarter.label, quarter.found, quarter.is_small) for quarter in one.trend]
        for label, figures, is_small in periods:
            cells.append(
                [
                    wording.MEASURES[one.key],
                    label,
                    figures.total,
                    figures.providers,
                    None if figures.index is None else round(figures.index),
                    None if figures.effective is None else round(figures.effective, 1),
                    "" if is_small else wording.BANDS.get(figures.band, ""),
                    "数量少，仅供参考" if is_small else "",
                ]
            )
    return cells
