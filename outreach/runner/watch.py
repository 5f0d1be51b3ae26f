"""What follows from the answers while a run is under way: who is stopped, who falls silent.

`runner/trouble.py` decides; here it is done, at once: what has not begun is taken back
from the hands before the next message begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from outreach.errors import OutreachError
from outreach.model.delivery import DueEmail, Outcome, Sent
from outreach.model.ids import CampaignId
from outreach.model.silence import Silence
from outreach.runner.clock import Clock
from outreach.runner.hands import Workers
from outreach.runner.outcomes import concluded
from outreach.runner.sources import Sources
from outreach.runner.trouble import Place, Trouble, Verdict
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
        self._broke: Callable[[BaseException], None]

    def over(
        self, workers: Workers, sources: Sources, broke: Callable[[BaseException], None]
    ) -> None:
        """Whose work is watched; `broke` is told what keeps us from judging it."""
        self._workers, self._sources, self._broke = workers, sources, broke

    def judge(self, ended: Sequence[tuple[int, Outcome]]) -> list[tuple[int, Outcome]]:
        """What is to be written down of these outcomes.

        What follows from them may have to be written too. Where that fails the run ends with
        that error; the outcomes, which nobody else can tell, are settled all the same.
        """
        now = self._clock.now()
        judged: list[tuple[int, Outcome]] = []
        for key, outcome in ended:
            email = self._in_hand[key]
            said = outcome
            try:
                if isinstance(outcome, Sent) and self.trouble.is_calm:
                    self.trouble.count_taken(email.sender, email.delivery.campaign)
                else:
                    place = Place(email.sender, self._group(email, now), email.delivery.campaign)
                    verdict = self.trouble.note(place, outcome, now)
                    said = concluded(email.delivery, verdict.outcome, now)
                    self._follow(place, verdict, now)
            except Exception as error:
                self._broke(error)
            judged.append((key, said))
        return judged

    def close(self, what: str | CampaignId, error: OutreachError) -> None:
        """A sender or a campaign is done for this run; the others go on."""
        self.trouble.close(what, error)
        if isinstance(what, str):
            self._end_sender(what)
        else:
            self._end_campaign(what)

    def _group(self, email: DueEmail, now: datetime) -> str:
        """Whose trouble it is; the domain's own, where the store does not tell."""
        try:
            return self._turns.group_of(email.address_domain, now)
        except Exception as error:
            self._broke(error)
            return email.address_domain

    def _follow(self, place: Place, verdict: Verdict, now: datetime) -> None:
        if verdict.silence:
            self._fall_silent(verdict.silence, now)
        for silence in verdict.heard:
            self._turns.open(silence.sender, silence.group, now)
        if verdict.paused:
            self._end_campaign(place.campaign)

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
        # Before it is written down, which may fail: nothing of them begins any more.
        self._withdraw(
            lambda email: (
                email.sender == sender
                and group in (None, self._turns.group_of(email.address_domain, now))
            )
        )
        self._turns.close(sender, group, silence.until, silence.reason, now)

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
