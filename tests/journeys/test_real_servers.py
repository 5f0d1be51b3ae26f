"""Through the command to real servers: Postfix, Dovecot, postgrey, OpenDKIM, OpenSMTPD."""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import self_signed
from conftest import missing
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from servers.base import NotHere
from servers.beside import PASSWORD
from servers.mail import MailSystem, headers
from servers.opensmtpd import DOMAIN, OpenSmtpd, may_mount, opensmtpd
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace

MONDAY = "2027-03-01T09:00"
LATER = "2027-03-01T10:00"

#: Lines that begin with a dot, a very long one, accents, blanks at an end, an empty last line.
AWKWARD = (
    "<p>Dear {{ last_name }},</p>\n.\n..two dots\n<p>été à Noël, œuvre, 25 €, 漢字</p>\n"
    + "<p>"
    + "long " * 300
    + "</p>\n<pre>blank  \t\nFrom the start</pre>\n\n"
)


def write_to(workspace: Workspace, *addresses: str, now: str | None = MONDAY) -> None:
    """A campaign to these addresses, launched on Monday unless said otherwise."""
    workspace.people(
        (f"r{number}", f"Name-{number}", address, "Rennes")
        for number, address in enumerate(addresses)
    )
    workspace.campaign("spring")
    workspace.launch("spring", now=now)


def through_the_relay(workspace: Workspace, servers: MailSystem, ca_file: Path) -> None:
    workspace.settings(
        servers.relay,
        security="starttls",
        smtp=f", user: marie, password: env:MAIL_PASSWORD, ca_file: {ca_file}",
    )


def told(workspace: Workspace, who: str) -> str:
    """What `why` says of a person."""
    return workspace.run("why", who).out


# --- encrypted and logged in ---------------------------------------------------------------------


def test_starttls_and_a_login_carry_a_message_to_a_mailbox_byte_for_byte(
    workspace: Workspace, mail_servers: MailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Composed once, caught on loopback, said to be lost, sent again: the same bytes arrive."""
    who = "p101@mail.example"
    workspace.write("templates/mail.html.j2", AWKWARD)
    write_to(workspace, who)
    with SmtpServer({"BODY": HANG_UP}) as loopback:
        workspace.settings(loopback.port)
        workspace.ok("run", now=MONDAY, code=6)
        workspace.ok("settle", "--not-sent", who, now=MONDAY)
    ((_, composed),) = loopback.received

    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    through_the_relay(workspace, mail_servers, mail_servers.ca_file)
    assert workspace.ok("run", now=LATER)["sent"] == 1

    (delivered,) = mail_servers.wait_for(1, to=who)
    above, _, below = delivered.partition(composed[:40].replace(b"\r\n", b"\n"))
    assert composed[:40].replace(b"\r\n", b"\n") + below == composed.replace(b"\r\n", b"\n")
    (first_hop,) = [h for h in headers(above).get_all("Received") if "out.atelier.example" in h][1:]
    assert "ESMTPSA" in first_hop  # RFC 3848: S is TLS, A is AUTH


def test_a_certificate_of_somebody_else_stops_everything_before_the_password(
    workspace: Workspace,
    mail_servers: MailSystem,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    who = "p102@mail.example"
    write_to(workspace, who)
    (tmp_path / "other").mkdir()
    _, wrong = self_signed(tmp_path / "other")
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    through_the_relay(workspace, mail_servers, wrong)

    answer = workspace.ok("run", now=MONDAY, code=1)

    assert "certificate" in answer["errors"][0]["message"]
    assert workspace.by_state("spring") == {"due": 1}
    assert mail_servers.delivered(to=who) == []


def test_a_wrong_password_is_refused_and_everything_stays_due(
    workspace: Workspace, mail_servers: MailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = "p103@mail.example"
    write_to(workspace, who)
    monkeypatch.setenv("MAIL_PASSWORD", "not-" + PASSWORD)
    through_the_relay(workspace, mail_servers, mail_servers.ca_file)

    answer = workspace.ok("run", now=MONDAY, code=1)

    assert "535 5.7.8" in answer["errors"][0]["message"]
    assert PASSWORD not in str(answer)
    assert workspace.by_state("spring") == {"due": 1}
    assert mail_servers.delivered(to=who) == []


def test_a_server_that_wants_a_login_is_told_apart_from_a_refused_person(
    workspace: Workspace, mail_servers: MailSystem
) -> None:
    """Without `user:` the relay refuses at RCPT: nobody's address is called dead for that."""
    write_to(workspace, "p104@mail.example")
    workspace.settings(
        mail_servers.relay, security="starttls", smtp=f", ca_file: {mail_servers.ca_file}"
    )
    workspace.run("run", "--now", MONDAY)

    assert "sent" not in workspace.by_state("spring")
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {}


# --- refusals ------------------------------------------------------------------------------------


def test_what_postfix_refuses_is_understood(workspace: Workspace, mail_servers: MailSystem) -> None:
    """5.1.1 is a dead address; a full mailbox and a policy say nothing of the address."""
    write_to(workspace, "gone@mail.example", "full@mail.example", "blocked@mail.example")
    workspace.settings(mail_servers.mx)

    assert workspace.ok("run", now=MONDAY)["sent"] == 0

    assert "550 5.1.1" in told(workspace, "gone@mail.example")
    assert "552 5.2.2" in told(workspace, "full@mail.example")
    assert "550 5.7.1" in told(workspace, "blocked@mail.example")
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {"bounced": 1}


def test_a_greylisted_person_gets_one_message_from_a_later_run(
    workspace: Workspace, mail_servers: MailSystem
) -> None:
    who = "grey-one@mail.example"
    write_to(workspace, who)
    workspace.settings(mail_servers.mx)

    first = workspace.ok("run", now=MONDAY)
    assert (first["sent"], first["deferred"]) == (0, 1)
    assert "450 4.2.0" in told(workspace, who)
    time.sleep(1.5)  # postgrey keeps real time, a second of it
    assert workspace.ok("run", now=LATER)["sent"] == 1

    (delivered,) = mail_servers.wait_for(1, to=who)
    assert re.search(rb"^Date: Mon, 01 Mar 2027 09:00:00 \+0100$", delivered, re.MULTILINE)


@pytest.mark.parametrize("connections", [1, 3])
def test_thirty_people_in_one_conversation_with_refusals_in_between(
    workspace: Workspace, mail_servers: MailSystem, connections: int
) -> None:
    """Postfix offers PIPELINING, enforces the state, and hangs up at the twentieth error."""
    first = 200 + 100 * connections
    wanted = [f"p{first + n}@mail.example" for n in range(18)]
    refused = [f"gone{first + n}@mail.example" for n in range(12)]
    # In between, and several in a row.
    mixed = [*wanted[:3], *refused[:2], *wanted[3:9], *refused[2:9], *wanted[9:], *refused[9:]]
    write_to(workspace, *mixed)
    workspace.settings(mail_servers.mx, connections=connections)

    for hour in (9, 10, 12):
        workspace.ok("run", now=f"2027-03-01T{hour:02}:00")

    assert workspace.by_state("spring") == {"sent": 18, "refused": 12}
    copies: Counter[str] = Counter()
    for who in wanted:
        for content in mail_servers.wait_for(1, to=who):
            copies[who] += 1
            number = mixed.index(who)
            assert f"Dear Name-{number}," in headers(content).get_body().get_content()
    assert copies == dict.fromkeys(wanted, 1)
    assert all("550 5.1.1" in told(workspace, who) for who in refused[:3])
    assert [mail_servers.delivered(to=who) for who in refused] == [[]] * 12


# --- evidence ------------------------------------------------------------------------------------


def test_the_log_of_postfix_settles_what_nobody_knew(
    workspace: Workspace, mail_servers: MailSystem
) -> None:
    """Both were handed over and no answer came; the relay's log knows what became of them."""
    write_to(workspace, "p106@mail.example", "gone106@mail.example", "p107@mail.example")
    with SmtpServer({"BODY": HANG_UP}) as loopback:
        workspace.settings(loopback.port)
        workspace.ok("run", now=MONDAY, code=6)
        assert workspace.by_state("spring") == {"unknown": 3}
    with smtplib.SMTP("127.0.0.1", mail_servers.relay) as relay:
        relay.starttls(context=ssl.create_default_context(cafile=str(mail_servers.ca_file)))
        relay.login("marie", PASSWORD)
        for who, content in loopback.received:
            if who != "p107@mail.example":
                relay.sendmail("marie@atelier.example", [who], content)
    mail_servers.wait_for(1, to="p106@mail.example")
    mail_servers.wait_for(1, to="marie@atelier.example")  # the failure came back

    settled = workspace.ok("settle", "--from", str(mail_servers.relay_log), code=6)

    assert settled["settled"] == 2
    assert [row["email"] for row in settled["unknown"]] == ["p107@mail.example"]
    assert workspace.by_state("spring") == {"sent": 1, "refused": 1, "unknown": 1}
    assert "5.1.1" in told(workspace, "gone106@mail.example")


# --- signatures ----------------------------------------------------------------------------------


def test_opendkim_passes_both_signatures_of_a_delivered_message(
    workspace: Workspace, mail_servers: MailSystem
) -> None:
    """RSA-2048 and Ed25519 on one message (RFC 8463), through pipelining and dot-stuffing.

    In real time: a signature of tomorrow (`t=`) is none to OpenDKIM.
    """
    who = "p105@mail.example"
    publish(mail_servers, workspace)
    workspace.write("templates/mail.html.j2", AWKWARD)
    write_to(workspace, who, now=None)
    workspace.settings(mail_servers.judged, more=SIGNED)

    assert workspace.ok("run")["sent"] == 1

    (delivered,) = mail_servers.wait_for(1, to=who)
    verdict = " ".join(str(headers(delivered)["Authentication-Results"]).split())
    assert verdict.startswith("mx.mail.example;")
    assert re.findall(r"dkim=(\w+)", verdict) == ["pass", "pass"], verdict
    assert {"header.s=rsa", "header.s=ed"} <= set(re.findall(r"header\.s=\w+", verdict)), verdict


SIGNED = """\
    dkim:
      - {domain: atelier.example, selector: rsa, key: file:rsa.pem}
      - {domain: atelier.example, selector: ed, key: file:ed.pem}
"""


def publish(servers: MailSystem, workspace: Workspace) -> None:
    """New keys: the private halves into the workspace, the public ones into the DNS."""
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    workspace.write("rsa.pem", rsa_key.private_bytes(serialization.Encoding.PEM, *private))
    rsa_public = rsa_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    ed_key = ed25519.Ed25519PrivateKey.generate()
    workspace.write("ed.pem", ed_key.private_bytes(serialization.Encoding.PEM, *private))
    ed_public = ed_key.public_key().public_bytes_raw()
    for selector, kind, public in (("rsa", "rsa", rsa_public), ("ed", "ed25519", ed_public)):
        record = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
        # A string of a TXT record holds at most 255 bytes.
        strings = " ".join(f'"{record[at : at + 250]}"' for at in range(0, len(record), 250))
        servers.zone[f"{selector}._domainkey.atelier.example"] = {"TXT": [strings]}


# --- another family ------------------------------------------------------------------------------


@pytest.fixture
def other_family() -> Iterator[OpenSmtpd]:
    try:
        with opensmtpd() as server:
            yield server
    except NotHere as error:
        missing(str(error))


@pytest.mark.skipif(not may_mount(), reason="OpenSMTPD needs the right to mount")
def test_opensmtpd_delivers_and_refuses(workspace: Workspace, other_family: OpenSmtpd) -> None:
    """No PIPELINING, and a 550 without an enhanced code: the words tell that nobody is there."""
    write_to(workspace, f"anne@{DOMAIN}", f"gone@{DOMAIN}")
    workspace.settings(other_family.port, connections=1)

    assert workspace.ok("run", now=MONDAY)["sent"] == 1

    (delivered,) = other_family.delivered(1)
    assert "Dear Name-0," in headers(delivered).get_body().get_content()
    assert workspace.by_state("spring") == {"sent": 1, "refused": 1}
    assert "550 Invalid recipient" in told(workspace, f"gone@{DOMAIN}")
