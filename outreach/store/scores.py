"""What people are worth winning: potential, ease of conquest, type; set for many at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from outreach.model.money import to_minor
from outreach.model.text import fold
from outreach.store.conditions import Selection
from outreach.store.engine import Database
from outreach.store.rows import is_there


def set_scores(
    database: Database,
    who: Selection,
    scores: Mapping[str, Decimal | int | str | None],
    *,
    now: datetime,
) -> int:
    """Set `potential` (a year, in units of the currency), `ease` (1–5) or `type` of these people.

    None empties a score. How many people they are.
    """
    values: dict[str, Any] = {}
    for name, value in scores.items():
        if name == "potential" and isinstance(value, Decimal):
            value = to_minor(value, database.currency)
        values[_COLUMNS[name]] = value
        if name == "type":
            values["customer_type_folded"] = fold(value) if isinstance(value, str) else None
    contact = database.contact
    query = update(contact).where(is_there(database), who).values(**values, updated_at=now)
    with database.writing() as connection:
        return connection.execute(query).rowcount


_COLUMNS = {
    "potential": "potential_minor",
    "ease": "ease_of_conquest",
    "type": "customer_type",
}
