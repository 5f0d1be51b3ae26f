"""Money: Decimal in units of the workspace's currency outside, integer minor units in the store."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

#: Digits after the decimal sign; every currency not named has 2 (ISO 4217).
_DIGITS = {"JPY": 0, "KRW": 0, "XAF": 0, "XOF": 0, "XPF": 0, "VND": 0, "CLP": 0, "ISK": 0,
           "TND": 3, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3}  # fmt: skip


def minor_digits(currency: str) -> int:
    return _DIGITS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """`12.34` EUR → `1234`. Half a cent goes to the even one."""
    scaled = amount.scaleb(minor_digits(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def from_minor(minor: int, currency: str) -> Decimal:
    """`1234` EUR → `12.34`."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def to_decimal(value: Fraction) -> Decimal:
    """An exact number as a decimal one, to 28 digits."""
    return Decimal(value.numerator) / value.denominator
