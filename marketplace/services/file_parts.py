"""An enterprise's file as plain JSON parts: equal content gives equal parts, in whichever database it lies."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.models.accounts import Organisation
from marketplace.models.assessments import Assessment
from marketplace.models.bundles import Basket, BasketItem, QuotationSheet
from marketplace.models.demands import Demand
from marketplace.models.enterprises import Enterprise
from marketplace.models.evidence import AccessGrant, Evidence
from marketplace.models.matches import Shortlist, ShortlistEntry
from marketplace.models.providers import Provider
from marketplace.models.solutions import PricePlan, Solution
from marketplace.services.file_format import Row, plain

SOLUTION = joinedload(Solution.provider).joinedload(Provider.organisation)
Numbers = dict[int, int]  # id -> place in its part, from 1


def collect(session: Session, enterprise: Enterprise) -> dict[str, Any]:
    """All parts but the timeline."""
    key, firm = enterprise.id, enterprise.organisation_id
    grants = _all(session, AccessGrant, AccessGrant.enterprise_id == key, joinedload(AccessGrant.organisation))
    assessments = _all(
        session, Assessment, Assessment.enterprise_id == key,
        joinedload(Assessment.organisation), selectinload(Assessment.answers), selectinload(Assessment.scenes),
        selectinload(Assessment.ticks),
    )  # fmt: skip
    demands = _all(session, Demand, Demand.enterprise_id == key, selectinload(Demand.lines))
    shortlists = _all(
        session, Shortlist, Shortlist.organisation_id == firm,
        selectinload(Shortlist.entries).joinedload(ShortlistEntry.solution).options(SOLUTION),
    )  # fmt: skip
    pieces = _all(session, Evidence, Evidence.organisation_id == firm, selectinload(Evidence.citations))
    seats = {"grant": _numbers(grants), "assessment": _numbers(assessments), "demand": _numbers(demands)}
    return {
        "enterprise": _enterprise(enterprise),
        "grants": [plain(row) | {"organisation": organisation_of(row.organisation)} for row in grants],
        "assessments": [_assessment(row, firm, seats["grant"]) for row in assessments],
        "demands": [_demand(row, seats) for row in demands],
        "shortlists": [_shortlist(row, seats["demand"]) for row in shortlists],
        "baskets": _baskets(session, key, seats["demand"]),
        "evidence": [_piece(row, seats["assessment"]) for row in pieces],
    }


def _all(session: Session, model: Any, condition: Any, *options: Any) -> Sequence[Any]:
    return session.scalars(select(model).where(condition).options(*options).order_by(model.id)).all()


def _numbers(rows: Iterable[Any]) -> Numbers:
    return {row.id: place for place, row in enumerate(rows, start=1)}


def organisation_of(row: Organisation) -> Row:
    return {"credit_code": row.credit_code, "name": row.name}


def solution_of(row: Solution) -> Row:
    """A listing by what is the same everywhere: its provider's credit code and its name."""
    return {
        "provider": row.provider.organisation.credit_code, "provider_name": row.provider.organisation.name,
        "name": row.name,
    }  # fmt: skip


def _enterprise(row: Enterprise) -> Row:
    firm = row.organisation
    return plain(row) | {"name": firm.name, "credit_code": firm.credit_code, "county": firm.county}


def _assessment(row: Assessment, firm: int, grants: Numbers) -> Row:
    return plain(row) | {
        "assessor": None if row.organisation_id == firm else organisation_of(row.organisation),
        "grant": grants.get(row.grant_id or 0),
        "answers": [plain(one) for one in sorted(row.answers, key=lambda one: one.item)],
        "scenes": [plain(one) for one in sorted(row.scenes, key=lambda one: one.scene)],
        "ticks": [plain(one) for one in sorted(row.ticks, key=lambda one: (one.item, one.option))],
    }


def _demand(row: Demand, seats: dict[str, Numbers]) -> Row:
    return plain(row) | {
        "assessment": seats["assessment"].get(row.assessment_id or 0),
        "copied_from": seats["demand"].get(row.copied_from_id or 0),
        "lines": [plain(line) for line in row.lines],
    }


def _shortlist(row: Shortlist, demands: Numbers) -> Row:
    return plain(row) | {
        "demand": demands.get(row.demand_id or 0),
        "entries": [plain(entry) | {"solution": solution_of(entry.solution)} for entry in row.entries],
    }


def _baskets(session: Session, enterprise_id: int, demands: Numbers) -> list[Row]:
    baskets = _all(
        session, Basket, Basket.enterprise_id == enterprise_id,
        selectinload(Basket.items).joinedload(BasketItem.solution).options(SOLUTION),
    )  # fmt: skip
    sheets = _all(session, QuotationSheet, QuotationSheet.enterprise_id == enterprise_id)
    items = [item for basket in baskets for item in basket.items]
    plans = _plans(session, [item.price_plan_id for item in items if item.price_plan_id])
    shown = _shown(session, {line.get("solution_id") for sheet in sheets for line in sheet.content.get("lines", [])})
    return [
        plain(basket)
        | {
            "demand": demands[basket.demand_id],
            "items": [_item(item, plans) for item in basket.items],
            "sheets": [
                plain(sheet, leave={"token"}) | {"content": _content_out(sheet.content, demands, shown)}
                for sheet in sheets
                if sheet.basket_id == basket.id
            ],
        }
        for basket in baskets
    ]


def _item(item: BasketItem, plans: dict[int, Row]) -> Row:
    return plain(item) | {"solution": solution_of(item.solution), "price_plan": plans.get(item.price_plan_id or 0)}


def _plans(session: Session, keys: Sequence[int]) -> dict[int, Row]:
    query = select(PricePlan).where(PricePlan.id.in_(keys))
    return {row.id: {"name": row.name, "model": str(row.model)} for row in session.scalars(query)}


def _shown(session: Session, keys: set[Any]) -> dict[int, Row]:
    query = select(Solution).where(Solution.id.in_({key for key in keys if isinstance(key, int)})).options(SOLUTION)
    return {row.id: solution_of(row) for row in session.scalars(query)}


def _content_out(content: Row, demands: Numbers, shown: dict[int, Row]) -> Row:
    """What was frozen, with the keys of this database put into words; texts and figures stay as they are."""
    out = dict(content)
    if "demand" in out:
        out["demand"] = {**out["demand"], "id": demands.get(out["demand"].get("id"))}
    if "lines" in out:
        out["lines"] = [
            {key: value for key, value in line.items() if key not in ("solution_id", "provider_id")}
            | {"solution": shown.get(line.get("solution_id"))}
            for line in out["lines"]
        ]
    return out


def _piece(row: Evidence, assessments: Numbers) -> Row:
    """Citations of what is no more (a draft deleted since) do not travel."""
    found = []
    for one in row.citations:
        place = assessments.get(one.subject_id) if one.subject_kind == "assessment" else 1
        if place is not None:
            found.append(plain(one, leave={"subject_id"}) | {"place": place})
    return plain(row) | {"citations": sorted(found, key=lambda one: (one["subject_kind"], one["place"], one["topic"]))}
