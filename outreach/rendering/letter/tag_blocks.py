"""Statements of Jinja that belong together: `if … elif … else … endif`, `for … endfor`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

from outreach.errors import Text
from outreach.rendering.letter.field_context import FieldError
from outreach.rendering.letter.fields import Element, paragraph_of, remove, text_of, w
from outreach.rendering.letter.tags import Level, Tag

#: What stands in the middle of a block, and what ends it, by the word that opens it.
_MIDDLES = {"if": ("elif", "else"), "for": ("else",)}
_ENDS = {"if": "endif", "for": "endfor"}
_BOOKMARKS = (w("bookmarkStart"), w("bookmarkEnd"))
_OWNERS = {Level.PARAGRAPH: w("p"), Level.ROW: w("tr"), Level.CELL: w("tc")}


@dataclass(eq=False, slots=True)
class Block:
    """An `if` or a `for` with all of its tags, from the opening to the end."""

    tags: list[Tag]
    level: Level = Level.TEXT
    #: What each tag stands for: its run, or the paragraph, row or cell around it.
    elements: list[Element] = field(default_factory=list)

    @property
    def opening(self) -> Tag:
        return self.tags[0]

    def pieces(self) -> list[list[Element]]:
        """What stands between one tag and the next, when it is settled."""
        first, last = self.elements[0], self.elements[-1]
        if first is last:
            return [[first]]
        return [_between(a, b) for a, b in pairwise(self.elements)]


def blocks_of(tags: Iterable[Tag], refuse: list[tuple[Tag, FieldError]]) -> list[Block]:
    """The blocks of a part, in the order of their openings; what has no counterpart is refused."""
    found: list[Block] = []
    open_: list[Block] = []
    for tag in tags:
        if tag.kind != "%":
            continue
        if tag.word in _MIDDLES:
            open_.append(Block([tag]))
            found.append(open_[-1])
            continue
        word = open_[-1].opening.word if open_ else ""
        if tag.word in _MIDDLES.get(word, ()):
            open_[-1].tags.append(tag)
        elif tag.word == _ENDS.get(word):
            open_.pop().tags.append(tag)
        elif tag.word in (*_ENDS.values(), "elif", "else"):
            refuse.append((tag, _unpaired(tag)))
    for block in open_:
        refuse.append((block.opening, _unpaired(block.opening)))
        found.remove(block)
    return found


def settle(block: Block) -> None:
    """Find what the tags of a block stand for. Raises `FieldError`."""
    levels = {tag.level for tag in block.tags}
    if len(levels) > 1:
        odd = next(tag for tag in block.tags if tag.level is not block.opening.level)
        raise FieldError(
            Text("{first} and {second} are not about the same: both need p, tr or tc, or none",
                 first=block.opening.text, second=odd.text)
        )  # fmt: skip
    block.level = levels.pop()
    block.elements = [_owner(tag, block.level) for tag in block.tags]
    if block.level is Level.TEXT and not _beside(block.elements):
        if not all(_stands_alone(tag) for tag in block.tags):
            raise _torn(block)
        # Each in a paragraph of its own, as one writes it first: `p` is what is meant.
        block.level = Level.PARAGRAPH
        block.elements = [_owner(tag, Level.PARAGRAPH) for tag in block.tags]
    if not _beside(block.elements):
        raise _torn(block)
    if block.elements[0] is not block.elements[-1]:
        _lose_nothing(block)
    elif len(block.tags) > 2:
        raise _torn(block)
    if not all(_is_whole(piece) for piece in block.pieces()):
        raise _torn(block)


def drop_bookmarks(block: Block, pieces: list[list[Element]]) -> None:
    """Bookmarks in a loop would not be unique, and half of one is none."""
    first, last = block.elements[0], block.elements[-1]
    inside = [_bookmarks(piece) for piece in pieces]
    touched = Counter(_bookmarks(block.elements if first is not last else []))
    for marks in inside:
        touched.update(marks)
    kept = {id_ for marks in inside for id_, count in Counter(marks).items() if count == 2}
    lost = set(touched) - (set() if block.opening.word == "for" else kept)
    if lost:
        for mark in list(first.getroottree().getroot().iter(*_BOOKMARKS)):
            if mark.get(w("id")) in lost:
                remove(mark)


def all_conditional(container: Element, tag: str) -> bool:
    """Whether all of some children may be left out: there are marks of blocks around them."""
    depth, found = 0, False
    for child in container:
        if isinstance(child, etree._ProcessingInstruction):
            word = (child.text or "").partition(" ")[0]
            depth += (word in ("if", "repeat")) - (word == "end")
        elif child.tag == tag:
            found = True
            if not depth:
                return False
    return found


def _bookmarks(elements: Iterable[Element]) -> list[str]:
    return [mark.get(w("id"), "") for element in elements for mark in element.iter(*_BOOKMARKS)]


def _between(first: Element, last: Element) -> list[Element]:
    found: list[Element] = []
    for element in first.itersiblings():
        if element is last:
            return found
        if isinstance(element.tag, str):
            found.append(element)
    return []


def _is_whole(piece: list[Element]) -> bool:
    """Whether the fields of Word that begin in it end in it."""
    depth = 0
    for char in (char for element in piece for char in element.iter(w("fldChar"))):
        kind = char.get(w("fldCharType"))
        depth += (kind == "begin") - (kind == "end")
        if depth < 0:
            return False
    return depth == 0


def _owner(tag: Tag, level: Level) -> Element:
    if level is Level.TEXT:
        return tag.run
    owner = next(tag.run.iterancestors(_OWNERS[level]), None)
    if owner is None:
        raise FieldError(Text("{tag} stands in no table", tag=tag.text))
    return owner


def _beside(elements: list[Element]) -> bool:
    return len({element.getparent() for element in elements}) == 1


def _stands_alone(tag: Tag) -> bool:
    return text_of(paragraph_of(tag.run)) == " ".join(tag.text.split())[:60]


def _torn(block: Block) -> FieldError:
    word = block.opening.word
    return FieldError(
        Text("{first} and {last} do not stand beside each other",
             first=block.opening.text, last=block.tags[-1].text),
        Text("write {{%p {word} … %}} into a paragraph of its own, {{%tr {word} … %}} into a row",
             word=word),
    )  # fmt: skip


def _lose_nothing(block: Block) -> None:
    """The paragraphs, rows and cells of tags are taken out: nothing else may stand in them."""
    if block.level is Level.TEXT:
        return
    for tag, element in zip(block.tags, block.elements, strict=True):
        shown = "".join(t.text or "" for t in element.iter(w("t")))
        if "".join(shown.split()) != "".join(tag.text.split()) or _holds_more(element):
            raise FieldError(
                Text("beside {tag} stands something that would be lost", tag=tag.text),
                Text("give the tag a paragraph, a row or a cell of its own"),
            )


def _holds_more(element: Element) -> bool:
    others = element.iter(w("drawing"), w("pict"), w("object"), w("instrText"), w("sectPr"))
    return next(others, None) is not None


def _unpaired(tag: Tag) -> FieldError:
    return FieldError(
        Text("{tag} has no counterpart: what begins with if or for ends with endif or endfor",
             tag=tag.text)
    )  # fmt: skip
