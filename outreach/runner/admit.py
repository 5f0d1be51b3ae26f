"""Reading a file into the contact base: understand it, clean it, take it in, tell all of it.

The file is read twice: once to learn what its columns hold, once to take its rows in,
chunk by chunk. Whatever interrupts it leaves whole chunks; reading the same file again
finishes the job.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from outreach.cleaning.drafts import Drafter, is_blank
from outreach.cleaning.fields import Plan, doubtful, plan_fields, see_columns
from outreach.cleaning.headers import Column, map_columns
from outreach.errors import OutreachError, Plural, Problems, Text
from outreach.files.rejects import Rejects
from outreach.files.tables import Row, Table, open_table
from outreach.model.admission import Admitted, ImportCounts, OnMatch, Rejection
from outreach.model.contact import Draft
from outreach.model.field import FieldType
from outreach.model.settings import Settings
from outreach.store.contacts import CHUNK, Contacts, ImportStart

#: Rows shown by a dry run.
SAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a file is to be read in."""

    policy: OnMatch = OnMatch.FILL
    #: The list it comes from: identifiers are compared within it.
    source: str | None = None
    #: Header → field or `ignore`, over what is recognised.
    overrides: Mapping[str, str] | None = None
    #: Do everything, keep nothing.
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column as it was understood. `field` None: left out."""

    header: str
    field: str | None
    type: FieldType
    new: bool = False
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of one file."""

    file: Path
    source: str | None
    counts: ImportCounts
    #: Rows to be mended and imported again, with their line and reason. None without any.
    rejects_file: Path | None
    mapping: tuple[MappedColumn, ...]
    #: Field → how many of its cells could not be used.
    set_aside: Mapping[str, int]
    notes: tuple[Text, ...] = ()
    #: The first rejections, for showing.
    rejections: tuple[Rejection, ...] = ()
    #: Of a dry run: the first rows, cleaned.
    samples: tuple[Draft, ...] = ()


def refuse_unreadable(files: Sequence[Path]) -> None:
    """Before the first of several files is read in: raise the errors of all that are no tables."""
    errors: list[OutreachError] = []
    for file in files:
        try:
            open_table(file)
        except OutreachError as error:
            errors.append(error)
    if errors:
        raise Problems(errors)


def admit(
    contacts: Contacts,
    file: Path,
    wanted: Wanted,
    *,
    settings: Settings,
    now: datetime,
    say: Callable[[Text], str] = str,
    told: Callable[[int], None] = lambda rows: None,
) -> ImportReport:
    """Read one file into the base. `told` hears of rows as they are done.

    Raises the errors of a file that is no table, and of a map that does not fit it.
    """
    if wanted.dry_run:
        with contacts.rehearsal() as rehearsed:
            return _admit(rehearsed, open_table(file), wanted, None, settings, now, told)
    stamp = now.astimezone(settings.zone).strftime("%Y%m%d-%H%M%S")
    table = open_table(file)
    place = settings.data / "rejects" / f"{file.stem}-{stamp}.csv"
    with Rejects(place, table.header, say) as rejects:
        return _admit(contacts, table, wanted, rejects, settings, now, told)


def _admit(
    contacts: Contacts,
    table: Table,
    wanted: Wanted,
    rejects: Rejects | None,
    settings: Settings,
    now: datetime,
    told: Callable[[int], None],
) -> ImportReport:
    columns = map_columns(table.header, contacts.database.catalogue, wanted.overrides)
    plan = _plan(contacts, table, columns)
    mapping = {c.header or f"#{c.index + 1}": c.field for c in columns}
    number = contacts.begin_import(
        ImportStart(
            file=str(table.file),
            sha256=table.sha256,
            source=wanted.source,
            mapping=mapping,
            new_fields=plan.new,
            retyped=plan.retyped,
            now=now,
        )
    )
    language = settings.locale.split("_")[0]
    drafter = Drafter(columns, plan.types, country=settings.country, language=language)
    done = Admitted()
    aside: Counter[str] = Counter()
    samples: list[Draft] = []
    for rows in _chunks(table.rows()):
        drafts, refused = _drafts(drafter, rows)
        taken = contacts.put(
            drafts, import_id=number, policy=wanted.policy, source=wanted.source, now=now
        )
        taken += Admitted(ImportCounts(rejected=len(refused)), refused)
        if rejects:
            rejects.write(rows, taken.rejected)
        aside.update(a.field for d in drafts for a in d.set_aside if a.reason)
        samples += drafts[: SAMPLES - len(samples)] if wanted.dry_run else []
        done = Admitted(done.counts + taken.counts, (done.rejected + taken.rejected)[:SAMPLES])
        told(len(rows))
    contacts.finish_import(number, done.counts, now=now)
    return ImportReport(
        file=table.file,
        source=wanted.source,
        counts=done.counts,
        rejects_file=rejects.written if rejects else None,
        mapping=_mapping(columns, plan),
        set_aside=dict(aside),
        notes=(*table.notes, *_misread(table)),
        rejections=done.rejected,
        samples=tuple(samples),
    )


def _plan(contacts: Contacts, table: Table, columns: Sequence[Column]) -> Plan:
    seen = see_columns(columns, (row.cells for row in table.rows() if row.fault is None))
    catalogue = contacts.database.catalogue
    empty = {f.name for f in doubtful(seen, catalogue) if contacts.field_is_empty(f)}
    return plan_fields(columns, seen, catalogue, empty=frozenset(empty))


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _drafts(drafter: Drafter, rows: Sequence[Row]) -> tuple[list[Draft], tuple[Rejection, ...]]:
    drafts, refused = [], []
    for row in rows:
        if row.fault:
            refused.append(Rejection(row.line, row.fault))
        elif is_blank(row.cells):
            refused.append(Rejection(row.line, Text("the row is empty")))
        else:
            drafts.append(drafter.draft(row.line, row.cells))
    return drafts, tuple(refused)


def _mapping(columns: Sequence[Column], plan: Plan) -> tuple[MappedColumn, ...]:
    new = {field.name for field in plan.new}
    return tuple(
        MappedColumn(
            c.header or f"#{c.index + 1}",
            c.field,
            plan.types.get(c.field or "", FieldType.TEXT),
            c.field in new,
            c.note,
        )
        for c in columns
    )


def _misread(table: Table) -> tuple[Text, ...]:
    if not table.misread:
        return ()
    lines = ", ".join(map(str, table.misread[:SAMPLES]))
    more = ", …" if len(table.misread) > SAMPLES else ""
    return (
        Plural(
            "{count} line is not UTF-8 and was read as Windows-1252: {lines}",
            "{count} lines are not UTF-8 and were read as Windows-1252: {lines}",
            len(table.misread),
            lines=lines + more,
        ),
    )
