"""What a campaign cost and brought, through the commands: the worked numbers of domain notes B9."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"
COSTS = "costs: {minute: 0.60, km: 0.50, stamp: 1.39, paper: 0.36}\n"
HEADER = "Ref;Last name;E-mail;Phone;City;Postal code;Kind"


def people(workspace: Workspace, count: int, *, customers: int = 0) -> list[str]:
    names = [f"p{number:03}" for number in range(count)]
    workspace.people(
        (
            (
                name, f"N{name}", f"{name}@x.example", f"02 99 01 {place:02} {place % 97:02}",
                "Rennes", "35000", "customer" if place < customers else "prospect",
            )
            for place, name in enumerate(names)
        ),
        header=HEADER,
    )  # fmt: skip
    return names


def past(workspace: Workspace, rows: Iterable[str], name: str = "past", head: str = "") -> None:
    """A campaign that ran elsewhere; the columns of `head`, else the usual ones."""
    header = head or "E-mail,Sent on,Stage,Date,Amount,Margin,Cost"
    workspace.write("past.csv", "\n".join([header, *rows]) + "\n")
    words = ("history", "import", "past.csv", "--campaign", name, "--create-contacts")
    workspace.ok(*words, "--channel", "letter", now=NOW)


def report(workspace: Workspace, name: str = "past", *words: str, now: str = NOW) -> Any:
    return workspace.ok("report", name, *words, now=now)


def stages(counts: dict[str, int], cost: str) -> list[str]:
    """A person per row, at that stage; each was sent a letter at that cost."""
    rows, number = [], 0
    for stage, count in counts.items():
        for _ in range(count):
            money = "1000,300" if stage == "order" else ","
            day = "2026-10-20" if stage else ""
            rows.append(f"q{number}@x.example,2026-10-01,{stage},{day},{money},{cost}")
            number += 1
    return rows


# --- the worked numbers -----------------------------------------------------------------------


def test_s4s_chain_at_600_euros(workspace: Workspace, base: Database) -> None:
    """1.20 a contact, 1.50 a useful one, 12 a meeting, 60 a quote, 120 an order; +900, 150 %."""
    counts = {"order": 5, "quote": 5, "appointment": 40, "replied": 350, "": 100}
    past(workspace, stages(counts, "1.20"))
    told = report(workspace)
    cost = told["cost"]
    assert cost["total"] == 600
    assert cost["per_touch"] == cost["per_contact"] == 1.2
    assert cost["useful_contacts"] == 400
    assert cost["per_useful_contact"] == 1.5
    assert cost["per_appointment"] == 12
    assert cost["per_quote"] == 60
    assert cost["per_order"] == 120
    assert (told["margin"], told["profit"], told["roi"]) == (1500, 900, 1.5)
    assert told["verdict"] == "renew"
    assert (told["cac_gross"], told["cac_net"]) == (120, -180)
    assert told["break_even"] == {
        "orders": 2, "minimum_response": 0.004, "response": 0.01, "margin_per_order": 300,
        "origin": "measured", "basis": "orders / people contacted",
    }  # fmt: skip
    assert told["verdict_reasons"][:2] == [
        "Margin of 5 orders: €1,500.00; cost: €600.00. Profit: €900.00, 150% of the cost.",
        "It pays from 2 orders on, 0.4% of 500 people contacted; 1% ordered.",
    ]


def test_profit_is_counted_on_margin_never_on_turnover(workspace: Workspace) -> None:
    """5 orders of 1,000 that leave 100 each do not pay for 600, though turnover is 5,000."""
    rows = [row.replace("1000,300", "1000,100") for row in stages({"order": 5, "": 495}, "1.20")]
    past(workspace, rows)
    told = report(workspace)
    assert (told["revenue"], told["profit"]) == (5000, -100)
    assert told["roi"] == pytest.approx(-1 / 6)


def test_a_mailing_that_loses_money(workspace: Workspace) -> None:
    """ITL's mailing at a tenth: −300, 37.50 gross and 7.50 net a recruit, 2.5 % to break even."""
    rows = stages({"order": 40, "": 1960}, "0.75")
    past(workspace, [row.replace("1000,300", "60,30") for row in rows])
    told = report(workspace)
    assert told["revenue"] == 2400
    assert told["margin_after_advertising"] == told["profit"] == -300
    assert told["margin_after_advertising_per_customer"] == -7.5
    assert (told["cac_gross"], told["cac_net"]) == (37.5, 7.5)
    assert told["break_even"]["orders"] == 50
    assert told["break_even"]["minimum_response"] == 0.025
    # The response may be 2.7 % (95 %): of so few people nobody can say that it cannot pay.
    assert told["verdict"] == "change"


def test_a_response_that_cannot_reach_break_even_is_to_be_stopped(workspace: Workspace) -> None:
    """4 orders at 30 for 1,000 letters at 0.75: 2.5 % are needed, 1 % is the most to hope for."""
    rows = stages({"order": 4, "": 996}, "0.75")
    past(workspace, [row.replace("1000,300", "60,30") for row in rows])
    told = report(workspace)
    assert told["verdict"] == "stop"
    assert told["verdict_reasons"][1:3] == [
        "It pays from 25 orders on, 2.5% of 1,000 people contacted; 0.4% ordered.",
        "Even at the top of its range (95 %: 1%) the response stays below that.",
    ]


def test_cards_and_flyers_for_20_customers(workspace: Workspace) -> None:
    """2,000 € and 20 customers: 100 € each."""
    past(workspace, stages({"order": 20}, "100"))
    assert report(workspace)["cac_gross"] == 100


def test_margins_and_baskets_stand_on_their_own_base(workspace: Workspace) -> None:
    """Sold 120, bought 80: 50 % and 33.33 %. Two orders of one customer are two receipts."""
    past(
        workspace,
        [
            "a@x.example,2026-10-01,order,2026-10-20,120,40,1",
            "a@x.example,2026-10-01,order,2026-11-20,120,40,1",
        ],
    )
    told = report(workspace)
    assert told["orders"] == 2
    assert told["markup_rate"] == 0.5
    assert told["margin_rate"] == pytest.approx(1 / 3)
    assert told["average_order_value"] == 120


# --- before the first order -------------------------------------------------------------------


def mailing(workspace: Workspace, count: int, more: str = "") -> None:
    """Letters at 0.80, 200 fixed, an order leaves 70."""
    people(workspace, count)
    letter = "  - {step: letter, channel: letter, template: letter.docx, cost: 0.80}\n"
    workspace.campaign(
        "mailing",
        steps=letter,
        head=f"fixed_costs: {{design: 150, file: 50}}\nmargin_per_order: 70\n{more}",
    )


def test_break_even_is_known_before_the_first_stamp(workspace: Workspace) -> None:
    """(200 + 0.80 × 500) ÷ 70 = 8.57: 9 orders, 1.8 %, before the launch and after the posting."""
    mailing(workspace, 500)
    seen = workspace.ok("preview", "mailing", "--calendar", now=NOW)["cost"]
    assert (seen["total"], seen["break_even_orders"]) == (600, 9)
    assert seen["minimum_response"] == 0.018
    text = workspace.run("preview", "mailing", "--calendar", now=NOW).out
    assert "It pays from 9 orders on, 1.8% of 500 people enrolled." in text
    workspace.launch("mailing", now=NOW)
    workspace.ok("letters", "mailing", now=NOW)
    workspace.ok("letters", "posted", "mailing", now=NOW)
    told = report(workspace, "mailing")
    assert told["cost"]["total"] == 600
    assert told["cost"]["fixed_by_name"] == {"design": 150, "file": 50}
    assert told["break_even_orders"] == told["break_even"]["orders"] == 9
    assert told["break_even"]["minimum_response"] == 0.018
    assert told["break_even"]["origin"] == "stated"
    assert told["verdict"] == "open"


def test_no_order_by_the_day_of_the_objective_is_an_answer(workspace: Workspace) -> None:
    """500 letters and no order by April: at most 0.8 % would order, 1.8 % had to."""
    mailing(workspace, 500, "objective: {orders: 9, by: 2027-04-30}\n")
    workspace.launch("mailing", now=NOW)
    workspace.ok("letters", "mailing", now=NOW)
    workspace.ok("letters", "posted", "mailing", now=NOW)
    assert report(workspace, "mailing", now="2027-04-30T12:00")["verdict"] == "open"
    told = report(workspace, "mailing", now="2027-05-01T12:00")
    assert told["verdict"] == "stop"
    assert told["verdict_reasons"][0] == "No order came in so far, and €600.00 was spent."


# --- what a touch costs -----------------------------------------------------------------------


STEPS = (
    "  - {step: letter, channel: letter, template: letter.docx}\n"
    "  - {step: call, channel: call, after: letter + 2 days}\n"
    "  - {step: visit, channel: visit, after: call + 2 days, minutes: 30}\n"
)


def posted(workspace: Workspace, steps: str = STEPS, head: str = "", count: int = 3) -> None:
    """A campaign launched and its letters posted on the first of March."""
    people(workspace, count)
    workspace.campaign("spring", steps=steps, head=head)
    workspace.launch("spring", now=NOW)
    workspace.ok("letters", "spring", now=NOW)
    workspace.ok("letters", "posted", "spring", now=NOW)


def record(workspace: Workspace, who: str, stage: str, on: str, *words: str) -> None:
    campaign = ("--campaign", "spring")
    workspace.ok("record", who, stage, *campaign, "--on", on, *words, now="2027-03-31T09:00")


def test_each_touch_bears_paper_stamp_minutes_and_road(workspace: Workspace) -> None:
    """A letter 1.39 + 0.36; a call of 6 minutes 3.60; a visit of 40 minutes and 30 km 24 + 15."""
    workspace.settings(more=COSTS)
    posted(workspace)
    record(workspace, "p000", "spoken", "2027-03-04", "--channel", "call", "--minutes", "6")
    record(
        workspace, "p000", "met", "2027-03-09",
        "--channel", "visit", "--minutes", "40", "--km", "30",
    )  # fmt: skip
    told = report(workspace, "spring", now="2027-03-31T09:00")
    steps = {one["step"]: one for one in told["steps"]}
    assert steps["letter"]["cost"] == pytest.approx(3 * 1.75)
    assert steps["call"]["cost"] == pytest.approx(3.60)
    assert steps["visit"]["cost"] == pytest.approx(39)
    assert (steps["visit"]["minutes"], steps["visit"]["km"]) == (40, 30)
    assert told["cost"]["total"] == pytest.approx(5.25 + 3.60 + 39)
    assert (told["cost"]["minutes"], told["cost"]["km"]) == (46, 30)


def test_nobody_measured_it_then_the_usual_minutes_count(workspace: Workspace) -> None:
    """A call takes 2 minutes where neither its step nor the seller says otherwise."""
    workspace.settings(more=COSTS)
    posted(workspace)
    record(workspace, "p000", "spoken", "2027-03-04", "--channel", "call")
    (call,) = [one for one in report(workspace, "spring")["steps"] if one["step"] == "call"]
    assert call["cost"] == pytest.approx(1.20)


def test_the_price_of_a_step_wins_and_the_road_comes_on_top(workspace: Workspace) -> None:
    workspace.settings(more=COSTS)
    steps = "  - {step: visit, channel: visit, cost: 20}\n"
    people(workspace, 1)
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now=NOW)
    record(
        workspace, "p000", "met", "2027-03-09",
        "--channel", "visit", "--minutes", "90", "--km", "10",
    )  # fmt: skip
    assert report(workspace, "spring")["cost"]["total"] == 25


def test_minutes_told_without_a_call_are_work_and_no_touch(workspace: Workspace) -> None:
    """Half an hour on a quote costs 18; nobody is taken to have been called."""
    workspace.settings(more=COSTS)
    posted(workspace)
    record(workspace, "p000", "quote", "2027-03-04", "--minutes", "30")
    told = report(workspace, "spring")
    assert told["cost"]["total"] == pytest.approx(5.25 + 18)
    assert [one["channel"] for one in told["touches"]] == ["letter", "task"]
    workspace.ok("undo", "--yes", now="2027-03-31T10:00")
    assert report(workspace, "spring")["cost"]["total"] == pytest.approx(5.25)


def test_minutes_of_past_calls_cost_what_minutes_cost(workspace: Workspace) -> None:
    """A cost that the file tells stays as it is told."""
    workspace.settings(more=COSTS)
    past(
        workspace,
        ["a@x.example,2026-10-01,call,10,", "b@x.example,2026-10-01,call,10,2"],
        head="E-mail,Sent on,Channel,Minutes,Cost",
    )
    told = report(workspace)
    assert told["cost"]["total"] == 8
    assert told["cost"]["without_cost"] == 0


def test_touches_without_a_cost_are_told(workspace: Workspace) -> None:
    past(workspace, stages({"order": 1, "": 1}, ""))
    told = report(workspace)
    assert told["cost"]["without_cost"] == 2
    assert told["verdict_reasons"][-1] == (
        "2 attempts of 2 have no cost on record: it cost more than shown."
    )


# --- appointments accepted and held -----------------------------------------------------------


def test_an_appointment_accepted_is_not_one_held(workspace: Workspace) -> None:
    """Two agreed, one was met: 10 € are 5 accepted, 10 held."""
    people(workspace, 3)
    workspace.campaign(
        "spring",
        steps="  - {step: call, channel: call, cost: 0}\n",
        head="fixed_costs: {file: 10}\n",
    )
    workspace.launch("spring", now=NOW)
    record(workspace, "p000", "appointment", "2027-03-04", "--channel", "call")
    record(workspace, "p001", "appointment", "2027-03-04", "--channel", "call")
    record(workspace, "p002", "no_answer", "2027-03-04", "--channel", "call")
    record(workspace, "p000", "met", "2027-03-08")
    cost = report(workspace, "spring", now="2027-03-31T09:00")["cost"]
    assert (cost["appointments"], cost["appointments_held"]) == (2, 1)
    assert (cost["per_appointment"], cost["per_appointment_held"]) == (5, 10)
    # Who did not answer is no useful contact, and no contact at all.
    assert cost["useful_contacts"] == 2


# --- budget -----------------------------------------------------------------------------------


def test_budget_actual_and_variance(workspace: Workspace) -> None:
    workspace.settings(more=COSTS)
    posted(workspace, head="budget: 5\n")
    told = report(workspace, "spring")
    control = told["budget_control"]
    assert told["budget"] == control["budget"] == 5
    assert control["actual"] == pytest.approx(5.25)
    assert control["variance"] == pytest.approx(0.25)
    assert control["variance_rate"] == pytest.approx(0.05)
    assert control["favourable"] is False
    assert "It cost €0.25 more than its budget of €5.00 (5%)." in told["verdict_reasons"]


# --- each further step ------------------------------------------------------------------------


def test_each_further_step_is_judged_by_what_it_added(workspace: Workspace, base: Database) -> None:
    """The letters brought one order, the calls cost 12 and brought none but an answer."""
    more = COSTS if base.is_sqlite else ""
    if more:
        workspace.settings(more=more)
    letter = "  - {step: letter, channel: letter, template: letter.docx, cost: 2}\n"
    call = "  - {step: call, channel: call, after: letter + 2 days, cost: 4}\n"
    posted(workspace, letter + call, count=4)
    record(workspace, "p000", "order", "2027-03-02", "--amount", "90", "--margin", "30")
    for who, said in (("p001", "spoken"), ("p002", "no_answer"), ("p003", "refused")):
        record(workspace, who, said, "2027-03-04", "--channel", "call")
    told = report(workspace, "spring", now="2027-03-31T09:00")
    first, second = told["steps"]
    assert (first["step"], first["contacts"], first["cost"]) == ("letter", 4, 8)
    assert (first["answers"], first["orders"], first["profit"]) == (1, 1, 22)
    assert (first["order_rate"], first["verdict"]) == (0.25, "keep")
    assert (second["step"], second["contacts"], second["cost"]) == ("call", 3, 12)
    assert (second["answers"], second["orders"], second["profit"]) == (2, 0, -12)
    assert second["break_even_orders"] == 1
    assert (second["cumulative_cost"], second["cumulative_profit"]) == (20, 10)
    assert second["verdict"] == "open"
    assert told["verdict_reasons"][2:4] == [
        "Step letter: 1 order and €30.00 more for €8.00: keep it.",
        "Step call: 0 orders and €0.00 more for €12.00: 3 people are too few to tell.",
    ]


def test_an_order_taken_back_is_no_gain_of_any_step(workspace: Workspace) -> None:
    posted(workspace)
    record(workspace, "p000", "order", "2027-03-02", "--amount", "90", "--margin", "30")
    workspace.ok("undo", "--yes", now="2027-03-31T10:00")
    (letter,) = report(workspace, "spring")["steps"]
    assert (letter["orders"], letter["answers"]) == (0, 0)


# --- winning and keeping ----------------------------------------------------------------------


def test_what_keeping_costs_stands_beside_what_winning_does(
    workspace: Workspace, base: Database
) -> None:
    """4 letters at 2 and 8 fixed: one went to a customer. 4 to keep him, 12 to win one."""
    people(workspace, 4, customers=1)
    letter = "  - {step: letter, channel: letter, template: letter.docx, cost: 2}\n"
    workspace.campaign("spring", steps=letter, head="fixed_costs: {design: 8}\n")
    workspace.launch("spring", now=NOW)
    workspace.ok("letters", "spring", now=NOW)
    workspace.ok("letters", "posted", "spring", now=NOW)
    record(workspace, "p000", "order", "2027-03-04", "--amount", "90", "--margin", "30")
    record(workspace, "p001", "order", "2027-03-04", "--amount", "30", "--margin", "10")
    told = report(workspace, "spring", now="2027-03-31T09:00")
    won, kept = told["winning"], told["keeping"]
    assert (won["cost"], won["new_customers"], won["per_new_customer"]) == (12, 1, 12)
    assert won["net_per_new_customer"] == 2
    assert (kept["customers"], kept["cost"], kept["per_customer"]) == (1, 4, 4)
    assert (kept["ordering"], kept["orders"], kept["per_order"]) == (1, 1, 4)


def test_a_report_of_money_fits_80_columns(workspace: Workspace) -> None:
    workspace.settings(more=COSTS)
    posted(workspace, head="budget: 5\nfixed_costs: {graphic design of the letter: 320}\n")
    record(workspace, "p000", "order", "2027-03-02", "--amount", "12345.67", "--margin", "4321")
    text = workspace.run("report", "spring", now=NOW).out
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "What each further step added" in text


# --- the firm: winning, keeping, losing -------------------------------------------------------


def test_the_cost_of_losing_a_customer_has_two_terms(workspace: Workspace, base: Database) -> None:
    """300 a year for 2 more years, 100 for another in his place: 600 + 100 = 700 €."""
    past(
        workspace,
        [
            # Two customers of the year before; one of them is lost since, the other ordered again.
            "a@x.example,2025-06-01,order,2025-06-10,1000,300,100",
            "b@x.example,2025-02-01,order,2025-02-10,1000,300,100",
            "a@x.example,,order,2026-06-10,1000,300,",
            # A new customer of the last year.
            "c@x.example,2026-06-01,order,2026-06-12,1000,300,100",
        ],
    )
    told = workspace.ok("report", now=NOW)["customers"]
    assert told["winning"]["per_new_customer"] == 100
    lost = told["attrition"]
    assert (lost["customers_at_start"], lost["lost"], lost["attrition_rate"]) == (2, 1, 0.5)
    assert (lost["yearly_margin"], lost["remaining_years"]) == (300, 2)
    assert (lost["lost_margin"], lost["replacement"], lost["total"]) == (600, 100, 700)
    text = workspace.run("report", now=NOW).out
    assert "Winning, keeping and losing customers" in text
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_nobody_lost_leaves_the_cost_of_losing_unknown(workspace: Workspace) -> None:
    """Customers who never leave would stay for ever: no figure is better than that one."""
    past(workspace, stages({"order": 1}, "100"))
    lost = workspace.ok("report", now=NOW)["customers"]["attrition"]
    assert (lost["lost_margin"], lost["replacement"], lost["total"]) == (None, 100, None)
