"""What a field is worth: expressions that are computed for each person.

Word's fields stand inside one another; a source is one of them with those in it, read
once. A source is worth a value (a text, a number, a date) where it is compared or counted
with, and a text where it is printed (evaluating.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from outreach.rendering.letter.address_block import AddressFormat, GreetingFormat
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.formats import Format


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of the template."""

    text: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a contact field; inside a repeated row that of an item: `orders.amount`."""

    field: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts one behind the other."""

    parts: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Formatted:
    """A source written by the switches of its field; `before` and `after` are `\\b` and `\\f`."""

    source: Source
    format: Format
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """`left operator right`, as IF, COMPARE, SKIPIF and NEXTIF judge it (comparing.py)."""

    left: Source
    operator: str
    right: Source


@dataclass(frozen=True, slots=True)
class AnyItems:
    """Whether one of some lists holds anything: a table of nothing but their rows vanishes."""

    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """IF as a text."""

    condition: Condition
    then: Source
    otherwise: Source


@dataclass(frozen=True, slots=True)
class Truth:
    """COMPARE: 1 or 0."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Remembered:
    """What SET or ASK has stored under a name before."""

    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """DATE and TIME: the day of the run, frozen, or its instant."""

    with_time: bool


@dataclass(frozen=True, slots=True)
class RecordNumber:
    """MERGEREC and MERGESEQ: the person's place among all, or among those with a letter."""

    in_sequence: bool


@dataclass(frozen=True, slots=True)
class Calculated:
    """A formula; `operands` are the fields inside it, by the names that stand for them."""

    formula: str
    operands: tuple[tuple[str, Source], ...]
    #: It refers to cells of the table around it.
    cells: bool


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """ADDRESSBLOCK; `parts` are Word's names of what it may print, with the fields for them.

    Without a format that of the recipient's country.
    """

    format: AddressFormat | None
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GreetingLine:
    """GREETINGLINE, and what it prints where a part it needs is missing.

    Without a format, or the other text, those of the letter's language.
    """

    format: GreetingFormat | None
    parts: tuple[tuple[str, str], ...]
    otherwise: str | None


Source = (
    Literal
    | FieldValue
    | Joined
    | Formatted
    | Choice
    | Truth
    | Remembered
    | Moment
    | RecordNumber
    | Calculated
    | AddressBlock
    | GreetingLine
    | Expression
)
Test = Condition | AnyItems | Expression


def fields_in(source: Source) -> Iterator[str]:
    """The contact fields that are printed where a source is: not those of its conditions."""
    match source:
        case FieldValue(field):
            yield field
        case Joined(parts):
            for part in parts:
                yield from fields_in(part)
        case Formatted(inner):
            yield from fields_in(inner)
        case Choice(_, then, otherwise):
            yield from fields_in(then)
            yield from fields_in(otherwise)
        case Calculated(_, operands):
            for _, operand in operands:
                yield from fields_in(operand)
        case AddressBlock(_, parts_) | GreetingLine(_, parts_):
            yield from (field for _, field in parts_)
        case Expression(required=names):
            yield from names


def literal(source: Source) -> str | None:
    """The text of a source that is the same for everybody, else None."""
    match source:
        case Literal(text):
            return text
        case Joined(parts):
            texts = [literal(part) for part in parts]
            return None if None in texts else "".join(text or "" for text in texts)
    return None


def is_common(source: Source) -> bool:
    """Whether a source is worth the same for all people of a run."""
    inner = source.source if isinstance(source, Formatted) else source
    return isinstance(inner, Moment | Literal)
