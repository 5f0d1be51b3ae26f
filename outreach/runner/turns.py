"""The e-mails in hand, and whose turn it is: follow-ups first, then first come, first served.

One call says everything that may leave now. A domain or provider whose slots are taken is
parked, so that it holds up nobody else and is not looked at again before its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from outreach.errors import Text
from outreach.model.delivery import DueEmail
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Limits
from outreach.model.silence import Silence
from outreach.runner.gatekeeper import Gatekeeper
from outreach.runner.lanes import MOST_PARKED, Departure, Lane, Line, first_to_open, forget_ways
from outreach.runner.mail_hosts import OwnDomains
from outreach.runner.pace_book import Groups, PaceBook
from outreach.runner.under_way import UnderWay
from outreach.scheduling.gates import Gate, to_microseconds
from outreach.scheduling.rules import Rules

#: Domains a line remembers the way of, before it forgets those where nothing waits.
_MANY = 10_000


class Turns:
    """Hands out e-mails when they may leave, within every limit.

    Nothing here is asked of the clock: `now` comes in. `book` keeps the pace between runs.
    """

    def __init__(
        self, rules: Rules | Mapping[str, Limits], book: PaceBook, groups: Groups | None = None
    ) -> None:
        rules = rules if isinstance(rules, Rules) else Rules(senders=rules)
        self._groups = groups or OwnDomains()
        self._keeper = Gatekeeper(rules, book, self._groups)
        #: By sender: its lines, by whether they go later, by campaign, by when they close.
        self._lines: dict[str, dict[tuple[bool, CampaignId, datetime | None], Line]] = {}
        self._looks = count()
        #: Let go in the leaving that is under way.
        self._gone: dict[str, int] = {}
        self._under_way = UnderWay(self._keeper)
        #: Everything in hand.
        self.ids: set[DeliveryId] = set()

    # --- what is in hand ------------------------------------------------------------------------

    def add(self, emails: Iterable[DueEmail]) -> None:
        """Take more in hand, in the order in which they are to leave."""
        for email in emails:
            self._line(email).queue.append(email)
            self.ids.add(email.delivery.id)

    def not_left(self, emails: Iterable[DueEmail]) -> None:
        """They were handed out, did not leave and will not: their place in the day is free."""
        for email in emails:
            self._under_way.not_left(email)

    def left(self, ids: Iterable[int], at: datetime) -> None:
        """They have left by `at`, which never goes back. To be told of each, also more than once.

        Until then they count as if they left at any moment.
        """
        self._under_way.left(ids, at)

    @property
    def limited(self) -> bool:
        """Whether there are limits: then `leave` or `keep` is to be asked several times a second
        while anything is under way, for the next run, should this one die."""
        return self._keeper.rules.limit

    def drop(self, sender: str) -> list[DueEmail]:
        """Give up everything of one sender."""
        lines = self._lines.pop(sender, {})
        emails = [email for line in lines.values() for email in line.emails()]
        self.ids.difference_update(email.delivery.id for email in emails)
        return emails

    def drop_campaign(self, campaign: CampaignId) -> list[DueEmail]:
        """Give up everything of one campaign."""
        emails: list[DueEmail] = []
        for lines in self._lines.values():
            for key in [key for key in lines if key[1] == campaign]:
                emails += lines.pop(key).emails()
        self.ids.difference_update(email.delivery.id for email in emails)
        return emails

    def _line(self, email: DueEmail) -> Line:
        lines = self._lines.setdefault(email.sender, {})
        campaign = email.delivery.campaign
        key = (email.later, campaign, email.closes_at)
        line = lines.get(key)
        if line is None:
            limited = campaign in self._keeper.rules.campaigns
            line = lines[key] = Line(campaign, limited=limited)
        return line

    # --- groups ---------------------------------------------------------------------------------

    def group_of(self, domain: str, now: datetime) -> str:
        """Whose limits and troubles a domain shares: a provider's key, or its own name."""
        return self._groups.provider_of(domain, to_microseconds(now)) or domain

    def close(
        self, sender: str, group: str | None, until: datetime, reason: Text, now: datetime
    ) -> None:
        """Nothing of `sender` leaves to a group before `until`, then one message first.

        None: to nobody. Kept for later runs.
        """
        self._keeper.close(sender, group, until, reason, now)
        for line in self._lines.get(sender, {}).values():
            line.forget_ways()
            line.put_back(lambda domain: group in (None, self.group_of(domain, now)))

    def open(self, sender: str, group: str | None, now: datetime) -> None:
        """A message was taken after a silence: the others may follow."""
        self._keeper.open(sender, group, now)

    def silences(self, now: datetime) -> list[Silence]:
        """What earlier runs were asked for, also where it has ended within the last day."""
        return self._keeper.silences(now)

    def rest(self) -> None:
        """Nothing leaves any more in this run: a second that was reserved ahead is free again.

        Unless the fate of a message is not known: then this run ends as one that died.
        """
        if not self._under_way:
            self._keeper.rest()
        self._groups.rest()

    # --- whose turn it is -----------------------------------------------------------------------

    def leave(self, now: datetime, room: Mapping[str, int], budget: int) -> Departure:
        """Everything that may leave now: at most `budget`, and of each sender what it has room for.

        What it says leaves is counted and, where a limit must hold over a crash, written down.
        """
        at = to_microseconds(now)
        emails: list[DueEmail] = []
        hungry: list[str] = []
        waits: list[tuple[int, Gate]] = []
        lapsed: dict[str, int] = {}
        for sender, space in room.items():
            wanted = min(space, budget - len(emails))
            if wanted <= 0:
                continue
            gone = self._lapse(sender, now)
            if gone:
                lapsed[sender] = gone
            left = self._of_sender(sender, at, wanted, emails, waits)
            if left < wanted:
                hungry.append(sender)
        self.ids.difference_update([email.delivery.id for email in emails])
        self._under_way.begin(emails, at)
        self.keep(now)
        crowded, self._gone = self._gone, {}
        wake, why = first_to_open(waits, at)
        return Departure(emails, wake, why, tuple(hungry), lapsed, crowded)

    def keep(self, now: datetime) -> None:
        """Write down that messages are under way, where that was not done within the second."""
        if self._under_way:
            self._keeper.keep(to_microseconds(now), self._under_way.since)

    def _let_go(self, email: DueEmail) -> None:
        """Enough wait before that gate: the others make room for who need not wait."""
        self.ids.discard(email.delivery.id)
        self._gone[email.sender] = self._gone.get(email.sender, 0) + 1

    def _lapse(self, sender: str, now: datetime) -> int:
        """Let go of what may not leave any more today; how many those are."""
        lines = self._lines.get(sender, {})
        over = [key for key in lines if key[2] is not None and key[2] <= now]
        ids = [email.delivery.id for key in over for email in lines.pop(key).emails()]
        self.ids.difference_update(ids)
        return len(ids)

    def _of_sender(
        self,
        sender: str,
        now: int,
        wanted: int,
        emails: list[DueEmail],
        waits: list[tuple[int, Gate]],
    ) -> int:
        """Hand out what one sender may send; how many that were."""
        lines = [
            (later, line.first_due(), line)
            for (later, _, _), line in self._lines.get(sender, {}).items()
            if line
        ]
        if not lines:
            return 0
        gate = self._keeper.sender(sender, now)
        most = min(wanted, gate.left(now))
        left = 0
        # Follow-ups before new people, then the line that has waited longest.
        for _, _, line in sorted(lines, key=lambda one: one[:2]) if len(lines) > 1 else lines:
            if left < most:
                left += self._of_line(sender, line, now, most - left, emails, waits)
        if left:
            gate.pass_(now, left)
        if left == most < wanted:
            waits.append((now, gate))
        return left

    def _of_line(
        self,
        sender: str,
        line: Line,
        now: int,
        wanted: int,
        emails: list[DueEmail],
        waits: list[tuple[int, Gate]],
    ) -> int:
        gate = None
        most = wanted
        if line.limited:
            gate = self._keeper.campaign(line.campaign, now)
            most = min(wanted, gate.left(now))
        before = len(emails)
        self._from_parked(line, now, most, emails)
        self._from_queue(sender, line, now, most - (len(emails) - before), emails)
        left = len(emails) - before
        if gate is not None:
            if left:
                gate.pass_(now, left)
            if left == most < wanted:
                waits.append((now, gate))
                return left
        if left < wanted and line.looks:
            look, _, _, shut = line.looks[0]
            waits.append((look, shut))
        return left

    def _from_parked(self, line: Line, now: int, wanted: int, emails: list[DueEmail]) -> None:
        """Of the lanes whose time has come."""
        looks = line.looks
        while wanted > 0 and looks and looks[0][0] <= now:
            lane = heappop(looks)[2]
            if lane.asks:
                # By now it may be known whose domain it is: its way is looked for anew.
                line.queue.extendleft(reversed(lane.waiting))
                del line.lanes[lane.asks]
                continue
            some = min(lane.room(now, wanted), len(lane.waiting))
            for email in lane.waiting[:some]:
                emails.append(email)
                self._under_way.passed(email, lane.gates)
            del lane.waiting[:some]
            for gate in lane.gates if some else ():
                gate.pass_(now, some)
            wanted -= some
            if lane.waiting:
                self._park(line, lane, now)
            else:
                lane.parked = False

    def _from_queue(
        self, sender: str, line: Line, now: int, wanted: int, emails: list[DueEmail]
    ) -> None:
        queue, lanes, passed = line.queue, line.lanes, self._under_way.passed
        while wanted > 0 and queue:
            email = queue.popleft()
            domain = email.address_domain
            lane = lanes.get(domain)
            if lane is None:
                lane = self._way(sender, line, domain, now)
                lanes = line.lanes
            if lane.parked:
                if len(lane.waiting) < MOST_PARKED:
                    lane.waiting.append(email)
                else:
                    self._let_go(email)
                continue
            if lane.gates:
                if not lane.room(now, 1):
                    lane.waiting.append(email)
                    self._park(line, lane, now)
                    continue
                for gate in lane.gates:
                    gate.pass_(now, 1)
                passed(email, lane.gates)
            emails.append(email)
            wanted -= 1

    def _park(self, line: Line, lane: Lane, now: int) -> None:
        """Until the gate that opens last is worth a look."""
        lane.parked = True
        look, gate = lane.opens(now)
        heappush(line.looks, (look, next(self._looks), lane, gate))

    def _way(self, sender: str, line: Line, domain: str, now: int) -> Lane:
        """The lane of a domain: shared by all that pass the same gates."""
        if self._keeper.crowded or len(line.lanes) > _MANY:
            # A gate that its keeper forgets must not live on in a lane, beside its new self.
            forget_ways(self._lines.values())
            self._keeper.thin_out(now)
        provider = self._groups.provider_of(domain, now)
        if provider is None and (look := self._groups.wait_until(domain, now)) is not None:
            asks = Gate("dns")
            asks.close(look, Text("finding out who receives the mail of {domain}", domain=domain))
            waiting = line.lanes[domain] = Lane((asks,), asks=domain)
            return waiting
        gates = self._keeper.of_domain(sender, line.campaign, domain, provider, now)
        # What passes no gate of its own, or its provider's alone, shares a lane.
        key = tuple([gate.key for gate in gates])
        lane = line.shared.get(key)
        if lane is None:
            lane = line.shared[key] = Lane(gates)
        line.lanes[domain] = lane
        return lane
