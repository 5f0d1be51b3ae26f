"""`campaign renew`: the next wave in one step, with what the last one taught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workspaces import Workspace

NOW = "2027-03-01T09:00"
LATER = "2027-05-10T09:00"
HEADER = "Ref;Last name;E-mail;Phone;City"
FILE = """\
campaign: spring   # the first one
offer: A tour
margin_per_order: 100
budget: 10
fixed_costs: {design: 5}
start: 2027-03-01
not_after: 2027-03-31
objective: {orders: 2, by: 2027-04-30}
audience:
  where: city = "Rennes" or city = "Brest"
  limit: 3
steps:
  - {step: call, channel: call, cost: 2}
"""


def spring(workspace: Workspace, count: int = 5) -> None:
    """Three of five people are called: one orders, one talks, one does not answer."""
    who = [(f"p{n}", f"N{n}", f"p{n}@x.example", f"02 99 01 02 0{n}") for n in range(count)]
    workspace.people(((*one, "Rennes") for one in who), header=HEADER)
    workspace.write("campaigns/spring.yaml", FILE)
    workspace.launch("spring", now=NOW)
    called = [one["contact"] for one in workspace.ok("calls", "spring", now=NOW)["calls"]]
    told = (("order", "--amount", "200", "--margin", "50"), ("spoken",), ("no_answer",))
    for who, (stage, *more) in zip(called, told, strict=False):
        workspace.ok("record", f"{who}", stage, "--campaign", "spring", "--channel", "call", *more,
                     now="2027-03-02T09:00")  # fmt: skip
    workspace.ok("stop", "spring", "--yes", now="2027-04-01T09:00")


def problems(answer: Any) -> list[str]:
    return [one["message"] for one in answer["problems"] if one["severity"] == "error"]


def test_in_one_step_the_next_wave_can_start(workspace: Workspace) -> None:
    """Dates moved by whole weeks, those reached left out, the lesson told; `check` has no error."""
    spring(workspace)
    made = workspace.ok("campaign", "renew", "spring", now=LATER)
    assert (made["campaign"], made["renews"], made["people"]) == ("spring-2", "spring", "new")
    assert made["start"] == "2027-05-17"
    assert {one["key"]: one["to"] for one in made["dates"]} == {
        "start": "2027-05-17", "not_after": "2027-06-16", "objective.by": "2027-07-16",
    }  # fmt: skip
    assert made["verdict"] == "renew"
    assert made["verdict_reasons"][0].startswith("Margin of 1 order: €50.00; cost: €11.00.")
    # Two were never called and one was called in vain: nobody of them was reached.
    assert made["enrolled"] == 3
    assert problems(made) == []
    text = Path("campaigns/spring-2.yaml").read_text()
    assert (
        'where: (city = "Rennes" or city = "Brest") and not received("spring")\n  limit: 3\n'
    ) in text
    assert "renews: spring\n# What came of spring until 10 May 2027: renew it.\n# - Margin" in text
    assert workspace.run("check", "spring-2", now=LATER).code == 0
    launched = workspace.launch("spring-2", now=LATER)
    assert launched["enrolled"] == 3


def test_who_is_meant_is_what_the_user_says(workspace: Workspace) -> None:
    spring(workspace)
    silent = workspace.ok("campaign", "renew", "spring", "--people", "silent", now=LATER)
    # Spoken with, and neither replied nor ordered: he may be asked again.
    assert silent["enrolled"] == 1
    everybody = workspace.ok("campaign", "renew", "spring", "--people", "all", now=LATER)
    assert (everybody["campaign"], everybody["enrolled"]) == ("spring-3", 3)
    assert "received(" not in Path("campaigns/spring-3.yaml").read_text()


def test_where_nobody_new_is_left_it_means_everybody_again(workspace: Workspace) -> None:
    """It must be possible to start it; what was chosen is said."""
    spring(workspace, count=2)
    made = workspace.ok("campaign", "renew", "spring", now=LATER)
    assert (made["people"], made["enrolled"]) == ("all", 2)
    assert problems(made) == []
    text = workspace.run("campaign", "renew", "spring", now=LATER).out
    assert "who was reached by spring is in it again" in text


def test_it_begins_when_the_user_says(workspace: Workspace) -> None:
    spring(workspace)
    made = workspace.ok("campaign", "renew", "spring", "--start", "2027-09-06", now=LATER)
    assert {one["key"]: one["to"] for one in made["dates"]} == {
        "start": "2027-09-06", "not_after": "2027-10-06", "objective.by": "2027-11-05",
    }  # fmt: skip
    over = workspace.run("campaign", "renew", "spring", "--start", "2027-05-09", now=LATER)
    assert over.code == 2
    assert "is over" in over.err


def test_its_own_report_stands_alone_and_says_what_it_renews(workspace: Workspace) -> None:
    spring(workspace)
    workspace.ok("campaign", "renew", "spring", now=LATER)
    workspace.launch("spring-2", now=LATER)
    told = workspace.ok("report", "spring-2", now=LATER)
    assert (told["enrolled"], told["cost"]["total"]) == (3, 5)
    rows = {one["campaign"]: one for one in workspace.ok("campaign", "list")["campaigns"]}
    assert rows["spring-2"]["renews"] == "spring"


def test_the_text_says_what_it_did(workspace: Workspace) -> None:
    spring(workspace)
    out = workspace.run("campaign", "renew", "spring", now=LATER).out
    assert "it begins on 17 May 2027" in out
    assert "strike out what is paid once: design" in out
    assert [line for line in out.splitlines() if len(line) > 80 and "/" not in line] == []


def test_of_a_campaign_that_was_never_launched_nobody_can_be_left_out(
    workspace: Workspace,
) -> None:
    workspace.campaign("spring")
    refused = workspace.run("campaign", "renew", "spring", "--people", "silent")
    assert refused.code == 2
    assert "never launched" in refused.err
    assert not (workspace.folder / "campaigns" / "spring-2.yaml").exists()
