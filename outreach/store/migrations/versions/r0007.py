"""Pointers of the great tables are asked about statement by statement in PostgreSQL.

Asked about row by row, as foreign keys are, they took two thirds of what a launch over a million
people costs the server.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

from outreach.store.references import lay_references

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lay_references(op.get_bind())
