"""Companies with their people, for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select

from outreach.model.contact import Contact
from outreach.model.ids import CompanyId, ContactId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.rows import contact_query, is_there, to_contact


@dataclass(frozen=True, slots=True)
class Company:
    """A firm and those of its people that were asked for."""

    id: CompanyId
    name: str
    siren: str | None
    domain: str | None
    people: tuple[Contact, ...]


class Companies:
    def __init__(self, database: Database) -> None:
        self.database = database

    def of(self, contacts: Sequence[ContactId]) -> list[CompanyId]:
        """The companies that these people belong to, each once."""
        c = self.database.contact.c
        query = select(c.company_id).where(c.id.in_(contacts), c.company_id.is_not(None))
        with self.database.reading() as connection:
            return [CompanyId(number) for number in connection.scalars(query.distinct())]

    def named(self, ids: Sequence[CompanyId]) -> list[Company]:
        """These companies with all their people."""
        return list(self.matching(self.database.contact.c.company_id.in_(ids)))

    def count(self, condition: ColumnElement[bool] | None = None) -> int:
        """How many companies have people who fit."""
        c = self.database.contact.c
        query = select(func.count(c.company_id.distinct())).where(is_there(self.database))
        with self.database.reading() as connection:
            query = query if condition is None else query.where(condition)
            return int(connection.execute(query).scalar_one())

    def matching(self, condition: ColumnElement[bool] | None = None) -> Iterator[Company]:
        """Companies by name, with those of their people who fit; streamed."""
        firm, c = schema.company, self.database.contact.c
        columns = [firm.c[n].label(f"firm_{n}") for n in ("id", "name", "siren", "domain")]
        query = (
            contact_query(self.database)
            .add_columns(*columns)
            .join_from(self.database.contact, firm, firm.c.id == c.company_id)
            .where(is_there(self.database))
            .order_by(firm.c.name_folded, firm.c.id, c.id)
        )
        query = query if condition is None else query.where(condition)
        with self.database.reading() as connection:
            rows = connection.execution_options(yield_per=500).execute(query)
            for _, group in groupby(rows, key=lambda row: row.firm_id):
                yield self._company(list(group))

    def _company(self, rows: list[Any]) -> Company:
        first, catalogue, currency = rows[0], self.database.catalogue, self.database.currency
        people = tuple(to_contact(row, catalogue, currency) for row in rows)
        number = CompanyId(first.firm_id)
        return Company(number, first.firm_name, first.firm_siren, first.firm_domain, people)
