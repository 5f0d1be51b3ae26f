"""Letters as PDF: one file per person, and one to print, from the same conversion.

LibreOffice needs as long to open a document as to lay out fifty letters. So letters go
through it fifty at a time, as one document whose bookmarks say where each letter ends
(rendering/letter/ends.py), and the PDF is cut there. When such a document fails, each of
its letters goes alone: whoever's letter cannot be made is named, the others have theirs.

The same letters give the same bytes: what tells the time of the conversion is taken out.
A letter's file holds nothing of its neighbours' but the shapes of their characters, in the
fonts they share; `letter_pdf` shares nothing, and is what goes to a person by e-mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from outreach.errors import Text
from outreach.files.pdf_engines import OfficeFailed
from outreach.files.pdf_office import Office
from outreach.rendering.letter.ends import END

if TYPE_CHECKING:
    from pikepdf import Pdf

#: Letters in one document. Fewer pay too often for opening it, more than 200 get slower again.
CHUNK = 50

#: PDF kept in memory for those who ask again; one of a page has some 40 kB.
_KEPT = 100

#: What LibreOffice writes (ISO 32000-1).
_VERSION = "1.7"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Failed(Generic[Item]):
    """A letter that LibreOffice could not make, and why."""

    letter: Item
    error: OfficeFailed


@dataclass(frozen=True, slots=True)
class Sheets(Generic[Item]):
    """Some letters in one PDF, in their order; each has at least one page."""

    content: bytes
    #: The pages of each letter, from 0.
    pages: tuple[tuple[Item, range], ...]
    failed: tuple[Failed[Item], ...] = ()


def letter_pdf(office: Office, letter: bytes) -> bytes:
    """One .docx as PDF, always the same bytes. Raises `OfficeFailed`, `NoOffice`."""
    import pikepdf

    with pikepdf.open(BytesIO(office.convert(letter))) as pdf:
        _require_pages(len(pdf.pages))
        return _saved(pdf)


class Converted:
    """Letters as PDF, one by one; what comes again (a retry, the same for all) is kept."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._made: dict[bytes, bytes] = {}

    def __call__(self, letter: bytes) -> bytes:
        """As `letter_pdf`."""
        key = sha256(letter).digest()
        if key not in self._made:
            if len(self._made) >= _KEPT:
                del self._made[next(iter(self._made))]
            self._made[key] = letter_pdf(self._office, letter)
        return self._made[key]


class Press(Generic[Item]):
    """Prints letters through one LibreOffice."""

    def __init__(
        self,
        office: Office,
        *,
        alone: Callable[[Item], bytes],
        together: Callable[[Sequence[Item]], bytes] | None,
        same_length: bool = False,
    ) -> None:
        """`alone` makes the .docx of one letter; `together` that of several, with marked ends.

        `together` is None where only single letters come out right; with `same_length` a
        document of several is right for those only that are as long as its first letter
        (rendering/letter/ends.py says both).
        """
        self._office = office
        self._alone = alone
        self._together = together
        self._same_length = same_length
        self._proven = False

    def print(self, letters: Iterable[Item]) -> Iterator[Sheets[Item]]:
        """All letters in their order, some at a time. Raises `NoOffice`, `CannotStart`."""
        waiting = iter(letters)
        while chunk := list(islice(waiting, CHUNK)):
            yield self._chunk(chunk) or self._singly(chunk)

    def _chunk(self, letters: Sequence[Item]) -> Sheets[Item] | None:
        """Some letters at once; None where that does not go well."""
        import pikepdf

        if len(letters) == 1 or self._together is None:
            return None
        try:
            content = self._office.convert(self._together(letters), letters=len(letters))
            with pikepdf.open(BytesIO(content)) as pdf:
                pages = _pages(pdf, len(letters))
                if pages is None or not self._as_long_alone(letters[0], pages[0]):
                    return None
                made = tuple(zip(letters, pages, strict=True))
                if self._same_length and len({len(one) for one in pages}) > 1:
                    return self._by_length(content, made)
                return Sheets(_saved(pdf), made)
        except (OfficeFailed, pikepdf.PdfError):
            return None

    def _as_long_alone(self, first: Item, pages: range) -> bool:
        """Whether the cut is where it should be, tried once: no chunk is relied on else."""
        if not self._proven:
            self._proven = _page_count(self._office.convert(self._alone(first))) == len(pages)
            if not self._proven:
                self._together = None
        return self._proven

    def _by_length(self, content: bytes, made: Sequence[tuple[Item, range]]) -> Sheets[Item]:
        """The letters as long as the first are right; the others are made again, by themselves."""
        length = len(made[0][1])
        right = tuple(one for one in made if len(one[1]) == length)
        others = [letter for letter, pages in made if len(pages) != length]
        again = self._chunk(others) or self._singly(others)
        return _ordered([letter for letter, _ in made], (Sheets(content, right), again))

    def _singly(self, letters: Sequence[Item]) -> Sheets[Item]:
        """Each letter alone; one that fails gets a second chance in a new LibreOffice."""
        import pikepdf

        made: list[tuple[Item, range]] = []
        failed: list[Failed[Item]] = []
        with pikepdf.new() as pdf, ExitStack() as opened:
            for letter in letters:
                try:
                    content = self._patiently(self._alone(letter))
                except OfficeFailed as error:
                    failed.append(Failed(letter, error))
                    continue
                one = opened.enter_context(pikepdf.open(BytesIO(content)))
                before = len(pdf.pages)
                pdf.pages.extend(one.pages)
                made.append((letter, range(before, len(pdf.pages))))
            return Sheets(_saved(pdf) if made else b"", tuple(made), tuple(failed))

    def _patiently(self, letter: bytes) -> bytes:
        try:
            content = self._office.convert(letter)
        except OfficeFailed:
            self._office.close()
            content = self._office.convert(letter)
        _require_pages(_page_count(content))
        return content


def each(sheets: Sheets[Item]) -> Iterator[tuple[Item, bytes]]:
    """Each letter of some sheets as a PDF of its own."""
    import pikepdf

    if not sheets.pages:
        return
    with pikepdf.open(BytesIO(sheets.content)) as whole:
        for letter, pages in sheets.pages:
            with pikepdf.new() as one:
                one.pages.extend(whole.pages[pages.start : pages.stop])
                _describe(one, whole)
                yield letter, _saved(one)


def joined(
    every: Iterable[Sheets[Item]],
    *,
    two_sided: bool = False,
    before: Callable[[Item], bytes | None] = lambda _: None,
) -> bytes:
    """One PDF to print. `two_sided`: each letter begins on a sheet of paper of its own.

    `before` gives what a letter is preceded by: a PDF, such as a page that opens a group.
    """
    import pikepdf

    with pikepdf.new() as pdf, ExitStack() as opened:
        for sheets in every:
            if not sheets.pages:
                continue
            part = opened.enter_context(pikepdf.open(BytesIO(sheets.content)))
            if not pdf.pages:
                _describe(pdf, part)
            for letter, pages in sheets.pages:
                if divider := before(letter):
                    pdf.pages.extend(opened.enter_context(pikepdf.open(BytesIO(divider))).pages)
                    _to_next_sheet(pdf, two_sided)
                pdf.pages.extend(part.pages[pages.start : pages.stop])
                _to_next_sheet(pdf, two_sided)
        return _saved(pdf)


def _to_next_sheet(pdf: Pdf, two_sided: bool) -> None:
    """A blank back, where what was added so far ends on the front of a sheet of paper."""
    if two_sided and len(pdf.pages) % 2:
        box = pdf.pages[-1].mediabox.as_list()
        pdf.add_blank_page(page_size=(float(box[2] - box[0]), float(box[3] - box[1])))


def _describe(pdf: Pdf, like: Pdf) -> None:
    """The language (for screen readers), title and author of another PDF."""
    if "/Lang" in like.Root:
        pdf.Root.Lang = str(like.Root.Lang)
    for name, value in like.docinfo.items():
        pdf.docinfo[name] = str(value)


def _saved(pdf: Pdf) -> bytes:
    """Its bytes, without the time it was made and without names into other letters."""
    for name in ("/Dests", "/Names", "/OpenAction"):
        if name in pdf.Root:
            del pdf.Root[name]
    for name in ("/CreationDate", "/ModDate"):
        if name in pdf.docinfo:
            del pdf.docinfo[name]
    for name in ("/DocChecksum", "/ID"):
        if name in pdf.trailer:
            del pdf.trailer[name]
    out = BytesIO()
    pdf.save(out, deterministic_id=True, min_version=_VERSION)
    return out.getvalue()


def _pages(pdf: Pdf, count: int) -> list[range] | None:
    """The pages of each letter by the named ends; None unless each has one at least."""
    found = _destinations(pdf)
    ends = [found.get(END.format(n=n), -2) + 1 for n in range(count)]
    starts = [0, *ends[:-1]]
    whole = ends[-1] == len(pdf.pages) and all(a < b for a, b in zip(starts, ends, strict=True))
    return list(map(range, starts, ends)) if whole else None


def _destinations(pdf: Pdf) -> dict[str, int]:
    """The page of each named destination, from 0 (ISO 32000-1, 12.3.2.3)."""
    import pikepdf

    named: dict[str, pikepdf.Object] = {}
    if "/Dests" in pdf.Root:
        named |= {str(name)[1:]: target for name, target in pdf.Root.Dests.items()}
    if "/Names" in pdf.Root and "/Dests" in pdf.Root.Names:
        tree = pikepdf.NameTree(pdf.Root.Names.Dests)
        named |= {str(name): target for name, target in tree.items()}
    place = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    found: dict[str, int] = {}
    for name, target in named.items():
        where = target.D if isinstance(target, pikepdf.Dictionary) else target
        page: pikepdf.Object = where[0]
        found[name] = place.get(page.objgen, -2)
    return found


def _ordered(letters: Sequence[Item], every: Sequence[Sheets[Item]]) -> Sheets[Item]:
    """The pages of several sheets as one, in the order of the letters."""
    import pikepdf

    with pikepdf.new() as pdf, ExitStack() as opened:
        parts = [
            (opened.enter_context(pikepdf.open(BytesIO(sheets.content))), sheets)
            for sheets in every
            if sheets.pages
        ]
        _describe(pdf, parts[0][0])
        where = {id(one): (part, pages) for part, sheets in parts for one, pages in sheets.pages}
        made: list[tuple[Item, range]] = []
        for letter in letters:
            if id(letter) in where:
                part, pages = where[id(letter)]
                before = len(pdf.pages)
                pdf.pages.extend(part.pages[pages.start : pages.stop])
                made.append((letter, range(before, len(pdf.pages))))
        failed = tuple(one for sheets in every for one in sheets.failed)
        return Sheets(_saved(pdf), tuple(made), failed)


def _page_count(content: bytes) -> int:
    import pikepdf

    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)


def _require_pages(count: int) -> None:
    if not count:
        raise OfficeFailed(Text("it has no page"))
