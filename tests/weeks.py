"""Weeks of a workspace: cron runs every day, letters are posted and calls made on their day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from smtp_servers import SmtpServer
from workspaces import Workspace

Day = tuple[str, str, int]


class Weeks:
    """A workspace in which cron runs every day, letters are posted and calls made on their day."""

    def __init__(self, workspace: Workspace, server: SmtpServer) -> None:
        self.workspace = workspace
        self.port = server.port

    def settings(self, more: str = "") -> None:
        self.workspace.settings(self.port, more=more)

    def people(self, numbers: range, *, without: str = "", level: str = "") -> None:
        """They have an e-mail address, a telephone and a street, but for one that is named."""
        rows = []
        for n in numbers:
            person = {
                "email": f"p{n}@mail.example", "phone": f"02 99 01 02 {n:02}",
                "street": "3 rue du Four",
            }  # fmt: skip
            kept = ["" if name == without else cell for name, cell in person.items()]
            rows.append((f"p{n}", f"N{n}", *kept, "35000", "Rennes", level))
        header = "Ref;Last name;E-mail;Phone;Street;Postal code;City;Level"
        self.workspace.people(rows, header=header)

    def calendar(self, name: str, at: str) -> list[Day]:
        """What is planned, from that instant on."""
        return _rows(self._shown(name, at)["calendar"])

    def season(self, name: str, at: str) -> list[Day]:
        return _rows(self.workspace.ok("preview", name, "--season", now=at)["calendar"])

    def left(self, name: str, at: str) -> list[Day]:
        """What has left, been posted or made."""
        return _rows(self._shown(name, at)["left"])

    def by(self, name: str, at: str, step: str) -> dict[str, dict[str, int]]:
        """Who makes how many calls on which day."""
        rows = self._shown(name, at)["calendar"]
        return {row["date"][5:]: row["by"] for row in rows if row["step"] == step}

    def _shown(self, name: str, at: str) -> Any:
        return self.workspace.ok("preview", name, "--calendar", now=at)

    def live(self, first: str, last: str, *names: str) -> None:
        """Every day from the one to the other, of these campaigns."""
        day, end = date.fromisoformat(first), date.fromisoformat(last)
        while day <= end:
            while self._once(f"{day}T10:00", names) and self._once(f"{day}T15:00", names):
                break
            day += timedelta(days=1)

    def _once(self, now: str, names: tuple[str, ...]) -> bool:
        """A run and the work that it gives; whether it gave any."""
        report = self.workspace.ok("run", now=now)
        if report["letters"]:
            for name in names:
                self.workspace.run("letters", "posted", name, now=now)
        if report["tasks"]:
            done = [line for name in names for line in self._work(name, now)]
            if done:
                head = "contact,stage,campaign,channel,note\n"
                self.workspace.write("done.csv", head + "\n".join(done) + "\n")
                self.workspace.ok("record", "--from", "done.csv", now=now)
        return bool(report["letters"] or report["tasks"])

    def _work(self, name: str, now: str) -> Iterator[str]:
        for command, fact in (("calls", "spoken"), ("visits", "met"), ("tasks", "done")):
            for one in self.workspace.ok(command, "list", name, now=now)[command]:
                yield f"#{one['contact']},{fact},{name},{command[:-1]},{now}"


def _rows(rows: Any) -> list[Day]:
    return [(row["date"][5:], row["step"], row["count"]) for row in rows]


def all_three(weeks: Weeks, name: str, at: str, expected: list[Day], *, until: str) -> None:
    """The calendar before the launch and after it, the season, and what every day really did."""
    assert weeks.calendar(name, at) == expected
    assert weeks.season(name, at) == expected
    weeks.workspace.launch(name, now=at)
    assert weeks.calendar(name, at) == expected
    weeks.live(at[:10], until, name)
    assert weeks.left(name, f"{until}T20:00") == expected
