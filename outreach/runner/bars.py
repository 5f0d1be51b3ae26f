"""Deliveries that the law speaks against by now: asked just before they are claimed.

Between the launch and a step a consent may have been withdrawn, a law have come into force, the
time for which data is kept have run out. Only `compliance: strict` keeps a step from being done
for it; what a person forbade is asked by the claim itself, always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, Skipped
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Compliance, Settings
from outreach.runner.permission import Permissions
from outreach.store.campaigns import Launched
from outreach.store.store import Store

_REASON = "not_permitted"


class Bars:
    """Asks page by page: one statement for all people of a page, a microsecond for each."""

    def __init__(
        self, store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched]
    ) -> None:
        self._store = store
        self._settings = settings
        self._campaigns = campaigns
        self._strict = settings.compliance is Compliance.STRICT
        #: By campaign; the rules of another day may be others.
        self._known: dict[CampaignId, Permissions] = {}
        self._day = date.min

    def of(
        self, deliveries: Sequence[Delivery], now: datetime
    ) -> dict[DeliveryId, tuple[Delivery, Skipped]]:
        """Those that must not be done, each passed over by the rule."""
        if not self._strict or not deliveries:
            return {}
        self._turn_to(now)
        permissions = {one.campaign: self._permissions(one.campaign, now) for one in deliveries}
        since = next(iter(permissions.values())).kept_since
        standings = self._store.persons.standings({one.contact for one in deliveries}, since)
        barred: dict[DeliveryId, tuple[Delivery, Skipped]] = {}
        for one in deliveries:
            permission = permissions[one.campaign](standings[one.contact])
            ruling = permission.refused((one.channel,))
            if ruling is not None:
                barred[one.id] = (one, Skipped(_REASON, ruling.id))
        return barred

    def _turn_to(self, now: datetime) -> None:
        day = now.astimezone(self._settings.zone).date()
        if day != self._day:
            self._day = day
            self._known.clear()

    def _permissions(self, campaign: CampaignId, now: datetime) -> Permissions:
        found = self._known.get(campaign)
        if found is None:
            definition = self._campaigns[campaign].definition
            found = Permissions(self._settings, definition, frozenset(Channel), now)
            self._known[campaign] = found
        return found
