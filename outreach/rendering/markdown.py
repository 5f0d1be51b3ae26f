"""E-mails written in Markdown: what a template printed, made into HTML.

What stands in the template is Markdown (CommonMark, with tables and ~~struck out~~; HTML in it
is kept, for the template is trusted). What an expression printed is not: it stands apart,
escaped, and is put in after the Markdown was read, so that a name such as `*` or `# 1` stays a
name. The Markdown of one way through a template is read once (`_converted`), not per person.

The compiled template prints the codes below around its parts; `markdown_tree` puts them there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: Around Markdown, and around what is no Markdown: a value, what an include or a macro printed.
#: Noncharacters, which no text that is sent may hold (Unicode §23.7).
OPENS, CLOSES = "\ufdd2", "\ufdd3"
APART, TOGETHER = "\ufdd4", "\ufdd5"
#: Where a part that stands apart was: its number, and `b` where it is a block of its own.
_MARK = re.compile("\ufdd6(\\d+)[bv]\ufdd7")
_BLOCKS = re.compile("(?:\\s*\ufdd6\\d+b\ufdd7)+\\s*")
_CODES = re.compile("([\ufdd2-\ufdd5])")
_OURS = re.compile("[\ufdd0-\ufdd7]")

#: What may not stand in a paragraph (HTML §4.4.1); a picture or a link may.
_BLOCK = re.compile(
    r"<(?:table|div|p|ul|ol|dl|h[1-6]|hr|blockquote|pre|section|center|figure)\b", re.IGNORECASE
)


class CodeInValue(ValueError):
    """A text holds one of our codes where none may be; it stands for no character."""


@dataclass(slots=True)
class _Part:
    """What was printed between two codes that belong together."""

    markdown: bool
    items: list[str | _Part] = field(default_factory=list)

    def take(self, part: _Part) -> None:
        """Markdown in Markdown is as if written there, also where it was included."""
        if not self.markdown:
            self.items.append(part)
        elif part.markdown:
            self.items += part.items
        elif len(part.items) == 1 and isinstance(inner := part.items[0], _Part):
            self.take(inner)
        else:
            self.items.append(part)

    def html(self, constants: set[str]) -> Iterator[str]:
        if not self.markdown:
            for item in self.items:
                yield from (item,) if isinstance(item, str) else item.html(constants)
            return
        apart: list[str] = []
        source = "".join([self._marked(item, apart, constants) for item in self.items])
        for piece in _converted(source):
            if isinstance(piece, str):
                constants.add(piece)
                yield piece
            else:
                yield apart[piece]

    def _marked(self, item: str | _Part, apart: list[str], constants: set[str]) -> str:
        if isinstance(item, str):
            return item
        apart.append("".join(item.html(constants)))
        block = not apart[-1].strip() or _BLOCK.match(apart[-1].lstrip())
        return f"\ufdd6{len(apart) - 1}{'b' if block else 'v'}\ufdd7"


def to_html(pieces: Iterable[str], constants: set[str]) -> list[str]:
    """The pieces that a template printed, those in Markdown as HTML.

    What the templates themselves say of it is added to `constants`.
    """
    done: list[str] = []
    open_parts: list[_Part] = []
    for piece in pieces:
        if not open_parts and _CODES.search(piece) is None:
            done.append(piece)
            continue
        for text in _CODES.split(str(piece)):
            if text in (OPENS, APART):
                open_parts.append(_Part(text == OPENS))
            elif text in (CLOSES, TOGETHER):
                if not open_parts:
                    raise CodeInValue
                closed = open_parts.pop()
                if open_parts:
                    open_parts[-1].take(closed)
                else:
                    done += closed.html(constants)
            elif text and open_parts:
                open_parts[-1].items.append(text)
            elif text:
                constants.add(text)
                done.append(text)
    if open_parts:  # a filter cut off what a macro printed
        raise CodeInValue
    return done


def standing_apart(write: Callable[[object], object]) -> Callable[[object], Markup]:
    """The filter that every expression of a Markdown template goes through; `write` is how
    values print."""

    def apart(value: object) -> Markup:
        text = escape(write(value))
        if not isinstance(value, Markup) and _OURS.search(text):
            raise CodeInValue
        return Markup(f"{APART}{text}{TOGETHER}")  # escaped just above

    return apart


@lru_cache(maxsize=128)
def _converted(source: str) -> tuple[str | int, ...]:
    """HTML and the numbers of the parts that stand between."""
    reader = markdown_reader()
    tokens = reader.parse(source)
    for number, token in enumerate(tokens[:-2]):
        if token.type == "paragraph_open" and _BLOCKS.fullmatch(tokens[number + 1].content):
            token.hidden = tokens[number + 2].hidden = True
    html = str(reader.renderer.render(tokens, reader.options, {}))
    return tuple(
        int(part) if number % 2 else part
        for number, part in enumerate(_MARK.split(html))
        if number % 2 or part
    )


def markdown_tokens(source: str) -> list[Token]:
    """A Markdown text as its reader sees it, to be looked at."""
    return markdown_reader().parse(source)


@lru_cache(maxsize=1)
def markdown_reader() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.common.normalize_url import normalizeLink

    class Reader(MarkdownIt):
        """Leaves the marks in a link as they are: what they stand for is put in later."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802
            return url if _OURS.search(url) else normalizeLink(url)

    return Reader("commonmark", {"html": True}).enable(["table", "strikethrough"])
