"""A campaign to thousands, killed again and again, to a receiver that breaks on purpose.

Nothing is fast here: what counts is that nobody gets two messages, nobody is forgotten, and
that all doubt is settled by the receiver's log. Two of three tries go well; the others meet
cut connections, 421, 4yz, 5yz, late answers and closed doors (tests/storms/faults.py). Kills hit
the process group, the run alone, or one of its workers, at random moments; some runs have a full
disk. Ends with an error when anything is not as it must be.

    python benchmarks/chaos.py [PEOPLE] [ROUNDS] [SEED]
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from storms.storm import Count, Storm
from workspaces import Workspace

COLUMNS = (
    "seed", "people", "runs", "kills", "doubles", "forgotten", "doubt", "allowed",
    "doubt_by_cuts", "cuts", "settled", "sent", "refused",
)  # fmt: skip


WIDTH = 13


def main(people: int = 5_000, rounds: int = 3, seed: int | None = None) -> None:
    first = random.randrange(1_000_000) if seed is None else seed
    print(*(f"{column:>{WIDTH}}" for column in COLUMNS), f"{'seconds':>9}")
    right = True
    for number in range(first, first + rounds):
        count = blow(people, number)
        print(
            *(f"{getattr(count, column):>{WIDTH}}" for column in COLUMNS), f"{count.seconds:>9.0f}"
        )
        for sentence in count.wrong:
            print("  wrong:", sentence)
        right = right and not count.wrong
    sys.exit(0 if right else 1)


def blow(people: int, seed: int) -> Count:
    """One storm in a workspace of its own."""
    os.environ["NO_COLOR"] = "1"
    with tempfile.TemporaryDirectory(prefix="outreach-chaos-") as folder:
        os.chdir(folder)
        try:
            storm = Storm(
                Workspace(Path(folder)), seed=seed, people=people, kills=12, connections=8,
                pause=0.002, rooms=(0, 300_000, 1_000_000),
            )  # fmt: skip
            return storm.blow()
        finally:
            os.chdir("/")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
