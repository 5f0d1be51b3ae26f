"""How often a person may be touched, over all campaigns: as the settings state it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """None is no limit. Only channels that are named count and wait; none named are all."""

    #: A person touched on a day is left in peace until so many days later.
    min_days_between_touches: int | None = None
    #: In any 30 days.
    most_touches_per_month: int | None = None
    channels: tuple[str, ...] = ()

    def covers(self, channel: str) -> bool:
        """Whether touches on a channel count, and wait."""
        return not self.channels or channel in self.channels
