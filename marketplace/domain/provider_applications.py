"""What an application to the pool (入池申请) must hold, section by section, and what the bureau checks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marketplace.domain import wording
from marketplace.models.provider_applications import ApplicationStatus, ProviderApplication
from marketplace.models.providers import Standing
from marketplace.policy import reader

POLICY: dict[str, Any] = reader.load("pool_admission")
SECTIONS = {"basics": "申请类别", "facts": "单位情况", "evidence": "证明材料", "declarations": "承诺"}
HINTS = {
    "basics": "一份申请只报一个类别，以后换类别另行申请",
    "facts": "法定代表人、联系人、人员和服务能力",
    "evidence": "从材料库里选，不用重复上传",
    "declarations": "仍在有效期内的承诺可以沿用",
}
EVIDENCE: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in POLICY["evidence"]}
EDITABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.RETURNED})
MAY_APPLY = frozenset({Standing.CANDIDATE, Standing.LISTED, Standing.RECOMMENDED, Standing.WATCH})
TEXTS = {
    "legal_representative": ("法定代表人", 40),
    "contact_name": ("联系人", 40),
    "contact_phone": ("联系电话", 20),
    "contact_mail": ("联系邮箱", 120),
    "address": ("办公地址", POLICY["text_max"]),
}
NUMBERS = {"founded_year": "成立年份", "staff": "在职人数", "engineers": "实施和研发人数"}
LABELS = {name: label for name, (label, _) in TEXTS.items()} | NUMBERS | {"place": "驻地", "pitch": "服务能力"}
PHONE = re.compile(r"[0-9+][0-9\- ]{6,18}")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Basics:
    kind: str
    industries: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is checked before admission."""

    id: str
    label: str
    section: str
    clause: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps an application from being submitted: section -> messages."""

    messages: Mapping[str, list[str]] = field(default_factory=dict)

    def of(self, section: str) -> list[str]:
        return self.messages.get(section, [])

    @property
    def count(self) -> int:
        return sum(len(lines) for lines in self.messages.values())


def problems_of_basics(basics: Basics) -> dict[str, list[str]]:
    """A draft may be unfinished, but what it says must exist."""
    found: dict[str, list[str]] = {}
    if basics.kind and basics.kind not in wording.PROVIDER_KINDS:
        found["kind"] = ["请从列表里选择申请类别"]
    if set(basics.industries) - set(wording.INDUSTRIES):
        found["industries"] = ["请从列表里选择服务行业"]
    if set(basics.scenes) - set(wording.SCENES):
        found["scenes"] = ["请从列表里选择擅长的场景"]
    return found


def clean_facts(typed: Mapping[str, str]) -> dict[str, Any]:
    """Texts without blanks around them, numbers as numbers where they can be read; empty ones are left out."""
    found: dict[str, Any] = {}
    for name in LABELS:
        text = (typed.get(name) or "").strip()
        if text and name in NUMBERS and text.isascii() and text.isdecimal():
            found[name] = int(text)
        elif text:
            found[name] = text
    return found


def problems_of_facts(facts: Mapping[str, Any], *, today: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, (label, limit) in TEXTS.items():
        if len(str(facts.get(name, ""))) > limit:
            found[name] = [f"{label}不超过{limit}个字，请精简"]
    for name, label in NUMBERS.items():
        first, last = (POLICY["founded_from"], today.year) if name == "founded_year" else (1, POLICY["people_max"])
        value = facts.get(name)
        if value is not None and not (isinstance(value, int) and first <= value <= last):
            found[name] = [f"{label}请填{first}到{last}之间的整数"]
    found |= _problems_of_contact(facts)
    if len(str(facts.get("pitch", ""))) > POLICY["pitch_max"]:
        found["pitch"] = [f"服务能力不超过{POLICY['pitch_max']}个字，请精简"]
    if facts.get("place") and facts["place"] not in wording.PLACES:
        found["place"] = ["请从列表里选择驻地"]
    return found


def _problems_of_contact(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if facts.get("contact_phone") and not PHONE.fullmatch(str(facts["contact_phone"])):
        found["contact_phone"] = ["联系电话请写手机号或带区号的固话，例如0816-2345678"]
    if facts.get("contact_mail") and not MAIL.fullmatch(str(facts["contact_mail"])):
        found["contact_mail"] = ["联系邮箱请写完整，例如lianxi@example.com"]
    staff, engineers = facts.get("staff"), facts.get("engineers")
    if isinstance(staff, int) and isinstance(engineers, int) and engineers > staff:
        found["engineers"] = ["实施和研发人数不能多于在职人数，请核对"]
    return found


def missing(
    basics: Basics, facts: Mapping[str, Any], evidence: Mapping[str, object], *, undeclared: tuple[str, ...]
) -> Missing:
    """Everything that is asked for and not there yet; `undeclared` are the labels of declarations not in force."""
    found = {
        "basics": _missing_basics(basics),
        "facts": [f"还没有填{label}" for name, label in LABELS.items() if facts.get(name) in (None, "")],
        "evidence": [f"还没有选{row['label']}" for key, row in asked(basics.kind).items() if not evidence.get(key)],
        "declarations": [f"还没有承诺：{label}" for label in undeclared],
    }
    if 0 < len(str(facts.get("pitch", ""))) < POLICY["pitch_min"]:
        found["facts"].append(f"服务能力至少写{POLICY['pitch_min']}个字")
    return Missing({section: lines for section, lines in found.items() if lines})


def _missing_basics(basics: Basics) -> list[str]:
    lines = [] if basics.kind else ["还没有选申请类别"]
    if basics.kind in ("lead", "chain_leader") and not basics.industries:
        lines.append(f"申请{wording.PROVIDER_KINDS[basics.kind]}须至少选一个行业")
    return lines if basics.scenes else [*lines, "还没有选擅长的场景"]


def asked(kind: str) -> dict[str, Mapping[str, Any]]:
    """The files that an application of this kind must have."""
    return {
        key: row
        for key, row in EVIDENCE.items()
        if row["is_required"] and (not row["kinds"] or not kind or kind in row["kinds"])
    }


def conditions(kind: str) -> tuple[Condition, ...]:
    return tuple(
        Condition(row["id"], row["label"], row["section"], row["clause"])
        for row in POLICY["conditions"]
        if not row["kinds"] or kind in row["kinds"]
    )


def unmet(kind: str, ticked: frozenset[str]) -> tuple[Condition, ...]:
    return tuple(one for one in conditions(kind) if one.id not in ticked)


def basics_of(application: ProviderApplication) -> Basics:
    return Basics(str(application.kind or ""), tuple(application.industries), tuple(application.scenes))
