"""The whole store as one value: a module's acts by the noun they are about."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from outreach.store.engine import Database

if TYPE_CHECKING:
    from outreach.store.campaigns import Campaigns
    from outreach.store.companies import Companies
    from outreach.store.contacts import Contacts
    from outreach.store.deliveries import Deliveries
    from outreach.store.duplicates import Duplicates
    from outreach.store.events import Events
    from outreach.store.field_changes import FieldChanges
    from outreach.store.imports import Imports
    from outreach.store.paces import Paces
    from outreach.store.people import People
    from outreach.store.printing import Printing
    from outreach.store.runs import Runs
    from outreach.store.segments import Segments
    from outreach.store.sources import Sources
    from outreach.store.standing import Standing
    from outreach.store.suppressions import Suppressions
    from outreach.store.tallies import Tallies
    from outreach.store.zones import Zones


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
    def duplicates(self) -> Duplicates:
        from outreach.store.duplicates import Duplicates

        return Duplicates(self.database)

    @cached_property
    def events(self) -> Events:
        from outreach.store.events import Events

        return Events(self.database)

    @cached_property
    def suppressions(self) -> Suppressions:
        from outreach.store.suppressions import Suppressions

        return Suppressions(self.database)

    @cached_property
    def standing(self) -> Standing:
        from outreach.store.standing import Standing

        return Standing(self.database)

    @cached_property
    def zones(self) -> Zones:
        from outreach.store.zones import Zones

        return Zones(self.database)

    @cached_property
    def tallies(self) -> Tallies:
        from outreach.store.tallies import Tallies

        return Tallies(self.database)

    @cached_property
    def paces(self) -> Paces:
        from outreach.store.paces import Paces

        return Paces(self.database)

    @cached_property
    def people(self) -> People:
        from outreach.store.people import People

        return People(self.database)

    @cached_property
    def companies(self) -> Companies:
        from outreach.store.companies import Companies

        return Companies(self.database)

    @cached_property
    def imports(self) -> Imports:
        from outreach.store.imports import Imports

        return Imports(self.database)

    @cached_property
    def sources(self) -> Sources:
        from outreach.store.sources import Sources

        return Sources(self.database)

    @cached_property
    def fields(self) -> FieldChanges:
        from outreach.store.field_changes import FieldChanges

        return FieldChanges(self.database)
