"""What is known about a contact: the catalogue of fields.

Standard fields are the columns every workspace has; derived fields are counted
from events; the rest are the user's own, typed from what was imported. A field is
found by its name (`date_de_commande`) or by its label (`Date de commande`), without
regard to case or accents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from outreach.model.text import fold

#: What a field of a contact may hold. None is "missing": never "", never 0.
Value = str | int | Decimal | date | datetime | bool | None


class FieldType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    #: A decimal of at most 15 significant digits; more digits are an identifier, hence text.
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    #: An amount in units of the workspace's currency, stored in integer minor units.
    MONEY = "money"


class Origin(StrEnum):
    STANDARD = "standard"
    DERIVED = "derived"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in expressions and templates, its label in files, its type."""

    name: str
    type: FieldType = FieldType.TEXT
    label: str = ""
    origin: Origin = Origin.STANDARD
    #: The column of the table `contact` that holds it.
    column: str = ""

    @property
    def stored_in(self) -> str:
        return self.column or self.name

    @property
    def has_twin(self) -> bool:
        """Whether `<column>_folded` stands beside the column (all text that people type)."""
        return self.type is FieldType.TEXT and self.name not in UNTWINNED


#: Text that is stored in a form `fold` leaves as it is.
UNTWINNED = frozenset({"kind", "siret", "stage", "interest", "life_stage"})

STANDARD: tuple[Field, ...] = tuple(
    Field(name, label=label)
    for name, label in (
        ("external_id", "Identifier"),
        ("civility", "Civility"),
        ("first_name", "First name"),
        ("last_name", "Last name"),
        ("job_title", "Job title"),
        ("company", "Company"),
        ("siret", "SIRET"),
        ("email", "E-mail"),
        ("phone", "Phone"),
        ("mobile", "Mobile"),
        ("street", "Street"),
        ("street2", "Street, second line"),
        ("postal_code", "Postal code"),
        ("city", "City"),
        ("country", "Country"),
        ("language", "Language"),
        ("kind", "Kind"),
        ("source", "Source"),
    )
)

#: What somebody is worth winning (domain notes B7): typology, turnover a year there could be,
#: ease of conquest from 1 to 5. Said by people (`plan score`, a file, `contacts set`).
SCORED: tuple[Field, ...] = (
    Field("customer_type", label="Type of customer"),
    Field("potential", FieldType.MONEY, "Potential a year", column="potential_minor"),
    Field("ease", FieldType.INTEGER, "Ease of conquest", column="ease_of_conquest"),
)

DERIVED: tuple[Field, ...] = tuple(
    Field(name, type_, label, Origin.DERIVED, column)
    for name, type_, label, column in (
        ("life_stage", FieldType.TEXT, "Life stage", ""),
        ("order_count", FieldType.INTEGER, "Orders", ""),
        ("revenue", FieldType.MONEY, "Revenue", "revenue_minor"),
        ("last_order_on", FieldType.DATE, "Last order on", ""),
        ("first_order_on", FieldType.DATE, "First order on", ""),
        ("last_contacted_on", FieldType.DATE, "Last contacted on", ""),
        ("last_reply_on", FieldType.DATE, "Last reply on", ""),
        ("touch_count", FieldType.INTEGER, "Touches", ""),
        ("stage", FieldType.TEXT, "Stage", ""),
        ("interest", FieldType.TEXT, "Interest", ""),
    )
)

STANDARD_NAMES: tuple[str, ...] = tuple(field.name for field in STANDARD)
SCORED_TYPES: dict[str, FieldType] = {field.name: field.type for field in SCORED}


class Catalogue:
    """Every field of one contact base, found by name or by label."""

    def __init__(
        self,
        user_fields: Iterable[Field] = (),
        heading: Callable[[str], str | None] = lambda text: None,
    ) -> None:
        """`heading`: the name of the field that a heading or a translated label means, or None.

        A base whose owner has long had a field `potential` of his own keeps his.
        """
        own = tuple(user_fields)
        names = {field.name for field in own}
        scored = (field for field in SCORED if field.name not in names)
        self.fields: tuple[Field, ...] = (*STANDARD, *scored, *DERIVED, *own)
        self._by_name = {field.name: field for field in self.fields}
        self._heading = heading
        self._by_label = {fold(f.label): f for f in reversed(self.fields) if f.label}

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    @property
    def user_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.origin is Origin.USER)

    def find(self, name: str) -> Field | None:
        """The field of that name or label, however it is cased; None when there is none."""
        return (
            self._by_name.get(name)
            or self._by_name.get(fold(name))
            or self._by_label.get(fold(name))
        )

    def labelled(self, label: str) -> Field | None:
        """The field of that name or label, or of a heading: `Code postal`, `Commandes`.

        A condition means the same whatever language the labels are shown in.
        """
        return self.find(label) or self._by_name.get(self._heading(label) or "")
