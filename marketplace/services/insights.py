"""The three lists of an industry (需求清单、问题清单、场景清单), made of its published checklists."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.services import clock, insight_groups, insight_lines, insight_shelf
from marketplace.services.insight_lines import POLICY, Line, Tally
from marketplace.services.insight_shelf import Cover, Shelf
from matching import standard


@dataclass(frozen=True, slots=True)
class Need:
    """Lines of a scene that say alike; `text` is the one nearest to all others."""

    scene: str
    text: str
    tally: Tally
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Pain:
    """Lines that hurt in the same way, told by cues in their words."""

    label: str
    tally: Tally
    scenes: tuple[str, ...]
    samples: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """From level to level (None: not assessed yet), so many lines; `cover` is what the shelf has for the target."""

    present: int | None
    target: int
    lines: int


@dataclass(frozen=True, slots=True)
class SceneRow:
    scene: str
    is_mandatory: bool
    tally: Tally
    steps: tuple[Step, ...]
    cover: Cover
    reach: Cover  # at the level that is asked for most


@dataclass(frozen=True, slots=True)
class Insight:
    industry: str
    scope: str
    made_at: datetime
    total: Tally
    needs: tuple[Need, ...]
    pains: tuple[Pain, ...]
    untold: int  # lines in which no cue of a pain was found
    scenes: tuple[SceneRow, ...]

    @property
    def stated(self) -> str:
        """What was counted, for the page and the export."""
        return f"{self.scope}，{wording.INDUSTRIES[self.industry]}，已发布的需求清单"

    @property
    def repeated(self) -> tuple[Need, ...]:
        return tuple(one for one in self.needs if one.tally.lines > 1)

    @property
    def single(self) -> tuple[Need, ...]:
        return tuple(one for one in self.needs if one.tally.lines == 1)


def clean(industry: str) -> str:
    """An industry of the pilot; anything else is the first one."""
    return industry if industry in wording.INDUSTRIES else next(iter(wording.INDUSTRIES))


def get(actor: Actor, *, industry: str) -> Insight:
    """All three lists of one industry, of the checklists that the actor may see."""
    industry = clean(industry)
    lines = insight_lines.load(actor, industry=industry)
    pains, untold = _pains(lines)
    shelf = insight_shelf.current()
    return Insight(
        industry=industry,
        scope=insight_lines.scope_words(actor),
        made_at=clock.now(),
        total=insight_lines.tally(lines),
        needs=_needs(lines),
        pains=pains,
        untold=untold,
        scenes=tuple(
            _scene(shelf, industry, scene, members) for scene, members in insight_lines.by_scene(lines).items()
        ),
    )


def _needs(lines: Sequence[Line]) -> tuple[Need, ...]:
    """Groups within each scene, those of most enterprises first; ties in the order of the standard, then by line."""
    found = []
    for scene, members in insight_lines.by_scene(lines).items():
        groups = insight_groups.alike([line.text for line in members], at_least=POLICY["alike_from"])
        for group in groups:
            chosen = tuple(members[place] for place in group)
            found.append(Need(scene, chosen[0].text, insight_lines.tally(chosen), chosen))
    return tuple(sorted(found, key=lambda one: (-one.tally.enterprises, -one.tally.lines)))


def _pains(lines: Sequence[Line]) -> tuple[tuple[Pain, ...], int]:
    found, told = [], set()
    for row in POLICY["pains"]:
        hurt = [line for line in lines if any(cue in line.text for cue in row["cues"])]
        told |= {line.id for line in hurt}
        if hurt:
            # the plainest samples: those with most cues of this pain
            ranked = sorted(hurt, key=lambda line: (-sum(cue in line.text for cue in row["cues"]), line.id))
            counted = Counter(line.scene for line in hurt)
            scenes = tuple(sorted(counted, key=lambda scene: (-counted[scene], list(wording.SCENES).index(scene))))
            samples = tuple(ranked[: POLICY["sample_lines"]])
            found.append(Pain(row["label"], insight_lines.tally(hurt), scenes, samples))
    found.sort(key=lambda one: -one.tally.lines)
    return tuple(found), len(lines) - len(told)


def _scene(shelf: Shelf, industry: str, scene: str, lines: Sequence[Line]) -> SceneRow:
    counted = Counter((line.present, line.target) for line in lines)
    ordered = sorted(counted, key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1]))
    targets = Counter(line.target for line in lines)
    usual = max(targets, key=lambda level: (targets[level], level))
    return SceneRow(
        scene=scene,
        is_mandatory=standard.SCENES[scene].is_mandatory,
        tally=insight_lines.tally(lines),
        steps=tuple(Step(*pair, counted[pair]) for pair in ordered),
        cover=shelf.cover(industry, scene, 1),
        reach=shelf.cover(industry, scene, usual),
    )
