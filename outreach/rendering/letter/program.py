"""What a template becomes: text that never changes, and the few places that do.

A part of the document (body, header, footnotes …) is a sequence of nodes. Most are plain
`str`: XML that is copied. The others say what to put in their place. A further operation
is a further node here and a further case in filling.py; where it comes from (a field of
Word, or another language of templates) says slots.py alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from outreach.rendering.letter.archive import Member, Shared
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.formats import Format
from outreach.rendering.letter.sources import Condition, Source, Test


@dataclass(frozen=True, slots=True)
class Slot:
    """The value of a contact field, as the content of a run."""

    field: str
    #: The prefix of WordprocessingML in this part, with its colon: `w:`.
    prefix: str
    format: Format
    before: str = ""
    after: str = ""
    #: A field with `\\b` or `\\f` is written to be left out when there is no value.
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Print:
    """Any other source, as the content of a run."""

    source: Source
    prefix: str
    #: It may be empty: what it is worth holds nobody's letter.
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A source inside the code of a field that stays one of Word's: an address, a page."""

    source: Source


@dataclass(frozen=True, slots=True)
class Assign:
    """SET and ASK: a name and what it is worth from here on. Prints nothing."""

    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class Skip:
    """SKIPIF: where the condition holds there is no letter. `text` is how it is told."""

    condition: Condition
    text: str


@dataclass(frozen=True, slots=True)
class Next:
    """NEXT and NEXTIF: from here on the page (of labels) is about the next person."""

    condition: Condition | None


@dataclass(frozen=True, slots=True)
class If:
    """One of two pieces of the document: runs, pictures, whole paragraphs."""

    test: Test
    then: Nodes
    otherwise: Nodes


@dataclass(frozen=True, slots=True)
class Repeat:
    """A piece of the document (a table row, paragraphs) for each item of a list."""

    list: str
    nodes: Nodes
    #: The items in an order of their own, or some of them; None: all as they come.
    items: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A table whose rows may all be left out: it vanishes with the last of them."""

    nodes: Nodes
    prefix: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Paragraphs whose number the person decides: a field begins in one and ends in another.

    The nodes are the contents of the paragraphs with a `ParagraphEnd` behind each but the
    last; `last` are the properties of the last. A paragraph made of fields only that are
    all empty vanishes, as a `Line` does.
    """

    nodes: Nodes
    last: Nodes
    prefix: str
    #: Whether empty paragraphs vanish: a template may ask to keep them.
    vanishing: bool = True


@dataclass(frozen=True, slots=True)
class ParagraphEnd:
    """The end of a paragraph in a `Flow`, with the paragraph's properties."""

    properties: Nodes


@dataclass(frozen=True, slots=True)
class Block:
    """A table between the paragraphs of a `Flow`."""

    nodes: Nodes


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose formulas count its own cells, once these are written."""

    nodes: Nodes
    #: The declarations of the prefixes used in it.
    namespaces: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A run with a picture that is another one for each person; `source` is its path."""

    source: Source
    nodes: Nodes
    #: The box of the template's picture, in EMU (914,400 to the inch); None: its own size.
    box: tuple[int, int] | None


class PictureDetail(Enum):
    """What the XML of a picture says of the file: a place inside `Picture.nodes`."""

    RELATIONSHIP = "relationship"
    WIDTH = "cx"
    HEIGHT = "cy"


@dataclass(frozen=True, slots=True)
class Blank:
    """White text between two fields of a line: printed only between two values."""

    nodes: Nodes
    #: A line break says more than a space: of several blanks in a row the strongest is kept.
    is_break: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph made of fields only: it vanishes where all of them are empty, as in Word."""

    nodes: Nodes
    #: What stays: bookmarks that began or ended in it.
    instead: Nodes


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks of which one at least must stay: a cell, a text box, a header needs a paragraph."""

    nodes: Nodes
    fallback: Nodes
    prefix: str


@dataclass(frozen=True, slots=True)
class Serial:
    """A number that must be another one in each letter of a bundle.

    In a letter of its own it is `first + place`; in the bundle's letter n (from 0) it is
    `first + place + n * step`.
    """

    first: int
    step: int


@dataclass(frozen=True, slots=True)
class Suffix:
    """Behind a name that must be unique: nothing in the first letter, `_2` in the second."""


@dataclass(frozen=True, slots=True)
class Either:
    """Text that differs between a letter of its own and the bundle; `{n}` is the letter, from 0."""

    alone: str
    bundled: Nodes


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The relationship of a header or footer: each letter of a bundle has its own copy."""

    relationship: str


class Mark(Enum):
    """Where a letter begins and ends, for the bundle; nothing in a letter of its own."""

    BODY = "body"
    #: Where the last paragraph takes the section break that ends a letter inside a bundle.
    BREAK = "break"
    SECTION = "section"
    END = "end"
    #: What follows, in a line or a flow, is neither a field nor white.
    PRINTS = "prints"


Node = (
    str | Slot | Print | Code | Assign | Skip | Next | If | Repeat | Rows | Flow | ParagraphEnd
    | Block | Grid | Picture | PictureDetail | Blank | Line | Group | Serial | Suffix | Either
    | OwnPart | Mark
)  # fmt: skip
Nodes = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A numbered list of the template, to begin anew in each letter of a bundle.

    `xml` is the `w:num` element with `{id}` where its number stands.
    """

    xml: str


@dataclass(frozen=True, slots=True)
class CopiedPart:
    """A header or footer with fields: each letter of a bundle has its own copy of it."""

    name: str
    content_type: str
    #: How the document refers to it: (id, type) of each relationship.
    references: tuple[tuple[str, str], ...]
    nodes: Nodes
    #: Its own relationships part (a logo, a link), copied along.
    relationships: bytes | None
    #: Where it shows pictures of its own: its relationships without their closing tag.
    open_relationships: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlan:
    """How the letters of one template are put into one document (bundle.py)."""

    #: The body of one letter, between what stands before and behind all of them.
    head: Nodes
    letter: Nodes
    #: What follows the place of the section break in a letter's last paragraph.
    ending: Nodes
    section: Nodes
    tail: Nodes
    copied: tuple[CopiedPart, ...]
    #: Footnotes and endnotes: head, what each letter adds, tail.
    notes: Mapping[str, tuple[Nodes, Nodes, Nodes]]
    #: Headers and footers that are the same in all letters.
    shared: Mapping[str, Nodes]
    lists: tuple[List, ...]
    first_list: int
    #: The numbering part up to where further lists go, and the rest.
    numbering: tuple[str, str, str] | None
    #: Without their closing tags.
    content_types: str
    relationships: str
    static: tuple[Member, ...]


#: Gives the bytes of a picture by the path a template computes; None where there is none.
Pictures = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A compiled template. `fields` are the contact fields it prints, in order of appearance."""

    name: str
    fields: tuple[str, ...]
    #: The name of the part that holds the body.
    document: str
    #: The parts that differ from person to person, by name.
    parts: Mapping[str, Nodes]
    #: The others, packed once; `[Content_Types].xml` is the first of them.
    static: Shared
    bundle: BundlePlan
    #: The relationships of parts that show pictures, without their closing tag: part → text.
    relationships: Mapping[str, str] = field(default_factory=dict)
    #: Where the pictures whose path holds a field come from.
    pictures: Pictures | None = None
    #: One page is about several people (NEXT): sheets of labels.
    several: bool = False
    #: The contact fields without which there is never a letter.
    required: tuple[str, ...] = ()
    #: The lists whose items it repeats rows for.
    lists: tuple[str, ...] = ()
