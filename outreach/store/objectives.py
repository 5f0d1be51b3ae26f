"""Objectives and the vision they serve, kept and read back. What they come to is not told here."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import delete, insert, select, update

from outreach.model.money import to_decimal
from outreach.model.plan import Vision
from outreach.planning.objective import (
    Checkpoint,
    Objective,
    ObjectiveKind,
    Scope,
    ScopeKind,
)
from outreach.store import schema
from outreach.store.engine import Database

#: The row of `meta` that holds the vision.
_VISION = "vision"


class Objectives:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> list[Objective]:
        """Every objective, the first deadline first; those without one last."""
        o = schema.objective.c
        query = select(schema.objective).order_by(o.ends_on.is_(None), o.ends_on, o.id)
        with self.database.reading() as connection:
            return [_objective(row) for row in connection.execute(query)]

    def add(self, one: Objective) -> None:
        """A new objective; its name must be free."""
        with self.database.writing() as connection:
            connection.execute(insert(schema.objective).values(**_row(one)))

    def replace(self, name: str, one: Objective) -> None:
        """What the objective `name` is from now on; it may be called otherwise."""
        o = schema.objective
        with self.database.writing() as connection:
            connection.execute(update(o).where(o.c.name == name).values(**_row(one)))

    def remove(self, name: str) -> None:
        """Forget it; actions that served it stay, and serve none."""
        o, a = schema.objective, schema.action
        with self.database.writing() as connection:
            served = select(o.c.id).where(o.c.name == name)
            free = update(a).where(a.c.objective_id.in_(served)).values(objective_id=None)
            connection.execute(free)
            connection.execute(delete(o).where(o.c.name == name))

    # --- the vision -----------------------------------------------------------------------------

    def vision(self) -> Vision | None:
        m = schema.meta.c
        with self.database.reading() as connection:
            kept = connection.execute(select(m.value).where(m.key == _VISION)).scalar()
        if kept is None:
            return None
        told = json.loads(kept)
        return Vision(told["text"], date.fromisoformat(told["on"]))

    def note_vision(self, vision: Vision | None) -> None:
        """The vision from now on, or none."""
        m = schema.meta
        with self.database.writing() as connection:
            connection.execute(delete(m).where(m.c.key == _VISION))
            if vision is not None:
                told = json.dumps({"text": vision.text, "on": vision.noted_on.isoformat()})
                connection.execute(insert(m).values(key=_VISION, value=told))


def _row(one: Objective) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind.value,
        "metric": one.metric,
        "unit": one.unit,
        "baseline": _as_number(one.baseline),
        "target": _as_number(one.target),
        "starts_on": one.start,
        "ends_on": one.deadline,
        "owner": one.owner,
        "scope": str(one.scope) if one.scope else None,
        "checkpoints": [_kept(point) for point in one.checkpoints],
        "note": one.note,
    }


def _kept(point: Checkpoint) -> dict[str, Any]:
    """Found figures are kept as text, so that they come back as they were typed."""
    realised = None if point.realised is None else str(point.realised)
    return {"on": point.on.isoformat(), "realised": realised, "note": point.note}


def _objective(row: Any) -> Objective:
    return Objective(
        name=row.name,
        kind=ObjectiveKind(row.kind),
        metric=row.metric,
        unit=row.unit,
        baseline=_exactly(row.baseline),
        target=_exactly(row.target),
        start=row.starts_on,
        deadline=row.ends_on,
        owner=row.owner,
        scope=_scope(row.scope),
        checkpoints=tuple(_checkpoint(told) for told in row.checkpoints or ()),
        note=row.note,
    )


def _checkpoint(told: dict[str, Any]) -> Checkpoint:
    realised = told["realised"]
    return Checkpoint(
        on=date.fromisoformat(told["on"]),
        realised=None if realised is None else Fraction(realised),
        note=told["note"],
    )


def _scope(text: str | None) -> Scope | None:
    if text is None:
        return None
    kind, _, name = text.partition(":")
    return Scope(ScopeKind(kind), name)


def _as_number(value: Fraction | None) -> Decimal | None:
    """What was typed is a decimal number, so nothing is lost."""
    return None if value is None else to_decimal(value)


def _exactly(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)
