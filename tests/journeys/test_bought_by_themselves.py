"""What people buy to whom nobody had done anything is a result, and no prospecting."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

pytestmark = pytest.mark.usefixtures("base")

NOW = "2027-03-01T09:00"
YEAR = ("--start", "2027-01-01", "--by", "2027-12-31")


@pytest.fixture
def shop(workspace: Workspace, base: Database) -> Workspace:
    """Four people were written to, one of whom ordered for 400; then five orders of a shop."""
    people = [f"a{n}@x.example;A{n};2027-01-03;letter;" for n in range(1, 5)]
    rows = [f"{people[0]}order;2027-01-10;400;100", *(f"{one};;;" for one in people[1:])]
    head = "E-mail;Name;Sent on;Channel;Stage;Date;Amount;Margin;Cost"
    workspace.write("spring.csv", "\n".join([head, *(f"{row};1.50" for row in rows)]) + "\n")
    bought = [f"s{n}@x.example;S{n};order;2027-01-{n + 10};10;3" for n in range(1, 6)]
    workspace.write("shop.csv", "\n".join(["E-mail;Name;Stage;Date;Amount;Margin", *bought]) + "\n")
    for name in ("spring", "shop"):
        words = ("--campaign", name, "--create-contacts")
        workspace.ok("history", "import", f"{name}.csv", *words, now=NOW)
    return workspace


def effort(workspace: Workspace) -> Any:
    return workspace.ok("plan", "effort", "--deals", "3", *YEAR, "--weight", "0", now=NOW)


def test_a_call_to_one_buyer_of_a_shop_makes_no_prospects_of_the_others(shop: Workspace) -> None:
    """Five were contacted: two of them ordered. The four other buyers are nobody's work."""
    shop.ok("record", "s1@x.example", "spoken", "--campaign", "shop", "--channel", "call",
            "--on", "2027-02-01T09:00", now="2027-02-01T09:00")  # fmt: skip
    told = effort(shop)
    assert told["coefficients"]["accessibility"]["value"] == pytest.approx(2 / 5)
    done = told["catch_up"]["done"]
    assert (done["contacted"], done["actives"], done["quotes"]) == (5, 2, 2)
    assert (done["orders"], done["revenue"]) == (6, 450)


def test_an_appointment_counts_without_a_touch_on_record(shop: Workspace) -> None:
    """The second buyer was met by appointment: nobody wrote down how it came to that."""
    for who, *what in (("s1", "spoken", "--channel", "call"), ("s2", "appointment")):
        words = (f"{who}@x.example", *what, "--campaign", "shop")
        shop.ok("record", *words, now="2027-02-01T09:00")
    done = effort(shop)["catch_up"]["done"]
    assert (done["contacted"], done["actives"]) == (6, 3)


def test_an_order_in_no_campaign_contacts_nobody(workspace: Workspace, base: Database) -> None:
    """Two came by themselves and bought; one of them was called before, outside all campaigns."""
    workspace.townspeople(2)
    workspace.ok("record", "p001", "spoken", "--channel", "call", now="2027-02-01T09:00")
    for who in ("p001", "p002"):
        workspace.ok("record", who, "order", "--amount", "50", now="2027-02-02T09:00")
    done = effort(workspace)["catch_up"]["done"]
    assert (done["contacted"], done["actives"], done["quotes"]) == (1, 1, 1)
    assert (done["orders"], done["revenue"]) == (2, 100)


def test_a_call_to_one_buyer_of_a_shop_wins_the_firm_one_customer_more(shop: Workspace) -> None:
    """Letters won one, the call another: margins of 100 and 3; the four others cost nothing."""
    words = ("s1@x.example", "spoken", "--campaign", "shop", "--channel", "call")
    shop.ok("record", *words, "--on", "2027-01-10T09:00", now="2027-02-01T09:00")
    winning = shop.ok("report", now=NOW)["customers"]["winning"]
    assert (winning["touches"], winning["cost"], winning["new_customers"]) == (5, 6, 2)
    assert (winning["margin"], winning["per_new_customer"]) == (103, 3)
    # Of the shop alone everybody is told who ordered in it.
    assert shop.ok("report", "shop", now=NOW)["winning"]["new_customers"] == 5
