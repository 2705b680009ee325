"""Heads of the chain that leave the database: one a day, in a file a day, so that a cut end can be proven later.

A head says how far the chain had reached and the code of its last row. Only who keeps the file apart from the database
(another machine, paper, a mail to the auditors) gains by it: docs/audit.md.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from marketplace.domain.errors import Invalid
from marketplace.extensions import db
from marketplace.models.audit import AuditEntry, AuditHead
from marketplace.services import clock
from marketplace.services.audit_verification import Head

PATTERN = "heads-*.jsonl"


def folder() -> Path:
    return Path(current_app.config["AUDIT_FOLDER"])


def of_today() -> Path:
    return folder() / f"heads-{clock.today():%Y-%m-%d}.jsonl"


def export(path: Path | None = None) -> tuple[Head, Path]:
    """Append the present head to the file, by default the one of today."""
    path = path or of_today()
    db.session.rollback()
    row = db.session.execute(select(AuditHead.number, AuditHead.mac).where(AuditHead.id == 1)).one()
    count = db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.id <= row.number))
    head = Head(row.number, row.mac, clock.now())
    line = {"number": head.number, "mac": head.mac, "at": clock.now().isoformat(timespec="seconds"), "count": count}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return head, path


def export_of_today() -> bool:
    """The day's first head, once; for the courier, which asks every moment."""
    path = of_today()
    if path.exists():
        return False
    export(path)
    return True


def read(path: Path) -> list[Head]:
    """Heads in a file; what cannot be read is named by its line."""
    return [_head(line, path, number) for number, line in enumerate(_lines(path), start=1)]


def kept() -> list[Head]:
    """All that were exported to the default folder, the oldest first."""
    return [head for path in sorted(folder().glob(PATTERN)) for head in read(path)]


def newest() -> Head | None:
    """The last one exported, from the last file alone."""
    paths = sorted(folder().glob(PATTERN))
    heads = read(paths[-1]) if paths else []
    return heads[-1] if heads else None


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if line.strip())


def _head(line: str, path: Path, number: int) -> Head:
    try:
        content: Any = json.loads(line)
        return Head(int(content["number"]), str(content["mac"]), datetime.fromisoformat(content["at"]))
    except (ValueError, KeyError, TypeError):
        raise Invalid({"head": [f"{path.name}第{number}行不是链头记录，请换用导出的原文件"]}) from None
