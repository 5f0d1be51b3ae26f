"""How people and instants are named on a command line, and what is said of names that fail."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.errors import DefinitionError, Text, WrongUsage

if TYPE_CHECKING:
    from outreach.model.contact import Contact


#: A zero byte, or half of a surrogate pair: what a byte that is not UTF-8 is read as.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


#: A locale for each order in which people write day, month and year.
_ORDERS = ("fr_FR", "en_US")


class UnknownPerson(WrongUsage):
    def __init__(self, who: str) -> None:
        super().__init__(
            Text("nobody in the contact base is called {who!r}", who=who),
            hint=Text("an e-mail address, an identifier or a name is understood"),
        )


class AmbiguousPerson(WrongUsage):
    def __init__(self, who: str, found: list[Contact]) -> None:
        people = "; ".join(f"{c.id}: {c.name} {c.text('email') or ''}".strip() for c in found[:8])
        what = Text("{who!r} may be {count} people: {people}", who=who, count=len(found),
                    people=people)  # fmt: skip
        super().__init__(what, hint=Text("name one of them by the number before the colon"))


class BadInstant(WrongUsage):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text!r} is no date and time", text=text),
            hint=Text("write it like 2027-03-01, 2027-03-01T09:30 or yesterday"),
        )


class BadText(DefinitionError):
    """What no database can hold."""

    def __init__(self, name: str | Text) -> None:
        super().__init__(
            Text("{name} has signs that are no text", name=name),
            hint=Text("zero bytes, or bytes that are not UTF-8: type it again"),
        )


def is_text(typed: str) -> bool:
    return _NO_TEXT.search(typed) is None


def require_instant(text: str) -> None:
    """Raise `BadInstant` for what is no instant in any locale, before there are settings."""
    from outreach.runner.said_days import is_near, read_clock
    from outreach.segmentation.dates import read_date

    _, day = read_clock(text.strip())
    if not is_near(day) and not any(read_date(day, order) for order in _ORDERS):
        read_instant(text)


def read_instant(text: str) -> datetime:
    """A date, or a date and time, as typed. Raises `BadInstant`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInstant(text) from None
