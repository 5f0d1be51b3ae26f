"""What somebody typed about a contact, read as the cells of a file are."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.cleaning.drafts import Drafter
from outreach.cleaning.headers import Column, standard_field
from outreach.errors import OutreachError, Problems, Text, WrongUsage, did_you_mean
from outreach.model.contact import Draft, Kind
from outreach.model.field import Catalogue, Field, Origin, Value
from outreach.model.settings import Settings

_TAGS = "tags"


class NotAnAssignment(WrongUsage):
    def __init__(self, word: str) -> None:
        super().__init__(
            Text("{word!r} says no field", word=word),
            hint=Text("write FIELD=VALUE, such as city=Rennes; FIELD= empties the field"),
        )


class NotAField(WrongUsage):
    """A field that is not there, or that nobody can fill by hand."""

    def __init__(self, name: str, catalogue: Catalogue) -> None:
        own = [field.name for field in catalogue if field.origin is not Origin.DERIVED]
        super().__init__(
            Text("the contact base has no field {name!r}", name=name),
            hint=did_you_mean(name, own) or Text("see: outreach contacts fields"),
        )


class Derived(WrongUsage):
    def __init__(self, field: Field) -> None:
        super().__init__(
            Text("{name!r} is counted from what happened, nobody writes it", name=field.name),
            hint=Text("say what happened: outreach record WHO STAGE"),
        )


class SaidTwice(WrongUsage):
    def __init__(self, name: str) -> None:
        super().__init__(Text("{name!r} is given twice", name=name))


class NotUsable(OutreachError):
    """A value that cannot be the field's."""

    def __init__(self, field: str, written: str, reason: Text) -> None:
        super().__init__(
            Text("{field}: {written!r}: {reason}", field=field, written=written, reason=reason)
        )


def as_typed(words: Sequence[str], catalogue: Catalogue, settings: Settings) -> Draft:
    """`FIELD=VALUE` words as a draft; a field that is emptied has the value None.

    Raises every error of the words at once.
    """
    cells: dict[str, str] = {}
    columns: list[Column] = []
    errors: list[OutreachError] = []
    for word in words:
        try:
            column, cell = _cell(word, len(columns), catalogue)
            if column.field in cells:
                raise SaidTwice(column.field or "")
        except WrongUsage as error:
            errors.append(error)
            continue
        columns.append(column)
        cells[column.field or ""] = cell
    draft = _drafted(columns, cells, catalogue, settings)
    errors += [
        NotUsable(aside.field, aside.original, aside.reason)
        for aside in draft.set_aside
        if aside.reason is not None and aside.field not in draft.values
    ]
    if errors:
        raise errors[0] if len(errors) == 1 else Problems(errors)
    emptied: dict[str, Value] = {
        name: Kind.SUSPECT.value if name == "kind" else None
        for name, cell in cells.items()
        if name not in draft.values and name != _TAGS
    }
    return Draft(draft.line, {**draft.values, **emptied}, draft.tags, draft.set_aside)


def _drafted(
    columns: Sequence[Column], cells: dict[str, str], catalogue: Catalogue, settings: Settings
) -> Draft:
    types = {field.name: field.type for field in catalogue.user_fields}
    language = settings.locale.split("_")[0]
    drafter = Drafter(columns, types, country=settings.country, language=language)
    return drafter.draft(1, list(cells.values()))


def _cell(word: str, index: int, catalogue: Catalogue) -> tuple[Column, str]:
    name, equals, cell = word.partition("=")
    name = name.strip()
    if not equals or not name:
        raise NotAnAssignment(word)
    if name == _TAGS:
        return Column(index, name, _TAGS), cell
    field = writable(name, catalogue)
    own = field.origin is Origin.USER
    return Column(index, field.label, field.name, own=own), cell


def writable(name: str, catalogue: Catalogue) -> Field:
    """The field of that name, label or heading. Raises `NotAField` or `Derived`."""
    field = catalogue.find(name) or catalogue.find(standard_field(name) or "")
    if field is None:
        raise NotAField(name, catalogue)
    if field.origin is Origin.DERIVED:
        raise Derived(field)
    return field


def tags_typed(words: Sequence[str]) -> list[str]:
    """Tags as they would be read from a cell: `a,b` is two. Raises `NotAnAssignment` for none."""
    drafter = Drafter([Column(0, _TAGS, _TAGS)], {}, country="", language="")
    tags = [tag for word in words for tag in drafter.draft(1, [word]).tags]
    if not tags:
        raise WrongUsage(Text("which tag?"), hint=Text("write: outreach contacts tag WHO TAG…"))
    return list(dict.fromkeys(tags))
