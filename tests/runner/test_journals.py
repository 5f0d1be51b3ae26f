"""What the journals of a dead run tell: who is due again, who got a mail, who is in doubt."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.errors import OutreachError, Text
from outreach.model.delivery import Deferred, Outcome, Sent, Unknown
from outreach.model.settings import Limits, Security, Sender, Server
from outreach.runner.journals import Journals, journals_of, own_journals
from outreach.runner.staff import processes_for, shares_of
from outreach.store.engine import Database
from outreach.store.flight_journal import FlightJournal, boot_id
from outreach.store.store import Store
from outreach.transports import ServerDown

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
RUN = "3f2a9c81d0e4-12-20270301T090000000000"
#: Begins two journals of a run.
Begin = Callable[[Journals], list[FlightJournal]]
IN_DOUBT = Unknown(Text("the run ended before the answer came"))


def told(folder: Path, *keys: int) -> list[Outcome | None]:
    journals = Journals(folder, RUN)
    flown = journals.merged(set(keys))
    return [journals.outcome(flown, key) for key in keys]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begins two journals of a run; lets go of them at the end of the test."""
    with ExitStack() as begun:

        def both(journals: Journals) -> list[FlightJournal]:
            return [begun.enter_context(closing(one)) for one in journals.begin(2)]

        yield both


def test_a_dead_process_leaves_only_its_wire_in_doubt(tmp_path: Path, begin: Begin) -> None:
    first, second = begin(Journals(tmp_path, RUN))
    first.record((), (1, 2))
    first.record([(1, Sent("250 ok"))], ())
    second.record((), (3,))

    assert told(tmp_path, 1, 2, 3, 4) == [Sent("250 ok"), IN_DOUBT, IN_DOUBT, None]


@pytest.mark.skipif(not boot_id(), reason="this system does not tell its starts apart")
def test_after_the_machine_went_down_a_missing_line_proves_nothing(tmp_path: Path) -> None:
    path = Journals(tmp_path, RUN).paths(1)[0]
    before = FlightJournal(path, run=RUN, boot="an-earlier-start")
    before.record((), (1, 2))
    before.record([(1, Sent("250 ok"))], ())
    before.close()

    assert told(tmp_path, 1, 2, 3) == [Sent("250 ok"), IN_DOUBT, IN_DOUBT]


def test_where_one_of_two_journals_is_missing_nobody_is_called_due_again(
    tmp_path: Path, begin: Begin
) -> None:
    first, second = begin(Journals(tmp_path, RUN))
    first.record((), (1,))
    second.remove()

    assert told(tmp_path, 1, 2) == [IN_DOUBT, IN_DOUBT]


def test_deferred_by_one_process_and_begun_by_the_other_is_in_doubt(
    tmp_path: Path, begin: Begin
) -> None:
    first, second = begin(Journals(tmp_path, RUN))
    first.record((), (1,))
    first.record([(1, Deferred("450 later"))], ())
    second.record((), (1,))

    assert told(tmp_path, 1) == [IN_DOUBT]


def test_without_journals_everybody_is_in_doubt(tmp_path: Path) -> None:
    assert told(tmp_path, 1) == [IN_DOUBT]


def test_a_store_knows_its_own_journals_by_the_store_the_run_and_its_beginning(
    tmp_path: Path, begin: Begin, open_store: Callable[..., Database]
) -> None:
    """Two stores, and a copy of the first: all of them have a run 1, in one folder."""
    first, other = (Store(open_store(folder=tmp_path / name)) for name in ("first", "other"))
    with closing(sqlite3.connect(tmp_path / "first" / "store.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "first" / "store.db", tmp_path / "copy" / "store.db")
    copy = Store(open_store(folder=tmp_path / "copy"))
    flights = tmp_path / "flight"
    mine: list[Journals] = []
    for minute, store in enumerate((first, other, copy)):
        run = store.runs.start(now=NOON + timedelta(minutes=minute), host="here", pid=1)
        mine.append(journals_of(store, run, flights))
        begin(mine[-1])
    (flights / "a folder.1of1").mkdir()

    assert list(own_journals(first, flights)) == [(mine[0], True), (mine[2], False)]
    assert list(own_journals(other, flights)) == [(mine[1], True)]
    assert list(own_journals(copy, flights)) == [(mine[0], False), (mine[2], True)]


# --- how many processes, and who gets which connections ------------------------------------------


def sender(name: str, connections: int, limits: Limits | None = None) -> Sender:
    server = Server(host="127.0.0.1", port=25, security=Security.NONE, connections=connections)
    return Sender(
        name=name,
        display_name=name,
        address=f"{name}@atelier.example",
        servers=(server,),
        limits=limits or Limits(),
    )


def connections(senders: dict[str, Sender], count: int) -> list[dict[str, int]]:
    return [
        {key: one.servers[0].connections for key, one in shares_of(senders, n, count).items()}
        for n in range(count)
    ]


def test_connections_are_shared_out_and_a_single_one_lives_in_one_process() -> None:
    senders = {"anne": sender("anne", 8), "paul": sender("paul", 1), "zoe": sender("zoe", 3)}

    assert connections(senders, 2) == [{"anne": 4, "zoe": 2}, {"anne": 4, "paul": 1, "zoe": 1}]


def test_a_slow_pace_or_few_messages_need_one_process() -> None:
    assert processes_for(100, {"anne": sender("anne", 8)}) == 1
    assert processes_for(100_000, {"anne": sender("anne", 8, Limits(per_minute=600))}) == 1


def test_an_error_of_a_worker_arrives_as_it_was() -> None:
    error = ServerDown("mail.example:587", "refused")
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), isinstance(again, OutreachError)) == (
        ServerDown,
        str(error),
        True,
    )
