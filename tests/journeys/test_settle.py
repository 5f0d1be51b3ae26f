"""Doubts settled by evidence: a mailbox or a log says what became of a message."""

from __future__ import annotations

import re
from pathlib import Path

from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail

BEFORE, LATER = "2027-03-01T09:00", "2027-03-08T09:00"


def in_doubt(workspace: Workspace, people: int, *, steps: str = "") -> dict[str, str]:
    """So many messages of a campaign whose server hung up after the body; address → Message-ID."""
    workspace.townspeople(people)
    workspace.campaign("spring", steps=steps)
    workspace.launch("spring", now=BEFORE)
    with SmtpServer({"BODY": HANG_UP}) as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now=BEFORE, code=6)["unknown"] == people
    rows = workspace.ok("settle", code=6)["unknown"]
    return {row["email"]: row["message_id"] for row in rows}


def log(workspace: Workspace, text: str) -> str:
    return str(workspace.write("relay.log", text))


def test_a_log_settles_what_it_holds_and_leaves_the_rest_in_doubt(workspace: Workspace) -> None:
    """Sent as of the day it was on the wire: the follow-up is due five days after that day."""
    follow_up = mail("reminder", "after: mail + 5 days")
    ids = in_doubt(workspace, 3, steps=mail() + follow_up)
    one, two, three = ids
    path = log(workspace, f"{ids[one]} delivered\n{ids[two]} rejected: 550 5.1.1 no such user\n")

    settled = workspace.ok("settle", "--from", path, now=LATER, code=6)

    assert {key: settled[key] for key in settled if key != "unknown"} == {
        "settled": 2, "sent": 1, "not_sent": 0, "refused": 1, "still_unknown": 1,
    }  # fmt: skip
    assert [row["email"] for row in settled["unknown"]] == [three]
    next_step = workspace.next_of(one)
    assert (next_step["step"], next_step["at"][:10]) == ("reminder", "2027-03-06")
    assert workspace.by_state("spring") == {"sent": 1, "refused": 1, "unknown": 1, "due": 1}
    again = workspace.ok("settle", "--from", path, now=LATER, code=6)
    assert (again["settled"], again["still_unknown"]) == (0, 1)


def test_a_person_is_told_what_not_finding_means(workspace: Workspace) -> None:
    in_doubt(workspace, 2)
    told = workspace.run("settle", "--from", log(workspace, "nothing of ours\n"))
    assert told.code == 6
    assert "1 line of logs was read" in told.out
    assert "does not prove" in told.out
    assert "outreach settle --not-sent all" in told.out
    assert max(map(len, told.out.splitlines())) <= 100


def test_evidence_comes_before_the_word_about_all_others(workspace: Workspace) -> None:
    ids = in_doubt(workspace, 3)
    one, *others = ids
    path = log(workspace, f"{ids[one]} accepted\n")

    done = workspace.ok("settle", "--from", path, "--not-sent", "all")
    assert (done["sent"], done["not_sent"], done["still_unknown"]) == (1, 2, 0)
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run")["sent"] == 2
    assert sorted(server.recipients) == sorted(others)
    assert workspace.by_state("spring") == {"sent": 3}


def test_a_bcc_mailbox_settles_everything(workspace: Workspace) -> None:
    """The very messages that the server kept, saved as .eml files."""
    workspace.townspeople(4)
    workspace.campaign("spring")
    workspace.launch("spring")
    with SmtpServer({"BODY": HANG_UP}) as server:
        workspace.settings(server.port)
        workspace.ok("run", code=6)
    for number, (_, content) in enumerate(server.received):
        workspace.write(f"Maildir/new/{number}", content)

    done = workspace.ok("settle", "spring", "--from", str(workspace.folder / "Maildir"))

    assert (done["settled"], done["sent"], done["unknown"]) == (4, 4, [])
    assert workspace.ok("run")["sent"] == 0


def test_bad_evidence_settles_nothing(workspace: Workspace, tmp_path: Path) -> None:
    in_doubt(workspace, 1)
    (tmp_path / "empty").mkdir(exist_ok=True)
    refused = workspace.run("settle", "--from", str(tmp_path / "empty"), "--not-sent", "all")
    assert (refused.code, "holds no e-mails" in refused.err) == (1, True)
    assert workspace.run("settle", "--from", "nowhere.log").code == 2
    assert workspace.run("settle", "--sent", "all", "--not-sent", "all").code == 2
    assert workspace.by_state("spring") == {"unknown": 1}


def test_who_is_named_comes_before_all_others(workspace: Workspace) -> None:
    in_doubt(workspace, 3)
    done = workspace.ok("settle", "--sent", "all", "--not-sent", "p002")
    assert (done["sent"], done["not_sent"]) == (2, 1)


def test_a_second_copy_is_the_same_bytes_and_a_changed_template_sends_none(
    workspace: Workspace,
) -> None:
    """Message-ID, Date and boundaries too; a file goes with it, so that there are boundaries."""
    workspace.write("plan.pdf", b"%PDF-1.4\n%%EOF\n")
    workspace.townspeople(1)
    workspace.campaign("spring", steps=mail(more="attachments: [plan.pdf]"))
    workspace.launch("spring", now=BEFORE)
    with SmtpServer({"BODY": HANG_UP}, times=1) as server:
        workspace.settings(server.port)
        workspace.ok("run", now=BEFORE, code=6)
        workspace.ok("settle", "--not-sent", "all", now=LATER)

        template = workspace.folder / "templates" / "mail.html.j2"
        written = template.read_text()
        template.write_text(written.replace("Dear", "Hello"))
        refused = workspace.run("run", now=LATER)
        assert (refused.code, "changed since it was launched" in refused.err) == (1, True)

        template.write_text(written)
        assert workspace.ok("run", now=LATER)["sent"] == 1
    (_, first), (_, second) = server.received
    assert len(re.findall(rb'boundary="([^"]+)"', first)) >= 2
    assert first == second


def test_a_refusal_that_is_about_us_refuses_nobody(workspace: Workspace) -> None:
    """The server blocks our address or misses our signature: everybody is due again."""
    ids = in_doubt(workspace, 3)
    one, two, three = ids
    said = [
        f"{ids[one]} rejected: 550 5.1.1 blocked using zen.spamhaus.org",
        f"{ids[two]} rejected: 550 5.7.26 this mail is unauthenticated",
        f"{ids[three]} rejected: 550 no such user here",
    ]
    path = log(workspace, "\n".join(said) + "\n")

    settled = workspace.ok("settle", "--from", path, now=BEFORE)

    assert [settled[key] for key in ("sent", "not_sent", "refused")] == [0, 2, 1]
    assert workspace.by_state("spring") == {"due": 2, "refused": 1}
    assert "bounced" in [
        line["stage"] for line in workspace.ok("why", three)["campaigns"][0]["past"]
    ]
