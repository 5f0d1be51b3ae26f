"""`contacts show`: everything about one contact, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from outreach.application import Application
from outreach.cli.contacts import as_json
from outreach.cli.door import Command
from outreach.cli.import_log import import_row
from outreach.cli.output import console, show
from outreach.cli.values import label, shown, written
from outreach.errors import Plural, Text
from outreach.model.contact import Contact
from outreach.model.ids import ImportId

#: Of what happened, so much is shown; `outreach why` tells all.
RECENT = 5


@click.command(name="show", cls=Command)
@click.argument("who")
@click.pass_obj
def show_(parts: Application, who: str) -> None:
    """Show everything about WHO: an address, a name, an identifier or an id."""
    from outreach.cleaning.postal import left_off, lines

    contact = parts.person(who)
    aside = parts.store.contacts.set_aside_of(contact.id)
    events = parts.store.events.of_contact(contact.id)
    changes = _changes(parts, contact)
    speak = parts.language.say
    data = as_json(contact) | {
        "provenance": _provenance(parts, contact),
        "imports": [
            import_row(parts, run) | {"did": did, "changes": changes.get(run.id, {})}
            for run, did in parts.store.imports.of_contact(contact.id)
        ],
        "postal_lines": list(lines(contact.values, home=parts.settings.country)),
        "postal_left_off": list(left_off(contact.values, home=parts.settings.country)),
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
             "note": e.note, "record": e.contact_id}
            for e in events
        ],
    }  # fmt: skip
    show(parts, data, lambda: _print_contact(parts, contact, data, events))


def _changes(parts: Application, contact: Contact) -> dict[ImportId, dict[str, Any]]:
    """Import → field → its value before it and after it."""
    from outreach.store.import_changes import changes_of

    return {
        number: {one.field: {"before": one.before, "after": one.after} for one in changes}
        for number, changes in changes_of(parts.database, contact.id).items()
    }


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


def _print_contact(
    parts: Application, contact: Contact, data: dict[str, Any], events: Sequence[Any]
) -> None:
    from outreach.runner.happened import happened

    out, catalogue = console(), parts.database.catalogue
    out.print(f"{contact.name} (#{contact.id})", style="bold", markup=False)
    for name in (*catalogue.names, "tags"):
        if value := shown(parts, contact, name):
            _print_line(parts, label(parts, name), value)
    if data["postal_lines"]:
        envelope = parts.language.say(Text("On the envelope"))
        _print_line(parts, envelope, " / ".join(data["postal_lines"]), style="dim")
    if data["postal_left_off"]:
        no_room = parts.language.say(Text("No room on the envelope for"))
        _print_line(parts, no_room, " / ".join(data["postal_left_off"]), style="yellow")
    _print_set_aside(parts, contact, data["set_aside"])
    _print_provenance(parts, data)
    for event in events[-RECENT:]:
        at = parts.language.write(event.at.astimezone(parts.settings.zone))
        told = parts.language.say(happened(event, catalogue))
        record = f"  (#{event.contact_id})" if event.contact_id != contact.id else ""
        out.print(f"  {at}  {told}{record}", markup=False)


def _print_line(parts: Application, name: str, value: str, *, style: str = "") -> None:
    line = parts.language.say(Text("{label}: {value}", label=name, value=value))
    console().print(f"  {line}", style=style, markup=False)


def _print_set_aside(parts: Application, contact: Contact, cells: list[dict[str, Any]]) -> None:
    """What could not be used, and what was written otherwise than it is shown above."""
    for aside in cells:
        name, original = aside["field"], aside["original"]
        if aside["reason"] is None and original == shown(parts, contact, name):
            continue
        reason = aside["reason"] or parts.language.say(Text("as written in the file"))
        _print_line(parts, label(parts, name), f"{original!r} ({reason})", style="dim")


def _print_provenance(parts: Application, data: dict[str, Any]) -> None:
    from outreach.runner.wording import LIST_ORIGINS

    out, speak = console(), parts.language.say
    if source := data["provenance"]:
        day, origin = source["obtained_on"], source["origin"]
        told = [
            speak(LIST_ORIGINS[origin]) if origin else None,
            parts.language.write(day) if day else None,
            source["licence"],
        ]
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
        for name, change in run["changes"].items():
            before, after = (_side(parts, name, change[side]) for side in ("before", "after"))
            _print_line(parts, f"  {label(parts, name)}", f"{before} → {after}", style="dim")


def _side(parts: Application, name: str, value: Any) -> str:
    """A value before or after a change; a stroke where there was none."""
    told = ", ".join(value) if isinstance(value, list) else written(parts, name, value)
    return told or "–"
