"""The first look at an expression: characters, quotes, parentheses, limits.

What is refused here never reaches the parser, so that hostile text costs one pass
over at most 4000 characters, and the usual slips (curly quotes, a forgotten
quote or parenthesis, a comment) are named for what they are.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from outreach.errors import Text
from outreach.segmentation.errors import ExpressionError, Source, Span

#: Longest expression, in characters.
MAX_LENGTH = 4000
#: Deepest nesting of parentheses, `not` and signs.
MAX_DEPTH = 20

_QUOTES = "'\"`"
_PUNCTUATION = "_.,()=<>!+-*/°"
_CURLY = "“”„«»‹›‘’‚"
_HINTS: dict[str, Text] = {
    ";": Text("an expression is one condition; join two with and / or"),
    "&": Text("write: and"),
    "|": Text("write: or"),
    "#": Text("comments are not possible in an expression"),
    "%": Text('% stands inside the quotes of a pattern: like "a%"'),
    "[": Text('a list stands in parentheses: in ("a", "b")'),
    "@": Text('text stands in quotes: "name@firm.example"'),
}


@dataclass(slots=True)
class Scanned:
    """What the first look found; offsets are those of the text as typed."""

    #: The text with every blank outside quotes made a space; lines stay.
    text: str = ""
    #: Where each parenthesis is closed, by where it is opened.
    closed: dict[int, int] = field(default_factory=dict)
    #: `null`, `true` and `false`, in order: the parser does not say where they stand.
    constants: list[Span] = field(default_factory=list)


def scan(source: Source) -> Scanned:
    """Raises `ExpressionError` for what no expression can contain."""
    if len(source.text) > MAX_LENGTH:
        raise source.error(
            Text("an expression has at most {count} characters", count=MAX_LENGTH),
            Span(MAX_LENGTH, MAX_LENGTH + 1),
            Text("save parts of it as segments and join them: in_segment(…)"),
        )
    if not source.text.strip():
        raise source.error(
            Text("the expression is empty"), Span(0, 1), Text('for example: city = "Rennes"')
        )
    return _Scanner(source).run()


class _Scanner:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.found = Scanned()
        self.opened: list[int] = []
        #: How many `not` and signs stand directly before this spot: each is a level.
        self.prefixes = 0

    def run(self) -> Scanned:
        at = 0
        cleaned = []
        while at < len(self.text):
            end = self._step(at)
            piece = self.text[at:end]
            cleaned.append(" " * len(piece) if piece.isspace() and piece != "\n" else piece)
            at = end
        if self.opened:
            raise self._error(Text("this parenthesis is not closed"), self.opened[-1])
        self.found.text = "".join(cleaned)
        return self.found

    def _step(self, at: int) -> int:
        """Look at what begins there; the offset after it."""
        char = self.text[at]
        if char.isspace():
            return at + 1
        if char in _QUOTES:
            self.prefixes = 0
            return self._quoted(at)
        if char.isalnum() or char == "_":
            return self._word(at)
        self._refuse(at, char)
        self._nest(at, char)
        return at + 1

    def _word(self, at: int) -> int:
        end = at
        while end < len(self.text) and (self.text[end].isalnum() or self.text[end] in "_°"):
            end += 1
        word = self.text[at:end].lower()
        if word == "not":
            self._deeper(at)
        else:
            self.prefixes = 0
        if word in ("null", "true", "false"):
            self.found.constants.append(Span(at, end))
        return end

    def _quoted(self, at: int) -> int:
        quote, end = self.text[at], at + 1
        while True:
            end = self.text.find(quote, end)
            if end < 0:
                raise self._error(Text("this quote is not closed"), at, _unclosed(quote))
            if self.text[end + 1 : end + 2] != quote:
                break
            end += 2
        for offset in range(at, end):
            if self.text[offset] not in "\t\n\r" and _is_control(self.text[offset]):
                raise self._error(Text("a text contains a control character"), offset)
        return end + 1

    def _refuse(self, at: int, char: str) -> None:
        if char in _CURLY:
            raise self._error(
                Text("{char} is a typographic quote", char=char),
                at,
                Text("type straight quotes: \"Rennes\" or 'Rennes'"),
            )
        if self.text.startswith(("--", "/*"), at):
            raise self._error(Text("comments are not possible in an expression"), at)
        if char == "!" and self.text[at + 1 : at + 2] != "=":
            raise self._error(Text("{char} cannot stand here", char="!"), at, Text("write: not"))
        if char not in _PUNCTUATION:
            shown = char if char.isprintable() else f"U+{ord(char):04X}"
            raise self._error(
                Text("the character {char} has no meaning in an expression", char=shown),
                at,
                _HINTS.get(char),
            )

    def _nest(self, at: int, char: str) -> None:
        if char == "(":
            self.opened.append(at)
            if len(self.opened) > MAX_DEPTH:
                raise self._too_deep(at)
        elif char == ")":
            if not self.opened:
                raise self._error(Text("this parenthesis was never opened"), at)
            self.found.closed[self.opened.pop()] = at
        elif char == "," and not self.opened:
            raise self._error(
                Text("a comma cannot stand here"), at, Text("decimals have a point: 12.50")
            )
        if char in "+-":
            self._deeper(at)
        elif char != "(":
            self.prefixes = 0

    def _deeper(self, at: int) -> None:
        self.prefixes += 1
        if self.prefixes > MAX_DEPTH:
            raise self._too_deep(at)

    def _too_deep(self, at: int) -> ExpressionError:
        return self._error(
            Text("an expression is nested at most {count} levels deep", count=MAX_DEPTH), at
        )

    def _error(self, what: Text, at: int, hint: Text | None = None) -> ExpressionError:
        return self.source.error(what, Span(at, at + 1), hint)


def _is_control(char: str) -> bool:
    """Control characters and halves of surrogate pairs: no database takes them."""
    return unicodedata.category(char) in ("Cc", "Cs")


def _unclosed(quote: str) -> Text:
    if quote == "'":
        return Text('text with an apostrophe stands in double quotes: "O\'Brien"')
    return Text("close it with {quote}", quote=quote)
