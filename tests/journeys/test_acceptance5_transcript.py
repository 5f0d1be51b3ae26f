"""Acceptance of issue line 4.17: what a real Postfix answered is told to whoever asks."""

from __future__ import annotations

from servers.mail import MailSystem
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"

#: Who is written to, what `tests/servers/mail.py` makes Postfix say, and what becomes of it.
ANSWERS = {
    "gone": ("550 5.1.1", "refused"),
    "full": ("552 5.2.2", "refused"),
    "blocked": ("550 5.7.1", "refused"),
    "grey-told": ("450 4.2.0", "due"),
    "p199": ("", "sent"),
}


def test_each_answer_of_postfix_is_told_for_the_person_and_for_the_campaign(
    workspace: Workspace, mail_servers: MailSystem
) -> None:
    """`why` in the server's own words with what comes next; `status` counts them by answer."""
    workspace.people((name, f"Name-{name}", f"{name}@mail.example", "Rennes") for name in ANSWERS)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    workspace.settings(mail_servers.mx)
    done = workspace.ok("run", now=MONDAY)
    assert (done["sent"], done["refused"], done["deferred"], done["unknown"]) == (1, 3, 1, 0)

    for name, (answer, state) in ANSWERS.items():
        told = " ".join(workspace.run("why", name, now="2027-03-01T09:01").out.split())
        assert answer in told, (name, told)
        words = {"refused": "refused", "due": "again", "sent": "contacted"}[state]
        assert words in told.lower(), (name, told)
    why = workspace.ok("why", "grey-told", now="2027-03-01T09:01")["campaigns"][0]["next"]
    assert "2027-03-01T09:05" <= why["at"] <= "2027-03-01T09:10"

    status = " ".join(workspace.run("status", "spring", now="2027-03-01T09:01").out.split())
    for answer, state in ANSWERS.values():
        if state != "sent":
            assert answer in status, status
    assert workspace.by_state("spring") == {"sent": 1, "refused": 3, "due": 1}
