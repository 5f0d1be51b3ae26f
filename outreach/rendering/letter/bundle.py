"""The letters of many people in one Word document, written as a stream.

As Word's own "edit individual documents" does it: a section per letter, its break in the
letter's last paragraph, pages and lists counted anew, own header and footer parts where
they hold fields (with their pictures), ids and bookmarks unique. A letter is written when
it is added; what stays in memory are the small parts: headers with fields, notes, and one
line per header in the lists of relationships and types.

A header with fields means a part per letter: Word becomes slow with many thousands, and
LibreOffice with more than some hundred letters. Make several bundles of at most
`COMFORTABLE` letters.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator, Mapping
from datetime import date

from outreach.rendering.letter.archive import (
    Directory,
    Member,
    pack,
    stream_header,
    stream_trailer,
)
from outreach.rendering.letter.evaluating import Values, at_midnight
from outreach.rendering.letter.filling import Filling
from outreach.rendering.letter.outfit import target_of
from outreach.rendering.letter.package import CONTENT_TYPES, relationships_of
from outreach.rendering.letter.program import CopiedPart, Program

#: Letters in one bundle that Word and LibreOffice still open quickly.
COMFORTABLE = 1000


class BundleWriter:
    """One document of many letters. Write what `add` and `finish` return, in that order."""

    def __init__(self, program: Program, *, locale: str, today: date) -> None:
        self._program = program
        self._plan = program.bundle
        self._locale = locale
        self._now = at_midnight(today)
        self._media: dict[str, Member] = {}
        self._directory = Directory()
        self._body = _Deflated()
        self._body_header = stream_header(program.document)
        self._notes = {part: _Deflated() for part in self._plan.notes}
        self._parts: list[Member] = []
        self._types: list[str] = []
        self._relationships: list[str] = []
        #: What closes the last letter: its section, and the rest of its last paragraph.
        self._section = ""
        self._ending = ""
        #: How many letters it holds.
        self.count = 0

    def add(
        self,
        values: Values,
        *,
        record: int | None = None,
        sequence: int | None = None,
        following: Iterator[Values] | None = None,
    ) -> bytes:
        """One more letter; the bytes to write now.

        `record` and `sequence`, from 1, are the person's places among all people of the run
        and among those merged; else the letter's place in the bundle. `following` as in
        `fill`. Raises what `fill` raises; then nothing was added and the bundle goes on
        without it.
        """
        plan = self._plan
        letter = self._filling(values, self.count, record, sequence, following)
        body, section, ending = map(letter.text, (plan.letter, plan.section, plan.ending))
        links, media = letter.take_pictures()
        notes = {part: letter.text(each) for part, (_, each, _) in plan.notes.items()}
        copies: list[tuple[CopiedPart, str, str, Mapping[str, bytes]]] = []
        for copied in plan.copied:
            copies.append((copied, letter.text(copied.nodes), *letter.take_pictures()))
        letter.require(self._program.name)
        self._relationships.append(links)
        self._keep(media)
        opening = self._close(last=False) if self.count else letter.text(plan.head)
        for part, text in notes.items():
            if not self.count:
                self._notes[part].add(letter.text(plan.notes[part][0]))
            self._notes[part].add(text)
        for copied, text, own_links, own_media in copies:
            self._copy(copied, text, own_links)
            self._keep(own_media)
        self._section, self._ending = section, ending
        self.count += 1
        begin = self._body_header if self.count == 1 else b""
        return begin + self._body.take(opening + body)

    def finish(self) -> bytes:
        """The rest of the file. Raises ValueError if there is no letter in it."""
        if not self.count:
            raise ValueError("a bundle needs a letter")
        everyone = self._filling({}, 0)
        rest = self._body.take(self._close(last=True) + everyone.text(self._plan.tail), end=True)
        member = self._body.member(self._program.document, streamed=True)
        size = self._body.packed
        trailer = stream_trailer(member, size)
        length = len(self._body_header) + size + len(trailer)
        self._directory.note(member, length=length, packed=size)
        members = (*self._grown(everyone), *self._plan.static, *self._parts, *self._media.values())
        written = [self._directory.add(one) for one in members]
        return b"".join((rest, trailer, *written, self._directory.end()))

    def _filling(
        self,
        values: Values,
        place: int,
        record: int | None = None,
        sequence: int | None = None,
        following: Iterator[Values] | None = None,
    ) -> Filling:
        return Filling(
            values, self._locale, self._now, record or place + 1, sequence or place + 1,
            place=place, following=following, pictures=self._program.pictures,
        )  # fmt: skip

    def _keep(self, media: Mapping[str, bytes]) -> None:
        """Pictures lie in the file once, however many letters show them."""
        for name, content in media.items():
            if name not in self._media:
                self._media[name] = pack(name, content)

    def _close(self, *, last: bool) -> str:
        """The end of the letter before: its break in its last paragraph, or the body's own."""
        return self._ending + self._section if last else self._section + self._ending

    def _copy(self, part: CopiedPart, text: str, links: str) -> None:
        """A header of this letter's own, with the relationships it was written with."""
        number = self.count + 1
        stem, extension = posixpath.splitext(part.name)
        name = f"{stem}_{number}{extension}"
        self._parts.append(pack(name, text.encode()))
        if part.open_relationships is not None:
            own = f"{part.open_relationships}{links}</Relationships>"
            self._parts.append(pack(relationships_of(name), own.encode()))
        elif part.relationships is not None:
            self._parts.append(pack(relationships_of(name), part.relationships))
        self._types.append(f'<Override PartName="/{name}" ContentType="{part.content_type}"/>')
        target = target_of(name, self._program.document)
        self._relationships += (
            f'<Relationship Id="{id_}_{number}" Type="{type_}" Target="{target}"/>'
            for id_, type_ in part.references
        )

    def _grown(self, everyone: Filling) -> list[Member]:
        """The parts that know of all letters, and those that are the same for all."""
        plan = self._plan
        types = "".join((plan.content_types, *self._types, "</Types>"))
        links = "".join((plan.relationships, *self._relationships, "</Relationships>"))
        grown = [
            pack(CONTENT_TYPES, types.encode()),
            pack(relationships_of(self._program.document), links.encode()),
        ]
        if plan.numbering is not None:
            part, before, after = plan.numbering
            grown.append(pack(part, (before + self._lists() + after).encode()))
        for part, nodes in plan.shared.items():
            grown.append(pack(part, everyone.text(nodes).encode()))
        for part, notes in self._notes.items():
            notes.add(everyone.text(plan.notes[part][2]), end=True)
            grown.append(notes.member(part))
        return grown

    def _lists(self) -> str:
        lists, first = self._plan.lists, self._plan.first_list
        return "".join(
            one.xml.replace("{id}", str(first + letter * len(lists) + place), 1)
            for letter in range(self.count)
            for place, one in enumerate(lists)
        )


class _Deflated:
    """Text on its way into a member, compressed as it comes."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._kept: list[bytes] = []
        self._crc = 0
        self._size = 0
        self.packed = 0

    def take(self, text: str, *, end: bool = False) -> bytes:
        """Add text; the compressed bytes that are ready, for the caller to write."""
        content = text.encode()
        self._crc = zlib.crc32(content, self._crc)
        self._size += len(content)
        ready = self._deflate.compress(content) + (self._deflate.flush() if end else b"")
        self.packed += len(ready)
        return ready

    def add(self, text: str, *, end: bool = False) -> None:
        """Add text and keep the compressed bytes."""
        self._kept.append(self.take(text, end=end))

    def member(self, name: str, *, streamed: bool = False) -> Member:
        return Member(name, b"".join(self._kept), self._crc, self._size, streamed)
