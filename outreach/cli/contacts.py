"""`contacts`: the contact base — in, out, and one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import say, show, show_rows, table
from outreach.cli.values import cell, shown
from outreach.errors import Plural, Text, WrongUsage, did_you_mean
from outreach.model.admission import OnMatch
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Origin
from outreach.model.source import ListOrigin, Source

#: Contacts shown to a person who states no limit.
SHOWN = 20

#: Contacts beyond those shown that are counted.
MORE = 10_000

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


#: Verbs that have a module of their own.
_ELSEWHERE = {
    "adrift": "adrift:adrift",
    "duplicates": "duplicates:duplicates",
    "add": "people:add",
    "set": "people:set_",
    "note": "people:note",
    "tag": "people:tag",
    "company": "people:company",
    "erase": "privacy_erase:erase",
    "show": "one_contact:show_",
    "companies": "people:companies",
    "fields": "fields:fields",
    "labels": "labels:labels_",
    "imports": "import_log:imports",
    "undo": "import_log:undo",
}


@click.group(cls=Group, elsewhere=_ELSEWHERE)
def contacts() -> None:
    """The contact base: import lists, look people up, export."""


@contacts.command(name="import")
@click.argument("files", nargs=-1, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--source", metavar="NAME", help="The list it comes from; identifiers count within it."
)
@click.option("--map", "map_file", metavar="FILE", type=click.Path(path_type=Path),
              help="YAML or JSON: the field of each header, or `ignore`.")  # fmt: skip
@click.option("--on-match", type=click.Choice([policy.value for policy in OnMatch]),
              default=OnMatch.FILL.value, show_default=True,
              help="What a row may do to somebody who is already on file.")  # fmt: skip
@click.option("--sheet", metavar="NAME", help="Which sheet of a spreadsheet to read.")
@click.option("--postcodes", metavar="FILE", type=click.Path(path_type=Path),
              help="A table of postal codes and towns to check against (La Poste's).")  # fmt: skip
@click.option("--table", type=click.IntRange(min=1), metavar="N",
              help="Which table of a Word document to read.")  # fmt: skip
@click.option("--from-database", metavar="URL",
              help="Read from a database instead of files, with --query.")  # fmt: skip
@click.option("--query", metavar="SELECT", help="What to ask that database.")
@click.option("--origin", type=click.Choice([origin.value for origin in ListOrigin]),
              help="How the list of --source was come by.")  # fmt: skip
@click.option("--licence", metavar="TEXT", help="What may be done with the list of --source.")
@click.option("--uses", type=click.IntRange(min=0), metavar="N",
              help="How many campaigns may still use the list of --source.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would happen, write nothing.")
@click.pass_obj
def import_(
    parts: Application,
    files: tuple[Path, ...],
    source: str | None,
    map_file: Path | None,
    on_match: str,
    sheet: str | None,
    postcodes: Path | None,
    table: int | None,
    from_database: str | None,
    query: str | None,
    origin: str | None,
    licence: str | None,
    uses: int | None,
    dry_run: bool,
) -> None:
    """Read lists into the base: CSV, spreadsheets (.xlsx, .xls, .ods), vCards, Word tables."""
    from outreach.cli.imports import import_files

    if bool(files) == bool(from_database) or bool(from_database) != bool(query):
        raise WrongUsage(
            Text("say what is to be read: files, or --from-database URL with --query SELECT")
        )
    provenance = _provenance(source, origin, licence, uses)
    import_files(
        parts, files, source=source, map_file=map_file, policy=OnMatch(on_match), dry_run=dry_run,
        sheet=sheet, postcodes=postcodes, table=table, provenance=provenance,
        query=(from_database, query) if from_database and query else None,
    )  # fmt: skip


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
    if limit and len(found) == limit:
        _say_more(parts, parts.store.contacts.count(condition, at_most=limit + MORE) - limit)


def _say_more(parts: Application, more: int) -> None:
    """How many are not shown; a large base is not read through to know it."""
    if more == MORE:
        say(parts, Text("and at least {count} more (--limit 0 shows all)", count=more))
    elif more:
        say(parts, Plural("and {count} more (--limit 0 shows all)",
                          "and {count} more (--limit 0 shows all)", more))  # fmt: skip


@contacts.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("expression", required=False, metavar="[EXPR]")
@click.option("--fields", "chosen", metavar="A,B,C", help="Which fields to write.")
@click.pass_obj
def export(parts: Application, file: Path, expression: str | None, chosen: str | None) -> None:
    """Write the people that EXPR selects to FILE (.csv, .xlsx, .vcf); it can be imported again."""
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


def _provenance(
    source: str | None, origin: str | None, licence: str | None, uses: int | None
) -> Source | None:
    """What is said of the list that the rows come from."""
    if source is None:
        if origin or licence or uses is not None:
            raise WrongUsage(
                Text("of which list is this said?"), hint=Text("name it: --source NAME")
            )
        return None
    return Source(
        name=source, origin=ListOrigin(origin) if origin else None, licence=licence, uses_left=uses
    )


def _chosen(parts: Application, names: str | None) -> list[str] | None:
    """The names in `--fields`, as the catalogue has them."""
    if not names:
        return None
    catalogue, chosen = parts.database.catalogue, []
    for name in filter(None, (part.strip() for part in names.split(","))):
        # `id` is the number of the contact, though it heads identifiers in files.
        beside = name in ("id", "tags")
        found = None if beside else catalogue.labelled(name)
        if found is None and not beside:
            raise NoSuchField(name, catalogue)
        chosen.append(found.name if found else name)
    return chosen


def _list_json(found: Any, names: list[str] | None) -> None:
    """One object, written as it is read: a base may be larger than memory."""
    click.echo('{"contacts": [', nl=False)
    whole = map(as_json, found)
    show_rows(
        {"id": one["id"], **{name: one[name] for name in names}} if names else one for one in whole
    )
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
        rows.append([*first, *(shown(parts, contact, name) for name in columns)])
    table(parts, headers, rows, right=[0])
