"""One report tells one story: who counts as tried, what a period is, who has been lost."""

from __future__ import annotations

from typing import Any

from workspaces import Workspace, mail

#: a: mail in January, call and order in March. b: mail in January, order in March. c: mail in
#: March. d: mail in February.
HISTORY = """\
Code;Step;Channel;Sent on;Order on;Amount
a;mail;email;2027-01-05;;
a;call;call;2027-03-20;2027-03-25;100
b;mail;email;2027-01-05;2027-03-10;100
c;mail;email;2027-03-08;;
d;mail;email;2027-02-27;;
"""


def past(workspace: Workspace, name: str, rows: str, now: str = "2027-06-01T09:00") -> None:
    workspace.write(f"{name}.csv", rows)
    words = ("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts")
    workspace.ok(*words, now=now)


def test_the_control_group_and_own_work_are_no_attempts_anywhere(workspace: Workspace) -> None:
    """One task ticked off, one call to a control person: nobody was tried, in any figure."""
    workspace.townspeople(12)
    workspace.campaign(
        "c",
        audience="  control: 25%\n",
        steps="  - {step: talk, channel: task}\n  - {step: call, channel: call, after: talk}\n",
    )
    workspace.launch("c", now="2027-03-01T09:00")
    enrolled, control = people_by_arm(workspace)
    record = ("record", "--campaign", "c")
    workspace.ok(*record, control, "no_answer", "--channel", "call", now="2027-03-02T09:00")
    workspace.ok(*record, enrolled, "done", now="2027-03-02T10:00")
    workspace.ok(*record, enrolled, "order", "--amount", "300", now="2027-03-04T10:00")
    told = workspace.ok("report", "c", now="2027-03-10T09:00")
    assert told["touch_count"] == told["touched"] == 0
    assert told["cost"]["touch_count"] == told["winning"]["touches"] == 0
    assert told["cost"]["per_touch"] is None
    assert [one["touches"] for one in told["touches"] if one["touches"]] == []
    assert [one["contacts"] for one in told["steps"] if one["contacts"]] == []


def people_by_arm(workspace: Workspace) -> tuple[str, str]:
    """Somebody of the enrolled, and of the control group."""
    workspace.ok("events", "export", "who.csv", now="2027-03-01T10:00")
    lines = (workspace.folder / "who.csv").read_text(encoding="utf-8-sig").splitlines()
    heads = lines[0].split(";")
    rows = [dict(zip(heads, line.split(";"), strict=False)) for line in lines[1:]]
    found = {row["arm"]: row["external_id"] for row in rows if row["kind"] == "enrolled"}
    return found["enrolled"], found["control"]


def test_people_never_touched_make_no_rate_of_those_touched_beside_all_steps(
    workspace: Workspace,
) -> None:
    """One was called beside the steps, four others ordered: that is no rate of 400 %."""
    workspace.people([(f"p{i}", f"N{i}", f"p{i}@mail.example", "Rennes") for i in range(6)])
    workspace.campaign("c", steps=mail())
    workspace.launch("c", now="2027-03-01T09:00")
    record = ("record", "--campaign", "c")
    workspace.ok(*record, "p0", "no_answer", "--channel", "call", now="2027-03-02T09:00")
    for i in range(1, 5):
        workspace.ok(*record, f"p{i}", "order", "--amount", "10", now="2027-03-03T09:00")
    (row,) = workspace.ok("report", "c", now="2027-03-10T09:00")["steps"]
    assert (row["step"], row["contacts"], row["answers"], row["orders"]) == (None, 1, 4, 4)
    assert row["answer_rate"] is None
    assert row["order_rate"] is None
    assert "400" not in workspace.run("report", "c", now="2027-03-10T09:00").out


def test_an_order_is_of_the_channel_its_step_was_done_on(workspace: Workspace) -> None:
    """The step `s2` was an e-mail to one and a call to another; each earned one order."""
    past(
        workspace,
        "h",
        "Code;Step;Channel;Sent on;Order on;Amount;Margin\n"
        "a;s2;email;2027-03-01;2027-03-05;100;40\n"
        "b;s2;call;2027-03-01;2027-03-05;50;\n",
    )
    told = workspace.ok("report", "h", now="2027-06-01T09:00")["attribution"]["steps"]
    assert [(one["channel"], one["orders"], one["revenue"], one["margin"]) for one in told] == [
        ("call", 1, 50, None),
        ("email", 1, 100, 40),
    ]


def period(workspace: Workspace, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = workspace.ok("report", "h", *words, now="2027-06-01T09:00")
    return told


def test_what_was_before_the_period_is_remembered_and_not_counted(workspace: Workspace) -> None:
    """Since March: b's order is of the mail of January, and no share of c, mailed in March."""
    past(workspace, "h", HISTORY)
    told = period(workspace, "--from", "2027-03-01")
    assert told["touch_count"] == told["cost"]["touch_count"] == 2
    steps = {one["step"]: one for one in told["steps"]}
    assert (steps["mail"]["contacts"], steps["mail"]["orders"]) == (1, 1)
    assert steps["mail"]["orders_of_earlier_touches"] == 1
    assert steps["mail"]["order_rate"] == 0
    assert steps["call"]["order_rate"] == 1
    assert [(one["step"], one["orders"]) for one in told["attribution"]["steps"]] == [
        ("mail", 1),
        ("call", 1),
    ]
    assert [(one["touches"], one["contacts"], one["orders"]) for one in told["touches_yield"]] == [
        (1, 2, 1),
        (2, 1, 1),
    ]
    # Whom a mail of January began with is of no week of March.
    assert [(one["week"], one["contacts"]) for one in told["cohorts"]] == [("2027-03-08", 1)]
    text = workspace.run("report", "h", "--from", "2027-03-01", now="2027-06-01T09:00").out
    assert "100%" not in next(line for line in text.splitlines() if line.startswith("  mail"))


def test_the_dashboard_ends_with_the_period(workspace: Workspace) -> None:
    """Orders on 20 January, 3 February and 1 March; up to 12 February there were two."""
    workspace.people([(f"p{i}", f"N{i}", f"p{i}@mail.example", "Rennes") for i in range(3)])
    workspace.campaign(
        "c",
        head="objective: {orders: 4, by: 2027-02-12}\n",
        steps="  - {step: talk, channel: task}\n",
    )
    workspace.launch("c", now="2027-01-04T09:00")
    for i, day in enumerate(("2027-01-20", "2027-02-03", "2027-03-01")):
        words = ("record", f"p{i}", "order", "--campaign", "c", "--on", day, "--amount", "100")
        workspace.ok(*words, now="2027-04-01T09:00")
    told = workspace.ok("report", "c", "--to", "2027-02-12", now="2027-04-01T09:00")
    assert told["orders"] == 2
    assert [(one["indicator"], one["realised"]) for one in told["dashboard"]] == [("orders", 2)]
    whole = workspace.ok("report", "c", now="2027-04-01T09:00")
    assert [one["realised"] for one in whole["dashboard"]] == [3]


def test_one_attrition_in_the_report_and_in_the_portfolio(workspace: Workspace) -> None:
    """a and b are one man: his orders of 18 and of 6 months ago are not one lost, one new."""
    rows = [("a", "N", "0299000001"), ("b", "N", "0299000001"), ("c", "C", ""), ("d", "D", "")]
    workspace.people(rows, header="Ref;Last name;Phone")
    head = "Code;Channel;Sent on;Order on;Amount;Margin\n"
    past(workspace, "old", head + "".join(
        f"{code};letter;2025-12-01;2025-12-10;100;40\n" for code in "acd"))  # fmt: skip
    past(workspace, "new", head + "".join(
        f"{code};letter;2026-12-01;2026-12-10;100;40\n" for code in "bc"))  # fmt: skip
    before = workspace.ok("report", now="2027-06-01T09:00")["customers"]["attrition"]
    assert before["active"] == 2
    workspace.ok("contacts", "duplicates", "--merge", now="2027-06-01T09:00")
    attrition = workspace.ok("report", now="2027-06-01T09:00")["customers"]["attrition"]
    portfolio = workspace.ok("portfolio", now="2027-06-01T09:00")
    assert attrition["attrition_rate"] == portfolio["attrition"]["rate"]
    assert attrition["lost"] == portfolio["attrition"]["lost"]
    assert attrition["customers_at_start"] == portfolio["retention"]["start"] == 3
    assert attrition["active"] == 2
    assert "life stage" in attrition["rate_basis"]


def test_a_customer_won_by_two_campaigns_is_won_once(workspace: Workspace) -> None:
    """Two letters of 10, one new customer who ordered after each: 20 a customer, not 10."""
    heads = "Code;Kind;Channel;Sent on;Order on;Amount;Margin;Cost\n"
    past(workspace, "first", heads + "a;prospect;letter;2027-01-01;2027-03-01;100;40;10\n")
    past(workspace, "second", heads + "a;prospect;letter;2027-02-01;2027-03-15;100;40;10\n")
    firm = workspace.ok("report", now="2027-06-01T09:00")["customers"]["winning"]
    assert (firm["cost"], firm["new_customers"], firm["per_new_customer"]) == (20, 1, 20)
