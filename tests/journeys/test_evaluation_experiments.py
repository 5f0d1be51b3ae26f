"""Experiments through the command: groups drawn in strata, compared, and judged at any look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.multitest import multipletests
from workspaces import Workspace

LAUNCH = "2027-03-01T09:00:00+01:00"
TWO = (
    "  - {step: mail, channel: email, template: mail.html.j2,"
    ' variants: {a: {subject: "A"}, b: {subject: "B"}}}\n'
)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)


def people(workspace: Workspace, towns: dict[str, int]) -> None:
    """So many people of each town; every third is a customer."""
    names = [town for town, count in towns.items() for _ in range(count)]
    rows = (
        (
            f"p{n:04}",
            f"Name-{n}",
            f"p{n}@mail.example",
            town,
            "customer" if n % 3 == 0 else "prospect",
        )
        for n, town in enumerate(names)
    )
    workspace.people(rows, "Ref;Last name;E-mail;City;Kind")


def groups(workspace: Workspace, campaign: str) -> dict[str, list[str]]:
    """Group → the people in it: `control`, or the variant."""
    workspace.ok("events", "export", "all.csv", "--campaign", campaign)
    from csv import DictReader

    found: dict[str, dict[str, None]] = {}
    with (workspace.folder / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        text = file.read()
        dialect = ";" if text.splitlines()[0].count(";") > 5 else ","
        for row in DictReader(text.splitlines(), delimiter=dialect):
            if row["arm"] == "control":
                found.setdefault("control", {})[row["external_id"]] = None
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(workspace.folder / "data" / "outreach.db")) as connection:
        rows = connection.execute(
            "select d.variant, c.external_id from delivery d join contact c on c.id = d.contact_id"
        )
        for variant, who in rows:
            found.setdefault(variant, {})[who] = None
    return {name: list(who) for name, who in found.items()}


def record(
    workspace: Workspace, campaign: str, who: Iterable[str], *, on: str, amount: str
) -> None:
    lines = ["contact,stage,campaign,on,amount"]
    lines += [f"{one},order,{campaign},{on},{amount}" for one in who]
    workspace.write("orders.csv", "\n".join(lines) + "\n")
    workspace.ok("record", "--from", "orders.csv", now=f"{on}T20:00:00+01:00")


def lift(report: dict[str, Any], arm: str, against: str) -> dict[str, Any]:
    (row,) = [r for r in report["lift"] if (r["arm"], r["against"]) == (arm, against)]
    return row


# --- drawing in strata ------------------------------------------------------------------------


def test_control_and_variants_have_their_exact_share_of_every_stratum(
    workspace: Workspace,
) -> None:
    """Town by kind: largest remainder for control, never more than one apart for variants."""
    people(workspace, {"Rennes": 60, "Brest": 33, "Vannes": 7})
    workspace.campaign("fair", "true", steps=TWO,
                       audience="  control: 20%\n  stratify: [city, kind]\n")  # fmt: skip
    launched = workspace.launch("fair", now=LAUNCH)
    assert (launched["control"], launched["enrolled"]) == (20, 80)
    found = workspace.ok("report", "fair")
    drawn = groups(workspace, "fair")
    assert {name: len(who) for name, who in drawn.items()} == {"control": 20, "a": 40, "b": 40}
    listed = workspace.ok("contacts", "list", "--limit", "0")["contacts"]
    stratum = {one["external_id"]: (one["city"], one["kind"]) for one in listed}
    sizes = Counter(stratum.values())
    shares = {name: Counter(stratum[one] for one in who) for name, who in drawn.items()}
    for which, size in sizes.items():
        assert abs(shares["control"][which] - size / 5) < 1
        assert abs(shares["a"][which] - shares["b"][which]) <= 1
    checks = [one for one in found["balance"] if one["check"] == "stratum"]
    assert checks
    assert not any(one["alarm"] for one in found["balance"])


def test_a_stratum_of_a_field_that_is_not_there_is_an_error_with_its_place(
    workspace: Workspace,
) -> None:
    people(workspace, {"Rennes": 4})
    workspace.campaign("slip", audience="  control: 10%\n  stratify: [citty, life_stage]\n")
    done = workspace.run("check", "slip", "--json")
    assert done.code == 1
    problems = [p for p in done.json["problems"] if p["severity"] == "error"]
    assert [(p["message"], p["line"]) for p in problems] == [
        ("the contact base has no field 'citty'", 7),
        ("people cannot be sorted by 'life_stage': it changes by the day", 7),
    ]
    assert problems[0]["hint"] == "did you mean 'city'?"


def test_a_pilot_then_the_rest_keep_the_shares_and_nobody_moves(workspace: Workspace) -> None:
    people(workspace, {"Rennes": 50, "Brest": 30})
    workspace.campaign("steps", "true", steps=TWO,
                       audience="  control: 10%\n  stratify: city\n")  # fmt: skip
    workspace.launch("steps", "--pilot", "20", now=LAUNCH)
    first = groups(workspace, "steps")
    assert len(first["control"]) == 2
    workspace.launch("steps", now="2027-03-02T09:00:00+01:00")
    then = groups(workspace, "steps")
    for name, who in first.items():
        assert set(who) <= set(then[name])
    assert {name: len(who) for name, who in then.items()} == {"control": 8, "a": 36, "b": 36}


def test_a_change_of_the_campaign_moves_nobody_to_another_variant(workspace: Workspace) -> None:
    people(workspace, {"Rennes": 30})
    workspace.campaign("later", "true", steps=TWO, head="start: 2027-03-10\n",
                       audience="  stratify: kind\n")  # fmt: skip
    workspace.launch("later", now=LAUNCH)
    before = groups(workspace, "later")
    workspace.campaign("later", "true", steps=TWO, head="start: 2027-03-17\n",
                       audience="  stratify: kind\n")  # fmt: skip
    workspace.ok("launch", "later", "--confirm-change", now=LAUNCH)
    assert groups(workspace, "later") == before


def test_the_preview_shows_the_variant_that_the_launch_draws(workspace: Workspace) -> None:
    people(workspace, {"Rennes": 25, "Brest": 12})
    workspace.campaign("seen", "true", steps=TWO, audience="  stratify: city\n")
    who = [word for n in range(12) for word in ("--who", f"p{n}@mail.example")]
    shown = workspace.ok("preview", "seen", *who, now=LAUNCH)["steps"]
    workspace.launch("seen", now=LAUNCH)
    drawn = {name: set(who) for name, who in groups(workspace, "seen").items()}
    for page in shown:
        number = int(page["name"].removeprefix("Name-"))
        assert f"p{number:04}" in drawn[page["variant"]]


# --- the report -------------------------------------------------------------------------------


@pytest.fixture
def tried(workspace: Workspace) -> dict[str, list[str]]:
    """400 people, a quarter control: 10 of control order, 15 of a, 60 of b, at 50 € each."""
    people(workspace, {"Rennes": 250, "Brest": 150})
    workspace.campaign("trial", "true", steps=TWO, audience="  control: 25%\n  stratify: city\n")
    workspace.launch("trial", now=LAUNCH)
    drawn = groups(workspace, "trial")
    assert {name: len(who) for name, who in drawn.items()} == {"control": 100, "a": 150, "b": 150}
    buyers = [*drawn["control"][:10], *drawn["a"][:15], *drawn["b"][:60]]
    record(workspace, "trial", buyers, on="2027-03-05", amount="50")
    return drawn


def test_differences_with_interval_p_and_correction(
    workspace: Workspace, tried: dict[str, list[str]]
) -> None:
    report = workspace.ok("report", "trial")
    found = [(r["arm"], r["against"], r["step"]) for r in report["lift"]]
    assert found == [
        ("enrolled", "control", None),
        ("b", "a", "mail"),
        ("a", "control", "mail"),
        ("b", "control", "mail"),
    ]
    b_a = lift(report, "b", "a")
    assert b_a["difference"] == pytest.approx(0.3)
    assert (b_a["low"], b_a["high"]) == pytest.approx((0.20496, 0.38872), abs=5e-6)
    assert b_a["p"] < 1e-8
    holm = multipletests([r["p"] for r in report["lift"]], method="holm")[1]
    assert [r["p_adjusted"] for r in report["lift"]] == pytest.approx(list(holm))
    assert all(r["comparisons"] == 4 for r in report["lift"])
    assert [r["verdict"] for r in report["lift"]] == [
        "cannot_tell", "better", "cannot_tell", "better",
    ]  # fmt: skip


def test_lift_in_people_orders_and_money(workspace: Workspace, tried: dict[str, list[str]]) -> None:
    """b: 60 of 150 where a's rate would have made 15: 45 people, 45 orders, 2,250 €."""
    report = workspace.ok("report", "trial")
    row = lift(report, "b", "a")
    assert (row["lift_contacts"], row["lift_orders"], row["lift_revenue"]) == pytest.approx(
        (45, 45, 2250)
    )
    (money,) = [
        one
        for one in report["experiment"]["per_contact"]
        if (one["measure"], one["arm"], one["against"]) == ("revenue", "b", "a")
    ]
    assert (money["per_contact"], money["against_per_contact"]) == (20, 5)
    assert money["low"] < 15 < money["high"]
    assert money["bootstrap_low"] == pytest.approx(money["low"], abs=1.5)
    assert money["bootstrap_high"] == pytest.approx(money["high"], abs=1.5)
    again = workspace.ok("report", "trial")
    assert again["experiment"] == report["experiment"]


def test_where_nothing_can_be_told_it_says_how_many_more_people(
    workspace: Workspace, tried: dict[str, list[str]]
) -> None:
    """10 % of control and 10 % of a: no difference at all; 25 % enrolled would be one."""
    report = workspace.ok("report", "trial")
    same = lift(report, "a", "control")
    assert (same["difference"], same["more_contacts"]) == (0, None)
    assert 0.15 < same["detectable"] < 0.35
    seen = lift(report, "enrolled", "control")
    assert seen["more_contacts"] > 0
    assert seen["more_contacts"] == pytest.approx(3 * seen["more_against"], abs=4)
    shown = workspace.run("report", "trial").out
    assert "cannot tell yet" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_strata_always_and_kinds_where_asked_with_the_number_of_comparisons(
    workspace: Workspace, tried: dict[str, list[str]]
) -> None:
    parts = workspace.ok("report", "trial")["experiment"]["parts"]
    assert {(one["by"], one["key"]) for one in parts} == {
        ("stratum", "Rennes"), ("stratum", "Brest"),
    }  # fmt: skip
    assert len(parts) == 4
    asked = workspace.ok("report", "trial", "--by", "kind")["experiment"]["parts"]
    assert {one["key"] for one in asked if one["by"] == "kind"} == {"prospect", "customer"}
    shown = workspace.run("report", "trial", "--by", "kind").out
    assert "8 comparisons among parts of the people: hints at most" in " ".join(shown.split())


def test_what_was_taken_back_is_taken_back_here_too(
    workspace: Workspace, tried: dict[str, list[str]]
) -> None:
    workspace.ok("undo", "--yes", now="2027-03-06T09:00:00+01:00")
    report = workspace.ok("report", "trial")
    assert all(r["difference"] == 0 for r in report["lift"])
    assert all(one["orders"] == 0 for one in report["experiment"]["groups"])


# --- looks ------------------------------------------------------------------------------------


def test_a_p_below_five_percent_is_no_finding_at_any_look(workspace: Workspace) -> None:
    """28 of 150 against 14 of 150: p 0.021 at a single look, not enough for looking every day."""
    people(workspace, {"Rennes": 300})
    workspace.campaign("daily", "true", steps=TWO, audience="  stratify: city\n")
    workspace.launch("daily", now=LAUNCH)
    drawn = groups(workspace, "daily")
    record(workspace, "daily", [*drawn["a"][:14], *drawn["b"][:28]], on="2027-03-05", amount="50")
    report = workspace.ok("report", "daily", now="2027-03-06T09:00:00+01:00")
    (row,) = report["lift"]
    assert row["p"] == pytest.approx(0.0199, abs=2e-3)
    assert (row["verdict"], row["p_looks"] > 0.05) == ("cannot_tell", True)
    assert report["experiment"]["looks"] == {
        "rule": "always_valid", "day": None, "decided": False,
    }  # fmt: skip


def test_a_day_of_decision_named_in_advance_decides_and_stays_decided(
    workspace: Workspace,
) -> None:
    """The same figures decide on 2027-03-31; what comes in afterwards changes nothing of it."""
    people(workspace, {"Rennes": 300})
    workspace.campaign("dated", "true", steps=TWO, audience="  stratify: city\n",
                       head="objective: {orders: 9, by: 2027-03-31}\n")  # fmt: skip
    workspace.launch("dated", now=LAUNCH)
    drawn = groups(workspace, "dated")
    record(workspace, "dated", [*drawn["a"][:14], *drawn["b"][:28]], on="2027-03-05", amount="50")
    (early,) = workspace.ok("report", "dated", now="2027-03-31T23:59:00+02:00")["lift"]
    assert early["verdict"] == "cannot_tell"
    (row,) = workspace.ok("report", "dated", now="2027-04-01T00:01:00+02:00")["lift"]
    assert row["verdict"] == "better"
    assert row["p_looks"] == pytest.approx(row["p"] / 0.8)
    record(workspace, "dated", drawn["a"][14:30], on="2027-04-10", amount="50")
    later = workspace.ok("report", "dated", now="2027-04-20T09:00:00+02:00")
    (then,) = later["lift"]
    assert then["difference"] == pytest.approx(-2 / 150)
    assert (then["verdict"], then["p_looks"]) == ("better", pytest.approx(row["p_looks"]))
    assert later["experiment"]["looks"] == {
        "rule": "day_of_decision", "day": "2027-03-31", "decided": True,
    }  # fmt: skip
    shown = workspace.run("report", "dated", now="2027-04-20T09:00:00+02:00").out
    assert "Decided by what had happened until the end of 31 Mar 2027" in " ".join(shown.split())
