"""The chain grows at the end of a transaction: what it recorded is numbered and coded as the last thing before commit.

The row of audit_heads is the last lock that a transaction takes, so that all its other locks are free in their order,
and no number is given that is not committed. Until then the rows wait in the session: nobody reads his own entry.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.domain import audit_chain
from marketplace.models.audit import AuditEntry, AuditHead

GATHERED = "audit_gathered"


@dataclass(frozen=True, slots=True)
class _Gathered:
    fields: dict[str, Any]
    savepoints: tuple[SessionTransaction, ...]  # with the roll-back of one of these the act has not happened


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """What is recorded meanwhile waits in the session."""
    outer = session.info.get(GATHERED)
    session.info[GATHERED] = []
    try:
        yield
    finally:
        session.info[GATHERED] = outer


def gather(session: Session, fields: dict[str, Any]) -> None:
    """A row that nobody would seal is a mistake of ours."""
    if session.info.get(GATHERED) is None:
        raise RuntimeError("an audited act belongs inside unit_of_work.writing")
    savepoints, inner = [], session.get_nested_transaction()
    while inner is not None and inner.nested:
        savepoints.append(inner)
        inner = inner.parent
    session.info[GATHERED].append(_Gathered(fields, tuple(savepoints)))


def seal(session: Session) -> None:
    """Number, chain and write what was gathered; nothing may be locked or written after it but the commit."""
    session.flush()
    gathered: list[_Gathered] = session.info[GATHERED]
    if not gathered:
        return
    head = session.execute(select(AuditHead.number, AuditHead.mac).where(AuditHead.id == 1).with_for_update()).one()
    rows = _chained([one.fields for one in gathered], number=head.number, code=head.mac)
    session.execute(insert(AuditEntry.__table__), rows)  # type: ignore[arg-type]
    last = rows[-1]
    session.execute(update(AuditHead.__table__).values(number=last["id"], mac=last["mac"]))  # type: ignore[arg-type]
    gathered.clear()


def _chained(gathered: list[dict[str, Any]], *, number: int, code: str) -> list[dict[str, Any]]:
    key = str(current_app.config["AUDIT_KEY"]).encode()
    key_id = audit_chain.key_id(key)
    rows = []
    for place, fields in enumerate(gathered, start=number + 1):
        row = {**fields, "id": place, "key_id": key_id, "previous": code}
        code = row["mac"] = audit_chain.code(key, audit_chain.message(row))
        rows.append(row)
    return rows


@event.listens_for(Session, "before_commit")
def _refuse_unsealed(session: Session) -> None:
    if session.info.get(GATHERED) and not session.in_nested_transaction():
        raise RuntimeError("a transaction with audited acts is committed by unit_of_work.writing alone")


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was rolled back has not happened."""
    gathered: list[_Gathered] = session.info.get(GATHERED) or []
    gathered[:] = [one for one in gathered if ended.nested and ended not in one.savepoints]
