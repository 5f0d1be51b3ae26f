"""What was recorded by people, and what followed from it: found, so that it can be taken back.

The event of a recorded fact has `recording` in its data, a token; what followed from it has
the same token as `because`. Facts of one file have its token as `batch`, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.model.campaign import Campaign
from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId, ContactId, EventId
from outreach.model.stage import OTHERS
from outreach.model.value import value
from outreach.store import schema
from outreach.store.delivery_rows import COLUMNS, delivery_of
from outreach.store.engine import Database
from outreach.store.folding import folded, write_counters
from outreach.store.known import Acquaintance, Other
from outreach.store.lists import among
from outreach.store.recorded import (
    THEN,
    brought,
    is_recording,
    of_the_erased,
    says,
    taken_back,
    with_campaign,
)
from outreach.store.retelling import (
    become_again,
    contacted_after_all,
    mark_again,
    no_longer_cancelled,
)
from outreach.store.rows import is_now
from outreach.store.standing_again import Place, stand_again
from outreach.store.taking_back import correct, put_back
from outreach.store.turn import take_turn_to_record

#: Recordings taken back at once.
PAGE = 2000


@value(kw_only=True)
class Recording:
    """One recorded fact: the row of its event, with the name of its campaign."""

    number: EventId
    event: Any
    #: Facts recorded with it from one file; itself alone is 1.
    together: int = 1
    taken_back: bool = False

    @property
    def act(self) -> str:
        token: str = self.event.data["recording"]
        return token

    @property
    def batch(self) -> str | None:
        token: str | None = self.event.data.get("batch")
        return token


@value(kw_only=True)
class TakenBack:
    """What came of taking recordings back."""

    recordings: int = 0
    #: Events that do not count any more, these recordings among them.
    events: int = 0
    #: Whose chain goes on again, in which campaign.
    freed: tuple[Place, ...] = ()
    #: Steps that come again.
    revived: int = 0
    #: Their deliveries; of one page only, they are not kept for a whole file.
    coming: frozenset[int] = frozenset()

    def __add__(self, other: TakenBack) -> TakenBack:
        return TakenBack(
            recordings=self.recordings + other.recordings,
            events=self.events + other.events,
            freed=self.freed + other.freed,
            revived=self.revived + other.revived,
        )


class Recordings:
    def __init__(self, database: Database) -> None:
        self.database = database

    def take_turn(self) -> None:
        """Be alone with what is known of people, until the caller's transaction ends."""
        with self.database.writing() as connection:
            take_turn_to_record(connection)

    def number(self, contact: ContactId, act: str) -> EventId | None:
        """The number of the recording with that token."""
        e = schema.event.c
        query = select(e.id).where(e.contact_id == contact, says("recording", act))
        with self.database.reading() as connection:
            return connection.execute(query).scalar()

    def mark(self) -> int:
        """The number of the newest event: what is recorded from now on comes behind it."""
        with self.database.reading() as connection:
            return connection.execute(select(func.max(schema.event.c.id))).scalar() or 0

    def last(self, count: int = 1) -> list[Recording]:
        """The last recordings that stand, the newest first; the facts of a file are one."""
        e = schema.event.c
        found: list[Recording] = []
        seen: set[str] = set()
        with self.database.reading() as connection:
            below: int | None = None
            while len(found) < count:
                query = with_campaign().where(is_recording(), ~taken_back())
                if below is not None:
                    query = query.where(e.id < below)
                rows = connection.execute(query.order_by(e.id.desc()).limit(max(count, 50))).all()
                if not rows:
                    break
                for row in rows:
                    below = row.id
                    batch = row.data.get("batch")
                    if THEN in row.data or (batch is not None and batch in seen):
                        continue
                    if batch is not None:
                        seen.add(batch)
                        # The rest of a file is passed over at once.
                        below = min(below, int(row.data["since"]) + 1)
                    found.append(self._recording(connection, row))
                    if batch is not None:
                        break
        return found[:count]

    def find(self, number: int) -> Recording | None:
        """The recording of that number, whether it stands or not."""
        if number >= 2**63:
            return None  # no database has such a number
        query = with_campaign().where(schema.event.c.id == number, is_recording())
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else self._recording(connection, row)

    def _recording(self, connection: Connection, row: Any) -> Recording:
        e = schema.event.c
        fix = schema.event.alias("fix")
        back = connection.execute(select(fix.c.id).where(fix.c.corrects == row.id)).first()
        together = 1
        if (batch := row.data.get("batch")) is not None:
            query = select(func.count()).where(
                e.id > int(row.data["since"]),
                e.recorded_at == row.recorded_at,
                says("batch", batch),
                ~brought(),
                ~of_the_erased(),
                ~taken_back(),
            )
            together = connection.execute(query).scalar_one()
        return Recording(
            number=EventId(row.id), event=row, together=together, taken_back=back is not None
        )

    # --- what is to be taken back -----------------------------------------------------------------

    def pages(self, recording: Recording) -> Iterator[Sequence[Any]]:
        """The events of the facts that are taken back with it, newest first, page by page.

        Each page is read when it is asked for: what was taken back meanwhile is in none.
        """
        e = schema.event.c
        if recording.batch is None:
            yield [recording.event]
            return
        query = (
            with_campaign()
            .where(
                e.id > int(recording.event.data["since"]),
                e.recorded_at == recording.event.recorded_at,
                says("batch", recording.batch),
                ~of_the_erased(),
                ~taken_back(),
            )
            .order_by(e.id.desc())
            .limit(PAGE)
        )
        below: int | None = None
        while True:
            # The pages before are not read once more, to find that they were taken back.
            page = query if below is None else query.where(e.id < below)
            with self.database.reading() as connection:
                rows = connection.execute(page).all()
            if not rows:
                return
            yield rows
            below = rows[-1].id

    def standing(self, heads: Sequence[Any]) -> list[Any]:
        """Those of them that nobody has taken back meanwhile, while a question was open."""
        e = schema.event.c
        with self.database.reading() as connection:
            these = among(connection, e.id, [head.id for head in heads])
            left = set(connection.scalars(select(e.id).where(these, ~taken_back())))
        return [head for head in heads if head.id in left]

    def followed(self, heads: Sequence[Any]) -> list[Any]:
        """The events that followed from these, and stand."""
        e = schema.event.c
        acts = {head.data["recording"] for head in heads}
        people = {head.contact_id for head in heads}
        people |= {other for head in heads for other in head.data.get("others", ())}
        first = min((head.recorded_at for head in heads), default=None)
        query = with_campaign().where(
            e.recorded_at >= first, e.data.is_not(None), ~taken_back()
        )  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(query.where(among(connection, e.contact_id, people)))
            return [row for row in rows if (row.data or {}).get("because") in acts]

    def take_back(
        self,
        heads: Sequence[Any],
        definitions: Mapping[CampaignId, Campaign],
        *,
        now: datetime,
        author: str | None,
    ) -> TakenBack:
        """Take these recordings back with all that followed, in the caller's transaction."""
        followed = self.followed(heads)
        gone = [*heads, *followed]
        people = {ContactId(event.contact_id) for event in gone}
        people |= {ContactId(other) for head in heads for other in head.data.get("others", ())}
        with self.database.writing() as connection:
            whole = is_now(connection, self.database, people)
            people = set(whole.values())
            correct(connection, gone, now, author)
            network = is_now(connection, self.database, _recommended(heads))
            put_back(connection, self.database, heads, whole | network, now)
            said = folded(connection, self.database, people)
            if contacted_after_all(connection, said, now):
                said = folded(connection, self.database, people)
            # A record that was merged away keeps what is its own, for the day it comes back.
            write_counters(
                connection, said | folded(connection, self.database, whole.keys() - people)
            )
            become_again(connection, said, gone, whole, now)
            mark_again(connection, said, heads, whole)
            # Who is near may be stopped by what is taken back, though it was not what stopped him.
            acquaintance = Acquaintance(self.database)
            named = {word for one in definitions.values() for word in one.stop_on}
            words = ("same", *(word for word in OTHERS if word in named))
            near = _named(acquaintance.others(people, words)) | people
            others = acquaintance.others(near, words)
            strangers = (_named(others) | near) - said.keys()
            theirs = said | folded(connection, self.database, strangers)
            said |= {contact: theirs[contact] for contact in near - people}
            for contact in _erased(connection, said):
                del said[contact]
            freed, revived = stand_again(connection, said, others, theirs, definitions, now)
            again = no_longer_cancelled(connection, near, revived)
            correct(connection, again, now, author)
        return TakenBack(
            recordings=len(heads), events=len(gone), freed=tuple(freed), revived=len(revived),
            coming=frozenset(revived),
        )  # fmt: skip

    def ended(
        self, campaign: CampaignId, contacts: Collection[ContactId]
    ) -> dict[ContactId, list[tuple[Delivery, datetime | None]]]:
        """Every delivery of these people in a campaign, and when it ended; oldest first."""
        d = schema.delivery.c
        query = (
            select(*COLUMNS, d.settled_at)
            .join(schema.step, schema.step.c.id == d.step_id)
            .where(d.campaign_id == campaign)
            .order_by(d.id)
        )
        found: dict[ContactId, list[tuple[Delivery, datetime | None]]] = {}
        with self.database.reading() as connection:
            these = among(connection, d.contact_id, contacts)
            for row in connection.execute(query.where(these)):
                found.setdefault(ContactId(row.contact_id), []).append(
                    (delivery_of(row[:-1]), row.settled_at)
                )
        return found

    def later(self, recording: Recording, people: Collection[ContactId]) -> list[Any]:
        """What was recorded of these people since, and stands."""
        e = schema.event.c
        query = with_campaign().where(e.id > recording.number, is_recording(), ~taken_back())
        with self.database.reading() as connection:
            return list(
                connection.execute(query.where(among(connection, e.contact_id, people)))
            )  # fmt: skip


def _erased(connection: Connection, people: Collection[ContactId]) -> list[ContactId]:
    """Who of these was emptied on request: no chain of his goes on, whatever is taken back."""
    c = schema.contact.c
    query = select(c.id).where(among(connection, c.id, people), c.erased_at.is_not(None))
    return [ContactId(number) for number in connection.scalars(query)]


def _recommended(heads: Sequence[Any]) -> set[ContactId]:
    """Who recommended us to whom, by these recordings."""
    told = [head.data.get(key) for head in heads for key in ("referrer", "referred")]
    return {ContactId(number) for number in told if number is not None}


def _named(others: Mapping[ContactId, Sequence[Other]]) -> set[ContactId]:
    return {one.contact for some in others.values() for one in some}
