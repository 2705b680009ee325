"""回避 outside the double review: who is tied to a provider decides neither on its application nor on its response."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from marketplace.domain import conflicts
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Invalid
from marketplace.services import approval_conflicts, clock

WORDS = {
    "same_organisation": "在该单位有账号",
    "declared_interest": "申报过利害关系，仍在回避期内",
    "same_phone": "手机号与该单位留的相同",
    "same_mail": "邮箱与该单位留的相同",
    "same_mail_domain": "邮箱与该单位同一域名",
    "same_name": "与该单位法定代表人同名",
}


def ties(
    session: Session, *, user_id: int, provider_id: int, stated: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """Why this person may not decide on this provider, in words; `stated`: facts that an application adds."""
    facts = stated or {}
    firm = approval_conflicts.firm(session, provider_id)
    contacts = {str(facts[name]) for name in ("contact_phone", "contact_mail") if facts.get(name)}
    firm = replace(
        firm,
        contacts=firm.contacts | contacts,
        legal_representative=str(facts.get("legal_representative") or firm.legal_representative),
    )
    person = approval_conflicts.person(session, user_id)
    found = conflicts.reasons(person, firm, (), seat="", today=clock.today())
    return tuple(WORDS.get(one.code, one.text) for one in found)


def check(session: Session, actor: Actor, *, provider_id: int, stated: Mapping[str, Any] | None = None) -> None:
    found = ties(session, user_id=actor.user_id or 0, provider_id=provider_id, stated=stated)
    if found:
        raise Invalid({"conflict": [f"应当回避，不能办理：{'；'.join(found)}。请由其他人办理"]})


def ties_to_any(session: Session, *, user_id: int, providers: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """The same for all of (id, name) at once."""
    found = ((name, ties(session, user_id=user_id, provider_id=key)) for key, name in providers)
    return tuple(f"{name}：{'、'.join(words)}" for name, words in found if words)
