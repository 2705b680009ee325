"""承诺: what a provider declares, how long it serves, and what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.domain import wording
from marketplace.models.provider_applications import ProviderDeclaration
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("pool_admission")
RULE: dict[str, Any] = POLICY["declaration"]
TEXTS: Mapping[str, Mapping[str, str]] = {row["id"]: row for row in POLICY["declarations"]}
WATCHED: Mapping[str, str] = {"legal_representative": "法定代表人", "address": "地址", "contact_name": "联系人"}
LAST_DAY_OF_ALL_MONTHS = 28


class State(StrEnum):
    MISSING = "missing"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REWORDED = "reworded"  # the text has another version now


@dataclass(frozen=True, slots=True)
class Declared:
    """One topic as it stands today; `changes` are the watched facts that are others than on the day it was declared."""

    topic: str
    label: str
    text: str
    clause: str
    state: State
    id: int | None = None
    declared_on: str = ""
    valid_until: str = ""
    changes: tuple[str, ...] = ()

    @property
    def is_in_force(self) -> bool:
        return self.state == State.IN_FORCE


def last_day(declared_on: date, *, months: int = RULE["months"]) -> date:
    """The same day so many months later; a day that this month does not have becomes the 28th."""
    year, month = divmod(declared_on.month - 1 + months, 12)
    try:
        return declared_on.replace(year=declared_on.year + year, month=month + 1)
    except ValueError:
        return declared_on.replace(year=declared_on.year + year, month=month + 1, day=LAST_DAY_OF_ALL_MONTHS)


def basis(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts.get(name) or "" for name in RULE["watched"]}


def stand(topic: str, row: ProviderDeclaration | None, *, facts: Mapping[str, Any], today: date) -> Declared:
    words = TEXTS[topic]
    if row is None:
        return Declared(topic, words["label"], words["text"], words["clause"], State.MISSING)
    return Declared(
        topic,
        words["label"],
        words["text"],
        words["clause"],
        _state(row, words["version"], today),
        id=row.id,
        declared_on=wording.day(row.declared_at),
        valid_until=wording.day(row.valid_until),
        changes=tuple(changes(row.basis, basis(facts))),
    )


def _state(row: ProviderDeclaration, version: str, today: date) -> State:
    if row.text_version != version:
        return State.REWORDED
    return State.IN_FORCE if today <= row.valid_until else State.EXPIRED


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is other now, in words; what was not known then cannot have changed."""
    return [
        f"{WATCHED.get(name, name)}由“{before[name]}”改为“{after[name]}”"
        for name in RULE["watched"]
        if before.get(name) and after.get(name) and before[name] != after[name]
    ]
