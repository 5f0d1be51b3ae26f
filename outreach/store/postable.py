"""Who may get a letter at all, outside any campaign: for sheets of labels."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, not_, true

from outreach.model.audience import Exclusion
from outreach.model.campaign import Channel
from outreach.store.engine import Database
from outreach.store.permission import no_postal_address
from outreach.store.suppressions import forbidden


def postable(
    database: Database, condition: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """Those a condition selects whom a letter may go to, and can reach."""
    reasons = (not_(reason) for _, reason in _obstacles(database))
    return and_(true() if condition is None else condition, *reasons)


def not_postable(
    database: Database, condition: ColumnElement[bool] | None = None
) -> Iterator[tuple[Exclusion, ColumnElement[bool]]]:
    """Those left out, by reason; each is left out for the first reason that is true."""
    so_far = true() if condition is None else condition
    for exclusion, reason in _obstacles(database):
        yield exclusion, and_(so_far, reason)
        so_far = and_(so_far, not_(reason))


def _obstacles(database: Database) -> Iterator[tuple[Exclusion, ColumnElement[bool]]]:
    contact = database.contact
    yield Exclusion.SUPPRESSED, forbidden(contact, Channel.LETTER)
    yield Exclusion.NO_ADDRESS, no_postal_address(contact)
    yield Exclusion.INVALID_ADDRESS, contact.c.post_returned_at.is_not(None)
