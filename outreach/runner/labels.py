"""Labels and envelopes: the addresses of an audience, printed in the order of the post.

Who has no address, or one that does not fit, is left out and named; an address that the
norm's six lines of 38 characters have no room for is printed cut, and named too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from outreach.cleaning.post_order import post_order
from outreach.cleaning.postal import left_off, lines
from outreach.errors import OutreachError, Text, WrongUsage
from outreach.files.bundles import whole_file
from outreach.files.pdf import Press, joined
from outreach.files.pdf_office import Office
from outreach.model.audience import Exclusion
from outreach.model.contact import Contact
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Settings
from outreach.rendering.label_pages import Page, document, filled
from outreach.rendering.labels import Layout
from outreach.rendering.type_size import Block, fitted
from outreach.store.conditions import Selection
from outreach.store.postable import not_postable, postable
from outreach.store.store import Store

#: Pages that LibreOffice gets at once.
_CHUNK = 50
#: People read from the base at once.
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """What is to be printed, and on what."""

    layout: Layout
    #: Our own address, in the corner of an envelope; labels have none.
    sender: Block | None = None
    #: Labels of the first sheet that are used already.
    skip: int = 0

    @property
    def is_envelope(self) -> bool:
        return len(self.layout.places) == 2 and self.layout.places[0].top


@dataclass(slots=True)
class Addressed:
    """What became of the addresses of one file."""

    file: Path
    addresses: int = 0
    pages: int = 0
    #: Left out: no postal address.
    without: list[Contact] = field(default_factory=list)
    #: Left out: the address does not fit at a size that can be read.
    unfit: list[Contact] = field(default_factory=list)
    #: Left out: lacks a value that a template of one's own prints.
    lacking: list[Contact] = field(default_factory=list)
    #: Printed, but something of it is cut off.
    cut: list[tuple[Contact, tuple[str, ...]]] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        return len(self.without) + len(self.unfit) + len(self.lacking)


class NoRoomForSender(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("our own address does not fit on envelopes of the size {name}", name=name),
            hint=Text("shorten organisation.name or organisation.address in outreach.yaml"),
        )


class TooManySkipped(WrongUsage):
    def __init__(self, layout: Layout) -> None:
        count = len(layout.places)
        super().__init__(
            Text("a sheet of {name} has {count} labels", name=layout.name, count=count),
            hint=Text(
                "--skip is the number of those that are gone: at most {most}", most=count - 1
            ),
        )


def label_sheets(layout: Layout, *, skip: int = 0) -> Sheets:
    """Sheets of labels, the first of them part-used. Raises `TooManySkipped`."""
    if skip >= len(layout.places):
        raise TooManySkipped(layout)
    return Sheets(layout=layout, skip=skip)


def envelopes(layout: Layout, organisation: Organisation) -> Sheets:
    """Envelopes with our address in the corner. Raises `NoRoomForSender`."""
    ours = (organisation.name, *re.split(r"[,\n]", organisation.address))
    own = [" ".join(line.split()) for line in ours if line.strip()]
    block = fitted(own, layout.room(layout.places[0])) if own else None
    if own and block is None:
        raise NoRoomForSender(layout.name)
    return Sheets(layout=layout, sender=block)


class Addresses:
    """Prints addresses for one workspace."""

    def __init__(self, settings: Settings, office: Office) -> None:
        self._home = settings.country
        self._locale = settings.locale
        self._office = office

    def write(self, path: Path, people: Iterable[Contact], sheets: Sheets) -> Addressed:
        """The addresses of people, in their order, as .docx or .pdf, as the name ends.

        Where nobody has an address there is no file. Raises `CannotWrite`, and as PDF
        `NoOffice` and `OfficeFailed`.
        """
        done = Addressed(path)
        pages = self._pages(people, sheets, done)
        first = next(pages, None)
        if first is not None:
            counted = _counted(chain((first,), pages), done)
            make = self._pdf if path.suffix.lower() == ".pdf" else self._docx
            with whole_file(path) as write:
                for piece in make(counted, sheets):
                    write(piece)
        return done

    def _docx(self, pages: Iterable[Page], sheets: Sheets) -> Iterator[bytes]:
        return document(pages, sheets.layout, locale=self._locale)

    def _pdf(self, pages: Iterator[Page], sheets: Sheets) -> Iterator[bytes]:
        """LibreOffice gets some pages at a time: a document of thousands is slow."""
        chunks = iter(lambda: tuple(islice(pages, _CHUNK)), ())
        press: Press[tuple[Page, ...]] = Press(
            self._office, alone=lambda some: b"".join(self._docx(some, sheets)), together=None
        )
        printed = []
        for part in press.print(chunks):
            for failed in part.failed:
                raise failed.error
            printed.append(part)
        yield joined(printed)

    def _pages(self, people: Iterable[Contact], sheets: Sheets, done: Addressed) -> Iterator[Page]:
        blocks = self._blocks(people, sheets.layout, done)
        if sheets.is_envelope:
            return ((sheets.sender, block) for block in blocks)
        return filled(blocks, sheets.layout, skip=sheets.skip)

    def _blocks(
        self, people: Iterable[Contact], layout: Layout, done: Addressed
    ) -> Iterator[Block]:
        room = layout.room(layout.places[-1])
        for contact in people:
            address = lines(contact.values, home=self._home)
            block = fitted(address, room) if address else None
            if block is None:
                (done.unfit if address else done.without).append(contact)
                continue
            if lost := left_off(contact.values, home=self._home):
                done.cut.append((contact, lost))
            done.addresses += 1
            yield block


def in_post_order(store: Store, chosen: Selection | None, *, home: str) -> Iterator[Contact]:
    """Those chosen whom a letter may go to, as the post sorts them.

    In memory are their numbers and what they are sorted by.
    """
    people = store.contacts.matching(postable(store.database, chosen))
    keys = sorted((post_order(one.values, home=home), one.id) for one in people)
    for start in range(0, len(keys), _PAGE):
        ids: Sequence[ContactId] = [number for _, number in keys[start : start + _PAGE]]
        found = store.contacts.get_many(ids)
        yield from (found[number] for number in ids if number in found)


def left_out_of_post(store: Store, chosen: Selection | None) -> dict[Exclusion, int]:
    """How many of those chosen no letter may go to, by reason."""
    reasons = not_postable(store.database, chosen)
    counts = {reason: store.contacts.count(them) for reason, them in reasons}
    return {reason: count for reason, count in counts.items() if count}


def _counted(pages: Iterable[Page], done: Addressed) -> Iterator[Page]:
    for page in pages:
        done.pages += 1
        yield page
