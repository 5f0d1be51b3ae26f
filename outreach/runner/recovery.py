"""What a dead run left behind, settled at the start of the next one, under the lock.

Its journals (`runner/journals.py`) tell what had not begun, which is due again, from what
was sent or refused, and from what was on the wire: that is `unknown`, and no machine
sends it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from outreach.model.change import Change
from outreach.model.ids import DeliveryId, RunId
from outreach.model.settings import Settings
from outreach.runner.journals import Journals, journals_of, own_journals
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.deliveries import LeftClaim
from outreach.store.store import Store
from outreach.transports.phrases import LONGEST_WAIT

#: No deferral lasts longer; an hour for clocks that differ a little.
_LONGEST = LONGEST_WAIT + timedelta(hours=1)


def recover(store: Store, settings: Settings, *, now: datetime) -> None:
    """Settle or give back what dead runs had claimed; then their journals are done with.

    Those of other stores, and of runs that this one does not know, are left alone. What a run
    deferred by a clock that was ahead does not wait until the clock has caught up.
    """
    left: dict[RunId, list[LeftClaim]] = {}
    for claim in store.deliveries.left_claimed():
        left.setdefault(claim.run, []).append(claim)
    for run, claims in left.items():
        _settle(store, settings, journals_of(store, run, settings.flights), claims, now)
    for journals, known in own_journals(store, settings.flights):
        if known:
            journals.remove()
    store.runs.bring_back(now=now, longest=_LONGEST)


def _settle(
    store: Store,
    settings: Settings,
    journals: Journals,
    claims: Sequence[LeftClaim],
    now: datetime,
) -> None:
    known = {campaign.id: campaign for campaign in store.campaigns.all()}
    calendar = Calendar.of(settings)
    flown = journals.merged({claim.delivery.id for claim in claims})
    change = Change()
    due_again: list[DeliveryId] = []
    for claim in claims:
        outcome = journals.outcome(flown, claim.delivery.id)
        if outcome is None:
            due_again.append(claim.delivery.id)
            continue
        here = Situation(
            launched=known[claim.delivery.campaign],
            calendar=calendar,
            costs=settings.costs,
            now=now,
            at=_left_at(claim, now),
        )
        change += change_for(claim.delivery, outcome, here)
    if change.settled or change.done:
        store.deliveries.write(change)
    if due_again:
        store.deliveries.give_back(due_again, now=now)


def _left_at(claim: LeftClaim, now: datetime) -> datetime | None:
    """When it was on the wire, as near as the store knows; None where its clock was ahead."""
    claimed = claim.claimed_at
    return claimed if claimed is not None and claimed <= now else None
