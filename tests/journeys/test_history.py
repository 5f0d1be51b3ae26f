"""Campaigns that ran elsewhere: brought in, counted like any other, taken back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"

#: 4 of variant A (1 order), 4 of B (2 orders), 4 control (1 order, of his own accord).
FAIR = """\
E-mail;Nom;Groupe;Envoyé le;Canal;Étape;Date;Montant;Marge;Tentatives;Coût
a1@x.example;Un;A;03/03/2025;courrier;commande;20/03/2025;1 200,00 €;300;1;1,50
a2@x.example;Deux;A;03/03/2025;courrier;RDV;10/03/2025;;;1;1,50
a3@x.example;Trois;A;03/03/2025;courrier;;;;;1;1,50
a4@x.example;Quatre;A;03/03/2025;courrier;;;;;2;3,00
b1@x.example;Cinq;B;03/03/2025;courrier;commande;21/03/2025;800;200;1;1,50
b1@x.example;Cinq;B;03/03/2025;courrier;commande;25/03/2025;400;100;1;1,50
b2@x.example;Six;B;03/03/2025;courrier;commande;22/03/2025;600;150;1;1,50
b3@x.example;Sept;B;03/03/2025;courrier;réponse;12/03/2025;;;1;1,50
b4@x.example;Huit;B;03/03/2025;courrier;;;;;1;1,50
c1@x.example;Neuf;témoin;;;commande;23/03/2025;500;125;;
c2@x.example;Dix;témoin;;;;;;;;
c3@x.example;Onze;témoin;;;;;;;;
c4@x.example;Douze;témoin;;;;;;;;
"""


def brought_in(workspace: Workspace, *words: str, code: int = 0) -> dict[str, object]:
    workspace.write("fair.csv", FAIR)
    told: dict[str, object] = workspace.ok(
        "history", "import", "fair.csv", "--campaign", "fair-2025", "--create-contacts", *words,
        now=NOW, code=code,
    )  # fmt: skip
    return told


def test_the_report_of_a_past_campaign_is_what_a_hand_computes(
    workspace: Workspace, base: Database
) -> None:
    told = brought_in(workspace)
    assert (told["read"], told["recorded"], told["unchanged"], told["rejected"]) == (13, 13, 0, 0)
    assert (told["enrolled"], told["control"], told["created"]) == (8, 4, 12)
    # One letter each, one of them twice.
    assert (told["touches"], told["orders"], told["facts"]) == (9, 5, 2)
    report = workspace.ok("report", "fair-2025", now=NOW)
    assert (report["enrolled"], report["control"]) == (8, 4)
    # 5 answered at least, 4 came to an appointment or beyond, 3 ordered.
    assert [link["contacts"] for link in report["chain"]] == [8, 5, 4, 3, 3]
    assert (report["orders"], report["revenue"], report["margin"]) == (4, 3000, 750)
    # 7 letters of 1.50 and one of 3.00.
    assert report["cost"]["total"] == 13.5
    assert report["profit"] == 736.5
    assert report["cac_gross"] == 4.5
    assert [(one["variant"], one["enrolled"]) for one in report["variants"]] == [("A", 4), ("B", 4)]
    against = {one["arm"]: one["difference"] for one in report["lift"] if one["step"] is None}
    # 3 of 8 against 1 of 4.
    assert list(against.values()) == [0.125]
    assert report["state"] == "finished"


def test_the_same_file_again_adds_nothing(workspace: Workspace, base: Database) -> None:
    brought_in(workspace)
    before = workspace.ok("report", "fair-2025", now=NOW)
    again = brought_in(workspace)
    assert (again["recorded"], again["unchanged"], again["rejected"]) == (0, 13, 0)
    assert (again["touches"], again["orders"], again["facts"], again["created"]) == (0, 0, 0, 0)
    assert workspace.ok("report", "fair-2025", now=NOW) == before


def test_two_orders_alike_are_two_and_stay_two(workspace: Workspace) -> None:
    rows = "Code;Date;Montant\nC1;2025-01-05;10\nC1;2025-01-05;10\n"
    workspace.write("orders.csv", rows)
    words = ("history", "import", "orders.csv", "--campaign", "shop", "--create-contacts")
    assert workspace.ok(*words, now=NOW)["orders"] == 2
    assert workspace.ok(*words, now=NOW)["orders"] == 0
    workspace.write("orders.csv", rows + "C1;2025-01-05;10\n")
    assert workspace.ok(*words, now=NOW)["orders"] == 1
    shown = workspace.ok("contacts", "show", "C1", now=NOW)
    assert (shown["order_count"], shown["revenue"]) == (3, 30)


def test_counters_kind_and_life_stage_follow_from_the_past(
    workspace: Workspace, base: Database
) -> None:
    brought_in(workspace)
    shown = workspace.ok("contacts", "show", "b1@x.example", now=NOW)
    assert (shown["kind"], shown["order_count"], shown["revenue"]) == ("customer", 2, 1200)
    assert (shown["first_order_on"], shown["last_order_on"]) == ("2025-03-21", "2025-03-25")
    assert (shown["touch_count"], shown["last_contacted_on"]) == (1, "2025-03-03")
    assert workspace.ok("contacts", "show", "a3@x.example", now=NOW)["kind"] == "prospect"
    assert workspace.ok("contacts", "show", "c2@x.example", now=NOW)["kind"] == "suspect"
    found = workspace.ok("contacts", "count", 'received("fair-2025")', now=NOW)
    assert found["count"] == 8


def test_undone_it_is_as_if_the_file_had_never_been_read(
    workspace: Workspace, base: Database
) -> None:
    workspace.people([("A1", "Un", "a1@x.example", "Rennes")])
    before = workspace.ok("contacts", "show", "A1", now=NOW)
    brought_in(workspace)
    assert workspace.ok("contacts", "show", "A1", now=NOW)["kind"] == "customer"
    rehearsed = workspace.ok("history", "undo", "fair-2025", "--dry-run", now=NOW)
    assert (rehearsed["people"], rehearsed["removed"]) == (12, 11)
    done = workspace.ok("history", "undo", "fair-2025", now=NOW)
    assert (done["people"], done["removed"]) == (12, 11)
    assert workspace.ok("contacts", "count", now=NOW)["count"] == 1
    after = workspace.ok("contacts", "show", "A1", now=NOW)
    for name in ("kind", "order_count", "revenue", "last_order_on", "touch_count", "stage"):
        assert after[name] == before[name], name
    assert workspace.ok("history", "list", now=NOW)["campaigns"] == []
    # The name is free again.
    assert brought_in(workspace)["recorded"] == 13


def test_what_was_recorded_since_keeps_it_from_being_undone(workspace: Workspace) -> None:
    brought_in(workspace)
    workspace.ok("record", "a3@x.example", "replied", "--campaign", "fair-2025", now=NOW)
    answer = workspace.run("history", "undo", "fair-2025", now=NOW)
    assert answer.code == 1
    assert "was recorded for 'fair-2025' since it was brought in" in answer.err


def test_rows_that_cannot_be_used_are_told_and_kept_to_be_mended(workspace: Workspace) -> None:
    workspace.write(
        "bad.csv",
        "E-mail;Groupe;Envoyé le;Étape;Date;Montant\n"
        "a@x.example;A;03/03/2025;;;\n"
        "a@x.example;témoin;;;;\n"
        "b@x.example;A;03/03/25;;;\n"
        "c@x.example;A;03/03/2025;commandd;04/03/2025;\n"
        "d@x.example;témoin;03/03/2025;;;\n"
        "e@x.example;A;03/03/2025;commande;04/03/2025;1,234\n"
        "f@x.example;A;03/03/2030;;;\n"
        ";A;03/03/2025;;;\n"
        "g@x.example;A;03/03/2025;réponse;04/03/2025;100\n",
    )
    told = workspace.ok(
        "history", "import", "bad.csv", "--campaign", "bad", "--create-contacts", now=NOW, code=4
    )
    assert (told["recorded"], told["rejected"]) == (1, 8)
    reasons = {one["line"]: one["reason"] for one in told["rejections"]}
    assert reasons[3] == "another row has this person in the other group"
    assert "03/03/25" in reasons[4]
    assert reasons[5].startswith("'commandd' is no stage of the chain")
    assert reasons[6] == "the control group is never contacted, yet this row was"
    assert "1,234" in reasons[7]
    assert reasons[8] == "03/03/2030 lies in the future"
    assert reasons[9] == "the row names nobody"
    assert reasons[10] == "an amount belongs to a quote or an order"
    kept = Path(str(told["rejects_file"])).read_text(encoding="utf-8-sig").splitlines()
    assert len(kept) == 9


def test_nobody_is_made_unless_it_is_said(workspace: Workspace) -> None:
    workspace.people([("A1", "Un", "a1@x.example", "Rennes")])
    workspace.write("past.csv", "contact,sent on\nA1,2025-03-01\nz@x.example,2025-03-01\n")
    told = workspace.ok("history", "import", "past.csv", "--campaign", "p", now=NOW, code=4)
    assert (told["recorded"], told["rejected"]) == (1, 1)
    assert workspace.ok("contacts", "count", now=NOW)["count"] == 1


def test_a_file_of_which_no_row_can_be_used_leaves_nothing(workspace: Workspace) -> None:
    workspace.write("past.csv", "contact,sent on\nz@x.example,2025-03-01\n")
    workspace.ok("history", "import", "past.csv", "--campaign", "p", now=NOW, code=4)
    assert workspace.ok("history", "list", now=NOW)["campaigns"] == []
    assert workspace.ok("contacts", "imports", now=NOW)["imports"] == []


def test_a_rehearsal_says_what_would_be_and_keeps_nothing(workspace: Workspace) -> None:
    told = brought_in(workspace, "--dry-run")
    assert (told["recorded"], told["created"]) == (13, 12)
    means = {one["header"]: one["means"] for one in told["mapping"]}  # type: ignore[attr-defined]
    assert means == {
        "E-mail": "email", "Nom": "last_name", "Groupe": "group", "Envoyé le": "sent_on",
        "Canal": "channel", "Étape": "stage", "Date": "date", "Montant": "amount",
        "Marge": "margin", "Tentatives": "attempts", "Coût": "cost",
    }  # fmt: skip
    assert workspace.ok("contacts", "count", now=NOW)["count"] == 0


def test_a_launched_campaign_takes_no_past(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=NOW)
    workspace.write("past.csv", "contact,sent on\np001,2025-03-01\n")
    answer = workspace.run("history", "import", "past.csv", "--campaign", "spring", now=NOW)
    assert answer.code == 1
    assert "was launched here" in answer.err


def test_who_opposed_then_is_not_written_to_now(workspace: Workspace) -> None:
    workspace.townspeople(2)
    workspace.write(
        "past.csv", "contact,sent on,stage,date\np001,2025-03-01,désinscrit,2025-03-02\n"
    )
    workspace.ok("history", "import", "past.csv", "--campaign", "old", now=NOW)
    workspace.campaign("spring")
    shown = workspace.ok("launch", "spring", "--dry-run", now=NOW)
    assert shown["enrolled"] == 1


def test_columns_named_after_stages_are_days_or_a_yes(workspace: Workspace) -> None:
    workspace.write(
        "wide.csv",
        "Code,Sent on,Replied on,RDV,Date de devis,Order,Amount\n"
        "K1,2025-03-01,2025-03-05,,2025-03-10,yes,250\n"
        "K2,2025-03-01,,x,,no,\n",
    )
    told = workspace.ok(
        "history", "import", "wide.csv", "--campaign", "w", "--create-contacts", now=NOW
    )
    assert (told["orders"], told["facts"], told["rejected"]) == (1, 3, 0)
    report = workspace.ok("report", "w", now=NOW)
    assert [link["contacts"] for link in report["chain"]] == [2, 2, 2, 1, 1]
    assert report["revenue"] == 250


def test_a_map_says_what_no_header_tells(workspace: Workspace) -> None:
    workspace.write("odd.csv", "a,b,c\nK1,2025-03-01,Mens\nK2,2025-03-01,No E-Mail\n")
    workspace.write("map.yaml", "a: contact\nb: sent_on\nc: grup\n")
    words = ("history", "import", "odd.csv", "--campaign", "w", "--create-contacts")
    answer = workspace.run(*words, "--map", "map.yaml", now=NOW)
    assert answer.code == 1
    assert "map.yaml:3" in answer.err
    assert "did you mean 'group'?" in answer.err
    workspace.write("map.yaml", "a: contact\nb: date\nc: group\n")
    told = workspace.ok(*words, "--map", "map.yaml", now=NOW)
    assert (told["enrolled"], told["control"]) == (1, 1)


def test_purchases_of_cdnow_add_up(workspace: Workspace, base: Database, real_data: Path) -> None:
    """6,919 purchases of 2,357 people for 244,091.94 dollars (counted with awk)."""
    lines = (real_data / "cdnow" / "CDNOW_sample.txt").read_text().splitlines()
    with Path("cdnow.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Code", "Date", "Amount"])
        writer.writerows((w[0], w[2], w[4]) for w in (line.split() for line in lines))
    told = workspace.ok(
        "history", "import", "cdnow.csv", "--campaign", "cdnow", "--create-contacts", now=NOW
    )
    free = sum(line.split()[4] in ("0.00", ".00") for line in lines)
    assert (told["created"], told["rejected"]) == (2357, 0)
    assert told["orders"] == 6919 - free
    report = workspace.ok("report", "cdnow", now=NOW)
    assert report["revenue"] == pytest.approx(244091.94)


def test_a_banks_calls_have_their_attempts_and_their_rate(
    workspace: Workspace, real_data: Path
) -> None:
    """4,521 people, 12,630 calls, 521 of them said yes (counted with awk)."""
    rows = (real_data / "bank-marketing" / "bank.csv").read_text().splitlines()
    with Path("bank.csv").open("w") as file:
        file.write(f"Code;{rows[0]}\n")
        file.writelines(f"B{n};{row}\n" for n, row in enumerate(rows[1:]))
    workspace.write(
        "map.yaml",
        "contact: channel\ncampaign: attempts\ny: order\nmonth: ignore\nday: ignore\n"
        "duration: ignore\njob: ignore\ndefault: ignore\n",
    )
    told = workspace.ok(
        "history", "import", "bank.csv", "--campaign", "bank", "--create-contacts",
        "--map", "map.yaml", "--on", "2010-11-01", now=NOW,
    )  # fmt: skip
    assert (told["touches"], told["orders"], told["enrolled"]) == (12630, 521, 4521)
    report = workspace.ok("report", "bank", now=NOW)
    assert report["chain"][0]["contacts"] == 4521
    assert report["ratios"]["success_rate"] == pytest.approx(521 / 4521)
