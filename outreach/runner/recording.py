"""Recording many facts from a file: good rows are kept, bad ones told, set by set.

A chunk of rows is written in one transaction; of a person who stands in it several times
one row after the other is, in the order of the file. What was recorded before, exactly so,
is not recorded again: a file may be read twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.model.admission import Rejection
from outreach.model.campaign import Channel
from outreach.model.change import Change
from outreach.model.contact import Contact
from outreach.model.money import to_minor
from outreach.model.settings import Settings
from outreach.runner.consequences import decide
from outreach.runner.facts import Fact, check, check_place
from outreach.runner.record import credit, here, others_of
from outreach.runner.reply_codes import read_code
from outreach.store.campaigns import Launched
from outreach.store.known import Known
from outreach.store.store import Store

#: Thousands apart by blanks, at most two decimals: three could be thousands.
_AMOUNT = re.compile(
    r"(?:€ ?|EUR )?(?P<sign>-?)(?P<whole>\d{1,3}(?:[ ']\d{3})+|\d+)(?:[.,](?P<fraction>\d{1,2}))?"
    r"(?: ?€| ?EUR)?"
)

#: The columns of a file, and the options of the command that say the same.
COLUMNS = (
    "contact", "stage", "campaign", "on", "amount", "margin", "by", "note",
    "channel", "minutes", "km", "reason", "back_on", "origin", "referrer", "quality",
)  # fmt: skip

#: Rows written in one transaction.
CHUNK = 2000
#: Faults that are told one by one; the others stand in the file of rejected rows.
SHOWN = 1000


class WrongColumns(DefinitionError):
    def __init__(self, file: str, found: Iterable[str]) -> None:
        names = tuple(found)
        strange = [name for name in names if name not in COLUMNS]
        near = did_you_mean(strange[0], COLUMNS) if strange else None
        super().__init__(
            Text("the columns {found} cannot be recorded", found=", ".join(names)),
            where=Location(file, 1),
            hint=near
            or Text("contact and stage are needed; known: {names}", names=", ".join(COLUMNS)),
        )


class BadAmount(DefinitionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text!r} is no amount", text=text), hint=Text("write it like 1234.50 or 1 234,50")
        )


class BadChannel(DefinitionError):
    def __init__(self, text: str) -> None:
        known = [channel.value for channel in Channel]
        super().__init__(
            Text("{text!r} is no channel", text=text),
            hint=did_you_mean(text, known) or Text("known: {words}", words=", ".join(known)),
        )


class BadQualityText(DefinitionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text!r} is no quality", text=text), hint=Text("from 1 (bad) to 5 (good)")
        )


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of the rows of a file."""

    recorded: int = 0
    #: Recorded before, exactly so: nothing was added.
    unchanged: int = 0
    rejected: int = 0
    #: How many chains ended with it.
    stopped: int = 0
    #: The first of the faults.
    errors: tuple[OutreachError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What turns the words of a row into a fact: the parts the door gives."""

    store: Store
    settings: Settings
    now: datetime
    person: Callable[[str], Contact]
    campaign: Callable[[str], Launched]
    instant: Callable[[str], datetime]

    def fact(self, row: Mapping[str, str], people: Mapping[str, Contact] | None = None) -> Fact:
        """The fact a row tells, credited where it says. Raises what is wrong with it.

        `people` are those who were looked up beforehand, by what they are called in the row.
        """
        found = people or {}

        def person(who: str) -> Contact:
            return found.get(who) or self.person(who)

        named, referrer = row.get("campaign"), row.get("referrer")
        return Fact(
            contact=person(row["contact"]),
            stage=row["stage"].strip().lower(),
            at=self.instant(row["on"]) if row.get("on") else self.now,
            campaign=self.campaign(named) if named else self._answered(row["contact"]),
            amount=read_amount(row.get("amount")),
            margin=read_amount(row.get("margin")),
            author=row.get("by") or None,
            note=row.get("note") or None,
            channel=_channel(row.get("channel")),
            minutes=read_amount(row.get("minutes")),
            km=read_amount(row.get("km")),
            reason=row.get("reason") or None,
            back_on=self._day(row.get("back_on")),
            origin=row.get("origin") or None,
            referrer=person(referrer) if referrer else None,
            quality=_quality(row.get("quality")),
        )

    def _answered(self, who: str) -> Launched | None:
        """The campaign that the code of an answer coupon names."""
        said = read_code(who, self.store.database.fingerprint)
        if said is None:
            return None
        return next((one for one in self.store.campaigns.all() if one.id == said.campaign), None)

    def _day(self, text: str | None) -> date | None:
        if not text:
            return None
        return self.instant(text).astimezone(self.settings.zone).date()


def _channel(text: str | None) -> Channel | None:
    if not text:
        return None
    try:
        return Channel(text.strip().lower())
    except ValueError:
        raise BadChannel(text) from None


def _quality(text: str | None) -> int | None:
    if not text:
        return None
    if not text.strip().isdecimal():
        raise BadQualityText(text)
    return int(text)


# --- a file of them ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a file: its line, its cells by the names of the columns, its own fault."""

    line: int
    cells: Mapping[str, str]
    fault: Text | None = None


@dataclass(slots=True)
class _Tally:
    recorded: int = 0
    unchanged: int = 0
    stopped: int = 0
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
    batch = {"batch": token_hex(6), "since": desk.store.recordings.mark(), "file": file}
    bulk = Bulk()
    for chunk in _chunks(iter(rows), CHUNK):
        tally = _record_chunk(chunk, desk, batch)
        reject([_rejection(line, error) for line, error in tally.wrong])
        errors = [
            DefinitionError(error.what, where=Location(file, line), hint=error.hint)
            for line, error in tally.wrong
        ]
        bulk = Bulk(
            recorded=bulk.recorded + tally.recorded,
            unchanged=bulk.unchanged + tally.unchanged,
            rejected=bulk.rejected + len(tally.wrong),
            stopped=bulk.stopped + tally.stopped,
            errors=(*bulk.errors, *errors)[:SHOWN],
        )
        told(len(chunk))
    return bulk


def _record_chunk(chunk: Sequence[Told], desk: Desk, batch: Mapping[str, object]) -> _Tally:
    tally = _Tally()
    names = {row.cells.get(name, "") for row in chunk for name in ("contact", "referrer")}
    people = desk.store.known.named(names - {""})
    waiting: list[tuple[int, Fact]] = []
    for row in chunk:
        try:
            if row.fault is not None:
                raise DefinitionError(row.fault)
            fact = desk.fact(row.cells, people)
            check(fact, desk.store.database.day_of(fact.at))
            waiting.append((row.line, fact))
        except OutreachError as error:
            tally.wrong.append((row.line, error))
    while waiting:
        waiting = _record_round(waiting, desk, batch, tally)
    tally.wrong.sort(key=lambda one: one[0])
    return tally


def _record_round(
    waiting: Sequence[tuple[int, Fact]], desk: Desk, batch: Mapping[str, object], tally: _Tally
) -> list[tuple[int, Fact]]:
    """Record the first row of each person, in one transaction; the rows that are left."""
    first: dict[int, tuple[int, Fact]] = {}
    left: list[tuple[int, Fact]] = []
    for line, fact in waiting:
        if fact.contact.id in first:
            left.append((line, fact))
        else:
            first[fact.contact.id] = (line, fact)
    with desk.store.together() as held:
        around = here(held, desk.settings, desk.now)
        known = held.known.of([fact.contact.id for _, fact in first.values()])
        ready: list[Fact] = []
        for line, told in first.values():
            of_him = known.get(told.contact.id, Known())
            fact = told
            if fact.campaign is None:
                chosen = credit(of_him, held, fact.at)
                fact = replace(fact, campaign=around.campaigns.get(chosen) if chosen else None)
            try:
                check(fact, around.calendar.day_of(fact.at))
                check_place(fact, of_him.places)
            except OutreachError as error:
                tally.wrong.append((line, error))
                continue
            if _said(fact, desk) in of_him.said:
                tally.unchanged += 1
            else:
                ready.append(fact)
        others = others_of(held, ready)
        decided = [
            decide(
                fact, known.get(fact.contact.id, Known()), others.get(fact.contact.id, ()), around,
                act=token_hex(6), batch=batch,
            )
            for fact in ready
        ]  # fmt: skip
        held.deliveries.write(Change.joined(one.change for one in decided))
    tally.recorded += len(decided)
    tally.stopped += sum(one.stopped for one in decided)
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


def _chunks(rows: Iterator[Told], size: int) -> Iterator[list[Told]]:
    while chunk := list(islice(rows, size)):
        yield chunk


_Answer = TypeVar("_Answer")


def remembered(ask: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """The same question is asked once, also where the answer is an error."""
    known: dict[str, _Answer] = {}
    wrong: dict[str, OutreachError] = {}

    def asked(text: str) -> _Answer:
        if text in wrong:
            raise wrong[text]
        if text not in known:
            try:
                known[text] = ask(text)
            except OutreachError as error:
                wrong[text] = error
                raise
        return known[text]

    return asked


def read_amount(text: str | None) -> Decimal | None:
    """`1 234,50 €` or `1234.50`; None for an empty cell. Raises `BadAmount`.

    `1,234` may be twelve hundred or one and a quarter: it is refused, never guessed.
    """
    if text is None or not text.strip():
        return None
    found = _AMOUNT.fullmatch(" ".join(text.split()))
    if found is None:
        raise BadAmount(text)
    whole, fraction = found["whole"].replace(" ", "").replace("'", ""), found["fraction"] or "0"
    return Decimal(f"{found['sign']}{whole}.{fraction}")
