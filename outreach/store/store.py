"""The whole store as one value: a module's acts by the noun they are about."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from outreach.store.engine import Database

if TYPE_CHECKING:
    from outreach.store.campaigns import Campaigns
    from outreach.store.contacts import Contacts
    from outreach.store.deliveries import Deliveries
    from outreach.store.events import Events
    from outreach.store.printing import Printing
    from outreach.store.runs import Runs
    from outreach.store.segments import Segments
    from outreach.store.suppressions import Suppressions
    from outreach.store.tallies import Tallies


class Store:
    """Every part is imported when it is first asked for."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @cached_property
    def contacts(self) -> Contacts:
        from outreach.store.contacts import Contacts

        return Contacts(self.database)

    @cached_property
    def segments(self) -> Segments:
        from outreach.store.segments import Segments

        return Segments(self.database)

    @cached_property
    def campaigns(self) -> Campaigns:
        from outreach.store.campaigns import Campaigns

        return Campaigns(self.database)

    @cached_property
    def deliveries(self) -> Deliveries:
        from outreach.store.deliveries import Deliveries

        return Deliveries(self.database)

    @cached_property
    def printing(self) -> Printing:
        from outreach.store.printing import Printing

        return Printing(self.database)

    @cached_property
    def runs(self) -> Runs:
        from outreach.store.runs import Runs

        return Runs(self.database)

    @cached_property
    def events(self) -> Events:
        from outreach.store.events import Events

        return Events(self.database)

    @cached_property
    def suppressions(self) -> Suppressions:
        from outreach.store.suppressions import Suppressions

        return Suppressions(self.database)

    @cached_property
    def tallies(self) -> Tallies:
        from outreach.store.tallies import Tallies

        return Tallies(self.database)
