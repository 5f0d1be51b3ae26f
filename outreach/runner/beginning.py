"""When each enrolled person begins: the wave, and what opens the chain on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Step, Waves
from outreach.model.change import Planned
from outreach.model.ids import ContactId
from outreach.runner.planning import planned
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.waves import begins, numbered
from outreach.store.freezing import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the first day of people depends on, beside their wave."""

    definition: Campaign
    calendar: Calendar
    launched_at: datetime
    #: When they come in: at the launch, or later.
    now: datetime
    #: The wave of the first of them.
    wave: int = 1
    #: Of a repeated campaign: the firing they begin with.
    occurrence: int = 1
    _dated: dict[int, Sequence[tuple[Step, datetime]]] = field(default_factory=dict)

    def members(self, members: Sequence[Member]) -> Iterator[Member]:
        """The members with their wave and the steps that open their chain, dated."""
        waves = wave_of(members, self.definition.waves, first=self.wave)
        for member in members:
            if member.arm is Arm.EXCLUDED:
                yield member
                continue
            wave = waves[member.contact]
            first = self._first(member, wave) if member.arm is Arm.ENROLLED else ()
            yield replace(member, wave=wave, first=first)

    def due(self, step: Step, wave: int) -> datetime | None:
        """When an opening step falls due for a wave of them; None: it does not come any more."""
        return begins(
            self.definition,
            step,
            wave=wave,
            launched_at=self.launched_at,
            enrolled_at=self.now,
            calendar=self.calendar,
        )

    def _first(self, member: Member, wave: int) -> tuple[tuple[str, Planned], ...]:
        return tuple(
            (step.name, planned(self.definition, step, member.contact, at, sender=member.sender,
                                occurrence=self.occurrence,
                                variant=dict(member.variants).get(step.name)))
            for step, at in self._openings(wave)
        )  # fmt: skip

    def _openings(self, wave: int) -> Sequence[tuple[Step, datetime]]:
        """The opening steps of a wave with their dates: the same for all of its people."""
        if wave not in self._dated:
            dates = [(step, self.due(step, wave)) for step in self.definition.following(None)]
            self._dated[wave] = [(step, at) for step, at in dates if at is not None]
        return self._dated[wave]


@dataclass(frozen=True, slots=True)
class Begun:
    """One wave: how many are enrolled in it, and when its first step falls due."""

    wave: int
    people: int
    at: datetime | None


def outlook(beginning: Beginning, members: Sequence[Member]) -> tuple[Begun, ...]:
    """The waves that people come in by; the one of all of them where there are none."""
    waves = wave_of(members, beginning.definition.waves, first=beginning.wave)
    counted = Counter(waves[one.contact] for one in members if one.arm is Arm.ENROLLED)
    steps = beginning.definition.following(None)

    def first(wave: int) -> datetime | None:
        dates = [at for step in steps if (at := beginning.due(step, wave)) is not None]
        return min(dates, default=None)

    return tuple(Begun(wave, people, first(wave)) for wave, people in sorted(counted.items()))


def wave_of(members: Iterable[Member], waves: Waves | None, *, first: int) -> dict[ContactId, int]:
    """The wave of everybody who is in, by rank: the enrolled fill it, control goes along."""
    ranked = sorted(
        (member for member in members if member.rank is not None),
        key=lambda member: member.rank or 0,
    )
    numbers = numbered((one.arm is Arm.ENROLLED for one in ranked), waves, first=first)
    return {one.contact: wave for one, wave in zip(ranked, numbers, strict=True)}
