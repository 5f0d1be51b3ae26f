"""Real files made by others, imported twice: what became of each row, written out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.model.settings import Settings
from outreach.runner.admit import Wanted, admit
from outreach.runner.import_report import ImportReport
from outreach.store.contacts import Contacts
from outreach.store.opening import open_database

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)

#: File → rows read, created, merged, rejected; cells set aside by field. The country is France,
#: but for the sites of Chicago, whose telephone numbers lack their area code. Those of the cards
#: are made up or Canadian, in a row that says USA.
EXPECTED: dict[str, tuple[tuple[int, int, int, int], dict[str, int]]] = {
    "contacts/John_Doe_ANDROID.vcf": ((6, 6, 0, 0), {"phone": 2, "mobile": 3}),
    "contacts/John_Doe_IPHONE.vcf": ((1, 1, 0, 0), {"phone": 1, "mobile": 1}),
    "contacts/John_Doe_MS_OUTLOOK.vcf": ((1, 1, 0, 0), {"phone": 1}),
    "contacts/basic_csv_addressbook.csv": ((2, 2, 0, 0), {}),
    "contacts/csv_no_header.csv": ((2, 2, 0, 0), {}),
    "contacts/csv_semicolon.csv": ((2, 2, 0, 0), {}),
    "contacts/gmail-list.vcf": ((3, 3, 0, 0), {}),
    "contacts/quote.csv": ((1, 1, 0, 0), {"phone": 1}),
    "contacts/tab_comma_mixed.csv": ((4, 3, 0, 1), {}),
    "contacts/utf16_addressbook.csv": ((1, 1, 0, 0), {}),
    "csv-spectrum/csvs/comma_in_quotes.csv": ((1, 1, 0, 0), {}),
    "csv-spectrum/csvs/empty.csv": ((2, 2, 0, 0), {}),
    "csv-spectrum/csvs/empty_crlf.csv": ((2, 2, 0, 0), {}),
    "csv-spectrum/csvs/escaped_quotes.csv": ((2, 2, 0, 0), {}),
    "csv-spectrum/csvs/json.csv": ((1, 1, 0, 0), {}),
    "csv-spectrum/csvs/newlines.csv": ((3, 3, 0, 0), {}),
    "csv-spectrum/csvs/newlines_crlf.csv": ((3, 3, 0, 0), {}),
    "csv-spectrum/csvs/quotes_and_newlines.csv": ((2, 2, 0, 0), {}),
    "csv-spectrum/csvs/simple.csv": ((1, 1, 0, 0), {}),
    "csv-spectrum/csvs/simple_crlf.csv": ((1, 1, 0, 0), {}),
    "csv-spectrum/csvs/utf8.csv": ((2, 2, 0, 0), {}),
    "french-schools/annuaire_education_35_utf8bom_semicolon.csv": ((996, 996, 0, 0), {}),
    "french-schools/annuaire_education_idf_2026_utf8bom_semicolon.csv": ((613, 613, 0, 0), {}),
    "dedupe/early-childhood-sites.csv": ((3337, 3337, 0, 0), {"phone": 3191, "email": 134}),
    "dedupe/febrl1.csv": ((1000, 1000, 0, 0), {}),
    "postcodes/laposte_hexasmal.csv": ((39192, 38564, 628, 0), {}),
    "bank-marketing/bank.csv": ((4521, 4521, 0, 0), {}),
}


def take(
    folder: Path, *files: Path, country: str = "FR", wanted: Wanted | None = None
) -> list[ImportReport]:
    """Each file into one fresh base, in their order."""
    contacts = Contacts(open_database("sqlite:///store.db", folder=folder))
    here = Settings(folder=folder, locale="fr_FR", country=country)
    asked = wanted or Wanted()
    try:
        return [admit(contacts, file, asked, settings=here, now=NOW) for file in files]
    finally:
        contacts.database.engine.dispose()


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_is_told_and_the_second_time_nothing_is_new(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    file = real_data / name
    (read, created, merged, rejected), aside = EXPECTED[name]

    first, again = take(tmp_path, file, file, country="US" if "sites" in name else "FR")

    assert dict(first.counts.as_mapping()) == {
        "read": read, "created": created, "updated": 0, "unchanged": 0, "merged": merged,
        "rejected": rejected,
    }  # fmt: skip
    assert dict(again.counts.as_mapping()) == {
        "read": read, "created": 0, "updated": 0, "unchanged": read - rejected, "merged": 0,
        "rejected": rejected,
    }  # fmt: skip
    assert first.set_aside == aside


def test_the_schools_agree_with_the_table_of_the_post_office(
    real_data: Path, tmp_path: Path
) -> None:
    """Towns are known by their postal code; a few are told, and every school is taken in."""
    schools = sorted((real_data / "french-schools").glob("*.csv"))
    table = real_data / "postcodes" / "laposte_hexasmal.csv"

    reports = take(tmp_path, *schools, wanted=Wanted(postcodes=table))

    assert [report.counts.created for report in reports] == [996, 613]
    assert [dict(report.set_aside) for report in reports] == [{}, {}]
