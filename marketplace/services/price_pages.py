"""同类报价: the comparables behind a verdict, one step of broadening at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from marketplace.domain import price_offers, price_words, prices, wording
from marketplace.domain.errors import NotFound
from marketplace.domain.prices import Choice, Judgement, Offer, Plan, Price
from marketplace.services import price_market, solution_filters
from marketplace.services import prices as verdicts
from marketplace.services.price_market import Prices
from marketplace.services.prices import Verdict
from marketplace.services.solution_cards import Price as Shown
from marketplace.services.solution_cards import price_of
from matching import standard

KIND = "price_plan"
AMOUNT_MAX = Decimal(1_000_000_000)
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class Row:
    solution_id: int
    name: str
    provider_id: int
    provider_name: str
    plan: str
    price: Shown
    maintenance: str
    yuan: Decimal
    cost: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A step of broadening; `query` is its address."""

    label: str
    n: int
    is_current: bool
    is_enough: bool
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comparables:
    subject: str  # whose price is compared
    solution_id: int | None  # on the shelf
    kind: str
    measure: str
    choice: str
    verdict: Verdict
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    query: Mapping[str, str]


def of_plan(plan_id: int, *, step: str = "", is_whole: bool = False) -> Comparables:
    """NotFound for a plan that is not on the shelf."""
    now = price_market.current()
    if plan_id not in now.plans:
        raise NotFound(KIND, plan_id)
    offer, plan = now.plans[plan_id]
    return _page(now, offer, plan, step=step, is_whole=is_whole)


def asked(given: Mapping[str, str], *, step: str = "") -> Comparables:
    """Of a price that is not on the shelf yet, told in full; NotFound for what is no price."""
    offer, plan = _read(given)
    return _page(price_market.current(), offer, plan, step=step, is_whole=given.get("whole") == "1")


def _read(given: Mapping[str, str]) -> tuple[Offer, Plan]:
    row = {**given, "maintenance_rate": None, "name": given.get("plan", "")[:NAME_MAX]}
    content = {"family": given.get("family", "")[:NAME_MAX], "coverage": [given], "price_plans": [row]}
    offer = price_offers.of_content(content, listing=_key(given, "listing"), provider=_key(given, "provider"))
    if not offer.scenes or not offer.plans or offer.plans[0].amount > AMOUNT_MAX:
        raise NotFound(KIND, None)
    plan = replace(offer.plans[0], maintenance_rate=price_offers.number(given.get("rate")))
    width = min(_key(given, "width") or 1, len(standard.SCENES))
    return replace(offer, plans=(plan,), width=width), plan


def _key(given: Mapping[str, str], name: str) -> int | None:
    return next(iter(solution_filters.row_ids([given.get(name, "")])), None)


def _page(now: Prices, offer: Offer, plan: Plan, *, step: str, is_whole: bool) -> Comparables:
    choice = Choice.LOWEST if is_whole else Choice.MIDDLE
    judged = now.market.judge(offer, plan, choice=choice, only=step)
    if judged is None:
        raise NotFound(KIND, plan.key)
    query = verdicts.query_of(judged)
    return Comparables(
        subject=f"{offer.name}，{plan.name}" if plan.key is not None else plan.name or "本方案",
        solution_id=offer.listing if plan.key is not None else None,
        kind=price_words.kind(judged),
        measure=price_words.measure(plan.model),
        choice="最低的一档" if is_whole else "中间的一档",
        verdict=verdicts.view(judged, now),
        tabs=_tabs(judged, query),
        rows=tuple(_row(price) for price in judged.cohort),
        query=query | {"step": judged.step.id},
    )


def _tabs(judged: Judgement, query: Mapping[str, str]) -> tuple[Tab, ...]:
    return tuple(
        Tab(step.label, n, step == judged.step, n >= prices.ENOUGH, {**query, "step": step.id})
        for step, n in judged.found
    )


def _row(price: Price) -> Row:
    offer, plan = price.offer, price.plan
    rate = plan.maintenance_rate
    return Row(
        solution_id=offer.listing or 0,
        name=offer.name,
        provider_id=offer.provider or 0,
        provider_name=offer.provider_name,
        plan=plan.name,
        price=price_of(int(plan.amount), model=plan.model, plan=plan.name),
        maintenance=_maintenance(plan.model, rate),
        yuan=price.yuan,
        cost=price_words.money(price.yuan),
    )


def _maintenance(model: str, rate: Decimal | None) -> str:
    if model in prices.YEARLY:
        return "含在年费内"
    return wording.UNKNOWN if rate is None else f"每年{rate * 100:.0f}%"
