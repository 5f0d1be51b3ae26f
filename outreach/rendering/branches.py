"""Which branches of its conditions a template takes for one person.

A preview shows somebody for each of them, so that no wording leaves unseen. The template is
compiled a second time with a mark behind each `{% if %}`, `{% elif %}` and `{% else %}`; what
leaves is never made with these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from jinja2 import Environment, Template, TemplateError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from outreach.rendering.context import MissingValue, Values
from outreach.rendering.markdown_tree import file_of, page_of

#: The function that the marks call.
_MARK = "_outreach_took"

#: What a template may raise while it runs; the branches seen until then were taken all the same.
_FAILURES = (MissingValue, TemplateError, ArithmeticError, AttributeError, LookupError, TypeError,
             ValueError, RecursionError)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Branch:
    """One way through a condition."""

    file: str
    #: The line on which the condition begins, from 1, and its number in the file, from 0.
    line: int
    number: int
    #: What this way asks: `if first_name`, `elif city`, `else`.
    words: str

    @property
    def condition(self) -> tuple[str, int]:
        """What all ways through one condition have in common."""
        return (self.file, self.number)


class Branches:
    """The templates of one environment, asked for their branches."""

    def __init__(self, environment: Environment) -> None:
        """`environment` is marked: it must be one that nothing else renders with."""
        self._took: set[Branch] = set()
        self._texts: dict[str, Template] = {}
        self._environment = environment
        environment.globals[_MARK] = self._note
        environment.add_extension(_Marking)

    def of(self, name: str, values: Values) -> frozenset[Branch]:
        """The branches that the template and those it reads in take for this person."""
        return self._taken(
            lambda: self._environment.get_template(page_of(name)).render(values.names)
        )

    def of_text(self, source: str, values: Values) -> frozenset[Branch]:
        """The same for a subject; its file has no name."""

        def render() -> str:
            if source not in self._texts:
                self._texts[source] = self._environment.from_string(source)
            return self._texts[source].render(values.names)

        return self._taken(render)

    def _taken(self, render: Callable[[], str]) -> frozenset[Branch]:
        self._took.clear()
        # Why it cannot be rendered is told where it is rendered to leave.
        with suppress(*_FAILURES):
            render()
        return frozenset(self._took)

    def _note(self, file: str, line: str, number: str, words: str) -> str:
        self._took.add(Branch(file, int(line), int(number), words))
        return ""


class _Marking(Extension):
    """Puts a mark behind each branching tag, in the stream of tokens that the parser reads."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        tags = _Tags(file_of(stream.name or ""))
        for token in stream:
            yield token
            if token.type == "block_begin":
                tags.begin(token.lineno)
            elif token.type == "block_end":
                yield from tags.marks_behind(token.lineno)
            elif tags.inside:
                tags.words.append(str(token.value))


class _Tags:
    """Which tags are open, for an `else` may belong to a `for`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.inside = False
        self.words: list[str] = []
        self._line = 0
        self._count = 0
        #: Line and number of each `if` that is open; None for each `for`.
        self._open: list[tuple[int, int] | None] = []

    def begin(self, line: int) -> None:
        self.inside, self.words, self._line = True, [], line

    def marks_behind(self, line: int) -> list[Token]:
        """The tokens of a mark, behind a tag that opens a branch."""
        self.inside = False
        tag = self.words[0] if self.words else ""
        if tag == "if":
            self._open.append((self._line, self._count))
            self._count += 1
        elif tag == "for":
            self._open.append(None)
        elif tag in ("endif", "endfor") and self._open:
            self._open.pop()
        condition = self._open[-1] if self._open else None
        if condition is None or tag not in ("if", "elif", "else"):
            return []
        return self._mark(line, *condition)

    def _mark(self, line: int, began: int, number: int) -> list[Token]:
        tokens = [("variable_begin", "{{"), ("name", _MARK), ("lparen", "(")]
        for argument in (self.file, str(began), str(number), _joined(self.words)):
            tokens += [("string", argument), ("comma", ",")]
        tokens += [("rparen", ")"), ("variable_end", "}}")]
        return [Token(line, kind, value) for kind, value in tokens]


def _joined(words: list[str]) -> str:
    """A tag's tokens as it was about written: `if not city`, `if contact.city == Rennes`."""
    text = " ".join(words)
    for mark in (".", "(", ")", "|", ","):
        text = text.replace(f" {mark}", mark)
    return text.replace(". ", ".").replace("( ", "(").replace("| ", "|")
