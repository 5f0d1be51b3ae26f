"""What a season looks like before it is played: its warnings, its cost, what it may bring.

Counted from the days ahead (`scheduling/ahead.py`), so it is the most that can happen:
nobody is taken to answer and drop out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.errors import Text
from outreach.evaluation.break_even import BreakEven, MarginOrigin, breaking_even
from outreach.model.campaign import Campaign, Channel
from outreach.model.planning import Planning
from outreach.model.settings import Costs, Settings
from outreach.planning.expectation import Expectation, expect
from outreach.planning.habits import Coefficients, Habits
from outreach.runner.ahead import too_late
from outreach.runner.habits import habits_of
from outreach.runner.outcomes import cost_of
from outreach.runner.wording import CHANNELS
from outreach.scheduling.foreseen import Ahead, Leaving
from outreach.scheduling.levelling import most_a_day
from outreach.store.store import Store

#: More of it on one day than anybody does, where nobody states what a day holds: it is asked
#: about, never limited. A call with its preparation and its note takes some 8 minutes.
MANY: Mapping[Channel, int] = {Channel.CALL: 60, Channel.VISIT: 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a campaign costs, in units of the currency."""

    #: By step: what its touches to come cost.
    steps: Mapping[str, Decimal]
    fixed: Decimal
    #: What has left already has cost.
    spent: Decimal
    budget: Decimal | None
    #: Who would be enrolled, and what the campaign states that an order leaves.
    people: int = 0
    margin_per_order: Decimal | None = None

    @property
    def total(self) -> Decimal:
        return sum(self.steps.values(), self.fixed + self.spent)

    @property
    def beyond(self) -> Decimal:
        """How much more than the budget; 0 within it."""
        return max(Decimal(0), self.total - self.budget) if self.budget is not None else Decimal(0)

    @property
    def break_even(self) -> BreakEven:
        """How many orders would pay for it, and the least response that this asks for."""
        stated = self.margin_per_order
        return breaking_even(
            cost=self.total,
            sent=self.people,
            margin_per_order=None if stated is None else Fraction(stated),
            origin=MarginOrigin.STATED,
        )


def price(
    campaign: Campaign,
    looked: Ahead,
    costs: Costs,
    *,
    left: Sequence[Leaving] = (),
    people: int = 0,
) -> Price:
    """Each touch at its step's price, and what does not depend on the number of `people`."""
    by_name = {step.name: cost_of(step, costs) for step in campaign.every_step}
    steps = {name: by_name[name] * count for name, count in _counted(campaign, looked.days)}
    spent = sum((by_name[one.step] * one.count for one in left), Decimal(0))
    fixed = sum(campaign.fixed_costs.values(), Decimal(0))
    return Price(
        steps=steps,
        fixed=fixed,
        spent=spent,
        budget=campaign.budget,
        people=people,
        margin_per_order=campaign.margin_per_order,
    )


def _counted(campaign: Campaign, days: Iterable[Leaving]) -> Iterator[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for one in days:
        counted[one.step] += one.count
    for step in campaign.steps:
        if counted[step.name]:
            yield step.name, counted[step.name]


def expected(store: Store, planning: Planning, contacted: int) -> tuple[Expectation, Habits]:
    """What so many people contacted may bring: by the firm's own history and by the sources."""
    used = habits_of(store, planning, Coefficients())
    return expect(contacted, used), used


# --- warnings ------------------------------------------------------------------------------------


def warnings(campaign: Campaign, settings: Settings, looked: Ahead) -> list[Text]:
    """What one would rather know before the first stamp is bought."""
    return [
        *too_late(looked),
        *_spread(campaign, looked),
        *_too_much(campaign, settings, looked),
    ]


def _spread(campaign: Campaign, looked: Ahead) -> Iterator[Text]:
    """Where more falls due on a day than the team's days hold: until when it takes."""
    for step in campaign.steps:
        due = {day: n for (day, name), n in looked.fall_due.items() if name == step.name}
        done = {one.day: one.count for one in looked.days if one.step == step.name}
        if not due or not done:
            continue
        day, count = max(due.items(), key=lambda one: (one[1], one[0]))
        if max(done) > max(due):
            yield Text(
                "{count} of {step} fall due on {day}; the team's days hold fewer: the last one"
                " is done on {last}",
                count=count,
                step=step.name,
                day=day,
                last=max(done),
            )


def _too_much(campaign: Campaign, settings: Settings, looked: Ahead) -> Iterator[Text]:
    """More on one day than somebody's day holds, or than anybody does where nobody says."""
    channels = {step.name: step.channel for step in campaign.steps}
    worst: dict[Channel, tuple[int, date, str]] = {}
    for (day, member, channel), count in sorted(_by_day(looked, channels).items()):
        known = settings.team.get(member)
        most = most_a_day(known, channel) if known else None
        who = known.name if known else member
        if most is None and count > MANY.get(channel, count):
            worst[channel] = max(worst.get(channel, (0, day, who)), (count, day, who))
        elif most is not None and count > most:
            yield Text(
                "{member} would have {count} on {day} ({channel}), and states {most} a day",
                member=who,
                count=count,
                day=day,
                channel=CHANNELS[channel],
                most=most,
            )
    for channel, (count, day, member) in worst.items():
        yield Text(
            "{channel}: {count} on {day} for {member}, more than one person does on a day; say"
            " under `team` in the settings how many a day holds: {key}",
            channel=CHANNELS[channel],
            count=count,
            day=day,
            member=member or Text("nobody in particular"),
            key=f"{channel.value}s_per_day",
        )


def _by_day(
    looked: Ahead, channels: Mapping[str, Channel]
) -> Mapping[tuple[date, str, Channel], int]:
    """By day, by whoever does it ("": nobody is named) and by channel."""
    found: Counter[tuple[date, str, Channel]] = Counter()
    for one in looked.days:
        channel = channels[one.step]
        if channel.by_hand:
            named = sum(count for _, count in one.members)
            found[one.day, "", channel] += one.count - named
            for member, count in one.members:
                found[one.day, member, channel] += count
    return {key: count for key, count in found.items() if count}
