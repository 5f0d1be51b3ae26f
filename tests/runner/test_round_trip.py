"""What is exported comes back: imported again, every contact is unchanged."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from outreach.cli.values import cell
from outreach.files.exports import write_table
from outreach.model.field import Origin
from outreach.model.settings import Settings
from outreach.runner.admit import Wanted, admit
from outreach.store.contacts import Contacts
from outreach.store.opening import open_database

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)

#: What breaks tables, cards and workbooks, each in turn or together.
NAUGHTY = [
    *";,|\t\"'\\=+-@:\n\r",
    *("\\n", "=1+1", "'=x", "''", "\\;", "BEGIN:VCARD", "END:VCARD", "N/A", "#N/A", "nan", "null"),
    *("_x0041_", "_x000D_", "é", "É", "œ", "ß", "İ", "漢字", "😀", "MÃ©dÃ©ric", "â€™"),
    *("\u200b", "\u202e", "\ufeff", "\u2028", "\x85", "\x00", "\x07", "\uffff", "\xa0", "\u0301"),
    *("0", "007", "1e5", "3,90E+13", "01/02/2027", "true", "oui", "=3D", "X-OUTREACH-", "?", "* "),
    *(" ", "abc", "Le Goff", "35000", ":::", "sep=;", "x" * 80, "{{ }}", "«Nom»"),
]  # fmt: skip

text = st.lists(st.sampled_from(NAUGHTY) | st.characters(codec="utf-8"), max_size=5).map("".join)
row = st.tuples(*[text] * 9, st.lists(st.sampled_from(["vip", "été", "=x", "a b"]), max_size=2))
HEADER = (
    "Nom",
    "Prénom",
    "Civilité",
    "Société",
    "Rue",
    "Complément",
    "Ville",
    "Note",
    "Code tarif",
)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".vcf"])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(row, min_size=1, max_size=20))
@example(rows=[(*[one] * 9, []) for one in NAUGHTY])
def test_an_export_imported_again_changes_nothing(ending: str, rows: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contacts = Contacts(open_database("sqlite:///store.db", folder=folder))
        here = Settings(folder=folder, locale="fr_FR")
        fill(folder, rows)
        first = admit(contacts, folder / "list.csv", Wanted(), settings=here, now=NOW)

        out = export(contacts, folder / f"out{ending}")
        again = admit(contacts, out, Wanted(), settings=here, now=NOW)

        assert first.counts.created == len(rows)
        assert dict(again.counts.as_mapping()) == {
            "read": len(rows), "created": 0, "updated": 0, "unchanged": len(rows), "merged": 0,
            "rejected": 0,
        }  # fmt: skip
        assert not [column.header for column in again.mapping if column.new]
        contacts.database.engine.dispose()


def fill(folder: Path, rows: list[tuple]) -> None:
    """A file with the naughty cells; each row has an identifier, so that it can be told."""
    import csv

    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(["Code", "Mail", "Solde", "Depuis", *HEADER, "Tags"])
        for number, (*cells, tags) in enumerate(rows):
            own = [f"C{number}", f"p{number}@lys.example", f"{number},5", "01/02/2027"]
            cells = [c.replace("\x00", "").replace("\r", "\n") for c in cells]
            writer.writerow([*own, *cells, ", ".join(tags)])


def export(contacts: Contacts, path: Path) -> Path:
    catalogue = contacts.database.catalogue
    names = [f.name for f in catalogue if f.origin is not Origin.DERIVED] + ["tags"]
    write_table(path, names, ([cell(c, name) for name in names] for c in contacts.matching()))
    return path
