"""Acceptance of issue 7, lines 6.4, 6.6 and 6.7: what another pair of eyes looks at.

Classes with ties, alarms at their edge, what customers spend; effort, losses, scores and forecasts.
Every expected value is worked out beside the rows it comes from.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from math import lgamma, log
from pathlib import Path
from typing import Any

import pytest
from workspaces import Workspace

#: The day that the portfolio is looked at from; the plans are made on 1 March.
TODAY = date(2027, 6, 30)
EVENING = "2027-06-30T18:00"
MARCH = date(2027, 3, 1)
NOW = "2027-03-01T09:00"
LATER = "2027-05-10T09:00"


def past(workspace: Workspace, name: str, *lines: str, now: str = NOW) -> None:
    """What was done elsewhere, from a table; nothing of it is refused."""
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    words = ("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts")
    assert workspace.ok(*words, now=now)["rejected"] == 0


def lines_of(workspace: Workspace, *words: str, now: str = NOW) -> str:
    """What a person reads, on 80 columns."""
    done = workspace.run(*words, now=now)
    assert done.code == 0, (words, done)
    assert max(map(len, done.out.splitlines())) <= 80, done.out
    return " ".join(done.out.split())


# --- 6.4: classes with ties, the matrix, penetration, alarms --------------------------------------


def orders(workspace: Workspace, rows: dict[str, tuple[int, int]], name: str = "past") -> None:
    """One order each: so many days ago, so much."""
    past(workspace, name, "Code;étape;date;montant", *(
        f"{who};order;{TODAY - timedelta(days=days)};{amount}"
        for who, (days, amount) in rows.items()
    ), now=EVENING)  # fmt: skip


def test_equal_customers_are_of_one_class_score_alike_and_have_one_cell(
    workspace: Workspace,
) -> None:
    """200, 200, six times 100, 50, 50: 1,100 in all. 880 (80 %) is passed by the seventh."""
    workspace.settings(more="portfolio: {prospects: 3, start_up: 0}\n")
    workspace.people([(f"p{n}", f"P{n}", f"p{n}@x.example", "Brest") for n in range(3)])
    orders(workspace, {
        **{f"c{n}": (10, 100) for n in range(5)}, "c5": (40, 100), "c6": (70, 200),
        "c7": (100, 200), "c8": (100, 50), "c9": (300, 50),
    })  # fmt: skip
    for who, potential in (("c6", 1000), ("c7", 300), ("c0", 1000), ("c8", 150), ("c9", 60),
                           ("p0", 2000), ("p1", 50)):  # fmt: skip
        words = (f'external_id = "{who}"', "--potential", str(potential))
        workspace.ok("plan", "score", *words, now=EVENING)
    found = workspace.ok("portfolio", now=EVENING)

    # The eighth made as much as the seventh, so it is an A as well: 1,000 of 1,100; the last are B.
    classes = {one["class"]: (one["customers"], one["revenue"]) for one in found["abc"]["classes"]}
    assert classes == {"A": (8, 1000), "B": (2, 100), "C": (0, 0)}
    assert found["abc"]["customers_for_80"] == 0.7
    # 1 + ⌊5 × strictly below ÷ 10⌋. R: five have 5 below them, then 4, 3, 1, 1, 0.
    assert {(cell["recency"], cell["frequency"], cell["monetary"]): cell["customers"]
            for cell in found["rfm"]["cells"]} == {
        (3, 1, 2): 6, (2, 1, 5): 1, (1, 1, 5): 1, (1, 1, 1): 2,
    }  # fmt: skip
    # 4,560 of potential: 2,000 + 1,000 + 1,000 make 80 % (3,648); up to 95 % (4,332) 300 and 150.
    cells = {one["cell"]: (one["contacts"], one["remaining"]) for one in found["matrix"]["cells"]}
    assert cells == {
        "A1": (2, 900 + 800), "A2": (1, 100), "A?": (5, 0), "B2": (1, 100), "B3": (1, 10),
        "P1": (1, 2000), "P3": (1, 50), "P?": (1, 0),
    }  # fmt: skip
    segments = {name: one["contacts"] for name, one in found["matrix"]["segments"].items()}
    assert segments == {"core": 8, "potential": 1, "steady": 1, "low_touch": 2, "unknown": 1}
    # As many prospects as are wanted are enough; one fewer is not.
    assert found["prospects"]["alarm"]["level"] == "none"
    workspace.ok("record", "p2", "arid", "--reason", "trop loin", now=EVENING)
    assert workspace.ok("portfolio", now=EVENING)["prospects"]["alarm"]["level"] == "notice"


def test_penetration_of_five_sixths_and_a_quarter_in_decline(workspace: Workspace) -> None:
    """48 of 57.6 are 83.33 %, as 20 of 24; a quarter in decline is the edge of the alarm.

    Fifteen order evenly: mature. Five ordered every 100 days and not for 300: in decline, and not
    lost, which is more than three gaps.
    """
    workspace.settings(more="portfolio: {potential_customers: 24}\n")
    even, silent = (20, 200, 400, 500), (300, 400, 500, 600)

    def come(name: str, count: int, days: tuple[int, ...]) -> None:
        rows = [f"{name}{n};order;{TODAY - timedelta(days=day)};10" for n in range(count)
                for day in days]  # fmt: skip
        past(workspace, name, "Code;étape;date;montant", *rows, now=EVENING)

    def verdict() -> str:
        found = workspace.ok("portfolio", now=EVENING)
        declining, rest = found["declining_share"], found["healthy_share"]
        assert declining + rest == pytest.approx(1)
        return str(found["verdict"])

    come("even", 15, even)
    come("silent", 5, silent)
    (market,) = workspace.ok("portfolio", now=EVENING)["penetration"]
    assert (market["customers"], market["potential"]) == (20, 24)
    assert market["rate"] == pytest.approx(5 / 6)
    assert "83.3%" in workspace.run("portfolio", now=EVENING).out
    assert verdict() == "redouble"
    # One of the five comes back with 20: 30 this year as last. 4 of 20 are fewer than a quarter.
    workspace.ok("record", "silent0", "order", "--amount", "20", now=EVENING)
    assert verdict() == "carry_on"
    # 16 of 32 in decline are not more than are healthy, 17 of 33 are.
    come("more", 12, silent)
    assert verdict() == "redouble"
    come("last", 1, silent)
    assert verdict() == "revise"


# --- 6.4: what CDNOW's customers spend ------------------------------------------------------------


def spending_likelihood(seen: list[tuple[int, float]], p: float, q: float, gamma: float) -> float:
    """Of Gamma-Gamma, written again from Fader and Hardie (2013), equation 1a."""
    return sum(
        lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(gamma)
        + (p * x - 1) * log(mean) + p * x * log(x) - (p * x + q) * log(gamma + mean * x)
        for x, mean in seen
    )  # fmt: skip


def test_cdnow_spends_as_published(workspace: Workspace, real_data: Path) -> None:
    """p 6.25, q 3.74, γ 15.44 over the 946 who came back, and nothing near it fits better."""
    by_day: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    rows = []
    for line in (real_data / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, who, day, _, amount = line.split()
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        rows.append(f"{who};order;{on};{amount}")
        if on <= date(1997, 9, 30):
            by_day[who][on] += Decimal(amount)
    past(workspace, "cdnow", "Code;étape;date;montant", *rows, now=EVENING)
    seen = []
    for days in by_day.values():
        repeated = [float(days[on]) for on in sorted(days)[1:]]
        if repeated and sum(repeated) > 0:
            seen.append((len(repeated), sum(repeated) / len(repeated)))
    assert len(seen) == 946

    model = workspace.ok("portfolio", "--on", "1997-09-30", now=EVENING)["model"]
    spending = model["spending"]
    p, q, gamma = (spending[name] for name in ("p", "q", "gamma"))
    assert (round(p, 2), round(q, 2), round(gamma, 2)) == (6.25, 3.74, 15.44)
    best = spending_likelihood(seen, p, q, gamma)
    for factors in ((1.02, 1, 1), (0.98, 1, 1), (1, 1.02, 1), (1, 0.98, 1), (1, 1, 1.02),
                    (1, 1, 0.98)):  # fmt: skip
        a, b, c = factors
        assert spending_likelihood(seen, p * a, q * b, gamma * c) < best
    # What a customer spends in the mean of all, and the 35.08 of the paper for the repeat buyers.
    assert spending["mean"] == pytest.approx(p * gamma / (q - 1), rel=0.01)


# --- 6.6: split by history, people, by when, market -----------------------------------------------

S1 = ("--revenue", "60000", "--average-deal", "20000", "--inbound", "8")


def test_effort_split_as_before_between_two_people_until_a_day(workspace: Workspace) -> None:
    """60 calls and 40 letters so far: 1,866.67 touches are 1,120 calls and 746.67 letters."""
    workspace.settings(more="team:\n  marie: {name: Marie, hours_per_week: 8}\n"
                            "  yann: {name: Yann, hours_per_week: 4}\n"
                            "costs: {minute: 0.60, stamp: 1.39, paper: 0.21}\n")  # fmt: skip
    rows = [f"a{n};2026-09-01;appel;{2 if n < 15 else 1}" for n in range(45)]
    rows += [f"l{n};2026-09-01;courrier;1" for n in range(40)]
    workspace.write("past.csv", "\n".join(["Code;Envoyé le;Canal;Tentatives", *rows]) + "\n")
    words = ("--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", "past.csv", *words, now=NOW)
    known = ("--accessibility", "6%", "--touches", "4", "--minutes", "call=3,letter=3")
    asked = (*S1, *known, "--weight", "0", "--rounding", "exact", "--split", "history",
             "--start", "2027-03-01")  # fmt: skip
    market = ("--market", "48000000,9600000,0")
    told = workspace.ok("plan", "effort", *asked, *market, "--people", "marie,yann", "--by",
                        "2027-04-30", now=NOW)  # fmt: skip
    by = {one["channel"]: (one["share"], one["touches"], one["hours"], one["cost"])
          for one in told["channels"]}  # fmt: skip
    letters = 28 / 0.06 * 4 * 0.4
    assert by == {
        "call": pytest.approx((0.6, 1120, 56, 1120 * 3 * 0.60)),
        "letter": pytest.approx((0.4, letters, letters / 20, letters * (3 * 0.60 + 1.60))),
    }
    # 93.33 hours at 12 a week are 38.9 of 5 days a week from 1 March, Easter Monday left out.
    plan = told["schedule"]
    assert (plan["weeks"], plan["whole_weeks"], plan["ends_on"]) == (
        pytest.approx(93.333 / 12, abs=0.001), 8, "2027-04-23",
    )  # fmt: skip
    hours = {one["seller"]: one["hours"] for one in plan["people"]}
    assert hours["marie"] == pytest.approx(2 * hours["yann"], rel=0.01)
    # 23 and 22 weekdays less one holiday, 2.4 hours each.
    assert told["fit"]["fits"] is True
    assert told["fit"]["possible_hours"] == pytest.approx(44 * 2.4)
    # B7: 48 of 57.6 million.
    assert told["market"]["penetration"] == pytest.approx(0.8333, abs=1e-4)

    tight = workspace.ok("plan", "effort", *asked, "--people", "yann", "--by", "2027-03-31",
                         now=NOW)["fit"]  # fmt: skip
    # 22 working days of March, 0.8 hours each.
    assert (tight["fits"], tight["possible_hours"]) == (False, pytest.approx(22 * 0.8))
    assert tight["missing_hours"] == pytest.approx(28 / 0.06 * 4 * 3 / 60 - 17.6)
    said = lines_of(workspace, "plan", "effort", *asked, *market, "--by", "2027-03-31")
    assert "83.3%" in said or "57,600,000" in said


# --- 6.7: losses, scores, areas, vision, forecast -------------------------------------------------


def test_five_of_six_stay_and_orders_of_a_shop_are_no_prospecting(workspace: Workspace) -> None:
    """One of six is silent for 24 months: 83.33 % stay; his 30,000 € are B7's 1,600 contacts.

    Nobody was written to or called to get those orders: they say what a deal brings, and nothing
    of how many prospects it takes. With them as without, the sources tell that.
    """
    rows = [f"c{n};order;2025-02-20;1000" for n in range(6)]
    rows += [f"c{n};order;2026-06-0{n + 1};1000" for n in range(5)]
    workspace.write("past.csv", "\n".join(["Code;étape;date;montant", *rows]) + "\n")
    words = ("--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", "past.csv", *words, now=NOW)
    found = workspace.ok("portfolio", now=NOW)
    assert found["retention"]["rate"] == pytest.approx(5 / 6)
    assert found["attrition"]["rate"] == pytest.approx(1 / 6)
    assert "83.3%" in lines_of(workspace, "portfolio")
    deal = ("--average-deal", "20000")
    told = workspace.ok("plan", "losses", "add", "c5", "--on", "2027-12-31", "--revenue", "30000",
                        *deal, "--sales-delay", "60", now=NOW)  # fmt: skip
    assert [told[key] for key in ("deals", "active_prospects", "prospects", "touches")] == [
        2, 24, 400, 1600,
    ]  # fmt: skip
    assert told["hours"] == pytest.approx(1600 * 2 / 60)
    assert told["start_by"] == str(date(2027, 12, 31) - timedelta(days=60))
    assert "53.3" in lines_of(workspace, "plan", "losses", *deal)
    effort = workspace.ok("plan", "effort", "--deals", "3", now=NOW)["coefficients"]
    assert effort["average_deal"] == {"value": 1000, "origin": "history"}
    assert effort["accessibility"] == {"value": 0.06, "origin": "default"}
    assert effort["proposals_per_deal"] == {"value": 3, "origin": "default"}


def test_scores_areas_and_the_vision_take_what_people_type(workspace: Workspace) -> None:
    workspace.townspeople(2)
    one = 'external_id = "p001"'
    for words, said in (
        ((one, "--potential", "-5"), "below 0"),
        ((one, "--potential", "beaucoup"), "beaucoup"),
        ((one, "--ease", "0"), "ease"),
        ((one,), "--potential"),
        (("extrenal_id = 1", "--ease", "3"), "external_id"),
    ):
        done = workspace.run("plan", "score", *words, "--json", now=NOW)
        assert done.code in (1, 2), words
        assert said in json.dumps(done.errors), words
    assert workspace.ok("plan", "score", 'city = "Nowhere"', "--ease", "3", now=NOW)["scored"] == 0
    workspace.ok("plan", "score", one, "--potential", "1 234,50", "--type", "École", now=NOW)
    (person,) = workspace.ok("contacts", "list", "potential = 1234.5")["contacts"]
    assert (person["external_id"], person["customer_type"]) == ("p001", "École")
    workspace.ok("plan", "score", one, "--potential", "-", now=NOW)
    assert workspace.ok("contacts", "count", "potential is null")["count"] == 2

    # Nobody is in the area yet: of no potential no share can be told.
    workspace.ok("plan", "areas", "add", "Été & <b>", 'city = "Brest"', now=NOW)
    (area,) = workspace.ok("plan", "areas", now=NOW)["areas"]
    assert (area["customers"], area["penetration"]) == (0, None)
    lines_of(workspace, "plan", "areas")
    told = workspace.ok("plan", "areas", "edit", "ete & <b>", "--potential", "3", now=NOW)
    assert (told["name"], told["penetration"]) == ("Été & <b>", 0)
    slip = workspace.run("plan", "areas", "edit", "Hiver", "--potential", "3", "--json", now=NOW)
    assert slip.code == 1
    assert workspace.ok("plan", "vision", now=NOW)["vision"] is None
    workspace.ok("plan", "vision", "Dans cinq ans : 40 clients à Rennes", now=NOW)
    workspace.ok("plan", "vision", "Dans cinq ans : 60 clients", now=LATER)
    noted = workspace.ok("plan", "vision", now=LATER)
    assert noted == {"vision": "Dans cinq ans : 60 clients", "noted_on": "2027-05-10"}


def quote(age: int, ordered_after: int | None = None) -> str:
    """A quote so many days old, five days after the call, and when it was ordered."""
    day = MARCH - timedelta(days=age)
    order = "" if ordered_after is None else f"{day + timedelta(days=ordered_after)};1000"
    return f"{day - timedelta(days=5)};appel;{day};{order or ';'}"


def test_who_is_not_followed_any_longer_leaves_the_forecast_in_the_middle(
    workspace: Workspace,
) -> None:
    """Ten quotes: two ordered on day 10, three are 20 days old, one of five ordered on day 40.

    Kaplan and Meier: 8/10 are left after day 10, and × 4/5 = 64 % after day 40, of whom there
    were five. Of the three young ones (0.80 − 0.64) ÷ 0.80 order, in 20 days: 0.6 orders.
    """
    rows = [f"a{n};{quote(100, 10)}" for n in range(2)] + [f"b{n};{quote(20)}" for n in range(3)]
    rows += [f"d{n};{quote(100, 40 if n == 0 else None)}" for n in range(5)]
    head = "Code;Envoyé le;Canal;Devis le;Commande le;Montant"
    workspace.write("past.csv", "\n".join([head, *rows]) + "\n")
    words = ("--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", "past.csv", *words, now=NOW)
    asked = ("plan", "forecast", "--weight", "0", "--months", "3", "--tries", "0")

    def value(answer: Any, what: str) -> list[float]:
        return [month[what]["value"] for month in answer["months"]]

    told = workspace.ok(*asked, "--payment-days", "30", now=NOW)
    assert value(told, "orders") == pytest.approx([0.6, 0, 0])
    # Ordered on 21 March, paid on 20 April.
    assert value(told, "cash") == pytest.approx([0, 600, 0])
    # One of the three says no for good: two are left to order.
    workspace.ok("record", "b0", "lost", "--on", "2027-02-28", now=NOW)
    again = workspace.ok(*asked, now=NOW)
    stock = {one["stage"]: one["people"] for one in again["stock"]}
    assert stock["quote"] == 6
    assert 0 < sum(value(again, "orders")) < 0.6
    lines_of(workspace, *asked)
