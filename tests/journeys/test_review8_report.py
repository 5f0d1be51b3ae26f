"""What a report tells of days: of a day without an hour, and of the days that are asked for."""

from __future__ import annotations

from workspaces import Workspace

CALL = "  - {step: call, channel: call, cost: 5}\n"


def test_an_order_without_an_hour_comes_after_the_call_of_that_day(workspace: Workspace) -> None:
    """Called at 10:00 for 5, ordered "on that day" with a margin of 100: 95 are left."""
    phones = [("p001", "Ann", "p001@mail.example", "Rennes", "0299000001")]
    workspace.people(phones, header="Ref;Last name;E-mail;City;Phone")
    workspace.campaign("c", steps=CALL)
    workspace.launch("c", now="2027-03-01T09:00")
    workspace.ok("run", now="2027-03-01T09:10")
    workspace.ok("record", "p001", "spoken", "--channel", "call", "--campaign", "c",
                 "--on", "2027-03-03T10:00", now="2027-03-03T10:05")  # fmt: skip
    workspace.ok("record", "p001", "order", "--amount", "300", "--margin", "100",
                 "--campaign", "c", "--on", "2027-03-03", now="2027-03-04T09:00")  # fmt: skip
    told = workspace.ok("report", "c", now="2027-03-10T09:00")
    step = next(one for one in told["steps"] if one["step"] == "call")
    assert (step["answers"], step["orders"], step["profit"]) == (1, 1, 95)
    (earned,) = told["attribution"]["steps"]
    assert (earned["step"], earned["orders"]) == ("call", 1)


def in_days(workspace: Workspace, *days: str) -> dict[str, object]:
    told = workspace.ok("report", "c", *days, now="2027-03-20T09:00")["dashboard"]
    return {one["indicator"]: one.get("in_period", "not told") for one in told}


def test_what_came_in_the_days_of_a_report_leaves_out_what_came_before(
    workspace: Workspace,
) -> None:
    """An appointment on the 2nd, an order of 100 on the 5th, 100 for the print at the launch."""
    workspace.townspeople(3)
    workspace.campaign(
        "c",
        steps="  - {step: talk, channel: task}\n",
        head="budget: 500\nfixed_costs: {print: 100}\n"
        "objective: {orders: 5, appointments: 3, by: 2027-06-30}\n",
    )
    workspace.launch("c", now="2027-03-01T09:00")
    workspace.ok("record", "p001", "appointment", "--campaign", "c", now="2027-03-02T09:00")
    workspace.ok("record", "p001", "order", "--amount", "100", "--campaign", "c",
                 now="2027-03-05T09:00")  # fmt: skip
    from_the_second = in_days(workspace, "--from", "2027-03-02")
    assert from_the_second == {"appointment": 1, "orders": 1, "cost": 0}
    from_the_fourth = in_days(workspace, "--from", "2027-03-04")
    assert from_the_fourth == {"appointment": 0, "orders": 1, "cost": 0}
    quiet = in_days(workspace, "--from", "2027-03-04", "--to", "2027-03-04")
    assert quiet == {"appointment": 0, "orders": 0, "cost": 0}
    # The days of the whole campaign are those of the objective: nothing stands beside it.
    assert set(in_days(workspace, "--from", "2027-01-01").values()) == {"not told"}


PAST = "E-mail;Last name;Sent on;Channel;Stage;Date;Amount\n"


def test_of_two_campaigns_everyone_is_in_one_row_of_kinds_and_waves(workspace: Workspace) -> None:
    """a ordered after the first: a suspect at first, a customer at the second. b never did."""
    workspace.write("first.csv", PAST + "a@x.example;A;2025-03-03;letter;order;2025-03-10;5\n"
                    "b@x.example;B;2025-03-03;letter;;;\n")  # fmt: skip
    workspace.write("second.csv", PAST + "a@x.example;A;2025-10-03;letter;;;\n"
                    "b@x.example;B;2025-10-03;letter;;;\n")  # fmt: skip
    for name in ("first", "second"):
        workspace.ok("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts",
                     now="2027-03-01T09:00")  # fmt: skip
    told = workspace.ok("report", "--by", "kind", "--by", "wave", now="2027-03-01T09:00")
    together = told["together"]
    rows = {
        part: [(one["key"], one["enrolled"]) for one in together["by"][part]]
        for part in ("kind", "wave")
    }
    assert together["enrolled"] == 2
    assert rows == {"kind": [("suspect", 2)], "wave": [("1", 2)]}
    (suspects,) = together["by"]["kind"]
    assert [link["contacts"] for link in suspects["chain"]][-1] == 1
