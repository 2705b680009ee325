"""Judges the rows of a chain that does not hold: which was changed, moved, put in, taken out, or cut off.

A row whose code fits its bytes was written by the platform, whatever stands beside it: only the platform has the key.
If it fits under another number than its own, it was moved from there. What fits under none was changed, or put in.
What no row accounts for is missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from marketplace.domain import audit_chain
from marketplace.models.audit import GENESIS

NEARBY = 500  # numbers tried on each side of a row that was moved
TRIED = 2_000  # rows for which this is done


class Kind(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    MOVED = "moved"
    INSERTED = "inserted"
    CUT_OFF = "cut_off"
    FORKED = "forked"
    HEAD = "head"


class Row(NamedTuple):
    number: int
    content: bytes  # the canonical form, the code before included
    previous: str
    mac: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows `first` to `last`; `origin` is the number under which the first of them was written."""

    kind: Kind
    first: int
    last: int
    origin: int | None = None


@dataclass(slots=True)
class _Gap:
    first: int
    last: int


@dataclass(slots=True)
class Judge:
    """Takes the rows in order of their numbers; `places` tells the number of the row that has a given code."""

    keys: audit_chain.Keys
    places: Mapping[str, int]
    findings: list[Finding] = field(default_factory=list)
    end: int = 0  # the highest number accounted for, in the order of writing
    code: str = GENESIS
    _doubtful: list[Row] = field(default_factory=list)
    _gaps: list[_Gap] = field(default_factory=list)
    _strays: dict[int, int] = field(default_factory=dict)  # origin -> number, written before the highest
    _moved: dict[int, int] = field(default_factory=dict)
    _tried: int = 0

    def take(self, row: Row) -> None:
        origin = self._origin_of(row)
        if origin is None:
            self._doubtful.append(row)
        elif origin > self.end:
            self._follow(row, origin)
        else:
            self._stray(row, origin)

    def _origin_of(self, row: Row) -> int | None:
        return next((number for number in self._candidates(row) if self._fits(row, number)), None)

    def _candidates(self, row: Row) -> Iterator[int]:
        yield row.number
        if row.previous == self.code:
            yield self.end + 1
        if row.previous in self.places:
            yield self.places[row.previous] + 1
        if self._tried < TRIED:
            self._tried += 1
            for distance in range(1, NEARBY + 1):
                yield row.number + distance
                yield row.number - distance

    def _fits(self, row: Row, number: int) -> bool:
        key = self.keys.get(row.key_id)
        parts = row.content.split(audit_chain.SEPARATOR.encode(), 2)
        if key is None or len(parts) < len(("previous", "id", "rest")):
            return False
        content = audit_chain.SEPARATOR.encode().join((parts[0], str(number).encode(), parts[2]))
        return audit_chain.code(key, content) == row.mac

    def _follow(self, row: Row, origin: int) -> None:
        if origin == self.end + 1 and row.previous != self.code:
            self.findings.append(Finding(Kind.FORKED, row.number, row.number))
        self._settle(origin - self.end - 1)
        if origin != row.number:
            self._moved[origin] = row.number
        self.end, self.code = origin, row.mac

    def _stray(self, row: Row, origin: int) -> None:
        """Written before what was read already: it fills a gap, or else is there twice."""
        is_missing = any(gap.first <= origin <= gap.last for gap in self._gaps)
        other = self._moved.get(origin)
        if is_missing and origin not in self._strays:
            self._strays[origin] = row.number
            if origin != row.number:
                self._moved[origin] = row.number
        elif other is not None and origin == row.number:  # the true one comes after its copy
            del self._moved[origin]
            self.findings.append(Finding(Kind.INSERTED, other, other, origin))
        else:
            self.findings.append(Finding(Kind.INSERTED, row.number, row.number, origin))

    def _settle(self, room: int) -> None:
        """Rows that fit nowhere stand for the numbers that are not accounted for; what is over was put in."""
        first, last = self.end + 1, self.end + room
        placed = {row.number for row in self._doubtful if first <= row.number <= last}
        for row in self._doubtful:
            kind = Kind.CHANGED
            if row.number not in placed:
                gap = next(_without(first, last, placed), None)
                kind = Kind.CHANGED if gap else Kind.INSERTED
                placed |= {gap.first} if gap else set()
            self.findings.append(Finding(kind, row.number, row.number))
        self._doubtful.clear()
        self._gaps += _without(first, last, placed)

    def finish(self, *, head: int | None) -> list[Finding]:
        """All that was found, by row; `head` is how far the chain is known to have reached, if it is."""
        last = self._doubtful[-1].number if self._doubtful else 0
        end, reached = self.end, max(self.end, last if head is None else head)
        self._settle(reached - end)
        for gap in self._gaps:
            for left in _without(gap.first, gap.last, self._strays):
                is_tail = left.first > end and left.last == reached
                self.findings.append(Finding(Kind.CUT_OFF if is_tail else Kind.MISSING, left.first, left.last))
        self.findings += _moves(self._moved)
        return sorted(self.findings, key=lambda finding: (finding.first, finding.kind))


def _without(first: int, last: int, numbers: Iterable[int]) -> Iterator[_Gap]:
    """What is left of first to last without these numbers."""
    for number in sorted(number for number in numbers if first <= number <= last):
        if number > first:
            yield _Gap(first, number - 1)
        first = number + 1
    if first <= last:
        yield _Gap(first, last)


def _moves(moved: Mapping[int, int]) -> Iterator[Finding]:
    """Neighbours that were moved by the same distance are one finding."""
    run: list[tuple[int, int]] = []
    for origin, number in sorted(moved.items(), key=lambda pair: pair[1]):
        if run and (run[-1][0] + 1, run[-1][1] + 1) != (origin, number):
            yield Finding(Kind.MOVED, run[0][1], run[-1][1], run[0][0])
            run = []
        run.append((origin, number))
    if run:
        yield Finding(Kind.MOVED, run[0][1], run[-1][1], run[0][0])
