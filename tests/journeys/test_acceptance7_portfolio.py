"""Issue 7, line 6.4: the portfolio, every figure worked out on paper from the rows below.

The rules are those of the domain notes B0, B2, B7, B8 and B11 to B14, and the names those of the
README. Each journey makes its own small firm; the dates stand beside the orders, so that whoever
reads a number here can find it again with a pencil.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from workspaces import Workspace

#: The day that is looked from, and the same day a year earlier.
TODAY = date(2027, 6, 30)
NOW = "2027-06-30T18:00"


def ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


def orders(workspace: Workspace, rows: Iterable[Sequence[object]], name: str = "past",
           now: str = NOW) -> None:  # fmt: skip
    """Orders made before this program: who, when, how much, and the margin where it is known."""
    lines = ["Code;étape;date;montant;marge"]
    for who, day, amount, *margin in rows:
        lines.append(f"{who};order;{day};{amount};{margin[0] if margin else ''}")
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    workspace.ok("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts",
                 now=now)  # fmt: skip


def review(workspace: Workspace, *words: str, now: str = NOW) -> Any:
    return workspace.ok("portfolio", *words, now=now)


def customers_by_stage(found: Any) -> dict[str, int]:
    return {row["stage"]: row["customers"] for row in found["stages"] if row["customers"]}


# --- B8: stages at two dates ----------------------------------------------------------------------

#: Known by the end of March 2026.
UNTIL_MARCH_2026 = [
    # One order 731 days before 30 June 2027, and one exactly 730 (24 months) before.
    ("over24", "2025-06-29", 100), ("just24", "2025-06-30", 100),
    # The year before the last: 100 each; what follows them is below.
    ("up21", "2026-02-01", 100), ("up20", "2026-02-01", 100),
    ("down21", "2026-02-01", 100), ("down20", "2026-02-01", 100),
    # A habit of 30 days a year before the other one: 10 Feb, 12 Mar.
    ("edge", "2026-02-10", 100), ("edge", "2026-03-12", 100),
]  # fmt: skip

#: And what came after.
SINCE = [
    ("edge", "2026-04-11", 100), ("edge", "2026-05-11", 100),
    # 400 this year as last; gaps 30 30 30 280 30 30 30; 45 days of silence are 1.5 gaps, not more.
    ("edge", "2027-02-15", 100), ("edge", "2027-03-17", 100), ("edge", "2027-04-16", 100),
    ("edge", "2027-05-16", 100),
    ("up21", "2027-02-01", 121), ("up20", "2027-02-01", 120), ("down21", "2027-02-01", 79),
    ("down20", "2027-05-01", 40), ("down20", "2027-06-01", 40),
    # The notes' own two: g = 30 (gaps 60 30 30 30, and 30 30 30), R = 50 and R = 95.
    ("r50", "2026-12-12", 10), ("r50", "2027-02-10", 10), ("r50", "2027-03-12", 10),
    ("r50", "2027-04-11", 10), ("r50", "2027-05-11", 10),
    ("r95", "2026-12-27", 10), ("r95", "2027-01-26", 10), ("r95", "2027-02-25", 10),
    ("r95", "2027-03-27", 10),
    # Exactly three gaps of silence: not lost yet.
    ("r90", "2026-12-02", 10), ("r90", "2027-01-01", 10), ("r90", "2027-01-31", 10),
    ("r90", "2027-03-02", 10), ("r90", "2027-04-01", 10),
    ("fresh", "2027-01-15", 10),
]  # fmt: skip

STAGES_NOW = {
    "over24": "lost",        # 731 days
    "just24": "declining",  # 730 are not over 730: of the year before, and nothing since
    "up21": "developing",    # 121 after 100
    "up20": "episodic",      # +20 % is not above +20 %; one order in 12 months, no habit
    "down21": "declining",   # 79 after 100
    "down20": "mature",      # -20 % is not below -20 %; two orders in 12 months
    "edge": "mature",
    "r50": "declining",      # 50 > 45
    "r95": "lost",           # 95 > 90
    "r90": "declining",      # 90 is not > 90, but > 45
    "fresh": "new",          # 166 days since the first order
}  # fmt: skip


def test_each_customers_stage_at_two_dates(workspace: Workspace) -> None:
    """B8 with its boundaries; a past day is told as it was told then; by hand beats the rules."""
    orders(workspace, UNTIL_MARCH_2026, name="first", now="2026-03-31T20:00")
    then = review(workspace, now="2026-03-31T21:00")
    # 274 and 275 days since the only order, nothing in the year before: neither up nor down.
    assert customers_by_stage(then) == {"episodic": 2, "new": 5}

    orders(workspace, SINCE, name="since")
    again = review(workspace, "--on", "2026-03-31")
    assert {key: again[key] for key in again if key != "model"} == {
        key: then[key] for key in then if key != "model"
    }

    today = review(workspace)
    for who, stage in STAGES_NOW.items():
        assert workspace.ok("portfolio", "stage", who, now=NOW)["life_stage"] == stage, who
    counts = {"lost": 2, "episodic": 1, "developing": 1, "declining": 4, "mature": 2, "new": 1}
    assert customers_by_stage(today) == counts
    # 11 customers, 2 of them lost: shares are of the other 9, and it is said.
    assert (today["customers"], today["stages_basis"]["customers"]) == (11, 9)
    assert today["healthy_share"] == pytest.approx(3 / 9)
    assert today["declining_share"] == pytest.approx(4 / 9)

    # The lost one has a yearly contract, which no rule can know; nobody had said so the day before,
    # when its only order was exactly 24 months old.
    day_before = review(workspace, "--on", "2027-06-29")
    workspace.ok("portfolio", "stage", "over24", "mature", "--reason", "contrat annuel", now=NOW)
    by_hand = review(workspace)
    assert customers_by_stage(by_hand) == {**counts, "lost": 1, "mature": 3}
    assert review(workspace, "--on", "2027-06-29") == day_before
    assert customers_by_stage(day_before)["lost"] == 1
    assert "contrat annuel" in workspace.run("why", "over24", now=NOW).out
    # An order that never was is taken back: nothing of it remains in any figure.
    workspace.ok("record", "just24", "order", "--amount", "5000", "--on", "2027-06-20", now=NOW)
    wrong = review(workspace)
    assert (wrong["basket"]["receipts"], wrong["abc"]["revenue"]) == (
        by_hand["basket"]["receipts"] + 1, by_hand["abc"]["revenue"] + 5000)  # fmt: skip
    workspace.ok("undo", "--yes", now=NOW)
    assert review(workspace) == by_hand


# --- B11: who stayed ------------------------------------------------------------------------------


def test_retention_of_a_hundred_customers_and_what_the_lost_are_worth(workspace: Workspace) -> None:
    """S 100, E 90, 20 new, 10 back again: 60 %, not 70; attrition 40 % of the start."""
    workspace.settings(more="portfolio: {win_back_cost: 5, years: 2}\n")
    stay = [(f"s{n}", day, 100, 40) for n in range(60) for day in ("2026-01-15", "2027-05-15")]
    gone = [(f"g{n}", "2025-05-01", 100, 40) for n in range(40)]  # 425 days, then 790
    back = [(f"b{n}", day, 100, 40) for n in range(10) for day in ("2024-01-01", "2027-06-01")]
    never = [(f"x{n}", "2024-01-01", 100, 40) for n in range(30)]  # lost at the start, lost still
    new = [(f"n{n}", "2027-04-01", 100, 40) for n in range(20)]
    orders(workspace, [*stay, *gone, *back, *never, *new])

    found = review(workspace)

    kept = found["retention"]
    assert (kept["start"], kept["end"], kept["new"], kept["reactivated"]) == (100, 90, 20, 10)
    assert kept["rate"] == pytest.approx(0.6)
    left = found["attrition"]
    assert (left["basis"], left["lost"], left["rate"]) == ("start", 40, pytest.approx(0.4))
    assert left["by_end"] == pytest.approx(40 / 90)
    # 1 ÷ (40 % ÷ 12 months) is 30 months.
    assert left["expected_life_months"] == pytest.approx(30)
    # 70 of 160 ordered twice: the repeat rate is another figure than retention.
    assert found["repeat_rate"]["rate"] == pytest.approx(70 / 160)
    # 10 of the 40 lost a year ago came back: 25 %. One order of 100 a year, 40 of it margin:
    # 0.25 × 40 − 5 = 5 for each of the 70 lost of today.
    won = found["win_back"]
    assert (won["lost"], won["chance"]) == (70, pytest.approx(0.25))
    assert (won["yearly_revenue"], won["yearly_margin"]) == (7000, pytest.approx(2800))
    assert (won["cost"], won["value"]) == (350, pytest.approx(350))
    # Basket 100 × 1 order a year × the 2.5 years that a customer stays (30 months, above).
    worth = found["lifetime_value"]
    assert (worth["revenue"], worth["margin"]) == (pytest.approx(250), pytest.approx(100))
    # 40 now, 40 in a year with six in ten still there, at 10 % a year.
    assert worth["discounted_margin"] == pytest.approx(40 + 40 * 0.6 / 1.1)


# --- B8, B9, B11: basket, repeat rate, customers needed -------------------------------------------


def test_basket_by_receipts_repeat_rate_and_how_many_customers_it_takes(
    workspace: Workspace,
) -> None:
    """30 of 120 ordered twice: 25 %; the basket divides by receipts, and prospects are too few."""
    workspace.settings(more="portfolio: {turnover: 120000}\n")
    orders(workspace, [(f"c{n}", ago(10), 100) for n in range(120)]
           + [(f"c{n}", ago(200), 100) for n in range(30)])  # fmt: skip
    found = review(workspace)
    assert found["repeat_rate"]["rate"] == 0.25
    basket = found["basket"]
    # 15,000 in 150 receipts; by customer it would be 125.
    assert (basket["value"], basket["receipts"], basket["basis"]) == (
        100, 150, "turnover / receipts")  # fmt: skip
    assert basket["orders_per_year"] == pytest.approx(150 / 120)
    # 120,000 ÷ (100 × 1.25) = 960 customers.
    assert (found["needed"]["needed"], found["needed"]["short"]) == (960, 840)


def test_fifty_customers_are_needed_and_twelve_are_lacking(workspace: Workspace) -> None:
    """120,000 ÷ (400 × 6) with the basket and the rhythm that the firm's own orders show."""
    workspace.settings(more="portfolio: {turnover: 120000}\n")
    days = (20, 80, 140, 200, 260, 320)
    orders(workspace, [(f"c{n}", ago(day), 400) for n in range(38) for day in days])
    needed = review(workspace)["needed"]
    assert (needed["exact"], needed["needed"], needed["have"], needed["short"]) == (50, 50, 38, 12)
    shown = " ".join(workspace.run("portfolio", now=NOW).out.split())
    assert "50 customers" in shown
    assert "38" in shown


# --- B13: who weighs how much ---------------------------------------------------------------------


def test_the_curve_the_cells_and_the_matrix_of_five_customers(workspace: Workspace) -> None:
    """50, 30, 10, 6, 4: a fifth makes half, two fifths 80 %; ties in F score alike."""
    workspace.people([("p", "Prospect", "p@mail.example", "Rennes")])
    orders(workspace, [
        ("a", ago(10), 20), ("a", ago(60), 20), ("a", ago(90), 10),
        ("b", ago(20), 30), ("c", ago(30), 10), ("d", ago(40), 3), ("d", ago(70), 3),
        ("e", ago(50), 4),
    ])  # fmt: skip
    for who, potential in (("a", 200), ("e", 90), ("p", 60)):
        workspace.ok("plan", "score", f'external_id = "{who}"', "--potential", str(potential),
                     now=NOW)  # fmt: skip

    found = review(workspace)

    curve = {point["customers"]: point["revenue"] for point in found["abc"]["curve"]}
    assert [curve[share] for share in (0.2, 0.4, 0.6, 0.8, 1)] == [0.5, 0.8, 0.9, 0.96, 1]
    first = found["abc"]["classes"][0]
    assert (first["class"], first["customers"], first["revenue_share"]) == ("A", 2, 0.8)
    # R: 5 4 3 2 1 by recency; F: 3 1 1 2 1 orders, three score 1, then 1 + 3, then 1 + 4.
    cells = {
        (cell["recency"], cell["frequency"], cell["monetary"]) for cell in found["rfm"]["cells"]
    }
    assert cells == {(5, 5, 5), (4, 1, 4), (3, 1, 3), (2, 4, 2), (1, 1, 1)}
    assert sum(cell["customers"] for cell in found["rfm"]["cells"]) == 5
    assert found["rfm"]["monetary"] == "sum"
    # What could still be bought: 200 − 50, 90 − 4, and the prospect's 60.
    assert found["matrix"]["remaining_potential"] == 150 + 86 + 60
    assert {cell["cell"][0] for cell in found["matrix"]["cells"]} == {"A", "B", "C", "P"}


# --- B0: prospects --------------------------------------------------------------------------------


def test_prospects_month_by_month_and_an_alarm_that_grows_louder(workspace: Workspace) -> None:
    """10 came in January, 3 in April; 2 ordered in March, one is arid since May: 10 are left."""
    workspace.settings(more="portfolio: {prospects: 12, start_up: 0}\n")

    def came(names: Iterable[str], source: str, day: str) -> None:
        rows = "".join(f"{name};{name}@mail.example\n" for name in names)
        workspace.write(f"{source}.csv", "Ref;E-mail\n" + rows)
        workspace.ok("contacts", "import", f"{source}.csv", "--source", source, now=day)

    came([f"j{n}" for n in range(10)], "annuaire", "2027-01-12T10:00")
    for name in ("j0", "j1"):
        workspace.ok("record", name, "order", "--amount", "50", now="2027-03-03T10:00")
    came([f"a{n}" for n in range(3)], "salon", "2027-04-12T10:00")
    workspace.ok("record", "j2", "arid", "--reason", "produit inadapté", now="2027-05-04T10:00")

    found = review(workspace, "--months", "6")

    def columns(row: Any) -> tuple[int, ...]:
        names = ("stock", "new_prospects", "conversions", "arid", "customers", "orders")
        return tuple(row[name] for name in names)

    assert {row["month"]: columns(row) for row in found["by_month"]} == {
        "2027-01": (10, 10, 0, 0, 0, 0),
        "2027-02": (10, 0, 0, 0, 0, 0),
        "2027-03": (8, 0, 2, 0, 2, 2),
        "2027-04": (11, 3, 0, 0, 2, 0),
        "2027-05": (10, 0, 0, 1, 2, 0),
        "2027-06": (10, 0, 0, 1, 2, 0),
    }
    head = found["prospects"]
    assert (head["stock"], head["wanted"], head["new"], head["conversions"]) == (10, 12, 13, 2)
    assert {one["source"]: one["contacts"] for one in head["by_source"]} == {
        "annuaire": 10, "salon": 3}  # fmt: skip
    # 2 of the 13 that came.
    assert head["conversion_rate"]["rate"] == pytest.approx(2 / 13)
    # Whole months are compared, and this firm began on 12 January: 0 100 0 0 0, mean 20,
    # population deviation 40.
    assert head["sawtooth"] == pytest.approx(2)
    # Thin ever since there is a base, however many months one looks at: louder as it lasts.
    loud = [review(workspace, "--on", day, now="2028-01-31T18:00")["prospects"]["alarm"]
            for day in ("2027-01-31", "2027-02-28", "2027-05-31", "2028-01-31")]  # fmt: skip
    assert [one["months"] for one in loud] == [1, 2, 5, 12]
    assert [one["level"] for one in loud] == ["notice", "notice", "warning", "alarm"]
    assert (
        review(workspace, "--months", "2", now="2028-01-31T18:00")["prospects"]["alarm"] == loud[-1]
    )
    assert "ALARM" in workspace.run("portfolio", now="2028-01-31T18:00").out
    out = workspace.run("portfolio", now=NOW).out
    assert out.splitlines()[2].startswith("Prospects in portfolio: 10")
    assert all(len(line) <= 80 for line in out.splitlines())


def test_the_saw_tooth_is_1_for_every_other_month_and_0_for_an_even_year(
    workspace: Workspace,
) -> None:
    """0, 10, 0, 10 → 1 and 5, 5, 5, 5 → 0, by the same orders of other amounts."""
    orders(workspace, [("c", "2027-04-10", 10), ("c", "2027-06-10", 10), ("c", "2026-12-10", 1)])
    assert review(workspace, "--months", "4")["prospects"]["sawtooth"] == 1
    orders(workspace, [("d", f"2028-0{month}-10", 5) for month in (1, 2, 3, 4)], name="even",
           now="2028-04-30T18:00")  # fmt: skip
    even = review(workspace, "--months", "4", now="2028-04-30T18:00")
    assert even["prospects"]["sawtooth"] == 0


def test_twelve_months_are_the_same_twelve_months_in_every_table(workspace: Workspace) -> None:
    """Of 30 June 2026 and 1 July 2026 only the second is of the year that ends on 30 June 2027."""
    orders(workspace, [("c", "2026-06-30", 100), ("c", "2026-07-01", 50)])
    found = review(workspace)
    assert sum(row["revenue"] for row in found["by_month"]) == 50
    assert sum(row["revenue"] for row in found["stages"]) == 50
    assert found["basket"]["receipts"] == 1
