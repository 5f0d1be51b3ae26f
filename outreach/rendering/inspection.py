"""What a template names, read without rendering it.

A template is followed into those it extends, includes and imports. A name is known when
it is a field of the contact base, a general name (`context.GENERAL_NAMES`), or set by the
template or by one that reads it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, meta, nodes

from outreach.errors import DefinitionError, Location, OutreachError, Text, did_you_mean
from outreach.rendering.context import GENERAL_NAMES, PARTS
from outreach.rendering.inspection_blocks import lost_blocks
from outreach.rendering.inspection_reads import access
from outreach.rendering.markdown_tree import file_of

#: Filters and tests that make an expression safe for a value that is missing.
_GUARDS = frozenset({"default", "d", "salutation", "dear"})


class TemplateSyntax(DefinitionError):
    """A template cannot be read: a tag is not closed, a filter does not exist."""


class UnknownName(DefinitionError):
    """A template names a value that nobody has."""


class UnknownTemplate(DefinitionError):
    """A template that is named does not exist below the templates' folder."""

    def __init__(self, name: str, where: Location) -> None:
        hint = Text(
            "templates are named by their path below templates/, such as emails/welcome.html.j2"
        )
        super().__init__(Text("there is no template {name!r}", name=name), where=where, hint=hint)
        self.name = name


def syntax_error(error: TemplateSyntaxError, folder: str, where: Location) -> TemplateSyntax:
    """Jinja's syntax error as ours; `where` is the place of a template that has no file."""
    name = file_of(error.name or "")
    place = Location(f"{folder}/{name}", error.lineno) if name else where
    return TemplateSyntax(
        Text("the template cannot be read: {reason}", reason=error.message or ""),
        where=place,
        hint=Text("values stand in {{ … }}, conditions in {% if … %} … {% endif %}"),
    )


@dataclass(frozen=True, slots=True)
class _Parsed:
    """One template as a tree; `inherited` are the names set by those that read it in."""

    tree: nodes.Template
    file: Location
    inherited: frozenset[str]

    def at(self, node: nodes.Node) -> Location:
        """A subject has the line of its key in the campaign file, whatever Jinja counts."""
        return self.file if self.file.line else Location(self.file.file, node.lineno)


class Inspection:
    """Reads the templates of one environment against the fields of the contact base."""

    def __init__(self, environment: Environment, fields: frozenset[str], folder: str) -> None:
        self._environment = environment
        self._fields = fields
        self._folder = folder

    def problems(self, name: str) -> list[OutreachError]:
        """Everything wrong with the template and with those it reads in, in reading order."""
        found: list[OutreachError] = []
        family: list[tuple[Location, nodes.Template]] = []
        for parsed in self._family(name, self._place(name), found):
            family.append((parsed.file, parsed.tree))
            found += self._own_problems(parsed)
        unread = any(isinstance(problem, UnknownTemplate | TemplateSyntax) for problem in found)
        return found if unread else [*found, *lost_blocks(family)]

    def files(self, name: str) -> list[str]:
        """The template and those it reads in, each once, in reading order."""
        family = self._family(name, self._place(name), [])
        names = [(parsed.file.file or "").removeprefix(f"{self._folder}/") for parsed in family]
        return list(dict.fromkeys(names))

    def names(self, name: str) -> frozenset[str]:
        """Every name that the template or its family uses, fields or not."""
        return frozenset().union(*map(_named, self.trees(name)))

    def trees(self, name: str) -> list[nodes.Template]:
        """The template and those it reads in, as Jinja reads them."""
        return [parsed.tree for parsed in self._family(name, self._place(name), [])]

    def text_trees(self, source: str) -> list[nodes.Template]:
        """The same of a template without a file."""
        return [parsed.tree for parsed in self._text_family(source, Location(), [])]

    def _place(self, name: str) -> Location:
        return Location(f"{self._folder}/{file_of(name)}")

    def text_problems(self, source: str, where: Location) -> list[OutreachError]:
        """The same for a template without a file, such as a subject."""
        found: list[OutreachError] = []
        for parsed in self._text_family(source, where, found):
            found += self._own_problems(parsed)
        return found

    def fields(self, name: str, *, required: bool) -> frozenset[str]:
        """The fields the template and its family name; `required`: those that nothing guards."""
        return self._fields_of(self._family(name, Location(name), []), required)

    def text_fields(self, source: str, *, required: bool) -> frozenset[str]:
        return self._fields_of(self._text_family(source, Location(), []), required)

    def _fields_of(self, family: Iterator[_Parsed], required: bool) -> frozenset[str]:
        found: set[str] = set()
        for parsed in family:
            own = _assigned(parsed.tree) | parsed.inherited
            names = _printed(parsed.tree, frozenset()) if required else _named(parsed.tree)
            found |= names - own
        return frozenset(found & self._fields)

    def _family(
        self,
        name: str,
        named_at: Location,
        found: list[OutreachError],
        inherited: frozenset[str] = frozenset(),
        seen: frozenset[str] = frozenset(),
    ) -> Iterator[_Parsed]:
        """The template, then those it reads in; what cannot be read is added to `found`."""
        loader = self._environment.loader
        assert loader is not None
        try:
            source, _, _ = loader.get_source(self._environment, name)
        except TemplateSyntaxError as error:
            found.append(syntax_error(error, self._folder, named_at))
            return
        except TemplateNotFound:
            found.append(UnknownTemplate(file_of(name), named_at))
            return
        yield from self._parsed(source, name, self._place(name), found, inherited, seen | {name})

    def _text_family(
        self, source: str, where: Location, found: list[OutreachError]
    ) -> Iterator[_Parsed]:
        return self._parsed(source, None, where, found, frozenset(), frozenset())

    def _parsed(
        self,
        source: str,
        name: str | None,
        file: Location,
        found: list[OutreachError],
        inherited: frozenset[str],
        seen: frozenset[str],
    ) -> Iterator[_Parsed]:
        try:
            tree = self._environment.parse(source, name)
        except TemplateSyntaxError as error:
            found.append(syntax_error(error, self._folder, file))
            return
        parsed = _Parsed(tree, file, inherited)
        yield parsed
        known = inherited | _assigned(tree)
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            for other in self._read_in(node):
                if other not in seen:
                    yield from self._family(other, parsed.at(node), found, known, seen)

    def _read_in(self, node: nodes.Node) -> list[str]:
        """The templates a tag names as constants; of several, the first that exists."""
        template = getattr(node, "template", None)
        if isinstance(template, nodes.Const) and isinstance(template.value, str):
            names = [template.value]
        elif isinstance(template, nodes.List | nodes.Tuple):
            names = [item.value for item in template.items if isinstance(item, nodes.Const)]
        else:
            return []
        existing = [name for name in names if self._exists(name)]
        if getattr(node, "ignore_missing", False):
            return existing[:1]
        return existing[:1] or names[:1]

    def _exists(self, name: str) -> bool:
        loader = self._environment.loader
        assert loader is not None
        try:
            loader.get_source(self._environment, name)
        except TemplateNotFound:
            return False
        return True

    def _own_problems(self, parsed: _Parsed) -> list[OutreachError]:
        problems = self._unknown_functions(parsed)
        known = self._fields | GENERAL_NAMES | parsed.inherited | _shared(parsed.tree)
        unknown = meta.find_undeclared_variables(parsed.tree) - known
        for node in parsed.tree.find_all(nodes.Name):
            if node.name in unknown and node.ctx == "load":
                unknown.discard(node.name)
                problems.append(
                    _unknown(node.name, parsed.at(node), known | _globals(self._environment))
                )
        for part in parsed.tree.find_all((nodes.Getattr, nodes.Getitem)):
            problems += self._unknown_part(part, parsed)
        return sorted(problems, key=lambda problem: (problem.where and problem.where.line) or 0)

    def _unknown_functions(self, parsed: _Parsed) -> list[OutreachError]:
        """Filters and tests nobody defined; each is then named `default` so that Jinja goes on."""
        problems: list[OutreachError] = []
        for kind, stand_in in ((nodes.Filter, "default"), (nodes.Test, "defined")):
            known = self._environment.filters if kind is nodes.Filter else self._environment.tests
            for node in parsed.tree.find_all(kind):
                if node.name in known:
                    continue
                what = Text("there is no filter {name!r}", name=node.name)
                if kind is nodes.Test:
                    what = Text("there is no test {name!r}", name=node.name)
                hint = did_you_mean(node.name, known)
                problems.append(TemplateSyntax(what, where=parsed.at(node), hint=hint))
                node.name = stand_in
        return problems

    def _unknown_part(self, node: nodes.Expr, parsed: _Parsed) -> Iterator[OutreachError]:
        """`sender.adress`, `contact["citty"]`: a name after the dot that nobody has."""
        owner, part = access(node)
        known = self._fields if owner == "contact" else PARTS.get(owner or "")
        if known is not None and part is not None and part not in known:
            yield _unknown(f"{owner}.{part}", parsed.at(node), {f"{owner}.{k}" for k in known})


def _unknown(name: str, where: Location, known: set[str] | frozenset[str]) -> UnknownName:
    what = Text("nobody has a value named {name!r}", name=name)
    hint = did_you_mean(name, known) or Text("see: outreach contacts fields")
    return UnknownName(what, where=where, hint=hint)


def _globals(environment: Environment) -> frozenset[str]:
    return frozenset(environment.globals)


def _shared(tree: nodes.Template) -> frozenset[str]:
    """The names that every block of the template sees: those it sets outside of all of them."""
    macros = frozenset(node.name for node in tree.body if isinstance(node, nodes.Macro))
    kinds = (nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport)
    outside: list[nodes.Node] = [node for node in tree.body if isinstance(node, kinds)]
    return macros | _assigned(nodes.Template(outside, lineno=1))


def _assigned(tree: nodes.Template) -> frozenset[str]:
    """Every name the template itself gives a value: set, for, macro, import."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    names |= {macro.name for macro in tree.find_all(nodes.Macro)}
    names |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return frozenset(names)


def _named(tree: nodes.Node) -> set[str]:
    names = {node.name for node in tree.find_all(nodes.Name)}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        owner, part = access(node)
        if owner == "contact" and part is not None:
            names.add(part)
    return names


def _printed(node: nodes.Node, guarded: frozenset[str]) -> set[str]:
    """The names that are used where neither an `if` about them nor a `|default` stands."""
    match node:
        case nodes.Filter() if node.name in _GUARDS:
            return _all_printed(node.args, guarded)
        case nodes.Test(name="defined" | "undefined"):
            return set()
        case nodes.Or():
            return _printed(node.left, guarded | _asked(node.left)) | _printed(node.right, guarded)
        case nodes.If() | nodes.CondExpr():
            guarded |= _asked(node.test)
        case nodes.Name():
            return {node.name} - guarded
    owner, part = access(node)
    if owner == "contact" and part is not None:
        return {part} - guarded
    return _all_printed(node.iter_child_nodes(), guarded)


def _all_printed(children: Iterable[nodes.Node], guarded: frozenset[str]) -> set[str]:
    return set().union(*(_printed(child, guarded) for child in children))


def _asked(test: nodes.Node) -> frozenset[str]:
    """The names whose presence a condition asks for: `city`, `not city`, `city is defined`."""
    match node := test:
        case nodes.And() | nodes.Or():
            return _asked(node.left) | _asked(node.right)
        case nodes.Not():
            return _asked(node.node)
        case nodes.Test(name="defined" | "undefined"):
            return _asked(node.node)
        case nodes.Name():
            return frozenset({node.name})
    owner, part = access(node)
    return frozenset({part}) if owner == "contact" and part is not None else frozenset()
