"""What launched campaigns call things: their names, steps and chains, and nothing else of them."""

from __future__ import annotations

import json

from sqlalchemy import select

from outreach.model.outline import Outline
from outreach.store import schema
from outreach.store.engine import Database


def launched_outlines(database: Database) -> list[Outline]:
    """Every campaign that was launched, the deleted too: their history stays.

    The chain is read from the definition as JSON: validating it whole takes a library
    that a small command does without.
    """
    c, s = schema.campaign.c, schema.step.c
    with database.reading() as connection:
        rows = connection.execute(select(c.id, c.name, c.definition).order_by(c.id)).all()
        steps = connection.execute(select(s.campaign_id, s.name).order_by(s.position)).all()
    return [
        Outline(
            row.name,
            tuple(step.name for step in steps if step.campaign_id == row.id),
            tuple(json.loads(row.definition or "{}").get("chain", ())),
        )
        for row in rows
    ]
