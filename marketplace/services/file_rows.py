"""The rows of an imported file, in the order in which they speak of each other; the caller's transaction holds all."""

import secrets
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from marketplace.domain import evidence as rules
from marketplace.domain import wording
from marketplace.domain.actors import Actor
from marketplace.models.accounts import Organisation, OrganisationKind
from marketplace.models.assessments import Assessment, AssessmentAnswer, MeasureTick, SceneLevel
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand, DemandLine
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import AccessGrant, Evidence, EvidenceCitation
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.solutions import Solution
from marketplace.services import clock
from marketplace.services.file_format import Row, broken, typed
from matching import standard

TOKEN_BYTES = 24
EDITIONS = frozenset({"2022", standard.VERSION})


@dataclass(frozen=True, slots=True)
class References:
    """What the file speaks of and this database has: listings, organisations, price plans."""

    solutions: Mapping[tuple[Any, Any], Solution]
    organisations: Mapping[str, int]
    plans: Mapping[tuple[int, str, str], int]

    def solution(self, given: Row) -> Solution:
        return self.solutions[given["provider"], given["name"]]

    def organisation(self, given: Row) -> int:
        return self.organisations[str(given["credit_code"] or given["name"])]

    def plan(self, solution: Solution, given: Row | None) -> int | None:
        """None where the listing has no such plan any more: the basket says so and counts it for nothing."""
        return self.plans.get((solution.id, str(given["name"]), str(given["model"]))) if given else None


class Writer:
    """Keeps what has been made so far, by its place in its part."""

    def __init__(self, session: Session, actor: Actor, references: References) -> None:
        self.session, self.actor, self.references = session, actor, references
        self.made: dict[str, list[Any]] = {"grant": [], "assessment": [], "demand": []}
        self.enterprise: Enterprise

    def at(self, part: str, place: Any) -> Any:
        """The row that a place in an earlier part stands for; None for none."""
        if place is None:
            return None
        rows = self.made[part]
        if not isinstance(place, int) or not 1 <= place <= len(rows):
            raise broken("档案各部分之间对不上")
        return rows[place - 1]

    def decided(self, row: Any) -> Any:
        """Who decided is told in the timeline; here it is the person who answers for the import."""
        row.decided_by = self.actor.user_id if row.decided_at else None
        return row

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row


def known(values: Iterable[Any], vocabulary: Container[str]) -> None:
    """Pages look these words up: what this city does not know cannot come in."""
    for value in values:
        if not isinstance(value, str) or value not in vocabulary:
            raise broken(f"档案里的“{str(value)[:40]}”不在本平台的目录里")


def write(session: Session, actor: Actor, parts: Mapping[str, Any], references: References) -> int:
    writer = Writer(session, actor, references)
    try:
        _enterprise(writer, parts["enterprise"])
        for part, step in STEPS:
            for given in parts[part]:
                step(writer, given)
        for row, given in zip(writer.made["demand"], parts["demands"], strict=True):
            source = writer.at("demand", given["copied_from"])
            row.copied_from_id = source.id if source else None
        session.flush()
    except (KeyError, TypeError, AttributeError) as error:
        raise broken("档案内容的结构不对") from error
    return writer.enterprise.id


def _enterprise(writer: Writer, given: Row) -> None:
    known([given["county"]], wording.COUNTIES)
    known([given["industry"]], wording.INDUSTRIES)
    known([given["size"]] if given["size"] else [], wording.SIZES)
    stated = given | {"kind": OrganisationKind.ENTERPRISE.value, "is_demo": False}
    firm = typed(Organisation, stated, part="enterprise", leave={"created_at"})
    organisation = writer.add(Organisation(**firm, created_at=clock.now()))
    row = Enterprise(organisation_id=organisation.id, **typed(Enterprise, given, part="enterprise"))
    writer.enterprise = writer.add(row)


def _grant(writer: Writer, given: Row) -> None:
    row = AccessGrant(
        **typed(AccessGrant, given, part="grants"),
        enterprise_id=writer.enterprise.id,
        organisation_id=writer.references.organisation(given["organisation"]),
        created_by=writer.actor.user_id,
    )
    writer.made["grant"].append(writer.add(writer.decided(row)))


def _assessment(writer: Writer, given: Row) -> None:
    who, part = writer.actor.user_id, "assessments"
    known([given["standard"]], EDITIONS)
    known((one["item"] for one in given["answers"] + given["ticks"]), standard.ITEMS)
    known((one["scene"] for one in given["scenes"]), wording.SCENES)
    assessor, grant = given["assessor"], writer.at("grant", given["grant"])
    row = Assessment(
        **typed(Assessment, given, part=part),
        enterprise_id=writer.enterprise.id,
        organisation_id=writer.references.organisation(assessor) if assessor else writer.enterprise.organisation_id,
        grant_id=grant.id if grant else None,
        created_by=who,
    )
    row.answers = [
        AssessmentAnswer(**typed(AssessmentAnswer, one, part=part), answered_by=who) for one in given["answers"]
    ]
    row.scenes = [SceneLevel(**typed(SceneLevel, one, part=part), answered_by=who) for one in given["scenes"]]
    row.ticks = [MeasureTick(**typed(MeasureTick, one, part=part), ticked_by=who) for one in given["ticks"]]
    writer.made["assessment"].append(writer.add(writer.decided(row)))


def _demand(writer: Writer, given: Row) -> None:
    known((line["scene"] for line in given["lines"]), wording.SCENES)
    known(given["deployments"] or (), wording.DEPLOYMENTS)
    assessment = writer.at("assessment", given["assessment"])
    row = Demand(
        **typed(Demand, given, part="demands"),
        enterprise_id=writer.enterprise.id,
        assessment_id=assessment.id if assessment else None,
        created_by=writer.actor.user_id,
    )
    row.lines = [DemandLine(**typed(DemandLine, line, part="demands")) for line in given["lines"]]
    writer.made["demand"].append(writer.add(writer.decided(row)))


def _shortlist(writer: Writer, given: Row) -> None:
    demand, who = writer.at("demand", given["demand"]), writer.actor.user_id
    row = Shortlist(
        **typed(Shortlist, given, part="shortlists"),
        organisation_id=writer.enterprise.organisation_id,
        demand_id=demand.id if demand else None,
        created_by=who,
    )
    row.entries = [
        ShortlistEntry(
            **typed(ShortlistEntry, entry, part="shortlists"),
            solution_id=writer.references.solution(entry["solution"]).id,
            added_by=who,
        )
        for entry in given["entries"]
    ]
    writer.add(writer.decided(row))


def _basket(writer: Writer, given: Row) -> None:
    demand, who = writer.at("demand", given["demand"]), writer.actor.user_id
    row = Basket(
        **typed(Basket, given, part="baskets"), demand_id=demand.id, enterprise_id=writer.enterprise.id, created_by=who
    )
    row.items = [_item(writer, item) for item in given["items"]]
    writer.add(row)
    for sheet in given["sheets"]:
        values = typed(QuotationSheet, sheet, part="baskets", leave={"token"})
        values["content"] = _content(writer, values["content"])
        made = QuotationSheet(
            **values, basket_id=row.id, enterprise_id=writer.enterprise.id, created_by=who,
            token=secrets.token_urlsafe(TOKEN_BYTES),  # a link given out elsewhere opens nothing here
        )  # fmt: skip
        writer.add(writer.decided(made))


def _item(writer: Writer, given: Row) -> BasketItem:
    solution = writer.references.solution(given["solution"])
    return BasketItem(
        **typed(BasketItem, given, part="baskets"),
        solution_id=solution.id,
        price_plan_id=writer.references.plan(solution, given["price_plan"]),
    )


def _content(writer: Writer, given: Row) -> Row:
    """What was frozen, speaking of this database's rows; a listing that was gone already is told by its texts alone."""
    content = dict(given)
    if "demand" in content:
        demand = writer.at("demand", content["demand"]["id"])
        content["demand"] = {**content["demand"], "id": demand.id if demand else None}
    if "lines" in content:
        content["lines"] = [_line(writer, line) for line in content["lines"]]
    return content


def _line(writer: Writer, given: Row) -> Row:
    line = {key: value for key, value in given.items() if key != "solution"}
    solution = writer.references.solution(given["solution"]) if given["solution"] else None
    line["solution_id"] = solution.id if solution else None
    line["provider_id"] = solution.provider_id if solution else None
    return line


def _piece(writer: Writer, given: Row) -> None:
    row = Evidence(
        **typed(Evidence, given, part="evidence"),
        organisation_id=writer.enterprise.organisation_id,
        uploaded_by=writer.actor.user_id,
    )
    row.withdrawn_by = writer.actor.user_id if row.withdrawn_at else None
    row.file_name = rules.clean_file_name(row.file_name, media_type=row.media_type)
    row.citations = [_citation(writer, one) for one in given["citations"]]
    writer.add(row)


def _citation(writer: Writer, given: Row) -> EvidenceCitation:
    known([given["topic"]], rules.TOPICS.keys() | rules.KINDS.keys())
    is_assessment = given["subject_kind"] == rules.ASSESSMENT
    subject = writer.at("assessment", given["place"]) if is_assessment else writer.enterprise
    values = typed(EvidenceCitation, given, part="evidence", leave={"subject_id"})
    return EvidenceCitation(**values, subject_id=subject.id, cited_by=writer.actor.user_id)


STEPS = (
    ("grants", _grant), ("assessments", _assessment), ("demands", _demand), ("shortlists", _shortlist),
    ("baskets", _basket), ("evidence", _piece),
)  # fmt: skip
