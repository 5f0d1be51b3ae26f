"""Errors into words and exit codes: on stderr for people, as JSON on stdout for programs."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import IO, Any

import click

from outreach.application import Application
from outreach.cli.output import json_text
from outreach.cli.usage import wrong_usage
from outreach.errors import ExitCode, Interrupted, OutreachError, Problems, Text

#: Most characters of one value in a told error: what was typed may be megabytes.
_LONGEST = 400


def tell(error: OutreachError, parts: Application) -> None:
    """Every error of one kind, on stderr for people, on stdout as JSON for programs."""
    errors = error.errors if isinstance(error, Problems) else (error,)
    say = parts.spoken().say
    if parts.options.json:
        rows = [as_json(one, say) for one in errors]
        click.echo(json_text({"errors": rows}))
        return
    for one in errors:
        place = f"{_cut(str(one.where))}: " if one.where and str(one.where) else ""
        _red(f"{place}{say(brief(one.what))}")
        if excerpt := getattr(one, "excerpt", None):
            click.echo(excerpt, err=True)
        if one.hint:
            click.echo(f"  {say(brief(one.hint))}", err=True)


def as_json(error: OutreachError, say: Any) -> dict[str, Any]:
    """The JSON form of one error (CONTRACT, "JSON keys")."""
    where = error.where
    return {
        "message": say(brief(error.what)),
        "file": where.file if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
        "hint": say(brief(error.hint)) if error.hint else None,
    }


@contextmanager
def when_interrupted(hint: Text) -> Iterator[None]:
    """Ctrl-C in the block is told with what is kept and how it is finished."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(hint) from None


def brief(text: Text) -> Text:
    """The same sentence with its long values cut."""
    cut = copy(text)
    cut.values = {name: _cut(value) for name, value in text.values.items()}
    return cut


def _cut(value: object) -> object:
    if isinstance(value, Text):
        return brief(value)
    long = isinstance(value, str) and len(value) > _LONGEST
    return f"{str(value)[: _LONGEST - 1]}…" if long else value


def _red(text: str, stream: IO[str] | None = None) -> None:
    colour = "NO_COLOR" not in os.environ
    click.echo(click.style(text, fg="red") if colour else text, err=True, file=stream)


def tell_usage(error: click.ClickException, parts: Application) -> int:
    """A wrong command line, with how the command is used."""
    say = parts.spoken().say
    what = say(wrong_usage(error))
    if parts.options.json:
        row = {"message": what, "file": None, "line": None, "column": None, "hint": None}
        click.echo(json_text({"errors": [row]}))
    elif isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    else:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
            help_command = f"{error.ctx.command_path} --help"
            click.echo(say(Text("Help: {command}", command=help_command)) + "\n", err=True)
        _red(say(Text("Error: {what}", what=what)))
    return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.MENDABLE


def tell_bug(bug: Exception, parts: Application) -> int:
    """A mistake of ours, with its trace: the only place where one is shown."""
    trace = "".join(traceback.format_exception(bug))
    what = parts.spoken().say(
        Text(
            "this is a mistake of the program, not yours: {error}",
            error=f"{type(bug).__name__}: {bug}",
        )
    )
    if parts.options.json:
        row = {"message": what, "file": None, "line": None, "column": None, "hint": None}
        click.echo(json_text({"errors": [row]}))
    else:
        _red(what)
    click.echo(trace, err=True)
    return ExitCode.BUG
