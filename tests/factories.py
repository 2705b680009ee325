"""Rows for tests, made through the real tables; every call makes something that is valid and new."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from marketplace.domain import credit_codes, questions
from marketplace.domain.actors import Actor
from marketplace.domain.evidence import Place
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Organisation, OrganisationKind, Role, User
from marketplace.models.approvals import Approval
from marketplace.models.assessments import (
    Assessment,
    AssessmentAnswer,
    AssessmentKind,
    AssessmentStatus,
    SceneLevel,
)
from marketplace.models.demands import Demand, DemandLine, DemandStatus
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.evidence import AccessGrant, Evidence, GrantPurpose
from marketplace.models.listings import ListingDraft, ListingVersion, VersionChange
from marketplace.models.prices import ContractPrice
from marketplace.models.providers import Provider, ProviderKind, Standing
from marketplace.models.solutions import (
    Coverage,
    PriceModel,
    PricePlan,
    Solution,
    SolutionCase,
    SolutionStatus,
    SubsidyCategory,
)
from marketplace.services import (
    accounts,
    approvals,
    clock,
    evidence,
    listing_drafts,
    listing_projection,
    outbox,
    prices,
    search_documents,
)
from marketplace.services.unit_of_work import writing
from matching import standard
from tests import evidence_files, listing_answers, listing_contents

KIND_OF_ROLE = {
    Role.ENTERPRISE: OrganisationKind.ENTERPRISE,
    Role.PROVIDER: OrganisationKind.PROVIDER,
    Role.COUNTY_OFFICER: OrganisationKind.COUNTY,
    Role.BUREAU_REVIEWER: OrganisationKind.BUREAU,
    Role.BUREAU_LEADER: OrganisationKind.BUREAU,
    Role.SUPERVISOR: OrganisationKind.SUPERVISOR,
    Role.EXPERT: OrganisationKind.EXPERT_PANEL,
    Role.ADMINISTRATOR: OrganisationKind.OPERATOR,
    Role.AUDITOR: OrganisationKind.BUREAU,
}


class Factory:
    def __init__(self) -> None:
        self.numbers = count(1)

    def organisation(self, kind: OrganisationKind, *, county: str | None = "fucheng") -> Organisation:
        number = next(self.numbers)
        code = credit_codes.make(category="91", region="519900", first_eight=f"MC{number:06d}")
        row = Organisation(kind=kind, name=f"测试单位{number}", credit_code=code, county=county, created_at=clock.now())
        return self._save(row)

    def enterprise(self, *, county: str | None = "fucheng", **facts: Any) -> Enterprise:
        organisation = self.organisation(OrganisationKind.ENTERPRISE, county=county)
        values: dict[str, Any] = {
            "industry": "modern_food", "gbt4754": "143", "size": "small", "employees": 80, "revenue": 40_000_000,
            "progress": Progress.REGISTERED,
        }  # fmt: skip
        return self._save(Enterprise(organisation_id=organisation.id, **(values | facts)))

    def provider(self, *, standing: Standing = Standing.LISTED, **facts: Any) -> Provider:
        organisation = self.organisation(OrganisationKind.PROVIDER)
        values: dict[str, Any] = {
            "short_name": f"测商{next(self.numbers)}", "kind": ProviderKind.PRODUCT, "standing_since": date(2026, 1, 5),
            "summary": "做车间软件的", "description": "二十个人的小公司。", "industries": [], "created_at": clock.now(),
        }  # fmt: skip
        return self._save(Provider(organisation_id=organisation.id, standing=standing, **(values | facts)))

    def user(self, role: Role = Role.ENTERPRISE, *, organisation_id: int | None = None, is_keeper: bool = True) -> User:
        """A person in a seat of this role; enterprises and providers get their file with it."""
        number = next(self.numbers)
        if organisation_id is None:
            organisation_id = self._home(role)
        now = clock.now()
        user = self._save(User(login=f"user{number}@example.test", name=f"测试人员{number}", created_at=now))
        self._save(
            Membership(user_id=user.id, organisation_id=organisation_id, role=role, is_keeper=is_keeper, created_at=now)
        )
        return user

    def _home(self, role: Role) -> int:
        if role == Role.ENTERPRISE:
            return self.enterprise().organisation_id
        if role == Role.PROVIDER:
            return self.provider().organisation_id
        return self.organisation(KIND_OF_ROLE[role]).id

    def provider_of(self, user: User) -> Provider:
        return db.session.get_one(Provider, self.actor(user).provider_id)

    def actor(self, who: User | Role) -> Actor:
        user = self.user(who) if isinstance(who, Role) else who
        query = select(Membership).where(Membership.user_id == user.id).options(*accounts.SEAT).limit(1)
        return accounts.actor_in(db.session.scalars(query).one())

    def solution(
        self,
        *,
        provider: Provider | None = None,
        coverage: Sequence[tuple[str, int]] = (("quality", 2),),
        price: int | None = 30_000,
        model: PriceModel = PriceModel.ANNUAL,
        category: SubsidyCategory = SubsidyCategory.SOFTWARE,
        cases: int = 0,
        status: SolutionStatus = SolutionStatus.LISTED,
        **facts: Any,
    ) -> Solution:
        """A listing on the shelf, in the index as soon as the outbox has been delivered (at once)."""
        number, now = next(self.numbers), clock.now()
        owner = provider or self.provider()
        is_draft = status == SolutionStatus.DRAFT
        decider = None if is_draft else self._decider()
        values: dict[str, Any] = {
            "name": f"测试产品{number}", "family": "质量管理", "product_type": "saas", "summary": "把检验记录管起来",
            "description": "来料、过程、出货三道检验都有记录可查。", "keywords": ["质检"], "industries": [],
            "gbt4754": [], "sizes": ["small"], "deployments": ["saas"], "days_to_deploy": 30,
        }  # fmt: skip
        row = Solution(
            provider_id=owner.id,
            status=status,
            decided_at=None if is_draft else now,
            decided_by=decider,
            listed_at=None if is_draft else now,
            **(values | facts),
        )
        row.coverage = [Coverage(scene=scene, level=level, function=f"{scene}的功能") for scene, level in coverage]
        row.price_plans = (
            []
            if price is None
            else [PricePlan(name="标准版", model=model, amount=price, includes="全部功能", subsidy_category=category)]
        )
        row.cases = [
            SolutionCase(
                industry="modern_food", scene=coverage[0][0], level_before=0, level_after=coverage[0][1],
                accepted_on=date(2026, 5, 6), story=f"第{place}家用上了", enterprise_id=self.enterprise().id,
            )
            for place in range(1, cases + 1)
        ]  # fmt: skip
        with writing() as session:
            session.add(row)
            session.flush()
            loaded = session.scalars(
                select(Solution).where(Solution.id == row.id).options(*search_documents.LOADING)
                .execution_options(populate_existing=True)
            ).one()  # fmt: skip
            session.add_all(search_documents.facet_rows(loaded))
            outbox.put(session, topic=outbox.SOLUTION, subject_id=row.id)
        return row

    def listing_draft(self, *, user: User | None = None, **changes: Any) -> ListingDraft:
        """A new listing of the user's provider with complete answers; a change to None leaves one out."""
        owner = self.actor(user or self.user(Role.PROVIDER))
        with writing(owner) as session:
            solution = listing_drafts.create(session, owner, content=listing_answers.complete(**changes))
            key = solution.id
        return db.session.scalars(select(ListingDraft).where(ListingDraft.solution_id == key)).one()

    def listing_version(
        self,
        solution: Solution,
        *,
        change: VersionChange = VersionChange.INITIAL,
        is_approved: bool = True,
        user: User | None = None,
        **changes: Any,
    ) -> ListingVersion:
        """The next version of the solution, with what the shelf shows or with complete answers and these changes."""
        author = (user.id if user else None) or solution.decided_by or self._decider()
        with writing() as session:
            row = session.get_one(Solution, solution.id)
            listing_projection.load(session, row)
            content = listing_answers.complete(**changes) if changes else listing_projection.content_of(row)
            version = ListingVersion(
                solution_id=row.id, number=(listing_drafts.newest(session, row.id) or 0) + 1, content=content,
                digest=questions.digest(content), change=change, created_at=clock.now(), created_by=author,
                approved_at=clock.now() if is_approved else None,
            )  # fmt: skip
            session.add(version)
        return version

    def contract_price(self, solution: Solution, *, amount: int, **facts: Any) -> ContractPrice:
        """A signed line for what the solution covers first, through the service that projects use."""
        values: dict[str, Any] = {
            "model": PriceModel.ANNUAL, "quantity": 1, "scene": "quality", "level": 2, "signed_on": clock.today(),
        }  # fmt: skip
        with writing() as session:
            contract = prices.Contract(amount=amount, **(values | facts))
            return prices.record_contract(session, solution_id=solution.id, contract=contract)

    def _decider(self) -> int:
        return self.user(Role.BUREAU_LEADER).id

    def demand(
        self,
        *,
        user: User | None = None,
        lines: Sequence[tuple[str, int]] = (("quality", 100),),
        status: DemandStatus = DemandStatus.PUBLISHED,
        **facts: Any,
    ) -> Demand:
        """A checklist of the user's enterprise; `lines` are (scene, weight), all from level 0 to 2."""
        owner = self.actor(user or self.user(Role.ENTERPRISE))
        now = clock.now()
        is_draft = status == DemandStatus.DRAFT
        row = Demand(
            enterprise_id=owner.enterprise_id,
            title=f"测试清单{next(self.numbers)}",
            status=status,
            decided_at=None if is_draft else now,
            decided_by=None if is_draft else owner.user_id,
            is_conditions_done=not is_draft,
            created_by=owner.user_id,
            created_at=now,
            changed_at=now,
            **facts,
        )
        row.lines = [
            DemandLine(
                position=place, scene=scene, current_level=0, target_level=2, text="记录都在纸上,找不到",
                weight=weight, is_essential=place == 1,
            )
            for place, (scene, weight) in enumerate(lines, start=1)
        ]  # fmt: skip
        return self._save(row)

    def assessment(
        self,
        *,
        user: User | None = None,
        points: Decimal = Decimal("41.35"),
        levels: Mapping[str, int] | None = None,
        answers: Mapping[str, Sequence[str]] | None = None,
        kind: AssessmentKind = AssessmentKind.SELF,
        status: AssessmentStatus = AssessmentStatus.COMPLETED,
        **facts: Any,
    ) -> Assessment:
        """A record of the user's enterprise: all scenes (level 1 unless said), all items (their first option)."""
        owner = self.actor(user or self.user(Role.ENTERPRISE))
        now = clock.now()
        is_draft = status == AssessmentStatus.DRAFT
        reached = dict.fromkeys(standard.SCENES, 1) | dict(levels or {})
        values: dict[str, Any] = {
            "enterprise_id": owner.enterprise_id, "organisation_id": owner.organisation_id, "kind": kind,
            "standard": standard.VERSION, "assessed_on": clock.today(), "created_by": owner.user_id, "created_at": now,
            "changed_at": now, "status": status, "decided_at": None if is_draft else now,
            "decided_by": None if is_draft else owner.user_id, "points": None if is_draft else points,
            "level": None if is_draft else standard.overall_level(points, reached).level,
        }  # fmt: skip
        row = Assessment(**(values | facts))
        given = {item: ["A"] for item in standard.ITEMS} | {item: list(keys) for item, keys in (answers or {}).items()}
        row.answers = [
            AssessmentAnswer(item=item, options=keys, figures={}, answered_by=owner.user_id, answered_at=now)
            for item, keys in given.items()
        ]
        row.scenes = [
            SceneLevel(scene=scene, level=level, answered_by=owner.user_id, answered_at=now)
            for scene, level in reached.items()
        ]
        return self._save(row)

    def evidence(
        self, *, user: User, content: bytes | None = None, places: Sequence[Place] = (), **facts: Any
    ) -> Evidence:
        """A piece of the user's locker, a PDF unless `content` is given, through the real upload."""
        number = next(self.numbers)
        values: dict[str, Any] = {"title": f"测试材料{number}", "kind": "ledger"}
        done = evidence.upload(
            self.actor(user),
            io.BytesIO(content or evidence_files.pdf(f"{number}")),
            file_name=f"材料{number}.pdf",
            facts=evidence.Facts(**(values | facts)),
            places=places,
        )
        return db.session.get_one(Evidence, done.evidence_id)

    def access_grant(
        self, *, user: User, organisation_id: int, purpose: str = "planning", starts: int = 0, days: int = 10
    ) -> AccessGrant:
        """The user's enterprise lets the organisation in; `starts` days from today, negative for the past."""
        owner = self.actor(user)
        first = clock.today() + timedelta(days=starts)
        row = AccessGrant(
            enterprise_id=owner.enterprise_id, organisation_id=organisation_id, purpose=GrantPurpose(purpose),
            note="先了解情况", starts_on=first, expires_on=first + timedelta(days=days - 1), created_by=owner.user_id,
            created_at=clock.now(),
        )  # fmt: skip
        return self._save(row)

    def owner(self, provider_id: int) -> Actor:
        """The first person of the provider; one is made where there is none."""
        provider = db.session.get_one(Provider, provider_id)
        query = select(User).join(Membership).where(Membership.organisation_id == provider.organisation_id)
        found = db.session.scalars(query.order_by(User.id).limit(1)).one_or_none()
        return self.actor(found or self.user(Role.PROVIDER, organisation_id=provider.organisation_id))

    def version(
        self, solution: Solution, *, change: VersionChange = VersionChange.INITIAL, **answers: Any
    ) -> ListingVersion:
        """The next version of the listing's content, with these answers instead."""
        owner = self.owner(solution.provider_id)
        with writing() as session:
            return listing_contents.add_version(session, solution, change=change, user_id=owner.user_id, **answers)

    def approval(
        self, *, solution: Solution | None = None, change: VersionChange = VersionChange.INITIAL, **answers: Any
    ) -> Approval:
        """A submission as the provider makes it: in review, nobody seated."""
        listing = solution or self.solution(status=SolutionStatus.DRAFT)
        owner = self.owner(listing.provider_id)
        version = self.version(listing, change=change, **answers)
        with writing(owner) as session:
            locked = session.get_one(Solution, listing.id, with_for_update={"of": Solution})
            return approvals.open_for(session, owner, solution=locked, version=version)

    def _save(self, row: Any) -> Any:
        with writing() as session:
            session.add(row)
        return row
