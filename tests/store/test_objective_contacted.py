"""Whom an objective of a campaign counts as contacted: whom the campaign's report does."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import insert

from outreach.model.ids import CampaignId
from outreach.planning.objective import Metric
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.objective_tallies import realised

AT = datetime(2027, 3, 3, 12, tzinfo=UTC)
CAMPAIGN = CampaignId(9)
CHAIN = ("met_us", "replied", "order")


def _write(database: Database) -> None:
    """1 to 4 came somewhere in the chain, 5 beside it, 6 got a call in vain, 7 is control."""
    stages = ["contacted", "met_us", "replied", "order", "spoken", None, "order"]
    with database.writing() as connection:
        connection.execute(insert(schema.campaign).values(
            id=9, name="c", state="running", definition="", fingerprint="", salt="",
            launched_at=AT, matched=7, selected=7))  # fmt: skip
        for number, stage in enumerate(stages, start=1):
            connection.execute(
                insert(schema.contact).values(id=number, created_at=AT, updated_at=AT)
            )
            connection.execute(insert(schema.enrolment).values(
                campaign_id=9, contact_id=number, enrolled_at=AT,
                arm="control" if number == 7 else "enrolled"))  # fmt: skip
            connection.execute(insert(schema.event).values(
                contact_id=number, campaign_id=9, at=AT, recorded_at=AT,
                kind="reached" if stage else "touched", stage=stage or "no_answer"))  # fmt: skip


def test_contacted_in_a_campaign_is_who_reached_a_stage_of_its_chain(database: Database) -> None:
    _write(database)
    year = {"since": date(2027, 1, 1), "until": date(2027, 12, 31)}
    found = realised(database, Metric.CONTACTED, campaign=CAMPAIGN, chain=CHAIN, **year)
    assert found == 4
    before = {"since": date(2027, 1, 1), "until": date(2027, 3, 2)}
    assert realised(database, Metric.CONTACTED, campaign=CAMPAIGN, chain=CHAIN, **before) == 0
