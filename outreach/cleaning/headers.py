"""Which field a column holds: headers in French, English and the dialects of programs.

Headers are compared by their letters and digits alone (`Code postal`, `Code_postal` and
`code-postal` are one). What is not recognised becomes a field of the user's, named
by a slug of its header; the same header in a later file is the same field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from outreach.cleaning.aliases import ALIASES, PROGRAMS
from outreach.cleaning.twice_encoded import mended
from outreach.errors import DefinitionError, Location, Text, did_you_mean
from outreach.model.field import SCORED_TYPES, STANDARD_NAMES, Catalogue, Field, Origin
from outreach.model.stage import DEFAULT_CHAIN, FACTS
from outreach.model.text import fold, letters_of

#: What the file of rejected rows adds to the columns of its origin: passed over when it comes back.
OWN_COLUMNS = ("outreach_line", "outreach_reason")

#: In `--map FILE`: a column that is to be left out.
IGNORE = "ignore"

#: Words that the expression language (SQL's, read by sqlglot) keeps for itself, and `id`,
#: `tags`, `ignore`: a field called so could not be written in a condition or in a map.
_TAKEN_WORDS = frozenset({
    "all", "alter", "and", "any", "array", "as", "asc", "between", "by", "call", "case", "cast",
    "create", "cross", "current_date", "current_time", "current_timestamp", "delete", "desc",
    "distinct", "do", "drop", "else", "end", "except", "execute", "exists", "false", "fetch",
    "for", "from", "grant", "group", "having", "id", "if", "ignore", "ilike", "in", "inner",
    "insert", "intersect", "into", "is", "isnull", "join", "lateral", "left", "like", "limit",
    "localtime", "map", "not", "notnull", "null", "object", "offset", "on", "only", "or", "outer",
    "qualify", "range", "regexp", "rename", "returning", "right", "rlike", "rollback", "select",
    "session_user", "set", "show", "some", "struct", "table", "tablesample", "tags", "then",
    "today", "true", "union", "update", "using", "values", "variadic", "when", "where", "with",
    "xor",
})  # fmt: skip

_LONGEST_NAME = 48

#: From here on two names differ by a slip of the fingers (difflib's ratio: `emial` has 0.8).
_NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file and the field it fills; `field` None leaves it out."""

    index: int
    header: str
    #: Name of a standard field, `tags`, or a field of the user's.
    field: str | None
    #: The field is the user's own.
    own: bool = False
    #: Why the column fills this field rather than another, or none.
    note: Text | None = None
    #: The user's map says so.
    mapped: bool = False


class BadMap(DefinitionError):
    """`--map FILE` names a column or a field that cannot be; `header`: in which of its lines."""

    def __init__(
        self, what: Text, *, header: str, where: Location | None = None, hint: Text | None = None
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.header = header


def key_of(header: str) -> str:
    """What makes two headers the same: `Code postal` and `code_postal` → `codepostal`."""
    return letters_of(header.replace("°", "o"))


def _ranks() -> dict[str, tuple[str, int]]:
    ranks: dict[str, tuple[str, int]] = {}
    for name, aliases in ALIASES.items():
        for rank, alias in enumerate(aliases.split("|")):
            ranks.setdefault(key_of(alias), (name, rank))
    return ranks


#: Key of a header → (field, rank).
_RECOGNISED = _ranks()


def slug(header: str) -> str:
    """A header as a name: `Date de 1re commande` → `date_de_1re_commande`. May be empty."""
    name = re.sub(r"[^a-z0-9]+", "_", fold(header)).strip("_")[:_LONGEST_NAME].strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def map_columns(
    headers: Sequence[str],
    catalogue: Catalogue,
    overrides: Mapping[str, str] | None = None,
    *,
    empty: frozenset[int] = frozenset(),
) -> tuple[Column, ...]:
    """The field of every column. `overrides`: header → field name or `ignore`.

    `empty`: columns without a cell, which fill a field only where no other one could.
    Raises `BadMap` when an override names no column of the file.
    """
    headers = [mended(header) for header in headers]
    wanted = _overridden(headers, overrides or {})
    winners = _winners(headers, wanted, empty)
    names = _Names(catalogue)
    columns = []
    for index, header in enumerate(headers):
        if index in wanted:
            columns.append(_as_wanted(index, header, wanted[index], names))
        elif key_of(header) in map(key_of, OWN_COLUMNS):
            columns.append(Column(index, header, None))
        else:
            columns.append(_as_understood(index, header, winners, names))
    return tuple(columns)


def _overridden(headers: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    by_key = {key_of(header): index for index, header in enumerate(headers)}
    wanted: dict[int, str] = {}
    for header, field in overrides.items():
        if key_of(header) not in by_key:
            raise BadMap(
                Text(
                    "the map names the column {header!r}, which the file does not have",
                    header=header,
                ),
                header=header,
                hint=did_you_mean(header, headers)
                or Text("its columns are: {names}", names=_some(headers)),
            )
        if field in wanted.values() and field not in (IGNORE, "tags"):
            raise BadMap(
                Text("the map fills {field!r} from two columns", field=field),
                header=header,
                hint=Text("leave one of them out: {header}: ignore", header=header),
            )
        wanted[by_key[key_of(header)]] = field
    return wanted


def _some(headers: Sequence[str], shown: int = 12) -> str:
    more = ["…"] if len(headers) > shown else []
    return ", ".join([*filter(None, headers[:shown]), *more])


def _winners(
    headers: Sequence[str], wanted: Mapping[int, str], empty: frozenset[int]
) -> dict[str, int]:
    """Standard field → the column that fills it: the one the user says, else the best name."""
    taken = set(wanted.values())
    best: dict[str, tuple[bool, int, int]] = {}
    for index, header in enumerate(headers):
        found = _RECOGNISED.get(key_of(header))
        if index not in wanted and found and found[0] not in taken:
            candidate = (index in empty, found[1], index)
            best[found[0]] = min(best.get(found[0], candidate), candidate)
    return {name: index for name, (_, _, index) in best.items()}


class _Names:
    """Names for the user's fields: known ones found again, new ones that clash with nothing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.user = catalogue.user_fields
        self.used: set[str] = set()
        self.reserved = {field.name for field in catalogue if field.origin is not Origin.USER}
        self.reserved |= {*STANDARD_NAMES, *DEFAULT_CHAIN, *FACTS, *_TAKEN_WORDS}
        self.known = {field.name for field in self.user}

    def is_scored(self, name: str) -> bool:
        """A score of ours, where nobody has a field of that name of his own."""
        return name in SCORED_TYPES and name not in self.known

    def is_ours(self, name: str) -> bool:
        return name not in SCORED_TYPES or self.is_scored(name)

    def again(self, header: str) -> Field | None:
        """The field that an earlier file made of this header."""
        key = key_of(header)
        for field in self.user:
            if (
                key
                and key in (key_of(field.label), key_of(field.name))
                and field.name not in self.used
            ):
                return field
        return None

    def new(self, header: str, index: int) -> str:
        name = slug(header) or f"column_{index + 1}"
        name = f"{name}_" if name in self.reserved else name
        number = 2
        base = name
        while name in self.used or name in self.known:
            name, number = f"{base}_{number}", number + 1
        return name

    def take(self, name: str) -> str:
        self.used.add(name)
        return name


def _as_wanted(index: int, header: str, field: str, names: _Names) -> Column:
    if field == IGNORE:
        return Column(index, header, None, note=Text("left out, as the map says"))
    if field in STANDARD_NAMES or field == "tags" or names.is_scored(field):
        return Column(index, header, names.take(field), note=Text("as the map says"), mapped=True)
    if field in names.reserved:
        raise BadMap(
            Text("{field!r} is a word of the program, not a field to be filled", field=field),
            header=header,
            hint=Text("give the field another name"),
        )
    if field != slug(field):
        raise BadMap(
            Text("{field!r} cannot be the name of a field", field=field),
            header=header,
            hint=_near(slug(field), names)
            or Text("a name has small letters, digits and _, such as {name!r}", name=slug(field)),
        )
    note = _near(field, names) or Text("as the map says")
    return Column(index, header, names.take(field), own=True, note=note, mapped=True)


def _near(field: str, names: _Names) -> Text | None:
    """A new name that is nearly one of ours is told; it may be meant all the same."""
    if field in names.known:
        return None
    near = get_close_matches(field, (*STANDARD_NAMES, "tags"), n=1, cutoff=_NEARLY)
    return Text("did you mean {name!r}?", name=near[0]) if near else None


def _as_understood(index: int, header: str, winners: Mapping[str, int], names: _Names) -> Column:
    found = _RECOGNISED.get(key_of(header))
    if found and winners.get(found[0]) == index and names.is_ours(found[0]):
        return Column(index, header, found[0])
    note = None
    if found and names.is_ours(found[0]):
        note = Text("{field} is filled from another column", field=found[0])
    known = names.again(header)
    name = known.name if known else names.new(header, index)
    return Column(index, header, names.take(name), own=True, note=note)


def program_of(headers: Iterable[str]) -> str | None:
    """The program whose address book has such headers; None for a table of anybody's."""
    keys = {key_of(mended(header)) for header in headers}
    return next((name for name, signs in PROGRAMS.items() if keys & signs), None)


def standard_fields(columns: Iterable[Column]) -> frozenset[str]:
    """The standard fields that a file fills."""
    return frozenset(column.field for column in columns if column.field and not column.own)


def standard_field(header: str) -> str | None:
    """The standard field a header, or a merge field of a letter, is known to mean."""
    found = _RECOGNISED.get(key_of(header))
    return found[0] if found else None


def header_words() -> frozenset[str]:
    """Every way of writing a standard field that is known: what a slip may have meant."""
    return frozenset(alias for aliases in ALIASES.values() for alias in aliases.split("|"))
