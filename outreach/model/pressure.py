"""How often a person may be touched, over all campaigns: as the settings state it."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.model.channels import Channel

#: The stage that the touch of a task carries: it was ticked off.
TICKED_OFF = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """None is no limit. Only channels that are named count and wait.

    None named are all on which somebody is touched: a task is our own work, which neither waits
    for the peace of a person nor disturbs it, unless it is named.
    """

    #: A person touched on a day is left in peace until so many days later.
    min_days_between_touches: int | None = None
    #: In any 30 days.
    most_touches_per_month: int | None = None
    channels: tuple[str, ...] = ()

    def covers(self, channel: str) -> bool:
        """Whether touches on a channel count, and wait."""
        return channel in self.channels if self.channels else channel != Channel.TASK

    @property
    def covered(self) -> tuple[str, ...]:
        """The channels of steps whose turn it asks."""
        return self.channels or tuple(channel for channel in Channel if self.covers(channel))
