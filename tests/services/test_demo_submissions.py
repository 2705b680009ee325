"""The demo city's submissions: valid ones, each kind of reason among them, and none on the shelf."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.domain import questions
from marketplace.extensions import db
from marketplace.models.approvals import Approval
from marketplace.models.listings import ListingVersion
from marketplace.models.prices import ContractPrice
from marketplace.models.risk_flags import RiskFlag, RiskKind
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services.demo import content
from marketplace.services.demo.content import DEMO_DAY


def test_each_kind_of_reason_is_among_them_and_says_what_it_should(demo_app: Flask) -> None:
    texts = content.read("risk_flags")["submissions"]
    names = {row["content"]["name"] for row in texts}
    with demo_app.app_context():
        rows = db.session.execute(
            select(RiskFlag, ListingVersion.content).join(ListingVersion, ListingVersion.id == RiskFlag.version_id)
        ).all()
        found: dict[RiskKind, set[str]] = {kind: set() for kind in RiskKind}
        for flag, answers in rows:
            found[flag.kind].add(answers["name"])
    assert found[RiskKind.SIMILAR_TEXT] & names == {"汽耗全厂能耗看板"}
    assert found[RiskKind.SAME_EVIDENCE] & names == {"采蔬田头收购秤"}
    assert found[RiskKind.SHARED_CONTACT] & names == {"冷仓到门交接"}
    assert found[RiskKind.PRICE_AT_CAP] & names == {"衡轴铸锻一体套件"}
    assert found[RiskKind.BURST] & names == {"驾驶屏供货商记分"}


def test_they_are_answers_that_a_provider_could_have_submitted(demo_app: Flask) -> None:
    names = [row["content"]["name"] for row in content.read("risk_flags")["submissions"]]
    with demo_app.app_context():
        rows = db.session.execute(
            select(Solution, ListingVersion, Approval)
            .join(ListingVersion, ListingVersion.solution_id == Solution.id)
            .join(Approval, Approval.version_id == ListingVersion.id)
            .where(Solution.name.in_(names))
        ).all()
        assert len(rows) == len(names)
        for solution, version, approval in rows:
            assert questions.check(version.content, today=DEMO_DAY) == {}
            assert (solution.status, solution.listed_at) == (SolutionStatus.DRAFT, None)
            assert approval.submitted_at.date() >= DEMO_DAY - timedelta(days=5)
            assert approval.queue_at <= approval.submitted_at


def test_contract_prices_are_never_above_the_list_and_never_before_the_listing(demo_app: Flask) -> None:
    with demo_app.app_context():
        rows = db.session.execute(
            select(ContractPrice, Solution).join(Solution).options(selectinload(Solution.price_plans))
        ).all()
        assert len(rows) > 50
        for contract, solution in rows:
            assert solution.listed_at is not None
            assert solution.listed_at.date() <= contract.signed_on <= DEMO_DAY
            asked = [plan.amount for plan in solution.price_plans if plan.model == contract.model]
            assert 0 < contract.amount <= max(asked)
