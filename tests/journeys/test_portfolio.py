"""The portfolio through the command: the worked numbers of B0, B7, B8, B11–B13, and CDNOW."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

TODAY = date(2027, 3, 31)
NOW = "2027-03-31T18:00"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def orders(
    workspace: Workspace, rows: Iterable[Sequence[object]], name: str = "past", now: str = NOW
) -> None:
    """Orders of the past: code, day, amount, margin."""
    lines = ["Code;stage;date;amount;margin"]
    for code, day, amount, *margin in rows:
        lines.append(f"{code};order;{day};{amount};{margin[0] if margin else ''}")
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    workspace.ok(
        "history", "import", f"{name}.csv", "--campaign", name, "--create-contacts", now=now
    )


def portfolio(workspace: Workspace, *words: str, now: str = NOW) -> Any:
    return workspace.ok("portfolio", *words, now=now)


#: Orders that put a customer at a stage today: days ago and amounts.
STAGE_ORDERS = {
    "new": [(10, 100)],
    # A year ago 100, this year 200; too few orders for a habit.
    "developing": [(400, 100), (40, 200)],
    "mature": [(400, 100), (200, 50), (20, 50)],
    # A habit of thirty days, and fifty of silence.
    "declining": [(140, 50), (110, 50), (80, 50), (50, 50), (300, 50)],
    "episodic": [(300, 100)],
    "lost": [(800, 100)],
}


def b8(workspace: Workspace) -> None:
    """The portfolio of the note: 5 new, 10 developing, 14 mature, 7 declining, 2 and 2."""
    counts = zip(STAGE_ORDERS, (5, 10, 14, 7, 2, 2), strict=True)
    rows = [
        (f"{stage}-{number}", ago(days), amount)
        for stage, count in counts
        for number in range(count)
        for days, amount in STAGE_ORDERS[stage]
    ]
    orders(workspace, rows)


# --- B8 -------------------------------------------------------------------------------------------


def test_the_shape_of_the_portfolio_and_its_verdict(workspace: Workspace, base: Database) -> None:
    """24/38 healthy, 7/38 declining, of all but the lost: carry on."""
    b8(workspace)

    found = portfolio(workspace)

    assert {row["stage"]: row["customers"] for row in found["stages"]} == {
        "new": 5, "developing": 10, "mature": 14, "declining": 7, "episodic": 2, "lost": 2,
    }  # fmt: skip
    assert found["stages_basis"] == {"share": "customers but the lost", "customers": 38}
    assert round(found["healthy_share"] * 100, 2) == 63.16
    assert round(found["declining_share"] * 100, 2) == 18.42
    assert (found["verdict"], found["verdict_reason"]) == ("carry_on", "mostly_healthy")
    # The field of each contact says the same.
    for stage, count in (("mature", 14), ("declining", 7), ("lost", 2)):
        assert (
            workspace.ok("contacts", "count", f'life_stage = "{stage}"', now=NOW)["count"] == count
        )
    when = {row["key"]: (row["when"], row["contacts"]) for row in found["actions"]}
    assert when["declining"] == ("now", 7)
    assert when["developing"] == ("can_wait", 10)
    assert when["episodic"] == ("long_term", 2)


def test_customers_needed_for_the_turnover_that_is_expected(workspace: Workspace) -> None:
    """120,000 ÷ (400 × 6) = 50; 38 bought, 12 are lacking: for months already, hence loudly."""
    workspace.settings(more="portfolio: {turnover: 120000, basket: 400, orders_per_year: 6}\n")
    orders(workspace, [(f"c{n}", ago(days), 100) for n in range(38) for days in (500, 20)])

    found = portfolio(workspace)["needed"]

    assert (found["exact"], found["needed"], found["have"], found["short"]) == (50, 50, 38, 12)
    assert found["alarm"] == {"level": "alarm", "months": 12, "start_up": False}
    shown = workspace.run("portfolio", now=NOW).out
    assert "takes 50 customers" in shown
    assert "ALARM: too few customers, for 12 months already" in shown


def test_a_firm_that_has_only_begun_hears_no_alarm(workspace: Workspace) -> None:
    more = "portfolio: {turnover: 120000, basket: 400, orders_per_year: 6, prospects: 100}\n"
    workspace.settings(more=more)
    orders(workspace, [("c1", ago(30), 100)])

    found = portfolio(workspace)

    assert found["needed"]["alarm"] == {"level": "none", "months": 1, "start_up": True}
    assert found["prospects"]["alarm"]["level"] == "none"


# --- B9, B11: basket, repeat rate, retention, attrition -------------------------------------------


def test_basket_and_repeat_rate_name_their_bases(workspace: Workspace) -> None:
    """5,000 of turnover in 50 receipts is 100; 30 of 120 customers ordered twice: 25 %."""
    recent = [(f"c{n}", ago(20 + n), 100) for n in range(50)]
    again = [(f"c{n}", ago(500), 80) for n in range(30)]
    old = [(f"old{n}", ago(500), 80) for n in range(70)]
    orders(workspace, [*recent, *again, *old])

    found = portfolio(workspace)

    assert (found["basket"]["value"], found["basket"]["receipts"]) == (100, 50)
    assert found["basket"]["basis"] == "turnover / receipts"
    assert found["customers"] == 120
    assert found["repeat_rate"]["rate"] == 0.25


def test_retention_takes_off_the_new_and_those_who_came_back(workspace: Workspace) -> None:
    """10 at the start, 9 at the end, 2 of them new and 1 back again: 60 %, not 70 %."""
    stay = [(f"s{n}", ago(days), 100) for n in range(6) for days in (700, 30)]
    # Lost today, after more than 24 months; a year ago they were not.
    gone = [(f"g{n}", ago(735), 100) for n in range(4)]
    back = [("b", ago(1500), 100), ("b", ago(20), 100)]
    new = [(f"n{n}", ago(40), 100) for n in range(2)]
    orders(workspace, [*stay, *gone, *back, *new])

    found = portfolio(workspace)

    assert found["retention"] == {
        "rate": 0.6, "basis": "(end - new - reactivated) / start",
        "start": 10, "end": 9, "new": 2, "reactivated": 1,
    }  # fmt: skip
    attrition = found["attrition"]
    assert (attrition["rate"], attrition["basis"], attrition["lost"]) == (0.4, "start", 4)
    assert attrition["by_end"] == pytest.approx(4 / 9)
    assert attrition["expected_life_months"] == 30
    back_again = found["win_back"]
    assert (back_again["lost"], back_again["lost_at_once"], back_again["chance"]) == (4, 4, 1)


def test_a_past_day_is_told_again_from_the_events(workspace: Workspace) -> None:
    """The same base a year earlier: nobody was new, who is lost today was declining."""
    gone = [(f"g{n}", ago(735), 100) for n in range(4)]
    orders(workspace, [*gone, ("n", ago(40), 100)])

    before = portfolio(workspace, "--on", str(ago(365)))

    assert {row["stage"]: row["customers"] for row in before["stages"] if row["customers"]} == {
        "declining": 4,
    }  # fmt: skip
    assert before["on"] == str(ago(365))
    refused = workspace.run("portfolio", "--on", "2027-04-01", "--json", now=NOW)
    assert refused.code == 2
    assert "to come" in refused.errors[0]["message"]


# --- B12 ------------------------------------------------------------------------------------------


def test_a_lifetime_is_worth_turnover_and_margin(workspace: Workspace) -> None:
    """100 twice a year, for two years where nobody was ever lost: 400; a quarter is margin."""
    workspace.settings(more="portfolio: {years: 2, discount: 10%}\n")
    orders(workspace, [(f"c{n}", ago(days), 100, 25) for n in range(4) for days in (500, 200, 20)])

    found = portfolio(workspace)["lifetime_value"]

    assert (found["basket"], found["orders_per_year"], found["years"]) == (100, 2, 2)
    assert (found["revenue"], found["margin"], found["margin_rate"]) == (400, 100, 0.25)
    # 50 a year, all of them stay: 50 + 50 ÷ 1.1.
    assert found["discounted_margin"] == pytest.approx(50 + 50 / 1.1)


# --- B13 ------------------------------------------------------------------------------------------


def test_the_real_curve_stands_beside_the_convention(workspace: Workspace) -> None:
    """50, 30, 10, 6, 4: the first fifth makes 50 %, two fifths 80 %."""
    orders(workspace, [(f"c{n}", ago(20), n) for n in (50, 30, 10, 6, 4)])

    found = portfolio(workspace)["abc"]

    curve = {point["customers"]: point["revenue"] for point in found["curve"]}
    assert (curve[0.2], curve[0.4]) == (0.5, 0.8)
    assert found["customers_for_80"] == 0.4
    assert [(one["class"], one["customers"], one["revenue_share"]) for one in found["classes"]] == [
        ("A", 2, 0.8), ("B", 2, 0.16), ("C", 1, 0.04),
    ]  # fmt: skip
    assert found["classes"][0]["convention"] == {"customer_share": 0.2, "revenue_share": 0.8}


def test_remaining_potential_and_the_segments_of_the_matrix(workspace: Workspace) -> None:
    """50,000 possible and 20,000 bought leave 30,000; a prospect enters by his potential."""
    orders(workspace, [("big", ago(20), 20_000), ("small", ago(20), 100)])
    workspace.people([("p1", "One", "p1@mail.example", "Rennes")])
    for who, potential in (("big", "50000"), ("small", "200"), ("p1", "9000")):
        workspace.ok("plan", "score", f'external_id = "{who}"', "--potential", potential,
                     now=NOW)  # fmt: skip

    found = portfolio(workspace)["matrix"]

    cells = {cell["cell"]: (cell["segment"], cell["remaining"]) for cell in found["cells"]}
    assert cells == {"A1": ("core", 30_000), "C3": ("low_touch", 100), "P2": ("steady", 9_000)}
    assert found["remaining_potential"] == 39_100


def test_scores_of_three_letters_and_the_average_instead_of_the_sum(workspace: Workspace) -> None:
    """Five customers, one better than the other in all: 3 to 15 points; the M may be an average."""
    rows = [(f"c{n}", ago(100 - 10 * n - day), 10 * n) for n in range(1, 6) for day in range(n)]
    orders(workspace, rows)

    totals = [cell["total"] for cell in portfolio(workspace)["rfm"]["cells"]]
    assert totals == [15, 12, 9, 6, 3]
    workspace.settings(more="portfolio: {monetary: average, classes: 3}\n")
    found = portfolio(workspace)["rfm"]
    assert (found["monetary"], found["classes"]) == ("average", 3)
    assert [(cell["total"], cell["customers"]) for cell in found["cells"]] == [
        (9, 1),
        (6, 2),
        (3, 2),
    ]


# --- B0, B7: prospects ----------------------------------------------------------------------------


def test_the_number_of_prospects_month_by_month_comes_first(workspace: Workspace) -> None:
    """20 came in February, 5 of them ordered in March; a thin stock is told, with its sources."""
    workspace.settings(more="portfolio: {prospects: 100, start_up: 0}\n")
    names = [f"p{n}" for n in range(20)]
    workspace.write("fair.csv", "Ref;E-mail\n" + "".join(f"{n};{n}@mail.example\n" for n in names))
    workspace.ok("contacts", "import", "fair.csv", "--source", "fair", now="2027-02-10T10:00")
    for name in names[:5]:
        workspace.ok("record", name, "order", "--amount", "10", now="2027-03-20T10:00")
    workspace.ok("record", names[6], "arid", "--reason", "too far", now="2027-03-21T10:00")

    found = portfolio(workspace, "--months", "3")

    stocks = {row["month"]: (row["stock"], row["new_prospects"], row["conversions"], row["arid"])
              for row in found["by_month"]}  # fmt: skip
    assert stocks == {"2027-01": (0, 0, 0, 0), "2027-02": (20, 20, 0, 0), "2027-03": (14, 0, 5, 1)}
    head = found["prospects"]
    assert (head["stock"], head["new"], head["conversions"]) == (14, 20, 5)
    assert head["conversion_rate"]["rate"] == 0.25
    assert head["by_source"] == [{"source": "fair", "contacts": 20}]
    # In January there was no base yet.
    assert head["alarm"] == {"level": "notice", "months": 2, "start_up": False}
    lines = workspace.run("portfolio", now=NOW).out.splitlines()
    assert lines[2].startswith("Prospects in portfolio: 14")
    assert all(len(line) <= 80 for line in lines)


def test_a_saw_tooth_of_1_and_the_end_of_prospecting_are_seen(workspace: Workspace) -> None:
    """Nothing, 10, nothing, 10: 1; orders come in, and nobody was contacted for 60 days."""
    orders(workspace, [("c0", date(2026, 11, 1), 1), ("c1", date(2027, 1, 15), 10),
                       ("c2", date(2027, 3, 15), 10)])  # fmt: skip
    workspace.write("letters.csv", "E-mail;Envoyé le;Canal\na@mail.example;2027-01-30;courrier\n")
    workspace.ok("history", "import", "letters.csv", "--campaign", "letters", "--create-contacts",
                 now=NOW)  # fmt: skip

    head = portfolio(workspace, "--months", "4")["prospects"]

    assert head["sawtooth"] == 1
    assert (head["silent_days"], head["stopped"]) == (60, True)
    shown = workspace.run("portfolio", now=NOW).out
    assert "Prospecting has stopped: no touch of a prospect for 60 days" in " ".join(shown.split())


def test_penetration_of_the_market_and_of_an_area(workspace: Workspace) -> None:
    """48 of 57.6: five of six (B7)."""
    workspace.settings(more="portfolio: {potential_customers: 12}\n")
    workspace.people([(f"c{n}", "Name", f"c{n}@mail.example", "Rennes") for n in range(5)])
    orders(workspace, [(f"c{n}", ago(20), 10) for n in range(5)])
    workspace.ok("plan", "areas", "add", "Rennes", 'city = "Rennes"', "--potential", "6", now=NOW)

    found = portfolio(workspace)["penetration"]

    assert [(one["area"], one["customers"], one["potential"]) for one in found] == [
        (None, 5, 12), ("Rennes", 5, 6),
    ]  # fmt: skip
    assert found[1]["rate"] == pytest.approx(0.8333, abs=0.0001)


# --- by hand, and on paper ------------------------------------------------------------------------


def test_a_stage_set_by_hand_keeps_its_reason_and_is_taken_back(workspace: Workspace) -> None:
    orders(workspace, [("c1", ago(900), 10)])
    refused = workspace.run("portfolio", "stage", "c1", "mature", "--json", now=NOW)
    assert (refused.code, "reason" in refused.errors[0]["message"]) == (2, True)
    unknown = workspace.run("portfolio", "stage", "c1", "matur", "--json", now=NOW)
    assert "mature" in unknown.errors[0]["hint"]

    told = workspace.ok(
        "portfolio", "stage", "c1", "mature", "--reason", "yearly contract", now=NOW
    )

    assert (told["life_stage"], told["by_hand"], told["reason"]) == ("mature", True,
                                                                     "yearly contract")  # fmt: skip
    assert "yearly contract" in workspace.run("why", "c1", now=NOW).out
    found = portfolio(workspace)
    assert [row["stage"] for row in found["stages"] if row["customers"]] == ["mature"]
    assert "the life stage of 1 customer was set by hand" in found["notes"]
    before = portfolio(workspace, "--on", "2027-03-30")
    assert [row["stage"] for row in before["stages"] if row["customers"]] == ["lost"]
    back = workspace.ok("portfolio", "stage", "c1", "computed", now="2027-04-01T10:00")
    assert (back["life_stage"], back["by_hand"], back["reason"]) == ("lost", False, None)


def test_the_firms_own_thresholds_and_their_errors(workspace: Workspace) -> None:
    orders(workspace, [("c1", ago(400), 10)])
    workspace.settings(more="portfolio: {lost_after: 365}\n")
    assert portfolio(workspace)["stages"][-1]["customers"] == 1
    assert workspace.ok("contacts", "count", 'life_stage = "lost"', now=NOW)["count"] == 1
    workspace.settings(more="portfolio: {lost_aftr: 365, classes: 40, decline: 150%}\n")
    errors = workspace.run("portfolio", "--json", now=NOW).errors
    assert [one["line"] for one in errors] == [11, 11, 11]
    assert "lost_after" in errors[0]["hint"]


def test_the_review_is_written_as_a_page_and_a_workbook(workspace: Workspace) -> None:
    from openpyxl import load_workbook

    b8(workspace)
    told = portfolio(workspace, "--html", "p.html", "--xlsx", "p.xlsx")
    assert told["files"] == ["p.html", "p.xlsx"]
    assert "Prospects in portfolio" in (workspace.folder / "p.html").read_text()
    book = load_workbook(workspace.folder / "p.xlsx")
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "developing" in cells
    assert any(str(value).startswith("=") for value in cells)


def test_an_empty_base_is_reviewed_without_a_word_too_much(workspace: Workspace) -> None:
    found = portfolio(workspace)
    assert (found["verdict"], found["customers"], found["model"]) == ("open", 0, None)
    shown = workspace.run("portfolio", now=NOW)
    assert shown.code == 0
    assert "there is no customer yet" in shown.out


# --- CDNOW ----------------------------------------------------------------------------------------


def cdnow(folder: Path) -> list[tuple[str, date, str]]:
    rows = []
    for line in (folder / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, _, amount = line.split()
        rows.append((customer, date(int(day[:4]), int(day[4:6]), int(day[6:])), amount))
    return rows


def test_cdnow_gives_the_published_parameters(workspace: Workspace, real_data: Path) -> None:
    """The sample of 2,357 customers, imported as history, as of the end of the calibration."""
    rows = cdnow(real_data)
    orders(workspace, rows, name="cdnow")

    found = portfolio(workspace, "--on", "1997-09-30", "--months", "6")

    model = found["model"]
    assert (model["customers"], model["fitted_to"], model["unit"]) == (2357, 2357, "week")
    assert [round(model[name], 3) for name in ("r", "alpha", "a", "b")] == [
        0.243, 4.414, 0.793, 2.426,
    ]  # fmt: skip
    assert round(model["log_likelihood"], 1) == -9582.4
    spending = model["spending"]
    assert [round(spending[name], 2) for name in ("p", "q", "gamma")] == [6.25, 3.74, 15.44]

    known = [(who, day, amount) for who, day, amount in rows if day <= date(1997, 9, 30)]
    assert found["customers"] == len({who for who, _, _ in known}) == 2357
    by_customer: dict[str, int] = {}
    for who, _, _ in known:
        by_customer[who] = by_customer.get(who, 0) + 1
    again = sum(count > 1 for count in by_customer.values())
    assert found["repeat_rate"]["rate"] == pytest.approx(again / 2357)
    cents = sum(round(float(amount) * 100) for _, _, amount in known)
    assert found["abc"]["revenue"] == pytest.approx(cents / 100)
    month = found["by_month"][-1]
    assert month["orders"] == sum(day >= date(1997, 9, 1) for _, day, _ in known)
    moved = found["retention"], found["attrition"]
    assert moved[0]["rate"] + moved[1]["rate"] == pytest.approx(1)


def test_the_answer_is_one_json_object_with_its_keys(workspace: Workspace) -> None:
    orders(workspace, [("c1", ago(20), 10)])
    told = json.loads(workspace.run("portfolio", "--json", now=NOW).out)
    assert set(told) == {
        "on", "since", "months", "prospects", "by_month", "customers", "without_orders", "stages",
        "stages_basis", "healthy_share", "declining_share", "declining_share_before",
        "declining_grew", "verdict", "verdict_reason", "retention", "attrition", "repeat_rate",
        "basket", "needed", "abc", "rfm", "matrix", "lifetime_value", "model", "penetration",
        "win_back", "actions", "notes",
    }  # fmt: skip
