"""A shortlist as an Excel workbook: what it shows, when it was made, one row a product, one row a criterion."""

from marketplace.domain import wording
from marketplace.services import workbooks
from marketplace.services.shortlist_views import EntryView, Sheet
from marketplace.services.workbooks import Cell, Page

COLUMNS = (
    ("序号", 6), ("产品", 30), ("服务商", 18), ("服务商状态", 12), ("目前可选", 10),
    ("得分", 8), ("价格", 24), ("上线天数", 10), ("满足", 8), ("部分满足", 10),
    ("不满足", 8), ("未知", 8), ("备注", 40), ("加入时间", 22), ("加入人", 12),
)  # fmt: skip
DETAIL_COLUMNS = (("产品", 30), ("评判项", 26), ("结论", 10), ("依据", 60), ("得分", 8))


def workbook(sheet: Sheet) -> bytes:
    head = [
        sheet.title,
        sheet.stated,
        f"名单状态：{sheet.status_label}",
        f"生成时间：{wording.moment(sheet.made_at)}",
    ]
    rows = [_row(place, entry) for place, entry in enumerate(sheet.entries, start=1)]
    details = [row for entry in sheet.entries for row in _details(entry)]
    return workbooks.make(
        [Page("候选名单", head, COLUMNS, rows, frozen=2), Page("逐项依据", head[:2], DETAIL_COLUMNS, details, frozen=2)]
    )


def filename(sheet: Sheet) -> str:
    return f"候选名单-{sheet.id}.xlsx"


def _row(place: int, entry: EntryView) -> list[Cell]:
    counts = {group.state: len(group.criteria) for group in entry.groups}
    return [
        place,
        entry.name,
        entry.provider_name,
        entry.standing_label,
        "是" if entry.is_available else "否",
        None if entry.score is None else float(entry.score),
        f"{entry.price.figure}{entry.price.unit}" if entry.price.figure else "价格未写明",
        wording.UNKNOWN if entry.days is None else entry.days,
        *(counts.get(state, 0) if entry.criteria else None for state in wording.CRITERION_STATES),
        entry.note,
        wording.moment(entry.added_at),
        entry.added_by,
    ]


def _details(entry: EntryView) -> list[list[Cell]]:
    return [
        [entry.name, one.label, wording.CRITERION_STATES[one.state], one.reason, float(one.points)]
        for one in entry.criteria
    ]
