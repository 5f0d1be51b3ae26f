"""`=` fields: the formula with the fields inside it, which become its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from outreach.errors import OutreachError, Text
from outreach.model.text import fold
from outreach.rendering.letter.cells import REFERENCE, SIDES
from outreach.rendering.letter.field_context import FieldError, Surroundings
from outreach.rendering.letter.fields import Field
from outreach.rendering.letter.formula import read_somehow
from outreach.rendering.letter.formula_values import FUNCTIONS
from outreach.rendering.letter.pieces import Argument, Inner
from outreach.rendering.letter.sources import Calculated, Source


def read_calculation(
    argument: Argument, around: Surroundings, source: Callable[[Field], Source]
) -> Calculated:
    """The formula in the code of a field; `source` reads the fields inside it.

    Raises `FieldError` where it is no formula, or asks for a bookmark that is not there.
    """
    operands: dict[str, Source] = {}
    text = ""
    for piece in argument.pieces:
        if isinstance(piece, Inner):
            name = _operand_name(piece.field, operands)
            operands[name] = source(piece.field)
            text += f" {name} "
        else:
            text += piece.text
    text = " ".join(text.split())
    names = _bookmarks(text, operands, around)
    cells = _refers_to_cells(text, {*operands, *names})
    return Calculated(text, tuple(operands.items()), cells)


def _bookmarks(text: str, operands: dict[str, Source], around: Surroundings) -> tuple[str, ...]:
    """The names in a formula; those of bookmarks join the operands."""
    try:
        formula = read_somehow(text, around.locale or _likely_locale(text))
    except OutreachError as error:
        raise FieldError(error.what, error.hint) from error
    for name in formula.names:
        if name in operands or fold(name) in around.stored:
            continue
        if fold(name) not in around.bookmarks:
            raise FieldError(
                Text("the formula “{formula}” asks for {name}, and no bookmark has that name",
                     formula=text, name=name)
            )  # fmt: skip
        operands[name] = around.bookmarks[fold(name)]
    return formula.names


def _operand_name(one: Field, taken: Mapping[str, Source]) -> str:
    """A name for a field in a formula: its own where a formula can hold it."""
    name = one.instruction.name if one.instruction.kind == "MERGEFIELD" else ""
    word = name.upper()
    free = name.isidentifier() and name not in taken and word not in {*SIDES, *FUNCTIONS}
    return name if free and not REFERENCE.fullmatch(word) else f"_{len(taken) + 1}"


def _refers_to_cells(text: str, names: set[str]) -> bool:
    bare = "".join(char if char.isalnum() or char in "$:_" else " " for char in text)
    words = (word.upper() for word in bare.split() if word not in names and not word.isdecimal())
    return any(word in SIDES or REFERENCE.fullmatch(word) for word in words)


def _likely_locale(text: str) -> str:
    """A locale by which a formula may be read while that of the letter is not known."""
    is_english = ";" not in text and ("." in text or "," in text)
    return "en_US" if is_english else "fr_FR"
