"""`plan forecast` through the command: B0's worked example, a regular past, how wrong it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from workspaces import Workspace

from outreach.store.engine import Database

NOW = "2027-03-01T09:00"


def ahead(workspace: Workspace, *words: str, now: str = NOW) -> Any:
    return workspace.ok("plan", "forecast", *words, now=now)


def orders(answer: Any) -> list[float]:
    return [one["orders"]["value"] for one in answer["months"]]


@pytest.fixture
def actives(workspace: Workspace) -> Workspace:
    """24 prospects who replied this morning, and nobody who ever ordered."""
    workspace.townspeople(24)
    for number in range(1, 25):
        workspace.ok("record", f"p{number:03}", "replied", now=NOW)
    return workspace


def regular(workspace: Workspace) -> None:
    """Each month 40 contacted on the 1st; 8 reply 10 days later, 4 of them get a quote 20 days
    after that, 2 of these order 30 days after that, for 1,000 and 3,000: to February 2027.
    """
    lines = ["E-mail;Envoyé le;Canal;Étape;Date;Montant"]

    def row(who: str, sent: date, stage: str = "", days: int = 0, amount: str = "") -> None:
        day = sent + timedelta(days=days)
        if day <= date(2027, 3, 1):
            on = f"{day:%d/%m/%Y}" if stage else ""
            lines.append(f"{who};{sent:%d/%m/%Y};courrier;{stage};{on};{amount}")

    for month in range(20):
        sent = date(2025 + (6 + month) // 12, (6 + month) % 12 + 1, 1)
        for number in range(40):
            who = f"p{month}-{number}@x.example"
            row(who, sent)
            if number < 8:
                row(who, sent, "réponse", 10)
            if number < 4:
                row(who, sent, "devis", 30)
            if number < 2:
                row(who, sent, "commande", 60, "1000" if number else "3000")
    workspace.write("past.csv", "\n".join(lines) + "\n")
    workspace.ok(
        "history", "import", "past.csv", "--campaign", "past", "--create-contacts", now=NOW
    )


# --- the sources' own figures -----------------------------------------------------------------


def test_24_actives_are_2_orders_and_40_000(actives: Workspace) -> None:
    """B0: 3 deals of 36 actives; 24 → 2 × 20,000; 50/30/20 → 1.0, 0.6, 0.4 orders."""
    answer = ahead(actives, "--average-deal", "20000", "--delays", "50,30,20")
    assert answer["orders"]["value"] == pytest.approx(2)
    assert answer["revenue"]["value"] == pytest.approx(40_000)
    by_month = orders(answer)
    assert by_month[:2] == [pytest.approx(1.0, abs=1e-5), pytest.approx(0.6, abs=1e-5)]
    assert sum(by_month[2:]) == pytest.approx(0.4, abs=1e-4)
    assert answer["average_deal"] == {"value": 20000, "origin": "given"}
    replied = next(one for one in answer["stock"] if one["stage"] == "replied")
    assert (replied["people"], replied["history_weight"]) == (24, 0)


def test_the_settings_say_when_orders_come_and_when_they_are_paid(actives: Workspace) -> None:
    """All in the first month, paid 31 days later: in the second month but for its last days."""
    actives.settings(more="planning: {delays: [100, 0], payment_days: 31}\n")
    answer = ahead(actives, "--average-deal", "20000", "--months", "3")
    assert answer["payment_days"] == 31
    assert orders(answer) == [pytest.approx(2), 0, 0]
    cash = [one["cash"]["value"] for one in answer["months"]]
    assert cash == [0, pytest.approx(40_000 * 30 / 31), pytest.approx(40_000 / 31)]
    typed = ahead(actives, "--average-deal", "20000", "--payment-days", "0", "--delays", "50,50")
    assert typed["months"][0]["cash"]["value"] == pytest.approx(20_000)


def test_without_any_order_there_is_no_money_yet_and_it_says_so(actives: Workspace) -> None:
    answer = ahead(actives)
    assert (answer["revenue"], answer["months"][0]["cash"]) == (None, None)
    assert answer["back_test"]["forecasts"] == []
    told = actives.run("plan", "forecast", now=NOW).out
    assert "--average-deal" in told
    assert "no past long enough" in told
    assert max(map(len, told.splitlines())) <= 80


def test_a_base_without_prospects_expects_nothing(workspace: Workspace) -> None:
    answer = ahead(workspace, "--months", "2")
    assert orders(answer) == [0, 0]
    assert answer["orders"] == {"value": 0, "low": 0, "high": 0}
    assert "0 orders" in workspace.run("plan", "forecast", now=NOW).out


# --- the firm's own past ----------------------------------------------------------------------


def test_a_regular_past_goes_on_as_it_was(workspace: Workspace, base: Database) -> None:
    """Alone, history says what will be: 2 orders on 2 March, of January's, 2 on 2 April."""
    regular(workspace)
    answer = ahead(workspace, "--weight", "0", "--months", "4")
    assert orders(answer) == [pytest.approx(2), pytest.approx(2), 0, 0]
    assert answer["average_deal"] == {"value": 2000, "origin": "history"}
    assert answer["months"][0]["revenue"]["value"] == pytest.approx(4000)
    assert {one["stage"]: one["orders"] for one in answer["stock"]} == {
        "contacted": 0, "replied": pytest.approx(2), "appointment": 0,
        "quote": pytest.approx(2),
    }  # fmt: skip
    low, high = (answer["orders"][end] for end in ("low", "high"))
    assert low < 4 < high


def test_forecasts_of_past_days_are_set_beside_what_came(workspace: Workspace) -> None:
    """Rates that never change are never wrong: each past forecast is what came."""
    regular(workspace)
    answer = ahead(workspace, "--weight", "0", "--tries", "3")["back_test"]
    found = [(one["on"], one["orders"]["value"], one["came"]) for one in answer["forecasts"]]
    assert [(day, round(value, 6), came) for day, value, came in found] == [
        ("2026-10-01", 2, 2), ("2026-11-01", 2, 2), ("2026-12-01", 2, 2),
    ]  # fmt: skip
    assert (answer["bias"], answer["mean_absolute_error"]) == (
        pytest.approx(0), pytest.approx(0, abs=1e-6),
    )  # fmt: skip
    assert answer["within"] == 3
    told = workspace.run("plan", "forecast", "--tries", "3", now=NOW).out
    assert "How wrong it was" in told
    assert "3 of 3 ranges" in told
    assert max(map(len, told.splitlines())) <= 80


def test_with_the_sources_weighing_in_it_is_nearly_the_same(workspace: Workspace) -> None:
    regular(workspace)
    answer = ahead(workspace, "--months", "4")
    assert answer["orders"]["value"] == pytest.approx(4, rel=0.25)
    weights = {one["stage"]: one["history_weight"] for one in answer["stock"]}
    assert weights["contacted"] > 0.9
    assert weights["appointment"] == 0


def test_a_past_day_is_forecast_with_what_was_known_then(workspace: Workspace) -> None:
    regular(workspace)
    then = ahead(workspace, "--on", "2026-12-01", "--weight", "0", "--months", "2", "--tries", "0")
    assert then["on"] == "2026-12-01"
    assert then["months"][0]["from"] == "2026-12-01"
    assert orders(then) == [pytest.approx(2), pytest.approx(0)]


def test_orders_already_placed_are_cash_to_come(workspace: Workspace) -> None:
    """February's 2 of 4,000, ordered on 30 January, are paid 45 days later: on 16 March."""
    regular(workspace)
    answer = ahead(workspace, "--weight", "0", "--payment-days", "45", "--months", "2")
    assert answer["months"][0]["already_ordered"] == 4000
    assert answer["months"][0]["cash"]["value"] == pytest.approx(4000)
    assert answer["months"][1]["cash"]["value"] == pytest.approx(4000)


def test_new_prospects_are_added_where_they_are_foreseen(workspace: Workspace) -> None:
    """40 more a month bring what 40 a month brought: 2 orders from the third month on."""
    regular(workspace)
    answer = ahead(workspace, "--weight", "0", "--new", "40", "--months", "6")
    assert orders(answer)[3:] == [pytest.approx(2, abs=0.2)] * 3
    assert answer["from_new"] == pytest.approx(sum(orders(answer)) - 4)


@pytest.mark.parametrize(
    "words",
    [
        ("--months", "0"), ("--delays", "80,30"), ("--delays", "x"), ("--average-deal", "-1"),
        ("--compensation", "0"), ("--accessibility", "200%"), ("--on", "2028-01-01"),
        ("--payment-days", "-1"), ("--weight", "-1"), ("--tries", "99"),
    ],
)  # fmt: skip
def test_what_cannot_be_forecast_is_told(workspace: Workspace, words: tuple[str, ...]) -> None:
    done = workspace.run("plan", "forecast", *words, now=NOW)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_the_last_hour_of_a_winter_s_day_is_of_that_day(workspace: Workspace) -> None:
    """Whoever answers at 23:20 has not answered tomorrow, whatever summer time would say."""
    workspace.campaign("winter", steps="  - {step: talk, channel: task}\n")
    person, _ = workspace.townspeople(2)
    workspace.launch("winter", now="2027-01-10T09:00")
    workspace.ok("record", person, "replied", "--on", "2027-01-15T23:20", now="2027-01-15T23:30")
    answer = workspace.run("plan", "forecast", now="2027-01-15T23:40")
    assert answer.code == 0, answer.err
    assert "Traceback" not in answer.err
