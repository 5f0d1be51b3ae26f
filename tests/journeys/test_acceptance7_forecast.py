"""Acceptance of issue line 6.7, `plan forecast`: orders and cash from the prospects there are.

The expected values are worked out by hand from the tables below, by domain.md B0 (24 actives at
1/12 are 2 orders of 20,000 €, half of them this month, 30 % the next, 20 % within the year) and by
Kaplan and Meier's product over ten people.
"""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

TODAY = "2027-03-01T09:00"


def past(workspace: Workspace, header: str, rows: list[str]) -> None:
    """What was done before, from a table."""
    workspace.write("past.csv", "\n".join([header, *rows]) + "\n")
    words = ("--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", "past.csv", *words, now=TODAY)


def orders(answer: Any) -> list[float]:
    return [month["orders"]["value"] for month in answer["months"]]


def test_twenty_four_actives_are_two_orders_half_of_them_this_month(workspace: Workspace) -> None:
    """Today they became active: nothing of this base is known yet, the sources tell all of it."""
    rows = [f"c{n};2027-02-08;appel;RDV;2027-03-01" for n in range(24)]
    past(workspace, "Code;Envoyé le;Canal;Étape;Date", rows)
    deal = ("--average-deal", "20000")

    told = workspace.ok("plan", "forecast", *deal, "--payment-days", "31", now=TODAY)
    assert told["orders"]["value"] == pytest.approx(2)
    assert told["revenue"]["value"] == pytest.approx(40_000)
    assert orders(told)[:2] == pytest.approx([1.0, 0.6])
    assert sum(orders(told)[2:]) == pytest.approx(0.4, abs=1e-4)
    assert told["months"][0]["revenue"]["value"] == pytest.approx(20_000)
    # Of March's 31 days, 31 days later: thirty are paid in April, that of the 31st on 1 May.
    cash = [month["cash"]["value"] for month in told["months"][:2]]
    assert cash == pytest.approx([0, 20_000 * 30 / 31], abs=0.01)
    for month in told["months"]:
        assert month["orders"]["low"] <= month["orders"]["value"] <= month["orders"]["high"]
    assert told["orders"]["low"] < 2 < told["orders"]["high"] <= 24
    stock = {line["stage"]: line for line in told["stock"]}
    assert {stage: line["people"] for stage, line in stock.items()} == {
        "contacted": 0, "replied": 0, "appointment": 24, "quote": 0,
    }  # fmt: skip
    assert stock["appointment"]["default_conversion"] == pytest.approx(1 / 12)
    assert told["back_test"]["forecasts"] == []

    # A firm's own figures: half as many proposals a deal, and all of it in the first month.
    own = ("--proposals-per-deal", "1.5", "--delays", "100,0,0", "--months", "2")
    told = workspace.ok("plan", "forecast", *deal, *own, now=TODAY)
    assert orders(told) == pytest.approx([4, 0])

    said = workspace.run("plan", "forecast", *deal, now=TODAY)
    assert said.code == 0
    assert "2 orders are to be expected" in said.out
    assert "50, 30, 20 %" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_who_has_not_ordered_yet_is_not_yet_and_the_past_says_how_wrong(
    workspace: Workspace,
) -> None:
    """Ten quotes: four ordered on the 10th day, three never in 280, three are five days old.

    On the 10th day seven were still followed (the young are not): 4/7 of them ordered. So of the
    three young ones 12/7 orders are to come, on their 10th day; the old ones have had theirs.
    """
    rows = [f"o{n};2026-05-01;appel;2026-05-15;2026-05-25;1000" for n in range(4)]
    rows += [f"s{n};2026-05-01;appel;2026-05-15;;" for n in range(3)]
    rows += [f"n{n};2027-02-10;appel;2027-02-24;;" for n in range(3)]
    past(workspace, "Code;Envoyé le;Canal;Devis le;Commande le;Montant", rows)
    own = ("--weight", "0")

    told = workspace.ok("plan", "forecast", *own, "--months", "2", now=TODAY)
    assert orders(told) == pytest.approx([12 / 7, 0], abs=1e-5)
    assert told["average_deal"]["value"] == 1000
    assert told["revenue"]["value"] == pytest.approx(12_000 / 7, abs=0.01)
    assert told["months"][1]["cash"]["value"] == pytest.approx(12_000 / 7, abs=0.01)
    assert told["orders_seen"] == 4
    # The sources weigh as a third of the quotes that come to an order, hence fewer than 4/7.
    blended = workspace.ok("plan", "forecast", "--tries", "0", now=TODAY)
    assert 0 < sum(orders(blended)[:1]) < 12 / 7
    assert blended["back_test"]["forecasts"] == []

    # A forecast of a past day is the one that would have been made then, with what was known.
    for again in told["back_test"]["forecasts"]:
        assert again["came"] == 0
        assert again["error"] == pytest.approx(again["orders"]["value"])
    some = told["back_test"]["forecasts"][-1]["on"]
    then = workspace.ok("plan", "forecast", *own, "--months", "3", "--on", some, now=TODAY)
    assert then["orders"]["value"] == pytest.approx(
        told["back_test"]["forecasts"][-1]["orders"]["value"], abs=1e-5
    )
    # On the morning after the quotes nobody had ordered yet: 7 quotes, the sources' third.
    then = workspace.ok("plan", "forecast", "--on", "2026-05-16", "--months", "1", now=TODAY)
    assert then["orders_seen"] == 0
    assert orders(then) == pytest.approx([7 / 3 / 2], abs=0.01)


def test_a_forecast_made_again_says_by_how_much_it_was_wrong(workspace: Workspace) -> None:
    """Forty quotes of September, by the sources a third of them orders; not one came."""
    rows = [f"c{n};2026-09-15;appel;2026-09-30" for n in range(40)]
    past(workspace, "Code;Envoyé le;Canal;Devis le", rows)
    told = workspace.ok("plan", "forecast", now=TODAY)["back_test"]
    by_day = {again["on"]: again for again in told["forecasts"]}
    first = by_day["2026-10-01"]
    # On that morning: 40 quotes, a third, 50 + 30 % and two months' share of the rest of the year.
    assert first["orders"]["value"] == pytest.approx(40 / 3 * (0.8 + 0.2 / 10), rel=0.01)
    assert first["came"] == 0
    assert first["error"] == pytest.approx(first["orders"]["value"])
    # A third of 3 observations is little to go by: nobody of 40 has a chance of 2/42 or more.
    assert first["within"]
    assert first["orders"]["low"] == 0
    errors = [again["error"] for again in told["forecasts"]]
    # Nothing came, so there is nothing to divide by.
    assert told["bias"] is told["relative_error"] is None
    assert told["mean_absolute_error"] == pytest.approx(
        sum(map(abs, errors)) / len(errors), abs=1e-4
    )
    assert told["within"] == sum(again["within"] for again in told["forecasts"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--on", "2031-01-01"), "still to come"),
        (("--delays", "50,30,30"), "100 %"),
        (("--delays", "a,b,c"), "takes a number, not 'a'"),
        (("--average-deal", "-5"), "not below 0"),
        (("--accessibility", "0"), "above 0"),
        (("--on", "someday"), "no date"),
    ],
)
def test_a_wrong_figure_is_told(workspace: Workspace, words: tuple[str, str], said: str) -> None:
    (error,) = workspace.run("plan", "forecast", *words, "--json", now=TODAY).errors
    assert said in error["message"] or said in (error["hint"] or "")


def test_french_forecast_fits_eighty_columns(workspace: Workspace) -> None:
    settings = (workspace.folder / "outreach.yaml").read_text().replace("en_GB", "fr_FR")
    workspace.write("outreach.yaml", settings)
    rows = [f"c{n};2026-09-15;appel;2026-09-30" for n in range(40)]
    past(workspace, "Code;Envoyé le;Canal;Devis le", rows)
    said = workspace.run("plan", "forecast", "--average-deal", "20000", now=TODAY)
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert "commandes" in said.out
    assert " orders" not in said.out
    wrong = workspace.run("plan", "forecast", "--on", "2031-01-01", now=TODAY)
    assert wrong.code == 2
    assert "Traceback" not in wrong.err
