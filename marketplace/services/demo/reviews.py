"""Reviews by accepted enterprises, each text once, on a solution of the scene that it speaks of."""

from collections import defaultdict
from random import Random
from typing import Any

from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.reviews import Review
from marketplace.models.solutions import Solution
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

RATINGS = {"good": (4, 5, 5), "mixed": (3, 3, 4), "bad": (1, 2, 2)}
POPULAR_CHANCE = 0.8
POPULAR_SHARE = 0.35  # of the solutions of a scene get most of its reviews, so that some have enough of them


def add(registry: Registry, solutions: dict[str, Solution], enterprises: list[Enterprise]) -> int:
    """Each text goes to a solution that covers its scene and has contracts left to review."""
    roll = content.dice("评价")
    by_scene: dict[str, list[Solution]] = defaultdict(list)
    for solution in solutions.values():
        for row in solution.coverage:
            by_scene[row.scene].append(solution)
    reviewers = [one for one in enterprises if one.progress == Progress.COMPLETED]
    taken: dict[int, set[int]] = defaultdict(set)
    texts = content.read("reviews")["reviews"]
    for text in roll.sample(texts, len(texts)):
        solution = _pick(roll, by_scene[text["scene"]])
        free = [one for one in _fitting(solution, reviewers) if one.id not in taken[solution.id]]
        reviewer = roll.choice(free)
        taken[solution.id].add(reviewer.id)
        _attach(registry, roll, text=text, solution=solution, reviewer=reviewer)
    return sum(map(len, taken.values()))


def _pick(roll: Random, candidates: list[Solution]) -> Solution:
    used = [one for one in candidates if one.contracts > one.rating_count] or candidates
    popular = sorted(used, key=lambda one: (-one.contracts, one.id))[: max(1, int(len(used) * POPULAR_SHARE))]
    return roll.choice(popular if roll.random() < POPULAR_CHANCE else used)


def _fitting(solution: Solution, reviewers: list[Enterprise]) -> list[Enterprise]:
    home = [one for one in reviewers if not solution.industries or one.industry in solution.industries]
    return home or reviewers


def _attach(
    registry: Registry, roll: Random, *, text: dict[str, Any], solution: Solution, reviewer: Enterprise
) -> None:
    rating = roll.choice(RATINGS[text["tone"]])
    registry.session.add(
        Review(
            solution=solution,
            enterprise=reviewer,
            rating=rating,
            text=text["text"],
            reply=text.get("reply"),
            written_on=content.days_ago(roll.randrange(3, 200)),
        )
    )
    for rated in (solution, solution.provider):
        rated.rating_sum += rating
        rated.rating_count += 1
    solution.contracts = max(solution.contracts, solution.rating_count)
