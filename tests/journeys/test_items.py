"""The indice de vente: articles per receipt, of the receipts that tell. Source: domain notes B9."""

from __future__ import annotations

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-31T09:00"
WORDS = ("--campaign", "shop", "--create-contacts")


def receipts(workspace: Workspace, header: str, articles: list[str]) -> None:
    """Receipts of 100 each, of as many customers, a day apart at most."""
    rows = [f"c{n}@mail.example;2027-02-{n % 28 + 1:02};100;{many}"
            for n, many in enumerate(articles)]  # fmt: skip
    workspace.write("shop.csv", "\n".join([f"E-mail;Date;Montant;{header}", *rows]) + "\n")
    workspace.ok("history", "import", "shop.csv", *WORDS, now=NOW)


def test_120_articles_on_50_receipts_are_2_4(workspace: Workspace, base: Database) -> None:
    """30 receipts of 2 and 20 of 3; five more receipts say nothing and are not counted."""
    receipts(workspace, "Nombre d'articles", ["2"] * 30 + ["3"] * 20 + ["", "0", "", "0", ""])
    basket = workspace.ok("portfolio", now=NOW)["basket"]
    assert basket["items_per_order"] == 2.4
    assert basket["receipts_with_items"] == 50
    assert (basket["receipts"], basket["value"]) == (55, 100)
    shown = " ".join(workspace.run("portfolio", "--now", NOW).out.split())
    assert "articles per receipt" in shown
    assert "of 50 receipts that tell" in shown


def test_where_no_receipt_tells_there_is_no_figure(workspace: Workspace) -> None:
    receipts(workspace, "Vu par", ["x"])
    assert workspace.ok("portfolio", now=NOW)["basket"]["items_per_order"] is None
    assert "articles per receipt" not in workspace.run("portfolio", "--now", NOW).out


def test_an_order_is_recorded_with_its_articles_typed_or_in_a_table(workspace: Workspace) -> None:
    """4 and 1, and 1 by a table: 6 articles on 3 receipts. What was taken back is not counted."""
    workspace.townspeople(3)
    for who, items in (("p001", "4"), ("p002", "1"), ("p003", "90")):
        workspace.ok("record", f"{who}@mail.example", "order", "--amount", "50", "--items", items,
                     now=NOW)  # fmt: skip
    workspace.ok("undo", "--yes", now=NOW)
    workspace.write("more.csv", "contact,stage,amount,articles\np003@mail.example,order,10,1\n")
    assert workspace.ok("record", "--from", "more.csv", now=NOW)["recorded"] == 1
    assert workspace.ok("portfolio", now=NOW)["basket"]["items_per_order"] == 2


@pytest.mark.parametrize("items", ["0", "1.5", "some", "-2"])
def test_what_is_no_number_of_articles_is_refused(workspace: Workspace, items: str) -> None:
    workspace.townspeople(1)
    who = "p001@mail.example"
    assert workspace.run("record", who, "order", "--items", items).code == 1
    assert workspace.run("record", who, "quote", "--items", "3").code == 2
    assert workspace.ok("status")["campaigns"] == []
