"""The plan is kept and read back as it was, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import insert

from outreach.model.ids import ContactId
from outreach.model.plan import Action, ActionStep, Area, Loss, Term, Theme, Vision
from outreach.model.source import ListOrigin, Source
from outreach.planning.objective import (
    Checkpoint,
    Objective,
    ObjectiveKind,
    Scope,
    ScopeKind,
)
from outreach.store import schema
from outreach.store.engine import Database
from outreach.store.store import Store

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
GOAL = Objective(
    name="Win 12 schools", kind=ObjectiveKind.RESULT, metric="new_customers", unit="schools",
    baseline=Fraction(3), target=Fraction(25, 2), start=date(2027, 1, 1),
    deadline=date(2027, 12, 31), owner="marie",
    checkpoints=(Checkpoint(on=date(2027, 3, 31), realised=Fraction(9, 2), note="slow"),
                 Checkpoint(on=date(2027, 6, 30))),
    scope=Scope(ScopeKind.AREA, "Nord: the coast"), note="a note",
)  # fmt: skip
ACTION = Action(
    name="Open day", project="Schools", objective="Win 12 schools", campaign="open-day",
    theme=Theme.CONQUEST, offer="a tour",
    steps=(ActionStep("choose", date(2027, 2, 1), True), ActionStep("print")), owner="marie",
    means="the bus", partners=("town hall", "press"), budget=Decimal("600.50"),
    starts_on=date(2027, 3, 1), ends_on=date(2027, 4, 15), term=Term.SHORT, created_at=NOON,
)  # fmt: skip


def test_an_objective_comes_back_as_it_was(database: Database) -> None:
    store = Store(database)
    store.objectives.add(GOAL)
    assert store.objectives.all() == [GOAL]
    bare = Objective(name="Answer better", kind=ObjectiveKind.QUALITATIVE)
    store.objectives.replace("Win 12 schools", bare)
    assert store.objectives.all() == [bare]
    store.objectives.remove("Answer better")
    assert store.objectives.all() == []


def test_objectives_stand_by_their_deadline_those_without_one_last(database: Database) -> None:
    store = Store(database)
    for name, day in (("c", None), ("b", date(2027, 6, 1)), ("a", date(2027, 5, 1))):
        store.objectives.add(Objective(name=name, kind=ObjectiveKind.QUALITATIVE, deadline=day))
    assert [one.name for one in store.objectives.all()] == ["a", "b", "c"]


def test_an_action_comes_back_as_it_was_and_loses_only_a_forgotten_objective(
    database: Database,
) -> None:
    store = Store(database)
    store.objectives.add(GOAL)
    (number,) = store.actions.add([ACTION])
    kept = replace(ACTION, id=number)
    assert store.actions.all() == [kept]
    done = replace(kept, done_at=NOON, result="12 came", name="Open days")
    store.actions.replace(done)
    assert store.actions.all() == [done]
    store.objectives.remove(GOAL.name)
    assert store.actions.all() == [replace(done, objective=None)]
    store.actions.remove(number)
    assert store.actions.all() == []


def test_areas_and_losses_come_back_and_a_merged_customer_under_his_new_record(
    database: Database,
) -> None:
    store = Store(database)
    area = Area(name="Nord", expression='city = "Lille"', potential_customers=400, pressure=2,
                weight=Decimal("2.5"), note="since 2009")  # fmt: skip
    store.market.save_area(area)
    store.market.save_area(replace(area, pressure=4))
    assert store.market.areas() == [replace(area, pressure=4)]
    with database.writing() as connection:
        for number, name, merged in ((1, "Ada", None), (2, "Bob", 1)):
            connection.execute(
                insert(schema.contact).values(
                    id=number, last_name=name, merged_into=merged, created_at=NOON,
                    updated_at=NOON,
                )
            )  # fmt: skip
    loss = Loss(contact=ContactId(2), name="Bob", on=date(2027, 9, 30), revenue=Decimal(30_000),
                cause="the site ends", recorded_at=NOON)  # fmt: skip
    number = store.market.add_loss(loss)
    assert store.market.losses() == [replace(loss, id=number, contact=ContactId(1), name="Ada")]
    assert store.market.remove_loss(number)
    assert not store.market.remove_loss(number)
    store.market.remove_area("Nord")
    assert store.market.areas() == []


def test_the_last_vision_stands(database: Database) -> None:
    store = Store(database)
    assert store.objectives.vision() is None
    store.objectives.note_vision(Vision("first", date(2027, 1, 1)))
    store.objectives.note_vision(Vision("l'atelier \u00ab 2032 \u00bb", date(2027, 2, 1)))
    assert store.objectives.vision() == Vision("l'atelier \u00ab 2032 \u00bb", date(2027, 2, 1))


def test_a_list_comes_back_with_its_price(database: Database) -> None:
    store = Store(database)
    rented = Source(name="loue", origin=ListOrigin.RENTED, licence="two mailings", uses_left=2,
                    cost=Decimal("300.40"), note="since 2020")  # fmt: skip
    store.sources.save(None, rented)
    assert store.sources.all() == [rented]
    store.sources.save("loue", replace(rented, uses_left=None, cost=None))
    assert store.sources.find("loue") == replace(rented, uses_left=None, cost=None)
