"""Where the people of a chunk stand in a campaign that is being brought in from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, select

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, ImportId, StepId
from outreach.model.past import REPEATED, PastRow
from outreach.store import schema
from outreach.store.lists import among

#: A fact that may be repeated: stage, when, amount.
Priced = tuple[str, datetime, int | None]


@dataclass(slots=True)
class Sent:
    """A delivery of the person that is in the ledger."""

    delivery: DeliveryId
    attempts: int


@dataclass(slots=True)
class Standing:
    """One person in the campaign, as the rows so far leave him."""

    kind: str | None
    first_order_on: date | None
    arm: Arm | None = None
    #: The furthest stage so far; None: not contacted.
    rank: int | None = None
    #: Step and instant → what was sent then.
    sent: dict[tuple[StepId, datetime | None], Sent] = field(default_factory=dict)
    #: Step → how often it was sent: the next is one more.
    occurrences: Counter[StepId] = field(default_factory=Counter)
    #: Variant of each step.
    variants: dict[StepId, str] = field(default_factory=dict)
    #: Facts that are told once.
    told: set[tuple[str, datetime]] = field(default_factory=set)
    #: Orders and quotes that were on record before this file was read, and how often.
    before: Counter[Priced] = field(default_factory=Counter)


def too_early(
    row: PastRow, person: Standing, chain: Sequence[str], day_of: Callable[[datetime], date]
) -> Text | None:
    """What came before the first message to a person did not come of it; why the row is none."""
    days = [at for _, at in person.sent if at is not None]
    if row.touch is not None and row.touch.at is not None:
        days.append(row.touch.at)
    if not days:
        return None
    first = day_of(min(days))
    for fact in row.facts:
        if fact.stage in chain and (day := day_of(fact.at)) < first:
            return Text(
                "{stage} on {day} lies before the first message, of {first}, and did not come of "
                "it – mend the date, or empty the cell",
                stage=fact.stage, day=day, first=first,
            )  # fmt: skip
    return None


def standings(
    connection: Connection,
    campaign: CampaignId,
    import_id: ImportId,
    contacts: Collection[ContactId],
) -> dict[ContactId, Standing]:
    """Everything that deciding on the rows of these people needs: four queries."""
    c, e = schema.contact.c, schema.enrolment.c
    query = select(c.id, c.kind, c.first_order_on).where(among(connection, c.id, contacts))
    found = {
        ContactId(row.id): Standing(row.kind, row.first_order_on)
        for row in connection.execute(query)
    }
    enrolled = select(e.contact_id, e.arm, e.stage_rank).where(
        e.campaign_id == campaign, among(connection, e.contact_id, contacts)
    )
    for row in connection.execute(enrolled):
        one = found[ContactId(row.contact_id)]
        one.arm, one.rank = Arm(row.arm), row.stage_rank
    # Of who was not in it nothing else can be on record.
    members = {contact: one for contact, one in found.items() if one.arm is not None}
    if members:
        _sent(connection, campaign, members)
        _facts(connection, campaign, import_id, members)
    return found


def _sent(connection: Connection, campaign: CampaignId, found: dict[ContactId, Standing]) -> None:
    d = schema.delivery.c
    # By the person alone, as in `folding.py`: few of his rows are of another campaign.
    query = select(
        d.id, d.contact_id, d.step_id, d.settled_at, d.attempts, d.occurrence, d.variant,
        d.campaign_id,
    ).where(among(connection, d.contact_id, found))  # fmt: skip
    for row in connection.execute(query):
        if row.campaign_id != campaign:
            continue
        one, step = found[ContactId(row.contact_id)], StepId(row.step_id)
        one.sent[step, row.settled_at] = Sent(DeliveryId(row.id), row.attempts)
        one.occurrences[step] = max(one.occurrences[step], row.occurrence)
        if row.variant:
            one.variants[step] = row.variant


def _facts(
    connection: Connection,
    campaign: CampaignId,
    import_id: ImportId,
    found: dict[ContactId, Standing],
) -> None:
    v = schema.event.c
    query = select(
        v.contact_id, v.kind, v.stage, v.at, v.amount_minor, v.import_id, v.campaign_id
    ).where(among(connection, v.contact_id, found))
    for row in connection.execute(query):
        if row.campaign_id != campaign or row.kind != EventKind.REACHED.value:
            continue
        one = found[ContactId(row.contact_id)]
        if row.stage not in REPEATED:
            one.told.add((row.stage, row.at))
        elif row.import_id != import_id:
            one.before[row.stage, row.at, row.amount_minor] += 1
