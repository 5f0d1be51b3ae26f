"""Labels and envelopes of real people: who is in, in which order, where the ink lands."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PageObject, PdfReader

from outreach.files.pdf_office import Office
from outreach.model.audience import Exclusion
from outreach.model.contact import Contact, Draft
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Settings
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.rendering.labels import edges, read_envelope, read_labels
from outreach.runner.labels import (
    Addresses,
    NoRoomForSender,
    Sheets,
    TooManySkipped,
    envelopes,
    in_post_order,
    label_sheets,
    left_out_of_post,
)
from outreach.store.engine import Database
from outreach.store.store import Store

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
L7163 = read_labels("99.1x38.1")
ATELIER = Organisation(name="Atelier Brocéliande", address="3 rue du Four, 35000 Rennes")


def person(number: int, **values: Value) -> Contact:
    address = {"street": f"{number} rue du Four", "postal_code": "35000", "city": "Rennes"}
    return Contact(ContactId(number), {"last_name": f"Name-{number}", **address, **values})


@pytest.fixture
def addresses(tmp_path: Path) -> Addresses:
    return Addresses(Settings(folder=tmp_path, locale="fr_FR"), Office())


def texts(path: Path) -> list[str]:
    """What stands in the cells, the empty ones left out."""
    tables = Document(str(path)).tables
    found = (cell.text for table in tables for row in table.rows for cell in row.cells)
    return [text for text in found if text]


def test_labels_are_counted_and_written(addresses: Addresses, tmp_path: Path) -> None:
    done = addresses.write(
        tmp_path / "l.docx", (person(n) for n in range(1, 15)), label_sheets(L7163, skip=1)
    )

    assert (done.addresses, done.pages, done.left_out, done.cut) == (14, 2, 0, [])
    assert texts(done.file)[0] == "Name-1\n1 rue du Four\n35000 RENNES"


def test_who_has_no_address_or_one_that_does_not_fit_is_left_out_by_name(
    addresses: Addresses, tmp_path: Path
) -> None:
    people = [
        person(1, postal_code=None, city=None),
        person(2, company="W" * 38),
        person(3),
        person(4, company="Manufacture " * 20),
    ]

    done = addresses.write(tmp_path / "l.docx", people, label_sheets(read_labels("70x37")))

    assert [one.id for one in done.without] == [1]
    assert [one.id for one in done.unfit] == [2]
    assert [one.id for one, _ in done.cut] == [4]
    assert (done.addresses, len(texts(done.file))) == (2, 2)


def test_nobody_with_an_address_is_no_file(addresses: Addresses, tmp_path: Path) -> None:
    alone = [person(1, postal_code=None, city=None)]
    done = addresses.write(tmp_path / "l.docx", alone, label_sheets(L7163))
    assert (done.addresses, done.file.exists()) == (0, False)


def test_each_envelope_has_our_address_and_theirs(addresses: Addresses, tmp_path: Path) -> None:
    done = addresses.write(
        tmp_path / "e.docx", [person(1), person(2)], envelopes(read_envelope("C5"), ATELIER)
    )
    assert list(dict.fromkeys(texts(done.file))) == [
        "Atelier Brocéliande\n3 rue du Four\n35000 Rennes",
        "Name-1\n1 rue du Four\n35000 RENNES",
        "Name-2\n2 rue du Four\n35000 RENNES",
    ]


def test_an_organisation_without_an_address_prints_none() -> None:
    assert envelopes(read_envelope("C5"), Organisation()).sender is None


def test_our_own_address_must_fit() -> None:
    long = Organisation(name="A", address=",".join(["line"] * 20))
    with pytest.raises(NoRoomForSender, match="does not fit on envelopes of the size DL"):
        envelopes(read_envelope("DL"), long)


def test_a_whole_sheet_cannot_be_skipped() -> None:
    assert label_sheets(L7163, skip=13).skip == 13
    with pytest.raises(TooManySkipped, match="has 14 labels"):
        label_sheets(L7163, skip=14)


# --- the base ---------------------------------------------------------------------------------


def test_those_chosen_come_in_the_order_of_the_post_and_who_must_not_get_a_letter_does_not(
    database: Database,
) -> None:
    store = Store(database)
    codes = ["44000", "01000", None, "20200", "13001", "8000"]
    ids = [
        store.people.add(
            Draft(1, {"last_name": f"N{n}", "street": "1 rue X", "postal_code": code, "city": "X",
                      "country": "Suisse" if code == "8000" else None}),
            now=NOW,
        )
        for n, code in enumerate(codes)
    ]  # fmt: skip
    store.suppressions.add([_forbidden(ids[4])])

    found = [one.values["last_name"] for one in in_post_order(store, None, home="FR")]

    assert found == ["N1", "N3", "N0", "N5"]
    assert left_out_of_post(store, None) == {Exclusion.SUPPRESSED: 1, Exclusion.NO_ADDRESS: 1}


def _forbidden(contact: ContactId) -> Suppression:
    return Suppression(
        key=SuppressionKey.CONTACT,
        value=str(contact),
        scope=SuppressionScope.ALL,
        reason="asked",
        at=NOW,
    )


# --- where the ink lands ----------------------------------------------------------------------


def spots(pdf: bytes) -> list[list[tuple[str, float, float]]]:
    """Each piece of text with its left end and its base line in mm from the upper left corner."""
    return [_spots(page) for page in PdfReader(BytesIO(pdf)).pages]


def _spots(page: PageObject) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = []
    height = float(page.mediabox.height)

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, _size: Any) -> None:
        if text.strip():
            x, y = cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5]
            found.append((text.strip(), x / 72 * 25.4, (height - y) / 72 * 25.4))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("size", ["99.1x38.1", "70x37", "105x57", "80x50,5x2,20x10,5x2"])
def test_every_label_of_a_full_sheet_lands_in_its_place(
    size: str, office: Office, tmp_path: Path
) -> None:
    """To half a millimetre, on the second sheet as on the first."""
    layout = read_labels(size)
    count = len(layout.places)
    addresses = Addresses(Settings(folder=tmp_path, locale="fr_FR"), office)
    people = [person(n) for n in range(2 * count)]

    done = addresses.write(tmp_path / "l.pdf", people, label_sheets(layout))

    pages = spots(done.file.read_bytes())
    assert len(pages) == 2
    across, down = edges(layout.columns, layout.left), edges(layout.rows, layout.top)
    for page, first in zip(pages, (0, count), strict=True):
        where = {text: (x, y) for text, x, y in page}
        for number, place in enumerate(layout.places):
            x, y = where[f"Name-{first + number}"]
            assert x == pytest.approx(float(across[place.column] + layout.pad_across), abs=0.5)
            assert float(down[place.row]) < y < float(down[place.row + 1])


def test_envelopes_are_printed_one_by_one(office: Office, tmp_path: Path) -> None:
    addresses = Addresses(Settings(folder=tmp_path, locale="fr_FR"), office)
    sheets: Sheets = envelopes(read_envelope("C5"), ATELIER)

    done = addresses.write(tmp_path / "e.pdf", [person(n) for n in range(60)], sheets)

    pages = PdfReader(done.file).pages
    assert len(pages) == 60
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [229, 162]
    last = spots(done.file.read_bytes())[59]
    where = {text: (x, y) for text, x, y in last}
    assert where["Atelier Brocéliande"][0] == pytest.approx(11, abs=0.5)
    assert where["Name-59"][0] == pytest.approx(229 - 20 - 100 + 3, abs=0.5)
    assert 162 - 60 - 45 < where["Name-59"][1] < 162 - 60
