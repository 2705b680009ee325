"""What the seats of a consortium must be: one lead, shares that make 100, somebody's consent to exactly his terms."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.domain import wording
from marketplace.domain.concentration import POLICY as CONCENTRATION
from marketplace.domain.errors import Invalid
from marketplace.models.consortia import ConsortiumMember, MemberRole

POLICY: dict[str, Any] = CONCENTRATION["consortium"]
DECLARATIONS: Mapping[str, str] = {row["id"]: row["text"] for row in CONCENTRATION["declarations"]}
WHOLE, CENT = Decimal(100), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """A seat as it is agreed upon: percent of the work, scenes in the order of the standard."""

    provider_id: int
    role: str
    share: Decimal
    scenes: tuple[str, ...]

    def stored(self) -> dict[str, Any]:
        share = str(self.share.quantize(CENT))
        return {"provider": self.provider_id, "role": str(self.role), "share": share, "scenes": list(self.scenes)}


def terms(provider_id: int, role: str, share: Decimal, scenes: Sequence[str]) -> Terms:
    return Terms(provider_id, str(role), share, tuple(scene for scene in wording.SCENES if scene in scenes))


def read(stored: Mapping[str, Any]) -> Terms:
    return terms(stored["provider"], stored["role"], Decimal(stored["share"]), stored["scenes"])


def of_seat(seat: ConsortiumMember) -> Terms:
    return terms(seat.provider_id, seat.role, seat.share, seat.scenes)


def holds_consent(seat: ConsortiumMember) -> bool:
    """He said yes, and to exactly these terms."""
    return seat.consented_at is not None and seat.agreed == of_seat(seat).stored()


def mark(seats: Sequence[Terms]) -> str:
    """Which composition a form was made of."""
    facts = sorted((one.stored() for one in seats), key=lambda one: int(one["provider"]))
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def percent(text: str | None) -> Decimal | None:
    """A share as people write it, with at most two decimals; None when it is none."""
    try:
        value = Decimal((text or "").strip().removesuffix("%"))
    except InvalidOperation:
        return None
    is_share = value.is_finite() and 0 < value <= WHOLE and value == value.quantize(CENT)
    return value.quantize(CENT) if is_share else None


def check_terms(share: Decimal | None, scenes: Sequence[str], *, role: str = MemberRole.MEMBER) -> None:
    """Raises Invalid by field."""
    messages: dict[str, list[str]] = {}
    if share is None or not 0 < share <= WHOLE:
        messages["share"] = ["份额填大于0、不超过100的数，最多两位小数"]
    elif role == MemberRole.LEAD and share < POLICY["lead_share_min"]:
        messages["share"] = [f"牵头单位自己至少承担{POLICY['lead_share_min']}%，不能把项目整体转包"]
    if not scenes or not set(scenes) <= set(wording.SCENES):
        messages["scenes"] = ["请选择承担的场景，至少一个"]
    if messages:
        raise Invalid(messages)


def check_whole(seats: Sequence[Terms]) -> None:
    """What must hold of all seats together before the bureau sees them; raises Invalid."""
    problems = []
    if not POLICY["members_min"] <= len(seats) <= POLICY["members_max"]:
        problems.append(f"连牵头单位在内应有{POLICY['members_min']}到{POLICY['members_max']}家，现在{len(seats)}家")
    total = sum((one.share for one in seats), Decimal(0))
    if total != WHOLE:
        lack = WHOLE - total
        problems.append(f"份额合计{plain(total)}%，" + (f"还差{plain(lack)}%" if lack > 0 else f"多了{plain(-lack)}%"))
    if sum(one.role == MemberRole.LEAD for one in seats) != 1:
        problems.append("牵头单位应有且只有一家")
    if problems:
        raise Invalid({"seats": problems})
    for one in seats:
        check_terms(one.share, one.scenes, role=one.role)


def plain(share: Decimal) -> str:
    """Without zeros that say nothing."""
    return f"{share.quantize(CENT):f}".rstrip("0").rstrip(".")


def touched(before: Sequence[Terms], after: Sequence[Terms]) -> frozenset[int]:
    """Whose seat comes, goes or gets other terms."""
    old = {one.provider_id: one for one in before}
    new = {one.provider_id: one for one in after}
    return frozenset(key for key in {*old, *new} if old.get(key) != new.get(key))


def differences(before: Sequence[Terms], after: Sequence[Terms], names: Mapping[int, str]) -> tuple[str, ...]:
    """One sentence for everybody who is touched."""
    old = {one.provider_id: one for one in before}
    new = {one.provider_id: one for one in after}
    return tuple(
        f"{names[key]}：{_difference(old.get(key), new.get(key))}"
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    )


def _difference(old: Terms | None, new: Terms | None) -> str:
    if new is None:
        return f"退出，原承担{words(old)}" if old else ""
    if old is None:
        return f"加入，承担{words(new)}"
    parts = []
    if old.role != new.role:
        parts.append(f"由{wording.MEMBER_ROLES[old.role]}改为{wording.MEMBER_ROLES[new.role]}")
    if old.share != new.share:
        parts.append(f"份额由{plain(old.share)}%改为{plain(new.share)}%")
    if old.scenes != new.scenes:
        parts.append(f"场景由{scene_words(old.scenes)}改为{scene_words(new.scenes)}")
    return "，".join(parts)


def words(one: Terms | None) -> str:
    return f"{plain(one.share)}%（{scene_words(one.scenes)}）" if one else ""


def scene_words(scenes: Sequence[str]) -> str:
    return "、".join(wording.SCENES[scene] for scene in scenes) or "未写明"
