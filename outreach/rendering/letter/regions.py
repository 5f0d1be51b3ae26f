"""Rows and paragraphs that are repeated for each item of a list.

Word's merge has no such thing; two conventions of other tools are understood:

    {MERGEFIELD TableStart:orders} … {MERGEFIELD TableEnd:orders}
    {MERGEFIELD orders.amount} in a row of a table

The first repeats the rows, or the paragraphs, from the one mark to the other (Aspose;
Syncfusion says BeginGroup and EndGroup); the second repeats its row. A table that has no
row left vanishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from outreach.errors import DefinitionError, Location, Text
from outreach.rendering.letter.fields import Element, Field, paragraph_of, remove, w
from outreach.rendering.letter.marks import Marks, enclose
from outreach.rendering.letter.names import Names
from outreach.rendering.letter.program import If, Repeat
from outreach.rendering.letter.sources import AnyItems

_MARKER = re.compile(r"(TableStart|BeginGroup|TableEnd|EndGroup)\s*:\s*(.+)", re.IGNORECASE)
_ROW, _TABLE = w("tr"), w("tbl")
_BOOKMARKS = (w("bookmarkStart"), w("bookmarkEnd"))


def is_marker(one: Field) -> bool:
    """Whether a merge field says where a repeated piece begins or ends."""
    return _MARKER.fullmatch(one.instruction.name) is not None


class Regions:
    """The repeated pieces of a template."""

    def __init__(self, names: Names, marks: Marks, template: str) -> None:
        self._names = names
        self._marks = marks
        self._template = template
        #: An element that is repeated → the key of its list.
        self._lists: dict[Element, str] = {}
        self.problems: list[DefinitionError] = []

    @property
    def lists(self) -> tuple[str, ...]:
        """The keys of the lists that something is repeated for, each once."""
        return tuple(dict.fromkeys(self._lists.values()))

    def scope(self, one: Field) -> tuple[str, ...]:
        """The keys of the lists around a field, from the outside in."""
        around = (one.begin, *one.begin.iterancestors())
        return tuple(self._lists[e] for e in reversed(around) if e in self._lists)

    def note(self, elements: Iterable[Element], key: str) -> None:
        """Elements that something else than a merge field repeats for a list."""
        self._lists.update(dict.fromkeys(elements, key))

    def find(self, fields: Iterable[Field]) -> None:
        """Mark what is repeated in a part, before its fields are put in place."""
        everything = [inner for outer in fields for inner in outer.everything_inside()]
        merged = [one for one in everything if one.instruction.kind == "MERGEFIELD"]
        before = {*self._lists}
        self._by_markers([one for one in merged if is_marker(one)])
        self._by_rows([one for one in merged if not is_marker(one)])
        tables = (row.getparent() for row in self._lists if row not in before and row.tag == _ROW)
        for table in dict.fromkeys(tables):
            if table is not None:
                self._let_vanish(table)

    def _let_vanish(self, table: Element) -> None:
        """A table of repeated rows only is there where one of its lists holds anything."""
        keys = [self._lists.get(row) for row in table.iterchildren(_ROW)]
        if None not in keys:
            lists = tuple(dict.fromkeys(key for key in keys if key))
            enclose(self._marks.opening("if", If(AnyItems(lists), (), ())), table, table)

    def _by_markers(self, markers: list[Field]) -> None:
        open_: list[tuple[Field, str]] = []
        for one in markers:
            match = _MARKER.fullmatch(one.instruction.name)
            assert match is not None, "it is a marker"
            name = match[2].strip()
            if match[1].lower() in ("tablestart", "begingroup"):
                open_.append((one, name))
            elif open_ and open_[-1][1].casefold() == name.casefold():
                self._repeat(open_.pop()[0], one, name)
            else:
                self._unpaired(one)
        for one, _ in open_:
            self._unpaired(one)

    def _repeat(self, start: Field, end: Field, name: str) -> None:
        key = self._names.list_of(name)
        elements = _between(start, end)
        if key is None:
            self._problem(Text("there is no list {name!r} to repeat anything for", name=name))
        elif elements:
            self._add(elements, key)
        else:
            self._unpaired(end)

    def _by_rows(self, merged: list[Field]) -> None:
        """`orders.amount` repeats its row; rows beside each other are repeated together."""
        rows: dict[Element, str] = {}
        for one in merged:
            name = one.instruction.name
            key = self._names.list_of_item(name)
            if key is None or key in self.scope(one):
                continue
            row = _row_of(one.begin)
            if row is None:
                self._problem(
                    Text("the field {name} stands in no row of a table", name=name),
                    Text("put it into a table: its row is repeated for each of the list"),
                )
            else:
                rows.setdefault(row, key)
        while rows:
            first, key = next(iter(rows.items()))
            together = [first]
            for row in first.itersiblings(_ROW):
                if rows.get(row) != key:
                    break
                together.append(row)
            for row in together:
                del rows[row]
            self._add(together, key)

    def _add(self, elements: list[Element], key: str) -> None:
        """Repeat some siblings for the items of a list. Bookmarks in them would not be unique."""
        for element in elements:
            self._lists[element] = key
            for bookmark in list(element.iter(*_BOOKMARKS)):
                remove(bookmark)
        enclose(self._marks.opening("repeat", Repeat(key, ())), elements[0], elements[-1])

    def _unpaired(self, one: Field) -> None:
        self._problem(
            Text("the field {field} has no counterpart: what is repeated begins and ends",
                 field=one.instruction.text)
        )  # fmt: skip

    def _problem(self, what: Text, hint: Text | None = None) -> None:
        where = Location(self._template)
        self.problems.append(DefinitionError(what, where=where, hint=hint))


def _between(start: Field, end: Field) -> list[Element]:
    """The siblings from one mark to the other: rows, else paragraphs, else runs."""
    for of in (_row_of, paragraph_of, _run_of):
        first, last = of(start.begin), of(end.runs[-1])
        if first is None or last is None:
            continue
        if first is last and of is paragraph_of:
            continue
        if first.getparent() is not None and first.getparent() is last.getparent():
            return _siblings(start.begin if of is _run_of else first, last)
    return []


def _row_of(element: Element) -> Element | None:
    return next(element.iterancestors(_ROW), None)


def _run_of(element: Element) -> Element | None:
    return element


def _siblings(first: Element, last: Element) -> list[Element]:
    found = [first]
    for element in first.itersiblings():
        if found[-1] is last:
            break
        found.append(element)
    return [e for e in found if isinstance(e.tag, str)] if found[-1] is last else []
