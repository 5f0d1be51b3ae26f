"""The whole store as one value: a module's acts by the noun they are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from outreach.store.engine import HeldDatabase
from outreach.store.figures import Figures

if TYPE_CHECKING:
    from outreach.store.actions import Actions
    from outreach.store.adrift import Drift
    from outreach.store.by_hand import ByHand
    from outreach.store.campaigns import Campaigns
    from outreach.store.companies import Companies
    from outreach.store.consents import Consents
    from outreach.store.contacts import Contacts
    from outreach.store.deliveries import Deliveries
    from outreach.store.duplicates import Duplicates
    from outreach.store.editing import Editing
    from outreach.store.events import Events
    from outreach.store.field_changes import FieldChanges
    from outreach.store.follow_ups import FollowUps
    from outreach.store.history import History
    from outreach.store.imports import Imports
    from outreach.store.known import Acquaintance
    from outreach.store.life_choice import LifeChoice
    from outreach.store.market import Market
    from outreach.store.network import Network
    from outreach.store.objectives import Objectives
    from outreach.store.paces import Paces
    from outreach.store.people import People
    from outreach.store.persons import Persons
    from outreach.store.places import Places
    from outreach.store.placing import Placing
    from outreach.store.printing import Printing
    from outreach.store.privacy import Privacy
    from outreach.store.recordings import Recordings
    from outreach.store.repeating import Repeating
    from outreach.store.runs import Runs
    from outreach.store.segments import Segments
    from outreach.store.shelf import Shelf
    from outreach.store.sources import Sources
    from outreach.store.standing import Standing
    from outreach.store.suppressions import Suppressions
    from outreach.store.undated import UndatedRows
    from outreach.store.zones import Zones


class Store(Figures):
    """Every part is imported when it is first asked for."""

    @contextmanager
    def together(self) -> Iterator[Store]:
        """The store in one transaction: what is read in it is so until it is written."""
        with self.database.writing() as connection:
            yield Store(HeldDatabase(self.database, connection))

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
    def places(self) -> Places:
        from outreach.store.places import Places

        return Places(self.database)

    @cached_property
    def placing(self) -> Placing:
        from outreach.store.placing import Placing

        return Placing(self.database)

    @cached_property
    def repeating(self) -> Repeating:
        from outreach.store.repeating import Repeating

        return Repeating(self.database)

    @cached_property
    def runs(self) -> Runs:
        from outreach.store.runs import Runs

        return Runs(self.database)

    @cached_property
    def duplicates(self) -> Duplicates:
        from outreach.store.duplicates import Duplicates

        return Duplicates(self.database)

    @cached_property
    def editing(self) -> Editing:
        from outreach.store.editing import Editing

        return Editing(self.database)

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
    def paces(self) -> Paces:
        from outreach.store.paces import Paces

        return Paces(self.database)

    @cached_property
    def people(self) -> People:
        from outreach.store.people import People

        return People(self.database)

    @cached_property
    def persons(self) -> Persons:
        from outreach.store.persons import Persons

        return Persons(self.database)

    @cached_property
    def consents(self) -> Consents:
        from outreach.store.consents import Consents

        return Consents(self.database)

    @cached_property
    def privacy(self) -> Privacy:
        from outreach.store.privacy import Privacy

        return Privacy(self.database)

    @cached_property
    def companies(self) -> Companies:
        from outreach.store.companies import Companies

        return Companies(self.database)

    @cached_property
    def history(self) -> History:
        from outreach.store.history import History

        return History(self.database)

    @cached_property
    def shelf(self) -> Shelf:
        from outreach.store.shelf import Shelf

        return Shelf(self.database)

    @cached_property
    def known(self) -> Acquaintance:
        from outreach.store.known import Acquaintance

        return Acquaintance(self.database)

    @cached_property
    def recordings(self) -> Recordings:
        from outreach.store.recordings import Recordings

        return Recordings(self.database)

    @cached_property
    def undated(self) -> UndatedRows:
        from outreach.store.undated import UndatedRows

        return UndatedRows(self.database)

    @cached_property
    def network(self) -> Network:
        from outreach.store.network import Network

        return Network(self.database)

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

    @cached_property
    def follow_ups(self) -> FollowUps:
        from outreach.store.follow_ups import FollowUps

        return FollowUps(self.database)

    @cached_property
    def drift(self) -> Drift:
        from outreach.store.adrift import Drift

        return Drift(self.database)

    @cached_property
    def by_hand(self) -> ByHand:
        from outreach.store.by_hand import ByHand

        return ByHand(self.database)

    @cached_property
    def objectives(self) -> Objectives:
        from outreach.store.objectives import Objectives

        return Objectives(self.database)

    @cached_property
    def actions(self) -> Actions:
        from outreach.store.actions import Actions

        return Actions(self.database)

    @cached_property
    def market(self) -> Market:
        from outreach.store.market import Market

        return Market(self.database)

    @cached_property
    def life(self) -> LifeChoice:
        from outreach.store.life_choice import LifeChoice

        return LifeChoice(self.database)
