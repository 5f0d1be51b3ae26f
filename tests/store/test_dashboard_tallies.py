"""Milestones: one statement says what a loop over the events says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert

from outreach.model.ids import CampaignId
from outreach.model.milestone import Milestone
from outreach.store import schema
from outreach.store.dashboard_tallies import DashboardTallies
from outreach.store.engine import Database

#: The first stage has a name of its own: being contacted is that one all the same.
CHAIN = ("hello", "replied", "appointment", "quote", "order")
START = datetime(2027, 1, 1, tzinfo=UTC)
SPRING = CampaignId(1)

Row = dict[str, Any]


def drawn(random: Random) -> tuple[list[Row], list[Row]]:
    """Forty people of a campaign and 240 events, each ninth of them taken back."""
    enrolments = [
        {"campaign_id": 1, "contact_id": number, "enrolled_at": START,
         "arm": random.choice(("enrolled", "enrolled", "control")), "kind": "prospect"}
        for number in range(1, 41)
    ]  # fmt: skip
    events: list[Row] = []
    for number in range(1, 241):
        reached = random.random() < 0.6
        events.append(
            {
                "id": number,
                "campaign_id": random.choice((1, 1, 1, 2)),
                # Two of forty were never enrolled: what touching them cost is spent all the same.
                "contact_id": random.randint(1, 42),
                "at": START + timedelta(hours=random.randint(0, 90 * 24)),
                "recorded_at": START,
                "kind": "reached" if reached else "touched",
                "stage": random.choice(("contacted", *CHAIN, "met")) if reached else None,
                "amount_minor": random.choice((None, 10_000, 25_050)) if reached else None,
                "cost_minor": None if reached else random.choice((None, 139, 60)),
                "corrects": None,
            }
        )
    for number, wrong in enumerate(events[::9], start=1000):
        events.append({**wrong, "id": number, "kind": "corrected", "corrects": wrong["id"]})
    return enrolments, events


def write(database: Database, enrolments: list[Row], events: list[Row]) -> None:
    campaigns = [
        {"id": number, "name": name, "state": "running", "definition": "", "fingerprint": "",
         "salt": "", "launched_at": START, "matched": 0, "selected": 0}
        for number, name in ((1, "spring"), (2, "autumn"))
    ]  # fmt: skip
    contacts = [{"id": n, "created_at": START, "updated_at": START} for n in range(1, 43)]
    rows = (
        (schema.campaign, campaigns),
        (schema.contact, contacts),
        (schema.enrolment, enrolments),
        (schema.event, events),
    )
    with database.writing() as connection:
        for table, some in rows:
            connection.execute(insert(table), some)


def plainly(enrolments: list[Row], events: list[Row], until: datetime) -> Milestone:
    """The same by hand."""
    arms = {one["contact_id"]: one["arm"] for one in enrolments}
    wrong = {event["corrects"] for event in events}
    told = [e for e in events if e["id"] not in wrong and e["campaign_id"] == 1 and e["at"] < until]
    facts = [e for e in told if e["kind"] == "reached" and arms.get(e["contact_id"]) == "enrolled"]
    words = {"contacted": 0} | {stage: place for place, stage in enumerate(CHAIN)}
    furthest: dict[int, int] = {}
    for fact in facts:
        place = words.get(fact["stage"], -1)
        furthest[fact["contact_id"]] = max(furthest.get(fact["contact_id"], -1), place)
    orders = [fact for fact in facts if fact["stage"] == "order"]
    spent = sum(e["cost_minor"] or 0 for e in told if e["kind"] == "touched")
    return Milestone(
        until=until,
        people={
            stage: sum(place >= rank for place in furthest.values())
            for rank, stage in enumerate(CHAIN)
        },
        orders=len(orders),
        revenue=Decimal(sum(one["amount_minor"] or 0 for one in orders)) / 100,
        spent=Decimal(spent) / 100,
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_milestone_is_what_a_plain_reading_finds(database: Database, seed: int) -> None:
    """Asked in any order, twice for the same instant, before the first event and after the last."""
    enrolments, events = drawn(Random(seed))
    write(database, enrolments, events)
    days = (30, 100, 0, 60, 30, 59.5)
    instants = [START + timedelta(days=day) for day in days]
    found = DashboardTallies(database).up_to(SPRING, CHAIN, instants)
    assert found == tuple(plainly(enrolments, events, until) for until in instants)
    assert found[1].orders > 0
    assert found[1].people["hello"] > found[1].people["order"] > 0


def test_nothing_asked_nothing_counted(database: Database) -> None:
    assert DashboardTallies(database).up_to(SPRING, CHAIN, []) == ()
