"""Reasons to open a file: each kind fires when it should and is silent when it should not; looking settles it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.domain import risk_flags as rules
from marketplace.domain.actors import SYSTEM
from marketplace.domain.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.domain.risk_flags import Contacts
from marketplace.extensions import db
from marketplace.models.accounts import Organisation, Role, User
from marketplace.models.approvals import Approval
from marketplace.models.audit import AuditEntry
from marketplace.models.enterprise_contacts import EnterpriseContact
from marketplace.models.enterprises import Enterprise
from marketplace.models.listings import ListingVersion
from marketplace.models.providers import Provider
from marketplace.models.risk_flags import RiskFlag, RiskKind
from marketplace.models.solutions import Solution, SolutionStatus
from marketplace.services import risk_flags
from marketplace.services.unit_of_work import writing
from tests import evidence_files
from tests.factories import Factory

STORY = (
    "冲压车间每天早班先扫料箱，漏扫的系统不放行，班长在看板上补录原因，质检员隔小时抽五件量孔径，"
    "超差的整箱贴黄标挪到待判区，当班写不完的次日早会逐条过。"
)
OWN_STORY = (
    "老板每晚九点收一条短信，说今天发了几车、还欠几家、库里剩多少天的料，第二天早上采购照着短信打电话，"
    "不用等月底盘点，也不用去翻本子。"
)


def submit(make: Factory, *, provider: Provider | None = None, **answers: Any) -> Approval:
    solution = make.solution(status=SolutionStatus.DRAFT, provider=provider, price=None, coverage=())
    return make.approval(solution=solution, **({"name": f"产品{solution.id}"} | answers))


def raised(approval: Approval) -> dict[RiskKind, RiskFlag]:
    rows = db.session.scalars(select(RiskFlag).where(RiskFlag.version_id == approval.version_id)).all()
    return {row.kind: row for row in rows}


def plan(amount: int) -> list[dict[str, Any]]:
    return [
        {"name": "标准版", "model": "one_off", "amount": amount, "includes": "全部", "subsidy_category": "software"}
    ]


# 文字相近


def test_a_passage_that_another_provider_submitted_is_shown_from_both_sides(app: Flask, make: Factory) -> None:
    first = submit(make, description=f"本产品给冲压厂用。{STORY}", summary="料箱防错")
    assert RiskKind.SIMILAR_TEXT not in raised(first)
    second = submit(make, description=f"适合钣金。{STORY}另送培训。", summary="钣金过程防错")
    flag = raised(second)[RiskKind.SIMILAR_TEXT]
    assert flag.evidence["solution"] == first.solution_id
    (one,) = flag.evidence["passages"]
    assert one["here"]["text"].strip("。") == STORY.strip("。") == one["there"]["text"].strip("。")
    assert one["here"]["before"] == "适合钣金。"
    assert one["there"]["before"] == "本产品给冲压厂用。"
    assert second.risk == 3
    assert second.queue_at < second.submitted_at


def test_a_listing_that_has_no_version_yet_is_compared_by_its_page(app: Flask, make: Factory) -> None:
    listed = make.solution(description=STORY)
    copied = submit(make, description=STORY)
    assert raised(copied)[RiskKind.SIMILAR_TEXT].evidence["solution"] == listed.id


def test_own_words_are_no_reason_and_neither_are_ones_own_other_listings(app: Flask, make: Factory) -> None:
    owner = make.provider()
    submit(make, provider=owner, description=STORY)
    assert raised(submit(make, provider=owner, description=STORY, summary="另一款")) == {}
    assert raised(submit(make, description=OWN_STORY, summary="晚间短信")) == {}


def test_what_everybody_says_is_no_reason(app: Flask, make: Factory) -> None:
    phrase = "数据归企业所有，停用以后三十天内整库导出并出具销毁记录，导出格式按企业要求"
    for number in range(rules.POLICY["similar_text"]["common_from"]):
        make.solution(description=f"{phrase}。{chr(0x4E00 + number) * 30}")
    assert raised(submit(make, description=f"{phrase}。{OWN_STORY}")) == {}


def test_a_text_that_was_changed_is_compared_as_it_is_now(app: Flask, make: Factory) -> None:
    first = submit(make, description=STORY)
    solution = db.session.get_one(Solution, first.solution_id)
    make.version(solution, description=OWN_STORY)
    assert raised(submit(make, description=STORY)) == {}
    assert RiskKind.SIMILAR_TEXT in raised(submit(make, description=OWN_STORY))


# 佐证材料相同


@pytest.mark.parametrize("same", [True, False])
def test_a_file_that_another_organisation_keeps_too(app: Flask, make: Factory, same: bool) -> None:
    person = make.user(Role.PROVIDER)
    mine = make.evidence(user=person, content=evidence_files.pdf("合同"))
    theirs = make.evidence(user=make.user(Role.ENTERPRISE), content=evidence_files.pdf("合同" if same else "另一份"))
    proofs = [{"evidence": str(mine.id), "proves": "cases"}]
    found = raised(submit(make, provider=make.provider_of(person), proofs=proofs))
    assert (RiskKind.SAME_EVIDENCE in found) == same
    if same:
        (other,) = found[RiskKind.SAME_EVIDENCE].evidence["organisations"]
        assert (other["id"], other["evidence"]) == (theirs.organisation_id, theirs.id)


# 联系方式相同


def customer(make: Factory, **contact: str) -> tuple[Enterprise, list[dict[str, Any]]]:
    enterprise = make.enterprise()
    with writing() as session:
        session.add(EnterpriseContact(enterprise_id=enterprise.id, **contact))
    code = db.session.get_one(Organisation, enterprise.organisation_id).credit_code
    return enterprise, [{"credit_code": code, "industry": "modern_food", "scene": "quality"}]


@pytest.mark.parametrize(
    ("theirs", "ours", "what", "shown"),
    [
        ({"phone": "138-0000-1234"}, {"contact_phone": "13800001234"}, "phone", "138****34"),
        ({"mail": "a@lianchang.example"}, {"contact_mail": "b@lianchang.example"}, "mail_domain", "lianchang.example"),
        ({"legal_representative": "周某甲"}, {"legal_representative": "周某甲"}, "legal_representative", "周**"),
        ({"address": "安澜市涪城区一号路8号"}, {"address": "安澜市涪城区一号路 8号"}, "address", "安澜市涪城区…"),
    ],
)
def test_a_reference_customer_that_is_reached_as_the_provider_is(
    app: Flask, make: Factory, theirs: dict[str, str], ours: dict[str, str], what: str, shown: str
) -> None:
    enterprise, cases = customer(make, **theirs)
    flag = raised(submit(make, provider=make.provider(**ours), cases=cases))[RiskKind.SHARED_CONTACT]
    assert flag.evidence["enterprise"] == enterprise.id
    assert flag.evidence["shared"] == [{"what": what, "value": shown}]
    assert flag.score == 25


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"phone": "13800001234"}, {"contact_phone": "13900001234"}),
        ({"mail": "a@demo.example"}, {"contact_mail": "b@demo.example"}),  # a domain that everybody can have
        ({"legal_representative": ""}, {"legal_representative": ""}),
        ({"address": "安澜市一号路8号"}, {"address": "安澜市一号路9号"}),
        ({}, {}),
    ],
)
def test_unknown_or_different_contacts_are_no_reason(
    app: Flask, make: Factory, theirs: dict[str, str], ours: dict[str, str]
) -> None:
    _, cases = customer(make, **theirs)
    assert raised(submit(make, provider=make.provider(**ours), cases=cases)) == {}


def test_a_login_of_the_customer_that_is_the_providers_phone_is_seen(app: Flask, make: Factory) -> None:
    enterprise, cases = customer(make)
    person = make.user(Role.ENTERPRISE, organisation_id=enterprise.organisation_id)
    with writing() as session:
        session.get_one(User, person.id).login = "13800005678"
    found = raised(submit(make, provider=make.provider(), cases=cases, contact_phone="138 0000 5678"))
    assert found[RiskKind.SHARED_CONTACT].evidence["shared"] == [{"what": "phone", "value": "138****78"}]


def test_what_is_shared_is_the_same_from_both_sides() -> None:
    one = Contacts(frozenset({"13800001234", "x@firm.example"}), "周某甲", "一号路8号")
    other = Contacts(frozenset({"y@firm.example", "13800001234"}), "周某甲", "一号路8号")
    assert rules.shared(one, other) == rules.shared(other, one)
    assert [found.what for found in rules.shared(one, other)] == list(rules.CONTACT_WORDS)
    assert rules.shared(Contacts(), Contacts()) == ()


# 价格贴着上限


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (300_000, "恰为二级奖补上限"),
        (750_000, "按二级比例恰好拿满奖补上限"),
        (1_000_000, "按三级比例恰好拿满奖补上限"),
        (29_999, "刚好在“1–3万元”一档的上限以下"),
        (99_900, "刚好在“3–10万元”一档的上限以下"),
    ],
)
def test_a_price_exactly_at_a_cap(app: Flask, make: Factory, amount: int, words: str) -> None:
    flag = raised(submit(make, price_plans=plan(amount)))[RiskKind.PRICE_AT_CAP]
    assert words in flag.evidence["caps"]
    assert words in rules.reason(flag.kind, flag.evidence).seen


@pytest.mark.parametrize("amount", [1, 9_899, 30_000, 100_000, 299_899, 300_001, 749_999, 1_000_001])
def test_a_price_beside_a_cap_is_no_reason(app: Flask, make: Factory, amount: int) -> None:
    assert raised(submit(make, price_plans=plan(amount))) == {}


# 短期集中提交


def test_many_submissions_in_a_few_days(app: Flask, make: Factory) -> None:
    owner, most = make.provider(), rules.POLICY["burst"]["submissions"]
    signs = iter(range(0x4E00, 0x9FA5))
    made = [
        submit(make, provider=owner, description="".join(chr(next(signs)) for _ in range(40))) for _ in range(most + 1)
    ]
    assert [RiskKind.BURST in raised(approval) for approval in made] == [False] * most + [True]
    assert raised(submit(make)) == {}, "another provider's"


# What is done with flags


def test_points_count_a_kind_once_and_have_a_ceiling() -> None:
    assert rules.risk([]) == 0
    assert rules.risk([RiskKind.BURST, RiskKind.BURST]) == 1
    assert rules.risk(list(RiskKind)) == rules.POLICY["risk_max"]


def flagged(make: Factory) -> RiskFlag:
    return raised(submit(make, price_plans=plan(300_000)))[RiskKind.PRICE_AT_CAP]


def test_whoever_looked_says_what_he_found_once(app: Flask, make: Factory) -> None:
    flag, reviewer = flagged(make), make.actor(Role.BUREAU_REVIEWER)
    risk_flags.check(reviewer, flag_id=flag.id, note="明细齐全，与报价单一致", version=1)
    case = risk_flags.get(reviewer, flag_id=flag.id)
    assert (case.flag.note, case.flag.checked_by) == ("明细齐全，与报价单一致", reviewer.name)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "risk_flags.checked")).one()
    assert entry.details["note"] == "明细齐全，与报价单一致"
    with pytest.raises(Conflict) as error:
        risk_flags.check(make.actor(Role.SUPERVISOR), flag_id=flag.id, note="我也看过了", version=None)
    assert error.value.decided_by == reviewer.name
    db.session.rollback()


@pytest.mark.parametrize("note", ["", "  看 ", "字" * 501])
def test_looking_without_saying_what_was_found_does_not_count(app: Flask, make: Factory, note: str) -> None:
    flag = flagged(make)
    with pytest.raises(Invalid):
        risk_flags.check(make.actor(Role.EXPERT), flag_id=flag.id, note=note, version=1)
    assert db.session.get_one(RiskFlag, flag.id).checked_at is None


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.PROVIDER, Role.COUNTY_OFFICER, Role.ADMINISTRATOR])
def test_nobody_outside_the_city_s_staff_reads_flags(app: Flask, make: Factory, role: Role) -> None:
    flag, person = flagged(make), make.actor(role)
    assert risk_flags.for_reader(person, flag.version_id) == ()
    with pytest.raises(Forbidden):
        risk_flags.get(person, flag_id=flag.id)
    with pytest.raises(Forbidden):
        risk_flags.check(person, flag_id=flag.id, note="看过了没有问题", version=1)


def test_an_auditor_reads_but_does_not_decide(app: Flask, make: Factory) -> None:
    flag, auditor = flagged(make), make.actor(Role.AUDITOR)
    assert len(risk_flags.for_reader(auditor, flag.version_id)) == 1
    with pytest.raises(Forbidden):
        risk_flags.check(auditor, flag_id=flag.id, note="看过了没有问题", version=1)


def test_who_is_tied_to_the_provider_neither_reads_nor_looks(app: Flask, make: Factory) -> None:
    provider = make.provider(contact_mail="x@tied.example")
    flag = raised(submit(make, provider=provider, price_plans=plan(300_000)))[RiskKind.PRICE_AT_CAP]
    person = make.user(Role.EXPERT)
    with writing() as session:
        session.get_one(User, person.id).login = "y@tied.example"
    with pytest.raises(Forbidden):
        risk_flags.get(make.actor(person), flag_id=flag.id)
    with pytest.raises(Invalid, match="conflict"):
        risk_flags.check(make.actor(person), flag_id=flag.id, note="看过了没有问题", version=1)
    db.session.rollback()


def test_a_flag_that_is_not_there(app: Flask, make: Factory) -> None:
    with pytest.raises(NotFound):
        risk_flags.get(make.actor(Role.EXPERT), flag_id=99)


def test_what_was_looked_at_stays_so_in_the_next_version_until_it_changes(app: Flask, make: Factory) -> None:
    flag = flagged(make)
    risk_flags.check(make.actor(Role.EXPERT), flag_id=flag.id, note="明细齐全，没有问题", version=1)
    first = db.session.get_one(ListingVersion, flag.version_id)
    solution = db.session.get_one(Solution, first.solution_id)
    same = make.version(solution, price_plans=plan(300_000), summary="改了一句")
    other = make.version(solution, price_plans=plan(29_999))
    with writing(SYSTEM) as session:
        assert risk_flags.raise_for(session, solution, same) == 0
        assert risk_flags.raise_for(session, solution, other) == 1
        assert risk_flags.raise_for(session, solution, other) == 1, "a second time nothing is added"
    assert risk_flags.of(same.id)[0].note == "明细齐全，没有问题"
    assert risk_flags.of(other.id)[0].checked_at is None
    assert len(risk_flags.of(other.id)) == 1


def test_no_word_of_a_flag_accuses_anybody() -> None:
    words = [text for row in rules.POLICY["kinds"].values() for text in (row["label"], row["look"])]
    for accusing in ("抄袭", "造假", "虚假", "串通", "骗", "违规", "作弊", "嫌疑", "涉嫌"):
        assert not [text for text in words if accusing in text]
