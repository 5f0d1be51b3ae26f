"""The door itself: options that any command takes, commands found lazily, exit codes.

`--json`, `--now` and `--config` may stand before or after a command's name.
"""

from __future__ import annotations

import atexit
import gc
import inspect
import os
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from importlib import import_module
from typing import Any

import click

from outreach.application import Application, Options
from outreach.cli.lazy import LazyCommands
from outreach.cli.output import open_stdout
from outreach.cli.telling import tell, tell_bug, tell_usage
from outreach.cli.usage import SpokenContext, speech
from outreach.errors import ExitCode, Interrupted, OutreachError, Text, did_you_mean
from outreach.runner.naming import BadText, is_text, require_instant

CommandTable = dict[str, dict[str, tuple[str, str]]]


def _note(name: str) -> Any:
    """A callback that notes an option for the whole invocation, wherever it stood."""

    def note(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value and name == "now":
            require_instant(value)  # wrong in every command, not only where the time matters
        if value:
            setattr(ctx.find_root().obj.options, name, value)

    return note


def everywhere() -> list[click.Option]:
    """The options that may stand before or after any command's name."""
    return [
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_note("json"),
            help="Exactly one JSON object on standard output.",
        ),
        click.Option(
            ["--now"],
            metavar="INSTANT",
            expose_value=False,
            callback=_note("now"),
            help="Run as if at that instant (rehearsals only).",
        ),
        click.Option(
            ["--config"],
            metavar="FILE",
            expose_value=False,
            callback=_note("config"),
            help="The settings file, instead of the nearest outreach.yaml.",
        ),
    ]


class SpokenMixin(click.Command):
    """Help in the reader's language, with the options that go everywhere."""

    context_class = SpokenContext

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        params = super().get_params(ctx)
        names = {name for param in params for name in param.opts}
        return [*params[:-1], *(o for o in everywhere() if o.opts[0] not in names), *params[-1:]]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(spoken_help(self, ctx))

    def shown_options(self, ctx: click.Context) -> list[click.Option]:
        """The options that the help lists."""
        return [param for param in self.get_params(ctx) if isinstance(param, click.Option)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [spoken_record(option, ctx) for option in self.shown_options(ctx)]
        with formatter.section(speech(ctx)(Text("Options"))):
            formatter.write_dl([record for record in records if record])
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


def spoken_help(command: click.Command, ctx: click.Context) -> str:
    """What a command says it does, in the reader's language."""
    return speech(ctx)(Text(inspect.cleandoc(command.help or "")))


def spoken_record(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """A line of the options: its name, and its help in the reader's language."""
    say = speech(ctx)
    spoken = copy(option)
    spoken.help = say(Text(option.help)) if option.help else None
    record = spoken.get_help_record(ctx)
    if record is None:
        return None
    return record[0], record[1].replace("[default:", say(Text("[default:")))


class Command(SpokenMixin):
    """A command of ours."""

    def invoke(self, ctx: click.Context) -> Any:
        """What is typed is text; the name of a file may be any bytes. Raises `BadText`.

        An expression is read by those who can say where it is wrong.
        """
        for param in self.params:
            plain = param.type is click.STRING and "EXPR" not in (param.metavar or "")
            if plain and not _is_text(ctx.params.get(param.name or "")):
                raise BadText(param.name or "")
        return super().invoke(ctx)


def _is_text(typed: Any) -> bool:
    if isinstance(typed, tuple):
        return all(_is_text(one) for one in typed)
    return not isinstance(typed, str) or is_text(typed)


class Group(SpokenMixin, click.Group):
    """A noun with verbs; with a default command it can be called bare (`outreach letters`)."""

    command_class = Command
    group_class = type

    def __init__(
        self,
        *args: Any,
        default: str | None = None,
        elsewhere: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.default = default
        self.commands = LazyCommands(self.commands, elsewhere or {})
        if default:
            self.no_args_is_help = False
            self.invoke_without_command = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if self.default and not self._names_a_command(args) and "--help" not in args:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def shown_options(self, ctx: click.Context) -> list[click.Option]:
        """What the default command takes stands first: that is what the bare form takes."""
        usual = self.get_command(ctx, self.default) if self.default else None
        own = [param for param in usual.params if isinstance(param, click.Option)] if usual else []
        return [*own, *super().shown_options(ctx)]

    def _names_a_command(self, args: Sequence[str]) -> bool:
        plain = [arg for arg in args if not arg.startswith("-")]
        return bool(plain) and plain[0] in self.commands

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            say = speech(ctx)
            hint = did_you_mean(args[0], self.list_commands(ctx))
            what = say(Text("there is no command {name!r}", name=args[0]))
            ctx.fail(f"{what}\n  {say(hint)}" if hint else what)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        names = self.list_commands(ctx)
        found = [(name, command) for name in names if (command := self.get_command(ctx, name))]
        rows = [(name, spoken_help(command, ctx).split("\n\n")[0]) for name, command in found]
        with formatter.section(speech(ctx)(Text("Commands"))):
            formatter.write_dl(rows)


class Door(Group):
    """The program: finds commands lazily, turns errors into words and exit codes."""

    def __init__(self, table: CommandTable) -> None:
        super().__init__(
            "outreach",
            help="Letters, e-mails, calls and visits as one prospecting chain.",
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )
        self.table = table
        self.no_args_is_help = True
        self.params.append(
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help="Print the version.",
            ),
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for commands in self.table.values() for name in commands]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        for commands in self.table.values():
            if name in commands:
                module = import_module(f"outreach.cli.{commands[name][0]}")
                command: click.Command = getattr(module, name)
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        say = speech(ctx)
        for topic, commands in self.table.items():
            rows = [(name, say(Text(line))) for name, (_, line) in commands.items()]
            with formatter.section(say(Text(topic))):
                formatter.write_dl(rows)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        extra.setdefault("obj", Application(Options()))
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of our pipe has seen enough (`| head`): no mistake, though click says 1.
            # Transports answer for their own connections.
            raise click.exceptions.Exit(ExitCode.DONE) from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *_a: Any,
        **extra: Any,
    ) -> Any:
        # A command lives shortly and makes few cycles: looking for them at every 700th object
        # takes a fifth of its start-up.
        gc.set_threshold(100_000, 50, 50)
        # And what is left at its end goes with the process, cycles or not.
        atexit.register(gc.freeze)
        extra.pop("standalone_mode", None)
        arguments = list(sys.argv[1:] if args is None else args)
        parts = Application(Options(json="--json" in arguments))
        open_stdout(as_json=parts.options.json)
        try:
            code = self.answer(arguments, parts, **extra)
        finally:
            parts.close()
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(int(code))

    def answer(self, arguments: list[str], parts: Application, **extra: Any) -> int:
        """Run one command with these parts; its exit code. Errors are told on the way."""
        from outreach.cli.journal import note

        known = self.list_commands(click.Context(self))
        code, bug = self._outcome(arguments, parts, **extra)
        command = next((word for word in arguments if word in known), "–")
        note(parts, command, int(code), bug)
        return code

    def _outcome(
        self, arguments: list[str], parts: Application, **extra: Any
    ) -> tuple[int, Exception | None]:
        """The exit code, and the mistake of ours behind it where there is one."""
        try:
            return self._told(arguments, parts, **extra), None
        except Exception as bug:
            return tell_bug(bug, parts), bug

    def _told(self, arguments: list[str], parts: Application, **extra: Any) -> int:
        try:
            result = super().main(
                arguments, prog_name="outreach", standalone_mode=False, obj=parts, **extra
            )
            return int(result) if isinstance(result, int) else ExitCode.DONE
        except OutreachError as error:
            tell(error, parts)
            return error.exit_code
        except click.exceptions.Exit as leaving:
            return leaving.exit_code
        except click.ClickException as error:
            return tell_usage(error, parts)
        except (click.Abort, KeyboardInterrupt):
            tell(Interrupted(), parts)
            return ExitCode.INTERRUPTED


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from outreach import __version__

        click.echo(f"outreach {__version__}")
        ctx.exit()
