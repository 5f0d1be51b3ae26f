"""Who came at once and who came later, by the week of the first touch (B0).

Some buy at once, some tomorrow, at the month's end, in a year. "At once" is a number of
days that the reader chooses, and whoever has not come yet has not failed: a young cohort
has had less time than an old one, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from outreach.evaluation.chain import share
from outreach.model.path import CohortTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The people first touched in one week; of all weeks, where `week` is None."""

    week: date | None
    contacts: int
    at_once: int
    later: int
    #: Of those with nothing yet: whose first days are not over, so that "at once" may come.
    too_early: int

    @property
    def not_yet(self) -> int:
        return self.contacts - self.at_once - self.later

    @property
    def at_once_rate(self) -> Fraction | None:
        """Of all who were touched."""
        return share(self.at_once, self.contacts)

    @property
    def later_rate(self) -> Fraction | None:
        return share(self.later, self.contacts)


def cohorts(tallies: Sequence[CohortTally]) -> tuple[Cohort, ...]:
    return tuple(
        Cohort(
            week=one.week,
            contacts=one.contacts,
            at_once=one.at_once,
            later=one.later,
            too_early=one.too_early,
        )
        for one in tallies
    )


def of_all_weeks(weeks: Sequence[Cohort]) -> Cohort:
    """Everybody who was touched: a person is in one week alone."""
    return Cohort(
        week=None,
        contacts=sum(one.contacts for one in weeks),
        at_once=sum(one.at_once for one in weeks),
        later=sum(one.later for one in weeks),
        too_early=sum(one.too_early for one in weeks),
    )
