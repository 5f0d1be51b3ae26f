"""The plan of lists: order of use, cost per new contact and per order, the dearer of two."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from outreach.model.market_tally import SourceTally
from outreach.model.source import ListOrigin, Source
from outreach.planning.sources import Overlap, overlaps, plan_of_lists


def source(name: str, origin: ListOrigin | None = None, **more: object) -> Source:
    return Source(name=name, origin=origin, **more)  # type: ignore[arg-type]


def test_our_own_lists_come_first_and_directories_last() -> None:
    """Between them what is exchanged, then the cheapest per new contact, then the unknown."""
    found = plan_of_lists(
        [
            source("pages", ListOrigin.DIRECTORY, cost=Decimal(0)),
            source("rented", ListOrigin.RENTED, cost=Decimal(300), uses_left=2),
            source("bought", ListOrigin.BOUGHT, cost=Decimal(200)),
            source("somewhere"),
            source("swapped", ListOrigin.EXCHANGED),
            source("ours", ListOrigin.INTERNAL),
        ],
        {"rented": SourceTally(people=100, added=100), "bought": SourceTally(people=10, added=10)},
    )
    assert [one.source.name for one in found] == [
        "ours", "swapped", "rented", "bought", "somewhere", "pages",
    ]  # fmt: skip
    assert [one.place for one in found] == [1, 2, 3, 4, 5, 6]


def test_a_rented_list_without_a_use_left_comes_after_all_and_says_so() -> None:
    used = source("rented", ListOrigin.RENTED, cost=Decimal(1), uses_left=0)
    found = plan_of_lists([used, source("pages", ListOrigin.DIRECTORY)], {})
    assert [one.source.name for one in found] == ["pages", "rented"]
    assert "used up" in str(found[1].warnings[0])


def test_the_cost_is_divided_by_new_contacts_and_by_their_orders() -> None:
    (one,) = plan_of_lists(
        [source("rented", ListOrigin.RENTED, cost=Decimal(600), uses_left=1)],
        {"rented": SourceTally(people=500, added=400, contacted=200, appointments=50, customers=4,
                               orders=5)},
    )  # fmt: skip
    assert one.cost_per_new == Fraction(3, 2)
    assert one.cost_per_order == 120
    assert one.appointment_rate == Fraction(1, 4)
    assert one.order_rate == Fraction(1, 50)
    assert one.tally.there_before == 100


def test_without_new_contacts_or_orders_or_a_price_a_cost_is_undefined() -> None:
    (one,) = plan_of_lists([source("rented", cost=Decimal(600))], {})
    assert (one.cost_per_new, one.cost_per_order, one.order_rate) == (None, None, None)


def test_who_stands_in_two_lists_is_taken_out_of_the_dearer() -> None:
    listed = plan_of_lists(
        [source("a", cost=Decimal(10)), source("b", cost=Decimal(300)), source("c"), source("d")],
        {"a": SourceTally(people=10, added=10), "b": SourceTally(people=100, added=100)},
    )
    assert overlaps({("b", "c"): 7}, listed) == [Overlap("b", "c", 7, "b")]
    assert overlaps({("a", "b"): 7, ("c", "d"): 9}, listed) == [
        Overlap("c", "d", 9, None), Overlap("a", "b", 7, "b"),
    ]  # fmt: skip
