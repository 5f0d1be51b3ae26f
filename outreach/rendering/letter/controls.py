"""Content controls that stand for a contact field: read as the merge field of that name.

A control says whose value it shows by its tag (Developer, Properties, Tag in Word), or by
the place in the document's custom XML it is bound to, whose last step is the name:
`/contact[1]/Ville[1]`. Controls bound to the properties of the document itself (author,
company) show ours, and stay as they are; so do those that hold a field already, or more
than text. ECMA-376 Part 1, 17.5.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from outreach.rendering.letter.fields import (
    PARAGRAPH,
    RUN,
    RUN_LOOK,
    TEXT,
    XML_SPACE,
    Element,
    prefixed,
    remove,
    w,
)
from outreach.rendering.letter.package import Package, W, parse

_CONTROL, _CONTENT = w("sdt"), w("sdtContent")
#: Kinds of controls that hold no value of a person: pictures, tables of contents, check boxes …
_OTHER_KINDS = frozenset({"picture", "docPartObj", "docPartList", "group", "checkbox", "equation",
                          "repeatingSection", "bibliography", "citation"})  # fmt: skip
#: What stands in a control beside text: then it is more than a value.
_MORE = (
    w("fldChar"),
    w("fldSimple"),
    w("drawing"),
    w("pict"),
    w("object"),
    w("tbl"),
    w("tr"),
    _CONTROL,
)
#: Data of the document itself: core, extended and cover-page properties.
_OF_THE_DOCUMENT = re.compile(r"core-properties|extended-properties|CoverPageProps", re.IGNORECASE)
_LAST_STEP = re.compile(r"(?:^|[/:@])([^/:@\[\]]+)(?:\[\d+\])?$")


def with_controls_as_fields(package: Package, knows: Callable[[str], bool]) -> Package:
    """The document with a merge field in each control that stands for a field of the base."""
    changed: dict[str, bytes] = {}
    for part in package.text_parts:
        if b"sdtPr" not in package.files[part]:
            continue
        root = prefixed(parse(package.files[part], package.name))
        named = [(one, next(filter(knows, names), None)) for one, names in _named(root)]
        found = [(control, name) for control, name in named if name]
        for control, name in found:
            _put_field(control, name)
        if found:
            changed[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return replace(package, files={**package.files, **changed}) if changed else package


def _named(root: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """The controls that hold text only, with the names they may mean."""
    for control in list(root.iter(_CONTROL)):
        properties, content = control.find(w("sdtPr")), control.find(_CONTENT)
        if properties is None or content is None or not len(content):
            continue
        kinds = {str(child.tag).rpartition("}")[2] for child in properties}
        is_more = next(content.iter(*_MORE), None) is not None or len(content.findall(w("tc"))) > 1
        if not (kinds & _OTHER_KINDS or is_more):
            yield control, tuple(filter(None, _names(properties)))


def _names(properties: Element) -> Iterator[str | None]:
    binding = properties.find(w("dataBinding"))
    if binding is not None:
        path = binding.get(w("xpath"), "")
        if _OF_THE_DOCUMENT.search(binding.get(w("prefixMappings"), "") + path):
            return
        step = _LAST_STEP.search(path)
        yield step[1] if step is not None else None
    tag = properties.find(w("tag"))
    yield tag.get(w("val")) if tag is not None else None


def _put_field(control: Element, name: str) -> None:
    """A merge field instead of the text, in its first paragraph and in its typeface."""
    content = control[-1] if control[-1].tag == _CONTENT else control.find(_CONTENT)
    assert content is not None
    runs = list(content.iter(RUN))
    place = runs[0].getparent() if runs else next(content.iter(PARAGRAPH), content)
    assert place is not None
    at = place.index(runs[0]) if runs else len(place)
    look = _look(control, runs[0] if runs else None)
    for run in runs:
        remove(run)
    for paragraph in list(content.iter(PARAGRAPH))[1:]:
        remove(paragraph)
    for number, new in enumerate(_field(name, _picture(control), look)):
        place.insert(at + number, new)


def _look(control: Element, first: Element | None) -> Element | None:
    """The typeface of the control's text; that of its grey placeholder is not meant."""
    grey = control.find(f"{w('sdtPr')}/{w('showingPlcHdr')}") is not None
    own = control.find(f"{w('sdtPr')}/{RUN_LOOK}")
    return own if grey or first is None else first.find(RUN_LOOK)


def _picture(control: Element) -> str:
    """How a date control writes its date."""
    form = control.find(f"{w('sdtPr')}/{w('date')}/{w('dateFormat')}")
    return f' \\@ "{form.get(w("val"), "")}"' if form is not None and form.get(w("val")) else ""


def _field(name: str, picture: str, look: Element | None) -> Iterator[Element]:
    for kind in ("begin", "code", "separate", "text", "end"):
        run = etree.Element(RUN, nsmap={"w": W})
        if look is not None:
            run.append(deepcopy(look))
        if kind == "code":
            code = etree.SubElement(run, w("instrText"), {XML_SPACE: "preserve"})
            code.text = f' MERGEFIELD "{name.replace(chr(34), "")}"{picture} '
        elif kind == "text":
            etree.SubElement(run, TEXT).text = f"«{name}»"
        else:
            etree.SubElement(run, w("fldChar"), {w("fldCharType"): kind})
        yield run
