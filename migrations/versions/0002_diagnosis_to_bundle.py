"""From diagnosis to bundle: assessments, evidence, access, leads, match runs, baskets, challenges."""

import sqlalchemy as sa
from alembic import op

revision = "0002_diagnosis_to_bundle"
down_revision = "0001_marketplace"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("scene", sa.String(length=30), nullable=False),
        sa.Column("target_level", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "open", "closed", name="challengestatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (decided_at IS NULL)", name=op.f("ck_challenges_decided_unless_draft")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_challenges_decided_by_someone")
        ),
        sa.CheckConstraint("target_level BETWEEN 1 AND 4", name=op.f("ck_challenges_target_level_range")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_challenges_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_challenges_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_industry"), "challenges", ["industry"], unique=False)
    op.create_index(op.f("ix_challenges_scene"), "challenges", ["scene"], unique=False)
    op.create_index(op.f("ix_challenges_status"), "challenges", ["status"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_evidence_withdrawn_by_someone")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_size_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_evidence_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_evidence_uploaded_by_users")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_evidence_withdrawn_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("organisation_id", "sha256", name=op.f("uq_evidence_organisation_id_sha256")),
    )
    op.create_index(op.f("ix_evidence_organisation_id"), "evidence", ["organisation_id"], unique=False)

    op.create_table(
        "weight_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("proposed", "adopted", "retired", name="weightsetstatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_at IS NULL)", name=op.f("ck_weight_sets_decided_unless_proposed")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_weight_sets_decided_by_someone")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_weight_sets_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_weight_sets_decided_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_sets")),
    )
    op.create_index(
        "uq_weight_sets_adopted",
        "weight_sets",
        ["status"],
        unique=True,
        sqlite_where=sa.text("status = 'adopted'"),
        postgresql_where=sa.text("status = 'adopted'"),
    )

    op.create_table(
        "access_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("diagnosis", "planning", "review", name="grantpurpose", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column(
            "status", sa.Enum("active", "withdrawn", name="grantstatus", native_enum=False, length=20), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'active') = (decided_at IS NULL)", name=op.f("ck_access_grants_decided_unless_active")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_access_grants_decided_by_someone")
        ),
        sa.CheckConstraint("expires_on >= starts_on", name=op.f("ck_access_grants_ends_after_start")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_access_grants_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_access_grants_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_access_grants_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_access_grants_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grants")),
    )
    op.create_index(op.f("ix_access_grants_enterprise_id"), "access_grants", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_access_grants_organisation_id"), "access_grants", ["organisation_id"], unique=False)

    op.create_table(
        "challenge_responses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_challenge_responses_days_positive")),
        sa.CheckConstraint("price > 0", name=op.f("ck_challenge_responses_price_positive")),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenges.id"], name=op.f("fk_challenge_responses_challenge_id_challenges")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_challenge_responses_created_by_users")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("fk_challenge_responses_provider_id_providers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_responses")),
        sa.UniqueConstraint(
            "challenge_id", "provider_id", name=op.f("uq_challenge_responses_challenge_id_provider_id")
        ),
    )
    op.create_index(op.f("ix_challenge_responses_challenge_id"), "challenge_responses", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_challenge_responses_provider_id"), "challenge_responses", ["provider_id"], unique=False)

    op.create_table(
        "evidence_citations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=30), nullable=False),
        sa.Column("cited_by", sa.Integer(), nullable=False),
        sa.Column("cited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cited_by"], ["users.id"], name=op.f("fk_evidence_citations_cited_by_users")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_citations_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_citations")),
        sa.UniqueConstraint(
            "evidence_id",
            "subject_kind",
            "subject_id",
            "topic",
            name=op.f("uq_evidence_citations_evidence_id_subject_kind_subject_id_topic"),
        ),
    )
    op.create_index("ix_evidence_citations_subject", "evidence_citations", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("self", "diagnosis", "on_site", name="assessmentkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("standard", sa.String(length=4), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("draft", "completed", "voided", name="assessmentstatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("points", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (decided_at IS NULL)", name=op.f("ck_assessments_decided_unless_draft")
        ),
        sa.CheckConstraint(
            "status = 'draft' OR (points IS NOT NULL AND level IS NOT NULL)",
            name=op.f("ck_assessments_result_once_completed"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_assessments_decided_by_someone")
        ),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 0 AND 4", name=op.f("ck_assessments_level_range")),
        sa.CheckConstraint("points IS NULL OR points BETWEEN 0 AND 100", name=op.f("ck_assessments_points_range")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_assessments_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_assessments_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_assessments_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grants.id"], name=op.f("fk_assessments_grant_id_access_grants")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_assessments_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index(op.f("ix_assessments_enterprise_id"), "assessments", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_assessments_organisation_id"), "assessments", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_assessments_status"), "assessments", ["status"], unique=False)

    op.create_table(
        "assessment_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=4), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_assessment_answers_answered_by_users")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_assessment_answers_assessment_id_assessments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_answers")),
        sa.UniqueConstraint("assessment_id", "item", name=op.f("uq_assessment_answers_assessment_id_item")),
    )
    op.create_table(
        "measure_ticks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=4), nullable=False),
        sa.Column("option", sa.String(length=2), nullable=False),
        sa.Column("ticked_by", sa.Integer(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_measure_ticks_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(["ticked_by"], ["users.id"], name=op.f("fk_measure_ticks_ticked_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_ticks")),
        sa.UniqueConstraint("assessment_id", "item", "option", name=op.f("uq_measure_ticks_assessment_id_item_option")),
    )
    op.create_table(
        "scene_levels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("scene", sa.String(length=30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_scene_levels_level_range")),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_scene_levels_answered_by_users")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_scene_levels_assessment_id_assessments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_levels")),
        sa.UniqueConstraint("assessment_id", "scene", name=op.f("uq_scene_levels_assessment_id_scene")),
    )
    op.create_table(
        "baskets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("target_level", sa.Integer(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=True),
        sa.Column("max_providers", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("budget IS NULL OR budget > 0", name=op.f("ck_baskets_budget_positive")),
        sa.CheckConstraint(
            "max_providers IS NULL OR max_providers > 0", name=op.f("ck_baskets_max_providers_positive")
        ),
        sa.CheckConstraint("target_level BETWEEN 1 AND 4", name=op.f("ck_baskets_target_level_range")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_baskets_created_by_users")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_baskets_demand_id_demands")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_baskets_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baskets")),
    )
    op.create_index(op.f("ix_baskets_demand_id"), "baskets", ["demand_id"], unique=False)
    op.create_index(op.f("ix_baskets_enterprise_id"), "baskets", ["enterprise_id"], unique=False)

    op.create_table(
        "leads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "offered",
                "interested",
                "declined",
                "introduced",
                "refused",
                "cancelled",
                name="leadstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "no_capacity",
                "not_our_field",
                "too_small",
                "too_far",
                "other",
                name="declinereason",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'offered') = (decided_at IS NULL)", name=op.f("ck_leads_decided_unless_offered")),
        sa.CheckConstraint(
            "status <> 'declined' OR decline_reason IS NOT NULL", name=op.f("ck_leads_declined_with_a_reason")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_leads_decided_by_someone"),
        ),
        sa.CheckConstraint("wave > 0", name=op.f("ck_leads_wave_positive")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_leads_decided_by_users")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_leads_demand_id_demands")),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("fk_leads_provider_id_providers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("demand_id", "provider_id", name=op.f("uq_leads_demand_id_provider_id")),
    )
    op.create_index(op.f("ix_leads_demand_id"), "leads", ["demand_id"], unique=False)
    op.create_index(op.f("ix_leads_provider_id"), "leads", ["provider_id"], unique=False)
    op.create_index(op.f("ix_leads_status"), "leads", ["status"], unique=False)

    op.create_table(
        "match_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("order", sa.Enum("fit", "plain", name="matchorder", native_enum=False, length=20), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_match_runs_created_by_users")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_match_runs_demand_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_runs")),
    )
    op.create_index(op.f("ix_match_runs_demand_id"), "match_runs", ["demand_id"], unique=False)

    op.create_table(
        "basket_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("price_plan_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.CheckConstraint("discount >= 0", name=op.f("ck_basket_items_discount_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_basket_items_quantity_positive")),
        sa.ForeignKeyConstraint(["basket_id"], ["baskets.id"], name=op.f("fk_basket_items_basket_id_baskets")),
        sa.ForeignKeyConstraint(
            ["price_plan_id"], ["price_plans.id"], name=op.f("fk_basket_items_price_plan_id_price_plans")
        ),
        sa.ForeignKeyConstraint(["solution_id"], ["solutions.id"], name=op.f("fk_basket_items_solution_id_solutions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket_items")),
        sa.UniqueConstraint("basket_id", "solution_id", name=op.f("uq_basket_items_basket_id_solution_id")),
    )
    op.create_index(op.f("ix_basket_items_solution_id"), "basket_items", ["solution_id"], unique=False)

    op.create_table(
        "quotation_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column(
            "status", sa.Enum("shared", "withdrawn", name="sheetstatus", native_enum=False, length=20), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'shared') = (decided_at IS NULL)", name=op.f("ck_quotation_sheets_decided_unless_shared")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_quotation_sheets_decided_by_someone")
        ),
        sa.ForeignKeyConstraint(["basket_id"], ["baskets.id"], name=op.f("fk_quotation_sheets_basket_id_baskets")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_quotation_sheets_created_by_users")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_quotation_sheets_decided_by_users")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_quotation_sheets_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation_sheets")),
        sa.UniqueConstraint("number", name=op.f("uq_quotation_sheets_number")),
        sa.UniqueConstraint("token", name=op.f("uq_quotation_sheets_token")),
    )
    op.create_index(op.f("ix_quotation_sheets_basket_id"), "quotation_sheets", ["basket_id"], unique=False)
    op.create_index(op.f("ix_quotation_sheets_enterprise_id"), "quotation_sheets", ["enterprise_id"], unique=False)

    # Plain SQL: both databases read it alike, and SQLite need not copy the table to gain a constraint.
    op.execute("ALTER TABLE demand_lines ADD COLUMN suggestion VARCHAR(500)")
    op.execute(
        "ALTER TABLE demands ADD COLUMN assessment_id INTEGER"
        " CONSTRAINT fk_demands_assessment_id_assessments REFERENCES assessments (id)"
    )
    op.execute(
        "ALTER TABLE demands ADD COLUMN aimed_level INTEGER CONSTRAINT ck_demands_aimed_level_range"
        " CHECK (aimed_level IS NULL OR aimed_level BETWEEN 1 AND 4)"
    )
    op.execute("ALTER TABLE demands ADD COLUMN is_open_to_leads BOOLEAN NOT NULL DEFAULT false")
    op.create_index(op.f("ix_demands_assessment_id"), "demands", ["assessment_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_demands_assessment_id"), "demands")
    for column in ("is_open_to_leads", "aimed_level", "assessment_id"):
        op.execute(f"ALTER TABLE demands DROP COLUMN {column}")
    op.execute("ALTER TABLE demand_lines DROP COLUMN suggestion")
    for table in (
        "quotation_sheets",
        "basket_items",
        "match_runs",
        "leads",
        "baskets",
        "scene_levels",
        "measure_ticks",
        "assessment_answers",
        "assessments",
        "evidence_citations",
        "challenge_responses",
        "access_grants",
        "weight_sets",
        "evidence",
        "challenges",
    ):
        op.drop_table(table)
