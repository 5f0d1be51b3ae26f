"""Reading a file into the contact base: understand it, clean it, take it in, tell all of it.

The file is read twice: once to learn what its columns hold, once to take its rows in,
chunk by chunk. Whatever interrupts it leaves whole chunks; reading the same file again
finishes the job.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from outreach.cleaning.address_books import with_mobiles
from outreach.cleaning.column_types import ColumnType
from outreach.cleaning.drafts import Drafter, is_blank
from outreach.cleaning.fields import Plan, doubtful, plan_fields, see_columns, settled
from outreach.cleaning.headers import Column, key_of, map_columns, program_of
from outreach.cleaning.postcodes import Postcodes
from outreach.errors import OutreachError, Problems, Text
from outreach.files.postcodes import read_postcodes
from outreach.files.rejects import Rejects
from outreach.files.tables import Row, Table, in_chunks
from outreach.model.admission import Admitted, ImportCounts, OnMatch, Rejection
from outreach.model.contact import Draft
from outreach.model.settings import Settings
from outreach.model.source import Source
from outreach.model.text import shown
from outreach.runner.import_report import Aside, ImportReport, mapping_of, notes_of
from outreach.runner.opening import open_list
from outreach.store.contacts import CHUNK, Contacts, ImportStart
from outreach.store.import_changes import fields_changed, first_changed

#: Rows shown by a dry run.
SAMPLES = 10

#: Rows looked at to learn which columns hold anything.
LOOKED_AT = 2000

#: Chunks after which memory is tidied: what each statement leaves behind holds a chunk's
#: parameters in circles, and Python collects those the later the longer an import lasts.
TIDIED = 10

#: Where a workspace keeps its table of postal codes, in its data folder.
POSTCODES = "postcodes.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a file is to be read in."""

    policy: OnMatch = OnMatch.FILL
    #: The list it comes from: identifiers are compared within it.
    source: str | None = None
    #: Header → field or `ignore`, over what is recognised.
    overrides: Mapping[str, str] | None = None
    #: Header → what its column may change, where it is not `policy`.
    policies: Mapping[str, OnMatch] | None = None
    #: What is known of the list `source`.
    provenance: Source | None = None
    #: Do everything, keep nothing.
    dry_run: bool = False
    #: Which sheet of a spreadsheet; None takes the first that holds a table.
    sheet: str | None = None
    #: Which table of a Word document, from 1; None takes the first that has rows.
    table: int | None = None
    #: A table of postal codes and towns; without one, `data/postcodes.csv` where it is.
    postcodes: Path | None = None


def refuse_unreadable(
    files: Sequence[Path], sheet: str | None = None, table: int | None = None
) -> None:
    """Before the first of several files is read in: raise the errors of all that are no tables."""
    errors: list[OutreachError] = []
    for file in files:
        try:
            open_list(file, sheet=sheet, table=table)
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
    table = open_list(file, sheet=wanted.sheet, table=wanted.table)
    return admit_table(contacts, table, wanted, settings=settings, now=now, say=say, told=told)


def admit_table(
    contacts: Contacts,
    table: Table,
    wanted: Wanted,
    *,
    settings: Settings,
    now: datetime,
    say: Callable[[Text], str] = str,
    told: Callable[[int], None] = lambda rows: None,
) -> ImportReport:
    """Read the rows of an open table into the base; see `admit`."""
    if wanted.dry_run:
        with contacts.rehearsal() as rehearsed:
            return _admit(rehearsed, table, wanted, None, settings, now, told)
    stamp = now.astimezone(settings.zone).strftime("%Y%m%d-%H%M%S")
    place = settings.data / "rejects" / f"{table.file.stem}-{stamp}.csv"
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
    columns, plan = _understood(contacts, table, wanted)
    mapping = {c.header or f"#{c.index + 1}": c.field for c in columns}
    number = contacts.begin_import(
        ImportStart(
            file=shown(table.file),
            sha256=table.sha256,
            source=wanted.source,
            provenance=wanted.provenance,
            mapping=mapping,
            new_fields=plan.new,
            retyped=plan.retyped,
            now=now,
        )
    )
    language = settings.locale.split("_")[0]
    drafter = Drafter(
        columns,
        plan.types,
        country=settings.country,
        language=language,
        postcodes=_postcodes(wanted, settings),
    )
    policies = _policies(columns, wanted)
    done = Admitted()
    aside = Aside()
    samples: list[Draft] = []
    for count, rows in enumerate(in_chunks(table.rows(), CHUNK), start=1):
        drafts, refused = _drafts(drafter, rows)
        taken = contacts.put(
            drafts, import_id=number, policy=wanted.policy, policies=policies,
            source=wanted.source, now=now,
        )  # fmt: skip
        taken += Admitted(ImportCounts(rejected=len(refused)), refused)
        if rejects:
            rejects.keep(rows, taken.rejected)
        aside.see(drafts)
        samples += drafts[: SAMPLES - len(samples)] if wanted.dry_run else []
        done = Admitted(done.counts + taken.counts, (done.rejected + taken.rejected)[:SAMPLES])
        told(len(rows))
        if count % TIDIED == 0:
            gc.collect()
    contacts.finish_import(number, done.counts, now=now)
    return ImportReport(
        file=table.file,
        source=wanted.source,
        counts=done.counts,
        rejects_file=rejects.written if rejects else None,
        mapping=mapping_of(columns, plan),
        set_aside=aside.by_field(),
        reasons=aside.reasons(),
        to_look_at=aside.to_look_at(),
        notes=notes_of(table, drafter),
        rejections=done.rejected,
        samples=tuple(samples),
        changes=fields_changed(contacts.database, number) if wanted.dry_run else {},
        changed=tuple(first_changed(contacts.database, number, SAMPLES)) if wanted.dry_run else (),
    )


def _policies(columns: Sequence[Column], wanted: Wanted) -> dict[str, OnMatch]:
    """Field → what its column may change, where the map says so."""
    said = {key_of(header): policy for header, policy in (wanted.policies or {}).items()}
    return {
        column.field: said[key_of(column.header)]
        for column in columns
        if column.field and key_of(column.header) in said
    }


def _understood(
    contacts: Contacts, table: Table, wanted: Wanted
) -> tuple[tuple[Column, ...], Plan]:
    """The field of every column and the type of every field, from all rows of the file."""
    catalogue = contacts.database.catalogue
    first = [row.cells for row in islice(table.rows(), LOOKED_AT) if row.fault is None]
    blank = {i for i in range(len(table.header)) if not any(cells[i].strip() for cells in first)}
    columns = map_columns(table.header, catalogue, wanted.overrides, empty=frozenset(blank))
    seen = see_columns(columns, (row.cells for row in table.rows() if row.fault is None))
    of_a_program = program_of(table.header) is not None
    columns = with_mobiles(settled(columns, seen, catalogue, of_a_program=of_a_program))
    return columns, _plan(contacts, columns, seen)


def _plan(contacts: Contacts, columns: Sequence[Column], seen: Mapping[str, ColumnType]) -> Plan:
    catalogue = contacts.database.catalogue
    empty = {f.name for f in doubtful(seen, catalogue) if contacts.field_is_empty(f)}
    return plan_fields(columns, seen, catalogue, empty=frozenset(empty))


def _postcodes(wanted: Wanted, settings: Settings) -> Postcodes | None:
    """The table that was asked for, or the workspace's own."""
    usual = settings.data / POSTCODES
    if wanted.postcodes:
        return read_postcodes(wanted.postcodes)
    return read_postcodes(usual) if usual.is_file() else None


def _drafts(drafter: Drafter, rows: Sequence[Row]) -> tuple[list[Draft], tuple[Rejection, ...]]:
    drafts, refused = [], []
    for row in rows:
        if row.fault:
            refused.append(Rejection(row.line, row.fault))
        elif is_blank(row.cells):
            refused.append(Rejection(row.line, Text("the row is empty")))
        else:
            draft = drafter.draft(row.line, row.cells)
            if draft.values or draft.tags or draft.set_aside:
                drafts.append(draft)
            else:
                # Nothing but our own columns, or columns that the map leaves out.
                refused.append(Rejection(row.line, Text("the row is empty")))
    return drafts, tuple(refused)
