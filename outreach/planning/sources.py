"""The plan of lists (plan fichier): what each list added, what came of it, which to use first.

Pure. The firm's own files come before any other, directories last (domain notes B16, S1 and
S3); between them stands what is exchanged, then the cheapest per new contact. Who stands in two
lists is dropped from the dearer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Text
from outreach.model.market_tally import SourceTally
from outreach.model.source import ListOrigin, Source

#: Where the origins stand in the order of use; what lies between is decided by its price.
_PLACES: Mapping[ListOrigin | None, int] = {
    ListOrigin.INTERNAL: 0,
    ListOrigin.EXCHANGED: 1,
    ListOrigin.DIRECTORY: 4,
    None: 3,
}
_BETWEEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One list with its figures. Rates are exact; None is undefined or not known."""

    source: Source
    tally: SourceTally
    #: In the order of use, from 1; lists that may not be used any more come last.
    place: int
    #: Cost ÷ contacts that the base did not have before.
    cost_per_new: Fraction | None
    #: Cost ÷ orders of these contacts.
    cost_per_order: Fraction | None
    #: Appointments and customers, of the new contacts that were contacted.
    appointment_rate: Fraction | None
    order_rate: Fraction | None
    warnings: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two lists with people in common, and the one to take them out of."""

    first: str
    second: str
    people: int
    #: The dearer one; None where neither price is known.
    drop_from: str | None


def plan_of_lists(sources: Sequence[Source], tallies: Mapping[str, SourceTally]) -> list[Listed]:
    """Every list, in the order in which to use them."""
    figures = [(one, tallies.get(one.name, SourceTally())) for one in sources]
    ordered = sorted(figures, key=lambda pair: _rank(*pair))
    return [_listed(*pair, place=place) for place, pair in enumerate(ordered, start=1)]


def overlaps(common: Mapping[tuple[str, str], int], listed: Sequence[Listed]) -> list[Overlap]:
    """Lists with people in common, the most first."""
    costs = {one.source.name: _price(one.source, one.tally) for one in listed}
    found = [
        Overlap(first, second, people, _dearer(first, second, costs))
        for (first, second), people in common.items()
    ]
    return sorted(found, key=lambda one: (-one.people, one.first, one.second))


def _listed(source: Source, tally: SourceTally, *, place: int) -> Listed:
    return Listed(
        source=source,
        tally=tally,
        place=place,
        cost_per_new=_per(source.cost, tally.added),
        cost_per_order=_per(source.cost, tally.orders),
        appointment_rate=_share(tally.appointments, tally.contacted),
        order_rate=_share(tally.customers, tally.contacted),
        warnings=tuple(_warnings(source, tally)),
    )


def _warnings(source: Source, tally: SourceTally) -> list[Text]:
    found = []
    if source.origin is ListOrigin.RENTED and source.uses_left is None:
        found.append(Text("{name} is rented: say how often it may be used", name=source.name))
    if source.uses_left is not None and source.uses_left <= 0:
        found.append(
            Text("{name} is used up: {count} uses of the licence", name=source.name,
                 count=tally.uses)
        )  # fmt: skip
    if source.origin is None:
        found.append(Text("nobody said where {name} comes from", name=source.name))
    return found


def _rank(source: Source, tally: SourceTally) -> tuple[bool, int, bool, Fraction, str]:
    price = _price(source, tally)
    used_up = source.uses_left is not None and source.uses_left <= 0
    place = _PLACES.get(source.origin, _BETWEEN)
    return used_up, place, price is None, price or Fraction(0), source.name


def _price(source: Source, tally: SourceTally) -> Fraction | None:
    """What a new contact of it costs; of a list not yet taken in its whole price."""
    if source.cost is None:
        return None
    return Fraction(source.cost) / max(tally.added, 1)


def _dearer(first: str, second: str, costs: Mapping[str, Fraction | None]) -> str | None:
    one, other = costs.get(first), costs.get(second)
    if one is None and other is None:
        return None
    return first if (one or 0) > (other or 0) else second


def _per(cost: Decimal | None, count: int) -> Fraction | None:
    return None if cost is None or not count else Fraction(cost) / count


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
