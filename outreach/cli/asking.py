"""Questions in a plain terminal: a line each, from a keyboard or from a pipe.

No key is read by itself and nothing on the screen is moved: it works over a slow line, with a
screen reader, and with answers prepared in a file.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from outreach.application import Application
from outreach.cli.output import pieces
from outreach.errors import OutreachError, Text


class NoMoreAnswers(Exception):
    """The answers have ended (Ctrl-D, the end of a pipe, a terminal that was closed)."""


class Asking:
    """Asks and tells. Under `--json` both go to stderr: the answer of the command is one object."""

    def __init__(self, parts: Application) -> None:
        self.parts = parts
        self._err = parts.options.json

    def tell(self, line: str | Text = "", *, first: str = "", rest: str = "") -> None:
        """A sentence, in lines of at most 80 columns."""
        said = self.parts.language.say(line) if isinstance(line, Text) else line
        for piece in pieces(said, first, rest) or [""]:
            click.echo(piece, err=self._err)

    def ask(self, question: Text, usual: str = "") -> str:
        """What is typed, without blanks around it; `usual` for an empty line.

        Raises `NoMoreAnswers`.
        """
        proposed = f" [{usual}]" if usual else ""
        click.echo(f"{self.parts.language.say(question)}{proposed}: ", nl=False, err=self._err)
        try:
            line = sys.stdin.readline()
        except OSError:  # the terminal is gone
            line = ""
        if not line:
            click.echo(err=self._err)
            raise NoMoreAnswers
        typed = line.strip()
        if not sys.stdin.isatty():
            click.echo(typed, err=self._err)  # as a terminal would have shown it
        return typed or usual

    def told(self, error: OutreachError) -> None:
        """What is wrong with an answer; it is asked for again."""
        self.tell(error.what, first="   ! ", rest="     ")
        if error.hint:
            self.tell(error.hint, first="     ", rest="     ")


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """A terminal that is closed, or a stop by the system, is taken for a Ctrl-C in the block."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGHUP", "SIGTERM"):  # Windows knows only the second
            if hasattr(signal, name):
                number = getattr(signal, name)
                before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
