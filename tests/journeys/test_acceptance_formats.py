"""Acceptance of issue 3, line 2.1: what people have comes in, whatever program wrote it.

Encodings, separators and title rows are also in `test_acceptance_contacts.py`; here are the
programs: spreadsheets of four formats, cards of three versions, five address books.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from workspaces import Workspace

STANDARD = (
    "civility", "first_name", "last_name", "job_title", "company", "email", "phone", "mobile",
    "street", "postal_code", "city",
)  # fmt: skip
ANAIS = (
    "Mme", "Anaïs", "Le Goff", "PDG", "Café Noël", "anais@a.example", "+33299000001",
    "+33612345678", "3 rue du Four", "35000", "Rennes",
)  # fmt: skip


def people(workspace: Workspace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workspace.ok("contacts", "list")["contacts"]
    return found


def only(workspace: Workspace) -> dict[str, Any]:
    (person,) = people(workspace)
    return person


def quoted(header: str, *rows: dict[str | int, str]) -> str:
    """A CSV as address books write it; a row names its cells by heading, or by place from 0."""
    names = header.split(",")
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows(
        [row.get(n, row.get(name, "")) for n, name in enumerate(names)] for row in rows
    )
    return out.getvalue()


# --- encodings ---------------------------------------------------------------------------------

TEXT = "Code;Nom;Ville;Métier\n1;Lévêque;Besançon;Évènementiel\n2;Noël;Nîmes;Œnologue – « chef »\n"
PEOPLE = [("Lévêque", "Besançon", "Évènementiel"), ("Noël", "Nîmes", "Œnologue – « chef »")]
TWICE = TEXT.encode().decode("cp1252").encode()
ENCODINGS = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with BOM, sep=;": b"\xef\xbb\xbfsep=;\r\n" + TEXT.encode(),
    "UTF-8, letters and accents apart": unicodedata.normalize("NFD", TEXT).encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 without mark": TEXT.encode("utf-16-be"),
    "Windows-1252": TEXT.encode("cp1252"),
    "MacRoman": TEXT.replace("\n", "\r").encode("mac_roman"),
    "double-encoded": TWICE,
}


def test_every_encoding_is_found_by_itself_and_said(workspace: Workspace) -> None:
    for number, (name, content) in enumerate(ENCODINGS.items()):
        workspace.write(f"{number}.csv", content)
        told = workspace.run("contacts", "import", f"{number}.csv", "--source", "one")
        assert told.code == 0, (name, told)
        said = "encoded twice" if content == TWICE else f"read as {name.split()[0].rstrip(',')}"
        assert said in told.out, (name, told.out)
        assert "2 created" in told.out if number == 0 else "2 unchanged" in told.out, (name, told)
    found = [(p["last_name"], p["city"], p["metier"]) for p in people(workspace)]
    assert found == PEOPLE


def test_titles_above_the_header_and_cells_left_blank_in_it(workspace: Workspace) -> None:
    """Title rows; a header whose last columns have no name; the rows are all there."""
    workspace.write("a.csv", "Export du 1er mars\nService commercial;;;\n\n" + TEXT)
    assert workspace.ok("contacts", "import", "a.csv")["created"] == 2
    workspace.write("b.csv", "Code;Nom;;\n11;Blanc;x;y\n12;Noir;z;t\n")
    assert workspace.ok("contacts", "import", "b.csv")["created"] == 2
    shown = workspace.ok("contacts", "show", "Blanc")
    assert (shown["external_id"], shown["column_3"], shown["column_4"]) == ("11", "x", "y")


# --- spreadsheets ------------------------------------------------------------------------------

HEADER = ["Code", "Nom", "Courriel", "Code postal", "Ville", "Dernier achat", "Montant", "Actif",
          "SIRET"]  # fmt: skip
ROWS: list[list[Any]] = [
    ["007", "Ünal", "u@x.example", 1000, "Bourg-en-Bresse", datetime.date(2026, 3, 1), 1234.5,
     True, 73282932000074],
    [8, "Bâ", "b@x.example", "35000", "Rennes", None, 3, False, "732 829 320 00074"],
]  # fmt: skip
EXPECTED = [
    ("007", "Ünal", "01000", "Bourg-en-Bresse", "2026-03-01", 1234.5, True, "73282932000074"),
    ("8", "Bâ", "35000", "Rennes", None, 3, False, "73282932000074"),
]


def xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Liste des clients au 1er mars"], [], HEADER, *ROWS):
        sheet.append(row)
    book.save(path)


def xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Clients")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for y, row in enumerate((["Liste des clients au 1er mars"], [], HEADER, *ROWS)):
        for x, cell in enumerate(row):
            sheet.write(y, x, cell, *([day] if isinstance(cell, datetime.date) else []))
    book.save(str(path))


def ods(path: Path) -> None:
    """As LibreOffice writes it: typed values beside the text that is shown, runs of cells."""

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind, typed, shown = "string", "", str(value)
        if isinstance(value, bool):
            kind, typed, shown = "boolean", f'office:boolean-value="{str(value).lower()}"', "VRAI"
        elif isinstance(value, datetime.date):
            kind, typed, shown = "date", f'office:date-value="{value}"', f"{value:%d/%m/%Y}"
        elif isinstance(value, int | float):
            kind, typed, shown = "float", f'office:value="{value}"', f"{value:.2E}"
        return (f'<table:table-cell office:value-type="{kind}" {typed}><text:p>{shown}</text:p>'
                "</table:table-cell>")  # fmt: skip

    rows: list[list[Any]] = [["Liste des clients au 1er mars"], [None], HEADER, *ROWS]
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    end = '<table:table-row table:number-rows-repeated="9000"><table:table-cell/></table:table-row>'
    ns = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3" '
        f'xmlns:office="{ns}office:1.0" xmlns:table="{ns}table:1.0" xmlns:text="{ns}text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Clients">{body}{end}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')


def test_four_kinds_of_workbook_hold_the_same_people(workspace: Workspace) -> None:
    """XLSX, XLS and ODS: typed cells, a title above; identifiers and codes are never numbers."""
    for number, write in enumerate((xlsx, xls, ods)):
        name = f"people.{write.__name__}"
        write(workspace.folder / name)
        answer = workspace.ok("contacts", "import", name, "--source", "one")
        assert answer["unchanged" if number else "created"] == 2, (name, answer)
    names = ("external_id", "last_name", "postal_code", "city", "dernier_achat", "montant",
             "actif", "siret")  # fmt: skip
    assert [tuple(p[n] for n in names) for p in people(workspace)] == EXPECTED


# --- cards -------------------------------------------------------------------------------------

CARD_2 = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Le Goff;Ana=EFs;;Mme\r
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Caf=C3=A9 =\r
No=C3=ABl\r
TITLE:PDG\r
TEL;WORK;VOICE:02 99 00 00 01\r
TEL;CELL:06 12 34 56 78\r
ADR;HOME:;;9 rue Privée;Brest;;29200;France\r
ADR;WORK;PREF:;;3 rue du Four;Rennes;;35000;France\r
EMAIL;PREF;INTERNET:anais@a.example\r
END:VCARD\r
"""
CARD_3 = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14.0//EN
N:Le Goff;Anaïs;;Mme;
FN:Mme Anaïs Le Goff
ORG:Café Noël;
TITLE:PDG
item1.EMAIL;type=INTERNET;type=pref:anais@
 a.example
item2.EMAIL;type=INTERNET:autre@a.example
TEL;type=WORK;type=VOICE:02 99 00 00 01
TEL;type=CELL;type=VOICE;type=pref:06 12 34 56 78
item3.ADR;type=HOME:;;9 rue Privée;Brest;;29200;France
item4.ADR;type=WORK;type=pref:;;3 rue du Four;Rennes;;35000;France
item4.X-ABADR:fr
CATEGORIES:vip,salon
NOTE:une\\nnote
END:VCARD
"""
CARD_4 = """BEGIN:VCARD
VERSION:4.0
FN:Anaïs Le Goff
N:Le Goff;Anaïs;;Mme;
ORG:Café Noël
TITLE:PDG
EMAIL;PREF=2:autre@a.example
EMAIL;PREF=1:anais@a.example
TEL;VALUE=uri;TYPE="voice,work":tel:+33-2-99-00-00-01
TEL;VALUE=uri;TYPE=cell:tel:+33-6-12-34-56-78
ADR;TYPE=home;PREF=2:;;9 rue Privée;Brest;;29200;France
ADR;TYPE=work;PREF=1;LABEL="3 rue du Four\\nRennes":;;3 rue du Four;Rennes;;35000;France
BDAY:19800507
END:VCARD
"""


@pytest.mark.parametrize(
    "card",
    [CARD_2.encode("utf-8"), CARD_3.encode("utf-16"), CARD_4.encode("utf-8-sig")],
    ids=["2.1", "3.0", "4.0"],
)
def test_a_card_of_each_version_is_the_same_person(workspace: Workspace, card: bytes) -> None:
    """vCard 2.1 to 4.0; the preferred address and mailbox count, the others are kept apart."""
    workspace.write("book.vcf", card)
    workspace.ok("contacts", "import", "book.vcf")
    person = only(workspace)
    assert tuple(person[name] for name in STANDARD) == ANAIS
    envelope = workspace.ok("contacts", "show", "1")["postal_lines"]
    assert envelope == ["Café Noël", "Mme Anaïs Le Goff", "3 rue du Four", "35000 RENNES"]
    assert "9 rue Privée" in json.dumps(person, ensure_ascii=False)


def test_what_is_not_a_card_is_told(workspace: Workspace) -> None:
    workspace.write("book.vcf", "Nom;Courriel\nBlanc;a@a.example\n".replace(";", " "))
    done = workspace.run("contacts", "import", "book.vcf", "--json")
    assert done.code == 1, done
    assert done.errors[0]["file"].endswith("book.vcf")
    workspace.write("cut.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:X\nEMAIL:x@a.example\n")
    cut = workspace.ok("contacts", "import", "cut.vcf", code=4)
    assert (cut["read"], cut["rejected"]) == (1, 1)


def test_the_cards_that_phones_and_programs_really_write(
    workspace: Workspace, real_data: Path
) -> None:
    """Android (2.1), iPhone (3.0), Outlook (2.1) and Gmail (3.0), from the files of others."""
    for name, count in (("ANDROID", 6), ("IPHONE", 1), ("MS_OUTLOOK", 1)):
        card = str(real_data / "contacts" / f"John_Doe_{name}.vcf")
        answer = workspace.ok("contacts", "import", card)
        assert (answer["read"], answer["created"], answer["rejected"]) == (count, count, 0)
    answer = workspace.ok("contacts", "import", str(real_data / "contacts" / "gmail-list.vcf"))
    assert (answer["read"], answer["created"]) == (3, 3)
    iphone = workspace.ok("contacts", "show", "john.doe@ibm.com")
    assert (iphone["job_title"], iphone["company"], iphone["city"]) == (
        "Money Counter", "IBM", "New York",
    )  # fmt: skip
    assert not any("Floor 8" in line for line in iphone["postal_lines"])
    assert "Floor 8" in json.dumps(iphone)


# --- address books -----------------------------------------------------------------------------

OUTLOOK_FR = (
    "Titre,Prénom,Deuxième prénom,Nom,Suffixe,Société,Service,Titre,Rue (bureau),Rue (bureau) 2,"
    "Rue (bureau) 3,Ville (bureau),Dép/Région (bureau),Code postal (bureau),Pays/Région (bureau),"
    "Rue (domicile),Ville (domicile),Code postal (domicile),Télécopie (bureau),Téléphone (bureau),"
    "Téléphone (domicile),Tél. mobile,Adresse de messagerie,Type de messagerie,"
    "Nom complet de l'adresse de messagerie,Adresse de messagerie 2,Anniversaire,Catégories,Notes"
)
OUTLOOK_EN = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,"
    "Business Street 2,Business City,Business State,Business Postal Code,Business Country/Region,"
    "Home Street,Home City,Home Postal Code,Business Fax,Business Phone,Home Phone,Mobile Phone,"
    "E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Birthday,Categories,Notes"
)
GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Name Prefix,Name Suffix,Nickname,Birthday,Notes,"
    "Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,"
    "Phone 2 - Type,Phone 2 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,"
    "Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,"
    "Address 1 - Country,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title"
)
GOOGLE_NEW = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Name Suffix,Nickname,"
    "File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,"
    "Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,"
    "Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,"
    "Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country"
)
THUNDERBIRD_FR = (
    "Prénom,Nom de famille,Nom à afficher,Surnom,Première adresse électronique,"
    "Deuxième adresse électronique,Nom à l'écran,Tél. professionnel,Tél. personnel,Fax,Pager,"
    "Portable,Adresse privée,Adresse privée 2,Ville,Pays/État,Code postal,Région,"
    "Adresse professionnelle,Adresse professionnelle 2,Ville,Pays/État,Code postal,Région,"
    "Profession,Service,Société,Page Web 1,Page Web 2,Année de naissance,Mois,Jour,Divers 1,Notes"
)
THUNDERBIRD_EN = (
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,"
    "Work Phone,Home Phone,Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,"
    "Home City,Home State,Home ZipCode,Home Country,Work Address,Work Address 2,Work City,"
    "Work State,Work ZipCode,Work Country,Job Title,Department,Organization,Notes"
)
TYPES = {"Phone 1 - Type": "Mobile", "Phone 2 - Type": "Work", "Phone 1 - Label": "Mobile",
         "Phone 2 - Label": "Work"}  # fmt: skip
NUMBERS = {"Phone 1 - Value": ANAIS[7], "Phone 2 - Value": "02 99 00 00 01"}


def cells(names: str) -> dict[str | int, str]:
    """The cells of Anaïs, under the headings that stand for each standard field, in their order."""
    return {int(n) if n.isdigit() else n: v for n, v in zip(names.split(","), ANAIS, strict=True)}


BOOKS: dict[str, tuple[str, str, dict[str | int, str]]] = {
    "outlook-fr": ("cp1252", OUTLOOK_FR, cells(
        "0,Prénom,Nom,7,Société,Adresse de messagerie,Téléphone (bureau),Tél. mobile,"
        "Rue (bureau),Code postal (bureau),Ville (bureau)")
        | {"Rue (domicile)": "9 rue P", "Anniversaire": "0/0/00", "Catégories": "vip;salon"}),
    "outlook-en": ("utf-8-sig", OUTLOOK_EN, cells(
        "Title,First Name,Last Name,Job Title,Company,E-mail Address,Business Phone,Mobile Phone,"
        "Business Street,Business Postal Code,Business City")
        | {"Home Street": "9 rue P", "Birthday": "0/0/00", "Categories": "vip;salon"}),
    "gmail-old": ("utf-16", GOOGLE_OLD, cells(
        "Name Prefix,Given Name,Family Name,Organization 1 - Title,Organization 1 - Name,"
        "E-mail 1 - Value,-,--,Address 1 - Street,Address 1 - Postal Code,Address 1 - City")
        | TYPES | NUMBERS | {"Group Membership": "* myContacts ::: vip"}),
    "gmail-new": ("utf-8", GOOGLE_NEW, cells(
        "Name Prefix,First Name,Last Name,Organization Title,Organization Name,"
        "E-mail 1 - Value,-,--,Address 1 - Street,Address 1 - Postal Code,Address 1 - City")
        | TYPES | NUMBERS | {"Labels": "* myContacts ::: vip"}),
    "thunderbird-fr": ("utf-8", THUNDERBIRD_FR, cells(
        "-,Prénom,Nom de famille,Profession,Société,Première adresse électronique,"
        "Tél. professionnel,Portable,Adresse professionnelle,22,20") | {12: "9 rue P"}),
    "thunderbird-en": ("utf-8", THUNDERBIRD_EN, cells(
        "-,First Name,Last Name,Job Title,Organization,Primary Email,Work Phone,Mobile Number,"
        "Work Address,Work ZipCode,Work City")
        | {"Home Address": "9 rue P", "Home ZipCode": "29200"}),
}  # fmt: skip


@pytest.mark.parametrize("book", BOOKS)
def test_the_address_book_of_each_program_is_read_at_once(workspace: Workspace, book: str) -> None:
    """Outlook in two languages, Gmail old and new, Thunderbird in two languages."""
    encoding, header, row = BOOKS[book]
    workspace.write("book.csv", quoted(header, row).encode(encoding))
    answer = workspace.ok("contacts", "import", "book.csv")
    assert answer["set_aside"] == {}
    person = only(workspace)
    expected = (None, *ANAIS[1:]) if book.startswith("thunderbird") else ANAIS
    assert tuple(person[name] for name in STANDARD) == expected
    if "vip" in json.dumps(row):
        assert "vip" in person["tags"]
    if "9 rue P" in row.values():
        assert "9 rue P" in json.dumps(person)
    assert "0/0/00" not in json.dumps(person)
    assert workspace.ok("contacts", "import", "book.csv")["unchanged"] == 1
    types = {f["name"]: f["type"] for f in workspace.ok("contacts", "fields")["fields"]}
    assert types.get("home_zipcode", "text") == "text"


def test_somebody_of_whom_only_the_home_is_known_can_be_written_to(workspace: Workspace) -> None:
    """Outlook keeps a home and an office; who has no office is reached at home."""
    at_home = {"Prénom": "Paul", "Nom": "Durand", "Rue (domicile)": "1 rue Y",
               "Ville (domicile)": "Brest", "Code postal (domicile)": "29200",
               "Téléphone (domicile)": "02 98 00 00 00"}  # fmt: skip
    workspace.write("book.csv", quoted(OUTLOOK_FR, BOOKS["outlook-fr"][2], at_home))
    workspace.ok("contacts", "import", "book.csv")
    paul = workspace.ok("contacts", "show", "Durand")
    assert paul["postal_lines"] == ["Paul Durand", "1 rue Y", "29200 BREST"]
    assert paul["phone"] == "+33298000000"
    assert workspace.ok("contacts", "show", "Le Goff")["postal_lines"][2:] == [
        "3 rue du Four", "35000 RENNES",
    ]  # fmt: skip


def test_every_file_of_csv_spectrum_comes_in_cell_by_cell(
    workspace: Workspace, real_data: Path
) -> None:
    """Commas, quotes, line ends and empty fields inside cells: what its JSON says is there."""
    for file in sorted((real_data / "csv-spectrum" / "csvs").glob("*.csv")):
        expected = json.loads(
            (real_data / "csv-spectrum" / "json" / f"{file.stem}.json").read_text()
        )
        answer = workspace.ok("contacts", "import", str(file), "--dry-run")
        assert answer["read"] == len(expected), file
        for sample, row in zip(answer["samples"], expected, strict=True):
            kept = [str(value).split() for value in sample.values()]
            wanted = [value.split() for value in row.values() if value]
            assert sorted(kept) == sorted(wanted), (file, sample, row)
