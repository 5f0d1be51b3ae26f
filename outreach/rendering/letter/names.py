"""Merge-field names against the contact base, as Word's users write them.

A name is looked for as it is written, in lower case, with blanks for `_` and the reverse,
and without its accents. `orders.amount` is a field of the items of a list; so is `amount`
in a row that is repeated for the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.model.text import fold

#: How the caller's base calls a merge field; None where it has no such field.
Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class ListFields:
    """A list that rows can be repeated for: its key among the values, and what its items hold.

    `fields`: names as they may be written → the key in an item.
    """

    key: str
    fields: Mapping[str, str]


class Names:
    """The names of one template; unknown ones are collected for `errors`."""

    def __init__(
        self,
        resolve: Resolve,
        known: Iterable[str],
        template: str,
        lists: Mapping[str, ListFields] | None = None,
    ) -> None:
        """`lists` by the names they may be written with."""
        self._resolve = resolve
        self._known = tuple(known)
        self._template = template
        self._lists = {fold(name): one for name, one in (lists or {}).items()}
        self._found: dict[str, str | None] = {}
        self._items: dict[tuple[str, str], str | None] = {}

    def find(self, name: str, within: tuple[str, ...] = ()) -> str:
        """The field of a merge field; `within` are the keys of the lists repeated around it."""
        of_item = self._find_item(name, within)
        if of_item is not None:
            return of_item
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name] or name

    def knows(self, name: str) -> bool:
        """Whether a name that is no merge field is one of the contact base."""
        return self._look_up(name) is not None

    def list_of(self, name: str) -> str | None:
        """The key of the list of that name."""
        named = self._lists.get(fold(name))
        return named.key if named else None

    def list_of_item(self, name: str) -> str | None:
        """The key of the list before the point in `orders.amount`; None for any other name."""
        prefix, dot, _ = name.partition(".")
        return self.list_of(prefix) if dot else None

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of the lists, folded."""
        return tuple(self._lists)

    @property
    def fields(self) -> tuple[str, ...]:
        """The contact fields that were found, each once."""
        return tuple(dict.fromkeys(field for field in self._found.values() if field))

    @property
    def errors(self) -> list[OutreachError]:
        unknown: list[OutreachError] = [
            DefinitionError(
                Text("the contact base has no field {name!r}", name=name),
                where=Location(self._template),
                hint=did_you_mean(name, self._known) or Text("see: outreach contacts fields"),
            )
            for name, field in self._found.items()
            if field is None
        ]
        return unknown + [
            DefinitionError(
                Text("the items of the list {list!r} have no field {name!r}", list=of, name=name),
                where=Location(self._template),
                hint=did_you_mean(name, self._fields_of(of)),
            )
            for (of, name), field in self._items.items()
            if field is None
        ]

    def note(self, field: str) -> None:
        """A contact field that is printed without being named in the template."""
        self._found.setdefault(field, field)

    def _find_item(self, name: str, within: tuple[str, ...]) -> str | None:
        """`orders.amount` as the key it has while its row is written; None: no item's field."""
        prefix, dot, rest = name.partition(".")
        one = self._lists.get(fold(prefix)) if dot else None
        if one is not None:
            self._items.setdefault((one.key, rest), _spelled(rest, one.fields))
            return f"{one.key}.{self._items[one.key, rest] or rest}"
        for key in reversed(within):
            found = _spelled(name, self._fields_of(key))
            if found is not None:
                return f"{key}.{found}"
        return None

    def _fields_of(self, key: str) -> Mapping[str, str]:
        return next((one.fields for one in self._lists.values() if one.key == key), {})

    def _look_up(self, name: str) -> str | None:
        words = name.replace("_", " ").split()
        spellings = ("_".join(words), " ".join(words), "-".join(words))
        folded = (fold(spelling) for spelling in (name, *spellings))
        for spelling in (name, name.casefold(), *spellings, *folded):
            if spelling and (found := self._resolve(spelling)) is not None:
                return found
        alike = next((one for one in self._known if _bare(one) == _bare(name)), None)
        return self._resolve(alike) if alike else None


class Asked(Names):
    """The names of a template that is read without a contact base: all of them are known."""

    def __init__(self) -> None:
        super().__init__(lambda name: name, (), "")
        #: As written, each once, in their order.
        self.names: dict[str, None] = {}

    def find(self, name: str, within: tuple[str, ...] = ()) -> str:
        self.names.setdefault(name)
        return name

    def list_of(self, name: str) -> str | None:
        return name

    def list_of_item(self, name: str) -> str | None:
        """Nobody knows yet whether `orders.amount` is a list's item or a name with a point."""
        return None


def _bare(name: str) -> str:
    return " ".join(fold(name).replace("_", " ").replace("-", " ").split())


def _spelled(name: str, fields: Mapping[str, str]) -> str | None:
    if name in fields:
        return fields[name]
    return next((key for written, key in fields.items() if _bare(written) == _bare(name)), None)
