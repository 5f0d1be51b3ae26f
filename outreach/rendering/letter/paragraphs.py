"""Lines and flows: paragraphs that are there or not, by what is printed in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.program import (
    Assign,
    Blank,
    Block,
    Flow,
    If,
    Line,
    Mark,
    Next,
    Nodes,
    ParagraphEnd,
    Print,
    Repeat,
    Skip,
    Slot,
)
from outreach.rendering.letter.sources import Test
from outreach.rendering.letter.writing import run_text


class Letter(Protocol):
    """What is needed of the letter around (filling.py)."""

    missing: list[str]

    def text(self, nodes: Nodes) -> str: ...
    def write(self, nodes: Nodes, out: list[str]) -> None: ...
    def holds(self, test: Test) -> bool: ...
    def each(self, node: Repeat) -> Iterator[None]: ...
    def lacks(self, node: Slot | Print) -> tuple[str, ...]: ...
    def slot_text(self, slot: Slot) -> str: ...
    def print_text(self, node: Print) -> str: ...


@dataclass(slots=True)
class _Content:
    """What was written of one paragraph so far."""

    written: list[str] = field(default_factory=list)
    #: White text that waits for a value behind it, with its place.
    blanks: list[tuple[int, Blank]] = field(default_factory=list)
    anything: bool = False
    #: The last field was empty.
    gap: bool = False
    #: A field stands in it: if nothing prints, it is not an empty paragraph of the author's.
    fields: bool = False
    #: Missing values with the levels they stand on: branches of IFs, one inside another.
    lacking: list[tuple[tuple[int, ...], tuple[str, ...]]] = field(default_factory=list)
    #: The levels on which something else than fields prints: there no value may be missing.
    printing: set[int] = field(default_factory=set)

    def missing(self) -> Iterator[str]:
        for levels, names in self.lacking:
            if not self.printing.isdisjoint(levels):
                yield from names


class Paragraphs:
    """Writes one line or one flow of a letter."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._now = _Content()
        self._levels = 0
        #: How often something has printed.
        self._prints = 0
        self._flow: Flow | None = None
        self._out: list[str] = []

    def line(self, line: Line, out: list[str]) -> None:
        """The line if anything in it prints, else what stays of it."""
        self._write(line.nodes, (0,))
        if self._now.anything:
            out.extend(self._now.written)
            self._letter.missing += self._now.missing()
        else:
            self._letter.write(line.instead, out)

    def flow(self, flow: Flow, out: list[str]) -> None:
        """The paragraphs of a flow, without those whose fields are all empty."""
        self._flow, self._out = flow, out
        self._write(flow.nodes, (0,))
        self._close(flow, flow.last)

    def _write(self, nodes: Nodes, levels: tuple[int, ...]) -> None:
        for node in nodes:
            match node:
                case str():
                    self._now.written.append(node)
                case Blank():
                    self._now.blanks.append((len(self._now.written), node))
                    self._now.written.append("")
                case Slot() | Print():
                    self._field(node, levels)
                case If(test, then, otherwise):
                    self._branch(then if self._letter.holds(test) else otherwise, levels)
                case Repeat():
                    for _ in self._letter.each(node):
                        self._branch(node.nodes, levels)
                    self._now.fields = True
                case Mark.PRINTS:
                    self._print()
                    self._now.printing.add(levels[-1])
                case ParagraphEnd(properties) if self._flow is not None:
                    self._close(self._flow, properties)
                case Block() if self._flow is not None:
                    self._letter.write(node.nodes, self._out)
                case Assign() | Skip() | Next():
                    self._now.fields = self._now.gap = True
                    self._letter.write((node,), self._now.written)
                case _:
                    self._letter.write((node,), self._now.written)

    def _branch(self, nodes: Nodes, levels: tuple[int, ...]) -> None:
        self._levels += 1
        self._now.fields = True
        before = self._prints
        self._write(nodes, (*levels, self._levels))
        self._now.fields = True
        self._now.gap = self._now.gap or self._prints == before

    def _field(self, node: Slot | Print, levels: tuple[int, ...]) -> None:
        letter, now = self._letter, self._now
        text = letter.slot_text(node) if isinstance(node, Slot) else letter.print_text(node)
        now.fields = True
        names = () if text and isinstance(node, Slot) else letter.lacks(node)
        if names and isinstance(node, Print) and isinstance(node.source, Expression):
            # Jinja is strict: what may be empty says so with |default("").
            letter.missing += names
        elif names:
            now.lacking.append((levels, names))
        if text.strip():
            self._print()
        else:
            now.gap = True
        now.written.append(run_text(text, node.prefix))

    def _print(self) -> None:
        """Something prints: the white text between it and what printed before is written."""
        now = self._now
        if now.anything:
            for at, blank in _closed_up(now.blanks, now.gap):
                now.written[at] = self._letter.text(blank.nodes)
        now.blanks.clear()
        now.anything, now.gap = True, False
        self._prints += 1

    def _close(self, flow: Flow, properties: Nodes) -> None:
        now, self._now = self._now, _Content()
        looks = self._letter.text(properties)
        if now.anything or not now.fields or not flow.vanishing or "sectPr" in looks:
            paragraph = f"{flow.prefix}p"
            self._out += (f"<{paragraph}>", looks, *now.written, f"</{paragraph}>")
        self._letter.missing += now.missing()


def _closed_up(blanks: list[tuple[int, Blank]], gap: bool) -> list[tuple[int, Blank]]:
    """The white text between two values; where one between them is missing, the strongest."""
    if not gap:
        return blanks
    return sorted(blanks, key=lambda one: not one[1].is_break)[:1]
