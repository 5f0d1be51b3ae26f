"""The links and pictures of an e-mail's template, with their lines, read without a person.

Values are blanked out: where an expression stands there is `VALUE`. Both ways of writing are
read, HTML and Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from markdown_it.token import Token

#: Stands for a value; a noncharacter, which no template holds.
VALUE = "\ufdd0"

_Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class MailSource:
    """One file that a message is made from, its tags taken out and its lines kept."""

    #: Below `templates/`.
    name: str
    text: str
    markdown: bool


@dataclass(frozen=True, slots=True)
class Link:
    target: str
    #: What one reads of it.
    words: str
    line: int


@dataclass(frozen=True, slots=True)
class Picture:
    source: str
    #: The words in its place; None: none are written, "" : it only decorates.
    alt: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Holdings:
    links: tuple[Link, ...]
    pictures: tuple[Picture, ...]


def without_tags(tokens: Iterable[tuple[int, str, str]]) -> str:
    """The text of a template from the tokens of Jinja's lexer; every line keeps its number."""
    text: list[str] = []
    for _, kind, value in tokens:
        if kind == "data":
            text.append(value)
            continue
        if kind == "variable_begin":
            text.append(VALUE)
        text.append("\n" * value.count("\n"))
    return "".join(text)


def holdings(source: MailSource) -> Holdings:
    """Every link and every picture, in reading order."""
    reader = _Reader()
    if source.markdown:
        _read_markdown(source.text, reader)
    else:
        reader.at(1).feed(source.text)
    return Holdings(tuple(reader.links), tuple(reader.pictures))


class _Reader(HTMLParser):
    """Reads HTML in one or several pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self._line = 1
        self._open: tuple[str, int] | None = None
        self._words: list[str] = []

    def at(self, line: int) -> Self:
        """Ready for a piece of HTML that begins on that line."""
        self.reset()
        self._line = line
        return self

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """`<![if !mso]>`: the standard library gives up on one that it does not know."""
        return self.rawdata.find(">", i) + 1 or -1

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        given = dict(attrs)
        line = self._line + self.getpos()[0] - 1
        if tag in ("a", "area") and "href" in given:
            self._open, self._words = (given["href"] or "", line), []
        elif tag == "img":
            self.pictures.append(Picture(given.get("src") or "", given.get("alt"), line))
            self._words.append(given.get("alt") or "")
        if given.get("background"):
            self.pictures.append(Picture(given["background"] or "", "", line))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("a", "area") and self._open:
            target, line = self._open
            self.links.append(Link(target, " ".join("".join(self._words).split()), line))
            self._open = None


def _read_markdown(text: str, reader: _Reader) -> None:
    from outreach.rendering.markdown import markdown_tokens

    for token in markdown_tokens(text):
        line = token.map[0] + 1 if token.map else 1
        if token.type == "html_block":
            reader.at(line).feed(token.content)
        for part, at in _parts(token.children or [], line):
            _read_part(part, reader.at(at))


def _parts(parts: Iterable[Token], line: int) -> Iterator[tuple[Token, int]]:
    for part in parts:
        yield part, line
        line += part.type in ("softbreak", "hardbreak")


def _read_part(part: Token, reader: _Reader) -> None:
    match part.type:
        case "text" | "code_inline":
            reader.handle_data(part.content)
        case "softbreak" | "hardbreak":
            reader.handle_data(" ")
        case "html_inline":
            reader.feed(part.content)
        case "link_open":
            reader.handle_starttag("a", [("href", str(part.attrGet("href") or ""))])
        case "link_close":
            reader.handle_endtag("a")
        case "image":
            source = str(part.attrGet("src") or "")
            reader.handle_starttag("img", [("src", source), ("alt", part.content)])
