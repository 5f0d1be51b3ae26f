"""A template becomes a program: what stays is text, what changes is a node.

All the XML work of a letter happens here, once. The order matters: fields first, then
numbers and names that must be unique, then the lines that may vanish (they copy what is
already marked), then the ends of the body.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from outreach.errors import Location, Problems, Text
from outreach.rendering.letter.archive import Member, pack
from outreach.rendering.letter.fields import Element, Field
from outreach.rendering.letter.lines import mark_lines
from outreach.rendering.letter.lists import restart_lists
from outreach.rendering.letter.marks import FORBIDDEN, Marks, alone
from outreach.rendering.letter.outfit import Outfit, outfit_of
from outreach.rendering.letter.package import (
    CONTENT_TYPES,
    R,
    TemplateError,
    W,
    parse,
    relationships_of,
)
from outreach.rendering.letter.program import BundlePlan, CopiedPart, List, Mark, Nodes, Program
from outreach.rendering.letter.reading import (
    Duty,
    Template,
    duty,
    part_fields,
    plain_text_field,
)
from outreach.rendering.letter.sections import blank_id, mark_body, prepare_sections
from outreach.rendering.letter.slots import Names, Resolve, put_slots
from outreach.rendering.letter.unique import (
    bookmark_names,
    follow_bookmarks,
    number_ids,
    number_notes,
)


@dataclass(frozen=True, slots=True)
class _Marked:
    """The text parts of a template as nodes, and what is known of their lists."""

    nodes: Mapping[str, Nodes]
    lists: tuple[List, ...]
    first_list: int
    #: Which blank parts the bundle needs ("header", "footer").
    blanks: frozenset[str]


def compile_template(template: Template, resolve: Resolve, known: Iterable[str] = ()) -> Program:
    """The program of a template.

    `resolve` gives the contact field of a merge field, or None; it is asked with the name
    as written, in lower case, and with blanks for `_` and the reverse. `known` are the
    names to choose a "did you mean" from. Raises `Problems` with everything that keeps
    the template from being used: what reading found, all unknown names, and `«Nom»` as plain
    text where the base has such a field.
    """
    names = Names(resolve, known, template.name)
    marks = Marks()
    roots, fields = _open_parts(template)
    bookmarks = bookmark_names(roots.values())
    for part, root in roots.items():
        follow_bookmarks(fields[part], bookmarks, marks)
        put_slots(fields[part], names, marks, _prefix(root))
    lost = [plain_text_field(text, template.name) for text in template.plain if names.knows(text)]
    if errors := [*template.problems, *lost, *names.errors]:
        raise Problems(errors)
    outfit = outfit_of(template.package, _parts_with_slots(fields))
    marked = _mark(template, roots, outfit, marks)
    parts = {part: alone(nodes) for part, nodes in marked.nodes.items()}
    return Program(
        name=template.name,
        fields=names.fields,
        document=template.package.document,
        parts={part: nodes for part, nodes in parts.items() if not _plain(nodes)},
        static=tuple(pack(part, content) for part, content in _single(outfit, parts).items()),
        bundle=_bundle(template, outfit, marked),
    )


def _open_parts(template: Template) -> tuple[dict[str, Element], dict[str, list[Field]]]:
    package = template.package
    for part in package.text_parts:
        if any(mark in package.files[part] for mark in FORBIDDEN):
            raise TemplateError(
                Text("the document holds characters that are no text (U+FDD0)"),
                where=Location(template.name),
            )
    roots = {part: _prefixed(parse(package.files[part], template.name))
             for part in package.text_parts}  # fmt: skip
    return roots, {part: part_fields(root, template.name) for part, root in roots.items()}


def _parts_with_slots(fields: Mapping[str, list[Field]]) -> frozenset[str]:
    return frozenset(
        part
        for part, outermost in fields.items()
        if any(duty(f.instruction) is Duty.FILLED for o in outermost for f in o.everything_inside())
    )


def _mark(
    template: Template, roots: Mapping[str, Element], outfit: Outfit, marks: Marks
) -> _Marked:
    package = template.package
    document = roots[package.document]
    number_ids(roots.values(), marks)
    for kind in ("footnote", "endnote"):
        for part in package.related(f"{kind}s"):
            number_notes(kind, [document], roots[part], marks)
    lists, first_list = _lists(template, roots, marks)
    blanks = prepare_sections(document, outfit.copied_ids, _prefix(document), marks)
    for root in roots.values():
        mark_lines(root)
    mark_body(document, _prefix(document), marks)
    nodes = {part: marks.nodes(root) for part, root in roots.items()}
    return _Marked(nodes, lists, first_list, blanks)


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


def _single(outfit: Outfit, parts: Mapping[str, Nodes]) -> Mapping[str, bytes]:
    """The unchanging files of a letter of its own; `parts` are its text parts."""
    text = {
        part: "".join(map(str, nodes)).encode() for part, nodes in parts.items() if _plain(nodes)
    }
    return {
        CONTENT_TYPES: (outfit.content_types() + "</Types>").encode(),
        outfit.relationships_part: (outfit.document_relationships() + "</Relationships>").encode(),
        **outfit.files,
        **text,
    }


def _bundle(template: Template, outfit: Outfit, marked: _Marked) -> BundlePlan:
    package = template.package
    numbering = package.related("numbering")[:1]
    copied = frozenset(reference.part for reference in outfit.copied)
    notes = frozenset((*package.related("footnotes"), *package.related("endnotes")))
    head, letter, ending, section, tail = _cut(
        marked.nodes[package.document], Mark.BODY, Mark.BREAK, Mark.SECTION, Mark.END
    )
    blanks = [_blank(package.document, kind) for kind in sorted(marked.blanks)]
    left_out = {*numbering, *(relationships_of(part) for part in copied)}
    return BundlePlan(
        head=head,
        letter=letter,
        ending=ending,
        section=section,
        tail=tail,
        copied=tuple(_copied(template, outfit, marked.nodes, part) for part in sorted(copied)),
        notes={part: _three(marked.nodes[part]) for part in sorted(notes)},
        shared={part: nodes for part, nodes in marked.nodes.items()
                if part not in {package.document, *copied, *notes}},
        lists=marked.lists,
        first_list=marked.first_list,
        numbering=_numbering(template, numbering[0]) if numbering else None,
        content_types=outfit.content_types(without=copied) + "".join(b.type for b in blanks),
        relationships=outfit.document_relationships(without=outfit.copied_ids)
        + "".join(b.relationship for b in blanks),
        static=(
            *(pack(part, content) for part, content in outfit.files.items()
              if part not in left_out),
            *(blank.member for blank in blanks),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Blank:
    """An empty header or footer: its entries in the lists, and itself."""

    type: str
    relationship: str
    member: Member


def _blank(document: str, kind: str) -> _Blank:
    name = f"{blank_id(kind)}.xml"
    part = posixpath.join(posixpath.dirname(document), name)
    root = {"header": "hdr", "footer": "ftr"}[kind]
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return _Blank(
        f'<Override PartName="/{part}" ContentType="{word}.{kind}+xml"/>',
        f'<Relationship Id="{blank_id(kind)}" Type="{R}/{kind}" Target="{name}"/>',
        pack(part, f'<w:{root} xmlns:w="{W}"><w:p/></w:{root}>'.encode()),
    )


def _cut(nodes: Nodes, *places: Mark) -> tuple[Nodes, ...]:
    """The nodes between some marks, which stand in this order."""
    pieces = []
    start = 0
    for place in places:
        end = nodes.index(place)
        pieces.append(nodes[start:end])
        start = end + 1
    return (*pieces, nodes[start:])


def _three(nodes: Nodes) -> tuple[Nodes, Nodes, Nodes]:
    head, each, tail = _cut(nodes, Mark.BODY, Mark.END)
    return head, each, tail


def _copied(
    template: Template, outfit: Outfit, nodes: Mapping[str, Nodes], part: str
) -> CopiedPart:
    references = [reference for reference in outfit.copied if reference.part == part]
    return CopiedPart(
        part,
        references[0].content_type,
        tuple((reference.id, reference.type) for reference in references),
        nodes[part],
        template.package.files.get(relationships_of(part)),
    )


def _numbering(template: Template, part: str) -> tuple[str, str, str]:
    """The numbering part: its name, its text up to where further lists go, the rest."""
    root = parse(template.package.files[part], template.name)
    marks = Marks()
    last = root.find(f"{{{W}}}numIdMacAtCleanup")
    if last is not None:
        last.addprevious(marks.element(Mark.END))
    else:
        root.append(marks.element(Mark.END))
    before, after = _cut(marks.nodes(root), Mark.END)
    return part, "".join(map(str, before)), "".join(map(str, after))


def _prefixed(root: Element) -> Element:
    """The same part, with a prefix for Word's namespace: attributes need one."""
    if any(prefix and uri == W for prefix, uri in root.nsmap.items()):
        return root
    named = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    new = etree.Element(root.tag, nsmap={**named, "w": W})
    new.attrib.update(root.attrib)
    new.extend(list(root))
    return new


def _prefix(root: Element) -> str:
    return next(f"{prefix}:" for prefix, uri in root.nsmap.items() if prefix and uri == W)
