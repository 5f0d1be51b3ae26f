"""Acceptance of issue 7, line 6.1: the chain, its ratios, times, cohorts and breakdowns.

The real calls are those of UCI Bank Marketing (Moro et al.), read from the folder of real data; the
figures beside them are counted here, from the file. The others are worked out by hand.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from workspaces import Workspace

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
LATER = "2027-06-01T09:00"


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval at 95 %, as every textbook has it."""
    z, p = 1.959963984540054, part / whole
    middle, half = p + z * z / (2 * whole), z * sqrt(p * (1 - p) / whole + (z / (2 * whole)) ** 2)
    return (middle - half) / (1 + z * z / whole), (middle + half) / (1 + z * z / whole)


def people_of(part: Any) -> list[int]:
    return [link["contacts"] for link in part["chain"]]


def rows(part: Any, dimension: str) -> dict[str | None, list[int]]:
    return {row["key"]: people_of(row) for row in part["by"][dimension]}


def phone(number: int) -> str:
    return f"02 99 01 {number // 100:02} {number % 100:02}"


def narrow(text: str) -> bool:
    return max(map(len, text.splitlines())) <= 80


# --- a bank's calls ---------------------------------------------------------------------------


def bank(folder: Path) -> list[dict[str, Any]]:
    """The bank's people: how often they were called, when last, and whether they subscribed."""
    with (folder / "bank-marketing" / "bank.csv").open(newline="") as file:
        return [
            {
                "ref": f"b{number:04}",
                "job": row["job"],
                "source": row["contact"],
                "calls": int(row["campaign"]),
                "minutes": (Decimal(row["duration"]) / 60).quantize(Decimal("0.01")),
                "day": date(2026, MONTHS.index(row["month"]) + 1, int(row["day"])),
                "bought": row["y"] == "yes",
            }
            for number, row in enumerate(csv.DictReader(file, delimiter=";"), 1)
            if (row["month"], row["day"]) != ("feb", "29")
        ]


def test_the_calls_of_a_bank_and_what_each_further_one_brought(
    workspace: Workspace, real_data: Path
) -> None:
    """4,521 people, 12,630 calls, 521 orders; every rate and bound is counted from the file."""
    workspace.settings(more="costs: {minute: 0.60}\n")
    clients = bank(real_data)
    for source in ("cellular", "telephone", "unknown"):
        lines = [f"{one['ref']};{one['job']}" for one in clients if one["source"] == source]
        workspace.write(f"{source}.csv", "\n".join(["Code;Métier", *lines]) + "\n")
        workspace.ok("contacts", "import", f"{source}.csv", "--source", source)
    workspace.ok("segment", "save", "retired", 'metier = "retired"')
    table = [
        f"{one['ref']};{one['day']};call;{one['calls']};{one['minutes']};"
        + (f"order;{one['day']}" if one["bought"] else ";")
        for one in clients
    ]
    head = "Code;Envoyé le;Canal;Tentatives;Minutes;Étape;Date"
    workspace.write("calls.csv", "\n".join([head, *table]) + "\n")
    told = workspace.ok("history", "import", "calls.csv", "--campaign", "deposit", now=LATER)
    assert told["rejected"] == 0

    words = ("source", "segment", "month", "week", "channel")
    found = workspace.ok("report", "deposit", *(w for d in words for w in ("--by", d)), now=LATER)
    calls, orders = sum(one["calls"] for one in clients), sum(one["bought"] for one in clients)
    assert (len(clients), calls, orders) == (4521, 12630, 521)
    assert (found["enrolled"], found["contacted"], found["touch_count"]) == (4521, 4521, 12630)
    assert found["orders"] == 521
    assert found["cost"]["minutes"] == float(sum(one["minutes"] for one in clients))
    # Only the last call was timed: 0.60 a minute, to the cent; the others are told.
    cent = Decimal("0.01")
    assert found["cost"]["total"] == float(
        sum((one["minutes"] * Decimal("0.6")).quantize(cent, ROUND_HALF_UP) for one in clients)
    )
    assert found["cost"]["without_cost"] == 12630 - 4521
    assert people_of(found) == [4521, 521, 521, 521, 521]
    last = found["chain"][-1]
    assert last["from_first"] == pytest.approx(521 / 4521)
    assert (last["low"], last["high"]) == pytest.approx(wilson(521, 4521))
    assert found["unrecorded"] == {"replied": 521, "appointment": 521, "quote": 521}

    tried = Counter(one["calls"] for one in clients)
    won = Counter(one["calls"] for one in clients if one["bought"])
    assert len(found["touches_yield"]) == len(tried)
    for row in found["touches_yield"]:
        times = row["touches"]
        so_many = sum(count for number, count in tried.items() if number >= times)
        assert (row["contacts"], row["orders"], row["at_least"]) == (
            tried[times], won[times], so_many,
        )  # fmt: skip
        assert row["rate"] == pytest.approx(won[times] / tried[times])
        assert (row["low"], row["high"]) == pytest.approx(wilson(won[times], tried[times]))
        assert row["marginal_rate"] == pytest.approx(won[times] / so_many)

    def split(key: str) -> dict[str | None, tuple[int, int]]:
        everyone = Counter(one[key] for one in clients)
        buyers = Counter(one[key] for one in clients if one["bought"])
        return {name: (count, buyers[name]) for name, count in everyone.items()}

    def ends(dimension: str) -> dict[str | None, tuple[int, int]]:
        return {key: (link[0], link[-1]) for key, link in rows(found, dimension).items()}

    for one in clients:
        one["month"] = f"{one['day']:%Y-%m}"
        one["week"] = (one["day"] - timedelta(days=one["day"].weekday())).isoformat()
    assert ends("source") == split("source")
    assert ends("month") == split("month")
    assert ends("week") == split("week")
    assert ends("channel") == {"call": (4521, 521)}
    retired = [one["bought"] for one in clients if one["job"] == "retired"]
    assert ends("segment")["retired"] == (len(retired), sum(retired)) == (230, 54)
    assert {row["week"]: (row["contacts"], row["at_once"]) for row in found["cohorts"]} == split(
        "week"
    )

    may = workspace.ok("report", "deposit", "--from", "2026-05-01", "--to", "2026-05-31", now=LATER)
    assert (may["contacted"], may["orders"]) == split("month")["2026-05"] == (1398, 93)
    assert may["touch_count"] == sum(one["calls"] for one in clients if one["month"] == "2026-05")
    assert narrow(workspace.run("report", "deposit", "--by", "segment", now=LATER).out)


# --- the worked numbers of B3 and B4 -----------------------------------------------------------


def test_three_hundred_on_file_two_hundred_and_forty_reached(workspace: Workspace) -> None:
    """B3: 300 called, 240 reached, 80 meetings, 15 sales: 33.33 %, 18.75 %, 5 % of the file."""
    everyone = [f"p{number:03}" for number in range(300)]
    workspace.people(((who, who, phone(n), "Rennes")
                      for n, who in enumerate(everyone)), "Ref;Last name;Phone;City")  # fmt: skip
    steps = "  - {step: call, channel: call, minutes: 3}\n"
    workspace.campaign("phone", steps=steps, head="chain: [contacted, appointment, order]\n")
    workspace.launch("phone", now="2027-03-01T10:00")
    facts = ["contact,stage,campaign,channel,on"]
    for place, who in enumerate(everyone):
        facts.append(f"{who},{'no_answer' if place >= 240 else 'spoken'},phone,call,2027-03-02")
        facts += [f"{who},appointment,phone,,2027-03-03"] * (place < 80)
        facts += [f"{who},order,phone,,2027-03-10"] * (place < 15)
    workspace.write("facts.csv", "\n".join(facts) + "\n")
    assert workspace.ok("record", "--from", "facts.csv", now=LATER)["rejected"] == 0

    found = workspace.ok("report", "phone", now=LATER)
    assert (found["enrolled"], found["touch_count"], found["touched"]) == (300, 300, 300)
    assert found["contacted"] == 240
    assert people_of(found) == [240, 80, 15]
    _, met, sold = found["chain"]
    assert (met["from_previous"], sold["from_previous"]) == pytest.approx((1 / 3, 0.1875))
    assert sold["from_first"] == pytest.approx(15 / 240)
    assert (met["low"], met["high"]) == pytest.approx(wilson(80, 240))
    assert (sold["low"], sold["high"]) == pytest.approx(wilson(15, 240))
    assert found["touches_yield"][0]["rate"] == pytest.approx(0.05)  # of the 300 who were tried
    assert found["ratios"]["success_rate"] == pytest.approx(15 / 240)
    text = workspace.run("report", "phone", now=LATER).out
    assert "300" in text
    assert "33.3%" in text
    assert "18.8%" in text
    assert narrow(text)


def test_a_thousand_mails_with_meetings_accepted_and_held(workspace: Workspace) -> None:
    """B3: 1,000, 350, 320, 100, 85, 35, 10; two replies of one person are one."""
    counts = [1000, 350, 320, 100, 85, 35, 10]
    stages = ["contacted", "replied", "answered_call", "accepted", "held", "quote", "order"]
    columns = ["E-mail", "Envoyé le", *(f"{stage} on" for stage in stages[1:])]
    lines = []
    for number in range(1000):
        days = [f"2027-02-{place + 2:02}" if number < most else ""
                for place, most in enumerate(counts[1:])]  # fmt: skip
        lines.append(";".join([f"m{number}@x.example", "2027-02-01", *days]))
    again = [";".join([f"m{n}@x.example", "", "2027-02-20", *[""] * 5]) for n in range(40)]
    workspace.write("mails.csv", "\n".join([";".join(columns), *lines, *again]) + "\n")
    told = workspace.ok(
        "history", "import", "mails.csv", "--campaign", "mails", "--create-contacts",
        "--channel", "email", "--chain", ",".join(stages), now=LATER,
    )  # fmt: skip
    assert told["rejected"] == 0
    found = workspace.ok("report", "mails", now=LATER)
    assert people_of(found) == counts
    assert found["touch_count"] == 1000
    assert [round(100 * (link["from_previous"] or 1), 2) for link in found["chain"]] == [
        100, 35, 91.43, 31.25, 85, 41.18, 28.57,
    ]  # fmt: skip
    assert found["chain"][-1]["from_first"] == 0.01
    assert found["orders"] == 10


def test_both_tables_of_ratios(workspace: Workspace) -> None:
    """B4: 120/200, 120/400, 30/120, 6/120; then a seller's visits: 30/150, 5/30, 3,106 each."""
    header = "Ref;Last name;City;Type;Phone"
    known = [
        (f"p{n}", f"P{n}", "Rennes" if n < 120 else "Brest", "prospect", phone(n))
        for n in range(400)
    ]
    known += [(f"c{n}", f"C{n}", "Rennes", "client", phone(400 + n)) for n in range(80)]
    workspace.people(known, header)
    workspace.campaign("spring", steps="  - {step: tell, channel: call}\n")
    workspace.launch("spring", now="2027-03-01T10:00")
    facts = [f"{row[0]},spoken,call,2027-03-02" for row in known if row[2] == "Rennes"]
    facts += [f"p{n},replied,,2027-03-03" for n in range(30)]
    facts += [f"p{n},order,,2027-03-09" for n in range(6)]
    facts += [f"c{n},order,,2027-03-09" for n in range(9)]  # customers are won no second time
    workspace.write("facts.csv", "\n".join(["contact,stage,channel,on", *facts]) + "\n")
    assert workspace.ok("record", "--from", "facts.csv", now=LATER)["rejected"] == 0
    found = workspace.ok("report", "spring", now=LATER)
    assert found["ratios"] == pytest.approx({
        "prospecting_share": 0.6, "prospect_coverage": 0.3, "interested_rate": 0.25,
        "success_rate": 0.05,
    })  # fmt: skip
    named = found["ratios_by_basis"]["per_contact"]
    assert {key: (one["part"], one["whole"]) for key, one in named.items()} == {
        "prospecting_share": (120, 200), "prospect_coverage": (120, 400),
        "interested_rate": (30, 120), "success_rate": (6, 120),
    }  # fmt: skip

    visits = [("v", n, "prospect") for n in range(30)] + [("w", n, "client") for n in range(120)]
    table = [f"{letter}{n};{kind};2027-04-01;visit;" + (
        "order;2027-04-02;9318;1397,70" if (letter, n) < ("v", 5) or (letter == "w" and n < 45)
        else ";;;"
    ) for letter, n, kind in visits]  # fmt: skip
    head = "Code;Kind;Envoyé le;Canal;Étape;Date;Montant;Marge"
    workspace.write("visits.csv", "\n".join([head, *table]) + "\n")
    told = workspace.ok("history", "import", "visits.csv", "--campaign", "visits",
                        "--create-contacts", now=LATER)  # fmt: skip
    assert told["rejected"] == 0
    found = workspace.ok("report", "visits", now=LATER)
    visited = found["ratios_by_basis"]["per_visit"]
    assert (visited["prospecting_share"]["value"], visited["success_rate"]["value"]) == (
        pytest.approx((30 / 150, 5 / 30))
    )
    assert (found["revenue"], found["margin"], found["orders"]) == (465_900, 69_885, 50)
    assert found["average_order_value"] == 9318
    assert found["margin_rate"] == pytest.approx(0.15)
    assert {k: v for k, v in found["activity"].items() if isinstance(v, int | float)} == {}


# --- a small campaign, counted by hand ---------------------------------------------------------


@pytest.fixture
def small(workspace: Workspace) -> Workspace:
    """Six letters on Monday, calls a week later; a, b and e order; c's order was a mistake."""
    workspace.settings(more="team: {marie: {name: Marie}, paul: {name: Paul}}\n"
                            "costs: {minute: 0.60, stamp: 1.39, paper: 0.36}\n")  # fmt: skip
    header = "Ref;Last name;Phone;E-mail;Street;Postal code;City;Type"

    def import_from(source: str, refs: str) -> None:
        lines = [header, *(
            f"{ref};{ref.upper()};02 99 00 00 0{ord(ref) - 96};{ref}@x.example;1 rue du Four;35000;"
            f"Rennes;{'client' if ref == 'f' else 'prospect'}" for ref in refs
        )]  # fmt: skip
        workspace.write("people.csv", "\n".join(lines) + "\n")
        workspace.ok("contacts", "import", "people.csv", "--source", source)

    import_from("fair", "abcd")
    import_from("directory", "ef")
    steps = ("  - {step: letter, channel: letter, template: letter.docx}\n"
             "  - {step: call, channel: call, after: letter + 7 days}\n")  # fmt: skip
    workspace.campaign("mix", steps=steps, head="stop_on: [order, opted_out]\n")
    workspace.launch("mix", now="2027-03-01T09:00")
    workspace.ok("letters", "mix", now="2027-03-01T09:10")
    workspace.ok("letters", "posted", "mix", "--on", "2027-03-01", now="2027-03-01T17:00")
    facts = """\
contact,stage,channel,on,by,minutes,amount,margin,campaign
a,replied,email,2027-03-03,,,,,mix
e,order,,2027-03-03,,,200,50,mix
d,refused,,2027-03-04,,,,,mix
a,spoken,call,2027-03-09T10:00,marie,6,,,mix
b,no_answer,call,2027-03-09T10:10,paul,,,,mix
c,no_answer,call,2027-03-09T10:20,paul,,,,mix
b,appointment,call,2027-03-10T10:00,paul,10,,,mix
c,no_answer,call,2027-03-10T10:10,paul,,,,mix
a,order,,2027-03-12,marie,,1000,300,mix
b,order,,2027-03-20,paul,,500,100,mix
"""
    workspace.write("facts.csv", facts)
    told = workspace.ok("record", "--from", "facts.csv", now=LATER)
    assert told["rejected"] == 0
    workspace.ok("record", "c", "order", "--campaign", "mix", "--on", "2027-03-11", "--amount",
                 "9999", "--margin", "9999", now=LATER)  # fmt: skip
    workspace.ok("undo", "--yes", now=LATER)
    return workspace


def test_every_breakdown_time_cohort_and_rule_of_a_small_campaign(small: Workspace) -> None:
    words = ["step", "channel", "segment", "seller", "source", "kind", "wave", "week", "month"]
    small.ok("segment", "save", "early", 'external_id in ("a", "b")')
    found = small.ok("report", "mix", *(w for d in words for w in ("--by", d)), now=LATER)
    assert people_of(found) == [6, 3, 3, 3, 3]
    assert (found["touch_count"], found["contacted"], found["orders"]) == (11, 6, 3)
    assert (found["revenue"], found["margin"]) == (1700, 450)
    assert [(r["touches"], r["contacts"], r["orders"]) for r in found["touches_yield"]] == [
        (1, 3, 1), (2, 1, 1), (3, 2, 1),
    ]  # fmt: skip
    (whole,) = [one for one in found["times"] if (one["from"], one["to"]) == ("contacted", "order")]
    assert (whole["first_quartile_days"], whole["median_days"], whole["third_quartile_days"]) == (
        6.5, 11, 15,
    )  # fmt: skip
    assert (whole["contacts"], whole["not_yet"]) == (3, 3)
    (week,) = found["cohorts"]
    assert [week[k] for k in ("week", "contacts", "at_once", "later", "not_yet")] == [
        "2027-03-01", 6, 1, 2, 3,
    ]  # fmt: skip
    assert rows(found, "source") == {"fair": [4, 2, 2, 2, 2], "directory": [2, 1, 1, 1, 1]}
    assert rows(found, "kind") == {"prospect": [5, 3, 3, 3, 3], "customer": [1, 0, 0, 0, 0]}
    assert list(rows(found, "wave").values()) == [[6, 3, 3, 3, 3]]
    assert rows(found, "segment")["early"] == [2, 2, 2, 2, 2]
    assert rows(found, "step") == {"letter": [6, 3, 3, 3, 3], "call": [2, 2, 2, 2, 2]}
    assert rows(found, "channel") == rows(found, "step")
    assert rows(found, "week") == {
        "2027-03-01": [6, 2, 1, 1, 1], "2027-03-08": [2, 2, 2, 1, 1], "2027-03-15": [1, 1, 1, 1, 1],
    }  # fmt: skip
    assert rows(found, "month") == {"2027-03": [6, 3, 3, 3, 3]}
    sellers = rows(found, "seller")
    assert (sellers["marie"][-1], sellers["paul"][-1]) == (1, 1)

    earned = {}
    for rule in ("last", "first", "even"):
        part = small.ok("report", "mix", "--rule", rule, now=LATER)["attribution"]
        assert part["rule"] == rule
        earned[rule] = {s["step"]: (s["orders"], s["revenue"], s["margin"]) for s in part["steps"]}
    assert earned == {
        "last": {"letter": (1, 200, 50), "call": (2, 1500, 400)},
        "first": {"letter": (3, 1700, 450)},
        "even": {"letter": (2, 950, 250), "call": (1, 750, 200)},
    }

    second = small.ok("report", "mix", "--from", "2027-03-08", "--to", "2027-03-14", now=LATER)
    assert (second["contacted"], second["orders"], second["touch_count"]) == (2, 1, 5)
    assert second["period"] == {"from": "2027-03-08", "to": "2027-03-14"}
    assert second["revenue"] == 1000


def test_several_campaigns_count_each_person_once_and_none_is_no_error(small: Workspace) -> None:
    small.write("past.csv", "Code;Envoyé le;Étape;Date;Montant;Marge\n"
                "a;2027-04-01;order;2027-04-09;100;40\nb;2027-04-01;;;;\n"
                "g;2027-04-01;order;2027-04-10;300;60\n")  # fmt: skip
    small.ok("history", "import", "past.csv", "--campaign", "spring", "--create-contacts",
             "--channel", "letter", now=LATER)  # fmt: skip
    small.campaign("nobody-yet", steps="  - {step: tell, channel: task}\n",
                   head="start: 2027-09-01\n")  # fmt: skip
    small.launch("nobody-yet", now="2027-05-01T09:00")
    both = small.ok("report", "mix", "spring", now=LATER)
    assert [one["campaign"] for one in both["campaigns"]] == ["mix", "spring"]
    assert [one["enrolled"] for one in both["campaigns"]] == [6, 3]
    together = both["together"]
    assert (together["enrolled"], together["contacted"], together["touch_count"]) == (7, 7, 14)
    assert people_of(together) == [7, 4, 4, 4, 4]  # a, b, e and g
    assert (together["orders"], together["revenue"], together["margin"]) == (5, 2100, 550)
    assert {one["campaign"] for one in small.ok("report", now=LATER)["campaigns"]} == {
        "mix", "spring", "nobody-yet",
    }  # fmt: skip

    still = small.ok("report", "nobody-yet", now="2027-05-02T09:00")
    assert (still["enrolled"], still["contacted"], still["touch_count"]) == (
        3,
        0,
        0,
    )  # c, d and f are still in the other
    assert all(link["from_previous"] is None for link in still["chain"])
    assert all(link["from_first"] is None for link in still["chain"])
    assert still["ratios"]["interested_rate"] is None
    assert still["ratios"]["success_rate"] is None
    assert still["cost"]["per_contact"] is None
    assert still["roi"] is None
    assert narrow(small.run("report", "nobody-yet", now="2027-05-02T09:00").out)


def test_an_empty_base_and_wrong_words_are_answered(workspace: Workspace) -> None:
    assert workspace.ok("report")["campaigns"] == []
    assert "Traceback" not in (nothing := workspace.run("report")).out + nothing.err
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now="2027-03-01T09:00")
    wrong = workspace.run("report", "sprng", "--json")
    (error,) = wrong.errors
    assert wrong.code in (1, 2)
    assert "sprng" in error["message"]
    assert "spring" in (error["hint"] or "")
    backwards = workspace.run(
        "report", "spring", "--from", "2027-03-09", "--to", "2027-03-01", "--json"
    )
    assert backwards.code in (1, 2)
    assert backwards.errors
    assert workspace.run("report", "spring", "--by", "colour").code == 2
    assert workspace.run("report", "spring", "--from", "yesterdayish").code in (1, 2)
