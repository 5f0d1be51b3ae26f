"""`settle`: messages whose outcome is unknown."""

from __future__ import annotations

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import leave, say, show
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import DeliveryId
from outreach.runner.settle import settle_by_word


@click.command(cls=Command)
@click.argument("campaign", required=False)
@click.option("--sent", multiple=True, metavar="WHO", help="This person got it (can be repeated).")
@click.option(
    "--not-sent", multiple=True, metavar="WHO", help="This person did not: it is due again."
)
@click.pass_obj
def settle(
    parts: Application, campaign: str | None, sent: tuple[str, ...], not_sent: tuple[str, ...]
) -> None:
    """List messages that were on the wire when a run ended, or say what became of them.

    They are never sent again by themselves. One said not to have been sent leaves again
    with the same Message-ID and date.
    """
    chosen = [parts.launched(campaign).id] if campaign else None
    with parts.alone():
        doubtful = parts.store.deliveries.in_state(DeliveryState.UNKNOWN, chosen)
        about = {True: _about(parts, doubtful, sent), False: _about(parts, doubtful, not_sent)}
        if set(about[True]) & set(about[False]):
            raise WrongUsage(Text("a message was sent or it was not: one person stands in both"))
        for arrived, deliveries in about.items():
            settle_by_word(
                parts.store,
                list(deliveries.values()),
                arrived=arrived,
                settings=parts.settings,
                now=parts.now(),
            )
    settled = sum(map(len, about.values()))
    left = parts.store.deliveries.in_state(DeliveryState.UNKNOWN, chosen)
    data = {"settled": settled, "unknown": [_row(parts, delivery) for delivery in left]}
    show(parts, data, lambda: _print(parts, settled, left))
    if left:
        leave(ExitCode.UNKNOWN_OUTCOME)


class NothingUnknown(WrongUsage):
    def __init__(self, who: str) -> None:
        super().__init__(
            Text("no message to {who!r} is in doubt", who=who),
            hint=Text("outreach settle lists those that are"),
        )


def _about(
    parts: Application, doubtful: list[Delivery], names: tuple[str, ...]
) -> dict[DeliveryId, Delivery]:
    """The doubtful messages to these people; each once, however often a person is named."""
    about: dict[DeliveryId, Delivery] = {}
    for who in names:
        contact = parts.person(who)
        found = [delivery for delivery in doubtful if delivery.contact == contact.id]
        if not found:
            raise NothingUnknown(who)
        about |= {delivery.id: delivery for delivery in found}
    return about


def _row(parts: Application, delivery: Delivery) -> dict[str, object]:
    contact = parts.store.contacts.get(delivery.contact)
    return {
        "contact": delivery.contact,
        "email": contact.text("email"),
        "step": delivery.step,
        "message_id": delivery.message_id,
        "date": delivery.message_date.astimezone(parts.settings.zone)
        if delivery.message_date
        else None,
    }


def _print(parts: Application, settled: int, left: list[Delivery]) -> None:
    if settled:
        say(parts, Plural("{count} message is settled", "{count} messages are settled", settled))
    if not left:
        say(parts, Text("No message is in doubt."))
        return
    say(
        parts,
        Plural(
            "Nobody knows whether {count} message arrived:",
            "Nobody knows whether {count} messages arrived:",
            len(left),
        ),
    )
    for delivery in left:
        row = _row(parts, delivery)
        say(parts, f"  {row['email']}  {row['step']}  {row['message_id']}")
    say(
        parts,
        Text("Look for the Message-ID in the mailbox's Sent folder or the server's log, then:"),
    )
    say(parts, "  outreach settle --sent ADDRESS | --not-sent ADDRESS")
