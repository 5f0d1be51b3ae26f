"""Sheets of labels of one's own: a Word template whose fields go on to the next person (NEXT).

A page of the template takes one person, and one more for each NEXT field. Whoever lacks a
value that the template prints is left out and named. Labels behind the last person print
what the template says beside its fields, as in Word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from outreach.files.bundles import whole_file
from outreach.files.pdf import letter_pdf
from outreach.files.pdf_office import Office
from outreach.model.contact import Contact
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.program import Program
from outreach.runner.labels import Addressed
from outreach.runner.merging import Merging

#: People whose lists are read from the base at once.
_PAGE = 500


class OwnSheets:
    """Fills sheets of labels from the templates of one workspace."""

    def __init__(self, merging: Merging, office: Office, *, locale: str, today: date) -> None:
        self._merging = merging
        self._office = office
        self._locale = locale
        self._today = today

    def write(self, path: Path, people: Iterable[Contact], template: str) -> Addressed:
        """The people on the template's labels, in their order, as .docx or .pdf.

        Where nobody is left there is no file. Raises `Problems` of the template,
        `MissingValues` for what only one page's fields find out, `CannotWrite`, and as PDF
        `NoOffice` and `OfficeFailed`.
        """
        program = self._merging.program(template, several=True)
        done = Addressed(path)
        labels = self._labels(program, people, done)
        first = next(labels, None)
        if first is not None:
            pieces = self._pages(program, first, labels, done)
            with whole_file(path) as write:
                if path.suffix.lower() == ".pdf":
                    write(letter_pdf(self._office, b"".join(pieces)))
                else:
                    for piece in pieces:
                        write(piece)
        return done

    def _pages(
        self, program: Program, first: Values | None, labels: Iterator[Values], done: Addressed
    ) -> Iterator[bytes]:
        writer = BundleWriter(program, locale=self._locale, today=self._today)
        while first is not None:
            yield writer.add(first, following=labels)
            first = next(labels, None)
        yield writer.finish()
        done.pages = writer.count

    def _labels(
        self, program: Program, people: Iterable[Contact], done: Addressed
    ) -> Iterator[Values]:
        """What the template sees of each person who has all that it prints."""
        everybody = iter(people)
        while page := list(islice(everybody, _PAGE)):
            values_of = self._merging.reader(program, page)
            for contact in page:
                values = values_of(contact)
                if any(values.get(name) in (None, "") for name in program.required):
                    done.lacking.append(contact)
                else:
                    done.addresses += 1
                    yield values
