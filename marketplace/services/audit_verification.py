"""Reads the whole chain and checks each row: the database puts the bytes together, Python makes the code.

A chain that holds is read once. One that does not is read again, slowly, to say which row is wrong and how.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hmac import digest

from flask import current_app
from sqlalchemy import Connection, Row, text

from marketplace.domain import audit_chain, audit_findings
from marketplace.domain.audit_findings import Finding, Judge, Kind
from marketplace.extensions import db
from marketplace.models.audit import GENESIS
from marketplace.services import clock

BATCH = 20_000
OPTIONAL = ("user_id", "organisation_id", "subject_id")
JOINED = {
    "sqlite": "coalesce(CAST({fields} AS BLOB), x'')",
    "postgresql": "coalesce(convert_to({fields}, 'UTF8'), '')",
}
AS_TEXT = {
    "sqlite": {"at": "at"},
    "postgresql": {"at": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"},
}
SEPARATORS = {"sqlite": "char(31)", "postgresql": "chr(31)"}
Chain = Callable[[], Iterable[Sequence[Row[int, bytes, str, str, str]]]]


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain had reached at a time."""

    number: int
    mac: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    findings: tuple[Finding, ...]
    rows: int
    last: Head | None
    at: datetime

    @property
    def is_intact(self) -> bool:
        return not self.findings


def keys() -> dict[str, bytes]:
    """The current key and the former ones of the settings."""
    return audit_chain.keys(str(current_app.config["AUDIT_KEY"]), current_app.config["AUDIT_KEYS"])


def verify(*, heads: Iterable[Head] = ()) -> Report:
    """Check the chain of the database, its head, and the heads that were exported earlier."""
    with _snapshot() as connection:
        own = connection.execute(text("SELECT number, mac FROM audit_heads WHERE id = 1")).one_or_none()
        head = Head(own.number, own.mac) if own else None
        return check(lambda: _batches(connection), keys=keys(), head=head, exported=tuple(heads))


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """All reads see one moment, whatever is written meanwhile."""
    is_postgres = db.engine.dialect.name == "postgresql"
    with db.engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ") if is_postgres else connection


def statement(dialect: str) -> str:
    fields = f" || {SEPARATORS[dialect]} || ".join(_as_text(dialect, name) for name in audit_chain.FIELDS)
    content = JOINED[dialect].format(fields=fields)
    return f"SELECT id, {content}, previous, mac, key_id FROM audit_entries ORDER BY id"  # noqa: S608 - names


def _as_text(dialect: str, name: str) -> str:
    plain = AS_TEXT[dialect].get(name, f"CAST({name} AS TEXT)" if dialect == "postgresql" else name)
    return f"coalesce({plain}, '')" if name in OPTIONAL else plain


def _batches(connection: Connection) -> Iterator[Sequence[Row[int, bytes, str, str, str]]]:
    result = connection.execution_options(yield_per=BATCH).execute(text(statement(connection.dialect.name)))
    yield from result.partitions()


def check(chain: Chain, *, keys: audit_chain.Keys, head: Head | None, exported: Sequence[Head] = ()) -> Report:
    """`chain` gives the rows in order of their numbers, anew at each call."""
    wanted = {one.number for one in exported}
    count, last, codes, doubtful = _walk(chain, keys, wanted)
    is_broken = doubtful is not None or last.number != (head.number if head else 0)
    known = max((one.number for one in (head, *exported) if one is not None), default=None)
    findings: list[Finding] = []
    if is_broken or last.number < (known or 0):
        places = _places(chain, doubtful or set())
        judge = Judge(keys, places)
        for batch in chain():
            for row in batch:
                judge.take(audit_findings.Row(*row))
        findings = judge.finish(head=known)
    findings += _heads(head, last, codes, exported)
    return Report(tuple(findings), count, last if last.number else None, clock.now())


def _walk(chain: Chain, keys: audit_chain.Keys, wanted: set[int]) -> tuple[int, Head, dict[int, str], set[str] | None]:
    """Rows, the last of them, codes of wanted rows; and, when the chain does not hold, where its loose ends point."""
    count = number = 0
    code = GENESIS
    codes: dict[int, str] = {}
    loose: set[str] = set()
    is_whole = True
    for batch in chain():
        for place, content, previous, mac, key_id in batch:
            key = keys.get(key_id)
            if key is None or digest(key, content, "sha256").hex() != mac:
                loose.add(previous)
                is_whole = False
            if place != number + 1 or previous != code:
                is_whole = False
            number, code = place, mac
        count += len(batch)
        codes |= {row[0]: row[3] for row in batch if row[0] in wanted} if wanted else {}
    return count, Head(number, code), codes, None if is_whole else loose


def _places(chain: Chain, loose: set[str]) -> Mapping[str, int]:
    """The numbers of the rows to which the loose ones point."""
    return {row[3]: row[0] for batch in chain() for row in batch if row[3] in loose} if loose else {}


def _heads(head: Head | None, last: Head, codes: Mapping[int, str], exported: Sequence[Head]) -> Iterator[Finding]:
    """The database's own head must be the last row; an exported one must be a row with that very code."""
    if head is None or (head.number, head.mac) != (last.number, last.mac):
        yield Finding(Kind.HEAD, last.number, head.number if head else 0)
    for one in exported:
        if one.number in codes and codes[one.number] != one.mac:
            yield Finding(Kind.FORKED, one.number, one.number)
