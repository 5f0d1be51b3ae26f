"""One person's values in a compiled letter.

What happens to a missing value (None, or nothing but blanks):

- A paragraph made of fields only, all of them missing, vanishes, as in Word. It stays as
  an empty paragraph where it is the last one of a cell, a text box, a header, or carries a
  section break.
- Beside other fields in such a paragraph it is empty, and the white text closes up.
- A field with `\\b` or `\\f` (text before, text after) is written to be optional: it is empty.
- In a condition it is the empty text; in the branch of an IF that is not taken, nothing.
- Anywhere else, in the middle of a sentence, nothing is emptied in silence:
  `MissingValues` names the fields, and the letter is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from outreach.errors import Location
from outreach.rendering.letter import expressions
from outreach.rendering.letter.archive import Member, join, pack
from outreach.rendering.letter.evaluating import Evaluation, Values, at_midnight, items_of
from outreach.rendering.letter.grids import Tables
from outreach.rendering.letter.package import relationships_of
from outreach.rendering.letter.paragraphs import Paragraphs
from outreach.rendering.letter.pictures import IMAGE, Loaded, load
from outreach.rendering.letter.program import (
    Assign,
    Blank,
    Block,
    Code,
    Either,
    Flow,
    Grid,
    Group,
    If,
    Line,
    Mark,
    Next,
    Nodes,
    OwnPart,
    ParagraphEnd,
    Picture,
    PictureDetail,
    Pictures,
    Print,
    Program,
    Repeat,
    Rows,
    Serial,
    Skip,
    Slot,
    Suffix,
)
from outreach.rendering.letter.skipping import SkippedLetter
from outreach.rendering.letter.writing import begins_paragraph, code_text, run_text
from outreach.rendering.missing import MissingValues

#: Ids in the items of a repeated row: that many lie between two items.
_ITEM_STEP = 1_000_000
#: Where the pictures of a letter lie in its package.
_MEDIA = "word/media"


def fill(
    program: Program,
    values: Values,
    *,
    locale: str,
    today: date,
    record: int = 1,
    sequence: int = 1,
    following: Iterator[Values] | None = None,
) -> bytes:
    """The letter of one person: a whole .docx.

    `values` by contact field, lists of items among them; `locale` (`fr_FR`) says how dates
    and numbers are written; `today` is what DATE fields print, and TIME where it is an
    instant. `record` and `sequence` are the person's places for MERGEREC and MERGESEQ.
    `following` are the people that NEXT goes on to; behind the last one everything is
    blank. The same input gives the same bytes. Raises `MissingValues` with what is missing
    (see above), `SkippedLetter`, and `FormulaError` where a formula has no result for this
    person.
    """
    filling = Filling(
        values, locale, at_midnight(today), record, sequence, following=following,
        pictures=program.pictures,
    )  # fmt: skip
    changed: list[Member] = []
    media: dict[str, Member] = {}
    for part, nodes in program.parts.items():
        text = filling.text(nodes)
        changed.append(pack(part, text.encode()))
        if part in program.relationships:
            changed.append(_relationships(part, program.relationships[part], filling, media))
    filling.require(program.name)
    return join(program.static, (*changed, *media.values()))


def _relationships(part: str, opening: str, filling: Filling, media: dict[str, Member]) -> Member:
    """The relationships of a part with the pictures that were written into it."""
    entries, shown = filling.take_pictures()
    media |= {name: pack(name, content) for name, content in shown.items() if name not in media}
    return pack(relationships_of(part), f"{opening}{entries}</Relationships>".encode())


@dataclass(slots=True)
class Filling(Evaluation):
    """One person's letter while it is written. `place` is its place in a bundle, from 0."""

    place: int = 0
    following: Iterator[Values] | None = None
    pictures: Pictures | None = None
    missing: list[str] = field(default_factory=list)
    #: Behind the last person everything is blank, and nothing is missing.
    over: bool = False
    tables: Tables = field(default_factory=Tables)
    #: How often what surrounds the place was repeated before: ids must differ.
    item: int = 0
    _shown: list[Loaded] = field(default_factory=list)
    _size: tuple[int, int] = (0, 0)

    def text(self, nodes: Nodes) -> str:
        """The XML of some nodes."""
        out: list[str] = []
        self.write(nodes, out)
        return "".join(out)

    def require(self, name: str) -> None:
        """Raises `MissingValues` if a needed value was missing in what was written so far."""
        if self.missing:
            raise MissingValues(self.missing, where=Location(name))

    def write(self, nodes: Nodes, out: list[str]) -> None:
        """Write some nodes behind what is written already."""
        for node in nodes:
            if type(node) is str:
                out.append(node)
            else:
                _WRITERS[type(node)](self, node, out)

    def slot_text(self, slot: Slot) -> str:
        """What a slot prints; nothing where its value is missing."""
        value = self.scalar(slot.field)
        if value is None:
            return ""
        text = slot.format.write(value, self.locale)
        return f"{slot.before}{text}{slot.after}" if text and not text.isspace() else ""

    def print_text(self, node: Print) -> str:
        """What a source prints; a formula on its table's cells only when these are written."""
        return self.tables.later(node.source) or self.written(node.source)

    def lacks(self, node: Slot | Print) -> tuple[str, ...]:
        """The fields that a node needs and that are missing."""
        if node.optional or self.over:
            return ()
        if isinstance(node, Slot):
            return () if self.slot_text(node) else (node.field,)
        return tuple(self.lacking(node.source))

    # --- one node ------------------------------------------------------------------------------

    def _slot(self, node: Slot, out: list[str]) -> None:
        text = self.slot_text(node)
        if not (text or node.optional or self.over):
            self.missing.append(node.field)
        out.append(run_text(text, node.prefix))

    def _print(self, node: Print, out: list[str]) -> None:
        self.missing += self.lacks(node)
        out.append(run_text(self.print_text(node), node.prefix))

    def _code(self, node: Code, out: list[str]) -> None:
        if not self.over:
            self.missing += self.lacking(node.source)
        out.append(code_text(self.written(node.source)))

    def _assign(self, node: Assign, out: list[str]) -> None:
        self.remembered[node.name] = self.value(node.source)
        self.forgotten[node.name] = tuple(self.lacking(node.source))

    def _skip(self, node: Skip, out: list[str]) -> None:
        if not self.over and self.holds(node.condition):
            raise SkippedLetter(node.text)

    def _next(self, node: Next, out: list[str]) -> None:
        if node.condition is not None and not self.holds(node.condition):
            return
        following = next(self.following, None) if self.following is not None else None
        self.over = following is None
        self.values = following or {}
        self.record += 1
        self.sequence += 1

    def _if(self, node: If, out: list[str]) -> None:
        self.write(node.then if self.holds(node.test) else node.otherwise, out)

    def _repeat(self, node: Repeat, out: list[str]) -> None:
        for _ in self.each(node):
            self.write(node.nodes, out)

    def each(self, node: Repeat) -> Iterator[None]:
        """Once for each item of a list, with the item's values under `list.field`."""
        values, item, loop, name = self.values, self.item, self.loop, node.list
        found = (
            items_of(values, name) if node.items is None else expressions.items(node.items, self)
        )
        for number, one in enumerate(found):
            self.values = {**values, **{f"{name}.{key}": value for key, value in one.items()}}
            self.item = item * 1000 + number
            self.loop = number, len(found)
            yield
        self.values, self.item, self.loop = values, item, loop

    def _rows(self, node: Rows, out: list[str]) -> None:
        written = self.text(node.nodes)
        out.append(written if f"<{node.prefix}tr" in written else "")

    def _flow(self, node: Flow, out: list[str]) -> None:
        Paragraphs(self).flow(node, out)

    def _line(self, node: Line, out: list[str]) -> None:
        Paragraphs(self).line(node, out)

    def _group(self, node: Group, out: list[str]) -> None:
        """The blocks of a group; an empty paragraph where none of them printed one."""
        written = self.text(node.nodes)
        out.append(written)
        if not begins_paragraph(written, node.prefix):
            self.write(node.fallback, out)

    def _inside(self, node: Blank | Block, out: list[str]) -> None:
        self.write(node.nodes, out)

    def _grid(self, node: Grid, out: list[str]) -> None:
        with self.tables.opened():
            written = self.text(node.nodes)
            out.append(self.tables.computed(written, node.namespaces, self))

    def _picture(self, node: Picture, out: list[str]) -> None:
        path = self.written(node.source)
        names = tuple(self.lacking(node.source))
        if names or self.over:
            self.missing += () if self.over else names
            return
        content = self.pictures(path) if self.pictures is not None else None
        loaded = load(content) if content is not None else None
        if loaded is None:
            self.missing.append(path)
            return
        self._shown.append(loaded)
        self._size = loaded.fitted(node.box)
        self.write(node.nodes, out)

    def _picture_detail(self, node: PictureDetail, out: list[str]) -> None:
        width, height = self._size
        if node is PictureDetail.RELATIONSHIP:
            out.append(self._picture_id(len(self._shown)))
        else:
            out.append(str(width if node is PictureDetail.WIDTH else height))

    def _picture_id(self, number: int) -> str:
        return f"merged{self.place + 1}_{number}"

    def take_pictures(self) -> tuple[str, Mapping[str, bytes]]:
        """The relationships of the pictures written since it was last asked, and their files."""
        shown, self._shown = self._shown, []
        entries = "".join(
            f'<Relationship Id="{self._picture_id(number)}" Type="{IMAGE}" '
            f'Target="/{_MEDIA}/{one.name}"/>'
            for number, one in enumerate(shown, 1)
        )
        return entries, {f"{_MEDIA}/{one.name}": one.content for one in shown}

    def _serial(self, node: Serial, out: list[str]) -> None:
        out.append(str(node.first + self.place * node.step + self.item * _ITEM_STEP))

    def _suffix(self, node: Suffix, out: list[str]) -> None:
        out.append(f"_{self.place + 1}" if self.place else "")

    def _either(self, node: Either, out: list[str]) -> None:
        self.write(node.bundled, out)

    def _own_part(self, node: OwnPart, out: list[str]) -> None:
        out.append(f"{node.relationship}_{self.place + 1}")

    def _nothing(self, node: Mark | ParagraphEnd, out: list[str]) -> None:
        pass


_WRITERS: dict[type, Callable[[Filling, Any, list[str]], None]] = {
    Slot: Filling._slot,
    Print: Filling._print,
    Code: Filling._code,
    Assign: Filling._assign,
    Skip: Filling._skip,
    Next: Filling._next,
    If: Filling._if,
    Repeat: Filling._repeat,
    Rows: Filling._rows,
    Flow: Filling._flow,
    Line: Filling._line,
    Group: Filling._group,
    Blank: Filling._inside,
    Block: Filling._inside,
    Grid: Filling._grid,
    Picture: Filling._picture,
    PictureDetail: Filling._picture_detail,
    Serial: Filling._serial,
    Suffix: Filling._suffix,
    Either: Filling._either,
    OwnPart: Filling._own_part,
    Mark: Filling._nothing,
    ParagraphEnd: Filling._nothing,
}
