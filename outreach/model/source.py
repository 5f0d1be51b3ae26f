"""Where contacts come from: one list obtained, its origin, its licence, what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ListOrigin(StrEnum):
    """How a list was come by (plan fichier)."""

    #: The firm's own file.
    INTERNAL = "internal"
    EXCHANGED = "exchanged"
    #: Hired for a number of uses.
    RENTED = "rented"
    BOUGHT = "bought"
    #: Put together by the firm's own research.
    CREATED = "created"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One list. None is unknown, of `uses_left` it is no limit."""

    name: str
    origin: ListOrigin | None = None
    #: What may be done with it, in words.
    licence: str | None = None
    #: How many campaigns may still use it.
    uses_left: int | None = None
    #: None of a list that could be had and was not taken in yet.
    obtained_on: date | None = None
    #: What it cost, or would, in units of the currency.
    cost: Decimal | None = None
    note: str | None = None
