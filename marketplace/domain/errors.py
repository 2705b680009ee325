"""Domain errors carry data; marketplace/web/errors.py words them."""

from dataclasses import dataclass, field
from datetime import datetime


class MarketError(Exception):
    """The base of everything that a use case refuses."""


@dataclass
class NotFound(MarketError):
    kind: str
    key: object


@dataclass
class Forbidden(MarketError):
    permission: str


@dataclass
class Invalid(MarketError):
    """Bad input: the Chinese message by field name."""

    messages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All messages in one line, for a page without fields."""
        return "；".join(message for messages in self.messages.values() for message in messages)


@dataclass
class Conflict(MarketError):
    """Somebody was faster, or the thing has moved on; says who, what and when."""

    kind: str
    key: int
    status: str
    decided_by: str | None = None
    decided_at: datetime | None = None
    wanted: str | None = None


@dataclass
class AlreadyDone(MarketError):
    """The same form was sent before; its result stands there."""

    kind: str | None
    key: int | None
