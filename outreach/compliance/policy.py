"""What a firm has stated otherwise than the careful defaults: shown, never silent. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.errors import Text
from outreach.model.policy import ConsumerCalls, People, Policy

__all__ = ["ConsumerCalls", "People", "Policy", "departures"]


def departures(policy: Policy) -> Iterator[Text]:
    """What the firm has stated otherwise than the careful defaults, a sentence each."""
    usual = Policy()
    if policy.retention_years != usual.retention_years:
        yield Text(
            "prospects are kept for {years} years after their last act, not {usual}",
            years=policy.retention_years,
            usual=usual.retention_years,
        )
    if policy.people is People.PROFESSIONALS:
        yield Text("everybody is taken for a professional")
    elif policy.people is People.CONSUMERS:
        yield Text("everybody is taken for a private person")
    if policy.customers_told:
        yield Text("customers are written to without recorded consent (soft opt-in is stated)")
    if policy.consumer_calls != usual.consumer_calls:
        yield from _calls(policy.consumer_calls, usual.consumer_calls)


def _calls(stated: ConsumerCalls, usual: ConsumerCalls) -> Iterator[Text]:
    if (stated.hours, stated.days) != (usual.hours, usual.days):
        yield Text("private people are called at hours of your own")
    if stated.holidays != usual.holidays:
        yield Text("private people are called on public holidays")
    if (stated.attempts, stated.period) != (usual.attempts, usual.period):
        yield Text(
            "private people are called {attempts} times in {days} days, not {usual} in {period}",
            attempts=stated.attempts,
            days=stated.period,
            usual=usual.attempts,
            period=usual.period,
        )
    if stated.rest != usual.rest:
        yield Text(
            "private people who refused are left alone for {days} days, not {usual}",
            days=stated.rest,
            usual=usual.rest,
        )
