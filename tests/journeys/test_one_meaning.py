"""One word, one meaning: who was contacted, who is kept, what a period holds, in every answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import Workspace

DAY = "2027-03-03T09:00"
LATER = "2027-03-20T09:00"
TASK = "  - {step: talk, channel: task}\n"


def past(workspace: Workspace, name: str, rows: str) -> None:
    """A campaign that ran elsewhere."""
    workspace.write(f"{name}.csv", rows)
    words = ("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts")
    workspace.ok(*words, now="2027-06-01T09:00")


# --- contacted: a message sent, a letter posted, a call that reached someone --------------------


def outcomes(workspace: Workspace) -> dict[str, str]:
    """Six are called or visited beside all steps; the number of each recording, by person."""
    workspace.townspeople(8)
    workspace.campaign("c", steps=TASK)
    workspace.launch("c", now="2027-03-01T09:00")
    call = ("--channel", "call", "--campaign", "c")
    numbers = {}
    for who, *what in (
        ("p001", "refused", "--reason", "too dear", *call),
        ("p002", "call_back", "--back-on", "2027-03-09", *call),
        ("p003", "no_answer", *call),
        ("p004", "wrong_number", *call),
        ("p005", "spoken", "--campaign", "c"),
        ("p006", "met", "--channel", "visit", "--campaign", "c"),
        ("p007", "done", "--campaign", "c"),
    ):
        numbers[who] = str(workspace.ok("record", who, *what, now=DAY)["number"])
    return numbers


def contacted(workspace: Workspace) -> dict[str, object]:
    """What every command says of it, each in its own way."""
    days = ("--start", "2027-03-01", "--by", "2027-12-31")
    for name, *more in (("Everywhere",), ("Here", "--campaign", "c")):
        workspace.ok("plan", "objectives", "add", name, "--metric", "contacted", "--target", "10",
                     *days, *more, now=LATER)  # fmt: skip
    goals = workspace.ok("plan", "objectives", now=LATER)["objectives"]
    effort = workspace.ok("plan", "effort", "--deals", "3", *days, now=LATER)
    report = workspace.ok("report", "c", now=LATER)
    return {
        "report": report["contacted"],
        "chain": report["chain"][0]["contacts"],
        "objectives": [one["now"]["realised"] for one in goals],
        "effort": effort["catch_up"]["done"]["contacted"],
    }


def test_who_was_reached_by_a_call_is_contacted_for_every_command(workspace: Workspace) -> None:
    """Refused, call back, spoken with, met: 4. No answer, wrong number, a task done: none."""
    outcomes(workspace)
    found = contacted(workspace)
    assert found == {"report": 4, "chain": 4, "objectives": [4, 4], "effort": 4}


def test_what_is_taken_back_reached_nobody(workspace: Workspace) -> None:
    numbers = outcomes(workspace)
    for who in ("p002", "p005"):
        workspace.ok("undo", numbers[who], "--yes", now=LATER)
    assert workspace.ok("report", "c", now=LATER)["contacted"] == 2


def test_a_call_stands_though_what_was_known_before_it_is_taken_back(workspace: Workspace) -> None:
    """The appointment was known when he was called; it was a mistake, the call was none."""
    workspace.townspeople(2)
    workspace.campaign("c", steps=TASK)
    workspace.launch("c", now="2027-03-01T09:00")
    made = workspace.ok("record", "p001", "appointment", "--campaign", "c", now=DAY)
    workspace.ok("record", "p001", "spoken", "--channel", "call", "--campaign", "c", now=LATER)
    workspace.ok("undo", str(made["number"]), "--yes", now=LATER)
    chain = workspace.ok("report", "c", now=LATER)["chain"]
    assert [link["contacts"] for link in chain] == [1, 0, 0, 0, 0]


def test_nobody_of_the_control_group_is_contacted(workspace: Workspace) -> None:
    workspace.townspeople(12)
    workspace.campaign("c", steps=TASK, audience="  control: 25%\n")
    workspace.launch("c", now="2027-03-01T09:00")
    workspace.ok("events", "export", "who.csv", now="2027-03-01T10:00")
    lines = (workspace.folder / "who.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = [dict(zip(lines[0].split(";"), line.split(";"), strict=False)) for line in lines[1:]]
    control = next(row["external_id"] for row in rows if row["arm"] == "control")
    words = ("record", control, "spoken", "--channel", "call", "--campaign", "c")
    workspace.ok(*words, now=DAY)
    report = workspace.ok("report", "c", now=LATER)
    assert report["contacted"] == 0
    ordered = [arm for arm in report["lift"] if arm.get("outcome") == "contacted"]
    assert ordered == []


def test_what_is_imported_as_history_means_the_same(workspace: Workspace) -> None:
    """Spoken with (with a day of the call, and without), refused, called back: 4 of 6."""
    past(workspace, "old", "Code;Channel;Sent on;Stage;Date\n" + "".join(
        f"{who};call;{day};{stage};2027-01-05\n" for who, day, stage in (
            ("a", "2027-01-05", "spoken"), ("b", "", "spoken"), ("c", "2027-01-05", "refused"),
            ("d", "2027-01-05", "call_back"), ("e", "2027-01-05", "no_answer"),
            ("f", "2027-01-05", "wrong_number"))))  # fmt: skip
    told = workspace.ok("report", "old", now="2027-06-01T09:00")
    assert (told["contacted"], told["touch_count"]) == (4, 5)
    workspace.run("history", "import", "old.csv", "--campaign", "old", now="2027-06-02T09:00")
    again = workspace.ok("report", "old", now="2027-06-02T09:00")
    assert (again["contacted"], again["touch_count"]) == (4, 5)


# --- kept: people, each once ----------------------------------------------------------------------


def test_a_customer_of_two_campaigns_is_kept_once(workspace: Workspace) -> None:
    """a got two letters of 10, b one; a ordered after each: 30 for 2 customers, 15 each."""
    head = "Code;Kind;Channel;Sent on;Order on;Amount;Margin;Cost\n"
    past(workspace, "first", head + "a;customer;letter;2027-01-05;2027-01-20;100;40;10\n"
         "b;customer;letter;2027-01-05;;;;10\n")  # fmt: skip
    past(workspace, "second", head + "a;customer;letter;2027-03-05;2027-03-20;100;40;10\n")
    for words in (("first", "second"), ()):
        kept = workspace.ok("report", *words, now="2027-06-01T09:00")["customers"]["keeping"]
        assert (kept["customers"], kept["touches"], kept["cost"]) == (2, 3, 30)
        assert (kept["per_customer"], kept["ordering"], kept["orders"]) == (15, 1, 2)
    told = ("report", "first", "second", "--from", "2027-03-01")
    kept = workspace.ok(*told, now="2027-06-01T09:00")["customers"]["keeping"]
    assert (kept["customers"], kept["ordering"]) == (1, 1)


# --- a report of some days ------------------------------------------------------------------------


def quotes(workspace: Workspace) -> None:
    """Three people: one quote in January and three orders, one of them before March."""
    workspace.townspeople(3)
    workspace.campaign("c", steps=TASK, head="objective: {orders: 4, by: 2027-06-30}\n")
    workspace.launch("c", now="2027-01-04T09:00")
    for who, stage, day in (
        ("p001", "quote", "2027-01-20"), ("p001", "order", "2027-03-08"),
        ("p002", "order", "2027-02-02"), ("p003", "order", "2027-03-15"),
    ):  # fmt: skip
        workspace.ok("record", who, stage, "--campaign", "c", "--on", day, "--amount", "100",
                     now="2027-04-01T09:00")  # fmt: skip


def test_a_report_of_some_days_tells_what_came_in_them_beside_the_objective(
    workspace: Workspace,
) -> None:
    """4 orders are wanted from the launch on: 3 came, 2 of them from 3 March on."""
    quotes(workspace)
    words = ("report", "c", "--from", "2027-03-03")
    told = workspace.ok(*words, now="2027-04-01T09:00")
    (orders,) = told["dashboard"]
    assert (orders["objective"], orders["realised"], orders["in_period"]) == (4, 3, 2)
    assert orders["in_period"] == told["orders"]
    shown = workspace.run(*words, now="2027-04-01T09:00").out
    assert "in these" in shown
    (whole,) = workspace.ok("report", "c", now="2027-04-01T09:00")["dashboard"]
    assert "in_period" not in whole


def test_a_stage_reached_before_the_days_of_a_report_has_a_date(workspace: Workspace) -> None:
    quotes(workspace)
    words = ("report", "c", "--from", "2027-03-03")
    shown = " ".join(workspace.run(*words, now="2027-04-01T09:00").out.split())
    assert "this one reached before 3 Mar 2027 or not on record" in shown
    assert "not being on record" not in shown
    whole = " ".join(workspace.run("report", "c", now="2027-04-01T09:00").out.split())
    assert "this one not being on record" in whole


# --- who stays ------------------------------------------------------------------------------------


def test_plan_visits_names_both_rules_of_who_stays(workspace: Workspace) -> None:
    """Of a, b, c, who ordered in 2025, a and b ordered again; c is silent for 19 months and not
    lost (24): two thirds ordered again, nobody is lost by life stage."""
    past(workspace, "old", "Code;Channel;Sent on;Order on;Amount\n" + "".join(
        f"{who};letter;2025-05-01;{day};100\n"
        for who, day in (("a", "2025-06-01"), ("b", "2025-06-01"), ("c", "2025-06-01"),
                         ("a", "2026-06-01"), ("b", "2026-06-01"))))  # fmt: skip
    now = "2027-01-04T09:00"
    words = ("plan", "visits", "--visits-per-day", "3", "--target", "4")
    found = workspace.ok(*words, now=now)
    assert found["loyalty"] == pytest.approx(2 / 3)
    assert (found["portfolio_retention"], found["portfolio_retention_basis"]) == (1, 3)
    assert workspace.ok("portfolio", now=now)["retention"]["rate"] == 1
    shown = " ".join(workspace.run(*words, now=now).out.split())
    assert "who ordered again 66.7%" in shown
    assert "not lost, by life stage 100%" in shown
    given = workspace.run(*words, "--retention", "90%", now=now).out
    assert "who stay" in given


# --- files ----------------------------------------------------------------------------------------


def test_where_one_of_several_files_cannot_be_written_none_is(workspace: Workspace) -> None:
    quotes(workspace)
    Path("b.xlsx").mkdir()
    Path("old.html").write_text("old")
    done = workspace.run("report", "c", "--html", "old.html", "--xlsx", "b.xlsx", "--docx",
                         "c.docx", now="2027-04-01T09:00")  # fmt: skip
    assert done.code == 1
    assert "b.xlsx" in done.err
    assert Path("old.html").read_text() == "old"
    assert not Path("c.docx").exists()
    Path("file").write_text("")
    done = workspace.run("report", "c", "--html", "a.html", "--docx", "file/c.docx",
                         now="2027-04-01T09:00")  # fmt: skip
    assert done.code == 1
    assert sorted(path.name for path in Path().glob("*.html")) == ["old.html"]
    done = workspace.run("plan", "actions", "--xlsx", "p.xlsx", "--ics", "file/p.ics", now=LATER)
    assert done.code == 1
    assert not Path("p.xlsx").exists()
    assert not list(Path().glob(".*.part"))
