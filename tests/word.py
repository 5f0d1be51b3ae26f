"""Word documents written by hand in XML, in every shape a merge field takes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

#: Fixtures of tests/rendering/letter: a document for one person, for several, compiled.
Merge = Callable[..., bytes]
Bundle = Callable[[bytes, list[dict[str, str]]], bytes]
Compile = Callable[[bytes], Any]

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = (
    "header",
    "footer",
    "footnotes",
    "endnotes",
    "settings",
    "numbering",
    "styles",
    "comments",
)
SECTION = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" '
    'w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
)


def run(text: str, look: str = "") -> str:
    return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str, look: str = "") -> str:
    return f"<w:p>{look}{''.join(content)}</w:p>"


def complex_field(code: str, result: str = "«…»", look: str = "", result_look: str = "") -> str:
    """A field in five runs, as Word writes it."""
    return (
        f'<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{look}<w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r>{result_look}<w:t>{result}</w:t></w:r>"
        f'<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def fields(text: str, result: str = "old") -> str:
    """Paragraphs with fields in braces, one inside another, `¶` between paragraphs.

    `Chère {MERGEFIELD nom}{IF {MERGEFIELD n} > 1 "un¶deux" "trois"}`, written as Word does:
    the code split over runs, with revision ids and marks of the spelling between them.
    """
    xml: list[str] = []
    depth = 0
    for token in re.split(r"([{}¶])", text):
        if token == "{":
            depth += 1
            xml.append('<w:r w:rsidR="00AA11BB"><w:fldChar w:fldCharType="begin"/></w:r>')
        elif token == "}":
            depth -= 1
            xml.append(f"{_char('separate')}{run(result)}{_char('end')}")
        elif token == "¶":
            xml.append("</w:p><w:p>")
        elif token:
            half = len(token) // 2
            pieces = (token[:half], token[half:])
            xml += map(_code, pieces) if depth else [run(escape(token))]
    return paragraph(*xml)


def _char(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _code(text: str) -> str:
    spelling = '<w:proofErr w:type="spellStart"/>'
    code = f'<w:instrText xml:space="preserve">{escape(text)}</w:instrText>'
    return f'{spelling}<w:r w:rsidR="00CC22DD">{code}</w:r>' if text else ""


def merge(name: str, switches: str = "") -> str:
    return complex_field(f" MERGEFIELD {name} {switches} ")


def simple_field(code: str, result: str = "«…»") -> str:
    return f"<w:fldSimple w:instr={quoteattr(code)}>{run(result)}</w:fldSimple>"


def document(body: str, *, section: str = SECTION) -> str:
    return f"<w:document {NAMESPACES}><w:body>{body}{section}</w:body></w:document>"


def docx(
    body: str,
    *,
    section: str = SECTION,
    parts: Mapping[str, str] | None = None,
    others: Mapping[str, bytes] | None = None,
) -> bytes:
    """A .docx. `parts` are whole XML parts below `word/`, related to the document by their name."""
    parts = dict(parts or {})
    overrides: list[str] = []
    relationships: list[str] = []
    for name in parts:
        kind = name.rstrip("0123456789")
        if kind in _KINDS:
            part_type = f"{_OFFICE}.{kind}+xml"
            overrides.append(f'<Override PartName="/word/{name}.xml" ContentType="{part_type}"/>')
            relationships.append(
                f'<Relationship Id="r_{name}" Type="{R}/{kind}" Target="{name}.xml"/>'
            )
    files = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="png" ContentType="image/png"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}.document.main+xml"/>'
            f"{''.join(overrides)}</Types>"
        ),
        "_rels/.rels": _relationships(
            f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": document(body, section=section),
        "word/_rels/document.xml.rels": _relationships("".join(relationships)),
        **{f"word/{name}.xml": xml for name, xml in parts.items()},
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in files.items():
            archive.writestr(name, xml)
        for name, content in (others or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def _relationships(entries: str) -> str:
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{namespace}">{entries}</Relationships>'


def part(kind: str, content: str) -> str:
    """A header (`hdr`), footer (`ftr`) or other part with a root of that name."""
    return f"<w:{kind} {NAMESPACES}>{content}</w:{kind}>"


def opened(content: bytes, name: str = "word/document.xml") -> etree._Element:
    """A part of a .docx, parsed."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def members(content: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def lines(content: bytes, name: str = "word/document.xml") -> list[str]:
    """The text of a part, a line per paragraph; line breaks as `/`, tabs as `→`."""
    return [_line(p) for p in opened(content, name).iter(f"{{{W}}}p")]


def _line(p: etree._Element) -> str:
    signs = {"t": lambda e: e.text or "", "br": lambda _: "/", "tab": lambda _: "→"}
    found = (e for e in p.iter() if isinstance(e.tag, str))
    return "".join(signs.get(etree.QName(e).localname, lambda _: "")(e) for e in found)


def real_faults(content: bytes, tmp_path: Path) -> list[str]:
    """`faults` of a document of this module: it has no styles, settings and themes."""
    return [f for f in faults(content, tmp_path) if "required relationship" not in f]


def faults(content: bytes, tmp_path: Path) -> list[str]:
    """What the validator of Office documents finds (openxml-audit)."""
    from openxml_audit import OpenXmlValidator

    path = tmp_path / "checked.docx"
    path.write_bytes(content)
    result = OpenXmlValidator().validate(str(path))
    return [f"{e.part_uri} {e.description}" for e in result.errors]
