"""Audit of issue 7: a season of forty people, drawn by chance, and counted here from the draw.

Letters to all, calls that reach somebody or not, visits, quotes, orders, two sellers, customers of
old among the people. Nothing below reads an answer of the program to make an expected figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from scipy import stats
from workspaces import Workspace

CHAIN = ["contacted", "replied", "appointment", "quote", "order"]
COSTS = "costs: {minute: 0.50, km: 0.40, stamp: 1.50, paper: 0.25}\n"
POSTED = datetime(2027, 3, 1)
NOW = "2027-06-15T18:00"
PEOPLE = [f"K{n:02}" for n in range(40)]


def kind(who: str) -> str:
    return ("prospect", "prospect", "suspect", "customer")[int(who[1:]) % 4]


def source(who: str) -> str:
    return ("fair", "rented")[int(who[1:]) % 2]


@dataclass(frozen=True, slots=True)
class Fact:
    """What was recorded; with a channel it is an attempt too."""

    who: str
    stage: str
    on: datetime
    channel: str = ""
    by: str = ""
    minutes: int = 0
    km: int = 0
    amount: int = 0

    @property
    def margin(self) -> int:
        return self.amount * 3 // 10 if self.stage == "order" else 0

    @property
    def cost(self) -> Decimal:
        return self.minutes * Decimal("0.50") + self.km * Decimal("0.40")


def season(draw: Random) -> list[Fact]:
    """Calls from the 8th, meetings from the 16th, quotes at the end of March, orders in spring."""
    words = ["no_answer", "no_answer", "spoken", "refused", "replied", "call_back"]
    facts = []
    for who in PEOPLE:
        day = draw.randrange(8, 13)
        for attempt in range(draw.randrange(4)):
            at = datetime(2027, 3, day + attempt, draw.randrange(10, 18), draw.randrange(60))
            facts.append(Fact(who, draw.choice(words), at, "call", draw.choice(["marie", "yann"]),
                              draw.choice([1, 2, 5, 9])))  # fmt: skip
        if draw.random() < 0.4:
            day = draw.randrange(20, 26)
            facts += [
                Fact(who, "appointment", datetime(2027, 3, day - 4, 9, 30), "call", "marie", 3),
                Fact(who, "met", datetime(2027, 3, day, 15), "visit", "yann", 30, 12),
            ]
        if draw.random() < 0.3:
            facts.append(Fact(who, "quote", datetime(2027, 3, draw.randrange(27, 31), 11)))
        for _ in range(draw.choice([0, 0, 0, 1, 2])):
            at = datetime(2027, draw.randrange(4, 6), draw.randrange(1, 29), 12)
            facts.append(Fact(who, "order", at, amount=draw.choice([300, 450, 700, 1200])))
    # Two orders of one minute would be one fact, told twice.
    return [replace(fact, on=fact.on.replace(second=n % 60)) for n, fact in enumerate(facts)]


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return season(Random(11))


@pytest.fixture
def firm(workspace: Workspace, facts: list[Fact]) -> Workspace:
    workspace.settings(more=COSTS + "team: {marie: {name: Marie}, yann: {name: Yann}}\n")
    workspace.people(
        ((who, who, f"{n} rue A", "35000", "Rennes", f"02 99 00 00 {n:02}", kind(who), source(who))
         for n, who in enumerate(PEOPLE)),
        "Ref;Last name;Street;Postal code;City;Phone;Kind;Source",
    )  # fmt: skip
    workspace.campaign(
        "season", head="stop_on: [opted_out]\nfixed_costs: {design: 60}\n",
        steps="  - {step: letter, channel: letter, template: letter.docx}\n"
              "  - {step: call, channel: call, after: letter + 7 days}\n"
              "  - {step: visit, channel: visit, after: call + 5 days}\n",
    )  # fmt: skip
    workspace.launch("season", now="2027-03-01T09:00")
    workspace.ok("letters", "season", now="2027-03-01T09:10")
    workspace.ok("letters", "posted", "season", "--on", "2027-03-01", now="2027-03-01T17:00")
    lines = ["contact,stage,campaign,channel,on,by,minutes,km,amount,margin"]
    for one in sorted(facts, key=lambda one: one.on):
        cells = [one.who, one.stage, "season", one.channel, one.on.isoformat(), one.by,
                 one.minutes, one.km, one.amount, one.margin]  # fmt: skip
        lines.append(",".join(str(cell or "") for cell in cells))
    workspace.write("facts.csv", "\n".join(lines) + "\n")
    told = workspace.ok("record", "--from", "facts.csv", now=NOW)
    assert (told["recorded"], told["rejected"]) == (len(facts), 0)
    return workspace


def far(facts: list[Fact]) -> dict[str, int]:
    """Everybody got a letter; a stage makes up for those before it."""
    found = dict.fromkeys(PEOPLE, 0)
    for one in facts:
        if one.stage in CHAIN:
            found[one.who] = max(found[one.who], CHAIN.index(one.stage))
    return found


def counts(places: list[int]) -> list[int]:
    return [sum(place >= stage for place in places) for stage in range(len(CHAIN))]


def people_of(part: Any) -> list[int]:
    return [link["contacts"] for link in part["chain"]]


def touches(facts: list[Fact], who: str) -> list[tuple[datetime, str, bool]]:
    """When, by which channel, and whether it got through; the letter first."""
    mine = [(one.on, one.channel, one.stage != "no_answer") for one in facts
            if one.who == who and one.channel]  # fmt: skip
    return [(POSTED, "letter", True), *sorted(mine)]


def test_the_chain_and_what_it_is_broken_down_by(firm: Workspace, facts: list[Fact]) -> None:
    words = ("--by", "source", "--by", "kind", "--by", "month")
    found = firm.ok("report", "season", *words, now=NOW)
    places = far(facts)
    assert people_of(found) == counts(list(places.values()))
    for dimension, of in (("source", source), ("kind", kind)):
        expected = {of(who): counts([places[w] for w in PEOPLE if of(w) == of(who)])
                    for who in PEOPLE}  # fmt: skip
        assert {row["key"]: people_of(row) for row in found["by"][dimension]} == expected
    for row in found["by"]["month"]:
        month = int(row["key"][5:])
        there: dict[str, int] = {}
        for who in PEOPLE:
            through = [t for t in touches(facts, who) if t[0].month == month and t[2]]
            stages = [
                CHAIN.index(one.stage)
                for one in facts
                if one.who == who and one.on.month == month and one.stage in CHAIN
            ]
            if through or stages:
                there[who] = max(stages, default=0)
        assert people_of(row) == counts(list(there.values()))


def test_yield_by_attempts_and_which_touch_earned_it(firm: Workspace, facts: list[Fact]) -> None:
    orders = [one for one in facts if one.stage == "order"]
    first = {w: min(one.on for one in orders if one.who == w) for w in {o.who for o in orders}}
    made = {who: sum(who not in first or at <= first[who] for at, *_ in touches(facts, who))
            for who in PEOPLE}  # fmt: skip
    found = firm.ok("report", "season", now=NOW)
    assert {row["touches"]: (row["contacts"], row["orders"]) for row in found["touches_yield"]} == {
        n: (sum(m == n for m in made.values()), sum(made[who] == n for who in first))
        for n in set(made.values())
    }
    for rule in ("last", "first", "even"):
        expected: dict[str, Fraction] = defaultdict(Fraction)
        for who, at in first.items():
            before = [channel for day, channel, through in touches(facts, who)
                      if through and day <= at]  # fmt: skip
            chosen = {"last": before[-1:], "first": before[:1], "even": before}[rule]
            bought = sum(one.amount for one in orders if one.who == who)
            for channel in chosen:
                expected[channel] += Fraction(bought, len(chosen))
        told: Counter[str] = Counter()
        for one in firm.ok("report", "season", "--rule", rule, now=NOW)["attribution"]["steps"]:
            told[one["channel"]] += one["revenue"]
        assert {c: r for c, r in told.items() if r} == pytest.approx(
            {channel: float(revenue) for channel, revenue in expected.items()}
        )


def test_what_it_cost_and_what_winning_and_keeping_did(firm: Workspace, facts: list[Fact]) -> None:
    found = firm.ok("report", "season", now=NOW)
    old = {who for who in PEOPLE if kind(who) == "customer"}
    letter = Decimal("1.75")
    spent = {who: letter + sum((one.cost for one in facts if one.who == who), Decimal(0))
             for who in PEOPLE}  # fmt: skip
    made = {who: len(touches(facts, who)) for who in PEOPLE}
    orders = [one for one in facts if one.stage == "order"]
    margin, total = sum(one.margin for one in orders), sum(spent.values()) + 60
    assert (found["orders"], found["margin"]) == (len(orders), margin)
    assert found["cost"]["total"] == pytest.approx(float(total))
    assert found["roi"] == pytest.approx(float((margin - total) / total))
    answered = {one.who for one in facts if one.stage not in ("no_answer",)}
    assert found["cost"]["useful_contacts"] == len(answered)
    shared = Decimal(60) * sum(made[who] for who in old) / sum(made.values())
    keeping = sum(spent[who] for who in old) + shared
    won = {one.who for one in orders} - old
    assert found["keeping"]["per_customer"] == pytest.approx(float(keeping / len(old)))
    assert found["winning"]["new_customers"] == len(won)
    assert found["winning"]["per_new_customer"] == pytest.approx(
        float((total - keeping) / len(won))
    )
    # Each order is what the touch made last before it added, in vain or not.
    added: Counter[str] = Counter()
    for one in orders:
        added[[c for at, c, _ in touches(facts, one.who) if at <= one.on][-1]] += one.margin
    told = {row["step"]: row["margin"] for row in found["steps"]}
    assert (told["letter"], told["visit"]) == (added["letter"], added["visit"])
    assert told["call"] + told[None] == added["call"]


def test_coefficients_of_the_season_weighed_with_the_sources(
    firm: Workspace, facts: list[Fact]
) -> None:
    """Beta and Gamma by hand: the thirty who were no customers, with the stated weights."""
    places = far(facts)
    new = [who for who in PEOPLE if kind(who) != "customer"]
    _, actives, _, quotes, deals = counts([places[who] for who in new])
    made = sum(len(touches(facts, who)) for who in new)
    told = firm.ok("plan", "effort", "--revenue", "45000", now=NOW)
    value = {name: one["value"] for name, one in told["coefficients"].items()}
    assert value["accessibility"] == pytest.approx((actives + 3) / (len(new) + 50))
    assert value["touches"] == pytest.approx((made + 4) / (len(new) + 1))
    assert value["proposals_per_deal"] == pytest.approx((quotes + 3) / (deals + 1))
    assert value["compensation"] == pytest.approx((actives + 4) / (quotes + 1))
    amounts = [one.amount for one in facts if one.stage == "order" and one.who in new]
    assert value["average_deal"] == pytest.approx(sum(amounts) / len(amounts))
    low, high = stats.beta.ppf([0.025, 0.975], actives + 3, len(new) + 50 - actives - 3)
    blend = told["blending"]["accessibility"]
    assert (blend["low"], blend["high"]) == pytest.approx((low, high), rel=1e-4)
    low, high = stats.gamma.ppf([0.025, 0.975], made + 4) / (len(new) + 1)
    blend = told["blending"]["touches"]
    assert (blend["low"], blend["high"]) == pytest.approx((low, high), rel=1e-4)
