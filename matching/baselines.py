"""Plain rankings to compare with: what a bureau gets without this library.

Text is the whole solution and all lines of the demand, cut by the general dictionary; nothing knows of providers'
standing, of conditions, or of the lexicon.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np
import rjieba
from sklearn.feature_extraction.text import TfidfVectorizer

from matching.catalogue import Floats
from matching.documents import Demand, Solution
from matching.features import Bm25

Baseline = Callable[[Sequence[Solution], Sequence[Demand]], Floats]


def _cut(text: str) -> list[str]:
    return [word for word in rjieba.cut(text.lower()) if word.isalnum()]


def _texts(demands: Sequence[Demand]) -> list[str]:
    return ["。".join(line.text for line in demand.lines) for demand in demands]


def tf_idf(solutions: Sequence[Solution], demands: Sequence[Demand]) -> Floats:
    """Cosine of TF-IDF over words, (demands, solutions)."""
    vectoriser = TfidfVectorizer(analyzer=_cut)
    documents = vectoriser.fit_transform([solution.text for solution in solutions])
    return np.asarray((vectoriser.transform(_texts(demands)) @ documents.T).toarray(), dtype=np.float64)


def bm25(solutions: Sequence[Solution], demands: Sequence[Demand]) -> Floats:
    """BM25 over words, (demands, solutions)."""
    part = Bm25(_cut)
    documents = part.documents([solution.text for solution in solutions], ())
    return np.asarray((part.queries(_texts(demands)) @ documents.T).toarray(), dtype=np.float64)


def cover(solutions: Sequence[Solution], demands: Sequence[Demand]) -> Floats:
    """Share of a demand's weight whose target level a solution reaches, (demands, solutions)."""
    return np.array([[_covered(solution, demand) for solution in solutions] for demand in demands])


def _covered(solution: Solution, demand: Demand) -> float:
    reached = (line for line in demand.lines if solution.coverage.get(line.scene, 0) >= max(line.target_level, 1))
    return sum(line.weight for line in reached) / 100


def total(parts: Sequence[Baseline], solutions: Sequence[Solution], demands: Sequence[Demand]) -> Floats:
    """The plain sum of several baselines."""
    return np.asarray(sum(part(solutions, demands) for part in parts), dtype=np.float64)


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {"tf_idf": tf_idf, "bm25": bm25, "cover": cover, "tf_idf_plus_cover": partial(total, (tf_idf, cover))}
)
