"""`contacts adrift`: who was forgotten, since when, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import notice, pieces, plain_json, say, show
from outreach.errors import Plural, Text
from outreach.runner.adrift import Adrift, Plans, plans
from outreach.runner.adrift import adrift as forgotten

#: People shown to who states no limit.
SHOWN = 20


@click.command(cls=Command)
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option("--limit", type=click.IntRange(min=0), metavar="N",
              help="How many to show; 0 shows all.")  # fmt: skip
@click.option("--count", "only_count", is_flag=True, help="Only how many they are.")
@click.pass_obj
def adrift(parts: Application, expression: str | None, limit: int | None, only_count: bool) -> None:
    """List who is adrift: no next date, in no campaign, and not archived with a reason.

    Nothing comes to them, and nobody has decided so. Whoever a campaign that is written and
    not launched yet would take is not adrift.
    """
    found = plans_of(parts)
    tell_unreadable(parts, found)
    wanted = parts.select(expression)
    count = parts.store.drift.count(wanted, found.audiences)
    if only_count:
        show(parts, {"count": count}, [_total(count)])
    elif parts.options.json:
        _show_json(parts, count, forgotten(parts.store, found, wanted, limit=limit or None))
    else:
        most = SHOWN if limit is None else limit or None
        people = forgotten(parts.store, found, wanted, limit=most)
        _print(parts, count, people, most)


def plans_of(parts: Application) -> Plans:
    """The campaigns of the workspace that will take people."""
    return plans(
        parts.settings,
        parts.store,
        lambda expression, where: parts.select(expression, where=where),
        today=parts.today(),
    )


def tell_unreadable(parts: Application, found: Plans) -> None:
    """Whom a file with errors would take is not known: said beside the answer."""
    for name, error in found.unreadable:
        notice(parts, Text("{file} is left aside, as it has errors: {error}", file=name,
                           error=error.what))  # fmt: skip


def row(parts: Application, one: Adrift) -> dict[str, Any]:
    """One of them as JSON."""
    person = one.person
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "kind": person.kind,
        "owner": person.owner,
        "since": person.since.astimezone(parts.settings.zone),
        "reason": one.reason,
        "campaign": person.last.campaign if person.last else None,
        "why": parts.language.say(one.why),
        "proposal": parts.language.say(one.proposal),
    }


def _show_json(parts: Application, count: int, people: Iterable[Adrift]) -> None:
    """One object, written as it is read."""
    click.echo(f'{{"count": {count}, "adrift": [', nl=False)
    for number, one in enumerate(people):
        line = json.dumps(row(parts, one), ensure_ascii=False, default=plain_json)
        click.echo(f", {line}" if number else line, nl=False)
    click.echo("]}")


def _print(parts: Application, count: int, people: Iterable[Adrift], most: int | None) -> None:
    for one in people:
        person = one.person
        day = parts.language.write(person.since.astimezone(parts.settings.zone).date())
        said = Text("since {day}: {why}", day=day, why=one.why)
        called = f"{person.name}  {person.email or f'#{person.id}'}"
        for line in (
            *pieces(called, "", "  "),
            *pieces(parts.language.say(said), "  ", "  "),
            *pieces(parts.language.say(one.proposal), "  → ", "    "),
        ):
            click.echo(line)
    if most is not None and count > most:
        say(parts, Plural("and {count} more (--limit 0 shows all)",
                          "and {count} more (--limit 0 shows all)", count - most))  # fmt: skip
    say(parts, _total(count))


def _total(count: int) -> Text:
    if not count:
        return Text("Nobody is adrift: all have a next date, a campaign, or a reason for none.")
    return Plural("{count} person is adrift.", "{count} people are adrift.", count)
