"""The demo city's submissions: valid ones, each kind of reason among them, and none on the shelf."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.domain import questions
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Role
from marketplace.models.approvals import Approval, ApprovalStatus
from marketplace.models.evidence import Evidence
from marketplace.models.listings import ListingVersion
from marketplace.models.prices import ContractPrice
from marketplace.models.risk_flags import RiskFlag, RiskKind
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import accounts, approval_proofs, evidence_store, evidence_views
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


def test_what_they_cite_are_files_that_a_reviewer_opens(demo_app: Flask) -> None:
    with demo_app.app_context():
        rows = db.session.execute(
            select(Approval, ListingVersion.content)
            .join(ListingVersion, ListingVersion.id == Approval.version_id)
            .where(Approval.status == ApprovalStatus.IN_REVIEW)
            .options(joinedload(Approval.provider), joinedload(Approval.solution))
        ).all()
        seat = db.session.scalars(select(Membership).where(Membership.role == Role.EXPERT).options(*accounts.SEAT))
        expert = accounts.actor_in(seat.all()[0])
        titles = set()
        for approval, answers in rows:
            for proof in approval_proofs.of(expert, approval, answers):
                assert proof.is_open
                piece = evidence_views.get(expert, evidence_id=proof.evidence_id).row
                with evidence_store.open_file(piece.sha256) as file:
                    assert file.read(5) == b"%PDF-"
                titles.add(proof.title)
        assert {"整厂套件成本明细", "冷藏车交接确认单"} <= titles


def test_a_listing_on_the_shelf_cites_files_of_its_own_provider(demo_app: Flask) -> None:
    with demo_app.app_context():
        row = db.session.scalars(
            select(Solution).where(Solution.name == "芯阡批次过站").options(joinedload(Solution.provider))
        ).one()
        assert row.status == SolutionStatus.LISTED
        cited = [int(one["evidence"]) for one in row.proofs or ()]
        owners = db.session.scalars(select(Evidence.organisation_id).where(Evidence.id.in_(cited))).all()
        assert owners == [row.provider.organisation_id] * 2
