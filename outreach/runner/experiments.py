"""The groups of a launched campaign, counted and compared, as they stand or stood at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from outreach.evaluation.experiment import Experiment, Looks, experiment, parts_by
from outreach.model.asked import Asked, Dimension
from outreach.model.campaign import After

if TYPE_CHECKING:
    from outreach.model.campaign import Campaign
    from outreach.model.experiment import ExperimentTally
    from outreach.model.settings import Settings
    from outreach.store.campaigns import Launched
    from outreach.store.conditions import Selection
    from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class _Counted:
    """The groups of one campaign, counted as they stood, or among some of the people."""

    store: Store
    launched: Launched
    control: bool

    def tally(
        self, *, until: datetime | None, among: Selection | None = None
    ) -> ExperimentTally | None:
        return self.store.experiments.campaign(
            self.launched.id,
            self.launched.definition.chain,
            variants=compared_steps(self.launched),
            control=self.control,
            until=until,
            among=among,
        )


def compared_steps(launched: Launched) -> list[str]:
    """The steps whose variants are compared."""
    return [step.name for step in launched.definition.every_step if step.variants]


def compare_groups(
    store: Store,
    launched: Launched,
    settings: Settings,
    *,
    control: bool,
    counted: ExperimentTally | None,
    now: datetime,
    asked: Asked,
) -> Experiment | None:
    """Control, enrolled and variants compared; None where nothing was drawn by lot.

    `control`: whether anybody was left alone on purpose. `counted`: the groups of all the time
    until then, where the report has counted them anyway: unless it begins later.

    Always the whole campaign, from its launch on: a part of the time would compare people by
    what the campaign itself had done to them before.
    """
    definition = _as_drawn(launched)
    counting = _Counted(store, launched, control)
    tally = counted if asked.since is None else counting.tally(until=asked.until)
    if tally is None:
        return None
    end = _end_of_day(definition, launched, settings)
    by = definition.objective.by if definition.objective and end else None
    seen = now if asked.until is None else min(now, asked.until)
    over = end is not None and seen >= end
    at_day = counting.tally(until=end) if over else None
    return experiment(
        tally,
        definition,
        looks=Looks(by, over),
        at_day=at_day,
        parts=_parts(counting, tally, settings, now=now, asked=asked),
        seed=asked.seed,
        elsewhere=launched.elsewhere,
        whole=asked.since is not None,
    )


def _as_drawn(launched: Launched) -> Campaign:
    """The definition; of a campaign from elsewhere only the first step is known to be for all."""
    definition = launched.definition
    if not launched.elsewhere:
        return definition
    first, *others = definition.steps or (None,)
    if first is None:
        return definition
    later = [replace(step, after=step.after or After(first.name)) for step in others if step]
    return replace(definition, steps=(first, *later))


def _end_of_day(definition: Campaign, launched: Launched, settings: Settings) -> datetime | None:
    """When the day of decision is over; None where none was named before the launch."""
    by = definition.objective.by if definition.objective else None
    if by is None:
        return None
    end = datetime.combine(by + timedelta(days=1), time.min, settings.zone)
    return end if launched.launched_at < end else None


def _parts(
    counted: _Counted,
    tally: ExperimentTally,
    settings: Settings,
    *,
    now: datetime,
    asked: Asked,
) -> Mapping[str, Mapping[str | None, ExperimentTally]]:
    """Strata always, where they were drawn in; what else people are, where it is asked."""
    found: dict[str, Mapping[str | None, ExperimentTally]] = {}
    if any(cell.stratum for cell in tally.cells):
        found["stratum"] = parts_by(tally, lambda cell: cell.stratum)
    if Dimension.KIND in asked.by:
        found["kind"] = parts_by(tally, lambda cell: cell.kind)
    if Dimension.SOURCE in asked.by:
        found["source"] = parts_by(tally, lambda cell: cell.source)
    if Dimension.SEGMENT in asked.by:
        found["segment"] = _by_segment(counted, settings, now=now, asked=asked)
    return found


def _by_segment(
    counted: _Counted, settings: Settings, *, now: datetime, asked: Asked
) -> dict[str | None, ExperimentTally]:
    """The people of each saved segment, as it selects now; somebody may be in several."""
    from outreach.runner.vocabulary import words_of
    from outreach.segmentation.checking import understand
    from outreach.store.conditions import compile_condition

    store = counted.store
    words = words_of(store, settings)
    found: dict[str | None, ExperimentTally] = {}
    for name, expression in store.segments.all().items():
        condition = compile_condition(
            understand(expression, words),
            store.database,
            today=now.astimezone(settings.zone).date(),
            now=now,
            zone=settings.zone,
        )
        tally = counted.tally(until=asked.until, among=condition)
        if tally is not None:
            found[name] = tally
    return found
