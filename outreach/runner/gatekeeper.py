"""The gates of one run: made when they are first needed, taken up from earlier runs, kept.

A run that ends writes down the next free slot of every key. A run that dies cannot; so
before anything leaves, and as long as anything is under way, it writes once a second until
when messages may have left, and adds how late they were. No key's next slot lies further
behind the last message that was let through than the key allows, so the next run knows how
long to wait at the most: a crash costs some seconds of capacity, and no limit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from outreach.errors import Text
from outreach.model.ids import CampaignId
from outreach.model.providers import PROVIDERS
from outreach.model.said import kept
from outreach.model.settings import Limits
from outreach.model.silence import Silence
from outreach.runner.kept_silences import (
    EVERYBODY,
    group_key,
    not_ahead,
    of_group,
    reason_of,
    silences_of,
)
from outreach.runner.pace_book import Groups, PaceBook
from outreach.scheduling.gates import (
    A_SECOND,
    EPOCH,
    Gaps,
    Gate,
    Slots,
    to_instant,
    to_microseconds,
)
from outreach.scheduling.pace import DAY
from outreach.scheduling.rules import Kind, Log, Past, Rules, cut, domain_gate, gate, has_quotas
from outreach.store.paces import IN_FLIGHT, KeptPace

#: Domains whose gates are held before the idle ones are let go: a kilobyte each.
_MANY = 2_000

_AN_HOUR = 3600 * A_SECOND

#: What is written holds for so long, and is written again this long before it ends: by then
#: the run has looked at its lines again.
_AHEAD = 3 * A_SECOND // 2
_BEFORE = A_SECOND // 2
#: No window that is kept between runs is longer: nothing is later than that in any of them.
_LATEST = 60 * A_SECOND


class Gatekeeper:
    """Makes the gates of every key, and remembers them for the next run."""

    def __init__(self, rules: Rules, book: PaceBook, groups: Groups) -> None:
        self.rules = rules
        self._book = book
        self._groups = groups
        self._gates: dict[str, Gate] = {}
        self._most = _MANY
        self._kept: dict[str, KeptPace] | None = None
        self._by_domain: list[tuple[int, str, int]] | None = None
        #: Groups that their servers have shut, by sender and group.
        self._shut: dict[tuple[str, str], Gate] = {}
        #: When something left last through a gate that must be kept, and until when it is
        #: written that something may have; how late the latest was at the most.
        self._last = self._written = self._late = 0

    # --- gates --------------------------------------------------------------------------------

    def sender(self, sender: str, now: int) -> Gate:
        key = f"sender:{sender}"
        if key not in self._gates:
            limits = self.rules.senders.get(sender, Limits())
            past = self._past(limits, now, sender=sender)
            made = gate(Kind.SENDER, key, sender, limits, past, seed=self.rules.seed)
            self._gates[key] = self._taken_up(made, now)
        return self._gates[key]

    def campaign(self, campaign: CampaignId, now: int) -> Gate:
        key = f"campaign:{campaign}"
        if key not in self._gates:
            limits = self.rules.campaigns.get(campaign, Limits())
            past = self._past(limits, now, campaign=campaign)
            name = self.rules.names.get(campaign, str(campaign))
            made = gate(Kind.CAMPAIGN, key, name, limits, past, seed=self.rules.seed)
            self._gates[key] = self._taken_up(made, now)
        return self._gates[key]

    def of_domain(
        self, sender: str, campaign: CampaignId, domain: str, provider: str | None, now: int
    ) -> tuple[Gate, ...]:
        """Every gate that mail to a domain passes beside those of its sender and campaign."""
        gates = []
        limits = self.rules.senders.get(sender)
        if limits is not None and limits.per_domain_per_minute is not None:
            key = f"sender:{sender}:domain:{domain}"
            gates.append(self._domain(key, domain, limits.per_domain_per_minute, now))
        limits = self.rules.campaigns.get(campaign)
        if limits is not None and limits.per_domain_per_minute is not None:
            key = f"campaign:{campaign}:domain:{domain}"
            gates.append(self._domain(key, domain, limits.per_domain_per_minute, now))
        if provider is not None and provider in self.rules.providers:
            gates.append(self._provider(provider, now))
        self._read(now)
        if self._shut:
            keys = ((sender, provider or domain), (sender, EVERYBODY))
            gates += [self._shut[key] for key in keys if key in self._shut]
        return tuple(gates)

    def _domain(self, key: str, domain: str, per_minute: float, now: int) -> Gate:
        found = self._gates.get(key)
        if found is None:
            found = self._gates[key] = domain_gate(key, domain, per_minute)
            if self._kept or self._kept is None:
                self._taken_up(found, now)
        return found

    def _provider(self, provider: str, now: int) -> Gate:
        key = f"provider:{provider}"
        if key not in self._gates:
            limits = self.rules.providers[provider]
            past = self._past(limits, now, provider=provider)
            made = gate(Kind.PROVIDER, key, PROVIDERS[provider].name, limits, past)
            self._gates[key] = self._taken_up(made, now)
        return self._gates[key]

    @property
    def crowded(self) -> bool:
        return len(self._gates) > self._most

    def thin_out(self, now: int) -> None:
        """Gates that remember nothing are made anew when needed; nobody may hold one by now."""
        self._gates = {key: one for key, one in self._gates.items() if not one.is_idle(now)}
        self._most = max(_MANY, 2 * len(self._gates))

    # --- a group shut by its server -------------------------------------------------------------

    def close(
        self, sender: str, group: str | None, until: datetime, reason: Text, now: datetime
    ) -> None:
        """Nothing of `sender` leaves to `group` (a provider's key, or a domain) before `until`.

        None: to nobody. It is remembered for a day after its end: a relapse lasts longer.
        """
        self._read(to_microseconds(now))
        key = group_key(sender, group or EVERYBODY)
        shut = self._shut.setdefault((sender, group or EVERYBODY), Gate(key))
        shut.close(to_microseconds(until), reason)
        told = kept(reason) | {"seconds": (until - now).total_seconds()}
        self._book.keep_paces([KeptPace(key, until + DAY, until, json.dumps(told))])

    def open(self, sender: str, group: str | None, now: datetime) -> None:
        """A message was taken after the silence: it is over."""
        if shut := self._shut.get((sender, group or EVERYBODY)):
            shut.open()
            self._book.keep_paces([KeptPace(shut.key, now)])

    def silences(self, now: datetime) -> list[Silence]:
        """Those of earlier runs: that last, and that ended less than a day ago."""
        return silences_of(self._read(to_microseconds(now)).values())

    # --- what is kept ---------------------------------------------------------------------------

    def gone(self, counts: Mapping[Gate, int], at: int) -> None:
        """So many that passed each gate have left by `at`."""
        self._last = max(self._last, at)
        for one, count in counts.items():
            one.gone(at, count)

    def keep(self, now: int, since: Callable[[], int]) -> None:
        """Before anything leaves of what has passed, and until all of it has.

        `since` is when the oldest that is under way was let through.
        """
        self._last = max(self._last, now)
        if now + _BEFORE > self._written:
            self._written = now + _AHEAD
            self._late = max(self._late, min(self._written - since(), _LATEST))
            open_until = KeptPace(IN_FLIGHT, to_instant(self._written + self._late))
            # What a run that died before left open is open as long as it said.
            died = self._read(now).get(IN_FLIGHT, open_until)
            self._book.keep_paces([max(open_until, died, key=lambda one: one.free_at)])

    def rest(self) -> None:
        """Nothing leaves any more in this run: every key's next slot is written down."""
        if self._written:
            self._written = 0
            slots = [
                KeptPace(rule.key, to_instant(rule.next))
                for one in self._gates.values()
                for rule in one.rules
                if isinstance(rule, Slots | Gaps) and rule.next > self._last
            ]
            # What a run that died left open stays open for the keys this one did not need.
            died = (self._kept or {}).get(IN_FLIGHT)
            last = to_instant(self._last)
            self._book.keep_paces([*slots, died or KeptPace(IN_FLIGHT, EPOCH)], over=last)

    # --- what there was -------------------------------------------------------------------------

    def _read(self, now: int) -> dict[str, KeptPace]:
        """What earlier runs kept; the groups they were asked to leave alone are shut."""
        if self._kept is None:
            self._kept = {one.key: one for one in self._book.paces()}
            died = self._kept.get(IN_FLIGHT)
            if died is not None and to_microseconds(died.free_at) > now + _AHEAD + _LATEST:
                # A run of the future: the clock was set back since.
                self._kept[IN_FLIGHT] = KeptPace(IN_FLIGHT, to_instant(now))
                self._book.keep_paces([self._kept[IN_FLIGHT]])
            put_right = [not_ahead(before, to_instant(now)) for before in self._kept.values()]
            changed = [one for one in put_right if one is not self._kept[one.key]]
            if changed:
                self._kept |= {one.key: one for one in changed}
                self._book.keep_paces(changed)
            for key, before in self._kept.items():
                sender, group = of_group(key)
                if group and before.closed_until:
                    shut = self._shut[sender, group] = Gate(key)
                    shut.close(to_microseconds(before.closed_until), reason_of(before.reason))
        return self._kept

    def _taken_up(self, gate: Gate, now: int) -> Gate:
        """With the slots of an earlier run.

        A clock that was set back keeps nobody waiting longer than a window: that is written, or
        each later run would wait for a window again, until the clock has caught up.
        """
        kept_paces = self._read(now)
        set_back: list[KeptPace] = []
        died = kept_paces.get(IN_FLIGHT)
        for rule in gate.rules:
            if isinstance(rule, Slots | Gaps):
                found = kept_paces.get(rule.key)
                free = to_microseconds(found.free_at) if found else 0
                if free > now + rule.longest:
                    free = now + rule.longest
                    set_back.append(KeptPace(rule.key, to_instant(free)))
                if died is not None and died.free_at > EPOCH:
                    last = to_microseconds(died.free_at) + rule.most_ahead
                    free = max(free, min(last, now + rule.longest))
                rule.take_up(free)
        if set_back:
            self._book.keep_paces(set_back)
        return gate

    def _past(
        self,
        limits: Limits,
        now: int,
        *,
        sender: str | None = None,
        campaign: CampaignId | None = None,
        provider: str | None = None,
    ) -> Past:
        """What left in the last day, where a limit asks for it; instants to come count as now.

        Not those of more than a day ahead: they would hold everything back until the clock,
        which was set back since, has caught up with them.
        """
        if not has_quotas(limits):
            return Past()
        log: Log
        if provider is not None:
            of = self._groups.provider_of
            log = [(at, n) for at, domain, n in self._domains(now) if of(domain, now) == provider]
        else:
            since = to_instant(now) - DAY
            found = self._book.sent_log(since, sender=sender, campaign=campaign)
            log = [(min(at, now), count) for at, count in _before_tomorrow(found, now)]
        warms_up = limits.warm_up_start is not None
        first = self._book.first_sent(sender, campaign=campaign) if warms_up else None
        return Past(
            hour=cut(log, now - _AN_HOUR),
            day=log,
            first=to_microseconds(first) if first else None,
        )

    def _domains(self, now: int) -> list[tuple[int, str, int]]:
        if self._by_domain is None:
            found = self._book.sent_by_domain(to_instant(now) - DAY)
            tomorrow = to_instant(now) + DAY
            self._by_domain = [
                (min(to_microseconds(at), now), to, n) for at, to, n in found if at <= tomorrow
            ]
        return self._by_domain


def _before_tomorrow(log: Iterable[tuple[datetime, int]], now: int) -> Log:
    tomorrow = to_instant(now) + DAY
    return [(to_microseconds(at), count) for at, count in log if at <= tomorrow]
