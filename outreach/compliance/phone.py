"""Whether somebody may be called at an instant, and when next he may be.

The hours, days and numbers are the policy's (`policy.ConsumerCalls`, the law's by default);
since when they hold and where they are written stands in `rules.py`. Professionals may be
called at any hour. Pure: public holidays come in as a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from outreach.compliance.nature import Nature
from outreach.compliance.permission import Decision, Ruling, decision
from outreach.compliance.policy import ConsumerCalls, Policy
from outreach.compliance.rules import RULES, Question, Rule
from outreach.errors import Text
from outreach.model.campaign import Channel

#: A permitted instant is looked for so many days ahead.
_HORIZON = 120


def may_call_at(
    nature: Nature,
    at: datetime,
    attempts: Sequence[datetime],
    zone: tzinfo,
    *,
    is_holiday: Callable[[date], bool],
    refused_at: datetime | None = None,
    country: str = "FR",
    policy: Policy | None = None,
) -> Decision:
    """Whether the hour, the calls made so far and a refusal allow a call at `at`.

    `attempts` are the instants of earlier calls of ours, whether or not anybody answered, in
    any order; `zone` is where the clock of the person stands, whose `country` it is.
    Whether the person may be called at all is `permission.may_contact`.
    """
    usual = (policy or Policy()).consumer_calls
    local = at.astimezone(zone)
    return decision(
        tuple(
            Ruling(rule.id, said, rule.since, rule.source, rule.effect)
            for rule in _asked(nature, country, local.date())
            if (said := _lack(rule, usual, local, attempts, is_holiday, refused_at))
        )
    )


def next_call(
    nature: Nature,
    at: datetime,
    attempts: Sequence[datetime],
    zone: tzinfo,
    *,
    is_holiday: Callable[[date], bool],
    refused_at: datetime | None = None,
    country: str = "FR",
    policy: Policy | None = None,
) -> datetime | None:
    """The first instant not before `at` at which a call is allowed; None: not in months."""
    usual = (policy or Policy()).consumer_calls
    for moment in _moments(at.astimezone(zone), usual):
        answer = may_call_at(
            nature, moment, attempts, zone, is_holiday=is_holiday, refused_at=refused_at,
            country=country, policy=policy,
        )  # fmt: skip
        if not answer.findings:
            return moment
    return None


def _moments(start: datetime, usual: ConsumerCalls) -> Iterator[datetime]:
    """Now, then the beginning of every span of hours on every day to come."""
    yield start
    for days in range(_HORIZON):
        day = start.date() + timedelta(days=days)
        for opens, _ in usual.hours:
            moment = datetime.combine(day, opens, tzinfo=start.tzinfo)
            if moment > start:
                yield moment


def _asked(nature: Nature, country: str, day: date) -> Iterator[Rule]:
    for rule in RULES:
        if (
            Channel.CALL in rule.channels
            and rule.question in (Question.HOURS, Question.ATTEMPTS, Question.REST)
            and nature in rule.natures
            and (rule.countries is None or country in rule.countries)
            and rule.holds_on(day)
        ):
            yield rule


def _lack(
    rule: Rule,
    usual: ConsumerCalls,
    local: datetime,
    attempts: Sequence[datetime],
    is_holiday: Callable[[date], bool],
    refused_at: datetime | None,
) -> Text | None:
    if rule.question is Question.HOURS:
        return _at_this_hour(usual, local, is_holiday)
    if rule.question is Question.ATTEMPTS:
        return _too_often(usual, local, attempts)
    return _after_refusal(usual, local, refused_at)


def _at_this_hour(
    usual: ConsumerCalls, local: datetime, is_holiday: Callable[[date], bool]
) -> Text | None:
    day, clock = local.date(), local.time()
    if day.weekday() not in usual.days:
        return Text("private people are not called on that day of the week")
    if not usual.holidays and is_holiday(day):
        return Text("private people are not called on public holidays")
    if any(opens <= clock < closes for opens, closes in usual.hours):
        return None
    spans = ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in usual.hours)
    return Text("private people are called only at {hours}, by their own clock", hours=spans)


def _too_often(usual: ConsumerCalls, local: datetime, attempts: Sequence[datetime]) -> Text | None:
    since = local - timedelta(days=usual.period)
    count = sum(since < one <= local for one in attempts)
    if count < usual.attempts:
        return None
    return Text(
        "called {count} times in {days} days: {most} are allowed towards private people",
        count=count,
        days=usual.period,
        most=usual.attempts,
    )


def _after_refusal(
    usual: ConsumerCalls, local: datetime, refused_at: datetime | None
) -> Text | None:
    if refused_at is None or refused_at > local:
        return None
    ends = refused_at.astimezone(local.tzinfo) + timedelta(days=usual.rest)
    if local >= ends:
        return None
    return Text("refused by phone: not to be called again before {day}", day=ends.date())
