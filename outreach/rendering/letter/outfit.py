"""Everything of a letter that is not its text: types, relationships, settings, pictures.

What must not travel with a letter is taken out: the mail-merge settings with the path of
the data source and the list of recipients (Word would ask to run its SQL), and the
author's comments.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import quoteattr

from lxml import etree

from outreach.rendering.letter.fields import Element, remove, w
from outreach.rendering.letter.package import (
    CONTENT_TYPES,
    RELS,
    TYPES,
    Package,
    R,
    content_type,
    document_type,
    parse,
    relationships_of,
)
from outreach.rendering.letter.pictures import MEDIA_TYPES

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
#: Relationships of the document to its author's notes.
_NOTES = frozenset({"comments", "commentsExtended", "commentsIds", "commentsExtensible", "people"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A relationship of the document to a header or footer that each letter has its own of."""

    id: str
    type: str
    part: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Outfit:
    """The files of a letter that are not made per person.

    `files` are those common to a letter and the bundle; the others differ in the bundle.
    The two lists of entries are XML elements as text.
    """

    files: Mapping[str, bytes]
    types: tuple[tuple[str, str], ...]
    relationships: tuple[tuple[str, str], ...]
    relationships_part: str
    #: Headers and footers that hold fields.
    copied: tuple[Reference, ...]

    @property
    def copied_ids(self) -> frozenset[str]:
        return frozenset(reference.id for reference in self.copied)

    def content_types(self, *, without: frozenset[str] = frozenset()) -> str:
        """`[Content_Types].xml` without its closing tag and without some parts."""
        entries = "".join(xml for part, xml in self.types if part not in without)
        return f'{_HEAD}<Types xmlns="{TYPES}">{entries}'

    def document_relationships(self, *, without: frozenset[str] = frozenset()) -> str:
        """The document's relationships without the closing tag and without some ids."""
        entries = "".join(xml for id_, xml in self.relationships if id_ not in without)
        return f'{_HEAD}<Relationships xmlns="{RELS}">{entries}'


def outfit_of(package: Package, parts_with_slots: frozenset[str]) -> Outfit:
    """The outfit of a template whose parts with merge fields are given."""
    files = dict(package.files)
    dropped = _drop_notes(package)
    for part in package.related("settings"):
        dropped |= _clean_settings(package, part, files)
    types_root = parse(files.pop(CONTENT_TYPES), package.name)
    document_type(types_root)
    rels_part = relationships_of(package.document)
    rels_root = parse(files.pop(rels_part), package.name) if rels_part in files else ()
    for part in (*package.text_parts, *dropped):
        files.pop(part, None)
    for part in dropped:
        files.pop(relationships_of(part), None)
    return Outfit(
        files=files,
        types=tuple(_entry(e, "PartName" if e.get("PartName") else "Extension") for e in types_root
                    if e.get("PartName", "")[1:] not in dropped),
        relationships=tuple(_entry(e, "Id") for e in rels_root
                            if _kind(e) not in _NOTES),
        relationships_part=rels_part,
        copied=_copied(package, types_root, rels_root, parts_with_slots),
    )  # fmt: skip


def with_media(outfit: Outfit) -> Outfit:
    """The outfit of letters with pictures of all kinds: their types are declared."""
    declared = {key.lower() for key, xml in outfit.types if xml.startswith("<Default")}
    added = tuple(
        (ending, f'<Default Extension="{ending}" ContentType="{kind}"/>')
        for ending, kind in MEDIA_TYPES.items()
        if ending not in declared
    )
    return replace(outfit, types=added + outfit.types)


def open_relationships(package: Package, part: str) -> str:
    """The relationships of a part without their closing tag."""
    content = package.files.get(relationships_of(part))
    root = parse(content, package.name) if content is not None else ()
    entries = "".join(_entry(element, "Id")[1] for element in root)
    return f'{_HEAD}<Relationships xmlns="{RELS}">{entries}'


def target_of(part: str, document: str) -> str:
    """How the document's relationships name a part."""
    return posixpath.relpath(part, posixpath.dirname(document) or ".")


def _drop_notes(package: Package) -> set[str]:
    return {r.target for r in package.relationships(package.document)
            if r.kind in _NOTES and not r.external}  # fmt: skip


def _clean_settings(package: Package, part: str, files: dict[str, bytes]) -> set[str]:
    """Take the mail merge out of the settings; the parts that belonged to it."""
    root = parse(files[part], package.name)
    merge = root.find(w("mailMerge"))
    for name in ("mailMerge", "updateFields"):
        for element in root.findall(w(name)):
            remove(element)
    files[part] = _serialise(root)
    if merge is None:
        return set()
    ids = {e.get(f"{{{R}}}id") for e in merge.iter()}
    gone = [r for r in package.relationships(part) if r.id in ids]
    rels = relationships_of(part)
    if rels in files:
        rels_root = parse(files[rels], package.name)
        for element in list(rels_root):
            if element.get("Id") in ids:
                remove(element)
        files[rels] = _serialise(rels_root)
    return {r.target for r in gone if not r.external}


def _serialise(root: Element) -> bytes:
    return (_HEAD + etree.tostring(root, encoding="unicode")).encode()


def _kind(element: Element) -> str:
    return element.get("Type", "").rsplit("/", 1)[-1]


def _entry(element: Element, key: str) -> tuple[str, str]:
    """(its key, the element as text in the default namespace)."""
    attributes = "".join(
        f" {name}={quoteattr(element.get(name, ''))}" for name in map(str, element.keys())
    )
    return (
        str(element.get(key, "")).removeprefix("/"),
        f"<{etree.QName(element).localname}{attributes}/>",
    )


def _copied(
    package: Package,
    types: Element,
    relationships: Iterable[Element],
    parts_with_slots: frozenset[str],
) -> tuple[Reference, ...]:
    by_id = {e.get("Id", ""): e.get("Type", "") for e in relationships}
    return tuple(
        Reference(r.id, by_id[r.id], r.target, content_type(types, r.target))
        for r in package.relationships(package.document)
        if r.kind in ("header", "footer") and r.target in parts_with_slots
    )
