"""`python -m benchmarks.audit_chain`: the whole trail checked, beside a bare HMAC loop over the same bytes.

The trail is written straight into a database of its own, with details as long as those of the demo city. The bare loop
gets the bytes of every row from memory and makes the same codes one after the other; the check reads the database,
puts the bytes together, makes the codes and compares. Both in the same run, in turns. With --database the trail is put
into that (empty) PostgreSQL database instead.
"""

import argparse
import hmac
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text, update

from marketplace import config
from marketplace.app import create_app
from marketplace.domain import audit_chain
from marketplace.extensions import db
from marketplace.models import Base
from marketplace.models.audit import GENESIS, AuditEntry, AuditHead
from marketplace.services import audit_verification

GOAL_SECONDS, GOAL_RATIO = 15.0, 3.0
BATCH = 10_000
START = datetime(2026, 1, 1, tzinfo=UTC)
ACTS = (
    ("accounts.logged_in", "user", "{}"),
    ("demands.changed", "demand", '{"before":{"title":"焊接工序数据采集","budget":180000},"after":{"budget":220000}}'),
    ("solution.suspend", "solution", '{"from":"listed","to":"suspended","reason":"用户投诉运维响应超过约定时限"}'),
    ("evidence.uploaded", "evidence", '{"title":"设备台账与采集点清单","sha256":"' + "9f" * 32 + '"}'),
)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/market.db"
        app = create_app({"SQLALCHEMY_ENGINES": {"default": config.engine_settings(url)}, "DELIVERY": "none"})
        with app.app_context():
            Base.metadata.create_all(db.engine)
            _fill(app.config["AUDIT_KEY"].encode(), options.rows)
            report = _measure(app.config["AUDIT_KEY"].encode(), options.rounds)
            report["bytes_on_disk"] = Path(folder, "market.db").stat().st_size if not options.database else None
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit_chain")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", help="an empty PostgreSQL database")
    return parser.parse_args()


def _fill(key: bytes, count: int) -> None:
    """Not through the services, which would take an hour: what they write is the same, row by row."""
    with db.engine.begin() as connection:
        last: dict[str, Any] = {}
        source = _rows(key, count)
        while rows := list(islice(source, BATCH)):
            connection.execute(insert(AuditEntry.__table__), rows)  # type: ignore[arg-type]
            last = rows[-1]
        connection.execute(update(AuditHead.__table__).values(number=last["id"], mac=last["mac"]))  # type: ignore[arg-type]


def _rows(key: bytes, count: int) -> Iterator[dict[str, Any]]:
    code, key_id = GENESIS, audit_chain.key_id(key)
    for number in range(1, count + 1):
        action, kind, details = ACTS[number % len(ACTS)]
        row: dict[str, Any] = {
            "id": number, "at": START + timedelta(milliseconds=number * 731), "user_id": None, "actor_name": "张工",
            "organisation_id": None, "role": "enterprise", "action": action, "subject_kind": kind,
            "subject_id": number % 5000, "details": details, "key_id": key_id, "previous": code,
        }  # fmt: skip
        code = row["mac"] = audit_chain.code(key, audit_chain.message(row))
        yield row


def _measure(key: bytes, rounds: int) -> dict[str, Any]:
    """The best of the rounds, which is what is left of a busy machine."""
    with db.engine.connect() as connection:
        query = text(audit_verification.statement(connection.dialect.name))
        contents = [bytes(row[1]) for row in connection.execute(query)]
        dialect = connection.dialect.name
    bare: list[float] = []
    checked: list[float] = []
    worked: list[float] = []
    for _ in range(rounds):
        bare.append(_timed(lambda: _bare_loop(key, contents)))
        started = time.process_time()
        checked.append(_timed(_check))
        worked.append(time.process_time() - started)
    ratio = min(checked) / min(bare)
    return {
        "database": dialect,
        "rows": len(contents),
        "bytes_coded": sum(map(len, contents)),
        "bare_hmac_seconds": round(min(bare), 2),
        "verify_seconds": f"{min(checked):.2f} (goal {GOAL_SECONDS:.0f})",
        "verify_processor_seconds": round(min(worked), 2),  # what others on the machine do not take away
        "to_bare": f"{ratio:.2f} (goal {GOAL_RATIO:.0f})",
    }


def _bare_loop(key: bytes, contents: list[bytes]) -> None:
    digest = hmac.digest
    for content in contents:
        digest(key, content, "sha256")


def _check() -> None:
    report = audit_verification.verify()
    if not report.is_intact:
        raise RuntimeError(f"the chain does not hold: {report.findings[:3]}")


def _timed(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
