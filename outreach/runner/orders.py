"""The orders of people, as letters and e-mails print them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import overload

from outreach.model.event import Order
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.model.text import fold
from outreach.rendering.letter.names import ListFields

#: What an order holds, by the names that templates may use for it.
_FIELDS = {
    "on": "on", "date": "on", "amount": "amount", "montant": "amount",
    "note": "note", "campaign": "campaign", "campagne": "campaign",
}  # fmt: skip
_ORDERS = ListFields("orders", _FIELDS)
#: The lists that rows can be repeated for, by the names they may be written with.
LISTS: Mapping[str, ListFields] = {"orders": _ORDERS, "commandes": _ORDERS}

_MARKER = re.compile(r"(TableStart|TableEnd|BeginGroup|EndGroup)\s*:", re.IGNORECASE)

#: Reads the orders of some people at once.
ReadOrders = Callable[[Collection[ContactId]], Mapping[ContactId, Sequence[Order]]]
Item = Mapping[str, Value]


def is_of_a_list(name: str) -> bool:
    """Whether a merge field that is no contact field repeats a list, or is one of its items'."""
    owner, _, _ = name.partition(".")
    return fold(owner) in LISTS or fold(name) in _FIELDS or _MARKER.match(name) is not None


def items(orders: Sequence[Order]) -> Sequence[Item]:
    """Orders as the items of a list."""
    return [
        {"on": one.on, "amount": one.amount, "note": one.note, "campaign": one.campaign}
        for one in orders
    ]


class OrdersOf(Sequence[Item]):
    """One person's orders, read when a template first asks for them: few do."""

    def __init__(self, contact: ContactId, read: ReadOrders) -> None:
        self._contact = contact
        self._read = read
        self._found: Sequence[Item] | None = None

    @property
    def _items(self) -> Sequence[Item]:
        if self._found is None:
            self._found = items(self._read([self._contact])[self._contact])
        return self._found

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        return self._items[place]

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
