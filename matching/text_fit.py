"""How well texts answer texts: BM25 over words plus TF-IDF over characters, concepts and topics.

Words stay what they are; the low-rank topics are added to them. Sources: Robertson and Zaragoza, "The Probabilistic
Relevance Framework: BM25 and Beyond" (2009); Deerwester et al., "Indexing by Latent Semantic Analysis" (1990); for
adding normalised scores, Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from matching.cutting import Cutter
from matching.weights import TextWeights

Scores = npt.NDArray[np.float32]
Analyser = Callable[[str], list[str]]

_K1, _B = 1.2, 0.75  # the usual values of BM25; see the source above
_MOST_TOPICS = 96
_SAMPLE = 256
_SEED = 20240904
_COMMON = 0.5  # a feature of more than this share of a large catalogue tells nothing and costs most of the time
_LARGE = 1000
_RARE_CONCEPTS = 0.1  # where texts rarely mention the lexicon, one mention must not outweigh every word


class _Part(ABC):
    """One kind of feature: vocabulary, document frequencies, weights by rarity; what it measures, subclasses say."""

    def __init__(self, analyse: Analyser, *, least_spread: float = 1e-3) -> None:
        self.analyse = analyse
        self.least_spread = least_spread

    @abstractmethod
    def documents(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        """Learn from the documents; their weighted features, a row a document."""

    @abstractmethod
    def queries(self, texts: Sequence[str]) -> sp.csr_array:
        """Weighted features whose product with those of a document is the similarity, a row a text."""

    def fit(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        self.vectoriser_ = CountVectorizer(analyzer=self.analyse, dtype=np.float32)
        try:
            counts = sp.csr_array(self.vectoriser_.fit_transform([*documents, *queries]))
        except ValueError:  # scikit-learn's word for texts without a single feature
            self.vectoriser_ = CountVectorizer(analyzer=self.analyse, vocabulary=[""], dtype=np.float32)
            counts = sp.csr_array(self.vectoriser_.transform([*documents, *queries]))
        total, rows = counts.shape[0], len(documents)
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        self.rarity_ = np.log1p((total - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        self.unseen_ = float(np.log1p((total + 0.5) / 0.5))
        if rows >= _LARGE:
            self.rarity_[frequency > _COMMON * total] = 0
        return counts[:rows]

    def query(self, texts: Sequence[str]) -> sp.csr_array:
        return sp.csr_array(self.vectoriser_.transform(texts))


def _scaled(matrix: sp.csr_array, columns: npt.NDArray[np.float32]) -> sp.csr_array:
    """The matrix with its columns multiplied, zeros dropped."""
    scaled = matrix.copy()
    scaled.data = scaled.data * columns[scaled.indices]
    scaled.eliminate_zeros()
    return scaled


class _Bm25(_Part):
    """BM25 divided by the most a query could reach, so that it is the share of the query's information found."""

    def documents(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        counts = self.fit(documents, queries)
        lengths = counts.sum(axis=1)
        norms = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        counts.data = counts.data / (counts.data + np.repeat(norms, np.diff(counts.indptr)).astype(np.float32))
        return _scaled(counts, (self.rarity_ > 0).astype(np.float32))

    def queries(self, texts: Sequence[str]) -> sp.csr_array:
        counts = self.query(texts)
        counts.data = np.log1p(counts.data) / np.float32(np.log(2))
        known = self.vectoriser_.vocabulary_
        unseen = [self.unseen_ * sum(word not in known for word in set(self.analyse(text))) for text in texts]
        weighted = _scaled(counts, self.rarity_)
        most = weighted.sum(axis=1) + np.asarray(unseen, dtype=np.float32)
        return _rows_divided(weighted, most)


class _TfIdf(_Part):
    """Cosine of sublinear TF-IDF."""

    def documents(self, documents: Sequence[str], queries: Sequence[str]) -> sp.csr_array:
        return self._weigh(self.fit(documents, queries))

    def queries(self, texts: Sequence[str]) -> sp.csr_array:
        return self._weigh(self.query(texts))

    def _weigh(self, counts: sp.csr_array) -> sp.csr_array:
        counts.data = 1 + np.log(counts.data)
        return sp.csr_array(normalize(_scaled(counts, self.rarity_)))


def _rows_divided(matrix: sp.csr_array, by: npt.NDArray[Any]) -> sp.csr_array:
    matrix.data = matrix.data / np.repeat(np.maximum(by, 1e-6), np.diff(matrix.indptr)).astype(np.float32)
    return matrix


class TextFit:
    """Scores of queries against documents.

    `fit` learns from the documents (and, when they are known, from the queries: rarity only) the vocabularies, the
    topics and `spread_`, the standard deviation of every part between different documents, by which parts are divided
    before they are added. Documents are compared with themselves for that on a fixed sample of at most 256.
    """

    def __init__(self, cutter: Cutter, weights: TextWeights) -> None:
        self.cutter = cutter
        self.weights = weights

    def fit(self, documents: Sequence[str], queries: Sequence[str] = ()) -> Self:
        """Learn from `documents`, an order of texts that the columns of `scores` keep."""
        self.parts_: dict[str, _Part] = {
            "words": _Bm25(self.cutter.words),
            "letters": _TfIdf(self.cutter.letters),
            "concepts": _TfIdf(self.cutter.concepts, least_spread=_RARE_CONCEPTS),
        }
        self.spread_: dict[str, float] = {}
        self.size_ = len(documents)
        sample = [documents[at] for at in np.linspace(0, len(documents) - 1, min(_SAMPLE, len(documents)), dtype=int)]
        stacked = []
        for name, part in self.parts_.items():
            matrix = part.documents(documents, queries)
            spread = _spread((part.queries(sample) @ matrix.T).toarray()) if documents else 1.0
            self.spread_[name] = max(spread, part.least_spread)
            stacked.append(matrix)
        self.index_ = sp.csr_array(sp.hstack(stacked, format="csr").T) if documents else None
        self._fit_topics(documents, sample)
        return self

    def _fit_topics(self, documents: Sequence[str], sample: Sequence[str]) -> None:
        self.words_ = _TfIdf(self.cutter.words)
        self.topics_: TruncatedSVD | None = None
        rank = min(_MOST_TOPICS, len(documents) // 4)
        if not self.weights.topics or rank < 2:
            return
        matrix = self.words_.documents(documents, ())
        rank = min(rank, matrix.shape[1] - 1)
        if rank < 2:
            return
        self.topics_ = TruncatedSVD(rank, n_iter=3, random_state=_SEED).fit(matrix)
        self.topic_index_ = np.ascontiguousarray(normalize(self.topics_.transform(matrix)).T, dtype=np.float32)
        self.spread_["topics"] = _spread(self._topics(sample) @ self.topic_index_)

    def _topics(self, texts: Sequence[str]) -> Scores:
        assert self.topics_ is not None
        return np.asarray(normalize(self.topics_.transform(self.words_.queries(texts))), dtype=np.float32)

    def query_matrix(self, texts: Sequence[str]) -> sp.csr_array:
        """The queries' features, weighted, in the columns of the index."""
        shares = {name: getattr(self.weights, name) / self.spread_[name] for name in self.parts_}
        blocks = [part.queries(texts) * np.float32(shares[name]) for name, part in self.parts_.items()]
        return sp.csr_array(sp.hstack(blocks, format="csr"))

    def scores(self, texts: Sequence[str]) -> Scores:
        """Array (queries, documents), at least 0, in units of the spread between the catalogue's own documents."""
        if self.index_ is None or not texts:
            return np.zeros((len(texts), self.size_), dtype=np.float32)
        total = (self.query_matrix(texts) @ self.index_).toarray()
        if self.topics_ is not None:
            share = self.weights.topics / self.spread_["topics"]
            total += np.maximum(self._topics(texts) * np.float32(share) @ self.topic_index_, 0)
        return np.asarray(total, dtype=np.float32)

    def shared(self, query: str, document: str) -> list[str]:
        """Words that both texts use, the rarest first: what a reader is shown as the ground of a score."""
        words = self.parts_["words"]
        known = words.vectoriser_.vocabulary_
        both = set(self.cutter.words(query)).intersection(self.cutter.words(document))
        return sorted((word for word in both if word in known), key=lambda word: (-words.rarity_[known[word]], word))


def _spread(similarities: npt.NDArray[Any]) -> float:
    """Standard deviation without the top of each row, which is the document itself."""
    if similarities.shape[1] < 3:
        return 1.0
    others = np.sort(similarities, axis=1)[:, :-1]
    return float(others.std())
