"""`privacy erase` and `privacy purge`: a report first, then, confirmed, the emptying."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from outreach.application import Application
from outreach.cli.confirm import confirm
from outreach.cli.door import Command
from outreach.cli.output import say, show, table
from outreach.errors import Plural, Text
from outreach.runner.privacy import ToErase, ToPurge


@click.command(cls=Command)
@click.argument("who")
@click.option("--confirm", "confirmed", is_flag=False, flag_value="1", type=click.IntRange(min=1),
              metavar="[N]", help="Really erase: 1, the number of people.")  # fmt: skip
@click.pass_obj
def erase(parts: Application, who: str, confirmed: int | None) -> None:
    """Empty WHO for good: a stub stays, and keyed fingerprints that keep him forbidden.

    First it shows what would go; with --confirm it goes. Reports do not change by it.
    """
    from outreach.runner.privacy import erase_person, to_erase

    contact = parts.person(who)
    found = to_erase(parts.store, contact)
    if not parts.options.json:
        _print_erasure(parts, found)
    what = Text("erasing {name} (#{id})", name=contact.name, id=contact.id)
    confirm(parts, what, 1, confirmed)
    done = erase_person(parts.store, contact, now=parts.now())
    data: dict[str, Any] = {
        "erased": done.people,
        "id": contact.id,
        "fingerprints": done.kept,
        "bundles": list(found.bundles),
        "files": list(found.files),
    }
    show(parts, data, list(_erased(contact.id, done.kept)))


def _print_erasure(parts: Application, found: ToErase) -> None:
    contact = found.contact
    say(parts, Text("Held about {name} (#{id}):", name=contact.name, id=contact.id))
    for name, count in found.counts.items():
        say(parts, Text("  {what}: {count}", count=count, what=_HELD[name]))
    say(parts, Text("Days, states and amounts stay, without a name: reports do not change."))
    for folder in found.bundles:
        say(parts, Text("A letter lies in {folder}: delete it by hand.", folder=folder))
    for file in found.files:
        say(parts, Text("He came from {file}: that file is not touched.", file=file))
    say(parts, Text("Backups keep him until they are deleted."))


def _erased(number: int, kept: int) -> Iterator[Text]:
    yield Text("#{id} is empty; the erasure stands in the register.", id=number)
    if kept:
        yield Plural(
            "{count} fingerprint keeps the address forbidden, also in a new list.",
            "{count} fingerprints keep the addresses forbidden, also in a new list.",
            kept,
        )
    else:
        yield Text("No address was known to forbid: a new list could bring the person back.")


@click.command(cls=Command)
@click.option("--confirm", "confirmed", type=click.IntRange(min=0), metavar="N",
              help="The number of people, typed again: really empty them.")  # fmt: skip
@click.pass_obj
def purge(parts: Application, confirmed: int | None) -> None:
    """Empty everybody whose data was kept long enough: counted from their last own act.

    A report first. A message that was opened is no act; a reply, an order, a consent are. Who
    was promised something is left out. Nobody is forbidden by it.
    """
    from outreach.runner.privacy import purge as empty
    from outreach.runner.privacy import to_purge

    found = to_purge(parts.store, parts.settings, now=parts.now())
    count = len(found.people)
    data: dict[str, Any] = {"since": found.since, "people": count, "lines": _lines(parts, found)}
    data["customers_left_out"] = found.unknown
    if not count or (confirmed is None and parts.options.json):
        show(parts, data | {"purged": 0}, lambda: _print_purge(parts, found))
        return
    if not parts.options.json:
        _print_purge(parts, found)
    what = Plural("purging {count} person", "purging {count} people", count)
    confirm(parts, what, count, confirmed)
    done = empty(parts.store, found, now=parts.now())
    said = Plural("{count} person is empty now.", "{count} people are empty now.", done.people)
    show(parts, data | {"purged": done.people}, [said])


def _lines(parts: Application, found: ToPurge) -> list[dict[str, Any]]:
    zone = parts.settings.zone
    return [
        {
            "kind": line.kind,
            "source": line.source,
            "count": line.count,
            "oldest": line.oldest.astimezone(zone).date(),
            "newest": line.newest.astimezone(zone).date(),
        }
        for line in found.lines
    ]


def _print_purge(parts: Application, found: ToPurge) -> None:
    from outreach.runner.wording import kind_text

    years = parts.settings.policy.retention_years
    say(
        parts,
        Text(
            "Kept for {years} years after their last act (CNIL, référentiel gestion commerciale):"
            " nothing came from these since {day}.",
            years=years,
            day=found.since,
        ),
    )
    if found.unknown:
        left = Plural(
            "{count} customer whose last order is not known is left out.",
            "{count} customers whose last order is not known are left out.",
            found.unknown,
        )
        say(parts, left)
    if not found.people:
        say(parts, Text("Nobody: there is nothing to purge."))
        return
    write, speak = parts.language.write, parts.language.say
    headers = [Text("Kind"), Text("Source"), Text("People"), Text("Last act from"), Text("Until")]
    rows = [
        [speak(kind_text(row["kind"])), row["source"] or "–", str(row["count"]),
         write(row["oldest"]), write(row["newest"])]
        for row in _lines(parts, found)
    ]  # fmt: skip
    table(parts, headers, rows, right=[2])


_HELD = {
    "records": Text("records with all their fields"),
    "tags": Text("tags"),
    "set_aside": Text("cells that were set aside"),
    "imports": Text("readings of files"),
    "sources": Text("lists they came from"),
    "campaigns": Text("campaigns"),
    "messages": Text("letters, e-mails, calls and visits"),
    "events": Text("things that happened"),
    "promises": Text("promises"),
    "losses": Text("losses foreseen"),
    "inquiries": Text("requests of theirs"),
    "recommendations": Text("recommendations"),
    "consents": Text("consents and other grounds"),
    "requests": Text("requests about their data"),
    "suppressions": Text("entries of the suppression list"),
}
