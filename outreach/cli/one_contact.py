"""`contacts show`: everything about one contact, and where it came from."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.contacts import as_json, shown
from outreach.cli.door import Command
from outreach.cli.import_log import import_row
from outreach.cli.output import console, show
from outreach.errors import Plural, Text
from outreach.model.contact import Contact


@click.command(name="show", cls=Command)
@click.argument("who")
@click.pass_obj
def show_(parts: Application, who: str) -> None:
    """Show everything about WHO: an address, a name, an identifier or an id."""
    from outreach.cleaning.postal import lines

    contact = parts.person(who)
    aside = parts.store.contacts.set_aside_of(contact.id)
    events = parts.store.events.of_contact(contact.id)
    speak = parts.language.say
    data = as_json(contact) | {
        "provenance": _provenance(parts, contact),
        "imports": [
            import_row(parts, run) | {"did": did}
            for run, did in parts.store.imports.of_contact(contact.id)
        ],
        "postal_lines": list(lines(contact.values, home=parts.settings.country)),
        "set_aside": [
            {
                "field": one.field,
                "original": one.original,
                "reason": speak(one.reason) if one.reason else None,
            }
            for one in aside
        ],
        "events": [
            {"at": e.at.astimezone(parts.settings.zone), "kind": e.kind, "stage": e.stage,
             "note": e.note}
            for e in events
        ],
    }  # fmt: skip
    show(parts, data, lambda: _print_contact(parts, contact, data))


def _provenance(parts: Application, contact: Contact) -> dict[str, Any] | None:
    """The list that the contact first came from; None when no import named one."""
    source = parts.store.sources.find(contact.text("source") or "")
    if source is None:
        return None
    return {
        "source": source.name,
        "origin": source.origin,
        "obtained_on": source.obtained_on,
        "licence": source.licence,
        "uses_left": source.uses_left,
    }


def _print_contact(parts: Application, contact: Contact, data: dict[str, Any]) -> None:
    out = console()
    out.print(f"{contact.name} (#{contact.id})", style="bold", markup=False)
    for field in parts.database.catalogue:
        value = contact.values.get(field.name)
        if value is not None:
            label = parts.language.say(Text(field.label))
            out.print(f"  {label}: {shown(parts, value)}", markup=False)
    if contact.tags:
        out.print(f"  Tags: {', '.join(sorted(contact.tags))}", markup=False)
    if data["postal_lines"]:
        envelope = parts.language.say(Text("On the envelope"))
        out.print(f"  {envelope}: {' / '.join(data['postal_lines'])}", style="dim", markup=False)
    for aside in data["set_aside"]:
        reason = aside["reason"] or parts.language.say(Text("as written in the file"))
        out.print(
            f"  {aside['field']}: {aside['original']!r} ({reason})", style="dim", markup=False
        )
    _print_provenance(parts, data)
    for event in data["events"][-5:]:
        stage = f" {event['stage']}" if event["stage"] else ""
        stage += f": {event['note']}" if event["note"] else ""
        out.print(f"  {event['at']:%Y-%m-%d %H:%M} {event['kind']}{stage}", markup=False)


def _print_provenance(parts: Application, data: dict[str, Any]) -> None:
    out, speak = console(), parts.language.say
    if source := data["provenance"]:
        told = [source["origin"], source["obtained_on"], source["licence"]]
        if source["uses_left"] is not None:
            told.append(speak(Plural("{count} use left", "{count} uses left",
                                     source["uses_left"])))  # fmt: skip
        known = ", ".join(str(word) for word in told if word is not None)
        out.print(f"  {source['source']}: {known}", style="dim", markup=False)
    for run in data["imports"]:
        line = Text("import {id} of {file}, {day}", id=run["id"], file=run["file"],
                    day=run["started_at"].date())  # fmt: skip
        undone = f" ({speak(Text('undone'))})" if run["undone_at"] else ""
        out.print(f"  {speak(line)}{undone}", style="dim", markup=False)
