"""The time for visits and the people who need them, as asked and as the team has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from outreach.errors import Text, WrongUsage
from outreach.model.settings import Settings, TeamMember
from outreach.planning.visits import Capacity, Need, Time, capacity
from outreach.runner.plan_book import selection
from outreach.runner.segments import named
from outreach.scheduling.calendar import Calendar
from outreach.segmentation.vocabulary import Vocabulary
from outreach.store.store import Store

_DAY = timedelta(days=1)
#: Weeks of a calendar year, as the sources count them.
WEEKS = 52
#: Days a week where neither the team nor anybody says so.
DAYS = 5


class NoVisitsPerDay(WrongUsage):
    def __init__(self) -> None:
        super().__init__(
            Text("how many visits a seller makes a day is not known"),
            hint=Text("say it: --visits-per-day 4, or visits_per_day of the team in outreach.yaml"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVisits:
    """What is asked of the plan. None: from the settings, from history, or not wanted."""

    since: date
    #: The last day of the period.
    until: date
    weeks: Fraction | None = None
    leave: Fraction = Fraction(0)
    conventions: Fraction = Fraction(0)
    training: Fraction = Fraction(0)
    days: Fraction | None = None
    visits_per_day: Fraction | None = None
    #: Keys of the team; empty: all who make visits.
    sellers: tuple[str, ...] = ()
    holidays: bool = True
    #: `492x4`, or a segment or an expression and `:4`.
    needs: tuple[str, ...] = ()
    target: int | None = None
    current: int | None = None
    retention: Fraction | None = None
    visits_per_customer: Fraction | None = None
    average_deal: Fraction | None = None
    sales_delay: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSeller:
    """What one of the team can do. `who` is None where nobody of a team is meant."""

    who: str | None
    time: Time
    capacity: Capacity


def team_of(settings: Settings, asked: AskedVisits) -> list[OfSeller]:
    known = settings.team
    keys = asked.sellers or tuple(
        key for key, one in known.items() if one.visits_per_day is not None
    )
    if not keys:
        return [_seller(None, TeamMember(key="", name=""), settings, asked)]
    return [_seller(key, known[key], settings, asked) for key in keys]


def _seller(
    key: str | None, member: TeamMember, settings: Settings, asked: AskedVisits
) -> OfSeller:
    per_day = asked.visits_per_day
    if per_day is None:
        if member.visits_per_day is None:
            raise NoVisitsPerDay
        per_day = Fraction(member.visits_per_day)
    days = asked.days if asked.days is not None else Fraction(len(member.days) or DAYS)
    time = Time(
        weeks=_weeks(asked),
        leave=asked.leave,
        conventions=asked.conventions,
        training=asked.training,
        days_per_week=days,
        holidays=_holidays(settings, member, asked, days) if asked.holidays else Fraction(0),
        visits_per_day=per_day,
    )
    return OfSeller(who=key, time=time, capacity=capacity(time))


def _weeks(asked: AskedVisits) -> Fraction:
    if asked.weeks is not None:
        return asked.weeks
    days = (asked.until - asked.since).days + 1
    return Fraction(WEEKS) if days in (365, 366) else Fraction(days, 7)


def _holidays(
    settings: Settings, member: TeamMember, asked: AskedVisits, days: Fraction
) -> Fraction:
    """Public holidays on the days he visits; where these are not named, their share of five."""
    calendar = Calendar.of(settings)
    found, day = 0, asked.since
    named_days = member.days if asked.days is None else ()
    while day <= asked.until:
        usual = day.weekday() in named_days if named_days else day.weekday() < DAYS
        found += usual and calendar.is_holiday(day)
        day += _DAY
    return Fraction(found) if named_days else Fraction(found) * min(days / DAYS, Fraction(1))


def need(store: Store, words: Vocabulary, text: str, *, now: datetime) -> Need:
    """`492x4`: people and visits; `loyal:4`: a segment or an expression, and visits."""
    people, _, each = text.lower().replace("×", "x").partition("x")
    if people.strip().isdecimal() and each.strip().isdecimal():
        return Need(text, int(people), int(each))
    who, _, each = text.rpartition(":")
    if not who.strip() or not each.strip().isdecimal():
        raise WrongUsage(
            Text("{text!r} is no need for visits", text=text),
            hint=Text("write it 492x4, or SEGMENT:4, or EXPR:4"),
        )
    expression = words.segments.get(who.strip(), who)
    if who.strip().isidentifier() and expression == who and words.catalogue.find(who) is None:
        expression = words.segments[named(who, words.segments)]
    found = store.contacts.count(selection(store, words, expression, now=now))
    return Need(who.strip(), found, int(each))
