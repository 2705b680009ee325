"""Writing a listing: drafts, versions, submission, withdrawal."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid
from marketplace.extensions import db
from marketplace.models.accounts import Role, User
from marketplace.models.approvals import Approval, ApprovalStatus
from marketplace.models.listings import ListingDraft, ListingVersion, VersionChange
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import listing_drafts, listing_projection, listings
from marketplace.services.unit_of_work import writing
from tests import listing_answers
from tests.factories import Factory


def submit(make: Factory, user: User, draft: ListingDraft, **changes: Any) -> ListingVersion:
    given: dict[str, Any] = {"solution_id": draft.solution_id, "version": draft.version, "is_declared": True} | changes
    return listings.submit(make.actor(user), **given)


def test_a_new_listing_is_a_draft_that_nobody_sees_on_the_shelf(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    key = listing_drafts.start(make.actor(user), content={"name": "来料检验通"})
    solution = db.session.get_one(Solution, key)
    assert (solution.status, solution.name, solution.listed_at) == (SolutionStatus.DRAFT, "来料检验通", None)


def test_a_new_listing_needs_a_name(make: Factory) -> None:
    with pytest.raises(Invalid) as refused:
        listing_drafts.start(make.actor(make.user(Role.PROVIDER)), content={})
    assert list(refused.value.messages) == ["name"]


def test_an_enterprise_lists_nothing(make: Factory) -> None:
    with pytest.raises(Forbidden):
        listing_drafts.start(make.actor(make.user(Role.ENTERPRISE)), content={"name": "来料检验通"})


def test_answers_are_kept_under_the_version_that_was_seen(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    now = listing_drafts.save(
        make.actor(user), solution_id=draft.solution_id, given={"summary": "扫码收货，当场判定"}, seen=draft.version
    )
    kept = db.session.scalars(select(ListingDraft)).one()
    assert (kept.version, kept.content["summary"]) == (now, "扫码收货，当场判定")


def test_the_second_of_two_tabs_is_refused_and_nothing_of_it_is_kept(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    key, seen = draft.solution_id, draft.version
    listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "第一个页面写的话"}, seen=seen)
    with pytest.raises(Conflict):
        listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "第二个页面写的话"}, seen=seen)
    assert db.session.scalars(select(ListingDraft)).one().content["summary"] == "第一个页面写的话"


def test_two_tabs_that_answer_different_questions_lose_nothing(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    key, seen = draft.solution_id, draft.version
    listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "第一个页面写的话"}, seen=seen)
    listing_drafts.save(make.actor(user), solution_id=key, given={"days_to_deploy": 9}, seen=seen)
    kept = db.session.scalars(select(ListingDraft)).one().content
    assert (kept["summary"], kept["days_to_deploy"]) == ("第一个页面写的话", 9)


def test_a_page_that_holds_an_older_answer_does_not_bring_it_back(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    key, seen, old = draft.solution_id, draft.version, draft.content["summary"]
    listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "第一个页面写的话"}, seen=seen)
    with pytest.raises(Conflict):
        listing_drafts.save(
            make.actor(user), solution_id=key, given={"summary": old, "service": "随叫随到，当天解决"}, seen=seen
        )
    assert db.session.scalars(select(ListingDraft)).one().content["summary"] == "第一个页面写的话"


def test_saving_what_is_there_already_conflicts_with_nothing(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    key, seen = draft.solution_id, draft.version
    now = listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "同一个人同时按了按钮"}, seen=seen)
    again = listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "同一个人同时按了按钮"}, seen=seen)
    assert again == now


def test_what_is_too_long_is_refused_in_a_draft_and_what_is_missing_is_not(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    with pytest.raises(Invalid) as refused:
        listing_drafts.save(
            make.actor(user), solution_id=draft.solution_id, given={"summary": "长" * 61}, seen=draft.version
        )
    assert list(refused.value.messages) == ["summary"]
    listing_drafts.save(make.actor(user), solution_id=draft.solution_id, given={"summary": None}, seen=draft.version)
    assert "summary" not in db.session.scalars(select(ListingDraft)).one().content


def test_another_providers_draft_cannot_be_written(make: Factory) -> None:
    draft = make.listing_draft()
    with pytest.raises(Forbidden):
        listing_drafts.save(
            make.actor(make.user(Role.PROVIDER)), solution_id=draft.solution_id, given={}, seen=draft.version
        )


def test_a_complete_draft_is_submitted_as_version_one_and_reviewed(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    made = submit(make, user, draft)
    approval = db.session.scalars(select(Approval)).one()
    assert (made.number, made.change, made.content) == (1, VersionChange.INITIAL, draft.content)
    assert (approval.version_id, approval.status) == (made.id, ApprovalStatus.IN_REVIEW)


@pytest.mark.parametrize(
    ("changes", "missing"), [({"price_plans": None}, "price_plans"), ({"service": None}, "service")]
)
def test_an_incomplete_draft_is_not_submitted(make: Factory, changes: dict[str, None], missing: str) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user, **changes)
    with pytest.raises(Invalid) as refused:
        submit(make, user, draft)
    assert list(refused.value.messages) == [missing]
    assert db.session.scalar(select(func.count()).select_from(ListingVersion)) == 0


def test_nothing_is_submitted_without_the_declaration(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    with pytest.raises(Invalid):
        submit(make, user, make.listing_draft(user=user), is_declared=False)


def test_a_draft_under_review_cannot_be_written_or_submitted_again(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    key, version = draft.solution_id, draft.version
    submit(make, user, draft)
    with pytest.raises(Conflict):
        listing_drafts.save(make.actor(user), solution_id=key, given={"summary": "改一改再说"}, seen=version)
    with pytest.raises(Conflict):
        listings.submit(make.actor(user), solution_id=key, version=version, is_declared=True)


def test_the_same_form_submits_once(make: Factory) -> None:
    user = make.user(Role.PROVIDER)
    draft = make.listing_draft(user=user)
    submit(make, user, draft, once="t1")
    with pytest.raises(AlreadyDone):
        submit(make, user, draft, once="t1")
    assert db.session.scalar(select(func.count()).select_from(ListingVersion)) == 1


def listed(make: Factory, **changes: Any) -> tuple[User, Solution]:
    """A listing on the shelf whose version 1 has complete answers."""
    user = make.user(Role.PROVIDER)
    solution = make.solution(provider=make.provider_of(user))
    version = make.listing_version(solution, name="来料检验通", **changes)
    with writing() as session:
        row = session.get_one(Solution, solution.id)
        listing_projection.apply(session, row, session.get_one(ListingVersion, version.id))
    return user, solution


def edit(make: Factory, user: User, solution: Solution, **given: Any) -> ListingDraft:
    actor = make.actor(user)
    listing_drafts.edit(actor, solution_id=solution.id)
    draft = db.session.scalars(select(ListingDraft).where(ListingDraft.solution_id == solution.id)).one()
    listing_drafts.save(actor, solution_id=solution.id, given=given, seen=draft.version)
    return db.session.scalars(select(ListingDraft).where(ListingDraft.solution_id == solution.id)).one()


def test_a_minor_edit_is_on_the_shelf_at_once(make: Factory) -> None:
    user, solution = listed(make)
    draft = edit(make, user, solution, contact_phone="13911111111")
    made = submit(make, user, draft)
    shown = db.session.get_one(Solution, solution.id, populate_existing=True)
    assert (made.change, shown.contact_phone, shown.status) == (VersionChange.MINOR, "13911111111", "listed")
    assert db.session.scalars(select(ListingDraft)).one_or_none() is None


def test_a_material_edit_waits_while_the_approved_version_stays(make: Factory) -> None:
    user, solution = listed(make)
    draft = edit(make, user, solution, days_to_deploy=60)
    made = submit(make, user, draft)
    shown = db.session.get_one(Solution, solution.id, populate_existing=True)
    assert (made.change, shown.days_to_deploy, shown.status) == (VersionChange.MATERIAL, 20, "listed")
    assert db.session.scalars(select(Approval)).one().version_id == made.id


def test_a_lower_price_is_minor_and_a_higher_one_is_not(make: Factory) -> None:
    plans = listing_answers.complete()["price_plans"]
    for amount, expected in ((20000, VersionChange.MINOR), (26000, VersionChange.MATERIAL)):
        user, solution = listed(make)
        draft = edit(make, user, solution, price_plans=[plans[0] | {"amount": amount}, plans[1]])
        assert submit(make, user, draft).change == expected


def test_an_edit_that_changes_nothing_is_not_submitted(make: Factory) -> None:
    user, solution = listed(make)
    draft = edit(make, user, solution)
    with pytest.raises(Invalid):
        submit(make, user, draft)


def test_a_withdrawn_listing_leaves_the_shelf_and_takes_its_review_along(make: Factory) -> None:
    user, solution = listed(make)
    submit(make, user, edit(make, user, solution, days_to_deploy=60))
    version = db.session.get_one(Solution, solution.id).version
    listings.withdraw(make.actor(user), solution_id=solution.id, version=version, reason="产品停售")
    shown = db.session.get_one(Solution, solution.id, populate_existing=True)
    assert (shown.status, shown.status_note) == (SolutionStatus.WITHDRAWN, "产品停售")
    assert db.session.scalars(select(Approval)).one().status == ApprovalStatus.RECALLED


def test_a_copy_has_the_answers_but_neither_cases_nor_the_name(make: Factory) -> None:
    user, solution = listed(make)
    key = listing_drafts.copy(make.actor(user), solution_id=solution.id)
    made = db.session.scalars(select(ListingDraft).where(ListingDraft.solution_id == key)).one()
    assert made.content == listing_answers.complete(name="来料检验通（副本）")


def test_every_demo_listing_comes_back_from_the_shelf_as_it_was_written(own_demo_app: Flask) -> None:
    with own_demo_app.app_context():
        query = select(Solution).where(Solution.listed_at.is_not(None)).options(*listing_projection.LOADING)
        before = {one.id: listing_projection.content_of(one) for one in db.session.scalars(query)}
        assert len(before) >= 216
        with writing() as session:
            for one in session.scalars(query):
                listing_projection.write(session, one, before[one.id])
        db.session.expunge_all()
        assert {one.id: listing_projection.content_of(one) for one in db.session.scalars(query)} == before
