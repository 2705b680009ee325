"""What the shelf has for an industry: how many solutions cover a scene at a level, and whose text fits a line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from marketplace.services import rankers
from matching import standard
from matching.ranking import Ranker

SCENE_AT = {scene: place for place, scene in enumerate(standard.SCENES)}
INDUSTRY_AT = {industry: place for place, industry in enumerate(standard.INDUSTRIES)}
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    solutions: int
    providers: int


class Shelf:
    """The catalogue of the ranking; a solution fits an industry when it names it or serves every industry."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker
        self._catalogue = ranker.catalogue_
        self._providers = np.array([one.provider_id for one in self._catalogue.solutions], dtype=object)

    def _fits(self, industry: str) -> Bools:
        fits: Bools = self._catalogue.is_general | self._catalogue.industries[INDUSTRY_AT[industry]]
        return fits

    def _covers(self, industry: str, scene: str, level: int) -> Bools:
        covers: Bools = self._fits(industry) & (self._catalogue.levels[SCENE_AT[scene]] >= level)
        return covers

    def cover(self, industry: str, scene: str, level: int) -> Cover:
        """Solutions that bring the scene to the level or above, and how many providers they are of."""
        covers = self._covers(industry, scene, level)
        return Cover(int(covers.sum()), len(set(self._providers[covers])))

    def best_fits(self, needs: Sequence[tuple[str, int, str]]) -> list[float]:
        """For each (industry, target level, text) the best text fit among solutions of the industry that reach that
        level in any scene: a product filed under another scene may still be the right one.

        As a share of what a text would fit itself by (all parts of the fit at their most); 0 where there is no such
        solution.
        """
        fit = self._ranker.text_
        scores = fit.scores([text for _, _, text in needs])
        most = sum(getattr(fit.weights, part) / spread for part, spread in fit.spread_.items())
        top = self._catalogue.levels.max(axis=0, initial=0)
        return [
            float((row / most)[self._fits(industry) & (top >= level) & self._catalogue.has_text].max(initial=0.0))
            for row, (industry, level, _) in zip(scores, needs, strict=True)
        ]


def current() -> Shelf:
    return Shelf(rankers.current())
