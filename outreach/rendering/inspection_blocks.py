"""Blocks that a message fills and no layout has: what stands in them is never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jinja2 import nodes

from outreach.errors import DefinitionError, Location, Text, did_you_mean


class LostBlock(DefinitionError):
    """A template fills a block that none of those it extends has."""

    def __init__(self, name: str, where: Location, known: set[str]) -> None:
        super().__init__(
            Text("the layout has no block {name!r}: its text would never be shown", name=name),
            where=where,
            hint=did_you_mean(name, known)
            or Text("it has: {names}", names=", ".join(sorted(known)) or "–"),
        )


def lost_blocks(family: Sequence[tuple[Location, nodes.Template]]) -> Iterator[LostBlock]:
    """`family`: a template and those it reads in, each before the ones it extends."""
    for number, (file, tree) in enumerate(family):
        parent = tree.find(nodes.Extends)
        if parent is None or not isinstance(parent.template, nodes.Const):
            continue
        known = {block.name for _, other in family[number + 1 :] for block in _blocks(other)}
        for block in tree.body:
            if isinstance(block, nodes.Block) and block.name not in known:
                yield LostBlock(block.name, Location(file.file, block.lineno), known)


def _blocks(tree: nodes.Template) -> list[nodes.Block]:
    return list(tree.find_all(nodes.Block))
