"""Word's `=` fields: read once, computed for each letter (ECMA-376 Part 1, 17.16.3).

    comparison  sum [ (= <> < <= > >=) sum ]          1 where it holds, else 0
    sum         product { (+ -) product }
    product     sign { (* /) sign }
    sign        [+ -] power
    power       percent [ ^ sign ]
    percent     atom [%]
    atom        number | name | cells | function ( … ) | ( comparison )

Numbers are written as the locale writes them; arguments are divided by `;`, and by `,`
where the comma is no decimal sign. Names are bookmarks: who computes says what they hold.
Where Word prints `!Zero Divide` or `!Syntax Error` into the letter, a `FormulaError` is
raised.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from outreach.errors import Text, did_you_mean
from outreach.rendering.letter.cells import REFERENCE, SIDES, Cells
from outreach.rendering.letter.formats import write_value
from outreach.rendering.letter.formula_values import (
    FUNCTIONS,
    Call,
    CellRange,
    Find,
    FormulaError,
    Name,
    Node,
    Number,
    Operation,
    Scope,
    evaluate,
)
from outreach.rendering.letter.number_marks import Symbols

__all__ = ["Formula", "FormulaError", "read_formula", "read_somehow", "write_result"]

#: Deeper brackets or more parts are a mistake, and would exhaust the stack.
_DEEPEST = 40
_LONGEST = 500
#: A locale of each way of writing decimals and dividing arguments.
_CONVENTIONS = ("fr_FR", "en_US")
_COMPARISONS = ("<>", "<=", ">=", "=", "<", ">")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, read. `names` are the bookmarks it asks for, each once."""

    text: str
    names: tuple[str, ...]
    node: Node

    def value(self, find: Find, cells: Cells | None) -> Decimal:
        """What it comes to. `find` gives a bookmark's number, None where it has none.

        Raises `FormulaError`: a division by 0, a name without a number, cells outside a
        table, a result that no number holds.
        """
        return evaluate(self.node, Scope(find, cells, self.text))


def write_result(value: Decimal, locale: str) -> str:
    """A result that no picture formats: not grouped, two decimals at most, as in Word."""
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP) if abs(value) < 10**20 else value
    if rounded == rounded.to_integral_value():
        return write_value(int(rounded), locale)
    return f"{rounded.normalize():f}".replace(".", Symbols.of(locale).decimal)


def read_formula(text: str, locale: str) -> Formula:
    """The formula in the code of a field, with or without its `=`.

    Raises `FormulaError` where it is none by the conventions of the locale.
    """
    text = text.strip().removeprefix("=").strip()
    reader = _Reader(text, _tokens(text, locale))
    node = reader.comparison()
    reader.expect_end()
    return Formula(text, tuple(dict.fromkeys(reader.names)), node)


def read_somehow(text: str, locale: str) -> Formula:
    """As `read_formula`; a foreign formula means what its author meant, as a foreign picture does.

    `ROUND(2.5 * 3, 1)` is none in France, and cannot be anything else than English.
    """
    try:
        return read_formula(text, locale)
    except FormulaError:
        for other in _CONVENTIONS:
            with suppress(FormulaError):
                return read_formula(text, other)
        raise


@dataclass(frozen=True, slots=True)
class _Token:
    #: `number`, `name`, `cells`, `sign` or `end`.
    kind: str
    text: str


@lru_cache(maxsize=64)
def _lexicon(decimal: str) -> re.Pattern[str]:
    separators = ";" if decimal == "," else ";,"
    return re.compile(
        rf"\s*(?:(?P<cells>(?:{REFERENCE.pattern})(?![\w$]))"
        rf"|(?P<number>[0-9]+(?:{re.escape(decimal)}[0-9]*)?|{re.escape(decimal)}[0-9]+)"
        rf"|(?P<name>[^\W\d]\w*)|(?P<sign><>|<=|>=|[-+*/^%=<>(){separators}])|(?P<other>\S))",
        re.IGNORECASE,
    )


def _tokens(text: str, locale: str) -> list[_Token]:
    decimal = Symbols.of(locale).decimal
    tokens: list[_Token] = []
    for match in _lexicon(decimal).finditer(text):
        kind = str(match.lastgroup)
        written = match[kind]
        if kind == "other":
            raise _syntax_error(text, written, decimal)
        if kind == "number":
            written = written.replace(decimal, ".")
            if tokens and tokens[-1].kind == "number":
                raise _syntax_error(text, match[kind], decimal)
        tokens.append(_Token(kind, written))
    if len(tokens) > _LONGEST:
        raise FormulaError(Text("the formula “{formula}” is too long", formula=text[:40] + "…"))
    return [*tokens, _Token("end", "")]


class _Reader:
    """Goes through the tokens of one formula from left to right."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self.names: list[str] = []

    def comparison(self) -> Node:
        left = self._sum()
        while (sign := self._take(*_COMPARISONS)) is not None:
            left = Operation(sign, left, self._sum())
        return left

    def expect_end(self) -> None:
        if self._tokens[self._at].kind != "end":
            raise self._error()

    def _sum(self) -> Node:
        left = self._product()
        while (sign := self._take("+", "-")) is not None:
            left = Operation(sign, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._sign()
        while (sign := self._take("*", "/")) is not None:
            left = Operation(sign, left, self._sign())
        return left

    def _sign(self) -> Node:
        self._go_deeper()
        sign = self._take("+", "-")
        node = self._sign() if sign else self._power()
        self._depth -= 1
        return Operation("-", Number(Decimal(0)), node) if sign == "-" else node

    def _power(self) -> Node:
        base = self._percent()
        return Operation("^", base, self._sign()) if self._take("^") else base

    def _percent(self) -> Node:
        node = self._atom()
        while self._take("%"):
            node = Operation("/", node, Number(Decimal(100)))
        return node

    def _atom(self) -> Node:
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "number":
                return Number(Decimal(token.text))
            case "cells":
                return CellRange(token.text.upper().replace("$", ""))
            case "name":
                return self._named(token.text)
            case "sign" if token.text == "(":
                node = self.comparison()
                self._close()
                return node
        self._at -= 1
        raise self._error()

    def _named(self, name: str) -> Node:
        word = name.upper()
        if word in SIDES:
            return CellRange(word)
        if self._tokens[self._at].text == "(":
            if word not in FUNCTIONS:
                raise FormulaError(
                    Text("the formula “{formula}” has the unknown function {name}",
                         formula=self._text, name=name),
                    hint=did_you_mean(word, FUNCTIONS),
                )  # fmt: skip
            self._at += 1
            return self._call(word)
        if word in ("TRUE", "FALSE"):
            return Number(Decimal(word == "TRUE"))
        self.names.append(name)
        return Name(name)

    def _call(self, function: str) -> Node:
        arguments: list[Node] = []
        if not self._take(")"):
            arguments.append(self.comparison())
            while self._take(";", ","):
                arguments.append(self.comparison())
            self._close()
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= (most or len(arguments)):
            raise FormulaError(
                Text("the formula “{formula}” gives {name} {count} arguments",
                     formula=self._text, name=function, count=len(arguments)),
                hint=Text("it takes {count}", count=_how_many(least, most)),
            )  # fmt: skip
        return Call(function, tuple(arguments))

    def _close(self) -> None:
        if not self._take(")"):
            raise self._error()

    def _take(self, *signs: str) -> str | None:
        token = self._tokens[self._at]
        if token.kind != "sign" or token.text not in signs:
            return None
        self._at += 1
        return token.text

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormulaError(
                Text("the formula “{formula}” has too many brackets", formula=self._text)
            )

    def _error(self) -> FormulaError:
        return _syntax_error(self._text, self._tokens[self._at].text, None)


def _syntax_error(text: str, near: str, decimal: str | None) -> FormulaError:
    if not near:
        return FormulaError(Text("the formula “{formula}” is not complete", formula=text))
    foreign = decimal is not None and near in ".,"
    return FormulaError(
        Text("the formula “{formula}” cannot be read at “{near}”", formula=text, near=near),
        hint=Text("the decimal sign of this letter is “{sign}”", sign=decimal) if foreign else None,
    )


def _how_many(least: int, most: int | None) -> str:
    if most is None:
        return f"≥ {least}"
    return str(least) if least == most else f"{least}–{most}"
