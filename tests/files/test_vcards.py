"""Address books of vCards: three versions, as the programs really write them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.files.exports import write_table
from outreach.files.tables import Table, UnreadableTable, open_table


def book(tmp_path: Path, text: str | bytes) -> Table:
    path = tmp_path / "book.vcf"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_table(path)


def people(opened: Table) -> list[dict[str, str]]:
    """What each card says, without what it does not."""
    found = [dict(zip(opened.header, row.cells, strict=True)) for row in opened.rows()]
    return [{name: text for name, text in one.items() if text} for one in found]


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def test_a_card_of_version_4(tmp_path: Path) -> None:
    opened = book(tmp_path, card(
        "UID:urn:uuid:4fbe8971", "FN:Marie Le Goff", "N:Le Goff;Marie;;Mme;",
        "ORG:Atelier;Accueil", "TITLE:Gérante", "EMAIL;PREF=1:a@lys.example",
        "EMAIL;TYPE=work:b@lys.example",
        'TEL;VALUE=uri;TYPE="voice,work":tel:+33-2-99-00-00-00;ext=5',
        "TEL;VALUE=uri;TYPE=cell:tel:+33639981234",
        'ADR;TYPE=work;LABEL="3, rue du Four":BP 12;Bât. B;3\\, rue du Four;Rennes;;35000;France',
        "BDAY:19800322", "LANG:fr", "CATEGORIES:vip,salon 2026", "NOTE:une\\nligne", version="4.0",
    ))  # fmt: skip

    assert people(opened) == [{
        "external_id": "4fbe8971", "civility": "Mme", "first_name": "Marie", "last_name": "Le Goff",
        "job_title": "Gérante", "company": "Atelier", "Department": "Accueil",
        "email": "a@lys.example", "E-mail 2": "b@lys.example", "phone": "+33-2-99-00-00-00",
        "mobile": "+33639981234", "street": "3, rue du Four", "street2": "Bât. B, BP 12",
        "postal_code": "35000", "city": "Rennes", "country": "France", "Birthday": "1980-03-22",
        "language": "fr", "tags": "vip; salon 2026", "Note": "une\nligne",
    }]  # fmt: skip


def test_quoted_printable_charsets_and_soft_breaks_of_version_2_1(tmp_path: Path) -> None:
    text = card(
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Fran=E7ois;Zo=E9",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:une=0D=0Align=\r\ne coup=C3=A9e",
        "TEL;CELL:06 39 98 12 34",
        "TEL;FAX;WORK:02 99 00 00 00",
        version="2.1",
    )

    assert people(book(tmp_path, text)) == [{
        "last_name": "François", "first_name": "Zoé", "Note": "une\nligne coupée",
        "mobile": "06 39 98 12 34", "Fax": "02 99 00 00 00",
    }]  # fmt: skip


def test_folded_lines_and_photos(tmp_path: Path) -> None:
    opened = book(tmp_path, card(
        "N:Petit;Jean", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", " SkZJRgAB:AQAA", "NOTE:un long te",
        " xte",
    ))  # fmt: skip

    assert people(opened) == [{"last_name": "Petit", "first_name": "Jean", "Note": "un long texte"}]
    assert [str(note) for note in opened.notes] == [
        "address book of vCards 3.0",
        "not taken from the cards: PHOTO",
    ]


def test_a_name_that_is_only_shown_is_not_cut_and_a_firms_is_no_persons(tmp_path: Path) -> None:
    text = (
        card("FN:Jean de La Tour") + card("FN:Acme", "ORG:Acme") + card("FN:a@x.fr", "EMAIL:a@x.fr")
    )

    assert people(book(tmp_path, text)) == [
        {"last_name": "Jean de La Tour"},
        {"company": "Acme"},
        {"email": "a@x.fr"},
    ]


def test_an_address_at_work_comes_before_the_one_at_home(tmp_path: Path) -> None:
    (one,) = people(book(tmp_path, card(
        "N:Petit", "item1.ADR;type=HOME:;;1 rue A;Lyon;;69001;",
        "item2.ADR;type=WORK:;;2 rue B;Nice;;06000;",
    )))  # fmt: skip

    assert (one["street"], one["city"]) == ("2 rue B", "Nice")
    assert one["Other address"] == "1 rue A, 69001 Lyon"


def test_a_card_inside_a_card_is_the_agents(tmp_path: Path) -> None:
    agent = "AGENT:\nBEGIN:VCARD\nN:Aide;B\nEND:VCARD"
    text = f"BEGIN:VCARD\nVERSION:2.1\nN:Chef;A\n{agent}\nTITLE:PDG\nEND:VCARD\n"

    assert people(book(tmp_path, text)) == [
        {"last_name": "Chef", "first_name": "A", "job_title": "PDG"}
    ]


def test_a_card_that_is_not_closed_costs_itself_only(tmp_path: Path) -> None:
    opened = book(tmp_path, "BEGIN:VCARD\nN:Un;A\n" + card("N:Deux;B"))

    assert [(row.line, str(row.fault)) for row in opened.rows()] == [
        (1, "the card has no END:VCARD"),
        (3, "None"),
    ]


def test_an_address_book_without_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable):
        book(tmp_path, card())


def test_an_address_book_in_utf_16_or_windows_1252(tmp_path: Path) -> None:
    text = card("N:Évrard;Zoé")

    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        assert people(book(tmp_path, text.encode(encoding))) == [
            {"last_name": "Évrard", "first_name": "Zoé"}
        ]


@given(
    st.lists(
        st.sampled_from([
            "BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "N:a;b", "N", "TEL;CELL:", "ADR:;;x",
            "EMAIL;PREF=1;TYPE=work,home:a@b", "NOTE;ENCODING=QUOTED-PRINTABLE:=E9=", " fold",
            "X;P=\"a:b\":c", "BDAY:--0412", ":", ";:", "ORG:\\", "FN:\\n", "", "é", "AGENT:", "=41",
        ])
    )
)  # fmt: skip
def test_whatever_stands_in_an_address_book_it_is_read_or_refused(content: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "book.vcf"
        path.write_text("BEGIN:VCARD\n" + "\n".join(content))
        try:
            opened = open_table(path)
        except UnreadableTable:
            return
        assert all(len(row.cells) == len(opened.header) for row in opened.rows())


def test_cards_are_written_folded_and_escaped(tmp_path: Path) -> None:
    header = ["last_name", "company", "email", "phone", "street", "tags", "siret", "points"]
    row = [
        "Le Goff; Ets",
        "A, B",
        "a@lys.example",
        "+33299000000",
        "x\n" + "é" * 60,
        "a, b",
        None,
        3,
    ]

    write_table(tmp_path / "out.vcf", header, [row])

    lines = (tmp_path / "out.vcf").read_bytes().decode().split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert lines[:5] == [
        "BEGIN:VCARD", "VERSION:3.0", "FN:Le Goff\\; Ets", "N:Le Goff\\; Ets;;;;", "ORG:A\\, B",
    ]  # fmt: skip
    assert "X-OUTREACH-POINTS:3" in lines
    assert people(open_table(tmp_path / "out.vcf")) == [{
        "last_name": "Le Goff; Ets", "company": "A, B", "email": "a@lys.example", "points": "3",
        "phone": "+33299000000", "street": "x\n" + "é" * 60, "tags": "a; b",
    }]  # fmt: skip


def test_the_address_books_of_phones_and_programs(real_data: Path) -> None:
    folder = real_data / "contacts"
    (iphone,) = people(open_table(folder / "John_Doe_IPHONE.vcf"))
    (outlook,) = people(open_table(folder / "John_Doe_MS_OUTLOOK.vcf"))
    android = people(open_table(folder / "John_Doe_ANDROID.vcf"))
    gmail = people(open_table(folder / "gmail-list.vcf"))

    assert iphone == {
        "civility": "Mr.", "first_name": "John", "Middle name": "Richter James", "last_name": "Doe",
        "Suffix": "Sr.", "job_title": "Money Counter", "company": "IBM", "Department": "Accounting",
        "email": "john.doe@ibm.com", "phone": "905-777-1234", "mobile": "905-555-1234",
        "Phone 2": "905-222-1234", "Phone 3": "905-666-1234", "Fax": "905-999-1234",
        "Fax 2": "905-888-1234", "Pager": "905-111-1234", "street": "Silicon Alley 5,",
        "city": "New York", "Region": "New York", "postal_code": "12345",
        "country": "United States of America", "Birthday": "2012-06-06", "Nickname": "Johny",
        "Website": "http://www.ibm.com",
        "Other address": "Street4, Building 6, Floor 8, 12345 New York, USA",
    }  # fmt: skip
    assert outlook["street"] == "Cresent moon drive"
    assert (outlook["job_title"], outlook["Role"]) == ("Money Counter", "Counting Money")
    assert outlook["Birthday"] == "1980-03-22"
    assert [one.get("email", one.get("last_name")) for one in android] == [
        "john.doe@company.com", "jane.doe@company.com", "Ñ Ñ Ñ Ñ", "Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ Ñ",
        "bob@company.com", "henry@company.com",
    ]  # fmt: skip
    assert [one["email"] for one in gmail] == [
        "asmithk@gmail.com", "chrisy55d@yahoo.com", "dwhite@gmail.com",
    ]  # fmt: skip
