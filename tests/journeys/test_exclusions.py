"""Who is left out and why, who is control, and what a launch asks before it starts."""

from __future__ import annotations

import pytest
from smtp_servers import SmtpServer
from workspaces import Result, Workspace

MONDAY = "2027-03-01T09:00"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"


def reason(workspace: Workspace, who: str, campaign: str) -> str | None:
    (story,) = workspace.ok("why", who, campaign)["campaigns"]
    found: str | None = story["reason"]
    return found


def test_every_reason_is_counted_and_told_of_the_person(workspace: Workspace) -> None:
    """One person per reason, and two who are enrolled."""
    workspace.settings(more="pressure: {min_days_between_touches: 7}\n")
    names = ("anna", "bert", "cleo", "dora", "emil", "fred", "gina", "hugo", "ines", "jack")
    rows = [(name, name.title(), f"{name}@mail.example", "Rennes") for name in names]
    rows[4] = ("emil", "Emil", "", "Rennes")
    rows[5] = ("fred", "Fred", "no address at all", "Rennes")
    rows[6] = ("gina", "Gina", "Jack@mail.example", "Rennes")
    workspace.people(rows)
    workspace.write("templates/mail.html.j2", "<p>Dear {{ last_name }}.</p>")
    # Hugo is in the chain of another campaign, Ines was contacted yesterday.
    workspace.campaign("other", 'external_id = "hugo"', head="start: 2027-04-01\n")
    workspace.launch("other", now="2027-02-20")
    workspace.campaign("before", 'external_id = "ines"')
    workspace.launch("before", now="2027-02-28T09:00")
    # Cleo's address turned out to be dead in another campaign.
    workspace.campaign("dead", 'external_id = "cleo"')
    workspace.launch("dead", now="2027-02-01T09:00")
    with SmtpServer({"RCPT": "550 5.1.1 no such user"}, only_for="cleo") as server:
        workspace.settings(server.port, more="pressure: {min_days_between_touches: 7}\n")
        assert workspace.ok("run", now="2027-02-28T09:00")["sent"] == 1
    workspace.ok("suppress", "add", "anna@mail.example")
    workspace.ok("record", "bert", "opted_out", "--on", "2027-02-27")
    workspace.campaign("all")

    answer = workspace.launch("all", now=MONDAY)

    assert answer["excluded"] == {
        "suppressed": 1, "opted_out": 1, "bounced": 1, "no_address": 1, "invalid_address": 1,
        "same_address": 1, "other_campaign": 1, "pressure": 1,
    }  # fmt: skip
    assert (answer["matched"], answer["selected"], answer["enrolled"]) == (10, 2, 2)
    told = {name: reason(workspace, name, "all") for name in names}
    twins = {told.pop("gina"), told.pop("jack")}
    assert twins == {None, "same_address"}
    assert told == {
        "anna": "suppressed", "bert": "opted_out", "cleo": "bounced", "dora": None,
        "emil": "no_address", "fred": "invalid_address", "hugo": "other_campaign",
        "ines": "pressure",
    }  # fmt: skip


def test_a_household_gets_one_letter_and_a_company_one_e_mail(workspace: Workspace) -> None:
    header = "Ref;Last name;E-mail;Company;Street;Postal code;City"
    workspace.people(
        [
            ("a", "Martin", "a@mail.example", "", "3 rue du Four", "35000", "Rennes"),
            ("b", "MARTIN", "b@mail.example", "", "3  Rue du four", "35000", "RENNES"),
            ("c", "Durand", "c@mail.example", "", "5 rue du Four", "35000", "Rennes"),
            ("d", "Roux", "d@lys.example", "Lys", "9 rue Haute", "35000", "Rennes"),
            ("e", "Blanc", "e@lys.example", "LYS", "9 rue Basse", "35000", "Rennes"),
        ],
        header,
    )
    workspace.campaign("homes", audience="  one_per: household\n", steps=LETTER)
    workspace.campaign("firms", audience="  one_per: company\n")

    homes = workspace.ok("launch", "homes", "--dry-run", now=MONDAY)
    firms = workspace.ok("launch", "firms", "--dry-run", now=MONDAY)

    assert (homes["enrolled"], homes["excluded"]) == (4, {"one_per": 1})
    assert (firms["enrolled"], firms["excluded"]) == (4, {"one_per": 1})


def test_letters_leave_out_those_without_an_address_and_those_whose_post_came_back(
    workspace: Workspace,
) -> None:
    header = "Ref;Last name;Street;Postal code;City"
    workspace.people([("a", "A", "1 rue X", "35000", "Rennes"), ("b", "B", "2 rue X", "", "Rennes"),
                      ("c", "C", "3 rue X", "35000", "Rennes")], header)  # fmt: skip
    workspace.ok("record", "c", "returned", "--on", "2027-02-01", now="2027-02-01T12:00")
    workspace.campaign("post", steps=LETTER)

    answer = workspace.launch("post", now=MONDAY)

    assert (answer["enrolled"], answer["excluded"]) == (1, {"no_address": 1, "invalid_address": 1})


def test_a_suppression_of_one_channel_keeps_from_that_channel_alone(workspace: Workspace) -> None:
    workspace.people([("a", "A", "a@mail.example", "35000", "Rennes")],
                     "Ref;Last name;E-mail;Postal code;City")  # fmt: skip
    workspace.ok("suppress", "add", "a@mail.example", "--channel", "email")
    workspace.campaign("mail")
    workspace.campaign("post", steps=LETTER)

    assert workspace.run("launch", "mail", "--dry-run").code == 1
    assert workspace.ok("launch", "post", "--dry-run")["enrolled"] == 1


# --- control and limit -------------------------------------------------------------------------


def control_of(workspace: Workspace, campaign: str) -> set[str]:
    people = workspace.ok("contacts", "list")["contacts"]
    return {
        person["email"]
        for person in people
        for story in workspace.ok("why", str(person["id"]), campaign)["campaigns"]
        if story["arm"] == "control"
    }


def test_the_control_group_is_the_same_however_often_it_is_drawn(workspace: Workspace) -> None:
    """10 % of 25 is 3; the dry run shows what the launch does; another name draws others."""
    people = workspace.townspeople(25)
    for name in ("one", "two"):
        workspace.campaign(name, head="alongside: true\n", audience="  control: 10%\n")
    dry = workspace.ok("launch", "one", "--dry-run", now=MONDAY)
    assert (dry["selected"], dry["control"], dry["enrolled"]) == (25, 3, 22)
    assert workspace.ok("status")["campaigns"] == []
    assert workspace.launch("one", now=MONDAY) == dry
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now=MONDAY)
        written_to = set(server.recipients)
    control = control_of(workspace, "one")
    assert control == set(people) - written_to
    assert len(control) == 3

    workspace.launch("two", now=MONDAY)
    assert control_of(workspace, "two") != control


def test_the_control_group_is_never_written_to_and_followed_all_the_same(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(4)
    workspace.campaign("half", audience="  control: 50%\n")
    workspace.launch("half", now=MONDAY)
    (one, other) = sorted(control_of(workspace, "half"))

    workspace.ok("record", one, "order", "--campaign", "half", "--amount", "10", "--margin", "4",
                 now="2027-03-02")  # fmt: skip

    report = workspace.ok("report", "half")
    assert (report["enrolled"], report["control"], report["orders"]) == (2, 2, 0)
    assert workspace.next_of(other)["what"].startswith("in the control group")
    assert set(people) >= {one, other}


# --- asking ------------------------------------------------------------------------------------


def nothing_started(workspace: Workspace, done: Result, words: str) -> None:
    assert done.code == 1
    assert words in done.err
    assert workspace.ok("status")["campaigns"] == []


def test_a_launch_that_nobody_confirms_starts_nothing(workspace: Workspace) -> None:
    workspace.townspeople(3)
    workspace.campaign("open")

    nothing_started(workspace, workspace.run("launch", "open"), "--confirm 3")
    nothing_started(workspace, workspace.run("launch", "open", "--confirm", "4"), "--confirm 3")
    under_json = workspace.run("launch", "open", "--json")
    assert under_json.code == 1
    assert under_json.errors[0]["hint"].endswith("outreach launch open --confirm 3")


@pytest.mark.parametrize(
    "where", ['city = "Nowhere"', 'city = "Rennes" and last_name = "Name-p001"']
)
def test_a_campaign_for_nobody_does_not_start(workspace: Workspace, where: str) -> None:
    workspace.townspeople(3)
    workspace.ok("suppress", "add", "p001@mail.example")
    workspace.campaign("nobody", where)

    nothing_started(workspace, workspace.run("launch", "nobody", "--confirm", "0"), "nobody")


def test_a_launched_campaign_is_not_launched_again(workspace: Workspace) -> None:
    workspace.townspeople(3)
    workspace.campaign("once")
    workspace.launch("once", now=MONDAY)

    again = workspace.run("launch", "once", "--confirm", "3")

    assert (again.code, "was launched already" in again.err) == (1, True)
    assert workspace.by_state("once") == {"due": 3}


def test_a_pilot_is_launched_again_for_the_rest_who_get_it_once(workspace: Workspace) -> None:
    people = workspace.townspeople(20)
    workspace.campaign("pilot", audience="  control: 10%\n")
    pilot = workspace.launch("pilot", "--pilot", "10", now=MONDAY)
    assert (pilot["selected"], pilot["control"], pilot["enrolled"]) == (10, 1, 9)
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=MONDAY)["sent"] == 9
        first = set(server.recipients)
        before = control_of(workspace, "pilot")

        whole = workspace.launch("pilot", now="2027-03-02T09:00")
        assert (whole["selected"], whole["control"], whole["enrolled"]) == (20, 2, 18)
        assert workspace.ok("run", now="2027-03-02T09:00")["sent"] == 9

        assert len(server.recipients) == len(set(server.recipients)) == 18
        assert first < set(server.recipients)
    control = control_of(workspace, "pilot")
    assert control == set(people) - set(server.recipients)
    assert before < control
    assert workspace.run("launch", "pilot", "--confirm", "18").code == 1
