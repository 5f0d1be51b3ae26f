"""The user's fields renamed, retyped, deleted and taken back; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from outreach.cleaning.headers import BadMap
from outreach.model.contact import Draft
from outreach.model.field import Field, FieldType, Origin, Value
from outreach.runner.fields import (
    NameTaken,
    NoSuchOwnField,
    NotYours,
    own_field,
    rename,
    retype,
    try_retype,
)
from outreach.store.contacts import ImportStart
from outreach.store.engine import Database
from outreach.store.fields import FieldsMoved
from outreach.store.store import Store
from outreach.store.upgrading import outdated, upgrade

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def field(name: str, type_: FieldType = FieldType.TEXT) -> Field:
    return Field(name, type_, name.upper(), Origin.USER)


def fill(store: Store, of: Field, *values: Value) -> None:
    """One contact per value."""
    start = ImportStart(file="l.csv", mapping={}, new_fields=(of,), retyped={}, now=NOW)
    number = store.contacts.begin_import(start)
    drafts = [Draft(n, {"last_name": f"N{n}", of.name: value}) for n, value in enumerate(values, 2)]
    store.contacts.put(drafts, import_id=number, now=NOW)


def values(store: Store, name: str) -> list[Value]:
    return [contact.values[name] for contact in store.contacts.matching()]


def test_a_renamed_field_keeps_its_values_and_its_heading(store: Store) -> None:
    fill(store, field("secteur"), "Mode")

    rename(store, "secteur", "branche")

    assert values(store, "branche") == ["Mode"]
    found = store.database.catalogue.find("SECTEUR")
    assert found is not None
    assert found.name == "branche"


def test_segments_that_say_the_old_name_are_told(store: Store) -> None:
    from outreach.store import schema

    fill(store, field("secteur"), "Mode")
    with store.database.writing() as connection:
        connection.execute(
            schema.segment.insert(),
            [{"name": n, "expression": e, "created_at": NOW, "updated_at": NOW}
             for n, e in (("mode", 'secteur = "Mode"'), ("other", 'city = "Secteurville"'))],
        )  # fmt: skip

    assert rename(store, "secteur", "branche")[1] == ["mode"]


@pytest.mark.parametrize("name", ["email", "effectif"])
def test_a_name_that_is_taken_is_refused(store: Store, name: str) -> None:
    fill(store, field("secteur"), "Mode")
    fill(store, field("effectif"), "3")

    with pytest.raises(NameTaken):
        rename(store, "secteur", name)


@pytest.mark.parametrize("name", ["Chiffre d'affaires", "select", "id"])
def test_what_cannot_be_a_name_is_refused(store: Store, name: str) -> None:
    fill(store, field("secteur"), "Mode")

    with pytest.raises(BadMap):
        rename(store, "secteur", name)


def test_standard_fields_stay_what_they_are(store: Store) -> None:
    with pytest.raises(NotYours):
        own_field("email", store.database.catalogue)
    with pytest.raises(NoSuchOwnField):
        own_field("secteur", store.database.catalogue)


@pytest.mark.parametrize(
    ("old", "before", "new", "after"),
    [
        (FieldType.TEXT, ["12", "1 000", "dix"], FieldType.INTEGER, [12, 1000, None]),
        (FieldType.TEXT, ["01/02/2020", "bientôt"], FieldType.DATE, [date(2020, 2, 1), None]),
        (FieldType.TEXT, ["oui", "non", "?"], FieldType.BOOLEAN, [True, False, None]),
        (FieldType.TEXT, ["12,50 €", "x"], FieldType.MONEY, [Decimal("12.50"), None]),
        (FieldType.NUMBER, [Decimal("12.5"), Decimal(3)], FieldType.INTEGER, [None, 3]),
        (FieldType.INTEGER, [12, -3], FieldType.TEXT, ["12", "-3"]),
        (FieldType.DATE, [date(2020, 2, 1)], FieldType.TEXT, ["2020-02-01"]),
        (FieldType.BOOLEAN, [True, False], FieldType.TEXT, ["true", "false"]),
        (FieldType.MONEY, [Decimal("12.50")], FieldType.NUMBER, [Decimal("12.5")]),
    ],
)
def test_another_type_carries_the_values_over_and_sets_misfits_aside(
    store: Store, old: FieldType, before: list[Value], new: FieldType, after: list[Value]
) -> None:
    fill(store, field("x", old), *before)
    x = own_field("x", store.database.catalogue)
    misfits = after.count(None)

    found = try_retype(store, x, new)
    assert (found.values, found.misfits, len(found.examples)) == (len(before), misfits, misfits)
    assert values(store, "x") == before
    retype(store, x, new)

    assert values(store, "x") == after
    aside = [a for c in store.contacts.matching() for a in store.contacts.set_aside_of(c.id)]
    assert [a.original for a in aside] == list(found.examples)


def test_a_retyped_field_of_text_is_found_without_regard_to_case(store: Store) -> None:
    fill(store, field("x", FieldType.BOOLEAN), True)
    retype(store, own_field("x", store.database.catalogue), FieldType.TEXT)

    twin = own_field("x", store.database.catalogue).stored_in + "_folded"
    assert store.contacts.count(store.database.contact.c[twin] == "true") == 1


def test_a_deleted_field_comes_back_with_its_values_until_the_upgrade(store: Store) -> None:
    fill(store, field("secteur"), "Mode")
    secteur = own_field("secteur", store.database.catalogue)
    assert store.fields.filled(secteur) == 1

    store.fields.delete(secteur, now=NOW)
    assert store.database.catalogue.find("secteur") is None
    assert store.fields.deleted() == ["secteur"]
    assert store.fields.restore("secteur")
    assert values(store, "secteur") == ["Mode"]

    store.fields.delete(secteur, now=NOW)
    assert outdated(store.database).left_behind == ("f_secteur", "f_secteur_folded")
    upgrade(store.database)
    assert not outdated(store.database).is_outdated
    assert not store.fields.restore("secteur")


def test_a_new_field_may_take_the_name_of_a_deleted_one(store: Store) -> None:
    fill(store, field("secteur"), "Mode")
    store.fields.delete(own_field("secteur", store.database.catalogue), now=NOW)

    fill(store, field("secteur", FieldType.INTEGER), 7)

    assert values(store, "secteur") == [None, 7]
    assert store.fields.deleted() == []


def test_a_field_renamed_by_another_process_stops_an_import_before_anything_is_lost(
    store: Store, database: Database
) -> None:
    """The next chunk would write into a column that nobody reads any more."""
    fill(store, field("secteur"), "Mode")
    elsewhere = Store(Database(database.engine))
    start = ImportStart(file="l.csv", mapping={}, retyped={}, now=NOW)
    number = store.contacts.begin_import(start)
    retype(elsewhere, own_field("secteur", elsewhere.database.catalogue), FieldType.DATE)

    with pytest.raises(FieldsMoved):
        store.contacts.put([Draft(2, {"secteur": "Hôtel"})], import_id=number, now=NOW)

    assert store.contacts.count() == 1


def test_two_imports_that_make_one_field_at_once_share_it(store: Store, database: Database) -> None:
    elsewhere = Store(Database(database.engine))
    assert elsewhere.database.catalogue.find("secteur") is None
    fill(store, field("secteur"), "Mode")

    fill(elsewhere, field("secteur"), "Hôtel")
    with pytest.raises(FieldsMoved):
        fill(elsewhere, field("secteur", FieldType.INTEGER), 7)

    assert values(elsewhere, "secteur") == ["Mode", "Hôtel"]
