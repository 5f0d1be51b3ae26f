"""Since when and why a campaign stands still; what left since an instant.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach.store import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("state_at", types.Instant(), nullable=True))
    op.add_column("campaign", sa.Column("state_reason", types.Json(), nullable=True))
    op.create_index(
        "ix_delivery_settled_at",
        "delivery",
        ["settled_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
