"""The tree of a formula, and what it comes to.

Conditions are 1 and 0. IF computes the branch it takes only, AND and OR stop where the
answer is known. Decimals are exact to 28 digits: 0,1 + 0,2 is 0,3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from outreach.errors import DefinitionError, Text
from outreach.rendering.letter.cells import SIDES, Cells
from outreach.rendering.letter.comparing import OPERATORS

#: The number of a bookmark; None where there is no such bookmark or it holds no number.
Find = Callable[[str], Decimal | None]

#: Each function with the least and the greatest number of its arguments.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "ABS": (1, 1), "AND": (1, None), "AVERAGE": (1, None), "COUNT": (1, None),
    "DEFINED": (1, 1), "FALSE": (0, 0), "IF": (2, 3), "INT": (1, 1), "MAX": (1, None),
    "MIN": (1, None), "MOD": (2, 2), "NOT": (1, 1), "OR": (1, None), "PRODUCT": (1, None),
    "ROUND": (1, 2), "SIGN": (1, 1), "SUM": (1, None), "TRUE": (0, 1),
}  # fmt: skip

_EXACT = Context(prec=28, Emax=999, Emin=-999, traps=[DivisionByZero, InvalidOperation, Overflow])
_MOST_DECIMALS = 20


class FormulaError(DefinitionError):
    """A formula that cannot be read, or not be computed for this letter."""


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """A bookmark."""

    name: str


@dataclass(frozen=True, slots=True)
class CellRange:
    """Cells of the table around: a side or a reference, in capitals."""

    where: str


@dataclass(frozen=True, slots=True)
class Operation:
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | CellRange | Operation | Call


@dataclass(frozen=True, slots=True)
class Scope:
    """What one computation sees. `formula` is its text, for errors."""

    find: Find
    cells: Cells | None
    formula: str


def evaluate(node: Node, scope: Scope) -> Decimal:
    """What a formula comes to. Raises `FormulaError` where it comes to nothing."""
    try:
        return _one(node, scope)
    except DivisionByZero as error:
        raise _failed(
            Text("the formula “{formula}” divides by zero", formula=scope.formula)
        ) from error
    except (InvalidOperation, Overflow) as error:
        raise _failed(
            Text("the formula “{formula}” has no result that is a number", formula=scope.formula)
        ) from error


def _one(node: Node, scope: Scope) -> Decimal:
    match node:
        case Number(value):
            return value
        case Name(name):
            return _bookmark(name, scope)
        case CellRange(where):
            return _cell(where, scope)
        case Operation(sign, left, right):
            return _operate(sign, _one(left, scope), _one(right, scope))
        case Call():
            return _call(node, scope)


def _many(node: Node, scope: Scope) -> Iterator[Decimal]:
    if isinstance(node, CellRange) and not (scope.cells is None and _looks_like_name(node)):
        yield from _cells(node.where, scope)
    else:
        yield _one(node, scope)


def _bookmark(name: str, scope: Scope) -> Decimal:
    value = scope.find(name)
    if value is None:
        raise _failed(
            Text("the formula “{formula}” finds no number under the name {name!r}",
                 formula=scope.formula, name=name)
        )  # fmt: skip
    return value


def _cell(where: str, scope: Scope) -> Decimal:
    """One cell counts as 0 when it is empty, as in Word; several are no single number."""
    if scope.cells is None and _looks_like_name(CellRange(where)):
        return _bookmark(where, scope)
    found = _cells(where, scope)
    if where in SIDES or ":" in where:
        raise _failed(
            Text("the formula “{formula}” needs a function around {cells}, such as SUM",
                 formula=scope.formula, cells=where)
        )  # fmt: skip
    return found[0] if found else Decimal(0)


def _cells(where: str, scope: Scope) -> tuple[Decimal, ...]:
    if scope.cells is None:
        raise _failed(
            Text("the formula “{formula}” asks for cells, and stands in no table",
                 formula=scope.formula)
        )  # fmt: skip
    return tuple(scope.cells.numbers(where))


def _looks_like_name(node: CellRange) -> bool:
    """`Q1` outside a table is a bookmark."""
    return node.where not in SIDES and ":" not in node.where


def _operate(sign: str, left: Decimal, right: Decimal) -> Decimal:
    match sign:
        case "+":
            return _EXACT.add(left, right)
        case "-":
            return _EXACT.subtract(left, right)
        case "*":
            return _EXACT.multiply(left, right)
        case "/":
            return _divide(left, right)
        case "^":
            return _power(left, right)
        case _:
            return Decimal(OPERATORS[sign](left, right))


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:  # Decimal calls 0 / 0 undefined; Word says !Zero Divide as well
        raise DivisionByZero
    return _EXACT.divide(left, right)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if not base and exponent < 0:
        raise DivisionByZero
    return Decimal(1) if not exponent else _EXACT.power(base, exponent)


def _call(call: Call, scope: Scope) -> Decimal:
    if call.function in ("IF", "AND", "OR", "NOT", "DEFINED", "TRUE", "FALSE"):
        return _condition(call, scope)
    if call.function in ("ABS", "INT", "MOD", "ROUND", "SIGN"):
        return _single(call.function, [_one(argument, scope) for argument in call.arguments])
    numbers = [number for argument in call.arguments for number in _many(argument, scope)]
    return _total(call.function, numbers)


def _condition(call: Call, scope: Scope) -> Decimal:
    truths = (_one(argument, scope) != 0 for argument in call.arguments)
    match call.function:
        case "IF":
            if next(truths):
                return _one(call.arguments[1], scope)
            return _one(call.arguments[2], scope) if len(call.arguments) == 3 else Decimal(0)
        case "AND":
            return Decimal(all(truths))
        case "OR":
            return Decimal(any(truths))
        case "NOT":
            return Decimal(not next(truths))
        case "DEFINED":
            return Decimal(_is_defined(call.arguments[0], scope))
        case "TRUE":
            return Decimal(next(truths, True))
        case _:
            return Decimal(0)


def _is_defined(node: Node, scope: Scope) -> bool:
    try:
        evaluate(node, scope)
    except FormulaError:
        return False
    return True


def _single(function: str, numbers: list[Decimal]) -> Decimal:
    number = numbers[0]
    match function:
        case "ABS":
            return abs(number)
        case "INT":  # Word cuts the decimals off: INT(-1,5) is -1
            return number.to_integral_value(ROUND_DOWN, _EXACT)
        case "SIGN":
            return Decimal((number > 0) - (number < 0))
        case "MOD":
            rounds = _divide(number, numbers[1]).to_integral_value(ROUND_DOWN, _EXACT)
            return _EXACT.subtract(number, _EXACT.multiply(rounds, numbers[1]))
        case _:
            return _rounded(number, int(numbers[1]) if len(numbers) > 1 else 0)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    """Half away from zero; a negative count rounds to tens, hundreds …"""
    if abs(decimals) > _MOST_DECIMALS:
        raise InvalidOperation
    step = Decimal(1).scaleb(-decimals)
    rounded = number.quantize(step, ROUND_HALF_UP, Context(prec=60))
    return rounded if decimals >= 0 else Decimal(int(rounded))


def _total(function: str, numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    match function:
        case "COUNT":
            return Decimal(len(numbers))
        case "MIN" | "MAX":
            return (min if function == "MIN" else max)(numbers, default=total)
        case "PRODUCT":
            total = Decimal(1) if numbers else total
            for number in numbers:
                total = _EXACT.multiply(total, number)
            return total
    for number in numbers:
        total = _EXACT.add(total, number)
    return _divide(total, Decimal(len(numbers))) if function == "AVERAGE" else total


def _failed(what: Text) -> FormulaError:
    return FormulaError(what)
