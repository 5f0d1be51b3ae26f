"""What is kept of the pace, and where people's clocks stand, in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from outreach.model.ids import CampaignId
from outreach.store.engine import Database
from outreach.store.paces import IN_FLIGHT, KeptPace, Paces
from outreach.store.zones import Zones

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_key_says_what_was_kept_last(database: Database) -> None:
    paces = Paces(database)
    paces.keep_paces([KeptPace("a", NOON), KeptPace("b", NOON, NOON + HOUR, "busy")])
    paces.keep_paces([KeptPace("a", NOON + HOUR)])

    assert sorted(paces.paces(), key=lambda one: one.key) == [
        KeptPace("a", NOON + HOUR),
        KeptPace("b", NOON, NOON + HOUR, "busy"),
    ]


def test_what_holds_nothing_back_any_more_is_dropped_but_not_the_mark_of_a_run(
    database: Database,
) -> None:
    paces = Paces(database)
    paces.keep_paces(
        [
            KeptPace("over", NOON),
            KeptPace("free later", NOON + HOUR),
            KeptPace("shut", NOON, NOON + HOUR),
            KeptPace(IN_FLIGHT, NOON),
        ]
    )
    paces.keep_paces([], over=NOON)

    assert {one.key for one in paces.paces()} == {"free later", "shut", IN_FLIGHT}


def test_an_empty_ledger_has_sent_nothing_and_knows_nobody_abroad(database: Database) -> None:
    paces, zones = Paces(database), Zones(database)

    assert paces.sent_log(NOON, sender="marie", campaign=CampaignId(1)) == []
    assert paces.sent_by_domain(NOON) == []
    assert paces.first_sent("marie") is None
    assert zones.uncommon("FR") == []
    assert zones.next_due(CampaignId(1), after=NOON) == {}
