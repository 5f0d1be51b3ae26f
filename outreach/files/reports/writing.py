"""A report into a file: the kind is what the file's ending says.

The file appears whole or not at all and takes the place of an older one, as every export does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from outreach.errors import Location, OutreachError, Text
from outreach.evaluation.document import Document
from outreach.files.bundles import write_together
from outreach.files.plain_text import shown
from outreach.language import Language

#: The bytes of a document in a language, its money in a currency.
Make = Callable[[Document, Language, str], bytes]


class UnknownEnding(OutreachError):
    """The file's ending names no kind of report."""

    def __init__(self, path: Path, endings: str) -> None:
        super().__init__(
            Text("reports are written as {endings}", endings=endings),
            where=Location(shown(path)),
            hint=Text("give the file one of these endings"),
        )


def write_documents(
    document: Document, paths: Sequence[Path], language: Language, *, currency: str = "EUR"
) -> None:
    """The document as .html, .xlsx, .docx or .pdf: all the files, or none where one cannot be.

    Raises `UnknownEnding`, `CannotWrite`, `OneFile` and, for a PDF, `NoOffice`, `OfficeFailed`.
    """
    write_together([(path, content_of(document, path, language, currency)) for path in paths])


def content_of(document: Document, path: Path, language: Language, currency: str) -> bytes:
    """What the file shall hold. Raises `UnknownEnding`, `NoOffice`, `OfficeFailed`."""
    make = _KINDS.get(path.suffix.lower())
    if make is None:
        raise UnknownEnding(path, ", ".join(_KINDS))
    return make(document, language, currency)


def _page(document: Document, language: Language, currency: str) -> bytes:
    from outreach.files.reports.page import page

    return page(document, language, currency).encode()


def _workbook(document: Document, language: Language, currency: str) -> bytes:
    from outreach.files.reports.workbook import workbook

    return workbook(document, language, currency)


def _word(document: Document, language: Language, currency: str) -> bytes:
    from outreach.files.reports.word import word

    return word(document, language, currency)


def _pdf(document: Document, language: Language, currency: str) -> bytes:
    from outreach.files.pdf_office import Office

    with Office() as office:
        return office.convert(_word(document, language, currency))


_KINDS: Mapping[str, Make] = {".html": _page, ".xlsx": _workbook, ".docx": _word, ".pdf": _pdf}
