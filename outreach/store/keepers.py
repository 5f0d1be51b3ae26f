"""Who stayed when records were merged: what happened under the others is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from outreach.store import schema


def keepers(event: Any, tests: Sequence[ColumnElement[bool]]) -> Select[tuple[int]]:
    """Whoever has a merged record to which such an event (an alias of the table) happened.

    Such records are few, so they are looked up once per query, by the index `ix_contact_gone`,
    whose condition is stated as it is there.
    """
    gone = schema.contact.alias()
    index = gone.c.merged_into.is_not(None) | gone.c.erased_at.is_not(None)
    found = select(gone.c.merged_into).join(event, event.c.contact_id == gone.c.id)
    return found.where(index, gone.c.merged_into.is_not(None), *tests)
