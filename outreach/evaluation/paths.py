"""How people went along the chain, judged: all that a report says of it beside the chain itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from outreach.evaluation.attribution import Credit, Yield, credits, yields
from outreach.evaluation.breakdown import Part, parts_by
from outreach.evaluation.cohorts import Cohort, cohorts, of_all_weeks
from outreach.evaluation.ratios import Basis, Ratio, activity, ratios_by_basis
from outreach.evaluation.timing import Duration, durations
from outreach.model.asked import CreditRule, Dimension
from outreach.model.path import PathTally
from outreach.model.tally import CampaignTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Of one campaign, or of several together."""

    #: Distinct people; attempts are `touch_count`, and these two words are never mixed.
    contacted: int
    touch_count: int
    touched: int
    ratios: Mapping[Basis, Mapping[str, Ratio]]
    activity: Mapping[str, Ratio]
    #: Meetings accepted are not meetings held (B3): people of each.
    appointments: int
    met: int
    #: Counted all the same: people who ordered, with no meeting on record in the period.
    orders_without_meeting: int
    #: Stage → people counted there of whom only a later stage is on record in the period.
    unrecorded: Mapping[str, int]
    times: tuple[Duration, ...]
    cohorts: tuple[Cohort, ...]
    everybody: Cohort
    outcome: str
    at_once: int
    yields: tuple[Yield, ...]
    rule: CreditRule
    credits: tuple[Credit, ...]
    by: Mapping[Dimension, tuple[Part, ...]]
    #: The first day that was asked for; None: from the launch on.
    since: date | None = None


def paths(tally: CampaignTally, path: PathTally) -> Paths:
    weeks = cohorts(path.cohorts)
    later = dict.fromkeys([*tally.chain[1:], path.outcome])
    return Paths(
        contacted=tally.contacted,
        touch_count=path.touch_count,
        touched=path.touched,
        ratios=ratios_by_basis(tally, path),
        activity=activity(tally, path),
        appointments=path.appointments,
        met=path.met,
        orders_without_meeting=path.orders_without_meeting,
        unrecorded=path.unrecorded,
        times=durations(path.times),
        cohorts=weeks,
        everybody=of_all_weeks(weeks),
        outcome=path.outcome,
        at_once=path.at_once,
        yields=yields(path.yields),
        rule=path.rule,
        credits=credits(path.credits, list(later)),
        by=parts_by(path.by, tally.chain),
        since=path.since,
    )
