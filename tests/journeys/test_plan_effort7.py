"""6.6 through the command: history and sources weighed, what if, people, days, catching up.

The worked numbers are those of the domain notes, B1, B5 and B7.
"""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

NOW = "2027-03-01T09:00"
STEPS = ("deals", "proposals", "active_prospects", "to_find", "prospects", "touches", "hours")
SHEET = (
    *("--revenue", "60000", "--average-deal", "20000", "--proposals-per-deal", "3"),
    *("--compensation", "4", "--inbound", "8", "--accessibility", "6%", "--touches", "4"),
    *("--minutes", "2"),
)
GOAL = ("--revenue", "60000", "--average-deal", "20000", "--inbound", "8")
TEAM = """\
costs: {minute: 0.60, km: 0.45, stamp: 1.39, paper: 0.36}
team:
  marie: {name: Marie Le Goff, hours_per_week: 8}
  paul: {name: Paul Kerbrat, hours_per_week: 4, calls_per_day: 20}
"""


def asked(workspace: Workspace, *words: str, now: str = NOW) -> Any:
    return workspace.ok("plan", "effort", *words, now=now)


def exact(answer: Any, *steps: str) -> list[float]:
    return [round(answer[step]["exact"], 3) for step in steps or STEPS]


@pytest.fixture
def past(workspace: Workspace) -> Workspace:
    """B1's firm: 500 contacted, 2,000 touches, 35 actives, 10 proposals, 4 deals of 18,000."""
    outcomes = ["commande"] * 4 + ["devis"] * 6 + ["réponse"] * 25 + [""] * 465
    lines = ["E-mail;Envoyé le;Canal;Étape;Date;Montant;Tentatives"]
    for number, stage in enumerate(outcomes):
        day, amount = ("20/03/2026" if stage else ""), ("18000" if stage == "commande" else "")
        lines.append(f"p{number}@x.example;02/03/2026;appel;{stage};{day};{amount};4")
    workspace.write("past.csv", "\n".join(lines) + "\n")
    workspace.ok(
        "history", "import", "past.csv", "--campaign", "past", "--create-contacts", now=NOW
    )
    return workspace


# --- history and sources ----------------------------------------------------------------------


def test_every_coefficient_is_re_estimated_from_the_firm_s_history(past: Workspace) -> None:
    """B1: 7 %, 4, 2.5, 3.5 alone (`--weight 0`); 18,000 a deal has no default to weigh in."""
    alone = asked(past, "--revenue", "54000", "--weight", "0")["coefficients"]
    assert {name: alone[name]["value"] for name in alone} == {
        "average_deal": 18000, "proposals_per_deal": 2.5, "compensation": 3.5, "inbound": 0,
        "accessibility": 0.07, "touches": 4, "minutes": 2,
    }  # fmt: skip
    assert {name for name in alone if alone[name]["origin"] == "history"} == {
        "average_deal", "proposals_per_deal", "compensation", "accessibility", "touches",
    }  # fmt: skip


def test_the_sources_weigh_in_as_stated_and_the_answer_says_how_much(past: Workspace) -> None:
    """6 % stands for 50 prospects: (35 + 3) ÷ 550; history weighs 500 of 550."""
    answer = asked(past, "--deals", "3")
    accessibility = answer["coefficients"]["accessibility"]
    assert accessibility == {"value": pytest.approx(38 / 550), "origin": "history"}
    said = answer["blending"]["accessibility"]
    assert (said["history"], said["default"]) == (0.07, 0.06)
    assert (said["seen"], said["default_counts_as"]) == (500, 50)
    assert said["history_weight"] == pytest.approx(500 / 550)
    assert said["law"] == "beta"
    assert said["low"] < 0.069 < said["high"]
    told = past.run("plan", "effort", "--deals", "3", now=NOW).out
    assert "your history, the sources" in told
    assert "90.9%" in told
    assert "--weight 0" in told


def test_the_weight_is_changed_by_option_and_in_the_settings(past: Workspace) -> None:
    """Ten times 50: (35 + 30) ÷ 1,000; the settings' own 100 prospects: (35 + 6) ÷ 600."""
    heavy = asked(past, "--deals", "3", "--weight", "10")
    assert heavy["coefficients"]["accessibility"]["value"] == pytest.approx(0.065)
    past.settings(more="planning: {weights: {accessibility: 100}}\n")
    stated = asked(past, "--deals", "3")["coefficients"]["accessibility"]["value"]
    assert stated == pytest.approx(41 / 600)
    past.settings(more="planning: {weight: 0}\n")
    assert asked(past, "--deals", "3")["coefficients"]["accessibility"]["value"] == 0.07


def test_a_wrong_planning_setting_says_where(workspace: Workspace) -> None:
    workspace.settings(more="planning: {wieght: 1, delays: [80, 30]}\n")
    errors = workspace.run("plan", "effort", "--deals", "3", "--json").errors
    assert any("wieght" in error["message"] for error in errors)
    assert any("100 %" in error["message"] for error in errors)
    assert all(error["line"] for error in errors)


def test_inbound_prospects_of_the_last_year_are_counted_on_for_the_time_asked(
    workspace: Workspace,
) -> None:
    """8 people in a year; of half a year 4 are deducted: 36 − 4 = 32."""
    workspace.townspeople(8)
    for number in range(1, 9):
        workspace.ok("record", f"p00{number}", "inbound", "--on", "2026-03-02", now=NOW)
    half = asked(workspace, "--deals", "3", "--by", "2027-08-31")
    assert half["coefficients"]["inbound"]["origin"] == "history"
    assert half["coefficients"]["inbound"]["value"] == pytest.approx(4, abs=0.02)
    assert half["to_find"]["rounded"] == 32
    without = asked(workspace, "--deals", "3", "--by", "2027-08-31", "--inbound", "0")
    assert without["to_find"]["rounded"] == 36


# --- ranges and what if -----------------------------------------------------------------------


def test_without_history_the_range_is_that_of_the_sources(workspace: Workspace) -> None:
    """3–17 % alone: 164.7 to 933.3 prospects, 22.0 to 124.4 hours."""
    only = asked(workspace, *SHEET[:10], "--touches", "4", "--minutes", "2")["ranges"]
    assert only["prospects"]["low"] == pytest.approx(164.7, abs=0.1)
    assert only["prospects"]["high"] == pytest.approx(933.3, abs=0.5)
    assert only["hours"]["low"] == pytest.approx(22.0, abs=0.05)
    assert only["hours"]["high"] == pytest.approx(124.4, abs=0.1)
    assert asked(workspace, *SHEET)["ranges"] == {}


def test_own_history_narrows_the_range(past: Workspace) -> None:
    own = asked(past, "--deals", "3")["ranges"]["hours"]
    assert own["low"] < asked(past, "--deals", "3")["hours"]["exact"] < own["high"]
    assert own["high"] / own["low"] < 10


@pytest.mark.parametrize(
    ("change", "prospects", "touches", "hours"),
    [
        ("accessibility=3%", 933.3, 3733.3, 124.4),
        ("accessibility=17%", 164.7, 658.8, 22.0),
        ("touches=1", 466.7, 466.7, 15.6),
        ("touches=13", 466.7, 6066.7, 202.2),
        ("inbound=0", 600, 2400, 80),
    ],
)
def test_what_if_one_figure_were_another(
    workspace: Workspace, change: str, prospects: float, touches: float, hours: float
) -> None:
    """B1's sensitivity: everything else stays."""
    answer = asked(workspace, *SHEET, "--what-if", change)
    (column,) = answer["what_if"]
    found = [round(column[step]["exact"], 1) for step in ("prospects", "touches", "hours")]
    assert found == [prospects, touches, hours]
    assert exact(answer)[4:] == [466.667, 1866.667, 62.222]


def test_what_if_columns_stand_side_by_side(workspace: Workspace) -> None:
    told = workspace.run(
        "plan", "effort", *SHEET, "--what-if", "accessibility=3%,17%", "--what-if",
        "average-deal=30000", now=NOW,
    ).out  # fmt: skip
    hours = next(line for line in told.splitlines() if "124.4" in line)
    assert hours.split() == ["hours", "62.2", "124.4", "22", "35.6"]
    assert max(map(len, told.splitlines())) <= 80


# --- channels, people, days, money ------------------------------------------------------------


def test_the_capacity_check_of_the_sheet(workspace: Workspace) -> None:
    """B1: 62.222 ÷ 8 = 7.78 → 8 weeks; Easter Monday 2027 is the 29th of March."""
    answer = asked(workspace, *SHEET, "--hours-per-week", "8")["schedule"]
    assert round(answer["weeks"], 2) == 7.78
    assert answer["whole_weeks"] == 8
    assert answer["ends_on"] == "2027-04-23"


def test_people_of_the_team_share_the_work_and_it_costs_their_minutes(
    workspace: Workspace,
) -> None:
    """240 and, at 20 calls a day, 100 touches a week: 5.49; 62.222 h at 0.60 a minute."""
    workspace.settings(more=TEAM)
    answer = asked(workspace, *SHEET)
    assert round(answer["schedule"]["weeks"], 2) == 5.49
    people = {one["seller"]: one["touches"] for one in answer["schedule"]["people"]}
    assert people == {"marie": 1318, "paul": 549}
    assert answer["cost"] == 2240
    alone = asked(workspace, *SHEET, "--people", "marie")["schedule"]
    assert [one["seller"] for one in alone["people"]] == ["marie"]
    assert alone["whole_weeks"] == 8
    wrong = workspace.run("plan", "effort", *SHEET, "--people", "mary", "--json")
    assert wrong.code == 2
    assert "marie" in wrong.errors[0]["hint"]


def test_channels_have_their_minutes_and_letters_their_post(workspace: Workspace) -> None:
    """1,120 calls of 2 min and 746.67 letters of 3: 37.3 h each; stamps and paper 1.75."""
    workspace.settings(more=TEAM)
    answer = asked(workspace, *GOAL, "--split", "call=60%,letter=40%")
    call, letter = answer["channels"]
    assert (call["channel"], call["touches"], round(call["hours"], 2)) == ("call", 1120, 37.33)
    assert call["cost"] == 1344
    assert round(letter["touches"], 2) == 746.67
    assert round(letter["cost"], 2) == round(746.6667 * (3 * 0.60 + 1.75), 2)
    assert round(answer["hours"]["exact"], 2) == 74.67
    typed = asked(
        workspace, *GOAL, "--split", "call=60%,letter=40%", "--minutes", "call=3,letter=1"
    )
    assert round(typed["hours"]["exact"], 2) == round(1866.6667 * 2.2 / 60, 2)


def test_the_split_of_the_past(past: Workspace) -> None:
    answer = asked(past, "--deals", "3", "--split", "history")
    assert [(one["channel"], one["share"]) for one in answer["channels"]] == [("call", 1)]


def test_whether_it_fits_into_the_time(workspace: Workspace) -> None:
    """8 hours a week up to the 26th of March hold 32 of 62.22 hours."""
    late = asked(workspace, *SHEET, "--hours-per-week", "8", "--by", "2027-03-26")
    assert late["fit"]["fits"] is False
    assert late["fit"]["possible_hours"] == 32
    assert round(late["fit"]["missing_hours"], 2) == 30.22
    in_time = asked(workspace, *SHEET, "--hours-per-week", "8", "--by", "2027-04-23")
    assert in_time["fit"]["fits"] is True


def test_what_this_much_time_can_bring(workspace: Workspace) -> None:
    """62.2 hours lead back to 3 deals and 60,000; 8 weeks of 8 hours to a little more."""
    answer = asked(workspace, "--hours", "62.2222222", *SHEET[2:])
    assert answer["deals"]["exact"] == pytest.approx(3)
    assert answer["revenue"] == pytest.approx(60_000, abs=1)
    assert answer["active_prospects"]["exact"] == pytest.approx(36)
    weeks = asked(workspace, "--weeks", "8", "--hours-per-week", "8", *SHEET[2:])
    assert weeks["hours"]["exact"] == 64
    assert weeks["deals"]["exact"] == pytest.approx((64 * 60 / 2 / 4 * 0.06 + 8) / 12)
    told = workspace.run("plan", "effort", "--hours", "62.2", *SHEET[2:], now=NOW).out
    assert "What this time can bring" in told


def test_a_programmed_loss_of_30_000(workspace: Workspace) -> None:
    """B7: 1.5 → 2 deals → 24 actives → 400 prospects → 1,600 touches → 53.33 h."""
    answer = asked(workspace, "--revenue", "30000", "--average-deal", "20000")
    rounded = [round(answer[step]["rounded"], 2) for step in STEPS]
    assert rounded == [2, 6, 24, 24, 400, 1600, 53.33]


def test_the_potential_market(workspace: Workspace) -> None:
    answer = asked(workspace, *SHEET, "--market", "120,480,400")["market"]
    assert (answer["potential"], answer["penetration"]) == (1000, 0.12)
    assert "= 1,000" in workspace.run("plan", "effort", *SHEET, "--market", "120,480,400").out


# --- goals, checkpoints, SMART ----------------------------------------------------------------

YEAR = ("--start", "2027-01-01", "--by", "2027-12-31")


def test_a_checkpoint_of_b5_and_what_it_takes_to_catch_up(workspace: Workspace) -> None:
    """60,000 over 12 months: 15,000 at month 3; 12,000 realised: −3,000, 80 %."""
    answer = asked(workspace, *SHEET, *YEAR, "--realised", "12000", now="2027-03-31T18:00")
    (point,) = answer["checkpoints"]
    assert (point["on"], point["expected"], point["realised"]) == ("2027-03-31", 15000, 12000)
    assert (point["variance"], point["achievement"]) == (-3000, 0.8)
    left = answer["catch_up"]
    assert left["remaining"] == 48000
    assert left["reached_on"] == "2028-04-01"
    assert left["needed_pace"] == pytest.approx(48000 * 7 / 275)
    # 2.4 deals are still 28.8 actives, less 6 of the 8 inbound ones: 22.8, hence 380 prospects,
    # 1,520 touches, 50.67 hours over 39.3 weeks.
    assert left["effort"]["prospects"]["exact"] == 380
    assert left["per_week"]["hours"] == pytest.approx(1520 * 2 / 60 / (275 / 7))
    told = workspace.run(
        "plan", "effort", *SHEET, *YEAR, "--realised", "12000", now="2027-03-31T18:00"
    ).out
    assert "80%" in told
    assert "1 Apr 2028" in told


def test_realised_is_what_the_base_counts_of_new_customers(workspace: Workspace) -> None:
    """An order of a customer of before the start does not count; two of a new one do."""
    workspace.townspeople(3)
    orders = [("p001", "2026-11-05", "9000"), ("p001", "2027-02-01", "500"),
              ("p002", "2027-02-03", "7000"), ("p002", "2027-03-02", "5000")]  # fmt: skip
    for who, day, amount in orders:
        workspace.ok("record", who, "order", "--on", day, "--amount", amount, now="2027-03-05")
    points = ("--checkpoint", "2027-02-28", "--checkpoint", "2027-09-30")
    answer = asked(workspace, *SHEET, *YEAR, *points, now="2027-03-31T18:00")
    found = [(one["on"], one["expected"], one["realised"]) for one in answer["checkpoints"]]
    assert found == [
        ("2027-02-28", 10000, 7000), ("2027-03-31", 15000, 12000), ("2027-09-30", 45000, None),
    ]  # fmt: skip
    assert answer["catch_up"]["done"]["orders"] == 2


def test_the_goal_of_an_objective_and_of_a_campaign(workspace: Workspace) -> None:
    workspace.ok("plan", "objectives", "add", "Win 3 schools", "--metric", "new_customers",
                 "--target", "3", "--start", "2027-01-01", "--by", "2027-12-31",
                 "--checkpoint", "2027-06-30", "--owner", "Marie", now=NOW)  # fmt: skip
    answer = asked(workspace, "--objective", "win 3 schools")
    assert (answer["deals"]["exact"], answer["by"]) == (3, "2027-12-31")
    # To the end of a day: 1 March is 2 months and a day over.
    expected = {one["on"]: one["expected"] for one in answer["checkpoints"]}
    assert expected["2027-06-30"] == pytest.approx(1.5)
    assert expected["2027-03-01"] == pytest.approx(3 * (2 + 1 / 31) / 12)
    workspace.townspeople(2)
    workspace.campaign(
        "spring", head="objective: {orders: 5, by: 2027-06-30, checkpoints: [2027-04-30]}\n"
    )
    workspace.launch("spring", now=NOW)
    of_campaign = asked(workspace, "--campaign", "spring")
    assert of_campaign["deals"]["exact"] == 5
    assert [one["on"] for one in of_campaign["checkpoints"]] == ["2027-03-01", "2027-04-30"]
    workspace.people([("n1", "Name", "n1@mail.example", "Nantes")])
    workspace.campaign("plain", 'city = "Nantes"')
    workspace.launch("plain", now=NOW)
    assert workspace.run("plan", "effort", "--campaign", "plain", now=NOW).code == 2


def test_a_goal_is_checked_for_being_smart(workspace: Workspace) -> None:
    workspace.settings(more=TEAM)
    words = ("--name", "Win 60,000 of new turnover", "--owner", "marie")
    good = asked(workspace, *SHEET, *YEAR, *words, "--checkpoint", "2027-06-30")["smart"]
    assert {one["criterion"]: one["met"] for one in good} == {
        "specific": True, "measurable": True, "achievable": True, "realistic": None,
        "timed": True,
    }  # fmt: skip
    bad = asked(workspace, *SHEET, "--by", "2027-03-12", "--name", "Turnover")["smart"]
    met = {one["criterion"]: one["met"] for one in bad}
    assert (met["specific"], met["achievable"]) == (False, False)
    assert asked(workspace, *SHEET)["smart"] == []


# --- what cannot be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--deals", "3", "--hours", "8"), "one of them"),
        (("--weeks", "8"), "hours a week"),
        (("--hours", "-3"), "above 0"),
        (("--deals", "3", "--what-if", "accesibility=3%"), "accessibility"),
        (("--deals", "3", "--what-if", "touches"), "accessibility=3%,17%"),
        (("--deals", "3", "--what-if", "touches=many"), "'many'"),
        (("--deals", "3", "--split", "call=60%,letter=30%"), "100 %"),
        (("--deals", "3", "--split", "fax=100%"), "not a channel"),
        (("--deals", "3", "--split", "history"), "history"),
        (("--deals", "3", "--by", "2027-02-01"), "before the start"),
        (("--deals", "3", "--weight", "-1"), "not below 0"),
        (("--deals", "3", "--market", "120,480"), "three"),
        (("--deals", "3", "--objective", "none"), "none"),
        (("--hours", "8", "--minutes", "0"), "0 minutes"),
        (("--hours", "8", "--what-if", "touches=0"), "0 touches"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_told(
    workspace: Workspace, words: tuple[str, ...], hint: str
) -> None:
    done = workspace.run("plan", "effort", *words, now=NOW)
    assert done.code in (1, 2), done
    assert done.out == ""
    assert hint in done.err
    assert "Traceback" not in done.err


def test_a_campaign_without_an_objective_is_told_how_to_write_one(workspace: Workspace) -> None:
    """The line can be copied into its file as it is shown, braces and all."""
    workspace.townspeople(2)
    workspace.campaign("c", steps="  - {step: talk, channel: task}\n")
    workspace.launch("c", now=NOW)
    (fault,) = workspace.run("plan", "effort", "--campaign", "c", "--json", now=NOW).errors
    line = "objective: {orders: 5, revenue: 60000, by: 2027-06-30}"
    assert fault["hint"] == f"in its file: {line}"
    workspace.campaign("c", steps="  - {step: talk, channel: task}\n", head=f"{line}\n")
    workspace.ok("check", "c", now=NOW)
