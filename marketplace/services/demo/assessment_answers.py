"""Invented answers that add up: exactly so many points, exactly such a level, figures that lead to the options."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

from matching import standard
from matching.standard import Item

UNIT = Decimal("0.025")  # all points of the standard are multiples of it
SPREAD = 4.0  # how far single items stray from the share of the whole
NEVER = 1e-9
NEEDS_SYSTEMS, SYSTEM_LEVEL = "Q5", 2
COLLECTION, SPENDING = "Q4", "Q11"
Options = dict[str, list[str]]
Figures = dict[str, dict[str, str]]


def options_for(roll: Random, points: Decimal, levels: Mapping[str, int]) -> Options:
    """One answer to each item, together worth exactly `points`; automatic collection where scenes stand highest."""
    items = list(standard.ITEMS.values())
    has_system = max(levels.values()) >= SYSTEM_LEVEL
    choices = [_choices(item, levels, without_nothing=has_system and item.id == NEEDS_SYSTEMS) for item in items]
    reachable = [1]  # bit n: the items from here on can be worth n units
    for values in reversed(choices):
        bits = 0
        for value in values:
            bits |= reachable[0] << value
        reachable.insert(0, bits)
    left, share, given = int(points / UNIT), float(points / standard.FULL_POINTS), {}
    for place, (item, values) in enumerate(zip(items, choices, strict=True)):
        fitting = [value for value in values if value <= left and reachable[place + 1] >> (left - value) & 1]
        if not fitting:
            raise ValueError(f"no answers are worth {points}")
        full = int(item.points / UNIT)
        wanted = 0.0 if item.id == SPENDING else share  # hardly a factory puts a tenth of its turnover into software
        weights = [NEVER + math.exp(-((SPREAD * (value / full - wanted)) ** 2)) for value in fitting]
        value = roll.choices(fitting, weights=weights)[0]
        left, given[item.id] = left - value, values[value]
    return given


def _choices(item: Item, levels: Mapping[str, int], *, without_nothing: bool) -> dict[int, list[str]]:
    """Units -> options that are worth as much."""
    if item.rule == "one":
        single = {int(option.points / UNIT): [option.id] for option in item.options.values()}
        return {units: ids for units, ids in single.items() if units or not without_nothing}
    ticked = [option for option in item.options.values() if not option.excludes_others]
    if item.id == COLLECTION:
        ticked.sort(key=lambda option: -levels.get(option.scene, 0))
    found: dict[int, list[str]] = {0: [option.id for option in item.options.values() if option.excludes_others]}
    for count in range(1, len(ticked) + 1):
        chosen = ticked[:count]
        units = int(sum((option.points for option in chosen), Decimal(0)) / UNIT)
        found.setdefault(units, sorted(option.id for option in chosen))
    return found


def levels_for(roll: Random, level: int, points: Decimal, given: Mapping[str, int]) -> dict[str, int]:
    """A level for each scene; with these points the whole comes out at `level`. The `given` ones stay if they can."""
    draws = {0: (0, 0, 0, 1), 1: (0, 1, 1, 1, 2), 2: (1, 1, 2, 2, 2, 3), 3: (2, 2, 3, 3, 3, 4), 4: (3, 4, 4, 4)}[level]
    levels = {scene: given.get(scene, roll.choice(draws)) for scene in standard.SCENES}
    order = sorted(standard.SCENES.values(), key=lambda one: (one.id in given, not one.is_mandatory, roll.random()))
    for scene in order:
        if standard.overall_level(points, levels).level >= level:
            break
        levels[scene.id] = max(levels[scene.id], level)
    for scene in reversed(order):
        if standard.overall_level(points, levels).level <= level:
            break
        levels[scene.id] = min(levels[scene.id], level)
    return levels


def figures_for(roll: Random, options: Options, *, employees: int, revenue: int) -> Figures:
    """Numbers of a factory of this size that lead to the chosen options; revenue in yuan, as the file has it."""
    machines = 20 + employees // 2
    last = Decimal(revenue) / 10_000
    before = {"A": last * Decimal("1.04"), "B": last, "C": last * Decimal("0.93")}[options["Q14"][0]]
    sales = {"revenue_last": last, "revenue_before": before}
    rates = {"A": ("97.1", "97.8"), "B": ("98", "98"), "C": ("98.4", "97.2")}[options["Q13"][0]]
    people = {"staff_last": Decimal(employees), "staff_before": Decimal(employees)}
    energy = _ratio(sales, "energy", "0.03", options["Q12"])
    cost = _ratio(sales, "cost", "0.81", options["Q15"])
    found = {
        "Q2": _share(roll, "Q2", options, whole=machines),
        "Q3": _share(roll, "Q3", options, whole=machines),
        "Q11": _share(roll, "Q11", options, whole=int(last)),
        "Q12": energy | sales,
        "Q13": {"pass_rate_last": Decimal(rates[0]), "pass_rate_before": Decimal(rates[1])},
        "Q14": sales | people,
        "Q15": cost | sales,
    }
    return {item: {key: _text(value) for key, value in numbers.items()} for item, numbers in found.items()}


def _share(roll: Random, key: str, options: Options, *, whole: int) -> dict[str, Decimal]:
    """A part of the whole inside the band of the option, away from its bounds where there is room."""
    rule = standard.ITEMS[key].derivation
    assert rule is not None
    bounds = [Decimal(0), *(bound for _, bound in rule.bands)]
    place = [option for option, _ in rule.bands].index(options[key][0])
    lowest = int(bounds[place] * whole / 100) + 1 if place else whole // 100
    highest = int(bounds[place + 1] * whole / 100)
    return {rule.whole: Decimal(whole), rule.part: Decimal(roll.randint(lowest, max(lowest, highest)))}


def _ratio(sales: Mapping[str, Decimal], part: str, ratio: str, chosen: Sequence[str]) -> dict[str, Decimal]:
    """Less a yuan of revenue than before (C), as much (B), or more (A)."""
    moved = {"A": Decimal("1.02"), "B": Decimal(1), "C": Decimal("0.97")}[chosen[0]]
    last, before = sales["revenue_last"] * Decimal(ratio) * moved, sales["revenue_before"] * Decimal(ratio)
    return {f"{part}_last": last, f"{part}_before": before}


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"
