"""`status`: how far campaigns have come."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import say, show, table, wrap
from outreach.cli.standing import standing_data, standing_line
from outreach.errors import Plural, Text
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState
from outreach.model.delivery import DeliveryState
from outreach.runner.coming import coming
from outreach.runner.silences import Silences, silences, told
from outreach.runner.wording import CAMPAIGN_STATES
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched

#: Delivery states as people read them.
STATES: dict[DeliveryState, Text] = {
    DeliveryState.DUE: Text("due: wait for their time, the post or a call"),
    DeliveryState.CLAIMED: Text("claimed by a run"),
    DeliveryState.SENT: Text("sent, posted or done"),
    DeliveryState.REFUSED: Text("refused by the server"),
    DeliveryState.UNKNOWN: Text("unknown: settle them"),
    DeliveryState.HELD: Text("held: a value is missing"),
    DeliveryState.SKIPPED: Text("skipped"),
    DeliveryState.CANCELLED: Text("cancelled: the person's chain ended"),
}


@click.command(cls=Command)
@click.argument("campaign", required=False)
@click.pass_obj
def status(parts: Application, campaign: str | None) -> None:
    """Show how far CAMPAIGN has come, or all of them."""
    quiet = silences(parts.store, parts.now())
    if campaign is None:
        rows = [_data(parts, launched, quiet) for launched in parts.store.campaigns.all()]
        show(parts, {"campaigns": rows}, lambda: _print_all(parts, rows))
        return
    launched = parts.launched(campaign)
    data = _data(parts, launched, quiet)
    held = parts.store.deliveries.in_state(DeliveryState.HELD, [launched.id])
    show(parts, data, lambda: _print_one(parts, data, launched, len(held)))


def _data(parts: Application, launched: Launched, quiet: Silences) -> dict[str, Any]:
    states = parts.store.deliveries.by_state(launched.id)
    arms = parts.store.campaigns.arms(launched.id)
    calendar = Calendar(parts.settings.country, parts.settings.zone, parts.settings.region)
    next_at = coming(parts.store, calendar, [launched], now=parts.now(), overdue=True)
    return {
        "campaign": launched.name,
        "state": launched.state.value,
        **standing_data(parts, launched),
        "enrolled": arms.get(Arm.ENROLLED, 0),
        "control": arms.get(Arm.CONTROL, 0),
        "by_state": {state.value: count for state, count in states.items()},
        "next_at": next_at.astimezone(parts.settings.zone) if next_at else None,
        "silences": [
            {
                "sender": one.sender,
                "group": one.group,
                "until": one.until.astimezone(parts.settings.zone),
                "what": parts.language.say(told(one, parts.settings.zone)),
            }
            for one in quiet.of(_senders(launched))
        ],
    }


def _senders(launched: Launched) -> set[str]:
    """Who writes in it."""
    definition = launched.definition
    return {key for step in definition.steps for key in definition.senders_of(step)}


def _print_all(parts: Application, rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(parts, Text("No campaign was launched yet: outreach launch CAMPAIGN"))
        return
    headers = [
        Text("Campaign"),
        Text("State"),
        Text("Enrolled"),
        Text("Sent"),
        Text("Due"),
        Text("Next"),
    ]
    table(
        parts,
        headers,
        (
            [
                row["campaign"],
                parts.language.say(CAMPAIGN_STATES[CampaignState(row["state"])]),
                str(row["enrolled"]),
                str(row["by_state"]["sent"]),
                str(row["by_state"]["due"]),
                parts.language.write(row["next_at"]) if row["next_at"] else "–",
            ]
            for row in rows
        ),
        right=(2, 3, 4),
    )
    if unknown := sum(row["by_state"]["unknown"] for row in rows):
        say(
            parts,
            Plural(
                "Nobody knows whether {count} message arrived: outreach settle",
                "Nobody knows whether {count} messages arrived: outreach settle",
                unknown,
            ),
        )
    _print_silences(parts, rows)


def _print_one(parts: Application, data: dict[str, Any], launched: Launched, held: int) -> None:
    words = data | {"state": CAMPAIGN_STATES[CampaignState(data["state"])]}
    say(parts, Text("{campaign}: {state}, {enrolled} enrolled, {control} control", **words))
    if line := standing_line(parts, launched):
        say(parts, line)
    for state, count in data["by_state"].items():
        if count:
            say(parts, Text("{count:>7}  {state}", count=count, state=STATES[DeliveryState(state)]))
    if data["next_at"]:
        say(parts, Text("Next due: {instant}", instant=data["next_at"]))
    _print_silences(parts, [data])
    if held:
        say(parts, Text("Which value is missing says: outreach why WHO"))


def _print_silences(parts: Application, rows: list[dict[str, Any]]) -> None:
    """Who takes nothing from whom just now, each once."""
    sentences = dict.fromkeys(silence["what"] for row in rows for silence in row["silences"])
    for sentence in sentences:
        wrap(sentence, rest="  ")
