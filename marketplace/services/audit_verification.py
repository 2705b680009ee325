"""Reads the whole chain and checks each row: the database puts the bytes together, Python makes the code.

A chain that holds is read once. One that does not is read again, slowly, to say which row is wrong and how.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Connection, text

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
Chain = Callable[[], Iterable[Sequence[Sequence[Any]]]]  # in batches: number, content, previous, mac, key_id


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


def _batches(connection: Connection) -> Iterator[Sequence[Sequence[Any]]]:
    """Straight from the driver: SQLAlchemy's rows would take as long again as reading and coding together."""
    driver: Any = connection.connection.driver_connection
    named: dict[str, Any] = {"name": "audit_rows", "binary": True} if connection.dialect.name == "postgresql" else {}
    with closing(driver.cursor(**named)) as cursor:  # a named one stays on the server and gives batch after batch
        cursor.execute(statement(connection.dialect.name))
        while rows := cursor.fetchmany(BATCH):
            yield rows


def check(chain: Chain, *, keys: audit_chain.Keys, head: Head | None, exported: Sequence[Head] = ()) -> Report:
    """`chain` gives the rows in order of their numbers, anew at each call."""
    wanted = {one.number for one in exported}
    count, end, codes, loose = _walk(chain, keys, wanted)
    known = max((one.number for one in (head, *exported) if one is not None), default=None)
    findings: list[Finding] = []
    if loose is not None or end.number < (known or 0):
        judge = Judge(keys, _places(chain, loose or set()))
        for batch in chain():
            for row in batch:
                judge.take(audit_findings.Row(*row))
        findings, end = judge.finish(head=known), Head(judge.end, judge.code)
    findings += _heads(head, end)
    findings += _exported(exported, codes, findings)
    return Report(tuple(findings), count, end if end.number else None, clock.now())


def _walk(chain: Chain, keys: audit_chain.Keys, wanted: set[int]) -> tuple[int, Head, dict[int, str], set[str] | None]:
    """Rows, the last of them, codes of wanted rows; and, when the chain does not hold, where its loose ends point."""
    count = number = 0
    code = GENESIS
    codes: dict[int, str] = {}
    loose: set[str] = set()
    is_whole = True
    coders = {key_id: hmac.new(key, digestmod="sha256") for key_id, key in keys.items()}  # the key is mixed in once
    unknown = hmac.new(b"", digestmod="sha256")
    for batch in chain():
        for place, content, previous, mac, key_id in batch:
            coder = coders.get(key_id, unknown).copy()
            coder.update(content)
            if coder.hexdigest() != mac or key_id not in coders:
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


def _heads(head: Head | None, end: Head) -> Iterator[Finding]:
    """The database's own head names the last row; one that is ahead of it shows as rows cut off."""
    number = head.number if head else 0
    if head is None or number < end.number or (number == end.number and head.mac != end.mac):
        yield Finding(Kind.HEAD, end.number, number)


def _exported(exported: Sequence[Head], codes: Mapping[int, str], found: Sequence[Finding]) -> list[Finding]:
    """An exported head is a row with that very code; a row that is judged already is not named again."""
    return [
        Finding(Kind.FORKED, one.number, one.number)
        for one in exported
        if codes.get(one.number, one.mac) != one.mac
        and not any(finding.first <= one.number <= finding.last for finding in found)
    ]
