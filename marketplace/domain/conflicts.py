"""回避: the reasons why a person may not sit on a submission. Pure; fails closed on what the data tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from marketplace.domain import login_names
from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("approvals")["conflicts"]
PUBLIC_MAIL = frozenset(POLICY["public_mail"])
COOLING = timedelta(days=POLICY["cooling_days"])


@dataclass(frozen=True, slots=True)
class Interest:
    organisation_id: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A reviewer, with every organisation that he has a seat in."""

    user_id: int
    name: str
    login: str
    organisations: frozenset[int]
    interests: tuple[Interest, ...] = ()


@dataclass(frozen=True, slots=True)
class Firm:
    """The provider: the logins of its people and the ways to reach it."""

    organisation_id: int
    contacts: frozenset[str] = frozenset()  # logins, phones, mail addresses, as they were typed
    legal_representative: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody's seat on this submission, in whatever round."""

    user_id: int
    login: str
    seat: str


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    text: str


SAME_ORGANISATION = Reason("same_organisation", "您在这家服务商有账号，属于本单位的人")
DECLARED = Reason("declared_interest", "您申报过与这家服务商的利害关系，仍在回避期内")
SAME_PHONE = Reason("same_phone", "您的手机号与这家服务商留的号码相同")
SAME_MAIL = Reason("same_mail", "您的邮箱与这家服务商留的邮箱相同")
SAME_DOMAIN = Reason("same_mail_domain", "您的邮箱与这家服务商是同一单位的域名")
SAME_NAME = Reason("same_name", "您与这家服务商的法定代表人同名，请由负责人核实后安排别人")
OTHER_SEAT = Reason("other_seat", "您已坐过这份申请的另一席，一人只能坐一席")
SAME_HUMAN = Reason("same_human", "您用另一个账号坐过这份申请的席位，一人只能坐一席")


def phone_of(contact: str) -> str:
    """The mobile or fixed number that a contact is, or that stands before the @ of an address; else empty."""
    plain = login_names.normalise(contact)
    local, at, _ = plain.partition("@")
    if at:
        return local if login_names.MOBILE.fullmatch(local) else ""
    digits = "".join(one for one in plain if one.isdigit())
    return digits.removeprefix("86") if login_names.MOBILE.fullmatch(digits.removeprefix("86")) else digits


def mail_of(contact: str) -> str:
    """The address without +tags, so that one box has one name; empty for a phone."""
    local, at, host = login_names.normalise(contact).partition("@")
    return f"{local.partition('+')[0]}@{host}" if at else ""


def domain_of(contact: str) -> str:
    """The mail domain, unless it is one that everybody can have."""
    host = login_names.normalise(contact).partition("@")[2]
    return "" if host in PUBLIC_MAIL else host


def in_force(interest: Interest, *, today: date) -> bool:
    """From its first day until the cooling time after its end is over."""
    return interest.since <= today and (interest.until is None or today <= interest.until + COOLING)


def reasons(person: Person, firm: Firm, sittings: Iterable[Sitting], *, seat: str, today: date) -> tuple[Reason, ...]:
    """Why this person may not sit in this seat; empty when nothing speaks against it."""
    found = (
        (SAME_ORGANISATION, firm.organisation_id in person.organisations),
        (DECLARED, _has_interest(person, firm, today)),
        (SAME_PHONE, _shares(phone_of, person, firm)),
        (SAME_MAIL, _shares(mail_of, person, firm)),
        (SAME_DOMAIN, _shares(domain_of, person, firm)),
        (SAME_NAME, _is_representative(person, firm)),
        *_sits_already(person, tuple(sittings), seat),
    )
    return tuple(reason for reason, is_so in found if is_so)


def _has_interest(person: Person, firm: Firm, today: date) -> bool:
    return any(one.organisation_id == firm.organisation_id and in_force(one, today=today) for one in person.interests)


def _shares(part: Any, person: Person, firm: Firm) -> bool:
    own = part(person.login)
    return bool(own) and any(part(contact) == own for contact in firm.contacts)


def _is_representative(person: Person, firm: Firm) -> bool:
    return bool(firm.legal_representative) and person.name.strip() == firm.legal_representative.strip()


def _sits_already(person: Person, sittings: tuple[Sitting, ...], seat: str) -> tuple[tuple[Reason, bool], ...]:
    """His own seat is his in every round; whoever shares his phone or mailbox is held to be himself."""
    others = [one for one in sittings if one.user_id != person.user_id]
    return (
        (OTHER_SEAT, any(one.user_id == person.user_id and one.seat != seat for one in sittings)),
        (SAME_HUMAN, any(_is_same_human(person.login, one.login) for one in others)),
    )


def _is_same_human(one: str, other: str) -> bool:
    return any(part(one) and part(one) == part(other) for part in (phone_of, mail_of))
