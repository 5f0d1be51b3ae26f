"""Acceptance of issue lines 1.2 and 1.8: the sources' own numbers, and the demo."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

SOURCES = ("--revenue", "60000", "--average-deal", "20000", "--proposals-per-deal", "3",
           "--compensation", "4", "--inbound", "8", "--accessibility", "6%", "--touches", "4",
           "--minutes", "2")  # fmt: skip
STEPS = ("deals", "proposals", "active_prospects", "to_find", "prospects", "touches", "hours")


def effort(workspace: Workspace, *words: str) -> tuple[list[float], list[float]]:
    answer = workspace.ok("plan", "effort", *words)
    for step in STEPS:
        assert set(answer[step]) == {"exact", "rounded"}
    return [answer[s]["exact"] for s in STEPS], [answer[s]["rounded"] for s in STEPS]


def test_the_effort_of_the_sources(workspace: Workspace) -> None:
    """1.8: 3 → 9 → 36 → 28 → 466.67 → 1,866.67 → 62.2 h; down prints 466, 1,864, 62."""
    exact, up = effort(workspace, *SOURCES)
    assert exact == pytest.approx([3, 9, 36, 28, 466.6667, 1866.6667, 62.2222], abs=1e-4)
    assert up[:6] == [3, 9, 36, 28, 467, 1868]
    assert effort(workspace, *SOURCES, "--rounding", "down")[1] == [3, 9, 36, 28, 466, 1864, 62]
    assert effort(workspace, *SOURCES, "--rounding", "exact")[1] == pytest.approx(exact)
    in_words = [*SOURCES]
    in_words[in_words.index("6%")] = "0.06"
    assert effort(workspace, *in_words)[0] == exact
    told = workspace.run("plan", "effort", *SOURCES, "--rounding", "down").out
    assert all(number in told for number in ("466", "1,864", "62"))
    assert max(map(len, told.splitlines())) <= 80


def test_effort_says_where_each_value_comes_from(workspace: Workspace) -> None:
    """CONTRACT: what is not given comes from the firm's own history, else from the sources."""
    told = workspace.run("plan", "effort", "--deals", "3").out
    assert told
    exact, _ = effort(workspace, "--deals", "3")
    assert exact == pytest.approx([3, 9, 36, 36, 600, 2400, 80])
    none, _ = effort(workspace, "--deals", "3", "--inbound", "50")
    assert none[3:] == [0, 0, 0, 0]
    for words in (["--deals", "3", "--accessibility", "0"], ["--revenue", "5", "--deals", "1"],
                  ["--revenue", "60000"], ["--deals", "-1"], ["--deals", "3", "--minutes", "x"],
                  ["--deals", "3", "--accessibility", "600%"]):  # fmt: skip
        wrong = workspace.run("plan", "effort", *words, "--json")
        assert wrong.code in (1, 2), (words, wrong)
        assert wrong.errors[0]["message"]


def season_of(
    workspace: Workspace, people: dict[str, int], where: str, outcomes: list[tuple[str, int]]
) -> dict[str, Any]:
    """A base of people by kind, one letter to those of Rennes, outcomes from a file."""
    rows = ["Ref;Last name;E-mail;Street;Postal code;City;kind"]
    for name, count in people.items():
        kind, city = name.split("@")
        rows += [
            f"{kind}-{city}-{i};N{kind}{i};{kind}{i}@{city}.example;{i} rue A;35000;{city};{kind}"
            for i in range(count)
        ]
    workspace.write("people.csv", "\n".join(rows) + "\n")
    workspace.ok("contacts", "import", "people.csv", now="2027-02-01")
    workspace.campaign(
        "spring", where=where,
        steps="  - {step: letter, channel: letter, template: letter.docx, cost: 1.20}\n",
    )  # fmt: skip
    workspace.launch("spring", now="2027-03-01")
    workspace.ok("run", now="2027-03-01")
    workspace.ok("letters", "posted", "spring", now="2027-03-01")
    lines = ["contact,stage,campaign,on,amount,margin"]
    for who, count in outcomes:
        kind, stage = who.split(":")
        money = "1000,300" if stage == "order" else ","
        lines += [
            f"{kind}{i}@Rennes.example,{stage},spring,2027-03-10,{money}" for i in range(count)
        ]
    workspace.write("outcomes.csv", "\n".join(lines) + "\n")
    recorded = workspace.ok("record", "--from", "outcomes.csv", now="2027-03-11")
    assert recorded["rejected"] == 0
    answer: dict[str, Any] = workspace.ok("report", "spring", now="2027-03-12")
    return answer


def test_the_chain_of_the_sources(workspace: Workspace) -> None:
    """1.8: 500 → 50 → 10 → 5 gives 10 %, 20 %, 50 %, 1 %; 600 € make 1.20, 12, 60, 120 each."""
    report = season_of(
        workspace, {"prospect@Rennes": 500}, 'city = "Rennes"',
        [("prospect:appointment", 50), ("prospect:quote", 10), ("prospect:order", 5)],
    )  # fmt: skip
    chain = {stage["stage"]: stage for stage in report["chain"]}
    assert [chain[s]["contacts"] for s in ("contacted", "appointment", "quote", "order")] == [
        500, 50, 10, 5
    ]  # fmt: skip
    assert chain["contacted"]["from_previous"] is None
    assert chain["appointment"]["from_first"] == pytest.approx(0.10)
    assert chain["quote"]["from_previous"] == pytest.approx(0.20)
    assert chain["order"]["from_previous"] == pytest.approx(0.50)
    assert chain["order"]["from_first"] == pytest.approx(0.01)
    assert chain["order"]["low"] < 0.01 < chain["order"]["high"]
    cost = report["cost"]
    assert (cost["total"], cost["per_contact"]) == (600, 1.2)
    assert cost["per_stage"]["appointment"] == 12
    assert cost["per_stage"]["quote"] == 60
    assert cost["per_stage"]["order"] == 120
    assert (report["orders"], report["revenue"], report["margin"]) == (5, 5000, 1500)
    assert (report["profit"], report["roi"], report["break_even_orders"]) == (900, 1.5, 2)
    assert report["ratios"]["interested_rate"] == pytest.approx(0.10)
    assert report["ratios"]["success_rate"] == pytest.approx(0.01)
    # What is planned next comes from this history: 1 % of prospects order.
    answer = workspace.ok("plan", "effort", "--deals", "3", now="2027-03-13")
    assert answer["deals"]["exact"] == 3


def test_the_four_ratios(workspace: Workspace) -> None:
    """1.8: 400 prospects on file; 120 and 80 customers contacted, 30 interested, 6 won."""
    report = season_of(
        workspace,
        {"prospect@Rennes": 120, "customer@Rennes": 80, "prospect@Nantes": 280,
         "customer@Nantes": 20},
        'city = "Rennes"',
        [("prospect:replied", 30), ("prospect:order", 6), ("customer:replied", 11),
         ("customer:order", 4)],
    )  # fmt: skip
    assert report["ratios"] == {
        "prospecting_share": pytest.approx(0.60), "prospect_coverage": pytest.approx(0.30),
        "interested_rate": pytest.approx(0.25), "success_rate": pytest.approx(0.05),
    }  # fmt: skip


def test_nothing_divided_by_nothing_is_null(workspace: Workspace) -> None:
    """CONTRACT: a rate with denominator 0 is null."""
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now="2027-03-01")
    report = workspace.ok("report", "spring", now="2027-03-01")
    assert report["chain"][1]["from_previous"] is None
    assert set(report["ratios"].values()) <= {None, 0}
    assert (report["roi"], report["cac_gross"], report["break_even_orders"]) == (None, None, None)
    assert workspace.run("report", "spring", "--now", "2027-03-01").code == 0


def test_the_demo(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """1.2: the main job end to end; what it leaves is a workspace to try everything on."""
    done = workspace.run("demo", "--dir", "d")
    assert done.code == 0, done
    for shown in ("left out", "enrolled", "Subject: ", "data/outbox/letters", "The chain",
                  "prospecting share", "profit", "d/data/received", "outreach why"):  # fmt: skip
        assert shown in done.out, shown
    kept = len(list((workspace.folder / "d/data/received").rglob("*.eml")))
    assert kept > 0
    monkeypatch.chdir(workspace.folder / "d")
    report = workspace.ok("report", "open-day")
    assert report["chain"][0]["contacts"] == report["enrolled"]
    assert report["control"] > 0
    assert report["profit"] == pytest.approx(report["margin"] - report["cost"]["total"])
    # 5.9: nobody was forgotten, and what was promised and slipped is told.
    assert workspace.ok("contacts", "adrift", "--count") == {"count": 0}
    day = workspace.ok("today")["today"]
    assert day["slipped"]
    assert day["inquiries"]
    for line in (["contacts", "list", 'city = "Rennes" and kind = "prospect"'], ["why", "C0001"],
                 ["check", "newsletter"], ["status"], ["calls"], ["settle"],
                 ["plan", "effort", "--revenue", "60000", "--average-deal", "20000"]):  # fmt: skip
        tried = workspace.run(*line)
        assert (tried.code, bool(tried.out)) == (0, True), tried
