"""What sources are worth for one person (sources.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from outreach.model.field import Value
from outreach.rendering.letter import expressions
from outreach.rendering.letter.address_block import default_address, default_greeting
from outreach.rendering.letter.cells import Cells
from outreach.rendering.letter.comparing import holds
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.formats import write_value
from outreach.rendering.letter.formula import Formula, read_somehow, write_result
from outreach.rendering.letter.number_pictures import number_within
from outreach.rendering.letter.sources import (
    AddressBlock,
    AnyItems,
    Calculated,
    Choice,
    FieldValue,
    Formatted,
    GreetingLine,
    Joined,
    Literal,
    Moment,
    RecordNumber,
    Remembered,
    Source,
    Test,
    Truth,
)

#: A value of a person, or a list of things with values of their own (orders).
Item = Mapping[str, "Value | Items"]
Items = Sequence[Item]
Values = Mapping[str, "Value | Items"]


def items_of(values: Values, name: str) -> Items:
    """The items of a list; none where there is no such list."""
    found = values.get(name)
    if found is None or isinstance(found, str | int | Decimal | date):
        return ()
    return found


@dataclass(slots=True)
class Evaluation:
    """One person's values, and what the letter has remembered so far."""

    values: Values
    locale: str
    #: The instant of the run, in the workspace's zone; midnight where only the day is known.
    now: datetime
    #: The person's place among all people of the run, and among those with a letter; from 1.
    record: int = 1
    sequence: int = 1
    remembered: dict[str, Value] = field(default_factory=dict)
    #: What was missing in a remembered value, by its name.
    forgotten: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: The table around what is being computed.
    cells: Cells | None = None
    #: The place of the innermost loop around, from 0, and how many items it has.
    loop: tuple[int, int] = (0, 0)

    def holds(self, test: Test) -> bool:
        if isinstance(test, AnyItems):
            return any(items_of(self.values, name) for name in test.lists)
        if isinstance(test, Expression):
            return expressions.holds(test, self)
        left, right = self.value(test.left), self.value(test.right)
        return holds(left, test.operator, right, self.locale)

    def scalar(self, name: str) -> Value:
        """The value of a field; blanks are none."""
        value = self.values.get(name)
        if isinstance(value, str):
            return value if value.strip() else None
        if value is None or isinstance(value, int | Decimal | date):
            return value
        return None

    def written(self, source: Source) -> str:
        """A source as it is printed."""
        if isinstance(source, Expression):
            return expressions.written(source, self)
        if isinstance(source, Calculated):
            number = self._calculated(source)
            return "" if number is None else write_result(number, self.locale)
        return write_value(self.value(source), self.locale)

    def value(self, source: Source) -> Value:
        """What a source is worth. Raises `FormulaError`."""
        match source:
            case FieldValue(name):
                return self.scalar(name)
            case Literal(text):
                return text
            case Joined(parts):
                return "".join(self.written(part) for part in parts)
            case Formatted():
                return self._formatted(source)
            case Choice(condition, then, otherwise):
                return self.value(then if self.holds(condition) else otherwise)
            case Truth(condition):
                return int(self.holds(condition))
            case Remembered(name):
                return self.remembered.get(name)
            case Moment(with_time):
                return self.now if with_time else self.now.date()
            case RecordNumber(in_sequence):
                return self.sequence if in_sequence else self.record
            case Calculated():
                return self._calculated(source)
            case AddressBlock():
                return self._address(source)
            case GreetingLine():
                return self._greeting(source)
            case Expression():
                return expressions.value_of(source, self)

    def lacking(self, source: Source) -> Iterator[str]:
        """The fields without which a printed source would have a hole."""
        match source:
            case FieldValue(name):
                if self.scalar(name) is None:
                    yield name
            case Joined(parts):
                for part in parts:
                    yield from self.lacking(part)
            case Formatted(inner, _, before, after):
                if not (before or after):
                    yield from self.lacking(inner)
            case Choice(condition, then, otherwise):
                yield from self.lacking(then if self.holds(condition) else otherwise)
            case Calculated(_, operands):
                for _, operand in operands:
                    yield from self.lacking(operand)
            case Remembered(name) if name not in self.remembered:
                yield name
            case Remembered(name):
                yield from self.forgotten[name]
            case Expression():
                yield from expressions.lacking(source, self)
            case AddressBlock(_, parts_):
                if not self._address(source).strip():
                    yield from dict.fromkeys(field for _, field in parts_)

    def _formatted(self, source: Formatted) -> str:
        value = self.value(source.source)
        text = source.format.write(value, self.locale)
        return f"{source.before}{text}{source.after}" if text.strip() else ""

    def _address(self, block: AddressBlock) -> str:
        parts = self._parts(block.parts)
        return (block.format or default_address(parts.get("_COUNTRY_", ""))).write(parts)

    def _greeting(self, line: GreetingLine) -> str:
        usual, nobody = default_greeting(self.locale)
        otherwise = nobody if line.otherwise is None else line.otherwise
        return (line.format or usual).write(self._parts(line.parts), otherwise)

    def _parts(self, parts: Sequence[tuple[str, str]]) -> dict[str, str]:
        return {part: write_value(self.scalar(name), self.locale).strip() for part, name in parts}

    def _calculated(self, source: Calculated) -> Decimal | None:
        """A number; None where a field in the formula is empty, which is told elsewhere."""
        operands = {name: self.value(operand) for name, operand in source.operands}
        if any(value is None or value == "" for value in operands.values()):
            return None
        formula = _read(source.formula, self.locale)
        return formula.value(lambda name: self._number(name, operands), self.cells)

    def _number(self, name: str, operands: Mapping[str, Value]) -> Decimal | None:
        value = operands[name] if name in operands else self.remembered.get(name.casefold())
        if isinstance(value, int | Decimal):
            return Decimal(value)
        return number_within(value, self.locale) if isinstance(value, str) else None


def at_midnight(day: date) -> datetime:
    """The instant that a run is given as a day; as it is where it is an instant already."""
    return day if isinstance(day, datetime) else datetime.combine(day, time())


@lru_cache(maxsize=256)
def _read(formula: str, locale: str) -> Formula:
    return read_somehow(formula, locale)
