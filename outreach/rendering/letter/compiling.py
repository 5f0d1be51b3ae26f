"""A template becomes a program: what stays is text, what changes is a node.

All the XML work of a letter happens here, once. The order matters: paragraphs that a
field goes through become one, what is repeated is marked, then the fields are put in
place; then numbers and names that must be unique, then the lines that may vanish (they copy
what is already marked), then the ends of the body.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from outreach.errors import DefinitionError, Location, Problems, Text
from outreach.model.text import fold
from outreach.rendering.letter.archive import lay_out, pack
from outreach.rendering.letter.building import Builder
from outreach.rendering.letter.bundle_plan import Marked, plan_bundle
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.field_context import Surroundings
from outreach.rendering.letter.fields import Element, prefix_of, prefixed
from outreach.rendering.letter.flows import mark_flows
from outreach.rendering.letter.lines import mark_lines
from outreach.rendering.letter.lists import restart_lists
from outreach.rendering.letter.marks import FORBIDDEN, Marks, alone
from outreach.rendering.letter.names import ListFields, Names, Resolve
from outreach.rendering.letter.outfit import Outfit, open_relationships, outfit_of, with_media
from outreach.rendering.letter.package import (
    CONTENT_TYPES,
    TemplateError,
    parse,
    relationships_of,
)
from outreach.rendering.letter.placing import Placed, place_fields
from outreach.rendering.letter.program import (
    Block,
    Code,
    Flow,
    Grid,
    Group,
    Line,
    List,
    Node,
    Nodes,
    Pictures,
    Print,
    Program,
    Slot,
)
from outreach.rendering.letter.reading import Template, part_fields, plain_text_field
from outreach.rendering.letter.sections import mark_body, prepare_sections
from outreach.rendering.letter.sources import AddressBlock, Choice, GreetingLine, fields_in
from outreach.rendering.letter.surroundings import keeps_blank_lines
from outreach.rendering.letter.unique import number_ids, number_notes


def compile_template(
    template: Template,
    resolve: Resolve,
    known: Iterable[str] = (),
    *,
    lists: Mapping[str, ListFields] | None = None,
    answers: Mapping[str, str] | None = None,
    pictures: Pictures | None = None,
    several: bool = False,
    locale: str | None = None,
    currency: str = "EUR",
) -> Program:
    """The program of a template.

    `resolve` gives the contact field of a merge field, or None; it is asked with the name
    as written, in lower case, with blanks for `_` and the reverse, and without accents.
    `known` are the names to choose a "did you mean" from; `lists` those that rows can be
    repeated for. `answers` answer ASK (by bookmark) and FILLIN (by prompt); `pictures` gives
    the pictures whose path holds a field. `several`: the pages are sheets of labels, one
    about several people. With a `locale` formulas are read as they will be; `currency` is
    that of `|money`. Raises `Problems` with everything that keeps the template from being
    used: what reading found, all unknown names, and `«Nom»` as plain text where the base has
    such a field.
    """
    names = Names(resolve, known, template.name, lists)
    marks = Marks()
    roots = _open_parts(template)
    around = Surroundings(
        names,
        answers={fold(key.strip()): text for key, text in (answers or {}).items()},
        must_answer=True,
        locale=locale,
        currency=currency,
    )
    fields = {part: part_fields(root, template.name) for part, root in roots.items()}
    placed = place_fields(template.package, roots, fields, Builder(around), marks)
    _require(template, names, placed, several=several)
    outfit = outfit_of(template.package, placed.personal)
    if placed.pictured:
        outfit = with_media(outfit)
    marked = _mark(template, roots, outfit, marks)
    parts = {part: alone(nodes) for part, nodes in marked.nodes.items()}
    shown = {part: _open_relationships(template, outfit, part) for part in placed.pictured}
    single = _single(outfit, parts, {relationships_of(part) for part in shown})
    return Program(
        name=template.name,
        fields=names.fields,
        document=template.package.document,
        parts={part: nodes for part, nodes in parts.items() if not _plain(nodes)},
        static=lay_out(pack(part, content) for part, content in single.items()),
        bundle=plan_bundle(template, outfit, marked, placed.pictured),
        relationships=shown,
        pictures=pictures,
        several=placed.several,
        required=tuple(dict.fromkeys(f for nodes in parts.values() for f in _required(nodes))),
        lists=placed.lists,
    )


def _require(template: Template, names: Names, placed: Placed, *, several: bool) -> None:
    """Raises `Problems` with everything that is wrong, each told once."""
    told = {str(problem) for problem in template.problems}
    problems: list[DefinitionError] = [*template.problems]
    problems += (problem for problem in placed.problems if str(problem) not in told)
    problems += (plain_text_field(text, template.name) for text in template.plain
                 if names.knows(text))  # fmt: skip
    if placed.several and not several:
        problems.append(
            DefinitionError(
                Text("the template goes on to the next person (NEXT): that is for labels"),
                where=Location(template.name),
                hint=Text("take the field out: a letter is about one person"),
            )
        )
    if errors := [*problems, *names.errors]:
        raise Problems(errors)


def _required(nodes: Nodes) -> Iterator[str]:
    """The fields without which nobody gets a letter: those that no line and no IF may leave out."""
    for node in nodes:
        match node:
            case Slot(name, optional=False):
                yield name
            case Print(source, optional=False) | Code(source):
                if not isinstance(source, AddressBlock | GreetingLine | Choice):
                    yield from fields_in(source)
            case Grid(inside) | Block(inside):
                yield from _required(inside)
            case Line(inside) | Flow(inside) | Group(inside):
                # What Jinja prints may not even be missing where a merge field may.
                yield from (name for one in inside for name in _strictly(one))


def _strictly(node: Node) -> Iterator[str]:
    match node:
        case Print(Expression() as source):
            yield from fields_in(source)
        case Line(inside) | Flow(inside) | Group(inside) | Block(inside) | Grid(inside):
            yield from (name for one in inside for name in _strictly(one))


def _open_relationships(template: Template, outfit: Outfit, part: str) -> str:
    if part == template.package.document:
        return outfit.document_relationships()
    return open_relationships(template.package, part)


def _open_parts(template: Template) -> dict[str, Element]:
    package = template.package
    for part in package.text_parts:
        if any(mark in package.files[part] for mark in FORBIDDEN):
            raise TemplateError(
                Text("the document holds characters that are no text (U+FDD0)"),
                where=Location(template.name),
            )
    return {part: prefixed(parse(package.files[part], template.name))
            for part in package.text_parts}  # fmt: skip


def _mark(template: Template, roots: Mapping[str, Element], outfit: Outfit, marks: Marks) -> Marked:
    package = template.package
    document = roots[package.document]
    number_ids(roots.values(), marks)
    for kind in ("footnote", "endnote"):
        for part in package.related(f"{kind}s"):
            number_notes(kind, [document], roots[part], marks)
    lists, first_list = _lists(template, roots, marks)
    blanks = prepare_sections(document, outfit.copied_ids, prefix_of(document), marks)
    vanishing = not keeps_blank_lines(package)
    for root in roots.values():
        mark_lines(root, prefix_of(root), marks, vanishing=vanishing)
        mark_flows(root, prefix_of(root), marks, vanishing=vanishing)
    mark_body(document, prefix_of(document), marks)
    nodes = {part: marks.nodes(root) for part, root in roots.items()}
    return Marked(nodes, lists, first_list, blanks)


def _lists(
    template: Template, roots: Mapping[str, Element], marks: Marks
) -> tuple[tuple[List, ...], int]:
    files = template.package.files
    numbering = template.package.related("numbering")
    if not numbering:
        return (), 0
    styles = template.package.related("styles")
    return restart_lists(
        roots.values(),
        parse(files[numbering[0]], template.name),
        parse(files[styles[0]], template.name) if styles else None,
        marks,
    )


def _plain(nodes: Nodes) -> bool:
    return all(isinstance(node, str) for node in nodes)


def _single(
    outfit: Outfit, parts: Mapping[str, Nodes], without: Collection[str]
) -> Mapping[str, bytes]:
    """The unchanging files of a letter of its own; `parts` are its text parts."""
    text = {
        part: "".join(map(str, nodes)).encode() for part, nodes in parts.items() if _plain(nodes)
    }
    files = {
        CONTENT_TYPES: (outfit.content_types() + "</Types>").encode(),
        outfit.relationships_part: (outfit.document_relationships() + "</Relationships>").encode(),
        **outfit.files,
        **text,
    }
    return {name: content for name, content in files.items() if name not in without}
