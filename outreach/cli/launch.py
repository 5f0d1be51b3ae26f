"""`launch`: freeze the audience and start."""

from __future__ import annotations

from collections.abc import Sequence

import click

from outreach.application import Application
from outreach.cli.campaigns import (
    audience_lines,
    campaign_file,
    mailroom,
    print_notes,
)
from outreach.cli.door import Command
from outreach.cli.numbers import Count
from outreach.cli.output import notice, on_terminal, say, show
from outreach.errors import OutreachError, Plural, Problems, Text, WrongUsage
from outreach.files.campaigns import CampaignFile
from outreach.model.audience import AudienceCount
from outreach.model.campaign import CampaignState
from outreach.runner.beginning import Begun
from outreach.runner.check import check as check_campaign
from outreach.runner.check_experiment import experiment_notes
from outreach.runner.compose import Mailroom
from outreach.runner.edits import FileChanged, compare
from outreach.runner.findings import Checked, Note
from outreach.runner.fingerprint import TemplatesChanged, fingerprint, same_mark
from outreach.runner.launch import Chosen
from outreach.runner.place import remember_first
from outreach.runner.standing import HasEnded
from outreach.runner.starting import launch as start
from outreach.runner.starting import may_launch_again, waves_ahead
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
    "--confirm", type=Count(), metavar="N", help="The number of people, typed again: really start."
)
@click.option("--dry-run", is_flag=True, help="Show who would be enrolled; start nothing.")
@click.option(
    "--add", is_flag=True, help="More people: who matches by now and is not in yet; nobody leaves."
)
@click.option(
    "--confirm-change",
    is_flag=True,
    help="Show what changed in the file and its templates since, and put it in force.",
)
@click.pass_obj
def launch(
    parts: Application,
    campaign: str,
    pilot: int | None,
    confirm: int | None,
    dry_run: bool,
    add: bool,
    confirm_change: bool,
) -> None:
    """Freeze the audience of CAMPAIGN and start its first steps.

    Nothing leaves before the next `outreach run`. Without --confirm it shows the number of
    people and asks.

    A campaign that runs takes in more people with --add, as a wave of their own. With
    --confirm-change it goes on as its file says now: only what is not yet done is planned anew;
    --dry-run shows the difference and changes nothing.
    """
    if sum((add, confirm_change, pilot is not None)) > 1:
        raise WrongUsage(Text("--add, --confirm-change and --pilot do not go together"))
    file = campaign_file(parts, campaign)
    name = file.campaign.name
    if confirm_change:
        from outreach.cli.change import change

        change(parts, file, parts.store.campaigns.find(name), dry_run=dry_run)
        return
    room = mailroom(parts)
    if add:
        extending: Launched | None = _taking_in(parts, file, room)
    else:
        extending = may_launch_again(parts.store.campaigns.look_up(name), name)
    checked = check_campaign(file, room, now=parts.now(), pilot=pilot, adding=add)
    stopping = checked.stopping(parts.settings.compliance)
    if stopping:
        raise Problems(stopping) if len(stopping) > 1 else stopping[0]
    assert checked.chosen is not None
    count = checked.chosen.count
    waves = waves_ahead(
        parts.store,
        file.campaign,
        checked.chosen,
        settings=parts.settings,
        now=parts.now(),
        extending=extending,
    )
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
    # Nobody who wrote no `waves:` is to be told of the one that everybody is in.
    told = {"waves": _waves_data(parts, waves)} if add or file.campaign.waves else {}

    def lines() -> None:
        _print(parts, name, checked, waves, started=not dry_run, adding=add)
        if dry_run:
            print_notes(parts, _on_groups(parts, file, checked.chosen))

    show(parts, _data(name, count) | told, lines)


def _on_groups(parts: Application, file: CampaignFile, chosen: Chosen | None) -> list[Note]:
    """Whether its groups can tell anything, before they are made."""
    if chosen is None:
        return []
    planning = parts.settings.planning
    return list(experiment_notes(file.campaign, chosen, parts.store, planning))


def _taking_in(parts: Application, file: CampaignFile, room: Mailroom) -> Launched:
    """The campaign that more people are to come into: as it was launched, and not over."""
    launched = parts.store.campaigns.find(file.campaign.name)
    if launched.state is CampaignState.STOPPED:
        raise HasEnded(launched.name, launched.state)
    if not compare(launched.definition, file.campaign).empty:
        raise FileChanged(launched.name)
    mark = fingerprint(file.campaign, room.folder, room.templates(room.language(file.campaign)))
    if not same_mark(launched.fingerprint, mark):
        raise TemplatesChanged(launched.name)
    return launched


def _ask(parts: Application, name: str, count: AudienceCount) -> int:
    """The number of people, typed by whoever launches: better than yes or no."""
    if parts.options.json or not on_terminal():
        raise NotConfirmed(name, count.enrolled)
    for line in audience_lines(count):
        say(parts, line)
    question = parts.language.say(
        Text("Type the number of people to enrol them ({enrolled})", enrolled=count.enrolled)
    )
    answer: int = click.prompt(question, type=Count())
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


def _print(
    parts: Application,
    name: str,
    checked: Checked,
    waves: Sequence[Begun],
    *,
    started: bool,
    adding: bool,
) -> None:
    assert checked.chosen is not None
    for line in audience_lines(checked.chosen.count):
        say(parts, line)
    if len(waves) > 1:
        say(parts, _in_waves(parts, waves))
    for problem in checked.problems:
        notice(parts, Text("warning: {what}", what=problem.error.what))
    if adding:
        say(parts, _added(name, checked.chosen.count, started=started))
    elif started:
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


def _waves_data(parts: Application, waves: Sequence[Begun]) -> list[dict[str, object]]:
    zone = parts.settings.zone
    return [
        {"wave": one.wave, "people": one.people, "at": one.at and one.at.astimezone(zone)}
        for one in waves
    ]


def _in_waves(parts: Application, waves: Sequence[Begun]) -> Text:
    zone = parts.settings.zone
    days = [one.at.astimezone(zone).date() for one in waves if one.at is not None]
    return Text(
        "{count:>7}  waves, of {people} people at most, from {first} to {last}",
        count=len(waves),
        people=max(one.people for one in waves),
        first=days[0],
        last=days[-1],
    )


def _added(name: str, count: AudienceCount, *, started: bool) -> Text:
    if started:
        return Plural(
            "{count} person came into {name!r}. What is due leaves with: outreach run",
            "{count} people came into {name!r}. What is due leaves with: outreach run",
            count.enrolled,
            name=name,
        )
    return Text(
        "Nobody was added. To add them: outreach launch {name} --add --confirm {enrolled}",
        name=name,
        enrolled=count.enrolled,
    )
