"""One cell of a report in the reader's words: what the terminal and every file write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.document import Cell, Figure, Number, Unit
from outreach.language import Language
from outreach.model.money import to_decimal

#: What stands for a figure that is undefined.
UNDEFINED = "–"

_ONE_PERCENT = Fraction(1, 100)
#: Decimal digits of a number that is neither a count nor money nor a rate.
_DIGITS = {Unit.NUMBER: 2, Unit.DAYS: 1, Unit.HOURS: 1}


def written(cell: Cell, unit: Unit, language: Language, currency: str) -> str:
    """A cell as it is read. A number without digits behind the point has none printed."""
    match cell:
        case None:
            return "" if unit is Unit.TEXT else UNDEFINED
        case Figure():
            return written(cell.value, cell.unit, language, currency)
        case Text():
            return language.say(cell)
        case str():
            return cell
        case date():
            return language.month(cell) if unit is Unit.MONTH else language.write(cell)
        case _:
            return written_number(cell, unit, language, currency)


def written_number(number: Number, unit: Unit, language: Language, currency: str) -> str:
    """A number with its unit: one digit to a percentage, two below 1 %, where mailings live."""
    if isinstance(number, float) and number != number:
        return UNDEFINED
    if unit is Unit.RATE:
        small = number != 0 and -_ONE_PERCENT < number < _ONE_PERCENT
        return language.percent(float(number), digits=2 if small else 1)
    exact = decimal(number)
    if unit is Unit.MONEY:
        return language.money(exact, currency)
    return language.write(_rounded(exact, _DIGITS.get(unit, 0 if exact == int(exact) else 2)))


def decimal(number: Number) -> Decimal:
    """A number as a decimal one; a fraction to 28 digits."""
    if isinstance(number, Fraction):
        return to_decimal(number)
    return Decimal(str(number)) if isinstance(number, float) else Decimal(number)


def is_number(unit: Unit) -> bool:
    """Whether a column of that unit stands on the right, under its title; months are names."""
    return unit not in (Unit.TEXT, Unit.MONTH)


def paragraphs(said: Sequence[Text], language: Language) -> list[str]:
    """Sentences in the reader's words."""
    return [language.say(one) for one in said]


def _rounded(number: Decimal, digits: int) -> Decimal:
    from decimal import ROUND_HALF_UP

    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
