"""Areas of the market and losses seen coming, kept and read back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.model.money import from_minor, to_minor
from outreach.model.plan import Area, Loss
from outreach.store import schema
from outreach.store.engine import Database

#: What a person is called by.
_NAMES = ("first_name", "last_name", "company", "email")


class Market:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- areas ----------------------------------------------------------------------------------

    def areas(self) -> list[Area]:
        """Every area, in the order in which they were noted."""
        query = select(schema.area).order_by(schema.area.c.id)
        with self.database.reading() as connection:
            return [
                Area(
                    name=row.name,
                    expression=row.expression,
                    potential_customers=row.potential_customers,
                    pressure=row.pressure,
                    weight=row.weight,
                    note=row.note,
                )
                for row in connection.execute(query)
            ]

    def save_area(self, one: Area) -> None:
        """Note an area, or what it is from now on where there is one of that name."""
        a = schema.area
        row = {
            "name": one.name,
            "expression": one.expression,
            "potential_customers": one.potential_customers,
            "pressure": one.pressure,
            "weight": one.weight,
            "note": one.note,
        }
        with self.database.writing() as connection:
            known = connection.execute(select(a.c.id).where(a.c.name == one.name)).scalar()
            if known is None:
                connection.execute(insert(a).values(**row))
            else:
                connection.execute(update(a).where(a.c.id == known).values(**row))

    def remove_area(self, name: str) -> None:
        with self.database.writing() as connection:
            connection.execute(delete(schema.area).where(schema.area.c.name == name))

    # --- losses ---------------------------------------------------------------------------------

    def losses(self) -> list[Loss]:
        """Every loss, the first day first; who was merged since stands under whom he is now."""
        p, c = schema.planned_loss.c, self.database.contact
        kept = c.alias("kept").c
        named = [c.c[name].label(f"who_{name}") for name in _NAMES]
        stayed = [kept[name].label(f"now_{name}") for name in _NAMES]
        joined = schema.planned_loss.join(c, c.c.id == p.contact_id)
        joined = joined.outerjoin(kept.id.table, kept.id == c.c.merged_into)
        query = select(schema.planned_loss, *named, kept.id.label("now_id"), *stayed)
        query = query.select_from(joined).order_by(p.expected_on, p.id)
        with self.database.reading() as connection:
            return [self._loss(row) for row in connection.execute(query)]

    def add_loss(self, one: Loss) -> int:
        """A loss, with its number."""
        row = insert(schema.planned_loss).values(
            contact_id=one.contact,
            expected_on=one.on,
            yearly_revenue_minor=to_minor(one.revenue, self.database.currency),
            cause=one.cause,
            recorded_at=one.recorded_at,
        )
        with self.database.writing() as connection:
            done = connection.execute(row.returning(schema.planned_loss.c.id))
            return int(done.scalar_one())

    def remove_loss(self, number: int) -> bool:
        """It will not come after all; False where there is none of that number."""
        p = schema.planned_loss
        with self.database.writing() as connection:
            return connection.execute(delete(p).where(p.c.id == number)).rowcount > 0

    def _loss(self, row: Any) -> Loss:
        cells = row._mapping
        side = "who" if row.now_id is None else "now"
        values = {name: cells[f"{side}_{name}"] for name in _NAMES}
        contact = Contact(ContactId(row.now_id or row.contact_id), values)
        return Loss(
            id=row.id,
            contact=contact.id,
            name=contact.name,
            on=row.expected_on,
            revenue=from_minor(row.yearly_revenue_minor, self.database.currency),
            cause=row.cause,
            recorded_at=row.recorded_at,
        )
