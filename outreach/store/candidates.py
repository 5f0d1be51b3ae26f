"""Who on file the rows of a chunk may speak of: a query per key, none per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from outreach.model.contact import Draft
from outreach.model.field import FieldType, Value
from outreach.model.ids import ImportId
from outreach.model.money import to_minor
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.lists import among, together
from outreach.store.matching import ADDRESS, Known, Rank, keys_of, lookup_of
from outreach.store.rows import household, is_there, units

#: What matching compares, besides the fields that the drafts fill.
_COMPARED = ("external_id", "email", "siret", "phone", "mobile", "first_name", "last_name",
             "company", "street", "postal_code", "city", "source", "kind")  # fmt: skip


def candidates(
    connection: Connection, database: Database, drafts: Sequence[Draft], import_id: ImportId
) -> list[Known]:
    """Everyone on file whom one of the drafts may speak of, in the order of their ids."""
    table, catalogue = database.contact, database.catalogue
    filled = dict.fromkeys((*_COMPARED, *(n for d in drafts for n in d.values)))
    fields = [found for name in filled if (found := catalogue.find(name))]
    columns = [table.c[field.stored_in] for field in fields]
    names = [field.name for field in fields]
    money = [field.name for field in fields if field.type is FieldType.MONEY]
    everyone = select(table.c.id, table.c.import_id, *columns).where(is_there(database))
    search = _Search(connection, database, everyone)
    readings = _readings(connection, import_id)
    known: dict[int, Known] = {}
    for query in (*search.by_key(drafts), *search.by_words(drafts)):
        for number, made_by, *cells in connection.execute(query):
            if number not in known:
                values = dict(zip(names, cells, strict=True))
                for name in money:
                    values[name] = units(values[name], database.currency)
                known[number] = Known(
                    number, values, created_here=made_by == import_id, same_file=made_by in readings
                )
    if any(draft.tags for draft in drafts):
        _read_tags(connection, known)
    return [known[number] for number in sorted(known)]


@dataclass(frozen=True, slots=True)
class _Search:
    """The queries that find the candidates of one chunk."""

    connection: Connection
    database: Database
    everyone: Select[Any]

    def by_key(self, drafts: Sequence[Draft]) -> Iterator[Select[Any]]:
        columns = self.database.contact.c
        keys: dict[Rank, set[str]] = {rank: set() for rank in Rank}
        for draft in drafts:
            for rank, key in keys_of(draft.values):
                keys[rank].add(key)
        for column, wanted in (
            (columns.external_id_folded, keys[Rank.IDENTIFIER]),
            (columns.email_folded, keys[Rank.EMAIL]),
            (columns.siret, keys[Rank.SIRET]),
            (columns.phone_folded, keys[Rank.PHONE]),
            (columns.mobile_folded, keys[Rank.PHONE]),
        ):
            if wanted:
                yield self.everyone.where(among(self.connection, column, wanted))

    def by_words(self, drafts: Sequence[Draft]) -> Iterator[Select[Any]]:
        """Rows without a key, looked for by what they say."""
        groups: dict[tuple[str, ...], list[Draft]] = {}
        for draft in drafts:
            if names := lookup_of(draft.values):
                groups.setdefault(names, []).append(draft)
        for names, members in groups.items():
            if names == ADDRESS:
                homes = {home for draft in members if (home := household(draft.values))}
                column = self.database.contact.c.household
                yield self.everyone.where(among(self.connection, column, homes))
            elif len(names) == 1:
                words = {self._compared(names[0], draft) for draft in members}
                yield self.everyone.where(self._column(names[0]).in_(words))
            else:
                told = {tuple(str(self._compared(n, draft)) for n in names) for draft in members}
                given, same = together(self.connection, [self._column(n) for n in names], told)
                yield self.everyone.join(given, same)

    def _column(self, name: str) -> ColumnElement[Any]:
        field = self.database.catalogue.find(name)
        assert field is not None, name
        twin = f"{field.stored_in}_folded" if field.has_twin else field.stored_in
        return self.database.contact.c[twin]

    def _compared(self, name: str, draft: Draft) -> Value:
        field, value = self.database.catalogue.find(name), draft.values[name]
        if isinstance(value, Decimal) and field and field.type is FieldType.MONEY:
            return to_minor(value, self.database.currency)
        return fold(value) if field and field.has_twin and isinstance(value, str) else value


def _readings(connection: Connection, import_id: ImportId) -> frozenset[int]:
    """This import, and those of the same file that were interrupted: it finishes them."""
    r = schema.import_run.c
    mine = select(r.sha256).where(r.id == import_id).scalar_subquery()
    query = select(r.id).where(r.sha256 == mine, r.finished_at.is_(None))
    return frozenset({int(import_id), *connection.scalars(query)})


def _read_tags(connection: Connection, known: dict[int, Known]) -> None:
    tag = schema.tag
    query = select(tag.c.contact_id, tag.c.tag_folded, tag.c.tag)
    for number, folded, tag_ in connection.execute(
        query.where(among(connection, tag.c.contact_id, known))
    ):
        known[number].tags[folded] = tag_
