"""What differs between what two people would get, step by step."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from enum import StrEnum

from outreach.errors import Text
from outreach.runner.preview import Page


class Part(StrEnum):
    """Of what a line differs."""

    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"
    LETTER = "letter"
    GUIDE = "guide"
    HEADERS = "headers"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines of one part of one step: `- ` the first person's, `+ ` the second's, `  ` both."""

    step: str
    part: Part
    lines: tuple[str, ...]


#: Equal lines shown around a difference.
_AROUND = 1


def differences(
    first: Sequence[Page], second: Sequence[Page], say: Callable[[Text], str]
) -> list[Difference]:
    """Everything that differs between the same steps of two people, in the order of the steps.

    `say` puts into words why something would be held.
    """
    found = []
    for one, other in zip(first, second, strict=True):
        ours, theirs = dict(_parts(one, say)), dict(_parts(other, say))
        for part in Part:
            lines = _changed(ours.get(part, ()), theirs.get(part, ()))
            if lines:
                found.append(Difference(one.step, part, lines))
    return found


def _parts(page: Page, say: Callable[[Text], str]) -> Iterator[tuple[Part, Sequence[str]]]:
    if page.subject is not None:
        yield Part.SUBJECT, [page.subject]
    if why := page.problem or page.skipped:
        yield Part.PROBLEM, [say(why)]
    if page.message:
        yield Part.HEADERS, list(_telling_headers(page))
        yield Part.TEXT, page.message.text.splitlines()
        if page.message.html:
            yield Part.HTML, page.message.html.splitlines()
    elif page.letter and page.text:
        yield Part.LETTER, page.text.splitlines()
    elif page.guide:
        lines = [line for _, block in page.guide.blocks for line in block]
        yield Part.GUIDE, [page.guide.title, *lines]


def _telling_headers(page: Page) -> Iterator[str]:
    """Without what no two messages share, and without the subject, which is a part of its own."""
    for name, value in headers(page).items():
        if name not in ("Message-ID", "Subject"):
            yield f"{name}: {value.partition('; boundary=')[0]}"


def headers(page: Page) -> Mapping[str, str]:
    """The headers of an e-mail, decoded, in their order; none where there is no e-mail."""
    if page.message is None:
        return {}
    parser = BytesParser(policy=policy.default)
    parsed = parser.parsebytes(page.message.content, headersonly=True)
    return {name: str(value) for name, value in parsed.items()}


def _changed(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """The lines of a unified difference without its heads; `…` between places far apart."""
    lines: list[str] = []
    compared = list(difflib.unified_diff(first, second, lineterm="", n=_AROUND))
    for line in compared[2:]:
        if line.startswith("@@"):
            lines += ["…"] if lines else []
        else:
            lines.append(f"{line[0]} {line[1:]}")
    return tuple(lines)
