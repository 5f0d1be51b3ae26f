"""What the fields of a template refer to outside of themselves.

Names that SET and ASK store, bookmarks, document properties and variables, and Word's
own names for the columns of the data source (`w:fieldMapData`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from outreach.model.text import fold
from outreach.rendering.letter.address_block import MAPPED_NAMES
from outreach.rendering.letter.building import Builder
from outreach.rendering.letter.field_context import FieldError, StaysLive
from outreach.rendering.letter.fields import PARAGRAPH, RUN, TEXT, Element, Field, w
from outreach.rendering.letter.package import Package, parse
from outreach.rendering.letter.sources import Joined, Literal, Source

_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC = "http://purl.org/dc/elements/1.1/"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
#: Word's names of the properties in `docProps/core.xml`.
_CORE_NAMES = {f"{{{_DC}}}title": "Title", f"{{{_DC}}}subject": "Subject",
               f"{{{_DC}}}creator": "Author", f"{{{_DC}}}description": "Comments",
               f"{{{_CORE}}}keywords": "Keywords", f"{{{_CORE}}}category": "Category",
               f"{{{_CORE}}}lastModifiedBy": "LastSavedBy"}  # fmt: skip


def stored_names(fields: Iterable[Field]) -> frozenset[str]:
    """The names that SET and ASK give a value to, folded."""
    return frozenset(
        fold(instruction.arguments[0])
        for outer in fields
        for one in outer.everything_inside()
        if (instruction := one.instruction).kind in ("SET", "ASK") and instruction.arguments
    )


def properties_of(package: Package) -> Mapping[str, str]:
    """Properties and variables of the document by their folded names."""
    found: dict[str, str] = {}
    if "docProps/core.xml" in package.files:
        for element in parse(package.files["docProps/core.xml"], package.name):
            if element.tag in _CORE_NAMES:
                found[fold(_CORE_NAMES[element.tag])] = element.text or ""
    if "docProps/custom.xml" in package.files:
        root = parse(package.files["docProps/custom.xml"], package.name)
        for element in root.iter(f"{{{_CUSTOM}}}property"):
            found[fold(element.get("name", ""))] = "".join(map(str, element.itertext())).strip()
    for settings in _settings(package):
        for variable in settings.iter(w("docVar")):
            found[fold(variable.get(w("name"), ""))] = variable.get(w("val"), "")
    return found


def mapped_columns(package: Package) -> Mapping[str, str]:
    """The columns of the data source by Word's placeholders: `_FIRST0_` → `Prénom`."""
    found: dict[str, str] = {}
    for settings in _settings(package):
        for data in settings.iter(w("fieldMapData")):
            column, mapped = data.find(w("name")), data.find(w("mappedName"))
            if column is not None and mapped is not None:
                word = MAPPED_NAMES.get(mapped.get(w("val"), ""))
                if word:
                    found[word] = column.get(w("val"), "")
    return found


def keeps_blank_lines(package: Package) -> bool:
    """Whether the template asks to keep paragraphs of empty fields (17.14.12)."""
    return any(
        element.get(w("val"), "true") not in ("0", "false", "off")
        for settings in _settings(package)
        for element in settings.iter(w("doNotSuppressBlankLines"))
    )


def bookmark_sources(
    roots: Iterable[Element], fields: Iterable[Field], builder: Builder
) -> dict[str, Source]:
    """What the bookmarks of a document hold that begin and end in one paragraph."""
    by_run = {run: one for one in fields for run in one.runs}
    found: dict[str, Source] = {}
    for root in roots:
        for start in root.iter(w("bookmarkStart")):
            name = start.get(w("name"), "")
            if not name or name.startswith("_"):
                continue
            try:
                source = _source(start, by_run, builder)
            except (FieldError, StaysLive):
                continue
            if source is not None:
                found[fold(name)] = source
    return found


def _source(start: Element, by_run: Mapping[Element, Field], builder: Builder) -> Source | None:
    parts: list[Source] = []
    seen: set[Field] = set()
    for element in _after(start):
        if element.tag == w("bookmarkEnd") and element.get(w("id")) == start.get(w("id")):
            return parts[0] if len(parts) == 1 else Joined(tuple(parts))
        if element.tag != RUN:
            continue
        one = by_run.get(element)
        if one is None:
            parts.append(Literal("".join(t.text or "" for t in element.iterchildren(TEXT))))
        elif one not in seen:
            seen.add(one)
            parts.append(builder.source(one))
    return None


def _after(start: Element) -> Iterator[Element]:
    """The elements of the paragraph behind one of them."""
    paragraph = next(start.iterancestors(PARAGRAPH), None)
    if paragraph is None:
        return
    behind = False
    for element in paragraph.iter():
        if behind:
            yield element
        behind = behind or element is start


def _settings(package: Package) -> Iterator[Element]:
    for part in package.related("settings"):
        yield parse(package.files[part], package.name)
