"""`contacts`: the contact base — in, out, and one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import console, plain_json, say, show, table
from outreach.errors import Plural, Text, WrongUsage, did_you_mean
from outreach.model.admission import OnMatch
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Origin, Value

#: Contacts shown to a person who states no limit.
SHOWN = 20

#: What a list shows where nobody says otherwise: it fits 80 columns.
_LISTED = ("email", "city", "kind")


class NoSuchField(WrongUsage):
    """`--fields` names a field that the base does not have."""

    def __init__(self, name: str, catalogue: Catalogue) -> None:
        super().__init__(
            Text("the contact base has no field {name!r}", name=name),
            hint=did_you_mean(name, (*catalogue.names, "id", "tags"))
            or Text("see: outreach contacts fields"),
        )


@click.group(cls=Group)
def contacts() -> None:
    """The contact base: import lists, look people up, export."""


@contacts.command(name="import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--source", metavar="NAME", help="The list it comes from; identifiers count within it."
)
@click.option("--map", "map_file", metavar="FILE", type=click.Path(path_type=Path),
              help="YAML or JSON: the field of each header, or `ignore`.")  # fmt: skip
@click.option("--on-match", type=click.Choice([policy.value for policy in OnMatch]),
              default=OnMatch.FILL.value, show_default=True,
              help="What a row may do to somebody who is already on file.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would happen, write nothing.")
@click.pass_obj
def import_(
    parts: Application,
    files: tuple[Path, ...],
    source: str | None,
    map_file: Path | None,
    on_match: str,
    dry_run: bool,
) -> None:
    """Read lists into the base: CSV in any dialect, Excel (.xlsx)."""
    from outreach.cli.imports import import_files

    import_files(
        parts, files, source=source, map_file=map_file, policy=OnMatch(on_match), dry_run=dry_run
    )


@contacts.command()
@click.argument("expression", required=False, metavar="[EXPR]")
@click.pass_obj
def count(parts: Application, expression: str | None) -> None:
    """Count the people that EXPR selects, or all."""
    number = parts.store.contacts.count(parts.select(expression))
    show(parts, {"count": number}, [Plural("{count} contact", "{count} contacts", number)])


@contacts.command(name="list")
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option("--limit", type=click.IntRange(min=0), metavar="N",
              help="How many to show; 0 shows all.")  # fmt: skip
@click.option("--fields", metavar="A,B,C", help="Which fields to show.")
@click.pass_obj
def list_(
    parts: Application, expression: str | None, limit: int | None, fields: str | None
) -> None:
    """List the people that EXPR selects, or all."""
    names = _chosen(parts, fields)
    condition = parts.select(expression)
    if parts.options.json:
        _list_json(parts.store.contacts.matching(condition, limit=limit or None), names)
        return
    limit = SHOWN if limit is None else limit
    found = list(parts.store.contacts.matching(condition, limit=limit or None))
    _print_list(parts, found, names)
    more = parts.store.contacts.count(condition) - len(found) if len(found) == limit else 0
    if more:
        say(parts, Plural("and {count} more (--limit 0 shows all)",
                          "and {count} more (--limit 0 shows all)", more))  # fmt: skip


@contacts.command(name="show")
@click.argument("who")
@click.pass_obj
def show_(parts: Application, who: str) -> None:
    """Show everything about WHO: an address, a name, an identifier or an id."""
    contact = parts.person(who)
    aside = parts.store.contacts.set_aside_of(contact.id)
    events = parts.store.events.of_contact(contact.id)
    speak = parts.language.say
    data = as_json(contact) | {
        "set_aside": [
            {
                "field": one.field,
                "original": one.original,
                "reason": speak(one.reason) if one.reason else None,
            }
            for one in aside
        ],
        "events": [{"at": e.at.astimezone(parts.settings.zone), "kind": e.kind, "stage": e.stage}
                   for e in events],
    }  # fmt: skip
    show(parts, data, lambda: _print_contact(parts, contact, data))


@contacts.command()
@click.pass_obj
def fields(parts: Application) -> None:
    """The fields that expressions and templates may name."""
    rows = [
        {"name": f.name, "label": f.label, "type": f.type.value, "origin": f.origin.value}
        for f in parts.database.catalogue
    ]
    headers = [Text("Name"), Text("Label"), Text("Type"), Text("Origin")]
    show(parts, {"fields": rows}, lambda: table(parts, headers, [list(r.values()) for r in rows]))


@contacts.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option("--fields", "chosen", metavar="A,B,C", help="Which fields to write.")
@click.pass_obj
def export(parts: Application, file: Path, expression: str | None, chosen: str | None) -> None:
    """Write the people that EXPR selects to FILE (.csv or .xlsx); it can be imported again."""
    from outreach.files.exports import write_table

    # Derived fields are counted from events: imported again they would be nobody's.
    kept = [f.name for f in parts.database.catalogue if f.origin is not Origin.DERIVED]
    names = _chosen(parts, chosen) or [*kept, "tags"]
    found = parts.store.contacts.matching(parts.select(expression))
    written = write_table(file, names, ([cell(c, name) for name in names] for c in found))
    show(
        parts,
        {"file": str(file), "contacts": written},
        [Plural("{count} contact written to {file}", "{count} contacts written to {file}", written,
                file=file)],
    )  # fmt: skip


# --- showing ----------------------------------------------------------------------------------


def as_json(contact: Contact) -> dict[str, Any]:
    """A contact as `contacts list --json` shows it."""
    return {"id": contact.id, **contact.values, "tags": sorted(contact.tags)}


def cell(contact: Contact, name: str) -> Value:
    """One field of a contact, its id and its tags among them."""
    if name == "tags":
        return ", ".join(sorted(contact.tags)) or None
    return int(contact.id) if name == "id" else contact.values.get(name)


def _chosen(parts: Application, names: str | None) -> list[str] | None:
    """The names in `--fields`, as the catalogue has them."""
    if not names:
        return None
    catalogue, chosen = parts.database.catalogue, []
    for name in filter(None, (part.strip() for part in names.split(","))):
        found = catalogue.find(name)
        if found is None and name not in ("id", "tags"):
            raise NoSuchField(name, catalogue)
        chosen.append(found.name if found else name)
    return chosen


def _list_json(found: Any, names: list[str] | None) -> None:
    """One object, written as it is read: a base may be larger than memory."""
    click.echo('{"contacts": [', nl=False)
    for number, contact in enumerate(found):
        whole = as_json(contact)
        data = {"id": whole["id"], **{n: whole[n] for n in names}} if names else whole
        row = json.dumps(data, ensure_ascii=False, default=plain_json)
        click.echo(f", {row}" if number else row, nl=False)
    click.echo("]}")


def _print_list(parts: Application, found: list[Contact], names: list[str] | None) -> None:
    if not found:
        say(parts, Text("nobody"))
        return
    headers = [Text("Id"), Text("Name")] if names is None else [Text("Id")]
    columns = [n for n in names or _LISTED if n != "id"]
    labels = {f.name: f.label for f in parts.database.catalogue} | {"tags": "Tags"}
    headers += [Text(labels[name]) for name in columns]
    rows = []
    for contact in found:
        first = [str(contact.id)] if names else [str(contact.id), contact.name]
        rows.append([*first, *(shown(parts, cell(contact, name)) for name in columns)])
    table(parts, headers, rows, right=[0])


def shown(parts: Application, value: Value) -> str:
    """A value in a line of text: dates and numbers as ISO writes them, yes and no in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return parts.language.say(Text("yes") if value else Text("no"))
    return value if isinstance(value, str) else str(value)


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
    for aside in data["set_aside"]:
        reason = aside["reason"] or parts.language.say(Text("as written in the file"))
        out.print(
            f"  {aside['field']}: {aside['original']!r} ({reason})", style="dim", markup=False
        )
    for event in data["events"][-5:]:
        stage = f" {event['stage']}" if event["stage"] else ""
        out.print(f"  {event['at']:%Y-%m-%d %H:%M} {event['kind']}{stage}", markup=False)
