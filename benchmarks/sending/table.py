"""Senders timed in turn, and the table of what they took."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping

from sending.sink import Taken

Senders = Mapping[str, Callable[[], Taken]]


def in_turn(senders: Senders, rounds: int) -> dict[str, list[Taken]]:
    """Each sender once a round."""
    taken: dict[str, list[Taken]] = {name: [] for name in senders}
    for _ in range(rounds):
        for name, send in senders.items():
            taken[name].append(send())
    return taken


def show(title: str, taken: Mapping[str, list[Taken]], goals: Mapping[str, str]) -> None:
    """A line for each sender, the ratio to the first."""
    first = next(iter(taken.values()))
    print(f"\n{title}")
    print(f"  {'':<34} {'messages/s':>10} {'ratio':>7} {'CPU µs':>8} {'sink µs':>8} {'start':>8}")
    for name, ours in taken.items():
        ratio = statistics.median(a.rate / b.rate for a, b in zip(ours, first, strict=True))
        shown = "" if ours is first else f"{ratio:7.3f}"
        print(
            f"  {name:<34} {_median(ours, 'rate'):10,.0f} {shown:>7}"
            f" {_median(ours, 'sender'):8.0f} {_median(ours, 'sink'):8.0f}"
            f" {_median(ours, 'start_up'):6.1f} s  {goals.get(name, '')}".rstrip()
        )


def _median(taken: list[Taken], name: str) -> float:
    values: list[float] = [getattr(one, name) for one in taken]
    return statistics.median(values)
