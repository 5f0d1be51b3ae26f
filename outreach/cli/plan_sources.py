"""`plan sources`: the plan of lists (plan fichier): what each costs, adds, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from outreach.application import Application
from outreach.cli.document import show_section
from outreach.cli.door import Group
from outreach.cli.output import say, show
from outreach.cli.plan_values import NOTHING, amount_of, changed, day_of
from outreach.errors import Text, WrongUsage
from outreach.evaluation.document import Column, Section, Table, Unit
from outreach.model.source import ListOrigin, Source
from outreach.planning.sources import Listed, Overlap, overlaps, plan_of_lists
from outreach.runner.plan_book import free_name, the_source
from outreach.store.source_tallies import in_common, source_tallies

ORIGINS = {
    ListOrigin.INTERNAL: Text("our own"),
    ListOrigin.EXCHANGED: Text("exchanged"),
    ListOrigin.RENTED: Text("rented"),
    ListOrigin.BOUGHT: Text("bought"),
    ListOrigin.CREATED: Text("made here"),
    ListOrigin.DIRECTORY: Text("directory"),
}


@click.group("sources", cls=Group, default="list")
def plan_sources() -> None:
    """Every list of contacts that can be had: cost, overlap, what it added, what came of it."""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """What is known of a list, for `add` and `edit`."""
    for option in reversed(
        (
            click.option("--origin", type=click.Choice([one.value for one in ListOrigin]),
                         help="How it is come by."),
            click.option("--cost", metavar="X", help="What it costs."),
            click.option("--licence", metavar="TEXT", help="What may be done with it."),
            click.option("--uses", metavar="N", help="How many campaigns may still use it."),
            click.option("--obtained-on", metavar="DATE", help="When; none: not taken in yet."),
            click.option("--note", metavar="TEXT", help="A note."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@plan_sources.command()
@click.argument("name")
@_options
@click.pass_obj
def add(parts: Application, /, name: str, **given: Any) -> None:
    """Note the list NAME, had or obtainable; take it in with contacts import --source NAME."""
    known = [one.name for one in parts.store.sources.all()]
    hint = Text("change it with: outreach plan sources edit NAME")
    one = _changed(parts, Source(name=free_name(known, name, hint)), given)
    parts.store.sources.save(None, one)
    _show(parts, one.name)


@plan_sources.command()
@click.argument("name")
@_options
@click.pass_obj
def edit(parts: Application, /, name: str, **given: Any) -> None:
    """Change what is known of the list NAME; `-` empties a value."""
    old = the_source(parts.store, name)
    parts.store.sources.save(old.name, _changed(parts, old, given))
    _show(parts, old.name)


@plan_sources.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """List them in the order of use: our own first, directories last, the cheapest between."""
    listed, shared = _found(parts)
    data = {
        "sources": [as_row(one) for one in listed],
        "overlaps": [
            {"first": one.first, "second": one.second, "people": one.people,
             "drop_from": one.drop_from}
            for one in shared
        ],
    }  # fmt: skip
    show(parts, data, lambda: _print(parts, listed, shared))


def _found(parts: Application) -> tuple[list[Listed], list[Overlap]]:
    sources = parts.store.sources.all()
    limited = [
        one.name for one in sources if one.uses_left is not None or one.origin is ListOrigin.RENTED
    ]
    tallies = source_tallies(parts.database, limited)
    known = {one.name for one in sources}
    unnamed = [Source(name=name) for name in sorted(tallies) if name not in known]
    listed = plan_of_lists([*sources, *unnamed], tallies)
    return listed, overlaps(in_common(parts.database), listed)


def _show(parts: Application, name: str) -> None:
    listed, shared = _found(parts)
    (one,) = [one for one in listed if one.source.name == name]
    mine = [each for each in shared if name in (each.first, each.second)]
    show(parts, as_row(one), lambda: _print(parts, [one], mine))


def _changed(parts: Application, one: Source, given: dict[str, Any]) -> Source:
    cost = amount_of(given["cost"], "--cost")
    if cost is not None and cost < 0:
        raise WrongUsage(Text("a cost is not below 0"))
    values: dict[str, Any] = {
        "cost": changed(one.cost, given["cost"], cost),
        "uses_left": changed(one.uses_left, given["uses"], _uses(given["uses"])),
        "obtained_on": changed(
            one.obtained_on, given["obtained_on"], day_of(parts, given["obtained_on"])
        ),
    }
    for name in ("licence", "note"):
        text = None if given[name] == NOTHING else given[name]
        values[name] = changed(getattr(one, name), given[name], text)
    if given["origin"]:
        values["origin"] = ListOrigin(given["origin"])
    return replace(one, **values)


def _uses(text: str | None) -> int | None:
    if text is None or text == NOTHING:
        return None
    if not text.isdecimal():
        raise WrongUsage(Text("{text!r} is no number of uses", text=text),
                         hint=Text("write it like 2; `-` is no limit"))  # fmt: skip
    return int(text)


def as_row(one: Listed) -> dict[str, Any]:
    """One list for `--json`. Rates are of the new contacts that were contacted."""
    source, tally = one.source, one.tally
    return {
        "place": one.place,
        "name": source.name,
        "origin": source.origin.value if source.origin else None,
        "cost": source.cost,
        "licence": source.licence,
        "uses": tally.uses,
        "uses_left": source.uses_left,
        "obtained_on": source.obtained_on,
        "note": source.note,
        "contacts": tally.people,
        "there_before": tally.there_before,
        "added": tally.added,
        "contacted": tally.contacted,
        "appointments": tally.appointments,
        "customers": tally.customers,
        "orders": tally.orders,
        "revenue": tally.revenue,
        "cost_per_new": one.cost_per_new,
        "cost_per_order": one.cost_per_order,
        "appointment_rate": one.appointment_rate,
        "order_rate": one.order_rate,
        "basis": "contacted",
    }


# --- as text ----------------------------------------------------------------------------------


def _print(parts: Application, listed: Sequence[Listed], shared: Sequence[Overlap]) -> None:
    if not listed:
        say(parts, Text("No list is noted: outreach plan sources add NAME --origin rented"))
        return
    show_section(parts, _section(listed))
    if shared:
        show_section(parts, _overlap_section(shared))


def _section(listed: Sequence[Listed]) -> Section:
    lists = Table(
        key="lists",
        title=Text("What they are"),
        columns=(
            Column(key="place", title=Text("use"), unit=Unit.COUNT),
            Column(key="name", title=Text("list"), unit=Unit.TEXT),
            Column(key="origin", title=Text("origin"), unit=Unit.TEXT),
            Column(key="cost", title=Text("cost"), unit=Unit.MONEY, total="sum"),
            Column(key="contacts", title=Text("people"), unit=Unit.COUNT),
            Column(key="before", title=Text("had before"), unit=Unit.COUNT),
            Column(key="added", title=Text("new"), unit=Unit.COUNT, total="sum"),
            Column(key="left", title=Text("uses left"), unit=Unit.COUNT),
        ),
        rows=tuple(_list_row(one) for one in listed),
    )
    results = Table(
        key="results",
        title=Text("What came of the new contacts"),
        columns=(
            Column(key="name", title=Text("list"), unit=Unit.TEXT),
            Column(key="contacted", title=Text("contacted"), unit=Unit.COUNT, total="sum"),
            Column(key="appointments", title=Text("appointments"), unit=Unit.COUNT, total="sum"),
            Column(key="orders", title=Text("orders"), unit=Unit.COUNT, total="sum"),
            Column(key="revenue", title=Text("revenue"), unit=Unit.MONEY, total="sum"),
            Column(key="per_new", title=Text("cost a new one"), unit=Unit.MONEY),
            Column(key="per_order", title=Text("cost an order"), unit=Unit.MONEY),
        ),
        rows=tuple(_result_row(one) for one in listed),
    )
    warnings = tuple(text for one in listed for text in one.warnings)
    return Section(
        key="sources", title=Text("Lists, in the order of use"), tables=(lists, results),
        notes=warnings,
    )  # fmt: skip


def _list_row(one: Listed) -> dict[str, Any]:
    source = one.source
    return {
        "place": one.place,
        "name": source.name,
        "origin": ORIGINS[source.origin] if source.origin else "–",
        "cost": source.cost,
        "contacts": one.tally.people,
        "before": one.tally.there_before,
        "added": one.tally.added,
        "left": source.uses_left,
    }


def _result_row(one: Listed) -> dict[str, Any]:
    tally = one.tally
    return {
        "name": one.source.name,
        "contacted": tally.contacted,
        "appointments": tally.appointments,
        "orders": tally.orders,
        "revenue": tally.revenue,
        "per_new": one.cost_per_new,
        "per_order": one.cost_per_order,
    }


def _overlap_section(shared: Sequence[Overlap]) -> Section:
    table = Table(
        key="overlaps",
        title=Text("People in common"),
        columns=(
            Column(key="first", title=Text("list"), unit=Unit.TEXT),
            Column(key="second", title=Text("and"), unit=Unit.TEXT),
            Column(key="people", title=Text("persons"), unit=Unit.COUNT),
            Column(key="drop", title=Text("take them out of"), unit=Unit.TEXT),
        ),
        rows=tuple(
            {"first": one.first, "second": one.second, "people": one.people,
             "drop": one.drop_from or "–"}
            for one in shared
        ),
        basis=Text("the dearer of two is the one to take them out of"),
    )  # fmt: skip
    return Section(key="overlaps", title=Text("People in common"), tables=(table,))
