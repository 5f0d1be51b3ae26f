"""An import undone whole, or refused with names; on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from outreach.errors import Text
from outreach.model.admission import OnMatch
from outreach.model.contact import Contact, Draft, SetAside
from outreach.model.field import Field, FieldType, Origin, Value
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.store import schema
from outreach.store.contacts import ImportStart
from outreach.store.engine import Database
from outreach.store.imports import AlreadyUndone, CannotUndo, ImportRun
from outreach.store.store import Store

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)

ZOE: Mapping[str, Value] = {"email": "zoe@lys.example", "last_name": "Petit", "company": "Lys"}
LUC: Mapping[str, Value] = {"email": "luc@fleur.example", "last_name": "Morel"}


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def take(
    store: Store, *rows: Mapping[str, Value], fields: tuple[Field, ...] = (),
    tags: tuple[str, ...] = (), policy: OnMatch = OnMatch.FILL,
) -> ImportRun:  # fmt: skip
    """One import; of `rows` the cells `bad` are set aside."""
    start = ImportStart(file="list.csv", mapping={}, new_fields=fields, retyped={}, now=NOW)
    number = store.contacts.begin_import(start)
    aside = (SetAside("phone", "bad", Text("not a phone number")),)
    drafts = [Draft(line, row, tags, aside) for line, row in enumerate(rows, start=2)]
    done = store.contacts.put(drafts, import_id=number, policy=policy, now=NOW)
    store.contacts.finish_import(number, done.counts, now=NOW)
    return store.imports.find(str(number))


def people(store: Store) -> list[Contact]:
    return list(store.contacts.matching())


def rows_of(store: Store) -> dict[str, int]:
    """Tables that hold rows after everything was taken back."""
    with store.database.reading() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (schema.contact, schema.event, schema.tag, schema.set_aside,
                          schema.import_change, schema.company)
        }  # fmt: skip
    return {name: count for name, count in counts.items() if count}


def test_contacts_that_it_made_are_gone_with_all_that_speaks_of_them(store: Store) -> None:
    """Their fields go too, and the same file can be read in again."""
    field = Field("secteur", FieldType.TEXT, "Secteur", Origin.USER)
    run = take(store, ZOE | {"secteur": "Mode"}, LUC, fields=(field,), tags=("vip",))

    undone = store.imports.undo(run, now=NOW)

    assert (undone.removed, undone.restored) == (2, 0)
    assert rows_of(store) == {}
    assert store.database.catalogue.find("secteur") is None
    take(store, ZOE | {"secteur": "Mode"}, fields=(field,))
    assert [p.values["secteur"] for p in people(store)] == ["Mode"]


def test_changed_values_and_tags_come_back_with_what_is_derived_from_them(store: Store) -> None:
    fields = (
        Field("ca", FieldType.NUMBER, "CA", Origin.USER),
        Field("depuis", FieldType.DATE, "Depuis", Origin.USER),
        Field("prix", FieldType.MONEY, "Prix", Origin.USER),
    )
    before = {**ZOE, "first_name": "Zoé", "ca": Decimal("12.5"), "depuis": date(2020, 2, 1),
              "prix": Decimal("9.90")}  # fmt: skip
    take(store, before, fields=fields, tags=("vip",))
    (old,) = people(store)
    after = {"email": "zoe@lys.example", "first_name": "Zoé", "last_name": "Grand",
             "ca": Decimal(99), "depuis": date(2021, 1, 1), "prix": Decimal("1.00"),
             "company": "Fleur", "city": "Rennes", "street": "3 rue Haute"}  # fmt: skip
    run = take(store, after, tags=("new",), policy=OnMatch.REPLACE)

    undone = store.imports.undo(run, now=NOW)

    assert (undone.removed, undone.restored) == (0, 1)
    assert people(store) == [old]
    assert [c.id for c in store.contacts.find("petit")] == [old.id]
    assert store.contacts.find("grand") == []
    assert [firm.name for firm in store.companies.matching()] == ["Lys"]
    events = store.events.of_contact(old.id)
    assert [e.kind for e in events] == ["imported", "changed", "corrected"]
    assert events[2].corrects == events[1].id


def test_it_is_undone_once(store: Store) -> None:
    run = take(store, ZOE)
    store.imports.undo(run, now=NOW)

    with pytest.raises(AlreadyUndone):
        store.imports.undo(store.imports.find(str(run.id)), now=NOW)


def test_a_rehearsal_counts_and_changes_nothing(store: Store) -> None:
    run = take(store, ZOE, LUC)

    assert store.imports.undo(run, now=NOW, dry_run=True).removed == 2
    assert len(people(store)) == 2


def noted(store: Store, zoe: Contact) -> None:
    store.people.note(zoe.id, "Called", author=None, now=NOW)


def changed(store: Store, zoe: Contact) -> None:
    store.people.set(zoe.id, Draft(1, {"city": "Rennes"}), now=NOW)


def tagged(store: Store, zoe: Contact) -> None:
    store.people.tag([zoe.id], ["vip"], now=NOW)


def imported_again(store: Store, zoe: Contact) -> None:
    take(store, {**ZOE, "city": "Rennes"})


def suppressed(store: Store, zoe: Contact) -> None:
    key, scope = SuppressionKey.CONTACT, SuppressionScope.EMAIL
    store.suppressions.add([Suppression(key=key, value=str(zoe.id), scope=scope,
                                        reason="asked", at=NOW)])  # fmt: skip


@pytest.mark.parametrize("act", [noted, changed, tagged, imported_again, suppressed])
def test_it_is_refused_with_the_names_of_those_to_whom_something_happened(
    store: Store, act: object
) -> None:
    run = take(store, ZOE, LUC)
    assert callable(act)
    act(store, store.contacts.find("petit")[0])

    with pytest.raises(CannotUndo) as refused:
        store.imports.undo(run, now=NOW)

    assert [p.name for p in refused.value.people] == ["Petit"]
    assert len(people(store)) == 2


def test_imports_are_undone_one_after_the_other_the_last_one_first(store: Store) -> None:
    first = take(store, ZOE)
    second = take(store, {**ZOE, "city": "Rennes"})

    with pytest.raises(CannotUndo):
        store.imports.undo(first, now=NOW)
    store.imports.undo(second, now=NOW)
    store.imports.undo(first, now=NOW)

    assert rows_of(store) == {}


def test_an_import_in_several_chunks_comes_back_whole(store: Store) -> None:
    rows = [{"external_id": f"C{n}", "last_name": f"N{n}"} for n in range(4500)]
    take(store, *rows)
    run = take(store, *({**row, "city": "Rennes"} for row in rows), {"last_name": "New"})

    undone = store.imports.undo(run, now=NOW)

    assert (undone.removed, undone.restored) == (1, 4500)
    cities = {p.values["city"] for p in people(store)}
    assert cities == {None}


def test_an_interrupted_import_is_listed_with_what_is_in_and_can_be_undone(store: Store) -> None:
    start = ImportStart(file="list.csv", mapping={}, retyped={}, now=NOW)
    number = store.contacts.begin_import(start)
    store.contacts.put([Draft(2, ZOE)], import_id=number, now=NOW)

    (run,) = store.imports.all()
    assert (run.finished_at, run.counts) == (None, {"created": 1, "updated": 0})
    store.imports.undo(run, now=NOW)
    assert rows_of(store) == {}


def test_a_contact_knows_its_imports(store: Store) -> None:
    take(store, ZOE)
    take(store, {**ZOE, "city": "Rennes"})
    take(store, ZOE)
    (zoe,) = people(store)

    imports = store.imports.of_contact(zoe.id)
    assert [(run.id, did) for run, did in imports] == [(1, "imported"), (2, "changed")]
