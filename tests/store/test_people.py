"""Contacts by hand: added, changed, noted, tagged; each told by an event; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach.errors import Text
from outreach.model.contact import Draft, SetAside
from outreach.model.ids import ContactId
from outreach.store.contacts import Contacts, ImportStart
from outreach.store.engine import Database
from outreach.store.people import AlreadyThere
from outreach.store.store import Store

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def zoe(store: Store) -> ContactId:
    values = {"email": "zoe@lys.example", "last_name": "Petit", "company": "Lys"}
    return store.people.add(Draft(1, values, ("vip",)), now=NOW)


def told(store: Store, one: ContactId) -> list[tuple[str, object]]:
    return [(event.kind, event.data) for event in store.events.of_contact(one)]


def test_a_contact_added_by_hand_is_like_an_imported_one(store: Store) -> None:
    one = store.contacts.get(zoe(store))

    assert (one.values["kind"], one.values["company"], one.tags) == ("suspect", "Lys", {"vip"})
    assert told(store, one.id) == [("imported", None)]
    assert [c.id for c in store.contacts.find("petit")] == [one.id]


@pytest.mark.parametrize(
    "double",
    [{"email": "ZOE@lys.example", "last_name": "Other"}, {"external_id": "c7", "company": "Else"}],
    ids=["the same address", "the same identifier"],
)
def test_a_double_is_refused_by_name_unless_forced(store: Store, double: dict[str, str]) -> None:
    zoe(store)
    store.people.add(Draft(1, {"external_id": "C7", "company": "Morel"}), now=NOW)

    with pytest.raises(AlreadyThere) as refused:
        store.people.add(Draft(1, double), now=NOW)

    assert [person.name for person in refused.value.people] in (["Petit"], ["Morel"])
    assert store.contacts.count() == 2
    store.people.add(Draft(1, double), force=True, now=NOW)
    assert store.contacts.count() == 3


def test_a_change_says_what_was_and_what_is(store: Store) -> None:
    one = zoe(store)

    changed = store.people.set(one, Draft(1, {"city": "Rennes", "last_name": None}), now=NOW)
    again = store.people.set(one, Draft(1, {"city": "Rennes"}), now=NOW)

    assert changed == {"city": (None, "Rennes"), "last_name": ("Petit", None)}
    assert again == {}
    assert told(store, one)[1:] == [
        ("changed", {"fields": ["city", "last_name"], "before": {"city": None,
         "last_name": "Petit"}, "after": {"city": "Rennes", "last_name": None}})
    ]  # fmt: skip
    assert store.contacts.find("petit") == []


def test_a_value_set_by_hand_mends_what_an_import_set_aside(store: Store) -> None:
    start = ImportStart(file="l.csv", mapping={}, retyped={}, now=NOW)
    bad = SetAside("email", "no address", Text("not an e-mail address"))
    store.contacts.put([Draft(2, {"last_name": "Morel"}, (), (bad,))],
                       import_id=store.contacts.begin_import(start), now=NOW)  # fmt: skip
    (morel,) = store.contacts.matching()

    store.people.set(morel.id, Draft(1, {"email": "m@lys.example"}), now=NOW)

    assert store.contacts.set_aside_of(morel.id) == []


def test_tags_go_on_and_off_once_and_are_told(store: Store) -> None:
    one = zoe(store)

    assert store.people.tag([one], ["VIP", "Hôtel"], now=NOW) == 1
    assert store.people.tag([one], ["hotel"], now=NOW) == 0
    assert store.people.untag([one], ["HÔTEL", "unknown"], now=NOW) == 1

    assert store.contacts.get(one).tags == {"vip"}
    assert [data for _, data in told(store, one)[1:]] == [
        {"fields": ["tags"], "added": ["Hôtel"]}, {"fields": ["tags"], "removed": ["Hôtel"]},
    ]  # fmt: skip


def test_a_note_is_an_event(store: Store) -> None:
    one = zoe(store)

    store.people.note(one, "Calls on Tuesdays", author="marie", now=NOW)

    (*_, event) = store.events.of_contact(one)
    assert (event.kind, event.note, event.author) == ("noted", "Calls on Tuesdays", "marie")


# --- companies --------------------------------------------------------------------------------


def firms(store: Store) -> dict[str, list[str]]:
    """Company (with its domain) → the names of its people."""
    return {
        f"{firm.name} {firm.domain or ''}".strip(): [person.name for person in firm.people]
        for firm in store.companies.matching()
    }


def put(store: Store, *rows: dict[str, str]) -> None:
    start = ImportStart(file="l.csv", mapping={}, retyped={}, now=NOW)
    drafts = [Draft(line, row) for line, row in enumerate(rows, start=2)]
    store.contacts.put(drafts, import_id=store.contacts.begin_import(start), now=NOW)


def test_people_of_one_firm_are_grouped_by_its_name_and_domain(store: Store) -> None:
    """A private mailbox says nothing of the firm; another domain is another firm of that name."""
    put(
        store,
        {"last_name": "A", "company": "Hôtel du Lac", "email": "a@lac.example"},
        {"last_name": "B", "company": "HOTEL DU LAC", "email": "b@gmail.com"},
        {"last_name": "C", "company": "Hôtel du Lac", "email": "c@annecy.example"},
        {"last_name": "D", "email": "d@lac.example"},
        {"last_name": "E", "email": "e@free.fr"},
    )

    assert firms(store) == {"Hôtel du Lac lac.example": ["A", "B", "D"],
                            "Hôtel du Lac annecy.example": ["C"]}  # fmt: skip


def test_the_siren_is_stronger_than_the_name(store: Store) -> None:
    put(store, {"last_name": "A", "company": "Lys", "siret": "73282932000074"},
        {"last_name": "B", "company": "Lys SAS", "siret": "73282932000074"},
        {"last_name": "C", "company": "Lys", "siret": "40483304800022"})  # fmt: skip

    found = {firm.siren: [p.name for p in firm.people] for firm in store.companies.matching()}
    assert found == {"732829320": ["A", "B"], "404833048": ["C"]}


def test_who_changes_firm_is_moved(store: Store) -> None:
    one = zoe(store)
    store.people.set(one, Draft(1, {"company": "Fleur", "email": "zoe@fleur.example"}), now=NOW)

    assert firms(store) == {"Fleur fleur.example": ["Petit"]}
    (number,) = store.companies.of([one])
    assert [firm.id for firm in store.companies.named([number])] == [number]


def test_contacts_are_found_again_in_many_chunks(store: Store) -> None:
    """The second half of a long list joins the company that its first half made."""
    rows = [{"last_name": f"N{n}", "company": "Lys", "email": f"n{n}@lys.example"}
            for n in range(2500)]  # fmt: skip
    put(store, *rows)

    (firm,) = store.companies.matching()
    assert len(firm.people) == 2500
    assert isinstance(store.contacts, Contacts)
