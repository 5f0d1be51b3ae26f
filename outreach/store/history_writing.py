"""What the rows of a past campaign change, gathered for a chunk and written set by set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from outreach.errors import Text
from outreach.model.audience import Arm
from outreach.model.campaign import Channel
from outreach.model.change import Progress
from outreach.model.contact import Kind
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.ids import CampaignId, ContactId, DeliveryId, ImportId, StepId
from outreach.model.money import to_minor
from outreach.model.past import REPEATED, PastCounts, PastFact, PastRow, PastTouch
from outreach.model.stage import IN_PERSON
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store import schema
from outreach.store.bulk import insert_tuples, next_ids, update_rows
from outreach.store.engine import Database
from outreach.store.history_standing import Sent, Standing, too_early
from outreach.store.ledger import advance
from outreach.store.matching import Known
from outreach.store.suppressions import insert_suppressions

_EVENT = ("at", "recorded_at", "kind", "contact_id", "campaign_id", "step_id", "delivery_id",
          "channel", "stage", "amount_minor", "margin_minor", "cost_minor", "minutes", "author",
          "note", "data", "import_id")  # fmt: skip
_ENROLMENT = ("campaign_id", "contact_id", "arm", "kind", "enrolled_at", "stage", "stage_rank")
_DELIVERY = ("id", "campaign_id", "step_id", "occurrence", "contact_id", "channel", "state",
             "due_at", "settled_at", "variant", "attempts", "cost_minor")  # fmt: skip

#: What a person's own word forbids from then on.
_OPPOSED = ("opted_out", "complained")


class Writing:
    """Decides on rows one by one, writes what they change together."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        *,
        campaign: CampaignId,
        import_id: ImportId,
        chain: Sequence[str],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._database = database
        self._campaign = campaign
        self._import = import_id
        self._chain = chain
        self._now = now
        #: Orders on record that a row of this file has spoken of already, by person.
        self._spoken: dict[tuple[int, str, datetime, int | None], int] = {}
        self._begin()

    def _begin(self) -> None:
        self._members: dict[int, Standing] = {}
        self._enrolled: dict[int, tuple[str | None, datetime]] = {}
        self._advanced: dict[int, Standing] = {}
        self._became: dict[int, str] = {}
        self._sent: list[tuple[Any, ...]] = []
        self._more: list[tuple[int, dict[str, Any]]] = []
        self._events: list[tuple[Any, ...]] = []
        self._suppressions: list[Suppression] = []
        self._bounced: dict[int, datetime] = {}
        self._returned: dict[int, datetime] = {}
        self._tally: Counter[str] = Counter()

    # --- deciding ---------------------------------------------------------------------------

    def add(self, row: PastRow, known: Known, person: Standing, step: StepId | None) -> bool | Text:
        """Whether the row tells anything new; why it cannot be, when it contradicts another."""
        arm = Arm.CONTROL if row.control else Arm.ENROLLED
        if person.arm is not None and person.arm is not arm:
            return Text("another row has this person in the other group")
        if row.touch is not None and step is not None and row.touch.variant is not None:
            drawn = person.variants.setdefault(step, row.touch.variant)
            if drawn != row.touch.variant:
                return Text("another row has this person in variant {variant}", variant=drawn)
        if early := too_early(row, person, self._chain, self._database.day_of):
            return early
        news = person.arm is None
        if news:
            self._enrol(row, known, person, arm)
        if row.touch is not None and step is not None:
            news |= self._touch(row, row.touch, known, person, step)
        for fact in row.facts:
            news |= self._fact(row, fact, known, person)
        return news

    def _enrol(self, row: PastRow, known: Known, person: Standing, arm: Arm) -> None:
        """Who had ordered by then was a customer, whatever he is today."""
        days = [fact.at for fact in row.facts]
        if row.touch is not None and row.touch.at is not None:
            days.append(row.touch.at)
        at = min(days, default=self._now)
        kind = str(row.draft.values.get("kind") or person.kind or Kind.SUSPECT.value)
        first = person.first_order_on
        if kind == Kind.CUSTOMER and first and first >= self._database.day_of(at):
            kind = Kind.PROSPECT.value
        person.arm = arm
        self._members[known.id] = person
        self._enrolled[known.id] = kind, at
        self._tally[arm.value] += 1
        self._event(EventKind.ENROLLED, known.id, at, data={"arm": arm.value})

    def _touch(
        self, row: PastRow, touch: PastTouch, known: Known, person: Standing, step: StepId
    ) -> bool:
        """A row of the ledger for what was sent, an event for each attempt."""
        there = person.sent.get((step, touch.at))
        more = touch.attempts - (there.attempts if there else 0)
        if there is not None and more <= 0:
            return False
        if there is None:
            there = person.sent[step, touch.at] = self._deliver(touch, known, person, step)
        else:
            there.attempts = touch.attempts
            self._more.append((there.delivery, {"attempts": touch.attempts}))
        if touch.at is None:
            return True
        for number in range(more):
            self._event(
                EventKind.TOUCHED, known.id, touch.at, step=step, delivery=there.delivery,
                channel=touch.channel, stage="no_answer" if touch.in_vain else None,
                cost=touch.cost if number == 0 else None,
                minutes=touch.minutes if number == 0 else None, author=row.author,
                note=None if row.facts else row.note,
            )  # fmt: skip
        self._tally["touches"] += more
        if person.rank is None and not touch.in_vain and more:
            self._reach(person, known, 0)
            self._event(
                EventKind.REACHED, known.id, touch.at, step=step, delivery=there.delivery,
                channel=touch.channel, stage=self._chain[0], author=row.author,
            )  # fmt: skip
            if person.kind == Kind.SUSPECT:
                self._become(person, known, Kind.PROSPECT, touch.at)
        return True

    def _deliver(self, touch: PastTouch, known: Known, person: Standing, step: StepId) -> Sent:
        """Who drew a variant and was sent nothing has a row too: his group is counted by it."""
        person.occurrences[step] += 1
        number = len(self._sent)
        state = DeliveryState.SENT if touch.at else DeliveryState.CANCELLED
        at = touch.at or self._now
        self._sent.append((
            self._campaign, step, person.occurrences[step], known.id, touch.channel.value,
            state.value, at, touch.at, touch.variant, touch.attempts if touch.at else 0,
            self._minor(touch.cost),
        ))  # fmt: skip
        # Its place among the new rows, until they have numbers.
        return Sent(DeliveryId(-1 - number), touch.attempts)

    def _fact(self, row: PastRow, fact: PastFact, known: Known, person: Standing) -> bool:
        amount = self._minor(fact.amount)
        if fact.stage in REPEATED:
            if self._was_on_record(known.id, fact, amount, person):
                return False
        elif (fact.stage, fact.at) in person.told:
            return False
        person.told.add((fact.stage, fact.at))
        self._event(
            EventKind.REACHED, known.id, fact.at, stage=fact.stage, amount=fact.amount,
            margin=fact.margin, author=row.author, note=row.note,
            data={"items": fact.items} if fact.items else None,
        )  # fmt: skip
        order = fact.stage == "order"
        self._tally["orders" if order else "facts"] += 1
        if fact.stage in self._chain:
            self._reach(person, known, self._chain.index(fact.stage))
        elif fact.stage in IN_PERSON and person.rank is None and person.arm is Arm.ENROLLED:
            # He was called or visited, though the list has no day of it.
            self._reach(person, known, 0)
            self._event(
                EventKind.REACHED, known.id, fact.at, stage=self._chain[0], author=row.author
            )
            if person.kind == Kind.SUSPECT:
                self._become(person, known, Kind.PROSPECT, fact.at)
        if order and person.kind in (Kind.SUSPECT, Kind.PROSPECT):
            self._become(person, known, Kind.CUSTOMER, fact.at)
        self._consequences(row, fact, known)
        return True

    def _was_on_record(
        self, contact: int, fact: PastFact, amount: int | None, person: Standing
    ) -> bool:
        """Two orders alike are two: as many rows are known as there were before."""
        before = person.before[fact.stage, fact.at, amount]
        if not before:
            return False
        key = contact, fact.stage, fact.at, amount
        spoken = self._spoken.get(key, 0)
        if spoken >= before:
            return False
        self._spoken[key] = spoken + 1
        return True

    def _reach(self, person: Standing, known: Known, rank: int) -> None:
        if person.rank is None or rank > person.rank:
            person.rank = rank
            self._advanced[known.id] = person

    def _become(self, person: Standing, known: Known, kind: Kind, at: datetime) -> None:
        data = {"from": person.kind, "to": kind.value}
        person.kind = kind.value
        self._became[known.id] = kind.value
        self._event(EventKind.BECAME, known.id, at, data=data)

    def _consequences(self, row: PastRow, fact: PastFact, known: Known) -> None:
        """Who was opposed then still is; an address was dead if it is the one on file."""
        values = row.draft.values
        if fact.stage == "bounced" and values.get("email"):
            if known.values.get("email") == values["email"]:
                self._bounced[known.id] = fact.at
        elif fact.stage == "returned" and values.get("postal_code"):
            same = ("street", "postal_code", "city")
            if all(known.values.get(name) == values.get(name) for name in same):
                self._returned[known.id] = fact.at
        elif fact.stage in _OPPOSED:
            keys = [(SuppressionKey.CONTACT, str(known.id))]
            for name in ("email", "phone", "mobile"):
                if isinstance(address := known.values.get(name), str):
                    key = SuppressionKey.EMAIL if name == "email" else SuppressionKey.PHONE
                    keys.append((key, address))
            self._suppressions += [
                Suppression(
                    key=key, value=value, scope=SuppressionScope.ALL, reason="opted_out",
                    at=fact.at, note=row.note,
                )
                for key, value in keys
            ]  # fmt: skip
            data = {"scope": SuppressionScope.ALL.value, "reason": fact.stage}
            self._event(EventKind.SUPPRESSED, known.id, fact.at, data=data)

    def _minor(self, amount: Decimal | None) -> int | None:
        return None if amount is None else to_minor(amount, self._database.currency)

    def _event(
        self,
        kind: EventKind,
        contact: int,
        at: datetime,
        *,
        step: StepId | None = None,
        delivery: DeliveryId | None = None,
        channel: Channel | None = None,
        stage: str | None = None,
        amount: Decimal | None = None,
        margin: Decimal | None = None,
        cost: Decimal | None = None,
        minutes: Decimal | None = None,
        author: str | None = None,
        note: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        self._events.append((
            at, self._now, kind.value, contact, self._campaign, step, delivery,
            channel.value if channel else None, stage, self._minor(amount), self._minor(margin),
            self._minor(cost), minutes, author, note, data, self._import,
        ))  # fmt: skip

    # --- writing ----------------------------------------------------------------------------

    def flush(self) -> PastCounts:
        """Write what was decided; what it was."""
        connection, counts = self._connection, PastCounts(**self._tally)
        first = self._chain[0]
        enrolments = []
        for contact, (kind, at) in self._enrolled.items():
            person = self._members[contact]
            assert person.arm is not None
            rank = person.rank
            stage = first if rank == 0 else None if rank is None else self._chain[rank]
            enrolments.append((self._campaign, contact, person.arm.value, kind, at, stage, rank))
        insert_tuples(connection, schema.enrolment, _ENROLMENT, enrolments)
        before = [(ContactId(c), p.rank or 0) for c, p in self._advanced.items()
                  if c not in self._enrolled]  # fmt: skip
        advance(
            connection,
            [
                Progress(campaign=self._campaign, contact=who, stage=self._chain[rank], rank=rank)
                for who, rank in before
            ],
        )
        ids = next_ids(connection, schema.delivery, len(self._sent))
        rows = [(number, *row) for number, row in zip(ids, self._sent, strict=True)]
        insert_tuples(connection, schema.delivery, _DELIVERY, rows)
        update_rows(connection, schema.delivery, [(_numbered(n, ids), v) for n, v in self._more])
        place = _EVENT.index("delivery_id")
        events = [
            row if row[place] is None or row[place] >= 0
            else (*row[:place], _numbered(row[place], ids), *row[place + 1 :])
            for row in self._events
        ]  # fmt: skip
        insert_tuples(connection, schema.event, _EVENT, events)
        changed: dict[str, Mapping[int, object]] = {"kind": self._became}
        changed |= {"email_bounced_at": self._bounced, "post_returned_at": self._returned}
        for column, now in changed.items():
            update_rows(connection, schema.contact, [(c, {column: new}) for c, new in now.items()])
        insert_suppressions(connection, self._database, self._suppressions)
        self._begin()
        return counts


def _numbered(delivery: int, ids: Sequence[int]) -> int:
    """The number of a delivery: of a new one, told so far by its place."""
    return delivery if delivery >= 0 else ids[-1 - delivery]
