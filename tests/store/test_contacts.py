"""What imports do to the base: matching, policies, events, and nothing lost; on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from outreach.errors import Text
from outreach.model.admission import Admitted, OnMatch
from outreach.model.contact import Draft, SetAside
from outreach.model.field import Field, FieldType, Origin, Value
from outreach.model.ids import ContactId
from outreach.store import schema
from outreach.store.contacts import Contacts, ImportStart
from outreach.store.engine import Database

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)

MARIE: Mapping[str, Value] = {
    "external_id": "C1",
    "email": "marie@lys.example",
    "last_name": "Le Goff",
}


@pytest.fixture
def contacts(database: Database) -> Contacts:
    return Contacts(database)


def take(
    contacts: Contacts,
    *rows: Mapping[str, Value],
    policy: OnMatch = OnMatch.FILL,
    source: str | None = None,
    new_fields: tuple[Field, ...] = (),
    set_aside: tuple[SetAside, ...] = (),
    tags: tuple[str, ...] = (),
) -> Admitted:
    """One import of rows; line 2 is the first."""
    number = contacts.begin_import(
        ImportStart(
            file="list.csv", source=source, mapping={}, new_fields=new_fields, retyped={}, now=NOW
        )
    )
    drafts = [Draft(line, row, tags, set_aside) for line, row in enumerate(rows, start=2)]
    admitted = contacts.put(drafts, import_id=number, policy=policy, source=source, now=NOW)
    contacts.finish_import(number, admitted.counts, now=NOW)
    return admitted


def tally(admitted: Admitted) -> dict[str, int]:
    """The counts that are not 0, without `read`."""
    return {k: v for k, v in admitted.counts.as_mapping().items() if v and k != "read"}


def test_a_row_becomes_a_contact_with_all_its_values(contacts: Contacts) -> None:
    fields = (
        Field("effectif", FieldType.INTEGER, "Effectif", Origin.USER),
        Field("note", FieldType.NUMBER, "Note", Origin.USER),
        Field("ouverture", FieldType.DATE, "Ouverture", Origin.USER),
        Field("public", FieldType.BOOLEAN, "Public", Origin.USER),
    )
    values = {
        "effectif": 143,
        "note": Decimal("12.5"),
        "ouverture": date(1965, 10, 1),
        "public": True,
    }

    admitted = take(contacts, MARIE | values, new_fields=fields, tags=("VIP", "École"))

    (marie,) = contacts.matching()
    assert tally(admitted) == {"created": 1}
    assert {k: marie.values[k] for k in values} == values
    assert marie.values["kind"] == "suspect"
    assert marie.values["city"] is None
    assert marie.values["revenue"] == Decimal("0.00")
    assert marie.tags == {"VIP", "École"}


def test_the_same_rows_again_change_nothing(contacts: Contacts, database: Database) -> None:
    rows = (MARIE, {"email": "luc@lys.example", "phone": "+33299000000", "last_name": "Petit"})
    take(contacts, *rows, tags=("vip",))

    again = take(contacts, *rows, tags=("VIP",))

    assert tally(again) == {"unchanged": 2}
    with database.reading() as connection:
        kinds = connection.execute(select(schema.event.c.kind)).scalars().all()
    assert kinds == ["imported", "imported"]


def test_keys_are_prints_domain_household_and_twins(contacts: Contacts, database: Database) -> None:
    take(contacts, {"email": "Zoé@Lys.example", "phone": "+33299000000", "street": "3 rue du Four",
                    "postal_code": "35000", "city": "Besançon"})  # fmt: skip

    with database.reading() as connection:
        row = connection.execute(select(database.contact)).one()
    assert row.email_print == database.fingerprint("email", "zoé@lys.example")
    assert row.phone_print == database.fingerprint("phone", "+33299000000")
    assert row.email_domain == "lys.example"
    assert row.household == "3 rue du four|35000|besancon"
    assert row.city_folded == "besancon"


@pytest.mark.parametrize(
    ("policy", "told", "city", "phone"),
    [
        (OnMatch.FILL, {"updated": 1}, "Rennes", "+33299000000"),
        (OnMatch.KEEP, {"unchanged": 1}, "Rennes", None),
        (OnMatch.REPLACE, {"updated": 1}, "Nantes", "+33299000000"),
    ],
)
def test_what_a_row_may_do_to_a_known_contact(
    contacts: Contacts, policy: OnMatch, told: dict[str, int], city: str, phone: str | None
) -> None:
    take(contacts, MARIE | {"city": "Rennes"})

    admitted = take(contacts, MARIE | {"city": "Nantes", "phone": "+33299000000"}, policy=policy)

    (marie,) = contacts.matching()
    assert tally(admitted) == told
    assert (marie.values["city"], marie.values["phone"]) == (city, phone)


def test_filling_in_raises_the_kind_and_never_lowers_it(contacts: Contacts) -> None:
    take(contacts, MARIE)
    assert tally(take(contacts, MARIE | {"kind": "customer"})) == {"updated": 1}
    assert tally(take(contacts, MARIE | {"kind": "prospect"})) == {"unchanged": 1}

    assert contacts.find("C1")[0].values["kind"] == "customer"


def test_a_change_is_an_event_and_can_be_undone(contacts: Contacts, database: Database) -> None:
    take(contacts, MARIE)
    take(contacts, MARIE | {"city": "Rennes"}, MARIE | {"phone": "+33299000000"})

    event, change = schema.event, schema.import_change
    with database.reading() as connection:
        data = (
            connection.execute(select(event.c.data).where(event.c.kind == "changed"))
            .scalars()
            .all()
        )
        before = connection.execute(select(change.c.before).where(change.c.import_id == 2)).scalar()
    after = {"city": "Rennes", "phone": "+33299000000"}
    assert data == [{"fields": ["city", "phone"], "after": after}]
    assert before == {"city": None, "phone": None}


def test_new_tags_are_a_change_that_remembers_the_old_ones(
    contacts: Contacts, database: Database
) -> None:
    take(contacts, MARIE, tags=("VIP",))

    assert tally(take(contacts, MARIE, tags=("vip", "salon"))) == {"updated": 1}

    assert next(contacts.matching()).tags == {"VIP", "salon"}
    change = schema.import_change
    with database.reading() as connection:
        before = connection.execute(select(change.c.before).where(change.c.import_id == 2)).scalar()
    assert before == {"tags": ["VIP"]}


def test_two_rows_of_one_file_are_merged_by_e_mail_whatever_its_case(contacts: Contacts) -> None:
    admitted = take(
        contacts,
        {"email": "marie@lys.example", "last_name": "Le Goff"},
        {"email": "Marie@lys.example", "last_name": "LE GOFF", "city": "Rennes"},
    )

    assert tally(admitted) == {"created": 1, "merged": 1}
    assert next(contacts.matching()).values["city"] == "Rennes"


def test_rows_are_merged_across_chunks_as_within_one(
    contacts: Contacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.store.contacts.CHUNK", 1)

    admitted = take(contacts, MARIE, MARIE | {"city": "Rennes"}, MARIE | {"phone": "+33299000000"})

    assert tally(admitted) == {"created": 1, "merged": 2}
    assert contacts.count() == 1


def test_a_stronger_key_that_differs_forbids_a_match(contacts: Contacts) -> None:
    """Two customers share a mailbox: their numbers tell them apart."""
    take(contacts, {"external_id": "C1", "email": "info@lys.example"})

    admitted = take(contacts, {"external_id": "C2", "email": "info@lys.example"})

    assert tally(admitted) == {"created": 1}


def test_the_identifier_decides_before_the_e_mail(contacts: Contacts) -> None:
    take(contacts, {"external_id": "C1", "email": "a@lys.example"},
         {"external_id": "C2", "email": "b@lys.example"})  # fmt: skip

    admitted = take(contacts, {"external_id": "c1", "email": "b@lys.example", "city": "Rennes"})

    assert tally(admitted) == {"updated": 1}
    assert contacts.find("C1")[0].values["city"] == "Rennes"
    assert contacts.find("C2")[0].values["city"] is None


def test_phone_and_name_together_are_a_key_and_the_phone_alone_is_none(contacts: Contacts) -> None:
    take(contacts, {"phone": "+33299000000", "first_name": "Jean-Pierre", "last_name": "Morel"})

    same = take(
        contacts, {"mobile": "+33299000000", "first_name": "Jean Pierre", "last_name": "MOREL"}
    )
    other = take(contacts, {"phone": "+33299000000", "first_name": "Anne", "last_name": "Morel"})

    assert tally(same) == {"updated": 1}
    assert tally(other) == {"created": 1}


def test_people_of_one_firm_share_its_siret_and_stay_apart(contacts: Contacts) -> None:
    admitted = take(
        contacts,
        {"siret": "21350016800025", "first_name": "Anne", "last_name": "Morel"},
        {"siret": "21350016800025", "first_name": "Luc", "last_name": "Petit"},
    )

    assert tally(admitted) == {"created": 2}


def test_two_sites_under_one_identifier_stay_two_also_the_second_time(contacts: Contacts) -> None:
    rows = (
        {"external_id": "0350852L", "company": "Collège Saint-Joseph", "city": "Bruz",
         "email": "contact@college.example"},
        {"external_id": "0350852L", "company": "Collège Saint-Paul (annexe)",
         "city": "Saint-Erblon", "email": "contact@college.example"},
    )  # fmt: skip

    assert tally(take(contacts, *rows)) == {"created": 2}
    assert tally(take(contacts, *rows)) == {"unchanged": 2}


def test_a_firm_that_only_changed_its_name_is_still_the_same(contacts: Contacts) -> None:
    take(contacts, {"external_id": "F1", "company": "Lys SARL", "postal_code": "35000"})

    renamed: Mapping[str, Value] = {
        "external_id": "F1", "company": "Lys & fils", "postal_code": "35000"
    }  # fmt: skip
    admitted = take(contacts, renamed, policy=OnMatch.REPLACE)

    assert tally(admitted) == {"updated": 1}


def test_a_row_that_fits_two_contacts_is_rejected_with_its_reason(contacts: Contacts) -> None:
    take(contacts, {"external_id": "C1"}, {"email": "marie@lys.example"})

    admitted = take(contacts, MARIE)

    assert tally(admitted) == {"rejected": 1}
    assert admitted.rejected[0].line == 2
    assert str(admitted.rejected[0].reason) == (
        "fits several contacts: #1 (identifier), #2 marie@lys.example (e-mail)"
    )
    assert contacts.count() == 2


@pytest.mark.parametrize(
    "row",
    [
        {"first_name": "Jean", "last_name": "Morel", "city": "Rennes"},
        {"last_name": "Morel", "street": "3 rue du Four", "city": "Rennes"},
        {"company": "Lys", "phone": "+33299000000"},
        {"phone": "+33299000000"},
        {"secteur": "Bio", "effectif": 12},
        {"effectif": 12},
    ],
)
def test_a_row_without_a_key_is_known_by_its_very_words(
    contacts: Contacts, row: dict[str, Value]
) -> None:
    fields = (
        Field("secteur", FieldType.TEXT, "Secteur", Origin.USER),
        Field("effectif", FieldType.INTEGER, "Effectif", Origin.USER),
    )
    assert tally(take(contacts, row, new_fields=fields)) == {"created": 1}
    assert tally(take(contacts, row)) == {"unchanged": 1}
    assert tally(take(contacts, row | {"job_title": "Gérant", "phone": None})) == {"created": 1}
    assert tally(take(contacts, row)) == {"unchanged": 1}


def test_identifiers_of_two_sources_are_not_compared(contacts: Contacts) -> None:
    take(contacts, {"external_id": "1", "last_name": "Morel"}, source="fair")

    other = take(contacts, {"external_id": "1", "last_name": "Petit"}, source="web")
    same = take(contacts, {"external_id": "1", "last_name": "Morel"}, source="fair")

    assert tally(other) == {"created": 1}
    assert tally(same) == {"unchanged": 1}


def test_cells_set_aside_are_kept_with_their_reason_and_only_once(contacts: Contacts) -> None:
    aside = (
        SetAside("email", "marie(at)lys", Text("not an e-mail address")),
        SetAside("phone", "02 99"),
    )
    take(contacts, MARIE, set_aside=aside)
    take(contacts, MARIE, set_aside=aside)

    assert contacts.set_aside_of(ContactId(1)) == list(aside)


@pytest.mark.parametrize(
    "who",
    [
        "1",
        "#1",
        "C1",
        "c1",
        "Marie@LYS.example",
        "le goff",
        "Marie Le Goff",
        "LE GOFF Marie",
        "Lys",
    ],
)
def test_a_person_is_found_by_id_address_identifier_and_name(contacts: Contacts, who: str) -> None:
    take(contacts, MARIE | {"first_name": "Marie", "company": "Lys"}, {"last_name": "Morel"})

    assert [found.id for found in contacts.find(who)] == [1]


def test_what_is_merged_or_erased_is_not_selected(contacts: Contacts, database: Database) -> None:
    take(contacts, MARIE, {"email": "b@lys.example"}, {"email": "c@lys.example"})
    table = database.contact
    with database.writing() as connection:
        connection.execute(table.update().where(table.c.id == 1).values(merged_into=2))
        connection.execute(table.update().where(table.c.id == 3).values(erased_at=NOW))

    assert contacts.count() == 1
    assert [one.id for one in contacts.matching()] == [2]
    assert contacts.get(ContactId(1)).values["external_id"] == "C1"


def test_contacts_are_streamed_in_order_by_condition_limit_and_offset(
    contacts: Contacts, database: Database
) -> None:
    take(contacts, *({"email": f"p{n}@lys.example", "city": "Rennes"} for n in range(1201)),
         {"email": "x@lys.example", "city": "Nantes"})  # fmt: skip
    rennes = database.contact.c.city_folded == "rennes"

    assert contacts.count(rennes) == 1201
    assert [c.id for c in contacts.matching(rennes, limit=3, offset=1198)] == [1199, 1200, 1201]
    assert len(list(contacts.matching())) == 1202


def test_a_field_grows_from_whole_numbers_to_text_with_its_values(
    contacts: Contacts, database: Database
) -> None:
    field = Field("secteur", FieldType.INTEGER, "Secteur", Origin.USER)
    take(contacts, MARIE | {"secteur": 12}, new_fields=(field,))

    contacts.begin_import(
        ImportStart(file="b.csv", mapping={}, retyped={"secteur": FieldType.TEXT}, now=NOW)
    )

    assert next(contacts.matching()).values["secteur"] == "12"
    assert contacts.count(database.contact.c.f_secteur_text_folded == "12") == 1


def test_an_import_notes_its_file_source_and_counts(contacts: Contacts, database: Database) -> None:
    take(contacts, MARIE, source="fair")

    with database.reading() as connection:
        run = connection.execute(select(schema.import_run)).one()
        sources = connection.execute(select(schema.source.c.name)).scalars().all()
        changes = connection.execute(
            select(func.count()).select_from(schema.import_change)
        ).scalar()
    assert (run.file, run.counts["created"], sources, changes) == ("list.csv", 1, ["fair"], 1)
