"""Steps that are passed over, that wait, that are held; variants; what is frozen at launch."""

from __future__ import annotations

import email
from typing import Any

import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
HEADER = "Ref;Last name;E-mail;Phone;Postal code;City"
LETTER = "  - {step: letter, channel: letter, template: letter.docx}\n"


def past(workspace: Workspace, who: str) -> list[str]:
    """What happened to a person in the only campaign, in words."""
    (story,) = workspace.ok("why", who)["campaigns"]
    return [line["what"] for line in story["past"]]


def test_who_has_no_e_mail_is_passed_over_there_and_called_all_the_same(
    workspace: Workspace,
) -> None:
    """Posted on Monday the 1st, no mail on the 6th: the call is counted from that day."""
    workspace.people(
        [("a", "A", "", "0299000001", "35000", "Rennes"), ("b", "B", "", "", "35000", "Rennes")],
        HEADER,
    )
    call = "  - {step: call, channel: call, after: mail + 7 working days}\n"
    workspace.campaign("spring", steps=LETTER + mail(more="after: letter + 5 days") + call)
    workspace.launch("spring", now=MONDAY)
    workspace.ok("run", now=MONDAY)
    workspace.ok("letters", "posted", "spring", "--on", "2027-03-01", now=MONDAY)

    assert workspace.ok("run", now="2027-03-06T09:00")["skipped"] == 2
    assert "mail was skipped: no address for this channel (no_address)" in past(workspace, "a")
    assert workspace.next_of("a")["at"] == "2027-03-16T00:00:00+01:00"
    done = workspace.ok("run", now="2027-03-16T09:00")
    assert (done["tasks"], done["skipped"]) == (1, 1)
    assert "call was skipped: no address for this channel (no_address)" in past(workspace, "b")
    assert workspace.next_of("b")["what"] == "every step is done"


def test_a_condition_is_asked_when_the_step_is_due(workspace: Workspace) -> None:
    people = workspace.townspeople(2)
    workspace.campaign(
        "spring",
        head="stop_on: [order]\n",
        steps=mail("one")
        + mail("two", "after: one + 1 days, when: not replied")
        + mail("three", "after: two + 1 days"),
    )
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now=MONDAY)
        workspace.ok("record", people[0], "replied", now="2027-03-01T12:00")
        second = workspace.ok("run", now="2027-03-02T09:00")
        assert (second["sent"], second["skipped"]) == (1, 1)
        assert "two was skipped: its condition is not met (when)" in past(workspace, people[0])
        assert workspace.ok("run", now="2027-03-03T09:00")["sent"] == 2
    assert server.recipients.count(people[0]) == 2
    assert server.recipients.count(people[1]) == 3


def test_a_campaign_starts_on_its_first_day_and_sends_nothing_after_its_last(
    workspace: Workspace,
) -> None:
    workspace.townspeople(2)
    workspace.campaign(
        "spring",
        head="start: 2027-03-10\nnot_after: 2027-03-11\n",
        steps=mail("one") + mail("two", "after: one + 2 days"),
    )
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        early = workspace.ok("run", now="2027-03-09T23:00")
        assert (early["sent"], early["not_before"]) == (0, "2027-03-10T00:00:00+01:00")
        assert workspace.ok("run", now="2027-03-10T08:00")["sent"] == 2
        late = workspace.ok("run", now="2027-03-12T08:00")
        assert (late["sent"], late["skipped"]) == (0, 2)
    assert workspace.ok("status", "spring")["state"] == "finished"


def test_everybody_gets_one_of_two_variants_and_the_report_tells_them_apart(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(30)
    workspace.write("templates/b.html.j2", "<p>Another text for {{ last_name }}.</p>")
    variants = '{a: {subject: "Plain"}, b: {subject: "Bold", template: b.html.j2}}'
    step = f"step: mail, channel: email, template: mail.html.j2, variants: {variants}"
    workspace.campaign("spring", steps=f"  - {{{step}}}\n")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        workspace.ok("run", now=MONDAY)

    subjects: dict[str, str] = {
        who: str(email.message_from_bytes(content)["Subject"]) for who, content in server.received
    }
    texts = {who: b"Another text" in content for who, content in server.received}
    assert set(subjects.values()) == {"Plain", "Bold"}
    assert all(texts[who] == (subject == "Bold") for who, subject in subjects.items())
    bold = sorted(who for who in people if subjects[who] == "Bold")
    workspace.ok("record", bold[0], "replied", now="2027-03-02")
    found = workspace.ok("report", "spring")["variants"]
    assert [(row["variant"], row["enrolled"]) for row in found] == [
        ("a", 30 - len(bold)),
        ("b", len(bold)),
    ]
    assert [row["chain"][1]["contacts"] for row in found] == [0, 1]


def test_membership_is_frozen_at_the_launch_and_values_are_read_when_the_step_is_made(
    workspace: Workspace,
) -> None:
    people = workspace.townspeople(2)
    workspace.campaign("spring", head="start: 2027-03-05\n")
    workspace.launch("spring", now=MONDAY)
    workspace.write(
        "new.csv",
        "Ref;Last name;E-mail;City\np001;Name-p001;p001@mail.example;Nantes\n"
        "z;Zed;z@mail.example;Rennes\n",
    )
    workspace.ok("contacts", "import", "new.csv", "--on-match", "replace")
    with SmtpServer() as server:
        workspace.settings(server.port)
        assert workspace.ok("run", now="2027-03-05T09:00")["sent"] == 2
    assert sorted(server.recipients) == people
    (content,) = [content for who, content in server.received if who == people[0]]
    text, _page = email.message_from_bytes(content).get_payload()
    assert b"Dear Name-p001, from Nantes." in text.get_payload(decode=True)


def test_a_file_goes_with_the_mail_and_whose_own_is_missing_is_held(workspace: Workspace) -> None:
    people = workspace.townspeople(2)
    workspace.write("plan.pdf", b"%PDF-1.4 the plan")
    workspace.write("quotes/p001.pdf", b"%PDF-1.4 the quote")
    files = 'attachments: [plan.pdf, "quotes/{{ external_id }}.pdf"]'
    workspace.campaign("spring", steps=mail(more=files))
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY, code=4)
        assert (done["sent"], done["held"]) == (1, 1)
        assert "quotes/p002.pdf" in workspace.next_of(people[1])["what"]

        workspace.write("quotes/p002.pdf", b"%PDF-1.4 his own")
        assert workspace.ok("run", now="2027-03-02T09:00")["sent"] == 1
    message: Any = email.message_from_bytes(server.received[0][1])
    attached = {
        part.get_filename(): part.get_payload(decode=True)
        for part in message.walk()
        if part.get_filename()
    }
    assert attached == {"plan.pdf": b"%PDF-1.4 the plan", "p001.pdf": b"%PDF-1.4 the quote"}


def test_a_sender_in_trouble_does_not_keep_another_waiting(workspace: Workspace) -> None:
    workspace.townspeople(4)
    for name in ("good", "bad"):
        workspace.campaign(name, head="alongside: true\n", steps=mail(more=f"sender: {name}"))
    with SmtpServer() as server, SmtpServer({"GREETING": "554 5.7.1 go away"}) as closed:
        senders = "".join(
            f"  {name}:\n    from: x@{name}.example\n"
            f"    smtp: {{host: 127.0.0.1, port: {port}, security: none}}\n"
            for name, port in (("good", server.port), ("bad", closed.port))
        )
        workspace.settings(more=senders)
        for name in ("good", "bad"):
            workspace.launch(name, now=MONDAY)
        done = workspace.ok("run", now=MONDAY, code=1)

    assert (done["sent"], done["remaining"], len(done["errors"])) == (4, 4, 1)
    assert workspace.by_state("bad") == {"due": 4}


@pytest.mark.parametrize(("until", "sent"), [("09:00", 0), ("09:02", 4), ("2027-03-01T09:01", 2)])
def test_a_run_begins_nothing_after_the_time_it_was_given(
    workspace: Workspace, until: str, sent: int
) -> None:
    """Two a minute, half a minute apart."""
    workspace.townspeople(8)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as server:
        workspace.settings(server.port, limits="{per_minute: 2}")
        done = workspace.ok("run", "--until", until, now=MONDAY)
    assert (done["sent"], done["remaining"]) == (sent, 8 - sent)


def test_a_call_that_was_answered_is_done_and_what_follows_is_due(workspace: Workspace) -> None:
    workspace.people([("a", "Ann", "a@mail.example", "0299000001", "35000", "Rennes")], HEADER)
    call = "  - {step: call, channel: call, minutes: 4}\n"
    workspace.campaign("spring", head="stop_on: [order]\n", steps=call + mail(more="after: call"))
    workspace.settings(more="costs: {minute: 0.60}\n")
    workspace.launch("spring", now=MONDAY)

    again = workspace.ok("record", "a", "call_back", now="2027-03-01T10:00")
    assert again["call_done"] is False
    assert workspace.next_of("a")["at"] == "2027-03-02T00:00:00+01:00"
    done = workspace.ok("record", "a", "met", "--by", "marie", now="2027-03-02T10:00")
    assert (done["call_done"], done["stopped"]) == (True, False)
    assert workspace.ok("calls", now="2027-03-03T10:00")["calls"] == []
    assert workspace.next_of("a")["step"] == "mail"
    report = workspace.ok("report", "spring")
    assert report["chain"][0]["contacts"] == 1
    assert report["touches"][0]["touches"] == 2
    assert report["cost"]["total"] == pytest.approx(2 * 4 * 0.60)
