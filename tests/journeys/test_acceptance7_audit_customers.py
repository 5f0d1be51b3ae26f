"""Audit of issue 7: who is a new customer is one answer, whichever command is asked.

A firm's first list names its customers, and no order yet. What they order later is no conquest:
the report, the portfolio, the objectives and the plan of an effort agree on it.
"""

from __future__ import annotations

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

LISTED = "2027-01-04T09:00"
EVENING = "2027-03-31T18:00"
YEAR = ("--start", "2027-01-01", "--by", "2027-12-31")


@pytest.fixture
def firm(workspace: Workspace, base: Database) -> Workspace:
    """c1 and c2 are customers of old, p1 and p2 prospects; all four are called, c1 and p1 order.

    Visits: one each to c2 and to p2.
    """
    rows = [("c1", "client"), ("c2", "client"), ("p1", "prospect"), ("p2", "prospect")]
    table = [f"{ref};{ref.upper()};Rennes;02 99 00 00 0{n};{kind}"
             for n, (ref, kind) in enumerate(rows)]  # fmt: skip
    workspace.write("list.csv", "\n".join(["Ref;Last name;City;Phone;Type", *table]) + "\n")
    workspace.ok("contacts", "import", "list.csv", now=LISTED)
    workspace.campaign("talk", steps="  - {step: call, channel: call}\n",
                       head="stop_on: [opted_out]\n")  # fmt: skip
    workspace.launch("talk", now="2027-02-01T09:00")
    workspace.write("facts.csv", """\
contact,stage,campaign,channel,on,minutes,amount,margin
c1,spoken,talk,call,2027-02-02T10:00,3,,
c2,spoken,talk,call,2027-02-02T10:10,3,,
p1,spoken,talk,call,2027-02-02T10:20,3,,
p2,no_answer,talk,call,2027-02-02T10:30,3,,
c2,met,talk,visit,2027-02-05T10:00,30,,
p2,met,talk,visit,2027-02-05T14:00,30,,
c1,order,talk,,2027-02-10,,700,200
p1,order,talk,,2027-02-11,,500,100
p1,order,talk,,2027-03-11,,40,10
""")  # fmt: skip
    assert workspace.ok("record", "--from", "facts.csv", now=EVENING)["rejected"] == 0
    return workspace


def realised(firm: Workspace, metric: str, *words: str) -> float:
    """What an objective of the year comes to, at the checkpoint of the last evening of March."""
    name = f"Win {' '.join([metric, *words])}"
    firm.ok("plan", "objectives", "add", name, "--metric", metric, "--target", "100", *YEAR,
            "--checkpoint", "2027-03-31", *words, now=EVENING)  # fmt: skip
    (point,) = firm.ok("plan", "objectives", "show", name, now=EVENING)["checkpoints"]
    found: float = point["realised"]
    return found


def test_a_customer_of_old_is_won_by_no_command(firm: Workspace) -> None:
    report = firm.ok("report", "talk", now=EVENING)
    assert (report["winning"]["new_customers"], report["ratios"]["success_rate"]) == (1, 0.5)
    assert firm.ok("portfolio", now=EVENING)["prospects"]["conversions"] == 1
    assert realised(firm, "new_customers") == 1
    assert realised(firm, "new_customers", "--campaign", "talk") == 1
    assert realised(firm, "new_revenue") == 540
    assert realised(firm, "revenue") == 1240
    assert realised(firm, "prospect_visits") == 1
    assert realised(firm, "visits") == 2


def test_the_plan_of_an_effort_counts_what_was_done_with_prospects(firm: Workspace) -> None:
    """p1: a call of 3 minutes, then two orders of 540; p2: a call in vain and a visit."""
    words = ("plan", "effort", "--revenue", "6000", "--average-deal", "500", *YEAR)
    answer = firm.ok(*words, "--checkpoint", "2027-03-31", now=EVENING)
    assert [(one["on"], one["realised"]) for one in answer["checkpoints"]] == [("2027-03-31", 540)]
    done = answer["catch_up"]["done"]
    assert (done["orders"], done["contacted"], done["touches"]) == (2, 2, 3)
    assert done["minutes"] == 36


def test_who_became_a_customer_by_an_order_before_is_new_no_more(firm: Workspace) -> None:
    """In the second quarter p1's next order is one of a customer, p2's first a conquest."""
    for who, amount in (("p1", "90"), ("p2", "60"), ("c2", "30")):
        firm.ok("record", who, "order", "--on", "2027-04-05", "--amount", amount, now="2027-04-06")
    spring = ("--start", "2027-04-01", "--by", "2027-06-30", "--checkpoint", "2027-04-30")
    for metric, expected in (("new_customers", 1), ("new_revenue", 60)):
        name = f"Win {metric} in spring"
        firm.ok("plan", "objectives", "add", name, "--metric", metric, "--target", "9", *spring,
                now="2027-04-01")  # fmt: skip
        (point,) = firm.ok("plan", "objectives", "show", name, now="2027-05-01")["checkpoints"]
        assert point["realised"] == expected


def test_visits_a_conquest_takes_and_days_a_sale_takes_are_those_of_prospects(
    firm: Workspace,
) -> None:
    """Of two visits one was to a prospect, and one customer was won, nine days after his call;
    c1, whom nobody had to win, ordered eight days after his."""
    words = ("plan", "visits", "--year", "2028", "--target", "5", "--current", "2", "--retention",
             "100%", "--days", "2", "--visits-per-day", "3")  # fmt: skip
    plan = firm.ok(*words, now="2028-01-10T09:00")
    goal = plan["prospecting"]
    assert (plan["visits_per_customer"]["value"], plan["visits_per_customer"]["of"]) == (1, 1)
    assert (goal["new_customers"], goal["visits"]) == (3, 3)
    firm.ok("plan", "losses", "add", "c2", "--on", "2028-06-30", "--revenue", "1000",
            "--average-deal", "500", now="2028-01-10T09:00")  # fmt: skip
    (loss,) = firm.ok("plan", "losses", now="2028-01-10T09:00")["losses"]
    assert (loss["sales_delay_days"], loss["start_by"]) == (9, "2028-06-21")
