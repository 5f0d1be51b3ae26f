"""Separator pages in a bundle of letters: a sheet before each group that the post sorts.

A separator stands before the first letter of its group, in a section of its own without
header and footer: the letters' pages count from 1 as before. The bundle writes it for whom
it has the two values below, and for nobody else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from outreach.model.field import Value
from outreach.rendering.letter.archive import pack
from outreach.rendering.letter.formats import Format
from outreach.rendering.letter.package import R, W
from outreach.rendering.letter.program import Line, Node, Nodes, Program, Slot

#: No field of a contact base begins so.
_GROUP, _COUNT = "_separator_group", "_separator_count"
_PLAIN = Format(None, None, ())
_KINDS = {"header": "hdr", "footer": "ftr"}
#: Half-points of the group and of what stands below it; twips above.
_LARGE, _SMALL, _ABOVE = 144, 56, 3600
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def separator(group: str, count: str) -> Mapping[str, Value]:
    """The values of the first letter of a group: `35`, `12 letters`."""
    return {_GROUP: group, _COUNT: count}


def with_separators(program: Program) -> Program:
    """The same template; its bundle has a page before each letter that has a `separator`."""
    plan, folder = program.bundle, posixpath.dirname(program.document)
    parts = {kind: posixpath.join(folder, f"separator_{kind}.xml") for kind in _KINDS}
    blank = (pack(parts[kind], _blank(root).encode()) for kind, root in _KINDS.items())
    types = "".join(
        f'<Override PartName="/{part}" ContentType="{_OFFICE}.{kind}+xml"/>'
        for kind, part in parts.items()
    )
    links = "".join(
        f'<Relationship Id="separator_{kind}" Type="{R}/{kind}" '
        f'Target="{posixpath.basename(part)}"/>'
        for kind, part in parts.items()
    )
    changed = replace(
        plan,
        letter=(Line(_page(), ()), *plan.letter),
        static=(*plan.static, *blank),
        content_types=plan.content_types + types,
        relationships=plan.relationships + links,
    )
    return replace(program, bundle=changed)


def _page() -> Nodes:
    return (
        f'<s:p xmlns:s="{W}"><s:pPr><s:spacing s:before="{_ABOVE}" s:after="240"/>'
        '<s:jc s:val="center"/></s:pPr>',
        *_words(_GROUP, _LARGE, bold=True),
        f'</s:p><s:p xmlns:s="{W}"><s:pPr><s:jc s:val="center"/>{_section()}</s:pPr>',
        *_words(_COUNT, _SMALL),
        "</s:p>",
    )


def _words(field: str, size: int, *, bold: bool = False) -> tuple[Node, ...]:
    look = f'{"<s:b/>" if bold else ""}<s:sz s:val="{size}"/><s:szCs s:val="{size}"/>'
    return f"<s:r><s:rPr>{look}</s:rPr>", Slot(field, "s:", _PLAIN), "</s:r>"


def _section() -> str:
    """A page of its own, A4 upright; a blank header and footer, whatever the letters have."""
    references = "".join(
        f'<s:{kind}Reference s:type="{page}" xmlns:r="{R}" r:id="separator_{kind}"/>'
        for kind in _KINDS
        for page in ("default", "first", "even")
    )
    return (
        f'<s:sectPr>{references}<s:pgSz s:w="11906" s:h="16838"/><s:pgMar s:top="1134" '
        's:right="1134" s:bottom="1134" s:left="1134" s:header="0" s:footer="0" s:gutter="0"/>'
        "</s:sectPr>"
    )


def _blank(root: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:{root} xmlns:w="{W}"><w:p/></w:{root}>'
    )
