"""The evaluation of the chain, through the command: the notes' worked numbers and hand counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

from outreach.store.engine import Database

NOW = "2027-06-01T09:00"

#: A past campaign, a row per person and touch.
HEADER = "Code;Kind;Source;Sent on;Step;Channel;Replied on;Appointment on;Order on;Amount;Margin;By"


def past(
    workspace: Workspace, name: str, rows: Iterable[Sequence[object]], header: str = HEADER
) -> None:
    """Write down a past campaign; every row is recorded."""
    lines = [header, *(";".join(map(str, row)) for row in rows)]
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    told = workspace.ok(
        "history", "import", f"{name}.csv", "--campaign", name, "--create-contacts", now=NOW
    )
    assert told["rejected"] == 0, told


def report(workspace: Workspace, *words: str, now: str = NOW) -> Any:
    return workspace.ok("report", *words, now=now)


def contacts(part: Any) -> list[int]:
    return [link["contacts"] for link in part["chain"]]


def rows_by(found: Any, dimension: str) -> dict[str | None, list[int]]:
    """Key → people at each stage."""
    return {row["key"]: contacts(row) for row in found["by"][dimension]}


# --- the sources' worked numbers --------------------------------------------------------------


def test_the_chain_of_the_fourth_document(workspace: Workspace, base: Database) -> None:
    """B3: 500 letters, 50 appointments, 10 quotes, 5 orders; 10 %, 20 %, 50 %, 1 % in all."""
    past(
        workspace,
        "mailing",
        [
            (
                f"m{n}",
                "2027-03-01",
                "letter",
                "2027-03-10" if n < 50 else "",
                "2027-03-20" if n < 10 else "",
                "2027-04-01" if n < 5 else "",
            )
            for n in range(500)
        ],
        "Code;Sent on;Channel;Appointment on;Quote on;Order on",
    )
    found = report(workspace, "mailing")
    chain = {link["stage"]: link for link in found["chain"]}
    stages = ("contacted", "appointment", "quote", "order")
    assert [chain[stage]["contacts"] for stage in stages] == [500, 50, 10, 5]
    assert chain["appointment"]["from_first"] == 0.1
    assert chain["quote"]["from_previous"] == 0.2
    assert chain["order"]["from_previous"] == 0.5
    assert chain["order"]["from_first"] == 0.01
    # Wilson for 5 of 500: 0.0043 to 0.0232.
    assert chain["order"]["low"] == pytest.approx(0.004279, abs=1e-6)
    assert chain["order"]["high"] == pytest.approx(0.023193, abs=1e-6)
    # S4's two ratios of this chain: interested 50/500, success 5/500; NDRC: deals ÷ prospects.
    ratios = found["ratios_by_basis"]["per_contact"]
    assert (ratios["interested_rate"]["value"], ratios["success_rate"]["value"]) == (0.1, 0.01)
    assert (found["contacted"], found["touch_count"]) == (500, 500)
    # Nobody replied on record: the fifty are counted there by what came later.
    assert found["unrecorded"] == {"replied": 50}


def test_a_chain_of_seven_stages_tells_meetings_accepted_from_meetings_held(
    workspace: Workspace,
) -> None:
    """B3: 1,000 mails, 350 replies, 320 calls, 100 accepted, 85 held, 35 quotes, 10 signed."""
    workspace.people(
        ((f"p{n}", f"N{n}", f"p{n}@mail.example", "Rennes") for n in range(1000)),
    )
    workspace.write("templates/call.yaml", 'title: "Calling"\nintroduction: ["Good morning."]\n')
    workspace.campaign(
        "seven",
        steps="  - {step: talk, channel: task}\n",
        head="chain: [contacted, replied, answered_call, appointment, met, quote, order]\n",
    )
    workspace.launch("seven", now="2027-03-01T09:00")
    reached = {"contacted": 1000, "replied": 350, "answered_call": 320, "appointment": 100,
               "met": 85, "quote": 35, "order": 10}  # fmt: skip
    lines = ["contact,stage,campaign,on"]
    lines += [f"p{n},{s},seven,2027-03-02" for s, count in reached.items() for n in range(count)]
    workspace.write("all.csv", "\n".join(lines) + "\n")
    workspace.ok("record", "--from", "all.csv", now=NOW)
    found = report(workspace, "seven")
    assert contacts(found) == [1000, 350, 320, 100, 85, 35, 10]
    rates = [round(link["from_previous"] * 100, 2) for link in found["chain"][1:]]
    assert rates == [35, 91.43, 31.25, 85, 41.18, 28.57]
    assert found["chain"][-1]["from_first"] == 0.01
    assert found["meetings"] == {"accepted": 100, "held": 85, "orders_without": 0}


def test_the_four_ratios_with_prospects_on_file(workspace: Workspace, base: Database) -> None:
    """B4: 400 prospects on file; 120 and 80 customers contacted; 30 interested; 6 won."""
    people = [(f"p{n}", f"N{n}", "Rennes" if n < 120 else "Brest", "prospect") for n in range(400)]
    people += [(f"c{n}", f"C{n}", "Rennes", "customer") for n in range(80)]
    workspace.people(people, "Ref;Last name;City;Kind")
    workspace.campaign("spring", steps="  - {step: talk, channel: task}\n")
    assert workspace.launch("spring", now="2027-03-01T09:00")["enrolled"] == 200
    lines = ["contact,stage,campaign,on"]
    lines += [f"p{n},contacted,spring,2027-03-02" for n in range(120)]
    lines += [f"c{n},contacted,spring,2027-03-02" for n in range(80)]
    lines += [f"p{n},replied,spring,2027-03-03" for n in range(30)]
    lines += [f"p{n},order,spring,2027-03-04" for n in range(6)]
    workspace.write("all.csv", "\n".join(lines) + "\n")
    workspace.ok("record", "--from", "all.csv", now=NOW)
    found = report(workspace, "spring")
    assert found["ratios"] == {
        "prospecting_share": 0.6,
        "prospect_coverage": 0.3,
        "interested_rate": 0.25,
        "success_rate": 0.05,
    }
    table = found["ratios_by_basis"]["per_contact"]
    assert [(one["part"], one["whole"]) for one in table.values()] == [
        (120, 200), (120, 400), (30, 120), (6, 120),
    ]  # fmt: skip
    assert table["success_rate"]["basis"] == "new customers ÷ prospects contacted"
    # No visit was made: the other sheet's basis is undefined, not 0.
    by_visit = found["ratios_by_basis"]["per_visit"]
    assert by_visit["prospecting_share"]["value"] is None
    assert by_visit["success_rate"]["value"] is None


def test_a_sellers_activity_by_visit(workspace: Workspace, base: Database) -> None:
    """B4: 150 visits, 30 of them prospecting, 50 orders of 465,900 with a margin of 69,885."""
    rows = []
    for n in range(150):
        kind = "prospect" if n < 30 else "customer"
        order = ("2027-03-09", 9318, "1397.70") if n < 5 or 30 <= n < 75 else ("", "", "")
        rows.append((f"v{n}", kind, "", "2027-03-02", "", "visit", "", "", *order, "marie"))
    past(workspace, "visits", rows)
    found = report(workspace, "visits")
    activity = {name: one["value"] for name, one in found["activity"].items()}
    assert activity["revenue_per_visit"] == 3106
    assert activity["margin_per_visit"] == 465.9
    assert activity["visits_per_order"] == 3
    assert activity["prospecting_effort"] == 0.2
    assert round(activity["prospecting_yield"], 4) == 0.1667
    assert activity["conquest_rate"] == 0.04
    assert activity["average_order"] == 9318
    assert activity["margin_per_order"] == 1397.7
    assert activity["margin_rate"] == 0.15
    assert found["activity"]["conquest_rate"]["whole"] == 125
    by_visit = found["ratios_by_basis"]["per_visit"]
    # The other sheet: visits to prospects ÷ visits, new customers ÷ visits to prospects.
    assert by_visit["prospecting_share"]["value"] == 0.2
    assert (by_visit["success_rate"]["part"], by_visit["success_rate"]["whole"]) == (5, 30)
    shown = workspace.run("report", "visits", now=NOW).out
    assert "new customers ÷ visits to prospects" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_shop_where_five_of_twenty_buy(workspace: Workspace) -> None:
    """B0: 20 come in, 5 buy: 25 %; those who only look are not yet customers, and not lost."""
    rows = [
        (f"s{n}", "", "", "2027-03-01", "", "visit", "", "",
         "2027-03-01" if n < 5 else "", 10 if n < 5 else "", "", "")
        for n in range(20)
    ]  # fmt: skip
    past(workspace, "shop", rows)
    found = report(workspace, "shop")
    assert found["chain"][-1]["from_first"] == 0.25
    assert (found["conversion"]["at_once"], found["conversion"]["not_yet"]) == (5, 15)


# --- when --------------------------------------------------------------------------------------


def replies(workspace: Workspace) -> None:
    """Touched on Monday 1 March, but for e on the 8th; orders after 1, 3, 7 and 40 days."""
    orders = {"a": "2027-03-02", "b": "2027-03-04", "c": "2027-03-08", "d": "2027-04-10"}
    sent = {"e": "2027-03-08", "f": "2027-03-08"}
    rows = [
        (who, "", "", sent.get(who, "2027-03-01"), "letter", "letter",
         orders.get(who, ""), "", orders.get(who, ""), "", "", "")
        for who in "abcdef"
    ]  # fmt: skip
    past(workspace, "wait", rows)


def test_days_between_stages_leave_those_who_have_not_come_out_of_the_median(
    workspace: Workspace, base: Database
) -> None:
    """1, 3, 7 and 40 days: half within 5, a quarter within 2.5, three quarters within 15.25."""
    replies(workspace)
    times = {(one["from"], one["to"]): one for one in report(workspace, "wait")["times"]}
    first = times["contacted", "replied"]
    assert first["contacts"] == 4
    assert first["first_quartile_days"] == 2.5
    assert first["median_days"] == 5
    assert first["third_quartile_days"] == 15.25
    assert (first["not_yet"], first["unknown"]) == (2, 0)
    assert times["contacted", "order"]["median_days"] == 5
    # No appointment is on record: how long it took is not known, and nobody failed.
    skipped = times["replied", "appointment"]
    assert (skipped["contacts"], skipped["median_days"]) == (0, None)
    assert (skipped["not_yet"], skipped["unknown"]) == (0, 4)


def test_cohorts_by_week_and_what_at_once_means(workspace: Workspace, base: Database) -> None:
    """Within seven days, the seventh included; `--at-once 2` leaves only the first."""
    replies(workspace)
    found = report(workspace, "wait")
    weeks = [
        (one["week"], one["contacts"], one["at_once"], one["later"], one["not_yet"])
        for one in found["cohorts"]
    ]
    assert weeks == [("2027-03-01", 4, 3, 1, 0), ("2027-03-08", 2, 0, 0, 2)]
    conversion = found["conversion"]
    assert (conversion["at_once_days"], conversion["at_once"], conversion["later"]) == (7, 3, 1)
    assert conversion["at_once_rate"] == 0.5
    sooner = report(workspace, "wait", "--at-once", "2")["conversion"]
    assert (sooner["at_once_days"], sooner["at_once"], sooner["later"]) == (2, 1, 3)
    # Four days after the first touches of the second week it is too early to tell.
    early = report(workspace, "wait", now="2027-03-12T09:00")["cohorts"]
    assert [one["too_early"] for one in early] == [0, 2]


def test_only_a_period_counts(workspace: Workspace, base: Database) -> None:
    replies(workspace)
    march = report(workspace, "wait", "--from", "2027-03-01", "--to", "2027-03-04")
    assert march["period"] == {"from": "2027-03-01", "to": "2027-03-04"}
    # Four letters, and the orders of a and b: the last day is in it.
    assert (march["enrolled"], march["touch_count"], march["orders"]) == (6, 4, 2)
    assert contacts(march) == [4, 2, 2, 2, 2]
    april = report(workspace, "wait", "--from", "2027-04-01")
    assert (april["touch_count"], april["orders"]) == (0, 1)
    shown = workspace.run("report", "wait", "--from", "2027-04-01", now=NOW).out
    assert "from 1 Apr 2027 on counts" in shown
    refused = workspace.run("report", "wait", "--from", "2027-04-02", "--to", "2027-04-01")
    assert refused.code == 2


# --- attempts, and which earned it ------------------------------------------------------------


def courses(workspace: Workspace) -> None:
    """a: letter, mail, mail, order. b: letter, order. c: letter, mail. d: an order by himself."""
    touches = {
        "a": [("2027-03-01", "letter"), ("2027-03-08", "email"), ("2027-03-15", "email")],
        "b": [("2027-03-01", "letter")],
        "c": [("2027-03-01", "letter"), ("2027-03-08", "email")],
    }
    orders = {"a": "2027-03-20", "b": "2027-03-05", "d": "2027-03-02"}
    rows: list[Sequence[object]] = []
    for who in "abcd":
        for number, (day, channel) in enumerate(touches.get(who, [("", "")])):
            order = orders.get(who, "") if number == 0 else ""
            rows.append((who, "", "", day, channel, channel, "", "", order,
                         100 if order else "", 30 if order else "", ""))  # fmt: skip
    past(workspace, "course", rows)


def earned(found: Any) -> dict[str | None, float]:
    return {one["step"]: one["orders"] for one in found["attribution"]["steps"]}


def test_yield_by_number_of_attempts(workspace: Workspace, base: Database) -> None:
    courses(workspace)
    found = report(workspace, "course")
    assert (found["contacted"], found["touch_count"], found["touched"]) == (4, 6, 3)
    rows = [
        (one["touches"], one["contacts"], one["orders"], one["rate"], one["at_least"])
        for one in found["touches_yield"]
    ]
    assert rows == [(0, 1, 1, 1, 4), (1, 1, 1, 1, 3), (2, 1, 0, 0, 2), (3, 1, 1, 1, 1)]
    # Of the three who got a first letter, one ordered after it and before another touch.
    assert found["touches_yield"][1]["marginal_rate"] == pytest.approx(1 / 3)


def test_which_touch_earned_it_by_each_rule(workspace: Workspace, base: Database) -> None:
    """Who ordered untouched is credited to no touch; the parts add up to three orders."""
    courses(workspace)
    last = report(workspace, "course")
    assert last["attribution"]["rule"] == "last"
    assert earned(last) == {"letter": 1, "email": 1, None: 1}
    assert [one["revenue"] for one in last["attribution"]["steps"]] == [100, 100, 100]
    first = report(workspace, "course", "--rule", "first")
    assert earned(first) == {"letter": 2, None: 1}
    even = report(workspace, "course", "--rule", "even")
    found = earned(even)
    assert found[None] == 1
    assert found["letter"] == pytest.approx(1 + 1 / 3)
    assert found["email"] == pytest.approx(2 / 3)
    assert even["attribution"]["rule"] == "even"


# --- by what -----------------------------------------------------------------------------------


def mixed(workspace: Workspace) -> None:
    """Four people of two sources; letters to all, calls to two, two sellers, two orders."""
    rows = [
        (
            "a",
            "prospect",
            "fair",
            "2027-03-01",
            "letter",
            "letter",
            "2027-03-03",
            "",
            "",
            "",
            "",
            "",
        ),
        ("a", "", "", "2027-04-01", "call", "call", "", "", "2027-04-05", 100, 30, "paul"),
        ("b", "prospect", "fair", "2027-03-01", "letter", "letter", "", "", "", "", "", ""),
        ("b", "", "", "2027-04-01", "call", "call", "", "", "", "", "", "marie"),
        ("c", "customer", "web", "2027-03-01", "letter", "letter", "", "", "2027-03-09", 50, 5, ""),
        ("d", "prospect", "", "2027-03-08", "letter", "letter", "", "", "", "", "", ""),
    ]
    past(workspace, "mixed", rows)


def test_the_chain_by_source_kind_and_wave_puts_everyone_in_one_row(
    workspace: Workspace, base: Database
) -> None:
    mixed(workspace)
    found = report(workspace, "mixed", "--by", "source", "--by", "kind", "--by", "wave")
    assert rows_by(found, "source") == {
        "fair": [2, 1, 1, 1, 1],
        "web": [1, 1, 1, 1, 1],
        None: [1, 0, 0, 0, 0],
    }
    assert rows_by(found, "kind") == {"customer": [1, 1, 1, 1, 1], "prospect": [3, 1, 1, 1, 1]}
    assert rows_by(found, "wave") == {"1": [4, 2, 2, 2, 2]}
    assert sum(row["enrolled"] for row in found["by"]["source"]) == 4
    assert report(workspace, "mixed")["by"] == {}


def test_the_chain_by_step_and_channel_counts_what_came_from_then_on(
    workspace: Workspace, base: Database
) -> None:
    """a replied before the call: that is the letter's doing, the order comes after both."""
    mixed(workspace)
    found = report(workspace, "mixed", "--by", "step", "--by", "channel")
    assert rows_by(found, "step") == {"letter": [4, 2, 2, 2, 2], "call": [2, 1, 1, 1, 1]}
    assert rows_by(found, "channel") == {"call": [2, 1, 1, 1, 1], "letter": [4, 2, 2, 2, 2]}
    assert [row["key"] for row in found["by"]["step"]] == ["letter", "call"]


def test_the_chain_by_seller_week_and_month(workspace: Workspace, base: Database) -> None:
    mixed(workspace)
    found = report(workspace, "mixed", "--by", "seller", "--by", "week", "--by", "month")
    assert rows_by(found, "seller")["paul"] == [1, 1, 1, 1, 1]
    # Marie's call reached b, whom the letter had contacted before: he is contacted in April too.
    assert contacts(found["by"]["seller"][0]) == [1, 0, 0, 0, 0]
    assert found["by"]["seller"][0]["key"] == "marie"
    assert found["by"]["seller"][0]["enrolled"] == 1
    assert rows_by(found, "month") == {"2027-03": [4, 2, 1, 1, 1], "2027-04": [2, 1, 1, 1, 1]}
    weeks = rows_by(found, "week")
    assert list(weeks) == ["2027-03-01", "2027-03-08", "2027-03-29", "2027-04-05"]
    assert weeks["2027-03-08"] == [2, 1, 1, 1, 1]
    # A month's row is what the report of that month says.
    march = report(workspace, "mixed", "--from", "2027-03-01", "--to", "2027-03-31")
    assert contacts(march) == [4, 2, 1, 1, 1]


def test_the_chain_by_saved_segment(workspace: Workspace, base: Database) -> None:
    mixed(workspace)
    workspace.ok("segment", "save", "fair-goers", 'source = "fair"', now=NOW)
    workspace.ok("segment", "save", "buyers", "order_count > 0", now=NOW)
    found = report(workspace, "mixed", "--by", "segment")
    assert rows_by(found, "segment") == {
        "buyers": [2, 2, 2, 2, 2],
        "fair-goers": [2, 1, 1, 1, 1],
    }


# --- several campaigns -------------------------------------------------------------------------


def test_several_campaigns_together_count_each_person_once(
    workspace: Workspace, base: Database
) -> None:
    mixed(workspace)
    again = [
        ("a", "", "", "2027-05-03", "mail", "email", "", "", "2027-05-04", 200, 60, ""),
        ("e", "", "", "2027-05-03", "mail", "email", "2027-05-05", "", "", "", "", ""),
    ]
    past(workspace, "again", again)
    found = report(workspace)
    assert [one["campaign"] for one in found["campaigns"]] == ["mixed", "again"]
    assert [one["enrolled"] for one in found["campaigns"]] == [4, 2]
    together = found["together"]
    # a is in both: five people, of whom three answered in any way and two ordered.
    assert together["enrolled"] == 5
    assert contacts(together) == [5, 3, 2, 2, 2]
    assert (together["touch_count"], together["contacted"]) == (8, 5)
    assert (together["orders"], together["revenue"]) == (3, 350)
    assert {one["channel"]: one["orders"] for one in together["attribution"]["steps"]} == {
        "call": 1, "email": 0, "letter": 1,
    }  # fmt: skip
    assert rows_by(report(workspace, "mixed", "again", "--by", "source")["together"], "source") == {
        "fair": [2, 1, 1, 1, 1],
        "web": [1, 1, 1, 1, 1],
        None: [2, 1, 0, 0, 0],
    }
    shown = workspace.run("report", now=NOW)
    assert "each person once" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80


# --- what must not get lost --------------------------------------------------------------------


def test_an_order_without_a_meeting_and_a_late_reply_are_counted_in_their_campaign(
    workspace: Workspace, base: Database
) -> None:
    """A year after the campaign was stopped, somebody orders, without ever having been met."""
    workspace.people((n, n, f"{n}@mail.example", "Rennes") for n in "abc")
    workspace.campaign("spring", steps="  - {step: talk, channel: task}\n")
    workspace.launch("spring", now="2027-03-01T09:00")
    for who in "abc":
        workspace.ok("record", who, "contacted", "--campaign", "spring", now="2027-03-02T10:00")
    workspace.ok("record", "b", "appointment", "--campaign", "spring", now="2027-03-03T10:00")
    workspace.ok("record", "b", "met", "--campaign", "spring", now="2027-03-09T10:00")
    workspace.ok("stop", "spring", "--yes", now="2027-03-10T10:00")
    late = "2028-02-20T10:00"
    workspace.ok("record", "a", "order", "--campaign", "spring", "--amount", "300", now=late)
    workspace.ok("record", "c", "replied", "--campaign", "spring", now=late)
    found = report(workspace, "spring", now="2028-03-01T09:00")
    assert contacts(found) == [3, 3, 2, 1, 1]
    assert found["meetings"] == {"accepted": 1, "held": 1, "orders_without": 1}
    assert found["unrecorded"] == {"replied": 2, "appointment": 1, "quote": 1}
    shown = workspace.run("report", "spring", now="2028-03-01T09:00").out
    assert "1 person ordered with no meeting on record" in shown
    assert "1 people accepted one, 1 were met" in shown


def test_what_was_taken_back_is_in_no_figure(workspace: Workspace, base: Database) -> None:
    courses(workspace)
    before = report(workspace, "course")
    workspace.ok("record", "c", "order", "--campaign", "course", "--amount", "9", now=NOW)
    changed = report(workspace, "course")
    assert changed["touches_yield"] != before["touches_yield"]
    assert changed["times"] != before["times"]
    workspace.ok("undo", "--yes", now=NOW)
    assert report(workspace, "course") == before


def test_a_campaign_that_has_not_begun_has_no_rates(workspace: Workspace, base: Database) -> None:
    workspace.people((n, n, f"{n}@mail.example", "Rennes") for n in "ab")
    workspace.campaign("spring", steps=mail())
    workspace.launch("spring", now="2027-03-01T09:00")
    found = report(workspace, "spring", "--by", "step", "--by", "seller", "--by", "week")
    assert contacts(found) == [0, 0, 0, 0, 0]
    assert found["chain"][1]["from_first"] is None
    assert (found["times"][0]["contacts"], found["times"][0]["median_days"]) == (0, None)
    assert (found["cohorts"], found["touches_yield"], found["activity"]) == ([], [], {})
    assert found["by"]["step"] == []
    assert workspace.run("report", "spring", now=NOW).code == 0


def test_an_e_mail_counts_for_whoever_wrote_it_and_a_call_for_whoever_made_it(
    workspace: Workspace, base: Database
) -> None:
    """Two letters by e-mail from marie; paul takes down an appointment of one of them."""
    workspace.people((n, n, f"{n}@mail.example", "Rennes") for n in "ab")
    workspace.campaign("spring", steps=mail())
    workspace.launch("spring", now="2027-03-01T09:00")
    with SmtpServer() as server:
        workspace.settings(server.port, more=store_of(base))
        assert workspace.ok("run", now="2027-03-01T09:00")["sent"] == 2
    workspace.ok("record", "a", "appointment", "--campaign", "spring", "--by", "paul",
                 now="2027-03-02T10:00")  # fmt: skip
    found = report(workspace, "spring", "--by", "seller", "--by", "step")
    assert rows_by(found, "seller") == {"marie": [2, 0, 0, 0, 0], "paul": [1, 1, 1, 0, 0]}
    assert rows_by(found, "step") == {"mail": [2, 1, 1, 0, 0]}
    assert found["attribution"]["steps"] == [
        {
            "step": "mail",
            "channel": "email",
            "contacts": {"replied": 0, "appointment": 1, "quote": 0, "order": 0},
            "orders": 0,
            "revenue": 0,
            "margin": 0,
        }
    ]
    (week,) = found["cohorts"]
    assert (week["week"], week["contacts"], week["not_yet"]) == ("2027-03-01", 2, 2)


def store_of(base: Database) -> str:
    """The line of the settings that names a PostgreSQL store."""
    return "" if base.is_sqlite else f"store: {base.engine.url.render_as_string(False)}\n"
