"""The result of an assessment as a PDF: the content of its print page, on numbered A4 pages."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from marketplace.domain import assessment_words as words
from marketplace.domain import assessments as rules
from marketplace.domain import wording
from marketplace.policy import reader
from marketplace.services.assessment_results import Outcome, SceneBlock
from matching import standard

FONT = "STSong-Light"  # a font of every PDF reader for Chinese: no file of our own
BLUE, LINE, SOFT, TINT = "#0b4ea2", "#dedbd4", "#4d5560", "#e8f0fa"
MARK = "★"  # 约束性
MARGIN, WIDTH = 18 * mm, A4[0] - 36 * mm
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=10, leading=16, wordWrap="CJK")
CELL = ParagraphStyle("cell", parent=TEXT, fontSize=9, leading=13)
HEAD = ParagraphStyle("head", parent=CELL, textColor=colors.HexColor(BLUE))
QUIET = ParagraphStyle("quiet", parent=CELL, textColor=colors.HexColor(SOFT))
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=17, leading=24, alignment=1)
LEVEL = ParagraphStyle("level", parent=TEXT, fontSize=24, leading=34, alignment=1, textColor=colors.HexColor(BLUE))
SECTION = ParagraphStyle("section", parent=TEXT, fontSize=13, leading=20, spaceBefore=10, spaceAfter=4)


class _NumberedPages(Canvas):
    """Knows how many pages there are before it writes 第1页，共3页 on the first."""

    stated = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.finished: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the name is the library's
        self.finished.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

    def save(self) -> None:
        for number, state in enumerate(self.finished, start=1):
            self.__dict__.update(state)
            self.setFont(FONT, 8)
            self.drawString(MARGIN, 10 * mm, self.stated)
            self.drawRightString(A4[0] - MARGIN, 10 * mm, f"第{number}页，共{len(self.finished)}页")
            super().showPage()
        super().save()


def render(outcome: Outcome, *, printed_at: datetime, is_demo: bool) -> bytes:
    """The same result and the same moment give the same bytes; a demo says so on every page."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    target = io.BytesIO()
    demo = "（演示数据，均为虚构）" if is_demo else ""
    stated = f"{reader.load('city')['site']}{demo}　生成时间：{wording.moment(printed_at)}"
    canvas: Any = type("Pages", (_NumberedPages,), {"stated": stated})
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=outcome.title, author=str(reader.load("city")["site"]), invariant=1,
    )  # fmt: skip
    document.build([*_first(outcome), *_scored(outcome), *_scenes(outcome), *_last(outcome)], canvasmaker=canvas)
    return target.getvalue()


def _first(outcome: Outcome) -> list[Any]:
    one = outcome.assessment
    void = "（已作废）" if one.status == "voided" else ""
    facts = [
        ("评测类别", f"{outcome.kind}{void}"),
        ("评测标准", f"《中小企业数字化水平评测指标（{one.standard}年版）》"),
        ("评测日期", wording.day(one.assessed_on)),
        ("评测单位", one.organisation.name),
        (
            "打分部分得分",
            f"{words.points(one.points)}分（满分{standard.FULL_POINTS}分）" if one.points is not None else "",
        ),
    ]
    rows = [[_cell(term, HEAD), _cell(value)] for term, value in facts]
    reasons = [Paragraph(escape(outcome.reason), TEXT)] if outcome.reason else []
    if outcome.distance:
        reasons.append(Paragraph(escape(f"离{outcome.next_level}：{'；'.join(outcome.distance)}。"), TEXT))
    return [
        Paragraph(escape(outcome.title), TITLE),
        Paragraph(escape(outcome.level_name), LEVEL),
        _table(rows, (34 * mm, WIDTH - 34 * mm), is_headed=False),
        Spacer(1, 3 * mm),
        *reasons,
        Paragraph(escape(outcome.worth), QUIET),
    ]


def _scored(outcome: Outcome) -> list[Any]:
    if not outcome.dimensions:
        return []
    rows = [[_cell(text, HEAD) for text in ("题目", "得分", "满分", "选项和数字")]]
    for block in outcome.dimensions:
        rows.append(
            [_cell(block.name, HEAD), *(_cell(words.points(one), HEAD) for one in (block.points, block.full)), ""]
        )
        for line in block.lines:
            told = "。".join(text for text in (line.chosen, line.figures) if text)
            numbers = (_cell(words.points(one)) for one in (line.points, line.full))
            rows.append([_cell(f"{line.number} {line.name}"), *numbers, _cell(told)])
    widths = (38 * mm, 16 * mm, 14 * mm, WIDTH - 68 * mm)
    return [Paragraph("打分部分", SECTION), _table(rows, widths)]


def _scenes(outcome: Outcome) -> list[Any]:
    if not outcome.groups:
        return []
    rows = [[_cell(text, HEAD) for text in ("应用场景（★为约束性）", "等级", "达到的程度")]]
    for block in outcome.groups:
        rows += _scene_rows(block)
    counts = "；".join(f"达到{name}的{scenes}个，其中约束性{among}个" for name, scenes, among in outcome.counts)
    widths = (48 * mm, 18 * mm, WIDTH - 66 * mm)
    return [Paragraph("场景部分", SECTION), _table(rows, widths), Paragraph(escape(counts + "。"), QUIET)]


def _scene_rows(block: SceneBlock) -> list[list[Any]]:
    return [
        [
            _cell(text)
            for text in (line.name + MARK * line.is_mandatory, standard.LEVEL_NAMES[line.level], line.statement)
        ]
        for line in block.lines
    ]


def _last(outcome: Outcome) -> list[Any]:
    told = [Paragraph(escape(f"{rules.topic_name(one.topic)}：{one.message}"), CELL) for one in outcome.warnings]
    heading = [Paragraph("要核对的地方", SECTION)] if told else []
    return [*heading, *told, *(Paragraph(escape(f"说明：{note}。"), QUIET) for note in outcome.notes)]


def _cell(text: str, style: Any = CELL) -> Any:
    return Paragraph(escape(text), style)


def _table(rows: Sequence[list[Any]], widths: Sequence[float], *, is_headed: bool = True) -> Any:
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.HexColor(LINE)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("BACKGROUND", (0, 0), (-1, 0) if is_headed else (0, -1), colors.HexColor(TINT)),
    ]
    return Table(rows, colWidths=widths, repeatRows=1 if is_headed else 0, style=TableStyle(style))
