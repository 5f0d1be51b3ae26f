"""Every figure of a report comes out of the exported events again, made by another program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"
SCRIPT = Path(__file__).parents[1] / "recompute.py"

#: 4 of variant A (1 order), 4 of B (2 who order, one of them twice), 4 control (1 order).
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


def recomputed(*words: str) -> dict[str, Any]:
    """What the script says, in a Python that knows nothing of outreach (-I: no path, no user)."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *words], capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def compare(ours: Any, theirs: Any, path: str = "report") -> int:
    """Each figure of the script stands in the report under the same key; how many there are."""
    if isinstance(theirs, dict):
        return sum(compare(ours[key], each, f"{path}.{key}") for key, each in theirs.items())
    if isinstance(theirs, list):
        return sum(compare(_alike(ours, row), row, f"{path}{_name(row)}") for row in theirs)
    if isinstance(theirs, float | int) and not isinstance(theirs, bool):
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12), path
    else:
        assert ours == theirs, path
    return 1


def _name(row: dict[str, Any]) -> dict[str, Any]:
    """What a row of a list is called; one without words is of so many touches."""
    words = {key: value for key, value in row.items() if isinstance(value, str)}
    return words or {"touches": row["touches"]}


def _alike(rows: list[dict[str, Any]], row: dict[str, Any]) -> dict[str, Any]:
    """The one row of the report that is called the same."""
    (found,) = [one for one in rows if _name(row).items() <= one.items()]
    return found


def test_the_script_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert not [line for line in lines if "outreach" in line]


def test_the_figures_of_an_imported_history(workspace: Workspace, base: Database) -> None:
    """Two variants and a control group; a stage that nobody has on record."""
    workspace.write("fair.csv", FAIR)
    words = ("history", "import", "fair.csv", "--campaign", "fair-2025", "--create-contacts")
    workspace.ok(*words, now=NOW)
    workspace.ok("events", "export", "events.csv", now=NOW)
    made = recomputed("events.csv", "fair-2025")
    assert compare(workspace.ok("report", "fair-2025", now=NOW), made) > 100
    # And written out: 5 of 8 answered at least, 3 of them ordered four times.
    assert [link["contacts"] for link in made["chain"]] == [8, 5, 4, 3, 3]
    assert (made["orders"], made["revenue"], made["margin"]) == (4, 3000, 750)


def test_what_was_taken_back_counts_nowhere(workspace: Workspace, base: Database) -> None:
    workspace.write("fair.csv", FAIR)
    words = ("history", "import", "fair.csv", "--campaign", "fair-2025", "--create-contacts")
    workspace.ok(*words, now=NOW)
    workspace.ok("record", "a2@x.example", "order", "--campaign", "fair-2025", "--on",
                 "2025-04-01", "--amount", "999", "--margin", "333", now=NOW)  # fmt: skip
    workspace.ok("events", "export", "before.csv", now=NOW)
    assert recomputed("before.csv", "fair-2025")["revenue"] == 3999
    workspace.ok("undo", "--yes", now=NOW)
    workspace.ok("events", "export", "after.csv", now=NOW)
    made = recomputed("after.csv", "fair-2025")
    assert made["revenue"] == 3000
    compare(workspace.ok("report", "fair-2025", now=NOW), made)


def test_the_figures_of_the_demo_and_of_its_portfolio(workspace: Workspace) -> None:
    """The main job from end to end: letters, e-mails, calls, orders, a control group."""
    assert workspace.run("demo", "--dir", "d").code == 0
    there = ("--config", "d/outreach.yaml")
    workspace.ok(*there, "events", "export", "events.csv")
    report = workspace.ok(*there, "report", "open-day")
    assert compare(report, recomputed("events.csv", "open-day")) > 150
    portfolio = workspace.ok(*there, "portfolio", "--months", "12")
    made = recomputed("events.csv")
    assert portfolio["customers"] == made["customers"] > 0
    months = {one["month"]: one for one in portfolio["by_month"]}
    for month, figures in made["by_month"].items():
        for key, figure in figures.items():
            assert months[month][key] == pytest.approx(figure), (month, key)
