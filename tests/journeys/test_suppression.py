"""Who must not be written to: asked at the selection and again before each message."""

from __future__ import annotations

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"


def test_nothing_leaves_to_whom_was_suppressed_after_the_launch(workspace: Workspace) -> None:
    people = workspace.townspeople(5)
    workspace.campaign("late")
    workspace.launch("late", now=MONDAY)
    added = workspace.ok("suppress", "add", people[1], "--note", "by phone", now="2027-03-01T08:00")
    assert added == {"added": 1, "known": 0}

    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=MONDAY)["sent"] == 4

    assert sorted(server.recipients) == [people[0], *people[2:]]
    assert workspace.by_state("late") == {"sent": 4, "cancelled": 1}
    ended = "the chain ended: on the suppression list (suppressed)"
    assert workspace.next_of(people[1])["what"] == ended
    assert workspace.ok("why", people[1])["forbidden"] == {
        "email": "suppressed", "letter": "suppressed", "call": "suppressed",
    }  # fmt: skip


def test_e_mail_alone_forbidden_after_the_launch_skips_the_mail_and_keeps_the_call(
    workspace: Workspace,
) -> None:
    workspace.people([("a", "Ann", "a@mail.example", "0299000001", "Rennes")],
                     "Ref;Last name;E-mail;Phone;City")  # fmt: skip
    workspace.campaign(
        "two",
        steps=mail() + "  - {step: call, channel: call, after: mail + 1 days}\n",
    )
    workspace.launch("two", now=MONDAY)
    workspace.ok("suppress", "add", "a@mail.example", "--channel", "email")

    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY)

    assert (done["sent"], done["skipped"], server.received) == (0, 1, [])
    assert workspace.by_state("two") == {"due": 1, "skipped": 1}
    past = [line["what"] for line in workspace.ok("why", "a")["campaigns"][0]["past"]]
    assert "mail was skipped: on the suppression list (suppressed)" in past
    assert len(workspace.ok("calls", now="2027-03-02T09:00")["calls"]) == 1


def test_a_whole_reading_of_forbidden_people_hides_nobody_behind_them(workspace: Workspace) -> None:
    """More than one reading of the ledger (500), all at a firm that opted out of e-mail."""
    workspace.people((n, f"L{n}", f"l{n}@lys.example", "Rennes") for n in range(520))
    workspace.people([("x", "X", "x@mail.example", "Rennes")])
    workspace.write("templates/mail.html.j2", "<p>Dear {{ last_name }}.</p>")
    workspace.campaign("many")
    workspace.launch("many", now=MONDAY)
    workspace.ok("suppress", "add", "@lys.example", "--channel", "email")
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY)

    assert (done["sent"], done["skipped"], done["remaining"]) == (1, 520, 0)
    assert server.recipients == ["x@mail.example"]


def test_a_reply_by_phone_after_the_launch_stops_the_mail(workspace: Workspace) -> None:
    people = workspace.townspeople(2)
    workspace.campaign("stop")
    workspace.launch("stop", now=MONDAY)
    workspace.ok("record", people[0], "opted_out", now="2027-03-01T08:30")

    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now=MONDAY)

    assert server.recipients == [people[1]]
    assert workspace.next_of(people[0])["what"] == "the chain ended: opted out (opted_out)"
    assert workspace.ok("suppress", "list")["suppressions"][0]["reason"] == "opted_out"


def test_a_whole_domain_is_suppressed_listed_and_taken_back(workspace: Workspace) -> None:
    workspace.people([("a", "A", "a@lys.example", "Rennes"), ("b", "B", "b@LYS.example", "Rennes"),
                      ("c", "C", "c@other.example", "Rennes")])  # fmt: skip
    workspace.campaign("firm")
    workspace.ok("suppress", "add", "@Lys.example", now=MONDAY)

    (entry,) = workspace.ok("suppress", "list")["suppressions"]
    assert (entry["key"], entry["value"], entry["scope"]) == ("domain", "lys.example", "all")
    assert entry["at"] == "2027-03-01T09:00:00+01:00"
    assert "lys.example" in workspace.run("suppress", "list").out
    assert workspace.ok("launch", "firm", "--dry-run")["excluded"] == {"suppressed": 2}
    assert workspace.ok("suppress", "add", "@lys.example") == {"added": 0, "known": 1}

    assert workspace.ok("suppress", "remove", "@LYS.example") == {"removed": 1}
    assert workspace.ok("suppress", "list") == {"suppressions": []}
    assert workspace.ok("launch", "firm", "--dry-run")["excluded"] == {}
    again = workspace.run("suppress", "remove", "@lys.example", "--json")
    assert (again.code, len(again.errors)) == (1, 1)


def test_an_address_stays_suppressed_when_it_comes_back_in_a_new_file(workspace: Workspace) -> None:
    workspace.ok("suppress", "add", "Later@Mail.example", "+33 2 99 00 00 07")
    workspace.people([("a", "A", "later@mail.example", "", "Rennes"),
                      ("b", "B", "b@mail.example", "02 99 00 00 07", "Rennes"),
                      ("c", "C", "c@mail.example", "", "Rennes")],
                     "Ref;Last name;E-mail;Phone;City")  # fmt: skip
    workspace.campaign("again")

    assert workspace.ok("launch", "again", "--dry-run")["excluded"] == {"suppressed": 2}


def test_a_list_of_oppositions_is_imported_and_what_is_none_is_told(workspace: Workspace) -> None:
    people = workspace.townspeople(3)
    lines = [people[0], "@other.example", "123456789012", people[0], "No Such"]
    workspace.write("robinson.txt", "\n".join(lines) + "\n")
    workspace.campaign("list")

    done = workspace.ok("suppress", "import", "robinson.txt", "--reason", "opted_out", code=4)

    assert {key: done[key] for key in ("read", "added", "known", "rejected")} == {
        "read": 5, "added": 2, "known": 1, "rejected": 2,
    }  # fmt: skip
    assert [error["line"] for error in done["errors"]] == [3, 5]
    assert workspace.ok("launch", "list", "--dry-run")["excluded"] == {"opted_out": 1}
    unknown = workspace.run("suppress", "add", "nobody at all")
    assert (unknown.code, "nobody at all" in unknown.err) == (2, True)
