"""Acts that make many values and hardly a cycle: the collector of cycles need not look for them.

Everything is let go of as soon as nobody has it any more, as ever. What the program is made of,
and a million people who are being chosen, the collector would go through again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: So many more containers made than dropped begin a collection; Python's own number is 700.
_YOUNG = 20_000


@contextmanager
def few_collections() -> Iterator[None]:
    """Until the block ends."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
