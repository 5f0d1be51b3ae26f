"""Messages whose outcome nobody knows, settled by evidence or by somebody's word.

Evidence is what a mailbox or a server's log says of a Message-ID (`files/evidence.py`).
That it says nothing is no evidence: a log may begin too late, a copy to the Sent folder may
have failed. What was not found stays in doubt until somebody says that it was not sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from outreach.errors import Text
from outreach.files.evidence import Evidence, read_evidence
from outreach.files.server_logs import Trace
from outreach.model.change import Change, Settled
from outreach.model.delivery import Deferred, Delivery, DeliveryState, Outcome, Refused, Scope, Sent
from outreach.model.ids import CampaignId
from outreach.model.said import as_line
from outreach.model.settings import Settings
from outreach.rendering.tokens import token
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.store.unknown import Doubt
from outreach.transports.replies import Stage, enhanced_code, judge

#: Of what is one of these nobody is refused: it is about us.
_ABOUT_US = (Scope.GROUP, Scope.SENDER, Scope.CONNECTION)
#: A reply where a log quotes it: `… said: 550 5.1.1 …`, `…>: 550-no such user`, or by itself.
_REPLY = re.compile(r"(?:^|[:=(\"] ?)([45]\d\d)[ -](?=\S)")
#: `(in reply to MAIL FROM command)`, `after end of data`.
_TO_WHAT = re.compile(r"\b(?:in reply to|after) (?:SMTP )?(MAIL|end of DATA|DATA)\b", re.IGNORECASE)

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
        done = sum((counted(outcome) for _, outcome in found), Settlement())
        return done, evidence

    def by_word(self, doubts: Sequence[Doubt], *, arrived: bool) -> Settlement:
        """Somebody says so. Not sent: due again, with the same Message-ID and date."""
        if arrived:
            word = Sent(as_line(Text("somebody said that it had arrived")))
            self._write([self._change(doubt, word) for doubt in doubts])
            return Settlement(sent=len(doubts))
        self._write([self._due_again(doubt.delivery) for doubt in doubts])
        return Settlement(not_sent=len(doubts))

    def _change(self, doubt: Doubt, outcome: Outcome) -> Change:
        """As of the day it was on the wire: what follows is counted from then."""
        here = Situation(
            launched=self.campaigns[doubt.delivery.campaign],
            calendar=Calendar.of(self.settings),
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


def outcome_of(trace: Trace) -> Sent | Deferred | Refused:
    """A server's last word as what became of the message, judged as if it had answered us.

    What is about us is no word on the person: the message is due again.
    """
    if trace.arrived:
        return Sent(trace.said)
    code, text = _answer(trace)
    outcome = judge(_stage(trace.said), code, text)
    # The log's own words, which name the server that said it.
    told = f"{'' if trace.code in trace.said else trace.code} {trace.said}".strip()
    if outcome.scope in _ABOUT_US:
        # Its try was counted when it was left in doubt.
        return Deferred(told, outcome.wait, counts=False, scope=outcome.scope)
    if isinstance(outcome, Deferred):
        return Refused(told)  # a server has tried it for days, and gave it back
    return replace(outcome, reply=told)


def counted(outcome: Outcome) -> Settlement:
    """One doubt less."""
    match outcome:
        case Sent():
            return Settlement(sent=1)
        case Refused():
            return Settlement(refused=1)
    return Settlement(not_sent=1)


def _answer(trace: Trace) -> tuple[int, str]:
    """The reply in a line of a log: its code, and its text from the enhanced code on.

    Where the log gives no code, that of its enhanced code; where it gives neither, 550.
    """
    reply = _REPLY.search(trace.said)
    code = int(reply[1]) if reply else 450 if trace.code.startswith("4") else 550
    text = trace.said[reply.end() :] if reply else trace.said
    return code, text if enhanced_code(text) else f"{trace.code} {text}".strip()


def _stage(said: str) -> Stage:
    """What the answer was to, where the log tells: Postfix's and Exim's words for it."""
    found = _TO_WHAT.search(said)
    if found is None:
        return Stage.RCPT
    return Stage.MAIL if found[1].upper() == "MAIL" else Stage.BODY
