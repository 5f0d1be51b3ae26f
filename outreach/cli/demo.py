"""`demo`: the main job on sample data, end to end, by the very commands people use.

A fresh workspace, a mail server on this machine that keeps what it gets, and a season of
prospecting played with `--now`: letters, e-mails, calls, outcomes, the report. Every
command is shown before it runs, so that it can be typed again.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from outreach.application import Application, Options
from outreach.cli.demo_season import CAMPAIGN, MAILED, POSTED, outcomes_of, season_of
from outreach.cli.door import Command
from outreach.cli.output import broken, json_text
from outreach.errors import ExitCode, OutreachError, Text
from outreach.files.workspace import SETTINGS_FILE, new_workspace, samples_folder
from outreach.language import Language, environment_locale

#: What marks a folder as ours to make anew.
_MARK = ".outreach-demo"

#: Private people agreed at the fair, on paper: who, and what proves it.
_AT_HOME = "company is null and job_title is null"
_FORM = "Formulaire du stand, version 3"


class NotADemo(OutreachError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            Text("{folder} is there already and is no demo", folder=folder),
            hint=Text("choose another folder: outreach demo --dir DIR"),
        )


class DemoFailed(OutreachError):
    exit_code = ExitCode.BUG

    def __init__(self, command: str, code: int) -> None:
        super().__init__(Text("{command} ended with {code}", command=command, code=code))


@click.command(cls=Command)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default="outreach-demo",
    show_default=True,
    metavar="DIR",
    help="Where the workspace is made.",
)
@click.option("--locale", metavar="LOCALE", help="fr_FR or en_GB; else as your shell speaks.")
@click.pass_obj
def demo(parts: Application, folder: Path, locale: str | None) -> None:
    """Play the main job on sample data, end to end; nothing leaves this machine.

    Leaves a workspace in DIR that every other command can be tried on.
    """
    words = Language(locale or environment_locale())
    _fresh(folder, words.locale)
    with parts.sink(folder / "data" / "received") as sink:
        _point_at(folder / SETTINGS_FILE, sink.port)
        show = Stage(folder, words, quiet=parts.options.json)
        with contextlib.closing(_of(folder)) as played:
            report = _play(show, folder, played)
        received = sink.received
    if parts.options.json:
        click.echo(json_text({"dir": str(folder), "received": received, "report": report}))
    else:
        _farewell(show, folder, received)


# --- the workspace ----------------------------------------------------------------------------


def _fresh(folder: Path, locale: str) -> None:
    """An empty workspace; an earlier demo is made anew, anything else is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise NotADemo(folder)
        shutil.rmtree(folder)
    new_workspace(folder, locale=locale)
    (folder / _MARK).write_text("made by: outreach demo\n")
    for name in ("contacts.csv", "outcomes.csv"):
        shutil.copyfile(samples_folder() / "samples" / name, folder / name)


def _point_at(settings: Path, port: int) -> None:
    """The sender of the samples writes to the demo's own mail server."""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("port: 2525", f"port: {port}"), encoding="utf-8")


# --- the stage: commands, shown and run -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """Runs commands as if they were typed in the workspace, and says what is happening."""

    folder: Path
    words: Language
    quiet: bool

    def title(self, text: Text) -> None:
        if not self.quiet:
            line = self.words.say(text)
            click.echo(f"\n{click.style(line, bold=True)}\n{'─' * min(len(line), 79)}")

    def say(self, text: Text) -> None:
        if not self.quiet:
            for piece in broken(self.words.say(text)):
                click.echo(piece)

    def run(self, *words: str, now: datetime, allowed: Sequence[int] = (0,)) -> None:
        """One command at one instant; its output is shown."""
        if self.quiet:
            code, _ = self._silently(words, now)
        else:
            typed = click.style(f"$ outreach {shlex.join(words)}", fg="cyan")
            click.echo(f"{typed}   # {self.words.write(now.date())}")
            code = self._call(words, now)
        if code not in allowed:
            raise DemoFailed(f"outreach {shlex.join(words)}", code)

    def ask(self, *words: str, now: datetime) -> Mapping[str, object]:
        """One command's JSON answer, not shown."""
        _, out = self._silently(("--json", *words), now)
        answer: Mapping[str, object] = json.loads(out)
        return answer

    def _call(self, words: Sequence[str], now: datetime) -> int:
        from outreach.cli import main

        config = str(self.folder / SETTINGS_FILE)
        options = Options(json="--json" in words, config=config, now=now.isoformat())
        with contextlib.closing(Application(options)) as parts:
            return main.answer(list(words), parts)

    def _silently(self, words: Sequence[str], now: datetime) -> tuple[int, str]:
        with (
            contextlib.redirect_stdout(io.StringIO()) as out,
            contextlib.redirect_stderr(io.StringIO()),
        ):
            code = self._call(words, now)
        return code, out.getvalue()


# --- the play ---------------------------------------------------------------------------------


def _of(folder: Path) -> Application:
    return Application(Options(config=str(folder / SETTINGS_FILE)))


def _play(show: Stage, folder: Path, parts: Application) -> Mapping[str, object]:
    season = season_of(parts)
    day = season.at

    show.say(
        Text(
            "A season of prospecting, played from {first} to {last}: the date behind a command"
            " is the day it is played on (--now).",
            first=day(0).date(),
            last=day(season.end).date(),
        )
    )
    show.title(Text("1  The contact base: a spreadsheet comes in"))
    show.run(
        "contacts",
        "import",
        str(folder / "contacts.csv"),
        "--source",
        "Carnet",
        now=day(0),
        allowed=(0, 4),
    )
    agreed = ("--channel", "call", "--channel", "email", "--evidence", _FORM)
    show.run("privacy", "consent", "--where", _AT_HOME, *agreed, now=day(0))

    show.title(Text("2  Who is meant, who is left out and why"))
    show.run("check", CAMPAIGN, now=day(0))

    show.title(Text("3  One merged e-mail, before anything leaves"))
    show.run("preview", CAMPAIGN, "--step", "mail", now=day(0), allowed=(0, 4))

    show.title(Text("4  Launch: the audience is frozen"))
    counts = show.ask("launch", CAMPAIGN, "--dry-run", now=day(0))
    show.run("launch", CAMPAIGN, "--confirm", str(counts["enrolled"]), now=day(0))

    show.title(Text("5  The letters are printed, and posted the next day"))
    show.run("run", now=day(0), allowed=(0, 4))
    show.run("letters", "posted", CAMPAIGN, now=day(POSTED))

    outcomes = outcomes_of(folder, season)
    show.title(Text("6  A few answers; a week later the e-mails leave"))
    show.run("record", "--from", str(outcomes.write(parts, before=MAILED)), now=day(MAILED))
    show.run("run", now=day(MAILED), allowed=(0, 4))

    show.title(Text("7  Then the calls fall due"))
    show.run(
        "record", "--from", str(outcomes.write(parts, before=season.calls)), now=day(season.calls)
    )
    show.run("run", now=day(season.calls), allowed=(0, 4))
    show.run("calls", CAMPAIGN, "--limit", "1", now=day(season.calls))

    show.title(Text("8  What came of it in the following weeks"))
    show.run("record", "--from", str(outcomes.write(parts, before=10_000)), now=day(season.end))
    show.run("status", CAMPAIGN, now=day(season.end))
    show.run("today", "--limit", "3", now=day(season.end))
    show.run("contacts", "adrift", now=day(season.end))

    show.title(Text("9  The report: the chain, its rates, its cost and profit"))
    show.run("report", CAMPAIGN, now=day(season.end))
    return show.ask("report", CAMPAIGN, now=day(season.end))


def _farewell(show: Stage, folder: Path, received: int) -> None:
    show.title(Text("Where to look, what to try"))
    outbox = folder / "data" / "outbox" / "letters" / CAMPAIGN
    show.say(
        Text(
            "{count} e-mails were received by the demo's server: {folder}",
            count=received,
            folder=folder / "data" / "received",
        )
    )
    show.say(Text("The letters lie in {folder}", folder=outbox))
    show.say(Text("Go on from here:"))
    click.echo(f"  cd {shlex.quote(str(folder))}")
    for command in (
        'outreach contacts list \'city = "Rennes" and kind = "prospect"\'',
        "outreach why C0019",
        "outreach today",
        "outreach check newsletter",
        "outreach plan effort --revenue 60000 --average-deal 20000",
        f"outreach report {CAMPAIGN} --json",
    ):
        click.echo(f"  {command}")
    show.say(
        Text(
            "To receive mail again while you try: python -m aiosmtpd -n -l 127.0.0.1:{port}",
            port=_port(folder),
        )
    )


def _port(folder: Path) -> int:
    return next(iter(_of(folder).settings.senders.values())).servers[0].port
