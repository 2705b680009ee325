"""How every demo listing came onto the shelf, and submissions in each state of the double review."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from marketplace.domain import approvals as rules
from marketplace.domain import questions
from marketplace.models.approvals import (
    Approval,
    ApprovalKind,
    ApprovalStatus,
    DeclaredInterest,
    ReviewSeat,
    Seat,
    Verdict,
)
from marketplace.models.listings import ListingVersion, VersionChange
from marketplace.models.providers import Provider
from marketplace.models.solutions import Solution
from marketplace.services import listing_projection
from marketplace.services.demo import approval_rows, content
from marketplace.services.demo.listing_versions import keeper_of
from marketplace.services.demo.people import Registry

EXPERTS = ("expert", "expert2", "expert3", "expert4")
OFFICERS = ("reviewer", "reviewer2", "reviewer3")
SUPERVISORS = ("supervisor", "supervisor2")
BOTH_RETURN, ONE_RETURNS, DOUBTS = 0.14, 0.2, 0.25  # shares of first rounds; of shared questions one had doubts about
SUBMITTED, FIRST_ROUND, AGAIN, SECOND_ROUND = 16, 12, 10, 7  # days before the approval
NOTES = rules.POLICY["templates"]
Row = Mapping[str, Any]


def add(registry: Registry, providers: Mapping[str, Provider], shelf: Mapping[str, Solution]) -> int:
    """Returns how many submissions are under way."""
    session = registry.session
    session.flush()
    first = {
        row.solution_id: row
        for row in session.scalars(select(ListingVersion).where(ListingVersion.number == 1))
    }  # fmt: skip
    made = [_history(registry, shelf[row["key"]], first[shelf[row["key"]].id], row) for row in content.listings()]
    session.flush()
    for approval, second in made:
        _finish(registry, approval, second)
    rows = content.read("approvals")["submissions"]
    keys = {row["key"]: row["provider"] for row in content.listings()}
    for row in rows:
        _submission(registry, shelf[row["listing"]], keys[row["listing"]], row)
    _declare(registry, providers["P45"])
    session.flush()
    return len(rows)


def _history(registry: Registry, solution: Solution, version: ListingVersion, row: Row) -> tuple[Approval, ReviewSeat]:
    """The first submission of a listing: at once, or returned and changed before it passed."""
    roll, listed = content.dice(f"评估 {row['key']}"), content.days_ago(row["listed_days_ago"])
    people = roll.choice(EXPERTS), roll.choice(OFFICERS), roll.choice(SUPERVISORS)
    chance = roll.random()
    one, other = _first_verdicts(chance, roll)
    author = keeper_of(registry, row["provider"])
    was_returned = Verdict.RETURN in (one, other)
    approval = approval_rows.begin(solution, version, ApprovalKind.INITIAL, listed - timedelta(days=SUBMITTED), author)
    registry.session.add(approval)
    registry.session.flush()
    if was_returned:
        returned, again = listed - timedelta(days=FIRST_ROUND), listed - timedelta(days=AGAIN)
        _pair(registry, approval, people[:2], (one, other), returned, roll)
        approval_rows.step(
            registry, approval, "return", people[1], returned, reason="需修改：功能、场景和可达等级、价目"
        )
        approval_rows.step(registry, approval, "resubmit", author, again)
        approval.round = 2
    decided = listed - timedelta(days=SECOND_ROUND)
    _pair(registry, approval, people[:2], (Verdict.PASS, Verdict.PASS), decided, roll)
    approval_rows.step(registry, approval, "agree", people[1], decided)
    return approval, approval_rows.take(registry, approval, Seat.SECOND, people[2], listed, Verdict.PASS)


def _first_verdicts(chance: float, roll: Random) -> tuple[Verdict, Verdict]:
    if chance < BOTH_RETURN:
        return Verdict.RETURN, Verdict.RETURN
    if chance < ONE_RETURNS:
        pair = [Verdict.RETURN, Verdict.PASS]
        roll.shuffle(pair)
        return pair[0], pair[1]
    return Verdict.PASS, Verdict.PASS


def _finish(registry: Registry, approval: Approval, second: ReviewSeat) -> None:
    """Once the passes stand: the database approves nothing before."""
    at = second.decided_at or second.claimed_at
    approval_rows.step(registry, approval, "approve", second.reviewer_id, at.date())
    approval.status = ApprovalStatus.APPROVED
    approval.decided_at, approval.decided_by = at, second.reviewer_id


def _pair(
    registry: Registry, approval: Approval, people: Sequence[str], verdicts: Sequence[Verdict], day: date, roll: Random
) -> None:
    """Both first seats; where one had doubts about what both judged, the other mostly had them too."""
    doubts = {item.id for item in rules.checklist(Seat.PRICE, ApprovalKind.INITIAL) if item.is_shared}
    doubts = {one for one in sorted(doubts) if roll.random() < DOUBTS}
    for place, (seat, login, verdict) in enumerate(zip(rules.FIRST, people, verdicts, strict=True)):
        partly = {one for one in sorted(doubts) if roll.random() > DOUBTS}
        notes = [_note(roll)] if verdict == Verdict.RETURN else []
        approval_rows.take(
            registry, approval, seat, login, day - timedelta(days=1 - place), verdict, partly=partly, notes=notes
        )


def _note(roll: Random) -> dict[str, str]:
    chosen = roll.choice(NOTES)
    return {"question": chosen["question"], "text": chosen["text"]}


def _submission(registry: Registry, solution: Solution, provider: str, row: Row) -> None:
    """One that is under way, or ended without reaching the shelf."""
    session, author = registry.session, keeper_of(registry, provider)
    version = _version(registry, solution, row, author=author, days_ago=row["days_ago"])
    kind = ApprovalKind(row.get("kind") or rules.kind_for(solution.status, row["change"]))
    approval = approval_rows.begin(solution, version, kind, content.days_ago(row["days_ago"]), author)
    session.add(approval)
    session.flush()
    for seat in row.get("seats", ()):
        if seat.get("round", 1) > approval.round:
            again = row["again"]
            changed = _version(registry, solution, {**row, **again}, author=author, days_ago=again["days_ago"])
            approval_rows.submit(approval, changed, content.days_ago(again["days_ago"]))
            approval.round = seat["round"]
        _placed(registry, approval, seat)
    for step in row.get("path", ()):
        approval_rows.step(
            registry, approval, step["action"], step["by"] or author, content.days_ago(step["days_ago"]),
            reason=step.get("reason"),
        )  # fmt: skip
    session.flush()


def _placed(registry: Registry, approval: Approval, seat: Row) -> None:
    verdict = Verdict(seat["verdict"]) if "verdict" in seat else None
    approval_rows.take(
        registry, approval, Seat(seat["seat"]), seat["by"], content.days_ago(seat["days_ago"]), verdict,
        unmet=set(seat.get("unmet", ())), notes=[dict(one) for one in seat.get("notes", ())], reason=seat.get("reason"),
    )  # fmt: skip


def _version(registry: Registry, solution: Solution, row: Row, *, author: int, days_ago: int) -> ListingVersion:
    session = registry.session
    newest = session.scalars(
        select(ListingVersion.number).where(ListingVersion.solution_id == solution.id).order_by(ListingVersion.number)
    ).all()[-1]
    answers = listing_projection.content_of(solution) | row.get("said", {})
    if "amount" in row:
        plans = [dict(one) for one in answers["price_plans"]]
        plans[0]["amount"] = row["amount"]
        answers["price_plans"] = plans
    answers, at = questions.canonical(answers), content.moment(content.days_ago(days_ago))
    version = ListingVersion(
        solution_id=solution.id, number=newest + 1, content=answers, digest=questions.digest(answers),
        change=VersionChange(row["change"]), created_at=at, created_by=author,
        approved_at=at if row["change"] == VersionChange.MINOR else None,
    )  # fmt: skip
    session.add(version)
    session.flush()
    if row["change"] == VersionChange.MINOR:
        solution.service = answers.get("service")
    return version


def _declare(registry: Registry, provider: Provider) -> None:
    """One expert who worked for a provider until last year, and stays away from it."""
    expert = registry.seats["expert4"].user_id
    registry.session.add(
        DeclaredInterest(
            user_id=expert, organisation_id=provider.organisation_id, what="曾任该公司技术顾问（演示）",
            since=content.days_ago(700), until=content.days_ago(200), declared_by=expert,
            declared_at=content.moment(content.days_ago(390)),
        )
    )  # fmt: skip
