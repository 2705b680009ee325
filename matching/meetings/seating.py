"""Slots and tables for pairs that are to meet, when everybody is there all day.

A bipartite graph of largest degree d has an edge colouring with d colours (Kőnig 1916), found by flipping alternating
paths; and one whose classes differ by at most one edge (de Werra 1971), found the same way between two classes. Colours
are slots: no slot holds more meetings than there are tables, as long as all slots together do not.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

Edge = tuple[str, str]


def colour(edges: Sequence[Edge], *, slots: int, tables: int) -> list[int]:
    """A slot (from 1) for each edge, no two at a participant alike, at most `tables` edges a slot.

    Raises ValueError when a participant has more edges than slots, or the hall fewer seats than edges.
    """
    if len(edges) > slots * tables:
        raise ValueError("more edges than seats")
    colouring = _Colouring(edges, slots)
    for edge in range(len(edges)):
        colouring.paint(edge)
    colouring.even_out(tables)
    return colouring.slot_of


class _Colouring:
    """Edges by participant and slot; every step keeps the colouring proper."""

    def __init__(self, edges: Sequence[Edge], slots: int) -> None:
        self.edges, self.slots = edges, slots
        self.slot_of = [0] * len(edges)
        self.at: dict[str, dict[int, int]] = {name: {} for edge in edges for name in edge}  # slot -> edge

    def paint(self, edge: int) -> None:
        """Give an edge a slot that both ends have free, made free by flipping a path where there is none."""
        left, right = self.edges[edge]
        first, second = self._open(left), self._open(right)
        if first in self.at[right]:
            self._flip(self._path(right, first, second), first, second)
        self._put(edge, first)

    def even_out(self, tables: int) -> None:
        """Move single edges' worth of paths from slots that are too full to the emptiest."""
        sizes = Counter({slot: 0 for slot in range(1, self.slots + 1)})
        sizes.update(self.slot_of)
        while sizes and max(sizes.values()) > tables:
            full = max(sizes, key=lambda slot: (sizes[slot], -slot))
            spare = min(sizes, key=lambda slot: (sizes[slot], slot))
            self._flip(self._longer_path(full, spare), full, spare)
            sizes[full] -= 1
            sizes[spare] += 1

    def _open(self, name: str) -> int:
        taken = self.at[name]
        for slot in range(1, self.slots + 1):
            if slot not in taken:
                return slot
        raise ValueError(f"{name} has more edges than slots")

    def _put(self, edge: int, slot: int) -> None:
        self.slot_of[edge] = slot
        for name in self.edges[edge]:
            self.at[name][slot] = edge

    def _path(self, start: str, first: int, second: int) -> list[int]:
        """The edges of slots `first` and `second`, by turns, that lead away from `start`."""
        path: list[int] = []
        name, slot = start, first
        while (edge := self.at[name].get(slot)) is not None:
            path.append(edge)
            left, right = self.edges[edge]
            name, slot = (right if name == left else left), (second if slot == first else first)
        return path

    def _longer_path(self, full: int, spare: int) -> list[int]:
        """A path that begins and ends with an edge of the fuller slot: there is one while it is the fuller."""
        for name, taken in self.at.items():
            if full in taken and spare not in taken:
                path = self._path(name, full, spare)
                if len(path) % 2:
                    return path
        raise ValueError("the slots are even")

    def _flip(self, path: Sequence[int], one: int, other: int) -> None:
        for edge in path:
            for name in self.edges[edge]:
                self.at[name].pop(self.slot_of[edge], None)
        for edge in path:
            self._put(edge, other if self.slot_of[edge] == one else one)


def fewest_gaps(edges: Sequence[Edge], slot_of: Sequence[int], *, slots: int) -> list[int]:
    """The same classes in another order of slots, so that participants wait less between meetings (hill climbing)."""
    names = {name: row for row, name in enumerate(sorted({name for edge in edges for name in edge}))}
    is_there = np.zeros((len(names), slots), dtype=bool)
    for edge, slot in zip(edges, slot_of, strict=True):
        is_there[[names[edge[0]], names[edge[1]]], slot - 1] = True
    order = list(range(slots))
    best = _waits(is_there)
    improved = True
    while improved:
        improved = False
        for one in range(slots):
            for other in range(one + 1, slots):
                order[one], order[other] = order[other], order[one]
                waits = _waits(is_there[:, order])
                if waits < best:
                    best, improved = waits, True
                else:
                    order[one], order[other] = order[other], order[one]
    place = {old: new for new, old in enumerate(order, start=1)}
    return [place[slot - 1] for slot in slot_of]


def _waits(is_there: np.typing.NDArray[np.bool_]) -> int:
    """Empty slots between the first and the last meeting, over all participants."""
    seen = is_there.any(axis=1)
    first = is_there.argmax(axis=1)[seen]
    last = is_there.shape[1] - 1 - is_there[:, ::-1].argmax(axis=1)[seen]
    return int((last - first + 1).sum() - is_there.sum())


def seat(edges: Sequence[Edge], slot_of: Sequence[int], *, tables: int) -> list[int]:
    """A table (from 1) for each meeting: the right side keeps its table where it can, then the left side does."""
    table_of = [0] * len(edges)
    home: dict[str, int] = {}
    if len(rights := sorted({right for _, right in edges})) <= tables:
        home = {right: table for table, right in enumerate(rights, start=1)}
    for slot in sorted(set(slot_of)):
        mine = [edge for edge in range(len(edges)) if slot_of[edge] == slot]
        taken: set[int] = set()
        for side in (1, 0):
            for edge in mine:
                table = home.get(edges[edge][side])
                if not table_of[edge] and table is not None and table not in taken:
                    table_of[edge] = table
                    taken.add(table)
        spare = iter(sorted(set(range(1, tables + 1)) - taken))
        for edge in mine:
            table_of[edge] = table_of[edge] or next(spare)
            home |= dict.fromkeys(edges[edge], table_of[edge])
    return table_of
