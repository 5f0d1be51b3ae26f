"""Ctrl-C, SIGTERM and a closed terminal as a wish to stop, not in the middle of something."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals(stop: asyncio.Event, at_once: asyncio.Event) -> Iterator[None]:
    """Set `stop` at the first Ctrl-C, SIGTERM or SIGHUP, and `at_once` at the second.

    The third one acts as ever.

    Under `nohup` a closed terminal stays ignored.

    Where the event loop cannot take signals (Windows, another thread) nothing is changed:
    there asyncio itself cancels the task, and the sending loop lands then too.
    """
    loop = asyncio.get_running_loop()
    taken: list[signal.Signals] = []

    def give_back() -> None:
        for number in taken:
            loop.remove_signal_handler(number)
        taken.clear()

    def wish() -> None:
        if stop.is_set():
            at_once.set()
            give_back()
        stop.set()

    try:
        for number in _wishes():
            loop.add_signal_handler(number, wish)
            taken.append(number)
    except (NotImplementedError, ValueError, RuntimeError):
        give_back()
    try:
        yield
    finally:
        give_back()


def _wishes() -> Iterator[signal.Signals]:
    yield from (signal.SIGINT, signal.SIGTERM)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        yield signal.SIGHUP
