"""The person who acts, and what may be asked of him and the thing before he may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplace.models.accounts import OrganisationKind, Role

Condition = Callable[["Actor", Any], bool]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, in the seat that he acts from."""

    user_id: int | None
    name: str
    role: Role
    organisation_id: int | None
    organisation_kind: OrganisationKind
    organisation_name: str = ""
    county: str | None = None
    membership_id: int | None = None
    session_id: int | None = None
    is_keeper: bool = False
    enterprise_id: int | None = None
    provider_id: int | None = None


SYSTEM = Actor(None, "系统", Role.ADMINISTRATOR, None, OrganisationKind.OPERATOR, "系统")


def always(actor: Actor, thing: Any) -> bool:
    return True


def is_keeper(actor: Actor, thing: Any) -> bool:
    return actor.is_keeper and (thing is None or thing.id == actor.organisation_id)


def owns_as_enterprise(actor: Actor, thing: Any) -> bool:
    """The demand is the actor's enterprise's; before there is a demand, having an enterprise is enough."""
    return actor.enterprise_id is not None and (thing is None or thing.enterprise_id == actor.enterprise_id)


def owns_as_organisation(actor: Actor, thing: Any) -> bool:
    return actor.organisation_id is not None and (thing is None or thing.organisation_id == actor.organisation_id)


def owns_as_provider(actor: Actor, thing: Any) -> bool:
    return actor.provider_id is not None and (thing is None or thing.provider_id == actor.provider_id)


def is_asked(actor: Actor, thing: Any) -> bool:
    """An invitation to the actor's provider, or a change that touches it."""
    return actor.provider_id is not None and (thing is None or actor.provider_id in thing.asked_ids)


def has_a_part(actor: Actor, thing: Any) -> bool:
    """A consortium in which the provider sits, sat, or is asked to; needs the seats loaded."""
    return actor.provider_id is not None and (
        thing is None or any(seat.provider_id == actor.provider_id for seat in thing.members)
    )


def is_published(actor: Actor, thing: Any) -> bool:
    return thing is None or thing.status != "draft"


def is_published_in_county(actor: Actor, thing: Any) -> bool:
    return is_published(actor, thing) and (thing is None or thing.enterprise.organisation.county == actor.county)


def is_in_county(actor: Actor, thing: Any) -> bool:
    return thing is None or thing.organisation.county == actor.county


def is_the_platform(actor: Actor, thing: Any) -> bool:
    """What a date brings about: the system acts, no administrator does."""
    return actor.organisation_id is None


def by_grant_alone(actor: Actor, thing: Any) -> bool:
    """Nobody else's file is open by role: the service looks for the enterprise's consent (services/access_grants)."""
    return thing is None
