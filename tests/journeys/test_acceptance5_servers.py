"""Acceptance of issue line 4.8: TLS, logins, several senders and servers, what a server offers."""

from __future__ import annotations

import select
import socket
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from certificates import self_signed
from smtp_servers import HANG_UP, SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
PASSWORD = "correct-horse"


def said_more(client: socket.socket) -> bool:
    """Whether there is more to read within ten milliseconds."""
    poll = select.poll()
    poll.register(client, select.POLLIN)
    return bool(poll.poll(10))


class Careful:
    """One connection after the other; what the client says before it may is an offence."""

    def __init__(self, *offers: str) -> None:
        self.offers = offers
        self.commands: list[str] = []
        #: The most commands that came in one packet.
        self.most_at_once = 0
        self.offences: list[str] = []
        self.bodies: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client, suppress(ConnectionError):
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        client.sendall(b"220 careful.localhost\r\n")
        unread = b""
        while True:
            news = client.recv(65536)
            if not news:
                return
            unread += news
            self.most_at_once = max(self.most_at_once, unread.count(b"\r\n"))
            if "PIPELINING" not in self.offers and unread.count(b"\r\n") > 1:
                self.offences.append(f"pipelined: {unread!r}")
            while b"\r\n" in unread:
                line, _, unread = unread.partition(b"\r\n")
                command = line.decode()
                self.commands.append(command)
                if "PIPELINING" not in self.offers and said_more(client):
                    self.offences.append(f"did not wait for the answer to {command!r}")
                client.sendall(self._answer(command).encode() + b"\r\n")
                if command == "QUIT":
                    return
                if command == "DATA":
                    unread = self._body(client, unread)

    def _answer(self, command: str) -> str:
        if command.startswith("EHLO"):
            return "\r\n".join(["250-careful", *(f"250-{o}" for o in self.offers), "250 HELP"])
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 2.0.0 ok")

    def _body(self, client: socket.socket, unread: bytes) -> bytes:
        if unread:
            self.offences.append(f"a body before the 354: {unread!r}")
        while b"\r\n.\r\n" not in unread:
            unread += client.recv(65536)
        body, _, rest = unread.partition(b"\r\n.\r\n")
        self.bodies.append(body)
        client.sendall(b"250 2.0.0 kept\r\n")
        return rest


def settings(workspace: Workspace, **senders: str) -> None:
    """A workspace whose senders have these `smtp:` values, as YAML in one line."""
    workspace.settings()
    path = workspace.folder / "outreach.yaml"
    head = path.read_text().partition("senders:")[0]
    lines = [
        f"  {name}:\n    from: {name.title()} <{name}@atelier.example>\n    smtp: {smtp}\n"
        for name, smtp in senders.items()
    ]
    path.write_text(head + "senders:\n" + "".join(lines))


def plain(port: int, more: str = "") -> str:
    return f"{{host: 127.0.0.1, port: {port}, security: none, connections: 2{more}}}"


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


# --- encrypted, or not at all ---------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_only_a_certificate_that_is_trusted_and_bears_the_name_gets_the_password(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    """Unknown issuer, another's name, both refused, said so, all due; then the right one."""
    monkeypatch.setenv("P", PASSWORD)
    (tmp_path / "right").mkdir()
    (tmp_path / "wrong").mkdir()
    right, ca_file = self_signed(tmp_path / "right")
    wrong, other_ca = self_signed(tmp_path / "wrong", address="127.0.0.2")
    workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    login = ", user: marie, password: env:P"
    for context, trusted in ((right, ""), (right, f", ca_file: {other_ca}"),
                             (wrong, f", ca_file: {other_ca}")):  # fmt: skip
        with SmtpServer(tls=context, implicit_tls=security == "tls",
                        login=("marie", "nobody may ask")) as server:  # fmt: skip
            workspace.settings(server.port, security=security, smtp=login + trusted)
            refused = workspace.ok("run", now=MONDAY, code=1)
            said = refused["errors"][0]["message"]
            assert "certificate" in said
            assert "127.0.0.1" in said
            assert "password" not in said
            assert server.received == []
            assert workspace.by_state("spring") == {"due": 2}
    with SmtpServer(tls=right, implicit_tls=security == "tls",
                    login=("marie", PASSWORD)) as server:  # fmt: skip
        workspace.settings(server.port, security=security, smtp=f"{login}, ca_file: {ca_file}")
        assert workspace.ok("run", now="2027-03-01T10:00")["sent"] == 2


def test_a_server_that_offers_no_encryption_or_an_old_one_gets_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS is mandatory, not "if possible" (RFC 8314); without AUTH, nothing leaves either."""
    monkeypatch.setenv("P", PASSWORD)
    context, ca_file = self_signed(tmp_path)
    workspace.townspeople(2)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    login = f", user: marie, password: env:P, ca_file: {ca_file}"
    with Careful("SIZE", "AUTH PLAIN LOGIN") as stripped:
        workspace.settings(stripped.port, security="starttls", smtp=login)
        refused = workspace.ok("run", now=MONDAY, code=1)
        assert "STARTTLS" in refused["errors"][0]["message"]
        assert {c.split()[0] for c in stripped.commands} <= {"EHLO", "STARTTLS", "QUIT"}
    with SmtpServer(tls=context) as server:  # no AUTH here
        workspace.settings(server.port, security="starttls", smtp=login)
        refused = workspace.ok("run", now="2027-03-01T09:30", code=1)
        assert "AUTH" in str(refused["errors"]) or "login" in str(refused["errors"])
        assert server.received == []
    assert workspace.by_state("spring") == {"due": 2}


def test_no_encryption_is_for_this_machine_alone_and_passwords_are_never_in_clear(
    workspace: Workspace,
) -> None:
    workspace.townspeople(1)
    workspace.campaign("spring")
    for host in ("mail.atelier.example", "192.168.1.20", "127.0.0.1.evil.example"):
        workspace.settings(587, host=host, security="none")
        done = workspace.run("check", "spring", "--json")
        assert done.code == 1
        assert "loopback" in done.out or "this machine" in done.out, done.out
        assert '"line": 9' in done.out
    workspace.settings(587, host="mail.atelier.example", security="starttls",
                       smtp=", user: marie, password: hunter2")  # fmt: skip
    done = workspace.run("check", "spring", "--json")
    assert done.code == 1
    assert "env:" in done.out
    assert "hunter2" not in done.out + done.err


# --- a second server ------------------------------------------------------------------------------


def test_the_second_server_takes_over_when_the_first_is_down_or_dies_on_the_way(
    workspace: Workspace, closed_port: int
) -> None:
    """Closed port, no service at the greeting, gone after each message: everybody once."""
    workspace.townspeople(9)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer() as second:
        settings(workspace, marie=f"[{plain(closed_port)}, {plain(second.port)}]")
        done = workspace.ok("run", "--limit", "3", now=MONDAY)
        assert (done["sent"], done["unknown"], len(second.received)) == (3, 0, 3)

        with SmtpServer({"GREETING": "554 5.3.2 no service"}) as first:
            settings(workspace, marie=f"[{plain(first.port)}, {plain(second.port)}]")
            assert workspace.ok("run", "--limit", "3", now="2027-03-01T10:00")["sent"] == 3
            assert len(second.received) == 6
            # The first is well again: it is the first that is asked.
            first.faults.clear()
            assert workspace.ok("run", "--limit", "1", now="2027-03-01T12:00")["sent"] == 1
            assert len(first.received) == 1
            # It dies while it serves, before it had a message whole: nothing is lost.
            first.faults["DATA"] = HANG_UP
            done = workspace.ok("run", now="2027-03-01T14:00")
            assert (done["unknown"], done["refused"]) == (0, 0)
            first.faults["GREETING"] = "554 5.3.2 no service"
            workspace.ok("run", now="2027-03-01T18:00")
        everybody = Counter(first.recipients + second.recipients)
    assert len(everybody) == 9
    assert set(everybody.values()) == {1}


def test_when_all_servers_are_down_all_are_named(workspace: Workspace, closed_port: int) -> None:
    workspace.townspeople(1)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with SmtpServer({"GREETING": "554 5.3.2 no service today"}) as second:
        settings(workspace, marie=f"[{plain(closed_port)}, {plain(second.port)}]")
        told = str(workspace.ok("run", now=MONDAY, code=1)["errors"])
        assert str(closed_port) in told
        assert str(second.port) in told
        assert "no service today" in told
    assert workspace.by_state("spring") == {"due": 1}


# --- several senders ------------------------------------------------------------------------------


def test_who_wrote_first_goes_on_writing_whatever_happens_to_the_other(
    workspace: Workspace, closed_port: int
) -> None:
    """Ten people, two senders: five each; Paul's mail server is down at the reminder."""
    steps = mail() + mail("reminder", "after: mail + 2 days")
    workspace.townspeople(10)
    workspace.campaign("spring", steps=steps)
    path = workspace.folder / "campaigns/spring.yaml"
    path.write_text(path.read_text().replace("sender: marie", "sender: [marie, paul]"))
    with SmtpServer() as hers, SmtpServer() as his:
        settings(workspace, marie=plain(hers.port), paul=plain(his.port))
        workspace.launch("spring", now=MONDAY)
        assert workspace.ok("run", now=MONDAY)["sent"] == 10
        her_people, his_people = set(hers.recipients), set(his.recipients)
        assert (len(her_people), len(his_people)) == (5, 5)
        assert b"Marie <marie@atelier.example>" in hers.received[0][1]
        assert set(his.reverse_paths) == {"paul@atelier.example"}

        settings(workspace, marie=plain(hers.port), paul=plain(closed_port))
        done = workspace.ok("run", now="2027-03-03T09:00", code=1)
        assert done["sent"] == 5
        assert str(closed_port) in str(done["errors"])
        assert workspace.by_state("spring") == {"sent": 15, "due": 5}

        settings(workspace, marie=plain(hers.port), paul=plain(his.port))
        assert workspace.ok("run", now="2027-03-03T12:00")["sent"] == 5
        assert Counter(hers.recipients) == dict.fromkeys(her_people, 2)
        assert Counter(his.recipients) == dict.fromkeys(his_people, 2)


# --- what a server offers -------------------------------------------------------------------------


def test_commands_are_grouped_where_pipelining_is_offered_and_in_turn_where_not(
    workspace: Workspace,
) -> None:
    workspace.townspeople(8)
    workspace.campaign("spring")
    workspace.launch("spring", now=MONDAY)
    with Careful("PIPELINING", "8BITMIME") as fast, Careful("8BITMIME") as slow:
        settings(workspace, marie=plain(fast.port).replace("connections: 2", "connections: 1"))
        assert workspace.ok("run", "--limit", "4", now=MONDAY)["sent"] == 4
        settings(workspace, marie=plain(slow.port).replace("connections: 2", "connections: 1"))
        assert workspace.ok("run", now=MONDAY)["sent"] == 4
    assert (len(fast.bodies), fast.offences) == (4, [])
    assert fast.most_at_once >= 3  # MAIL, RCPT, DATA
    assert (len(slow.bodies), slow.offences) == (4, [])
    verbs = [command.split()[0] for command in slow.commands]
    assert Counter(verbs)["MAIL"] == Counter(verbs)["RCPT"] == Counter(verbs)["DATA"] == 4
    assert (verbs[0], verbs[-1], Counter(verbs)["EHLO"]) == ("EHLO", "QUIT", 1)


def test_the_size_is_said_and_what_is_too_big_is_not_carried_there(workspace: Workspace) -> None:
    """RFC 1870: SIZE= where offered; beyond it no byte of the body leaves, nobody is dead."""
    workspace.write("templates/big.pdf", b"%PDF-1.4\n" + b"x" * 60_000)
    workspace.townspeople(1)
    workspace.people([("q1", "Quartz", "q1@mail.example", "Nantes")])
    workspace.campaign(
        "spring", 'city in ("Rennes", "Nantes")',
        steps="  - {step: mail, channel: email, subject: hello, template: mail.html.j2,"
        ' attachments: ["{{ external_id }}.pdf"]}\n',
    )  # fmt: skip
    for folder in ("", "templates/"):
        workspace.write(f"{folder}p001.pdf", b"%PDF-1.4\n" + b"x" * 60_000)
        workspace.write(f"{folder}q1.pdf", b"%PDF-1.4\n%%EOF\n")
    workspace.launch("spring", now=MONDAY)
    with Careful("SIZE 30000", "PIPELINING") as server:
        settings(workspace, marie=plain(server.port))
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["refused"], done["unknown"]) == (1, 1, 0)
        assert len(server.bodies) == 1
        (announced,) = [c for c in server.commands if c.startswith("MAIL")][:1]
        assert " SIZE=" in announced
        said = next(
            int(c.partition("SIZE=")[2].split()[0])
            for c in server.commands
            if c.startswith("MAIL") and int(c.partition("SIZE=")[2].split()[0]) < 30_000
        )
        # Within the few octets of the last line end and the dot.
        assert abs(said - len(server.bodies[0])) <= 64
    assert "30" in workspace.run("why", "p001").out
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {}


def test_an_accent_before_the_at_needs_smtputf8_one_after_it_does_not(
    workspace: Workspace,
) -> None:
    """rené@… goes only where SMTPUTF8 is offered (RFC 6531); …@société… goes as xn--…."""
    workspace.people([
        ("1", "Roy", "rené@mail.example", "Rennes"),
        ("2", "Petit", "contact@société.example", "Rennes"),
        ("3", "Morel", "p3@mail.example", "Rennes"),
    ])  # fmt: skip
    workspace.campaign("spring")
    assert workspace.launch("spring", now=MONDAY)["enrolled"] == 3
    with SmtpServer() as server:
        workspace.settings(server.port)
        done = workspace.ok("run", now=MONDAY)
        assert (done["sent"], done["unknown"]) == (2, 0)
        assert sorted(server.recipients) == ["contact@xn--socit-esab.example", "p3@mail.example"]
        assert not any("SMTPUTF8" in option for options in server.options for option in options)
    told = " ".join(workspace.run("why", "rené@mail.example").out.split())
    assert "SMTPUTF8" in told
    workspace.campaign("later", head="alongside: true\n")
    assert workspace.ok("launch", "later", "--dry-run")["excluded"] == {}
    workspace.launch("later", now="2027-03-02T09:00")
    with SmtpServer(utf8=True) as server:
        workspace.settings(server.port)
        assert workspace.ok("run", "later", now="2027-03-02T09:00")["sent"] == 3
        offered = dict(zip(server.recipients, server.options, strict=True))
    assert any("SMTPUTF8" in option for option in offered["rené@mail.example"])
    assert not any("SMTPUTF8" in option for option in offered["p3@mail.example"])
