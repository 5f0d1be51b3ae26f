"""A letter template as its author wrote it: its merge fields, and what is wrong with it.

Reading does not know the contact base; that the fields exist there is found when the
template is compiled (compiling.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from outreach.errors import DefinitionError, Location, Text
from outreach.model.text import fold
from outreach.rendering.letter.building import Builder
from outreach.rendering.letter.controls import with_controls_as_fields
from outreach.rendering.letter.duties import Duty, duty
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.field_context import Surroundings
from outreach.rendering.letter.fields import (
    PARAGRAPH,
    RUN,
    TEXT,
    BrokenField,
    Element,
    Field,
    find_fields,
    prefixed,
    w,
)
from outreach.rendering.letter.marks import Marks
from outreach.rendering.letter.names import Asked
from outreach.rendering.letter.package import Package, TemplateError, open_package, parse
from outreach.rendering.letter.placing import place_fields
from outreach.rendering.letter.surroundings import stored_names

#: `«Nom»` as plain text: French quotation marks have a blank inside, a field's chevrons none.
_CHEVRONS = re.compile(r"«(\w(?:[\w .'’-]{0,38}\w)?)»")
#: `« Nom »`: a quotation, or a name typed by hand, into which a French Word has put the blanks.
_QUOTED = re.compile(r"«([ \u00a0\u202f]\w(?:[\w .'’-]{0,38}\w)?[ \u00a0\u202f])»")


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
    #: What Jinja's tags in it say.
    expressions: tuple[Expression, ...] = ()
    #: Those of them that are printed; the others are conditions, lists, names.
    printed: frozenset[Expression] = frozenset()


def read_template(
    content: bytes, name: str, knows: Callable[[str], bool] = lambda _: False
) -> Template:
    """The template in a .docx; `knows` tells which names are a contact field.

    Raises `TemplateError` where the file is no Word document, is damaged, or holds a
    field without beginning or end. What can be read but not merged stands in `problems`.
    """
    package = with_controls_as_fields(open_package(content, name), knows)
    problems: list[DefinitionError] = []
    plain: list[str] = []
    quoted: list[str] = []
    warnings: list[DefinitionError] = list(_document_warnings(package))
    roots = {part: prefixed(parse(package.files[part], name)) for part in package.text_parts}
    fields = {part: part_fields(root, name) for part, root in roots.items()}
    stored = stored_names(one for part in fields.values() for one in part)
    for part, root in roots.items():
        plain += _in_plain_text(_CHEVRONS, root, fields[part])
        quoted += _in_plain_text(_QUOTED, root, fields[part])
        warnings += _unknown_kinds(fields[part], stored, name)
        warnings += _unread_words(fields[part], name)
    asked = Asked()
    placed = place_fields(package, roots, fields, Builder(Surroundings(asked)), Marks())
    problems = [*placed.problems, *problems]
    warnings += (_of_the_page(one, name) for one in placed.of_the_page)
    meant = (text for text in quoted if knows(text.strip()))
    warnings += (plain_text_field(text, name) for text in dict.fromkeys((*plain, *meant)))
    return Template(
        name=name,
        package=package,
        fields=tuple(asked.names),
        plain=tuple(dict.fromkeys(plain)),
        problems=_each_once(problems),
        warnings=_each_once(warnings),
        expressions=placed.expressions,
        printed=placed.printed,
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


def _unknown_kinds(
    fields: list[Field], stored: frozenset[str], name: str
) -> Iterator[DefinitionError]:
    for field in fields:
        instruction = field.instruction
        if duty(instruction) is Duty.UNKNOWN and fold(instruction.kind) not in stored:
            yield DefinitionError(
                Text("Word has no field {field}: its text stays as it is",
                     field=field.instruction.text),
                where=Location(name),
            )  # fmt: skip


def _unread_words(fields: list[Field], name: str) -> Iterator[DefinitionError]:
    """`\\# # ##0,00` without quotes: Word takes the picture `#` and passes over the rest."""
    for field in (inner for one in fields for inner in one.everything_inside()):
        instruction = field.instruction
        if instruction.kind == "MERGEFIELD" and instruction.unread:
            yield DefinitionError(
                Text("the field {field} is read without “{words}”, as in Word",
                     field=instruction.text, words=instruction.unread),
                where=Location(name),
                hint=Text("put what belongs together in quotes: \\@ \"d MMMM yyyy\""),
            )  # fmt: skip


def _of_the_page(one: Field, name: str) -> DefinitionError:
    return DefinitionError(
        Text("the field {field} depends on the page: Word computes it, a PDF leaves it out",
             field=one.instruction.kind),
        where=Location(name),
    )  # fmt: skip


def _in_plain_text(sign: re.Pattern[str], root: Element, fields: list[Field]) -> Iterator[str]:
    in_fields = {run for field in fields for run in field.runs}
    for paragraph in root.iter(PARAGRAPH):
        runs = (run for run in paragraph.iter(RUN) if run not in in_fields)
        text = "".join(t.text or "" for run in runs for t in run.iterchildren(TEXT))
        yield from (match[1] for match in sign.finditer(text))


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
