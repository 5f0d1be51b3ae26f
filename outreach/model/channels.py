"""The channels a step may go by, each with everything the house needs to know of it.

A plug-in table: a new channel is a line here, its keys in `files/campaign_shape.py`, and its
words in `runner/wording.py`. Who does it, which address it needs, what it is made of, what a
touch costs by default: nothing of that is asked by name anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"
    VISIT = "visit"
    TASK = "task"

    @property
    def by_hand(self) -> bool:
        """A step that a person does, and that `record` closes."""
        return CHANNELS[self].by_hand

    @property
    def kind(self) -> ChannelKind:
        return CHANNELS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """What a channel is like."""

    #: A person does it, and `record` closes it; else a machine sends or prints it.
    by_hand: bool = False
    #: It leaves at an instant, within the campaign's window; else it is a day's work.
    by_clock: bool = False
    #: The fields of a contact of which one is enough, and those that are all needed.
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    #: What a step or each of its variants must name.
    needed: tuple[str, ...] = ()
    #: Minutes of work of one touch, where its step says nothing. Source: S1, 2 a call.
    minutes: Decimal | None = None
    #: A touch takes a stamp and the paper of the settings' `costs`.
    stamped: bool = False
    #: The field that says since when the address is dead, and the reason it gives.
    dead: tuple[str, str] | None = None
    #: Several contacts may share an address: the same message goes there once.
    shared: bool = False
    #: What an opposition must name to forbid it: a scope of the suppression list.
    scope: str = "all"

    def reaches(self, values: Mapping[str, object]) -> bool:
        """Whether somebody with these values has an address for it."""
        missing = [values.get(name) is None for name in self.all_of]
        given = [values.get(name) is not None for name in self.any_of]
        return not any(missing) and (not given or any(given))


CHANNELS: Mapping[Channel, ChannelKind] = {
    Channel.EMAIL: ChannelKind(
        by_clock=True,
        any_of=("email",),
        needed=("subject", "template"),
        dead=("email_bounced_at", "bounced"),
        shared=True,
        scope="email",
    ),
    Channel.LETTER: ChannelKind(
        all_of=("postal_code", "city"),
        needed=("template",),
        stamped=True,
        dead=("post_returned_at", "invalid_address"),
        scope="post",
    ),
    Channel.CALL: ChannelKind(
        by_hand=True, any_of=("phone", "mobile"), minutes=Decimal(2), scope="phone"
    ),
    Channel.VISIT: ChannelKind(by_hand=True),
    Channel.TASK: ChannelKind(by_hand=True),
}

BY_HAND = tuple(channel for channel, kind in CHANNELS.items() if kind.by_hand)
#: Those that fall due by the day.
BY_DAY = tuple(channel for channel, kind in CHANNELS.items() if not kind.by_clock)
