"""The lists of an industry and the unmet demand as Excel workbooks: what was counted, when, and the rows."""

from collections.abc import Sequence
from typing import Any

from marketplace.domain import wording
from marketplace.services import workbooks
from marketplace.services.insight_lines import Line
from marketplace.services.insights import Insight, SceneRow
from marketplace.services.unmet_demand import Unmet
from marketplace.services.workbooks import Column, Page

Cells = list[list[str | int]]

TALLY: tuple[Column, ...] = (("条数", 8), ("企业数", 8), ("预算", 26))
NEEDS: tuple[Column, ...] = (("场景", 12), ("需求（代表性说法）", 70), *TALLY, ("清单编号", 24))
PAINS: tuple[Column, ...] = (("问题", 34), *TALLY, ("涉及场景", 50), ("企业原话", 90))
SCENES: tuple[Column, ...] = (
    ("场景", 12), ("类别", 10), *TALLY, ("现在到目标", 40), ("在架产品", 10), ("服务商", 8), ("达主要目标的产品", 16),
)  # fmt: skip
UNMET: tuple[Column, ...] = (
    ("行业", 20), ("场景", 12), ("目标等级", 10), *TALLY, ("企业原话", 90), ("同场景在架产品", 14), ("榜单", 30),
)  # fmt: skip


def insight_workbook(insight: Insight) -> bytes:
    head = [
        "行业需求、问题、场景清单",
        f"范围：{insight.stated}，{insight.total.demands}份、{insight.total.lines}条",
        f"生成时间：{wording.moment(insight.made_at)}",
    ]
    needs: Cells = [
        [wording.SCENES[one.scene], one.text, *_tally(one.tally), _keys(one.lines)] for one in insight.needs
    ]
    pains: Cells = [
        [one.label, *_tally(one.tally), "、".join(wording.SCENES[scene] for scene in one.scenes), _words(one.samples)]
        for one in insight.pains
    ]
    scenes: Cells = [_scene(row) for row in insight.scenes]
    lists = (("需求清单", NEEDS, needs), ("问题清单", PAINS, pains), ("场景清单", SCENES, scenes))
    return workbooks.make(Page(name, head, columns, rows) for name, columns, rows in lists)


def unmet_workbook(unmet: Unmet) -> bytes:
    head = [
        "未满足的需求",
        f"范围：{unmet.stated}，{unmet.total.lines}条（查看了{unmet.of}条）",
        f"生成时间：{wording.moment(unmet.made_at)}",
    ]
    rows: Cells = [
        [
            wording.INDUSTRIES[row.industry],
            wording.SCENES[row.scene],
            wording.LEVELS[str(row.target)],
            *_tally(row.tally),
            _words(row.lines),
            row.below.solutions,
            "、".join(f"{one.title}（{wording.CHALLENGE_STATUSES[one.status]}）" for one in row.challenges) or "无",
        ]
        for row in unmet.rows
    ]
    return workbooks.make([Page("未满足的需求", head, UNMET, rows)])


def _tally(tally: Any) -> list[str | int]:
    return [tally.lines, tally.enterprises, tally.budget_words]


def _scene(row: SceneRow) -> list[str | int]:
    return [
        wording.SCENES[row.scene],
        "约束性" if row.is_mandatory else "指导性",
        *_tally(row.tally),
        "、".join(f"{level(one.present)}到{level(one.target)}{one.lines}条" for one in row.steps),
        row.cover.solutions,
        row.cover.providers,
        row.reach.solutions,
    ]


def level(value: int | None) -> str:
    return "没评过" if value is None else wording.LEVELS[str(value)]


def _words(lines: Sequence[Line]) -> str:
    return "；".join(line.text for line in lines)


def _keys(lines: Sequence[Line]) -> str:
    return "、".join(str(key) for key in sorted({line.demand_id for line in lines}))
