"""Errors in expressions: what, where (line and column), the spot under a caret, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.errors import Location, OutreachError, Text

#: Widest excerpt shown, in characters; longer lines are cut around the spot.
EXCERPT_WIDTH = 76


class ExpressionError(OutreachError):
    """An expression that cannot be understood.

    `excerpt` is the line it stands on and, below it, carets under the spot.
    """

    def __init__(
        self, what: Text, *, where: Location, excerpt: str, hint: Text | None = None
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.excerpt = excerpt

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}", *self.excerpt.splitlines()]
        if self.hint:
            lines.append(str(self.hint))
        return "\n  ".join(lines)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: offsets of its first character and of the one after its last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """The text of an expression and the place of its first character."""

    text: str
    where: Location | None = None

    def error(self, what: Text, span: Span, hint: Text | None = None) -> ExpressionError:
        start = min(span.start, len(self.text))
        before = self.text[:start]
        line = before.count("\n")
        column = start - (before.rfind("\n") + 1)
        return ExpressionError(
            what, where=self._place(line, column), excerpt=self._excerpt(span, start), hint=hint
        )

    def whole(self) -> Span:
        return Span(0, len(self.text))

    def _place(self, line: int, column: int) -> Location:
        """A block of YAML is indented evenly, so the column of its first line is added to all."""
        file = self.where.file if self.where else None
        first_line = (self.where.line if self.where else None) or 1
        first_column = (self.where.column if self.where else None) or 1
        return Location(file, first_line + line, first_column + column)

    def _excerpt(self, span: Span, start: int) -> str:
        begin = self.text.rfind("\n", 0, start) + 1
        end = self.text.find("\n", start)
        line = self.text[begin : end if end >= 0 else len(self.text)]
        column = start - begin
        width = max(1, min(span.end, begin + len(line)) - start)
        cut = max(0, min(column - EXCERPT_WIDTH // 2, len(line) - EXCERPT_WIDTH))
        shown = "".join(c if c.isprintable() else " " for c in line[cut : cut + EXCERPT_WIDTH])
        carets = "^" * min(width, EXCERPT_WIDTH - (column - cut))
        return f"{shown.rstrip()}\n{' ' * (column - cut)}{carets or '^'}"
