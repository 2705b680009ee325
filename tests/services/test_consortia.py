"""联合体: consent to exact terms, shares that make 100, changes that take effect as a whole, history that stays."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from marketplace.domain import consortia as rules
from marketplace.domain.actors import Actor
from marketplace.domain.consortia import DECLARATIONS, POLICY
from marketplace.domain.errors import AlreadyDone, Conflict, Forbidden, Invalid, MarketError
from marketplace.extensions import db
from marketplace.models.accounts import Role
from marketplace.models.audit import AuditEntry
from marketplace.models.consortia import (
    ChangeStatus,
    ConsortiumChange,
    ConsortiumConsent,
    ConsortiumMember,
    ConsortiumStatus,
)
from marketplace.models.providers import Standing
from marketplace.services import alliances, consortia, consortium_changes, consortium_decisions
from marketplace.services.consortia import Plan
from marketplace.services.unit_of_work import writing
from tests import consortium_world as world
from tests.factories import Factory


@pytest.fixture
def lead(app: Flask, make: Factory) -> Actor:
    return world.lead(make)


@pytest.fixture
def guests(app: Flask, make: Factory) -> list[Actor]:
    return [make.actor(Role.PROVIDER) for _ in range(2)]


@pytest.fixture
def officer(app: Flask, make: Factory) -> Actor:
    return make.actor(Role.BUREAU_REVIEWER)


def test_all_consent_the_lead_submits_the_bureau_confirms(lead: Actor, guests: list[Actor], officer: Actor) -> None:
    key = world.active(lead, guests, officer)
    row = world.row(key)
    assert (row.status, row.formed_on is not None, row.decided_by) == (ConsortiumStatus.ACTIVE, True, officer.user_id)
    assert row.declarations == list(DECLARATIONS.values())
    assert (row.declared_by, [seat.share for seat in row.members]) == (lead.user_id, [Decimal(40), 30, 30])
    assert all(rules.holds_consent(seat) for seat in row.members)
    trail = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [act for act in trail if act.startswith("consort")] == [
        "consortia.founded", "consortia.invited", "consortia.invited", "consortia.consented", "consortia.consented",
        "consortium.submit", "consortia.declared", "consortium.confirm",
    ]  # fmt: skip


def test_nothing_is_public_before_the_bureau_has_confirmed(lead: Actor, guests: list[Actor], officer: Actor) -> None:
    key = world.submitted(lead, guests)
    assert alliances.of_provider(lead.provider_id or 0) == ()
    consortium_decisions.confirm(officer, consortium_id=key, version=world.row(key).version)
    (alliance,) = alliances.of_provider(guests[0].provider_id or 0)
    assert (alliance.lead_id, [ally.provider_id for ally in alliance.members]) == (
        lead.provider_id,
        [guest.provider_id for guest in guests],
    )


def test_other_terms_void_the_consent_and_the_old_page_no_longer_consents(lead: Actor, guests: list[Actor]) -> None:
    key = world.forming(lead, guests)
    seen = world.seat(key, guests[0])
    consortia.consent(guests[0], seat_id=seen.id, version=seen.version)
    agreed = world.seat(key, guests[0]).version
    consortia.set_terms(lead, seat_id=seen.id, version=agreed, share=Decimal(25), scenes=["quality"])
    now = world.seat(key, guests[0])
    assert (now.consented_at, now.agreed, now.share) == (None, None, Decimal(25))
    with pytest.raises(Conflict):
        consortia.consent(guests[0], seat_id=now.id, version=agreed)
    with pytest.raises(Invalid) as refusal:
        consortium_decisions.submit(lead, consortium_id=key, version=world.row(key).version, declared=DECLARATIONS)
    assert "份额合计95%，还差5%" in refusal.value.messages["seats"]


def test_the_same_terms_again_void_nothing(lead: Actor, guests: list[Actor]) -> None:
    key = world.forming(lead, guests)
    own = world.seat(key, guests[0])
    consortia.consent(guests[0], seat_id=own.id, version=own.version)
    own = world.seat(key, guests[0])
    consortia.set_terms(lead, seat_id=own.id, version=own.version, share=own.share, scenes=own.scenes)
    assert world.seat(key, guests[0]).consented_at is not None


def test_without_everybody_s_consent_or_a_declaration_nothing_is_submitted(lead: Actor, guests: list[Actor]) -> None:
    key = world.forming(lead, guests)
    version = world.row(key).version
    with pytest.raises(Invalid) as refusal:
        consortium_decisions.submit(lead, consortium_id=key, version=version, declared=DECLARATIONS)
    assert "还有2家没有同意" in refusal.value.messages["seats"][0]
    with pytest.raises(Invalid) as refusal:
        consortium_decisions.submit(lead, consortium_id=key, version=version, declared=["free_choice"])
    assert "declared" in refusal.value.messages


def test_who_declines_keeps_his_row_and_may_be_asked_again(lead: Actor, guests: list[Actor]) -> None:
    key = world.forming(lead, guests)
    own = world.seat(key, guests[0])
    consortia.decline(guests[0], seat_id=own.id, version=own.version, reason="今年排满了")
    world.invite(lead, key, guests[0])
    rows = [seat for seat in world.row(key).members if seat.provider_id == guests[0].provider_id]
    assert [(seat.decline_reason, seat.is_current) for seat in rows] == [("今年排满了", False), (None, True)]


def test_the_bureau_sends_back_and_terms_may_be_set_again(lead: Actor, guests: list[Actor], officer: Actor) -> None:
    key = world.submitted(lead, guests)
    own = world.seat(key, guests[0])
    with pytest.raises(Conflict):  # while the bureau reads it nothing moves
        consortia.set_terms(lead, seat_id=own.id, version=own.version, share=Decimal(20), scenes=own.scenes)
    consortium_decisions.send_back(officer, consortium_id=key, version=world.row(key).version, reason="目的没写清")
    consortia.set_terms(lead, seat_id=own.id, version=own.version, share=Decimal(20), scenes=own.scenes)
    assert world.row(key).status == ConsortiumStatus.FORMING


def test_a_change_takes_effect_only_with_the_last_yes(lead: Actor, guests: list[Actor], officer: Actor, make: Factory) -> None:  # fmt: skip  # noqa: E501
    key, new = world.active(lead, guests, officer), make.actor(Role.PROVIDER)
    before = world.composition(key)
    after = (
        *world.with_share(before[:2], ["40", "20"]),
        rules.terms(new.provider_id or 0, "member", Decimal(40), ["energy"]),
    )
    number = world.propose(lead, key, after)
    assert world.composition(key) == before
    with pytest.raises(Conflict):
        consortium_changes.confirm(officer, change_id=number, version=world.change(number).version)
    for person in (new, guests[0], guests[1]):  # who leaves is asked too
        assert world.change(number).status == ChangeStatus.CONSENTING
        consortium_changes.consent(person, change_id=number, version=world.change(number).version)
    assert (world.change(number).status, world.composition(key)) == (ChangeStatus.SUBMITTED, before)
    consortium_changes.confirm(officer, change_id=number, version=world.change(number).version)
    assert set(world.composition(key)) == set(after)
    rows = world.row(key).members
    assert len(rows) == 5
    assert (
        sum(seat.left_at is not None for seat in rows) == 2
    )  # the one who left, and the old terms of the one who stayed


def test_a_change_of_lead_moves_what_the_lead_may_do(
    lead: Actor, guests: list[Actor], officer: Actor, make: Factory
) -> None:
    other = world.lead(make)
    key = world.active(lead, [other, guests[0]], officer)
    old, new, rest = world.composition(key)
    swapped = (replace(new, role="lead"), replace(old, role="member"), rest)
    number = world.propose(lead, key, swapped)
    consortium_changes.consent(other, change_id=number, version=1)
    consortium_changes.confirm(officer, change_id=number, version=world.change(number).version)
    assert world.row(key).lead_id == other.provider_id
    with pytest.raises(Forbidden):
        world.propose(lead, key, swapped)
    first, second, third = world.composition(key)
    with pytest.raises(Invalid):  # a product provider that leads no industry does not become the lead
        world.propose(other, key, (replace(first, role="member"), replace(second, role="lead"), third))


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        (["40", "30", "29"], "还差1%"),
        (["40", "30", "31"], "多了1%"),
        (["5", "45", "50"], "至少承担"),
        (["40", "30", "30"], "没有要变更"),
    ],
)
def test_a_change_that_does_not_add_up_is_refused(
    lead: Actor, guests: list[Actor], officer: Actor, shares: list[str], words: str
) -> None:
    key = world.active(lead, guests, officer)
    with pytest.raises(Invalid) as refusal:
        world.propose(lead, key, world.with_share(world.composition(key), shares))
    assert words in str(refusal.value.messages)


def test_one_no_ends_a_change_and_the_bureau_s_no_too(lead: Actor, guests: list[Actor], officer: Actor) -> None:
    key = world.active(lead, guests, officer)
    before = world.composition(key)
    number = world.propose(lead, key, world.with_share(before, ["50", "20", "30"]))
    with pytest.raises(Invalid):
        world.propose(lead, key, world.with_share(before, ["60", "10", "30"]))
    with pytest.raises(Forbidden):  # the other member is not touched and is not asked
        consortium_changes.consent(guests[1], change_id=number, version=1)
    consortium_changes.decline(guests[0], change_id=number, version=1, reason="不能再少")
    number = world.propose(lead, key, world.with_share(before, ["50", "20", "30"]))
    consortium_changes.consent(guests[0], change_id=number, version=1)
    consortium_changes.refuse(officer, change_id=number, version=world.change(number).version, reason="牵头份额过大")
    assert world.composition(key) == before
    assert world.change(number).status == ChangeStatus.REFUSED


def test_who_lost_his_place_in_the_pool_is_put_out_without_being_asked(
    lead: Actor, guests: list[Actor], officer: Actor
) -> None:
    key = world.active(lead, guests, officer)
    before = world.composition(key)
    gone = world.provider(guests[1])
    with writing() as session:
        session.merge(gone).standing = Standing.REMOVED
    number = world.propose(lead, key, world.with_share(before[:2], ["60", "40"]))
    consortium_changes.consent(guests[0], change_id=number, version=1)
    assert world.change(number).status == ChangeStatus.SUBMITTED


def test_dissolving_keeps_everything_and_ends_the_waiting_change(
    lead: Actor, guests: list[Actor], officer: Actor
) -> None:
    key = world.active(lead, guests, officer)
    number = world.propose(lead, key, world.with_share(world.composition(key), ["50", "20", "30"]))
    with pytest.raises(Invalid):
        consortium_decisions.dissolve(lead, consortium_id=key, version=world.row(key).version, reason=" ")
    consortium_decisions.dissolve(lead, consortium_id=key, version=world.row(key).version, reason="合作期满")
    row = world.row(key)
    assert (row.status, row.dissolution_reason, len(row.members)) == (ConsortiumStatus.DISSOLVED, "合作期满", 3)
    assert world.change(number).status == ChangeStatus.WITHDRAWN
    assert alliances.of_provider(lead.provider_id or 0) == ()


def test_a_provider_sits_in_so_many_consortia_and_no_more(make: Factory, lead: Actor) -> None:
    guest = make.actor(Role.PROVIDER)
    for _ in range(POLICY["per_provider"]):
        person = world.lead(make)
        key = world.forming(person, [guest])
        own = world.seat(key, guest)
        consortia.consent(guest, seat_id=own.id, version=own.version)
    key = world.found(lead)
    with pytest.raises(Invalid) as refusal:
        world.invite(lead, key, guest)
    assert "到了上限" in refusal.value.messages["provider_id"][0]


def test_only_who_leads_the_industry_begins_one_and_strangers_do_nothing(
    lead: Actor, guests: list[Actor], officer: Actor, make: Factory
) -> None:
    with pytest.raises(Invalid):
        world.found(guests[0])
    key, stranger = world.forming(lead, guests), make.actor(Role.PROVIDER)
    own = world.seat(key, guests[0])
    for person in (stranger, guests[1], officer, make.actor(Role.ENTERPRISE)):
        with pytest.raises(Forbidden):
            consortia.consent(person, seat_id=own.id, version=own.version)
        with pytest.raises(Forbidden):
            consortia.set_terms(person, seat_id=own.id, version=own.version, share=Decimal(1), scenes=["quality"])
        with pytest.raises(Forbidden):
            world.invite(person, key, stranger)
    with pytest.raises(Forbidden):
        consortium_decisions.confirm(lead, consortium_id=key, version=1)


def test_the_same_form_twice_founds_once(lead: Actor) -> None:
    plan = Plan("同一张表", world.FOOD, world.PURPOSE, Decimal(50), ("quality",))
    consortia.found(lead, plan=plan, once="token")
    with pytest.raises(AlreadyDone):
        consortia.found(lead, plan=plan, once="token")
    with pytest.raises(Invalid) as refusal:
        consortia.found(lead, plan=plan)
    assert "name" in refusal.value.messages


SHARES = ["10", "20", "30", "40", "50"]


class Acts(RuleBasedStateMachine):
    """Any act by anybody at any time against the real database; refused ones change nothing."""

    make: Factory

    def __init__(self) -> None:
        super().__init__()
        self.leads = [world.lead(self.make), world.lead(self.make)]
        self.people = [*self.leads, self.make.actor(Role.PROVIDER), self.make.actor(Role.PROVIDER)]
        self.officer = self.make.actor(Role.BUREAU_LEADER)
        self.keys = [world.active(self.leads[0], self.people[2:], self.officer)]

    def attempt(self, act: object, *args: object, **named: object) -> None:
        try:
            act(*args, **named)  # type: ignore[operator]
        except MarketError:
            db.session.rollback()

    def seats(self, key: int) -> list[ConsortiumMember]:
        return world.row(key).members

    @rule(place=st.integers(0, 1))
    def found(self, place: int) -> None:
        if len(self.keys) < 3:
            self.keys.append(world.found(self.leads[place]))

    @rule(one=st.integers(0, 9), who=st.integers(0, 3), guest=st.integers(0, 3), share=st.sampled_from(SHARES))
    def invite(self, one: int, who: int, guest: int, share: str) -> None:
        key = self.keys[one % len(self.keys)]
        self.attempt(world.invite, self.people[who], key, self.people[guest], share=share)

    @rule(one=st.integers(0, 9), who=st.integers(0, 3), place=st.integers(0, 9), share=st.sampled_from(SHARES))
    def set_terms(self, one: int, who: int, place: int, share: str) -> None:
        seats = self.seats(self.keys[one % len(self.keys)])
        seat = seats[place % len(seats)]
        self.attempt(
            consortia.set_terms, self.people[who], seat_id=seat.id, version=seat.version, share=Decimal(share),
            scenes=["quality", "energy"],
        )  # fmt: skip

    @rule(one=st.integers(0, 9), who=st.integers(0, 3), late=st.booleans())
    def consent(self, one: int, who: int, late: bool) -> None:
        for seat in self.seats(self.keys[one % len(self.keys)]):
            version = seat.version - late
            self.attempt(consortia.consent, self.people[who], seat_id=seat.id, version=version)

    @rule(one=st.integers(0, 9), who=st.integers(0, 3), place=st.integers(0, 9))
    def decline(self, one: int, who: int, place: int) -> None:
        seats = self.seats(self.keys[one % len(self.keys)])
        seat = seats[place % len(seats)]
        self.attempt(consortia.decline, self.people[who], seat_id=seat.id, version=seat.version, reason="不合适")

    @rule(one=st.integers(0, 9))
    def bring_to_the_bureau(self, one: int) -> None:
        """The lead takes the rest of the shares, everybody agrees, it is submitted."""
        key = self.keys[one % len(self.keys)]
        seats = [seat for seat in self.seats(key) if seat.is_current]
        rest = Decimal(100) - sum(seat.share for seat in seats if seat.role != "lead")
        owner = next(seat for seat in seats if seat.role == "lead")
        person = self.of(owner.provider_id)
        terms = {"share": rest, "scenes": ["quality"]}
        self.attempt(consortia.set_terms, person, seat_id=owner.id, version=owner.version, **terms)
        for seat in seats:
            self.attempt(consortia.consent, self.of(seat.provider_id), seat_id=seat.id, version=seat.version)
        version = world.row(key).version
        self.attempt(consortium_decisions.submit, person, consortium_id=key, version=version, declared=DECLARATIONS)

    @rule(one=st.integers(0, 9), act=st.sampled_from(["confirm", "confirm", "return", "recall", "dissolve"]))
    def decide(self, one: int, act: str) -> None:
        row = world.row(self.keys[one % len(self.keys)])
        named: dict[str, object] = {"consortium_id": row.id, "version": row.version}
        if act == "confirm":
            self.attempt(consortium_decisions.confirm, self.officer, **named)
        elif act == "return":
            self.attempt(consortium_decisions.send_back, self.officer, reason="补正", **named)
        elif act == "recall":
            self.attempt(consortium_decisions.recall, self.of(row.lead_id), **named)
        elif len(self.keys) > 2 and row.id == self.keys[1]:
            self.attempt(consortium_decisions.dissolve, self.officer, reason="试一试", **named)

    @rule(
        one=st.integers(0, 9), shares=st.lists(st.sampled_from(SHARES), min_size=4, max_size=4), new=st.integers(0, 3)
    )
    def propose(self, one: int, shares: list[str], new: int) -> None:
        row = world.row(self.keys[one % len(self.keys)])
        before = world.composition(row.id)
        joining = self.people[new].provider_id or 0
        wanted = list(world.with_share(before, shares[: len(before)]))
        if joining not in {one.provider_id for one in before}:
            wanted.append(rules.terms(joining, "member", Decimal(shares[-1]), ["safety"]))
        rest = Decimal(100) - sum(one.share for one in wanted[1:])
        wanted[0] = replace(wanted[0], share=rest)
        self.attempt(world.propose, self.of(row.lead_id), row.id, wanted)

    @rule(
        place=st.integers(0, 9),
        who=st.integers(0, 3),
        act=st.sampled_from(["consent", "consent", "decline", "withdraw"]),
    )
    def answer(self, place: int, who: int, act: str) -> None:
        numbers = self.numbers()
        if numbers:
            change = world.change(numbers[-1 - place % 2 % len(numbers)])
            named: dict[str, object] = {"change_id": change.id, "version": change.version}
            named |= {"reason": "不同意"} if act == "decline" else {}
            self.attempt(getattr(consortium_changes, act), self.people[who], **named)

    @rule(place=st.integers(0, 9))
    def all_answer(self, place: int) -> None:
        for who in range(len(self.people)):
            self.answer(place, who, "consent")

    @rule(shares=st.lists(st.sampled_from(SHARES), min_size=4, max_size=4))
    def carry_through(self, shares: list[str]) -> None:
        self.propose(0, shares, 1)
        self.all_answer(0)
        self.judge(0, True)

    @rule(place=st.integers(0, 9), is_yes=st.booleans())
    def judge(self, place: int, is_yes: bool) -> None:
        numbers = self.numbers()
        if numbers:
            change = world.change(numbers[-1 - place % 2 % len(numbers)])
            named: dict[str, object] = {"change_id": change.id, "version": change.version}
            named |= {} if is_yes else {"reason": "不妥"}
            self.attempt(consortium_changes.confirm if is_yes else consortium_changes.refuse, self.officer, **named)

    def numbers(self) -> list[int]:
        query = select(ConsortiumChange.id).where(ConsortiumChange.consortium_id.in_(self.keys))
        return list(db.session.scalars(query.order_by(ConsortiumChange.id)))

    def of(self, provider_id: int) -> Actor:
        return next(person for person in self.people if person.provider_id == provider_id)

    @invariant()
    def active_ones_are_whole_and_agreed_upon(self) -> None:
        db.session.rollback()
        for row in (world.row(key) for key in self.keys):
            if row.status != ConsortiumStatus.ACTIVE:
                continue
            seats = [seat for seat in row.members if seat.is_current]
            assert sum(seat.share for seat in seats) == 100
            assert [seat.provider_id for seat in seats if seat.role == "lead"] == [row.lead_id]
            assert all(self.is_own_consent(seat) for seat in seats)

    def is_own_consent(self, seat: ConsortiumMember) -> bool:
        """By a person of that very provider, to exactly the terms that hold."""
        person = next((one for one in self.people if one.user_id == seat.consented_by), None)
        return person is not None and person.provider_id == seat.provider_id and rules.holds_consent(seat)

    @invariant()
    def nothing_is_ever_deleted(self) -> None:
        rows = len(world.all_seats()) + len(db.session.scalars(select(ConsortiumConsent.id)).all())
        assert rows >= getattr(self, "most", 0)
        self.most = rows


def test_shares_make_100_and_everybody_agreed_under_any_sequence_of_acts(app: Flask, make: Factory) -> None:
    machine = type("ActsHere", (Acts,), {"make": make})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=30, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    db.session.rollback()
    reached = set(db.session.scalars(select(ConsortiumChange.status)).all())
    assert ChangeStatus.CONFIRMED in reached, "the walk went nowhere"
