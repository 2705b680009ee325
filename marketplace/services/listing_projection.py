"""From the answers of a version to the shelf, and back: the only place that writes what a listing shows."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.domain import listings, questions
from marketplace.domain.question_choices import ANY_INDUSTRY
from marketplace.models.accounts import Organisation
from marketplace.models.bundles import BasketItem
from marketplace.models.enterprises import Enterprise
from marketplace.models.listings import ListingDraft, ListingVersion
from marketplace.models.providers import Provider
from marketplace.models.solutions import (
    Certificate,
    Coverage,
    PriceModel,
    PricePlan,
    Solution,
    SolutionCase,
    SubsidyCategory,
)
from marketplace.services import clock, outbox, search_documents

Row = Mapping[str, Any]
HUNDRED = Decimal(100)
TEXTS = ("name", "family", "product_type", "summary", "description")  # never NULL: a draft has empty ones
OPTIONAL = (
    "days_to_deploy", "interfaces", "service", "integrations", "ownership", "domestic", "data_ownership", "security",
    "proofs", "contact_name", "contact_phone", "sizes", "deployments",
)  # fmt: skip
LISTS = ("keywords", "gbt4754")  # never NULL either
LOADING = (
    joinedload(Solution.provider).joinedload(Provider.organisation),
    selectinload(Solution.coverage),
    selectinload(Solution.price_plans),
    selectinload(Solution.cases).joinedload(SolutionCase.enterprise).joinedload(Enterprise.organisation),
    selectinload(Solution.certificates),
    selectinload(Solution.facets),
)


def apply(session: Session, solution: Solution, version: ListingVersion) -> None:
    """The version is what the shelf shows from now on. The solution is locked; its status is the caller's to change.

    The draft that the version came from is gone with it.
    """
    load(session, solution)
    write(session, solution, version.content)
    now = clock.now()
    version.approved_at = now
    solution.expires_on = listings.end_of_term(
        change=version.change, status=solution.status, expires_on=solution.expires_on, today=clock.today()
    )
    solution.listed_at = solution.listed_at or now
    session.execute(delete(ListingDraft).where(ListingDraft.solution_id == solution.id))
    session.flush()
    _refresh_facets(session, solution)
    outbox.put(session, topic=outbox.SOLUTION, subject_id=solution.id)


def load(session: Session, solution: Solution) -> None:
    """The parts of a solution that was locked without them; what is loaded stays as it is."""
    session.scalars(select(Solution).where(Solution.id == solution.id).options(*LOADING)).one()


def write(session: Session, solution: Solution, content: Row) -> None:
    """The answers into the columns and rows of a loaded solution."""
    for key in TEXTS:
        setattr(solution, key, content.get(key, ""))
    for key in LISTS:
        setattr(solution, key, content.get(key, []))
    for key in OPTIONAL:
        setattr(solution, key, content.get(key))
    industries = content.get("industries")
    solution.industries = [] if industries == [ANY_INDUSTRY] else industries
    _write_coverage(solution, content.get("coverage", ()))
    _write_plans(session, solution, content.get("price_plans", ()))
    _write_cases(session, solution, content.get("cases", ()))
    _write_certificates(solution, content.get("certificates", ()))


def _write_coverage(solution: Solution, rows: Sequence[Row]) -> None:
    """A scene keeps its row: the table allows one a scene, and inserts go before deletes."""
    known = {one.scene: one for one in solution.coverage}
    kept = []
    for row in rows:
        one = known.get(row["scene"]) or Coverage(scene=row["scene"])
        one.level, one.function, one.evidence = int(row["level"]), row["function"], row.get("evidence")
        kept.append(one)
    solution.coverage = kept


def _write_plans(session: Session, solution: Solution, rows: Sequence[Row]) -> None:
    """A plan keeps its row while it keeps its name: baskets point at it; from one that is gone they are let off."""
    known = {one.name: one for one in solution.price_plans}
    kept = []
    for row in rows:
        one = known.pop(row["name"], None) or PricePlan(name=row["name"])
        one.model, one.amount, one.includes = PriceModel(row["model"]), row["amount"], row["includes"]
        one.maintenance_rate = _share(row.get("maintenance_rate"))
        one.pilot_discount = _share(row.get("pilot_discount"))
        one.subsidy_category = SubsidyCategory(row["subsidy_category"])
        kept.append(one)
    gone = [one.id for one in known.values() if one.id is not None]
    if gone:
        session.execute(update(BasketItem).where(BasketItem.price_plan_id.in_(gone)).values(price_plan_id=None))
    solution.price_plans = kept


def _share(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text) / HUNDRED


def _write_cases(session: Session, solution: Solution, rows: Sequence[Row]) -> None:
    """The customer is looked up in the city's registry: that it is there makes the case a local one."""
    codes = {row["credit_code"] for row in rows if row.get("credit_code")}
    local = _registered(session, codes) if codes else {}
    solution.cases = [
        SolutionCase(
            enterprise_id=local.get(row.get("credit_code", "")),
            credit_code=row.get("credit_code"),
            industry=row["industry"],
            scene=row["scene"],
            level_before=int(row["level_before"]),
            level_after=int(row["level_after"]),
            employees=row.get("employees"),
            accepted_on=date.fromisoformat(row["accepted_on"]),
            story=row["story"],
            evidence=row.get("evidence"),
        )
        for row in rows
    ]


def _registered(session: Session, codes: set[str]) -> dict[str, int]:
    query = select(Organisation.credit_code, Enterprise.id).join(
        Enterprise, Enterprise.organisation_id == Organisation.id
    )
    return {str(code): key for code, key in session.execute(query.where(Organisation.credit_code.in_(codes)))}


def _write_certificates(solution: Solution, rows: Sequence[Row]) -> None:
    solution.certificates = [Certificate(kind=row["kind"], name=row["name"], number=row.get("number")) for row in rows]


def _refresh_facets(session: Session, solution: Solution) -> None:
    known = {(one.facet, one.value): one for one in solution.facets}
    wanted = {(one.facet, one.value): one for one in search_documents.facet_rows(solution)}
    solution.facets = [known.get(key, row) for key, row in wanted.items()]
    session.flush()


def content_of(solution: Solution) -> dict[str, Any]:
    """The answers that the shelf shows: the inverse of `write`, for a listing that has no version yet."""
    content = plain(solution)
    content["coverage"] = [
        _row(scene=one.scene, level=str(one.level), function=one.function, evidence=one.evidence)
        for one in solution.coverage
    ]
    content["price_plans"] = [_plan_row(one) for one in solution.price_plans]
    content["cases"] = [_case_row(one) for one in solution.cases]
    content["certificates"] = [_row(kind=one.kind, name=one.name, number=one.number) for one in solution.certificates]
    return questions.canonical(content)


def plain(solution: Solution) -> dict[str, Any]:
    """The answers that stand in the row of the listing itself."""
    content: dict[str, Any] = {key: getattr(solution, key) for key in (*TEXTS, *LISTS, *OPTIONAL)}
    content["industries"] = [ANY_INDUSTRY] if solution.industries == [] else solution.industries
    return questions.canonical(content)


def _row(**cells: Any) -> dict[str, Any]:
    return {key: value for key, value in cells.items() if value not in (None, "")}


def _plan_row(plan: PricePlan) -> dict[str, Any]:
    return _row(
        name=plan.name,
        model=str(plan.model),
        amount=plan.amount,
        includes=plan.includes,
        maintenance_rate=_percent(plan.maintenance_rate),
        pilot_discount=_percent(plan.pilot_discount),
        subsidy_category=str(plan.subsidy_category),
    )


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else f"{(Decimal(share) * HUNDRED).normalize():f}"


def _case_row(case: SolutionCase) -> dict[str, Any]:
    code = case.credit_code or (case.enterprise.organisation.credit_code if case.enterprise else None)
    return _row(
        credit_code=code,
        industry=case.industry,
        employees=case.employees,
        scene=case.scene,
        level_before=str(case.level_before),
        level_after=str(case.level_after),
        accepted_on=case.accepted_on.isoformat(),
        story=case.story,
        evidence=case.evidence,
    )
