"""`plan areas`: the areas of the market, their history, size, pressure and penetration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import click

from outreach.application import Application
from outreach.cli.document import show_section
from outreach.cli.door import Command, Group
from outreach.cli.output import say, show
from outreach.cli.plan_values import NOTHING, amount_of, changed
from outreach.errors import Plural, Text, WrongUsage
from outreach.evaluation.document import Column, Section, Table, Unit
from outreach.model.plan import Area
from outreach.planning.areas import Surveyed
from outreach.runner.plan_book import free_name, the_area
from outreach.runner.plan_visits import surveyed
from outreach.store.plan_tallies import Period

_YEAR = timedelta(days=365)


@click.group("areas", cls=Group, default="list")
def plan_areas() -> None:
    """The areas that prospecting is spread over: who is in them, and what is known of them."""


_POTENTIAL = click.option(
    "--potential", type=click.IntRange(0), metavar="N",
    help="Customers there could be: ours, the competitors', and relative non-consumers.",
)  # fmt: skip
_PRESSURE = click.option(
    "--pressure", type=click.IntRange(1, 5), metavar="1-5", help="Of the competitors, 5 strong."
)
_WEIGHT = click.option("--weight", metavar="X", help="Its share of visits, else from the factors.")
_NOTE = click.option("--note", metavar="TEXT", help="A note: the firm's history there.")


@plan_areas.command()
@click.argument("name")
@click.argument("expression", metavar="EXPR")
@_POTENTIAL
@_PRESSURE
@_WEIGHT
@_NOTE
@click.pass_obj
def add(
    parts: Application,
    name: str,
    expression: str,
    potential: int | None,
    pressure: int | None,
    weight: str | None,
    note: str | None,
) -> None:
    """Note the area NAME; EXPR says who is in it: 'postal_code like "35%"'."""
    known = [one.name for one in parts.store.market.areas()]
    hint = Text("change it with: outreach plan areas edit NAME")
    parts.understand(expression)
    one = Area(
        name=free_name(known, name, hint), expression=expression, potential_customers=potential,
        pressure=pressure, weight=_weight(weight), note=note,
    )  # fmt: skip
    parts.store.market.save_area(one)
    _show(parts, one.name)


@plan_areas.command()
@click.argument("name")
@click.option("--where", "expression", metavar="EXPR", help="Who is in it from now on.")
@_POTENTIAL
@_PRESSURE
@_WEIGHT
@_NOTE
@click.pass_obj
def edit(
    parts: Application,
    name: str,
    expression: str | None,
    potential: int | None,
    pressure: int | None,
    weight: str | None,
    note: str | None,
) -> None:
    """Change what is known of the area NAME; `-` takes a weight or a note away."""
    old = the_area(parts.store, name)
    if expression is not None:
        parts.understand(expression)
    values: dict[str, Any] = {
        "expression": expression or old.expression,
        "potential_customers": old.potential_customers if potential is None else potential,
        "pressure": old.pressure if pressure is None else pressure,
        "weight": changed(old.weight, weight, _weight(weight)),
        "note": changed(old.note, note, None if note == NOTHING else note),
    }
    parts.store.market.save_area(replace(old, **values))
    _show(parts, old.name)


@plan_areas.command()
@click.argument("name")
@click.pass_obj
def remove(parts: Application, name: str) -> None:
    """Forget the area NAME; its people stay."""
    one = the_area(parts.store, name)
    parts.store.market.remove_area(one.name)
    show(parts, {"removed": one.name}, [Text("{name!r} is forgotten", name=one.name)])


@plan_areas.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """List the areas: customers, prospects, visits and turnover there, penetration, weight."""
    found = _surveyed(parts)
    show(parts, {"areas": [as_row(one) for one in found]}, lambda: _print(parts, found))


def _show(parts: Application, name: str) -> None:
    found = [one for one in _surveyed(parts) if one.area.name == name]
    show(parts, as_row(found[0]), lambda: _print(parts, found))


def _surveyed(parts: Application) -> list[Surveyed]:
    today = parts.today()
    period = Period(today - _YEAR, today + timedelta(days=1))
    return surveyed(parts.store, parts.vocabulary(), period, now=parts.now())


def _weight(text: str | None) -> Decimal | None:
    found = amount_of(text, "--weight")
    if found is not None and found < 0:
        raise WrongUsage(Text("a weight is not below 0"))
    return found


def as_row(one: Surveyed) -> dict[str, Any]:
    """One area for `--json`."""
    return {
        "name": one.area.name,
        "expression": one.area.expression,
        "potential": one.area.potential_customers,
        "pressure": one.area.pressure,
        "customers": one.group.customers,
        "prospects": one.group.prospects,
        "revenue": one.group.revenue,
        "visits": one.group.visits,
        "first_order_on": one.group.first_order_on,
        "penetration": one.penetration,
        "weight": one.weight,
        "absent": one.absent,
        "note": one.area.note,
    }


def _print(parts: Application, found: Sequence[Surveyed]) -> None:
    if not found:
        say(parts, Text("No area is noted: outreach plan areas add NAME EXPR"))
        return
    columns = (
        Column(key="name", title=Text("area"), unit=Unit.TEXT),
        Column(key="customers", title=Text("customers"), unit=Unit.COUNT, total="sum"),
        Column(key="prospects", title=Text("prospects"), unit=Unit.COUNT, total="sum"),
        Column(key="revenue", title=Text("revenue"), unit=Unit.MONEY, total="sum"),
        Column(key="visits", title=Text("visits"), unit=Unit.COUNT, total="sum"),
        Column(key="penetration", title=Text("penetration"), unit=Unit.RATE),
        Column(key="weight", title=Text("weight"), unit=Unit.NUMBER),
    )
    rows = tuple(
        {
            "name": one.area.name,
            "customers": one.group.customers,
            "prospects": one.group.prospects,
            "revenue": one.group.revenue,
            "visits": one.group.visits,
            "penetration": one.penetration,
            "weight": one.weight,
        }
        for one in found
    )
    title = Text("Areas")
    table = Table(
        key="areas", title=title, columns=columns, rows=rows,
        basis=Text("visits: of the last 365 days; penetration: customers who are not lost ÷"
                   " customers there could be; weight: as noted, else (potential − customers)"
                   " ÷ pressure"),
    )  # fmt: skip
    notes = tuple(
        Text("{name}: no customer there yet; it may be all prospecting", name=one.area.name)
        for one in found if one.absent
    )  # fmt: skip
    show_section(parts, Section(key="areas", title=title, tables=(table,), notes=notes))


@click.command("score", cls=Command)
@click.argument("expression", metavar="EXPR")
@click.option("--potential", metavar="X", help="Turnover a year that they could bring.")
@click.option("--ease", metavar="1-5", help="How easy they are to win, 5 easy.")
@click.option("--type", "kind", metavar="WORD", help="What they are: school, town hall, garage.")
@click.pass_obj
def plan_score(
    parts: Application, expression: str, potential: str | None, ease: str | None, kind: str | None
) -> None:
    """Say of the people that EXPR selects what they are worth winning; `-` empties a score."""
    from outreach.store.scores import set_scores

    who = parts.select(expression)
    assert who is not None
    scores: dict[str, Decimal | int | str | None] = {}
    if potential is not None:
        scores["potential"] = worth = amount_of(potential, "--potential")
        if worth is not None and worth < 0:
            raise WrongUsage(Text("a potential is not below 0"))
    if ease is not None:
        scores["ease"] = _ease(ease)
    if kind is not None:
        scores["type"] = None if kind == NOTHING else kind
    if not scores:
        raise WrongUsage(Text("say what they are worth: --potential, --ease or --type"))
    count = set_scores(parts.database, who, scores, now=parts.now())
    show(parts, {"scored": count},
         [Plural("{count} person is scored", "{count} people are scored", count)])  # fmt: skip


def _ease(text: str) -> int | None:
    if text == NOTHING:
        return None
    if text not in ("1", "2", "3", "4", "5"):
        raise WrongUsage(Text("{text!r} is no ease of conquest", text=text),
                         hint=Text("from 1 (hard) to 5 (easy)"))  # fmt: skip
    return int(text)
