"""Sheets of paper for calls and visits, and the table in which their outcomes come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from outreach.cleaning.phones import as_dialled
from outreach.errors import Text
from outreach.files.bundles import whole_file
from outreach.files.exports import write_table
from outreach.files.pdf import Press, joined
from outreach.files.pdf_office import Office
from outreach.model.campaign import Channel
from outreach.model.field import Value
from outreach.model.settings import Settings
from outreach.model.stage import DEFAULT_CHAIN
from outreach.rendering.guide_shape import KINDS, OBJECTIVES, SECTIONS
from outreach.rendering.sheets import ANSWERS, Sheet, document
from outreach.runner.call_outcomes import outcomes
from outreach.runner.calls import Call, DayList
from outreach.runner.wording import ruling_text

#: The columns of the table; those from `outcome` on are filled in.
COLUMNS = (
    "ref", "contact", "name", "number", "campaign", "step", "try", "outcome", "on", "back_on",
    "reason", "objections", "note", "minutes", "km", "amount", "by",
)  # fmt: skip
#: What they are called in the reader's language.
HEADERS: Mapping[str, Text] = {
    "ref": Text("ref"),
    "contact": Text("contact"),
    "name": Text("name"),
    "number": Text("number"),
    "campaign": Text("campaign"),
    "step": Text("step"),
    "try": Text("try"),
    "outcome": Text("outcome"),
    "on": Text("on"),
    "back_on": Text("Come back on"),
    "reason": Text("reason"),
    "objections": Text("Objections"),
    "note": Text("note"),
    "minutes": Text("minutes"),
    "km": Text("km"),
    "amount": Text("amount"),
    "by": Text("by"),
}
#: Sheets that LibreOffice gets at once.
_CHUNK = 40

_KIND = {
    Channel.CALL: Text("Call sheet"),
    Channel.VISIT: Text("Visit sheet"),
    Channel.TASK: Text("Task sheet"),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What was written."""

    sheets: int
    files: tuple[Path, ...]
    table: Path | None


class SheetMaker:
    """Makes the sheets of one list, in the reader's language."""

    def __init__(
        self, day: DayList, *, say: Callable[[Text], str], write: Callable[[date], str]
    ) -> None:
        self._day = day
        self._settings: Settings = day.settings
        self._say = say
        self._write = write

    def files(
        self, calls: Sequence[Call], folder: Path, name: str, *, office: Office | None
    ) -> Printed:
        """`name`.docx, `name`.csv, and with an office `name`.pdf. Raises `CannotWrite`.

        Nothing is written where there is no call.
        """
        if not calls:
            return Printed(0, (), None)
        locale = self._settings.locale
        sheets = [self.sheet(call) for call in calls]
        files = [folder / f"{name}.docx"]
        with whole_file(files[0]) as write:
            write(document(sheets, locale=locale))
        if office is not None:
            files.append(folder / f"{name}.pdf")
            content = _pdf(sheets, office, locale)
            with whole_file(files[1]) as write:
                write(content)
        table = folder / f"{name}.csv"
        write_table(
            table, [self._say(HEADERS[name]).lower() for name in COLUMNS], self._rows(calls)
        )
        return Printed(len(sheets), tuple(files), table)

    def _rows(self, calls: Sequence[Call]) -> Iterator[Sequence[Value]]:
        for call in calls:
            filled: dict[str, Value] = {
                "ref": call.delivery.id if call.delivery else None,
                "contact": call.contact.id,
                "name": call.contact.name,
                "number": self._dialled(call.number),
                "campaign": call.campaign,
                "step": call.step,
                "try": call.attempts + 1 if call.delivery else None,
                "by": call.by,
            }
            yield [filled.get(name) for name in COLUMNS]

    def sheet(self, call: Call) -> Sheet:
        """One sheet of paper."""
        say = self._say
        where = f" · {call.campaign} / {call.step}" if call.campaign and call.step else ""
        number = f"n° {call.delivery.id}" if call.delivery else ""
        known = outcomes(call.channel, self._chain(call))
        last = Text("Kilometres") if call.channel is Channel.VISIT else Text("Who answered")
        blanks = [Text("On (day, hour)"), Text("Why, in their words"), Text("Minutes"), last]
        if call.guide and call.guide.objections:
            blanks.append(Text("Objections heard (their numbers)"))
        notes = dict(call.guide.blocks).get("notes", ()) if call.guide else ()
        return Sheet(
            kind=f"{say(_KIND[call.channel])}{where}",
            number=number,
            name=call.contact.name,
            facts=tuple(self._facts(call)),
            sections=tuple(self._sections(call)),
            outcome_title=say(Text("Outcome")),
            outcomes=tuple(f"{one.key} {say(one.label)}" for one in known),
            blanks=tuple(say(one) for one in blanks),
            notes_title=say(Text("Notes")),
            notes=tuple(notes),
        )

    def _chain(self, call: Call) -> Sequence[str]:
        if call.delivery is None:
            return DEFAULT_CHAIN
        return self._day.campaigns[call.delivery.campaign].definition.chain

    def _facts(self, call: Call) -> Iterator[tuple[str, str]]:
        say, contact = self._say, call.contact
        numbers = " · ".join(filter(None, map(self._dialled, (call.number, call.other_number))))
        about = " · ".join(filter(None, (contact.text(name) for name in ("job_title", "company"))))
        street = ", ".join(filter(None, (contact.text(n) for n in ("street", "street2"))))
        town = " ".join(filter(None, (contact.text(n) for n in ("postal_code", "city"))))
        member = self._settings.team.get(call.by or "")
        day = call.due_at.astimezone(self._settings.zone).date()
        tries = Text("{n} of {most}", n=call.attempts + 1, most=call.most)
        lines = [
            (Text("Phone"), numbers),
            (Text("Company"), about),
            (Text("Address"), ", ".join(filter(None, (street, town)))),
            (Text("E-mail"), contact.text("email") or ""),
            (Text("Due on"), self._write(day)),
            (Text("For"), member.name if member else call.by or ""),
            (Text("Try"), say(tries) if call.most else ""),
            (Text("Promised"), call.note or ""),
            (Text("Not now"), say(ruling_text(call.legal.ruling))
             if call.legal and call.legal.ruling else ""),
        ]  # fmt: skip
        for label, value in lines:
            if value:
                yield say(label), value

    def _sections(self, call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
        say = self._say
        if call.history:
            yield say(Text("What happened before")), tuple(say(line) for line in call.history)
        if call.problem:
            yield say(Text("The guide")), (say(call.problem),)
        if call.guide is None:
            return
        for name, lines in call.guide.blocks:
            title = say(SECTIONS[name])
            if name == "objective" and call.guide.objective:
                title = f"{title} ({say(OBJECTIVES[call.guide.objective])})"
            if name == "objections":
                lines = tuple(self._objections(call))
            if name != "notes":
                yield title, lines

    def _objections(self, call: Call) -> Iterator[str]:
        assert call.guide is not None
        for number, one in enumerate(call.guide.objections, start=1):
            kind = f" ({self._say(KINDS[one.kind])})" if one.kind else ""
            yield f"{number}. « {one.heard} »{kind}"
            for line in one.treatment:
                yield f"{ANSWERS}{line}"

    def _dialled(self, number: str | None) -> str | None:
        return as_dialled(number, self._settings.country) if number else None


def _pdf(sheets: Sequence[Sheet], office: Office, locale: str) -> bytes:
    """LibreOffice gets some sheets at a time: a document of thousands is slow."""
    waiting = iter(sheets)
    chunks = iter(lambda: tuple(islice(waiting, _CHUNK)), ())
    press: Press[tuple[Sheet, ...]] = Press(
        office, alone=lambda some: document(some, locale=locale), together=None
    )
    printed = []
    for part in press.print(chunks):
        for failed in part.failed:
            raise failed.error
        printed.append(part)
    return joined(printed)
