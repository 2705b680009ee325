"""What a notice is: who hears which words at which step, and whether it is something to do."""

from dataclasses import dataclass

WHY = "理由：{reason}"


@dataclass(frozen=True, slots=True)
class Notice:
    audience: str  # a key of services/notification_audiences.AUDIENCES
    title: str
    text: str = ""
    is_todo: bool = False
    closed_by: tuple[str, ...] = ()
    page: str = ""  # a key of services/notification_pages.PAGES, where the subject's own page is not his


@dataclass(frozen=True, slots=True)
class Told:
    """An act that is told by its service; `closed_by` names steps of the subject's kind."""

    title: str
    text: str = ""
    is_todo: bool = False
    closed_by: tuple[str, ...] = ()


def todo(audience: str, title: str, text: str, closed_by: str, *, page: str = "") -> Notice:
    return Notice(audience, title, text, is_todo=True, closed_by=tuple(closed_by.split()), page=page)
