"""The parts of a Word document and how they refer to each other (Open Packaging Conventions)."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from outreach.errors import DefinitionError, Location, Text
from outreach.rendering.letter.archive import unpack

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
V = "urn:schemas-microsoft-com:vml"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

CONTENT_TYPES = "[Content_Types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"

#: Kinds of related parts that hold text of the letter.
TEXT_KINDS = ("header", "footer", "footnotes", "endnotes")


class TemplateError(DefinitionError):
    """A letter template that cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Relationship:
    id: str
    #: The last word of its type: `header`, `settings`, `image` …
    kind: str
    #: The part it points at; an address outside where `external`.
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Package:
    """A Word document, unpacked. `document` is the name of its main part."""

    name: str
    files: Mapping[str, bytes]
    document: str

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """What a part refers to; nothing where it has no relationships."""
        content = self.files.get(relationships_of(part))
        if content is None:
            return ()
        return tuple(_relationships(parse(content, self.name), posixpath.dirname(part)))

    def related(self, kind: str) -> tuple[str, ...]:
        """The names of the document's parts of a kind, each once."""
        found = (r.target for r in self.relationships(self.document)
                 if r.kind == kind and not r.external and r.target in self.files)  # fmt: skip
        return tuple(dict.fromkeys(found))

    @property
    def text_parts(self) -> tuple[str, ...]:
        """The parts that hold text of the letter, the body first."""
        return (self.document, *(part for kind in TEXT_KINDS for part in self.related(kind)))


def open_package(content: bytes, name: str) -> Package:
    """The parts of a .docx. Raises `TemplateError` with what the file is instead of one."""
    where = Location(name)
    try:
        files = unpack(content)
    except zipfile.BadZipFile as error:
        raise TemplateError(_no_archive(content), where=where) from error
    if CONTENT_TYPES not in files:
        raise TemplateError(_other_archive(files), where=where)
    package = Package(name, files, _main_part(files, name))
    kind = content_type(parse(files[CONTENT_TYPES], name), package.document)
    if kind not in (_MAIN, _TEMPLATE):
        raise TemplateError(_other_document(kind), where=where)
    root = parse(files[package.document], name)
    if etree.QName(root).namespace == _STRICT:
        raise TemplateError(
            Text("this is a “Strict Open XML” document"),
            where=where,
            hint=Text("save it in Word as “Word Document (*.docx)”"),
        )
    if root.tag != f"{{{W}}}document" or root.find(f"{{{W}}}body") is None:
        raise TemplateError(Text("this Word document has no body"), where=where)
    return package


def parse(content: bytes, name: str) -> etree._Element:
    """The root of a part. Entities and DTDs are refused, comments left out."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise TemplateError(
            Text("the document is damaged: {reason}", reason=str(error)),
            where=Location(name),
            hint=Text("open it in Word, let it repair the file, and save it again"),
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise TemplateError(Text("the document holds a DTD"), where=Location(name))
    return root


def relationships_of(part: str) -> str:
    """`word/header1.xml` → `word/_rels/header1.xml.rels`."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def content_type(types: etree._Element, part: str) -> str:
    """The type of a part: its own, else that of its extension."""
    extension = part.rpartition(".")[2].lower()
    kinds = {
        element.get("PartName") or element.get("Extension", "").lower(): element.get(
            "ContentType", ""
        )
        for element in types
    }
    return kinds.get(f"/{part}") or kinds.get(extension, "")


def document_type(types: etree._Element) -> None:
    """A Word template (.dotx) becomes a document: Word refuses a .docx that says otherwise."""
    for override in types:
        if override.get("ContentType") == _TEMPLATE:
            override.set("ContentType", _MAIN)


def _relationships(root: etree._Element, folder: str) -> Iterator[Relationship]:
    for element in root.iterfind(f"{{{RELS}}}Relationship"):
        target = element.get("Target", "")
        external = element.get("TargetMode") == "External"
        if not external:
            target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        kind = element.get("Type", "").rsplit("/", 1)[-1]
        yield Relationship(element.get("Id", ""), kind, target, external)


def _main_part(files: Mapping[str, bytes], name: str) -> str:
    roots = _relationships(parse(files["_rels/.rels"], name), "") if "_rels/.rels" in files else ()
    for relationship in roots:
        if relationship.kind == "officeDocument" and relationship.target in files:
            return relationship.target
    raise TemplateError(
        Text("the document is damaged: {reason}", reason="no main part"), where=Location(name)
    )


def _no_archive(content: bytes) -> Text:
    if not content:
        return Text("the file is empty")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return Text(
            "this is an old Word document (.doc), or one protected by a password: "
            "save it in Word as .docx, without a password"
        )
    if content.startswith(b"{\\rtf"):
        return Text("this is an RTF document: save it in Word as .docx")
    if content.startswith(b"%PDF"):
        return Text("this is a PDF; a letter is a Word document (.docx)")
    if content.startswith(b"PK"):
        return Text("the document is damaged: save it again in Word, or copy it again")
    return Text("this is no Word document (.docx)")


def _other_archive(files: Mapping[str, bytes]) -> Text:
    if files.get("mimetype", b"").startswith(b"application/vnd.oasis"):
        return Text("this is an OpenDocument file: save it in LibreOffice as Word (.docx)")
    return Text("this is no Word document (.docx)")


def _other_document(kind: str) -> Text:
    if "macroEnabled" in kind:
        return Text("this Word document holds macros: save it as .docx, without macros")
    return Text("this is an Office file, but no Word document (.docx)")
