"""What of a rendered page is everybody's, and what is this person's.

A template prints its own text, which is the same object on every run, and values. A value
that is plain text becomes a slot; all else becomes part of the page's outline: what the
template wrote, values that hold markup (their tags at least), blanks at their edges, the
scheme of a link. So an outline says all that styles and layout depend on, and few people
differ in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from outreach.rendering.text import one_line

#: An outline: text as it stands, and the numbers of slots. A value that comes twice has one
#: number, so that a link whose words are its address is seen as such.
Outline = tuple[str | int, ...]

#: Stand around the number of a slot in a page. U+FDD0 and U+FDD1 are noncharacters: "for
#: internal use", never for interchange (Unicode §23.7); a text that holds one is refused.
OPENS, CLOSES = "\ufdd0", "\ufdd1"
MARK = re.compile(f"{OPENS}(\\d+){CLOSES}")

#: What may fill a slot: text as Jinja escapes it, with nothing that could open or end a tag
#: or an attribute, and every reference ended by its semicolon.
_PLAIN = re.compile(
    "(?:[^&<>\"'`\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ufdd1]|&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);)+"
)
#: Nearly every value: words and signs that read as they stand in the page, one blank between
#: two. Quoted-printable changes nothing in those of ASCII.
SIMPLE = re.compile(r"\w[\w.,:;/?@+()#!*-]*(?: [\w.,:;/?@+()#!*-]+)*")
#: What the text part shows of a link depends on it.
SCHEME = re.compile(r"(?:https?://|mailto:)?")
_TAG = re.compile(r"(<[^>]*>)")
_LINKED = re.compile(r"""(\s(?:href|src|alt|title)=(["']))(.*?)(?=\2)""", re.IGNORECASE | re.DOTALL)


def outline(kinds: Iterable[str], slots: Iterable[int]) -> Outline:
    """The outline of a page from the kinds of its pieces (see `pieces`): `OPENS` stands for a
    slot, and `slots` are the numbers of all of them."""
    numbers = iter(slots)
    parts: list[str | int] = []
    for kind in kinds:
        for place, text in enumerate(kind.split(OPENS)):
            if place:
                parts.append(next(numbers))
            if text:
                parts.append(text)
    return tuple(parts)


def marked(parts: Outline, fixed: Iterable[tuple[int, str]] = ()) -> str:
    """The page of an outline, its slots marked; those in `fixed` are filled."""
    filled = dict(fixed)
    return "".join(
        part if isinstance(part, str) else filled.get(part, mark(part)) for part in parts
    )


def mark(slot: int) -> str:
    """As wide as most values are, so that the columns of a table keep their place."""
    return f"{OPENS}{slot:08}{CLOSES}"


def split(text: str) -> Outline:
    """A text with marks as an outline again."""
    return tuple(
        int(part) if number % 2 else part
        for number, part in enumerate(MARK.split(text))
        if number % 2 or part
    )


def shown(value: str) -> str:
    """What fills a slot, as one reads it in a text."""
    return value if SIMPLE.fullmatch(value) else one_line(unescape(value))


def parts_of(value: str) -> tuple[tuple[str, bool], ...]:
    """A printed value in parts, and which of them are plain."""
    if "<" in value:
        return tuple(part for piece in _TAG.split(value) for part in _of_markup(piece))
    return tuple(_of_text(value))


def _of_markup(piece: str) -> Iterator[tuple[str, bool]]:
    """A tag, of which what links and pictures name may be a slot; or the text between two."""
    if not piece.startswith("<"):
        yield from _of_text(piece)
        return
    end = 0
    for attribute in _LINKED.finditer(piece):
        yield piece[end : attribute.end(1)], False
        yield from _of_text(attribute[3])
        end = attribute.end()
    yield piece[end:], False


def _of_text(text: str) -> Iterator[tuple[str, bool]]:
    """The blanks around it, the scheme, and the rest if it is plain."""
    core = text.strip()
    start = text.find(core)
    scheme = SCHEME.match(core)
    length = scheme.end() if scheme else 0
    rest = core[length:]
    if not _PLAIN.fullmatch(rest) or not _stays(rest):
        yield text, False
        return
    if start + length:
        yield text[: start + length], False
    yield rest, True
    if start + len(core) < len(text):
        yield text[start + len(core) :], False


def _stays(text: str) -> bool:
    """Whether nothing of it is a blank at an edge once it is read."""
    read = unescape(text)
    return bool(read) and not read[0].isspace() and not read[-1].isspace()
