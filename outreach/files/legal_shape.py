"""The keys about what the law asks: `legal:` of a campaign, `policy:` of the settings."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from outreach.errors import Text
from outreach.files.shapes import (
    Count,
    Flag,
    PlainText,
    Shape,
    choice,
    listed,
    one_of,
    schema,
)
from outreach.files.values import read_days, read_hours
from outreach.model.legal import Legal, Purpose, Sector
from outreach.model.policy import ConsumerCalls, People, Policy

_PURPOSES = tuple(purpose.value for purpose in Purpose)
_SECTORS = tuple(sector.value for sector in Sector)
_PEOPLE = tuple(people.value for people in People)


class LegalShape(Shape):
    called: ClassVar[Text] = Text("`legal:`")

    purpose: Annotated[str, one_of(*_PURPOSES), choice(*_PURPOSES)] | None = Field(
        None, description="prospecting, or service: what a running contract needs, no promotion."
    )
    sector: Annotated[str, one_of(*_SECTORS), choice(*_SECTORS)] | None = Field(
        None, description="A trade with a ban of its own: energy_renovation, home_adaptation."
    )
    interest: PlainText | None = Field(
        None,
        description="Why the offer concerns these people in their profession: our legitimate"
        " interest, weighed against theirs.",
    )


class ConsumerCallsShape(Shape):
    called: ClassVar[Text] = Text("`consumer_calls:`")

    hours: Annotated[tuple[Any, ...], listed(read_hours), schema("string", "array")] = Field(
        (), description="On the clock of who is called: 10:00-13:00, 14:00-20:00."
    )
    days: Annotated[tuple[int, ...], listed(read_days), schema("string", "array")] = Field(
        (), description="Days of the week: mon-fri."
    )
    holidays: Flag = Field(False, description="true: also on public holidays.")
    attempts: Count | None = Field(None, description="At most so many calls (4) …")
    period: Count | None = Field(None, description="… in so many days (30).")
    rest: Count | None = Field(None, description="Days without a call after a refusal (60).")


class PolicyShape(Shape):
    called: ClassVar[Text] = Text("`policy:`")

    retention_years: Count | None = Field(
        None, description="Years from a prospect's last own act until his data is deleted (3)."
    )
    people: Annotated[str, one_of(*_PEOPLE), choice(*_PEOPLE)] | None = Field(
        None,
        description="Whom the base holds: auto (told person by person), professionals, consumers.",
    )
    customers_told: Flag = Field(
        False,
        description="true: customers gave their address at a sale, were told of e-mails and could"
        " refuse (soft opt-in).",
    )
    consumer_calls: ConsumerCallsShape | None = Field(
        None, description="When and how often private people are called."
    )


def legal_of(shape: LegalShape | None) -> Legal:
    """What a campaign says about its own ground."""
    if shape is None:
        return Legal()
    return Legal(
        purpose=Purpose(shape.purpose or Purpose.PROSPECTING),
        sector=Sector(shape.sector) if shape.sector else None,
        interest=shape.interest,
    )


def policy_of(shape: PolicyShape | None) -> Policy:
    """What the firm states; what it does not say stays as careful as it is."""
    if shape is None:
        return Policy()
    calls = shape.consumer_calls
    said = {key: value for key, value in calls or () if value not in (None, ())}
    return Policy(
        retention_years=shape.retention_years or Policy().retention_years,
        people=People(shape.people or People.AUTO),
        customers_told=shape.customers_told,
        consumer_calls=ConsumerCalls(**said),
    )
