"""Acceptance of issue lines 5.2 and 5.5, and the season of the closing note.

One spring of 2027, every date, state and euro worked out by hand before the program was asked.
The calendar of that spring, as printed (France):

    April   Mon 26  Tue 27  Wed 28  Thu 29  Fri 30   Sat 1 May = Labour Day
    May     Mon  3  Tue  4  Wed  5  Thu  6 = Ascension  Fri  7   Sat 8 = Victory Day
            Mon 10  Tue 11  Wed 12  Thu 13  Fri 14
            Mon 17 = Whit Monday    Tue 18  Wed 19  Thu 20  Fri 21
            Mon 24  Tue 25  Wed 26
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace

MONDAY = "2027-04-26T09:00"

#: Marie calls three people a day and visits two, Yann two and one.
SETTINGS = """\
costs: {minute: 0.60, km: 0.45, stamp: 1.39}
team:
  marie: {name: Marie Le Goff, calls_per_day: 3, visits_per_day: 2}
  yann: {name: Yann Morvan, calls_per_day: 2, visits_per_day: 1}
"""

#: Two working days in the post and three days more; eight e-mails a day, Saturdays too.
HEAD = """\
title: Our spring
chain: [contacted, replied, appointment, quote, order]
budget: 500
fixed_costs: {design: 100}
start: 2027-04-26
not_after: 2027-06-30
window: {days: mon-sat, hours: "09:00-12:00, 14:00-18:00", holidays: skip}
"""

STEPS = """\
  - {step: letter, channel: letter, template: letter.docx, delivery_days: 2, cost: 2}
  - {step: mail, channel: email, after: letter + 3 days, subject: "For {{ last_name }}",
     template: mail.html.j2}
  - {step: call, channel: call, after: mail + 2 working days, minutes: 10}
  - {step: visit, channel: visit, after: call + 3 working days, minutes: 45}
  - {step: meet, channel: visit, track: positive, after: replied + 2 working days, minutes: 45}
  - {step: news, channel: letter, track: negative, after: refused + 3 weeks, cost: 1,
     template: letter.docx}
"""


class Spring:
    """The workspace of the season and the words in which its days are told."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        workspace.people(
            (
                (f"p{n:02}", f"N{n:02}", f"p{n:02}@mail.example", f"02 99 01 02 {n:02}",
                 "3 rue du Four", "35000", "Rennes")
                for n in range(1, 13)
            ),
            header="Ref;Last name;E-mail;Phone;Street;Postal code;City",
        )  # fmt: skip
        workspace.campaign("season", head=HEAD, steps=STEPS)

    def settings(self, port: int) -> None:
        self.workspace.settings(port, limits="{per_day: 8}", more=SETTINGS)

    def day(self, day: str) -> Any:
        """The morning's run of a day of 2027, such as 04-26."""
        return self.workspace.ok("run", now=f"2027-{day}T09:00")

    def record(self, day: str, who: str, stage: str, *more: str, hour: str = "11:00") -> None:
        words = ("record", who, stage, "--campaign", "season", *more)
        self.workspace.ok(*words, now=f"2027-{day}T{hour}")

    def done(self, day: str, *rows: str) -> None:
        """A table of the day: who, which fact, by which seller, of how much, at what margin."""
        header = "contact,stage,by,amount,margin,campaign\n"
        lines = [header, *(f"{row},season\n" for row in rows)]
        self.workspace.write("day.csv", "".join(lines))
        self.workspace.ok("record", "--from", "day.csv", now=f"2027-{day}T17:00")

    def by(self, command: str, day: str) -> dict[str, list[str]]:
        """Who calls (visits) whom on that day, as the morning's list has it."""
        shown = self.workspace.ok(command, "season", now=f"2027-{day}T09:05")[command]
        sellers: dict[str, list[str]] = {}
        for one in shown:
            sellers.setdefault(one["by"], []).append(f"p{one['contact']:02}")
        return {seller: sorted(people) for seller, people in sorted(sellers.items())}

    def everybody(self, command: str, day: str) -> list[str]:
        """The same, whoever does it."""
        return sorted(who for people in self.by(command, day).values() for who in people)

    def next_of(self, who: str, day: str) -> Any:
        (story,) = self.workspace.ok("why", who, "season", now=f"2027-{day}T19:00")["campaigns"]
        return story["next"]

    def comes(self, who: str, day: str) -> tuple[str, str]:
        """The next step of a person and its day, as `why` tells them that evening."""
        following = self.next_of(who, day)
        return following["step"], following["at"][:10]


def rows(answer: Any) -> list[tuple[str, str, int, dict[str, int]]]:
    return [(r["date"][5:], r["step"], r["count"], r["by"]) for r in answer["calendar"]]


@pytest.fixture
def spring(workspace: Workspace) -> Iterable[tuple[Spring, SmtpServer]]:
    season = Spring(workspace)
    with SmtpServer() as server:
        season.settings(server.port)
        yield season, server


def test_before_the_first_stamp_is_bought_the_calendar_and_the_season_say_the_same(
    spring: tuple[Spring, SmtpServer],
) -> None:
    """Twelve people, nobody answers, letters are posted on the day they are printed.

    letter  Mon 26 Apr, all twelve.
    mail    two working days in the post: Wed 28; three days on: Sat 1 May. Saturdays would do, but
            it is a holiday, and so is Sunday no day of the window: Mon 3 May. Eight a day: 8 on
            Mon 3, 4 on Tue 4.
    call    two working days on: the eight fall due on Wed 5, the four on Fri 7 (Thu 6 is
            Ascension). Five a day: 5 on Wed 5, nobody on Thu 6, on Fri 7 five of the 3 left and
            the 4 new ones, the last 2 on Mon 10 (Sat 8 is a holiday and no working day anyhow).
            Marie makes three of five, Yann two; of the last two each one.
    visit   three working days on: five from Wed 5 fall due on Tue 11 (Fri 7, Mon 10, Tue 11), five
            from Fri 7 on Wed 12, two from Mon 10 on Thu 13. Everybody keeps the seller who called:
            Marie has 3 + 3 + 1 and visits two a day: 2 2 2 1 from Tue 11 to Fri 14. Yann has
            2 + 2 + 1 and visits one a day: Tue 11 to Fri 14, and the last one on Tue 18, for
            Mon 17 is Whit Monday.
    cost    12 x 2 + 12 x 10 min x 0.60 + 12 x 45 min x 0.60 + 100 = 24 + 72 + 324 + 100 = 520,
            20 beyond the budget.
    expected  of twelve 6 % become active prospects: 0.72; a fourth of them a proposal: 0.18; a
            third of these a deal: 0.06.
    """
    season, server = spring
    workspace = season.workspace
    foretold = workspace.ok("preview", "season", "--calendar", now=MONDAY)
    played = workspace.ok("preview", "season", "--season", "--out", "mails", now=MONDAY)
    shown = " ".join(workspace.run("preview", "season", "--calendar", now=MONDAY).out.split())

    expected = [
        ("04-26", "letter", 12, {}),
        ("05-03", "mail", 8, {}),
        ("05-04", "mail", 4, {}),
        ("05-05", "call", 5, {"marie": 3, "yann": 2}),
        ("05-07", "call", 5, {"marie": 3, "yann": 2}),
        ("05-10", "call", 2, {"marie": 1, "yann": 1}),
        ("05-11", "visit", 3, {"marie": 2, "yann": 1}),
        ("05-12", "visit", 3, {"marie": 2, "yann": 1}),
        ("05-13", "visit", 3, {"marie": 2, "yann": 1}),
        ("05-14", "visit", 2, {"marie": 1, "yann": 1}),
        ("05-18", "visit", 1, {"yann": 1}),
    ]
    assert rows(foretold) == expected
    assert rows(played) == expected
    for answer in (foretold, played):
        assert answer["cost"]["steps"] == {"letter": 24, "mail": 0, "call": 72, "visit": 324}
        assert (answer["cost"]["total"], answer["cost"]["budget"]) == (520, 500)
        figures = answer["expected"]
        assert (figures["active_prospects"], figures["proposals"]) == (0.72, 0.18)
        assert figures["deals"] == 0.06
    assert "€20.00 beyond the budget of €500.00" in shown
    # Nothing left and nothing is kept but the e-mails that were asked for.
    assert server.received == []
    assert len(list((workspace.folder / "mails").glob("*.eml"))) == 12
    assert workspace.ok("status")["campaigns"] == []


def test_a_season_lived_day_by_day_has_the_dates_and_states_worked_out_by_hand(
    spring: tuple[Spring, SmtpServer],
) -> None:
    """The same spring with answers, mistakes of the post, and days on which too much is due."""
    season, server = spring
    workspace = season.workspace
    workspace.launch("season", now=MONDAY)

    # Mon 26 Apr: twelve letters. Posted on Tue 27, but p12's was taken out.
    # In the post Wed 28, Thu 29; three days on: Sun 2 May; the window opens on Mon 3 at nine.
    assert season.day("04-26")["letters"] == 12
    workspace.ok(
        "letters", "posted", "season", "--on", "2027-04-27", "--except", "p12",
        now="2027-04-27T18:00",
    )  # fmt: skip
    assert season.comes("p04", "04-27")[0] == "mail"
    assert season.comes("p12", "04-27")[0] == "letter"

    # Fri 30 Apr: p01's letter comes back, p02 sends the coupon, p03 wants no more.
    workspace.ok("letters", "returned", "p01", "--campaign", "season", now="2027-04-30T11:00")
    season.record("04-30", "p02", "replied", "--channel", "letter")
    season.record("04-30", "p03", "opted_out")
    # The visit of p02: two working days on, Mon 3 and Tue 4.
    assert season.comes("p02", "04-30") == ("meet", "2027-05-04")
    assert season.next_of("p03", "04-30")["reason"] == "opted_out"

    # Mon 3 May: p01 and p04 to p11 are nine; eight leave, the ninth on Tuesday.
    assert season.day("05-03")["sent"] == 8
    monday = [address.split("@")[0] for address in server.recipients]
    assert season.day("05-04")["sent"] == 1
    (tuesday,) = (address.split("@")[0] for address in server.recipients[8:])
    assert {*monday, tuesday} == {"p01", *(f"p{n:02}" for n in range(4, 12))}
    assert season.everybody("visits", "05-04") == ["p02"]
    season.record("05-04", "p02", "met", "--channel", "visit")

    # Tue 4 May: of Monday's eight one replies, one wants no more.
    # The visit of the one: two working days on, Wed 5 and Fri 7, for Thu 6 is Ascension.
    season.done("05-04", f"{monday[0]},replied,,,", f"{monday[1]},opted_out,,,")
    assert season.comes(monday[0], "05-04") == ("meet", "2027-05-07")
    # Tuesday's one is called two working days on: Wed 5, Fri 7.
    assert season.comes(tuesday, "05-04") == ("call", "2027-05-07")

    # Wed 5 May: six are due, the day holds five: Marie three, Yann two.
    season.day("05-05")
    wednesday = season.by("calls", "05-05")
    assert {seller: len(people) for seller, people in wednesday.items()} == {"marie": 3, "yann": 2}
    (m1, m2, m3), (y1, y2) = wednesday["marie"], wednesday["yann"]
    (left_over,) = {*monday[2:]} - {m1, m2, m3, y1, y2}
    season.record("05-05", y1, "refused", "--reason", "has one already", "--by", "yann")
    season.done("05-05", *(f"{who},spoken,marie,," for who in (m1, m2, m3)))
    # Refused: a letter of news in three weeks, Wed 26 May, and no visit.
    assert season.comes(y1, "05-05") == ("news", "2027-05-26")
    # Called on Wednesday: visits three working days on, Fri 7, Mon 10, Tue 11.
    assert season.comes(m2, "05-05") == ("visit", "2027-05-11")
    # p12's letter is posted at last: in the post Fri 7 and Mon 10; three days on: Thu 13.
    workspace.ok("letters", "season", now="2027-05-05T14:00")
    workspace.ok("letters", "posted", "season", "--on", "2027-05-05", now="2027-05-05T18:00")
    assert season.comes("p12", "05-05") == ("mail", "2027-05-13")

    # Thu 6 May, Ascension: nobody calls, nothing leaves.
    ascension = season.day("05-06")
    assert (ascension["sent"], ascension["letters"]) == (0, 0)

    # Fri 7 May: Yann tells that he made his second call on Wednesday; m1 orders.
    season.record("05-07", y2, "spoken", "--on", "2027-05-05", "--by", "yann", hour="08:00")
    season.record("05-07", m1, "order", "--amount", "1200", "--margin", "400", hour="08:30")
    assert season.comes(y2, "05-07") == ("visit", "2027-05-11")
    assert season.next_of(m1, "05-07")["reason"] == "order"
    # Two calls: who was left over on Wednesday and Tuesday's one; one each. A visit: monday[0].
    season.day("05-07")
    friday = season.by("calls", "05-07")
    assert {seller: len(people) for seller, people in friday.items()} == {"marie": 1, "yann": 1}
    assert {who for (who,) in friday.values()} == {left_over, tuesday}
    assert season.everybody("visits", "05-07") == [monday[0]]
    made = (f"{left_over},spoken,,,", f"{tuesday},spoken,,,", f"{monday[0]},met,,,")
    season.done("05-07", *made)
    # Three working days on: Mon 10, Tue 11, Wed 12.
    assert season.comes(tuesday, "05-07") == ("visit", "2027-05-12")

    # Tue 11 May: three visits, each by who called.
    season.day("05-11")
    assert season.by("visits", "05-11") == {"marie": sorted([m2, m3]), "yann": [y2]}
    season.done("05-11", *(f"{who},met,,," for who in (m2, m3, y2)), f"{m2},quote,,3000,")

    # Wed 12 May: the two visits of Friday's calls, by the same people; y2 orders.
    season.day("05-12")
    assert season.by("visits", "05-12") == friday
    visited = [f"{who},met,,," for who in (left_over, tuesday)]
    season.done("05-12", *visited, f"{y2},order,,2000,800")

    # Thu 13 May: the mail to p12; a call two working days on: Fri 14 and Tue 18, after Whit
    # Monday; a visit three on: Wed 19, Thu 20, Fri 21.
    assert season.day("05-13")["sent"] == 1
    assert season.comes("p12", "05-13") == ("call", "2027-05-18")
    season.day("05-18")
    assert season.everybody("calls", "05-18") == ["p12"]
    season.record("05-18", "p12", "spoken", "--channel", "call")
    assert season.comes("p12", "05-18") == ("visit", "2027-05-21")
    season.day("05-21")
    assert season.everybody("visits", "05-21") == ["p12"]
    season.record("05-21", "p12", "met", "--channel", "visit")

    # Wed 26 May: the letter of news to the one who refused; with it the season is over.
    assert workspace.ok("status", "season")["state"] == "running"
    assert season.day("05-26")["letters"] == 1
    workspace.ok("letters", "posted", "season", now="2027-05-26T18:00")
    workspace.ok("run", now="2027-05-26T19:00")
    assert workspace.ok("status", "season")["state"] == "finished"
    assert server.recipients.count("p02@mail.example") == 0
    assert len(server.received) == 10

    # Contacted: all twelve. Replied: p02, monday[0], and the three who went further (m1, m2, y2).
    # Appointment and quote: those three. Orders: m1 and y2.
    report = workspace.ok("report", "season", now="2027-05-27T09:00")
    assert [(one["stage"], one["contacts"]) for one in report["chain"]] == [
        ("contacted", 12), ("replied", 5), ("appointment", 3), ("quote", 3), ("order", 2),
    ]  # fmt: skip
    # 12 letters of 2, one of 1; 8 calls (five on Wed 5, two on Fri 7, p12's) of 6; 8 visits
    # (p02, monday[0], m2, m3, y2, two on Wed 12, p12) of 27; the design.
    assert report["cost"]["total"] == 24 + 1 + 48 + 216 + 100
    assert (report["orders"], report["revenue"], report["margin"]) == (2, 3200, 1200)
    assert report["profit"] == 1200 - 389
    kinds = {
        who: workspace.ok("contacts", "show", who)["kind"] for who in ("p03", "p12", m1, m2, y2)
    }
    assert kinds == {"p03": "prospect", "p12": "prospect", m1: "customer", m2: "prospect",
                     y2: "customer"}  # fmt: skip
