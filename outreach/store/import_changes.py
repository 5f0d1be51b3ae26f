"""What an import changed in contacts that were there before, by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select

from outreach.model.ids import ImportId
from outreach.store import schema
from outreach.store.engine import Database

#: Changes fetched together.
_PAGE = 2000


def fields_changed(database: Database, number: ImportId) -> Mapping[str, int]:
    """Field → contacts in which the import of that number changed it, the most frequent first."""
    change = schema.import_change.c
    query = select(change.before).where(change.import_id == number, change.before.is_not(None))
    counts: Counter[str] = Counter()
    with database.reading() as connection:
        for row in connection.execution_options(yield_per=_PAGE).execute(query):
            counts.update(row.before.keys())
    return dict(counts.most_common())
