"""A given set of solutions against the terms, in whole numbers: what it comes to and what it does not hold.

The solver's answers are checked here before they are handed out, and the page's basket is checked here alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from matching import standard
from matching.bundles import eligibility, words
from matching.bundles.eligibility import Barrier
from matching.bundles.requirements import LINE_PREFIX, Terms
from matching.bundles.results import Bundle, Evaluation, Violation
from matching.documents import Demand, Solution


def levels_after(terms: Terms, chosen: Iterable[Solution]) -> dict[str, int]:
    """The level of all scenes: the present one, or the highest that a chosen solution can bring it to."""
    levels = dict(terms.present)
    for one in chosen:
        for scene, level in one.coverage.items():
            levels[scene] = max(levels[scene], level)
    return levels


def money(terms: Terms, chosen: Iterable[Solution]) -> tuple[int, int, int]:
    """Price, subsidy and own cost; what has no price counts for nothing here and is a violation elsewhere."""
    rows = list(chosen)
    price = sum(eligibility.price(one) for one in rows)
    eligible = sum((eligibility.eligible(one) for one in rows), Fraction(0))
    subsidy = terms.subsidy.amount(eligible) if terms.subsidy else 0
    return price, subsidy, price - subsidy


def describe(terms: Terms, demand: Demand, chosen: Sequence[Solution], shortfalls: Mapping[str, int]) -> Bundle:
    """What a set comes to."""
    price, subsidy, own_cost = money(terms, chosen)
    levels = levels_after(terms, chosen)
    providers = sorted({one.provider_id for one in chosen})
    return Bundle(
        solutions=tuple(sorted(one.id for one in chosen)),
        providers=tuple(providers),
        price=price,
        subsidy=subsidy,
        own_cost=own_cost,
        scenes=levels,
        level_reached=_level(terms, levels),
        covers=tuple(line.id for line in demand.lines if levels[line.scene] >= line.target_level),
        lowest_rating=eligibility.rating(max(shortfalls[name] for name in providers)) if providers else None,
    )


def evaluate(terms: Terms, demand: Demand, chosen: Sequence[Solution], shortfalls: Mapping[str, int]) -> Evaluation:
    """What a set comes to and every condition that it does not hold; a solution named twice counts once."""
    rows = list({one.id: one for one in chosen}.values())
    bundle = describe(terms, demand, rows, shortfalls)
    return Evaluation(bundle, tuple(violations(terms, rows, bundle.own_cost, bundle.scenes)))


def holds(terms: Terms, chosen: Sequence[Solution]) -> bool:
    """Whether a set holds every condition."""
    own_cost = money(terms, chosen)[2]
    return next(violations(terms, chosen, own_cost, levels_after(terms, chosen)), None) is None


def missing(terms: Terms, chosen: Iterable[Solution]) -> set[tuple[str, int]]:
    """Scenes with the level that would still help: of essential lines, and any that the level rule could count."""
    levels, target = levels_after(terms, chosen), terms.target_level
    scenes, mandatory = standard.count_scenes(levels, target)
    below = {scene for scene, level in levels.items() if level < target}
    if mandatory < terms.mandatory_scenes:
        below = {scene for scene in below if standard.SCENES[scene].is_mandatory}
    elif scenes >= terms.scenes:
        below = set()
    open_lines = {(one.scene, one.level) for one in terms.essentials if levels[one.scene] < one.level}
    return open_lines | {(scene, target) for scene in below}


def violations(
    terms: Terms, chosen: Sequence[Solution], own_cost: int, levels: Mapping[str, int]
) -> Iterator[Violation]:
    """Conditions that do not hold: the level rule, the essential lines, each solution's own, then the whole's."""
    yield from _level_rule(terms, levels)
    for essential in terms.essentials:
        if levels[essential.scene] < essential.level:
            text = words.essential_open(essential, levels[essential.scene])
            yield Violation(LINE_PREFIX + essential.line, (), (essential.scene,), text)
    for one in chosen:
        for barrier in eligibility.barriers(terms, one):
            yield Violation(_CONDITIONS[barrier], (one.id,), (), words.barrier(barrier, one, terms))
    yield from _relations(terms, chosen)
    providers = {one.provider_id for one in chosen}
    if terms.max_providers is not None and len(providers) > terms.max_providers:
        yield Violation("providers", (), (), words.too_many_providers(len(providers), terms.max_providers))
    if terms.budget is not None and own_cost > terms.budget:
        yield Violation("budget", (), (), words.over_budget(own_cost, terms.budget))


_CONDITIONS: Mapping[Barrier, str] = {
    Barrier.BARRED: "standing",
    Barrier.PRICE_UNKNOWN: "price",
    Barrier.DAYS_UNKNOWN: "deadline",
    Barrier.TOO_SLOW: "deadline",
    Barrier.DEPLOYMENT_UNKNOWN: "deployment",
    Barrier.OTHER_DEPLOYMENT: "deployment",
}


def _level(terms: Terms, levels: Mapping[str, int]) -> int:
    if terms.score is None:
        return standard.overall_level(Decimal(0), levels).by_scenes
    return standard.overall_level(terms.score, levels).level


def _level_rule(terms: Terms, levels: Mapping[str, int]) -> Iterator[Violation]:
    if terms.missing_points:
        yield Violation("points", (), (), words.missing_points(terms))
    scenes, mandatory = standard.count_scenes(levels, terms.target_level)
    below = tuple(scene for scene, level in levels.items() if level < terms.target_level)
    if scenes < terms.scenes:
        yield Violation("scenes", (), below, words.missing_scenes(terms, scenes))
    if mandatory < terms.mandatory_scenes:
        below = tuple(scene for scene in below if standard.SCENES[scene].is_mandatory)
        yield Violation("mandatory", (), below, words.missing_mandatory(terms, mandatory))


def _relations(terms: Terms, chosen: Sequence[Solution]) -> Iterator[Violation]:
    names = {one.id: one.name for one in chosen}
    for one in chosen if terms.needs else ():
        for other in one.needs:
            if other not in names:
                yield Violation("needs", (one.id, other), (), words.need_open(one, other))
    seen: set[frozenset[str]] = set()
    for one in chosen if terms.conflicts else ():
        for other in one.conflicts:
            pair = frozenset((one.id, other))
            if other in names and pair not in seen and len(pair) > 1:
                seen.add(pair)
                yield Violation("conflicts", (one.id, other), (), words.clash(one.name, names[other]))
