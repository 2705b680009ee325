"""Near-duplicate texts: how much of one text stands in others, and the passages that two texts have in common.

Source: A. Broder, "On the resemblance and containment of documents" (1997). A text is the set of its shingles, here of
all runs of `width` characters of its normalised form; resemblance is the share of the union that two sets have in
common, containment the share of the first set. Shingles that many texts have say nothing and are left out, as Broder
does with the most common ones.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]
BASE = np.uint64(6364136223846793005)  # Knuth's multiplier: odd, so no character is lost modulo 2**64
ENCODING = "utf-32-le"


class _Letters:
    """What a character becomes, worked out when it is first met; blanks and marks become nothing."""

    UNKNOWN, SEVERAL = -2, -1  # not met yet; becomes more than one letter

    def __init__(self) -> None:
        self._plain: dict[str, str] = {}
        self._table = np.full(0x110000, self.UNKNOWN, dtype=np.int32)

    def of(self, character: str) -> str:
        if character not in self._plain:
            plain = unicodedata.normalize("NFKC", character).casefold()
            self._plain[character] = "".join(one for one in plain if one.isalnum())
        return self._plain[character]

    def codes(self, text: str) -> Hashes:
        """Code points of the normalised text, shape (letters,)."""
        raw = np.frombuffer(text.encode(ENCODING, "surrogatepass"), dtype="<u4")
        codes = self._table[raw]
        if (codes == self.UNKNOWN).any():
            for code in np.unique(raw[codes == self.UNKNOWN]).tolist():
                kept = self.of(chr(code))
                self._table[code] = self.SEVERAL if len(kept) > 1 else ord(kept or "\0")
            codes = self._table[raw]
        if (codes == self.SEVERAL).any():
            plain = "".join(map(self.of, text)).encode(ENCODING, "surrogatepass")
            return np.frombuffer(plain, dtype="<u4").astype(np.uint64)
        letters: Hashes = codes[codes > 0].astype(np.uint64)
        return letters


LETTERS: Final = _Letters()


@dataclass(frozen=True, slots=True)
class Likeness:
    """`resemblance` and `containment` are shares from 0 to 1; `shared` is the number of shingles in common."""

    key: Hashable
    resemblance: float
    containment: float
    shared: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The same words in both texts: half-open character ranges of the texts as they were given."""

    start: int
    end: int
    other_start: int
    other_end: int
    letters: int  # normalised characters: blanks and punctuation do not count


class Resemblance:
    """Keeps the shingles of many texts by key; one text is compared with all of them at once.

    Parameters: `width`, characters a shingle (at least 1); `common_from`, the number of kept texts from which on a
    shingle is common and ignored (at least 2). Raises ValueError for less.
    """

    def __init__(self, *, width: int = 8, common_from: int = 8) -> None:
        if width < 1 or common_from < 2:
            raise ValueError("width has to be 1 or more, common_from 2 or more")
        self.width = width
        self.common_from = common_from
        self._kept: dict[Hashable, Hashes] = {}
        self._all: tuple[list[Hashable], Hashes, Counts] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def put(self, key: Hashable, text: str) -> None:
        """Keep a text, or replace the one under this key; takes time in proportion to this text alone."""
        self._kept[key] = self._shingles(text)
        self._all = None

    def drop(self, key: Hashable) -> None:
        """Forget a text; one that is not kept raises KeyError."""
        del self._kept[key]
        self._all = None

    def compare(self, text: str) -> list[Likeness]:
        """The kept texts that share a shingle with this one, the most contained first; ties in the order of keeping."""
        wanted = self._shingles(text)
        keys, hashes, owners = self._gathered()
        if not len(wanted) or not len(hashes):
            return []
        places = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
        hit = wanted[places] == hashes
        spread = np.bincount(places[hit], minlength=len(wanted))  # how many texts have each of the wanted shingles
        hit &= spread[places] < self.common_from
        shared = np.bincount(owners[hit], minlength=len(keys))
        telling = int((spread < self.common_from).sum())
        found = [
            Likeness(
                keys[place],
                float(shared[place] / (len(self._kept[keys[place]]) + len(wanted) - shared[place])),
                float(shared[place] / telling),
                int(shared[place]),
            )
            for place in np.flatnonzero(shared)
        ]
        return sorted(found, key=lambda one: -one.containment)

    def _gathered(self) -> tuple[list[Hashable], Hashes, Counts]:
        """Keys, all hashes one after another, and the place of the key that each belongs to."""
        if self._all is None:
            keys, sizes = list(self._kept), [len(one) for one in self._kept.values()]
            hashes = np.concatenate([*self._kept.values(), np.empty(0, dtype=np.uint64)])
            self._all = keys, hashes, np.repeat(np.arange(len(keys), dtype=np.int64), sizes)
        return self._all

    def _shingles(self, text: str) -> Hashes:
        """Ascending hashes of the runs of `width` normalised characters; a shorter text has one shingle, itself."""
        codes = LETTERS.codes(text)
        if not len(codes):
            return np.empty(0, dtype=np.uint64)
        width = min(self.width, len(codes))
        hashes = np.zeros(len(codes) - width + 1, dtype=np.uint64)
        for step in range(width):  # Horner's rule, all runs at once
            hashes = hashes * BASE + codes[step : step + len(hashes)]
        hashes.sort()
        is_new = np.ones(len(hashes), dtype=np.bool_)
        np.not_equal(hashes[1:], hashes[:-1], out=is_new[1:])
        return hashes[is_new]


def normalise(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, compatibility forms and case folded; and where each stood in the text."""
    letters, places = [], []
    for place, character in enumerate(text):
        kept = LETTERS.of(character)
        letters.append(kept)
        places.extend([place] * len(kept))
    return "".join(letters), places


def passages(text: str, other: str, *, shortest: int) -> tuple[Passage, ...]:
    """What both texts say word for word, in runs of at least `shortest` normalised characters, in the first's order.

    Runs are as long as may be and do not overlap in either text; the longest are taken first (greedy string tiling,
    M. Wise 1993). Raises ValueError when `shortest` is below 1.
    """
    if shortest < 1:
        raise ValueError("shortest has to be 1 or more")
    (letters, places), (others, other_places) = normalise(text), normalise(other)
    free, other_free = [True] * len(letters), [True] * len(others)
    found = []
    for size, start, other_start in sorted(_runs(letters, others, shortest), key=lambda run: (-run[0], run[1], run[2])):
        for first, other_first, length in _still_free(free, other_free, start, other_start, size):
            if length < shortest:
                continue
            free[first : first + length] = [False] * length
            other_free[other_first : other_first + length] = [False] * length
            found.append(
                Passage(
                    places[first],
                    places[first + length - 1] + 1,
                    other_places[other_first],
                    other_places[other_first + length - 1] + 1,
                    length,
                )
            )
    return tuple(sorted(found, key=lambda one: one.start))


def _runs(letters: str, others: str, shortest: int) -> Iterator[tuple[int, int, int]]:
    """(length, start, start in the other) of every common run that can be made longer on neither side."""
    seeds = defaultdict(list)
    for place in range(len(others) - shortest + 1):
        seeds[others[place : place + shortest]].append(place)
    for start in range(len(letters) - shortest + 1):
        for other_start in seeds.get(letters[start : start + shortest], ()):
            if start and other_start and letters[start - 1] == others[other_start - 1]:
                continue  # part of a run that began earlier
            size, most = shortest, min(len(letters) - start, len(others) - other_start)
            while size < most and letters[start + size] == others[other_start + size]:
                size += 1
            yield size, start, other_start


def _still_free(
    free: list[bool], other_free: list[bool], start: int, other_start: int, size: int
) -> Iterator[tuple[int, int, int]]:
    """The stretches of a run that no longer run has taken."""
    length = 0
    for step in range(size):
        if free[start + step] and other_free[other_start + step]:
            length += 1
        elif length:
            yield start + step - length, other_start + step - length, length
            length = 0
    if length:
        yield start + size - length, other_start + size - length, length
