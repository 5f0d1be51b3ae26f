"""The letters of a bundle as PDF: one file per person, and one to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from outreach.files.bundles import settle, whole_file, write_letter
from outreach.files.pdf import Failed, Press, Sheets, each, joined
from outreach.files.pdf_office import Office
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.model.message import Letter
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.ends import cuttable
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.program import Program
from outreach.runner.print_runs import Place


@dataclass(frozen=True, slots=True)
class AsPdf:
    """The wish for PDF files."""

    #: The print file is for both sides of the paper: each letter begins on a new sheet.
    two_sided: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A person and his place in the run."""

    contact: Contact
    place: Place


class PdfLetters:
    """Makes the PDF files of one template."""

    def __init__(
        self,
        office: Office,
        program: Program,
        values: Callable[[Contact], Values],
        *,
        locale: str,
        today: date,
    ) -> None:
        self._program = program
        self._values = values
        self._locale = locale
        self._today = today
        cut = cuttable(program)
        self._marked = cut.program if cut else program
        self._press: Press[_Placed] = Press(
            office,
            alone=self._alone,
            together=self._together if cut else None,
            same_length=bool(cut and cut.same_length),
        )

    def write(
        self, folder: Path, people: Iterable[Contact], places: Mapping[ContactId, Place], *,
        name: str, call: Callable[[Contact], str], wish: AsPdf, before: Mapping[ContactId, bytes],
    ) -> list[Failed[Contact]]:  # fmt: skip
        """A PDF per person, called by `call`, and the print file `name`, in their order.

        `before` are PDF pages that stand before some letters of the print file.
        Who could not be printed is returned. Raises `NoOffice`, `CannotStart`, `CannotWrite`.
        """
        printed: list[Sheets[_Placed]] = []
        placed = (_Placed(contact, places[contact.id]) for contact in people)
        for sheets in self._press.print(placed):
            printed.append(sheets)
            for one, content in each(sheets):
                write_letter(folder, Letter(name=call(one.contact), content=content))
        if any(sheets.pages for sheets in printed):
            settle()
            with whole_file(folder / name) as write:
                write(joined(
                    printed, two_sided=wish.two_sided, before=lambda one: before.get(one.contact.id)
                ))  # fmt: skip
        every = (failed for sheets in printed for failed in sheets.failed)
        return [Failed(failed.letter.contact, failed.error) for failed in every]

    def _alone(self, one: _Placed) -> bytes:
        return fill(
            self._program,
            self._values(one.contact),
            locale=self._locale,
            today=self._today,
            record=one.place.record,
            sequence=one.place.sequence,
        )

    def _together(self, people: Sequence[_Placed]) -> bytes:
        bundle = BundleWriter(self._marked, locale=self._locale, today=self._today)
        letters = [
            bundle.add(
                self._values(one.contact),
                record=one.place.record,
                sequence=one.place.sequence,
            )
            for one in people
        ]
        return b"".join([*letters, bundle.finish()])
