"""The folded twin of the type of customer: conditions compare it without case and accents.

Types are few words of the firm's own: each is folded once.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from outreach.model.text import fold

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("customer_type_folded", sa.Text(), nullable=True))
    contact = sa.table("contact", sa.column("customer_type"), sa.column("customer_type_folded"))
    type_ = contact.c.customer_type
    connection = op.get_bind()
    for word in connection.scalars(sa.select(type_).where(type_.is_not(None)).distinct()).all():
        connection.execute(
            sa.update(contact).where(type_ == word).values(customer_type_folded=fold(word))
        )
