"""Issue 7, line 6.4: the lifetime value of CDNOW's customers, against the published parameters.

The purchases come in through `history import`; likelihood and survivors are made again here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from math import exp, lgamma, log
from pathlib import Path

import pytest
from workspaces import Workspace

#: Thirty years later.
NOW = "2027-06-30T18:00"


def log_likelihood(counts: Sequence[tuple[int, float, float]], r: float, alpha: float, a: float,
                   b: float) -> float:  # fmt: skip
    """Of BG/NBD, written again from Fader, Hardie and Lee (2005), equation 6."""

    def of_one(x: int, last: float, age: float) -> float:
        head = lgamma(r + x) - lgamma(r) + r * log(alpha)
        alive = lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
        living = alive - (r + x) * log(alpha + age)
        if not x:
            return head + living
        gone = alive + log(a / (b + x - 1)) - (r + x) * log(alpha + last)
        return head + max(living, gone) + log(1 + exp(-abs(living - gone)))

    return sum(of_one(*one) for one in counts)


def test_cdnow_through_history_import(workspace: Workspace, real_data: Path) -> None:
    """The published parameters, the likelihood and who is alive, made again from the rows."""
    days: dict[str, set[date]] = defaultdict(set)
    rows = []
    for line in (real_data / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, who, day, _, amount = line.split()
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        days[who].add(on)
        rows.append((who, on, amount))
    lines = [f"{who};order;{on};{amount}" for who, on, amount in rows]
    workspace.write("cdnow.csv", "\n".join(["Code;étape;date;montant", *lines]) + "\n")
    workspace.ok(
        "history", "import", "cdnow.csv", "--campaign", "cdnow", "--create-contacts", now=NOW
    )
    end = date(1997, 9, 30)
    counts = []
    for seen in days.values():
        known = sorted(on for on in seen if on <= end)
        first = known[0]
        counts.append((len(known) - 1, (known[-1] - first).days / 7, (end - first).days / 7))

    found = workspace.ok("portfolio", "--on", str(end), now=NOW)

    model = found["model"]
    r, alpha, a, b = (model[name] for name in ("r", "alpha", "a", "b"))
    assert [round(x, 3) for x in (r, alpha, a, b)] == [0.243, 4.414, 0.793, 2.426]
    assert model["log_likelihood"] == pytest.approx(log_likelihood(counts, r, alpha, a, b))
    alive = sum(
        1 / (1 + (x > 0) * a / (b + max(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x))
        for x, last, age in counts
    )
    assert model["alive"] == pytest.approx(alive, rel=1e-4)
    assert found["customers"] == len(counts) == 2357
    # Whoever bought first in the first quarter of 1997 is nobody's prospect any more.
    assert found["prospects"]["stock"] == 0
    quarter = workspace.ok("portfolio", "--on", "1997-02-28", "--months", "2", now=NOW)
    assert quarter["customers"] == sum(min(seen) <= date(1997, 2, 28) for seen in days.values())
    assert [row["orders"] for row in quarter["by_month"]] == [
        sum(on.year == 1997 and on.month == month for _, on, _ in rows) for month in (1, 2)
    ]
