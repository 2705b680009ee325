"""Offices and seats: one organisation for every role, and one keeper for every enterprise and provider."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.domain.actors import Actor
from marketplace.models.accounts import Membership, Organisation, OrganisationKind, Role, User
from marketplace.services import accounts
from marketplace.services.demo import content

DOMAIN = "demo.example"
OPENED = content.moment(content.days_ago(420))


@dataclass(frozen=True, slots=True)
class Seat:
    role: Role
    kind: OrganisationKind
    organisation: str
    login: str
    person: str
    county: str | None = None


# People of the offices; every name says that it is a demo.
BUREAU = "安澜市经济和信息化局(演示)"
COUNTY = "涪岸区经济信息化和科学技术局(演示)"
SEATS = (
    Seat(
        Role.COUNTY_OFFICER,
        OrganisationKind.COUNTY,
        COUNTY,
        "county",
        "县区经办(演示)",
        "fucheng",
    ),
    Seat(Role.BUREAU_REVIEWER, OrganisationKind.BUREAU, BUREAU, "reviewer", "市局审核员甲(演示)"),
    Seat(Role.BUREAU_REVIEWER, OrganisationKind.BUREAU, BUREAU, "reviewer2", "市局审核员乙(演示)"),
    Seat(Role.BUREAU_REVIEWER, OrganisationKind.BUREAU, BUREAU, "reviewer3", "市局审核员丙(演示)"),
    Seat(Role.BUREAU_LEADER, OrganisationKind.BUREAU, BUREAU, "leader", "市局分管领导(演示)"),
    Seat(Role.SUPERVISOR, OrganisationKind.SUPERVISOR, "第三方监理机构(演示)", "supervisor", "监理工程师(演示)"),
    Seat(Role.SUPERVISOR, OrganisationKind.SUPERVISOR, "第三方监理机构(演示)", "supervisor2", "监理工程师乙(演示)"),
    Seat(Role.EXPERT, OrganisationKind.EXPERT_PANEL, "数字化转型专家组(演示)", "expert", "评审专家(演示)"),
    Seat(Role.ADMINISTRATOR, OrganisationKind.OPERATOR, "平台运维单位(演示)", "admin", "平台管理员(演示)"),
    Seat(Role.AUDITOR, OrganisationKind.BUREAU, "审计组(演示)", "auditor", "审计人员(演示)"),
)


class Registry:
    """Makes organisations and people once each; one password hash serves all demo accounts."""

    def __init__(self, session: Session, *, password_hash: str) -> None:
        self.session = session
        self.password_hash = password_hash
        self.organisations: dict[str, Organisation] = {}
        self.seats: dict[str, Membership] = {}

    def organisation(self, kind: OrganisationKind, *, name: str, **facts: str | None) -> Organisation:
        if name not in self.organisations:
            organisation = Organisation(kind=kind, name=name, is_demo=True, created_at=OPENED, **facts)
            organisation.enterprise = organisation.provider = None
            self.session.add(organisation)
            self.organisations[name] = organisation
        return self.organisations[name]

    def seat(self, organisation: Organisation, *, role: Role, login: str, person: str) -> Membership:
        user = User(
            login=f"{login}@{DOMAIN}", name=person, password_hash=self.password_hash, is_demo=True, created_at=OPENED
        )
        seat = Membership(user=user, organisation=organisation, role=role, is_keeper=True, created_at=OPENED)
        self.session.add(seat)
        self.seats[login] = seat
        return seat

    def actor(self, login: str) -> Actor:
        return accounts.actor_in(self.seats[login])


def add_offices(registry: Registry) -> None:
    for seat in SEATS:
        organisation = registry.organisation(seat.kind, name=seat.organisation, county=seat.county)
        registry.seat(organisation, role=seat.role, login=seat.login, person=seat.person)
