"""Unmet demand (未满足的需求): published lines that nothing on the shelf covers, by scene and industry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.extensions import db
from marketplace.models.challenges import Challenge
from marketplace.services import clock, insight_lines, insight_shelf
from marketplace.services.insight_lines import POLICY, Line, Tally
from marketplace.services.insight_shelf import Cover

TEXT_FITS_FROM: float = POLICY["text_fits_from"]


@dataclass(frozen=True, slots=True)
class UnmetRow:
    """The unmet lines of a scene in an industry, with what the shelf has below the wanted level."""

    industry: str
    scene: str
    target: int  # the highest that is wanted
    tally: Tally
    lines: tuple[Line, ...]
    below: Cover
    challenges: tuple[Challenge, ...]


@dataclass(frozen=True, slots=True)
class Unmet:
    scope: str
    industry: str | None
    made_at: datetime
    total: Tally
    of: int  # lines that were looked at
    rows: tuple[UnmetRow, ...]

    @property
    def stated(self) -> str:
        trade = wording.INDUSTRIES[self.industry] if self.industry else "全部行业"
        return f"{self.scope}，{trade}，已发布需求清单中没有产品能满足的需求"


def get(actor: Actor, *, industry: str | None = None) -> Unmet:
    industry = industry if industry in wording.INDUSTRIES else None
    lines = insight_lines.load(actor, industry=industry)
    found = unmet(lines)
    return Unmet(
        scope=insight_lines.scope_words(actor),
        industry=industry,
        made_at=clock.now(),
        total=insight_lines.tally(found),
        of=len(lines),
        rows=_rows(found),
    )


def find_row(*, industry: str, scene: str) -> UnmetRow | None:
    """The whole city's row, from which a challenge is drawn up."""
    if industry not in wording.INDUSTRIES or scene not in wording.SCENES:
        return None
    rows = _rows(unmet(insight_lines.published(industry=industry)))
    return next((row for row in rows if row.scene == scene), None)


def unmet(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines whose scene no solution of the industry brings to the target, and whose words none that could speaks of."""
    shelf = insight_shelf.current()
    bare = [line for line in lines if not shelf.cover(line.industry, line.scene, line.target).solutions]
    fits = shelf.best_fits([(line.industry, line.target, line.text) for line in bare])
    return tuple(line for line, fit in zip(bare, fits, strict=True) if fit < TEXT_FITS_FROM)


def _rows(lines: Sequence[Line]) -> tuple[UnmetRow, ...]:
    """Most money first, then most lines; ties in the order of industries and scenes."""
    shelf = insight_shelf.current()
    drawn = _challenges()
    rows = []
    for industry in wording.INDUSTRIES:
        for scene, members in insight_lines.by_scene(one for one in lines if one.industry == industry).items():
            target = max(line.target for line in members)
            tally = insight_lines.tally(members)
            below = shelf.cover(industry, scene, 1)
            rows.append(
                UnmetRow(industry, scene, target, tally, tuple(members), below, drawn.get((industry, scene), ()))
            )
    return tuple(sorted(rows, key=lambda row: (-row.tally.budget, -row.tally.lines)))


def _challenges() -> dict[tuple[str, str], tuple[Challenge, ...]]:
    found: dict[tuple[str, str], tuple[Challenge, ...]] = {}
    for row in db.session.scalars(select(Challenge).order_by(Challenge.id)):
        key = (row.industry, row.scene)
        found[key] = (*found.get(key, ()), row)
    return found
