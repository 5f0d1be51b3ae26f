"""Bringing in a campaign that ran elsewhere: read the file, write all of it or nothing, tell.

The rates of a firm come from its own past, and most of that past lies in spreadsheets. Rows
that cannot be used go to a file of their own, to be mended and read again: what is on record
by then is not written twice.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach.cleaning.drafts import Drafter, is_blank
from outreach.cleaning.headers import Column, map_columns
from outreach.cleaning.past_columns import PastColumns, Role, understand_past
from outreach.errors import DefinitionError, Location, OutreachError, Text
from outreach.files.rejects import Rejects
from outreach.files.tables import Row, Table, in_chunks
from outreach.model.admission import Rejection
from outreach.model.campaign import Channel
from outreach.model.field import STANDARD_NAMES, Catalogue
from outreach.model.past import PastCounts, PastRow
from outreach.model.settings import Settings
from outreach.model.stage import DEFAULT_CHAIN
from outreach.model.text import shown
from outreach.runner.history_rows import PastReader, remembering
from outreach.store.history import PastCampaign, PastStart
from outreach.store.store import Store

#: Rows decided on and written together.
CHUNK = 2000

#: Rejections that are shown.
SHOWN = 10

#: Chunks after which memory is tidied (see `admit.TIDIED`).
_TIDIED = 10


class NobodyNamed(DefinitionError):
    def __init__(self, file: Path, header: Sequence[str]) -> None:
        super().__init__(
            Text("no column says who was written to: {columns}", columns=", ".join(header)),
            where=Location(str(file), 1),
            hint=Text(
                "name one contact, E-mail or Code, or say which it is in a map: Header: contact"
            ),
        )


class NothingHappened(DefinitionError):
    def __init__(self, file: Path, header: Sequence[str]) -> None:
        super().__init__(
            Text("no column says what was sent or what came of it: {columns}",
                 columns=", ".join(header)),
            where=Location(str(file), 1),
            hint=Text(
                "name one sent on, stage, date or amount, say which it is in a map "
                "(Header: sent_on), or say when all of them were written to: --on DATE"
            ),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWanted:
    """How a file is to be read in."""

    campaign: str
    title: str = ""
    chain: tuple[str, ...] = DEFAULT_CHAIN
    #: Header → role, stage, field or `ignore`, over what is recognised.
    overrides: Mapping[str, str] | None = None
    create_contacts: bool = False
    dry_run: bool = False
    #: How and when it was sent, where the file does not say.
    channel: Channel = Channel.TASK
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReport:
    """What became of one file."""

    file: Path
    campaign: str
    counts: PastCounts
    #: Header → what it was understood as; None: left out.
    mapping: tuple[tuple[str, str | None], ...]
    rejects_file: Path | None
    rejections: tuple[Rejection, ...]
    notes: tuple[Text, ...]


def bring_in(
    store: Store,
    table: Table,
    wanted: PastWanted,
    *,
    settings: Settings,
    now: datetime,
    instant: Callable[[str], datetime],
    say: Callable[[Text], str] = str,
    told: Callable[[int], None] = lambda rows: None,
) -> PastReport:
    """Read a file of past sendings and orders into the campaign, in one transaction.

    Raises `LaunchedHere`, `NobodyNamed`, `NothingHappened`, and what is wrong with the map.
    """
    columns = understand_past(table.header, wanted.overrides, chain=wanted.chain)
    who = _who(table, columns, wanted, store.database.catalogue)
    _make_sure(table, columns, who, wanted)
    reader = PastReader(
        columns=columns,
        drafter=Drafter(who, {}, country=settings.country, language=settings.locale.split("_")[0]),
        chain=wanted.chain,
        instant=remembering(instant),
        now=now,
        channel=wanted.channel,
        sent_at=wanted.sent_at,
        minute=settings.costs.minute,
    )
    start = PastStart(
        campaign=wanted.campaign,
        title=wanted.title,
        chain=wanted.chain,
        file=shown(table.file),
        sha256=table.sha256,
        mapping=dict(_mapping(table, columns, who)),
        create_contacts=wanted.create_contacts,
        now=now,
    )
    stamp = now.astimezone(settings.zone).strftime("%Y%m%d-%H%M%S")
    place = settings.data / "rejects" / f"{table.file.stem}-{stamp}.csv"
    with (
        Rejects(place, table.header, say) as rejects,
        store.history.bringing_in(start) as campaign,
    ):
        kept = None if wanted.dry_run else rejects
        counts, rejections = _read(campaign, table, reader, kept, told)
        if counts.recorded and not wanted.dry_run:
            campaign.keep(counts)
    return PastReport(
        file=table.file,
        campaign=wanted.campaign,
        counts=counts,
        mapping=_mapping(table, columns, who),
        rejects_file=rejects.written,
        rejections=rejections,
        notes=table.notes,
    )


def _read(
    campaign: PastCampaign,
    table: Table,
    reader: PastReader,
    rejects: Rejects | None,
    told: Callable[[int], None],
) -> tuple[PastCounts, tuple[Rejection, ...]]:
    counts, shown = PastCounts(), list[Rejection]()
    for number, rows in enumerate(in_chunks(table.rows(), CHUNK), start=1):
        understood, refused = _understood(reader, rows)
        done, rejected = campaign.take(understood)
        rejected = sorted([*refused, *rejected], key=lambda one: one.line)
        counts += done + PastCounts(read=len(refused), rejected=len(refused))
        shown += rejected[: SHOWN - len(shown)]
        if rejects:
            rejects.keep(rows, rejected)
        told(len(rows))
        if number % _TIDIED == 0:
            gc.collect()
    return counts, tuple(shown)


def _understood(reader: PastReader, rows: Sequence[Row]) -> tuple[list[PastRow], list[Rejection]]:
    understood, refused = list[PastRow](), list[Rejection]()
    for row in rows:
        if row.fault or is_blank(row.cells):
            refused.append(Rejection(row.line, row.fault or Text("the row is empty")))
            continue
        try:
            understood.append(reader.row(row.line, row.cells))
        except OutreachError as error:
            refused.append(Rejection(row.line, _with_hint(error)))
    return understood, refused


def _with_hint(error: OutreachError) -> Text:
    """What is wrong, and how it is mended: the reader of the rejects file sees nothing else."""
    if error.hint is None:
        return error.what
    return Text("{what} – {hint}", what=error.what, hint=error.hint)


# --- the columns ------------------------------------------------------------------------------


def _who(
    table: Table, columns: PastColumns, wanted: PastWanted, catalogue: Catalogue
) -> list[Column]:
    """The columns that say who, as a contact list has them; of two for one field the better."""
    of_contact = [meant in STANDARD_NAMES for meant in columns.mapping]
    headers = [
        header if mine else "" for header, mine in zip(table.header, of_contact, strict=True)
    ]
    said = {
        header: field
        for header, field in (wanted.overrides or {}).items()
        if field in STANDARD_NAMES
    }
    found = map_columns(headers, catalogue, said)
    return [column for column in found if column.field and not column.own]


def _make_sure(
    table: Table, columns: PastColumns, who: Sequence[Column], wanted: PastWanted
) -> None:
    if not who and Role.CONTACT not in columns.roles:
        raise NobodyNamed(table.file, table.header)
    telling = {Role.SENT_ON, Role.STAGE, Role.DATE, Role.AMOUNT, Role.GROUP, Role.CONTROL}
    if wanted.sent_at is None and not columns.stages and not telling & columns.roles.keys():
        raise NothingHappened(table.file, table.header)


def _mapping(
    table: Table, columns: PastColumns, who: Sequence[Column]
) -> tuple[tuple[str, str | None], ...]:
    fields = {column.index for column in who}
    return tuple(
        (header or f"#{place + 1}",
         None if meant in STANDARD_NAMES and place not in fields else meant)
        for place, (header, meant) in enumerate(
            zip(table.header, columns.mapping, strict=True)
        )
    )  # fmt: skip
