"""Whose costs they are: of the days asked for, and of several campaigns together."""

from __future__ import annotations

from typing import Any

from workspaces import Workspace

LATER = "2027-05-10T09:00"
CALL = "  - {step: call, channel: call, cost: 5}\n"
PEOPLE = [(f"p{n}", f"Name-{n}", "Rennes", f"029900000{n}") for n in (1, 2, 3)]


def launched(workspace: Workspace) -> None:
    """Launched on 1 March with 100 for the print; calls of 5 on 2 March and on 6 April."""
    workspace.people(PEOPLE, header="Ref;Last name;City;Phone")
    workspace.campaign("c", steps=CALL, head="fixed_costs: {print: 100}\n")
    workspace.launch("c", now="2027-03-01T09:00")
    called(workspace, "p1", "c", "2027-03-02")
    called(workspace, "p2", "c", "2027-04-06")


def called(workspace: Workspace, who: str, campaign: str, day: str) -> None:
    workspace.ok("run", now=f"{day}T09:00")
    workspace.ok("record", who, "spoken", "--channel", "call", "--campaign", campaign,
                 now=f"{day}T10:00")  # fmt: skip


def costs(workspace: Workspace, *words: str) -> Any:
    return workspace.ok("report", "c", *words, now=LATER)["cost"]


def test_fixed_costs_are_those_of_the_day_of_the_launch(workspace: Workspace) -> None:
    """The months of a campaign add up to the whole: 105 in March, 5 in April, nothing in May."""
    launched(workspace)
    march = costs(workspace, "--from", "2027-03-01", "--to", "2027-03-31")
    april = costs(workspace, "--from", "2027-04-01", "--to", "2027-04-30")
    may = costs(workspace, "--from", "2027-05-01")
    early = costs(workspace, "--to", "2027-02-28")
    assert [one["total"] for one in (early, march, april, may)] == [0, 105, 5, 0]
    assert [one["fixed_by_name"] for one in (march, april)] == [{"print": 100}, {}]
    assert costs(workspace)["total"] == 110
    assert march["per_contact"] == 105
    assert april["per_contact"] == 5


def test_it_is_said_where_they_are_not_among_the_days(workspace: Workspace) -> None:
    launched(workspace)
    said = "fixed costs of €100.00 count on the day of the launch, which is not among these days"
    april = workspace.ok("report", "c", "--from", "2027-04-01", now=LATER)
    assert said in april["notes"]
    assert said not in workspace.ok("report", "c", now=LATER)["notes"]


def test_several_campaigns_cost_and_earn_what_the_line_of_their_total_says(
    workspace: Workspace,
) -> None:
    """110 and 15 spent; an order with a margin of 40 in the first, one without in the second."""
    launched(workspace)
    workspace.campaign("d", steps=CALL, head="alongside: true\nfixed_costs: {list: 10}\n")
    workspace.launch("d", now="2027-04-07T09:00")
    called(workspace, "p3", "d", "2027-04-08")
    workspace.ok("record", "p1", "order", "--campaign", "c", "--amount", "90", "--margin", "40",
                 now="2027-04-09T09:00")  # fmt: skip
    known = workspace.ok("report", now=LATER)["together"]
    assert (known["cost"], known["profit"]) == ({"total": 125}, 40 - 125)
    assert known["campaigns_without_profit"] == 0

    workspace.ok("record", "p3", "order", "--campaign", "d", "--amount", "50",
                 now="2027-04-10T09:00")  # fmt: skip
    partly = workspace.ok("report", now=LATER)["together"]
    assert (partly["cost"], partly["profit"]) == ({"total": 125}, 40 - 110)
    assert partly["campaigns_without_profit"] == 1
    text = " ".join(workspace.run("report", "--now", LATER).out.split())
    assert "-€70.00" in text
