"""Instants in one form in SQLite: some of people's last acts had been written in the driver's.

`2027-03-03 09:00:00.000000` sorts before every `2027-03-03T…` of the same day, and says no zone:
a last act told later, of an earlier hour, took its place. It was UTC, as all instants are.
PostgreSQL has a type of its own for them.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for column in ("last_active_at", "informed_at"):
        op.execute(
            f"UPDATE contact SET {column} = replace({column}, ' ', 'T') || 'Z'"
            f" WHERE {column} LIKE '____-__-__ __:__:__.______'"
        )
