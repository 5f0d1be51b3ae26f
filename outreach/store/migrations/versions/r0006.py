"""States of deliveries and arms of people are counted as they change, not when they are read.

Over three campaigns of a million people `status` went through six million rows. What is held,
was refused or is tried again gets an index of its own, and whom to come back to when: both are
few, and were looked for among all that was ever sent and everybody.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach.store.counted import count_anew, lay_triggers
from outreach.store.types import Whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL's restore of an older copy leaves what the copy does not know.
    op.execute("DROP TABLE IF EXISTS counted")
    op.create_table(
        "counted",
        sa.Column("campaign_id", Whole, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("part", Whole, sa.Identity(), nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "what", "part", name="pk_counted"),
        sqlite_strict=True,
    )
    said = "state IN ('held', 'refused') OR state = 'due' AND detail IS NOT NULL"
    _index_few("delivery", "ix_delivery_explained", ["campaign_id", "state"], said)
    dated = "interest_until IS NOT NULL"
    _index_few("contact", "ix_contact_interest_until", ["interest_until"], dated)
    connection = op.get_bind()
    lay_triggers(connection)  # first: whoever writes meanwhile waits, or is counted below
    count_anew(connection)


def _index_few(table: str, name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
