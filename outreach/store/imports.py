"""Imports that were done, and one of them undone whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, or_, select

from outreach.errors import OutreachError, Plural, Text, WrongUsage
from outreach.model.contact import Contact
from outreach.model.event import EventKind
from outreach.model.ids import ContactId, ImportId
from outreach.store import schema
from outreach.store.contacts import Contacts
from outreach.store.engine import Database
from outreach.store.shelf import HISTORY
from outreach.store.undoing import undo_import


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """One reading of one file."""

    id: ImportId
    file: str
    source: str | None
    started_at: datetime
    #: None: it was interrupted, whole chunks of it are in.
    finished_at: datetime | None
    undone_at: datetime | None
    #: read, created, updated, unchanged, merged, rejected; of an interrupted one what is known.
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import does: contacts that go, contacts that are as they were before."""

    removed: int
    restored: int


class UnknownImport(WrongUsage):
    def __init__(self, number: str) -> None:
        super().__init__(
            Text("there is no import {number!r}", number=number),
            hint=Text("see: outreach contacts imports"),
        )


class AlreadyUndone(OutreachError):
    def __init__(self, run: ImportRun) -> None:
        super().__init__(
            Text("the import {number} of {file} was undone already", number=run.id, file=run.file)
        )


class CannotUndo(OutreachError):
    """Something happened to its people since."""

    def __init__(self, run: ImportRun, people: Sequence[Contact], count: int) -> None:
        self.people = tuple(people)
        self.count = count
        names = ", ".join(f"{p.name} (#{p.id})" for p in people)
        more = ", …" if count > len(people) else ""
        super().__init__(
            Plural(
                "the import {number} of {file} cannot be undone: {count} of its people was sent "
                "something, recorded or changed since: {names}",
                "the import {number} of {file} cannot be undone: {count} of its people were sent "
                "something, recorded or changed since: {names}",
                count, number=run.id, file=run.file, names=names + more,
            ),
            hint=Text("undo later imports first; what was sent or recorded stays true"),
        )  # fmt: skip


class OfPastCampaign(OutreachError):
    """Its people came with what happened to them then: the two go together."""

    def __init__(self, run: ImportRun, campaign: str) -> None:
        super().__init__(
            Text(
                "the import {number} of {file} brought in the past campaign {campaign!r}",
                number=run.id, file=run.file, campaign=campaign,
            ),
            hint=Text("take both back with: outreach history undo {name}", name=quote(campaign)),
        )  # fmt: skip


class Imports:
    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self) -> list[ImportRun]:
        """Every import, oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(_query().order_by(schema.import_run.c.id)).all()
            return [_to_run(connection, row) for row in rows]

    def find(self, number: str) -> ImportRun:
        """By its number, or `last`. Raises `UnknownImport`."""
        runs = self.all()
        if number == "last" and runs:
            return runs[-1]
        for run in runs:
            if str(run.id) == number.removeprefix("#"):
                return run
        raise UnknownImport(number)

    def of_contact(self, contact: ContactId) -> list[tuple[ImportRun, EventKind]]:
        """The imports that made or changed this contact, oldest first."""
        e, r = schema.event.c, schema.import_run.c
        kinds = [EventKind.IMPORTED.value, EventKind.CHANGED.value]
        told = (
            select(e.import_id, func.min(e.id).label("first"))
            .where(e.contact_id == contact, e.import_id.is_not(None), e.kind.in_(kinds))
            .group_by(e.import_id)
            .subquery()
        )
        query = _query().add_columns(e.kind.label("did"))
        query = query.join(told, told.c.import_id == r.id).join(schema.event, e.id == told.c.first)
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(r.id)).all()
            return [(_to_run(connection, row), EventKind(row.did)) for row in rows]

    def undo(self, run: ImportRun, *, now: datetime, dry_run: bool = False) -> Undone:
        """Take it all back, or nothing. Raises `AlreadyUndone`, `OfPastCampaign`, `CannotUndo`.

        Contacts that it made are deleted with their first event, since nothing else ever
        happened to them; values and tags that it changed come back, with events that say so.
        """
        if run.undone_at is not None:
            raise AlreadyUndone(run)
        with self.database.writing() as connection:
            if (past := run.counts.get(HISTORY)) is not None:
                raise OfPastCampaign(run, _campaign_name(connection, past))
            touched = _touched_since(run.id)
            count = connection.execute(
                select(func.count()).select_from(touched.subquery())
            ).scalar_one()
            if count:
                first = connection.scalars(touched.order_by("contact_id").limit(5)).all()
                raise CannotUndo(run, self._named(first), count)
            change, mine = schema.import_change.c, schema.import_change.c.import_id == run.id
            counted = select(func.count()).select_from(schema.import_change).where(mine)
            removed = connection.execute(counted.where(change.before.is_(None))).scalar_one()
            restored = connection.execute(counted.where(change.before.is_not(None))).scalar_one()
            if not dry_run:
                undo_import(connection, self.database, run.id, run.started_at, now)
        self.database.forget_fields()
        return Undone(removed, restored)

    def _named(self, ids: Sequence[int]) -> list[Contact]:
        found = Contacts(self.database).get_many([ContactId(one) for one in ids])
        return list(found.values())


def _campaign_name(connection: Connection, number: int) -> str:
    c = schema.campaign.c
    name: str = connection.execute(select(c.name).where(c.id == number)).scalar_one()
    return name


def _query() -> Select[Any]:
    r, s = schema.import_run, schema.source.c
    return select(r, s.name.label("source_name")).outerjoin(schema.source, s.id == r.c.source_id)


def _to_run(connection: Connection, row: Any) -> ImportRun:
    return ImportRun(
        id=ImportId(row.id),
        file=row.file,
        source=row.source_name,
        started_at=row.started_at,
        finished_at=row.finished_at,
        undone_at=row.undone_at,
        counts=row.counts or _counted(connection, row.id),
    )


def _counted(connection: Connection, number: int) -> dict[str, int]:
    """What is known of an interrupted import: the contacts it made and changed."""
    change = schema.import_change.c
    of_it = select(func.count()).where(change.import_id == number)
    return {
        "created": connection.execute(of_it.where(change.before.is_(None))).scalar_one(),
        "updated": connection.execute(of_it.where(change.before.is_not(None))).scalar_one(),
    }


# --- may it be undone -------------------------------------------------------------------------


def _touched_since(number: ImportId) -> Select[Any]:
    """The people of an import to whom something else happened since."""
    change = schema.import_change.c
    return select(change.contact_id).where(
        change.import_id == number, or_(_later_event(number), *_named_elsewhere())
    )


def _later_event(number: ImportId) -> ColumnElement[bool]:
    """An event after the import's own; what an undone import did counts no more."""
    change, e = schema.import_change.c, schema.event.alias("later").c
    own = schema.event.alias("own").c
    first = (
        select(func.min(own.id))
        .where(own.contact_id == change.contact_id, own.import_id == number)
        .correlate(schema.import_change)
        .scalar_subquery()
    )
    r = schema.import_run.c
    undone = select(r.id).where(r.undone_at.is_not(None))
    elsewhere = or_(e.import_id.is_(None), (e.import_id != number) & e.import_id.not_in(undone))
    later = select(literal(1)).where(e.contact_id == change.contact_id, e.id > first, elsewhere)
    return exists(later.correlate(schema.import_change))


def _named_elsewhere() -> Iterator[ColumnElement[bool]]:
    """Rows of other tables that speak of a contact the import made."""
    change = schema.import_change.c
    for column in (
        schema.enrolment.c.contact_id, schema.delivery.c.contact_id,
        schema.follow_up.c.contact_id, schema.inquiry.c.contact_id, schema.consent.c.contact_id,
        schema.referral.c.referrer_id, schema.referral.c.referred_id,
        schema.privacy_request.c.contact_id, schema.planned_loss.c.contact_id,
        schema.duplicate_decision.c.low_id, schema.duplicate_decision.c.high_id,
    ):  # fmt: skip
        made = change.before.is_(None) & (column == change.contact_id)
        yield exists(select(literal(1)).where(made).correlate(schema.import_change))
    s = schema.suppression.c
    by_number = literal("contact:").concat(_as_text(change.contact_id))
    about = change.before.is_(None) & (s.fingerprint == by_number) & s.removed_at.is_(None)
    yield exists(select(literal(1)).where(about).correlate(schema.import_change))


def _as_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    from sqlalchemy import Text as SqlText
    from sqlalchemy import cast

    return cast(column, SqlText)
