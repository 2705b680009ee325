"""How well texts answer texts: BM25 over words plus TF-IDF over characters, concepts and low-rank topics.

Words stay what they are; topics are added to them. Sources: Robertson and Zaragoza, "The Probabilistic Relevance
Framework: BM25 and Beyond" (2009); Deerwester et al., "Indexing by Latent Semantic Analysis" (1990); for adding
normalised scores, Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023).
"""

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from matching.cutting import Cutter
from matching.features import Bm25, Part, TfIdf, scaled
from matching.weights import TextWeights

Scores = npt.NDArray[np.float32]

_MOST_TOPICS = 96
_DOCUMENTS_A_TOPIC = 4
_LEAST_TOPICS = 16  # fewer are noise: one text more or less would turn them over
_SAMPLE = 256
_FEW_ROWS = 8
_SEED = 20240904
_USUAL_SPREAD = {"words": 0.02, "letters": 0.015, "concepts": 0.15, "topics": 0.15}  # of product catalogues
_USUAL_COUNTS = 30  # documents that the usual spread counts for, so that a handful of texts does not set the scale
_LEAST_CONCEPT_SPREAD = 0.1  # where texts rarely mention the lexicon, one mention must not outweigh every word


class TextFit:
    """Scores of queries against documents.

    `fit` learns the vocabularies, the topics and `spread_`, the standard deviation of every part between different
    documents (on a fixed sample of at most 256), by which parts are divided before they are added.
    """

    def __init__(self, cutter: Cutter, weights: TextWeights) -> None:
        self.cutter = cutter
        self.weights = weights

    def fit(self, documents: Sequence[str], queries: Sequence[str] = ()) -> Self:
        """Learn from `documents`, whose order the columns of `scores` keep; known `queries` only tell what is rare."""
        self.parts_: dict[str, Part] = {
            "words": Bm25(self.cutter.words),
            "letters": TfIdf(self.cutter.letters),
            "concepts": TfIdf(self.cutter.concepts),
        }
        self.size_ = len(documents)
        self.spread_: dict[str, float] = {}
        self.topics_: Scores | None = None  # (words, topics)
        if not documents:
            return self
        sample = [documents[at] for at in np.linspace(0, self.size_ - 1, min(_SAMPLE, self.size_), dtype=int)]
        matrices = {name: part.documents(documents, queries) for name, part in self.parts_.items()}
        for name, part in self.parts_.items():
            similarities = (part.queries(sample) @ matrices[name].T).toarray()
            self.spread_[name] = _spread(similarities, _USUAL_SPREAD[name])
        self.spread_["concepts"] = max(self.spread_["concepts"], _LEAST_CONCEPT_SPREAD)
        self.index_ = sp.csr_array(sp.hstack([*matrices.values()], format="csr").T)
        self.words_, self.concepts_ = matrices["words"], matrices["concepts"]
        self._fit_topics(sample)
        return self

    def _fit_topics(self, sample: Sequence[str]) -> None:
        rank = min(_MOST_TOPICS, self.size_ // _DOCUMENTS_A_TOPIC, self.words_.shape[1] - 1)
        if not self.weights.topics or rank < _LEAST_TOPICS:
            return
        documents = normalize(scaled(self.words_, self.parts_["words"].rarity_))
        space = TruncatedSVD(rank, n_iter=3, random_state=_SEED).fit(documents)
        self.topics_ = np.ascontiguousarray(space.components_.T, dtype=np.float32)
        self.topic_index_: Scores = np.ascontiguousarray(self._topics(documents).T)
        similarities = self._topics(self.parts_["words"].queries(sample)) @ self.topic_index_
        self.spread_["topics"] = _spread(similarities, _USUAL_SPREAD["topics"])

    def _topics(self, words: sp.csr_array) -> Scores:
        assert self.topics_ is not None
        placed = words @ self.topics_
        lengths = np.sqrt((placed * placed).sum(axis=1, keepdims=True))
        return np.asarray(placed / np.maximum(lengths, 1e-9), dtype=np.float32)

    def _share(self, name: str) -> np.float32:
        return np.float32(getattr(self.weights, name) / self.spread_[name])

    def query_matrix(self, texts: Sequence[str]) -> sp.csr_array:
        """The queries' features, weighted, (texts, features); its product with `index_` are the scores but topics."""
        blocks = [part.queries(texts) * self._share(name) for name, part in self.parts_.items()]
        return sp.csr_array(sp.hstack(blocks, format="csr"))

    def scores(self, texts: Sequence[str]) -> Scores:
        """Array (texts, documents), at least 0, in units of the spread between the catalogue's own documents."""
        if not self.size_ or not texts:
            return np.zeros((len(texts), self.size_), dtype=np.float32)
        queries = self.query_matrix(texts)
        total: Scores = (queries @ self.index_).toarray()
        if self.topics_ is not None:
            topics = self._topics(queries[:, : self.words_.shape[1]]) * self._share("topics")
            close = _product(topics, self.topic_index_)
            total += np.maximum(close, 0, out=close)
        return total

    def grounds(self, text: str, documents: Sequence[int]) -> list[list[str]]:
        """What `text` shares with each of `documents` (rows): words of two characters and more, the rarest first.

        Where there is no such word, the names of concepts that both speak of in different words.
        """
        words = self._shared("words", self.words_, self.cutter.words(text), documents)
        concepts = self._shared("concepts", self.concepts_, self.cutter.concepts(text), documents)
        named = self.cutter.lexicon.concepts
        return [
            _whole_words(both) or [named[concept].names[0] for concept in meant]
            for both, meant in zip(words, concepts, strict=True)
        ]

    def _shared(
        self, name: str, matrix: sp.csr_array, features: Sequence[str], documents: Sequence[int]
    ) -> list[list[str]]:
        part = self.parts_[name]
        wanted = {at: feature for feature in features if (at := part.vocabulary_.get(feature)) is not None}
        ranked = sorted(wanted, key=lambda at: (-part.rarity_[at], at))
        found = []
        for document in documents:
            start, end = matrix.indptr[document : document + 2]
            present = set(matrix.indices[start:end].tolist())
            found.append([wanted[at] for at in ranked if at in present])
        return found


def _product(left: Scores, right: Scores) -> Scores:
    """A matrix product; for few rows without BLAS, whose threads cost more than they bring when cores are busy."""
    if len(left) > _FEW_ROWS:
        return left @ right
    product: Scores = np.einsum("ij,jk->ik", left, right)
    return product


def _whole_words(words: Sequence[str]) -> list[str]:
    """Words of two characters and more that are not part of another one."""
    return [word for word in words if len(word) > 1 and not any(word in other for other in words if other != word)]


def _spread(similarities: npt.NDArray[Any], usual: float) -> float:
    """Standard deviation without the top of each row, which is the document itself, drawn towards the usual one.

    The lowest tenth of each row is left out as well, so that texts of another world do not set the scale.
    """
    count = len(similarities)
    least = 1 + similarities.shape[1] // 10
    within = np.sort(similarities, axis=1)[:, least:-1]
    variance = float(within.var()) if within.size else 0.0
    return math.sqrt((count * variance + _USUAL_COUNTS * usual**2) / (count + _USUAL_COUNTS))
