"""The keys under `limits:`, of a sender in `outreach.yaml` and of a campaign file."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import Field

from outreach.errors import Text
from outreach.files.settings_values import read_gap, read_growth, read_speed
from outreach.files.shapes import Count, Shape, scalar, schema
from outreach.model.settings import Limits

Speed = Annotated[float, scalar(read_speed), schema("number", "string", exclusiveMinimum=0)]
Growth = Annotated[Fraction, scalar(read_growth), schema("number", "string", minimum=0, maximum=1)]
Gap = Annotated[tuple[float, float], scalar(read_gap), schema("string", "number")]


class WarmUpShape(Shape):
    called: ClassVar[Text] = Text("a warm-up")

    start: Count = Field(description="Messages on the first day.")
    growth: Growth = Field(description="By how much each day allows more than the day before: 20%.")


class ProviderLimitsShape(Shape):
    """What one provider gets: all its domains together, from all senders together."""

    called: ClassVar[Text] = Text("a provider's limits")

    per_second: Speed | None = Field(None, description="Messages a second.")
    per_minute: Speed | None = Field(None, description="Messages a minute.")
    per_hour: Count | None = Field(None, description="Messages in any hour.")
    per_day: Count | None = Field(None, description="Messages in any day.")


class LimitsShape(ProviderLimitsShape):
    """Those of a sender or of a campaign."""

    called: ClassVar[Text] = Text("limits")

    per_domain_per_minute: Speed | None = Field(
        None, description="Messages a minute to one domain."
    )
    gap: Gap | None = Field(
        None, description="Seconds between two messages, as people write them: 40-90."
    )
    warm_up: WarmUpShape | None = Field(None, description="Fewer messages in the first days.")


def limits(shape: ProviderLimitsShape | None) -> Limits:
    """The noun; what is not said is not limited."""
    values = {key: value for key, value in shape or () if value is not None}
    warm_up = values.pop("warm_up", None)
    return Limits(
        **values,
        warm_up_start=warm_up.start if warm_up else None,
        warm_up_growth=warm_up.growth if warm_up else Fraction(0),
    )
