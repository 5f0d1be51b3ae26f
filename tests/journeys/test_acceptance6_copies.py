"""Acceptance of `campaign list | clone | renew | delete` (issue 6, contract): the next wave."""

from __future__ import annotations

from pathlib import Path

from workspaces import Workspace, mail

NOW = "2027-03-01T09:00"
FILE = f"""\
# Ce que 2026 nous a appris : pas avant Pâques.
campaign: "printemps"   # le nom
title: Portes ouvertes  # comme on le dit
offer: Une visite guidée
sender: marie
start: 2027-03-01       # le lundi
not_after: 2027-04-30
objective: {{orders: 5, revenue: 6000, by: 2027-06-30, checkpoints: [2027-04-30, 2027-05-31]}}
audience:
  where: city = "Rennes"
steps:
{mail()}"""


def names(workspace: Workspace, *words: str) -> dict[str, str]:
    rows = workspace.ok("campaign", "list", *words, now=NOW)["campaigns"]
    return {row["campaign"]: row["state"] for row in rows}


def test_a_campaign_is_copied_renewed_and_hidden(workspace: Workspace) -> None:
    """Written, launched, brought in; dates wait in the next wave; a history keeps its name."""
    workspace.write("campaigns/printemps.yaml", FILE)
    workspace.townspeople(3)
    workspace.write("past.csv", "Code;Envoyé le\np001;12/03/2024\n")
    workspace.ok("history", "import", "past.csv", "--campaign", "vieux", now=NOW)
    workspace.ok("campaign", "clone", "printemps", "automne")
    assert names(workspace) == {"printemps": "written", "automne": "written", "vieux": "finished"}
    clone = Path("campaigns/automne.yaml").read_text()
    assert clone == FILE.replace('campaign: "printemps"', "campaign: automne    ")
    assert workspace.run("check", "automne", now=NOW).code == 0

    # Nothing is written over, nothing outside of campaigns/, no name that is taken.
    for taken in ("printemps", "automne", "vieux", "../dehors", "a/b", ""):
        assert workspace.run("campaign", "clone", "printemps", taken).code in (1, 2), taken
    assert sorted(path.name for path in Path("campaigns").iterdir()) == [
        "automne.yaml", "printemps.yaml",
    ]  # fmt: skip
    missing = workspace.run("campaign", "clone", "printemp", "x")
    assert missing.code == 2
    assert "did you mean 'printemps'?" in missing.err

    workspace.launch("printemps", now=NOW)
    running = workspace.run("campaign", "delete", "printemps", now=NOW)
    assert running.code == 1
    assert "outreach stop printemps" in running.err
    made = workspace.ok("campaign", "renew", "printemps", "--as", "printemps-2028", now=NOW)
    assert (made["campaign"], made["renews"]) == ("printemps-2028", "printemps")
    text = Path("campaigns/printemps-2028.yaml").read_text()
    assert "renews: printemps\n" in text
    assert "Ce que 2026 nous a appris" in text
    live = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    # No date of last time is in force, in whatever way it was written: nine weeks later.
    assert "start: 2027-05-03       # le lundi" in live
    assert "not_after: 2027-07-02" in live
    assert any("by: 2027-09-01, checkpoints: [2027-07-02, 2027-08-02]" in one for one in live)
    # Spread over lines they are moved as well.
    spread = FILE.replace('campaign: "printemps"', "campaign: large").replace(
        "objective: {orders: 5, revenue: 6000, by: 2027-06-30, "
        "checkpoints: [2027-04-30, 2027-05-31]}",
        "objective:\n  orders: 5\n  by: 2027-06-30",
    )
    workspace.write("campaigns/large.yaml", spread)
    workspace.ok("campaign", "renew", "large", now=NOW)
    text = Path("campaigns/large-2.yaml").read_text()
    assert "\nobjective:\n  orders: 5\n  by: 2027-09-01\naudience:\n" in text
    # One whose days were only noted beside it goes on.
    noted = spread.replace("  by: 2027-06-30", "  # by: 2027-06-30").replace("large", "noted")
    workspace.write("campaigns/noted.yaml", noted)
    workspace.ok("campaign", "renew", "noted", now=NOW)
    text = Path("campaigns/noted-2.yaml").read_text()
    assert "\nobjective:\n  orders: 5\n  # by: 2027-06-30\naudience:\n" in text
    workspace.ok("stop", "printemps", "--yes", now=NOW)
    assert workspace.run("check", "large-2", now=NOW).code == 0
    workspace.launch("printemps-2028", now="2028-03-01T09:00")
    (row,) = (
        one for one in workspace.ok("campaign", "list", now="2028-03-02T09:00")["campaigns"]
        if one["campaign"] == "printemps-2028"
    )  # fmt: skip
    assert row["renews"] == "printemps"

    workspace.ok("campaign", "delete", "printemps", now=NOW)
    assert "printemps" not in names(workspace)
    assert "printemps" in names(workspace, "--all")
    assert workspace.ok("report", "printemps", now=NOW)["enrolled"] == 3
    assert "printemps" not in workspace.run("report", now=NOW).out.split()
    told = workspace.ok("events", "export", "e.csv", "--campaign", "printemps", now=NOW)
    assert told["events"] >= 3
    refused = workspace.run("resume", "printemps", now=NOW)
    assert refused.code == 1
    assert "was deleted" in refused.err
    assert workspace.ok("contacts", "count", 'received("printemps")', now=NOW)["count"] == 0
    assert Path("campaigns/printemps.yaml").read_text() == FILE
    assert "printemps" in workspace.run("why", "p001", now=NOW).out
    # A past that was brought in is hidden the same way, and a written one is only a file.
    workspace.ok("campaign", "delete", "vieux", now=NOW)
    assert "vieux" not in names(workspace)
    only = workspace.run("campaign", "delete", "automne", now=NOW)
    assert only.code == 1
    assert "automne" in only.err


def test_a_campaign_that_renews_an_unknown_one_is_warned_of(workspace: Workspace) -> None:
    """`renews: printemp` is a slip: told, with the name that was meant, and nothing is stopped."""
    workspace.write("campaigns/printemps.yaml", FILE)
    workspace.townspeople(3)
    text = FILE.replace('campaign: "printemps"', "campaign: suite")
    workspace.write("campaigns/suite.yaml", text.replace("offer:", "renews: printemp\noffer:"))
    told = workspace.ok("check", "suite", now=NOW)["problems"]
    (one,) = (problem for problem in told if "printemp" in problem["message"])
    assert one["severity"] == "warning"
    assert (Path(one["file"]).name, one["line"]) == ("suite.yaml", 4)
    assert "printemps" in one["hint"]
    workspace.write("campaigns/suite.yaml", text.replace("offer:", "renews: printemps\noffer:"))
    told = workspace.ok("check", "suite", now=NOW)["problems"]
    assert any("not launched yet" in problem["message"] for problem in told)
    workspace.launch("printemps", now=NOW)
    workspace.ok("stop", "printemps", "--yes", now=NOW)
    told = workspace.ok("check", "suite", now=NOW)["problems"]
    assert not any("renews" in problem["message"] for problem in told)
    own = text.replace("offer:", "renews: suite\noffer:")
    workspace.write("campaigns/suite.yaml", own)
    told = workspace.ok("check", "suite", now=NOW)["problems"]
    assert any("itself" in problem["message"] for problem in told)
