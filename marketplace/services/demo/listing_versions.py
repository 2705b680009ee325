"""A version of every demo listing, several of one; drafts in progress; listings that have left the shelf."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from marketplace.domain import listings as rules
from marketplace.domain import questions
from marketplace.models.approvals import StatusChange
from marketplace.models.listings import ListingDraft, ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import listing_projection, search_documents, system_user
from marketplace.services.demo import content, listings, proofs
from marketplace.services.demo.people import Registry

REVIEWED_DAYS = 9  # from the submission of a version to its approval


def add(registry: Registry, providers: Mapping[str, Provider], shelf: Mapping[str, Solution]) -> int:
    """Returns how many versions there are; the shelf itself is left as it is."""
    texts = content.read("listing_drafts")
    proofs.cite_on_shelf(registry, shelf, texts["proofs"])
    histories = {row["listing"]: row["versions"] for row in texts["histories"]}
    rows = content.listings()
    made = 0
    for row in rows:
        solution, days = shelf[row["key"]], row["listed_days_ago"]
        steps = histories.get(row["key"], [{"change": "initial", "days_ago": days, "said": {}}])
        made += _versions(registry, solution, row["provider"], steps)
    for row in texts["ended"]:
        _ended(registry, providers[row["provider"]], row)
    for row in texts["drafts"]:
        _draft(registry, providers[row["provider"]], row)
    registry.session.flush()
    return made + len(texts["ended"])


def keeper_of(registry: Registry, provider: str) -> int:
    """The first account of the provider: `provider` for P01, provider02 for P02."""
    return registry.seats[proofs.login_of(provider)].user_id


def _versions(registry: Registry, solution: Solution, provider: str, steps: list[dict[str, Any]]) -> int:
    shown = listing_projection.content_of(solution)
    for number, step in enumerate(steps, start=1):
        _version(
            registry.session, solution, questions.canonical(shown | step["said"]), number=number,
            change=VersionChange(step["change"]), days_ago=step["days_ago"], author=keeper_of(registry, provider),
        )  # fmt: skip
    return len(steps)


def _version(
    session: Session,
    solution: Solution,
    answers: dict[str, Any],
    *,
    number: int,
    change: VersionChange,
    days_ago: int,
    author: int,
) -> None:
    approved = content.moment(content.days_ago(days_ago), hour=15)
    is_at_once = change == VersionChange.MINOR
    session.add(
        ListingVersion(
            solution_id=solution.id, number=number, content=answers, digest=questions.digest(answers), change=change,
            created_at=approved if is_at_once else approved - timedelta(days=REVIEWED_DAYS), created_by=author,
            approved_at=approved,
        )
    )  # fmt: skip


def _ended(registry: Registry, provider: Provider, row: dict[str, Any]) -> None:
    """Once on the shelf, with its one version; withdrawn by its provider, or at the end of its term."""
    session, author = registry.session, keeper_of(registry, row["provider"])
    listed_on, ended_on = content.days_ago(row["listed_days_ago"]), content.days_ago(row["ended_days_ago"])
    listed_at, ended_at = content.moment(listed_on, hour=15), content.moment(ended_on, hour=10)
    solution = Solution(
        provider=provider, status=SolutionStatus(row["status"]), status_note=row.get("reason"), decided_at=ended_at,
        decided_by=author if row["status"] == "withdrawn" else system_user.actor(session).user_id, listed_at=listed_at,
        expires_on=rules.months_after(listed_on, months=rules.POLICY["term_months"]), rating_sum=0, rating_count=0,
        contracts=0, coverage=[], price_plans=[], cases=[], certificates=[], **_empty(),
    )  # fmt: skip
    answers = questions.canonical(row["content"])
    with session.no_autoflush:
        listing_projection.write(session, solution, answers)
    session.add(solution)
    session.flush()
    session.add_all(search_documents.facet_rows(solution))
    _version(
        session, solution, answers, number=1, change=VersionChange.INITIAL, days_ago=row["listed_days_ago"],
        author=author,
    )  # fmt: skip
    listings.approve(registry, solution, row)
    is_withdrawn = solution.status == SolutionStatus.WITHDRAWN
    session.add(
        StatusChange(
            subject_kind="solution", subject_id=solution.id, action="withdraw" if is_withdrawn else "expire",
            from_status="listed", to_status=row["status"], reason=row.get("reason"),
            decided_by=solution.decided_by, decided_at=ended_at,
        )
    )  # fmt: skip


def _empty() -> dict[str, Any]:
    return {
        "name": "",
        "family": "",
        "product_type": "",
        "summary": "",
        "description": "",
        "keywords": [],
        "gbt4754": [],
    }


def _draft(registry: Registry, provider: Provider, row: dict[str, Any]) -> None:
    answers = questions.canonical(row["content"])
    solution = Solution(
        provider=provider, status=SolutionStatus.DRAFT,
        **(_empty() | {"name": answers["name"], "family": answers["family"]}),
    )  # fmt: skip
    registry.session.add(solution)
    registry.session.flush()
    registry.session.add(
        ListingDraft(
            solution_id=solution.id, content=answers, touched={},
            updated_at=content.moment(content.days_ago(row["days_ago"])),
            updated_by=keeper_of(registry, row["provider"]),
        )
    )  # fmt: skip
