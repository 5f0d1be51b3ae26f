"""`launch`: freeze the audience and start."""

from __future__ import annotations

import click

from outreach.application import Application
from outreach.cli.campaigns import audience_lines, campaign_file, mailroom
from outreach.cli.door import Command
from outreach.cli.output import notice, on_terminal, say, show
from outreach.errors import OutreachError, Problems, Text
from outreach.files.campaigns import CampaignFile
from outreach.model.audience import AudienceCount
from outreach.runner.check import check as check_campaign
from outreach.runner.findings import Checked
from outreach.runner.fingerprint import fingerprint
from outreach.runner.launch import launch as start
from outreach.runner.launch import may_launch_again
from outreach.runner.place import remember_first
from outreach.store.campaigns import Launched


class NotConfirmed(OutreachError):
    def __init__(self, name: str, enrolled: int) -> None:
        super().__init__(
            Text("nobody confirmed the launch of {name!r}: nothing was started", name=name),
            hint=Text(
                "repeat with the number of people: outreach launch {name} --confirm {enrolled}",
                name=name,
                enrolled=enrolled,
            ),
        )


@click.command(cls=Command)
@click.argument("campaign")
@click.option(
    "--pilot",
    type=click.IntRange(1),
    metavar="N",
    help="Only the first N people; launch again for the rest.",
)
@click.option(
    "--confirm", type=int, metavar="N", help="The number of people, typed again: really start."
)
@click.option("--dry-run", is_flag=True, help="Show who would be enrolled; start nothing.")
@click.option(
    "--confirm-change", is_flag=True, help="Put templates that changed since the launch in force."
)
@click.pass_obj
def launch(
    parts: Application,
    campaign: str,
    pilot: int | None,
    confirm: int | None,
    dry_run: bool,
    confirm_change: bool,
) -> None:
    """Freeze the audience of CAMPAIGN and start its first steps.

    Nothing leaves before the next `outreach run`. Without --confirm it shows the number of
    people and asks.
    """
    file = campaign_file(parts, campaign)
    name = file.campaign.name
    launched = parts.store.campaigns.look_up(name)
    if confirm_change:
        _confirm_change(parts, file, parts.store.campaigns.find(name))
        return
    extending = may_launch_again(launched, name)
    room = mailroom(parts)
    checked = check_campaign(file, room, now=parts.now(), pilot=pilot)
    stopping = checked.stopping(parts.settings.compliance)
    if stopping:
        raise Problems(stopping) if len(stopping) > 1 else stopping[0]
    assert checked.chosen is not None
    count = checked.chosen.count
    if not dry_run:
        confirm = confirm if confirm is not None else _ask(parts, name, count)
        mark = fingerprint(file.campaign, room.folder, room.templates(room.language(file.campaign)))
        start(
            parts.store,
            file.campaign,
            checked.chosen,
            file=str(file.path),
            fingerprint=mark,
            settings=parts.settings,
            now=parts.now(),
            confirmed=confirm,
            pilot=pilot is not None,
            extending=extending,
        )
        remember_first(parts.store, parts.settings)
    show(parts, _data(name, count), lambda: _print(parts, name, checked, started=not dry_run))


def _ask(parts: Application, name: str, count: AudienceCount) -> int:
    """The number of people, typed by whoever launches: better than yes or no."""
    if parts.options.json or not on_terminal():
        raise NotConfirmed(name, count.enrolled)
    for line in audience_lines(count):
        say(parts, line)
    question = parts.language.say(
        Text("Type the number of people to enrol them ({enrolled})", enrolled=count.enrolled)
    )
    answer: int = click.prompt(question, type=int)
    return answer


def _data(name: str, count: AudienceCount) -> dict[str, object]:
    return {
        "campaign": name,
        "matched": count.matched,
        "selected": count.selected,
        "control": count.control,
        "enrolled": count.enrolled,
        "excluded": {reason.value: people for reason, people in count.excluded.items()},
    }


def _print(parts: Application, name: str, checked: Checked, *, started: bool) -> None:
    assert checked.chosen is not None
    for line in audience_lines(checked.chosen.count):
        say(parts, line)
    for problem in checked.problems:
        notice(parts, Text("warning: {what}", what=problem.error.what))
    if started:
        say(
            parts,
            Text("Campaign {name!r} is launched. What is due leaves with: outreach run", name=name),
        )
    else:
        say(
            parts,
            Text(
                "Nothing was started. To start: outreach launch {name} --confirm {enrolled}",
                name=name,
                enrolled=checked.chosen.count.enrolled,
            ),
        )


def _confirm_change(parts: Application, file: CampaignFile, launched: Launched) -> None:
    """Changed templates come in force; the steps of a running campaign stay what they are."""
    room = mailroom(parts)
    definition = launched.definition
    mark = fingerprint(definition, room.folder, room.templates(room.language(definition)))
    parts.store.campaigns.confirm_change(launched.id, definition, fingerprint=mark)
    data = {"campaign": file.campaign.name, "confirmed": True}
    show(
        parts,
        data,
        [Text("The templates of {name!r} are in force as they are now.", name=launched.name)],
    )
