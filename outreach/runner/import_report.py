"""What became of one file: its counts, its mapping, and all that was noticed about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from outreach.cleaning.drafts import Drafter
from outreach.cleaning.fields import Plan
from outreach.cleaning.headers import Column, program_of
from outreach.errors import Plural, Text
from outreach.files.tables import Table
from outreach.model.admission import ImportCounts, Rejection
from outreach.model.contact import Draft, SetAside
from outreach.model.field import FieldType
from outreach.store.import_changes import FieldChange

#: Line numbers shown in a note.
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column as it was understood. `field` None: left out."""

    header: str
    field: str | None
    type: FieldType
    new: bool = False
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why cells of a field could not be used, or are odd; how many, and the first of them."""

    field: str
    reason: Text
    count: int
    line: int
    original: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of one file."""

    file: Path
    source: str | None
    counts: ImportCounts
    #: Rows to be mended and imported again, with their line and reason. None without any.
    rejects_file: Path | None
    mapping: tuple[MappedColumn, ...]
    #: Field → how many of its cells could not be used as they are.
    set_aside: Mapping[str, int]
    #: The same by field and reason, the most frequent first.
    reasons: tuple[Reason, ...] = ()
    #: Cells that are kept as they are, though they are odd: a town beside another's code.
    to_look_at: tuple[Reason, ...] = ()
    notes: tuple[Text, ...] = ()
    #: The first rejections, for showing.
    rejections: tuple[Rejection, ...] = ()
    #: Of a dry run: the first rows, cleaned.
    samples: tuple[Draft, ...] = ()
    #: Of a dry run: field → contacts on file in which it would change.
    changes: Mapping[str, int] = field(default_factory=dict)
    #: Of a dry run: the first contacts on file that would change, and how.
    changed: tuple[tuple[str, Sequence[FieldChange]], ...] = ()


class Aside:
    """The cells that could not be used, and those that are odd and kept, counted by reason."""

    def __init__(self) -> None:
        self._unused: dict[tuple[str, Text], Reason] = {}
        self._odd: dict[tuple[str, Text], Reason] = {}

    def see(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            for aside in draft.set_aside:
                if aside.reason:
                    # What stands in the field as it was written is kept: nothing was lost.
                    kept = draft.values.get(aside.field) == aside.original
                    self._count(self._odd if kept else self._unused, aside, draft.line)

    def _count(self, counted: dict[tuple[str, Text], Reason], aside: SetAside, line: int) -> None:
        assert aside.reason is not None
        key = aside.field, _general(aside.reason)
        before = counted.get(key) or Reason(*key, 0, line, aside.original)
        counted[key] = replace(before, count=before.count + 1)

    def by_field(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for reason in self._unused.values():
            counts[reason.field] += reason.count
        return dict(counts)

    def reasons(self) -> tuple[Reason, ...]:
        """Of the cells that could not be used, the most frequent first."""
        return _ordered(self._unused)

    def to_look_at(self) -> tuple[Reason, ...]:
        """Of the cells that are kept as they are, the most frequent first."""
        return _ordered(self._odd)


def _ordered(counted: Mapping[tuple[str, Text], Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(counted.values(), key=lambda reason: -reason.count))


def _general(reason: Text) -> Text:
    """The reason without the values of one cell, so that it can be counted."""
    return Text(reason.msgid, **dict.fromkeys(reason.values, "…"))


def mapping_of(columns: Sequence[Column], plan: Plan) -> tuple[MappedColumn, ...]:
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


def notes_of(table: Table, drafter: Drafter) -> tuple[Text, ...]:
    """What was found out about a file once all of it was read."""
    return (*_program(table), *table.notes, *_misread(table), *_mended(drafter))


def _program(table: Table) -> tuple[Text, ...]:
    program = program_of(table.header)
    return (Text("an address book of {program}", program=program),) if program else ()


def _mended(drafter: Drafter) -> Iterator[Text]:
    """What cleaning undid in many cells, by field."""
    if drafter.mended:
        yield Plural(
            "{count} cell had been encoded twice (Ã© for é) and was mended: {fields}",
            "{count} cells had been encoded twice (Ã© for é) and were mended: {fields}",
            drafter.mended.total(),
            fields=_counted(drafter.mended),
        )
    if drafter.invisible:
        yield Plural(
            "invisible signs were taken out of {count} cell: {fields}",
            "invisible signs were taken out of {count} cells: {fields}",
            drafter.invisible.total(),
            fields=_counted(drafter.invisible),
        )


def _counted(cells: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in cells.most_common())


def _misread(table: Table) -> tuple[Text, ...]:
    if not table.misread:
        return ()
    lines = ", ".join(map(str, table.misread[:_SHOWN]))
    more = ", …" if len(table.misread) > _SHOWN else ""
    return (
        Plural(
            "{count} line is not UTF-8 and was read as Windows-1252: {lines}",
            "{count} lines are not UTF-8 and were read as Windows-1252: {lines}",
            len(table.misread),
            lines=lines + more,
        ),
    )
