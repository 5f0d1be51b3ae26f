"""What a template becomes: text that never changes, and the few places that do.

A part of the document (body, header, footnotes …) is a sequence of nodes. Most are plain
`str`: XML that is copied. The others say what to put in their place. A further operation
(a condition, a repeated row) is a further node here and a further case in filling.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from outreach.rendering.letter.archive import Member
from outreach.rendering.letter.formats import Format


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
class Today:
    """The day of the run: what a DATE field prints, frozen."""

    prefix: str
    format: Format


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
    """Lines of which one at least must stay: a cell, a text box, a header needs a paragraph."""

    nodes: Nodes
    fallback: Nodes


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


Node = str | Slot | Today | Blank | Line | Group | Serial | Suffix | Either | OwnPart | Mark
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
    static: tuple[Member, ...]
    bundle: BundlePlan
