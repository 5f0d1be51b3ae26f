"""A number typed again before something is done that cannot simply be done once more."""

from __future__ import annotations

import click

from outreach.application import Application
from outreach.cli.numbers import Count
from outreach.cli.output import on_terminal, say
from outreach.errors import OutreachError, Text


class NotConfirmed(OutreachError):
    """Nobody said that it is really meant."""

    def __init__(self, what: Text, number: int) -> None:
        super().__init__(
            Text("{what}: nobody confirmed it, nothing was changed", what=what),
            hint=Text("repeat the command with --confirm {number}", number=number),
        )


class WrongNumber(OutreachError):
    def __init__(self, given: int, number: int) -> None:
        super().__init__(
            Text("{given} was confirmed, but it is about {number}", given=given, number=number),
            hint=Text("look again, then: --confirm {number}", number=number),
        )


def confirm(parts: Application, what: Text, number: int, given: int | None) -> None:
    """Go on only when `number` was given, or is typed now. Raises `NotConfirmed`, `WrongNumber`."""
    if given is None:
        if parts.options.json or not on_terminal():
            raise NotConfirmed(what, number)
        say(parts, what)
        question = Text("Type the number {number} to go on", number=number)
        given = int(click.prompt(parts.language.say(question), type=Count()))
    if given != number:
        raise WrongNumber(given, number)
