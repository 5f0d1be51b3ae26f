"""What a look ahead has counted so far: by day and step, by whoever does it, what never comes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from outreach.model.campaign import Campaign
from outreach.scheduling.foreseen import Ahead, Leaving


@dataclass(slots=True)
class Counted:
    leaving: Counter[tuple[date, str]] = field(default_factory=Counter)
    members: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    cut_off: Counter[str] = field(default_factory=Counter)
    unmet: Counter[str] = field(default_factory=Counter)
    fall_due: Counter[tuple[date, str]] = field(default_factory=Counter)

    def leave(self, day: date, step: str, count: int, member: str | None) -> None:
        """So many touches of a step on a day; of calls and visits: in whose day."""
        self.leaving[day, step] += count
        if member is not None:
            self.members[day, step, member] += count

    def ahead(self, campaign: Campaign, until: date | None) -> Ahead:
        """In the order of days and steps."""
        place = {step.name: number for number, step in enumerate(campaign.steps)}
        members: dict[tuple[date, str], list[tuple[str, int]]] = {}
        for (day, name, member), n in sorted(self.members.items()):
            members.setdefault((day, name), []).append((member, n))
        leaving = (
            Leaving(day, step, n, tuple(members.get((day, step), ())))
            for (day, step), n in self.leaving.items()
            if n
        )
        return Ahead(
            days=tuple(sorted(leaving, key=lambda one: (one.day, place[one.step]))),
            too_late=dict(self.too_late),
            passed_over=dict(self.passed_over),
            cut_off=dict(self.cut_off),
            unmet=dict(self.unmet),
            fall_due={key: n for key, n in self.fall_due.items() if n},
            until=until,
        )
