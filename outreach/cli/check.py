"""`check`: every problem of a campaign, nothing sent."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.campaigns import audience_lines, campaign_file, mailroom
from outreach.cli.door import Command, as_json
from outreach.cli.output import broken, leave, say, show, wrap
from outreach.errors import ExitCode, OutreachError, Plural, Problems, Text
from outreach.files.source import UnreadableFile
from outreach.model.settings import Compliance
from outreach.runner.check import check as check_campaign
from outreach.runner.findings import Checked, Problem, Severity


@click.command(cls=Command)
@click.argument("campaign")
@click.pass_obj
def check(parts: Application, campaign: str) -> None:
    """Show every problem of CAMPAIGN, with its place; nothing is sent.

    Exits with 1 when the campaign must not start as it is.
    """
    try:
        file = campaign_file(parts, campaign)
        checked = check_campaign(file, mailroom(parts), now=parts.now())
    except (Problems, UnreadableFile) as wrong:
        errors = wrong.errors if isinstance(wrong, Problems) else (wrong,)
        checked = Checked(tuple(Problem(Severity.ERROR, e) for e in errors), None)
    checked = checked.under(_compliance(parts))
    show(
        parts,
        {"problems": [_row(parts, problem) for problem in checked.problems]},
        lambda: _print(parts, campaign, checked),
    )
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


def _print(parts: Application, name: str, checked: Checked) -> None:
    for problem in checked.problems:
        _print_problem(parts, problem)
    errors = sum(problem.severity is Severity.ERROR for problem in checked.problems)
    warnings = len(checked.problems) - errors
    if checked.chosen is not None:
        say(parts, Text("Audience of {name!r} as it is now:", name=name))
        for line in audience_lines(checked.chosen.count):
            say(parts, line)
        say(parts)
    counted = Text(
        "{errors}, {warnings}",
        errors=Plural("{count} error", "{count} errors", errors),
        warnings=Plural("{count} warning", "{count} warnings", warnings),
    )
    say(parts, counted)
    if not checked.stopping(_compliance(parts)):
        say(parts, Text("It can start: outreach launch {name}", name=name))


def _print_problem(parts: Application, problem: Problem) -> None:
    speak = parts.spoken().say
    error = problem.error
    place = f"{error.where}: " if error.where and str(error.where) else ""
    kind = Text("error") if problem.severity is Severity.ERROR else Text("warning")
    colour = "red" if problem.severity is Severity.ERROR else "yellow"
    first, *rest = broken(f"{speak(kind)}: {place}{speak(error.what)}")
    click.echo(first.replace(speak(kind), click.style(speak(kind), fg=colour), 1))
    for piece in rest:
        click.echo(piece)
    if excerpt := getattr(error, "excerpt", None):
        click.echo(excerpt)
    if error.hint:
        wrap(speak(error.hint), first="  ", rest="    ")
