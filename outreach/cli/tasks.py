"""`tasks`: what else somebody does for people on a day, and that it was done."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.day_list import day_list, seller_known
from outreach.cli.day_verbs import add_list
from outreach.cli.door import Group
from outreach.cli.output import say, show
from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.runner.tasks import Ticked
from outreach.runner.tasks_later import PutOff


@click.group(cls=Group, default="list")
def tasks() -> None:
    """Show the tasks of the day, with their guide; tick them off, or put them off.

    `outreach tasks CAMPAIGN` lists, `outreach tasks done WHO` says that one was done,
    `outreach tasks later WHO --to DATE` puts one off.
    """


add_list(tasks, Channel.TASK, "List the tasks to do: for whom, what happened before, the guide.")


@tasks.command(name="done")
@click.argument("who", nargs=-1, required=True)
@click.option("--campaign", metavar="CAMPAIGN", help="Of that campaign, where there are several.")
@click.option("--step", metavar="STEP", help="Of that name, where there are several.")
@click.option("--on", metavar="DATE", help="When it was done; else now.")
@click.option("--by", "--for", "seller", metavar="SELLER", help="Who did it.")
@click.option("--minutes", metavar="N", help="How long it took; else as the step says.")
@click.option("--note", metavar="TEXT", help="A note.")
@click.pass_obj
def done(
    parts: Application,
    who: tuple[str, ...],
    campaign: str | None,
    step: str | None,
    on: str | None,
    seller: str | None,
    minutes: str | None,
    note: str | None,
) -> None:
    """Tick off the task of WHO: it was done, and the next step is dated from that day.

    Several people at once are one recording: outreach undo takes all of it back.
    """
    from outreach.runner.desk import read_amount
    from outreach.runner.tasks import Report, tick

    told = Report(
        at=parts.instant(on) if on else parts.now(),
        author=seller_known(parts, seller),
        minutes=read_amount(minutes),
        note=note,
    )
    people = [parts.person(one) for one in who]
    found = tick(day_list(parts, campaign), people, told, step=step, now=parts.now())
    show(parts, {"done": [_row(parts, one) for one in found]}, lambda: _print(parts, found))


@tasks.command(name="later")
@click.argument("who", nargs=-1, required=True)
@click.option("--to", "to", metavar="DATE", required=True,
              help="The day: a date, thu, +10 (days), +2w (weeks), tomorrow.")  # fmt: skip
@click.option("--campaign", metavar="CAMPAIGN", help="Of that campaign, where there are several.")
@click.option("--step", metavar="STEP", help="Of that name, where there are several.")
@click.option("--by", "--for", "seller", metavar="SELLER", help="Who puts it off.")
@click.option("--note", metavar="TEXT", help="Why.")
@click.pass_obj
def later(
    parts: Application,
    who: tuple[str, ...],
    to: str,
    campaign: str | None,
    step: str | None,
    seller: str | None,
    note: str | None,
) -> None:
    """Put off the task of WHO to another day; it stays there whatever else that day holds.

    Several people at once are one recording: outreach undo takes all of it back.
    """
    from outreach.runner.said_days import read_day
    from outreach.runner.tasks_later import Wish, put_off

    day = read_day(to, today=parts.today(), locale=parts.settings.locale).day
    wish = Wish(day=day, author=seller_known(parts, seller), note=note)
    people = [parts.person(one) for one in who]
    moved = put_off(day_list(parts, campaign), people, wish, step=step, now=parts.now())
    data = [
        {"contact": one.contact.id, "name": one.contact.name, "campaign": one.campaign,
         "step": one.step, "was": one.was, "to": one.to, "number": one.number}
        for one in moved
    ]  # fmt: skip
    show(parts, {"later": data}, lambda: _print_later(parts, moved))


def _print_later(parts: Application, moved: list[PutOff]) -> None:
    for one in moved:
        say(parts, Text("{name}: {campaign}/{step} waits until {day}", name=one.contact.name,
                        campaign=one.campaign, step=one.step, day=one.to))  # fmt: skip
    _print_number(parts, moved[-1].number)


def _print_number(parts: Application, number: int | None) -> None:
    """By any number of several that are one recording all of it is taken back."""
    say(parts, Text("Recorded as no. {number}; take it back with: outreach undo", number=number))


def _row(parts: Application, one: Ticked) -> dict[str, Any]:
    fact, follows, zone = one.fact, one.next, parts.settings.zone
    return {
        "contact": fact.contact.id,
        "name": fact.contact.name,
        "campaign": fact.campaign.name if fact.campaign else None,
        "step": one.step,
        "at": fact.at.astimezone(zone),
        "by": fact.author,
        "minutes": fact.minutes,
        "note": fact.note,
        "number": one.number,
        "next": {
            "step": follows.step,
            "at": follows.at.astimezone(zone) if follows.at else None,
            "what": parts.language.say(follows.what),
        } if follows else None,
    }  # fmt: skip


def _print(parts: Application, found: list[Ticked]) -> None:
    for one in found:
        campaign = one.fact.campaign
        say(parts, Text("{name}: {campaign}/{step} is done", name=one.fact.contact.name,
                        campaign=campaign.name if campaign else "–", step=one.step))  # fmt: skip
        if one.next is not None and one.next.at is not None:
            day = one.next.at.astimezone(parts.settings.zone).date()
            say(parts, Text("  {what}: {when}", what=one.next.what, when=day))
        elif one.next is not None:
            say(parts, Text("  {what}", what=one.next.what))
    _print_number(parts, found[-1].number)
