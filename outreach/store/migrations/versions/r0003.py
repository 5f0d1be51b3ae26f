"""What is due is read in the order of its index; Message-IDs have none.

PostgreSQL read everything that is due for each page of it, and sorted it: most of a launch is due
at the same instant, and only the number says who comes first. (SQLite has the number in every
index.) Message-IDs are random: with an index of them each claim wrote a page of its own, which
took as long as all else in it, and longer with every message ever sent. Nobody is looked up by
them: what is in doubt is found by its state, and the address of a bounce names its delivery.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_delivery_message_id", table_name="delivery")
    op.drop_index("ix_delivery_state_due_at", table_name="delivery")
    op.create_index("ix_delivery_state_due_at_id", "delivery", ["state", "due_at", "id"])
