"""双审核: submissions, seats, declared interests, panels; and the guards that no program can go round."""

import sqlalchemy as sa
from alembic import op

revision = "0006_approvals"
down_revision = "0005_listings"
branch_labels = None
depends_on = None

KINDS = ("initial", "material", "renewal", "relisting", "sample")
STATUSES = (
    "in_review", "panel", "second_review", "approved", "returned", "rejected", "recalled", "checked", "referred",
)  # fmt: skip
SEATS = ("feasibility", "price", "second", "panel_1", "panel_2", "panel_3")
VERDICTS = ("pass", "return", "reject")
OPEN = "status IN ('in_review', 'panel', 'second_review', 'returned')"

# Both reviews passed, or, where they differed, two of the panel; and the second review; nobody ever in two seats. That
# one person holds one seat a round is the unique constraint of review_seats.
PASSED = """(
    1 = (SELECT count(*) FROM review_seats s WHERE s.approval_id = NEW.id AND s.round = NEW.round
        AND s.version_id = NEW.version_id AND s.verdict = 'pass' AND s.seat = 'second')
    AND 2 = (SELECT count(*) FROM review_seats s WHERE s.approval_id = NEW.id AND s.round = NEW.round
        AND s.version_id = NEW.version_id AND s.verdict IS NOT NULL AND s.seat IN ('feasibility', 'price'))
    AND (
        2 = (SELECT count(*) FROM review_seats s WHERE s.approval_id = NEW.id AND s.round = NEW.round
            AND s.version_id = NEW.version_id AND s.verdict = 'pass' AND s.seat IN ('feasibility', 'price'))
        OR 2 <= (SELECT count(*) FROM review_seats s WHERE s.approval_id = NEW.id AND s.round = NEW.round
            AND s.version_id = NEW.version_id AND s.verdict = 'pass' AND s.seat IN ('panel_1', 'panel_2', 'panel_3'))
    )
    AND NOT EXISTS (
        SELECT 1 FROM review_seats a JOIN review_seats b
        ON a.approval_id = b.approval_id AND a.reviewer_id = b.reviewer_id AND a.seat <> b.seat
        WHERE a.approval_id = NEW.id
    )
)"""
LISTED = """EXISTS (
    SELECT 1 FROM approvals a WHERE a.solution_id = NEW.id AND a.status = 'approved'
    AND (OLD.decided_at IS NULL OR a.decided_at >= OLD.decided_at)
)"""
# name, when, table, the condition under which the change is refused, why
GUARDS = (
    ("approvals_not_born_approved", "INSERT", "approvals", "NEW.status = 'approved'", "an approval begins in review"),
    (
        "approvals_need_three_passes",
        "UPDATE",
        "approvals",
        f"NEW.status = 'approved' AND NOT {PASSED}",
        "approved without three passes by three people",
    ),
    ("review_seats_are_final", "UPDATE", "review_seats", "OLD.verdict IS NOT NULL", "a verdict is final"),
    ("review_seats_stay", "DELETE", "review_seats", "OLD.verdict IS NOT NULL", "a verdict is final"),
    (
        "solutions_need_approval",
        "UPDATE",
        "solutions",
        f"NEW.status = 'listed' AND OLD.status IN ('draft', 'withdrawn', 'expired') AND NOT {LISTED}",
        "listed without an approval",
    ),
)


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="approvalkind", native_enum=False, length=20), nullable=False),
        sa.Column("status", sa.Enum(*STATUSES, name="approvalstatus", native_enum=False, length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("queue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'in_review') = (decided_at IS NULL)", name=op.f("ck_approvals_decided_unless_in_review")
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_approvals_decided_by_someone")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_approvals_round_from_one")),
        sa.CheckConstraint(
            "kind = 'sample' OR status NOT IN ('checked', 'referred')",
            name=op.f("ck_approvals_only_samples_are_checked"),
        ),
        _refer("approvals", "solution_id", "solutions"),
        _refer("approvals", "provider_id", "providers"),
        _refer("approvals", "version_id", "listing_versions"),
        _refer("approvals", "submitted_by", "users"),
        _refer("approvals", "follows_id", "approvals"),
        _refer("approvals", "decided_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    for column in ("solution_id", "provider_id", "version_id"):
        op.create_index(op.f(f"ix_approvals_{column}"), "approvals", [column])
    op.create_index("ix_approvals_queue", "approvals", ["status", "queue_at", "id"])
    for name, sign in (("uq_approvals_open", "<>"), ("uq_approvals_open_sample", "=")):
        where = sa.text(f"{OPEN} AND kind {sign} 'sample'")
        op.create_index(name, "approvals", ["solution_id"], unique=True, sqlite_where=where, postgresql_where=where)
    _create_seats()
    _create_interests()
    for guard in GUARDS:
        _guard(*guard)


def _create_seats() -> None:
    op.create_table(
        "review_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Enum(*SEATS, name="seat", native_enum=False, length=20), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.Enum(*VERDICTS, name="verdict", native_enum=False, length=20), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("price_sentence", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(verdict IS NULL) = (decided_at IS NULL)", name=op.f("ck_review_seats_decided_with_verdict")
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (version_id IS NULL)", name=op.f("ck_review_seats_decided_on_a_version")
        ),
        _refer("review_seats", "approval_id", "approvals"),
        _refer("review_seats", "reviewer_id", "users"),
        _refer("review_seats", "version_id", "listing_versions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_seats")),
        sa.UniqueConstraint("approval_id", "round", "seat", name=op.f("uq_review_seats_approval_id_round_seat")),
        sa.UniqueConstraint(
            "approval_id", "round", "reviewer_id", name=op.f("uq_review_seats_approval_id_round_reviewer_id")
        ),
    )
    op.create_index("ix_review_seats_reviewer", "review_seats", ["reviewer_id", "decided_at"])


def _create_interests() -> None:
    op.create_table(
        "declared_interests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_declared_interests_ends_after_start")),
        _refer("declared_interests", "user_id", "users"),
        _refer("declared_interests", "organisation_id", "organisations"),
        _refer("declared_interests", "declared_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_interests")),
    )
    for column in ("user_id", "organisation_id"):
        op.create_index(op.f(f"ix_declared_interests_{column}"), "declared_interests", [column])


def _refer(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guard(name: str, event: str, table: str, condition: str, why: str) -> None:
    """A change that meets the condition is refused by the database, whoever sends it."""
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, _, table, _, _ in GUARDS:
        if _is_sqlite():
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("declared_interests")
    op.drop_table("review_seats")
    op.drop_table("approvals")
