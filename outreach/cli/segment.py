"""`segment`: named selections — kept, counted, explained."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.contacts import as_json
from outreach.cli.door import Group
from outreach.cli.output import say, show, table, wrap
from outreach.cli.values import shown
from outreach.errors import Plural, Text
from outreach.model.contact import Contact
from outreach.runner.segments import (
    Explanation,
    count_of,
    delete_segment,
    explain,
    how_many_have,
    named,
    save_segment,
)


@click.group(cls=Group)
def segment() -> None:
    """Named selections: an expression with a name, used as in_segment("name")."""


@segment.command()
@click.argument("name")
@click.argument("expression", metavar="EXPR")
@click.pass_obj
def save(parts: Application, name: str, expression: str) -> None:
    """Keep EXPR as NAME; the fields it compares get an index."""
    words, now = parts.vocabulary(), parts.now()
    kept = save_segment(parts.store, words, name, expression, now=now)
    count = count_of(parts.store, parts.vocabulary(), kept, parts.settings, now=now)
    show(
        parts,
        {"name": kept, "expression": expression, "count": count},
        [Plural("{name}: {count} contact", "{name}: {count} contacts", count or 0, name=kept)],
    )


@segment.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """Every segment, with how many people it selects now."""
    words, now = parts.vocabulary(), parts.now()
    rows = [
        {
            "name": name,
            "expression": expression,
            "count": count_of(parts.store, words, name, parts.settings, now=now),
        }
        for name, expression in words.segments.items()
    ]
    show(parts, {"segments": rows}, lambda: _print_list(parts, rows))


def _print_list(parts: Application, rows: list[dict[str, Any]]) -> None:
    if not rows:
        say(parts, Text("no segments yet: outreach segment save NAME EXPR"))
        return
    headers = [Text("Name"), Text("Contacts"), Text("Expression")]
    wrong = parts.language.say(Text("wrong"))
    lines = [
        [
            row["name"],
            wrong if row["count"] is None else parts.language.count(row["count"]),
            row["expression"],
        ]
        for row in rows
    ]
    table(parts, headers, lines, right=[1])


@segment.command(name="show")
@click.argument("name")
@click.pass_obj
def show_(parts: Application, name: str) -> None:
    """The expression of NAME, what it selects and how many."""
    known = named(name, parts.store.segments.all())
    told = _explained(parts, known)
    show(
        parts,
        {"name": known, "expression": told.expression, "count": told.count}
        | {"words": parts.language.say(told.words)},
        lambda: _print_segment(parts, known, told),
    )


def _print_segment(parts: Application, name: str, told: Explanation) -> None:
    say(parts, f"{name}:")
    wrap(told.expression, first="  ", rest="  ")
    wrap(parts.language.say(told.words), first="  ", rest="  ")
    say(parts, Text("  {line}", line=_counted(told)))


def _counted(told: Explanation) -> Text:
    if told.count is None:
        return Text("too slow to be counted")
    return Plural("{count} contact", "{count} contacts", told.count)


@segment.command()
@click.argument("name")
@click.pass_obj
def delete(parts: Application, name: str) -> None:
    """Forget NAME; refused while another segment or a running campaign uses it."""
    gone = delete_segment(parts.store, name)
    show(parts, {"deleted": gone}, [Text("{name!r} is forgotten", name=gone)])


@segment.command(name="explain")
@click.argument("expression", metavar="EXPR")
@click.pass_obj
def explain_(parts: Application, expression: str) -> None:
    """Say in words whom EXPR (or a segment of that name) selects, how many, and ten of them."""
    told = _explained(parts, expression)
    speak = parts.language.say
    data = {
        "expression": told.expression,
        "words": speak(told.words),
        "count": told.count,
        "contacts": [as_json(contact) for contact in told.contacts],
        "slow": [{"what": slow.what, "reason": speak(slow.reason)} for slow in told.slow],
        "near": [
            {"field": near.name, "value": near.value, "near": near.near, "count": near.count}
            for near in told.near
        ],
    }
    show(parts, data, lambda: _print_explanation(parts, told))


def _explained(parts: Application, expression: str) -> Explanation:
    return explain(parts.store, parts.vocabulary(), expression, parts.settings, now=parts.now())


def _print_explanation(parts: Application, told: Explanation) -> None:
    speak = parts.language.say
    wrap(speak(told.words))
    say(parts, _counted(told))
    for near in told.near:
        wrap(speak(how_many_have(near)), first="  ", rest="  ")
    for slow in told.slow:
        line = Text("slow: {what}: {reason}", what=slow.what, reason=slow.reason)
        wrap(speak(line), first="  ", rest="    ")
    if told.contacts:
        _print_people(parts, list(told.contacts))


def _print_people(parts: Application, people: list[Contact]) -> None:
    names = ("email", "city", "life_stage")
    labels = {f.name: f.label for f in parts.database.catalogue}
    headers = [Text("Id"), Text("Name"), *(Text(labels[name]) for name in names)]
    rows = [[str(one.id), one.name, *(shown(parts, one, name) for name in names)] for one in people]
    table(parts, headers, rows, right=[0])
