"""The dispatcher's side of several processes: what it does when one of them, or it, goes wrong."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.errors import OutreachError, StoreError, Text
from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState, Outcome
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.runner.crew import Crew, Worker
from outreach.runner.frames import Word, read_frame, write_frame
from outreach.runner.inbox import Share
from outreach.runner.journals import Journals
from outreach.runner.worker import fork_worker
from outreach.store.flight_journal import FlightJournal, boot_id

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes: Linux only")

RUN = "1"


class Ears:
    """What the crew tells; `full` is a store that cannot be written."""

    def __init__(self, *, full: bool = False) -> None:
        self.full = full
        self.ended: list[int] = []
        self.returned: list[int] = []
        self.bugs: list[BaseException] = []
        self.errors: list[OutreachError] = []

    def came_back(
        self, sender: str, ended: Sequence[tuple[int, Outcome]], returned: Sequence[int]
    ) -> None:
        if self.full:
            raise StoreError(Text("database or disk is full"))
        self.ended += [key for key, _ in ended]
        self.returned += returned

    def left(self, keys: Sequence[int]) -> None:
        """Nothing is paced."""

    def closed(self, what: str | CampaignId, error: OutreachError) -> None:
        self.errors.append(error)

    def lost(self, error: OutreachError) -> None:
        self.errors.append(error)

    def broke(self, error: BaseException) -> None:
        self.bugs.append(error)


def delivery(number: int) -> Delivery:
    return Delivery(
        id=DeliveryId(number),
        campaign=CampaignId(1),
        step_id=StepId(1),
        step="invitation",
        contact=ContactId(number),
        channel=Channel.EMAIL,
        state=DeliveryState.CLAIMED,
        due_at=datetime(2027, 3, 1, tzinfo=UTC),
        sender="marie",
    )


def worker(folder: Path, name: str, life: Callable[[socket.socket], None]) -> Worker:
    """One with a clean, empty journal and two connections."""
    journal = FlightJournal(folder / f"{RUN}.{name}", run=RUN, boot=boot_id())
    journal.close()
    process, channel = fork_worker(life, ())
    return Worker(process, channel, folder / f"{RUN}.{name}", {"marie": 2})


def says_that_it_sent_one(channel: socket.socket) -> None:
    async def life() -> None:
        reader, writer = await asyncio.open_unix_connection(sock=channel)
        await read_frame(reader)
        write_frame(writer, Word.BACK, "marie", [(1, "250 ok")], [])
        # Until the dispatcher is gone.
        while await read_frame(reader):
            pass

    asyncio.run(life())


def waits_to_be_killed(channel: socket.socket) -> None:
    signal.pause()


def finishes_after_the_other_died(channel: socket.socket) -> None:
    """As workers do, it reads nothing more after it was told to finish."""

    async def life() -> None:
        reader, writer = await asyncio.open_unix_connection(sock=channel)
        while (frame := await read_frame(reader)) and frame[0] is not Word.FINISH:
            pass
        await asyncio.sleep(0.5)
        write_frame(writer, Word.DONE)
        await writer.drain()

    asyncio.run(life())


def test_an_error_while_a_worker_is_heard_is_told_and_the_crew_still_finishes(
    tmp_path: Path,
) -> None:
    told = Ears(full=True)

    async def work() -> None:
        crew = Crew(
            [worker(tmp_path, "1of1", says_that_it_sent_one)],
            told,
            journals=Journals(tmp_path, RUN),
        )
        async with crew:
            crew.give("marie", [delivery(1)])
            while not told.bugs:
                await asyncio.sleep(0.01)
            await crew.finish()
            assert crew.connections("marie") == 0

    asyncio.run(asyncio.wait_for(work(), 10))

    assert [str(bug) for bug in told.bugs] == ["database or disk is full"]
    assert told.errors == []


def test_what_a_worker_leaves_that_dies_at_the_end_goes_to_no_other(tmp_path: Path) -> None:
    """The other was told to finish as well and takes nothing more: it did not die."""
    told = Ears()
    first = worker(tmp_path, "1of2", waits_to_be_killed)
    second = worker(tmp_path, "2of2", finishes_after_the_other_died)

    async def work() -> None:
        async with Crew([first, second], told, journals=Journals(tmp_path, RUN)) as crew:
            crew.give("marie", [delivery(number) for number in (1, 2)])
            [mine] = first.hand
            [other] = second.hand
            second.drop(other)
            asyncio.get_running_loop().call_later(0.1, os.kill, first.process, signal.SIGKILL)
            await crew.finish()
            assert told.returned == [mine]

    asyncio.run(asyncio.wait_for(work(), 10))

    assert [f"process {first.process}, code -9" in str(error) for error in told.errors] == [True]


def test_a_worker_that_breaks_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    def breaks(channel: socket.socket) -> None:
        raise ZeroDivisionError("nothing to share")

    process, channel = fork_worker(breaks, ())
    with channel:
        _, status = os.waitpid(process, 0)

    assert os.waitstatus_to_exitcode(status) == 1
    assert "ZeroDivisionError: nothing to share" in capfd.readouterr().err


def test_there_is_no_room_where_nobody_works() -> None:
    """1,000 a second left until now; then the last connection is gone."""
    share = Share()
    share.took(500)
    share.came(100, 0)
    assert share.room(4, 0.1) == 600
    assert share.room(0, 0.1) == 0


def test_what_is_given_back_is_no_work_done() -> None:
    """500 given back unsent in a tenth of a second: there is room for the connections alone."""
    share = Share()
    share.took(500)
    share.came(0, 500)
    assert share.room(4, 0.1) == 8
