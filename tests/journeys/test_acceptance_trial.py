"""Acceptance of issue line 3.11: `test CAMPAIGN --to ME`, the whole chain at once, to one address.

Marked as a test, recorded nowhere: neither the base nor anybody's story nor the report knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import mailparser
import pytest
from smtp_servers import SmtpServer
from workspaces import Workspace

from outreach.rendering.tokens import read_token
from outreach.store.engine import Database

SUNDAY_NIGHT = "2027-03-07T23:30"
ME = "moi@xn--bcher-kva.example"
CHAIN = """\
campaign: printemps
title: Printemps
offer: Visite
sender: marie
audience: {where: external_id is not null, control: 50%}
steps:
  - {step: lettre, channel: letter, template: letter.docx}
  - step: mail
    channel: email
    after: lettre + 5 working days
    subject: "{{ first_name }}, {{ city|de }}"
    template: emails/a.md.j2
    attachments: ["devis/{{ external_id }}.pdf"]
    variants: {a: {subject: "Été {{ last_name }}"}, b: {subject: "Hiver {{ last_name }}"}}
  - {step: relance, channel: email, after: mail + 2 weeks, when: replied, subject: Encore nous,
     template: mail.html.j2}
  - {step: appel, channel: call, after: relance + 1 days, guide: appel.yaml}
  - {step: visite, channel: visit, after: appel + 1 days}
window: {days: mon-fri, hours: "09:00-12:00", holidays: skip}
start: 2027-09-01
"""


@pytest.fixture
def printemps(workspace: Workspace) -> Workspace:
    settings(workspace)
    workspace.people(
        [
            ("a", "Mme", "Anne", "Le Goff", "a@mail.example", "0299000001", "35000", "Alençon", ""),
            ("b", "Mr", "Bob", "Smith", "b@mail.example", "", "75001", "London", "en"),
        ],
        "Ref;Civilité;Prénom;Nom;E-mail;Téléphone;Code postal;Ville;Langue",
    )
    workspace.write("campaigns/printemps.yaml", CHAIN)
    workspace.write("devis/a.pdf", b"%PDF-1.4 a")
    workspace.write("devis/b.pdf", b"%PDF-1.4 b")
    workspace.write(
        "templates/emails/a.md.j2",
        "# {{ salutation(contact) }}\n\nAu {{ today|date }}.\n\n[adieu]({{ unsubscribe_url }})\n",
    )
    workspace.write(
        "templates/emails/layout.html.j2", "<html><body>{% block content %}{% endblock %}</body>"
    )
    workspace.write("templates/appel.yaml", "title: Appel\nintroduction: ['{{ last_name }} ?']\n")
    return workspace


def settings(workspace: Workspace, port: int = 9) -> None:
    workspace.settings(port, more='unsubscribe_url: "https://atelier.example/u/{token}"\n')
    path = workspace.folder / "outreach.yaml"
    text = path.read_text().replace("locale: en_GB", "locale: fr_FR")
    path.write_text(
        text.replace("    smtp:", '    bounce: "retour+{token}@atelier.example"\n    smtp:')
    )


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_whole_chain_comes_at_once_on_a_sunday_night_and_nobody_knows(
    printemps: Workspace, open_store: Callable[..., Database]
) -> None:
    """Dates, window, start, `when` and the control group are passed over; nothing is written."""
    printemps.ok("suppress", "add", "a@mail.example")
    before = printemps.stored()
    files = sorted(str(path) for path in printemps.folder.rglob("*.docx"))
    with SmtpServer() as server:
        settings(printemps, server.port)
        shown = printemps.run("test", "printemps", "--to", "moi@bücher.example", "--who", "a",
                              "--now", SUNDAY_NIGHT)  # fmt: skip
        paths = list(server.reverse_paths)
    assert shown.code == 0, shown
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    assert server.recipients == [ME] * len(server.received)
    messages = [read(raw) for _, raw in server.received]
    subjects = [str(message["Subject"]) for message in messages]
    assert subjects[1:4] == ["[Test a] Été Le Goff", "[Test b] Hiver Le Goff", "[Test] Encore nous"]
    assert all(subject.startswith("[Test") for subject in subjects)
    assert [str(message["X-Outreach-Test"]) for message in messages][:5] == [
        "printemps/lettre", "printemps/mail/a", "printemps/mail/b", "printemps/relance",
        "printemps/appel",
    ]  # fmt: skip

    _, first, _, again, call = messages[:5]
    assert text(first).startswith("Madame Le Goff\n")
    assert "Au 12 mars 2027" in text(first) or "Au 7 mars 2027" in text(first)
    assert [part.get_filename() for part in first.iter_attachments()] == ["a.pdf"]
    assert again["In-Reply-To"] == first["Message-ID"]
    assert "Le Goff ?" in text(call)
    assert len({str(message["Message-ID"]) for message in messages}) == len(messages)

    secret = open_store("sqlite:///data/outreach.db").secret
    for message, path in zip(messages, paths, strict=True):
        tokens = re.findall(r"/u/([a-z2-7]+)", str(message["List-Unsubscribe"]) + text(message))
        tokens += re.findall(r"retour\+([a-z2-7]+)@", path)
        assert tokens
        assert not {(read_token(secret, one) or "?")[0] for one in tokens} & {"u", "b", "?"}
    for _, raw in server.received:
        assert raw.isascii()
        assert mailparser.parse_from_bytes(raw).to[0][1] == ME
        assert b"a@mail.example" not in raw.partition(b"\r\n\r\n")[0]

    assert printemps.stored() == before
    assert sorted(str(path) for path in printemps.folder.rglob("*.docx")) == files
    assert printemps.run("status", "printemps").code != 0 or "0" in printemps.run("status").out
    assert "printemps" not in printemps.run("why", "a").out


def test_a_running_campaign_is_tested_in_any_language_and_goes_on_as_if_nothing_was(
    printemps: Workspace,
) -> None:
    """The other person, in English; what is really due later is due all the same."""
    path = printemps.folder / "campaigns" / "printemps.yaml"
    path.write_text(path.read_text().replace(", control: 50%", "").replace("start: ", "# "))
    printemps.launch("printemps", now="2027-03-01T09:00")
    states, story = printemps.by_state("printemps"), printemps.run("why", "b").out
    with SmtpServer() as server:
        settings(printemps, server.port)
        done = printemps.ok("test", "printemps", "--to", ME, "--who", "b", "--step", "mail")
    assert [one["outcome"] for one in done["steps"]] == ["sent", "sent"]
    message = read(server.received[0][1])
    assert text(message).startswith("Dear Mr Smith\n")
    assert [part.get_filename() for part in message.iter_attachments()] == ["b.pdf"]
    assert printemps.by_state("printemps") == states
    assert printemps.run("why", "b").out == story


def test_what_would_hold_a_message_is_told_by_name_and_the_rest_comes(
    printemps: Workspace,
) -> None:
    """A file that is not there, a value that is missing, an address that cannot be reached."""
    (printemps.folder / "devis" / "b.pdf").unlink()
    printemps.ok("contacts", "set", "b", "city=")
    with SmtpServer() as server:
        settings(printemps, server.port)
        shown = printemps.run("test", "printemps", "--to", ME, "--who", "b")
        assert shown.code == 4, shown
        assert "devis/b.pdf" in shown.out
        assert "city" in shown.out or "Ville" in shown.out
        assert any("appel" in str(read(raw)["Subject"]) for _, raw in server.received)
        far = ["--to", "élise@mail.example", "--who", "a", "--step", "relance"]
        wrong = printemps.run("test", "printemps", *far)
        assert wrong.code == 1, wrong
        assert "SMTPUTF8" in wrong.out + wrong.err or "accent" in wrong.out + wrong.err
