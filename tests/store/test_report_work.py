"""A report of several campaigns takes work in proportion to their people, by steps counted.

SQLite has no statistics and may take a loop in a loop for a join: then twice the people are
four times the work. The steps of its machine are counted, for they are the same everywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert

from outreach.model.asked import Asked, Dimension
from outreach.model.ids import CampaignId
from outreach.model.stage import DEFAULT_CHAIN
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.tallies import Tallies

LAUNCH = datetime(2027, 3, 1, 12, tzinfo=UTC)
#: Steps of the machine between two counts.
STRIDE = 100


def more_people(database: Database, first: int, last: int) -> None:
    """Each in three campaigns, every tenth control in one; written to in all, every fifth
    orders."""
    numbers = range(first, last)
    people = [{"id": n, "created_at": LAUNCH, "updated_at": LAUNCH} for n in numbers]
    places = [(n, campaign) for n in numbers for campaign in (1, 2, 3)]
    members = [
        {"campaign_id": campaign, "contact_id": n, "kind": "prospect", "enrolled_at": LAUNCH,
         "arm": "control" if (n + campaign) % 10 == 0 else "enrolled"}
        for n, campaign in places
    ]  # fmt: skip
    events: list[dict[str, Any]] = []
    for n, campaign in places:
        told = {"campaign_id": campaign, "contact_id": n, "recorded_at": LAUNCH,
                "at": LAUNCH + timedelta(hours=n % 48), "stage": None, "channel": "email",
                "amount_minor": None, "step_id": campaign}  # fmt: skip
        events.append({**told, "kind": "touched"})
        events.append({**told, "kind": "reached", "stage": "contacted"})
        if n % 5 == 0:
            later = LAUNCH + timedelta(days=3)
            events.append({**told, "kind": "reached", "stage": "order", "at": later,
                           "amount_minor": 100})  # fmt: skip
    with database.writing() as connection:
        for table, rows in ((schema.contact, people), (schema.enrolment, members),
                            (schema.event, events)):  # fmt: skip
            connection.execute(insert(table), rows)


def steps_of(database: Database) -> int:
    """Steps of SQLite's machine for all that a report of the three counts."""
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return 0

    def watch(raw: Any, *_: object) -> None:
        raw.set_progress_handler(counted, STRIDE)

    def leave(raw: Any, *_: object) -> None:
        raw.set_progress_handler(None, STRIDE)

    sqlalchemy_event.listen(database.engine, "checkout", watch)
    sqlalchemy_event.listen(database.engine, "checkin", leave)
    try:
        chains = {CampaignId(number): DEFAULT_CHAIN for number in (1, 2, 3)}
        asked = Asked(by=(Dimension.STEP, Dimension.KIND, Dimension.SELLER))
        Tallies(database).chains(chains, asked, now=LAUNCH + timedelta(days=9))
    finally:
        sqlalchemy_event.remove(database.engine, "checkout", watch)
        sqlalchemy_event.remove(database.engine, "checkin", leave)
    return count


def test_twice_the_people_are_twice_the_work(database: Database) -> None:
    if not database.is_sqlite:
        return
    campaign = {"state": "running", "definition": "", "fingerprint": "", "salt": "",
                "launched_at": LAUNCH, "matched": 0, "selected": 0}  # fmt: skip
    step = {"channel": "email", "position": 0}
    with database.writing() as connection:
        for number in (1, 2, 3):
            connection.execute(insert(schema.campaign).values(
                id=number, name=f"c{number}", **campaign))  # fmt: skip
            connection.execute(insert(schema.step).values(
                id=number, campaign_id=number, name="mail", **step))  # fmt: skip
    more_people(database, 1, 301)
    once = steps_of(database)
    more_people(database, 301, 601)
    twice = steps_of(database)
    assert once > 100
    assert 1.5 < twice / once < 2.5
