"""A page of rows in a stated order."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: tuple[Row, ...]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @staticmethod
    def clamp(number: int, *, total: int, per_page: int) -> int:
        """A page that does not exist becomes the nearest one that does."""
        return min(max(number, 1), max(1, -(-total // per_page)))
