"""The event loop: uvloop's where it exists (not on Windows), else asyncio's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from outreach.runner.collecting import few_collections

Result = TypeVar("Result")


def run_in_loop(work: Coroutine[object, object, Result]) -> Result:
    """`asyncio.run`, on the faster loop where there is one."""
    with few_collections():
        try:
            import uvloop
        except ImportError:
            return asyncio.run(work)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
