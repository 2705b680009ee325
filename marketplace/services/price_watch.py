"""价格监测: list prices by scene and price model, those to look at, and what changed since the last quarter."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from marketplace.domain import permissions, price_figures, price_words, prices, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden
from marketplace.domain.permissions import Permission
from marketplace.domain.prices import POLICY, Offer, Plan, Price
from marketplace.services import clock, price_changes, price_market
from marketplace.services.price_changes import PriceChange

MODELS = tuple(wording.PRICE_MODELS)
SUITES = "suites"  # listings too wide to be set beside tools for one scene


@dataclass(frozen=True, slots=True)
class Odd:
    """A price far from the middle: one to look at, no more."""

    solution_id: int
    plan_id: int
    name: str
    cost: str
    distance: str


@dataclass(frozen=True, slots=True)
class Line:
    """A scene (or the suites) and a price model: one price a listing, its middle plan, without maintenance."""

    scene: str
    model: str
    n: int
    median: Decimal
    p25: Decimal
    p75: Decimal
    mad: Decimal
    odd: tuple[Odd, ...]

    @property
    def label(self) -> str:
        return wording.SCENES.get(self.scene) or f"覆盖{POLICY['wide_from']}个以上场景的"

    @property
    def is_enough(self) -> bool:
        return self.n >= prices.ENOUGH


@dataclass(frozen=True, slots=True)
class Watch:
    scene: str
    model: str
    made_at: datetime
    since: date
    listings: int
    lines: tuple[Line, ...]
    changes: tuple[PriceChange, ...]

    @property
    def odd(self) -> int:
        """Products; one that covers two scenes counts once."""
        return len({one.solution_id for line in self.lines for one in line.odd})


def get(actor: Actor, *, scene: str = "", model: str = "") -> Watch:
    """An unknown scene or model is no choice."""
    if not permissions.permits(actor, Permission.WATCH_PRICES):
        raise Forbidden(Permission.WATCH_PRICES)
    scene, model = (scene if scene in wording.SCENES else ""), (model if model in MODELS else "")
    offers = [offer for offer in price_market.current().market.offers.values() if offer.plans]
    since = quarter_start(clock.today())
    shown = {offer.listing: offer for offer in offers if _fits(offer, scene, model)}
    changed = price_changes.since(datetime.combine(since, time.min, clock.CITY_ZONE))
    return Watch(
        scene=scene,
        model=model,
        made_at=clock.now(),
        since=since,
        listings=len(shown),
        lines=tuple(_lines(offers, scene=scene, model=model)),
        changes=tuple(one for one in changed if one.solution_id in shown and model in ("", one.model)),
    )


def quarter_start(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _fits(offer: Offer, scene: str, model: str) -> bool:
    in_scene = not scene or any(one == scene for one, _ in offer.scenes)
    return in_scene and (not model or any(plan.model == model for plan in offer.plans))


def _lines(offers: Iterable[Offer], *, scene: str, model: str) -> Iterable[Line]:
    filed: dict[tuple[str, str], list[Price]] = defaultdict(list)
    for offer in offers:
        for kind, price in _middles(offer).items():
            for covered in _places(offer):
                filed[covered, kind].append(price)
    for one_scene in (*wording.SCENES, SUITES):
        for one_model in MODELS:
            found = filed.get((one_scene, one_model), [])
            if found and scene in ("", one_scene) and model in ("", one_model):
                yield _line(one_scene, one_model, found)


def _places(offer: Offer) -> Iterable[str]:
    return (SUITES,) if prices.breadth(offer) == prices.WIDE else (scene for scene, _ in offer.scenes)


def _middles(offer: Offer) -> Mapping[str, Price]:
    """By model, the middle of the offer's plans."""
    plans: dict[str, list[Plan]] = defaultdict(list)
    for plan in offer.plans:
        plans[plan.model].append(plan)
    found = {}
    for model, rows in plans.items():
        ordered = sorted(rows, key=lambda plan: (plan.amount, plan.key or 0))
        middle = ordered[(len(ordered) - 1) // 2]
        found[model] = Price(offer, middle, prices.cost(middle, with_maintenance=False) or Decimal(0))
    return found


def _line(scene: str, model: str, found: Sequence[Price]) -> Line:
    values = [price.yuan for price in found]
    return Line(
        scene=scene,
        model=model,
        n=len(found),
        median=price_figures.median(values),
        p25=price_figures.quantile(values, 25),
        p75=price_figures.quantile(values, 75),
        mad=price_figures.mad(values),
        odd=tuple(_odd(found)) if len(found) >= prices.ENOUGH else (),
    )


def _odd(found: Sequence[Price]) -> Iterable[Odd]:
    """Farther from the median than the policy's number of standardised MADs; none beside a spread of nothing."""
    values = [price.yuan for price in found]
    centre, spread = price_figures.median(values), price_figures.mad(values) * Decimal(POLICY["mad_standard"])
    for price in sorted(found, key=lambda price: (-abs(price.yuan - centre), price.offer.listing or 0)):
        if spread and abs(price.yuan - centre) / spread > Decimal(POLICY["outlier_mads"]):
            yield Odd(
                price.offer.listing or 0,
                price.plan.key or 0,
                f"{price.offer.name}，{price.plan.name}",
                price_words.money(price.yuan),
                "高于中位价" if price.yuan > centre else "低于中位价",
            )
