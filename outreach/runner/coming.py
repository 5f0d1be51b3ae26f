"""When there is something to do again: the window of e-mails, the days of everything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from outreach.model.campaign import CampaignState
from outreach.model.channels import BY_DAY
from outreach.runner.windows import Windows
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store


def coming(
    store: Store,
    calendar: Calendar,
    campaigns: Iterable[Launched],
    *,
    now: datetime,
    overdue: bool,
) -> datetime | None:
    """The next instant at which a run finds something due; None when nothing waits.

    An e-mail counts from the opening of its window; one that is due already counts only when
    `overdue` says so (a run knows itself what keeps it). Letters and calls that are due
    already wait for people, not for an instant.
    """
    windows = Windows(store, calendar)
    instants: list[datetime] = []
    for launched in campaigns:
        if launched.state is not CampaignState.RUNNING:
            continue
        mail = windows.next_mail(launched, now, overdue=overdue)
        if mail is not None:
            instants.append(mail)
        day = store.deliveries.next_due([launched.id], channels=BY_DAY, after=now)
        if day is not None:
            instants.append(day)
    return min(instants, default=None)
