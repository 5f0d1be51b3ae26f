"""Launched campaigns: the definition in force, the frozen audience, the state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from outreach.errors import OutreachError, Text, did_you_mean
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, CampaignState, Step
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.model.said import kept, said_again
from outreach.store import schema
from outreach.store.counted import counts
from outreach.store.definitions import as_json, from_json
from outreach.store.engine import Database
from outreach.store.freezing import Member, freeze, insert_steps
from outreach.store.rows import is_gone, one_with
from outreach.store.shelf import refuse_taken, renewed
from outreach.store.sources import count_uses, sources_used


class NotLaunched(OutreachError):
    """The campaign has not been launched from this store."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            Text("no campaign {name!r} was launched", name=name),
            hint=did_you_mean(name, known)
            or Text("start it with: outreach launch {name}", name=name),
        )


class Hidden(OutreachError):
    """The campaign was deleted: its history is there, and nothing more happens in it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text("campaign {name!r} was deleted, only its history is there", name=name),
            hint=Text("see it with: outreach report {name}", name=name),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A launched campaign as the store knows it."""

    id: CampaignId
    name: str
    state: CampaignState
    definition: Campaign
    steps: Mapping[str, StepId]
    fingerprint: str
    launched_at: datetime
    matched: int
    selected: int
    #: Launched for the first few only.
    pilot: bool
    #: Since when it is in its state, and why, where somebody or a breaker said so.
    since: datetime | None = None
    reason: Text | None = None
    #: It ran in another program, and was written down here (`history import`).
    elsewhere: bool = False
    #: Since when it is hidden: its history is there, and nothing more happens in it.
    deleted_at: datetime | None = None

    def step_named(self, step: StepId) -> Step:
        """The definition of a step by its number in the ledger."""
        name = next(name for name, number in self.steps.items() if number == step)
        return self.definition.step(name)


class Campaigns:
    def __init__(self, database: Database) -> None:
        self.database = database

    # --- reading -----------------------------------------------------------------------------

    def find(self, name: str) -> Launched:
        """By name, or by the file it came from. Raises `NotLaunched`."""
        launched = self.look_up(name)
        if launched is None:
            raise NotLaunched(name, [campaign.name for campaign in self.all()])
        return launched

    def look_up(self, name: str, *, hidden_too: bool = False) -> Launched | None:
        """By name; None when it was never launched, or was deleted unless `hidden_too`."""
        for campaign in self.all(hidden_too=hidden_too):
            if campaign.name == name:
                return campaign
        return None

    def all(self, *, hidden_too: bool = False) -> list[Launched]:
        """Every launched campaign that was not deleted, oldest first."""
        c, s = schema.campaign.c, schema.step.c
        query = select(schema.campaign).order_by(c.id)
        if not hidden_too:
            query = query.where(c.deleted_at.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            steps = connection.execute(
                select(s.campaign_id, s.name, s.id).order_by(s.position)
            ).all()
        by_campaign: dict[int, dict[str, StepId]] = {}
        for step in steps:
            by_campaign.setdefault(step.campaign_id, {})[step.name] = StepId(step.id)
        return [_launched(row, by_campaign.get(row.id, {})) for row in rows]

    def members(self, campaign: CampaignId) -> dict[ContactId, Arm]:
        """Who is in already, and as what; also who was in under a record merged into his."""
        e = schema.enrolment.c
        query = select(e.contact_id, e.arm).where(
            e.campaign_id == campaign, e.arm != Arm.EXCLUDED.value
        )
        c = self.database.contact.c
        later = select(c.merged_into, e.arm).where(e.contact_id == c.id)
        later = later.where(is_gone(self.database), c.merged_into.is_not(None))
        later = later.where(e.campaign_id == campaign, e.arm != Arm.EXCLUDED.value)
        with self.database.reading() as connection:
            under_others = [tuple(row) for row in connection.execute(later)]
            own = [tuple(row) for row in connection.execute(query)]
        return {ContactId(contact): Arm(arm) for contact, arm in (*under_others, *own)}

    def arms(self, campaign: CampaignId) -> dict[Arm, int]:
        """How many people are in each arm."""
        with self.database.reading() as connection:
            counted = counts(connection, campaign)
        return {arm: counted[arm.value] for arm in Arm if arm.value in counted}

    def enrolment(self, campaign: CampaignId, contact: ContactId) -> Any | None:
        """A person's frozen membership: arm, reason, kind, stage, stop; None if unmatched."""
        e = schema.enrolment.c
        query = select(schema.enrolment).where(e.campaign_id == campaign, e.contact_id == contact)
        with self.database.reading() as connection:
            return connection.execute(query).one_or_none()

    def memberships(self, contact: ContactId) -> list[Any]:
        """Every campaign this person was matched by, newest first."""
        with self.database.reading() as connection:
            return _memberships(connection, [contact])

    def all_memberships(self, contact: ContactId) -> list[Any]:
        """The same, with the campaigns of records that were merged into this one.

        A campaign that has both stands once: as this contact's own.
        """
        with self.database.reading() as connection:
            rows = _memberships(connection, one_with(connection, self.database, [contact]))
        best = {row.campaign_id: row for row in rows}
        best |= {row.campaign_id: row for row in rows if row.contact_id == contact}
        return list(best.values())

    # --- launching ----------------------------------------------------------------------------

    def launch(
        self,
        definition: Campaign,
        members: Iterable[Member],
        *,
        file: str | None,
        fingerprint: str,
        matched: int,
        selected: int,
        pilot: bool,
        now: datetime,
    ) -> CampaignId:
        """Freeze the audience and plan its first steps: all of it, or nothing."""
        with self.database.writing(by_rows=True) as connection:
            campaign = self._insert(
                connection,
                definition,
                file=file,
                fingerprint=fingerprint,
                matched=matched,
                selected=selected,
                pilot=pilot,
                now=now,
            )
            steps = insert_steps(connection, campaign, definition.steps)
            freeze(connection, campaign, steps, members, now)
            count_uses(connection, sources_used(connection, campaign))
        return campaign

    def extend(
        self,
        campaign: Launched,
        members: Iterable[Member],
        *,
        matched: int,
        selected: int,
        now: datetime,
        stays_paused: bool = False,
    ) -> None:
        """Enrol the rest after a pilot, or more people; who is in already stays as he is."""
        c = schema.campaign.c
        paused = CampaignState.PAUSED
        if stays_paused and campaign.state is paused:
            state, since, why = paused, campaign.since, campaign.reason
        else:
            state, since, why = CampaignState.RUNNING, now, None
        with self.database.writing(by_rows=True) as connection:
            connection.execute(
                update(schema.campaign)
                .where(c.id == campaign.id)
                .values(
                    matched=matched,
                    selected=selected,
                    pilot=False,
                    state=state.value,
                    state_at=since,
                    state_reason=kept(why) if why else None,
                    finished_at=None,
                )
            )
            used = sources_used(connection, campaign.id)
            freeze(connection, campaign.id, dict(campaign.steps), members, now, again=True)
            count_uses(connection, sources_used(connection, campaign.id) - used)

    def _insert(
        self,
        connection: Connection,
        definition: Campaign,
        *,
        file: str | None,
        fingerprint: str,
        matched: int,
        selected: int,
        pilot: bool,
        now: datetime,
    ) -> CampaignId:
        refuse_taken(connection, definition.name)
        k = schema.contact.c
        prospects = connection.execute(
            select(func.count())
            .select_from(schema.contact)
            .where(k.merged_into.is_(None), k.erased_at.is_(None), k.kind != "customer")
        ).scalar_one()
        row = {
            "name": definition.name,
            "title": definition.title,
            "state": CampaignState.RUNNING.value,
            "file": file,
            "definition": as_json(definition),
            "fingerprint": fingerprint,
            "salt": definition.name,
            "launched_at": now,
            "matched": matched,
            "selected": selected,
            "pilot": pilot,
            "prospects_on_file": prospects,
            "renews_id": renewed(connection, definition.renews),
        }
        statement = insert(schema.campaign).returning(schema.campaign.c.id)
        return CampaignId(connection.execute(statement, row).scalar_one())

    def confirm_change(
        self,
        campaign: CampaignId,
        definition: Campaign,
        *,
        fingerprint: str,
        file: str,
        goes_on: bool = False,
        now: datetime | None = None,
    ) -> None:
        """Put a changed file or template in force; one that was done `goes_on`."""
        c = schema.campaign.c
        with self.database.writing() as connection:
            connection.execute(
                update(schema.campaign)
                .where(c.id == campaign)
                .values(
                    fingerprint=fingerprint,
                    definition=as_json(definition),
                    title=definition.title,
                    file=file,
                )
            )
            if goes_on:
                connection.execute(
                    update(schema.campaign)
                    .where(c.id == campaign, c.state == CampaignState.FINISHED.value)
                    .values(state=CampaignState.RUNNING.value, state_at=now, finished_at=None)
                )


def _memberships(connection: Connection, contacts: Collection[ContactId]) -> list[Any]:
    e = schema.enrolment.c
    query = select(schema.enrolment).where(e.contact_id.in_(contacts))
    return list(connection.execute(query.order_by(e.campaign_id.desc(), e.contact_id)))


def _launched(row: Any, steps: Mapping[str, StepId]) -> Launched:
    return Launched(
        id=CampaignId(row.id),
        name=row.name,
        state=CampaignState(row.state),
        definition=from_json(row.definition),
        steps=steps,
        fingerprint=row.fingerprint,
        launched_at=row.launched_at,
        matched=row.matched,
        selected=row.selected,
        pilot=bool(row.pilot),
        since=row.state_at,
        reason=said_again(row.state_reason),
        elsewhere=row.origin == "history",
        deleted_at=row.deleted_at,
    )
