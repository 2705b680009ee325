"""The demo city: the numbers that the plan names, valid codes, texts that no template wrote, the same every time."""

import re
from collections import Counter
from decimal import Decimal

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.domain import assessments, credit_codes, sizes, wording
from marketplace.extensions import db
from marketplace.models.accounts import Membership, Organisation, Role, User
from marketplace.models.approvals import StatusChange
from marketplace.models.assessments import Assessment, AssessmentKind
from marketplace.models.consortia import ConsortiumMember
from marketplace.models.demands import Demand, DemandLine
from marketplace.models.enterprises import Enterprise, Progress
from marketplace.models.providers import Provider, ProviderKind
from marketplace.models.reviews import Review
from marketplace.models.solutions import Coverage, PricePlan, Solution, SolutionCase, SolutionStatus
from marketplace.services import assessment_answers, demo, search, search_documents, system_user
from marketplace.services.demo import content
from matching import standard


def _count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _count_listed() -> int:
    listed = select(func.count()).select_from(Solution).where(Solution.status == SolutionStatus.LISTED)
    return db.session.scalar(listed) or 0


def test_the_city_has_the_numbers_of_the_plan(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert _count(Enterprise) == 391
        assert _count(Provider) == 84
        assert _count_listed() == 216
        assert _count(Demand) == 121  # one of them drawn up from an assessment
        assert set(db.session.scalars(select(Enterprise.industry))) == set(wording.INDUSTRIES)
        counties = set(db.session.scalars(select(Organisation.county).where(Organisation.county.is_not(None))))
        assert counties == set(wording.COUNTIES)
        assert {row.kind for row in db.session.scalars(select(Provider))} == set(ProviderKind)
        assert _count(ConsortiumMember) > 0
        assert set(db.session.scalars(select(Membership.role))) == set(Role)


def test_all_scenes_and_levels_are_on_the_shelf(demo_app: Flask) -> None:
    with demo_app.app_context():
        assert set(db.session.scalars(select(Coverage.scene))) == set(wording.SCENES)
        assert set(db.session.scalars(select(Coverage.level))) == {1, 2, 3, 4}
        assert set(db.session.scalars(select(DemandLine.scene))) == set(wording.SCENES)
        assert len(set(db.session.scalars(select(Solution.family)))) >= 60
        assert _count(PricePlan) > 216
        assert _count(SolutionCase) > 100


def test_every_credit_code_has_a_valid_check_digit_and_everybody_is_marked(demo_app: Flask) -> None:
    with demo_app.app_context():
        for organisation in db.session.scalars(select(Organisation)):
            assert organisation.is_demo
            assert "演示" in organisation.name
            assert organisation.credit_code is None or credit_codes.is_valid(organisation.credit_code)
        people = select(User.name).where(User.login != system_user.LOGIN)  # the platform itself is nobody
        assert all("演示" in name for name in db.session.scalars(people))
        for firm in db.session.scalars(select(Enterprise)):
            assert firm.size == sizes.classify(employees=firm.employees or 0, revenue=firm.revenue or 0)


def test_every_demand_sums_to_a_hundred_and_aims_higher_than_today(demo_app: Flask) -> None:
    with demo_app.app_context():
        sums = db.session.execute(select(func.sum(DemandLine.weight)).group_by(DemandLine.demand_id)).scalars()
        assert set(sums) == {100}
        for line in db.session.scalars(select(DemandLine)):
            assert line.current_level is None or line.current_level < line.target_level


def test_three_different_people_stand_behind_every_listing(demo_app: Flask) -> None:
    with demo_app.app_context():
        for solution in db.session.scalars(select(Solution).where(Solution.listed_at.is_not(None))):
            deciders = db.session.scalars(
                select(StatusChange.decided_by).where(
                    StatusChange.subject_kind == "solution",
                    StatusChange.subject_id == solution.id,
                    StatusChange.action.in_(("feasibility", "price", "list")),
                )
            ).all()
            assert len(set(deciders)) == 3


def test_ratings_are_the_sums_of_the_reviews(demo_app: Flask) -> None:
    with demo_app.app_context():
        sums = {
            row.solution_id: (row.total, row.times)
            for row in db.session.execute(
                select(
                    Review.solution_id, func.sum(Review.rating).label("total"), func.count().label("times")
                ).group_by(Review.solution_id)
            )
        }
        for solution in db.session.scalars(select(Solution)):
            assert (solution.rating_sum, solution.rating_count) == sums.get(solution.id, (0, 0))
        assert sum(times >= 5 for _, times in sums.values()) >= 10


def test_no_sentence_stands_in_two_listings() -> None:
    seen: Counter[str] = Counter()
    for row in content.listings():
        texts = [row["summary"], row["description"], row.get("interfaces", ""), row.get("service", "")]
        texts += [one["function"] for one in row["coverage"]]
        texts += [one["story"] for one in row.get("cases", [])]
        texts += [one["includes"] for one in row.get("price_plans", [])]
        sentences = {part for text in texts for part in re.split(r"[。;;!!??\n]", text)}
        seen.update(part.strip() for part in sentences if len(part.strip()) >= 8)
    assert [part for part, times in seen.items() if times > 1] == []


def test_loading_again_leaves_everything_as_it_is(own_demo_app: Flask) -> None:
    with own_demo_app.app_context():
        before = search.fingerprint()
        assert demo.load() is None
        assert _count_listed() == 216
        search.rebuild()
        assert search.fingerprint() == before


def test_the_city_is_the_same_every_time(app: Flask, demo_app: Flask) -> None:
    assert demo.load() is not None
    here = [repr(document) for document in search_documents.every()]
    with demo_app.app_context():
        there = [repr(document) for document in search_documents.every()]
    assert here == there


def test_levels_and_points_rest_on_assessments_that_add_up(demo_app: Flask) -> None:
    with demo_app.app_context():
        loading = (selectinload(Assessment.answers), selectinload(Assessment.scenes))
        current = select(Assessment).where(Assessment.standard == standard.VERSION).options(*loading)
        leading: dict[int, Assessment] = {}
        for row in db.session.scalars(current.order_by(Assessment.assessed_on)):
            answers, levels = assessment_answers.answers_of(row), assessment_answers.scenes_of(row)
            result = assessments.score(answers, levels)
            assert (result.points, result.verdict.level) == (row.points, row.level)
            assert not assessments.missing(answers, levels)
            assert not [key for key, one in answers.items() if assessments.problems(standard.ITEMS[key], one)]
            told = [one.message for one in assessments.warnings(answers, levels) if "按填的数字" in one.message]
            assert not told
            rank = assessments.KIND_OF_WEIGHT.index
            if row.enterprise_id not in leading or rank(row.kind) >= rank(leading[row.enterprise_id].kind):
                leading[row.enterprise_id] = row
        for firm in db.session.scalars(select(Enterprise)):
            record = leading.get(firm.id)
            known = (record.points, record.level) if record else (None, None)
            assert (firm.assessment_score, firm.overall_level) == known
            by_others = record is not None and record.kind != AssessmentKind.SELF
            assert by_others == (firm.progress != Progress.REGISTERED)


def test_the_demo_enterprise_stands_just_below_the_second_level(demo_app: Flask) -> None:
    with demo_app.app_context():
        owner = db.session.scalars(select(User).where(User.login == "enterprise@demo.example")).one()
        own = select(Assessment).where(Assessment.kind == AssessmentKind.SELF, Assessment.created_by == owner.id)
        row = db.session.scalars(own.options(selectinload(Assessment.scenes))).one()
        verdict = standard.overall_level(row.points or Decimal(0), assessment_answers.scenes_of(row))
        assert (verdict.level, verdict.missing_points, verdict.missing_scenes) == (1, Decimal("2.4"), 1)
