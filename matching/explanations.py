"""From the rows of a score sheet to criteria with reasons, worded only when somebody reads them."""

from collections.abc import Sequence
from functools import cached_property

from matching import reasons
from matching.catalogue import Catalogue
from matching.conditions import State
from matching.documents import Demand
from matching.results import Criterion
from matching.sheets import Excerpt
from matching.text_fit import TextFit
from matching.weights import ProviderWeights

STATE_NAMES = {int(state): state.name.lower() for state in State}


class Explanation:
    """The criteria of an excerpt's solutions for one demand; `shown` are the places in the excerpt to be worded."""

    def __init__(
        self,
        demand: Demand,
        excerpt: Excerpt,
        shown: Sequence[int],
        catalogue: Catalogue,
        text: TextFit,
        weights: ProviderWeights,
    ) -> None:
        self.demand = demand
        self.excerpt = excerpt
        self.shown = shown
        self.catalogue = catalogue
        self.text = text
        self.weights = weights

    def criteria(self, at: int) -> tuple[Criterion, ...]:
        """The criteria of the solution in place `at` of the excerpt, one of those shown."""
        states = self.excerpt.states[at].tolist()
        lines = len(self.demand.lines)
        sentences = reasons.all_of(
            self.demand,
            self.catalogue.solutions[self.excerpt.rows[at]],
            states=states[lines : 2 * lines],
            grounds=self._grounds[at],
            cost=float(self.excerpt.cost[at]),
            own=float(self.excerpt.own[at]),
            min_ratings=self.weights.min_ratings,
        )
        earned = self.excerpt.contributions[at].tolist()
        return tuple(
            Criterion(name, STATE_NAMES[state], points, sentence)
            for name, state, points, sentence in zip(self.excerpt.names, states, earned, sentences, strict=True)
        )

    @cached_property
    def _grounds(self) -> dict[int, list[list[str]]]:
        """Shared words by shown solution and line; a line is cut once for all solutions."""
        rows = [self.excerpt.rows[at] for at in self.shown]
        by_line = [self.text.grounds(line.text, rows) for line in self.demand.lines]
        return {at: [found[place] for found in by_line] for place, at in enumerate(self.shown)}
