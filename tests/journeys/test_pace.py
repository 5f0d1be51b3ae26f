"""How fast and when e-mails leave, through the command, by a pretended clock."""

from __future__ import annotations

from collections import Counter

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

#: A Monday, in summer time's absence: Paris is an hour ahead of UTC.
MONDAY = "2027-03-01T09:00"
HEADER = "Ref;Last name;E-mail;City;Country;Postal code"


def sent(workspace: Workspace, now: str) -> int:
    """How many a run at that instant sends; it may end with mail left."""
    count: int = workspace.ok("run", now=now)["sent"]
    return count


def at_providers(workspace: Workspace, *domains: str) -> None:
    """One person of Rennes at each of these domains."""
    workspace.people(
        (f"p{n}", f"Name-{n}", f"p{n}@{domain}", "Rennes") for n, domain in enumerate(domains)
    )


def test_a_day_s_limit_holds_over_several_runs_and_says_when_it_goes_on(
    workspace: Workspace,
) -> None:
    workspace.townspeople(8)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 5}")
        first = workspace.ok("run", now=MONDAY)
        assert (first["sent"], first["remaining"]) == (5, 3)
        assert first["not_before"] == "2027-03-02T09:00:00+01:00"
        assert sent(workspace, "2027-03-01T18:00") == 0
        assert sent(workspace, "2027-03-02T09:01") == 3


def test_an_hour_s_limit_of_a_campaign_leaves_the_other_campaign_alone(
    workspace: Workspace,
) -> None:
    workspace.townspeople(3)
    workspace.campaign("spring", head="limits: {per_hour: 2}\n")
    workspace.campaign("autumn", head="alongside: true\n")
    workspace.launch("spring", now=MONDAY)
    workspace.launch("autumn", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert sent(workspace, MONDAY) == 5
        assert workspace.by_state("autumn") == {"sent": 3}
        assert sent(workspace, "2027-03-01T10:01") == 1


def test_a_provider_s_limit_counts_all_its_domains_and_delays_nobody_else(
    workspace: Workspace,
) -> None:
    """orange.fr and wanadoo.fr are one provider; the others leave at once."""
    at_providers(workspace, "orange.fr", "wanadoo.fr", "orange.fr", "mail.example", "gmail.com")
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, more="provider_limits: {orange: {per_hour: 1}}\n")
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["not_before"]) == (3, "2027-03-01T10:00:00+01:00")
        assert sent(workspace, "2027-03-01T10:00") == 1
        workspace.settings(server.port, more="provider_limits: off\n")
        assert sent(workspace, "2027-03-01T10:01") == 1


def test_pauses_between_messages_last_over_runs(workspace: Workspace) -> None:
    workspace.townspeople(3)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{gap: 300-600}")
        assert sent(workspace, MONDAY) == 1
        assert sent(workspace, "2027-03-01T09:04") == 0
        assert sent(workspace, "2027-03-01T09:11") == 1


def test_a_warm_up_grows_from_day_to_day(workspace: Workspace) -> None:
    workspace.townspeople(12)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{warm_up: {start: 3, growth: 50%}}")
        days = [f"2027-03-0{day}T09:{day:02}" for day in range(1, 5)]
        assert [sent(workspace, day) for day in days] == [3, 4, 5, 0]


def test_follow_ups_leave_before_new_people_unless_the_settings_say_otherwise(
    workspace: Workspace,
) -> None:
    workspace.townspeople(4)
    workspace.campaign("spring", steps=mail("one") + mail("two", "after: one + 1 days"))
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 2}")
        assert sent(workspace, MONDAY) == 2
        assert sent(workspace, "2027-03-02T09:05") == 2
        first = Counter(workspace.ok("status", "spring")["by_state"])
        assert (first["sent"], len(set(server.recipients))) == (4, 2)

        workspace.settings(server.port, limits="{per_day: 2}", more="first: new_people\n")
        assert sent(workspace, "2027-03-03T09:10") == 2
        assert len(set(server.recipients)) == 4


# --- windows -------------------------------------------------------------------------------------

OFFICE = 'window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}\n'


def test_people_are_written_to_in_the_window_by_their_own_clock(workspace: Workspace) -> None:
    """At 7 in Paris it is 10 in Réunion; at 15 it is 9 in Montréal and 18 in Réunion."""
    workspace.people(
        [("p1", "Ici", "p1@mail.example", "Rennes", "", "35000"),
         ("p2", "Reunion", "p2@mail.example", "Rennes", "", "97400"),
         ("p3", "Canada", "p3@mail.example", "Rennes", "Canada", "H2X 1Y4")],
        header=HEADER,
    )  # fmt: skip
    workspace.campaign("spring", head=OFFICE)
    workspace.launch("spring", now="2027-03-01T06:00")
    with SmtpServer() as server:
        workspace.settings(server.port)
        early = workspace.ok("run", now="2027-03-01T05:00")
        assert (early["sent"], early["not_before"]) == (0, "2027-03-01T06:00:00+01:00")
        first = workspace.ok("run", now="2027-03-01T07:00")
        assert (first["sent"], first["not_before"]) == (1, "2027-03-01T09:00:00+01:00")
        assert server.recipients == ["p2@mail.example"]
        second = workspace.ok("run", now=MONDAY)
        assert (second["sent"], second["not_before"]) == (1, "2027-03-01T15:00:00+01:00")
        assert sent(workspace, "2027-03-01T15:00") == 1


def test_a_contact_s_own_field_timezone_goes_before_his_country(workspace: Workspace) -> None:
    workspace.people(
        [("p1", "Ici", "p1@mail.example", "Rennes", "Pacific/Auckland"),
         ("p2", "La", "p2@mail.example", "Rennes", "somewhere")],
        header="Ref;Last name;E-mail;City;timezone",
    )  # fmt: skip
    workspace.campaign("spring", head=OFFICE)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert sent(workspace, MONDAY) == 1
        assert server.recipients == ["p2@mail.example"]
        assert sent(workspace, "2027-03-01T21:30") == 1


def test_holidays_of_the_region_are_kept_where_the_settings_name_it(workspace: Workspace) -> None:
    """Good Friday, 26 March 2027, is a holiday in Moselle and Alsace, not in Rennes."""
    workspace.townspeople(1)
    workspace.campaign("spring", head=OFFICE)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, more="region: Alsace\n")
        closed = workspace.ok("run", now="2027-03-26T10:00")
        assert (closed["sent"], closed["not_before"]) == (0, "2027-03-30T09:00:00+02:00")
        workspace.settings(server.port)
        assert sent(workspace, "2027-03-26T10:00") == 1


def test_what_cannot_leave_before_the_window_closes_waits_for_the_next_day(
    workspace: Workspace,
) -> None:
    """Ten a minute from 17:58 on: 20 leave until 18 o'clock, though all were looked at."""
    workspace.townspeople(30)
    workspace.campaign("spring", head=OFFICE)
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 10}")
        done = workspace.ok("run", now="2027-03-01T17:58")
        assert done["not_before"] == "2027-03-02T09:00:00+01:00"
        assert (done["sent"], done["remaining"]) == (20, 10)


def test_the_calendar_ahead_and_the_runs_tell_the_same_days(workspace: Workspace) -> None:
    workspace.townspeople(5)
    workspace.campaign("spring", head=OFFICE)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_day: 2}")
        shown = workspace.ok("preview", "spring", "--calendar", now="2027-03-05T10:00")
        told = {day["date"]: day["count"] for day in shown["calendar"]}
        workspace.launch("spring", now="2027-03-05T10:00")
        days = ["2027-03-05", "2027-03-06", "2027-03-08", "2027-03-09"]
        runs = {day: sent(workspace, f"{day}T10:0{n}") for n, day in enumerate(days)}

    assert told == {"2027-03-05": 2, "2027-03-08": 2, "2027-03-09": 1}
    assert {day: count for day, count in runs.items() if count} == told


# --- settings that cannot be ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "says", "hint"),
    [
        ("region: Alsac\n", "'Alsac' is no region of FR", "did you mean 'Alsace'?"),
        ("region: Bretagn\n", "'Bretagn' is no region of FR", "did you mean 'Bretagne'?"),
        ("region: Xyzzy\n", "'Xyzzy' is no region of FR", "there are: Alsace, "),
        ("provider_limits: {gogle: {per_minute: 1}}\n", "'gogle' is not known", "google"),
        ("provider_limits: {google: {per_minut: 1}}\n", "no key 'per_minut'", "per_minute"),
        ("provider_limits: none\n", "'none' is not known here", "one of: off"),
        ("first: followups\n", "'followups' is not known here", "follow_ups"),
    ],
)
def test_a_mistake_in_the_limits_is_told_with_what_was_meant(
    workspace: Workspace, more: str, says: str, hint: str
) -> None:
    workspace.settings(more=more)
    done = workspace.run("status")

    assert done.code == 1
    assert says in done.err
    assert hint in done.err
