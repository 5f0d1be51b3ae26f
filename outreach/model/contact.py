"""A contact: a person or a site, with what is known about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outreach.errors import Text
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.model.value import value


class Kind(StrEnum):
    """How far a contact has come (B2): on file, contacted, has ordered."""

    SUSPECT = "suspect"
    PROSPECT = "prospect"
    CUSTOMER = "customer"


class Interest(StrEnum):
    """What a prospect thinks of the offer (B2)."""

    ARID = "arid"
    LATENT = "latent"
    ACTIVE = "active"
    INBOUND = "inbound"


class LifeStage(StrEnum):
    """Where a customer stands in his life with us (B8)."""

    NEW = "new"
    DEVELOPING = "developing"
    MATURE = "mature"
    DECLINING = "declining"
    EPISODIC = "episodic"
    LOST = "lost"


@value
class Contact:
    """One person or site as the base knows them now.

    `values` holds every field of the catalogue by name; a missing value is None.
    """

    id: ContactId
    values: Mapping[str, Value]
    tags: frozenset[str] = frozenset()

    def text(self, name: str) -> str | None:
        """The value of a text field; None when it is missing."""
        value = self.values.get(name)
        return None if value is None else str(value)

    @property
    def name(self) -> str:
        """How a list or an error calls this contact: name, else company, else address, else id."""
        person = " ".join(filter(None, (self.text("first_name"), self.text("last_name"))))
        return person or self.text("company") or self.text("email") or f"#{self.id}"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A cell that could not be used, or that cleaning changed: what was written stays known."""

    field: str
    original: str
    #: Why the value was set aside; None when it was only written in a cleaner form.
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A row of a file, cleaned: what it says about one contact, not yet in the base.

    `line` is where the row begins in its file, counting from 1.
    """

    line: int
    values: Mapping[str, Value]
    tags: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = field(default=())
