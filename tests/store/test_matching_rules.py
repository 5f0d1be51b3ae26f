"""The sentence of the issue on matching, rule by rule, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from outreach.model.admission import Admitted, OnMatch
from outreach.model.contact import Draft
from outreach.model.field import Value
from outreach.store.contacts import Contacts, ImportStart
from outreach.store.engine import Database

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)

Row = Mapping[str, Value]


@pytest.fixture
def contacts(database: Database) -> Contacts:
    return Contacts(database)


def take(
    contacts: Contacts,
    *rows: Row,
    policy: OnMatch = OnMatch.FILL,
    policies: Mapping[str, OnMatch] | None = None,
    tags: tuple[str, ...] = (),
) -> Admitted:
    """One import of rows."""
    start = ImportStart(file="list.csv", mapping={}, retyped={}, now=NOW)
    number = contacts.begin_import(start)
    drafts = [Draft(line, row, tags) for line, row in enumerate(rows, start=2)]
    return contacts.put(drafts, import_id=number, policy=policy, policies=policies, now=NOW)


def tally(admitted: Admitted) -> dict[str, int]:
    return {k: v for k, v in admitted.counts.as_mapping().items() if v and k != "read"}


def only(contacts: Contacts) -> Mapping[str, Value]:
    (one,) = contacts.matching()
    return one.values


ZOE: Row = {"external_id": "C1", "email": "zoe@lys.example", "last_name": "Petit",
            "city": "Rennes"}  # fmt: skip


def test_fill_is_the_default_it_adds_what_is_missing_and_changes_nothing(
    contacts: Contacts,
) -> None:
    take(contacts, ZOE)
    more = {**ZOE, "city": "Nantes", "phone": "+33299853802"}

    assert tally(take(contacts, more)) == {"updated": 1}
    assert (only(contacts)["city"], only(contacts)["phone"]) == ("Rennes", "+33299853802")


def test_keep_leaves_the_contact_as_it_is(contacts: Contacts) -> None:
    take(contacts, ZOE)
    more = {**ZOE, "city": "Nantes", "phone": "+33299853802"}

    assert tally(take(contacts, more, policy=OnMatch.KEEP, tags=("new",))) == {"unchanged": 1}
    assert (only(contacts)["city"], only(contacts)["phone"]) == ("Rennes", None)


def test_replace_lets_the_row_win_where_it_says_something(contacts: Contacts) -> None:
    take(contacts, ZOE)

    said = take(contacts, {"external_id": "C1", "city": "Nantes"}, policy=OnMatch.REPLACE)

    assert tally(said) == {"updated": 1}
    assert (only(contacts)["city"], only(contacts)["last_name"]) == ("Nantes", "Petit")


def test_each_field_may_have_a_policy_of_its_own(contacts: Contacts) -> None:
    """City is replaced and the phone kept, whatever the policy of the whole import is."""
    take(contacts, ZOE | {"phone": "+33299000001"})
    row = {**ZOE, "city": "Nantes", "phone": "+33299000002", "job_title": "Buyer"}

    take(contacts, row, policies={"city": OnMatch.REPLACE, "job_title": OnMatch.KEEP})

    now = only(contacts)
    assert (now["city"], now["phone"], now["job_title"]) == ("Nantes", "+33299000001", None)


def test_tags_have_a_policy_too(contacts: Contacts) -> None:
    take(contacts, ZOE, tags=("first",))

    take(contacts, ZOE, tags=("second",), policies={"tags": OnMatch.KEEP})

    (zoe,) = contacts.matching()
    assert zoe.tags == {"first"}


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({"external_id": "C1", "last_name": "Petit"}, {"external_id": "c1", "city": "Rennes"}),
        ({"email": "Zoe@lys.example"}, {"email": "zoe@lys.example", "city": "Rennes"}),
        ({"siret": "73282932000074"}, {"siret": "73282932000074", "city": "Rennes"}),
        (
            {"phone": "+33299853802", "last_name": "Le Goff", "first_name": "Luc"},
            {"mobile": "+33299853802", "last_name": "LE GOFF", "first_name": "Luc"},
        ),
    ],
    ids=["identifier", "e-mail", "SIRET", "phone and name"],
)
def test_each_key_finds_the_contact(contacts: Contacts, known: Row, row: Row) -> None:
    take(contacts, known)

    assert tally(take(contacts, row)) == {"updated": 1}


def test_a_phone_without_the_name_is_no_key(contacts: Contacts) -> None:
    take(contacts, {"phone": "+33299853802", "last_name": "Morel"})

    assert tally(take(contacts, {"phone": "+33299853802", "last_name": "Petit"})) == {"created": 1}


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({"external_id": "C1", "email": "a@lys.example"},
         {"external_id": "C2", "email": "a@lys.example"}),
        ({"email": "a@lys.example", "siret": "73282932000074"},
         {"email": "b@lys.example", "siret": "73282932000074"}),
        ({"siret": "73282932000074", "phone": "+33299853802", "company": "Lys"},
         {"siret": "40483304800022", "phone": "+33299853802", "company": "Lys"}),
    ],
    ids=["identifier over e-mail", "e-mail over SIRET", "SIRET over phone"],
)  # fmt: skip
def test_a_stronger_key_on_both_sides_that_differs_forbids_a_match(
    contacts: Contacts, known: Row, row: Row
) -> None:
    take(contacts, known)

    assert tally(take(contacts, row)) == {"created": 1}


def test_two_sites_under_one_identifier_stay_two(contacts: Contacts) -> None:
    school = {"external_id": "035A", "company": "École Jules Ferry", "street": "1 rue Haute",
              "postal_code": "35000", "city": "Rennes"}  # fmt: skip
    annexe = {**school, "company": "École Jules Ferry, annexe", "street": "9 quai Bas"}

    assert tally(take(contacts, school, annexe)) == {"created": 2}
    assert tally(take(contacts, school, annexe)) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("known", "row", "became"),
    [
        ({"email": "a@lys.example", "last_name": "Petit", "city": "Rennes"},
         {"email": "a@lys.example", "last_name": "Morel", "city": "Brest"}, "unchanged"),
        ({"email": "a@lys.example", "last_name": "Petit", "first_name": "Zoé"},
         {"email": "b@lys.example", "last_name": "Morel", "first_name": "Zoé"}, "created"),
        ({"email": "a@lys.example", "last_name": "Petit", "first_name": "Zoé", "city": "Brest"},
         {"email": "b@lys.example", "last_name": "Morel", "first_name": "Zoé", "city": "Brest"},
         "unchanged"),
        ({"last_name": "Petit"}, {"last_name": "Morel"}, "created"),
        ({"company": "Lys", "city": "Rennes"}, {"company": "Bois", "city": "Brest"}, "created"),
        ({"company": "Lys", "email": "a@lys.example"},
         {"company": "Bois", "email": "b@lys.example"},
         "created"),
        ({"company": "Lys", "city": "Rennes"}, {"company": "Fleur", "city": "Rennes"}, "unchanged"),
    ],
    ids=["renamed, same e-mail", "first name alone", "renamed in town", "identifier alone",
         "other firm elsewhere", "other firm, other e-mail", "firm renamed"],
)  # fmt: skip
def test_another_name_under_one_identifier_is_one_contact_where_something_else_says_so(
    contacts: Contacts, known: Row, row: Row, became: str
) -> None:
    """Lists without a source number alike: the identifier alone does not make one of two names."""
    take(contacts, {"external_id": "1", **known})

    assert tally(take(contacts, {"external_id": "1", **row}, policy=OnMatch.KEEP)) == {became: 1}


@pytest.mark.parametrize(
    ("first_name", "became"),
    [("Yves", "created"), ("A.", "unchanged"), ("Anne-Marie", "unchanged"), ("Ane", "unchanged")],
)
def test_a_couple_with_one_mailbox_is_two_people(
    contacts: Contacts, first_name: str, became: str
) -> None:
    """A short form and a slip are the same person; another first name is not."""
    anne = {"email": "famille@mail.example", "last_name": "Rannou", "first_name": "Anne"}
    take(contacts, anne)

    assert tally(take(contacts, anne | {"first_name": first_name})) == {became: 1}
    assert tally(take(contacts, anne | {"first_name": first_name})) == {"unchanged": 1}


def test_two_sites_stay_two_when_the_import_between_them_was_interrupted(
    contacts: Contacts,
) -> None:
    """The second reading of the file goes on where the first was killed."""
    sites = [Draft(2, {"external_id": "1", "company": "Lys"}),
             Draft(3, {"external_id": "1", "company": "Bois"})]  # fmt: skip
    start = ImportStart(file="list.csv", sha256="f00", mapping={}, retyped={}, now=NOW)
    contacts.put(sites[:1], import_id=contacts.begin_import(start), now=NOW)

    again = contacts.put(sites, import_id=contacts.begin_import(start), now=NOW)

    assert tally(again) == {"created": 1, "unchanged": 1}


def test_a_row_that_fits_two_contacts_is_rejected_with_its_reason(contacts: Contacts) -> None:
    take(contacts, {"email": "zoe@lys.example", "last_name": "Petit"},
         {"phone": "+33299853802", "last_name": "Petit"})  # fmt: skip
    both = {"email": "zoe@lys.example", "phone": "+33299853802", "last_name": "Petit",
            "city": "Rennes"}  # fmt: skip

    admitted = take(contacts, both)

    assert tally(admitted) == {"rejected": 1}
    assert str(admitted.rejected[0].reason) == (
        "fits several contacts: #1 Petit (e-mail), #2 Petit (phone)"
    )
    assert [c.values["city"] for c in contacts.matching()] == [None, None]


def test_the_strongest_key_decides_where_keys_point_at_two_people(contacts: Contacts) -> None:
    """C1 is Zoé's, the address is Luc's: whose identifier differs cannot be meant."""
    take(contacts, {"external_id": "C1", "last_name": "Petit"},
         {"external_id": "C2", "email": "luc@lys.example", "last_name": "Petit"})  # fmt: skip

    admitted = take(contacts, {"external_id": "C1", "email": "luc@lys.example",
                               "last_name": "Petit"})  # fmt: skip

    assert tally(admitted) == {"updated": 1}
    assert [c.values["email"] for c in contacts.matching()] == ["luc@lys.example"] * 2
