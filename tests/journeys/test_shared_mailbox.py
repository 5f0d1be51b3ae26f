"""Two people, one mailbox: each gets a letter, the mailbox gets one e-mail."""

from __future__ import annotations

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"
HEADER = "Ref;Last name;First name;E-mail;CP;City;Adresse"


def test_a_later_e_mail_goes_once_to_a_mailbox_that_two_people_share(
    workspace: Workspace,
) -> None:
    workspace.campaign("twins", steps=LETTER + mail("mail", 'after: "letter + 1 days"'))
    workspace.people(
        [
            ("1", "Rannou", "Anne", "famille@mail.example", "35000", "Rennes", "1 rue Haute"),
            ("2", "Rannou", "Yves", "famille@mail.example", "35000", "Rennes", "2 rue Basse"),
        ],
        header=HEADER,
    )
    assert workspace.launch("twins", now="2027-03-01T10:00")["enrolled"] == 2
    assert workspace.ok("run", now="2027-03-01T10:00")["letters"] == 2
    workspace.ok("letters", "posted", "twins", now="2027-03-01T11:00")

    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now="2027-03-02T12:00")
        workspace.ok("run", now="2027-03-02T13:00")

    assert len(server.received) == 1
    assert workspace.by_state("twins") == {"sent": 3, "skipped": 1}
    reasons = {workspace.next_of(who)["what"] for who in ("#1", "#2")}
    assert reasons == {"every step is done"}
