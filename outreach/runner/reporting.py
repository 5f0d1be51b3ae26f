"""A campaign's report: the store counts, the evaluation judges, and this brings them together.

Every figure of a report is gathered here, so that the terminal, the pages and JSON show the
same ones. What was not asked (a breakdown) is not computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.evaluation.customers import Customers, customers
from outreach.evaluation.money import winning_without
from outreach.evaluation.report import Report, report
from outreach.evaluation.together import Together, together_of
from outreach.model.asked import Asked, Dimension
from outreach.model.spending import Sales
from outreach.runner.dashboards import dashboard_of
from outreach.runner.experiments import compare_groups, compared_steps
from outreach.runner.portfolio import moved_and_bought

if TYPE_CHECKING:
    from outreach.evaluation.money import Winning
    from outreach.model.settings import Settings
    from outreach.store.campaigns import Launched
    from outreach.store.chain_tallies import ChainTallies, Counted
    from outreach.store.conditions import Selection
    from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class Several:
    """Some campaigns, and their people together: each person once, not a sum of rows."""

    reports: tuple[Report, ...]
    #: None where there are fewer than two.
    together: Together | None
    #: What winning, keeping and losing a customer costs, where the firm as a whole was asked for.
    customers: Customers | None = None


def evaluate(
    store: Store, launched: Launched, settings: Settings, *, now: datetime, asked: Asked
) -> Report:
    """What came of one campaign, at `now`."""
    (one,) = evaluate_all(store, [launched], settings, now=now, asked=asked).reports
    return one


def evaluate_all(
    store: Store,
    found: Sequence[Launched],
    settings: Settings,
    *,
    now: datetime,
    asked: Asked,
    firm: bool = False,
) -> Several:
    """What came of these campaigns. Their events are read once for all of them.

    `firm`: what a customer costs is asked for too.
    """
    chains = {launched.id: launched.definition.chain for launched in found}
    segments = _segments(store, settings, now=now) if Dimension.SEGMENT in asked.by else {}
    variants = {launched.id: compared_steps(launched) for launched in found}
    paid = [
        one.id
        for one in found
        if any(one.definition.fixed_costs.values()) and asked.holds(one.launched_at)
    ]
    counted = store.tallies.chains(
        chains, asked, now=now, segments=segments, variants=variants, paid=paid
    )
    reports = [
        _judged(store, one, counted.campaigns[one.id], settings, now=now, asked=asked)
        for one in found
    ]
    together = counted.together
    # Orders to which nothing was done make no customer cheaper to win.
    winning = [
        winning_without(
            judged.money.winning,
            counted.campaigns[one.id].spending,
            counted.won.apart.get(one.id, Sales()),
        )
        for one, judged in zip(found, reports, strict=True)
        if one.id in counted.prospecting
    ]
    return Several(
        tuple(reports),
        together_of(together.tally, together.path, reports) if together else None,
        _customers(store, reports, winning, counted, settings, now=now)
        if firm and reports
        else None,
    )


def _customers(
    store: Store,
    reports: Sequence[Report],
    winning: Sequence[Winning],
    counted: ChainTallies,
    settings: Settings,
    *,
    now: datetime,
) -> Customers:
    """Over these campaigns, and over the firm's last twelve months, as its portfolio has them."""
    today = now.astimezone(settings.zone).date()
    moved, bought = moved_and_bought(store, on=today, until=now)
    return customers(
        winning,
        [one.money.keeping for one in reports],
        replace(
            bought,
            at_start=moved.start,
            lost=moved.lost,
        ),
        new_customers=counted.won.customers,
        kept=counted.kept,
    )


def _judged(
    store: Store,
    launched: Launched,
    counted: Counted,
    settings: Settings,
    *,
    now: datetime,
    asked: Asked,
) -> Report:
    groups = compare_groups(
        store,
        launched,
        settings,
        control=bool(counted.tally.control.people),
        counted=counted.groups,
        now=now,
        asked=asked,
    )
    goal = launched.definition.objective
    end = asked.end(now)
    over = bool(goal and goal.by and goal.by < end.astimezone(settings.zone).date())
    return report(
        launched.definition,
        counted.tally,
        groups,
        counted.spending,
        currency=settings.currency,
        over=over,
        path=counted.path,
        dashboard=dashboard_of(store, launched, settings, now=end),
        begins_later=asked.since is not None and asked.since > launched.launched_at,
        holds_launch=asked.holds(launched.launched_at),
    )


def _segments(store: Store, settings: Settings, *, now: datetime) -> Mapping[str, Selection]:
    """The saved segments, as they select now. Raises what is wrong with one of them."""
    from outreach.runner.vocabulary import words_of
    from outreach.segmentation.checking import understand
    from outreach.store.conditions import compile_condition

    words = words_of(store, settings)
    today = now.astimezone(settings.zone).date()
    return {
        name: compile_condition(
            understand(expression, words),
            store.database,
            today=today,
            now=now,
            zone=settings.zone,
        )
        for name, expression in store.segments.all().items()
    }
