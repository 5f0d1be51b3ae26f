"""What people object in calls and visits: how often each objection was met, and overcome.

Counted from the outcomes that stand: domain note B15 ("times met, times overcome").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from outreach.model.ids import CampaignId
from outreach.model.stage import DEFAULT_CHAIN
from outreach.store.campaigns import Launched
from outreach.store.store import Store


@dataclass(frozen=True, slots=True)
class Objected:
    """One objection, as the guide words it, in how many calls and visits."""

    objection: str
    met: int
    #: Of these, how many came to a stage of the chain all the same: a meeting, a quote, an order.
    overcome: int

    @property
    def rate(self) -> Fraction:
        """Of those who objected, who was won over."""
        return Fraction(self.overcome, self.met)


def objections(store: Store, campaign: Launched | None) -> list[Objected]:
    """Those that were met, of a campaign or of all, the most frequent first."""
    chains = {one.id: one.definition.chain for one in store.campaigns.all(hidden_too=True)}
    met: Counter[str] = Counter()
    overcome: Counter[str] = Counter()
    for stage, number, said in store.events.objected(campaign.id if campaign else None):
        met.update(said)
        if stage in _won(chains, number):
            overcome.update(said)
    found = [Objected(words, count, overcome[words]) for words, count in met.items()]
    return sorted(found, key=lambda one: (-one.met, one.objection))


def _won(
    chains: Mapping[CampaignId, tuple[str, ...]], campaign: CampaignId | None
) -> tuple[str, ...]:
    """The stages behind the first contact, which every call is."""
    chain = chains.get(campaign, DEFAULT_CHAIN) if campaign is not None else DEFAULT_CHAIN
    return chain[1:]
