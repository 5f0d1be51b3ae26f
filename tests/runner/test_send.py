"""The sending loop over real SMTP: at most once, at the chosen pace, nothing forgotten."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from disks import full_disk
from fakes import PaperLedger
from smtp_servers import HANG_UP, SILENCE, SmtpServer

from outreach.errors import OutreachError, StoreError, Text
from outreach.model.delivery import (
    Delivery,
    DeliveryState,
    Held,
    Refused,
    Sent,
    Skipped,
)
from outreach.model.ids import CampaignId, DeliveryId, RunId
from outreach.model.message import Message, Plain
from outreach.model.settings import Limits, Security, Server
from outreach.runner.clock import PretendedClock, RealClock
from outreach.runner.hands import Hands, Journal, Told
from outreach.runner.interrupt import stop_on_signals
from outreach.runner.send import Asked, Progress, SendReport, send_due
from outreach.runner.trouble import NoBook, Trouble
from outreach.runner.turns import Turns
from outreach.store.flight_journal import FlightJournal
from outreach.store.paces import KeptPace
from outreach.transports import Transport, Work
from outreach.transports.dialogue import Timeouts
from outreach.transports.smtp import SmtpTransport

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
#: Long ago: due on the real clock as on the pretended one.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RUN = RunId(1)


def way_out(server: SmtpServer | int, connections: int = 4) -> SmtpTransport:
    port = server if isinstance(server, int) else server.port
    address = Server(host="127.0.0.1", port=port, security=Security.NONE, connections=connections)
    timeouts = Timeouts(connect=2, command=2, start=2, final=2, quit=0.2)
    return SmtpTransport([address], str, timeouts=timeouts, tries=2, pause=0.01)


def compose(delivery: Delivery) -> Message:
    message_id = delivery.message_id or f"<{delivery.id}@ledger.example>"
    date = delivery.message_date
    assert date is not None
    head = f"Message-ID: {message_id}\r\nDate: {date.isoformat()}\r\nSubject: x\r\n\r\n"
    return Message(
        envelope_from="marie@atelier.example",
        recipient=f"p{delivery.id}@example.org",
        message_id=message_id,
        subject="x",
        body=Plain("x"),
        content=head.encode() + b"x\r\n",
    )


def ledger_of(count: int, **more: object) -> PaperLedger:
    ledger = PaperLedger()
    for number in range(1, count + 1):
        ledger.add(number, due=LONG_AGO, **more)  # type: ignore[arg-type]
    return ledger


def run(
    ledger: PaperLedger,
    transports: Mapping[str, Transport] | SmtpServer,
    limits: Limits | Mapping[str, Limits] | None = None,
    *,
    clock: PretendedClock | RealClock | None = None,
    composing: Callable[[Delivery], Message | Held | Skipped] = compose,
    **more: object,
) -> SendReport:
    if isinstance(transports, SmtpServer):
        transports = {"marie": way_out(transports)}
    if limits is None or isinstance(limits, Limits):
        limits = dict.fromkeys(transports, limits or Limits())
    return asyncio.run(
        sending(
            ledger, transports, limits, clock or PretendedClock(NOON), composing=composing, **more
        )
    )


def sending(
    ledger: PaperLedger,
    transports: Mapping[str, Transport],
    limits: Mapping[str, Limits],
    clock: PretendedClock | RealClock,
    *,
    composing: Callable[[Delivery], Message | Held | Skipped] = compose,
    progress: Callable[[Progress], None] = lambda progress: None,
    stop: asyncio.Event | None = None,
    journal: Journal | None = None,
    last_answers: float = 30,
    **asked: object,
) -> Coroutine[None, None, SendReport]:
    return send_due(
        ledger,
        lambda told: Hands(composing, transports, told, journal),
        Turns(limits, ledger),
        Asked(run=RUN, **asked),  # type: ignore[arg-type]
        clock=clock,
        progress=progress,
        stop=stop,
        last_answers=last_answers,
    )


def everybody(count: int) -> list[str]:
    return sorted(f"p{number}@example.org" for number in range(1, count + 1))


# --- at most once --------------------------------------------------------------------------------


def test_everything_due_leaves_once_and_a_second_run_sends_nothing() -> None:
    ledger = ledger_of(30)
    with SmtpServer() as server:
        first = run(ledger, server)
        second = run(ledger, server)

    assert (first.sent, first.remaining, second.sent) == (30, 0, 0)
    assert sorted(server.recipients) == everybody(30)
    assert ledger.in_state(DeliveryState.SENT) == list(range(1, 31))


@dataclass
class Witness:
    """A way out that looks into the ledger at the moment a message would leave."""

    ledger: PaperLedger
    connections: int = 2
    bug: bool = False
    drained: bool = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def carry(self, work: Work) -> None:
        """As many at a time as there are connections, one round after the other."""
        while not self.drained:
            parcels = [parcel for _ in range(self.connections) if (parcel := work.next())]
            for parcel in parcels:
                written = self.ledger.rows[DeliveryId(parcel.key)].delivery
                assert written.state is DeliveryState.CLAIMED
                assert (written.message_id or "").encode() in parcel.content
            work.record((), [parcel.key for parcel in parcels])
            await asyncio.sleep(0.01)
            bugs = [parcel.key for parcel in parcels if self.bug and parcel.key == 2]
            work.record([(p.key, Sent()) for p in parcels if p.key not in bugs], ())
            if bugs:
                raise ZeroDivisionError

    def wake(self) -> None:
        """It looks again by itself."""

    def drain(self) -> None:
        self.drained = True

    async def deliver(self, message: Message) -> Sent:
        raise NotImplementedError


def test_a_message_is_claimed_with_its_message_id_before_it_leaves() -> None:
    ledger = ledger_of(5)

    assert run(ledger, {"marie": Witness(ledger)}).sent == 5


def test_no_more_is_claimed_than_each_connection_and_its_next_message() -> None:
    ledger = ledger_of(12)
    most = []

    run(ledger, {"marie": Witness(ledger)}, progress=lambda p: most.append(p.under_way))
    assert max(most) <= 2 * 2
    assert ledger.claims >= 3


def test_hung_up_after_the_dot_is_unknown_and_no_later_run_sends_it() -> None:
    ledger = ledger_of(4)
    with SmtpServer({"BODY": HANG_UP}, only_for="p2@") as server:
        report = run(ledger, server)
        again = run(ledger, server)

    assert (report.sent, report.unknown, again.sent, again.unknown) == (3, 1, 0, 0)
    assert ledger.in_state(DeliveryState.UNKNOWN) == [2]
    assert sorted(server.recipients) == everybody(4)


def test_refused_and_deferred_people_do_not_stop_the_others() -> None:
    ledger = ledger_of(6)
    with SmtpServer({"RCPT": "550 5.1.1 unknown"}, only_for="p2@") as server:
        server.faults["DATA"] = "451 4.3.0 later"
        server.only_for = "p2@"
        report = run(ledger, server)

    assert (report.sent, report.refused) == (5, 1)
    assert ledger.outcomes[DeliveryId(2)] == [Refused("550 5.1.1 unknown", dead_address=True)]


def test_a_deferred_message_waits_for_a_later_run() -> None:
    ledger = ledger_of(3)
    with SmtpServer({"RCPT": "450 4.2.0 greylisted"}, times=1) as server:
        first = run(ledger, server)
        soon = run(ledger, server)
        later = run(ledger, server, clock=PretendedClock(NOON + timedelta(minutes=10)))

    assert (first.sent, first.deferred, soon.sent, later.sent) == (2, 1, 0, 1)
    assert sorted(server.recipients) == everybody(3)


def test_the_ledger_that_cannot_be_written_stops_the_run_and_nothing_is_sent_again() -> None:
    """The disk is full after the first answers: what was on the wire stays claimed."""
    ledger = ledger_of(20)
    ledger.full = True
    with SmtpServer() as server:
        with pytest.raises(StoreError, match="full"):
            run(ledger, server)
        ledger.full = False
        after = run(ledger, server)

    claimed = ledger.in_state(DeliveryState.CLAIMED)
    assert 1 <= len(claimed) <= 8
    assert after.sent == 20 - len(claimed)
    assert sorted(server.recipients) == everybody(20)


class FullBook(PaperLedger):
    """The disk is full when a silence is to be written down."""

    def keep_paces(self, paces: Sequence[KeptPace], *, over: datetime | None = None) -> None:
        if any(":group:" in pace.key for pace in paces):
            raise StoreError(Text("database or disk is full"))
        super().keep_paces(paces, over=over)


@pytest.mark.parametrize("full", [False, True], ids=["for silences", "for outcomes too"])
def test_a_store_that_fails_while_an_answer_is_judged_ends_the_run_with_its_error(
    full: bool,
) -> None:
    """The answer concerns us, so nobody is written off for it; no other begins."""
    ledger = FullBook()
    for number in range(1, 21):
        ledger.add(number, due=LONG_AGO)
    ledger.full = full
    with SmtpServer({"RCPT": "550 5.7.26 unauthenticated"}) as server:
        work = sending(ledger, {"marie": way_out(server, 2)}, {}, RealClock())
        with pytest.raises(StoreError, match="full"):
            asyncio.run(asyncio.wait_for(work, 10))

    assert len(server.recipients) <= 4
    claimed = ledger.in_state(DeliveryState.CLAIMED)
    assert (1 <= len(claimed) <= 4) if full else claimed == []
    assert len(ledger.in_state(DeliveryState.DUE)) == 20 - len(claimed)


def test_a_campaign_that_cannot_be_paused_ends_the_run_and_keeps_its_refusals() -> None:
    class ClosedBook(NoBook):
        def pause(self, campaign: CampaignId, reason: Text, now: datetime) -> None:
            raise StoreError(Text("the database is locked"))

    ledger = ledger_of(60)
    with SmtpServer({"RCPT": "550 5.1.1 unknown user"}) as server:
        work = send_due(
            ledger,
            lambda told: Hands(compose, {"marie": way_out(server, 2)}, told),
            Turns({}, ledger),
            Asked(run=RUN),
            trouble=Trouble(book=ClosedBook()),
            clock=RealClock(),
        )
        with pytest.raises(StoreError, match="locked"):
            asyncio.run(asyncio.wait_for(work, 10))

    refused = len(ledger.in_state(DeliveryState.REFUSED))
    assert 20 <= refused < 30
    assert len(ledger.in_state(DeliveryState.DUE)) == 60 - refused


class Mortal:
    """Workers that die, all of them, after so many messages."""

    def __init__(self, told: Told, life: int) -> None:
        self._told = told
        self._life = life
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def connections(self, sender: str) -> int:
        return 4 if self._life > 0 else 0

    def give(self, sender: str, deliveries: Sequence[Delivery]) -> None:
        if self._life <= 0:
            self._told.came_back(sender, (), [delivery.id for delivery in deliveries])
            return
        self._life -= len(deliveries)
        if self._life <= 0:
            self._told.lost(OutreachError(Text("a part of the sending stopped")))
        self._tasks.append(asyncio.create_task(self._send(sender, deliveries)))

    async def _send(self, sender: str, deliveries: Sequence[Delivery]) -> None:
        await asyncio.sleep(0.002)
        self._told.came_back(sender, [(delivery.id, Sent()) for delivery in deliveries], ())

    def withdraw(self, sender: str, keys: Collection[int] | None = None) -> None:
        """Nothing waits."""

    async def finish(self, within: float | None = None) -> None:
        await asyncio.gather(*self._tasks)


def test_when_all_workers_are_gone_nothing_more_is_claimed_and_it_is_told() -> None:
    ledger = ledger_of(3_000)
    work = send_due(
        ledger,
        lambda told: Mortal(told, 400),
        Turns({}, ledger),
        Asked(run=RUN),
        clock=RealClock(),
    )
    report = asyncio.run(work)

    assert 400 <= report.sent < 3_000
    assert len(ledger.claimed_at) == report.sent
    assert report.remaining == 3_000 - report.sent
    assert [str(error) for error in report.errors] == ["a part of the sending stopped"]


def test_a_full_disk_stops_the_sending_and_nothing_is_doubled(tmp_path: Path) -> None:
    """What cannot be written down before it leaves does not leave."""
    ledger = ledger_of(60)
    journal = FlightJournal(tmp_path / "1.1of1", run="1", boot="today")
    with SmtpServer() as server:
        with full_disk():
            report = run(ledger, server, journal=journal)
        journal.close()
        assert 0 < report.sent < 60
        assert ledger.in_state(DeliveryState.CLAIMED) == []
        assert [type(error).__name__ for error in report.errors] == ["JournalUnwritable"]
        assert run(ledger, server).sent == 60 - report.sent
    assert sorted(server.recipients) == everybody(60)


def test_a_bug_leaves_its_message_claimed_and_settles_the_others_on_the_wire() -> None:
    ledger = ledger_of(5)
    with pytest.raises(ZeroDivisionError):
        run(ledger, {"marie": Witness(ledger, bug=True)})

    assert ledger.in_state(DeliveryState.CLAIMED) == [2]
    assert ledger.in_state(DeliveryState.SENT) == [1]


# --- what cannot leave ---------------------------------------------------------------------------


def test_held_and_skipped_are_written_down_without_a_connection() -> None:
    ledger = ledger_of(4)

    def composing(delivery: Delivery) -> Message | Held | Skipped:
        held: dict[int, Held | Skipped] = {1: Held(("city",)), 2: Skipped("when")}
        return held.get(delivery.id) or compose(delivery)

    with SmtpServer() as server:
        report = run(ledger, server, composing=composing)

    assert (report.sent, report.held, report.skipped) == (2, 1, 1)
    assert ledger.outcomes[DeliveryId(1)] == [Held(("city",))]
    assert sorted(server.recipients) == ["p3@example.org", "p4@example.org"]


def test_whom_the_claim_forbids_is_not_written_to() -> None:
    """Suppressed between the look and the claim."""
    ledger = ledger_of(3)
    ledger.forbidden.add(DeliveryId(2))
    with SmtpServer() as server:
        report = run(ledger, server)

    assert (report.sent, report.skipped) == (2, 1)
    assert sorted(server.recipients) == ["p1@example.org", "p3@example.org"]


def test_what_did_not_leave_is_not_looked_at_twice_in_one_run() -> None:
    """More than one reading of the ledger, with people whom the claim forbids or who are held."""
    ledger = ledger_of(1200)
    ledger.forbidden.update(map(DeliveryId, range(1, 1200, 100)))

    def composing(delivery: Delivery) -> Message | Held:
        return Held(("city",)) if delivery.id % 100 == 0 else compose(delivery)

    with SmtpServer() as server:
        report = run(ledger, server, composing=composing)

    assert (report.sent, report.skipped, report.held) == (1176, 12, 12)
    assert all(len(outcomes) == 1 for outcomes in ledger.outcomes.values())


def test_a_short_reading_of_the_ledger_is_not_its_end() -> None:
    """The ledger looks at `limit` rows and passes over some of them, opted out since."""

    class Sparse(PaperLedger):
        def due_emails(self, sender, **asked):  # type: ignore[no-untyped-def]
            return super().due_emails(sender, **asked)[:7]

    ledger = Sparse()
    for number in range(1, 31):
        ledger.add(number, due=LONG_AGO)
    with SmtpServer() as server:
        assert run(ledger, server).sent == 30


def test_a_message_claimed_before_keeps_its_message_id_and_date() -> None:
    ledger = PaperLedger()
    ledger.add(
        1, due=LONG_AGO, message_id="<first@ledger.example>", message_date=NOON - timedelta(days=1)
    )
    with SmtpServer() as server:
        run(ledger, server)

    ((_, content),) = server.received
    assert b"Message-ID: <first@ledger.example>\r\nDate: 2027-02-28T12:00:00+00:00\r\n" in content


def test_what_the_claim_writes_is_what_leaves() -> None:
    """The ledger's clock differs from the run's."""

    class OwnDate(PaperLedger):
        def exchange(self, finished, *, now, **asked):  # type: ignore[no-untyped-def]
            return super().exchange(finished, now=now - timedelta(hours=3), **asked)

    ledger = OwnDate()
    ledger.add(1, due=LONG_AGO)
    with SmtpServer() as server:
        run(ledger, server)

    assert b"Date: 2027-03-01T09:00:00+00:00\r\n" in server.received[0][1]


def test_a_campaign_that_cannot_be_composed_is_told_once_and_the_others_go_on() -> None:
    ledger = ledger_of(3, campaign=1)
    for number in (4, 5):
        ledger.add(number, due=LONG_AGO, campaign=2)

    def composing(delivery: Delivery) -> Message:
        if delivery.campaign == 1:
            raise OutreachError(Text("templates/a.html: no such file"))
        return compose(delivery)

    with SmtpServer() as server:
        report = run(ledger, server, composing=composing)

    assert (report.sent, report.remaining) == (2, 3)
    assert [str(error) for error in report.errors] == ["templates/a.html: no such file"]


def test_only_the_campaigns_asked_for_are_sent() -> None:
    ledger = ledger_of(2, campaign=1)
    ledger.add(3, due=LONG_AGO, campaign=2)
    with SmtpServer() as server:
        report = run(ledger, server, campaigns=[CampaignId(2)])

    assert (report.sent, server.recipients) == (1, ["p3@example.org"])


# --- servers in trouble --------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_dead_server_loses_nothing_is_told_once_and_holds_up_no_other_sender() -> None:
    ledger = ledger_of(10, sender="paul")
    for number in range(11, 16):
        ledger.add(number, due=LONG_AGO, sender="marie")
    with SmtpServer() as server:
        ways: dict[str, Transport] = {"marie": way_out(server), "paul": way_out(free_port())}
        report = run(ledger, ways)

    assert (report.sent, report.remaining) == (5, 10)
    assert [type(error).__name__ for error in report.errors] == ["ServerDown"]
    assert ledger.in_state(DeliveryState.DUE) == list(range(1, 11))


def test_a_sender_without_a_server_is_named() -> None:
    ledger = ledger_of(2, sender="nobody")
    with SmtpServer() as server:
        report = run(ledger, server)

    assert report.remaining == 2
    assert "'nobody'" in str(report.errors[0])


def test_after_three_policy_refusals_in_a_row_the_provider_hears_nothing_more() -> None:
    """The third one goes back to due with everybody behind it, before a fourth is announced."""
    ledger = ledger_of(60)
    for number in range(61, 64):
        ledger.add(number, due=LONG_AGO, domain="elsewhere.example")
    with SmtpServer({"RCPT": "550 5.7.1 blocked"}, times=3) as server:
        report = run(ledger, {"marie": way_out(server, connections=1)})

    assert (report.sent, report.refused) == (3, 2)
    assert len(server.recipients) == 3
    assert report.deferred == 1
    assert "550 5.7.1 blocked" in str(report.errors[0])
    assert report.not_before == NOON + timedelta(minutes=10)


def test_five_unknown_outcomes_in_a_row_stop_the_sender() -> None:
    ledger = ledger_of(30)
    with SmtpServer({"BODY": HANG_UP}) as server:
        report = run(ledger, {"marie": way_out(server, connections=1)})

    assert (report.unknown, report.remaining) == (5, 25)


def test_twenty_dead_addresses_in_a_row_pause_their_campaign_and_no_other() -> None:
    """Those who were announced by then may still be refused: two for each connection."""
    ledger = ledger_of(40, campaign=1)
    for number in range(41, 51):
        ledger.add(number, due=LONG_AGO + timedelta(days=1), campaign=2)
    refused = {"RCPT": "550 5.1.1 unknown user"}
    with SmtpServer(refused, only_for="dead") as server:

        def composing(delivery: Delivery) -> Message:
            made = compose(delivery)
            dead = delivery.campaign == 1
            return replace(made, recipient=f"dead-{made.recipient}") if dead else made

        report = run(ledger, server, composing=composing)

    assert 20 <= report.refused <= 28
    assert (report.sent, report.remaining) == (10, 40 - report.refused)
    assert [type(error).__name__ for error in report.errors] == ["CampaignPaused"]


# --- pace ----------------------------------------------------------------------------------------


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that a task or a thread does, however slow the machine."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def most_in_any_window(starts: list[datetime], window: timedelta) -> int:
    starts = sorted(starts)
    return max(sum(1 for s in starts if a <= s < a + window) for a in starts)


def test_the_pace_is_kept_on_a_simulated_clock() -> None:
    """120 people at 60 a minute: two minutes of pretended time."""
    ledger = ledger_of(120)
    clock = PretendedClock(NOON)
    with SmtpServer() as server:
        report = run(ledger, server, Limits(per_minute=60, per_second=5), clock=clock)

    assert report.sent == 120
    starts = list(ledger.claimed_at.values())
    assert most_in_any_window(starts, timedelta(minutes=1)) <= 60
    assert most_in_any_window(starts, timedelta(seconds=1)) <= 5
    assert timedelta(seconds=119) <= clock.now() - NOON <= timedelta(seconds=123)


def test_the_pace_is_kept_on_the_real_clock() -> None:
    ledger = ledger_of(10)
    begun = time.monotonic()
    with SmtpServer() as server:
        report = run(ledger, server, Limits(per_second=20), clock=RealClock())

    assert report.sent == 10
    assert time.monotonic() - begun >= 9 / 20
    assert most_in_any_window(list(ledger.claimed_at.values()), timedelta(seconds=0.25)) <= 5


def test_a_slow_server_does_not_slow_the_pace() -> None:
    """It answers nobody until all of its eight connections are busy: nothing waits for answers."""
    ledger = ledger_of(16)

    async def work(server: SmtpServer) -> SendReport:
        limits = {"marie": Limits(per_second=20)}
        ways = {"marie": way_out(server, 8)}
        task = asyncio.create_task(sending(ledger, ways, limits, RealClock()))
        await until(lambda: server.bodies == 8)
        server.holds = False
        return await task

    with SmtpServer(holds=True) as server:
        report = asyncio.run(work(server))

    assert (report.sent, report.unknown) == (16, 0)


def test_a_full_hour_ends_the_run_and_says_when_to_come_back() -> None:
    ledger = ledger_of(5)
    with SmtpServer() as server:
        report = run(ledger, server, Limits(per_hour=3))

    assert (report.sent, report.remaining) == (3, 2)
    assert report.not_before == NOON + timedelta(hours=1)


def test_the_first_day_of_a_warm_up_counts_what_earlier_runs_sent() -> None:
    ledger = ledger_of(10)
    limits = Limits(warm_up_start=4, warm_up_growth=Fraction(1, 2))
    with SmtpServer() as server:
        counts = [
            run(ledger, server, limits, clock=PretendedClock(NOON + later)).sent
            for later in (timedelta(0), timedelta(hours=12), timedelta(days=1))
        ]

    assert counts == [4, 0, 6]


def test_a_closed_domain_never_delays_another() -> None:
    ledger = ledger_of(5, domain="orange.fr")
    for number in range(6, 26):
        ledger.add(number, due=LONG_AGO, domain=f"d{number}.example")
    with SmtpServer() as server:
        report = run(
            ledger, {"marie": way_out(server, 1)}, Limits(per_domain_per_minute=1), limit=21
        )

    assert report.sent == 21
    assert server.recipients[0] == "p1@example.org"
    assert sorted(server.recipients[1:]) == sorted(f"p{n}@example.org" for n in range(6, 26))


def test_a_second_run_right_after_the_first_does_not_start_the_minute_anew() -> None:
    """Two a minute: the second message, a run later, waits its half minute."""
    ledger = ledger_of(2)
    with SmtpServer() as server:
        run(ledger, server, Limits(per_minute=2), limit=1)
        clock = PretendedClock(NOON + timedelta(seconds=1))
        run(ledger, server, Limits(per_minute=2), clock=clock)

    assert sorted(ledger.claimed_at.values()) == [NOON, NOON + timedelta(seconds=30)]


def test_a_run_sends_no_more_than_its_limit_and_not_after_its_end() -> None:
    ledger = ledger_of(20)
    with SmtpServer() as server:
        few = run(ledger, server, limit=3)
        late = run(ledger, server, until=NOON)
        until = run(ledger, server, Limits(per_second=1), until=NOON + timedelta(seconds=5))

    assert (few.sent, few.remaining) == (3, 17)
    assert late.sent == 0
    assert 4 <= until.sent <= 6


# --- stopping ------------------------------------------------------------------------------------


def test_ctrl_c_finishes_what_is_on_the_wire_and_leaves_the_rest_due() -> None:
    ledger = ledger_of(20)

    async def work(server: SmtpServer) -> SendReport:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        with stop_on_signals(stop, asyncio.Event()):
            loop.call_later(0.15, os.kill, os.getpid(), signal.SIGINT)
            return await sending(ledger, {"marie": way_out(server, 2)}, {}, RealClock(), stop=stop)

    with SmtpServer(delay=0.4) as server:
        report = asyncio.run(work(server))

    assert report.interrupted
    assert (report.sent, report.remaining) == (2, 18)
    assert ledger.in_state(DeliveryState.CLAIMED) == []
    assert len(server.received) == 2


def test_after_ctrl_c_a_server_that_never_answers_is_awaited_for_a_short_time_only() -> None:
    """Its two messages are in doubt then: whether they arrived is asked, not guessed."""
    ledger = ledger_of(20)

    async def work(server: SmtpServer) -> SendReport:
        stop = asyncio.Event()
        ways = {"marie": way_out(server, 2)}
        task = asyncio.create_task(
            sending(ledger, ways, {}, RealClock(), stop=stop, last_answers=0.3)
        )
        await until(lambda: server.bodies == 2)
        stop.set()
        return await task

    with SmtpServer({"BODY": SILENCE}) as server:
        report = asyncio.run(work(server))

    assert (report.interrupted, report.unknown, report.remaining) == (True, 2, 18)
    assert len(ledger.in_state(DeliveryState.UNKNOWN)) == 2
    assert ledger.in_state(DeliveryState.CLAIMED) == []


def test_ctrl_c_during_a_wait_is_quick() -> None:
    ledger = ledger_of(5)

    async def work(server: SmtpServer) -> SendReport:
        stop = asyncio.Event()
        limits = {"marie": Limits(per_minute=2)}
        ways = {"marie": way_out(server)}
        task = asyncio.create_task(sending(ledger, ways, limits, RealClock(), stop=stop))
        await until(lambda: len(ledger.in_state(DeliveryState.SENT)) == 1)
        stop.set()
        # The next one may leave half a minute later.
        return await asyncio.wait_for(task, 20)

    with SmtpServer() as server:
        report = asyncio.run(work(server))

    assert (report.sent, report.interrupted) == (1, True)


def test_a_cancelled_run_lands_too() -> None:
    """Where no signal handler can be set, asyncio cancels the task at Ctrl-C."""
    ledger = ledger_of(10)

    async def work(server: SmtpServer) -> None:
        ways = {"marie": way_out(server, 2)}
        task = asyncio.create_task(sending(ledger, ways, {}, RealClock()))
        await until(lambda: server.bodies == 2)
        task.cancel()
        await asyncio.sleep(0)
        server.holds = False
        with pytest.raises(asyncio.CancelledError):
            await task

    with SmtpServer(holds=True) as server:
        asyncio.run(work(server))

    assert len(ledger.in_state(DeliveryState.SENT)) == 2
    assert ledger.in_state(DeliveryState.CLAIMED) == []


def test_progress_is_told_on_the_way() -> None:
    told: list[Progress] = []
    with SmtpServer() as server:
        run(ledger_of(12), server, progress=told.append)

    assert told[-1].sent == 12
    assert told[-1].under_way == 0
    assert [p.sent for p in told] == sorted(p.sent for p in told)


def test_nothing_due_is_nothing_done() -> None:
    with SmtpServer() as server:
        report = run(PaperLedger(), server)

    assert (report.sent, report.remaining, report.not_before, report.interrupted) == (
        0,
        0,
        None,
        False,
    )
    assert server.connections == 0
