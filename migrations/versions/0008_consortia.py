"""Consortia with consent and history.

The two tables are made anew, for SQLite cannot drop the constraint that forbade a second row of a member; nothing else
points to them. What stood there counts as active since today, confirmed by the platform, with the shares spread.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008_consortia"
down_revision = "0007_provider_pool"
branch_labels = None
depends_on = None

CURRENT = "left_at IS NULL AND declined_at IS NULL"
PENDING = "status IN ('consenting', 'submitted')"
CENT = Decimal("0.01")


def upgrade() -> None:
    consortia, members = _read()
    op.drop_table("consortium_members")
    op.drop_table("consortia")
    _create_consortia()
    _create_members()
    _create_changes()
    if consortia:
        _write(consortia, members)


def downgrade() -> None:
    op.drop_table("consortium_consents")
    op.drop_table("consortium_changes")
    consortia, members = _read_active()
    op.drop_table("consortium_members")
    op.drop_table("consortia")
    _create_as_before()
    tables = _tables("consortia", "consortium_members")
    for row in consortia:
        op.get_bind().execute(tables["consortia"].insert().values(**row))
    for row in members:
        op.get_bind().execute(tables["consortium_members"].insert().values(**row))
    if op.get_bind().dialect.name == "postgresql":
        for name in tables:
            newest = op.get_bind().scalar(sa.select(sa.func.max(tables[name].c.id))) or 1
            op.execute(sa.select(sa.func.setval(f"{name}_id_seq", newest)))


def _tables(*names: str) -> dict[str, sa.Table]:
    metadata = sa.MetaData()
    return {name: sa.Table(name, metadata, autoload_with=op.get_bind(), resolve_fks=False) for name in names}


def _read() -> tuple[list[Any], list[Any]]:
    tables = _tables("consortia", "consortium_members")
    bind = op.get_bind()
    return tuple(list(bind.execute(sa.select(one).order_by(one.c.id)).mappings()) for one in tables.values())  # type: ignore[return-value]


def _read_active() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the schema before can hold: active consortia with their current members other than the lead."""
    consortia, members = _read()
    kept = [
        {name: row[name] for name in ("id", "name", "lead_id", "industry")}
        for row in consortia
        if row["status"] == "active"
    ]
    ids = {row["id"] for row in kept}
    seats = [
        {name: row[name] for name in ("id", "consortium_id", "provider_id", "scenes")}
        for row in members
        if row["consortium_id"] in ids
        and row["role"] == "member"
        and row["left_at"] is None
        and row["declined_at"] is None
    ]
    return kept, seats


def _write(consortia: list[Any], members: list[Any]) -> None:
    bind, now = op.get_bind(), datetime.now(UTC)
    tables = _tables("consortia", "consortium_members", "users")
    platform = _platform(tables["users"], now)
    for row in consortia:
        bind.execute(
            tables["consortia"].insert().values(
                name=row["name"], lead_id=row["lead_id"], industry=row["industry"], purpose="", status="active",
                decided_at=now, decided_by=platform, formed_on=now.date(), declarations=[], created_at=now, version=1,
            )
        )  # fmt: skip
        made = tables["consortia"]
        key = bind.scalar(sa.select(made.c.id).where(made.c.name == row["name"]))
        seats = [one for one in members if one["consortium_id"] == row["id"] and one["provider_id"] != row["lead_id"]]
        people = [(row["lead_id"], "lead", [])]
        people += [(one["provider_id"], "member", one["scenes"]) for one in seats]
        for (provider_id, role, scenes), share in zip(people, _spread(len(people)), strict=True):
            bind.execute(
                tables["consortium_members"].insert().values(
                    consortium_id=key, provider_id=provider_id, role=role, share=share, scenes=scenes, invited_at=now,
                    invited_by=platform, consented_at=now, consented_by=platform, version=1,
                    agreed={"provider": provider_id, "role": role, "share": str(share), "scenes": scenes},
                )
            )  # fmt: skip


def _spread(number: int) -> list[Decimal]:
    """Alike as far as cents go; the lead takes the rest."""
    each = (Decimal(100) / number).quantize(CENT)
    return [100 - each * (number - 1), *[each] * (number - 1)]


def _platform(users: sa.Table, now: datetime) -> int:
    """The row of services/system_user, made where there is none."""
    bind, query = op.get_bind(), sa.select(users.c.id).where(users.c.login == "system")
    key = bind.scalar(query)
    if key is None:
        bind.execute(
            users.insert().values(
                login="system", name="系统", is_active=False, is_demo=False, failed_logins=0, created_at=now
            )
        )
        key = bind.scalar(query)
    return int(key or 0)


def _create_consortia() -> None:
    status = sa.Enum(
        "forming", "submitted", "active", "dissolved", name="consortiumstatus", native_enum=False, length=20
    )
    op.create_table(
        "consortia",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("formed_on", sa.Date(), nullable=True),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("dissolution_reason", sa.String(length=500), nullable=True),
        sa.Column("declarations", sa.JSON(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'forming') = (decided_at IS NULL)", name=op.f("ck_consortia_decided_unless_forming")
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_consortia_decided_by_someone")),
        sa.CheckConstraint("status <> 'active' OR formed_on IS NOT NULL", name=op.f("ck_consortia_active_since")),
        sa.CheckConstraint(
            "(status = 'dissolved') = (dissolved_on IS NOT NULL)", name=op.f("ck_consortia_dissolved_on_a_day")
        ),
        sa.CheckConstraint(
            "(dissolved_on IS NULL) = (dissolution_reason IS NULL)", name=op.f("ck_consortia_dissolved_with_a_reason")
        ),
        sa.CheckConstraint(
            "(declared_at IS NULL) = (declared_by IS NULL)", name=op.f("ck_consortia_declared_by_someone")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["providers.id"], name=op.f("fk_consortia_lead_id_providers")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_consortia_decided_by_users")),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_consortia_declared_by_users")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_consortia_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortia")),
        sa.UniqueConstraint("name", name=op.f("uq_consortia_name")),
    )
    op.create_index(op.f("ix_consortia_lead_id"), "consortia", ["lead_id"])
    op.create_index(op.f("ix_consortia_status"), "consortia", ["status"])


def _create_members() -> None:
    role = sa.Enum("lead", "member", name="memberrole", native_enum=False, length=20)
    op.create_table(
        "consortium_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("role", role, nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("scenes", sa.JSON(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_by", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.JSON(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(length=500), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 100", name=op.f("ck_consortium_members_share_range")),
        sa.CheckConstraint(
            "(consented_at IS NULL) = (consented_by IS NULL)", name=op.f("ck_consortium_members_consented_by_someone")
        ),
        sa.CheckConstraint(
            "(declined_at IS NULL) = (decline_reason IS NULL)",
            name=op.f("ck_consortium_members_declined_with_a_reason"),
        ),
        sa.CheckConstraint(
            "consented_at IS NULL OR declined_at IS NULL", name=op.f("ck_consortium_members_consented_or_declined")
        ),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortia.id"], name=op.f("fk_consortium_members_consortium_id_consortia")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_consortium_members_provider_id_providers")
        ),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name=op.f("fk_consortium_members_invited_by_users")),
        sa.ForeignKeyConstraint(["consented_by"], ["users.id"], name=op.f("fk_consortium_members_consented_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortium_members")),
    )
    op.create_index(op.f("ix_consortium_members_consortium_id"), "consortium_members", ["consortium_id"])
    op.create_index(op.f("ix_consortium_members_provider_id"), "consortium_members", ["provider_id"])
    _unique("uq_consortium_members_current", "consortium_members", ["consortium_id", "provider_id"], where=CURRENT)
    _unique(
        "uq_consortium_members_current_lead",
        "consortium_members",
        ["consortium_id"],
        where=f"role = 'lead' AND {CURRENT}",
    )


def _create_changes() -> None:
    status = sa.Enum(
        "consenting", "submitted", "confirmed", "refused", "declined", "withdrawn",
        name="changestatus", native_enum=False, length=20,
    )  # fmt: skip
    op.create_table(
        "consortium_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'consenting') = (decided_at IS NULL)",
            name=op.f("ck_consortium_changes_decided_unless_consenting"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_consortium_changes_decided_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortia.id"], name=op.f("fk_consortium_changes_consortium_id_consortia")
        ),
        sa.ForeignKeyConstraint(
            ["proposer_id"], ["providers.id"], name=op.f("fk_consortium_changes_proposer_id_providers")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_consortium_changes_decided_by_users")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_consortium_changes_proposed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortium_changes")),
    )
    for name in ("consortium_id", "proposer_id", "status"):
        op.create_index(op.f(f"ix_consortium_changes_{name}"), "consortium_changes", [name])
    _unique("uq_consortium_changes_pending", "consortium_changes", ["consortium_id"], where=PENDING)
    op.create_table(
        "consortium_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(consented_at IS NULL) = (consented_by IS NULL)", name=op.f("ck_consortium_consents_consented_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["consortium_changes.id"], name=op.f("fk_consortium_consents_change_id_consortium_changes")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_consortium_consents_provider_id_providers")
        ),
        sa.ForeignKeyConstraint(["consented_by"], ["users.id"], name=op.f("fk_consortium_consents_consented_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortium_consents")),
        sa.UniqueConstraint("change_id", "provider_id", name=op.f("uq_consortium_consents_change_id_provider_id")),
    )
    op.create_index(op.f("ix_consortium_consents_provider_id"), "consortium_consents", ["provider_id"])


def _unique(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _create_as_before() -> None:
    op.create_table(
        "consortia",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["providers.id"], name=op.f("fk_consortia_lead_id_providers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortia")),
        sa.UniqueConstraint("name", name=op.f("uq_consortia_name")),
    )
    op.create_index(op.f("ix_consortia_lead_id"), "consortia", ["lead_id"])
    op.create_table(
        "consortium_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("scenes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consortium_id"], ["consortia.id"], name=op.f("fk_consortium_members_consortium_id_consortia")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_consortium_members_provider_id_providers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortium_members")),
        sa.UniqueConstraint(
            "consortium_id", "provider_id", name=op.f("uq_consortium_members_consortium_id_provider_id")
        ),
    )
    op.create_index(op.f("ix_consortium_members_provider_id"), "consortium_members", ["provider_id"])
