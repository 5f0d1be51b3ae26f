"""Numbers as an answer in JSON has them: nothing of it is exact any more."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def as_float(value: int | Fraction | Decimal | None) -> float | None:
    """What was divided, and money: of one type, however even it comes out."""
    return None if value is None else float(value)


def as_count(value: int | float | Fraction | Decimal | None) -> float | int | None:
    """A count: whole where it is whole; a share of an order is a broken one."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
