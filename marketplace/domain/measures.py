"""Scored points that need no product (补分措施): which rules, plans and trainings reach the target, in fewest steps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.domain import gaps
from matching import standard
from matching.standard import Item

Key = tuple[str, str]  # item, option
Answers = Mapping[str, Collection[str]]
ZERO = Decimal(0)
PRODUCT_ITEMS: Mapping[str, str] = {row["item"]: row["way"] for row in gaps.POLICY["product_items"]}
MARGIN = Decimal(gaps.POLICY["margin_points"])


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to put in place; `points` is what it adds to the answers as they stand."""

    item: str
    option: str
    text: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class ProductItem:
    """What an item could still earn beyond the measures, and how."""

    item: str
    name: str
    points: Decimal
    way: str


@dataclass(frozen=True, slots=True)
class PointsPlan:
    """From the points of the assessment to those of the target.

    `chosen` are the fewest measures that close the distance that is left after the ones done; where they do not
    suffice they are all there are, and `short` is left for `products`. `spare` are the measures beyond the plan.
    """

    assessed: Decimal
    required: Decimal
    done: tuple[Measure, ...]
    chosen: tuple[Measure, ...]
    spare: tuple[Measure, ...]
    short: Decimal
    products: tuple[ProductItem, ...]

    @property
    def missing(self) -> Decimal:
        """What the assessment lacks, before any measure."""
        return max(self.required - self.assessed, ZERO)

    @property
    def now(self) -> Decimal:
        """Points with the measures that are done."""
        return self.assessed + _sum(self.done)

    @property
    def after(self) -> Decimal:
        """Points when the plan is carried out."""
        return self.now + _sum(self.chosen)

    @property
    def is_tight(self) -> bool:
        """The line is passed, but an on-site assessor who takes off a little would bring it below."""
        return ZERO <= self.after - self.required < MARGIN


def plan(points: Decimal, answers: Answers, ticked: Collection[Key], target: int) -> PointsPlan:
    """The plan for a target level; ticks of options that are no measures, or were answered already, count nothing."""
    required = gaps.threshold(target).points
    held = {item: effective(standard.ITEMS[item], answers.get(item, ())) for item in standard.ITEMS}
    done = []
    for item, option in sorted(ticked, key=_order):
        if is_measure(item, option) and (gain := _gain(standard.ITEMS[item], held[item], option)):
            done.append(Measure(item, option, standard.ITEMS[item].options[option].measure, gain))
            held[item] |= {option}
    todo = _open(held)
    chosen = fewest(todo, required - points - _sum(done))
    short = max(required - points - _sum(done) - _sum(chosen), ZERO)
    kept = {(one.item, one.option) for one in chosen}
    spare = tuple(one for one in todo if (one.item, one.option) not in kept and not _is_superseded(one, chosen))
    return PointsPlan(points, required, tuple(done), chosen, spare, short, _products(held, chosen))


def fewest(todo: Sequence[Measure], missing: Decimal) -> tuple[Measure, ...]:
    """The smallest number of measures that adds up to `missing`, among equals the one that earns most.

    Taking the greatest gains first is exact: no set of the same size earns more. Of an item that takes a single answer
    only the best measure can count. Where nothing suffices, all that count.
    """
    best: dict[Key | str, Measure] = {}
    for one in todo:
        slot: Key | str = one.item if standard.ITEMS[one.item].rule == "one" else (one.item, one.option)
        if slot not in best or one.points > best[slot].points:
            best[slot] = one
    chosen: list[Measure] = []
    for one in sorted(best.values(), key=lambda one: (-one.points, _order((one.item, one.option)))):
        if _sum(chosen) >= missing:
            break
        chosen.append(one)
    return tuple(sorted(chosen, key=lambda one: _order((one.item, one.option))))


def effective(item: Item, chosen: Collection[str]) -> frozenset[str]:
    """The ticked options that earn something: 无 gives way as soon as there is anything else."""
    return frozenset(key for key in chosen if key in item.options and not item.options[key].excludes_others)


def earned(item: Item, held: Collection[str]) -> Decimal:
    """Points of options of which some may have been added by measures: a single-answer item counts the best one."""
    points = [item.options[key].points for key in held]
    return max(points, default=ZERO) if item.rule == "one" else sum(points, ZERO)


def _gain(item: Item, held: frozenset[str], option: str) -> Decimal:
    return earned(item, held | {option}) - earned(item, held)


def _open(held: Mapping[str, frozenset[str]]) -> tuple[Measure, ...]:
    found = (
        Measure(item.id, option.id, option.measure, _gain(item, held[item.id], option.id))
        for item in standard.ITEMS.values()
        for option in item.options.values()
        if option.measure
    )
    return tuple(one for one in found if one.points > 0)


def _products(held: Mapping[str, frozenset[str]], chosen: Sequence[Measure]) -> tuple[ProductItem, ...]:
    """Beyond the plan: an item's full points less what is held and what its remaining measures can earn."""
    after = dict(held)
    for one in chosen:
        after[one.item] = after[one.item] | {one.option}
    rows = []
    for key, way in PRODUCT_ITEMS.items():
        item = standard.ITEMS[key]
        by_measures = after[key] | {option.id for option in item.options.values() if option.measure}
        left = item.points - earned(item, by_measures)
        if left > 0:
            rows.append(ProductItem(key, item.name, left, way))
    return tuple(rows)


def is_measure(item: str, option: str) -> bool:
    """Whether the option of the item can be had without a product."""
    found = standard.ITEMS.get(item)
    return found is not None and option in found.options and bool(found.options[option].measure)


def _is_superseded(one: Measure, chosen: Sequence[Measure]) -> bool:
    """Of a single-answer item, whatever the plan's own measure already outdoes."""
    return standard.ITEMS[one.item].rule == "one" and any(
        other.item == one.item and other.points >= one.points for other in chosen
    )


def _order(key: Key) -> tuple[int, str]:
    return list(standard.ITEMS).index(key[0]) if key[0] in standard.ITEMS else len(standard.ITEMS), key[1]


def _sum(measures: Sequence[Measure]) -> Decimal:
    return sum((one.points for one in measures), ZERO)
