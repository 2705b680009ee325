"""Working days: weekends off, but for the days that the State Council's yearly arrangement moves."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from marketplace.policy import reader

POLICY: Mapping[str, Any] = reader.load("holidays")
HOLIDAYS = frozenset(date.fromisoformat(day) for year in POLICY["years"] for day in year["holidays"])
WORKING_WEEKENDS = frozenset(date.fromisoformat(day) for year in POLICY["years"] for day in year["working_weekends"])
SATURDAY = 5


def is_working(day: date) -> bool:
    if day in HOLIDAYS:
        return False
    return day.weekday() < SATURDAY or day in WORKING_WEEKENDS


def after(day: date, count: int) -> date:
    """The count-th working day after the day; the day itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


def between(first: date, last: date) -> int:
    """Working days after the first up to the last; negative when the last lies before."""
    if last < first:
        return -between(last, first)
    return sum(is_working(first + timedelta(days=step)) for step in range(1, (last - first).days + 1))


def left_words(due_on: date, *, today: date) -> str:
    """What is left until the due date, in words."""
    left = between(today, due_on)
    if due_on < today:
        return f"已逾期{max(-left, 1)}个工作日"
    return "今天到期" if left == 0 else f"还有{left}个工作日"
