"""The schema as it was first laid. `store/schema.py` says why each table and column exists."""

import sqlalchemy as sa
from alembic import op

from outreach.store import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("potential_customers", types.Whole, nullable=True),
        sa.Column("pressure", types.Whole, nullable=True),
        sa.Column("weight", types.Number(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("name", name=op.f("uq_area_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "campaign",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("launched_at", types.Instant(), nullable=False),
        sa.Column("finished_at", types.Instant(), nullable=True),
        sa.Column("deleted_at", types.Instant(), nullable=True),
        sa.Column("origin", sa.Text(), server_default="launch", nullable=False),
        sa.Column("matched", types.Whole, nullable=False),
        sa.Column("selected", types.Whole, nullable=False),
        sa.Column("pilot", types.Flag(), nullable=True),
        sa.Column("prospects_on_file", types.Whole, nullable=True),
        sa.Column("renews_id", types.Whole, nullable=True),
        sa.ForeignKeyConstraint(["renews_id"], ["campaign.id"], name=op.f("fk_campaign_renews_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "company",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("siren", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_company_domain"), "company", ["domain"], unique=False)
    op.create_index(
        "ix_company_name_folded_domain", "company", ["name_folded", "domain"], unique=False
    )
    op.create_index(op.f("ix_company_siren"), "company", ["siren"], unique=False)
    op.create_table(
        "field",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("deleted_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field")),
        sa.UniqueConstraint("column_name", name=op.f("uq_field_column_name")),
        sa.UniqueConstraint("name", name=op.f("uq_field_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uid_validity", types.Whole, nullable=True),
        sa.Column("last_uid", types.Whole, nullable=True),
        sa.Column("read_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
        sqlite_strict=True,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
        sqlite_strict=True,
    )
    op.create_table(
        "objective",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("baseline", types.Number(), nullable=True),
        sa.Column("target", types.Number(), nullable=True),
        sa.Column("starts_on", types.Day(), nullable=True),
        sa.Column("ends_on", types.Day(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("checkpoints", types.Json(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
        sa.UniqueConstraint("name", name=op.f("uq_objective_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "pace",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("free_at", types.Instant(), nullable=False),
        sa.Column("closed_until", types.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace")),
        sqlite_strict=True,
    )
    op.create_table(
        "run",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("finished_at", types.Instant(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("pid", types.Whole, nullable=True),
        sa.Column("boot_id", sa.Text(), nullable=True),
        sa.Column("summary", types.Json(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "segment",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("name", name=op.f("uq_segment_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "source",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("uses_left", types.Whole, nullable=True),
        sa.Column("cost_minor", types.Whole, nullable=True),
        sa.Column("obtained_on", types.Day(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "suppression",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("removed_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sqlite_strict=True,
    )
    op.create_index("ix_suppression_fingerprint", "suppression", ["fingerprint"], unique=False)
    op.create_table(
        "action",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("objective_id", types.Whole, nullable=True),
        sa.Column("campaign_id", types.Whole, nullable=True),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("steps", types.Json(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("means", sa.Text(), nullable=True),
        sa.Column("budget_minor", types.Whole, nullable=True),
        sa.Column("starts_on", types.Day(), nullable=True),
        sa.Column("ends_on", types.Day(), nullable=True),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_action_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["objective_id"], ["objective.id"], name=op.f("fk_action_objective_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sqlite_strict=True,
    )
    op.create_table(
        "import_run",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("source_id", types.Whole, nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("finished_at", types.Instant(), nullable=True),
        sa.Column("undone_at", types.Instant(), nullable=True),
        sa.Column("mapping", types.Json(), nullable=True),
        sa.Column("counts", types.Json(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_import_run_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "step",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("campaign_id", types.Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("position", types.Whole, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_step_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("campaign_id", "name", name=op.f("uq_step_campaign_id_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "contact",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_id_folded", sa.Text(), nullable=True),
        sa.Column("civility", sa.Text(), nullable=True),
        sa.Column("civility_folded", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("first_name_folded", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("last_name_folded", sa.Text(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("job_title_folded", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("company_folded", sa.Text(), nullable=True),
        sa.Column("siret", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_folded", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_folded", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("mobile_folded", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("street_folded", sa.Text(), nullable=True),
        sa.Column("street2", sa.Text(), nullable=True),
        sa.Column("street2_folded", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("postal_code_folded", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("city_folded", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("country_folded", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("language_folded", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_folded", sa.Text(), nullable=True),
        sa.Column("company_id", types.Whole, nullable=True),
        sa.Column("email_print", sa.Text(), nullable=True),
        sa.Column("phone_print", sa.Text(), nullable=True),
        sa.Column("mobile_print", sa.Text(), nullable=True),
        sa.Column("email_domain", sa.Text(), nullable=True),
        sa.Column("household", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("email_bounced_at", types.Instant(), nullable=True),
        sa.Column("post_returned_at", types.Instant(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("order_count", types.Whole, server_default="0", nullable=False),
        sa.Column("revenue_minor", types.Whole, server_default="0", nullable=False),
        sa.Column("margin_minor", types.Whole, server_default="0", nullable=False),
        sa.Column("first_order_on", types.Day(), nullable=True),
        sa.Column("last_order_on", types.Day(), nullable=True),
        sa.Column("last_contacted_on", types.Day(), nullable=True),
        sa.Column("last_reply_on", types.Day(), nullable=True),
        sa.Column("touch_count", types.Whole, server_default="0", nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("interest", sa.Text(), nullable=True),
        sa.Column("interest_reason", sa.Text(), nullable=True),
        sa.Column("interest_until", types.Day(), nullable=True),
        sa.Column("life_stage_override", sa.Text(), nullable=True),
        sa.Column("life_stage_reason", sa.Text(), nullable=True),
        sa.Column("potential_minor", types.Whole, nullable=True),
        sa.Column("ease_of_conquest", types.Whole, nullable=True),
        sa.Column("customer_type", sa.Text(), nullable=True),
        sa.Column("last_active_at", types.Instant(), nullable=True),
        sa.Column("informed_at", types.Instant(), nullable=True),
        sa.Column("extra", types.Json(), nullable=True),
        sa.Column("import_id", types.Whole, nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("merged_into", types.Whole, nullable=True),
        sa.Column("erased_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_contact_company_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_contact_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["contact.id"], name=op.f("fk_contact_merged_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_strict=True,
    )
    op.create_index("ix_contact_city_folded", "contact", ["city_folded"], unique=False)
    op.create_index("ix_contact_company_folded", "contact", ["company_folded"], unique=False)
    op.create_index(op.f("ix_contact_company_id"), "contact", ["company_id"], unique=False)
    op.create_index("ix_contact_email_folded", "contact", ["email_folded"], unique=False)
    op.create_index(
        "ix_contact_gone",
        "contact",
        ["merged_into", "erased_at"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NOT NULL OR erased_at IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL OR erased_at IS NOT NULL"),
    )
    op.create_index(
        "ix_contact_external_id_folded", "contact", ["external_id_folded"], unique=False
    )
    op.create_index(op.f("ix_contact_household"), "contact", ["household"], unique=False)
    op.create_index(op.f("ix_contact_import_id"), "contact", ["import_id"], unique=False)
    op.create_index("ix_contact_last_name_folded", "contact", ["last_name_folded"], unique=False)
    op.create_index("ix_contact_mobile_folded", "contact", ["mobile_folded"], unique=False)
    op.create_index("ix_contact_phone_folded", "contact", ["phone_folded"], unique=False)
    op.create_index("ix_contact_siret", "contact", ["siret"], unique=False)
    op.create_table(
        "print_batch",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("campaign_id", types.Whole, nullable=False),
        sa.Column("step_id", types.Whole, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("letters", types.Whole, nullable=False),
        sa.Column("posted_on", types.Day(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_print_batch_campaign_id")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_print_batch_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
        sqlite_strict=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("given_at", types.Instant(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consent_contact_id"), "consent", ["contact_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("campaign_id", types.Whole, nullable=False),
        sa.Column("step_id", types.Whole, nullable=False),
        sa.Column("occurrence", types.Whole, server_default="1", nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("attempts", types.Whole, server_default="0", nullable=False),
        sa.Column("run_id", types.Whole, nullable=True),
        sa.Column("claimed_at", types.Instant(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("message_date", types.Instant(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("settled_at", types.Instant(), nullable=True),
        sa.Column("cost_minor", types.Whole, nullable=True),
        sa.Column("batch_id", types.Whole, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["print_batch.id"], name=op.f("fk_delivery_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_delivery_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_delivery_contact_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_delivery_run_id")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_delivery_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "campaign_id",
            "step_id",
            "occurrence",
            "contact_id",
            name=op.f("uq_delivery_campaign_id_step_id_occurrence_contact_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_delivery_batch_id"), "delivery", ["batch_id"], unique=False)
    op.create_index(op.f("ix_delivery_contact_id"), "delivery", ["contact_id"], unique=False)
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"], unique=False)
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"], unique=False)
    op.create_table(
        "duplicate_decision",
        sa.Column("low_id", types.Whole, nullable=False),
        sa.Column("high_id", types.Whole, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", types.Instant(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["high_id"], ["contact.id"], name=op.f("fk_duplicate_decision_high_id")
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["contact.id"], name=op.f("fk_duplicate_decision_low_id")
        ),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_duplicate_decision")),
        sqlite_strict=True,
    )
    op.create_table(
        "enrolment",
        sa.Column("campaign_id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("stratum", sa.Text(), nullable=True),
        sa.Column("rank", types.Whole, nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("stage_rank", types.Whole, nullable=True),
        sa.Column("stopped_at", types.Instant(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("wave", types.Whole, server_default="1", nullable=False),
        sa.Column("enrolled_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_enrolment_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_enrolment_contact_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "contact_id", name=op.f("pk_enrolment")),
        sqlite_strict=True,
    )
    op.create_index("ix_enrolment_contact_id", "enrolment", ["contact_id"], unique=False)
    op.create_table(
        "import_change",
        sa.Column("import_id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("before", types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_import_change_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_import_change_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "contact_id", name=op.f("pk_import_change")),
        sqlite_strict=True,
    )
    op.create_table(
        "inquiry",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("campaign_id", types.Whole, nullable=True),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("answered_at", types.Instant(), nullable=True),
        sa.Column("quality", types.Whole, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_inquiry_campaign_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_inquiry_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_inquiry_contact_id"), "inquiry", ["contact_id"], unique=False)
    op.create_table(
        "planned_loss",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=True),
        sa.Column("company_id", types.Whole, nullable=True),
        sa.Column("expected_on", types.Day(), nullable=False),
        sa.Column("yearly_revenue_minor", types.Whole, nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_planned_loss_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_planned_loss_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_loss")),
        sqlite_strict=True,
    )
    op.create_table(
        "privacy_request",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.Column("answered_at", types.Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_privacy_request_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sqlite_strict=True,
    )
    op.create_table(
        "referral",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("referrer_id", types.Whole, nullable=False),
        sa.Column("referred_id", types.Whole, nullable=True),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("asked_on", types.Day(), nullable=True),
        sa.Column("thanked_on", types.Day(), nullable=True),
        sa.Column("fee_minor", types.Whole, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["referred_id"], ["contact.id"], name=op.f("fk_referral_referred_id")
        ),
        sa.ForeignKeyConstraint(
            ["referrer_id"], ["contact.id"], name=op.f("fk_referral_referrer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_referral_referred_id"), "referral", ["referred_id"], unique=False)
    op.create_index(op.f("ix_referral_referrer_id"), "referral", ["referrer_id"], unique=False)
    op.create_table(
        "set_aside",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("import_id", types.Whole, nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("reason", types.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_set_aside_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_set_aside_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint(
            "contact_id", "field", "original", name=op.f("uq_set_aside_contact_id_field_original")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_set_aside_contact_id"), "set_aside", ["contact_id"], unique=False)
    op.create_table(
        "tag",
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("tag_folded", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_tag_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "tag_folded", name=op.f("pk_tag")),
        sqlite_strict=True,
    )
    op.create_index("ix_tag_tag_folded", "tag", ["tag_folded"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("campaign_id", types.Whole, nullable=True),
        sa.Column("step_id", types.Whole, nullable=True),
        sa.Column("delivery_id", types.Whole, nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("amount_minor", types.Whole, nullable=True),
        sa.Column("margin_minor", types.Whole, nullable=True),
        sa.Column("cost_minor", types.Whole, nullable=True),
        sa.Column("minutes", types.Number(), nullable=True),
        sa.Column("km", types.Number(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("data", types.Json(), nullable=True),
        sa.Column("corrects", types.Whole, nullable=True),
        sa.Column("import_id", types.Whole, nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_event_campaign_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_event_contact_id")),
        sa.ForeignKeyConstraint(["corrects"], ["event.id"], name=op.f("fk_event_corrects")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_event_delivery_id")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_event_import_id")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_event_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_strict=True,
    )
    op.create_index("ix_event_campaign_id_kind", "event", ["campaign_id", "kind"], unique=False)
    op.create_index("ix_event_contact_id_at", "event", ["contact_id", "at"], unique=False)
    op.create_index(
        "ix_event_corrects",
        "event",
        ["corrects"],
        unique=False,
        sqlite_where=sa.text("corrects IS NOT NULL"),
        postgresql_where=sa.text("corrects IS NOT NULL"),
    )
    op.create_index("ix_event_kind_at", "event", ["kind", "at"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("contact_id", types.Whole, nullable=False),
        sa.Column("campaign_id", types.Whole, nullable=True),
        sa.Column("delivery_id", types.Whole, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_on", types.Day(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_follow_up_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_follow_up_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_follow_up_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_follow_up_contact_id"), "follow_up", ["contact_id"], unique=False)
    op.create_index(op.f("ix_follow_up_due_on"), "follow_up", ["due_on"], unique=False)
    op.create_table(
        "received",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=True),
        sa.Column("read_at", types.Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delivery_id", types.Whole, nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_received_delivery_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_received")),
        sqlite_strict=True,
    )
