"""Numbers and shares as people type them: `60 000`, `2,5`, `6,5 %`."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import click

from outreach.errors import Text, WrongUsage


class BadNumber(WrongUsage):
    def __init__(self, option: str, text: str, hint: Text) -> None:
        super().__init__(
            Text("{option} takes a number, not {text!r}", option=option, text=text), hint=hint
        )


class Amount(click.ParamType[Fraction]):
    """A number as people write it: `60000`, `60 000`, `2,5`."""

    name = "number"
    hint = Text("write it like 60000 or 2.5")

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Fraction:
        if isinstance(value, Fraction):
            return value
        found = read_number(value)
        if found is None:
            raise BadNumber(param.opts[0] if param else "", value, self.hint)
        return found


class Count(click.types.IntParamType):
    """A whole number as people type it, or as a sentence of ours wrote it: `1 200`, `1,200`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, str):
            digits = re.sub(r"[\s\u00a0\u202f]", "", value)
            if re.fullmatch(r"\d{1,3}(,\d{3})+", digits):
                digits = digits.replace(",", "")
            value = digits if digits.isdecimal() else value
        return int(super().convert(value, param, ctx))


class Rate(Amount):
    """A share as people write it: `6%`, `6,5 %`, `0.06`."""

    name = "rate"
    hint = Text("write it 6% or 0.06")

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Fraction:
        if isinstance(value, str) and value.rstrip().endswith("%"):
            return super().convert(value.rstrip()[:-1], param, ctx) / 100
        return super().convert(value, param, ctx)


def read_number(text: str) -> Fraction | None:
    """The number that was typed, exact; None where it is none or may be two things.

    `60,000` is sixty thousand to one reader and sixty to another: it is not guessed.
    """
    digits = re.sub(r"[\s\u00a0\u202f_]", "", text)
    if not re.fullmatch(r"[-+]?\d+([.,]\d*)?", digits) or re.fullmatch(
        r"[-+]?[1-9]\d*,\d{3}", digits
    ):
        return None
    return Fraction(Decimal(digits.replace(",", ".")))
