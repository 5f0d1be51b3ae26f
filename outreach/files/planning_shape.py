"""The key `planning` of outreach.yaml."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import Field

from outreach.errors import Text
from outreach.files.shapes import Number, Shape, Whole, listed, said_in, schema
from outreach.files.values import Unreadable, read_number
from outreach.model.planning import Planning


def _read_delays(text: str) -> tuple[Fraction, ...]:
    shares = tuple(
        Fraction(read_number(word.strip().removesuffix("%"))) / 100 for word in text.split(",")
    )
    if any(one < 0 for one in shares) or not 0 < sum(shares) <= 1:
        raise Unreadable(
            Text("these shares do not add up to 100 % at most"),
            Text("of 100 orders so many in the first month, the next…: 50, 30, 20"),
        )
    return shares


Delays = Annotated[tuple[Fraction, ...], listed(_read_delays), schema("string", "array")]


class WeightsShape(Shape):
    called: ClassVar[Text] = Text("weights")

    accessibility: Number | None = Field(
        None, description="Prospects of one's own that the 6 % stand for (50)."
    )
    touches: Number | None = Field(
        None, description="Prospects that the 4 touches each stand for (1)."
    )
    compensation: Number | None = Field(
        None, description="Active prospects that the 4 for a proposal stand for (4)."
    )
    proposals_per_deal: Number | None = Field(
        None, description="Proposals that the 3 for a deal stand for (3)."
    )
    minutes: Number | None = Field(None, description="Touches that the minutes stand for (10).")


class ChannelMinutesShape(Shape):
    called: ClassVar[Text] = Text("minutes")

    call: Number | None = Field(None, description="Of a call (2).")
    letter: Number | None = Field(None, description="Of a letter (3).")
    email: Number | None = Field(None, description="Of an e-mail (0: a machine sends it).")
    visit: Number | None = Field(None, description="Of a visit, with the way (60).")
    task: Number | None = Field(None, description="Of another task (15).")


class PlanningShape(Shape):
    called: ClassVar[Text] = Text("planning")

    weight: Number | None = Field(
        None,
        description="How much the sources' defaults weigh beside your own history: 1 as stated,"
        " 0 not at all, 2 twice.",
    )
    weights: WeightsShape | None = Field(
        None, description="How many observations of your own a default stands for, one by one."
    )
    minutes: ChannelMinutesShape | None = Field(
        None, description="Minutes of one touch by channel, where your history does not tell."
    )
    delays: Delays = Field(
        (),
        description="Of 100 orders, how many come in the first month, the next…, the last over"
        " the rest of a year (50, 30, 20).",
    )
    payment_days: Whole | None = Field(None, description="Days from an order to its money (30).")


def planning_of(shape: PlanningShape | None) -> Planning:
    """What the settings state; the noun knows what holds for the rest."""
    if shape is None:
        return Planning()
    said: dict[str, Any] = {
        "weight": shape.weight,
        "payment_days": shape.payment_days,
        "delays": shape.delays or None,
        "weights": said_in(shape.weights),
        "minutes": said_in(shape.minutes),
    }
    return Planning(**{key: value for key, value in said.items() if value is not None})
