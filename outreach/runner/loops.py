"""The event loop: uvloop's where it exists (not on Windows), else asyncio's own.

A run of sending makes many values and hardly a cycle: what the program is made of, the
collector need not look at again.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

#: So many more containers made than dropped begin a collection; Python's own number is 700.
_YOUNG = 20_000

Result = TypeVar("Result")


def run_in_loop(work: Coroutine[object, object, Result]) -> Result:
    """`asyncio.run`, on the faster loop where there is one."""
    with _few_collections():
        try:
            import uvloop
        except ImportError:
            return asyncio.run(work)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)


@contextmanager
def _few_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
