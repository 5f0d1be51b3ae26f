"""The portfolio where figures met that were not of the same people, or of the same days."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import load_workbook
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-06-15T09:00"


def past(workspace: Workspace, rows: Iterable[Sequence[object]], now: str = NOW) -> None:
    """Code, day of a letter, day of an order, amount."""
    lines = ["Code;Channel;Sent on;Order on;Amount"]
    lines += [f"{code};letter;{sent};{ordered};{money}" for code, sent, ordered, money in rows]
    workspace.write("past.csv", "\n".join(lines) + "\n")
    workspace.ok("history", "import", "past.csv", "--campaign", "past", "--create-contacts",
                 now=now)  # fmt: skip


def five(workspace: Workspace) -> None:
    rows = "".join(f"p{n};Name{n};p{n}@mail.example\n" for n in range(5))
    workspace.write("people.csv", "Ref;Last name;E-mail\n" + rows)
    workspace.ok("contacts", "import", "people.csv", now="2027-02-01T09:00")


def last_month(workspace: Workspace, *names: str) -> tuple[Any, ...]:
    row = workspace.ok("portfolio", now=NOW)["by_month"][-1]
    return tuple(row[name] for name in names)


def test_a_customer_who_is_arid_takes_nobody_off_the_stock(
    workspace: Workspace, base: Database
) -> None:
    """Five on file, one orders: four are left, whatever is said of the customer."""
    five(workspace)
    workspace.ok("record", "p0", "order", "--amount", "10", now="2027-03-03T09:00")
    workspace.ok("record", "p0", "arid", "--reason", "too far", now="2027-04-03T09:00")
    assert last_month(workspace, "stock", "arid", "customers") == (4, 0, 1)

    workspace.ok("record", "p1", "arid", "--reason", "too far", now="2027-04-03T09:00")
    assert last_month(workspace, "stock", "arid", "customers") == (3, 1, 1)


def test_the_arid_are_taken_off_the_stock_they_were_in(workspace: Workspace) -> None:
    """A stock of people contacted: two are, one of them is arid; three suspects are not in it."""
    workspace.settings(more="portfolio: {prospect: contacted}\n")
    five(workspace)
    workspace.ok("record", "p0", "spoken", now="2027-03-03T09:00")
    workspace.ok("record", "p1", "arid", "--reason", "too far", now="2027-04-03T09:00")
    assert last_month(workspace, "stock", "suspects", "prospects", "arid") == (1, 3, 2, 1)


def test_who_may_not_be_written_to_is_no_prospect(workspace: Workspace, base: Database) -> None:
    """One opts out, one complains, one was arid before he opts out: each is taken off once."""
    five(workspace)
    workspace.ok("record", "p0", "opted_out", now="2027-03-03T09:00")
    workspace.ok("record", "p1", "complained", now="2027-03-03T09:00")
    workspace.ok("record", "p2", "arid", "--reason", "too far", now="2027-03-03T09:00")
    assert last_month(workspace, "stock", "arid", "opposed") == (2, 1, 2)
    workspace.ok("record", "p2", "opted_out", now="2027-04-03T09:00")
    assert last_month(workspace, "stock", "arid", "opposed") == (2, 0, 3)
    shown = " ".join(workspace.run("portfolio", now=NOW).out.split())
    assert "neither set aside as arid nor opted out" in shown


def test_every_table_of_the_portfolio_is_of_the_same_days(
    workspace: Workspace, base: Database
) -> None:
    """Twelve months up to 15 June 2027 begin on 16 June 2026, for the stock as for orders.

    a was there before, b came and ordered in the second half of June 2026, c came in July.
    """
    past(workspace, [("a", "2026-06-15", "", ""), ("b", "2026-06-16", "2026-06-20", 50),
                     ("c", "2026-07-01", "", "")])  # fmt: skip

    found = workspace.ok("portfolio", now=NOW)

    head, months = found["prospects"], found["by_month"]
    assert (found["since"], months[0]["from"], months[-1]["to"]) == (
        "2026-06-15", "2026-06-16", "2027-06-15",
    )  # fmt: skip
    assert (head["stock_before"], head["new"], head["conversions"], head["stock"]) == (1, 2, 1, 2)
    assert found["retention"]["new"] == 1
    assert sum(month["orders"] for month in months) == found["basket"]["receipts"] == 1
    # Half a month is no month: the saw-tooth is of the eleven whole ones after it.
    assert head["sawtooth"] is None
    shown = " ".join(workspace.run("portfolio", now=NOW).out.split())
    assert "from 16 Jun 2026 to 15 Jun 2027" in shown


def test_an_area_has_one_penetration(workspace: Workspace, base: Database) -> None:
    """One customer of last winter, one lost for years, one on file without an order: 2 of 10."""
    past(workspace, [("a", "2023-01-05", "2023-02-01", 100), ("b", "2027-01-05", "2027-02-01", 100),
                     ("c", "2027-01-05", "", "")])  # fmt: skip
    workspace.write("ours.csv", "Ref;Kind;E-mail\nd;customer;d@mail.example\n")
    workspace.ok("contacts", "import", "ours.csv", now="2027-01-05T09:00")
    workspace.ok("plan", "areas", "add", "All", "order_count >= 0", "--potential", "10", now=NOW)

    (area,) = workspace.ok("plan", "areas", now=NOW)["areas"]
    (found,) = workspace.ok("portfolio", now=NOW)["penetration"]

    assert (area["customers"], area["prospects"], area["penetration"]) == (2, 1, 0.2)
    assert (found["customers"], found["rate"]) == (2, 0.2)
    for words in (("plan", "areas"), ("portfolio",)):
        shown = " ".join(workspace.run(*words, now=NOW).out.split())
        assert "customers who are not lost ÷ customers there could be" in shown


def test_a_workbook_writes_money_with_the_digits_of_its_currency(workspace: Workspace) -> None:
    settings = workspace.folder / "outreach.yaml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(written.replace("currency: EUR", "currency: JPY"), encoding="utf-8")
    past(workspace, [("a", "2027-01-05", "2027-02-01", 1000)])

    workspace.ok("portfolio", "--xlsx", "p.xlsx", now=NOW)

    book = load_workbook(workspace.folder / "p.xlsx")
    formats = {cell.number_format for sheet in book for row in sheet.iter_rows() for cell in row}
    assert '"JP¥"#,##0' in formats
    assert '"JP¥"#,##0.00' not in formats


def test_a_rate_is_of_one_type_however_even_it_is(workspace: Workspace) -> None:
    """1.0 and not 1: whoever reads the JSON into columns of a type gets one type."""
    past(workspace, [("a", "2027-01-05", "2027-02-01", 100)])
    out = workspace.run("report", "past", "--json", now=NOW).out
    first = json.loads(out)["chain"][0]
    assert [type(first["from_first"]), type(first["contacts"])] == [float, int]
    credits = json.loads(out)["attribution"]["steps"]
    assert {type(one["revenue"]) for one in credits} == {float}
