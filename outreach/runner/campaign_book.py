"""What the breaker knows of campaigns, and where it writes down that one is paused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from outreach.errors import Text
from outreach.model.campaign import CampaignState
from outreach.model.ids import CampaignId
from outreach.runner.trouble import REFUSED_OF_THE_LAST, Trouble
from outreach.runner.turns import Turns
from outreach.store.campaigns import Launched
from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class CampaignBook:
    """The store's answers (`trouble.Book`)."""

    store: Store

    def recent(self, campaign: CampaignId) -> list[bool]:
        return self.store.standing.recent(campaign, REFUSED_OF_THE_LAST[1])

    def is_running(self, campaign: CampaignId) -> bool:
        return self.store.standing.state(campaign) is CampaignState.RUNNING

    def pause(self, campaign: CampaignId, reason: Text, now: datetime) -> None:
        self.store.standing.pause(campaign, reason, now=now)


def trouble_for(
    store: Store,
    turns: Turns,
    campaigns: Mapping[CampaignId, Launched],
    *,
    zone: tzinfo,
    now: datetime,
) -> Trouble:
    """The breaker of a run, with the silences that earlier ones were asked for."""
    names = {number: launched.name for number, launched in campaigns.items()}
    return Trouble(kept=turns.silences(now), zone=zone, names=names, book=CampaignBook(store))
