"""What a command costs before it does anything: start-up, beside what it cannot do without.

Every pair is timed in turn (A B A B …), after a warm-up; the medians and the median of the
ratios pair by pair are printed. Goals: `outreach --help` ≤ 2 × `import click`; a small command
≤ 1.6 × the imports it needs.

    python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import outreach

OUTREACH = (sys.executable, "-m", "outreach")

#: What counting contacts cannot do without: settings (YAML, pydantic) and the store.
_ANYWHERE = (
    "from pydantic import BaseModel, model_validator, WithJsonSchema;"
    "import click, yaml, email_validator, zoneinfo, babel.core, sqlalchemy"
)
NEEDED = f"{_ANYWHERE}, sqlite3, sqlalchemy.dialects.sqlite"
#: The same where the store is in PostgreSQL.
NEEDED_POSTGRESQL = f"{_ANYWHERE}, psycopg, sqlalchemy.dialects.postgresql.psycopg"


def prepared() -> None:
    """Our modules compiled, as an installation compiles them (and as the others are)."""
    compileall.compile_dir(Path(outreach.__file__).parent, quiet=1)


def seconds(command: tuple[str, ...], folder: Path) -> float:
    """The wall time of one whole process."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(
    label: str, ours: tuple[str, ...], other: tuple[str, ...], folder: Path, runs: int
) -> None:
    """Time two commands in turn and print their medians and ratio."""
    pairs = [(seconds(ours, folder), seconds(other, folder)) for _ in range(runs + 1)][1:]
    a = statistics.median(pair[0] for pair in pairs)
    b = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(first / second for first, second in pairs)
    print(f"{label:<34} {a * 1000:7.0f} ms {b * 1000:7.0f} ms {ratio:7.2f} ×")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    prepared()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run((*OUTREACH, "init", "."), cwd=folder, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            (*OUTREACH, "contacts", "count"), cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        print(f"{'':<34} {'outreach':>10} {'beside':>10} {'ratio':>9}")
        click = (sys.executable, "-c", "import click")
        compare("outreach --help / import click", (*OUTREACH, "--help"), click, folder, runs)
        needed = (sys.executable, "-c", NEEDED)
        compare(
            "contacts count / its imports", (*OUTREACH, "contacts", "count"), needed, folder, runs
        )
        compare("status / its imports", (*OUTREACH, "status"), needed, folder, runs)


if __name__ == "__main__":
    main()
