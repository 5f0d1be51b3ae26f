"""Make the figures of `outreach report --json` again, from `outreach events export` alone.

    python tests/recompute events.csv CAMPAIGN --on DAY [--rule last|first|even] [--at-once DAYS]
                             [--by step|channel|source|kind|wave|week|month]
    python tests/recompute events.csv --on DAY --since DAY

Another program on purpose: nothing of outreach is imported, nothing but the export is read,
and every formula is written out once more from its textbook form. It prints one JSON object
with the report's own keys, or with the portfolio's where no campaign is named. `--on` is the
day on which the other program was asked. The tests compare the two; whoever doubts a figure
may do so too.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from campaign import report
from customers import portfolio
from export import read
from portions import BY


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("events", type=Path)
    words.add_argument("campaign", nargs="?")
    words.add_argument("--on", type=date.fromisoformat, required=True)
    words.add_argument("--since", type=date.fromisoformat)
    words.add_argument("--rule", choices=("last", "first", "even"), default="last")
    words.add_argument("--at-once", type=int, default=7)
    words.add_argument("--by", choices=BY, action="append", default=[])
    asked = words.parse_args()
    rows = read(asked.events)
    if asked.campaign:
        told = report(
            rows, asked.campaign, asked.on, rule=asked.rule, at_once=asked.at_once, by=asked.by
        )
    else:
        told = portfolio(rows, asked.on, asked.since)
    json.dump(told, sys.stdout, default=float, indent=1)


if __name__ == "__main__":
    main()
