"""The next wave of a campaign, written from its file word for word: comments and order stay.

What changes stands in the file's own tree: the name, `renews`, every day that is in force
(moved together, so that what lay between them stays between them), and whom it means. Each
is replaced where it stands; everything else is the text of last time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from outreach.files.campaign_copies import cloned
from outreach.files.plain_text import shown
from outreach.files.source import parse_source

_RENEWS_LINE = re.compile(r"^renews:[^\r\n]*\r?\n?", re.MULTILINE)
_NAME_LINE = re.compile(r"^campaign:[^\r\n]*", re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Moved:
    """A day of the file: where it stands (`objective.by`), what it was, what it is now."""

    key: str
    before: date
    after: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWave:
    """What the new file says other than the old one."""

    name: str
    #: The campaign it renews.
    before: str
    #: How far every day is moved.
    moved: timedelta = timedelta(0)
    #: The first day, where the file names none.
    start: date | None = None
    #: What is asked of people beside the expression of last time.
    also: str | None = None
    #: Sentences that the new file begins with, as comments.
    learned: Sequence[str] = ()


def days_of(text: str, path: Path) -> tuple[Moved, ...]:
    """Every day that is in force in a file, as it stands there. Raises `Problems`."""
    return tuple(
        Moved(key, day, day) for key, node in _days(_root(text, path)) if (day := _day(node))
    )


def renewed(text: str, path: Path, wave: NextWave) -> tuple[str, tuple[Moved, ...]]:
    """The text of the next wave, and the days that were moved. Raises `NotRenamed`, `Problems`."""
    text = _RENEWS_LINE.sub("", cloned(text, path, name=wave.name))
    root = _root(text, path)
    changes: dict[int, tuple[int, str]] = {}
    moved: list[Moved] = []
    for key, node in _days(root):
        day = _day(node)
        if day is None:
            continue
        after = day + wave.moved
        moved.append(Moved(key, day, after))
        begin, end = node.start_mark.index, node.end_mark.index
        changes[begin] = end, text[begin:end].replace(node.value, after.isoformat(), 1)
    where = _at(root, "audience", "where")
    if wave.also and isinstance(where, ScalarNode):
        begin, end = where.start_mark.index, where.end_mark.index
        changes[begin] = end, _narrowed(text[begin:end], where, wave.also)
    for begin, (end, new) in sorted(changes.items(), reverse=True):
        text = text[:begin] + new + text[end:]
    started = any(one.key == "start" for one in moved)
    return _headed(text, wave, started=started), tuple(moved)


# --- where things stand -----------------------------------------------------------------------


def _root(text: str, path: Path) -> Node:
    return parse_source(text, shown(path), repeated=[]).root


def _days(root: Node) -> Iterator[tuple[str, ScalarNode]]:
    """Every place of a campaign file that may hold a day; an alias only where it points to."""
    found: set[int] = set()
    for key, node in _places(root):
        if isinstance(node, ScalarNode) and node.start_mark.index not in found:
            found.add(node.start_mark.index)
            yield key, node


def _places(root: Node) -> Iterator[tuple[str, Node | None]]:
    yield "start", _at(root, "start")
    yield "not_after", _at(root, "not_after")
    yield "objective.by", _at(root, "objective", "by")
    checkpoints = _at(root, "objective", "checkpoints")
    if isinstance(checkpoints, SequenceNode):
        for node in checkpoints.value:
            yield "objective.checkpoints", node
    steps = _at(root, "steps")
    if isinstance(steps, SequenceNode):
        for step in steps.value:
            name = _at(step, "step")
            told = name.value if isinstance(name, ScalarNode) else "?"
            yield f"steps.{told}.not_after", _at(step, "not_after")


def _at(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        if not isinstance(node, MappingNode):
            return None
        node = next((value for one, value in node.value if one.value == key), None)
    return node


def _day(node: ScalarNode) -> date | None:
    return date.fromisoformat(node.value) if _DAY.fullmatch(node.value) else None


# --- what is written --------------------------------------------------------------------------


def _narrowed(written: str, node: ScalarNode, also: str) -> str:
    """The expression with `also` behind it, in the style in which it was written."""
    everybody = node.value.strip().lower() == "true"
    if node.style in ("|", ">"):
        # A block becomes one line: what is added must stand inside of it.
        told = " ".join(node.value.split())
        return f"{_single(also if everybody else _both(told, also))}\n"
    if everybody:
        return _single(also)
    if node.style == "'":
        return f"'{_both(written[1:-1], also.replace(chr(39), chr(39) * 2))}'"
    if node.style == '"':
        return f'"{_both(written[1:-1], also.replace(chr(34), chr(39)))}"'
    return _both(written, also)


def _both(told: str, also: str) -> str:
    return f"({told}) and {also}" if _OR.search(told) else f"{told} and {also}"


def _single(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def _headed(text: str, wave: NextWave, *, started: bool) -> str:
    """`renews`, a first day and what was learned, below the line of the name."""
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = [f"renews: {wave.before}"]
    if wave.start is not None and not started:
        lines.append(f"start: {wave.start.isoformat()}")
    lines += [line for sentence in wave.learned for line in _comment(sentence)]
    name = _NAME_LINE.search(text)
    assert name is not None
    return text[: name.end()] + "".join(ending + line for line in lines) + text[name.end() :]


def _comment(sentence: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        sentence, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False
    )
