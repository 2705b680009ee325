"""Kinds of text features and how each compares a query with documents: BM25 and TF-IDF over sparse matrices."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.preprocessing import normalize

Analyser = Callable[[str], list[str]]
Vector = npt.NDArray[np.float32]

_K1, _B = 1.2, 0.75  # the usual values of BM25 (Robertson and Zaragoza 2009)
_COMMON = 0.5  # a feature of more than this share of a large catalogue tells nothing and costs most of the time
_LARGE = 1000


class Part(ABC):
    """One kind of feature: `vocabulary_` (sorted, so that the order of documents does not matter), `rarity_`.

    `rarity_` is the logarithmic inverse document frequency, (features,); `unseen_` that of a feature seen nowhere.
    """

    def __init__(self, analyse: Analyser) -> None:
        self.analyse = analyse

    @abstractmethod
    def documents(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        """Learn; the documents' weighted features, (documents, features). Queries only tell what is rare."""

    @abstractmethod
    def queries(self, texts: Sequence[str]) -> sp.csr_array:
        """Weighted features, (texts, features), whose product with those of a document is the similarity."""

    def learn(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        """Learn vocabulary and rarity; counts of the documents, (documents, features)."""
        bags = [Counter(self.analyse(text)) for text in (*documents, *queries)]
        self.vocabulary_ = {feature: at for at, feature in enumerate(sorted(set().union(*bags)))}
        counts, _ = self._counts(bags)
        total = len(bags)
        frequency = np.bincount(counts.indices, minlength=len(self.vocabulary_))
        self.rarity_: Vector = np.log1p((total - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        self.unseen_ = float(np.log1p((total + 0.5) / 0.5))
        if total >= _LARGE:
            self.rarity_[frequency > _COMMON * total] = 0
        return counts[: len(documents)]

    def count(self, texts: Sequence[str]) -> tuple[sp.csr_array, Vector]:
        """Counts of known features, (texts, features), and the number of different unknown ones, (texts,)."""
        return self._counts(Counter(self.analyse(text)) for text in texts)

    def _counts(self, bags: Iterable[Counter[str]]) -> tuple[sp.csr_array, Vector]:
        columns: list[int] = []
        values: list[int] = []
        ends, unknown = [0], []
        for bag in bags:
            known = sorted((at, bag[feature]) for feature in bag if (at := self.vocabulary_.get(feature)) is not None)
            columns.extend(at for at, _ in known)
            values.extend(value for _, value in known)
            ends.append(len(columns))
            unknown.append(len(bag) - len(known))
        shape = (len(unknown), max(len(self.vocabulary_), 1))
        counts = sp.csr_array((np.array(values, np.float32), np.array(columns, np.int32), np.array(ends)), shape=shape)
        return counts, np.array(unknown, dtype=np.float32)


class Bm25(Part):
    """BM25 divided by the most that a query could reach, so that it is the share of the query's information found."""

    def documents(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        counts = self.learn(documents, queries)
        lengths = np.asarray(counts.sum(axis=1))
        norms = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        counts.data = counts.data / (counts.data + _by_row(counts, norms))
        return scaled(counts, (self.rarity_ > 0).astype(np.float32))

    def queries(self, texts: Sequence[str]) -> sp.csr_array:
        counts, unknown = self.count(texts)
        counts.data = np.log2(1 + counts.data)
        weighted = scaled(counts, self.rarity_)
        most = np.asarray(weighted.sum(axis=1)) + unknown * np.float32(self.unseen_)
        weighted.data = weighted.data / _by_row(weighted, np.maximum(most, 1e-6))
        return weighted


class TfIdf(Part):
    """Cosine of sublinear TF-IDF."""

    def documents(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        return self._weigh(self.learn(documents, queries))

    def queries(self, texts: Sequence[str]) -> sp.csr_array:
        return self._weigh(self.count(texts)[0])

    def _weigh(self, counts: sp.csr_array) -> sp.csr_array:
        counts.data = 1 + np.log(counts.data)
        return sp.csr_array(normalize(scaled(counts, self.rarity_)))


def scaled(matrix: sp.csr_array, columns: Vector) -> sp.csr_array:
    """The matrix with its columns multiplied, zeros dropped."""
    result = matrix.copy()
    result.data = result.data * columns[result.indices]
    result.eliminate_zeros()
    return result


def _by_row(matrix: sp.csr_array, values: npt.NDArray[Any]) -> Vector:
    """One value a row, repeated for every stored member of the row."""
    return np.repeat(values, np.diff(matrix.indptr)).astype(np.float32)
