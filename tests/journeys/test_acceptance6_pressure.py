"""Acceptance of issue line 5.4: pressure over all campaigns and channels, one unfinished campaign
at a time, `alongside`, priorities, and no limit that nobody stated. Dates are worked out by hand.

March 2027: Mondays are the 1st, 8th, 15th, 22nd, 29th; the 31st is a Wednesday.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
BESIDE = "alongside: true\n"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
CALL = "  - {step: call, channel: call}\n"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def people(workspace: Workspace, count: int) -> None:
    workspace.people(
        (
            (f"p{n}", f"N{n}", f"p{n}@mail.example", f"02 99 01 02 {n:02}", "1 rue", "35000",
             "Rennes")
            for n in range(1, count + 1)
        ),
        header="Ref;Last name;E-mail;Phone;Street;Postal code;City",
    )  # fmt: skip


def next_day(workspace: Workspace, who: str, campaign: str, now: str) -> tuple[str, str | None]:
    (story,) = workspace.ok("why", who, campaign, now=now)["campaigns"]
    return story["next"]["at"][:10], story["next"]["reason"]


def rows(answer: Any) -> list[tuple[str, str, int]]:
    return [(one["date"][5:], one["step"], one["count"]) for one in answer["calendar"]]


def test_seven_days_are_counted_from_any_touch_of_any_campaign_on_any_channel(
    workspace: Workspace, server: SmtpServer
) -> None:
    """A letter posted on Tue 2, a call told late as of Wed 3, and mails that wait for both.

    p1 gets the letter (posted Tue 2): his mail waits until Tue 9. p2 is in no campaign but the
    mailing, yet Marie called him on Wed 3 and told it on Thu 4: Wed 10. p3 was left alone: his
    mail leaves on the first morning, Thu 4.
    """
    people(workspace, 3)
    workspace.settings(server.port, more="pressure: {min_days_between_touches: 7}\n")
    workspace.campaign("paper", 'external_id = "p1"', head=BESIDE, steps=LETTER)
    workspace.campaign("mailing", head=BESIDE + "start: 2027-03-04\n")
    workspace.launch("mailing", now=MONDAY)
    workspace.launch("paper", now=MONDAY)
    workspace.ok("run", "paper", now=MONDAY)
    workspace.ok("letters", "posted", "paper", now="2027-03-02T17:00")
    workspace.ok(
        "record", "p2", "spoken", "--campaign", "mailing", "--channel", "call",
        "--on", "2027-03-03", now="2027-03-04T08:00",
    )  # fmt: skip
    thursday = workspace.ok("run", now="2027-03-04T09:00")

    assert (thursday["sent"], thursday["skipped"]) == (1, 0)
    assert server.recipients == ["p3@mail.example"]
    assert next_day(workspace, "p1", "mailing", "2027-03-04T10:00") == ("2027-03-09", "pressure")
    assert next_day(workspace, "p2", "mailing", "2027-03-04T10:00") == ("2027-03-10", "pressure")
    sent = [workspace.ok("run", now=f"2027-03-{d:02}T09:00")["sent"] for d in (8, 9, 10)]
    assert sent == [0, 1, 1]
    assert server.recipients == [f"p{n}@mail.example" for n in (3, 1, 2)]


def test_the_calendar_keeps_the_pressure_as_the_runs_do(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Five days in peace, at most two touches in thirty days, and a chain that wants more.

    mail on Mon 1; the second two days on, but five days of peace: Sat 6. The third two days on
    would be Mon 8, peace Thu 11, but two touches in 30 days from Mon 1: Wed 31. The fourth two
    days on: Fri 2 April; two in the 30 days from Sat 6: Mon 5 April.
    """
    people(workspace, 2)
    workspace.settings(
        server.port,
        more="pressure: {min_days_between_touches: 5, most_touches_per_month: 2}\n",
    )
    steps = mail("a") + mail("b", "after: a + 2 days") + mail("c", "after: b + 2 days")
    workspace.campaign("spring", steps=steps + mail("d", "after: c + 2 days"))
    expected = [("03-01", "a", 2), ("03-06", "b", 2), ("03-31", "c", 2), ("04-05", "d", 2)]

    assert rows(workspace.ok("preview", "spring", "--calendar", now=MONDAY)) == expected
    assert rows(workspace.ok("preview", "spring", "--season", now=MONDAY)) == expected
    workspace.launch("spring", now=MONDAY)
    sent = {}
    for day in ("03-01", "03-03", "03-05", "03-06", "03-08", "03-30", "03-31", "04-02", "04-05"):
        sent[day] = workspace.ok("run", now=f"2027-{day}T09:00")["sent"]
    assert {day: count for day, count in sent.items() if count} == {
        "03-01": 2, "03-06": 2, "03-31": 2, "04-05": 2,
    }  # fmt: skip


def test_without_a_stated_pressure_a_person_may_be_touched_thrice_a_day(
    workspace: Workspace, server: SmtpServer
) -> None:
    people(workspace, 1)
    workspace.settings(server.port)
    for name in ("one", "two", "three"):
        workspace.campaign(name, head=BESIDE)
        workspace.launch(name, now=MONDAY)
    assert workspace.ok("run", now=MONDAY)["sent"] == 3


def test_one_unfinished_campaign_at_a_time_and_the_next_when_it_is_over(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Spring has p1 and p2. Autumn may have them once spring is over for them; beside may now."""
    people(workspace, 3)
    workspace.settings(server.port)
    chain = mail("one") + mail("two", "after: one + 9 days")
    workspace.campaign("spring", 'external_id in ("p1", "p2")', steps=chain)
    workspace.campaign("autumn")
    workspace.campaign("beside", head=BESIDE)
    workspace.launch("spring", now=MONDAY)
    autumn = workspace.ok("launch", "autumn", "--dry-run", now=MONDAY)
    beside = workspace.ok("launch", "beside", "--dry-run", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    # p1 replies: his chain is over, the campaign is not.
    workspace.ok("record", "p1", "replied", now="2027-03-02T09:00")
    told = workspace.run("check", "autumn", now="2027-03-02T09:00").out
    replied = workspace.ok("launch", "autumn", "--dry-run", now="2027-03-02T09:00")
    workspace.ok("run", now="2027-03-10T09:00")
    over = workspace.ok("launch", "autumn", "--dry-run", now="2027-03-10T10:00")

    assert (autumn["enrolled"], autumn["excluded"]) == (1, {"other_campaign": 2})
    assert (beside["enrolled"], beside["excluded"]) == (3, {})
    assert "in another unfinished campaign" in told
    assert replied["excluded"].get("other_campaign", 0) in (1, 2)
    assert workspace.ok("status", "spring")["state"] == "finished"
    assert (over["enrolled"], over["excluded"]) == (3, {})


def test_of_two_that_claim_a_person_the_weightier_goes_first_on_every_channel(
    workspace: Workspace, server: SmtpServer
) -> None:
    """Letters of little weight, mails of more: the mail on Monday, the letter a week later.

    The other way round for the second pair, launched in the same order: a call and a mail.
    """
    people(workspace, 2)
    workspace.settings(server.port, more="pressure: {min_days_between_touches: 7}\n")
    first, second = 'external_id = "p1"', 'external_id = "p2"'
    workspace.campaign("paper", first, head=BESIDE + "priority: 1\n", steps=LETTER)
    workspace.campaign("mailing", first, head=BESIDE + "priority: 9\n")
    workspace.campaign("news", second, head=BESIDE + "priority: 1\n")
    workspace.campaign("phone", second, head=BESIDE + "priority: 9\n", steps=CALL)
    for name in ("paper", "mailing", "news", "phone"):
        workspace.launch(name, now=MONDAY)
    done = workspace.ok("run", now=MONDAY)

    assert (done["sent"], done["letters"], done["tasks"]) == (1, 0, 1)
    assert server.recipients == ["p1@mail.example"]
    workspace.ok("record", "p2", "spoken", "--campaign", "phone", now="2027-03-01T11:00")
    assert workspace.ok("run", now="2027-03-07T09:00")["sent"] == 0
    monday = workspace.ok("run", now="2027-03-08T11:00")
    assert (monday["sent"], monday["letters"]) == (1, 1)
