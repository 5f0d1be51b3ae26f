"""Questions in a plain terminal: a line each, from a keyboard or from a pipe.

No key is read by itself and nothing on the screen is moved: it works over a slow line, with a
screen reader, and with answers prepared in a file.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from io import TextIOWrapper
from typing import Any

import click

from outreach.application import Application
from outreach.cli.output import pieces
from outreach.errors import OutreachError, Text
from outreach.runner.naming import BadText, is_text


class NoMoreAnswers(Exception):
    """The answers have ended (Ctrl-D, the end of a pipe, a terminal that was closed)."""


class Asking:
    """Asks and tells, within a `conversation`."""

    def __init__(self, parts: Application) -> None:
        self.parts = parts

    def tell(self, line: str | Text = "", *, first: str = "", rest: str = "") -> None:
        """A sentence, in lines of at most 80 columns."""
        said = self.parts.language.say(line) if isinstance(line, Text) else line
        for piece in pieces(said, first, rest) or [""]:
            click.echo(piece)

    def menu(self, choices: Sequence[str]) -> None:
        """What may be typed, each choice on one line and no line beginning with the dot."""
        glue = "\N{NO-BREAK SPACE}"
        whole = f"{glue}· ".join(choice.replace(" ", glue) for choice in choices)
        for line in pieces(whole, "   ", "   "):
            click.echo(line.replace(glue, " "))

    def ask(self, question: Text, usual: str = "") -> str:
        """What is typed, without blanks around it; `usual` for an empty line.

        Raises `NoMoreAnswers`. What is no text is asked for again.
        """
        while True:
            typed = self._line(question, usual)
            if is_text(typed):
                return typed
            self.told(BadText(question))

    def _line(self, question: Text, usual: str) -> str:
        proposed = f" [{usual}]" if usual else ""
        asked = Text("{question}:", question=Text("{words}{usual}", words=question, usual=proposed))
        click.echo(f"{self.parts.language.say(asked)} ", nl=False)
        try:
            line = sys.stdin.readline()
        except OSError:  # the terminal is gone
            line = ""
        except KeyboardInterrupt:
            click.echo()
            raise
        if not line:
            click.echo()
            raise NoMoreAnswers
        typed = line.strip()
        if not sys.stdin.isatty():
            # As a terminal would have shown it.
            click.echo(typed.encode("utf-8", "replace").decode())
        return typed or usual

    def told(self, error: OutreachError) -> None:
        """What is wrong with an answer; it is asked for again."""
        self.tell(error.what, first="   ! ", rest="     ")
        if error.hint:
            self.tell(error.hint, first="     ", rest="     ")


@contextmanager
def conversation(parts: Application) -> Iterator[None]:
    """Under `--json` all that is said in the block goes to stderr: the answer is one object.

    A terminal that is closed, or a stop by the system, is taken for a Ctrl-C.
    """
    aside = redirect_stdout(sys.stderr) if parts.options.json else nullcontext()
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is no text is told, not a crash
    with aside, _stopping_cleanly():
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """A Ctrl-C in the block is heard when it is over: an outcome is written whole or not at all."""
    heard: list[int] = []
    with _handling(lambda number, _frame: heard.append(number)):
        yield
    if heard:
        raise KeyboardInterrupt


def _stopping_cleanly() -> AbstractContextManager[None]:
    return _handling(signal.default_int_handler)


@contextmanager
def _handling(handler: Any) -> Iterator[None]:
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGHUP", "SIGTERM"):  # Windows knows no hang-up
            if hasattr(signal, name):
                number = getattr(signal, name)
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)
