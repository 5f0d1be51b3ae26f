"""One person and one contact, whoever counts: after an undo, a shop's orders, a merge."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

NOW = "2027-03-01T09:00"
YEAR = ("--start", "2027-01-01", "--by", "2027-12-31")


def noted(workspace: Workspace, *words: str, day: int) -> str:
    """Something recorded of the campaign `c`; its number."""
    at = f"2027-03-{day:02}T09:00"
    return str(workspace.ok("record", *words, "--campaign", "c", now=at)["number"])


def test_who_was_spoken_with_stays_contacted_when_an_earlier_fact_is_undone(
    workspace: Workspace,
) -> None:
    """No channel was told, so that no touch is on record: the fact that stands is the contact."""
    workspace.townspeople(4)
    workspace.campaign("c", steps="  - {step: talk, channel: task}\n")
    workspace.launch("c", now=NOW)
    for person, before, after in (
        ("p001", "spoken", "spoken"),
        ("p002", "spoken", "met"),
        ("p003", "replied", "spoken"),
    ):
        first = noted(workspace, person, before, day=3)
        noted(workspace, person, after, day=5)
        workspace.ok("undo", first, "--yes", now="2027-03-06T09:00")
    told = workspace.ok("report", "c", now="2027-03-20T09:00")
    assert (told["contacted"], told["touched"]) == (3, 0)
    assert [link["contacts"] for link in told["chain"]] == [3, 0, 0, 0, 0]
    # The 5th, not the 3rd, is the day of the contact.
    before = workspace.ok("report", "c", "--to", "2027-03-04", now="2027-03-20T09:00")
    assert before["contacted"] == 0


def test_a_contact_told_anew_goes_with_the_fact_it_comes_from(workspace: Workspace) -> None:
    workspace.townspeople(1)
    workspace.campaign("c", steps="  - {step: talk, channel: task}\n")
    workspace.launch("c", now=NOW)
    numbers = [noted(workspace, "p001", "spoken", day=day) for day in (3, 5)]
    for number in numbers:
        workspace.ok("undo", number, "--yes", now="2027-03-06T09:00")
    assert workspace.ok("report", "c", now="2027-03-20T09:00")["contacted"] == 0


# --- orders of a shop -----------------------------------------------------------------------------


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    """Four people were written to, one of whom ordered for 400; then five orders of a shop."""
    people = [f"a{n}@x.example;A{n};2027-01-03;letter;" for n in range(1, 5)]
    rows = [f"{people[0]}order;2027-01-10;400;100", *(f"{one};;;" for one in people[1:])]
    spring = "\n".join(["E-mail;Name;Sent on;Channel;Stage;Date;Amount;Margin;Cost"] + [
        f"{row};1.50" for row in rows
    ])  # fmt: skip
    workspace.write("spring.csv", spring + "\n")
    bought = [f"s{n}@x.example;S{n};order;2027-01-{n + 10};10;3" for n in range(1, 6)]
    workspace.write("shop.csv", "\n".join(["E-mail;Name;Stage;Date;Amount;Margin", *bought]) + "\n")
    for name in ("spring", "shop"):
        words = ("--campaign", name, "--create-contacts")
        workspace.ok("history", "import", f"{name}.csv", *words, now=NOW)
    return workspace


def effort(workspace: Workspace) -> Any:
    return workspace.ok("plan", "effort", "--deals", "3", *YEAR, "--weight", "0", now=NOW)


def test_a_call_that_was_undone_makes_no_prospecting_of_a_shop(shop: Workspace) -> None:
    """One active of four people written to; an undone call to a buyer changes nothing of it."""
    before = effort(shop)["coefficients"]["accessibility"]["value"]
    assert before == pytest.approx(1 / 4)
    words = ("s1@x.example", "spoken", "--campaign", "shop", "--channel", "call")
    number = shop.ok("record", *words, now="2027-02-01T09:00")["number"]
    shop.ok("undo", str(number), "--yes", now="2027-02-02T09:00")
    assert effort(shop)["coefficients"]["accessibility"]["value"] == before


def test_orders_of_a_shop_are_no_contacts_in_the_catching_up(shop: Workspace) -> None:
    """Effort counts the four whom the objective counts; the shop's orders and money are results."""
    words = ("--metric", "contacted", "--target", "10", *YEAR)
    shop.ok("plan", "objectives", "add", "contacts", *words, now=NOW)
    (goal,) = shop.ok("plan", "objectives", now=NOW)["objectives"]
    done = effort(shop)["catch_up"]["done"]
    assert done["contacted"] == goal["now"]["realised"] == 4
    assert (done["actives"], done["quotes"]) == (1, 1)
    assert (done["orders"], done["revenue"]) == (6, 450)


def test_orders_of_a_shop_make_a_new_customer_no_cheaper_for_the_firm(shop: Workspace) -> None:
    """Four letters at 1.50 won one customer, with a margin of 100; the shop won nobody by them."""
    told = shop.ok("report", now=NOW)
    winning = told["customers"]["winning"]
    assert (winning["touches"], winning["cost"], winning["new_customers"]) == (4, 6, 1)
    assert (winning["per_new_customer"], winning["net_per_new_customer"]) == (6, -94)
    assert (winning["margin"], told["customers"]["attrition"]["replacement"]) == (100, 6)
    alone = shop.ok("report", "shop", now=NOW)
    assert alone["winning"]["new_customers"] == 5


# --- merged records -------------------------------------------------------------------------------

#: Anne is on the list twice and was written to twice; Eve was left alone under her other number.
TWICE = """\
E-mail;First name;Name;Phone;Group;Sent on;Channel;Stage;Date;Amount;Margin
anne@x.example;Anne;Martin;0299000001;A;2027-01-03;letter;replied;2027-01-10;;
anne.martin@x.example;Anne;Martin;0299000001;A;2027-01-05;letter;order;2027-01-20;400;100
carl@x.example;Carl;Cox;0299000002;A;2027-01-03;letter;order;2027-01-25;200;50
eve@x.example;Eve;Roy;0299000004;control;;;order;2027-01-22;90;30
eve.roy@x.example;Eve;Roy;0299000004;A;2027-01-04;letter;;;;
felix@x.example;Felix;Fox;0299000005;control;;;order;2027-01-23;500;125
"""


def test_merged_records_are_one_person_for_efforts_and_objectives(workspace: Workspace) -> None:
    """Anne, Carl and Eve, as in the report: 3 orders, 690; Felix is control, and his is his own."""
    workspace.write("spring.csv", TWICE)
    words = ("--campaign", "spring", "--create-contacts")
    workspace.ok("history", "import", "spring.csv", *words, now=NOW)
    for metric in ("contacted", "orders", "revenue"):
        workspace.ok("plan", "objectives", "add", metric, "--metric", metric, "--target", "10",
                     *YEAR, "--campaign", "spring", now=NOW)  # fmt: skip
    assert effort(workspace)["catch_up"]["done"]["contacted"] == 6
    workspace.ok("contacts", "duplicates", "--merge", now=NOW)
    told = workspace.ok("report", "spring", now=NOW)
    assert (told["contacted"], told["orders"], told["revenue"]) == (3, 3, 690)
    goals = workspace.ok("plan", "objectives", now=NOW)["objectives"]
    assert {one["name"]: one["now"]["realised"] for one in goals} == {
        "contacted": 3, "orders": 3, "revenue": 690,
    }  # fmt: skip
    found = effort(workspace)
    # With Felix, who ordered from nobody's letter.
    assert found["catch_up"]["done"]["contacted"] == 4
    # Anne and Carl are the two actives of three, each with an order; Eve's was under control.
    assert found["coefficients"]["proposals_per_deal"]["value"] == 1
    assert found["coefficients"]["accessibility"]["value"] == pytest.approx(2 / 3)
