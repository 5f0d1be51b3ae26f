"""The address books of Outlook, Gmail and Thunderbird: their own headers, in their languages."""

from __future__ import annotations

from outreach.cleaning.fields import see_columns, settled
from outreach.cleaning.headers import map_columns, program_of
from outreach.files.headline import told_apart
from outreach.model.field import Catalogue

OUTLOOK_FR = (
    "Titre,Prénom,Deuxième prénom,Nom,Suffixe,Société,Service,Titre,Rue (bureau),Rue (bureau) 2,"
    "Rue (bureau) 3,Ville (bureau),Dép/Région (bureau),Code postal (bureau),Pays/Région (bureau),"
    "Rue (domicile),Ville (domicile),Code postal (domicile),Pays/Région (domicile),"
    "Télécopie (bureau),Téléphone (bureau),Téléphone (domicile),Tél. mobile,Catégories,"
    "Adresse de messagerie,Nom complet de l'adresse de messagerie,Adresse de messagerie 2,Notes"
)
OUTLOOK_EN = (
    "First Name,Middle Name,Last Name,Title,Suffix,Web Page,Birthday,Language,Notes,E-mail Address,"
    "E-mail 2 Address,Primary Phone,Home Phone,Mobile Phone,Home Street,Home City,Home Postal Code,"
    "Home Country,Company Main Phone,Business Phone,Company,Job Title,Business Street,"
    "Business Street 2,Business City,Business Postal Code,Business Country,Categories"
)
GMAIL_OLD = (
    "Name,Given Name,Additional Name,Family Name,Name Prefix,Notes,Language,Group Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,"
    "Organization 1 - Name,Organization 1 - Title,Address 1 - Formatted,Address 1 - Street,"
    "Address 1 - City,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address"
)
GMAIL_NEW = (
    "First Name,Middle Name,Last Name,Name Prefix,Organization Name,Organization Title,Birthday,"
    "Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,"
    "Address 1 - Street,Address 1 - City,Address 1 - Postal Code,Address 1 - Country"
)
THUNDERBIRD_FR = (
    "Prénom,Nom de famille,Nom à afficher,Surnom,Adresse électronique principale,"
    "Adresse électronique secondaire,Nom de l’écran,Tél. professionnel,Tél. personnel,Fax,Pager,"
    "Portable,Adresse privée,Adresse privée 2,Ville,Pays/État,Code postal,Pays/Région (domicile),"
    "Adresse professionnelle,Adresse professionnelle 2,Ville,Pays/État,Code postal,"
    "Pays/Région (bureau),Profession,Service,Société,Site web 1,Notes,"
)


def standard(text: str, *, empty: tuple[str, ...] = ()) -> dict[str, str]:
    """Standard field → header."""
    headers = told_apart(text.split(","))
    blank = frozenset(i for i, header in enumerate(headers) if header in empty)
    columns = map_columns(headers, Catalogue(), empty=blank)
    return {str(c.field): c.header for c in columns if not c.own}


def test_outlook_in_french() -> None:
    assert program_of(OUTLOOK_FR.split(",")) == "Outlook"
    assert standard(OUTLOOK_FR) == {
        "civility": "Titre", "first_name": "Prénom", "last_name": "Nom", "company": "Société",
        "job_title": "Titre (fonction)", "street": "Rue (bureau)", "street2": "Rue (bureau) 2",
        "city": "Ville (bureau)", "postal_code": "Code postal (bureau)",
        "country": "Pays/Région (bureau)", "phone": "Téléphone (bureau)", "mobile": "Tél. mobile",
        "tags": "Catégories", "email": "Adresse de messagerie",
    }  # fmt: skip


def test_of_two_addresses_the_one_that_is_filled_is_taken() -> None:
    found = standard(
        OUTLOOK_FR,
        empty=("Rue (bureau)", "Ville (bureau)", "Code postal (bureau)", "Pays/Région (bureau)"),
    )

    assert (found["street"], found["city"]) == ("Rue (domicile)", "Ville (domicile)")


def test_outlook_in_english() -> None:
    assert program_of(OUTLOOK_EN.split(",")) == "Outlook"
    assert standard(OUTLOOK_EN) == {
        "first_name": "First Name", "last_name": "Last Name", "civility": "Title",
        "language": "Language", "email": "E-mail Address", "phone": "Business Phone",
        "mobile": "Mobile Phone", "company": "Company", "job_title": "Job Title",
        "street": "Business Street", "street2": "Business Street 2", "city": "Business City",
        "postal_code": "Business Postal Code", "country": "Business Country", "tags": "Categories",
    }  # fmt: skip


def test_gmail_before_and_after_2023() -> None:
    assert program_of(GMAIL_OLD.split(",")) == program_of(GMAIL_NEW.split(",")) == "Gmail"
    old, new = standard(GMAIL_OLD), standard(GMAIL_NEW)

    assert (old["first_name"], old["last_name"]) == ("Given Name", "Family Name")
    assert (old["company"], new["company"]) == ("Organization 1 - Name", "Organization Name")
    assert (old["tags"], new["tags"]) == ("Group Membership", "Labels")
    assert old["email"] == new["email"] == "E-mail 1 - Value"
    assert old["street"] == new["street"] == "Address 1 - Street"
    assert old["phone"] == new["phone"] == "Phone 1 - Value"


def test_thunderbird_in_french_has_two_towns() -> None:
    assert program_of(THUNDERBIRD_FR.split(",")) == "Thunderbird"
    assert standard(THUNDERBIRD_FR) == {
        "first_name": "Prénom", "last_name": "Nom de famille", "mobile": "Portable",
        "email": "Adresse électronique principale", "phone": "Tél. professionnel",
        "street": "Adresse professionnelle", "street2": "Adresse professionnelle 2",
        "city": "Ville (bureau)", "postal_code": "Code postal (bureau)",
        "country": "Pays/Région (bureau)", "job_title": "Profession", "company": "Société",
    }  # fmt: skip


def test_headers_that_were_encoded_twice_are_recognised() -> None:
    assert standard("PrÃ©nom,TÃ©lÃ©phone") == {"first_name": "Prénom", "phone": "Téléphone"}


# --- what the cells decide -----------------------------------------------------------------------


def fields(headers: list[str], *rows: list[str], of_a_program: bool = False) -> list[str | None]:
    columns = map_columns(headers, Catalogue())
    seen = see_columns(columns, rows)
    return [
        column.field for column in settled(columns, seen, Catalogue(), of_a_program=of_a_program)
    ]


def test_a_column_called_type_is_the_kind_when_it_says_nothing_else() -> None:
    assert fields(["Type", "Nom"], ["Client", "a"], ["prospect", "b"]) == ["kind", "last_name"]
    assert fields(["Type"], ["Client"], ["Fournisseur"]) == ["type"]
    assert fields(["Type"], [""]) == ["type"]
    assert fields(["Type", "kind"], ["Client", "prospect"]) == ["type", "kind"]


def test_columns_without_a_cell_make_no_field_where_nobody_named_them() -> None:
    assert fields(["Nom", ""], ["a", ""]) == ["last_name", None]
    assert fields(["Nom", "Telex"], ["a", ""]) == ["last_name", "telex"]
    assert fields(["Nom", "Telex"], ["a", ""], of_a_program=True) == ["last_name", None]
