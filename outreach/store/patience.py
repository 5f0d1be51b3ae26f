"""How long a question of a user's may take: a selection can be written that never ends.

PostgreSQL counts by itself (`statement_timeout`). SQLite calls back every so many steps;
only the time it works is counted, not the time somebody takes to read the rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from outreach.errors import StoreError, Text

#: Seconds after which a question is given up.
PATIENCE = 60.0

#: Steps of SQLite's machine between two looks at the clock: a few milliseconds.
_STEPS = 200_000
#: A longer pause between two looks was not SQLite's.
_PAUSE = 0.5


class QueryTooSlow(StoreError):
    """A selection was given up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            Text("no answer within {seconds} seconds: the question was given up",
                 seconds=int(seconds)),
            hint=Text("see what is slow in it: outreach segment explain EXPR"),
        )  # fmt: skip


@contextmanager
def patience(
    connection: Connection, seconds: float, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[], None]]:
    """Raise `QueryTooSlow` where the statements in this block work longer than that.

    What is given is called when some of the answer is there: the time counts from then on anew.
    A million rows may take minutes to read, as long as they come. `clock` tells seconds.
    """
    if connection.dialect.name == "sqlite":
        with _watched(connection, _Watch(seconds, clock)) as answered:
            yield answered
        return
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
    try:
        # PostgreSQL counts for each page that is fetched.
        yield lambda: None
    except OperationalError as error:
        if "statement timeout" in str(error.orig):
            raise QueryTooSlow(seconds) from error
        raise


@contextmanager
def _watched(connection: Connection, watch: _Watch) -> Iterator[Callable[[], None]]:
    raw: Any = connection.connection.driver_connection
    raw.set_progress_handler(watch, _STEPS)
    try:
        yield watch.again
    except OperationalError as error:
        if watch.over:
            raise QueryTooSlow(watch.seconds) from error
        raise
    finally:
        raw.set_progress_handler(None, 0)


class _Watch:
    """Adds up the time between looks; true stops the statement."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self.clock = clock
        self.again()

    def again(self) -> None:
        self.left = self.seconds
        self.looked = self.clock()

    @property
    def over(self) -> bool:
        return self.left < 0

    def __call__(self) -> bool:
        now = self.clock()
        self.left -= min(now - self.looked, _PAUSE)
        self.looked = now
        return self.over
