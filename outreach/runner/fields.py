"""The user's fields: what may be done to them, and who would notice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from outreach.cleaning.column_types import misfit, typed
from outreach.cleaning.headers import map_columns
from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.model.field import Catalogue, Field, FieldType, Origin
from outreach.store.field_changes import Conversion
from outreach.store.store import Store


class NotYours(WrongUsage):
    """Standard and derived fields stay what they are."""

    def __init__(self, field: Field) -> None:
        super().__init__(
            Text("{name!r} is a field of the program: it stays as it is", name=field.name),
            hint=Text("only fields of yours can be renamed, retyped or deleted"),
        )


class NoSuchOwnField(WrongUsage):
    def __init__(self, name: str, catalogue: Catalogue) -> None:
        super().__init__(
            Text("the contact base has no field {name!r}", name=name),
            hint=did_you_mean(name, [field.name for field in catalogue.user_fields])
            or Text("see: outreach contacts fields"),
        )


class NameTaken(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("there is a field {name!r} already", name=name),
            hint=Text("give it another name"),
        )


def own_field(name: str, catalogue: Catalogue) -> Field:
    """A field of the user's. Raises `NoSuchOwnField` or `NotYours`."""
    field = catalogue.find(name)
    if field is None:
        raise NoSuchOwnField(name, catalogue)
    if field.origin is not Origin.USER:
        raise NotYours(field)
    return field


def rename(store: Store, old: str, new: str) -> tuple[Field, list[str]]:
    """Give a field another name; the segments that still say the old one.

    Raises `NameTaken`, or `BadMap` for what cannot be a name.
    """
    catalogue = store.database.catalogue
    field = own_field(old, catalogue)
    there = catalogue.find(new)
    if there is not None and there.name != field.name:
        raise NameTaken(new)
    (column,) = map_columns([new], catalogue, {new: new})
    if not column.own:
        raise NameTaken(new)
    if new != field.name:
        store.fields.rename(field, new)
    return field, segments_naming(store.segments.all(), field)


def segments_naming(segments: Mapping[str, str], field: Field) -> list[str]:
    """The segments whose expression says this field by its name or its label."""
    name, label = re.escape(field.name), re.escape(field.label)
    said = re.compile(rf"\b{name}\b|`\s*(?:{name}|{label})\s*`", re.IGNORECASE)
    return [segment for segment, expression in segments.items() if said.search(expression)]


def try_retype(store: Store, field: Field, type_: FieldType) -> Conversion:
    """What another type would do to the values; nothing is written."""
    return store.fields.try_out(field, lambda text: typed(text, type_))


def retype(store: Store, field: Field, type_: FieldType) -> None:
    """Give a field another type; values that do not fit are set aside."""
    store.fields.retype(field, type_, lambda text: typed(text, type_), misfit(type_))
