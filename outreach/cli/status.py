"""`status`: how far campaigns have come."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import notice, say, show, table, wrap
from outreach.cli.standing import standing_data, standing_line
from outreach.errors import Plural, Text
from outreach.model.audience import Arm
from outreach.model.campaign import CampaignState
from outreach.model.delivery import DeliveryState
from outreach.runner.coming import coming
from outreach.runner.obstacles import InTheWay, in_the_way
from outreach.runner.place import NotConfirmedHere, doubt_of_place
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


#: Reasons that are listed for people.
_LISTED = 10


@click.command(cls=Command)
@click.argument("campaign", required=False)
@click.pass_obj
def status(parts: Application, campaign: str | None) -> None:
    """Show how far CAMPAIGN has come, or all of them."""
    quiet = silences(parts.store, parts.now())
    _tell_unconfirmed(parts)
    if campaign is None:
        rows = [_data(parts, launched, quiet) for launched in parts.store.campaigns.all()]
        show(parts, {"campaigns": rows}, lambda: _print_all(parts, rows))
        return
    launched = parts.launched(campaign)
    why = in_the_way(parts.store, launched)
    data = _data(parts, launched, quiet) | {"in_the_way": _why_data(parts, why)}
    show(parts, data, lambda: _print_one(parts, data, launched, why))


def _data(parts: Application, launched: Launched, quiet: Silences) -> dict[str, Any]:
    states = parts.store.deliveries.by_state(launched.id)
    arms = parts.store.campaigns.arms(launched.id)
    calendar = Calendar.of(parts.settings)
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


def _why_data(parts: Application, why: list[InTheWay]) -> list[dict[str, Any]]:
    return [
        {
            "state": one.state.value,
            "code": one.code,
            "count": one.count,
            "contact": one.contact.id,
            "email": one.contact.text("email"),
            "what": parts.language.say(one.why),
        }
        for one in why
    ]


def _tell_unconfirmed(parts: Application) -> None:
    """That nothing leaves from here before somebody has confirmed this base."""
    if doubt := doubt_of_place(parts.store, parts.settings):
        error = NotConfirmedHere(doubt)
        notice(parts, error.what)
        if error.hint:
            notice(parts, error.hint)


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
                parts.language.count(row["enrolled"]),
                parts.language.count(row["by_state"]["sent"]),
                parts.language.count(row["by_state"]["due"]),
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


def _print_one(
    parts: Application, data: dict[str, Any], launched: Launched, why: list[InTheWay]
) -> None:
    words = data | {"state": CAMPAIGN_STATES[CampaignState(data["state"])]}
    say(parts, Text("{campaign}: {state}, {enrolled} enrolled, {control} control", **words))
    if line := standing_line(parts, launched):
        say(parts, line)
    for state, count in data["by_state"].items():
        if count:
            say(parts, Text("{count:>7}  {state}", count=count, state=STATES[DeliveryState(state)]))
    _print_in_the_way(parts, why)
    if data["next_at"]:
        say(parts, Text("Next due: {instant}", instant=data["next_at"]))
    _print_silences(parts, [data])


def _print_in_the_way(parts: Application, why: list[InTheWay]) -> None:
    """Why messages are held, were refused or are tried again, each with one of the people."""
    if why:
        say(parts, Text("Why, each with one of the people (everybody: outreach why WHO):"))
    for one in why[:_LISTED]:
        words = {"count": one.count, "who": one.who, "why": one.why}
        match one.state:
            case DeliveryState.HELD:
                say(parts, Text("{count:>7}  held, {who}: {why}", **words))
            case DeliveryState.REFUSED:
                say(parts, Text("{count:>7}  refused, {who}: {why}", **words))
            case _ if one.in_vain:
                say(parts, Text("{count:>7}  to be passed over, {who}: {why}", **words))
            case _:
                say(parts, Text("{count:>7}  tried again, {who}: {why}", **words))
    if any(one.state is DeliveryState.HELD or one.in_vain for one in why):
        say(parts, Text("A value is filled in with: outreach contacts set WHO FIELD=VALUE"))
    if len(why) > _LISTED:
        say(parts, Text("  … and {count} more", count=len(why) - _LISTED))


def _print_silences(parts: Application, rows: list[dict[str, Any]]) -> None:
    """Who takes nothing from whom just now, each once."""
    sentences = dict.fromkeys(silence["what"] for row in rows for silence in row["silences"])
    for sentence in sentences:
        wrap(sentence, rest="  ")
