"""What the database counts of deliveries and people is what there is, whatever happens to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import PostgresServer
from sqlalchemy import Connection, create_engine, func, select

from outreach.model.audience import Arm, Exclusion
from outreach.model.campaign import AudienceRule, Campaign, Channel, Step
from outreach.model.change import Planned
from outreach.model.delivery import DeliveryState
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.store import schema
from outreach.store.copies import copies_of
from outreach.store.counted import counts, fold
from outreach.store.engine import Database
from outreach.store.freezing import Member
from outreach.store.opening import open_database, revision_of
from outreach.store.store import Store
from outreach.store.upgrading import upgrade

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)

SPRING = Campaign(
    name="spring",
    audience=AudienceRule(where="true"),
    sender="marie",
    steps=(Step(name="mail", channel=Channel.EMAIL, subject="Hello", template="m.html.j2"),),
)


def lay_people(database: Database, count: int) -> None:
    """People whose addresses are `p1@mail.example` and so on."""
    rows = [
        {"id": n, "kind": "suspect", "email": f"p{n}@mail.example", "created_at": NOON,
         "email_folded": f"p{n}@mail.example", "updated_at": NOON,
         "email_print": database.fingerprint("email", f"p{n}@mail.example")}
        for n in range(1, count + 1)
    ]  # fmt: skip
    with database.writing() as connection:
        connection.execute(schema.contact.insert(), rows)


def launch(store: Store, name: str) -> CampaignId:
    """Three people enrolled, one in the control group, one left out."""
    first = Planned(
        campaign=CampaignId(0), step=StepId(0), contact=ContactId(0), channel=Channel.EMAIL,
        due_at=NOON, sender="marie",
    )  # fmt: skip
    members = [
        Member(contact=ContactId(n), arm=Arm.ENROLLED, first=(("mail", first),)) for n in (1, 2, 3)
    ]
    members.append(Member(contact=ContactId(4), arm=Arm.CONTROL))
    members.append(Member(contact=ContactId(5), arm=Arm.EXCLUDED, reason=Exclusion.BOUNCED))
    return store.campaigns.launch(
        replace(SPRING, name=name), members, file=None, fingerprint="f", matched=5, selected=4,
        pilot=False, now=NOON,
    )  # fmt: skip


@pytest.fixture
def store(database: Database) -> Store:
    lay_people(database, 5)
    return Store(database)


def there(connection: Connection, campaign: CampaignId) -> dict[str, int]:
    """The same, counted row by row."""
    d, e = schema.delivery.c, schema.enrolment.c
    states = select(d.state, func.count()).where(d.campaign_id == campaign).group_by(d.state)
    arms = select(e.arm, func.count()).where(e.campaign_id == campaign).group_by(e.arm)
    found: dict[str, int] = {}
    for query in (states, arms):
        for word, count in connection.execute(query):
            found[word] = count
    return found


def states(store: Store, campaign: CampaignId) -> dict[str, int]:
    counted = store.deliveries.by_state(campaign)
    return {state.value: count for state, count in counted.items() if count}


def test_a_launch_counts_its_people_and_their_first_step(store: Store) -> None:
    spring = launch(store, "spring")

    assert states(store, spring) == {"due": 3}
    assert store.campaigns.arms(spring) == {Arm.ENROLLED: 3, Arm.CONTROL: 1, Arm.EXCLUDED: 1}


def test_a_claim_moves_one_and_giving_it_back_moves_it_back(store: Store) -> None:
    spring = launch(store, "spring")
    run = store.runs.start(now=NOON, host="here", pid=1)

    store.deliveries.claim({DeliveryId(1): "<1@x>", DeliveryId(2): "<2@x>"}, run=run, now=NOON)
    claimed = states(store, spring)
    store.deliveries.give_back([DeliveryId(1)], now=NOON)

    assert claimed == {"due": 1, "claimed": 2}
    assert states(store, spring) == {"due": 2, "claimed": 1}


def test_every_campaign_is_counted_apart(store: Store) -> None:
    spring, summer = launch(store, "spring"), launch(store, "summer")

    store.standing.stop(spring, now=NOON)

    assert states(store, spring) == {"cancelled": 3}
    assert states(store, summer) == {"due": 3}


def test_what_is_rolled_back_is_not_counted(store: Store) -> None:
    spring = launch(store, "spring")

    with pytest.raises(RuntimeError):
        _send_all_and_fail(store)

    assert states(store, spring) == {"due": 3}


def _send_all_and_fail(store: Store) -> None:
    with store.database.writing() as connection:
        connection.execute(schema.delivery.update().values(state=DeliveryState.SENT.value))
        raise RuntimeError("the program ended here")


def test_rows_that_go_are_counted_no_more(store: Store) -> None:
    spring = launch(store, "spring")
    e = schema.enrolment.c

    with store.database.writing() as connection:
        connection.execute(schema.enrolment.delete().where(e.arm == Arm.EXCLUDED.value))

    assert store.campaigns.arms(spring) == {Arm.ENROLLED: 3, Arm.CONTROL: 1}


def test_a_row_that_was_there_is_counted_once(store: Store) -> None:
    """People are added to a campaign: who is in already is passed over by the unique key."""
    spring = launch(store, "spring")
    member = Member(contact=ContactId(1), arm=Arm.ENROLLED)

    store.campaigns.extend(
        store.campaigns.find("spring"), [member], matched=5, selected=4, now=NOON
    )

    assert store.campaigns.arms(spring)[Arm.ENROLLED] == 3


def test_folding_changes_no_number(store: Store) -> None:
    """In PostgreSQL every statement adds rows; the end of a run makes one of them."""
    spring = launch(store, "spring")
    run = store.runs.start(now=NOON, host="here", pid=1)
    store.deliveries.claim({DeliveryId(1): "<1@x>"}, run=run, now=NOON)
    before = states(store, spring)

    store.runs.finish(run, now=NOON, summary={})

    with store.database.reading() as connection:
        rows = connection.execute(select(func.count()).select_from(schema.counted)).scalar_one()
        assert counts(connection, spring) == there(connection, spring)
    assert states(store, spring) == before == {"due": 2, "claimed": 1}
    assert rows == 5  # due, claimed; enrolled, control, excluded


def test_rows_that_another_adds_while_it_is_folded_stay(
    postgres: PostgresServer, open_store: Callable[..., Database]
) -> None:
    """Two machines: one ends its run while the other one claims."""
    with postgres.laid_database() as url:
        database = open_store(url)
        lay_people(database, 5)
        store = Store(database)
        spring = launch(store, "spring")

        with database.writing() as other:
            these = schema.delivery.c.id == 1
            other.execute(schema.delivery.update().where(these).values(state="claimed"))
            with database.writing() as connection:
                fold(connection)

        assert states(store, spring) == {"due": 2, "claimed": 1}
        database.engine.dispose()


def test_an_older_store_is_counted_when_it_is_upgraded(database: Database) -> None:
    """`database` is laid at today's revision: it is emptied first."""
    with database.writing() as connection:
        schema.metadata.drop_all(connection)
    upgrade(database, "0005")
    at = "2027-03-01T08:00:00.000000Z"
    with database.writing() as connection:
        for statement in (
            "INSERT INTO campaign (name, state, definition, fingerprint, salt, launched_at,"
            f" matched, selected) VALUES ('spring', 'running', '', '', '', '{at}', 2, 2)",
            "INSERT INTO step (campaign_id, name, channel, position) VALUES (1, 'm', 'email', 1)",
            "INSERT INTO contact (kind, created_at, updated_at, order_count, revenue_minor,"
            f" margin_minor, touch_count) VALUES ('suspect', '{at}', '{at}', 0, 0, 0, 0)",
            "INSERT INTO enrolment (campaign_id, contact_id, arm, enrolled_at)"
            f" VALUES (1, 1, 'enrolled', '{at}')",
            "INSERT INTO delivery (campaign_id, step_id, contact_id, channel, state, due_at)"
            f" VALUES (1, 1, 1, 'email', 'sent', '{at}')",
        ):
            connection.exec_driver_sql(statement)

    upgrade(database)

    store = Store(database)
    assert states(store, CampaignId(1)) == {"sent": 1}
    assert store.campaigns.arms(CampaignId(1)) == {Arm.ENROLLED: 1}
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE delivery SET state = 'unknown'")
    assert states(store, CampaignId(1)) == {"unknown": 1}


def test_a_store_of_today_counts_what_a_migrated_one_counts(database: Database) -> None:
    """Both have the triggers: a laid store by its creation, another by its migration."""
    laid = _triggers(database)
    with database.writing() as connection:
        schema.metadata.drop_all(connection)
    upgrade(database)

    assert len(laid) == 6
    assert _triggers(database) == laid


def _triggers(database: Database) -> set[tuple[str, ...]]:
    of_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    of_postgresql = (
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'counted%%'"
    )
    with database.reading() as connection:
        rows = connection.exec_driver_sql(of_sqlite if database.is_sqlite else of_postgresql)
        return {tuple(row) for row in rows}


def test_a_copy_of_before_the_numbers_is_restored_over_them_and_upgraded(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """PostgreSQL's restore leaves a table that the copy does not know."""
    with postgres.fresh_database() as url:
        older = Database(create_engine(url.replace("postgresql:", "postgresql+psycopg:")))
        upgrade(older, "0005")
        older.engine.dispose()
        copies = copies_of(url, tmp_path)
        copies.backup(tmp_path / "older.dump", now=NOON)
        for _ in range(2):
            database = open_database(url, folder=tmp_path, to_upgrade=True)
            upgrade(database)
            assert revision_of(database) == "0007"
            database.engine.dispose()
            copies.restore(tmp_path / "older.dump", now=NOON)
