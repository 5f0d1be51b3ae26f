"""How answers are shown: one JSON object, or text 80 columns wide. Progress goes to stderr."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

import click

from outreach.application import Application
from outreach.errors import ExitCode, Text

if TYPE_CHECKING:
    from rich.console import Console

#: What people's terminals show without wrapping.
WIDTH = 80

#: Rows of a JSON array that are written at once: each writing empties the buffer.
_PAGE = 500

#: The name of a command in a sentence; that of a group with the one below it.
_COMMAND = r"\boutreach (?:(?:contacts|segment|suppress|store|letters|plan|calls|visits) )?[a-z]+"
#: Stands for a blank at which no line may end.
_GLUE = "\N{WORD JOINER}"
#: In a path, an address, the name of a file, a command.
_COPIED = re.compile(rf"[/\\@{_GLUE}]|\.\w")
#: What a byte of a file's name that is not UTF-8 is read as: half of a surrogate pair.
_NO_TEXT = re.compile("[\ud800-\udfff]")


def open_stdout(*, as_json: bool) -> None:
    """Let standard output take whatever is said, on any terminal.

    JSON is UTF-8 (RFC 8259 §8.1). For people, the bytes of a file's name that are no UTF-8 go
    out as they came, to be copied, and what another code page lacks stands as `?`.
    """
    stream = sys.stdout
    if not isinstance(stream, io.TextIOWrapper):
        return
    if as_json:
        stream.reconfigure(encoding="utf-8", errors="replace")
    else:
        utf_8 = stream.encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        stream.reconfigure(errors="surrogateescape" if utf_8 else "replace")


def show(
    parts: Application, data: dict[str, Any], lines: Callable[[], None] | Iterable[str | Text] = ()
) -> None:
    """The answer of a command: `data` as JSON under `--json`, else `lines` as text.

    `lines` is a function that prints, or sentences to be printed in order.
    """
    if parts.options.json:
        click.echo(json_text(data))
    elif callable(lines):
        lines()
    else:
        for line in lines:
            say(parts, line)


def say(parts: Application, line: str | Text = "") -> None:
    """A line of the answer, on stdout; a sentence is broken at 80 columns."""
    for piece in broken(parts.language.say(line)) if isinstance(line, Text) else [line]:
        click.echo(piece)


def wrap(line: str, *, first: str = "", rest: str = "") -> None:
    """A long line of the answer, broken at 80 columns under its own indent."""
    for piece in pieces(line, first, rest):
        click.echo(piece)


def broken(sentence: str) -> list[str]:
    """A sentence in lines of at most 80 columns; what follows stands two further in."""
    if len(sentence) <= WIDTH:
        return [sentence]
    indent = sentence[: len(sentence) - len(sentence.lstrip())]
    return pieces(sentence.strip(), indent, f"{indent}  ")


def pieces(line: str, first: str, rest: str) -> list[str]:
    """A long line in lines of at most 80 columns, the first under its own indent.

    Never broken in the middle of a word or of a command's name: paths, addresses and
    `outreach store confirm` stay whole, to be copied. Any other word that is longer than a
    whole line, the name of a list or an action, is cut, as the cells of tables are.
    """
    import textwrap

    whole = re.sub(_COMMAND, lambda command: command[0].replace(" ", _GLUE), line)
    room = WIDTH - max(len(first), len(rest))
    whole = " ".join(_cut(word, room) for word in whole.split(" "))
    broken_up = textwrap.wrap(
        whole,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [piece.replace(_GLUE, " ") for piece in broken_up]


def _cut(word: str, room: int) -> str:
    """A word in pieces that fit, with blanks between them; whole where it is to be copied."""
    if len(word) <= room or _COPIED.search(word):
        return word
    return " ".join(word[at : at + room] for at in range(0, len(word), room))


def notice(parts: Application, line: str | Text) -> None:
    """Something beside the answer, on stderr."""
    for piece in broken(parts.language.say(line) if isinstance(line, Text) else line):
        click.echo(piece, err=True)


def leave(code: ExitCode) -> NoReturn:
    """End the command with that exit code, after its answer was shown."""
    raise click.exceptions.Exit(int(code))


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON as it is written: UTF-8 whatever it names, as RFC 8259 §8.1 asks.

    The name of a file may be any bytes; those that are not UTF-8 stand as U+FFFD.
    """
    text = _encoder(indent).encode(value)
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)


@cache
def _encoder(indent: int | None) -> json.JSONEncoder:
    """Made once: a list of a million people is a million calls."""
    return json.JSONEncoder(ensure_ascii=False, indent=indent, default=plain_json)


def show_rows(rows: Iterable[object]) -> None:
    """The inside of a JSON array, written as it is read: it may be larger than memory."""
    waiting = iter(rows)
    begun = False
    while page := [json_text(row) for row in islice(waiting, _PAGE)]:
        click.echo((", " if begun else "") + ", ".join(page), nl=False)
        begun = True


def plain_json(value: Any) -> Any:
    """Numbers as plain JSON numbers, instants as ISO 8601 with offset."""
    if isinstance(value, Decimal | Fraction):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def console(*, stderr: bool = False) -> Console:
    """A rich console: 80 wide when nobody looks, never coloured off a terminal or with NO_COLOR."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def table(
    parts: Application,
    headers: Sequence[Text],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
) -> None:
    """A plain table; the columns in `right` hold numbers."""
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, header in enumerate(headers):
        grid.add_column(
            parts.language.say(header),
            justify="right" if index in right else "left",
            overflow="ellipsis",
        )
    for row in rows:
        grid.add_row(*row)
    console().print(grid)


def on_terminal() -> bool:
    """Whether a person can be asked something."""
    return sys.stdin.isatty() and sys.stdout.isatty() and "CI" not in os.environ
