"""When a lead (商机) is open, lapsed or done with, how many more may go out, what a provider may see of a budget."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from marketplace.domain.errors import Invalid
from marketplace.models.leads import DeclineReason, LeadStatus
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("leads")
WAVE: int = POLICY["wave"]
ENOUGH: int = POLICY["enough"]
NOTE_MAX: int = POLICY["note_max"]
MIN_SCORE = Decimal(POLICY["min_score"])
NO_BUDGET = "还没定"


class LeadFacts(Protocol):
    @property
    def status(self) -> LeadStatus: ...
    @property
    def expires_at(self) -> datetime: ...


def expiry(offered_at: datetime) -> datetime:
    return offered_at + timedelta(days=POLICY["days_to_answer"])


def is_lapsed(lead: LeadFacts, now: datetime) -> bool:
    """Nobody answered in time; no row changes for it."""
    return lead.status == LeadStatus.OFFERED and lead.expires_at <= now


def is_open(lead: LeadFacts, now: datetime) -> bool:
    """Somebody still has to answer: the provider, or after it the enterprise."""
    if lead.status == LeadStatus.OFFERED:
        return not is_lapsed(lead, now)
    return lead.status == LeadStatus.INTERESTED


def is_enough(leads: Iterable[LeadFacts]) -> bool:
    found = sum(lead.status in (LeadStatus.INTERESTED, LeadStatus.INTRODUCED) for lead in leads)
    return found >= ENOUGH


def room(leads: Iterable[LeadFacts], now: datetime) -> int:
    """How many more may be offered now."""
    known = tuple(leads)
    if is_enough(known):
        return 0
    return max(WAVE - sum(is_open(lead, now) for lead in known), 0)


def budget_band(budget: int | None) -> str:
    """The band instead of the figure: the figure is the enterprise's own until it has agreed to talk."""
    if budget is None:
        return NO_BUDGET
    return str(next(band["label"] for band in POLICY["budget_bands"] if budget < band.get("below", budget + 1)))


def check_decline(reason: str, note: str) -> tuple[DeclineReason, str | None]:
    """The reason and the words to it; raises Invalid."""
    if reason not in set(DeclineReason):
        raise Invalid({"reason": ["请选一个不接的原因"]})
    words = check_note(note)
    if reason == DeclineReason.OTHER and not words:
        raise Invalid({"note": ["选“其他”时请写明原因，例如“年内排期已满”"]})
    return DeclineReason(reason), words


def check_note(note: str) -> str | None:
    words = " ".join(note.split())
    if len(words) > NOTE_MAX:
        raise Invalid({"note": [f"说明不超过{NOTE_MAX}个字，请精简"]})
    return words or None
