"""YAML text → a tree that remembers where everything stands.

PyYAML's composer, safe by construction: no object is made, and scalars stay text
(`no`, `09:00`, `2027-03-01`, `10%` are what was typed). Tags are refused; aliases
are followed, within a limit. What the text means is for `settings` and `campaigns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from outreach.errors import DefinitionError, Location, OutreachError, Problems, Text
from outreach.files.plain_text import read_text, shown
from outreach.files.wording import worded

#: The steps from the root of a file to something in it: `("steps", 1, "template")`.
Path_ = tuple[str | int, ...]

#: What a file says, without its places.
Plain = str | list["Plain"] | dict[str, "Plain"]

#: Nothing of ours nests deeper than eight.
MAX_DEPTH = 30
#: Nodes after aliases are followed; the "billion laughs" stop here.
MAX_NODES = 50_000

#: Half of a sign beyond 16 bits: no text can hold it alone.
_HALF = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Marked:
    """One file's tree: what it says, and where."""

    file: str
    root: Node
    plain: Plain

    def location(self, path: Path_) -> Location:
        """Where the value at `path` begins; where the path ends early, the last value on it.

        Parts that the file does not show (the name of an alternative, the number
        of a lone item that may also be a list) are passed over.
        """
        node = self.root
        for part in path:
            node = _child(node, part) or node
        return self._place(node)

    def at(self, path: Path_) -> Plain:
        """What stands at `path`, by the same rules."""
        value = self.plain
        for part in path:
            if isinstance(value, dict):
                value = value.get(str(part), value)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
        return value

    def key_location(self, path: Path_) -> Location:
        """Where the key that `path` ends with stands; for an item of a list, the item."""
        *way, last = path
        node = self.root
        for part in way:
            node = _child(node, part) or node
        if isinstance(node, MappingNode):
            for key, _ in node.value:
                if key.value == last:
                    return self._place(key)
        return self.location(path)

    def _place(self, node: Node) -> Location:
        mark = node.start_mark
        return Location(self.file, mark.line + 1, mark.column + 1)


def read_source(path: Path) -> tuple[str, Marked]:
    """The text of a YAML file and its tree. Raises every error of the text at once."""
    text = read_text(path)
    return text, parse_source(text, shown(path))


def parse_source(text: str, file: str, *, repeated: list[OutreachError] | None = None) -> Marked:
    """The tree of a YAML text. Raises `Problems` with the place of each.

    Keys that stand twice go to `repeated` where it is given, so that a reader tells them
    together with everything else that is wrong; the first of them counts.
    """
    try:
        root = _Loader(text).get_single_node()
    except (yaml.YAMLError, _TooDeep) as error:
        raise Problems([worded(error, text, file)]) from None
    if root is None:
        raise Problems([DefinitionError(Text("the file is empty"), where=Location(file, 1, 1))])
    reading = _Reading(file, repeated)
    plain = reading.plain(root, 0)
    if reading.errors:
        raise Problems(reading.errors)
    return Marked(file, root, plain)


class _TooDeep(yaml.MarkedYAMLError):
    """More levels than any file of ours has."""


class _Loader(Reader, Scanner, Parser, Composer, BaseResolver):
    """Composes nodes and nothing else; every scalar resolves to text."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            parser: Any = self  # PyYAML's stubs leave this method untyped
            raise _TooDeep(problem="too deep", problem_mark=parser.peek_event().start_mark)
        node = super().compose_node(parent, index)
        if isinstance(node, ScalarNode):
            node.value = _paired(node.value)
        self._depth -= 1
        return node


def _paired(text: str) -> str:
    """The text with its signs whole: JSON writes those beyond 16 bits as two escapes."""
    if not _HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _Reading:
    """One walk over a composed tree: its plain values, and what may not be in it."""

    def __init__(self, file: str, repeated: list[OutreachError] | None) -> None:
        self.file = file
        self.errors: list[OutreachError] = []
        self.repeated = self.errors if repeated is None else repeated
        self._nodes = 0

    def plain(self, node: Node, depth: int) -> Plain:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            self._refuse(node, Text("the aliases of this file make it endlessly large"))
            raise Problems(self.errors)
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.rpartition(":")[2] not in (
            "str",
            "seq",
            "map",
        ):
            hint = Text("put the text in quotes if it begins with '!'")
            self._refuse(node, Text("tags such as {tag!r} are not used here", tag=node.tag), hint)
        if isinstance(node, ScalarNode):
            if _HALF.search(node.value):
                self._refuse(
                    node, Text("half a sign stands here: \\ud800 to \\udfff come in pairs")
                )
            return str(node.value)
        if isinstance(node, SequenceNode):
            return [self.plain(item, depth + 1) for item in node.value]
        return dict(self._items(node, depth))

    def _items(self, node: Node, depth: int) -> Iterator[tuple[str, Plain]]:
        first: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                hint = Text("text with {{ }} must stand in quotes")
                self._refuse(key, Text("a key must be a word"), hint)
                continue
            if key.value in first:
                line = first[key.value].start_mark.line + 1
                what = Text(
                    "the key {key!r} stands here again, first on line {line}",
                    key=key.value,
                    line=line,
                )
                self.repeated.append(self._error(key, what))
                continue
            first[key.value] = key
            yield key.value, self.plain(value, depth + 1)

    def _refuse(self, node: Node, what: Text, hint: Text | None = None) -> None:
        self.errors.append(self._error(node, what, hint))

    def _error(self, node: Node, what: Text, hint: Text | None = None) -> OutreachError:
        mark = node.start_mark
        where = Location(self.file, mark.line + 1, mark.column + 1)
        return DefinitionError(what, where=where, hint=hint)


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]  # type: ignore[no-any-return]
    return None
