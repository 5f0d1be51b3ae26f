"""What click says by itself, in the reader's language: usage lines, headings, wrong options.

click looks its words up in the language of the shell alone; here the workspace has a say.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import click

from outreach.errors import Text, did_you_mean

Say = Callable[[Text], str]

#: Most characters of a typed word, and of a sentence of click's around one, that are repeated.
_WORD, _LINE = 80, 300


def speech(ctx: click.Context) -> Say:
    """How this invocation says a sentence."""
    say: Say = ctx.find_root().obj.spoken().say
    return say


class Formatter(click.HelpFormatter):
    """Help whose headings are spoken; French sets a space before the colon."""

    def __init__(self, say: Say, width: int | None, max_width: int | None) -> None:
        super().__init__(width=width, max_width=max_width)
        self.say = say

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{self.say(Text('Usage:'))} ")

    def write_heading(self, heading: str) -> None:
        title = self.say(Text("{title}:", title=heading))
        self.write(f"{'':>{self.current_indent}}{title}\n")


class SpokenContext(click.Context):
    """A context whose help and usage lines are spoken."""

    def make_formatter(self) -> Formatter:
        return Formatter(speech(self), self.terminal_width, self.max_content_width)


def wrong_usage(error: click.ClickException) -> Text:
    """What is wrong with the words of a command line."""
    hint = _hint(error)
    said = _wrong(error)
    return Text("{what}\n  {hint}", what=said, hint=hint) if hint else said


def _hint(error: click.ClickException) -> Text | None:
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        command = error.ctx.command
        known = [name for param in command.get_params(error.ctx) for name in param.opts]
        return did_you_mean(error.option_name, (name for name in known if name.startswith("--")))
    return None


def _wrong(error: click.ClickException) -> Text:
    match error:
        case click.NoSuchOption():
            return Text("there is no option {name!r}", name=_cut(error.option_name))
        # click tells a flag with a value and an option without one by this sentence alone.
        case click.BadOptionUsage() if "does not take" in error.message:
            return Text("{option} takes no value", option=_cut(error.option_name))
        case click.BadOptionUsage():
            return Text("{option} needs a value", option=error.option_name)
        case click.MissingParameter() if error.param is not None:
            return Text("{name} is missing", name=_named(error.param, error.ctx))
        case click.BadParameter() if error.param is not None:
            return _unfit(error, error.param)
    # A sentence of click's that has no class of its own.
    if found := re.match(r"Got unexpected extra arguments? \((.*)\)", error.format_message()):
        return Text("too many words: {words}", words=_cut(found[1]))
    return Text("{message}", message=_cut(error.format_message(), _LINE))


def _unfit(error: click.BadParameter, param: click.Parameter) -> Text:
    """A value that its option or argument does not take."""
    name, kind = _named(param, error.ctx), param.type
    if isinstance(kind, click.Choice) and isinstance(param, click.Argument):
        return Text("one of: {words}", words=", ".join(kind.choices))
    if isinstance(kind, click.Choice):
        return Text("{name} is one of: {words}", name=name, words=", ".join(kind.choices))
    if isinstance(kind, click.IntRange) and kind.min is not None:
        return Text("{name} takes a whole number, at least {least}", name=name, least=kind.min)
    if isinstance(kind, click.types.IntParamType):
        return Text("{name} takes a whole number", name=name)
    return Text("{name}: {message}", name=name, message=_cut(error.message, _LINE))


def _cut(typed: str, most: int = _WORD) -> str:
    """What was typed, not longer than a reader needs to know it again."""
    return typed if len(typed) <= most else f"{typed[: most - 1]}…"


def _named(param: click.Parameter, ctx: click.Context | None) -> str:
    """An argument as the usage line calls it, an option by its long name."""
    if isinstance(param, click.Option) or ctx is None:
        return max(param.opts, key=len)
    return param.make_metavar(ctx).strip("[].…")
