"""The dashboard of one campaign: its milestones are counted, then set beside what was wanted."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from outreach.evaluation.dashboard import Indicator, dashboard, instants_of

if TYPE_CHECKING:
    from outreach.model.settings import Settings
    from outreach.store.campaigns import Launched
    from outreach.store.store import Store


def dashboard_of(
    store: Store, launched: Launched, settings: Settings, *, now: datetime
) -> tuple[Indicator, ...]:
    """What its file wants and how far it is, from its launch until `now`.

    Of a report on a period, `now` is the end of it: an objective is counted from the launch on.
    """

    def end_of(day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), settings.zone)

    campaign = launched.definition
    instants = instants_of(campaign, days=end_of, now=now)
    return dashboard(
        campaign,
        store.dashboards.up_to(launched.id, campaign.chain, instants),
        launched=launched.launched_at.astimezone(settings.zone).date(),
        launched_at=launched.launched_at,
    )
