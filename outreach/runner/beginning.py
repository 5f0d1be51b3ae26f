"""When each enrolled person begins: the wave, and what opens the chain on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Step, Waves
from outreach.model.change import Planned
from outreach.model.ids import ContactId
from outreach.runner.drawing import variant_for
from outreach.runner.planning import SEVERAL, planned
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.waves import begins, numbered
from outreach.store.freezing import Member

#: What plans depend on beside the campaign: the wave, the sender, the variants drawn.
_Alike = tuple[int, str | None, tuple[tuple[str, str | None], ...]]


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
    _alike: dict[_Alike, tuple[tuple[str, Planned], ...]] = field(default_factory=dict)

    def members(self, members: Sequence[Member]) -> Iterator[Member]:
        """The members with their wave and the steps that open their chain, dated."""
        waves = wave_of(members, self.definition.waves, first=self.wave)
        varied = [step for step in self.definition.following(None) if step.variants]
        for member in members:
            if member.arm is Arm.EXCLUDED:
                yield member
                continue
            wave = waves[member.contact]
            yield Member(
                contact=member.contact,
                arm=member.arm,
                kind=member.kind,
                rank=member.rank,
                sender=member.sender,
                stratum=member.stratum,
                variants=member.variants,
                wave=wave,
                first=self._first(member, wave, varied) if member.arm is Arm.ENROLLED else (),
            )

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

    def _first(
        self, member: Member, wave: int, varied: Sequence[Step]
    ) -> tuple[tuple[str, Planned], ...]:
        """What opens a chain: one value for all of whom the same is planned."""
        drawn = tuple([(step.name, self._variant(step, member)) for step in varied])
        alike = (wave, member.sender, drawn)
        found = self._alike.get(alike)
        if found is None:
            variants = dict(drawn)
            found = self._alike[alike] = tuple(
                (step.name, planned(self.definition, step, SEVERAL, at, sender=member.sender,
                                    occurrence=self.occurrence, variant=variants.get(step.name)))
                for step, at in self._openings(wave)
            )  # fmt: skip
        return found

    def _variant(self, step: Step, member: Member) -> str | None:
        """Which variant of an opening step this person gets: his stratum's, or his own lot."""
        names = [variant.name for variant in step.variants]
        own = dict(member.variants).get(step.name)
        return own or variant_for(self.definition.name, step.name, member.contact, names)

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
    if waves is None:
        return {member.contact: first for member in members if member.rank is not None}
    ranked = sorted(
        (member for member in members if member.rank is not None),
        key=lambda member: member.rank or 0,
    )
    numbers = numbered((one.arm is Arm.ENROLLED for one in ranked), waves, first=first)
    return {one.contact: wave for one, wave in zip(ranked, numbers, strict=True)}
