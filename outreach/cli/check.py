"""`check`: every problem, nothing sent; on a page for whoever wrote the campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from outreach.application import Application
from outreach.cli.campaigns import (
    audience_lines,
    campaign_file,
    mailroom,
    notes_data,
    print_notes,
)
from outreach.cli.door import Command
from outreach.cli.letter_facts import print_letter, row_of_letter
from outreach.cli.output import console, leave, say, show, wrap
from outreach.cli.telling import as_json
from outreach.errors import ExitCode, OutreachError, Plural, Problems, Text
from outreach.files.plain_text import UnreadableFile
from outreach.model.settings import Compliance
from outreach.runner.check import check as check_campaign
from outreach.runner.check import notes_of
from outreach.runner.findings import Checked, Note, Problem, Severity


@click.command(cls=Command)
@click.argument("campaign")
@click.pass_obj
def check(parts: Application, campaign: str) -> None:
    """Show every problem of CAMPAIGN, with its place; nothing is sent.

    Also what its letters print, for how many people a value is missing, and whom it would
    go to. Exits with 1 when the campaign must not start as it is.
    """
    notes: tuple[Note, ...] = ()
    try:
        file, room = campaign_file(parts, campaign), mailroom(parts)
        checked = check_campaign(file, room, now=parts.now())
        notes = notes_of(file.campaign, checked, room)
    except (Problems, UnreadableFile) as wrong:
        errors = wrong.errors if isinstance(wrong, Problems) else (wrong,)
        checked = Checked(tuple(Problem(Severity.ERROR, e) for e in errors), None)
    checked = checked.under(_compliance(parts))
    data: dict[str, Any] = {"problems": [_row(parts, problem) for problem in checked.problems]}
    data["notes"] = notes_data(parts, notes)
    data["letters"] = [row_of_letter(parts, letter) for letter in checked.letters]
    show(parts, data, lambda: _print(parts, campaign, checked, notes))
    if checked.stopping(_compliance(parts)):
        leave(ExitCode.MENDABLE)


def _compliance(parts: Application) -> Compliance:
    try:
        return parts.settings.compliance
    except OutreachError:
        return Compliance.WARN


def _row(parts: Application, problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity.value,
        **as_json(problem.error, parts.spoken().say),
    }


def _print(parts: Application, name: str, checked: Checked, notes: Sequence[Note]) -> None:
    errors = [p for p in checked.problems if p.severity is Severity.ERROR]
    warnings = [p for p in checked.problems if p.severity is Severity.WARNING]
    _print_problems(parts, Text("To mend before it can start:"), errors, "red")
    _print_problems(parts, Text("Good to know:"), warnings, "yellow")
    for letter in checked.letters:
        print_letter(parts, letter)
    if checked.chosen is not None:
        say(parts, Text("Audience of {name!r} as it is now:", name=name))
        for line in audience_lines(checked.chosen.count):
            say(parts, line)
        say(parts)
    print_notes(parts, notes)
    counted = Text(
        "{errors}, {warnings}",
        errors=Plural("{count} error", "{count} errors", len(errors)),
        warnings=Plural("{count} warning", "{count} warnings", len(warnings)),
    )
    say(parts, counted)
    if not checked.stopping(_compliance(parts)):
        say(parts, Text("Send it to yourself first: outreach test {name} --to ADDRESS", name=name))
        say(parts, Text("It can start: outreach launch {name}", name=name))


def _print_problems(
    parts: Application, heading: Text, problems: Sequence[Problem], colour: str
) -> None:
    """A heading, then the problems of one place together, in the order they were found."""
    if not problems:
        return
    shown = parts.spoken().say(heading)
    click.echo(click.style(shown, fg=colour, bold=True) if console().color_system else shown)
    places: dict[str, list[OutreachError]] = {"": []}
    for problem in problems:
        places.setdefault(str(problem.error.where or ""), []).append(problem.error)
    for place, errors in places.items():
        if place:
            click.echo(f"  {place}")
        for number, error in enumerate(errors, start=1):
            repeated = any(other.hint == error.hint for other in errors[number : number + 1])
            _print_problem(parts, error, indent="    " if place else "  ", hint=not repeated)
    click.echo()


def _print_problem(
    parts: Application, error: OutreachError, *, indent: str, hint: bool = True
) -> None:
    """What it is and what to do; `hint`: advice that several share stands once, behind the last."""
    speak = parts.spoken().say
    wrap(speak(error.what), first=f"{indent}• ", rest=f"{indent}  ")
    if excerpt := getattr(error, "excerpt", None):
        for line in str(excerpt).splitlines():
            click.echo(f"{indent}  {line}")
    if error.hint and hint:
        wrap(speak(error.hint), first=f"{indent}  → ", rest=f"{indent}    ")
