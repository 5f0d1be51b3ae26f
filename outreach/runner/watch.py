"""What follows from the answers while a run is under way: who is stopped, who falls silent.

`runner/trouble.py` decides; here it is done, at once: what has not begun is taken back
from the hands before the next message begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from outreach.errors import OutreachError
from outreach.model.delivery import DueEmail, Outcome
from outreach.model.ids import CampaignId
from outreach.model.silence import Silence
from outreach.runner.clock import Clock
from outreach.runner.hands import Workers
from outreach.runner.outcomes import concluded
from outreach.runner.sources import Sources
from outreach.runner.trouble import Place, Trouble
from outreach.runner.turns import Turns


class Watch:
    """Looks at every outcome as soon as it is known."""

    def __init__(
        self, trouble: Trouble, turns: Turns, in_hand: Mapping[int, DueEmail], clock: Clock
    ) -> None:
        self.trouble = trouble
        self._turns = turns
        self._in_hand = in_hand
        self._clock = clock
        self._workers: Workers
        self._sources: Sources

    def over(self, workers: Workers, sources: Sources) -> None:
        """Whose work is watched."""
        self._workers, self._sources = workers, sources

    def judge(self, ended: Sequence[tuple[int, Outcome]]) -> list[tuple[int, Outcome]]:
        """What is to be written down of these outcomes."""
        now = self._clock.now()
        judged = [(key, self._judged(self._in_hand[key], outcome, now)) for key, outcome in ended]
        return [
            (key, concluded(self._in_hand[key].delivery, outcome, now)) for key, outcome in judged
        ]

    def close(self, what: str | CampaignId, error: OutreachError) -> None:
        """A sender or a campaign is done for this run; the others go on."""
        self.trouble.close(what, error)
        if isinstance(what, str):
            self._end_sender(what)
        else:
            self._end_campaign(what)

    def _judged(self, email: DueEmail, outcome: Outcome, now: datetime) -> Outcome:
        group = self._turns.group_of(email.address_domain, now)
        place = Place(email.sender, group, email.delivery.campaign)
        verdict = self.trouble.note(place, outcome, now)
        if verdict.silence:
            self._fall_silent(verdict.silence, now)
        for silence in verdict.heard:
            self._turns.open(silence.sender, silence.group, now)
        if verdict.paused:
            self._end_campaign(place.campaign)
        return verdict.outcome

    def may_send(self, campaign: CampaignId) -> bool:
        """Whether a campaign still runs; one that was paused or stopped is left alone from now."""
        closed = self.trouble.closed
        if campaign not in closed and not self.trouble.book.is_running(campaign):
            closed.add(campaign)
            self._end_campaign(campaign)
        return campaign not in closed

    def _fall_silent(self, silence: Silence, now: datetime) -> None:
        """Nothing more of a sender, to one provider or to anybody."""
        sender, group = silence.sender, silence.group
        self._turns.close(sender, group, silence.until, silence.reason, now)
        self._withdraw(
            lambda email: (
                email.sender == sender
                and group in (None, self._turns.group_of(email.address_domain, now))
            )
        )

    def _end_campaign(self, campaign: CampaignId) -> None:
        self._sources.drop_campaign(campaign)
        self._withdraw(lambda email: email.delivery.campaign == campaign)

    def _end_sender(self, sender: str) -> None:
        self._workers.withdraw(sender)
        self._sources.drop(sender)

    def _withdraw(self, which: Callable[[DueEmail], bool]) -> None:
        """Take back what has not begun."""
        keys: dict[str, list[int]] = {}
        for key, email in self._in_hand.items():
            if which(email):
                keys.setdefault(email.sender, []).append(key)
        for sender, found in keys.items():
            self._workers.withdraw(sender, found)
