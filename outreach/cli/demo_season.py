"""The days of the demo, and what becomes of its people on them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from outreach.application import Application
from outreach.model.audience import Arm
from outreach.model.campaign import Unit
from outreach.scheduling.calendar import Calendar

CAMPAIGN = "open-day"

#: The season begins so long ago that all of it lies in the past.
_BACK = timedelta(days=70)

#: Days after the launch on which something is done.
POSTED, MAILED = 1, 7


@dataclass(frozen=True, slots=True)
class Season:
    """The days of the demo, counted from the launch."""

    launch: date
    calls: int
    end: int
    parts: Application

    def at(self, days: int) -> datetime:
        """Ten in the morning of that day, in the workspace's zone."""
        day = self.launch + timedelta(days=days)
        return datetime.combine(day, time(10), self.parts.settings.zone)


def season_of(parts: Application) -> Season:
    """The launch is a working Monday ten weeks ago, or the working days after it."""
    calendar = Calendar.of(parts.settings)
    launch = parts.today() - _BACK
    launch -= timedelta(days=launch.weekday())
    while not all(calendar.is_working_day(launch + timedelta(days=d)) for d in (0, MAILED)):
        launch -= timedelta(days=7)
    calls = calendar.add(launch + timedelta(days=MAILED), 7, Unit.WORKING_DAYS)
    return Season(launch, (calls - launch).days, 60, parts)


@dataclass(slots=True)
class Outcomes:
    """The sample outcomes, given out in the order of their days."""

    rows: list[dict[str, str]]
    season: Season
    folder: Path
    part: int = 0

    def write(self, parts: Application, *, before: int) -> Path:
        """A file of what happened before that day and was not given out yet."""
        mine = [row for row in self.rows if int(row["day"]) < before]
        self.rows = [row for row in self.rows if int(row["day"]) >= before]
        self.part += 1
        path = self.folder / f"outcomes-{self.part}.csv"
        names = ["contact", "stage", "campaign", "on", "amount", "margin", "by", "note", "reason",
                 "back_on", "origin", "referrer"]  # fmt: skip
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self._dated(parts, mine))
        return path

    def _dated(self, parts: Application, rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
        """With dates, and without what cannot have happened: nobody calls the control group."""
        arms = parts.store.campaigns.members(parts.launched(CAMPAIGN).id)
        dated = []
        for row in sorted(rows, key=lambda r: int(r["day"])):
            arm = arms.get(parts.person(row["contact"]).id)
            by_himself = not row["campaign"] or (arm is Arm.CONTROL and row["stage"] == "order")
            if arm is Arm.ENROLLED or by_himself:
                dated.append(row | {"on": self._day(row["day"]), "back_on": self._day(row["back"])})
        return dated

    def _day(self, days: str) -> str:
        """So many days after the launch, as a file writes it; nothing for nothing."""
        return (self.season.launch + timedelta(days=int(days))).isoformat() if days else ""


def outcomes_of(folder: Path, season: Season) -> Outcomes:
    """The outcomes that lie in the demo's folder, none given out yet."""
    with (folder / "outcomes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=","))
    return Outcomes(rows, season, folder)
