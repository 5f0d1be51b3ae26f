"""What a dead run left behind, settled at the start of the next one, under the lock.

Its journals (`runner/journals.py`) tell what had not begun, which is due again, from what
was sent or refused, and from what was on the wire: that is `unknown`, and no machine
sends it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.model.change import Change
from outreach.model.ids import DeliveryId, RunId
from outreach.model.settings import Settings
from outreach.runner.journals import Journals
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.deliveries import LeftClaim
from outreach.store.store import Store


def recover(store: Store, settings: Settings, *, now: datetime) -> None:
    """Settle or give back what dead runs had claimed; then their journals are done with."""
    left: dict[RunId, list[LeftClaim]] = {}
    for claim in store.deliveries.left_claimed():
        left.setdefault(claim.run, []).append(claim)
    folder = settings.data / "flight"
    for run, claims in left.items():
        _settle(store, settings, Journals(folder, run), claims, now)
    if folder.is_dir():
        for path in folder.iterdir():
            # A folder that somebody made in there is none of ours.
            if not path.is_dir():
                path.unlink()


def _settle(
    store: Store,
    settings: Settings,
    journals: Journals,
    claims: Sequence[LeftClaim],
    now: datetime,
) -> None:
    known = {campaign.id: campaign for campaign in store.campaigns.all()}
    calendar = Calendar(settings.country, settings.zone, settings.region)
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
        )
        change += change_for(claim.delivery, outcome, here)
    if change.settled:
        store.deliveries.write(change)
    if due_again:
        store.deliveries.give_back(due_again, now=now)
