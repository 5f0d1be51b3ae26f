"""Places in the XML of a part that become nodes of the program.

While a template is compiled, places are marked in its tree: by processing instructions
(`<?outreach …?>`, the template's own were removed in reading) between elements, by
the two characters below inside attributes and text. The tree is then written as text once
and cut at the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from outreach.rendering.letter.fields import Element
from outreach.rendering.letter.program import (
    Blank,
    Either,
    Group,
    Line,
    Mark,
    Node,
    Nodes,
    OwnPart,
    Serial,
    Suffix,
)

#: Noncharacters of Unicode: they may stand in XML and never do in a text.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_CUT = re.compile(r"(<\?outreach [^?]*\?>|\ufdd0\d+\ufdd1)")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

FORBIDDEN = (_OPEN.encode(), _CLOSE.encode())


class Marks:
    """The nodes of one template, and how their places are marked."""

    def __init__(self) -> None:
        self._leaves: list[Node] = []

    def element(self, node: Node) -> Element:
        """A mark to put between elements."""
        return _instruction(f"leaf {self._note(node)}")

    def text(self, node: Node) -> str:
        """A mark to put into an attribute or a text."""
        return f"{_OPEN}{self._note(node)}{_CLOSE}"

    def nodes(self, root: Element) -> Nodes:
        """A marked part as nodes."""
        xml = _HEAD + etree.tostring(root, encoding="unicode")
        pieces = iter([piece for piece in _CUT.split(xml) if piece])
        return self._read(pieces)[0]

    def _note(self, node: Node) -> int:
        self._leaves.append(node)
        return len(self._leaves) - 1

    def _read(self, pieces: Iterator[str]) -> tuple[Nodes, str]:
        """Nodes up to the end of their enclosure, and the word that ended them."""
        nodes: list[Node] = []
        for piece in pieces:
            if piece.startswith(_OPEN):
                nodes.append(self._leaves[int(piece[1:-1])])
                continue
            if not piece.startswith("<?outreach "):
                nodes.append(piece)
                continue
            word, _, number = piece[len("<?outreach ") : -2].partition(" ")
            if word in ("otherwise", "end"):
                return tuple(nodes), word
            nodes.append(self._leaves[int(number)] if word == "leaf" else self._whole(word, pieces))
        return tuple(nodes), ""

    def _whole(self, word: str, pieces: Iterator[str]) -> Node:
        inside, ended_by = self._read(pieces)
        instead = self._read(pieces)[0] if ended_by == "otherwise" else ()
        match word:
            case "line":
                return Line(inside, instead)
            case "group":
                return Group(inside, instead)
            case _:
                return Blank(inside, is_break=word == "break")


def enclose(word: str, first: Element, last: Element) -> None:
    """Mark the elements from `first` to `last` (siblings) as one `word`."""
    first.addprevious(_instruction(word))
    last.addnext(_instruction("end"))


def otherwise(last: Element, instead: list[Element]) -> None:
    """What is written in place of the enclosure that ends with `last`, called before `enclose`."""
    for element in reversed(instead):
        last.addnext(element)
    last.addnext(_instruction("otherwise"))


def alone(nodes: Nodes) -> Nodes:
    """The nodes of a letter of its own: what matters only in a bundle becomes text."""
    fused: list[Node] = []
    for node in map(_alone, nodes):
        if isinstance(node, str) and fused and isinstance(fused[-1], str):
            fused[-1] += node
        elif node != "":
            fused.append(node)
    return tuple(fused)


def _alone(node: Node) -> Node:
    match node:
        case Serial(first):
            return str(first)
        case Suffix() | Mark():
            return ""
        case Either(text):
            return text
        case OwnPart(relationship):
            return relationship
        case Line(nodes, instead):
            return Line(alone(nodes), alone(instead))
        case Group(nodes, fallback):
            return Group(alone(nodes), alone(fallback))
        case _:
            return node


def _instruction(words: str) -> Element:
    instruction: Element = etree.ProcessingInstruction("outreach", words)
    return instruction
