"""`pause`, `resume`, `stop`: a campaign held back, taken up again, ended for good."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import on_terminal, say, show
from outreach.errors import OutreachError, Plural, Text
from outreach.model.campaign import CampaignState
from outreach.model.delivery import DeliveryState
from outreach.runner import standing
from outreach.runner.standing import Stood
from outreach.store.campaigns import Launched


class NotConfirmed(OutreachError):
    """Nobody said that the campaign is really to end."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text("nobody confirmed the end of {name!r}: it goes on", name=name),
            hint=Text(
                "to end it for good: outreach stop {name} --yes; to hold it back only:"
                " outreach pause {name}",
                name=name,
            ),
        )


@click.command(cls=Command)
@click.argument("campaign")
@click.option("--reason", metavar="TEXT", help="Why, for those who look at it later.")
@click.pass_obj
def pause(parts: Application, campaign: str, reason: str | None) -> None:
    """Hold CAMPAIGN back: nothing more of it leaves until `outreach resume`.

    It holds within a second, also for an `outreach run` that is sending now; what is on the wire
    then still arrives. Nothing is lost: what is due stays due.
    """
    stood = standing.pause(parts.store, parts.launched(campaign), reason, now=parts.now())
    name = stood.launched.name
    done = Text("Campaign {name!r} is paused. It goes on with: outreach resume {name}", name=name)
    before = Text("Campaign {name!r} was paused already.", name=name)
    _show(parts, stood, done if stood.changed else before)


@click.command(cls=Command)
@click.argument("campaign")
@click.pass_obj
def resume(parts: Application, campaign: str) -> None:
    """Let CAMPAIGN go on after a pause; what is due leaves with the next `outreach run`."""
    stood = standing.resume(parts.store, parts.launched(campaign), now=parts.now())
    name = stood.launched.name
    done = Text("Campaign {name!r} goes on. What is due leaves with: outreach run", name=name)
    before = Text("Campaign {name!r} was not paused: it is running.", name=name)
    _show(parts, stood, done if stood.changed else before)


@click.command(cls=Command)
@click.argument("campaign")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def stop(parts: Application, campaign: str, yes: bool) -> None:
    """End CAMPAIGN for good: everything that is due or held is cancelled.

    What was sent stays, with its history and its report; replies can still be recorded. To hold a
    campaign back for a while: outreach pause.
    """
    launched = parts.launched(campaign)
    if launched.state in (CampaignState.RUNNING, CampaignState.PAUSED) and not yes:
        _ask(parts, launched)
    stood = standing.stop(parts.store, launched, now=parts.now())
    _show(parts, stood, _ended(stood), cancelled=stood.cancelled)


def _ask(parts: Application, launched: Launched) -> None:
    """Nothing can be taken back: somebody must mean it."""
    if parts.options.json or not on_terminal():
        raise NotConfirmed(launched.name)
    states = parts.store.deliveries.by_state(launched.id)
    waiting = states[DeliveryState.DUE] + states[DeliveryState.HELD]
    question = Plural(
        "{count} step that waits will be cancelled and cannot come back. End {name!r} for good?",
        "{count} steps that wait will be cancelled and cannot come back. End {name!r} for good?",
        waiting,
        name=launched.name,
    )
    if not click.confirm(parts.language.say(question)):
        raise NotConfirmed(launched.name)


def _ended(stood: Stood) -> Text:
    name = stood.launched.name
    if stood.launched.state is CampaignState.FINISHED:
        return Text("Campaign {name!r} is finished: there is nothing to stop.", name=name)
    if not stood.changed and not stood.cancelled:
        return Text("Campaign {name!r} was stopped already.", name=name)
    return Plural(
        "Campaign {name!r} is stopped for good: {count} step that waited is cancelled.",
        "Campaign {name!r} is stopped for good: {count} steps that waited are cancelled.",
        stood.cancelled,
        name=name,
    )


def _show(parts: Application, stood: Stood, sentence: Text, **more: Any) -> None:
    launched = stood.launched
    data = {"campaign": launched.name, "state": launched.state.value, "changed": stood.changed}
    show(
        parts, data | more | standing_data(parts, launched), lambda: _print(parts, stood, sentence)
    )


def _print(parts: Application, stood: Stood, sentence: Text) -> None:
    say(parts, sentence)
    if (line := standing_line(parts, stood.launched)) and not stood.changed:
        say(parts, line)


def standing_data(parts: Application, launched: Launched) -> dict[str, Any]:
    """Since when a campaign stands as it does, and why, where somebody said so."""
    since = launched.since.astimezone(parts.settings.zone) if launched.since else None
    why = parts.language.say(launched.reason) if launched.reason else None
    return {"since": since, "reason": why}


def standing_line(parts: Application, launched: Launched) -> Text | None:
    """Since when a campaign does not run, and why, in a line; None for one that runs."""
    state = launched.state
    if state not in (CampaignState.PAUSED, CampaignState.STOPPED) or launched.since is None:
        return None
    since = launched.since.astimezone(parts.settings.zone)
    if state is CampaignState.STOPPED:
        return Text("Stopped on {since}.", since=since)
    if launched.reason is None:
        return Text("Paused since {since}; it goes on with: outreach resume {name}",
                    since=since, name=launched.name)  # fmt: skip
    return Text(
        "Paused since {since}: {reason}; it goes on with: outreach resume {name}",
        since=since,
        reason=launched.reason,
        name=launched.name,
    )
