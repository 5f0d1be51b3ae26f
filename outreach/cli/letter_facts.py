"""How `check` shows what a letter prints: as a table for its author, and as JSON."""

from __future__ import annotations

from typing import Any

from outreach.application import Application
from outreach.cli.output import say, table, wrap
from outreach.cli.values import label
from outreach.errors import Text
from outreach.runner.letter_facts import LetterFacts, PrintedField

#: Columns of an example: four columns share 80.
_EXAMPLE = 24


def row_of_letter(parts: Application, letter: LetterFacts) -> dict[str, Any]:
    """The JSON form of one letter template."""
    return {
        "template": letter.template,
        "fields": [
            {
                "written": field.written,
                "switches": field.switches or None,
                "field": field.field,
                "label": label(parts, field.field) if field.field else None,
                "exact": _is_exact(parts, field),
                "sample": field.sample or None,
                "lacking": field.lacking,
            }
            for field in letter.fields
        ],
        "frozen": [{"written": one, "sample": shown or None} for one, shown in letter.frozen],
        "computed": list(letter.computed),
        "left_to_word": list(letter.left_to_word),
        "kept": list(letter.kept),
        "held": letter.held,
    }


def print_letter(parts: Application, letter: LetterFacts) -> None:
    """The fields of a letter, what takes their place, and who lacks it."""
    say(parts, Text("What the letter {template} prints:", template=letter.template))
    if letter.fields:
        _print_fields(parts, letter)
    else:
        say(parts, Text("  the same for everybody: it has no merge field"))
    for written, shown in letter.frozen:
        told = Text("  {field} is the same in all letters: {text}", field=written, text=shown)
        say(parts, told if shown else Text("  {field} is the same in all letters", field=written))
    for kinds, told in (
        (letter.computed, Text("computed for each person")),
        (letter.left_to_word, Text("stays a field of Word, filled in when it is opened")),
        (letter.kept, Text("keeps the text that it has in the template")),
    ):
        if kinds:
            wrap(f"{', '.join(kinds)}: {parts.language.say(told)}", first="  ", rest="    ")
    say(parts)


def _print_fields(parts: Application, letter: LetterFacts) -> None:
    known = any(field.lacking is not None for field in letter.fields)
    headers = [Text("In the letter"), Text("Takes the field"), Text("For example")]
    table(
        parts,
        [*headers, *([Text("Without it")] if known else [])],
        [_cells(parts, field, known=known) for field in letter.fields],
        right=[3],
    )


def _cells(parts: Application, field: PrintedField, *, known: bool) -> list[str]:
    written = f"{field.written} {field.switches}".strip()
    sample = " ".join(field.sample.split())
    short = sample if len(sample) <= _EXAMPLE else sample[: _EXAMPLE - 1] + "…"
    lacking = "–" if field.lacking is None else str(field.lacking)
    return [written, _takes(parts, field), short, *([lacking] if known else [])]


def _is_exact(parts: Application, field: PrintedField) -> bool:
    """Whether it is written as the base, or its reader, calls the field."""
    known = field.field is not None and field.written == label(parts, field.field)
    return field.exact or known


def _takes(parts: Application, field: PrintedField) -> str:
    """The field as people call it; a line of the address is none of the base."""
    if field.field is None:
        return parts.language.say(Text("no field of the base"))
    number = field.field.removeprefix("postal_line_")
    if number != field.field:
        return parts.language.say(Text("line {number} of the address", number=number))
    return label(parts, field.field)
