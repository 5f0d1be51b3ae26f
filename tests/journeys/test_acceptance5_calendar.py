"""Acceptance of issue line 4.6: windows, working days, holidays, zones, who is first."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

#: A Monday; Paris is an hour ahead of UTC until 28 March 2027, Easter Sunday.
MONDAY = "2027-03-01T09:00"
OFFICE = 'window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}\n'
PARIS = ZoneInfo("Europe/Paris")


def left(server: SmtpServer) -> list[tuple[str, datetime]]:
    """To whom, and when by the pretended clock (the Date of the message)."""
    return [
        (recipient, parsedate_to_datetime(message_from_bytes(content)["Date"]).astimezone(PARIS))
        for recipient, content in server.received
    ]


def told_by_day(workspace: Workspace, campaign: str, now: str) -> dict[str, int]:
    """The calendar ahead, over all the steps of a day."""
    told: Counter[str] = Counter()
    for row in workspace.ok("preview", campaign, "--calendar", now=now)["calendar"]:
        told[row["date"]] += row["count"]
    return dict(told)


def goes_at(workspace: Workspace, now: str) -> str:
    """The Paris instant at which a run at `now` lets one go; or when it may at the earliest."""
    done = workspace.ok("run", "--limit", "1", now=now)
    return now if done["sent"] else str(done["not_before"])


def test_the_hours_of_the_window_open_and_close_to_the_second(workspace: Workspace) -> None:
    workspace.townspeople(12)
    workspace.campaign("spring", head=OFFICE)
    workspace.launch("spring", now=MONDAY)
    expected = {
        "2027-03-01T08:58:00": "2027-03-01T09:00:00+01:00",
        "2027-03-01T11:59:59": "2027-03-01T11:59:59",
        "2027-03-01T12:00:00": "2027-03-01T14:00:00+01:00",
        "2027-03-01T17:59:59": "2027-03-01T17:59:59",
        "2027-03-01T18:00:00": "2027-03-02T09:00:00+01:00",
        # A weekend; then Easter, with the clocks an hour on.
        "2027-03-05T18:00:00": "2027-03-08T09:00:00+01:00",
        "2027-03-25T19:00:00": "2027-03-26T09:00:00+01:00",
        "2027-03-26T18:00:00": "2027-03-30T09:00:00+02:00",
        # Ascension Day, Whit Monday and the 14th of July.
        "2027-05-06T10:00:00": "2027-05-07T09:00:00+02:00",
        "2027-05-14T18:00:00": "2027-05-18T09:00:00+02:00",
        "2027-07-14T10:00:00": "2027-07-15T09:00:00+02:00",
        "2027-07-15T10:00:00": "2027-07-15T10:00:00",
    }
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert {now: goes_at(workspace, now) for now in expected} == expected


@pytest.mark.parametrize(
    ("country", "region", "now", "opens"),
    [
        # Good Friday and Boxing Day are holidays of Alsace-Moselle; the abolition of Réunion.
        ("FR", "Moselle", "2027-03-25T18:00", "2027-03-30T09:00:00+02:00"),
        ("FR", "974", "2027-12-20T10:00", "2027-12-21T09:00:00+01:00"),
        ("FR", "", "2027-12-20T10:00", "2027-12-20T10:00"),
        # Brittany has the country's, as every other region and département on the mainland.
        ("FR", "Bretagne", "2027-03-26T10:00", "2027-03-26T10:00"),
        ("FR", "Bretagne", "2027-07-14T10:00", "2027-07-15T09:00:00+02:00"),
        # Epiphany is Bavarian, the national day of Belgium is the 21st of July.
        ("DE", "BY", "2027-01-06T10:00", "2027-01-07T09:00:00+01:00"),
        ("DE", "", "2027-01-06T10:00", "2027-01-06T10:00"),
        ("BE", "", "2027-07-21T10:00", "2027-07-22T09:00:00+02:00"),
        ("BE", "", "2027-07-14T10:00", "2027-07-14T10:00"),
    ],
)
def test_holidays_are_those_of_the_country_and_of_the_region(
    workspace: Workspace, country: str, region: str, now: str, opens: str
) -> None:
    workspace.townspeople(1)
    workspace.campaign("spring", head=OFFICE)
    with SmtpServer() as server:
        workspace.settings(server.port, more=f"region: {region}\n" if region else "")
        path = workspace.folder / "outreach.yaml"
        path.write_text(path.read_text().replace("country: FR", f"country: {country}"))
        workspace.launch("spring", now="2027-01-04T08:00")
        assert goes_at(workspace, now) == opens


def test_holidays_that_are_not_skipped_and_days_without_hours_are_open(
    workspace: Workspace,
) -> None:
    workspace.townspeople(4)
    workspace.campaign("hours", head='alongside: true\nwindow: {hours: "10:00-11:00"}\n')
    workspace.campaign("days", head="alongside: true\nwindow: {days: tue-wed}\n")
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.launch("hours", now=MONDAY)
        workspace.launch("days", now=MONDAY)
        # On Wednesday the 14th of July; on a Sunday; at half past eleven in the night.
        assert workspace.ok("run", "--limit", "2", now="2027-07-14T10:00")["sent"] == 2
        sunday = workspace.ok("run", "hours", "--limit", "1", now="2027-07-18T10:30")
        assert sunday["sent"] == 1
        days = workspace.ok("run", "days", "--limit", "1", now="2027-07-18T10:30")
        assert (days["sent"], days["not_before"]) == (0, "2027-07-20T00:00:00+02:00")
        assert workspace.ok("run", "days", "--limit", "1", now="2027-07-20T23:30")["sent"] == 1


@pytest.mark.parametrize(
    ("region", "first", "second"),
    [("", "2027-03-26", "2027-03-30"), ("region: Alsace\n", "2027-03-30", "2027-03-31")],
)
def test_working_days_of_a_step_skip_weekends_and_the_region_s_holidays(
    workspace: Workspace, region: str, first: str, second: str
) -> None:
    """From the Thursday before Easter: one and two working days on."""
    workspace.townspeople(2)
    for days in (1, 2):
        steps = mail("one") + mail("two", f"after: one + {days} working days")
        workspace.campaign(f"in-{days}", head="alongside: true\n", steps=steps)
    with SmtpServer() as server:
        workspace.settings(server.port, more=region)
        for days in (1, 2):
            workspace.launch(f"in-{days}", now="2027-03-25T10:00")
        assert workspace.ok("run", now="2027-03-25T10:00")["sent"] == 4
        story = workspace.ok("why", "p001@mail.example", now="2027-03-25T11:00")
        told = {one["campaign"]: one["next"]["at"][:10] for one in story["campaigns"]}
        assert told == {"in-1": first, "in-2": second}
        left_on = {}
        for day in ("26", "27", "28", "29", "30", "31"):
            if workspace.ok("run", now=f"2027-03-{day}T23:00")["sent"]:
                left_on[f"2027-03-{day}"] = True
    assert list(left_on) == [first, second]


def test_the_window_is_by_the_contact_s_own_clock_day_and_holiday(workspace: Workspace) -> None:
    """Auckland is 12 hours ahead of Paris in March; New York an hour nearer for two weeks."""
    workspace.people(
        [("p1", "Kiwi", "auckland@mail.example", "Rennes", "", "", "Pacific/Auckland"),
         ("p2", "York", "york@mail.example", "Rennes", "", "", "America/New_York"),
         ("p3", "Fort", "martinique@mail.example", "Rennes", "France", "97200", ""),
         ("p4", "Ici", "rennes@mail.example", "Rennes", "France", "35000", "")],
        header="Ref;Last name;E-mail;City;Country;Postal code;timezone",
    )  # fmt: skip
    for name in ("march", "spring", "summer", "july"):
        workspace.campaign(name, head="alongside: true\n" + OFFICE)
    with SmtpServer() as server:
        workspace.settings(server.port)

        def served(name: str, now: str) -> list[str]:
            before = len(server.received)
            workspace.ok("run", name, now=now)
            return sorted(who.partition("@")[0] for who in server.recipients[before:])

        workspace.launch("march", now="2027-03-05T20:00")
        # Friday evening here is Saturday there; Sunday evening here is Monday morning there.
        assert served("march", "2027-03-05T21:30") == ["martinique", "york"]
        assert served("march", "2027-03-07T20:55") == []
        assert served("march", "2027-03-07T21:00") == ["auckland"]
        assert served("march", "2027-03-08T09:00") == ["rennes"]

        workspace.launch("spring", now="2027-03-08T12:30")
        assert served("spring", "2027-03-08T13:55") == []
        assert served("spring", "2027-03-08T14:00") == ["martinique", "rennes"]
        assert served("spring", "2027-03-08T14:55") == []
        assert served("spring", "2027-03-08T15:00") == ["york"]

        # From 14 March on summer time reigns in New York, and not yet in Paris.
        workspace.launch("summer", now="2027-03-15T13:00")
        assert served("summer", "2027-03-15T14:00") == ["martinique", "rennes", "york"]

        # The 14th of July begins at noon of the 13th for him, and ends at noon of the 14th.
        workspace.launch("july", now="2027-07-13T20:00")
        assert served("july", "2027-07-13T23:30") == ["martinique", "york"]
        assert served("july", "2027-07-14T14:30") == []
        assert served("july", "2027-07-14T23:30") == ["auckland"]
        assert served("july", "2027-07-15T09:00") == ["rennes"]


def test_follow_ups_are_first_also_behind_a_crowd_of_new_people_and_over_campaigns(
    workspace: Workspace,
) -> None:
    """700 new people are due before them, more than are looked at at once; a limit of three."""
    workspace.townspeople(700)
    workspace.campaign(
        "spring", head="alongside: true\n",
        steps=mail("one") + mail("two", "after: one + 1 days"),
    )  # fmt: skip
    workspace.campaign("autumn", head="alongside: true\n")
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 3}")
        workspace.launch("spring", now=MONDAY)
        assert workspace.ok("run", now=MONDAY)["sent"] == 3
        first = set(server.recipients)
        workspace.launch("autumn", now="2027-03-01T10:00")
        workspace.ok("run", now="2027-03-02T10:00")
        assert sorted(server.recipients[3:]) == sorted(first)
        assert workspace.by_state("autumn") == {"due": 700}

        workspace.settings(server.port, limits="{per_day: 3}", more="first: new_people\n")
        workspace.ok("run", "spring", now="2027-03-03T10:01")
        assert len(set(server.recipients)) == 6
        workspace.ok("run", "spring", now="2027-03-05T10:02")
        assert len(set(server.recipients)) == 9
        workspace.settings(server.port, limits="{per_day: 3}")
        again = len(server.received)
        workspace.ok("run", now="2027-03-06T10:03")
        assert len(server.received) == again + 3
        assert len(set(server.recipients)) == 9


def test_the_calendar_ahead_agrees_with_what_the_runs_do(workspace: Workspace) -> None:
    """Two steps, a warm-up, pauses, office hours, Easter, and somebody overseas."""
    people = [(f"p{n:02}", f"N{n}", f"p{n:02}@mail.example", "Rennes", "") for n in range(19)]
    people.append(("far", "Far", "far@mail.example", "Rennes", "America/Martinique"))
    workspace.people(people, header="Ref;Last name;E-mail;City;timezone")
    steps = mail("one") + mail("two", "after: one + 2 working days")
    workspace.campaign("spring", head=OFFICE, steps=steps)
    limits = "{per_day: 12, gap: 20-50, warm_up: {start: 6, growth: 50%}}"
    with SmtpServer() as server:
        workspace.settings(server.port, limits=limits)
        told = told_by_day(workspace, "spring", "2027-03-23T10:00")
        workspace.launch("spring", now="2027-03-23T10:00")
        day = datetime(2027, 3, 23, tzinfo=PARIS)
        while day.date().isoformat() <= max(told):
            for hour in (10, 16, 17):
                workspace.ok("run", now=(day + timedelta(hours=hour)).isoformat())
            day += timedelta(days=1)
        runs = Counter(instant.date().isoformat() for _, instant in left(server))
        assert dict(sorted(runs.items())) == told
        assert sum(told.values()) == 40
        assert {instant.weekday() for _, instant in left(server)} <= {0, 1, 2, 3, 4}
        hours = {instant.hour for who, instant in left(server) if who != "far@mail.example"}
        assert hours <= {9, 10, 11, 14, 15, 16, 17}
        assert "2027-03-29" not in told


def test_the_calendar_counts_hours_as_the_runs_of_a_day_do(workspace: Workspace) -> None:
    """Four an hour from 10 o'clock on: 10, 11, 14, 15, 16, 17; then from 9 on."""
    workspace.townspeople(32)
    workspace.campaign("spring", head=OFFICE + "limits: {per_hour: 4}\n")
    with SmtpServer() as server:
        workspace.settings(server.port)
        told = told_by_day(workspace, "spring", "2027-03-01T10:00")
        workspace.launch("spring", now="2027-03-01T10:00")
        for instant in ("01T10", "01T11", "01T14", "01T15", "01T16", "01T17", "02T09", "02T10"):
            workspace.ok("run", now=f"2027-03-{instant}:00")
        runs = Counter(instant.date().isoformat() for _, instant in left(server))
    assert told == {"2027-03-01": 24, "2027-03-02": 8}
    assert runs == told


def test_the_calendar_knows_what_the_sender_has_sent_today(workspace: Workspace) -> None:
    """Eight of ten went to another campaign this morning; 12 are asked for from 3 o'clock on."""
    workspace.townspeople(12)
    workspace.campaign("autumn", head="alongside: true\n", audience="  limit: 8\n")
    workspace.campaign("spring", head="alongside: true\n" + OFFICE)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 10}")
        workspace.launch("autumn", now=MONDAY)
        assert workspace.ok("run", now=MONDAY)["sent"] == 8
        told = told_by_day(workspace, "spring", "2027-03-01T15:00")
        workspace.launch("spring", now="2027-03-01T15:00")
        runs = {
            day: workspace.ok("run", now=f"{day}T17:00")["sent"]
            for day in ("2027-03-01", "2027-03-02")
        }
    assert told == {"2027-03-01": 2, "2027-03-02": 10}
    assert runs == told
