"""`contacts adrift`: who was forgotten, since when, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import json_text, notice, pieces, say, show, show_rows
from outreach.errors import Plural, Text
from outreach.runner.adrift import Adrift, Plans, plans
from outreach.runner.adrift import adrift as forgotten
from outreach.runner.wording import stage_text

#: People shown to who states no limit.
SHOWN = 20

#: Among so many people the reasons are counted: that takes some seconds.
_COUNTED = 20_000

#: Reasons that are no stage of the chain, as the total names them.
_REASONS = {
    "new": Text("never in a campaign"),
    "over": Text("no answer"),
    "left_out": Text("left out of a campaign"),
    "control": Text("control group"),
    "latent": Text("latent without a day"),
}


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
        return
    most = SHOWN if limit is None and not parts.options.json else limit or None
    reasons: Counter[str] = Counter()
    read = None if count <= _COUNTED else most
    people = _counting(forgotten(parts.store, found, wanted, limit=read), reasons)
    whole = read is None
    if parts.options.json:
        _show_json(parts, count, people, most, reasons if whole else None)
    else:
        _print(parts, count, people, most)
        _print_total(parts, count, reasons if whole else Counter())


def _counting(people: Iterable[Adrift], reasons: Counter[str]) -> Iterator[Adrift]:
    """The same people; how many are adrift for which reason is counted as they go by."""
    for one in people:
        reasons[one.reason] += 1
        yield one


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


def _show_json(
    parts: Application,
    count: int,
    people: Iterable[Adrift],
    most: int | None,
    reasons: Counter[str] | None,
) -> None:
    """One object, written as it is read; whoever is not shown is counted all the same."""
    click.echo(f'{{"count": {count}, "adrift": [', nl=False)
    show_rows(row(parts, one) for number, one in enumerate(people) if most is None or number < most)
    click.echo(f'], "reasons": {json_text(reasons)}}}')


def _print(parts: Application, count: int, people: Iterable[Adrift], most: int | None) -> None:
    for number, one in enumerate(people):
        if most is not None and number >= most:
            continue
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


def _print_total(parts: Application, count: int, reasons: Counter[str]) -> None:
    """How many they are, and of more than one reason how many of each."""
    if len(reasons) > 1:
        for reason, some in reasons.most_common():
            name = parts.language.say(_REASONS.get(reason) or stage_text(reason))
            click.echo(f"{some:>7}  {name}")
    say(parts, _total(count))


def _total(count: int) -> Text:
    if not count:
        return Text("Nobody is adrift: all have a next date, a campaign, or a reason for none.")
    return Plural("{count} person is adrift.", "{count} people are adrift.", count)
