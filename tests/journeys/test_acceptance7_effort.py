"""Acceptance of issue line 6.6: from a goal to prospects, touches, hours, and back.

Every expected number stands in domain.md B1 and B5, or is worked out in plain Python from the
rows made here; the ranges are quantiles of the Beta and Gamma laws, asked of SciPy.
"""

from __future__ import annotations

from typing import Any

import pytest
from scipy import stats
from workspaces import Workspace

S1 = ("--revenue", "60000", "--average-deal", "20000", "--inbound", "8")
STEPS = ("deals", "proposals", "active_prospects", "to_find", "prospects", "touches", "hours")
TODAY = "2027-01-01T09:00"


def effort(workspace: Workspace, *words: str, now: str = TODAY) -> Any:
    return workspace.ok("plan", "effort", *words, now=now)


def row(answer: Any, kind: str = "rounded") -> list[float]:
    return [answer[step][kind] for step in STEPS]


def with_history(workspace: Workspace) -> None:
    """500 contacted by 2,000 calls, 35 actives, of them 10 with a proposal, 4 deals of 20,000."""
    rows = [f"d{n};2026-01-05;appel;4;commande;2026-03-02;{20000}" for n in range(4)]
    rows += [f"q{n};2026-01-05;appel;4;devis;2026-02-10;" for n in range(6)]
    rows += [f"a{n};2026-01-05;appel;4;RDV;2026-01-20;" for n in range(25)]
    rows += [f"c{n};2026-01-05;appel;4;;;" for n in range(465)]
    head = "Code;Envoyé le;Canal;Tentatives;Étape;Date;Montant"
    workspace.write("past.csv", "\n".join([head, *rows]) + "\n")
    words = ("--campaign", "past", "--create-contacts")
    workspace.ok("history", "import", "past.csv", *words, now=TODAY)


def test_the_printed_row_the_exact_one_the_one_rounded_up_and_what_if(workspace: Workspace) -> None:
    down = effort(workspace, *S1, "--rounding", "down")
    assert row(down) == [3, 9, 36, 28, 466, 1864, 62]
    exact = effort(workspace, *S1, "--rounding", "exact")
    assert row(exact) == pytest.approx([3, 9, 36, 28, 1400 / 3, 5600 / 3, 560 / 9])

    what_if = ("--what-if", "accessibility=3%,17%", "--what-if", "inbound=0,40")
    up = effort(workspace, *S1, *what_if, "--what-if", "touches=1,13")
    assert row(up) == pytest.approx([3, 9, 36, 28, 467, 1868, 1868 * 2 / 60])
    assert up["hours"]["rounded"] == pytest.approx(62.267, abs=0.0005)
    tried = {(one["coefficient"], one["value"]): row(one, "exact")[4:] for one in up["what_if"]}
    assert tried == {
        ("accessibility", 0.03): pytest.approx([2800 / 3, 11200 / 3, 124.444], abs=0.001),
        ("accessibility", 0.17): pytest.approx([164.706, 658.824, 21.961], abs=0.001),
        ("touches", 1): pytest.approx([466.667, 466.667, 15.556], abs=0.001),
        ("touches", 13): pytest.approx([466.667, 6066.667, 202.222], abs=0.001),
        ("inbound", 0): [600, 2400, 80],
        ("inbound", 40): [0, 0, 0],
    }
    assert up["coefficients"]["average_deal"] == {"value": 20000, "origin": "given"}
    assert up["coefficients"]["accessibility"] == {"value": 0.06, "origin": "default"}
    # Without a past the range is what the sources saw: 3 to 17 %, 1 to 13 touches.
    assert up["ranges"]["prospects"]["low"] == pytest.approx(28 / 0.17, abs=0.01)
    assert up["ranges"]["prospects"]["high"] == pytest.approx(28 / 0.03, abs=0.01)

    said = workspace.run("plan", "effort", *S1, "--what-if", "touches=1,13", now=TODAY)
    assert said.code == 0
    assert "62.27" in said.out
    assert "6,066.7" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_history_alone_and_weighed_with_the_sources(workspace: Workspace) -> None:
    """Weights as README states them: 50 prospects, 1 prospect, 3 proposals, 4 actives."""
    with_history(workspace)
    goal = ("--revenue", "60000", "--rounding", "exact")
    alone = effort(workspace, *goal, "--weight", "0")
    value = {name: one["value"] for name, one in alone["coefficients"].items()}
    assert value == pytest.approx({
        "average_deal": 20_000, "accessibility": 0.07, "touches": 4,
        "proposals_per_deal": 2.5, "compensation": 3.5, "inbound": 0, "minutes": 2,
    })  # fmt: skip
    assert row(alone) == pytest.approx([3, 7.5, 26.25, 26.25, 375, 1500, 50])

    blended = effort(workspace, *goal)
    value = {name: one["value"] for name, one in blended["coefficients"].items()}
    assert value["accessibility"] == pytest.approx((35 + 3) / (500 + 50))
    assert value["touches"] == pytest.approx((2000 + 4) / (500 + 1))
    assert value["proposals_per_deal"] == pytest.approx((10 + 3) / (4 + 1))
    assert value["compensation"] == pytest.approx((35 + 4) / (10 + 1))
    told = blended["blending"]
    assert told["accessibility"]["history_weight"] == pytest.approx(500 / 550)
    assert told["accessibility"]["default_weight"] == pytest.approx(50 / 550)
    assert (told["accessibility"]["history"], told["accessibility"]["default"]) == (0.07, 0.06)
    laws = {
        "accessibility": stats.beta(38, 512).ppf([0.025, 0.975]),
        "touches": stats.gamma(2004, scale=1 / 501).ppf([0.025, 0.975]),
        "proposals_per_deal": 1 / stats.beta(5, 8).ppf([0.975, 0.025]),
        "compensation": 1 / stats.beta(11, 28).ppf([0.975, 0.025]),
    }
    for name, (low, high) in laws.items():
        assert (told[name]["low"], told[name]["high"]) == pytest.approx((low, high)), name
    for step in STEPS[1:]:
        assert blended["ranges"][step]["low"] < row(blended, "exact")[STEPS.index(step)]
        assert blended["ranges"][step]["high"] > row(blended, "exact")[STEPS.index(step)]

    # Twice the weight; a weight of one figure by the settings; a figure that is given beats both.
    twice = effort(workspace, *goal, "--weight", "2", "--touches", "5")
    assert twice["coefficients"]["accessibility"]["value"] == pytest.approx((35 + 6) / (500 + 100))
    assert twice["coefficients"]["touches"] == {"value": 5, "origin": "given"}
    workspace.settings(more="planning: {weights: {accessibility: 100}}\n")
    other = effort(workspace, *goal)
    assert other["coefficients"]["accessibility"]["value"] == pytest.approx((35 + 6) / (500 + 100))

    # A goal in deals needs no average deal, and what history asks it reads back the other way.
    back = effort(workspace, "--hours", "50", "--weight", "0")
    assert row(back, "exact") == pytest.approx([3, 7.5, 26.25, 26.25, 375, 1500, 50])
    assert back["revenue"] == pytest.approx(60_000)


def test_capacity_channels_people_cost_end(workspace: Workspace) -> None:
    eight = effort(workspace, *S1, "--hours-per-week", "8", "--start", "2027-01-04", "--by",
                   "2027-01-31")  # fmt: skip
    plan = eight["schedule"]
    assert plan["weeks"] == pytest.approx(62.222 / 8, abs=0.001)
    assert plan["whole_weeks"] == 8
    # 1.6 hours a day are 48 calls: 1,867 of them take 39 days; no holiday before 25 February.
    assert plan["ends_on"] == "2027-02-25"
    # Four weeks up to 31 January are 32 hours.
    assert not eight["fit"]["fits"]
    assert eight["fit"]["missing_hours"] == pytest.approx(62.222 - 32, abs=0.001)

    workspace.settings(
        more="team:\n  marie: {name: Marie Le Goff, hours_per_week: 8}\n"
        "  yann: {name: Yann Morvan, hours_per_week: 4}\n"
        "costs: {minute: 0.60, km: 0.45, stamp: 1.39, paper: 0.21}\n"
    )
    split = ("--split", "call=60%,letter=40%", "--minutes", "call=2,letter=3")
    both = effort(workspace, *S1, *split, "--rounding", "exact", "--start", "2027-01-04")
    touches = 5600 / 3
    by = {line["channel"]: line for line in both["channels"]}
    assert by["call"]["touches"] == pytest.approx(touches * 0.6)
    assert by["call"]["hours"] == pytest.approx(touches * 0.6 * 2 / 60)
    assert by["call"]["cost"] == pytest.approx(touches * 0.6 * 2 * 0.60)
    assert by["letter"]["hours"] == pytest.approx(touches * 0.4 * 3 / 60)
    assert by["letter"]["cost"] == pytest.approx(touches * 0.4 * (3 * 0.60 + 1.39 + 0.21))
    assert both["cost"] == pytest.approx(by["call"]["cost"] + by["letter"]["cost"])
    assert both["hours"]["exact"] == pytest.approx(touches * 2.4 / 60)
    assert both["schedule"]["weeks"] == pytest.approx(touches * 2.4 / 60 / 12)
    share = {one["seller"]: one["hours"] for one in both["schedule"]["people"]}
    assert share["marie"] == pytest.approx(2 * share["yann"], rel=0.01)
    alone = effort(workspace, *S1, "--people", "marie", "--start", "2027-01-04")
    assert [one["seller"] for one in alone["schedule"]["people"]] == ["marie"]
    assert alone["schedule"]["ends_on"] == "2027-02-25"

    # The other way round, rounded down: 62 hours are 465 prospects and not quite three deals.
    time = effort(workspace, "--hours", "62", "--average-deal", "20000", "--inbound", "8")
    exactly = [2.99167, 8.975, 35.9, 27.9, 465, 1860, 62]
    assert row(time, "exact") == pytest.approx(exactly, abs=1e-5)
    assert row(time)[:5] == [2, 8, 35, 27, 465]
    assert time["revenue"] == pytest.approx(59_833.333, abs=0.001)
    weeks = effort(workspace, "--weeks", "8", "--people", "marie", "--average-deal", "20000")
    assert weeks["hours"]["exact"] == 64
    assert weeks["prospects"]["exact"] == 480


def test_checkpoints_catching_up_and_the_potential_market(workspace: Workspace) -> None:
    year = ("--start", "2027-01-01", "--by", "2027-12-31")
    words = (*S1, *year, "--checkpoint", "2027-03-31", "--checkpoint", "2027-06-30",
             "--realised", "12000", "--market", "120,480,400")  # fmt: skip
    told = effort(workspace, *words, now="2027-03-31T18:00")
    first, later = told["checkpoints"]
    assert first == {"on": "2027-03-31", "expected": 15_000, "realised": 12_000,
                     "variance": -3_000, "achievement": 0.8}  # fmt: skip
    assert (later["on"], later["expected"], later["realised"]) == ("2027-06-30", 30_000, None)
    catch_up = told["catch_up"]
    assert catch_up["remaining"] == 48_000
    # April to December are 275 days; the year has 365.
    assert catch_up["weeks_left"] == pytest.approx(275 / 7, abs=0.2)
    assert catch_up["needed_pace"] == pytest.approx(48_000 / (275 / 7), rel=0.01)
    assert catch_up["planned_pace"] == pytest.approx(60_000 / (365 / 7), rel=0.001)
    # 4,000 a month: sixty thousand take fifteen months.
    assert "2028-03-25" <= catch_up["reached_on"] <= "2028-04-05"
    # What is left of it: 2.4 deals, 28.8 actives, of whom 6 of the 8 inbound ones are to come.
    assert row(catch_up["effort"], "exact") == pytest.approx(
        [2.4, 7.2, 28.8, 22.8, 380, 1520, 1520 * 2 / 60]
    )
    market = told["market"]
    assert market["potential"] == 1000
    assert (market["ours"], market["competitors"], market["non_consumers"]) == (120, 480, 400)
    assert market["penetration"] == pytest.approx(0.12)

    said = workspace.run("plan", "effort", *words, now="2027-03-31T18:00")
    assert "€15,000.00" in said.out
    assert "-€3,000.00" in said.out
    assert "120 + 480 + 400 = 1,000" in said.out
    # What the base counts, where nothing is told: an order of 12,000 from a new customer.
    rows = ("Code;Envoyé le;Canal;Commande le;Montant\n"
            "n1;2027-01-11;appel;2027-02-22;12000\nn2;2027-01-11;appel;;\n")  # fmt: skip
    workspace.write("past.csv", rows)
    workspace.ok("history", "import", "past.csv", "--campaign", "p", "--create-contacts",
                 now="2027-03-31T12:00")  # fmt: skip
    counted = effort(workspace, *S1, *year, "--checkpoint", "2027-03-31", now="2027-05-15T09:00")
    assert counted["checkpoints"][0]["realised"] == 12_000
    assert counted["checkpoints"][0]["achievement"] == 0.8


def smart(workspace: Workspace, *words: str) -> dict[str, bool | None]:
    told = effort(workspace, *words)["smart"]
    return {one["criterion"]: one["met"] for one in told}


def test_smart_on_good_and_bad_goals(workspace: Workspace) -> None:
    workspace.settings(more="team: {marie: {name: Marie Le Goff, hours_per_week: 8}}\n")
    year = ("--start", "2027-01-01", "--by", "2027-12-31", "--owner", "marie")
    named = ("--name", "win new customers in Rennes")
    good = smart(workspace, *S1, *named, *year, "--checkpoint", "2027-06-30")
    criteria = ("specific", "measurable", "achievable", "realistic", "timed")
    assert tuple(good) == criteria
    assert [good[one] for one in criteria if one != "realistic"] == [True] * 4
    assert good["realistic"] is None
    vague = smart(workspace, *S1, "--name", "more customers", *year)
    assert vague["specific"] is False
    hasty = ("--start", "2027-01-01", "--by", "2027-01-15", "--owner", "marie")
    assert smart(workspace, *S1, *named, *hasty)["achievable"] is False
    assert smart(workspace, *S1, *named)["timed"] is False
    outside = (*named, *year, "--checkpoint", "2028-05-01")
    assert smart(workspace, *S1, *outside)["timed"] is False
    # Bare figures are a calculation, nobody's goal.
    assert smart(workspace, *S1) == {}

    # 80,000 € came in the year before: 60,000 are realistic, ten times as much is not.
    with_history(workspace)
    given = ("--average-deal", "20000", "--inbound", "8", *named, *year)
    assert smart(workspace, "--revenue", "60000", *given)["realistic"] is True
    assert smart(workspace, "--revenue", "800000", *given)["realistic"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*S1, "--accessibility", "0"), "accessibility of 0"),
        ((*S1, "--what-if", "accessibility=0"), "accessibility of 0"),
        ((*S1, "--accessibility", "-3%"), "between 0 and 100 %"),
        ((*S1, "--accessibility", "lots"), "takes a number, not 'lots'"),
        ((*S1, "--touches", "-1"), "not below 0"),
        (("--revenue", "60000"), "--average-deal 20000"),
        (("--revenue", "-5", "--average-deal", "1"), "not below 0"),
        (("--revenue", "5", "--average-deal", "0"), "above 0"),
        ((), "--deals 3"),
        ((*S1, "--hours", "5"), "--hours 62"),
        ((*S1, "--what-if", "weather=3"), "accessibility"),
        ((*S1, "--split", "call=60%,letter=50%"), "100 %"),
        ((*S1, "--market", "1,2"), "three numbers"),
        ((*S1, "--people", "nobody"), "'nobody'"),
        ((*S1, "--start", "2027-12-31", "--by", "2027-01-01"), "before the start"),
    ],
)
def test_a_goal_that_cannot_be_reckoned_says_why(
    workspace: Workspace, words: tuple[str, ...], said: str
) -> None:
    done = workspace.run("plan", "effort", *words, "--json", now=TODAY)
    assert done.code in (1, 2)
    assert any(said in f"{one['message']} {one['hint']}" for one in done.errors), done.out


def test_in_french_at_eighty_columns(workspace: Workspace) -> None:
    settings = (workspace.folder / "outreach.yaml").read_text().replace("en_GB", "fr_FR")
    workspace.write("outreach.yaml", settings)
    with_history(workspace)
    said = workspace.run(
        "plan", "effort", *S1, "--start", "2027-01-01", "--by", "2027-12-31", "--checkpoint",
        "2027-03-31", "--realised", "12000", "--name", "gagner des clients", "--what-if",
        "accessibility=3%,17%", "--hours-per-week", "8", "--market", "120,480,400",
        now="2027-03-31T18:00",
    )  # fmt: skip
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert "prospects à contacter" in said.out
    assert "15 000,00 €" in said.out.replace("\u202f", " ").replace("\xa0", " ")
    # "from" of a range is no source, "met" of a criterion is no encounter.
    for line in said.out.splitlines():
        assert line.split()[-2:] != ["source", "à"], line
    assert "rencontré" not in said.out
