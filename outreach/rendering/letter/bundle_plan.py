"""How the letters of a template are put together: what stands once, what each one adds."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from outreach.rendering.letter.archive import Member, pack
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.outfit import Outfit, open_relationships
from outreach.rendering.letter.package import R, W, parse, relationships_of
from outreach.rendering.letter.program import BundlePlan, CopiedPart, List, Mark, Nodes
from outreach.rendering.letter.reading import Template
from outreach.rendering.letter.sections import blank_id


@dataclass(frozen=True, slots=True)
class Marked:
    """The text parts of a template as nodes, and what is known of their lists."""

    nodes: Mapping[str, Nodes]
    lists: tuple[List, ...]
    first_list: int
    #: Which blank parts the bundle needs ("header", "footer").
    blanks: frozenset[str]


def plan_bundle(
    template: Template, outfit: Outfit, marked: Marked, pictured: frozenset[str]
) -> BundlePlan:
    """The plan of a template's bundles; `pictured` are the parts that show people's pictures."""
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
        copied=tuple(
            _copied(template, outfit, marked.nodes, part, part in pictured)
            for part in sorted(copied)
        ),
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
    template: Template, outfit: Outfit, nodes: Mapping[str, Nodes], part: str, pictured: bool
) -> CopiedPart:
    references = [reference for reference in outfit.copied if reference.part == part]
    return CopiedPart(
        part,
        references[0].content_type,
        tuple((reference.id, reference.type) for reference in references),
        nodes[part],
        template.package.files.get(relationships_of(part)),
        open_relationships(template.package, part) if pictured else None,
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
