"""Grounds on which people may be contacted, as somebody typed them or a file lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach.errors import DefinitionError, Location, OutreachError, Text, WrongUsage, did_you_mean
from outreach.model.campaign import Channel
from outreach.model.consent import Consent
from outreach.model.contact import Contact
from outreach.model.legal import Basis, Purpose
from outreach.model.text import fold

#: Columns of a file of grounds.
COLUMNS = ("contact", "channel", "basis", "on", "evidence", "purpose")

#: Every channel at once.
ALL = "all"

_CHANNELS = (ALL, *(channel.value for channel in Channel))
_BASES = tuple(basis.value for basis in Basis)
_PURPOSES = tuple(purpose.value for purpose in Purpose)


class NoEvidence(WrongUsage):
    def __init__(self) -> None:
        super().__init__(
            Text("a consent needs its proof (GDPR art. 7(1))"),
            hint=Text("say what proves it: the form and its version, a recording, a signed paper"),
        )


class InTheFuture(WrongUsage):
    def __init__(self, on: str | None) -> None:
        super().__init__(Text("{day} is still to come: nobody has consented yet", day=on))


class WrongColumns(DefinitionError):
    def __init__(self, file: str, strange: str | None) -> None:
        super().__init__(
            Text("column {name!r} is not one of a list of consents", name=strange)
            if strange
            else Text("a list of consents needs the column `contact`"),
            where=Location(file, 1),
            hint=(did_you_mean(strange, COLUMNS) if strange else None)
            or Text("known: {names}", names=", ".join(COLUMNS)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What turns words into grounds: the parts the door gives, and what holds for all rows."""

    person: Callable[[str], Contact]
    instant: Callable[[str], datetime]
    now: datetime
    usual: Mapping[str, str | None]

    def consent(self, row: Mapping[str, str]) -> Consent:
        """The ground a row tells. Raises what is wrong with it."""
        contact = self.person(row["contact"])
        return self.of(contact, row)

    def of(self, contact: Contact, row: Mapping[str, str]) -> Consent:
        """The same of a person who is known."""
        said = {name: row.get(name) or self.usual.get(name) for name in COLUMNS}
        basis = Basis(_word("basis", said["basis"] or Basis.CONSENT.value, _BASES))
        channel = _word("channel", said["channel"] or "", _CHANNELS)
        given_at = self.instant(said["on"]) if said["on"] else self.now
        if given_at > self.now:
            raise InTheFuture(said["on"])
        if basis is Basis.CONSENT and not said["evidence"]:
            raise NoEvidence
        purpose = _word("purpose", said["purpose"] or Purpose.PROSPECTING.value, _PURPOSES)
        return Consent(
            contact=contact.id,
            channel=None if channel == ALL else Channel(channel),
            purpose=Purpose(purpose),
            basis=basis,
            given_at=given_at,
            evidence=said["evidence"],
        )


def columns_of(header: Iterable[str], file: str) -> list[str]:
    """The columns of a file, in their order. Raises `WrongColumns`."""
    names = [_FRENCH.get(fold(name.strip()), fold(name.strip())) for name in header]
    strange = next((name for name in names if name not in COLUMNS), None)
    if strange is not None or "contact" not in names:
        raise WrongColumns(file, strange)
    return names


def read_rows(
    rows: Iterable[tuple[int, Mapping[str, str], Text | None]], reader: Reader, *, file: str
) -> tuple[list[Consent], list[OutreachError]]:
    """Every ground that can be read, and what is wrong with the other rows."""
    found: list[Consent] = []
    errors: list[OutreachError] = []
    for line, row, fault in rows:
        where = Location(file, line)
        if fault is not None:
            errors.append(DefinitionError(fault, where=where))
            continue
        try:
            found.append(reader.consent(row))
        except OutreachError as error:
            errors.append(DefinitionError(error.what, where=where, hint=error.hint))
    return found, errors


#: The columns in French.
_FRENCH = {
    "personne": "contact",
    "canal": "channel",
    "fondement": "basis",
    "base": "basis",
    "le": "on",
    "date": "on",
    "preuve": "evidence",
    "finalite": "purpose",
}


def _word(column: str, said: str, known: tuple[str, ...]) -> str:
    word = said.strip().lower()
    if word not in known:
        raise WrongUsage(
            Text("{column}: {word!r} is not known", column=column, word=said),
            hint=did_you_mean(word, known) or Text("one of: {words}", words=", ".join(known)),
        )
    return word
