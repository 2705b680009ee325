"""报价单: a basket frozen on a day, shared by a link, withdrawn by its owner."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from marketplace.domain import permissions, wording
from marketplace.domain.actors import Actor
from marketplace.domain.errors import Forbidden, Invalid, NotFound
from marketplace.domain.permissions import Permission
from marketplace.extensions import db
from marketplace.models.bundles import QuotationSheet, SheetStatus
from marketplace.services import (
    audit,
    basket_rows,
    basket_views,
    clock,
    quotation_content,
    status_changes,
    unit_of_work,
)

KIND = "quotation_sheet"
TOKEN_BYTES = 32


class Access(StrEnum):
    """What the link opens today."""

    OPEN = "open"
    LAPSED = "lapsed"  # the prices stand no more, the sheet can still be read
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SheetView:
    """`content` is what was frozen and nothing else."""

    id: int
    basket_id: int
    number: str
    token: str
    version: int
    status: str
    status_label: str
    access: Access
    content: dict[str, Any]
    issued_on: date
    valid_until: date
    link_until: date
    created_at: datetime
    decided_at: datetime | None

    @property
    def is_shared(self) -> bool:
        return self.status == SheetStatus.SHARED


def issue(actor: Actor, *, basket_id: int, version: int, once: str | None = None) -> int:
    """Freeze what the basket comes to now; the version is the one that the person has seen."""
    with unit_of_work.writing(actor, once=once) as session:
        basket_rows.locked(session, actor, basket_id, version=version, wanted="生成报价单")
        basket = basket_views.load(actor, basket_id)
        view = basket_views.get(actor, basket_id)
        _check(view)
        day = clock.today()
        sheet = QuotationSheet(
            basket_id=basket_id, enterprise_id=basket.enterprise_id, number=secrets.token_hex(12),
            token=secrets.token_urlsafe(TOKEN_BYTES), valid_until=quotation_content.valid_until(day),
            content=quotation_content.freeze(basket, view, issued_on=day, issued_by=actor.name),
            created_by=actor.user_id, created_at=clock.now(),
        )  # fmt: skip
        session.add(sheet)
        session.flush()
        sheet.number = f"SZ{day:%Y%m%d}-{sheet.id:05d}"  # runs with the row: two enterprises never get the same one
        audit.record(session, actor, "sheets.issued", kind=KIND, key=sheet.id, details={"number": sheet.number})
        unit_of_work.remember(session, once, kind=KIND, key=sheet.id)
        return sheet.id


def _check(view: basket_views.BasketView) -> None:
    """A sheet says prices: it needs something to price, and nothing in it that cannot be had."""
    problems = []
    if not view.items:
        problems.append("方案还是空的，先放进产品再出报价单")
    if not view.is_demand_open:
        problems.append("需求清单已撤回，不能再出报价单")
    gone = [item.offer.name for item in view.items if not item.offer.is_on_shelf]
    if gone:
        problems.append(f"{'、'.join(f'「{name}」' for name in gone)}已不在架，请先移出")
    unpriced = [item.offer.name for item in view.items if item.offer.is_on_shelf and item.pick.plan is None]
    if unpriced:
        problems.append(f"{'、'.join(f'「{name}」' for name in unpriced)}没有标价，请先移出或请服务商报价")
    if problems:
        raise Invalid({"issue": problems})


def withdraw(actor: Actor, *, sheet_id: int, version: int, once: str | None = None) -> None:
    with unit_of_work.writing(actor, once=once) as session:
        sheet = status_changes.locked(session, QuotationSheet, kind=KIND, key=sheet_id)
        status_changes.change(session, actor, sheet, kind=KIND, action="withdraw", version=version)
        unit_of_work.remember(session, once, kind=KIND, key=sheet_id)


def get(actor: Actor, sheet_id: int) -> SheetView:
    row = db.session.get(QuotationSheet, sheet_id)
    if row is None:
        raise NotFound(KIND, sheet_id)
    if not permissions.permits(actor, Permission.BUILD_BUNDLE, row):
        raise Forbidden(Permission.BUILD_BUNDLE)
    return _view(row)


def shared(token: str) -> SheetView:
    """By its link, whoever has it; `access` says whether it may still be shown."""
    row = db.session.scalars(select(QuotationSheet).where(QuotationSheet.token == token)).one_or_none()
    if row is None:
        raise NotFound(KIND, token)
    return _view(row)


def _view(row: QuotationSheet) -> SheetView:
    link_until = date.fromisoformat(row.content["link_until"])
    return SheetView(
        id=row.id,
        basket_id=row.basket_id,
        number=row.number,
        token=row.token,
        version=row.version,
        status=row.status,
        status_label=wording.SHEET_STATUSES[row.status],
        access=_access(row, link_until),
        content=row.content,
        issued_on=date.fromisoformat(row.content["issued_on"]),
        valid_until=row.valid_until,
        link_until=link_until,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


def _access(row: QuotationSheet, link_until: date) -> Access:
    if row.status == SheetStatus.WITHDRAWN:
        return Access.WITHDRAWN
    today = clock.today()
    if today > link_until:
        return Access.EXPIRED
    return Access.LAPSED if today > row.valid_until else Access.OPEN
