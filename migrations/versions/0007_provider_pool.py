"""Who answers for a provider; applications to the pool, declarations, calls with scores and objections, lead seats."""

import sqlalchemy as sa
from alembic import op

revision = "0007_provider_pool"
down_revision = "0006_approvals"
branch_labels = None
depends_on = None


PROVIDER_FACTS = {
    "contact_name": 40,
    "contact_phone": 20,
    "contact_mail": 120,
    "legal_representative": 40,
    "address": 200,
}


TABLES = (
    "provider_applications",
    "provider_declarations",
    "declaration_uses",
    "calls",
    "call_criteria",
    "call_responses",
    "call_experts",
    "call_scores",
    "call_agreements",
    "call_results",
    "call_objections",
    "lead_seats",
)


def upgrade() -> None:
    for name, length in PROVIDER_FACTS.items():
        op.add_column("providers", sa.Column(name, sa.String(length=length), nullable=True))
    op.add_column("providers", sa.Column("admitted_on", sa.Date(), nullable=True))
    # Whoever is listed now has been so since his admission; of the others the day is not known.
    op.execute("UPDATE providers SET admitted_on = standing_since WHERE standing = 'listed'")
    _create_applications()
    _create_calls()
    _create_scores()
    _create_results()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    op.drop_column("providers", "admitted_on")
    for name in reversed(PROVIDER_FACTS):
        op.drop_column("providers", name)


def _create_applications() -> None:
    op.create_table(
        "provider_applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("lead", "product", "integrator", "chain_leader", name="providerkind", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("scenes", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "admitted",
                "rejected",
                "withdrawn",
                name="applicationstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("met", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (decided_at IS NULL)", name=op.f("ck_provider_applications_decided_unless_draft")
        ),
        sa.CheckConstraint(
            "status = 'draft' OR kind IS NOT NULL OR status = 'withdrawn'",
            name=op.f("ck_provider_applications_kind_once_submitted"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_provider_applications_decided_by_someone")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_provider_applications_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_provider_applications_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_provider_applications_provider_id_providers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_applications")),
    )
    op.create_index(
        op.f("ix_provider_applications_provider_id"), "provider_applications", ["provider_id"], unique=False
    )
    op.create_index(op.f("ix_provider_applications_status"), "provider_applications", ["status"], unique=False)
    op.create_index(
        op.f("ix_provider_applications_submitted_at"), "provider_applications", ["submitted_at"], unique=False
    )
    op.create_index(
        "uq_provider_applications_undecided",
        "provider_applications",
        ["provider_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('draft', 'submitted', 'returned')"),
        postgresql_where=sa.text("status IN ('draft', 'submitted', 'returned')"),
    )
    op.create_table(
        "provider_declarations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_provider_declarations_declared_by_users")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_provider_declarations_provider_id_providers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_declarations")),
    )
    op.create_index(
        "ix_provider_declarations_provider_topic", "provider_declarations", ["provider_id", "topic"], unique=False
    )
    op.create_table(
        "declaration_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["provider_declarations.id"],
            name=op.f("fk_declaration_uses_declaration_id_provider_declarations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_uses")),
        sa.UniqueConstraint(
            "declaration_id",
            "subject_kind",
            "subject_id",
            name=op.f("uq_declaration_uses_declaration_id_subject_kind_subject_id"),
        ),
    )
    op.create_index("ix_declaration_uses_subject", "declaration_uses", ["subject_kind", "subject_id"], unique=False)


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("objection_days", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "open",
                "scoring",
                "consensus",
                "announced",
                "concluded",
                "cancelled",
                name="callstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("objections_until", sa.Date(), nullable=True),
        sa.Column("cap_reason", sa.String(length=500), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name=op.f("ck_calls_decided_unless_draft")),
        sa.CheckConstraint(
            "status NOT IN ('announced', 'concluded') OR objections_until IS NOT NULL",
            name=op.f("ck_calls_announced_with_period"),
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_calls_decided_by_someone")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_calls_closes_after_opening")),
        sa.CheckConstraint("objection_days > 0", name=op.f("ck_calls_objection_days_positive")),
        sa.CheckConstraint("places > 0", name=op.f("ck_calls_places_positive")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_calls_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_calls_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_industry"), "calls", ["industry"], unique=False)
    op.create_index(op.f("ix_calls_status"), "calls", ["status"], unique=False)
    op.create_table(
        "call_criteria",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_call_criteria_weight_range")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_criteria_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_criteria")),
        sa.UniqueConstraint("call_id", "position", name=op.f("uq_call_criteria_call_id_position")),
    )
    op.create_table(
        "call_responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_responses_call_id_calls")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_call_responses_created_by_users")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_call_responses_provider_id_providers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_responses")),
        sa.UniqueConstraint("call_id", "provider_id", name=op.f("uq_call_responses_call_id_provider_id")),
    )
    op.create_index(op.f("ix_call_responses_provider_id"), "call_responses", ["provider_id"], unique=False)


def _create_scores() -> None:
    op.create_table(
        "call_experts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("assigned_by", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recusal_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(recused_at IS NULL) = (recusal_reason IS NULL)", name=op.f("ck_call_experts_recused_with_reason")
        ),
        sa.CheckConstraint(
            "submitted_at IS NULL OR recused_at IS NULL", name=op.f("ck_call_experts_submitted_or_recused")
        ),
        sa.ForeignKeyConstraint(["assigned_by"], ["users.id"], name=op.f("fk_call_experts_assigned_by_users")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_experts_call_id_calls")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_call_experts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_experts")),
        sa.UniqueConstraint("call_id", "user_id", name=op.f("uq_call_experts_call_id_user_id")),
    )
    op.create_index(op.f("ix_call_experts_user_id"), "call_experts", ["user_id"], unique=False)
    op.create_table(
        "call_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_call_scores_score_range")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["call_criteria.id"], name=op.f("fk_call_scores_criterion_id_call_criteria")
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["call_experts.id"], name=op.f("fk_call_scores_expert_id_call_experts")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["call_responses.id"], name=op.f("fk_call_scores_response_id_call_responses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_scores")),
        sa.UniqueConstraint(
            "expert_id", "response_id", "criterion_id", name=op.f("uq_call_scores_expert_id_response_id_criterion_id")
        ),
    )
    op.create_index(op.f("ix_call_scores_response_id"), "call_scores", ["response_id"], unique=False)
    op.create_table(
        "call_agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("agreed_by", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_call_agreements_score_range")),
        sa.ForeignKeyConstraint(["agreed_by"], ["users.id"], name=op.f("fk_call_agreements_agreed_by_users")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_agreements_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["call_criteria.id"], name=op.f("fk_call_agreements_criterion_id_call_criteria")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["call_responses.id"], name=op.f("fk_call_agreements_response_id_call_responses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_agreements")),
        sa.UniqueConstraint("response_id", "criterion_id", name=op.f("uq_call_agreements_response_id_criterion_id")),
    )
    op.create_index(op.f("ix_call_agreements_call_id"), "call_agreements", ["call_id"], unique=False)


def _create_results() -> None:
    op.create_table(
        "call_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("is_winner", sa.Boolean(), nullable=False),
        sa.CheckConstraint("rank > 0", name=op.f("ck_call_results_rank_positive")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_results_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["call_responses.id"], name=op.f("fk_call_results_response_id_call_responses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_results")),
        sa.UniqueConstraint("call_id", "round", "response_id", name=op.f("uq_call_results_call_id_round_response_id")),
    )
    op.create_table(
        "call_objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "dismissed", "upheld", name="objectionstatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)", name=op.f("ck_call_objections_decided_unless_open")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_call_objections_decided_by_someone")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_objections_call_id_calls")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_call_objections_decided_by_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_call_objections_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_objections")),
    )
    op.create_index(op.f("ix_call_objections_call_id"), "call_objections", ["call_id"], unique=False)
    op.create_index(op.f("ix_call_objections_user_id"), "call_objections", ["user_id"], unique=False)
    op.create_table(
        "lead_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_lead_seats_ends_after_start")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_lead_seats_call_id_calls")),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_lead_seats_provider_id_providers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_seats")),
        sa.UniqueConstraint("provider_id", "industry", "since", name=op.f("uq_lead_seats_provider_id_industry_since")),
    )
    op.create_index(op.f("ix_lead_seats_industry"), "lead_seats", ["industry"], unique=False)
    op.create_index(op.f("ix_lead_seats_provider_id"), "lead_seats", ["provider_id"], unique=False)
