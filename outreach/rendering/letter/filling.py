"""One person's values in a compiled letter.

What happens to a missing value (None, or nothing but blanks):

- A paragraph made of fields only, all of them missing, vanishes, as in Word. It stays as
  an empty paragraph where it is the last one of a cell, a text box, a header, or carries a
  section break.
- Beside other fields in such a paragraph it is empty, and the white text closes up.
- A field with `\\b` or `\\f` (text before, text after) is written to be optional: it is empty.
- Anywhere else, in the middle of a sentence, nothing is emptied in silence:
  `MissingValues` names the fields, and the letter is held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never
from xml.sax.saxutils import escape

from outreach.errors import Location
from outreach.model.field import Value
from outreach.rendering.letter.archive import join, pack
from outreach.rendering.letter.program import (
    Blank,
    Either,
    Group,
    Line,
    Mark,
    Node,
    Nodes,
    OwnPart,
    Program,
    Serial,
    Slot,
    Suffix,
    Today,
)
from outreach.rendering.missing import MissingValues

#: What XML 1.0 cannot hold (§2.2), and Unicode's noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


def fill(program: Program, values: Mapping[str, Value], *, locale: str, today: date) -> bytes:
    """The letter of one person: a whole .docx.

    `values` by contact field; `locale` (`fr_FR`) says how dates and numbers are written;
    `today` is what DATE fields print. The same input gives the same bytes. Raises
    `MissingValues` with the fields that are missing (see above).
    """
    filling = Filling(values, locale, today)
    parts = {part: filling.text(nodes) for part, nodes in program.parts.items()}
    filling.require(program.name)
    changed = [pack(part, text.encode()) for part, text in parts.items()]
    return join((*program.static, *changed))


@dataclass(slots=True)
class Filling:
    """One person's letter while it is written. `place` is its place in a bundle, from 0."""

    values: Mapping[str, Value]
    locale: str
    today: date
    place: int = 0
    missing: list[str] = field(default_factory=list)

    def text(self, nodes: Nodes) -> str:
        """The XML of some nodes."""
        out: list[str] = []
        self._write(nodes, out)
        return "".join(out)

    def require(self, name: str) -> None:
        """Raises `MissingValues` if a needed value was missing in what was written so far."""
        if self.missing:
            raise MissingValues(self.missing, where=Location(name))

    def _write(self, nodes: Nodes, out: list[str]) -> None:
        for node in nodes:
            if isinstance(node, str):
                out.append(node)
            else:
                self._write_node(node, out)

    def _write_node(self, node: Node, out: list[str]) -> None:
        match node:
            case str():
                out.append(node)
            case Slot():
                text = self._value(node)
                if not text and not node.optional:
                    self.missing.append(node.field)
                out.append(_run_text(text, node.prefix))
            case Today():
                out.append(_run_text(node.format.write(self.today, self.locale), node.prefix))
            case Line():
                self._write_line(node, out)
            case Group():
                self._write_group(node, out)
            case Blank():
                self._write(node.nodes, out)
            case Serial():
                out.append(str(node.first + self.place * node.step))
            case Suffix():
                out.append(f"_{self.place + 1}" if self.place else "")
            case Either():
                self._write(node.bundled, out)
            case OwnPart():
                out.append(f"{node.relationship}_{self.place + 1}")
            case Mark():
                pass
            case _:
                assert_never(node)

    def _value(self, slot: Slot) -> str:
        text = slot.format.write(self.values.get(slot.field), self.locale)
        return f"{slot.before}{text}{slot.after}" if text.strip() else ""

    def _write_line(self, line: Line, out: list[str]) -> bool:
        """The line if anything in it prints, else what stays of it. True if it printed."""
        written: list[str] = []
        blanks: list[tuple[int, Blank]] = []
        anything = gap = False
        for node in line.nodes:
            if isinstance(node, Blank):
                blanks.append((len(written), node))
                written.append("")
            elif isinstance(node, Slot | Today):
                text = self._line_text(node)
                if text:
                    for at, blank in _closed_up(blanks, gap) if anything else ():
                        written[at] = self.text(blank.nodes)
                    blanks.clear()
                anything, gap = anything or bool(text), not text
                written.append(_run_text(text, node.prefix))
            else:
                self._write_node(node, written)
        if anything:
            out.extend(written)
        else:
            self._write(line.instead, out)
        return anything

    def _line_text(self, node: Slot | Today) -> str:
        if isinstance(node, Today):
            return node.format.write(self.today, self.locale)
        return self._value(node)

    def _write_group(self, group: Group, out: list[str]) -> None:
        """The lines of a group; an empty paragraph where none of them printed."""
        printed = False
        for node in group.nodes:
            if isinstance(node, Line):
                printed = self._write_line(node, out) or printed
            else:
                self._write_node(node, out)
        if not printed:
            self._write(group.fallback, out)


def _closed_up(blanks: list[tuple[int, Blank]], gap: bool) -> list[tuple[int, Blank]]:
    """The white text between two values; where one between them is missing, the strongest."""
    if not gap:
        return blanks
    return sorted(blanks, key=lambda one: not one[1].is_break)[:1]


def _run_text(text: str, prefix: str) -> str:
    """The content of a run: text, line breaks and tabs."""
    lines = _LINE_END.split(text)
    return f"<{prefix}br/>".join(_line_runs(_FORBIDDEN.sub("", line), prefix) for line in lines)


def _line_runs(line: str, prefix: str) -> str:
    pieces = (_text(piece, prefix) for piece in line.split("\t"))
    return f"<{prefix}tab/>".join(pieces)


def _text(text: str, prefix: str) -> str:
    if not text:
        return ""
    return f'<{prefix}t xml:space="preserve">{escape(text)}</{prefix}t>'
