"""What a letter template asks for, told to its author: its fields as they are written.

Looks at the template before anything is filled in; the compiled program knows no longer how
a field was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from outreach.errors import OutreachError
from outreach.model.field import Value
from outreach.rendering.letter.date_pictures import date_of
from outreach.rendering.letter.duties import Duty, duty
from outreach.rendering.letter.evaluating import Evaluation, Values, at_midnight
from outreach.rendering.letter.expressions import Expression, Kind, written
from outreach.rendering.letter.fields import Field
from outreach.rendering.letter.formats import Format, form_of
from outreach.rendering.letter.number_pictures import number_of, number_within
from outreach.rendering.letter.package import parse
from outreach.rendering.letter.pieces import read_code
from outreach.rendering.letter.reading import Template, part_fields

#: Kinds of fields that Word asks its user about.
PROMPTS = frozenset({"ASK", "FILLIN"})


@dataclass(frozen=True, slots=True)
class Written:
    """A field as it stands in the template; `name` is a merge field's, else its kind."""

    name: str
    duty: Duty
    format: Format
    #: What changes how the value is written: `\\@ "d MMMM yyyy"`; typefaces are left out.
    switches: str
    #: What ASK and FILLIN are answered by: bookmark, prompt; and the answer in the template.
    asked: tuple[str, ...] = ()
    answer: str = ""
    #: The tag of Jinja that names it.
    expression: Expression | None = None


def written_fields(template: Template) -> tuple[Written, ...]:
    """Every field of a template, each way of writing it once, in the order of the document."""
    found = (
        _written(inner) for outer in _outermost(template) for inner in outer.everything_inside()
    )
    tags = (
        one
        for expression in template.expressions
        for one in _tagged(expression, printed=expression in template.printed)
    )
    return tuple(dict.fromkeys(one for one in (*found, *tags) if one.name))


def _tagged(expression: Expression, *, printed: bool) -> Iterator[Written]:
    """The contact fields that a tag names."""
    for named in expression.names:
        names = {Kind.FIELD: (named.name,), Kind.CONTACT: tuple(part for part, _ in named.parts)}
        for name in names.get(named.kind, ()):
            plain = not printed or expression.text in (name, f"contact.{name}")
            switches = "" if plain else f"{{{{ {expression.text} }}}}"
            own = expression if printed else None
            yield Written(name, Duty.FILLED, Format(), switches, expression=own)


def sample_of(expression: Expression, values: Values, locale: str, today: date) -> str:
    """What a tag prints for somebody; nothing where it cannot be computed."""
    try:
        return written(expression, Evaluation(values, locale, at_midnight(today)))
    except OutreachError:
        return ""  # it is said when the letter of that person is made


def _outermost(template: Template) -> Iterator[Field]:
    for part in template.package.text_parts:
        root = parse(template.package.files[part], template.name)
        yield from part_fields(root, template.name)


def _written(one: Field) -> Written:
    instruction = one.instruction
    filled = duty(instruction) is Duty.FILLED
    pictures = {s.name: s.argument for s in instruction.switches if s.name in ("@", "#")}
    forms = [(s, form_of(s.argument or "")) for s in instruction.switches if s.name == "*"]
    texts = [f'\\{name} "{picture}"' for name, picture in pictures.items()]
    texts += [f"\\* {switch.argument}" for switch, form in forms if form]
    return Written(
        instruction.name if filled else instruction.kind,
        duty(instruction),
        Format(pictures.get("@"), pictures.get("#"), tuple(form for _, form in forms if form)),
        " ".join(texts),
        *_prompt(one),
    )


def _prompt(one: Field) -> tuple[tuple[str, ...], str]:
    if one.instruction.kind not in PROMPTS:
        return (), ""
    code = read_code(one)
    default = code.switch("d")
    asked = (" ".join(argument.text.split()) for argument in code.arguments)
    return tuple(asked), default.text.strip() if default else ""


def has_effect(format: Format, value: Value, locale: str) -> bool:
    """Whether the pictures of a field can write this value: a text may be no date, no number."""
    if not isinstance(value, str):
        return True
    if format.date_picture is not None and date_of(value, locale) is None:
        return False
    if format.number_picture is None:
        return True
    return number_of(value, locale) is not None or number_within(value, locale) is not None
