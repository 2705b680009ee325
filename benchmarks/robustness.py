"""How much the ranking leans on any one thing: `python -m benchmarks.robustness --judgements J --solutions S`.

Prints NDCG@10 as it stands, by industry, with every weight halved and raised by half in turn, and with scenes, texts
and the lexicon disturbed (means over seeds), each beside the plain sum of TF-IDF and scene coverage on the same rows.
"""

import argparse
import dataclasses
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from matching import evaluation, lexicon, reading, standard, weights
from matching.documents import DemandLine, Judgement, Solution
from matching.lexicon import Concept, Lexicon
from matching.ranking import Ranker
from matching.weights import Points, Weights

_SEEDS = range(3)
_PLAIN = "tf_idf_plus_cover"


def score(
    solutions: Sequence[Solution], judgements: Sequence[Judgement], way: Weights, words: Lexicon
) -> tuple[float, float]:
    """NDCG@10 of the ranker and of the plain sum."""
    found = evaluation.evaluate(Ranker(way, words), solutions, judgements)
    return found.metrics["ndcg@10"].mean, found.baselines[_PLAIN]["ndcg@10"].mean


def mislabelled(solutions: Sequence[Solution], share: float, seed: int) -> list[Solution]:
    """Some solutions lose their coverage or have it moved to other scenes."""
    rng = random.Random(seed)
    return [_mislabel(row, rng) if rng.random() < share else row for row in solutions]


def _mislabel(row: Solution, rng: random.Random) -> Solution:
    moved = {rng.choice(list(standard.SCENES)): level for level in row.coverage.values() if rng.random() < 0.5}
    return replace(row, coverage=moved)


def thinned(text: str, share: float, rng: random.Random) -> str:
    """The text without some of its characters."""
    return "".join(letter for letter in text if rng.random() >= share)


def thinned_texts(solutions: Sequence[Solution], share: float, seed: int) -> list[Solution]:
    """Solutions with thinned summaries and descriptions."""
    rng = random.Random(seed)
    return [
        replace(row, summary=thinned(row.summary, share, rng), description=thinned(row.description, share, rng))
        for row in solutions
    ]


def under_other_scenes(judgements: Sequence[Judgement], share: float, seed: int) -> list[Judgement]:
    """Some lines stand under a scene that their words are not about."""
    rng = random.Random(seed)
    scenes = list(standard.SCENES)
    return [
        _with_lines(row, [replace(line, scene=rng.choice(scenes)) if rng.random() < share else line for line in lines])
        for row in judgements
        for lines in (row.demand.lines,)
    ]


def under_one_scene(judgements: Sequence[Judgement]) -> list[Judgement]:
    """All lines stand under the same scene."""
    return [_with_lines(row, [replace(line, scene="quality") for line in row.demand.lines]) for row in judgements]


def without_words(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Lines that name a scene and say nothing."""
    return [_with_lines(row, [replace(line, text="") for line in row.demand.lines]) for row in judgements]


def _with_lines(row: Judgement, lines: Sequence[DemandLine]) -> Judgement:
    return replace(row, demand=replace(row.demand, lines=tuple(lines)))


def overclaimed(solutions: Sequence[Solution], share: float, seed: int) -> list[Solution]:
    """Solutions that claim scenes which they do not serve."""
    rng = random.Random(seed)
    return [
        replace(
            row,
            coverage={scene: rng.choice((2, 3)) for scene in standard.SCENES if rng.random() < share}
            | {**row.coverage},
        )
        for row in solutions
    ]


def with_others_conditions(solutions: Sequence[Solution], share: float, seed: int) -> list[Solution]:
    """Some solutions have the conditions (industries, price, days ...) of others."""
    rng = random.Random(seed)
    moved = [at for at in range(len(solutions)) if rng.random() < share]
    others = dict(zip(moved, rng.sample(moved, len(moved)), strict=True))
    names = ("industries", "gbt4754", "sizes", "deployment", "days_to_deploy", "price", "cases")
    return [
        replace(row, **{name: getattr(solutions[others.get(at, at)], name) for name in names})
        for at, row in enumerate(solutions)
    ]


def smaller(words: Lexicon, share: float, seed: int) -> Lexicon:
    """A lexicon without some of the words that point to concepts."""
    rng = random.Random(seed)
    concepts = {
        key: Concept(key, row.scenes, row.names, tuple(word for word in row.words if rng.random() >= share))
        for key, row in words.concepts.items()
    }
    return replace(words, concepts=concepts)


def reweighted(way: Weights, name: str, factor: float) -> Weights:
    """Weights with one criterion's points multiplied and all scaled to 100 again."""
    points = dataclasses.asdict(way.points)
    points[name] *= factor
    total = sum(points.values())
    return replace(way, points=Points(**{key: 100 * value / total for key, value in points.items()}))


def figures(solutions: Sequence[Solution], judgements: Sequence[Judgement]) -> Iterator[tuple[str, float, float]]:
    """Rows of name, NDCG@10 of the ranker, NDCG@10 of the plain sum."""
    way, words = weights.default(), lexicon.default()
    yield "as it stands", *score(solutions, judgements, way, words)
    for industry in standard.INDUSTRIES:
        mine = [row for row in judgements if row.demand.enterprise.industry == industry]
        if mine:
            yield f"only {industry}", *score(solutions, mine, way, words)
    for field in dataclasses.fields(Points):
        for factor in (0.5, 1.5):
            yield f"{field.name} x {factor}", *score(solutions, judgements, reweighted(way, field.name, factor), words)
    none = replace(words, concepts={})
    yield "no concepts", *score(solutions, judgements, way, none)
    yield "no coverage at all", *score([replace(row, coverage={}) for row in solutions], judgements, way, words)
    yield "all lines under one scene", *score(solutions, under_one_scene(judgements), way, words)
    yield "no line has words", *score(solutions, without_words(judgements), way, words)
    disturbed: dict[str, Callable[[int], tuple[Sequence[Solution], Sequence[Judgement], Lexicon]]] = {
        "30 % mislabelled": lambda seed: (mislabelled(solutions, 0.3, seed), judgements, words),
        "60 % mislabelled": lambda seed: (mislabelled(solutions, 0.6, seed), judgements, words),
        "30 % of scenes overclaimed": lambda seed: (overclaimed(solutions, 0.3, seed), judgements, words),
        "half the lines under other scenes": lambda seed: (solutions, under_other_scenes(judgements, 0.5, seed), words),
        "half the conditions are others'": lambda seed: (
            with_others_conditions(solutions, 0.5, seed),
            judgements,
            words,
        ),
        "texts lose 30 % of characters": lambda seed: (thinned_texts(solutions, 0.3, seed), judgements, words),
        "lexicon loses 60 % of words": lambda seed: (solutions, judgements, smaller(words, 0.6, seed)),
        "30 % mislabelled, lexicon loses 60 %": lambda seed: (
            mislabelled(solutions, 0.3, seed),
            judgements,
            smaller(words, 0.6, seed),
        ),
    }
    for name, disturb in disturbed.items():
        pairs = [score(rows, judged, way, lexis) for rows, judged, lexis in map(disturb, _SEEDS)]
        yield name, statistics.fmean(ours for ours, _ in pairs), statistics.fmean(plain for _, plain in pairs)


def run() -> None:
    """Print a JSON line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgements", type=Path, required=True)
    parser.add_argument("--solutions", type=Path, required=True)
    options = parser.parse_args()
    solutions = reading.load_solutions(options.solutions)
    judgements = reading.load_judgements(options.judgements, solutions)
    for name, ours, plain in figures(solutions, judgements):
        sys.stdout.write(json.dumps({"case": name, "ndcg@10": round(ours, 3), _PLAIN: round(plain, 3)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run()
