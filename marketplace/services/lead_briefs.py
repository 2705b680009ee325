"""What the two sides of a lead may know of each other: a brief without names first, the contact after both said yes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.domain import leads as rules
from marketplace.domain import wording
from marketplace.extensions import db
from marketplace.models.accounts import User
from marketplace.models.approvals import StatusChange
from marketplace.models.demands import Demand
from marketplace.models.enterprises import Enterprise
from marketplace.models.leads import Lead
from marketplace.models.providers import Provider

LOADING = (
    joinedload(Lead.demand).joinedload(Demand.enterprise).joinedload(Enterprise.organisation),
    joinedload(Lead.demand).selectinload(Demand.lines),
)


@dataclass(frozen=True, slots=True)
class Brief:
    """What a provider sees of a checklist: no name, no contact, a band instead of the budget."""

    title: str
    industry: str
    size: str
    county: str
    budget: str
    deadline: str
    deployment: str
    lines: tuple["LineBrief", ...]


@dataclass(frozen=True, slots=True)
class LineBrief:
    scene: str
    current_level: int | None
    target_level: int
    text: str
    weight: int
    is_essential: bool


@dataclass(frozen=True, slots=True)
class Contact:
    organisation: str
    person: str
    login: str


def brief(demand: Demand) -> Brief:
    """Of a checklist with its lines, its enterprise and its organisation."""
    enterprise, name = demand.enterprise, demand.enterprise.organisation.name
    return Brief(
        title=masked(demand.title, name),
        industry=wording.INDUSTRIES.get(enterprise.industry, enterprise.industry),
        size=wording.SIZES.get(enterprise.size or "", wording.UNKNOWN),
        county=wording.COUNTIES.get(enterprise.organisation.county or "", wording.UNKNOWN),
        budget=rules.budget_band(demand.budget),
        deadline=f"{demand.deadline_days}天内" if demand.deadline_days else "没有要求",
        deployment=labels_of(demand.deployments),
        lines=tuple(
            LineBrief(
                scene=wording.SCENES[line.scene],
                current_level=line.current_level,
                target_level=line.target_level,
                text=masked(line.text, name),
                weight=line.weight,
                is_essential=line.is_essential,
            )
            for line in demand.lines
        ),
    )


def masked(text: str, organisation: str) -> str:
    """The enterprise's name is not told, not even where its own words contain it."""
    return text.replace(organisation, "本企业") if organisation else text


def labels_of(values: Sequence[str] | None) -> str:
    return "、".join(wording.DEPLOYMENTS.get(value, value) for value in values or ()) or "没有要求"


def reason_words(lead: Lead) -> str:
    """Why the provider declined."""
    if lead.decline_reason is None:
        return ""
    label = wording.DECLINE_REASONS[lead.decline_reason]
    return f"{label}：{lead.note}" if lead.note else label


def contacts(leads: Iterable[Lead], *, action: str) -> dict[int, Contact]:
    """The person who said yes for the other side, by lead."""
    ids = [lead.id for lead in leads]
    if not ids:
        return {}
    from_organisation = _organisations(ids, action=action)
    query = (
        select(StatusChange.subject_id, User.name, User.login)
        .join(User, User.id == StatusChange.decided_by)
        .where(StatusChange.subject_kind == "lead", StatusChange.action == action, StatusChange.subject_id.in_(ids))
    )
    return {
        row.subject_id: Contact(from_organisation[row.subject_id], row.name, row.login)
        for row in db.session.execute(query)
    }


def _organisations(ids: list[int], *, action: str) -> dict[int, str]:
    """The other side's registered name: the enterprise's where the enterprise said yes, else the provider's."""
    query = select(Lead).where(Lead.id.in_(ids)).execution_options(populate_existing=True)
    if action == "introduce":
        rows = db.session.scalars(query.options(*LOADING[:1]))
        return {lead.id: lead.demand.enterprise.organisation.name for lead in rows}
    rows = db.session.scalars(query.options(joinedload(Lead.provider).joinedload(Provider.organisation)))
    return {lead.id: lead.provider.organisation.name for lead in rows}
