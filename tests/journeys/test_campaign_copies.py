"""`campaign list | clone | renew | delete`, and the export of events."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"


def commented(workspace: Workspace, name: str = "spring") -> Path:
    return workspace.write(
        f"campaigns/{name}.yaml",
        f"# What we learned last year.\ncampaign: {name}     # its name\noffer: A tour\n"
        'sender: marie\naudience:\n  where: city = "Rennes"   # near us\n'
        f"start: 2027-03-01\nnot_after: 2027-04-30   # before Easter\nsteps:\n{mail()}",
    )


def test_a_clone_keeps_every_comment_and_changes_the_name_alone(workspace: Workspace) -> None:
    before = commented(workspace).read_text()
    workspace.ok("campaign", "clone", "spring", "autumn")
    after = Path("campaigns/autumn.yaml").read_text()
    assert after == before.replace(
        "campaign: spring     # its name", "campaign: autumn     # its name"
    )


def test_nothing_is_overwritten(workspace: Workspace) -> None:
    commented(workspace)
    workspace.ok("campaign", "clone", "spring", "autumn")
    assert workspace.run("campaign", "clone", "spring", "autumn").code == 2
    assert workspace.run("campaign", "clone", "spring", "../elsewhere").code == 2


def test_renewed_it_knows_what_it_renews_and_its_dates_are_moved(
    workspace: Workspace, base: Database
) -> None:
    commented(workspace)
    workspace.townspeople(3)
    workspace.launch("spring", now=NOW)
    workspace.ok("stop", "spring", "--yes", now=NOW)
    made = workspace.ok("campaign", "renew", "spring", now=NOW)
    assert (made["campaign"], made["renews"]) == ("spring-2", "spring")
    text = Path("campaigns/spring-2.yaml").read_text()
    assert "campaign: spring-2   # its name\nrenews: spring\n" in text
    # Nine weeks later, behind the last day of this one; a comment stays beside its day.
    assert "\nstart: 2027-05-03\nnot_after: 2027-07-02   # before Easter\n" in text
    assert workspace.ok("campaign", "renew", "spring", now=NOW)["campaign"] == "spring-3"
    workspace.launch("spring-2", now="2027-03-02T09:00")
    rows = {one["campaign"]: one for one in workspace.ok("campaign", "list")["campaigns"]}
    assert rows["spring-2"]["renews"] == "spring"
    assert rows["spring-3"]["state"] == "written"


def test_a_running_campaign_is_not_deleted(workspace: Workspace) -> None:
    commented(workspace)
    workspace.townspeople(1)
    workspace.launch("spring", now=NOW)
    answer = workspace.run("campaign", "delete", "spring")
    assert answer.code == 1
    assert "outreach stop spring" in answer.err
    workspace.ok("pause", "spring")
    assert workspace.run("campaign", "delete", "spring").code == 1


def test_why_tells_what_a_deleted_campaign_sent(workspace: Workspace, base: Database) -> None:
    with SmtpServer() as server:
        settings = (workspace.folder / "outreach.yaml").read_text()
        workspace.write("outreach.yaml", settings.replace("port: 9,", f"port: {server.port},"))
        workspace.people([("a", "Adam", "a@mail.example", "Rennes")])
        workspace.campaign("spring")
        workspace.launch("spring", now="2027-03-01T08:00")
        workspace.ok("run", now="2027-03-01T09:00")
    workspace.ok("campaign", "delete", "spring", now="2027-03-02T09:00")

    (story,) = workspace.ok("why", "a", now="2027-03-03T09:00")["campaigns"]
    assert (story["campaign"], story["deleted"]) == ("spring", True)
    assert "touched" in [line["kind"] for line in story["past"]]
    assert (story["next"]["step"], story["next"]["reason"]) == (None, "deleted")
    shown = " ".join(workspace.run("why", "a", now="2027-03-03T09:00").out.split())
    assert "the campaign was deleted on 2 Mar 2027: its history is kept" in shown


def test_deleted_it_is_hidden_and_its_history_stays(workspace: Workspace, base: Database) -> None:
    commented(workspace)
    workspace.townspeople(1)
    workspace.launch("spring", now=NOW)
    workspace.ok("stop", "spring", "--yes", now=NOW)
    workspace.ok("campaign", "delete", "spring")
    names = [one["campaign"] for one in workspace.ok("campaign", "list")["campaigns"]]
    assert "spring" not in names
    everything = workspace.ok("campaign", "list", "--all")["campaigns"]
    assert [(one["campaign"], one["deleted"]) for one in everything] == [("spring", True)]
    count = workspace.ok("events", "export", "events.csv")["events"]
    assert count > 2
    # Its name stays taken: two histories under one name would be told as one.
    answer = workspace.run("launch", "spring", "--confirm", "1", now=NOW)
    assert answer.code == 1
    assert "its history keeps the name" in answer.err


def test_every_figure_can_be_made_of_the_exported_events(
    workspace: Workspace, base: Database
) -> None:
    workspace.write(
        "past.csv",
        "E-mail,Group,Sent on,Stage,Date,Amount,Margin,Cost\n"
        "a@x.example,A,2025-03-01,order,2025-03-05,120.50,30.10,1.20\n"
        "b@x.example,B,2025-03-01,order,2025-03-06,80,20,1.20\n"
        "c@x.example,control,,order,2025-03-07,50,10,\n",
    )
    words = ("history", "import", "past.csv", "--campaign", "past", "--create-contacts")
    workspace.ok(*words, now=NOW)
    report = workspace.ok("report", "past", now=NOW)
    workspace.ok("events", "export", "events.csv")
    with Path("events.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    ours = [row for row in rows if row["campaign"] == "past" and row["arm"] == "enrolled"]
    orders = [row for row in ours if row["kind"] == "reached" and row["stage"] == "order"]
    assert sum(Decimal(row["amount"]) for row in orders) == Decimal(str(report["revenue"]))
    assert sum(Decimal(row["margin"]) for row in orders) == Decimal(str(report["margin"]))
    touched = [row for row in ours if row["kind"] == "touched"]
    assert sum(Decimal(row["cost"]) for row in touched) == Decimal("2.40")
    assert {row["variant"] for row in touched} == {"A", "B"}
    assert orders[0]["at"] == "2025-03-05T00:00:00+01:00"
    assert orders[0]["currency"] == "EUR"


def test_events_go_out_as_lines_of_json_and_as_a_workbook(workspace: Workspace) -> None:
    workspace.townspeople(2)
    told = workspace.ok("events", "export", "events.jsonl")
    lines = [json.loads(line) for line in Path("events.jsonl").read_text().splitlines()]
    assert told["events"] == len(lines) == 2
    assert lines[0]["kind"] == "imported"
    assert lines[0]["import_file"] == "people.csv"
    workspace.ok("events", "export", "events.xlsx")
    sheet = load_workbook("events.xlsx").active
    assert sheet is not None
    assert sheet.max_row == 3


def test_events_of_one_campaign_and_of_some_days(workspace: Workspace) -> None:
    workspace.write("past.csv", "Code,Date,Amount\nK1,2025-03-05,10\nK1,2025-04-05,10\n")
    words = ("history", "import", "past.csv", "--campaign", "past", "--create-contacts")
    workspace.ok(*words, now=NOW)
    march = ("--campaign", "past", "--since", "2025-03-01", "--until", "2025-03-31")
    assert workspace.ok("events", "export", "e.csv", *march)["events"] == 3
    assert workspace.ok("events", "export", "e.csv", "--campaign", "past")["events"] == 4
