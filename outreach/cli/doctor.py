"""`doctor`: is everything there that a campaign will need?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import console, leave, pieces, show, wrap
from outreach.errors import ExitCode, Plural, Text
from outreach.model.finding import Area, Finding, Health

_AREAS = {
    Area.SETTINGS: Text("Settings"),
    Area.STORE: Text("Contact base"),
    Area.SENDING: Text("Mail servers"),
    Area.DOMAINS: Text("Domains of the senders"),
    Area.MACHINE: Text("This machine"),
}
#: The word of a state, and its colour on a terminal.
_STATES = {
    Health.OK: (Text("ok"), "green"),
    Health.WARNING: (Text("to look at"), "yellow"),
    Health.ERROR: (Text("broken"), "red"),
    Health.SKIPPED: (Text("not checked"), "bright_black"),
}


@click.command(cls=Command)
@click.option("--offline", is_flag=True, help="Ask no mail server and no DNS.")
@click.pass_obj
def doctor(parts: Application, offline: bool) -> None:
    """Look at settings, secrets, contact base, mail servers, DNS, LibreOffice, disk and clock.

    Logs in to the mail servers of the senders and leaves again; nothing is sent and nothing
    is changed. Exits with 1 when something is broken.
    """
    from outreach.runner.doctor import examine

    counted: Counter[Health] = Counter()
    findings = _counting(examine(parts, offline=offline), counted)
    if parts.options.json:
        show(parts, {"checks": [_row(parts, finding) for finding in findings]})
    else:
        _print(parts, findings)
        _print_end(parts, counted)
    if counted[Health.ERROR]:
        leave(ExitCode.MENDABLE)


def _counting(findings: Iterable[Finding], counted: Counter[Health]) -> Iterator[Finding]:
    for finding in findings:
        counted[finding.state] += 1
        yield finding


def _row(parts: Application, finding: Finding) -> dict[str, Any]:
    speak = parts.spoken().say
    return {
        "name": finding.name,
        "state": finding.state.value,
        "message": speak(finding.message),
        "hint": speak(finding.hint) if finding.hint else None,
    }


def _print(parts: Application, findings: Iterable[Finding]) -> None:
    """Area by area, each as soon as it is known."""
    speak = parts.spoken().say
    coloured = bool(console().color_system)
    words = {state: speak(word) for state, (word, _) in _STATES.items()}
    width = max(map(len, words.values())) + 2
    rest = " " * (width + 2)
    for area, group in groupby(findings, key=lambda finding: finding.area):
        click.echo(speak(_AREAS[area]))
        for finding in group:
            word = f"{words[finding.state]:<{width}}"
            # The colour comes after the lines are broken: its signs take no room.
            for line in pieces(speak(finding.message), f"  {word}", rest):
                shown = click.style(word, fg=_STATES[finding.state][1])
                click.echo(line.replace(word, shown, 1) if coloured else line)
            if finding.hint:
                wrap(speak(finding.hint), first=f"{rest}→ ", rest=f"{rest}  ")
        click.echo()


def _print_end(parts: Application, counted: Counter[Health]) -> None:
    speak = parts.spoken().say
    broken, odd = counted[Health.ERROR], counted[Health.WARNING]
    what = Text(
        "{broken}, {odd}",
        broken=Plural("{count} thing is broken", "{count} things are broken", broken),
        odd=Plural("{count} is to be looked at", "{count} are to be looked at", odd),
    )
    click.echo(speak(what if broken or odd else Text("Everything that was looked at is in order.")))
