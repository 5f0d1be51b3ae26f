"""What people may ask about their data: oppositions, dossiers, erasures, purges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from fair import at_the_fair, configure
from smtp_servers import SmtpServer
from sqlalchemy import select, update
from workspaces import Workspace, mail

from outreach.rendering.tokens import token
from outreach.store import schema
from outreach.store.engine import Database

#: Loi 2025-594 is in force.
NOW = "2027-03-01T11:00"


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def people(workspace: Workspace, base: Database) -> Workspace:
    """Once on each database."""
    return at_the_fair(workspace)


# --- oppositions ----------------------------------------------------------------


@pytest.mark.parametrize("stage", ["opted_out", "complained"])
def test_a_complaint_is_an_opposition_like_any_other(people: Workspace, stage: str) -> None:
    """It enters the register, answered, ends what was consented to, and is taken back whole."""
    people.ok("privacy", "consent", "1", "--channel", "email", "--evidence", "form", now=NOW)
    people.ok("record", "1", stage, "--note", "by mail", now="2027-03-01T12:00")

    [request] = people.ok("privacy", "requests")["requests"]
    assert (request["kind"], request["contact"], request["note"]) == (
        "opposition", 1, "all: by mail",
    )  # fmt: skip
    assert request["answered_at"] is not None
    [consent] = people.ok("privacy", "consents", "1")["consents"]
    assert consent["withdrawn_at"] is not None

    people.ok("undo", "--yes", now="2027-03-01T13:00")
    assert people.ok("privacy", "requests")["requests"] == []
    [consent] = people.ok("privacy", "consents", "1")["consents"]
    assert consent["withdrawn_at"] is None


def test_an_opposition_said_by_phone_stops_the_mail(
    people: Workspace, mail_server: SmtpServer
) -> None:
    configure(people, mail_server.port)
    people.campaign("spring")
    people.launch("spring")
    people.ok("privacy", "oppose", "1", "--note", "on the phone, to Marie")

    assert people.ok("run")["sent"] == 2
    requests = people.ok("privacy", "requests")["requests"]
    assert [(one["kind"], one["contact"]) for one in requests] == [("opposition", 1)]
    assert requests[0]["answered_at"] is not None


def test_an_opposition_to_calls_leaves_the_mail(people: Workspace, mail_server: SmtpServer) -> None:
    configure(people, mail_server.port)
    people.campaign("spring")
    people.launch("spring")
    people.ok("privacy", "oppose", "1", "--only", "phone")

    assert people.ok("run")["sent"] == 3


def _message(sender: str, subject: str = "STOP", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = sender, "contact@atelier.example"
    message["Date"], message["Subject"] = "Tue, 16 Feb 2027 10:00:00 +0100", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Merci de ne plus m'écrire.\n")
    return message.as_bytes()


def test_a_mailbox_of_opt_outs_is_put_in_force_once(people: Workspace, base: Database) -> None:
    people.campaign("spring")
    people.launch("spring", now="2027-02-10")
    says_no = token(base.secret, "u", 1, 3)
    messages = [
        _message("Léa Martin <LEA.MARTIN@menuiserie.example>"),
        _message("chef@ailleurs.example", f"unsubscribe-{says_no}"),
        _message("inconnu@ailleurs.example"),
        _message("paul.durand@gmail.com", "Absent", Auto_Submitted="auto-replied"),
        _message("mailer-daemon@mail.example", "Undelivered"),
        _message("marie@atelier.example", "Fwd: STOP"),
    ]
    box = b"".join(b"From x Tue Feb 16 10:00:00 2027\n" + m + b"\n" for m in messages)
    people.write("stop.mbox", box)

    done = people.ok("suppress", "import", "stop.mbox", now=NOW)
    again = people.ok("suppress", "import", "stop.mbox", now=NOW)

    assert (done["read"], done["people"], done["skipped"]) == (6, [1, 3], 3)
    assert done["added"] == 3
    assert (again["added"], again["known"], again["people"]) == (0, 3, [])
    forbidden = {one["value"] for one in people.ok("suppress", "list")["suppressions"]}
    assert {"inconnu@ailleurs.example", "chef@ailleurs.example"} <= forbidden
    assert people.ok("why", "3", now=NOW)


# --- what people may ask ------------------------------------------------------------------


def test_a_dossier_holds_everything_for_programs_and_for_people(
    people: Workspace, mail_server: SmtpServer
) -> None:
    configure(people, mail_server.port)
    people.campaign("spring")
    people.ok("contacts", "note", "1", "Likes oak")
    people.launch("spring")
    people.ok("run")

    done = people.ok("privacy", "export", "1")
    data, text = (Path(file) for file in done["files"])
    held = json.loads(data.read_text())

    assert held["records"][0]["email"] == "lea.martin@menuiserie.example"
    assert [(one["step"], one["state"]) for one in held["messages"]] == [("mail", "sent")]
    assert "Likes oak" in [event["note"] for event in held["events"]]
    assert held["imports"][0]["file"] == "people.csv"
    assert "What we sent you, or wanted to" in text.read_text()
    assert data.stat().st_mode & 0o077 == 0
    assert max(map(len, text.read_text().splitlines())) <= 80
    assert people.ok("privacy", "requests")["requests"][0]["kind"] == "access"


def test_an_erasure_shows_first_then_leaves_a_stub_and_the_reports(
    people: Workspace, base: Database, mail_server: SmtpServer
) -> None:
    configure(people, mail_server.port)
    people.campaign("spring")
    people.launch("spring")
    people.ok("run")
    people.ok("record", "1", "order", "--amount", "900", "--note", "oak stairs")
    before = people.ok("report", "spring")

    shown = people.run("privacy", "erase", "1")
    assert shown.code == 1
    assert people.ok("contacts", "count")["count"] == 3
    done = people.ok("contacts", "erase", "1", "--confirm")

    assert done["erased"] == 1
    assert people.ok("contacts", "count")["count"] == 2
    assert people.ok("report", "spring") == before
    assert people.run("contacts", "show", "lea.martin@menuiserie.example").code == 2
    base.forget_fields()
    with base.reading() as connection:
        tables = [base.contact, *(t for t in schema.metadata.sorted_tables if t.name != "contact")]
        dump = str([connection.execute(select(table)).all() for table in tables]).lower()
    for word in ("lea.martin", "martin", "oak stairs", "261919301"):
        assert word not in dump, word


def test_an_erased_person_stays_forbidden_in_a_new_list(
    people: Workspace, mail_server: SmtpServer
) -> None:
    configure(people, mail_server.port)
    people.ok("privacy", "erase", "1", "--confirm", "1")
    header = "Ref;Last name;E-mail;City"
    people.people([("9", "Martin", "Lea.Martin@menuiserie.example", "Rennes")], header)
    people.campaign("spring")

    shown = people.ok("launch", "spring", "--dry-run")

    assert shown["excluded"] == {"suppressed": 1}


def test_an_erasure_ends_the_chain(people: Workspace, mail_server: SmtpServer) -> None:
    configure(people, mail_server.port)
    people.campaign("spring")
    people.launch("spring")
    people.ok("privacy", "erase", "1", "--confirm")

    assert people.ok("run")["sent"] == 2
    assert people.ok("status", "spring")["by_state"]["cancelled"] == 1


def test_a_purge_counts_from_the_last_own_act(
    people: Workspace, base: Database, mail_server: SmtpServer
) -> None:
    """Three years after the import; who replied since is kept, a mail to him is no act of his."""
    configure(people, mail_server.port)
    people.campaign("spring", steps=mail())
    people.launch("spring")
    people.ok("run")
    people.ok("record", "2", "replied")
    _age(base, years=4)
    people.ok("record", "3", "replied")

    shown = people.ok("privacy", "purge")
    wrong = people.run("privacy", "purge", "--confirm", "1")
    done = people.ok("privacy", "purge", "--confirm", "2")

    assert (shown["people"], shown["purged"]) == (2, 0)
    assert wrong.code == 1
    assert done["purged"] == 2
    assert [one["id"] for one in people.ok("contacts", "list")["contacts"]] == [3]
    # Nobody is forbidden by it: whoever comes back is welcome.
    assert people.ok("suppress", "list")["suppressions"] == []


def _age(base: Database, *, years: int) -> None:
    """As if people had come, and done what they did, so many years earlier."""
    c = schema.contact.c
    past = timedelta(days=366 * years)
    with base.writing() as connection:
        for row in connection.execute(select(c.id, c.created_at, c.last_active_at)).all():
            acted = row.last_active_at - past if row.last_active_at else None
            values = {"created_at": row.created_at - past, "last_active_at": acted}
            connection.execute(update(schema.contact).where(c.id == row.id).values(values))
        connection.execute(update(schema.contact).values(last_reply_on=None))


def test_rules_are_listed_with_their_sources_and_no_advice(people: Workspace) -> None:
    rules = people.ok("privacy", "rules", "--channel", "call", now=NOW)["rules"]
    bloctel = next(rule for rule in rules if rule["id"] == "phone-consumer-bloctel")

    assert (bloctel["until"], bloctel["in_force"]) == ("2026-08-10", False)
    assert "no legal advice" in people.run("privacy", "rules").out
