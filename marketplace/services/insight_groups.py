"""Lines that say alike: average-linkage groups over the TF-IDF of words, characters and concepts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy
from scipy.spatial import distance

from matching import cutting, lexicon
from matching.features import TfIdf

Similarities = npt.NDArray[np.float64]


def similarities(texts: Sequence[str]) -> Similarities:
    """(n, n), 0 to 1: the mean cosine of words, of characters and of concepts."""
    cutter = cutting.cutter(lexicon.default())
    kinds = (cutter.words, cutter.letters, cutter.concepts)
    total = np.zeros((len(texts), len(texts)))
    for analyse in kinds:
        rows = TfIdf(analyse).documents(texts, ())
        total += (rows @ rows.T).toarray()
    return total / len(kinds)


def alike(texts: Sequence[str], *, at_least: float) -> list[list[int]]:
    """Places of the texts by group: members in order, the one that is nearest to all others first.

    Two groups are joined as long as their texts are on average alike by `at_least`. The caller gives the texts in an
    order of his own (by id), on which nothing but ties depends.
    """
    if not texts:
        return []
    if len(texts) == 1:
        return [[0]]
    close = similarities(texts)
    distances = np.clip(1 - close, 0, None)
    np.fill_diagonal(distances, 0)
    distances = (distances + distances.T) / 2  # squareform asks for symmetry to the last digit
    tree = hierarchy.linkage(distance.squareform(distances), method="average")
    labels = hierarchy.fcluster(tree, t=1 - at_least, criterion="distance")
    groups: dict[int, list[int]] = {}
    for place, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(place)
    return [_medoid_first(members, close) for members in sorted(groups.values())]


def _medoid_first(members: list[int], close: Similarities) -> list[int]:
    """Rounded, so that a tie falls to the earliest text on every machine."""
    nearness = np.round(close[np.ix_(members, members)].sum(axis=1), 9)
    best = members[int(np.argmax(nearness))]
    return [best, *(one for one in members if one != best)]
