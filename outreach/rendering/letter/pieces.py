"""A field's code as Word sees it: text, fields, pictures, paragraphs, cut into arguments.

    IF {MERGEFIELD civility} = "Mme" "Chère ▣" "Cher"

The code of one field is spread over many runs, and what stands between two quotes may be
anything a document holds. `read_code` keeps each piece with the run it came from, so that
its typeface is known (slots.py puts it back into the document, building.py reads it as
text). Quotes may be straight or typographic, `\\"` inside quotes is a quote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from outreach.rendering.letter.field_context import require_one_place
from outreach.rendering.letter.fields import (
    BOX,
    PARAGRAPH,
    RUN,
    RUN_LOOK,
    STRUCK,
    TEXT,
    Element,
    Field,
    paragraph_of,
    w,
)

_QUOTES = '"“”„'
_OPERATORS = "=<>"
TABLE = w("tbl")
CODE = w("instrText")
#: Content of a run that is a character.
_CHARACTERS = {w("tab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "\u2011",
               w("softHyphen"): "\u00ad", w("ptab"): "\t"}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Text, all from one run."""

    text: str
    run: Element


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    """A field inside the code; `elements` are its runs and what ends paragraphs among them."""

    field: Field
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """What is neither: a run with a picture or a tab, the end of a paragraph, a table."""

    element: Element

    @property
    def text(self) -> str:
        """What it is in a text."""
        if self.element.tag != RUN:
            return "\n"
        return "".join(_CHARACTERS.get(child.tag, "") for child in self.element)


Piece = Words | Inner | Thing


@dataclass(slots=True)
class Argument:
    """An argument of a field: what stands between quotes, or between blanks."""

    pieces: list[Piece] = field(default_factory=list)
    quoted: bool = False

    @property
    def fields(self) -> list[Field]:
        return [piece.field for piece in self.pieces if isinstance(piece, Inner)]

    @property
    def text(self) -> str:
        """Its text, without what the fields in it are worth."""
        return "".join(p.text for p in self.pieces if not isinstance(p, Inner))


@dataclass(frozen=True, slots=True)
class CodeSwitch:
    """`\\d "…"`; the argument is what follows it and is no switch."""

    name: str
    argument: Argument | None


@dataclass(frozen=True, slots=True)
class Code:
    """A field's code: its keyword in upper case, what follows it, its switches."""

    keyword: str
    arguments: tuple[Argument, ...]
    switches: tuple[CodeSwitch, ...]
    #: `=`, `<>` … of a comparison, with the number of arguments before it.
    operator: str = ""
    operator_at: int = 0

    def switch(self, name: str) -> Argument | None:
        """The argument of a switch: empty where it has none, None where there is no such switch."""
        found = next((s for s in self.switches if s.name == name), None)
        return None if found is None else found.argument or Argument()


def extent(inner: Field) -> list[Element]:
    """A field's runs, with the ends of paragraphs and the tables among them, in order."""
    require_one_place(inner)
    whole = list(_flat(inner.runs[0].getparent() if _alone(inner) else paragraph_of(inner.begin)))
    start, end = whole.index(inner.begin), whole.index(inner.runs[-1])
    return whole[start : end + 1]


def _alone(inner: Field) -> bool:
    return all(run.getparent() is inner.begin.getparent() for run in inner.runs)


def code_pieces(outer: Field) -> list[Piece]:
    """What stands between the beginning of a field and its result."""
    elements = extent(outer)
    length = len(elements)
    if outer.separator is not None:
        length = elements.index(outer.separator) + 1
    inside: dict[Element, Field] = {run: f for f in outer.in_code for run in f.runs}
    pieces: list[Piece] = []
    open_field: Field | None = None
    kept: list[Element] = []
    for element in elements[1 : length - 1]:
        open_field = open_field or inside.get(element)
        if open_field is not None:
            kept.append(element)
            if element is open_field.runs[-1]:
                pieces.append(Inner(open_field, tuple(kept)))
                open_field, kept = None, []
        else:
            pieces += _pieces_of(element)
    return pieces


def _pieces_of(element: Element) -> Iterator[Piece]:
    texts = [child for child in element if child.tag in (CODE, TEXT)]
    if element.tag != RUN or not texts:
        if element.tag != RUN or any(child.tag != RUN_LOOK for child in element):
            yield Thing(element)
        return
    if all(child in texts or child.tag == RUN_LOOK for child in element):
        yield Words("".join(child.text or "" for child in texts), element)
        return
    for child in [c for c in element if c.tag != RUN_LOOK]:
        run = etree.Element(RUN)
        if (look := element.find(RUN_LOOK)) is not None:
            run.append(_copy(look))
        run.append(child)
        yield Words(child.text or "", run) if child in texts else Thing(run)


def _copy(element: Element) -> Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


def _flat(element: Element | None) -> Iterator[Element]:
    """Runs, ends of paragraphs and tables inside a paragraph, in order."""
    for child in element if element is not None else ():
        if child.tag in (RUN, PARAGRAPH, TABLE):
            yield child
        elif child.tag not in STRUCK and child.tag != BOX and isinstance(child.tag, str):
            yield from _flat(child)


#: A character with the run it came from, or a piece that is no text.
_Atom = tuple[str, Piece]


def read_code(outer: Field, *, comparing: bool = False) -> Code:
    """The code of a field. `comparing`: the first sign of comparison is an operator."""
    atoms = [atom for piece in code_pieces(outer) for atom in _atoms(piece)]
    keyword, rest = _keyword(atoms)
    return _Reader(rest, comparing).read(keyword)


def formula_pieces(outer: Field) -> tuple[Argument, Code]:
    """The formula of an `=` field, up to its switches, and the code that holds these."""
    atoms = [atom for piece in code_pieces(outer) for atom in _atoms(piece)]
    _, rest = _keyword(atoms)
    end = next((n for n, (char, _) in enumerate(rest) if char == "\\"), len(rest))
    return Argument(_joined(rest[:end])), _Reader(rest[end:], comparing=False).read("=")


def _atoms(piece: Piece) -> Iterator[_Atom]:
    if isinstance(piece, Words):
        yield from ((char, piece) for char in piece.text)
    else:
        yield "", piece


def _keyword(atoms: list[_Atom]) -> tuple[str, list[_Atom]]:
    start = next((n for n, (char, _) in enumerate(atoms) if not char.isspace()), len(atoms))
    if start < len(atoms) and atoms[start][0] == "=":
        return "=", atoms[start + 1 :]
    end = start
    while end < len(atoms) and (atoms[end][0].isalnum() or atoms[end][0] == "_"):
        end += 1
    return "".join(char for char, _ in atoms[start:end]).upper(), atoms[end:]


def _joined(atoms: list[_Atom]) -> list[Piece]:
    """Characters of one run, one behind the other, as one piece again."""
    pieces: list[Piece] = []
    for char, piece in atoms:
        last = pieces[-1] if pieces else None
        if not isinstance(piece, Words):
            pieces.append(piece)
        elif isinstance(last, Words) and last.run is piece.run:
            pieces[-1] = Words(last.text + char, piece.run)
        else:
            pieces.append(Words(char, piece.run))
    return pieces


class _Reader:
    """Cuts a code into arguments, switches and one operator."""

    def __init__(self, atoms: list[_Atom], comparing: bool) -> None:
        self._atoms = atoms
        self._at = 0
        self._comparing = comparing
        self._arguments: list[Argument] = []
        self._switches: list[CodeSwitch] = []
        self._operator = ""
        self._operator_at = 0

    def read(self, keyword: str) -> Code:
        while self._at < len(self._atoms):
            char = self._atoms[self._at][0]
            if char.isspace() or _is_blank(self._atoms[self._at]):
                self._at += 1
            elif char == "\\" and self._at + 1 < len(self._atoms):
                self._switches.append(CodeSwitch(self._atoms[self._at + 1][0].lower(), None))
                self._at += 2
            elif char and char in _QUOTES:
                self._take(self._quoted())
            elif char and char in _OPERATORS and self._wants_operator():
                self._operator, self._operator_at = self._sign(), len(self._arguments)
            else:
                self._take(self._bare())
        return Code(keyword, tuple(self._arguments), tuple(self._switches),
                    self._operator, self._operator_at)  # fmt: skip

    def _wants_operator(self) -> bool:
        return self._comparing and not self._operator

    def _take(self, argument: Argument) -> None:
        """An argument belongs to the switch right before it, else to the field."""
        if self._switches and self._switches[-1].argument is None and self._follows_switch:
            self._switches[-1] = CodeSwitch(self._switches[-1].name, argument)
        else:
            self._arguments.append(argument)

    @property
    def _follows_switch(self) -> bool:
        return self._switches[-1].name in "*@#bfdlcet"

    def _quoted(self) -> Argument:
        self._at += 1
        inside: list[_Atom] = []
        while self._at < len(self._atoms):
            char, piece = self._atoms[self._at]
            self._at += 1
            if char == "\\" and self._at < len(self._atoms) and self._atoms[self._at][0]:
                inside.append((self._atoms[self._at][0], piece))
                self._at += 1
            elif char and char in _QUOTES:
                break
            else:
                inside.append((char, piece))
        return Argument(_joined(inside), quoted=True)

    def _bare(self) -> Argument:
        inside: list[_Atom] = []
        while self._at < len(self._atoms):
            char = self._atoms[self._at][0]
            ends = char.isspace() or (char and char in _QUOTES) or _is_blank(self._atoms[self._at])
            if ends or (char == "\\" and inside):
                break
            if char and char in _OPERATORS and self._wants_operator():
                break
            inside.append(self._atoms[self._at])
            self._at += 1
        return Argument(_joined(inside))

    def _sign(self) -> str:
        sign = ""
        while self._at < len(self._atoms) and (char := self._atoms[self._at][0]):
            if char not in _OPERATORS:
                break
            sign += char
            self._at += 1
        return sign


def _is_blank(atom: _Atom) -> bool:
    """The end of a paragraph, a tab or a line break between two arguments."""
    return isinstance(atom[1], Thing) and bool(atom[1].text) and not atom[1].text.strip()
