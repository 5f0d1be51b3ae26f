"""Who weighs how much: ABC with its real curve, the scores of RFM, the matrix with potentials.

Equal values are in one class and get one score, whatever that does to the size of the
classes: a class that ties leave empty is shown empty. Source: domain notes B13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from outreach.evaluation.chain import share
from outreach.model.portfolio import UNKNOWN, CellTally, PortfolioTally

#: The convention: 20 % of the customers make 80 % of the turnover, 30 % 15 %, 50 % 5 %.
CONVENTION = {
    "A": (Fraction(1, 5), Fraction(4, 5)),
    "B": (Fraction(3, 10), Fraction(3, 20)),
    "C": (Fraction(1, 2), Fraction(1, 20)),
}

#: Where the real curve is read: shares of the customers, the biggest first.
READ_AT = tuple(Fraction(tenth, 10) for tenth in range(1, 11))


class Segment(StrEnum):
    """What the crossed matrix of turnover (A B C) and potential (1 2 3) asks for.

    The source puts A1 into two segments and B2 and C2 into none. Here A1 is core: what he
    brings comes first, and what he could still bring is told beside it (`remaining`). B2, C2
    and P2 are steady. Prospects (P) enter by their potential, P3 as low touch.
    """

    #: A1 A2 A3: hold last year's result.
    CORE = "core"
    #: B1 C1 P1: priority, there is most to win.
    POTENTIAL = "potential"
    #: B2 C2 P2: the usual rhythm, looked at again at the next review.
    STEADY = "steady"
    #: B3 C3 P3: served at low cost.
    LOW_TOUCH = "low_touch"
    #: No potential on record.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbcClass:
    """One class of customers by turnover; the convention's shares stand beside the real ones."""

    name: str
    customers: int
    revenue: Fraction
    #: Of the customers who bought, of their turnover.
    customer_share: Fraction | None
    revenue_share: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """How few make how much. The base is the customers who bought in the last twelve months."""

    customers: int
    revenue: Fraction
    classes: tuple[AbcClass, ...]
    #: Share of the customers, the biggest first → share of the turnover.
    curve: tuple[tuple[Fraction, Fraction], ...]
    #: The smallest share of the customers that makes four fifths of the turnover.
    for_four_fifths: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Customers (or prospects, P) of one class of turnover and one of potential."""

    name: str
    segment: Segment
    contacts: int
    revenue: Fraction
    potential: Fraction
    remaining: Fraction
    exceeded: int


# --- where classes end: asked by the store, once the values are counted -------------------------


def cuts(values: Sequence[Fraction], counts: Sequence[int], *, classes: int) -> list[Fraction]:
    """The least value of each score from 2 on, values in ascending order.

    A score is 1 + ⌊classes × share of the customers who are strictly below⌋; equal values get
    one score, so with many who bought once some scores stay empty. A value that leaps over
    scores is the cut of each of them: a score is 1 and one for every cut that is reached.
    """
    people = sum(counts)
    found: list[Fraction] = []
    below = 0
    for value, count in zip(values, counts, strict=True):
        score = 1 + classes * below // people
        found += [value] * (score - 1 - len(found))
        below += count
    return found


def scores(values: Sequence[Fraction | int], classes: int = 5) -> list[int]:
    """The score of each of some values, as `cuts` gives it."""
    distinct = sorted({Fraction(value) for value in values})
    counts = [sum(1 for value in values if value == each) for each in distinct]
    ends = cuts(distinct, counts, classes=classes)
    return [1 + sum(value >= end for end in ends) for value in values]


def bounds(
    values: Sequence[int], counts: Sequence[int], *, a: Fraction, b: Fraction
) -> tuple[int | None, int | None]:
    """The least value of the first class and of the second, values in descending order.

    A customer is in the first class as long as those before him make less than its share.
    None where there is nothing to share out.
    """
    whole = sum(value * count for value, count in zip(values, counts, strict=True))
    if whole <= 0:
        return None, None
    before = 0
    first = second = values[0]
    for value, count in zip(values, counts, strict=True):
        if before < a * whole:
            first = value
        if before < b * whole:
            second = value
        before += value * count
    return first, second


# --- the curve ------------------------------------------------------------------------------------


def concentration(tally: PortfolioTally) -> Concentration:
    """The real curve and the classes, of what was bought in the last twelve months."""
    values, counts = tally.amounts, tally.amount_counts
    people = sum(counts)
    whole = sum(value * count for value, count in zip(values, counts, strict=True))
    first, second = tally.bounds.get("a"), tally.bounds.get("b")
    members = {"A": [0, 0], "B": [0, 0], "C": [0, 0]}
    for value, count in zip(values, counts, strict=True):
        name = "C"
        if first is not None and value >= first:
            name = "A"
        elif second is not None and value >= second:
            name = "B"
        members[name][0] += count
        members[name][1] += value * count
    return Concentration(
        customers=people,
        revenue=Fraction(whole, tally.per_unit),
        classes=tuple(
            AbcClass(
                name=name,
                customers=many,
                revenue=Fraction(money, tally.per_unit),
                customer_share=share(many, people),
                revenue_share=share(money, whole),
            )
            for name, (many, money) in members.items()
        ),
        curve=curve(values, counts),
        for_four_fifths=needed_for(values, counts, Fraction(4, 5)),
    )


def curve(
    values: Sequence[int], counts: Sequence[int], at: Sequence[Fraction] = READ_AT
) -> tuple[tuple[Fraction, Fraction], ...]:
    """Share of the customers, biggest first → share of the turnover; a part of one counts."""
    people = list(accumulate(counts))
    money = list(accumulate(v * n for v, n in zip(values, counts, strict=True)))
    if not money or money[-1] <= 0:
        return ()
    found: list[tuple[Fraction, Fraction]] = []
    place = 0
    for part in at:
        wanted = part * people[-1]
        while people[place] < wanted:
            place += 1
        before = people[place] - counts[place]
        so_far = money[place] - values[place] * counts[place]
        found.append((part, (so_far + values[place] * (wanted - before)) / Fraction(money[-1])))
    return tuple(found)


def needed_for(values: Sequence[int], counts: Sequence[int], part: Fraction) -> Fraction | None:
    """The share of the customers, the biggest first, who make that part of the turnover."""
    whole = sum(v * n for v, n in zip(values, counts, strict=True))
    people = sum(counts)
    if whole <= 0:
        return None
    money = seen = 0
    for value, count in zip(values, counts, strict=True):
        if money + value * count >= part * whole:
            lacking = part * whole - money
            return Fraction(seen + -(-lacking // value), people)
        money += value * count
        seen += count
    return Fraction(1)


# --- the matrix -----------------------------------------------------------------------------------


def segment_of(turnover: str | None, potential: str) -> Segment:
    """The segment of a cell; None is a prospect, who has no turnover."""
    if potential == UNKNOWN:
        return Segment.CORE if turnover == "A" else Segment.UNKNOWN
    if turnover == "A":
        return Segment.CORE
    return {"1": Segment.POTENTIAL, "2": Segment.STEADY, "3": Segment.LOW_TOUCH}[potential]


def matrix(cells: Sequence[CellTally], per_unit: int) -> tuple[Cell, ...]:
    """The cells by name: A1 … C3, P1 … P3; `?` is a potential that is not known."""
    found = [
        Cell(
            name=f"{cell.turnover or 'P'}{cell.potential}",
            segment=segment_of(cell.turnover, cell.potential),
            contacts=cell.contacts,
            revenue=Fraction(cell.revenue, per_unit),
            potential=Fraction(cell.potential_sum, per_unit),
            remaining=Fraction(cell.remaining, per_unit),
            exceeded=cell.exceeded,
        )
        for cell in cells
    ]
    order = "ABCP123?"
    return tuple(sorted(found, key=lambda cell: [order.index(sign) for sign in cell.name]))
