"""Places in the XML of a part that become nodes of the program.

While a template is compiled, places are marked in its tree: by processing instructions
(`<?outreach …?>`, the template's own were removed in reading) between elements, by
the two characters below inside attributes and text. The tree is then written as text once
and cut at the marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from outreach.rendering.letter.fields import Element
from outreach.rendering.letter.program import (
    Blank,
    Block,
    Either,
    Flow,
    Grid,
    Group,
    If,
    Line,
    Mark,
    Node,
    Nodes,
    OwnPart,
    ParagraphEnd,
    Picture,
    Repeat,
    Rows,
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

    def opening(self, word: str, node: Node) -> Element:
        """The beginning of an enclosure whose node is known but for what it holds."""
        return self.instruction(f"{word} {self._note(node)}")

    @staticmethod
    def instruction(words: str) -> Element:
        """A mark that is no node by itself: the beginning or the end of an enclosure."""
        return _instruction(words)

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
            if word == "leaf":
                nodes.append(self._leaves[int(number)])
            else:
                shape = self._leaves[int(number)] if number else None
                nodes.append(self._whole(word, shape, pieces))
        return tuple(nodes), ""

    def _whole(self, word: str, shape: Node | None, pieces: Iterator[str]) -> Node:
        inside, ended_by = self._read(pieces)
        instead = self._read(pieces)[0] if ended_by == "otherwise" else ()
        match shape:
            case If(test):
                return If(test, inside, instead)
            case Repeat(name, items=items):
                return Repeat(name, inside, items)
            case Rows(_, prefix):
                return Rows(inside, prefix)
            case Flow(_, _, prefix, vanishing):
                return Flow(inside, instead, prefix, vanishing)
            case Group(_, _, prefix):
                return Group(inside, instead, prefix)
            case Grid(_, namespaces):
                return Grid(inside, namespaces)
            case Picture(source, _, box):
                return Picture(source, inside, box)
        match word:
            case "line":
                return Line(inside, instead)
            case "paragraph":
                return ParagraphEnd(inside)
            case "block":
                return Block(inside)
            case _:
                return Blank(inside, is_break=word == "break")


def enclose(word: str | Element, first: Element, last: Element) -> None:
    """Mark the elements from `first` to `last` (siblings) as one `word`, or as that opening."""
    first.addprevious(_instruction(word) if isinstance(word, str) else word)
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
        case Suffix():
            return ""
        case Mark():
            return node if node is Mark.PRINTS else ""
        case Either(text):
            return text
        case OwnPart(relationship):
            return relationship
        case Repeat():
            # The numbers in what is repeated differ from item to item.
            return node
        case _:
            return inside(node, alone)


def inside(node: Node, change: Callable[[Nodes], Nodes]) -> Node:
    """The same node with other nodes in it."""
    match node:
        case Line(nodes, instead):
            return Line(change(nodes), change(instead))
        case Group(nodes, fallback, prefix):
            return Group(change(nodes), change(fallback), prefix)
        case Blank(nodes, is_break):
            return Blank(change(nodes), is_break)
        case If(test, then, otherwise):
            return If(test, change(then), change(otherwise))
        case Flow(nodes, last, prefix, vanishing):
            return Flow(change(nodes), change(last), prefix, vanishing)
        case ParagraphEnd(nodes):
            return ParagraphEnd(change(nodes))
        case Block(nodes):
            return Block(change(nodes))
        case Grid(nodes, namespaces):
            return Grid(change(nodes), namespaces)
        case Picture(source, nodes, box):
            return Picture(source, change(nodes), box)
        case Repeat(name, nodes, items):
            return Repeat(name, change(nodes), items)
        case Rows(nodes, prefix):
            return Rows(change(nodes), prefix)
        case _:
            return node


def _instruction(words: str) -> Element:
    instruction: Element = etree.ProcessingInstruction("outreach", words)
    return instruction
