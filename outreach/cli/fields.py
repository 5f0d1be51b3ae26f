"""`contacts fields`: the fields there are; the user's own renamed, retyped, deleted."""

from __future__ import annotations

import click

from outreach.application import Application
from outreach.cli.confirm import confirm
from outreach.cli.door import Group
from outreach.cli.numbers import Count
from outreach.cli.output import notice, show, table
from outreach.cli.values import label
from outreach.errors import OutreachError, Plural, Text, did_you_mean

_TYPES = ("text", "integer", "number", "date", "boolean", "money")


class NothingToRestore(OutreachError):
    def __init__(self, name: str, deleted: list[str]) -> None:
        super().__init__(
            Text("no deleted field {name!r} can be taken back", name=name),
            hint=did_you_mean(name, deleted)
            or Text("an upgrade of the store drops deleted fields for good"),
        )


@click.group(cls=Group, default="list")
def fields() -> None:
    """The fields that expressions and templates may name; rename, retype, delete yours."""


@fields.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """Every field with its label, type and origin."""
    rows = [
        {"name": f.name, "label": f.label, "type": f.type.value, "origin": f.origin.value}
        for f in parts.database.catalogue
    ]
    data = {"fields": rows, "deleted": parts.store.fields.deleted()}
    show(parts, data, lambda: _print_fields(parts))


@fields.command()
@click.argument("old")
@click.argument("new")
@click.pass_obj
def rename(parts: Application, old: str, new: str) -> None:
    """Call the field OLD by the name NEW; files with its heading still fill it."""
    from outreach.runner.fields import rename as give_name

    field, segments = give_name(parts.store, old, new)
    show(
        parts,
        {"field": new, "was": field.name, "label": field.label, "segments": segments},
        [Text("{old} is now {new}", old=field.name, new=new)],
    )
    _tell_segments(parts, segments)


@fields.command()
@click.argument("name")
@click.argument("type_", type=click.Choice(_TYPES), metavar="TYPE")
@click.option("--dry-run", is_flag=True, help="Count the values that do not fit, change nothing.")
@click.option("--confirm", "given", type=Count(), metavar="N",
              help="The number of values that do not fit, typed again.")  # fmt: skip
@click.pass_obj
def retype(parts: Application, name: str, type_: str, dry_run: bool, given: int | None) -> None:
    """Give the field NAME another TYPE; values that do not fit are set aside."""
    from outreach.model.field import FieldType
    from outreach.runner.fields import own_field, try_retype
    from outreach.runner.fields import retype as give_type

    field, wanted = own_field(name, parts.database.catalogue), FieldType(type_)
    found = try_retype(parts.store, field, wanted)
    told = Plural(
        "{count} value of {values} does not fit and is set aside: {examples}",
        "{count} values of {values} do not fit and are set aside: {examples}",
        found.misfits, values=found.values, examples=", ".join(map(repr, found.examples)),
    )  # fmt: skip
    if not dry_run:
        if found.misfits:
            confirm(parts, told, found.misfits, given)
        if wanted is not field.type:
            give_type(parts.store, field, wanted)
    data = {
        "field": field.name, "from": field.type.value, "to": type_, "values": found.values,
        "misfits": found.misfits, "examples": list(found.examples), "dry_run": dry_run,
    }  # fmt: skip
    now_is = Text("{name}: {old} → {new}", name=field.name, old=field.type.value, new=type_)
    lines: list[str | Text] = [told] if found.misfits else []
    rehearsed = Text("this was a rehearsal: nothing was written")
    show(parts, data, [*lines, rehearsed if dry_run else now_is])


@fields.command()
@click.argument("name")
@click.option("--confirm", "given", type=Count(), metavar="N",
              help="The number of contacts that have a value in it, typed again.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Count the values, delete nothing.")
@click.pass_obj
def delete(parts: Application, name: str, given: int | None, dry_run: bool) -> None:
    """Delete the field NAME; it can be restored until the store is upgraded."""
    from outreach.runner.fields import own_field, segments_naming

    field = own_field(name, parts.database.catalogue)
    values = parts.store.fields.filled(field)
    segments = segments_naming(parts.store.segments.all(), field)
    told = Plural("{count} contact has a value in {name}",
                  "{count} contacts have a value in {name}", values, name=field.name)  # fmt: skip
    if not dry_run:
        confirm(parts, told, values, given)
        parts.store.fields.delete(field, now=parts.now())
    done = Text("{name} is deleted; take it back with: outreach contacts fields restore {name}",
                name=field.name)  # fmt: skip
    rehearsed = Text("this was a rehearsal: nothing was written")
    data = {"field": field.name, "values": values, "segments": segments, "dry_run": dry_run}
    show(parts, data, [told, rehearsed if dry_run else done])
    _tell_segments(parts, segments)


@fields.command()
@click.argument("name")
@click.pass_obj
def restore(parts: Application, name: str) -> None:
    """Take the deleted field NAME back, with its values."""
    if not parts.store.fields.restore(name):
        raise NothingToRestore(name, parts.store.fields.deleted())
    show(parts, {"field": name}, [Text("{name} is a field again", name=name)])


def _print_fields(parts: Application) -> None:
    from outreach.runner.wording import FIELD_ORIGINS, FIELD_TYPES

    speak = parts.language.say
    headers = [Text("Name"), Text("Label"), Text("Type"), Text("Origin")]
    rows = [
        [f.name, label(parts, f.name), speak(FIELD_TYPES[f.type]), speak(FIELD_ORIGINS[f.origin])]
        for f in parts.database.catalogue
    ]
    table(parts, headers, rows)


def _tell_segments(parts: Application, segments: list[str]) -> None:
    if segments:
        notice(
            parts,
            Text("these segments still name it: {segments}", segments=", ".join(segments)),
        )
