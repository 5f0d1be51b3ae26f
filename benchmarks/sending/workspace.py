"""A workspace made through the product: people imported, a campaign launched, a run.

The bases are kept below `~/.cache/outreach-benchmarks` only when asked for (a million people take
minutes to import); else everything is in a temporary folder. Addresses: half in eight large
domains, as in life, half in many small ones; all of them end in `.example`.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from people import COLUMNS, people

import outreach
from sending.mail import ADDRESS, FIELDS, SENDER, SIZES, SUBJECT, TEXT, html, unsubscribe_url
from sending.sink import Sink, Taken, timed

OUTREACH = (sys.executable, "-m", "outreach")

#: So high that none of them ever waits, and all of them are asked.
LIMITS = {
    "per_second": 1_000_000,
    "per_minute": 10_000_000,
    "per_hour": 100_000_000,
    "per_day": 100_000_000,
    "per_domain_per_minute": 10_000_000,
}
LARGE = 8

#: Where programs of others and large bases are kept between two runs of the benchmark.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "outreach-benchmarks"


def write_people(path: Path, count: int) -> None:
    """The people of `people.py`, every other one at one of the large domains."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(COLUMNS)
        for number, row in enumerate(people(count)):
            if number % 2:
                name = row[5].partition("@")[0]
                row = (*row[:5], f"{name}@mail{number // 2 % LARGE}.example", *row[6:])
            rows.writerow(row)


@dataclass(slots=True)
class Workspace:
    """A folder with contacts and templates, in which one campaign after the other is sent."""

    folder: Path
    store: str = "sqlite:///data/outreach.db"
    _campaigns: int = 0

    # --- files ----------------------------------------------------------------------------

    def settle(
        self, port: int, *, connections: int = 16, sender: Mapping[str, object] | None = None,
        **server: object,
    ) -> None:  # fmt: skip
        """Write the settings: where the sender submits to, and what else is said of it."""
        submits = {"host": "127.0.0.1", "port": port, "security": "none",
                   "connections": connections, "messages_per_connection": 100_000,
                   **server}  # fmt: skip
        settings = {
            "store": self.store,
            "organisation": {
                "name": "Atelier Brocéliande",
                "address": "3 rue du Four, 35000 Rennes",
                "privacy_url": "https://atelier.example/confidentialite",
            },
            "locale": "fr_FR",
            "unsubscribe_url": "https://atelier.example/u/{token}",
            "senders": {
                "elise": {
                    "from": f"{SENDER} <{ADDRESS}>",
                    "bounce": "bounce+{token}@atelier.example",
                    "smtp": submits,
                    "limits": LIMITS,
                    **(sender or {}),
                }
            },
        }
        (self.folder / "outreach.yaml").write_text(
            yaml.safe_dump(settings, allow_unicode=True), "utf-8"
        )

    def furnish(self) -> None:
        """Write the templates."""
        for name in ("templates", "campaigns"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for size in SIZES:
            (self.folder / "templates" / f"{_stem(size)}.html.j2").write_text(html(size), "utf-8")
        (self.folder / "templates" / "mail.txt.j2").write_text(TEXT, "utf-8")

    def fill(self, count: int) -> float:
        """Import so many people; the seconds it took."""
        write_people(self.folder / "people.csv", count)
        start = time.perf_counter()
        self.do("contacts", "import", "people.csv")
        return time.perf_counter() - start

    def person_rows(self, path: Path, count: int, among: Container[str] | None = None) -> None:
        """So many people as other senders want them: a CSV with a column a name.

        The first of the base, or of those with one of these addresses.
        """
        given = self.folder / "exported.csv"
        if not given.exists():
            self.do("contacts", "export", given.name, "--fields", ",".join(FIELDS))
        with given.open(encoding="utf-8-sig", newline="") as file, path.open(
            "w", encoding="utf-8", newline=""
        ) as out:  # fmt: skip
            rows = csv.DictReader(file, delimiter=";")
            chosen = (row for row in rows if among is None or row["email"] in among)
            written = csv.DictWriter(out, [*FIELDS, "unsubscribe_url"])
            written.writeheader()
            for person, _ in zip(chosen, range(count), strict=False):
                written.writerow({**person, "unsubscribe_url": unsubscribe_url(person)})

    # --- commands -------------------------------------------------------------------------

    def do(self, *words: str) -> str:
        """Run a command of the product. Raises `RuntimeError` with what it said."""
        done = subprocess.run((*OUTREACH, *words), cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"outreach {' '.join(words)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def launch(self, size: str, count: int) -> str:
        """Launch a new campaign with so many people; its name."""
        self._campaigns += 1
        name = f"c{time.time_ns():x}"
        step = {"step": "mail", "channel": "email", "subject": SUBJECT,
                "template": f"{_stem(size)}.html.j2", "text": "mail.txt.j2"}  # fmt: skip
        campaign = {
            "campaign": name, "title": "Portes ouvertes", "offer": "Une visite guidée",
            "sender": "elise", "audience": {"where": True, "limit": count}, "steps": [step],
        }  # fmt: skip
        text = yaml.safe_dump(campaign, allow_unicode=True)
        (self.folder / "campaigns" / f"{name}.yaml").write_text(text, "utf-8")
        self.do("launch", name, "--confirm", str(count))
        return name

    def send(self, size: str, count: int, sink: Sink, command: Sequence[str] = OUTREACH) -> Taken:
        """Launch a campaign, then time its run. Raises `RuntimeError` unless all were sent."""
        name = self.launch(size, count)
        return timed((*command, "run", name, "--json"), self.folder, sink, count)


def _stem(size: str) -> str:
    return size.replace(" ", "").lower()


def kept(count: int) -> Path:
    """The folder of a base of so many people, imported now or by an earlier benchmark."""
    folder = CACHE / f"base-{count}-{_revision()}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        workspace = Workspace(folder)
        workspace.furnish()
        workspace.settle(9)
        took = workspace.fill(count)
        (folder / "people.csv").unlink()
        (folder / "ready").touch()
        print(f"{count:,} people imported in {took:.0f} s, kept in {folder}")
    return folder


def _revision() -> str:
    """A mark of the tables: a base of other tables is not used again."""
    store = Path(outreach.__file__).parent / "store"
    digest = hashlib.sha256()
    for file in _in_order(store):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def _in_order(store: Path) -> Iterator[Path]:
    yield store / "schema.py"
    yield from sorted((store / "migrations" / "versions").glob("*.py"))
