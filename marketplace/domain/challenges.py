"""What a challenge (榜单) and an answer to it must hold, and until when it may be answered."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from marketplace.domain import wording
from marketplace.domain.errors import Invalid
from marketplace.models.challenges import Challenge, ChallengeStatus
from marketplace.policy import reader
from matching import standard

POLICY: dict[str, Any] = reader.load("insights")
FEW: int = POLICY["few_enterprises"]


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    target_level: int
    text: str
    closes_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """Price in yuan, days from contract to use."""

    text: str
    price: int
    days: int


def first_close(today: date) -> date:
    """The earliest last day for answers of a challenge that is published today."""
    return today + timedelta(days=POLICY["min_open_days"])


def usual_close(today: date) -> date:
    """The last day that the form proposes."""
    return today + timedelta(days=POLICY["usual_open_days"])


def check_draft(draft: Draft, *, today: date) -> Draft:
    """The draft without blanks around its texts; raises Invalid."""
    title, text = " ".join(draft.title.split()), draft.text.strip()
    messages: dict[str, list[str]] = {}
    if not 0 < len(title) <= POLICY["title_max"]:
        messages["title"] = [f"请填写榜单名称，不超过{POLICY['title_max']}个字"]
    if draft.target_level not in range(1, standard.TOP_LEVEL + 1):
        messages["target_level"] = ["请选择目标等级"]
    if not POLICY["text_min"] <= len(text) <= POLICY["text_max"]:
        messages["text"] = [f"请写清要解决的问题，{POLICY['text_min']}到{POLICY['text_max']}个字"]
    if problem := closing_problem(draft.closes_on, today=today):
        messages["closes_on"] = [problem]
    if messages:
        raise Invalid(messages)
    return Draft(title, draft.target_level, text, draft.closes_on)


def closing_problem(closes_on: date, *, today: date) -> str:
    """Why the last day will not do; empty when it will."""
    first, last = first_close(today), today + timedelta(days=POLICY["max_open_days"])
    if first <= closes_on <= last:
        return ""
    return f"截止日期应在{wording.day(first)}到{wording.day(last)}之间，给服务商留足准备时间"


def check_answer(answer: Answer) -> Answer:
    """The answer without blanks around its text; raises Invalid."""
    text = answer.text.strip()
    messages: dict[str, list[str]] = {}
    if not POLICY["text_min"] <= len(text) <= POLICY["text_max"]:
        messages["text"] = [f"请写明打算怎么做，{POLICY['text_min']}到{POLICY['text_max']}个字"]
    if not 0 < answer.price <= POLICY["price_max"]:
        messages["price"] = [f"报价应大于0，不超过{wording.money(POLICY['price_max'])}"]
    if not 0 < answer.days <= POLICY["answer_days_max"]:
        messages["days"] = [f"天数应是1到{POLICY['answer_days_max']}之间的整数"]
    if messages:
        raise Invalid(messages)
    return Answer(text, answer.price, answer.days)


def takes_answers(challenge: Challenge, *, today: date) -> bool:
    """Open, and the last day is not over."""
    return challenge.status == ChallengeStatus.OPEN and today <= challenge.closes_on


def basis_words(basis: dict[str, Any]) -> str:
    """What stands behind a challenge, for the public: of few enterprises neither number nor money."""
    enterprises, budget = basis["enterprises"], basis["budget"]
    if enterprises < FEW:
        return f"少于{FEW}家企业提出，预算不公开"
    return f"{enterprises}家企业提出，" + (f"相关预算合计{wording.money(budget)}" if budget else "预算没填")
