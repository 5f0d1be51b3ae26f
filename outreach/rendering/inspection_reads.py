"""Which fields of a person templates read: nothing else need be fetched for a message."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from jinja2 import nodes

#: What reads another template in.
_READING_IN = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


def reads(trees: Iterable[nodes.Template], fields: Collection[str]) -> frozenset[str] | None:
    """The fields that these templates name, they and all that they read in.

    None where only a run would tell: another template is named by a value, or the fields of a
    person are taken as a whole, by `contact` without one of them behind its dot.
    """
    found: set[str] = set()
    for tree in trees:
        if any(not _is_constant(node) for node in tree.find_all(_READING_IN)):
            return None
        names = [node.name for node in tree.find_all(nodes.Name)]
        parts = [
            part
            for owner, part in map(access, tree.find_all((nodes.Getattr, nodes.Getitem)))
            if owner == "contact" and part is not None
        ]
        if len(parts) < names.count("contact") or not set(fields).issuperset(parts):
            return None
        found.update(names, parts)
    return frozenset(found.intersection(fields))


def _is_constant(node: nodes.Node) -> bool:
    template = getattr(node, "template", None)
    return isinstance(template, nodes.Const) and isinstance(template.value, str)


def access(node: nodes.Node) -> tuple[str | None, str | None]:
    """`("sender", "name")` for `sender.name` and `sender["name"]`; else Nones."""
    owner = getattr(node, "node", None)
    if not isinstance(owner, nodes.Name):
        return None, None
    if isinstance(node, nodes.Getattr):
        return owner.name, node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return owner.name, str(node.arg.value)
    return None, None
