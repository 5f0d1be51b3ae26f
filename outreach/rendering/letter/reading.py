"""A letter template as its author wrote it: its merge fields, and what is wrong with it.

Reading does not know the contact base; that the fields exist there is found when the
template is compiled (compiling.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from outreach.errors import DefinitionError, Location, Text
from outreach.rendering.letter.fields import (
    PARAGRAPH,
    RUN,
    TEXT,
    BrokenField,
    Element,
    Field,
    find_fields,
    paragraph_of,
    text_of,
    w,
)
from outreach.rendering.letter.formats import CASES, LOOKS, has_time
from outreach.rendering.letter.instructions import Instruction, Switch
from outreach.rendering.letter.package import Package, TemplateError, open_package, parse


class Duty(Enum):
    """What is done with a field, by its kind."""

    #: A value of the contact takes its place.
    FILLED = "filled"
    #: The day of the run takes its place.
    FROZEN = "frozen"
    #: It stays a field of Word: page numbers, references, links.
    LIVE = "live"
    #: Word's merge would evaluate it and we do not: the template is refused.
    REFUSED = "refused"
    #: No field Word knows; its last result stays.
    UNKNOWN = "unknown"


_EVALUATED_BY_WORD = (
    "IF COMPARE SKIPIF NEXT NEXTIF MERGEREC MERGESEQ SET ASK FILLIN ADDRESSBLOCK GREETINGLINE "
    "DATABASE INCLUDETEXT IMPORT INCLUDE MERGEBARCODE DDE DDEAUTO AUTOTEXTLIST"
)
_LEFT_TO_WORD = (
    "PAGE NUMPAGES SECTIONPAGES SECTION PAGEREF REF NOTEREF HYPERLINK TOC TC SEQ STYLEREF SYMBOL "
    "DOCPROPERTY DOCVARIABLE AUTHOR TITLE SUBJECT KEYWORDS FILENAME CREATEDATE SAVEDATE PRINTDATE "
    "LASTSAVEDBY QUOTE EQ ADVANCE XE INDEX RD TA TOA AUTONUM AUTONUMLGL AUTONUMOUT LISTNUM "
    "FORMTEXT FORMCHECKBOX FORMDROPDOWN INCLUDEPICTURE EMBED LINK SHAPE NUMWORDS NUMCHARS "
    "REVNUM TEMPLATE USERNAME USERINITIALS USERADDRESS INFO COMMENTS EDITTIME FILESIZE "
    "BARCODE DISPLAYBARCODE MACROBUTTON GOTOBUTTON PRINT BIBLIOGRAPHY CITATION PRIVATE "
    "ADDIN CONTROL HTMLACTIVEX AUTOTEXT GLOSSARY BIDIOUTLINE"
)
_REFUSED = frozenset(_EVALUATED_BY_WORD.split())
_LIVE = frozenset(_LEFT_TO_WORD.split())

#: `«Nom»` as plain text: French quotation marks have a blank inside, a field's chevrons none.
_CHEVRONS = re.compile(r"«(\w(?:[\w .'’-]{0,38}\w)?)»")
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A letter template, read. `name` is how errors call it."""

    name: str
    package: Package
    #: The merge fields as written, each once, in the order of the document, then headers, notes.
    fields: tuple[str, ...]
    #: Names in chevrons that are plain text: fields that an editor has lost, or quotations.
    plain: tuple[str, ...]
    #: What keeps it from being used.
    problems: tuple[DefinitionError, ...]
    #: What its author may want to know.
    warnings: tuple[DefinitionError, ...]


def read_template(content: bytes, name: str) -> Template:
    """The template in a .docx.

    Raises `TemplateError` where the file is no Word document, is damaged, or holds a
    field without beginning or end. What can be read but not merged stands in `problems`.
    """
    package = open_package(content, name)
    fields: list[str] = []
    problems: list[DefinitionError] = []
    plain: list[str] = []
    warnings: list[DefinitionError] = list(_document_warnings(package))
    for part in package.text_parts:
        root = parse(package.files[part], name)
        found = part_fields(root, name)
        for field in (inner for outer in found for inner in outer.everything_inside()):
            if duty(field.instruction) is Duty.FILLED and field.instruction.name:
                fields.append(field.instruction.name)
        problems += (problem for field in found for problem in _field_problems(field, name))
        problems += _braces(root, name)
        plain += _names_in_chevrons(root, found)
        warnings += _unknown_kinds(found, name)
    warnings += (plain_text_field(text, name) for text in dict.fromkeys(plain))
    return Template(
        name=name,
        package=package,
        fields=tuple(dict.fromkeys(fields)),
        plain=tuple(dict.fromkeys(plain)),
        problems=_each_once(problems),
        warnings=_each_once(warnings),
    )


def part_fields(root: Element, name: str) -> list[Field]:
    """The outermost fields of a part. Raises `TemplateError` where one is broken."""
    try:
        return find_fields(root)
    except BrokenField as error:
        raise TemplateError(
            Text("a field is broken: its beginning or its end is missing"),
            where=Location(name),
            hint=_near(error.near) or Text("delete the field in Word and insert it again"),
        ) from error


def plain_text_field(text: str, name: str) -> DefinitionError:
    """`«Nom»` that is no field: what it is, and how to make it one."""
    return DefinitionError(
        Text(
            "“«{text}»” is plain text and no merge field: it would be printed like this", text=text
        ),
        where=Location(name),
        hint=Text("insert it in Word with Mailings, Insert Merge Field (LibreOffice loses them)"),
    )


def duty(instruction: Instruction) -> Duty:
    """What is done with a field of that code."""
    kind = instruction.kind
    if kind == "MERGEFIELD":
        return Duty.FILLED
    if kind in ("DATE", "TIME"):
        return Duty.FROZEN
    if kind in _REFUSED:
        return Duty.REFUSED
    if kind in _LIVE or kind.startswith("=") or not kind:
        return Duty.LIVE
    return Duty.UNKNOWN


def _field_problems(field: Field, name: str) -> Iterator[DefinitionError]:
    instruction = field.instruction
    near = _near(text_of(paragraph_of(field.begin)))
    for what in _what_is_wrong(field, instruction):
        yield DefinitionError(what, where=Location(name), hint=near)
    if duty(instruction) is Duty.LIVE or duty(instruction) is Duty.UNKNOWN:
        for inner in field.in_result:
            yield from _field_problems(inner, name)


def _what_is_wrong(field: Field, instruction: Instruction) -> Iterator[Text]:
    what = duty(instruction)
    if what is Duty.REFUSED:
        yield Text("the field {field} is not supported yet", field=instruction.text)
        return
    if field.in_code:
        inner = field.in_code[0].instruction.text
        yield Text(
            "the field {inner} inside the code of {field} is not supported yet",
            inner=inner, field=instruction.kind or "?",
        )  # fmt: skip
        return
    if what not in (Duty.FILLED, Duty.FROZEN):
        return
    if what is Duty.FILLED and not instruction.name:
        yield Text("a merge field has no name")
    if not field.in_one_paragraph:
        yield Text(
            "the field {field} spans several paragraphs: that is not supported yet",
            field=instruction.text,
        )
    if what is Duty.FROZEN and _prints_time(instruction):
        yield Text("the field {field} prints the time of day: that is not supported yet",
                   field=instruction.text)  # fmt: skip
    for switch in instruction.switches:
        if not _is_known(switch):
            yield Text(
                "the switch \\{switch} of the field {field} is not supported yet",
                switch=f"{switch.name} {switch.argument or ''}".strip(),
                field=instruction.text,
            )


def _prints_time(instruction: Instruction) -> bool:
    pictures = [s.argument or "" for s in instruction.switches if s.name == "@"]
    return any(map(has_time, pictures)) or (instruction.kind == "TIME" and not pictures)


def _is_known(switch: Switch) -> bool:
    if switch.name == "*":
        return (switch.argument or "").lower() in CASES | LOOKS
    if switch.name in ("@", "b", "f"):
        return switch.argument is not None
    # \m: a mapped name; \v: vertical text; \l \h \s: calendars of DATE that no letter here uses.
    return switch.name in ("m", "v", "l")


def _unknown_kinds(fields: list[Field], name: str) -> Iterator[DefinitionError]:
    for field in fields:
        if duty(field.instruction) is Duty.UNKNOWN:
            yield DefinitionError(
                Text("Word has no field {field}: its text stays as it is",
                     field=field.instruction.text),
                where=Location(name),
            )  # fmt: skip


def _names_in_chevrons(root: Element, fields: list[Field]) -> Iterator[str]:
    in_fields = {run for field in fields for run in field.runs}
    for paragraph in root.iter(PARAGRAPH):
        runs = (run for run in paragraph.iter(RUN) if run not in in_fields)
        text = "".join(t.text or "" for run in runs for t in run.iterchildren(TEXT))
        yield from (match[1] for match in _CHEVRONS.finditer(text))


def _braces(root: Element, name: str) -> Iterator[DefinitionError]:
    for paragraph in root.iter(PARAGRAPH):
        text = "".join(t.text or "" for t in paragraph.iter(TEXT))
        if match := _BRACES.search(text):
            yield DefinitionError(
                Text("{text} is not supported in a letter yet: insert a merge field instead",
                     text=match[0]),
                where=Location(name),
            )  # fmt: skip


def _document_warnings(package: Package) -> Iterator[DefinitionError]:
    where = Location(package.name)
    root = parse(package.files[package.document], package.name)
    if next(root.iter(w("ins"), w("del"), w("moveFrom"), w("moveTo")), None) is not None:
        yield DefinitionError(
            Text("the template has tracked changes: recipients would see them"),
            where=where,
            hint=Text("accept or reject them in Word"),
        )
    if next(root.iter(w("commentReference")), None) is not None:
        yield DefinitionError(Text("comments are left out of the letters"), where=where)


def _near(text: str) -> Text | None:
    return Text("it stands at “{text}”", text=text) if text else None


def _each_once(errors: list[DefinitionError]) -> tuple[DefinitionError, ...]:
    """A text box stands twice in the file, and what is wrong in it too."""
    return tuple({str(error): error for error in errors}.values())
