"""`referrals`: who recommended us to whom, what came of it, whom to ask and whom to thank."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import say, show, table
from outreach.errors import Text
from outreach.runner.desk import read_amount
from outreach.runner.network import plan_to_ask
from outreach.runner.record import Fact
from outreach.runner.record import record as write_down
from outreach.runner.wording import stage_text
from outreach.store.network import Brought


@click.group(cls=Group, default="list")
def referrals() -> None:
    """Who recommended us to whom, and what came of it."""


@referrals.command(name="list")
@click.option("--of", "who", metavar="WHO", help="Only what this person recommended.")
@click.pass_obj
def list_(parts: Application, who: str | None) -> None:
    """List the recommendations, with what came of the people they brought."""
    found = parts.store.network.referrals(parts.person(who).id if who else None)
    total = sum((one.revenue for one in found), start=Decimal(0))
    data = {
        "referrals": [_row(parts, one) for one in found],
        "orders": sum(one.orders for one in found),
        "revenue": total,
    }
    show(parts, data, lambda: _print(parts, found))


@referrals.command()
@click.argument("referrer")
@click.argument("referred", required=False)
@click.option("--on", "on", metavar="DATE", help="When; else now.")
@click.option("--fee", metavar="X", help="What the referrer gets for it.")
@click.option("--by", metavar="SELLER", help="Who was told.")
@click.option("--note", metavar="TEXT", help="A note: whom, where nobody on file is meant.")
@click.pass_obj
def add(
    parts: Application,
    referrer: str,
    referred: str | None,
    on: str | None,
    fee: str | None,
    by: str | None,
    note: str | None,
) -> None:
    """Record that REFERRER recommended us to REFERRED; he is to be thanked the next working day.

    Somebody who comes to us by himself is recorded with: outreach record WHO inbound --referrer
    """
    fact = Fact(
        contact=parts.person(referrer),
        stage="recommended",
        at=parts.instant(on) if on else parts.now(),
        author=by,
        note=note,
        referred=parts.person(referred) if referred else None,
        fee=read_amount(fee),
    )
    recorded = write_down(parts.store, fact, settings=parts.settings, now=parts.now())
    data = {
        "number": recorded.number,
        "referrer": fact.contact.id,
        "referred": fact.referred.id if fact.referred else None,
    }
    show(parts, data, lambda: _added(parts, fact, recorded.number))


@referrals.command()
@click.argument("who")
@click.option("--on", "on", metavar="DATE", required=True, help="The day to ask.")
@click.option("--by", metavar="SELLER", help="Who asks.")
@click.option("--note", metavar="TEXT", help="A note.")
@click.pass_obj
def ask(parts: Application, who: str, on: str, by: str | None, note: str | None) -> None:
    """Plan a day to ask WHO for recommendations; `today` reminds of it.

    Once it is done: outreach record WHO asked
    """
    contact = parts.person(who)
    day = parts.coming_day(on)
    number = plan_to_ask(parts.store, contact, on=day, author=by, note=note, now=parts.now())
    data = {"number": number, "contact": contact.id, "on": day}
    line = Text("{name} is to be asked for recommendations on {day}", name=contact.name, day=day)
    show(parts, data, [line, *_taken_back_by(number)])


@referrals.command()
@click.argument("who")
@click.option("--on", "on", metavar="DATE", help="When; else now.")
@click.option("--by", metavar="SELLER", help="Who thanked.")
@click.option("--note", metavar="TEXT", help="A note.")
@click.pass_obj
def thank(parts: Application, who: str, on: str | None, by: str | None, note: str | None) -> None:
    """Record that WHO was thanked for all recommended so far."""
    fact = Fact(
        contact=parts.person(who),
        stage="thanked",
        at=parts.instant(on) if on else parts.now(),
        author=by,
        note=note,
    )
    recorded = write_down(parts.store, fact, settings=parts.settings, now=parts.now())
    data = {"number": recorded.number, "contact": fact.contact.id}
    line = Text("{name} was thanked", name=fact.contact.name)
    show(parts, data, [line, *_taken_back_by(recorded.number)])


def _added(parts: Application, fact: Fact, number: int | None) -> None:
    if fact.referred is not None:
        say(parts, Text("{name} recommended us to {other}", name=fact.contact.name,
                        other=fact.referred.name))  # fmt: skip
    else:
        say(parts, Text("{name} recommended us", name=fact.contact.name))
    for line in _taken_back_by(number):
        say(parts, line)


def _taken_back_by(number: int | None) -> list[Text]:
    """The number by which a recording is undone, where it is a new one."""
    if number is None:
        return []
    return [Text("Recorded as no. {number}; take it back with: outreach undo", number=number)]


def _row(parts: Application, one: Brought) -> dict[str, Any]:
    return {
        "referrer": {"id": one.referrer, "name": one.referrer_name},
        "referred": None
        if one.referred is None
        else {"id": one.referred, "name": one.referred_name},
        "at": one.at.astimezone(parts.settings.zone),
        "thanked_on": one.thanked_on,
        "fee": one.fee,
        "note": one.note,
        "stage": one.stage,
        "orders": one.orders,
        "revenue": one.revenue,
    }


def _print(parts: Application, found: list[Brought]) -> None:
    if not found:
        say(parts, Text("Nobody has recommended us yet. Whom to ask: outreach referrals ask WHO"))
        return
    headers = [Text("Who"), Text("To whom"), Text("On"), Text("Thanked"),
               Text("What came of it"), Text("Revenue")]  # fmt: skip
    write, zone = parts.language.write, parts.settings.zone
    lines = [
        [one.referrer_name, one.referred_name or one.note or "–",
         write(one.at.astimezone(zone).date()),
         write(one.thanked_on) if one.thanked_on else "–",
         parts.language.say(stage_text(one.stage)) if one.stage else "–",
         parts.language.money(one.revenue, parts.settings.currency) if one.orders else "–"]
        for one in found
    ]  # fmt: skip
    table(parts, headers, lines, right=[5])
