"""The actions of the commercial plan, kept and read back, and which campaigns carry them out.

The column `steps` holds the steps and what else an action says that has no column: the offer,
the partners, and the name of its campaign, which may be written but not launched yet.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach.model.money import from_minor, to_minor
from outreach.model.plan import Action, ActionStep, Term, Theme
from outreach.store import schema
from outreach.store.engine import Database


class Actions:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> list[Action]:
        """Every action, by project and then by the day it begins; undated ones last."""
        a, o, k = schema.action.c, schema.objective.c, schema.campaign.c
        query = (
            select(schema.action, o.name.label("objective"), k.name.label("launched"))
            .outerjoin(schema.objective, o.id == a.objective_id)
            .outerjoin(schema.campaign, k.id == a.campaign_id)
            .order_by(a.starts_on.is_(None), a.starts_on, a.id)
        )
        with self.database.reading() as connection:
            return [self._action(row) for row in connection.execute(query)]

    def add(self, actions: list[Action]) -> list[int]:
        """New actions, all of them or none; their numbers."""
        with self.database.writing() as connection:
            return [
                int(
                    connection.execute(
                        insert(schema.action)
                        .values(**self._row(connection, one), created_at=one.created_at)
                        .returning(schema.action.c.id)
                    ).scalar_one()
                )
                for one in actions
            ]

    def replace(self, one: Action) -> None:
        """What the action of that number is from now on; when it was written down stays."""
        a = schema.action
        with self.database.writing() as connection:
            row = self._row(connection, one)
            connection.execute(update(a).where(a.c.id == one.id).values(**row))

    def remove(self, number: int) -> None:
        a = schema.action
        with self.database.writing() as connection:
            connection.execute(delete(a).where(a.c.id == number))

    def _row(self, connection: Connection, one: Action) -> dict[str, Any]:
        o, k = schema.objective.c, schema.campaign.c
        objective = connection.execute(select(o.id).where(o.name == one.objective)).scalar()
        campaign = connection.execute(select(k.id).where(k.name == one.campaign)).scalar()
        budget = None if one.budget is None else to_minor(one.budget, self.database.currency)
        return {
            "name": one.name,
            "project": one.project,
            "objective_id": objective,
            "campaign_id": campaign,
            "theme": one.theme.value if one.theme else None,
            "steps": _more(one),
            "owner": one.owner,
            "means": one.means,
            "budget_minor": budget,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "term": one.term.value if one.term else None,
            "done_at": one.done_at,
            "result": one.result,
        }

    def _action(self, row: Any) -> Action:
        more = row.steps or {}
        minor, currency = row.budget_minor, self.database.currency
        return Action(
            id=row.id,
            name=row.name,
            project=row.project,
            objective=row.objective,
            campaign=row.launched or more.get("campaign"),
            theme=Theme(row.theme) if row.theme else None,
            offer=more.get("offer"),
            steps=tuple(_step(told) for told in more.get("steps", ())),
            owner=row.owner,
            means=row.means,
            partners=tuple(more.get("partners", ())),
            budget=None if minor is None else from_minor(minor, currency),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            term=Term(row.term) if row.term else None,
            created_at=row.created_at,
            done_at=row.done_at,
            result=row.result,
        )


def _more(one: Action) -> dict[str, Any]:
    steps = [
        {"what": step.what, "on": step.on.isoformat() if step.on else None, "done": step.done}
        for step in one.steps
    ]
    return {
        "steps": steps, "offer": one.offer, "partners": list(one.partners),
        "campaign": one.campaign,
    }  # fmt: skip


def _step(told: dict[str, Any]) -> ActionStep:
    return ActionStep(
        what=told["what"],
        on=date.fromisoformat(told["on"]) if told["on"] else None,
        done=told["done"],
    )
