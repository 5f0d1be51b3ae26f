"""The words of the prospecting chain: its stages and the other facts beside it."""

from __future__ import annotations

#: The stages of the chain where a campaign names no others (CONTRACT, "Words").
DEFAULT_CHAIN: tuple[str, ...] = ("contacted", "replied", "appointment", "quote", "order")

#: What else can become known about a person in a campaign.
FACTS: tuple[str, ...] = (
    "no_answer",
    "call_back",
    "met",
    "refused",
    "lost",
    "opted_out",
    "bounced",
    "complained",
    "returned",
)

#: A call whose outcome is one of these was tried, not done: it stays to be made.
CALL_AGAIN: frozenset[str] = frozenset({"no_answer", "call_back"})

#: What ends a person's chain where a campaign says nothing (those its chain knows).
DEFAULT_STOP: tuple[str, ...] = ("replied", "appointment", "order", "opted_out", "bounced")
