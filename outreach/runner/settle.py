"""Messages whose outcome nobody knows, settled by evidence or by somebody's word.

Evidence is what a mailbox or a server's log says of a Message-ID (`files/evidence.py`).
That it says nothing is no evidence: a log may begin too late, a copy to the Sent folder may
have failed. What was not found stays in doubt until somebody says that it was not sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach.files.evidence import Evidence, read_evidence
from outreach.files.server_logs import Trace
from outreach.model.change import Change, Settled
from outreach.model.delivery import Delivery, DeliveryState, Outcome, Refused, Sent
from outreach.model.ids import CampaignId
from outreach.model.settings import Settings
from outreach.rendering.tokens import token
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.store.unknown import Doubt
from outreach.transports.replies import DEAD_ADDRESS

#: Doubts settled in one transaction.
_GROUP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How many doubts ended, and how."""

    sent: int = 0
    not_sent: int = 0
    refused: int = 0

    def __add__(self, other: Settlement) -> Settlement:
        return Settlement(
            sent=self.sent + other.sent,
            not_sent=self.not_sent + other.not_sent,
            refused=self.refused + other.refused,
        )

    @property
    def settled(self) -> int:
        return self.sent + self.not_sent + self.refused


@dataclass(frozen=True, slots=True)
class Settler:
    """Writes down what became of doubtful messages. Used under the workspace's lock."""

    store: Store
    settings: Settings
    campaigns: Mapping[CampaignId, Launched]
    now: datetime

    def by_evidence(
        self, doubts: Sequence[Doubt], paths: Sequence[Path]
    ) -> tuple[Settlement, Evidence]:
        """What mailboxes and logs say of them; what they do not hold stays in doubt."""
        evidence = find(self.store, self.settings, [doubt.delivery for doubt in doubts], paths)
        found = [
            (doubt, outcome_of(trace))
            for doubt in doubts
            if (trace := evidence.traces.get(doubt.delivery.message_id or ""))
        ]
        self._write([self._change(doubt, outcome) for doubt, outcome in found])
        sent = sum(isinstance(outcome, Sent) for _, outcome in found)
        return Settlement(sent=sent, refused=len(found) - sent), evidence

    def by_word(self, doubts: Sequence[Doubt], *, arrived: bool) -> Settlement:
        """Somebody says so. Not sent: due again, with the same Message-ID and date."""
        if arrived:
            self._write([self._change(doubt, Sent("settled by word")) for doubt in doubts])
            return Settlement(sent=len(doubts))
        self._write([self._due_again(doubt.delivery) for doubt in doubts])
        return Settlement(not_sent=len(doubts))

    def _change(self, doubt: Doubt, outcome: Outcome) -> Change:
        """As of the day it was on the wire: what follows is counted from then."""
        here = Situation(
            launched=self.campaigns[doubt.delivery.campaign],
            calendar=Calendar(self.settings.country, self.settings.zone, self.settings.region),
            costs=self.settings.costs,
            now=self.now,
            at=doubt.claimed_at or doubt.delivery.message_date,
            expected=(DeliveryState.UNKNOWN,),
        )
        return change_for(doubt.delivery, outcome, here)

    def _due_again(self, delivery: Delivery) -> Change:
        again = Settled(
            delivery=delivery.id,
            state=DeliveryState.DUE,
            at=self.now,
            due_at=self.now,
            expected=(DeliveryState.UNKNOWN,),
            detail="settled by word: not sent",
        )
        return Change(settled=(again,))

    def _write(self, changes: Sequence[Change]) -> None:
        for begin in range(0, len(changes), _GROUP):
            self.store.deliveries.write(sum(changes[begin : begin + _GROUP], Change()))


def find(
    store: Store, settings: Settings, deliveries: Sequence[Delivery], paths: Sequence[Path]
) -> Evidence:
    """What is found of these messages. Raises `NoEvidence`."""
    named = {one.message_id: one for one in deliveries if one.message_id}
    senders: dict[str, str] = {}
    for message_id, delivery in named.items():
        sender = settings.senders.get(delivery.sender or "")
        if sender and sender.bounce and "{token}" in sender.bounce:
            key = token(store.database.secret, "b", int(delivery.id))
            senders[sender.bounce.replace("{token}", key)] = message_id
    return read_evidence(paths, named.keys(), senders=senders)


def outcome_of(trace: Trace) -> Outcome:
    """A server's last word as what became of the message."""
    if trace.arrived:
        return Sent(trace.said)
    code = "" if trace.code and trace.said.startswith(trace.code) else trace.code
    return Refused(f"{code} {trace.said}".strip(), dead_address=trace.code in DEAD_ADDRESS)
