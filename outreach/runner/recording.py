"""Recording many facts from a file: good rows are kept, bad ones told, set by set.

A chunk of rows is written in one transaction; of a person who stands in it several times
one row after the other is, in the order of the file. What was recorded before, exactly so,
is not recorded again: a file may be read twice. A row without a day is of the day on which it
is read, and is known again on that day by its cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from secrets import token_hex

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.files.tables import in_chunks
from outreach.model.admission import Rejection
from outreach.model.change import Change
from outreach.model.money import to_minor
from outreach.runner.consequences import decide
from outreach.runner.desk import Desk, remembered
from outreach.runner.facts import Fact, as_known, check, check_place
from outreach.runner.record import credit, here, last_day, others_of, together
from outreach.runner.undated import mark_of
from outreach.runner.wrong_numbers import taken_off
from outreach.store.known import Known
from outreach.store.undated import UNDATED

#: The columns of a file, and the options of the command that say the same.
COLUMNS = (
    "contact", "stage", "campaign", "on", "amount", "margin", "by", "note",
    "channel", "minutes", "km", "reason", "back_on", "origin", "referrer", "quality", "items",
)  # fmt: skip
#: Who, and what came of it: without them a row says nothing.
NEEDED = ("contact", "stage")

#: Rows written in one transaction.
CHUNK = 2000
#: Faults that are told one by one; the others stand in the file of rejected rows.
SHOWN = 1000


class WrongColumns(DefinitionError):
    def __init__(self, file: str, found: Iterable[str]) -> None:
        names = tuple(found)
        strange = [name for name in names if name not in COLUMNS]
        lacking = [name for name in NEEDED if name not in names]
        near = did_you_mean(strange[0], COLUMNS) if strange else None
        super().__init__(
            Text("the columns {found} cannot be recorded", found=", ".join(strange))
            if strange
            else Text("the column {name!r} is missing", name=", ".join(lacking)),
            where=Location(file, 1),
            hint=near
            or Text("contact and stage are needed; known: {names}", names=", ".join(COLUMNS)),
        )


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of the rows of a file."""

    recorded: int = 0
    #: Recorded before, exactly so: nothing was added.
    unchanged: int = 0
    #: Of those recorded: rows without a day that were read so on an earlier day, too.
    again: int = 0
    rejected: int = 0
    #: How many chains ended with it.
    stopped: int = 0
    #: How many said no, and their chain goes on.
    in_spite: int = 0
    #: The first of the faults.
    errors: tuple[OutreachError, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a file: its line, its cells by the names of the columns, its own fault."""

    line: int
    cells: Mapping[str, str]
    fault: Text | None = None


#: A row that waits for its turn: its line, its fact, what tells one without a day.
_Waiting = tuple[int, Fact, str | None]


@dataclass(slots=True)
class _Tally:
    recorded: int = 0
    unchanged: int = 0
    again: int = 0
    stopped: int = 0
    in_spite: int = 0
    wrong: list[tuple[int, OutreachError]] = field(default_factory=list)


#: What is done with the rows of a chunk that could not be recorded.
Reject = Callable[[Sequence[Rejection]], None]


def record_rows(
    rows: Iterable[Told],
    desk: Desk,
    *,
    file: str,
    reject: Reject = lambda rejected: None,
    told: Callable[[int], None] = lambda rows: None,
) -> Bulk:
    """Record every row that can be; a row recorded before is recorded once.

    A row that cannot be recorded leaves nothing behind and is told with its line. They are
    taken back together: by the number of any of them.
    """
    desk = replace(
        desk,
        campaign=remembered(desk.campaign),
        instant=remembered(desk.instant),
        person=remembered(desk.person),
    )
    batch = together(desk.store, file=file)
    bulk = Bulk()
    for chunk in in_chunks(iter(rows), CHUNK):
        tally = _record_chunk(chunk, desk, batch)
        reject([_rejection(line, error) for line, error in tally.wrong])
        errors = [
            DefinitionError(error.what, where=Location(file, line), hint=error.hint)
            for line, error in tally.wrong
        ]
        bulk = Bulk(
            recorded=bulk.recorded + tally.recorded,
            unchanged=bulk.unchanged + tally.unchanged,
            again=bulk.again + tally.again,
            rejected=bulk.rejected + len(tally.wrong),
            stopped=bulk.stopped + tally.stopped,
            in_spite=bulk.in_spite + tally.in_spite,
            errors=(*bulk.errors, *errors)[:SHOWN],
        )
        told(len(chunk))
    return bulk


def _record_chunk(chunk: Sequence[Told], desk: Desk, batch: Mapping[str, object]) -> _Tally:
    tally = _Tally()
    names = {row.cells.get(name, "") for row in chunk for name in ("contact", "referrer")}
    people = desk.store.known.named(names - {""})
    waiting: list[_Waiting] = []
    for row in chunk:
        try:
            if row.fault is not None:
                raise DefinitionError(row.fault)
            fact = desk.fact(row.cells, people)
            waiting.append((row.line, fact, mark_of(row.cells, desk.store)))
        except OutreachError as error:
            tally.wrong.append((row.line, error))
    while waiting:
        waiting = _record_round(waiting, desk, batch, tally)
    tally.wrong.sort(key=lambda one: one[0])
    return tally


def _record_round(
    waiting: Sequence[_Waiting], desk: Desk, batch: Mapping[str, object], tally: _Tally
) -> list[_Waiting]:
    """Record the first row of each person, in one transaction; the rows that are left."""
    first: dict[int, _Waiting] = {}
    left: list[_Waiting] = []
    for row in waiting:
        if row[1].contact.id in first:
            left.append(row)
        else:
            first[row[1].contact.id] = row
    with desk.store.together() as held:
        held.recordings.take_turn()
        around = here(held, desk.settings, desk.now)
        today, last = around.calendar.day_of(desk.now), last_day(around)
        known = held.known.of([fact.contact.id for _, fact, _ in first.values()])
        before = held.undated.of([fact.contact.id for _, fact, mark in first.values() if mark])
        ready: list[tuple[Fact, str | None]] = []
        for line, told, mark in first.values():
            of_him = known.get(told.contact.id, Known())
            fact = told
            if fact.campaign is None:
                chosen = credit(of_him, held, fact.at, around.campaigns)
                fact = replace(fact, campaign=around.campaigns.get(chosen) if chosen else None)
            fact = as_known(fact)
            try:
                check(fact, around.calendar.day_of(fact.at), last)
                check_place(fact, of_him.places)
            except OutreachError as error:
                tally.wrong.append((line, error))
                continue
            days = before.get(fact.contact.id, {}).get(mark or "", frozenset())
            if _said(fact, desk) in of_him.said or today in days:
                tally.unchanged += 1
                continue
            tally.again += bool(days)
            ready.append((taken_off(held, fact, desk.settings.country, desk.now), mark))
        others = others_of(held, [fact for fact, _ in ready])
        decided = [
            decide(
                fact, known.get(fact.contact.id, Known()), others.get(fact.contact.id, ()), around,
                act=token_hex(6), batch=batch if mark is None else {**batch, UNDATED: mark},
            )
            for fact, mark in ready
        ]  # fmt: skip
        held.deliveries.write(Change.joined(one.change for one in decided))
    tally.recorded += len(decided)
    tally.stopped += sum(one.stopped for one in decided)
    tally.in_spite += sum(one.in_spite for one in decided)
    return left


def _said(fact: Fact, desk: Desk) -> tuple[str, object, datetime, int | None]:
    """The fact as `Known.said` has it: the same file may be read again."""
    amount = None if fact.amount is None else to_minor(fact.amount, desk.settings.currency)
    return (fact.stage, fact.campaign.id if fact.campaign else None, fact.at, amount)


def _rejection(line: int, error: OutreachError) -> Rejection:
    """What is wrong, and how it is mended: who mends the file sees nothing else."""
    if error.hint is None:
        return Rejection(line, error.what)
    return Rejection(line, Text("{what} – {hint}", what=error.what, hint=error.hint))
