"""Rank solutions for a demand: points of 100, each of them with a name, a state and a reason.

A score is the sum of its criteria's contributions, so every place in a ranking can be read off. Scenes and texts
are weighed by the demand's lines; a solution with another scene but a fitting text still ranks, and the other way
round. Nothing unknown earns points. Solutions of suspended or removed providers never appear.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Self

import numpy as np
import numpy.typing as npt

from matching import catalogue, conditions, cutting, providers, sheets, ties
from matching.catalogue import Floats
from matching.documents import Demand, Solution
from matching.explanations import Explanation
from matching.lexicon import Lexicon
from matching.results import Ranking, Result
from matching.sheets import Sheet
from matching.subsidies import SubsidyRule
from matching.text_fit import TextFit
from matching.weights import Weights

_BATCH = 64
_TIE = 1e-4  # wider than rounding can move a score


class Ranker:
    """Ranks the solutions of a catalogue for demands.

    `fit` learns `catalogue_` (the solutions that may appear, sorted by id), `text_`, `alike_` and `by_provider_`.
    `subsidy` tells what is left of a price for the enterprise to pay; without it the budget meets the whole price.
    """

    def __init__(self, weights: Weights, lexicon: Lexicon, subsidy: SubsidyRule | None = None) -> None:
        self.weights = weights
        self.lexicon = lexicon
        self.subsidy = subsidy

    def fit(self, solutions: Sequence[Solution]) -> Self:
        """Learn from all solutions; their order does not matter. Ids must differ (ValueError)."""
        if len({solution.id for solution in solutions}) < len(solutions):
            raise ValueError("solution ids must differ")
        self.catalogue_ = catalogue.build(solutions, self.weights.provider)
        self.provider_fit_ = conditions.provider(self.catalogue_)
        self.by_provider_ = providers.rows_by_provider(self.catalogue_.solutions)
        texts = [solution.text for solution in self.catalogue_.solutions]
        self.alike_ = _alike(texts)
        self.text_ = TextFit(cutting.cutter(self.lexicon), self.weights.text).fit(texts, self.lexicon.speech)
        return self

    def rank(self, demand: Demand, top: int | None = None, *, seed: str | None = None) -> Ranking:
        """The best `top` solutions (all when None) and their providers; equals in the order of the day's `seed`.

        Without a seed equals stand in the order of their ids.
        """
        return next(self.rank_many([demand], top, seed=seed))

    def rank_many(
        self, demands: Sequence[Demand], top: int | None = None, *, seed: str | None = None
    ) -> Iterator[Ranking]:
        """A ranking a demand, in the order of `demands`; reasons are worded for the best `top` alone."""
        for sheet in self._sheets(demands):
            yield self._ranking(sheet, top, seed)

    def scores(self, demands: Sequence[Demand]) -> Floats:
        """Array (demands, n) of points from 0 to 100; columns are `catalogue_.solutions`."""
        rows = [sheet.totals() for sheet in self._sheets(demands)]
        return np.array(rows).reshape(len(demands), len(self.catalogue_.solutions))

    def shares(self, demand: Demand) -> Floats:
        """Array (n, criteria): what of each criterion's points a solution earns, 0 to 1; lines are summed up.

        Columns in the order of `Points`; times points this is the score before rounding.
        """
        return next(self._sheets([demand])).shares(self.weights.lines)

    def _sheets(self, demands: Sequence[Demand]) -> Iterator[Sheet]:
        waiting = iter(demands)
        while batch := list(islice(waiting, _BATCH)):
            closeness = self.text_.scores([line.text for demand in batch for line in demand.lines])
            if self.alike_ is not None:
                closeness = closeness[:, self.alike_]
            closeness /= np.maximum(closeness.max(axis=1, initial=0, keepdims=True), self.weights.text.floor)
            closeness[:, ~self.catalogue_.has_text] = 0
            at = 0
            for demand in batch:
                mine = closeness[at : at + len(demand.lines)]
                yield sheets.make(
                    self.catalogue_,
                    demand,
                    mine,
                    provider=self.provider_fit_,
                    weights=self.weights,
                    subsidy=self.subsidy,
                )
                at += len(demand.lines)

    def _ranking(self, sheet: Sheet, top: int | None, seed: str | None) -> Ranking:
        solutions = self.catalogue_.solutions
        lot = partial(ties.place, seed, demand=sheet.demand.id)
        leaders = _leaders(sheet.totals(), top)
        among = sorted({solutions[row].provider_id for row in leaders})
        excerpt = sheet.excerpt([row for provider in among for row in self.by_provider_[provider]])
        place = {row: at for at, row in enumerate(excerpt.rows)}
        order = sorted(
            (place[row] for row in leaders),
            key=lambda at: (-excerpt.scores[at], lot(item=solutions[excerpt.rows[at]].id), excerpt.rows[at]),
        )[:top]
        explanation = Explanation(sheet.demand, excerpt, order, self.catalogue_, self.text_, self.weights.provider)
        shown = {solutions[excerpt.rows[at]].provider_id for at in order}
        return Ranking(
            demand=sheet.demand.id,
            results=tuple(
                Result(solutions[excerpt.rows[at]].id, excerpt.scores[at], partial(explanation.criteria, at))
                for at in order
            ),
            combine=partial(providers.rank, sheet.demand, excerpt, solutions, among=shown, lot=lot),
        )


def _alike(texts: Sequence[str]) -> npt.NDArray[np.int_] | None:
    """The first row with the same text, (n,), so that rounding never parts equals; None when all texts differ."""
    first: dict[str, int] = {}
    rows = np.array([first.setdefault(text, row) for row, text in enumerate(texts)], dtype=np.int_)
    return rows if len(first) < len(texts) else None


def _leaders(totals: Floats, top: int | None) -> list[int]:
    """Rows among which the best `top` are, ties at the edge included."""
    if top is None or top >= len(totals):
        return list(range(len(totals)))
    if top <= 0:
        return []
    edge = np.partition(totals, len(totals) - top)[len(totals) - top]
    return [int(row) for row in np.flatnonzero(totals >= edge - _TIE)]
