"""Recording many facts from a file, one row at a time: good rows are kept, bad ones told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.model.contact import Contact
from outreach.model.money import to_minor
from outreach.model.settings import Settings
from outreach.runner.record import Fact, Recorded, credited, record
from outreach.store.campaigns import Launched
from outreach.store.store import Store

#: Thousands apart by blanks, at most two decimals: three could be thousands.
_AMOUNT = re.compile(
    r"(?:€ ?|EUR )?(?P<sign>-?)(?P<whole>\d{1,3}(?:[ ']\d{3})+|\d+)(?:[.,](?P<fraction>\d{1,2}))?"
    r"(?: ?€| ?EUR)?"
)

COLUMNS = ("contact", "stage", "campaign", "on", "amount", "margin", "by", "note")


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


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of the rows of a file."""

    recorded: tuple[Recorded, ...]
    #: Recorded before, exactly so: nothing was added.
    unchanged: int
    errors: tuple[OutreachError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What turns the words of a row into a fact: the parts the door gives."""

    store: Store
    settings: Settings
    now: datetime
    person: Callable[[str], Contact]
    campaign: Callable[[str], Launched]
    instant: Callable[[str], datetime]

    def fact(self, row: Mapping[str, str]) -> Fact:
        """The fact a row tells. Raises what is wrong with it."""
        contact = self.person(row["contact"])
        named = row.get("campaign")
        return Fact(
            contact=contact,
            stage=row["stage"].strip().lower(),
            at=self.instant(row["on"]) if row.get("on") else self.now,
            campaign=self.campaign(named) if named else credited(self.store, contact),
            amount=read_amount(row.get("amount")),
            margin=read_amount(row.get("margin")),
            author=row.get("by") or None,
            note=row.get("note") or None,
        )


def record_rows(
    rows: Iterable[tuple[int, Mapping[str, str], Text | None]], desk: Desk, *, file: str
) -> Bulk:
    """Record every row that can be; a row recorded before is recorded once.

    `rows` are line numbers, cells by column name, and what is wrong with the row as such.
    A row that cannot be recorded leaves nothing behind and is told with its line.
    """
    done: list[Recorded] = []
    errors: list[OutreachError] = []
    unchanged = 0
    for line, row, fault in rows:
        if fault is not None:
            errors.append(DefinitionError(fault, where=Location(file, line)))
            continue
        try:
            fact = desk.fact(row)
            if _known(fact, desk):
                unchanged += 1
            else:
                done.append(record(desk.store, fact, settings=desk.settings, now=desk.now))
        except OutreachError as error:
            errors.append(DefinitionError(error.what, where=Location(file, line), hint=error.hint))
    return Bulk(tuple(done), unchanged, tuple(errors))


def _known(fact: Fact, desk: Desk) -> bool:
    """Whether the very same fact is on record: the file was read before."""
    campaign = fact.campaign.id if fact.campaign else None
    amount = _minor(fact.amount, desk)
    return any(
        row.at == fact.at and row.amount_minor == amount
        for row in desk.store.events.recorded(fact.contact.id, fact.stage, campaign)
    )


def _minor(amount: Decimal | None, desk: Desk) -> int | None:
    return None if amount is None else to_minor(amount, desk.settings.currency)


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
