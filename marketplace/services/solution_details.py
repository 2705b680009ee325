"""The page of one listing, ready to show: matrix, prices with estimates, cases, reviews, history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import permissions, shelf, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.providers import Provider
from marketplace.models.solutions import Certificate, Solution, SolutionCase, SolutionFacet, SolutionStatus
from marketplace.services import kept_views, reviews, search_fallback, solution_cards, solution_facts, status_history
from marketplace.services.reviews import Reviews
from marketplace.services.solution_cards import Card
from marketplace.services.solution_facts import Case, MatrixRow, Plan
from marketplace.services.status_history import Entry

SIMILAR: int = shelf.SHELF["similar_rows"]


@dataclass(frozen=True, slots=True)
class Offeror:
    """The provider as the page of its listing shows it."""

    id: int
    name: str
    full_name: str
    summary: str
    kind: str
    standing: str
    standing_label: str
    since: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Values alone, for they are kept beyond the request that read them."""

    id: int
    provider_id: int
    name: str
    summary: str
    description: str
    status: SolutionStatus
    provider: Offeror
    banner: str
    is_on_shelf: bool
    was_listed: bool
    facts: tuple[tuple[str, str], ...]
    integrations: tuple[tuple[str, str], ...]
    matrix: tuple[MatrixRow, ...]
    plans: tuple[Plan, ...]
    entry: Plan | None
    cases: tuple[Case, ...]
    has_local_case: bool
    certificates: tuple[tuple[str, str], ...]
    rating: float | None
    reviews: Reviews
    similar: tuple[Card, ...]
    history: tuple[Entry, ...]


LOADING = (
    joinedload(Solution.provider).joinedload(Provider.organisation),
    selectinload(Solution.coverage),
    selectinload(Solution.price_plans),
    selectinload(Solution.cases),
    selectinload(Solution.certificates),
)


def get(actor: Actor | None, *, solution_id: int) -> Detail:
    """NotFound for a draft to everybody but its provider; what was once listed keeps its page."""
    detail = kept_views.get("detail", [solution_id], _make).get(solution_id)
    if detail is None or not may_see(actor, detail):
        raise NotFound("solution", solution_id)
    return detail


def _make(ids: Sequence[int]) -> dict[int, Detail]:
    found = db.session.scalars(select(Solution).where(Solution.id.in_(ids)).options(*LOADING))
    return {solution.id: _detail(solution) for solution in found}


def _detail(solution: Solution) -> Detail:
    return _view(
        solution,
        reviewed=reviews.of_solution(solution.id),
        similar=similar(solution),
        history=status_history.of(kind="solution", key=solution.id),
    )


def preview(solution: Solution) -> Detail:
    """Of a solution that belongs to no session: what its provider would see, without what others say of it."""
    return _view(solution, reviewed=reviews.NONE, similar=(), history=())


def _view(solution: Solution, *, reviewed: Reviews, similar: tuple[Card, ...], history: tuple[Entry, ...]) -> Detail:
    listed = [solution_facts.plan_view(plan) for plan in solution.price_plans]
    cheapest = shelf.entry_plan(solution.price_plans)
    return Detail(
        id=solution.id,
        provider_id=solution.provider_id,
        name=solution.name,
        summary=solution.summary,
        description=solution.description,
        status=solution.status,
        provider=_offeror(solution.provider),
        banner=solution_facts.banner(solution),
        is_on_shelf=shelf.is_on_shelf(solution),
        was_listed=solution.listed_at is not None,
        facts=solution_facts.facts(solution),
        integrations=solution_facts.integrations(solution),
        matrix=solution_facts.matrix(solution),
        plans=tuple(listed),
        entry=listed[solution.price_plans.index(cheapest)] if cheapest else None,
        cases=tuple(solution_facts.case_view(case) for case in solution.cases),
        has_local_case=shelf.has_local_case(solution),
        certificates=tuple(_certificate(row) for row in solution.certificates),
        rating=shelf.rating(solution.rating_sum, solution.rating_count),
        reviews=reviewed,
        similar=similar,
        history=history,
    )


def _certificate(row: Certificate) -> tuple[str, str]:
    number = f"，{row.number}" if row.number else ""
    return wording.CERTIFICATES.get(row.kind, row.kind), f"{row.name}{number}"


def _offeror(provider: Provider) -> Offeror:
    return Offeror(
        id=provider.id,
        name=provider.short_name,
        full_name=provider.organisation.name,
        summary=provider.summary,
        kind=wording.PROVIDER_KINDS[provider.kind],
        standing=provider.standing,
        standing_label=wording.STANDINGS[provider.standing],
        since=wording.day(provider.standing_since),
    )


def may_see(actor: Actor | None, detail: Detail) -> bool:
    """What was once listed keeps its page for everybody, whatever has become of it."""
    if detail.was_listed:
        return True
    return actor is not None and permissions.permits(actor, Permission.READ_OWN_LISTINGS, detail)


def similar(solution: Solution) -> tuple[Card, ...]:
    """Of the same family first, then those that share most scenes."""
    scenes = [row.scene for row in solution.coverage]
    shared = func.count(SolutionFacet.value)
    query = (
        select(Solution.id)
        .join(Provider, Provider.id == Solution.provider_id)
        .join(SolutionFacet, SolutionFacet.solution_id == Solution.id)
        .where(search_fallback.ON_SHELF, Solution.id != solution.id)
        .where(SolutionFacet.facet == "scene", SolutionFacet.value.in_(scenes))
        .group_by(Solution.id)
        .order_by((Solution.family == solution.family).desc(), shared.desc(), Solution.contracts.desc(), Solution.id)
        .limit(SIMILAR)
    )
    return solution_cards.load(list(db.session.scalars(query)))


def cases_of_provider(provider_id: int, *, limit: int) -> tuple[tuple[str, int, Case], ...]:
    """The provider's newest local cases, each with the name and id of its listing on the shelf."""
    query = (
        select(Solution.name, Solution.id, SolutionCase)
        .join(Solution, Solution.id == SolutionCase.solution_id)
        .where(Solution.provider_id == provider_id, Solution.status == SolutionStatus.LISTED)
        .where(SolutionCase.enterprise_id.is_not(None))
        .order_by(SolutionCase.accepted_on.desc(), SolutionCase.id)
        .limit(limit)
    )
    return tuple((name, key, solution_facts.case_view(case)) for name, key, case in db.session.execute(query))
