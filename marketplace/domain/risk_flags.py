"""建议开卷核查的理由: what is looked for in a submission, and how it is said without accusing anybody. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marketplace.domain import conflicts, login_names, wording
from marketplace.models.risk_flags import RiskKind
from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("risk_flags")
SUBSIDY: Mapping[str, Any] = reader.load("subsidy")["estimate"]
BANDS: Sequence[Mapping[str, Any]] = reader.load("shelf")["price_bands"]
TOP = 100
SHOWN_ADDRESS = 6  # characters of an address that are shown
CONTACT_WORDS = {
    "phone": "联系电话",
    "mail_domain": "邮箱域名",
    "legal_representative": "法定代表人",
    "address": "地址",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason; `score` from 0 to 100 says how much there is to see, never how bad it is."""

    kind: RiskKind
    topic: str
    score: int
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How an organisation is reached, as it was typed; `reached_by` holds phones, addresses of mail and logins."""

    reached_by: frozenset[str] = frozenset()
    legal_representative: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    what: str
    value: str  # masked where it points to a person


@dataclass(frozen=True, slots=True)
class Cap:
    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A flag in words: what was seen, and what to look at."""

    label: str
    seen: str
    look: str
    details: tuple[str, ...] = field(default=())


def risk(kinds: Iterable[RiskKind]) -> int:
    """Points of a submission: each kind once, up to the most."""
    points: int = sum(POLICY["kinds"][kind]["points"] for kind in set(kinds))
    return min(points, int(POLICY["risk_max"]))


def mask_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-2:]}" if len(phone) > 6 else "****"


def mask_name(name: str) -> str:
    return f"{name[:1]}{'*' * max(1, len(name) - 1)}"


def mask_address(address: str) -> str:
    return f"{address[:SHOWN_ADDRESS]}…"


def shared(one: Contacts, other: Contacts) -> tuple[Shared, ...]:
    """What two organisations have in common, in the order of the words; unknown on either side is nothing."""
    found = [Shared("phone", mask_phone(phone)) for phone in _common(conflicts.phone_of, one, other)]
    found += [Shared("mail_domain", domain) for domain in _common(conflicts.domain_of, one, other)]
    if _same(one.legal_representative, other.legal_representative):
        found.append(Shared("legal_representative", mask_name(one.legal_representative.strip())))
    if _same(_plain(one.address), _plain(other.address)):
        found.append(Shared("address", mask_address(one.address.strip())))
    return tuple(found)


def _common(part: Any, one: Contacts, other: Contacts) -> list[str]:
    mine, theirs = ({part(contact) for contact in side.reached_by if contact} for side in (one, other))
    return sorted((mine & theirs) - {""})


def _same(one: str, other: str) -> bool:
    return bool(one.strip()) and one.strip() == other.strip()


def _plain(address: str) -> str:
    """Blanks and punctuation do not make another address."""
    return "".join(one for one in login_names.normalise(address) if one.isalnum())


def caps_at(amount: int) -> tuple[Cap, ...]:
    """The caps of policy that a price lies exactly at: a subsidy's cap, what just earns it, the edge of a band."""
    found: list[Cap] = []
    for row in SUBSIDY["levels"]:
        level = wording.LEVELS[str(row["level"])]
        if amount == row["cap"]:
            found.append(Cap(f"恰为{level}奖补上限", row["cap"]))
        if amount * Decimal(row["rate"]) == row["cap"]:
            found.append(Cap(f"按{level}比例恰好拿满奖补上限", row["cap"]))
    margin = POLICY["price_at_cap"]["just_below"]
    found += [
        Cap(f"刚好在“{row['label']}”一档的上限以下", row["below"])
        for row in BANDS
        if "below" in row and 0 < row["below"] - amount <= margin
    ]
    return tuple(found)


def is_telling(*, letters: int, longest: int, containment: float) -> bool:
    """Whether texts have enough in common to be looked at side by side."""
    rule = POLICY["similar_text"]
    is_much = letters >= rule["letters_from"] and containment >= float(rule["contained_from"])
    return is_much or longest >= rule["longest_from"]


def reason(kind: RiskKind, evidence: Mapping[str, Any]) -> Reason:
    seen, details = WORDS[kind](evidence)
    row = POLICY["kinds"][kind]
    return Reason(row["label"], seen, row["look"], details)


def _similar_text(evidence: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return (
        f"与另一家服务商的产品“{evidence['name']}”有{evidence['letters']}字相同，占本申请文字的{evidence['percent']}%，"
        f"最长一段{evidence['longest']}字。",
        (),
    )


def _same_evidence(evidence: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    names = "、".join(one["name"] for one in evidence["organisations"])
    return f"引用的材料“{evidence['title']}”与{names}存的文件逐字节相同。", (f"文件指纹：{evidence['sha256']}",)


def _shared_contact(evidence: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    what = "、".join(dict.fromkeys(CONTACT_WORDS[one["what"]] for one in evidence["shared"]))
    lines = tuple(f"{CONTACT_WORDS[one['what']]}：{one['value']}" for one in evidence["shared"])
    return f"与案例企业“{evidence['name']}”登记的{what}相同。", lines


def _price_at_cap(evidence: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return f"“{evidence['plan']}”报价{wording.yuan(evidence['amount'])}，{'，'.join(evidence['caps'])}。", ()


def _burst(evidence: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return f"本服务商{evidence['days']}天内提交了{evidence['count']}份，超过{evidence['limit']}份。", ()


WORDS = {
    RiskKind.SIMILAR_TEXT: _similar_text,
    RiskKind.SAME_EVIDENCE: _same_evidence,
    RiskKind.SHARED_CONTACT: _shared_contact,
    RiskKind.PRICE_AT_CAP: _price_at_cap,
    RiskKind.BURST: _burst,
}
