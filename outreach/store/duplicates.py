"""Doubles in the contact base: what is compared of everybody, and what people decided.

What merging writes stands in `merging.py`, how it is taken back in `parting.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select

from outreach.cleaning.likeness.base import COMPARED, Person
from outreach.model.field import Field, FieldType
from outreach.model.ids import ContactId
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.merging import Merged, merge_into
from outreach.store.parting import undo_last_merges
from outreach.store.rows import is_there

#: What stands between the digits of a SIRET.
_BETWEEN_DIGITS = re.compile(r"[\s.\-]+")

#: Types of the user's fields that can tell who somebody is.
_TELLING = frozenset({FieldType.TEXT, FieldType.INTEGER, FieldType.DATE})

#: Groups merged in one transaction.
_AT_ONCE = 50

#: People read at once.
_PAGE = 5000


class Duplicates:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- what is compared --------------------------------------------------------------------

    def own_fields(self) -> list[Field]:
        """The user's fields that are compared, in the order of `Person.own`."""
        return [field for field in self.database.catalogue.user_fields if field.type in _TELLING]

    def people(self, condition: ColumnElement[bool] | None = None) -> Iterator[Person]:
        """Everybody who fits, in the order of their ids, with no more than what is compared."""
        c = self.database.contact.c
        own = [self._compared(field) for field in self.own_fields()]
        query = select(c.id, c.phone, c.mobile, *self._standard(), *own).where(
            is_there(self.database) if condition is None
            else and_(is_there(self.database), condition)
        )  # fmt: skip
        width = 3 + len(COMPARED)
        with self.database.reading() as connection:
            aside, sirens = _numbers_aside(connection), _sirens_aside(connection)
            streamed = connection.execution_options(yield_per=_PAGE)
            for row in streamed.execute(query.order_by(c.id)):
                numbers = [number for number in row[1:3] if number]
                values = dict(zip(COMPARED, row[3:width], strict=True))
                values["siret"] = values["siret"] or sirens.get(row[0])
                yield Person(
                    row[0],
                    values,
                    numbers + aside.get(row[0], []),
                    [None if cell is None else fold(str(cell)) for cell in row[width:]],
                )

    def _standard(self) -> list[ColumnElement[Any]]:
        catalogue = self.database.catalogue
        fields = [field for name in COMPARED if (field := catalogue.find(name))]
        return [self._compared(field) for field in fields]

    def _compared(self, field: Field) -> ColumnElement[Any]:
        twin = f"{field.stored_in}_folded" if field.has_twin else field.stored_in
        return self.database.contact.c[twin]

    # --- what people decided --------------------------------------------------------------------

    def apart(self) -> list[tuple[int, int]]:
        """The pairs that somebody called different."""
        d = schema.duplicate_decision.c
        with self.database.reading() as connection:
            rows = connection.execute(
                select(d.low_id, d.high_id).where(d.decision == "different")
            ).all()
        return [(row.low_id, row.high_id) for row in rows]

    def decide(
        self,
        one: ContactId,
        other: ContactId,
        *,
        same: bool,
        now: datetime,
        author: str | None = None,
    ) -> None:
        """Keep what a person decided about a pair: it is never asked about again."""
        with self.database.writing() as connection:
            _decide(connection, one, other, same=same, now=now, author=author)

    # --- merging -----------------------------------------------------------------------------

    def merge(
        self, groups: Sequence[Sequence[ContactId]], *, now: datetime, author: str | None = None
    ) -> Merged:
        """Make one contact of each group; `now` names the act for its undo.

        Some groups per transaction, so that a campaign under way can go on between them: an
        interruption leaves whole groups. Whoever has messages to come in a campaign that the
        kept contact is not in is left as he is (`Merged.busy`): he would be lost to it, or be
        written to twice.
        """
        total = Merged()
        for begin in range(0, len(groups), _AT_ONCE):
            with self.database.writing() as connection:
                for group in groups[begin : begin + _AT_ONCE]:
                    done = merge_into(connection, self.database, group, now=now)
                    for gone, kept in done.gone.items():
                        _decide(connection, gone, kept, same=True, now=now, author=author)
                    total += done
        return total

    def undo(self, *, now: datetime) -> list[ContactId]:
        """Take the last act of merging back; who is a contact of his own again."""
        with self.database.writing() as connection:
            pairs = undo_last_merges(connection, self.database, now=now)
            for gone, kept in pairs:
                low, high = sorted((gone, kept))
                d = schema.duplicate_decision
                connection.execute(
                    delete(d).where(d.c.low_id == low, d.c.high_id == high, d.c.decision == "same")
                )
        return [gone for gone, _ in pairs]


def _decide(
    connection: Connection, one: ContactId, other: ContactId, *, same: bool, now: datetime,
    author: str | None,
) -> None:  # fmt: skip
    table = schema.duplicate_decision
    low, high = sorted((one, other))
    connection.execute(delete(table).where(table.c.low_id == low, table.c.high_id == high))
    connection.execute(
        table.insert().values(
            low_id=low, high_id=high, decision="same" if same else "different", decided_at=now,
            author=author,
        )
    )  # fmt: skip


def _numbers_aside(connection: Connection) -> dict[int, list[str]]:
    """Numbers that are none of the workspace's country: a person may well have them twice."""
    aside = schema.set_aside.c
    phones = or_(aside.field == "phone", aside.field == "mobile")
    query = select(aside.contact_id, aside.original).where(phones, aside.reason.is_not(None))
    found: dict[int, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.contact_id, []).append(row.original)
    return found


def _sirens_aside(connection: Connection) -> dict[int, str]:
    """The firm that a SIRET set aside names all the same: a SIREN alone, or a wrong site of it."""
    from stdnum.fr import siren

    aside = schema.set_aside.c
    query = select(aside.contact_id, aside.original).where(
        aside.field == "siret", aside.reason.is_not(None)
    )
    found: dict[int, str] = {}
    for row in connection.execute(query):
        digits = _BETWEEN_DIGITS.sub("", row.original)
        if digits.isdecimal() and len(digits) in (9, 14) and siren.is_valid(digits[:9]):
            found[row.contact_id] = digits[:9]
    return found
