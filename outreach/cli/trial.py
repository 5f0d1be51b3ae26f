"""`test`: the whole chain to one address, now; written down nowhere."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cleaning.emails import email
from outreach.cli.campaigns import campaign_file, mailroom
from outreach.cli.door import Command
from outreach.cli.output import leave, notice, say, show, wrap
from outreach.cli.telling import as_json, tell
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.model.contact import Contact
from outreach.runner.trial import Trials, somebody
from outreach.runner.trial_sending import TrialReport, Tried, send_trials
from outreach.runner.wording import CHANNELS

#: What became of a message, as it is told.
_OUTCOMES = {
    "sent": Text("sent"),
    "held": Text("would be held"),
    "skipped": Text("left out"),
    "failed": Text("cannot be made"),
    "refused": Text("refused"),
    "deferred": Text("deferred"),
    "unknown": Text("unknown"),
    "not_sent": Text("not sent"),
}


class NoAddress(WrongUsage):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("--to {text!r} is not an e-mail address", text=text),
            hint=Text("give one address, such as marie@atelier.fr"),
        )


@click.command(cls=Command)
@click.argument("campaign")
@click.option("--to", required=True, metavar="ADDRESS", help="The address that gets all of it.")
@click.option("--who", metavar="WHO", help="As this person would get it; else one of the audience.")
@click.option("--step", metavar="S", help="Only this step.")
@click.pass_obj
def test(parts: Application, campaign: str, to: str, who: str | None, step: str | None) -> None:
    """Send every step of CAMPAIGN to one address now, marked as a test.

    E-mails come as they are, in each of their variants; letters attached, calls with their
    guide. Dates and conditions are passed over. Nothing is recorded: nobody's chain moves.
    """
    address = _address(to)
    file = campaign_file(parts, campaign)
    room = mailroom(parts)
    person = parts.person(who) if who else somebody(file, room, parts.now())
    trials = Trials(
        file, room, person=person, to=address, say=parts.language.say, now=parts.now()
    ).make(step)
    with parts.alone():
        report = send_trials(
            trials,
            parts.transport,
            book=parts.store.paces,
            clock=parts.clock,
            zone=parts.settings.zone,
            waiting=lambda until: notice(parts, Text("waits until {instant}", instant=until)),
        )
    data = _data(parts, report, file.campaign.name, address, person)
    show(parts, data, lambda: _print(parts, report, file.campaign.name, address, person))
    if code := _exit_code(report):
        leave(code)


def _address(text: str) -> str:
    """One address and nothing beside it. Raises `NoAddress`."""
    clean = email(text.strip())
    if clean.value is None or clean.reason is not None:
        raise NoAddress(text)
    return clean.value


def _exit_code(report: TrialReport) -> ExitCode | None:
    """A missing value is 4; a refusal, an error or a server that is down is 1."""
    if report.count("held"):
        return ExitCode.PARTLY_DONE
    done = report.count("sent", "skipped")
    return None if done == len(report.tried) else ExitCode.MENDABLE


def _data(
    parts: Application, report: TrialReport, campaign: str, to: str, person: Contact
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "campaign": campaign,
        "to": to,
        "contact": person.id,
        "name": person.name,
        "sent": report.count("sent"),
        "steps": [_row(parts, one) for one in report.tried],
    }
    if report.errors:
        data["errors"] = [as_json(error, parts.language.say) for error in report.errors]
    return data


def _row(parts: Application, one: Tried) -> dict[str, Any]:
    trial = one.trial
    return {
        "step": trial.step,
        "channel": trial.channel.value,
        "variant": trial.variant,
        "subject": trial.message.subject if trial.message else None,
        "outcome": one.outcome,
        "message": parts.language.say(one.told) if one.told else None,
    }


def _print(
    parts: Application, report: TrialReport, campaign: str, to: str, person: Contact
) -> None:
    for error in report.errors:
        tell(error, parts)
    say(
        parts,
        Text(
            "Test of {campaign!r} as {name} would get it, to {to}:",
            campaign=campaign,
            name=person.name,
            to=to,
        ),
    )
    speak = parts.language.say
    for one in report.tried:
        trial = one.trial
        step = f"{trial.step} {trial.variant}" if trial.variant else trial.step
        line = f"{step} · {speak(CHANNELS[trial.channel])} · {speak(_OUTCOMES[one.outcome])}"
        told = f": {speak(one.told)}" if one.told else ""
        wrap(line + told, first="  ", rest="    ")
    say(
        parts,
        Plural(
            "{count} message was sent; nothing was recorded in the campaign.",
            "{count} messages were sent; nothing was recorded in the campaign.",
            report.count("sent"),
        ),
    )
