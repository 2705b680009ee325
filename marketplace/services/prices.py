"""价格合理性: where a price stands among its kind, for reviewer, provider and enterprise alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from marketplace.domain import price_offers, price_words
from marketplace.domain.prices import Choice, Judgement, Offer
from marketplace.models.prices import ContractPrice
from marketplace.models.solutions import PriceModel, Solution
from marketplace.services import clock, outbox, price_market
from marketplace.services.price_market import Prices

WHOLE_LABEL = "整套报价"
TONES = {"low": "note", "usual": "ok", "high": "warn", "very_high": "warn"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a price line, or of the listing by its entry plan; band and place are empty where there are too few."""

    label: str
    is_whole: bool
    price: str
    band: str
    band_label: str
    tone: str
    place: int | None
    sentence: str
    basis: str
    contracts: str
    own_contracts: str
    advice: str  # to the provider and the reviewer
    buyer_advice: str
    asks_for_proof: bool
    query: Mapping[str, str]  # the address of the comparables
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Contract:
    """What a project records of a signed contract line: `amount` is one unit's price (models/prices.py)."""

    model: PriceModel
    amount: int
    quantity: int
    scene: str
    level: int
    signed_on: date
    project: str | None = None


def verdicts(
    listing: Solution | Mapping[str, Any], *, solution_id: int | None = None, provider_id: int | None = None
) -> tuple[Verdict, ...]:
    """The whole listing first, then line by line; of a loaded solution, or of the answers of a draft or version."""
    if isinstance(listing, Solution):
        return _of_offer(price_offers.of_solution(listing), price_market.current())
    offer = price_offers.of_content(listing, listing=solution_id, provider=provider_id)
    return _of_offer(offer, price_market.current())


def of_listed(solution_id: int) -> tuple[Verdict, ...]:
    """Of what stands on the shelf; nothing for what does not."""
    now = price_market.current()
    offer = now.market.offers.get(solution_id)
    return () if offer is None else _of_offer(offer, now)


def _of_offer(offer: Offer, now: Prices) -> tuple[Verdict, ...]:
    entry = min(offer.plans, key=lambda plan: plan.amount, default=None)
    asked = [(plan, Choice.MIDDLE) for plan in offer.plans]
    if entry is not None:
        asked.insert(0, (entry, Choice.LOWEST))
    found = ((plan, choice, now.market.judge(offer, plan, choice=choice)) for plan, choice in asked)
    return tuple(view(judged, now) for _, _, judged in found if judged is not None)


def view(judged: Judgement, now: Prices) -> Verdict:
    band = judged.band.value if judged.band else ""
    is_whole = judged.choice == Choice.LOWEST
    return Verdict(
        label=WHOLE_LABEL if is_whole else judged.plan.name or "未命名方案",
        is_whole=is_whole,
        price=f"{price_words.measure(judged.plan.model)}{price_words.money(judged.yuan)}",
        band=band,
        band_label=price_words.LABELS.get(band, "可比的太少"),
        tone=TONES.get(band, "quiet"),
        place=judged.figures.percent_below if judged.figures else None,
        sentence=price_words.sentence(judged),
        basis=price_words.basis(judged),
        contracts=price_words.contracts(judged, now.deals.beside(judged)),
        own_contracts=price_words.own_contracts(judged, now.deals.own(judged)),
        advice=price_words.ADVICE.get(band, ""),
        buyer_advice=price_words.BUYER_ADVICE.get(band, ""),
        asks_for_proof=judged.asks_for_proof,
        query=query_of(judged),
        judgement=judged,
    )


def query_of(judged: Judgement) -> dict[str, str]:
    """What the page of comparables is asked with; a price on the shelf is named by its plan."""
    if judged.plan.key is not None:
        return {"plan_id": str(judged.plan.key)} | ({"whole": "1"} if judged.choice == Choice.LOWEST else {})
    scene, level = judged.offer.scenes[0]
    facts = {
        "scene": scene,
        "level": str(level),
        "width": str(max(judged.offer.width, len(judged.offer.scenes))),
        "family": judged.offer.family,
        "model": judged.plan.model,
        "amount": str(judged.plan.amount),
        "rate": "" if judged.plan.maintenance_rate is None else str(judged.plan.maintenance_rate),
        "listing": "" if judged.offer.listing is None else str(judged.offer.listing),
        "provider": "" if judged.offer.provider is None else str(judged.offer.provider),
        "plan": judged.plan.name,
        "whole": "1" if judged.choice == Choice.LOWEST else "",
    }
    return {name: value for name, value in facts.items() if value}


def record_contract(session: Session, *, solution_id: int, contract: Contract) -> ContractPrice:
    """Within the transaction that signs the contract; the outbox row lets the kept prices go."""
    row = ContractPrice(
        solution_id=solution_id,
        model=contract.model,
        amount=contract.amount,
        quantity=contract.quantity,
        scene=contract.scene,
        level=contract.level,
        signed_on=contract.signed_on,
        project=contract.project,
        recorded_at=clock.now(),
    )
    session.add(row)
    outbox.put(session, topic=outbox.SOLUTION, subject_id=solution_id)
    return row
