"""The plan of an effort: who does it, when it is done, what it costs; and the market it is for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil

from outreach.cli.effort_words import plain
from outreach.errors import Plural, Text
from outreach.evaluation.document import Cell, Column, Section, Table, Unit
from outreach.language import Amount
from outreach.planning.market import Market
from outreach.runner.effort_asked import Plan
from outreach.runner.wording import CHANNELS


def doing_section(plan: Plan, currency: str) -> Section | None:
    tables = [*_channels(plan), *_people(plan)]
    lead = _times(plan)
    cost = sum((one.cost for one in plan.parts), Fraction(0))
    if cost:
        amount = Amount(cost, currency)
        lead.append(Text("It costs {amount}: minutes, stamps and paper.", amount=amount))
    elif tables or lead:
        lead.append(Text("What it costs: state `costs` in the settings."))
    if not tables and not lead:
        return None
    return Section("doing", Text("Who, when, for how much"), lead=tuple(lead), tables=tuple(tables))


def _times(plan: Plan) -> list[Text]:
    found: list[Text] = []
    schedule, fit = plan.schedule, plan.fit
    if schedule is not None:
        weeks = plain(schedule.weeks, 2)
        found.append(
            Plural(
                "{exact} weeks of these people's time: {count} week, done on {day}",
                "{exact} weeks of these people's time: {count} weeks, done on {day}",
                schedule.whole_weeks,
                exact=weeks,
                day=schedule.ends_on or Text("no day within ten years"),
            )
        )
    if fit is not None and fit.fits:
        found.append(Text("It fits into the time up to {day}.", day=fit.by))
    elif fit is not None:
        found.append(
            Plural(
                "It does not fit into the time up to {day}: {hours} hour is missing.",
                "It does not fit into the time up to {day}: {hours} hours are missing.",
                _counted(fit.missing_hours),
                day=fit.by,
                hours=plain(fit.missing_hours),
            )
        )
    if fit is not None and fit.hours_per_week is not None:
        found.append(
            Plural(
                "It takes {hours} hour every week until then.",
                "It takes {hours} hours every week until then.",
                _counted(fit.hours_per_week),
                hours=plain(fit.hours_per_week),
            )
        )
    return found


def _counted(hours: Fraction) -> int:
    """The count whose grammar suits a number of hours as it is told: 1 hour, 1.5 hours."""
    told = plain(hours)
    return int(told) if told == told.to_integral() else max(2, ceil(told))


def _channels(plan: Plan) -> list[Table]:
    if all(one.load.channel is None for one in plan.parts):
        return []
    rows: list[Mapping[str, Cell]] = [
        {
            "channel": CHANNELS[one.load.channel],
            "share": one.load.share,
            "touches": one.touches,
            "minutes": one.load.minutes,
            "hours": one.hours,
            "cost": one.cost,
        }
        for one in plan.parts
        if one.load.channel is not None
    ]
    columns = (
        Column("channel", Text("channel"), Unit.TEXT),
        Column("share", Text("share"), Unit.RATE),
        Column("touches", Text("touches"), Unit.COUNT, total="sum"),
        Column("minutes", Text("minutes each"), Unit.COUNT),
        Column("hours", Text("hours"), Unit.HOURS, total="sum"),
        Column("cost", Text("cost"), Unit.MONEY, total="sum"),
    )
    return [Table("channels", Text("By channel"), columns, tuple(rows))]


def _people(plan: Plan) -> list[Table]:
    if plan.schedule is None or len(plan.schedule.shares) < 2:
        return []
    rows: list[Mapping[str, Cell]] = [
        {
            "seller": one.worker.name,
            "week": one.worker.hours_per_week,
            "calls": one.worker.calls_per_day,
            "touches": one.touches,
            "hours": one.hours,
        }
        for one in plan.schedule.shares
    ]
    columns = (
        Column("seller", Text("seller"), Unit.TEXT),
        Column("week", Text("hours a week"), Unit.COUNT),
        Column("calls", Text("calls a day"), Unit.COUNT),
        Column("touches", Text("touches"), Unit.COUNT, total="sum"),
        Column("hours", Text("hours"), Unit.HOURS, total="sum"),
    )
    return [Table("people", Text("By person"), columns, tuple(rows))]


def market_section(market: Market | None) -> Section | None:
    if market is None:
        return None
    lead = (
        Text(
            "Potential market: {ours} + {theirs} + {not_yet} = {potential}",
            ours=Decimal(market.ours),
            theirs=Decimal(market.competitors),
            not_yet=Decimal(market.non_consumers),
            potential=Decimal(market.potential),
        ),
    )
    return Section("market", Text("Market"), lead=lead)
