"""`plan losses`: customers lost, or who will be, and the prospecting that must begin before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import click

from outreach.application import Application
from outreach.cli.document import show_section
from outreach.cli.door import Group
from outreach.cli.numbers import Amount
from outreach.cli.output import say, show
from outreach.cli.plan_values import amount_of, day_of, member
from outreach.errors import OutreachError, Text, WrongUsage
from outreach.evaluation.document import Column, Section, Table, Unit
from outreach.model.plan import Loss
from outreach.planning.habits import Origin
from outreach.runner.plan_losses import Coming, losses_ahead, remind, take_back


class NoSuchLoss(OutreachError):
    def __init__(self, number: int) -> None:
        super().__init__(
            Text("there is no loss {number}", number=number),
            hint=Text("see: outreach plan losses"),
        )


_AVERAGE = click.option("--average-deal", type=Amount(), help="What one deal brings.")
_DELAY = click.option(
    "--sales-delay", type=Amount(), metavar="DAYS", help="Days from the first touch to the order."
)


@click.group("losses", cls=Group, default="list")
def plan_losses() -> None:
    """Customers lost or who will be: what replaces them, and when to begin at the latest."""


@plan_losses.command()
@click.argument("who")
@click.option("--on", metavar="DATE", required=True, help="When: to come, or past.")
@click.option("--revenue", metavar="X", required=True, help="Turnover a year that goes with it.")
@click.option("--cause", metavar="TEXT", help="Why: the end of a site, a competitor, a move.")
@click.option("--owner", metavar="SELLER", help="Who is reminded to begin; else everybody.")
@_AVERAGE
@_DELAY
@click.pass_obj
def add(
    parts: Application,
    who: str,
    on: str,
    revenue: str,
    cause: str | None,
    owner: str | None,
    average_deal: Fraction | None,
    sales_delay: Fraction | None,
) -> None:
    """Note that WHO will be lost on a day, or was, and what prospecting replaces it.

    `outreach today` reminds of it on the day to begin.
    """
    contact = parts.person(who)
    day, amount = day_of(parts, on), amount_of(revenue, "--revenue")
    if day is None or amount is None or amount <= 0:
        raise WrongUsage(Text("a loss has a day, and a turnover above 0"))
    loss = Loss(
        contact=contact.id, name=contact.name, on=day, revenue=amount, cause=cause,
        recorded_at=parts.now(),
    )  # fmt: skip
    number = parts.store.market.add_loss(loss)
    found = _found(parts, average_deal, sales_delay)
    one = next(one for one in found if one.loss.id == number)
    note = Text("{name} will be lost on {day}: begin prospecting", name=contact.name, day=day)
    when = remind(
        parts.store, one, note=parts.language.say(note), owner=member(parts, owner),
        now=parts.now(),
    )  # fmt: skip
    show(parts, {**as_row(one), "remind_on": when}, lambda: _print_one(parts, one, when))


@plan_losses.command()
@click.argument("number", type=int)
@click.pass_obj
def remove(parts: Application, number: int) -> None:
    """Take the loss NUMBER back: it will not come after all."""
    if not take_back(parts.store, number, now=parts.now()):
        raise NoSuchLoss(number)
    show(parts, {"removed": number}, [Text("the loss {number} is taken back", number=number)])


@plan_losses.command(name="list")
@_AVERAGE
@_DELAY
@click.pass_obj
def list_(parts: Application, average_deal: Fraction | None, sales_delay: Fraction | None) -> None:
    """List the losses with the effort that replaces each, and when it must begin."""
    found = _found(parts, average_deal, sales_delay)
    show(parts, {"losses": [as_row(one) for one in found]}, lambda: _print(parts, found))


def _found(
    parts: Application, average_deal: Fraction | None, sales_delay: Fraction | None
) -> list[Coming]:
    return losses_ahead(
        parts.store,
        parts.settings.planning,
        now=parts.now(),
        average_deal=average_deal,
        sales_delay=sales_delay,
    )


def as_row(one: Coming) -> dict[str, Any]:
    """One loss for `--json`; the effort rounded up at each step."""
    loss, steps = one.loss, one.effort
    return {
        "number": loss.id,
        "contact": loss.contact,
        "name": loss.name,
        "on": loss.on,
        "revenue": loss.revenue,
        "cause": loss.cause,
        "deals": one.deals,
        "active_prospects": steps.active_prospects.rounded if steps else None,
        "prospects": steps.prospects.rounded if steps else None,
        "touches": steps.touches.rounded if steps else None,
        "hours": steps.hours.rounded if steps else None,
        "sales_delay_days": one.delay.days if one.delay else None,
        "start_by": one.start_by,
        "start_now": one.overdue,
    }


def section(found: Sequence[Coming]) -> Section:
    """The losses as a part of a report."""
    columns = (
        Column(key="number", title=Text("no."), unit=Unit.TEXT),
        Column(key="name", title=Text("who"), unit=Unit.TEXT),
        Column(key="on", title=Text("on"), unit=Unit.DATE),
        Column(key="revenue", title=Text("a year"), unit=Unit.MONEY, total="sum"),
        Column(key="deals", title=Text("deals"), unit=Unit.COUNT, total="sum"),
        Column(key="prospects", title=Text("prospects"), unit=Unit.COUNT, total="sum"),
        Column(key="hours", title=Text("hours"), unit=Unit.HOURS, total="sum"),
        Column(key="start", title=Text("begin by"), unit=Unit.TEXT),
    )
    rows = tuple(
        {
            "number": str(one.loss.id),
            "name": one.loss.name,
            "on": one.loss.on,
            "revenue": one.loss.revenue,
            "deals": one.deals,
            "prospects": int(one.effort.prospects.rounded) if one.effort else None,
            "hours": one.effort.hours.rounded if one.effort else None,
            "start": Text("now") if one.overdue else _start(one),
        }
        for one in found
    )
    title = Text("Losses, and what replaces them")
    table = Table(key="losses", title=title, columns=columns, rows=rows)
    return Section(key="losses", title=title, tables=(table,), notes=tuple(_notes(found)))


def _start(one: Coming) -> Text:
    return Text("{day}", day=one.start_by) if one.start_by else Text("not known")


def _notes(found: Sequence[Coming]) -> list[Text]:
    notes = []
    if any(one.effort is None for one in found):
        notes.append(Text("What a deal brings is not known yet: --average-deal 20000"))
    delay = found[0].delay if found else None
    if delay is None and found:
        notes.append(
            Text("How long a sale takes is not known yet: --sales-delay 60, or begin now.")
        )
    elif delay is not None and delay.origin is Origin.HISTORY:
        notes.append(
            Text("A sale took {days} days on the mean, of {people} people who first ordered.",
                 days=Decimal(str(round(float(delay.days), 1))), people=delay.people)
        )  # fmt: skip
    return notes


def _print_one(parts: Application, one: Coming, when: date) -> None:
    loss = one.loss
    amount = parts.language.money(loss.revenue, parts.settings.currency)
    say(parts, Text("{number} {name}: {amount} a year, lost on {day}", number=loss.id,
                    name=loss.name, amount=amount, day=loss.on))  # fmt: skip
    if one.effort is not None:
        steps = one.effort
        say(parts, Text(
            "  to replace it: {deals} deals, {actives} active prospects, {prospects} prospects,"
            " {touches} touches, {hours} hours",
            deals=Decimal(int(steps.deals.rounded)),
            actives=Decimal(int(steps.active_prospects.rounded)),
            prospects=Decimal(int(steps.prospects.rounded)),
            touches=Decimal(int(steps.touches.rounded)),
            hours=Decimal(str(round(float(steps.hours.rounded), 2))),
        ))  # fmt: skip
    if one.start_by is not None:
        say(parts, Text("  begin by {day} at the latest", day=one.start_by))
    if one.overdue:
        say(parts, Text("  begin now: the day to begin has passed"))
    for note in _notes([one]):
        say(parts, Text("  {line}", line=note))
    say(parts, Text("  outreach today reminds of it on {day}", day=when))


def _print(parts: Application, found: Sequence[Coming]) -> None:
    if not found:
        say(parts, Text("No loss is noted: outreach plan losses add WHO --on DATE --revenue X"))
        return
    show_section(parts, section(found))
