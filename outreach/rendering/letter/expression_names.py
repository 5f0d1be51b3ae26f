"""Reading an expression of Jinja: what it names, held against the contact base."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from outreach.errors import Location, Text, did_you_mean
from outreach.rendering.context import GENERAL_NAMES
from outreach.rendering.inspection import Inspection
from outreach.rendering.letter.expressions import (
    Expression,
    Kind,
    Named,
    letter_environment,
    loop_source,
)
from outreach.rendering.letter.field_context import FieldError
from outreach.rendering.letter.names import Names

_HEAD = re.compile(r"(?s)(\w+)\s+in\s+(.+)")
_A_LOOP = Text("a loop is written {% for order in orders %}")


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop around a place: its variable, and the key of the list it goes through."""

    variable: str
    key: str


class ExpressionReader:
    """Reads the expressions of one template. Raises `FieldError`."""

    def __init__(self, names: Names, currency: str, locale: str | None) -> None:
        self._names = names
        self._currency = currency
        # Which filters there are does not depend on it.
        self._environment = letter_environment(locale or "en_GB", currency)
        #: Names that `{% set %}` gives a value to, anywhere in the template.
        self.stored: frozenset[str] = frozenset()
        #: All that were read, in their order.
        self.found: list[Expression] = []
        #: Those of them that are printed.
        self.printed: list[Expression] = []

    def printed_one(self, text: str, loops: tuple[Loop, ...]) -> Expression:
        """An expression that is printed where it stands."""
        self.printed.append(self.read(text, loops))
        return self.printed[-1]

    def read(self, text: str, loops: tuple[Loop, ...]) -> Expression:
        """An expression that stands inside some loops, from the outside in."""
        if not text:
            raise FieldError(Text("a tag says nothing: {{ }}"))
        try:
            tree = self._environment.parse(f"{{{{ {text} }}}}")
        except TemplateSyntaxError as error:
            raise _unreadable(text, error) from error
        return self._expression(text, f"{{{{ {text} }}}}", tree, loops)

    def head(self, text: str, loops: tuple[Loop, ...]) -> tuple[Loop, Expression]:
        """`o in orders if o.amount > 5`: what stands behind `for`."""
        match = _HEAD.fullmatch(text)
        if match is None:
            raise FieldError(Text("“for {text}” cannot be read", text=text), _A_LOOP)
        source = loop_source(text)
        try:
            tree = self._environment.parse(source)
        except TemplateSyntaxError as error:
            raise _unreadable(text, error) from error
        loop = next(tree.find_all(nodes.For))
        key = self._list_of(loop.iter)
        if any(key == around.key for around in loops):
            raise FieldError(Text("the list {name!r} is repeated inside itself", name=key))
        inner = (*loops, Loop(match[1], key))
        expression = self._expression(text, source, loop, inner, own=match[1], loop=True)
        return inner[-1], expression

    def _list_of(self, iterated: nodes.Node) -> str:
        """The key of the list that a loop goes through, sorted, filtered or in part."""
        node: nodes.Node | None = iterated
        while isinstance(node, nodes.Filter | nodes.Getitem):
            node = node.node
        name = node.name if isinstance(node, nodes.Name) else ""
        key = self._names.list_of(name)
        if key is None:
            raise FieldError(
                Text("there is no list {name!r} to repeat anything for", name=name),
                did_you_mean(name, self._names.lists),
            )
        return key

    def _expression(
        self,
        text: str,
        source: str,
        tree: nodes.Node,
        loops: tuple[Loop, ...],
        *,
        own: str = "",
        loop: bool = False,
    ) -> Expression:
        """`own`: the variable that the loop itself gives its values."""
        asked: dict[str, dict[str, None]] = {}
        for name, part in _references(tree):
            asked.setdefault(name, {})
            if part is not None:
                asked[name].setdefault(part)
        names = [self._named(name, tuple(parts), loops) for name, parts in asked.items()
                 if not name.startswith("_") and name not in self._environment.globals]  # fmt: skip
        self._check_functions(source, asked)
        fields = {one.name: one.key for one in names if one.kind is Kind.FIELD}
        fields |= {part: key for one in names if one.kind is Kind.CONTACT
                   for part, key in one.parts}  # fmt: skip
        inspection = Inspection(self._environment, frozenset(fields), "")
        needed = () if loop else sorted(inspection.text_fields(source, required=True))
        expression = Expression(
            text,
            tuple(one for one in names if one.name != own),
            tuple(dict.fromkeys(fields[name] for name in needed)),
            self._currency,
            loop,
        )
        self.found.append(expression)
        return expression

    def _check_functions(self, source: str, asked: Mapping[str, Iterable[str]]) -> None:
        """Filters and tests that nobody defined; its names are looked at elsewhere."""
        known = frozenset(asked).union(*asked.values())
        for problem in Inspection(self._environment, known, "").text_problems(source, Location()):
            raise FieldError(problem.what, problem.hint)

    def _named(self, name: str, parts: tuple[str, ...], loops: tuple[Loop, ...]) -> Named:
        around = next((loop for loop in reversed(loops) if loop.variable == name), None)
        if around is not None:
            return Named(name, Kind.ITEM, around.key, tuple(self._item_parts(around.key, parts)))
        if name in self.stored:
            return Named(name, Kind.STORED, name)
        if name == "contact":
            found = tuple((part, self._names.find(part)) for part in parts if part != "get")
            return Named(name, Kind.CONTACT, "", found)
        if name == "loop" and loops:
            return Named(name, Kind.LOOP)
        if name == "today":
            return Named(name, Kind.TODAY)
        if name == "organisation":
            return Named(name, Kind.ORGANISATION, name, tuple((p, f"{name}.{p}") for p in parts))
        if name in GENERAL_NAMES or not self._names.knows(name):
            key = self._names.list_of(name)
            self._refuse(name, parts, is_list=key is not None)
            if key is not None:
                return Named(name, Kind.LIST, key)
        return Named(name, Kind.FIELD, self._names.find(name))

    def _item_parts(self, key: str, parts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for part in parts:
            name = f"{key}.{part}"
            if self._names.list_of_item(name) is not None:
                yield part, self._names.find(name)

    def _refuse(self, name: str, parts: tuple[str, ...], *, is_list: bool) -> None:
        """Names that e-mails know and letters do not, and parts of a whole list."""
        if name in GENERAL_NAMES and not is_list:
            raise FieldError(Text("{name!r} is known in e-mails and not in letters", name=name))
        if name == "loop":
            raise FieldError(Text("{name!r} stands in no loop", name="loop"))
        if parts and is_list:
            raise FieldError(
                Text("{name!r} is a list: it has no {part!r}", name=name, part=parts[0]),
                _A_LOOP,
            )


def _references(node: nodes.Node) -> Iterator[tuple[str, str | None]]:
    """The names that are read in a tree, with what is asked of them behind a point."""
    match node:
        case nodes.Name(name=name, ctx="load"):
            yield name, None
        case nodes.Getattr(node=nodes.Name(name=name), attr=part):
            yield name, part
        case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str() as part)):
            yield name, part
        case _:
            for child in node.iter_child_nodes():
                yield from _references(child)


def _unreadable(text: str, error: TemplateSyntaxError) -> FieldError:
    return FieldError(
        Text("“{text}” cannot be read: {reason}", text=text, reason=error.message or "")
    )
