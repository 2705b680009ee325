"""The consortia of the leads."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from marketplace.models.consortia import Consortium, ConsortiumMember, ConsortiumStatus, MemberRole
from marketplace.models.providers import Provider
from marketplace.services.demo import content
from marketplace.services.demo.people import Registry

MEMBERS_PER_CONSORTIUM = 4
SHARES = (40, 15, 15, 15, 15)  # the lead's, then the members'


def add(registry: Registry, providers: dict[str, Provider]) -> None:
    """Each lead with product providers of its industry."""
    rows = content.read("providers")["providers"]
    for number, lead in enumerate((row for row in rows if row["kind"] == "lead"), start=1):
        roll = content.dice(f"联合体 {lead['key']}")
        industry = lead["industries"][0]
        partners = [
            row for row in rows if row["kind"] == "product" and (not row["industries"] or industry in row["industries"])
        ]
        seats = [lead, *roll.sample(partners, MEMBERS_PER_CONSORTIUM)]
        _active(registry, providers, seats, industry=industry, days=120 - 9 * number)


def _active(
    registry: Registry, providers: dict[str, Provider], rows: list[dict[str, Any]], *, industry: str, days: int
) -> None:
    registry.session.flush()
    opened = content.moment(content.days_ago(days + 14))
    formed = content.moment(content.days_ago(days))
    officer = registry.seats["leader"].user_id
    lead = rows[0]
    made = Consortium(
        name=f"{lead['brand']}联合体(演示)", lead=providers[lead["key"]], industry=industry, purpose="",
        declarations=[],
        status=ConsortiumStatus.ACTIVE, decided_at=formed, decided_by=officer, formed_on=formed.date(),
        created_at=opened,
    )  # fmt: skip
    for row, share in zip(rows, SHARES, strict=True):
        provider, person = providers[row["key"]], registry.seats[_login(row["key"])].user_id
        role = MemberRole.LEAD if row is lead else MemberRole.MEMBER
        made.members.append(
            ConsortiumMember(
                provider=provider, role=role, share=Decimal(share), scenes=row["scenes"], invited_at=opened,
                agreed={"provider": provider.id, "role": role, "share": str(share), "scenes": row["scenes"]},
                consented_at=opened + timedelta(days=3), consented_by=person,
            )
        )  # fmt: skip
    registry.session.add(made)


def _login(key: str) -> str:
    return "provider" if key == "P01" else f"provider{key[1:]}"
