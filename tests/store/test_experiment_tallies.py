"""The groups drawn by lot, counted in one statement: against a count by hand, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from outreach.model.audience import Arm
from outreach.model.ids import CampaignId
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.experiment_tallies import ExperimentTallies

LAUNCH = datetime(2027, 3, 1, 12, tzinfo=UTC)
CHAIN = ("contacted", "replied", "order")
SPRING = CampaignId(1)
Rows = dict[str, list[dict[str, Any]]]


def season(people: int, *, seed: int = 4) -> Rows:
    """People of two campaigns with orders, doubles, corrections: what a store may hold."""
    chance = random.Random(seed)
    rows: Rows = {"contact": [], "enrolment": [], "delivery": [], "event": []}
    for id_ in range(1, people + 1):
        arm = chance.choices(["enrolled", "control", "excluded"], [6, 3, 1])[0]
        kind, source = chance.choice(["prospect", "customer", None]), chance.choice("AB")
        rows["contact"].append(
            {"id": id_, "source": source, "created_at": LAUNCH, "updated_at": LAUNCH}
        )
        rows["enrolment"].append(
            {"campaign_id": 1, "contact_id": id_, "arm": arm, "kind": kind,
             "stratum": chance.choice(["Rennes", "Brest"]), "enrolled_at": LAUNCH}
        )  # fmt: skip
        if arm == "enrolled":
            for occurrence in (1, 2):
                rows["delivery"].append(
                    {"campaign_id": 1, "step_id": 10, "contact_id": id_, "channel": "email",
                     "occurrence": occurrence, "state": "sent", "due_at": LAUNCH,
                     "variant": "ab"[id_ % 2]}
                )  # fmt: skip
        for stage in ("contacted", "replied", "order", "order", "visited"):
            if chance.random() < 0.4:
                rows["event"].append(_event(id_, stage, chance))
    for number in range(0, len(rows["event"]), 7):
        taken_back = rows["event"][number]
        rows["event"].append(
            {**_event(taken_back["contact_id"], None, chance), "kind": "corrected",
             "corrects": number + 1}
        )  # fmt: skip
    for number, one in enumerate(rows["event"], start=1):
        one["id"] = number
    return rows


def _event(contact: int, stage: str | None, chance: random.Random) -> dict[str, Any]:
    return {
        "contact_id": contact,
        "campaign_id": chance.choices([1, 2], [9, 1])[0],
        "kind": "reached",
        "stage": stage,
        "at": LAUNCH + timedelta(days=chance.randrange(60)),
        "recorded_at": LAUNCH,
        "amount_minor": chance.choice([None, 1050, 99_00]) if stage == "order" else None,
        "corrects": None,
    }


def fill(database: Database, rows: Rows) -> None:
    with database.writing() as connection:
        for id_, name in ((1, "spring"), (2, "autumn")):
            connection.execute(
                insert(schema.campaign).values(
                    id=id_, name=name, state="running", definition="", fingerprint="", salt=name,
                    launched_at=LAUNCH, matched=0, selected=0,
                )
            )  # fmt: skip
        connection.execute(
            insert(schema.step).values(
                id=10, campaign_id=1, name="mail", channel="email", position=0
            )
        )
        for name, table in (
            ("contact", schema.contact),
            ("enrolment", schema.enrolment),
            ("delivery", schema.delivery),
            ("event", schema.event),
        ):
            connection.execute(insert(table), rows[name])


def by_hand(rows: Rows, until: datetime | None = None) -> Counter[tuple[object, ...]]:
    """The same, person by person."""
    back = {one["corrects"] for one in rows["event"]}
    standing = [
        one
        for one in rows["event"]
        if one["campaign_id"] == 1
        and one["kind"] == "reached"
        and one["id"] not in back
        and (until is None or one["at"] < until)
    ]
    source = {one["id"]: one["source"] for one in rows["contact"]}
    counted: Counter[tuple[object, ...]] = Counter()
    for member in rows["enrolment"]:
        if member["arm"] == "excluded":
            continue
        mine = [one for one in standing if one["contact_id"] == member["contact_id"]]
        places = [CHAIN.index(one["stage"]) for one in mine if one["stage"] in CHAIN]
        orders = [one for one in mine if one["stage"] == "order"]
        revenue = sum(one["amount_minor"] or 0 for one in orders)
        variant = "ab"[member["contact_id"] % 2] if member["arm"] == "enrolled" else None
        counted[
            member["arm"], variant, member["kind"], member["stratum"],
            source[member["contact_id"]], max(places, default=None), len(orders),
            Decimal(revenue) / 100,
        ] += 1  # fmt: skip
    return counted


@pytest.mark.parametrize("days", [None, 30])
def test_as_counted_by_hand(database: Database, days: int | None) -> None:
    rows = season(300)
    fill(database, rows)
    until = None if days is None else LAUNCH + timedelta(days=days)
    tally = ExperimentTallies(database).campaign(
        SPRING, CHAIN, variants=["mail"], control=True, until=until
    )
    assert tally is not None
    assert tally.steps == ("mail",)
    found = Counter[tuple[object, ...]]()
    for one in tally.cells:
        found[
            one.arm.value, one.variants[0], one.kind, one.stratum, one.source, one.rank,
            one.orders, one.revenue,
        ] += one.people  # fmt: skip
    assert found == by_hand(rows, until)


def test_only_those_for_whom_a_condition_holds(database: Database) -> None:
    fill(database, season(100))
    store = ExperimentTallies(database)
    all_of, some = (
        store.campaign(SPRING, CHAIN, variants=["mail"], control=True),
        store.campaign(
            SPRING, CHAIN, variants=["mail"], control=True, among=database.contact.c.source == "A"
        ),
    )
    assert all_of is not None
    assert some is not None
    assert {one.source for one in some.cells} == {"A"}
    assert some.people == all_of.where(lambda one: one.source == "A").people


def test_where_nothing_was_drawn_nothing_is_compared(database: Database) -> None:
    fill(database, season(10))
    assert (
        ExperimentTallies(database).campaign(CampaignId(2), CHAIN, variants=["mail"], control=False)
        is None
    )


def test_what_people_drew(database: Database) -> None:
    fill(database, season(40))
    drawn = ExperimentTallies(database).drawn(SPRING)
    tally = ExperimentTallies(database).campaign(SPRING, CHAIN, variants=["mail"], control=True)
    assert tally is not None
    assert len(drawn.strata) == tally.people
    enrolled = tally.where(lambda one: one.arm is Arm.ENROLLED).people
    assert Counter(drawn.variants["mail"].values()).total() == enrolled
