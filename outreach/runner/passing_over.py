"""Steps that are not to be done after all: passed over before they are printed or handed out.

Asked by a run of everything that is done by day, and by the printing of letters: an address
that the post brought back, an opposition, a condition that is false by now, the law. An e-mail
to somebody who has no address waits for no window and for no limit: it is passed over as of
the instant at which it was due, so that what follows has the date that the calendar foretold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from outreach.model.campaign import Channel
from outreach.model.change import Change
from outreach.model.channels import BY_DAY
from outreach.model.delivery import Skipped
from outreach.model.ids import CampaignId
from outreach.runner.bars import Bars
from outreach.runner.compose import Mailroom
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched


def pass_over(
    campaigns: Mapping[CampaignId, Launched],
    mailroom: Mailroom,
    *,
    now: Callable[[], datetime],
    channels: Collection[Channel] = (*BY_DAY, Channel.EMAIL),
) -> int:
    """How many steps that are due were passed over; what follows one may be due too."""
    store, settings = mailroom.store, mailroom.settings
    calendar = Calendar.of(settings)
    bars = Bars(store, settings, campaigns)
    passed = 0
    while True:
        at = now()
        by_day = tuple(channel for channel in channels if channel in BY_DAY)
        due = store.deliveries.due(now=at, channels=by_day, campaigns=list(campaigns))
        barred = bars.of([entry.delivery for entry in due], at)
        changes = []
        for entry in due:
            launched = campaigns[entry.delivery.campaign]
            here = Situation(launched=launched, calendar=calendar, costs=settings.costs, now=at)
            reason = entry.obstacle or mailroom.not_meant(entry.delivery, at)
            if reason:
                changes.append(change_for(entry.delivery, Skipped(reason), here))
            elif entry.delivery.id in barred:
                changes.append(change_for(*barred[entry.delivery.id], here))
        if Channel.EMAIL in channels:
            changes += _nowhere_to(campaigns, mailroom, calendar, at)
        if not changes:
            return passed
        store.deliveries.write(Change.joined(changes))
        passed += len(changes)


def _nowhere_to(
    campaigns: Mapping[CampaignId, Launched],
    mailroom: Mailroom,
    calendar: Calendar,
    now: datetime,
) -> list[Change]:
    """The e-mails that are due to people who have no address."""
    steps = [
        launched.steps[step.name]
        for launched in campaigns.values()
        for step in launched.definition.steps
        # Who has no address for the first step is not enrolled.
        if step.channel is Channel.EMAIL and step != launched.definition.steps[0]
    ]
    if not steps:
        return []
    costs = mailroom.settings.costs
    return [
        change_for(
            one,
            Skipped("no_address"),
            Situation(
                launched=campaigns[one.campaign], calendar=calendar, costs=costs, now=now,
                at=one.due_at,
            ),
        )
        for one in mailroom.store.deliveries.without_address(now=now, steps=steps)
    ]  # fmt: skip
