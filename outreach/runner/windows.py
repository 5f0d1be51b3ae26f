"""When the e-mails of a campaign may leave, by the clock of the person each goes to.

The window of a campaign is in the workspace's zone; for somebody whose clock stands
elsewhere it is the same hours by his own. Holidays are those of the workspace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from outreach.cleaning.countries import country_code
from outreach.model.campaign import Window
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.zones import zone_of
from outreach.store.campaigns import Launched
from outreach.store.store import Store

#: The name of the workspace's own zone here and in the store.
HERE = ""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Windows:
    store: Store
    calendar: Calendar
    #: Calendars by the zone of a person.
    _calendars: dict[str, Calendar] = field(default_factory=dict)
    #: The zones of the people of a campaign, as they were when it was first asked.
    _zones: dict[CampaignId, tuple[str, ...]] = field(default_factory=dict)
    #: By campaign and zone: from when to when it is known to be open, and when it closes.
    _closings: dict[tuple[CampaignId, str], tuple[datetime, datetime, datetime | None]] = field(
        default_factory=dict
    )

    def opening(self, launched: Launched, zone: str | None, at: datetime) -> datetime:
        """The first instant not before `at` at which mail may leave to people of a zone.

        None: to people who have no address; their step is passed over at once.
        """
        if zone is None:
            return at
        return self._of(zone).opening(launched.definition.window, at)

    def open_for(self, launched: Launched, zone: str, at: datetime) -> timedelta:
        """How long mail may leave to people of a zone from `at` to the end of their day."""
        return self._of(zone).open_for(launched.definition.window, at)

    def closing(self, launched: Launched, zone: str, at: datetime) -> datetime | None:
        """When the window that is open at `at` closes; None where it never does."""
        key = (launched.id, zone)
        known = self._closings.get(key)
        if known is None or not known[0] <= at < known[1]:
            closes = self._of(zone).closing(launched.definition.window, at)
            known = self._closings[key] = (at, closes or _NEVER, closes)
        return known[2]

    def closed(self, launched: Launched, now: datetime) -> list[str]:
        """The zones of people with mail to come in which the window is closed now."""
        if launched.definition.window == Window():
            return []
        if launched.id not in self._zones:
            due = self.store.zones.next_due(launched.id)
            self._zones[launched.id] = tuple(zone for zone in due if zone is not None)
        zones = self._zones[launched.id]
        return [zone for zone in zones if self.opening(launched, zone, now) > now]

    def next_mail(
        self, launched: Launched, now: datetime, *, overdue: bool = True
    ) -> datetime | None:
        """When the next e-mail of a campaign may leave; without `overdue`, of those due later."""
        due = self.store.zones.next_due(launched.id, after=None if overdue else now)
        openings = (self.opening(launched, zone, max(now, at)) for zone, at in due.items())
        return min(openings, default=None)

    def opens_at(self, campaigns: Iterable[Launched], now: datetime) -> datetime | None:
        """When the first window opens behind which somebody's mail is due now."""
        openings = (
            self.opening(launched, zone, now)
            for launched in campaigns
            if launched.definition.window != Window()
            for zone, due in self.store.zones.next_due(launched.id).items()
            if due <= now
        )
        return min((opening for opening in openings if opening > now), default=None)

    def _of(self, zone: str) -> Calendar:
        if zone == HERE:
            return self.calendar
        if zone not in self._calendars:
            self._calendars[zone] = replace(self.calendar, zone=ZoneInfo(zone))
        return self._calendars[zone]


def note_zones(store: Store, settings: Settings, campaigns: Mapping[CampaignId, Launched]) -> None:
    """Write down whose clock stands elsewhere, where a window asks for it."""
    if all(one.definition.window == Window() for one in campaigns.values()):
        return
    found = store.zones.uncommon(settings.country)
    zones = {
        one.contact: zone_by(settings, country=one.country, postcode=one.postal_code, said=one.said)
        for one in found
    }
    store.zones.write(
        {one.contact: zones[one.contact] for one in found if one.written != zones[one.contact]}
    )


def zone_by(
    settings: Settings, *, country: str | None, postcode: str | None, said: str | None
) -> str | None:
    """The time zone of a person; None: his clock shows what ours shows.

    What his own field `timezone` says goes before what his country and postcode tell.
    """
    code = (country_code(country) or country) if country else settings.country
    for name in ((said or "").strip(), zone_of(code, postcode)):
        if name and _exists(name):
            return name if _differs(name, settings.timezone) else None
    return None


@lru_cache(maxsize=512)
def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=512)
def _differs(one: str, other: str) -> bool:
    """Whether two clocks ever show another time (those of Brussels and Paris do not)."""
    days = [datetime(2026, 1, 1) + timedelta(days=ahead) for ahead in range(0, 366, 5)]
    return any(
        day.replace(tzinfo=ZoneInfo(one)).utcoffset()
        != day.replace(tzinfo=ZoneInfo(other)).utcoffset()
        for day in days
    )
