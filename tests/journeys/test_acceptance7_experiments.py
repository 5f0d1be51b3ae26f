"""Acceptance of issue line 6.3: experiments that can be trusted.

Intervals are compared with Newcombe's published cases (1998, method 10) and with Wilson's formula
written out; p-values with the score test by hand, Holm by hand, Welch of SciPy; people needed with
the textbook's formula. Groups that a launch drew are read from the event export.
"""

from __future__ import annotations

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from scipy import stats
from smtp_servers import SmtpServer
from workspaces import Workspace

NOW = "2027-02-01T09:00"


# --- by hand -----------------------------------------------------------------------------------


def score_p(x: int, n: int, y: int, m: int) -> float:
    """Two-sided, of two rates, with their common rate under no difference."""
    common = (x + y) / (n + m)
    if common in (0, 1):
        return 1.0
    z = (x / n - y / m) / math.sqrt(common * (1 - common) * (1 / n + 1 / m))
    return float(2 * stats.norm.sf(abs(z)))


def holm(values: Sequence[float]) -> list[float]:
    ordered = sorted(range(len(values)), key=lambda place: values[place])
    adjusted, so_far = [0.0] * len(values), 0.0
    for rank, place in enumerate(ordered):
        so_far = max(so_far, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = so_far
    return adjusted


def wilson(x: int, n: int) -> tuple[float, float]:
    z = 1.959963984540054
    middle = (x + z * z / 2) / (n + z * z)
    half = z * math.sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def newcombe(x: int, n: int, y: int, m: int) -> tuple[float, float]:
    (l1, u1), (l2, u2), p, q = wilson(x, n), wilson(y, m), x / n, y / m
    return p - q - math.hypot(p - l1, u2 - q), p - q + math.hypot(u1 - p, q - l2)


# --- bases -------------------------------------------------------------------------------------


def past(workspace: Workspace, name: str, groups: dict[str, Sequence[Sequence[float]]]) -> None:
    """A campaign of the past: for each group, for each person, the amounts of the orders."""
    lines = ["Code;Groupe;Envoyé le;Canal;Étape;Date;Montant"]
    for group, people in groups.items():
        sent = ";" if group == "témoin" else "2027-01-04;courrier"
        for number, amounts in enumerate(people):
            who = f"{name}-{group}-{number};{group};{sent}"
            lines += [f"{who};commande;2027-01-20;{x:.2f}" for x in amounts] or [f"{who};;;"]
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    words = ("--campaign", name, "--create-contacts")
    workspace.ok("history", "import", f"{name}.csv", *words, now=NOW)


def ordered(x: int, n: int) -> list[list[float]]:
    return [[100.0] if number < x else [] for number in range(n)]


def pairs(report: Any) -> dict[tuple[str, str], Any]:
    return {(one["arm"], one["against"]): one for one in report["lift"]}


def test_the_published_cases_of_newcombe(workspace: Workspace) -> None:
    cases = {
        "one": (56, 70, 48, 80, 0.0524, 0.3339),
        "two": (9, 10, 3, 10, 0.1705, 0.8090),
        "three": (6, 7, 2, 7, 0.0582, 0.8062),
        "four": (5, 56, 0, 29, -0.0381, 0.1926),
        "five": (0, 10, 0, 20, -0.1611, 0.2775),
        "six": (10, 10, 0, 20, 0.6791, 1.0000),
    }
    for name, (x, n, y, m, *_) in cases.items():
        past(workspace, name, {"a": ordered(y, m), "b": ordered(x, n)})
    reports = {one["campaign"]: one for one in workspace.ok("report", now=NOW)["campaigns"]}
    for name, (x, n, y, m, low, high) in cases.items():
        found = pairs(reports[name])["b", "a"]
        assert found["difference"] == pytest.approx(x / n - y / m), name
        assert (found["low"], found["high"]) == pytest.approx((low, high), abs=0.00006), name
        assert (found["low"], found["high"]) == pytest.approx(newcombe(x, n, y, m)), name
        assert found["p"] == pytest.approx(score_p(x, n, y, m)), name
    # 56 of 70 and 48 of 80: fourteen more than at the other's rate; 20 points, once looked at.
    found = pairs(reports["one"])["b", "a"]
    assert found["lift_contacts"] == pytest.approx(0.2 * 70)
    assert found["difference"] == pytest.approx(0.2)
    assert found["p"] == pytest.approx(0.00805, abs=0.00001)
    said = workspace.run("report", "one", now=NOW)
    assert "letter: b − a" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_cannot_tell_yet_says_about_how_many_more_people(workspace: Workspace) -> None:
    """With so many more at the same rates it can be told; with a quarter of them it cannot."""
    past(workspace, "small", {"a": ordered(48, 80), "b": ordered(56, 70)})
    small = pairs(workspace.ok("report", "small", now=NOW))["b", "a"]
    assert small["verdict"] == "cannot_tell"
    more, against = small["more_contacts"], small["more_against"]
    assert more / against == pytest.approx(70 / 80, rel=0.02)
    for name, share, verdict in (("enough", 1, "better"), ("part", 0.25, "cannot_tell")):
        n, m = round(70 + share * more), round(80 + share * against)
        groups = {"a": ordered(round(0.6 * m), m), "b": ordered(round(0.8 * n), n)}
        past(workspace, name, groups)
        assert pairs(workspace.ok("report", name, now=NOW))["b", "a"]["verdict"] == verdict
    said = workspace.run("report", "small", now=NOW).out
    assert "cannot tell yet" in said
    assert "more people" in said


def test_three_arms_and_control_in_people_orders_and_money(workspace: Workspace) -> None:
    """Who ordered twice is one person, two orders; who ordered nothing is 0 per head."""

    def arm(buyers: int, people: int, start: float, twice: int = 0) -> list[list[float]]:
        rows = [[start + 3.25 * n] + ([40.0] if n < twice else []) for n in range(buyers)]
        return rows + [[]] * (people - buyers)

    arms = {"a": arm(30, 150, 50, 4), "b": arm(52, 160, 60), "c": arm(33, 140, 90, 6),
            "témoin": arm(9, 120, 55, 1)}  # fmt: skip
    past(workspace, "four", arms)
    heads = {("control" if name == "témoin" else name): rows for name, rows in arms.items()}
    heads["enrolled"] = heads["a"] + heads["b"] + heads["c"]
    report = workspace.ok("report", "four", "--by", "source", now=NOW)

    found = pairs(report)
    assert set(found) == {("enrolled", "control"), ("b", "a"), ("c", "a"), ("a", "control"),
                          ("b", "control"), ("c", "control")}  # fmt: skip
    by_hand = []
    for (arm_, against), one in found.items():
        x, n = sum(map(bool, heads[arm_])), len(heads[arm_])
        y, m = sum(map(bool, heads[against])), len(heads[against])
        assert (one["contacts"], one["against_contacts"], one["comparisons"]) == (n, m, 6)
        assert one["difference"] == pytest.approx(x / n - y / m)
        assert (one["low"], one["high"]) == pytest.approx(newcombe(x, n, y, m))
        assert one["p"] == pytest.approx(score_p(x, n, y, m))
        assert one["lift_contacts"] == pytest.approx(x - y / m * n)
        by_hand.append(one["p"])
    assert [one["p_adjusted"] for one in found.values()] == pytest.approx(holm(by_hand))
    for one in found.values():
        assert one["p_looks_adjusted"] >= one["p_looks"] >= one["p"]
        if one["p_looks_adjusted"] < 0.05:
            assert one["verdict"] == ("better" if one["difference"] > 0 else "worse")
        else:
            assert one["verdict"] == "cannot_tell"

    experiment = report["experiment"]
    assert experiment["correction"] == "holm"
    assert experiment["looks"]["rule"] == "always_valid"
    groups = {one["group"]: one for one in experiment["groups"]}
    assert groups["a"]["orders"] == 34
    assert groups["a"]["reached"] == 30
    assert groups["a"]["rate"] == pytest.approx(0.2)
    assert (groups["a"]["low"], groups["a"]["high"]) == pytest.approx(wilson(30, 150))

    def per_head(group: str, measure: str) -> list[float]:
        return [sum(x) if measure == "revenue" else float(len(x)) for x in heads[group]]

    for measure in ("orders", "revenue"):
        lines = [one for one in experiment["per_contact"] if one["measure"] == measure]
        assert {(one["arm"], one["against"]) for one in lines} == set(found)
        for one in lines:
            mine, other = per_head(one["arm"], measure), per_head(one["against"], measure)
            welch = stats.ttest_ind(mine, other, equal_var=False)
            sure = welch.confidence_interval(0.95)
            assert one["p"] == pytest.approx(welch.pvalue)
            assert (one["low"], one["high"]) == pytest.approx((sure.low, sure.high))
            ours, theirs = sum(mine) / len(mine), sum(other) / len(other)
            assert one["difference"] == pytest.approx(ours - theirs)
            assert one["lift"] == pytest.approx((ours - theirs) * len(mine))
            if measure == "revenue":
                width = sure.high - sure.low
                assert one["bootstrap_low"] == pytest.approx(sure.low, abs=width / 10)
                assert one["bootstrap_high"] == pytest.approx(sure.high, abs=width / 10)
        assert [one["p_adjusted"] for one in lines] == pytest.approx(
            holm([one["p"] for one in lines])
        )
    # The same draws each time.
    assert workspace.ok("report", "four", "--by", "source", now=NOW) == report
    for part in experiment["parts"]:
        assert json.dumps(part)


# --- drawn by a launch -------------------------------------------------------------------------

TOWNS = {("Rennes", "prospect"): 50, ("Rennes", "suspect"): 25, ("Nantes", "prospect"): 100,
         ("Brest", "suspect"): 18, ("Brest", "prospect"): 7}  # fmt: skip
DAY = "objective: {orders: 40, by: 2027-06-30}\n"


def town_of() -> dict[str, tuple[str, str]]:
    places = [place for place, count in TOWNS.items() for _ in range(count)]
    return {f"p{number:03}": place for number, place in enumerate(places)}


def drawn(workspace: Workspace, campaign: str) -> dict[str, list[str]]:
    """Who is control and who got which variant, by the event export."""
    workspace.ok("events", "export", "events.csv", now="2027-01-04T10:00")
    with (workspace.folder / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["campaign"] == campaign]
    groups: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["kind"] == "touched":
            groups[row["variant"]].add(row["external_id"])
        if row["kind"] == "enrolled" and row["arm"] == "control":
            groups["control"].add(row["external_id"])
    return {name: sorted(people) for name, people in groups.items()}


def experiments(workspace: Workspace, *names: str) -> list[Any]:
    """Launched and sent; what the mail server received."""
    rows = [(who, f"Name-{who}", f"{who}@mail.example", *place) for who, place in town_of().items()]
    workspace.people(rows, "Ref;Last name;E-mail;City;Kind")
    for name in names:
        head = "alongside: true\n" + ("" if name == "open" else DAY)
        variants = f"variants: {{a: {{subject: {name} A}}, b: {{subject: {name} B}}}}"
        workspace.campaign(
            name, 'kind in ("prospect", "suspect")', head=head,
            audience="  control: 20%\n  stratify: [city, kind]\n",
            steps="  - {step: mail, channel: email, subject: x, template: mail.html.j2, "
            f"{variants}}}\n",
        )  # fmt: skip
        answer = workspace.launch(name, now="2027-01-04T09:00")
        assert (answer["control"], answer["enrolled"]) == (40, 160)
    with SmtpServer() as server:
        workspace.settings(server.port)
        ran = workspace.ok("run", now="2027-01-04T09:30")
        assert ran["sent"] == 160 * len(names)
    return server.received


def shares(people: Iterable[str]) -> Counter[tuple[str, str]]:
    where = town_of()
    return Counter(where[who] for who in people)


def look(workspace: Workspace, day: str, *names: str) -> dict[str, Any]:
    answer = workspace.ok("report", *names, now=f"{day}T20:00")
    return {one["campaign"]: one for one in answer["campaigns"]}


def test_exact_shares_and_ten_looks_at_noise(workspace: Workspace) -> None:
    """Noise that would win at a single look wins at none; what is decided stays decided.

    `open` names no day, `dated` and `won` do: 30 June. In `open` and `dated` variant a is far
    ahead in February and caught up by May; in `won` b is better for good until June.
    """
    received = experiments(workspace, "open", "dated", "won")
    groups: dict[str, dict[str, list[str]]] = {}
    for name in ("open", "dated", "won"):
        groups[name] = drawn(workspace, name)
        control, a_side, b_side = (groups[name][group] for group in ("control", "a", "b"))
        assert (len(control), len(a_side), len(b_side)) == (40, 80, 80)
        posted = {who for who, content in received if f"Subject: {name} A" in str(content)}
        assert posted == {f"{who}@mail.example" for who in a_side}
        for place, count in TOWNS.items():
            assert abs(shares(control)[place] - count / 5) < 1, place
            assert abs(shares(a_side)[place] - shares(b_side)[place]) <= 1, place
    # Salted: two campaigns draw apart; by chance 8 of 40 are control in both.
    both = set(groups["open"]["control"]) & set(groups["dated"]["control"])
    assert len(both) <= 20

    report = look(workspace, "2027-01-05", "open", "dated", "won")
    for one in report.values():
        assert one["balance"]
        assert not any(check["alarm"] for check in one["balance"])
    assert report["open"]["experiment"]["looks"]["rule"] == "always_valid"
    assert report["dated"]["experiment"]["looks"] == {
        "rule": "day_of_decision", "day": "2027-06-30", "decided": False,
    }  # fmt: skip

    # Orders so far at each of ten looks, of a and b; some in the control group too.
    looks = {
        "2027-01-20": (2, 0), "2027-02-01": (6, 0), "2027-02-15": (9, 1), "2027-03-01": (9, 2),
        "2027-03-15": (10, 5), "2027-04-01": (10, 7), "2027-04-15": (11, 9),
        "2027-05-01": (11, 11), "2027-05-20": (12, 12), "2027-06-15": (12, 13),
    }  # fmt: skip
    done: Counter[tuple[str, str]] = Counter()
    naive = 0
    for number, (day, (a, b)) in enumerate(looks.items(), start=1):
        target = {("open", "a"): a, ("open", "b"): b, ("open", "control"): number // 2}
        target |= {("dated", group): count for (_, group), count in target.items()}
        target |= {("won", "a"): number // 2, ("won", "b"): 3 * number}
        record(workspace, groups, done, target, day)
        naive += score_p(a, 80, b, 80) < 0.05
        seen = look(workspace, day, "open", "dated")
        for name in ("open", "dated"):
            for pair, one in pairs(seen[name]).items():
                assert one["verdict"] == "cannot_tell", (day, name, pair)
        assert pairs(seen["open"])["b", "a"]["rate"] == b / 80
    assert naive >= 2
    seen = look(workspace, "2027-06-30", "dated", "won")
    assert not seen["won"]["experiment"]["looks"]["decided"]
    assert pairs(seen["won"])["b", "a"]["rate"] == 30 / 80
    by_part(workspace.ok("report", "open", "--by", "kind", now="2027-06-16"), groups["open"], done)

    # After the day: what had happened by its end has decided, whatever comes.
    later = {("dated", "b"): 50, ("open", "b"): 50, ("won", "a"): 40}
    record(workspace, groups, done, later, "2027-07-10")
    seen = look(workspace, "2027-07-12", "open", "dated", "won")
    verdict = {name: pairs(one)["b", "a"]["verdict"] for name, one in seen.items()}
    assert verdict == {"open": "better", "dated": "cannot_tell", "won": "better"}
    assert seen["won"]["experiment"]["looks"]["decided"]
    assert score_p(12, 80, 50, 80) < 1e-8


def by_part(report: Any, groups: dict[str, list[str]], done: Counter[tuple[str, str]]) -> None:
    """The same among the prospects and suspects, and in each stratum: people, orders, lift."""
    where = town_of()
    told = {(one["by"], one["key"], one["arm"]): one for one in report["experiment"]["parts"]}
    wanted = {("kind", kind): {who for who, place in where.items() if place[1] == kind}
              for kind in ("prospect", "suspect")}  # fmt: skip
    wanted["stratum", "Nantes · prospect"] = {
        who for who, place in where.items() if place[0] == "Nantes"
    }
    for (by, key), people in wanted.items():
        one = told[by, key, "b"]
        counts = {}
        for side in ("a", "b"):
            inside = people & set(groups[side])
            counts[side] = (len(set(groups[side][: done["open", side]]) & inside), len(inside))
        (x, n), (y, m) = counts["b"], counts["a"]
        assert (one["contacts"], one["against_contacts"]) == (n, m)
        assert one["difference"] == pytest.approx(x / n - y / m)
        assert (one["low"], one["high"]) == pytest.approx(newcombe(x, n, y, m))
        assert one["p"] == pytest.approx(score_p(x, n, y, m))
        assert one["lift_contacts"] == pytest.approx(x - y / m * n)
        assert one["lift_orders"] == pytest.approx(x - y / m * n)
        assert one["verdict"] == "cannot_tell"
    first = [one for one in report["experiment"]["parts"] if one["by"] == "kind"]
    assert [one["p_adjusted"] for one in first] == pytest.approx(holm([one["p"] for one in first]))


def record(
    workspace: Workspace, groups: dict[str, dict[str, list[str]]],
    done: Counter[tuple[str, str]], target: dict[tuple[str, str], int], day: str,
) -> None:  # fmt: skip
    """Orders of the next people of each group, up to the target."""
    lines = ["contact,stage,campaign,on"]
    for (campaign, group), count in target.items():
        people = groups[campaign][group][done[campaign, group] : count]
        lines += [f"{who},order,{campaign},{day}" for who in people]
        done[campaign, group] = count
    workspace.write(f"orders-{day}.csv", "\n".join(lines) + "\n")
    workspace.ok("record", "--from", f"orders-{day}.csv", now=f"{day}T19:00")


def textbook(p: float, q: float, alpha: float, power: float) -> int:
    """Fleiss' formula, without correction for continuity."""
    mean = (p + q) / 2
    a, b = stats.norm.ppf(1 - alpha / 2), stats.norm.ppf(power)
    top = a * math.sqrt(2 * mean * (1 - mean)) + b * math.sqrt(p * (1 - p) + q * (1 - q))
    return math.ceil((top / (p - q)) ** 2)


def test_people_needed_before_a_launch(workspace: Workspace) -> None:
    def needed(*words: str) -> Any:
        return workspace.ok("plan", "sample", *words)

    told = needed("--rate", "5%", "--lift", "1%")
    assert (told["per_group"], told["total"]) == (8158, 16316)
    assert textbook(0.05, 0.06, 0.05, 0.8) == 8158
    rules = [one["per_group"] for one in told["rules"]]
    assert rules[0] == 8158 < rules[1] < rules[2]
    told = needed("--rate", "10%", "--lift", "-3%", "--power", "90%", "--confidence", "99%")
    assert told["per_group"] == textbook(0.10, 0.07, 0.01, 0.9)
    # Three groups are two comparisons with the first.
    told = needed("--rate", "5%", "--lift", "1%", "--arms", "3")
    assert told["comparisons"] == 2
    assert told["per_group"] == textbook(0.05, 0.06, 0.025, 0.8)
    assert told["total"] == 3 * told["per_group"]
    # Money: 2 (1.96 + 0.8416)² × 10² ÷ 1²; other rules ask more.
    said = workspace.run("plan", "sample", "--money", "1", "--spread", "10")
    assert "1,570" in said.out
    for words, why in (
        (("--rate", "5%", "--lift", "0"), "difference of 0"),
        (("--rate", "99%", "--lift", "5%"), "no rate"),
        (("--rate", "5%"), "--lift"),
        (("--rate", "many", "--lift", "1%"), "not 'many'"),
        (("--rate", "0", "--lift", "1%"), "between 0 and 100%"),
    ):
        done = workspace.run("plan", "sample", *words, "--json")
        assert done.code in (1, 2)
        assert any(why in f"{one['message']} {one['hint']}" for one in done.errors), done.out
