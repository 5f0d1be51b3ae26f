"""The options of `report` that say what to count: breakdowns, a period, a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

import click

from outreach.application import Application
from outreach.errors import Text, WrongUsage
from outreach.model.asked import Asked, CreditRule, Dimension


class EmptyPeriod(WrongUsage):
    def __init__(self, since: str, until: str) -> None:
        super().__init__(
            Text("no day lies from {since} to {until}", since=since, until=until),
            hint=Text("--from is the first day, --to the last one, which is in it"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The options as they were typed."""

    by: tuple[str, ...]
    since: str | None
    until: str | None
    rule: str
    at_once: int


def asked_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the command gets them as `given`."""

    @click.option(
        "--by",
        type=click.Choice([one.value for one in Dimension]),
        multiple=True,
        help="The chain by that, too. Repeatable.",
    )
    @click.option("--from", "since", metavar="DATE", help="What happened from that day on.")
    @click.option("--to", "until", metavar="DATE", help="Up to that day, which is in it.")
    @click.option(
        "--rule",
        type=click.Choice([one.value for one in CreditRule]),
        default=CreditRule.LAST.value,
        show_default=True,
        help="Which touch earned a stage: the last or the first before it, or all evenly.",
    )
    @click.option(
        "--at-once",
        type=click.IntRange(0, 3650),
        metavar="DAYS",
        default=Asked().at_once,
        show_default=True,
        help="An order came at once within so many days of the first touch.",
    )
    @wraps(command)
    def with_given(
        *args: Any,
        by: tuple[str, ...],
        since: str | None,
        until: str | None,
        rule: str,
        at_once: int,
        **more: Any,
    ) -> Any:
        given = Given(by=by, since=since, until=until, rule=rule, at_once=at_once)
        return command(*args, given=given, **more)

    return with_given


def asked_of(parts: Application, given: Given) -> Asked:
    """What the options ask for, in instants. Raises `EmptyPeriod`, and what is no date."""
    since = parts.day_start(_day(parts, given.since)) if given.since else None
    until = None
    if given.until:
        until = parts.day_start(_day(parts, given.until) + timedelta(days=1))
    if since is not None and until is not None and since >= until:
        raise EmptyPeriod(str(given.since), str(given.until))
    return Asked(
        by=tuple(Dimension(one) for one in dict.fromkeys(given.by)),
        since=since,
        until=until,
        rule=CreditRule(given.rule),
        at_once=given.at_once,
    )


def _day(parts: Application, text: str) -> date:
    return parts.instant(text).astimezone(parts.settings.zone).date()


def period_json(parts: Application, asked: Asked) -> dict[str, str | None]:
    """The days that were asked for, both of them in it."""

    def written(at: datetime | None) -> str | None:
        return at.astimezone(parts.settings.zone).date().isoformat() if at else None

    last = asked.until - timedelta(microseconds=1) if asked.until else None
    return {"from": written(asked.since), "to": written(last)}


def period_text(parts: Application, asked: Asked) -> Text | None:
    """The days in words; None where everything counts."""
    days = period_json(parts, asked)
    match days["from"], days["to"]:
        case None, None:
            return None
        case None, until:
            return Text("Only what happened up to {until} counts.", until=_read(until))
        case since, None:
            return Text("Only what happened from {since} on counts.", since=_read(since))
        case since, until:
            return Text(
                "Only what happened from {since} to {until} counts.",
                since=_read(since),
                until=_read(until),
            )


def _read(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
