"""What a newer assessment changes in a checklist that an earlier one suggested; the owner's own words stay."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from marketplace.domain import gaps, suggestions
from marketplace.domain.demands import Line
from marketplace.domain.gaps import GapLine


class Kind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"  # a scene that no line is about; taken over only when chosen
    REMOVED = "removed"  # the target is reached and the text was never touched
    REACHED = "reached"  # the target is reached, but the words are the owner's
    OWN = "own"  # no assessment suggested it: left alone


@dataclass(frozen=True, slots=True)
class Change:
    """One line before and after; `before` is None for an added one, `after` for a removed one."""

    scene: str
    kind: Kind
    before: Line | None
    after: Line | None
    claim: int = 0  # the weight that the gap would suggest, 0 where it suggests none

    @property
    def keeps_text(self) -> bool:
        """The suggestion is another one now, but the words are the owner's."""
        return bool(self.before and self.after and is_edited(self.before) and self.kind == Kind.CHANGED)


def is_edited(line: Line) -> bool:
    return line.suggestion is not None and line.text != line.suggestion


def suggested(line: GapLine) -> Line:
    """The demand line that a gap suggests."""
    text = suggestions.text(line.scene, line.present, line.target)
    return Line(line.scene, line.present, line.target, text, line.weight, line.is_essential, text)


def compare(present: Sequence[Line], scene_levels: Mapping[str, int], target: int) -> tuple[Change, ...]:
    """Every line of the checklist in its order, then the scenes below the target that none is about."""
    wanted = {line.scene: suggested(line) for line in gaps.lines(scene_levels, target)}
    found = [_change(line, wanted, scene_levels) for line in present]
    covered = {line.scene for line in present}
    added = (
        Change(scene, Kind.ADDED, None, line, line.weight) for scene, line in wanted.items() if scene not in covered
    )
    return (*found, *added)


def _change(line: Line, wanted: Mapping[str, Line], scene_levels: Mapping[str, int]) -> Change:
    if line.suggestion is None:
        return Change(line.scene, Kind.OWN, line, line)
    new = wanted.get(line.scene)
    if new is None and not is_edited(line):
        return Change(line.scene, Kind.REMOVED, line, None)
    if new is None:
        level = scene_levels.get(line.scene, 0)
        return Change(
            line.scene, Kind.REACHED, line, dataclasses.replace(line, current_level=level, is_essential=False)
        )
    text = line.text if is_edited(line) else new.text
    after = dataclasses.replace(new, text=text, weight=line.weight)
    return Change(line.scene, Kind.SAME if after == line else Kind.CHANGED, line, after, new.weight)


def apply(changes: Sequence[Change], chosen: Collection[str]) -> tuple[Line, ...]:
    """The lines afterwards, with the added scenes that were chosen.

    Where lines come or go the weights are shared out anew in the owner's own proportions; a new line weighs what the
    suggested one does beside the others.
    """
    kept = [one for one in changes if one.after and (one.kind != Kind.ADDED or one.scene in chosen)]
    lines = [one.after for one in kept if one.after]
    is_same_set = all(one.kind not in (Kind.ADDED, Kind.REMOVED) for one in kept) and len(kept) == _before(changes)
    if is_same_set:
        return tuple(lines)
    weights = gaps.shares(_claims(kept))
    return tuple(dataclasses.replace(line, weight=weight) for line, weight in zip(lines, weights, strict=True))


def _before(changes: Sequence[Change]) -> int:
    return sum(one.before is not None for one in changes)


def _claims(kept: Sequence[Change]) -> list[Fraction]:
    """The owner's weights; a new line claims what the owner gives to suggested lines, as far as he departs from it."""
    held = [(one.before.weight, one.claim) for one in kept if one.before and one.claim]
    scale = Fraction(sum(weight for weight, _ in held), sum(claim for _, claim in held)) if held else Fraction(1)
    claims = [Fraction(one.before.weight) if one.before else one.claim * scale for one in kept]
    return claims if any(claims) else [Fraction(1)] * len(kept)
