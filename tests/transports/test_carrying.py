"""Many messages over a few connections, pipelined and in lock-step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import uvloop
from baskets import IMPATIENT, Basket, at, carry, parcel, sent_to, way_out
from certificates import self_signed
from strict_smtp import CUT, SILENCE, StrictServer

from outreach.errors import Text
from outreach.model.delivery import Deferred, Sent, Unknown, explain
from outreach.model.message import Parcel
from outreach.model.settings import Security, Server
from outreach.transports import ServerDown
from outreach.transports.connecting import Connector
from outreach.transports.smtp import SmtpTransport

BOTH = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])


# --- the conversation ----------------------------------------------------------------------------


def test_a_body_and_the_next_envelope_leave_together() -> None:
    """The order in which a server with PIPELINING gets things; no more RSET than needed."""
    with StrictServer() as server:
        basket = sent_to(server, 3)

    assert [line for _, line in server.log] == [
        "EHLO 0",
        *("MAIL 1", "RCPT 1", "DATA 1", "BODY 1"),
        *("MAIL 2", "RCPT 2", "DATA 2", "BODY 2"),
        *("MAIL 3", "RCPT 3", "DATA 3", "BODY 3"),
        "QUIT 3",
    ]
    # The end of one is told before the next is made, and that it begins before it leaves.
    assert basket.calls == [
        ((), (1,)),
        ((1,), ()),
        ((), (2,)),
        ((2,), ()),
        ((), (3,)),
        ((3,), ()),
    ]


def test_a_message_costs_one_round_trip_where_it_costs_four() -> None:
    """Counted are the times the server answers; one connection, 20 messages, 3 of each greeting."""
    trips = {}
    for pipelining in (True, False):
        with StrictServer(pipelining=pipelining) as server:
            sent_to(server, 20)
        trips[pipelining] = server.answered

    assert trips[False] == 3 + 4 * 20
    # The first envelope leaves alone, then each body with the envelope after it.
    assert trips[True] == 3 + 1 + 20


@BOTH
def test_the_body_leaves_after_it_was_written_down(pipelining: bool) -> None:
    with StrictServer(pipelining=pipelining) as server:
        basket = Basket([parcel(n) for n in range(1, 6)])

        def look(begun: Sequence[int]) -> None:
            time.sleep(0.02)
            for key in begun:
                assert not any(line == f"BODY {key}" for _, line in server.log)

        basket.on_record = look
        carry(way_out(server), basket)

    assert server.numbers == basket.begun == [1, 2, 3, 4, 5]


@BOTH
def test_connections_that_have_answers_at_a_time_share_one_record(pipelining: bool) -> None:
    """While one record is written the answers to the other connections come in.

    The server answers four connections at once; the record that the first answer leads to
    takes until all four have been answered. At most one more may have been seen before that,
    so the last two share a record at the latest.
    """
    with StrictServer(pipelining=pipelining, together=4) as server:
        basket = Basket([parcel(n) for n in range(1, 13)])

        def look(begun: Sequence[int]) -> None:
            answered = 4 if begun else 8
            deadline = time.monotonic() + 10
            while server.let_go < answered and time.monotonic() < deadline:
                time.sleep(0.001)

        basket.on_record = look
        carry(way_out(server, connections=4), basket)

    assert sorted(server.numbers) == list(range(1, 13)) == sorted(basket.outcomes)
    assert max(len(begun) for _, begun in basket.calls) > 1
    assert max(len(ended) for ended, _ in basket.calls) > 1


@BOTH
def test_what_cannot_be_written_down_does_not_leave(pipelining: bool) -> None:
    """A full disk at the third message: it is given back, the two before have arrived."""
    with StrictServer(pipelining=pipelining) as server:
        basket = Basket([parcel(n) for n in range(1, 6)])

        def full(begun: Sequence[int]) -> None:
            if 3 in begun:
                raise OSError(28, "No space left on device")

        basket.on_record = full
        with pytest.raises(OSError, match="No space left"):
            carry(way_out(server), basket)

    assert server.numbers == [1, 2]
    assert 3 in basket.back
    assert set(basket.back) | set(basket.outcomes) | {2} >= {1, 2, 3}
    assert server.offences == []


@pytest.mark.parametrize("chunk", [1, 7, None])
@BOTH
def test_replies_in_pieces_in_several_lines_or_all_in_one_packet(
    pipelining: bool, chunk: int | None
) -> None:
    long = "250-2.0.0 kept\r\n250-as number 7\r\n250 thank you"
    scripts = {n: {"RCPT": "250-one\r\n250 two", "BODY": long} for n in (1, 2, 3)}
    with StrictServer(scripts, pipelining=pipelining, chunk=chunk) as server:
        basket = sent_to(server, 4)

    assert server.numbers == [1, 2, 3, 4]
    assert basket.outcomes[2] == Sent("250 2.0.0 kept as number 7 thank you")


def test_dots_arrive_as_they_were_written() -> None:
    content = b"Subject: x\r\n\r\n.one\r\n..two\r\n.\r\nend"
    with StrictServer() as server:
        carry(way_out(server), Basket([parcel(1, content), parcel(2, b".first\r\n"), parcel(3)]))

    assert server.received[:2] == [(1, content + b"\r\n"), (2, b".first\r\n")]


# --- size, servers, connections ------------------------------------------------------------------


def test_a_message_larger_than_the_server_takes_is_refused_here() -> None:
    """RFC 1870: the announced bound is for the content, without doubled dots."""
    large = b"Subject: x\r\n\r\n" + b".\r\n" * 330
    with StrictServer(extensions=("SIZE 1004",)) as server:
        basket = carry(
            way_out(server), Basket([parcel(1, large), parcel(2, large + b".\r\n"), parcel(3)])
        )

    assert explain(basket.outcomes[2]) == Text(
        "not sent: the message is too large for the mail server: 1007 bytes, it takes 1004"
    )
    assert server.numbers == [1, 3]


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("pipelining", [True, False])
def test_encrypted_connections_are_taken_over_by_either_loop(
    new_loop: Callable[[], asyncio.AbstractEventLoop], pipelining: bool, tmp_path: Path
) -> None:
    context, public = self_signed(tmp_path)
    body = b"Subject: x\r\n\r\n" + b"y" * 70 + b"\r\n"
    with StrictServer(pipelining=pipelining, tls=context) as server:
        address = Server(
            host="127.0.0.1", port=server.port, security=Security.TLS, ca_file=public, connections=2
        )
        transport = SmtpTransport([address], str, timeouts=IMPATIENT)
        basket = Basket([parcel(n, body + b"z\r\n" * 40_000) for n in range(1, 8)])

        async def work() -> None:
            async with transport:
                basket.transport = transport
                await transport.carry(basket)

        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(work())

    assert sorted(server.numbers) == [1, 2, 3, 4, 5, 6, 7]
    assert {len(content) for _, content in server.received} == {120_000 + len(body)}


def test_a_draining_transport_finishes_what_it_announced_and_takes_no_more() -> None:
    with StrictServer(delay=0.02) as server:
        basket = Basket([parcel(n) for n in range(1, 100)])
        transport = way_out(server, connections=3)
        basket.on_record = lambda begun: transport.drain() if len(basket.begun) > 20 else None
        carry(transport, basket)

    assert not basket.back
    assert sorted(server.numbers) == sorted(basket.outcomes)
    assert 20 < len(basket.outcomes) < 32
    assert len(basket.left) == 99 - len(basket.outcomes)


def test_a_server_that_is_down_gives_everything_back() -> None:
    with StrictServer() as server:
        port = server.port
    basket = Basket([parcel(n) for n in range(1, 4)])
    with pytest.raises(ServerDown):
        carry(way_out(port, connections=4), basket)

    assert sorted(basket.back) == [1, 2, 3]
    assert not basket.outcomes


def test_the_first_server_is_used_again_once_it_is_back() -> None:
    """It is asked again after a while, here at once; until then the second one serves."""

    async def places(back_after: float) -> list[int]:
        ports = []
        values = {"timeouts": IMPATIENT, "tries": 1, "pause": 0, "back_after": back_after}
        connector = Connector([at(first.port), at(second.port)], str, **values)  # type: ignore[arg-type]
        for now_open in (False, True):
            first.closed = not now_open
            line = await connector.connect()
            ports.append(int(line.place.rpartition(":")[2]))
            await line.leave()
        return ports

    with StrictServer() as first, StrictServer() as second:
        assert asyncio.run(places(0)) == [second.port, first.port]
        assert asyncio.run(places(60)) == [second.port, second.port]


def test_a_process_opens_no_more_than_its_share_of_connections() -> None:
    with StrictServer(delay=0.01) as server:
        transport = SmtpTransport([at(server.port, 8)], str, connections=2)
        assert transport.connections == 2
        carry(transport, Basket([parcel(n) for n in range(1, 30)]))

    assert len(server.received) == 29
    assert server.connections == 2


def test_a_server_that_closes_at_once_is_not_besieged() -> None:
    """Each failed connection waits twice as long as the one before: 10, 20, 40, 80 ms."""
    cut = {n: {"MAIL": CUT} for n in range(1, 6)}
    with StrictServer(cut) as server:
        start = time.perf_counter()
        basket = carry(way_out(server, pause=0.01), Basket([parcel(n) for n in range(1, 6)]))
        seconds = time.perf_counter() - start

    assert {type(outcome) for outcome in basket.outcomes.values()} == {Deferred}
    assert seconds > 0.15


def test_cancelled_in_the_middle_it_leaves_doubt_only_about_what_was_on_the_wire() -> None:
    async def work() -> Basket:
        basket = Basket([parcel(n) for n in range(1, 10)])
        async with way_out(server) as transport:
            carrying = asyncio.create_task(transport.carry(basket))
            async with asyncio.timeout(60):
                while basket.begun != [1, 2, 3]:
                    await asyncio.sleep(0.01)
            carrying.cancel()
            await asyncio.wait([carrying])
            assert carrying.cancelled()
        return basket

    with StrictServer({3: {"BODY": SILENCE}}) as server:
        basket = asyncio.run(work())

    assert isinstance(basket.outcomes[3], Unknown)
    assert (list(basket.outcomes), basket.back) == ([1, 2, 3], [4])


def test_work_that_fails_ends_the_carrying_and_loses_nothing() -> None:
    class Broken(Basket):
        def next(self) -> Parcel | None:
            if len(self.left) == 2:
                raise RuntimeError("a bug")
            return super().next()

    with StrictServer() as server:
        basket = Broken([parcel(n) for n in range(1, 6)])
        with pytest.raises(RuntimeError, match="a bug"):
            carry(way_out(server), basket)

    assert server.numbers == [1, 2, 3] == list(basket.outcomes)


def test_a_transport_rests_until_it_is_woken_and_uses_its_connection_again() -> None:
    async def work() -> Basket:
        basket = Basket([parcel(1), parcel(2)])
        basket.open.add(3)
        async with way_out(server, connections=2) as transport:
            basket.transport = transport
            carrying = asyncio.create_task(transport.carry(basket))
            async with asyncio.timeout(60):
                while set(basket.outcomes) != {1, 2}:
                    await asyncio.sleep(0.01)
            basket.left.append(parcel(3))
            transport.wake()
            await asyncio.wait_for(carrying, 5)
        return basket

    with StrictServer() as server:
        assert list(asyncio.run(work()).outcomes) == [1, 2, 3]
    assert server.connections <= 2
