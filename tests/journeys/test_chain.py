"""The prospecting chain, from a list to the figures: letter, e-mail, call, outcomes, report."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail

STEPS = f"""\
  - {{step: letter, channel: letter, template: letter.docx, cost: 1.20}}
{mail(more="after: letter + 5 days")}\
  - step: call
    channel: call
    after: mail + 7 working days
    when: not replied
    guide: call.yaml
    minutes: 4
window: {{days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}}
"""
HEADER = "Ref;Last name;E-mail;Phone;Postal code;City"


@pytest.fixture
def open_day(workspace: Workspace) -> Workspace:
    """Twenty people of Rennes, two of Nantes, and a campaign of three steps with a control."""
    workspace.people(
        [
            (f"p{n:02}", f"Name{n:02}", f"p{n:02}@mail.example", f"029900{n:04}", 35000, "Rennes")
            for n in range(1, 21)
        ]
        + [("n1", "Nant", "n1@mail.example", "", 44000, "Nantes"),
           ("n2", "Antes", "n2@mail.example", "", 44000, "Nantes")],
        HEADER,
    )  # fmt: skip
    workspace.write(
        "templates/call.yaml", 'title: "Calling {{ last_name }}"\nintroduction: ["Good morning."]\n'
    )
    workspace.campaign("open-day", steps=STEPS, audience="  control: 10%\n  limit: 15\n")
    return workspace


def enrolled(workspace: Workspace) -> list[str]:
    """References of the enrolled, in the order of the base."""
    everyone = workspace.ok("contacts", "list", 'city = "Rennes"')["contacts"]
    found = []
    for person in everyone:
        stories = workspace.ok("why", str(person["id"]))["campaigns"]
        if stories and stories[0]["arm"] == "enrolled":
            found.append(person["external_id"])
    return found


def test_a_letter_an_e_mail_and_a_call_follow_each_other_on_their_days(open_day: Workspace) -> None:
    """Monday 15 March 2027 to Thursday 1 April; Easter Monday, the 29th, is no working day."""
    monday = "2027-03-15T10:00"
    assert open_day.launch("open-day", now=monday) == {
        "campaign": "open-day", "matched": 20, "selected": 15, "control": 2, "enrolled": 13,
        "excluded": {},
    }  # fmt: skip
    people = enrolled(open_day)
    assert len(people) == 13

    with SmtpServer() as server:
        open_day.settings(server.port)
        first = open_day.ok("run", now=monday)
        assert (first["letters"], first["sent"], first["tasks"]) == (13, 0, 0)
        (folder,) = (open_day.folder / "data/outbox/letters/open-day").iterdir()
        assert len(list(folder.glob("**/*.docx"))) == 14  # one each and the bundle
        assert open_day.ok("run", now="2027-03-30T10:00")["sent"] == 0  # nothing was posted

        posted = open_day.ok("letters", "posted", "open-day", "--on", "2027-03-16",
                             now="2027-03-16T17:00")  # fmt: skip
        assert posted == {"campaign": "open-day", "posted": 13, "on": "2027-03-16"}
        assert open_day.next_of(people[0])["step"] == "mail"
        # Due on Sunday, the 21st; it leaves when the window opens, as `status` and `run` say.
        assert open_day.next_of(people[0])["at"] == "2027-03-22T09:00:00+01:00"
        status = open_day.ok("status", "open-day", now="2027-03-17T09:00")
        assert status["next_at"] == "2027-03-22T09:00:00+01:00"

        sunday = open_day.ok("run", now="2027-03-21T12:00")
        assert (sunday["sent"], sunday["remaining"]) == (0, 13)
        assert sunday["not_before"] == "2027-03-22T09:00:00+01:00"
        noon = open_day.ok("run", now="2027-03-22T12:30")
        assert (noon["sent"], noon["not_before"]) == (0, "2027-03-22T14:00:00+01:00")

        mails = open_day.ok("run", now="2027-03-22T14:00")
        assert (mails["sent"], mails["remaining"]) == (13, 0)
        assert sorted(server.recipients) == [f"{who}@mail.example" for who in people]
        assert mails["not_before"] == "2027-04-01T00:00:00+02:00"

        answered, silent, ordered = people[0], people[1], people[2]
        # The base is ahead of the clock: the day is one of the season that is rehearsed in it.
        replied = open_day.ok("record", answered, "replied", "--on", "2027-03-23")
        assert (replied["campaign"], replied["stopped"]) == ("open-day", True)

        assert open_day.ok("calls", now="2027-03-31T23:00")["calls"] == []
        calls = open_day.ok("calls", now="2027-04-01T08:00")["calls"]
        assert len(calls) == 12
        assert answered not in [call["name"][-2:] for call in calls]
        assert calls[0]["guide"] == [{"title": "introduction", "lines": ["Good morning."]}]
        assert open_day.ok("run", now="2027-04-01T08:00")["tasks"] == 12
        assert len(server.received) == 13

    call_day = "2027-04-01T11:00"
    nobody = open_day.ok("record", silent, "no_answer", now=call_day)
    assert (nobody["call_done"], nobody["stopped"]) == (False, False)
    assert open_day.next_of(silent)["at"] == "2027-04-02T00:00:00+02:00"
    open_day.ok("record", ordered, "appointment", now=call_day)
    open_day.ok("record", ordered, "order", "--amount", "900", "--margin", "250.50", now=call_day)
    assert open_day.next_of(ordered)["what"] == "the chain ended: appointment"
    assert len(open_day.ok("calls", now="2027-04-01T18:00")["calls"]) == 10

    report = open_day.ok("report", "open-day", now="2027-04-05")
    assert [(link["stage"], link["contacts"]) for link in report["chain"]] == [
        ("contacted", 13), ("replied", 2), ("appointment", 1), ("quote", 1), ("order", 1),
    ]  # fmt: skip
    assert (report["enrolled"], report["control"], report["orders"]) == (13, 2, 1)
    assert (report["revenue"], report["margin"]) == (900, 250.5)
    assert report["cost"]["total"] == pytest.approx(13 * 1.20)
    assert report["profit"] == pytest.approx(250.5 - 15.6)


def test_a_letter_kept_back_may_be_posted_as_it_is(open_day: Workspace) -> None:
    """It lay on a desk: it goes with the post of another day, printed once."""
    open_day.launch("open-day", now="2027-03-15T10:00")
    people = enrolled(open_day)
    open_day.ok("run", now="2027-03-15T10:00")
    open_day.ok("letters", "posted", "open-day", "--on", "2027-03-16", "--except", people[0],
                now="2027-03-16T17:00")  # fmt: skip
    again = open_day.ok("letters", "posted", "open-day", "--on", "2027-03-18",
                        now="2027-03-18T17:00")  # fmt: skip
    assert again["posted"] == 1
    assert open_day.next_of(people[0])["at"] == "2027-03-23T09:00:00+01:00"
    # Neither is it printed once more, nor posted.
    assert open_day.ok("run", now="2027-03-18T18:00")["letters"] == 0
    assert open_day.run("letters", "posted", "open-day", "--now", "2027-03-18T19:00").code == 1


def test_a_letter_taken_out_of_the_bundle_stays_to_be_posted(open_day: Workspace) -> None:
    open_day.launch("open-day", now="2027-03-15T10:00")
    people = enrolled(open_day)
    open_day.ok("run", now="2027-03-15T10:00")

    posted = open_day.ok("letters", "posted", "open-day", "--on", "2027-03-16", "--except",
                         people[0], now="2027-03-16T17:00")  # fmt: skip

    assert posted["posted"] == 12
    assert open_day.next_of(people[0])["step"] == "letter"
    assert open_day.next_of(people[1])["step"] == "mail"
    # As was said: it is in the next bundle.
    assert open_day.ok("run", now="2027-03-18T10:00")["letters"] == 1
    again = open_day.ok("letters", "posted", "open-day", "--on", "2027-03-18",
                        now="2027-03-18T17:00")  # fmt: skip
    assert again["posted"] == 1
    assert open_day.next_of(people[0])["at"] == "2027-03-23T09:00:00+01:00"


def test_a_call_tried_three_times_in_vain_is_passed_over(workspace: Workspace) -> None:
    workspace.people([("a", "Ann", "a@mail.example", "0299000001", 35000, "Rennes")], HEADER)
    workspace.campaign(
        "ring",
        steps="  - {step: call, channel: call, minutes: 5, cost: 3}\n"
        + mail(more="after: call + 1 days"),
    )
    workspace.launch("ring", now="2027-03-01T09:00")
    for day in ("2027-03-01T10:00", "2027-03-02T10:00", "2027-03-03T10:00"):
        assert len(workspace.ok("calls", now=day)["calls"]) == 1
        workspace.ok("record", "a", "no_answer", now=day)

    assert workspace.next_of("a")["step"] == "mail"
    assert workspace.next_of("a")["at"] == "2027-03-04T10:00:00+01:00"
    report = workspace.ok("report", "ring", now="2027-03-05")
    assert report["touches"][0]["touches"] == 3
    assert report["cost"]["total"] == 9
    assert report["chain"][0]["contacts"] == 0
    assert report["chain"][1]["from_previous"] is None


def test_what_was_stopped_before_a_doubt_is_settled_gets_no_call(workspace: Workspace) -> None:
    """The mail's fate is unknown, the person replies, then the mail turns out to have arrived."""
    workspace.people([("a", "Ann", "a@mail.example", "0299000001", 35000, "Rennes")], HEADER)
    workspace.campaign(
        "two",
        steps=mail() + "  - {step: call, channel: call, after: mail + 1 days}\n",
    )
    workspace.launch("two", now="2027-03-01T09:00")
    with SmtpServer({"BODY": HANG_UP}) as server:
        workspace.settings(server.port)
        workspace.ok("run", now="2027-03-01T09:00", code=6)
    workspace.ok("record", "a", "replied", now="2027-03-01T10:00")
    workspace.ok("settle", "--sent", "a", now="2027-03-01T11:00")

    assert workspace.ok("calls", now="2027-03-08T10:00")["calls"] == []
    assert workspace.ok("run", now="2027-03-08T10:00")["tasks"] == 0
    assert workspace.next_of("a")["what"] == "the chain ended: replied"


# --- the figures -------------------------------------------------------------------------------


def outcomes(workspace: Workspace, rows: Sequence[tuple[object, ...]]) -> None:
    lines = ["contact,stage,on,amount,margin", *(",".join(map(str, row)) for row in rows)]
    workspace.write("outcomes.csv", "\n".join(lines) + "\n")
    done = workspace.ok("record", "--from", "outcomes.csv", now="2027-03-20")
    assert (done["recorded"], done["rejected"]) == (len(rows), 0)


def test_five_hundred_people_give_the_chain_of_the_books_and_what_it_cost(
    workspace: Workspace,
) -> None:
    """500 → 50 → 10 → 5: 10 %, 20 %, 50 %, 1 %. 500 × 0.10 + 320 spent, 5 × 300 earned."""
    people = workspace.townspeople(500)
    workspace.campaign(
        "books",
        head="chain: [contacted, appointment, quote, order]\n"
        "fixed_costs: {design: 200, list: 120}\n",
        steps=mail(more="cost: 0.10"),
    )
    assert workspace.launch("books", now="2027-03-01T09:00")["enrolled"] == 500
    with SmtpServer() as server:
        workspace.settings(server.port, connections=8)
        assert workspace.ok("run", now="2027-03-01T09:00")["sent"] == 500
        assert sorted(server.recipients) == people
    rows: list[tuple[object, ...]] = [
        (who, "appointment", "2027-03-05", "", "") for who in people[:50]
    ]
    rows += [(who, "quote", "2027-03-08", 1000, "") for who in people[:10]]
    rows += [(who, "order", "2027-03-12", 1000, 300) for who in people[:5]]
    outcomes(workspace, rows)

    report = workspace.ok("report", "books", now="2027-03-20")

    chain = {link["stage"]: link for link in report["chain"]}
    assert [chain[s]["contacts"] for s in ("contacted", "appointment", "quote", "order")] == [
        500, 50, 10, 5,
    ]  # fmt: skip
    assert chain["contacted"]["from_previous"] is None
    assert chain["appointment"]["from_previous"] == 0.10
    assert chain["quote"]["from_previous"] == 0.20
    assert chain["order"]["from_previous"] == 0.50
    assert chain["order"]["from_first"] == 0.01
    assert chain["order"]["low"] < 0.01 < chain["order"]["high"]
    assert report["cost"]["total"] == 370
    assert report["cost"]["per_contact"] == 0.74
    assert report["cost"]["per_stage"] == {
        "contacted": 0.74, "appointment": 7.4, "quote": 37, "order": 74,
    }  # fmt: skip
    assert (report["orders"], report["revenue"], report["margin"]) == (5, 5000, 1500)
    assert report["profit"] == 1130
    assert report["roi"] == pytest.approx(1130 / 370)
    assert report["break_even_orders"] == 2  # 370 / 300 = 1.23
    assert (report["cac_gross"], report["cac_net"]) == (74, -226)


def test_the_four_ratios_of_the_books(workspace: Workspace) -> None:
    """400 prospects on file; 120 of them and 80 customers contacted; 30 interested, 6 won."""
    rows = [(f"p{n}", f"P{n}", f"p{n}@mail.example", "prospect", "a" if n <= 120 else "b")
            for n in range(1, 401)]  # fmt: skip
    rows += [(f"c{n}", f"C{n}", f"c{n}@mail.example", "customer", "a") for n in range(1, 81)]
    workspace.people(rows, "Ref;Last name;E-mail;kind;Lot")
    workspace.write("templates/mail.html.j2", "<p>Dear {{ last_name }}.</p>")
    workspace.campaign("ratios", 'lot = "a"')
    assert workspace.launch("ratios", now="2027-03-01T09:00")["enrolled"] == 200
    with SmtpServer() as server:
        workspace.settings(server.port, connections=8)
        assert workspace.ok("run", now="2027-03-01T09:00")["sent"] == 200
    outcomes(
        workspace,
        [(f"p{n}@mail.example", "replied", "2027-03-05", "", "") for n in range(1, 31)]
        + [(f"p{n}@mail.example", "order", "2027-03-12", 100, 40) for n in range(1, 7)]
        + [(f"c{n}@mail.example", "replied", "2027-03-05", "", "") for n in range(1, 11)]
        + [(f"c{n}@mail.example", "order", "2027-03-12", 100, 40) for n in range(1, 3)],
    )

    report = workspace.ok("report", "ratios", now="2027-03-20")

    assert report["ratios"] == {
        "prospecting_share": 0.60,
        "prospect_coverage": 0.30,
        "interested_rate": 0.25,
        "success_rate": 0.05,
    }
    assert report["orders"] == 8
    assert report["cac_gross"] == 0


def test_a_report_says_nothing_where_it_knows_nothing(workspace: Workspace) -> None:
    """Nobody contacted yet: rates are null; an order without its margin makes the profit null."""
    people = workspace.townspeople(4)
    workspace.campaign("quiet")
    workspace.launch("quiet", now="2027-03-01T09:00")
    before = workspace.ok("report", "quiet")
    assert set(before["ratios"].values()) == {None, 0.0}
    assert before["cost"]["per_contact"] is None
    assert [link["from_first"] for link in before["chain"]] == [None] * 5

    workspace.ok("record", people[0], "order", "--amount", "50", now="2027-03-02")
    after = workspace.ok("report", "quiet")
    assert (after["revenue"], after["margin"], after["profit"]) == (50, None, None)
