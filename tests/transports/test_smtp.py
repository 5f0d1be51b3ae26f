"""What became of a message, told by servers that misbehave at every stage."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from certificates import self_signed
from smtp_servers import HANG_UP, SILENCE, SmtpServer

from outreach.errors import Text
from outreach.model.delivery import Deferred, Outcome, Refused, Scope, Sent, Unknown
from outreach.model.message import Message, Plain
from outreach.model.settings import Security, Server
from outreach.transports import LoginRefused, NotEncrypted, ServerDown
from outreach.transports.dialogue import Timeouts
from outreach.transports.smtp import SmtpTransport

IMPATIENT = Timeouts(connect=2, command=0.5, start=0.5, final=0.5, quit=0.2)


def letter(recipient: str = "anne@example.org", body: str = "Bonjour\r\n") -> Message:
    content = f"Message-ID: <1@atelier.example>\r\nSubject: Bonjour\r\n\r\n{body}".encode()
    return Message(
        envelope_from="marie@atelier.example",
        recipient=recipient,
        message_id="<1@atelier.example>",
        subject="Bonjour",
        body=Plain(body),
        content=content,
    )


def at(port: int, **more: object) -> Server:
    values = {"host": "127.0.0.1", "port": port, "security": Security.NONE, "connections": 1}
    return Server(**(values | more))  # type: ignore[arg-type]


def way_out(*servers: Server, **more: object) -> SmtpTransport:
    return SmtpTransport(
        servers,
        {"env:P": "secret", "env:WRONG": "guess"}.__getitem__,
        timeouts=IMPATIENT,
        tries=2,
        pause=0.01,
        **more,  # type: ignore[arg-type]
    )


def send(transport: SmtpTransport, *messages: Message) -> list[Outcome]:
    """Hand the messages over one after the other."""

    async def work() -> list[Outcome]:
        async with transport:
            return [await transport.deliver(message) for message in messages]

    return asyncio.run(work())


def together(transport: SmtpTransport, messages: list[Message]) -> list[Outcome]:
    async def work() -> list[Outcome]:
        async with transport:
            return list(await asyncio.gather(*(transport.deliver(m) for m in messages)))

    return asyncio.run(work())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_an_accepted_message_arrives_as_it_was_written() -> None:
    with SmtpServer() as server:
        outcomes = send(
            way_out(at(server.port)), letter(body=".dots\r\n..and dots\r\n.\r\nend\r\n")
        )

    assert outcomes == [Sent("250 2.0.0 kept")]
    (recipient, content) = server.received[0]
    assert recipient == "anne@example.org"
    assert content.endswith(b"\r\n\r\n.dots\r\n..and dots\r\n.\r\nend\r\n")


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "BODY_LOST"])
def test_a_4yz_at_any_stage_defers_and_a_5yz_refuses(stage: str) -> None:
    with SmtpServer({stage: "451 4.3.0 come back"}) as server:
        assert send(way_out(at(server.port)), letter()) == [Deferred("451 4.3.0 come back")]
    with SmtpServer({stage: "554 5.6.0 never"}) as server:
        assert send(way_out(at(server.port)), letter()) == [Refused("554 5.6.0 never")]
    assert server.received == []


@pytest.mark.parametrize(("stage", "counts"), [("MAIL", False), ("RCPT", True), ("DATA", True)])
@pytest.mark.parametrize("fault", [HANG_UP, SILENCE])
def test_a_connection_lost_before_the_body_has_sent_nothing(
    stage: str, counts: bool, fault: str
) -> None:
    with SmtpServer({stage: fault}) as server:
        (outcome,) = send(way_out(at(server.port)), letter())

    assert isinstance(outcome, Deferred)
    assert outcome.counts is counts
    assert server.received == []


@pytest.mark.parametrize("stage", ["IN_BODY", "BODY", "BODY_LOST"])
@pytest.mark.parametrize("fault", [HANG_UP, SILENCE])
def test_a_connection_lost_from_the_body_on_is_unknown_whatever_the_server_did(
    stage: str, fault: str
) -> None:
    with SmtpServer({stage: fault}) as server:
        (outcome,) = send(way_out(at(server.port)), letter())

    assert isinstance(outcome, Unknown)
    assert len(server.received) == (1 if stage == "BODY" else 0)


def test_the_transport_never_repeats_a_message_whose_body_has_left() -> None:
    """The second message finds a new connection; the first one is not tried on it."""
    with SmtpServer({"BODY": HANG_UP}, times=1) as server:
        outcomes = send(way_out(at(server.port)), letter("a@example.org"), letter("b@example.org"))

    assert [type(o) for o in outcomes] == [Unknown, Sent]
    assert server.recipients == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize("fault", [HANG_UP, SILENCE, "500 what?", "421 4.3.2 closing"])
def test_nothing_that_happens_at_quit_changes_an_outcome(fault: str) -> None:
    with SmtpServer({"QUIT": fault}) as server:
        assert send(way_out(at(server.port)), letter()) == [Sent("250 2.0.0 kept")]


def test_a_421_defers_and_the_next_message_takes_a_new_connection() -> None:
    with SmtpServer({"MAIL": "421 4.3.2 too busy"}, times=1) as server:
        outcomes = send(way_out(at(server.port)), letter(), letter())

    assert outcomes == [
        Deferred("421 4.3.2 too busy", counts=False, scope=Scope.CONNECTION),
        Sent("250 2.0.0 kept"),
    ]
    assert server.connections == 2


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_after_a_refusal_the_connection_is_reset_and_used_again(stage: str) -> None:
    """Without RSET the next MAIL would be answered 503 nested MAIL command."""
    with SmtpServer({stage: "550 5.7.1 no"}, only_for="bad") as server:
        messages = [
            letter(f"{who}@example.org") for who in ("bad1", "bad2", "good1", "bad3", "good2")
        ]
        outcomes = send(way_out(at(server.port)), *messages)

    assert [type(o) for o in outcomes] == [Refused, Refused, Sent, Refused, Sent]
    assert server.recipients == ["good1@example.org", "good2@example.org"]
    assert server.connections == 1


def test_a_connection_carries_so_many_messages_and_no_more() -> None:
    with SmtpServer() as server:
        send(way_out(at(server.port), per_connection=2), *[letter() for _ in range(5)])

    assert len(server.received) == 5
    assert server.connections == 3


def test_a_resting_connection_that_the_server_closed_is_replaced_without_a_loss() -> None:
    async def work() -> list[Outcome]:
        async with way_out(at(server.port)) as transport:
            first = await transport.deliver(letter("a@example.org"))
            server.faults["MAIL"], server.times = HANG_UP, 1
            return [first, await transport.deliver(letter("b@example.org"))]

    with SmtpServer() as server:
        outcomes = asyncio.run(work())

    assert [type(o) for o in outcomes] == [Sent, Sent]
    assert server.recipients == ["a@example.org", "b@example.org"]


def test_the_pool_opens_as_many_connections_as_asked_and_no_more() -> None:
    with SmtpServer(delay=0.05) as server:
        transport = way_out(at(server.port, connections=3))
        together(transport, [letter(f"p{n}@example.org") for n in range(12)])

    assert sorted(server.recipients) == sorted(f"p{n}@example.org" for n in range(12))
    assert server.most_open == 3


def test_a_server_that_takes_fewer_connections_gets_fewer() -> None:
    with SmtpServer(delay=0.05, most_connections=2) as server:
        transport = way_out(at(server.port, connections=4))
        outcomes = together(transport, [letter(f"p{n}@example.org") for n in range(12)])

    assert [type(o) for o in outcomes] == [Sent] * 12
    assert len(server.received) == 12
    assert transport.connections in (1, 2)


# --- connecting ------------------------------------------------------------------------------


def test_a_server_that_is_down_is_named_with_its_port() -> None:
    port = free_port()

    with pytest.raises(ServerDown) as caught:
        send(way_out(at(port)), letter())

    assert f"127.0.0.1:{port}" in str(caught.value)


def test_connecting_is_tried_again_before_it_is_given_up() -> None:
    with SmtpServer({"GREETING": "421 4.3.2 in a moment"}, times=1) as server:
        assert send(way_out(at(server.port)), letter()) == [Sent("250 2.0.0 kept")]
    assert server.connections == 2


def test_the_second_server_is_used_when_the_first_is_down() -> None:
    with SmtpServer() as server:
        transport = way_out(at(free_port()), at(server.port))
        assert send(transport, letter(), letter()) == [Sent("250 2.0.0 kept")] * 2
    assert server.connections == 1


def test_a_server_that_was_down_is_not_asked_again_for_each_connection() -> None:
    with SmtpServer({"GREETING": "554 5.3.2 closed"}) as first, SmtpServer() as second:
        transport = way_out(at(first.port), at(second.port), per_connection=1)
        assert send(transport, *[letter()] * 3) == [Sent("250 2.0.0 kept")] * 3
    assert (first.connections, second.connections) == (1, 3)


def test_a_refused_login_is_told_and_not_tried_again() -> None:
    with SmtpServer(login=("marie", "secret")) as server:
        wrong = at(server.port, user="marie", password="env:WRONG")
        with pytest.raises(LoginRefused, match=f"127.0.0.1:{server.port} refuses the login: 535"):
            send(way_out(wrong), letter())
        right = at(server.port, user="marie", password="env:P")
        assert send(way_out(right), letter()) == [Sent("250 2.0.0 kept")]
    assert server.connections == 2


def test_a_server_that_wants_a_login_is_not_the_recipients_fault() -> None:
    with (
        SmtpServer({"MAIL": "530 5.7.0 authentication required"}) as server,
        pytest.raises(LoginRefused, match="530"),
    ):
        send(way_out(at(server.port)), letter())


def test_a_server_without_login_is_told_when_one_is_set() -> None:
    with SmtpServer() as server, pytest.raises(LoginRefused, match="AUTH"):
        send(way_out(at(server.port, user="marie", password="env:P")), letter())


def test_starttls_is_mandatory() -> None:
    with SmtpServer() as server, pytest.raises(NotEncrypted, match="STARTTLS"):
        send(way_out(at(server.port, security=Security.STARTTLS)), letter())
    assert server.received == []


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_trusted_certificate_is_accepted_and_another_refused(
    security: Security, tmp_path: Path
) -> None:
    context, public = self_signed(tmp_path)
    with SmtpServer(tls=context, implicit_tls=security is Security.TLS) as server:
        trusting = at(server.port, security=security, ca_file=public)
        assert send(way_out(trusting), letter()) == [Sent("250 2.0.0 kept")]
        with pytest.raises(NotEncrypted, match="self-signed"):
            send(way_out(at(server.port, security=security)), letter())
    assert len(server.received) == 1


def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    context, public = self_signed(tmp_path, address="127.0.0.9")
    with (
        SmtpServer(tls=context, implicit_tls=True) as server,
        pytest.raises(NotEncrypted, match=r"127\.0\.0\.1"),
    ):
        send(way_out(at(server.port, security=Security.TLS, ca_file=public)), letter())


def test_in_clear_only_on_this_machine() -> None:
    far = Server(host="mail.example.org", port=25, security=Security.NONE)
    with pytest.raises(NotEncrypted, match=r"mail\.example\.org:25"):
        send(way_out(far), letter())


# --- what may stand in a command -------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "a b@example.org",
        "a>@example.org",
        "é\u00a0@example.org",
        "é\r@example.org",
        "nobody",
        "a@b..c",
    ],
)
def test_an_address_that_smtp_cannot_carry_is_refused_without_a_word(address: str) -> None:
    with SmtpServer() as server:
        (outcome,) = send(way_out(at(server.port)), letter(address))

    assert outcome == Refused(Text("this is no address that mail can be sent to"))
    assert server.received == []


def test_an_address_with_accents_goes_to_a_server_that_offers_smtputf8() -> None:
    """RFC 6531: MAIL says SMTPUTF8, RCPT carries the address in UTF-8; plain mail goes on."""
    with SmtpServer(utf8=True) as server:
        outcomes = send(way_out(at(server.port)), letter("élise@école.fr"), letter())

    assert [type(outcome) for outcome in outcomes] == [Sent, Sent]
    assert server.recipients == ["élise@xn--cole-9oa.fr", "anne@example.org"]
    assert server.options == [["BODY=8BITMIME", "SIZE=62", "SMTPUTF8"], ["SIZE=62"]]


def test_an_address_with_accents_is_refused_for_a_server_without_smtputf8() -> None:
    """The person is not called dead, and the next message leaves."""
    with SmtpServer() as server:
        outcomes = send(way_out(at(server.port)), letter("élise@example.org"), letter())

    assert outcomes[0] == Refused(
        Text("the mail server takes no address with accents or other scripts (SMTPUTF8)")
    )
    assert server.recipients == ["anne@example.org"]


def test_a_domain_with_accents_is_written_in_its_ascii_form() -> None:
    with SmtpServer() as server:
        send(way_out(at(server.port)), letter("anne@école.fr"))

    assert server.recipients == ["anne@xn--cole-9oa.fr"]


@pytest.mark.parametrize("body", ["one\ntwo\r\n", "one\rtwo\r\n"])
def test_a_message_with_bare_line_ends_is_our_bug(body: str) -> None:
    with SmtpServer() as server, pytest.raises(ValueError, match="CR LF"):
        send(way_out(at(server.port)), letter(body=body))
    assert server.received == []
