"""The coefficients of the effort for this firm: its history weighed with the sources' defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from outreach.model.channels import Channel
from outreach.model.ids import CampaignId
from outreach.model.planning import Planning
from outreach.planning.blending import PRIORS, Law, Prior, Seen, blend
from outreach.planning.habits import Coefficients, Habits, seen_in, weighed
from outreach.store.store import Store

#: Who came by himself is counted over the last year.
_YEAR = timedelta(days=365)
_MONTHS = 12

#: Minutes of one touch by channel. The call's is the sources'; the others are ours: a letter is
#: signed and folded, an e-mail leaves by itself, a visit has its way.
MINUTES: Mapping[Channel, Fraction] = {
    Channel.CALL: Fraction(2),
    Channel.LETTER: Fraction(3),
    Channel.EMAIL: Fraction(0),
    Channel.VISIT: Fraction(60),
    Channel.TASK: Fraction(15),
}


def chains_of(store: Store) -> dict[CampaignId, tuple[str, ...]]:
    """The campaigns' own words for their stages."""
    return {one.id: tuple(one.definition.chain) for one in store.campaigns.all()}


def priors_of(planning: Planning, factor: Fraction | None = None) -> dict[str, Prior]:
    """What the sources say, weighing what the settings state, times a factor.

    Without one the settings' own `weight` holds.
    """
    times = Fraction(planning.weight) if factor is None else factor
    stated = {name: Fraction(weight) for name, weight in planning.weights.items()}
    return {
        name: prior.heavy(stated.get(name, prior.weight) * times) for name, prior in PRIORS.items()
    }


def habits_of(
    store: Store,
    planning: Planning,
    given: Coefficients,
    *,
    factor: Fraction | None = None,
    now: datetime | None = None,
    months: Fraction | None = None,
) -> Habits:
    """Each coefficient as given, else weighed together.

    Inbound prospects belong to a period: they are counted on where its length is known
    (`months`), from the last year's at `now`.
    """
    history = store.tallies.habits(chains_of(store))
    seen = seen_in(history, spread=store.effort_tallies.amounts().spread)
    if now is not None and months:
        seen["inbound"] = _inbound(store, now, months)
    return weighed(given, seen, priors_of(planning, factor))


def minutes_by_channel(
    store: Store, planning: Planning, given: Mapping[Channel, Fraction], prior: Prior
) -> dict[Channel, Fraction]:
    """Minutes of one touch on each channel: given, else history weighed with the default."""
    known = {one.channel: one for one in store.effort_tallies.channels() if one.timed}
    found: dict[Channel, Fraction] = {}
    for channel, usual in MINUTES.items():
        default = Fraction(planning.minutes.get(channel.value, usual))
        tally = known.get(channel.value)
        seen = Seen(Fraction(tally.minutes), tally.timed) if tally else Seen(Fraction(0), 0)
        blended = blend(seen, Prior(Law.AMOUNT, default, prior.weight, prior.of))
        found[channel] = given.get(channel, blended.value if blended else default)
    return found


def shares_of_history(store: Store) -> dict[Channel, Fraction]:
    """On which channels prospects were touched so far; empty where none was."""
    known = {channel.value: channel for channel in Channel}
    touched = [one for one in store.effort_tallies.channels() if one.channel in known]
    total = sum(one.touches for one in touched)
    return {known[str(one.channel)]: Fraction(one.touches, total) for one in touched}


def _inbound(store: Store, now: datetime, months: Fraction) -> Seen:
    """People who came by themselves, and in how many such periods."""
    tally = store.effort_tallies.inbound(now - _YEAR, now)
    if tally.since is None:
        return Seen(Fraction(0), 0)
    days = min(_YEAR.days, max(1, (now.date() - tally.since).days))
    return Seen(Fraction(tally.people), Fraction(days * _MONTHS, _YEAR.days) / months)
