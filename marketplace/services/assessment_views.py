"""Reading assessments: the list, a draft with its parts, and whom one may assess."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from marketplace.domain import assessment_figures as figures_of
from marketplace.domain import assessments as rules
from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.assessment_figures import POLICY
from marketplace.domain.assessments import Answer, Caution, Part
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, Role
from marketplace.models.assessments import Assessment, AssessmentStatus
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import AccessGrant, GrantPurpose, GrantStatus
from marketplace.services import assessment_access, assessment_answers, clock
from marketplace.services.pages import Page
from matching import standard
from matching.standard import Item, Scene

ASSESSORS = frozenset({Role.PROVIDER, Role.EXPERT, Role.SUPERVISOR})
LOADING = (*assessment_access.LOADING, joinedload(Assessment.organisation))


@dataclass(frozen=True, slots=True)
class PartView:
    part: Part
    state: str
    done: int

    @property
    def hint(self) -> str:
        total = len(self.part.topics)
        return f"{total}项，{self.part.hint}" if not self.done else f"填了{self.done}项，共{total}项"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A draft with what is missing and what does not go together."""

    assessment: Assessment
    answers: Mapping[str, Answer]
    scene_levels: Mapping[str, int]
    parts: tuple[PartView, ...]
    missing: tuple[str, ...]
    warnings: tuple[Caution, ...]
    may_write: bool
    obstacle: str

    @property
    def done(self) -> int:
        return len(rules.TOPICS) - len(self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Question:
    """An item as a page of the form shows it: what is kept or was just typed, and numbers known from other items.

    `seen` is what stands there, to tell later what somebody has changed.
    """

    item: Item
    number: str
    answer: Answer
    numbers: Mapping[str, str]
    derived: str
    warnings: tuple[str, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class SceneQuestion:
    scene: Scene
    level: int | None
    statements: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    seen: str


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    name: str
    facts: str


def get(actor: Actor, assessment_id: int, *, permission: Permission = Permission.READ_ASSESSMENT) -> Assessment:
    query = select(Assessment).where(Assessment.id == assessment_id).options(*LOADING)
    assessment = db.session.scalars(query).one_or_none()
    if assessment is None:
        raise NotFound(assessment_access.KIND, assessment_id)
    if not permissions.permits(actor, permission, assessment):
        raise Forbidden(permission)
    return assessment


def sheet(actor: Actor, assessment: Assessment) -> Sheet:
    answers, levels = assessment_answers.answers_of(assessment), assessment_answers.scenes_of(assessment)
    absent = rules.missing(answers, levels)
    may_write = permissions.permits(actor, Permission.WRITE_ASSESSMENT, assessment)
    return Sheet(
        assessment=assessment,
        answers=answers,
        scene_levels=levels,
        parts=tuple(_part_view(part, absent) for part in rules.PARTS.values()),
        missing=absent,
        warnings=rules.warnings(answers, levels),
        may_write=may_write,
        obstacle=_obstacle(actor, assessment) if may_write else "",
    )


def _obstacle(actor: Actor, assessment: Assessment) -> str:
    """Why the assessor may not write today; empty when he may."""
    try:
        assessment_access.consent(db.session, actor, assessment)
    except Invalid as error:
        return error.messages["enterprise_id"][0]
    return ""


def _part_view(part: Part, absent: tuple[str, ...]) -> PartView:
    done = sum(topic not in absent for topic in part.topics)
    state = "done" if done == len(part.topics) else "in_progress" if done else "not_started"
    return PartView(part, state, done)


def questions(sheet: Sheet, part: Part, typed: Mapping[str, Answer] | None = None) -> tuple[Question, ...]:
    """With `typed`, what was just refused stands where the person has left it."""
    return tuple(question(sheet.answers, key, typed=(typed or {}).get(key)) for key in part.items)


def question(answers: Mapping[str, Answer], key: str, *, typed: Answer | None = None) -> Question:
    item, answer = standard.ITEMS[key], answers.get(key, Answer())
    known = figures_of.shared(item, {other: row.numbers for other, row in answers.items()}) | dict(answer.numbers)
    derived = figures_of.derive(item, answer.numbers)
    return Question(
        item=item,
        number=rules.number(key),
        answer=typed or answer,
        numbers=typed.numbers if typed else known,
        derived=derived.words if derived else "",
        warnings=rules.item_warnings(item, answers),
        seen=seen_of(Answer(answer.options, known)),
    )


def seen_of(answer: Answer) -> str:
    """Options and numbers as one text, the same for the same answer however it was typed."""
    numbers = {key: figures_of.plain(text) for key, text in answer.numbers.items() if text.strip()}
    return json.dumps([sorted(set(answer.options)), numbers], ensure_ascii=False, sort_keys=True)


def scene_questions(sheet: Sheet, part: Part) -> tuple[SceneQuestion, ...]:
    return tuple(scene_question(sheet.scene_levels, key) for key in part.scenes)


def scene_question(scene_levels: Mapping[str, int], key: str) -> SceneQuestion:
    return SceneQuestion(
        scene=standard.SCENES[key],
        level=scene_levels.get(key),
        statements=standard.LEVEL_STATEMENTS[key],
        evidence=standard.SCENE_EVIDENCE[key],
        seen=str(scene_levels.get(key, "")),
    )


def page(actor: Actor, *, number: int) -> Page[Assessment]:
    """One's own, the assessor's own, or for staff what was completed; the last changed first."""
    condition = _scope(actor)
    total = db.session.scalar(_joined(select(func.count(Assessment.id))).where(condition)) or 0
    per_page: int = POLICY["per_page"]
    number = Page.clamp(number, total=total, per_page=per_page)
    query = _joined(select(Assessment)).where(condition).options(
        joinedload(Assessment.enterprise).joinedload(Enterprise.organisation), joinedload(Assessment.organisation)
    )  # fmt: skip
    query = query.order_by(Assessment.changed_at.desc(), Assessment.id.desc())
    rows = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(tuple(rows), number=number, per_page=per_page, total=total)


def _joined(query: Any) -> Any:
    enterprise = Enterprise.id == Assessment.enterprise_id
    return query.join(Enterprise, enterprise).join(Organisation, Organisation.id == Enterprise.organisation_id)


def _scope(actor: Actor) -> ColumnElement[bool]:
    if actor.role == Role.ENTERPRISE:
        return Assessment.enterprise_id == actor.enterprise_id
    if actor.role in ASSESSORS:
        return Assessment.organisation_id == actor.organisation_id
    is_published = Assessment.status != AssessmentStatus.DRAFT
    return is_published & (Organisation.county == actor.county) if actor.role == Role.COUNTY_OFFICER else is_published


def candidates(actor: Actor, *, text: str = "") -> tuple[Candidate, ...]:
    """Whom the assessor may assess: who gave him consent, or, for the third party, who is searched for by name."""
    query = select(Enterprise).join(Enterprise.organisation).options(joinedload(Enterprise.organisation))
    if actor.role == Role.SUPERVISOR:
        words = text.split()
        if not words:
            return ()
        query = query.where(*(Organisation.name.icontains(word, autoescape=True) for word in words))
    else:
        query = query.where(Enterprise.id.in_(_consenting(actor)))
    query = query.order_by(Organisation.name, Enterprise.id).limit(POLICY["enterprises_found"])
    return tuple(_candidate(row) for row in db.session.scalars(query))


def _consenting(actor: Actor) -> Any:
    today = clock.today()
    return select(AccessGrant.enterprise_id).where(
        AccessGrant.organisation_id == actor.organisation_id,
        AccessGrant.purpose == GrantPurpose.DIAGNOSIS,
        AccessGrant.status == GrantStatus.ACTIVE,
        AccessGrant.starts_on <= today,
        AccessGrant.expires_on >= today,
    )


def _candidate(row: Enterprise) -> Candidate:
    county = wording.COUNTIES.get(row.organisation.county or "", wording.UNKNOWN)
    return Candidate(row.id, row.organisation.name, f"{county}，{wording.INDUSTRIES[row.industry]}")
