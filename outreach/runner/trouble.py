"""When to be silent: towards a provider, from a sender, or with a whole campaign.

One refused address is that person's matter. An answer about us is not: going on would
use up the goodwill of the server, and 500 people would be written off for one reason.

    about us at this provider      at once      silence of that sender towards the provider
    about our mailbox              at once      silence of that sender
    by policy, nobody knows whose  3 in a row   silence towards the provider
    421, about the connection      5 in a row   silence of the sender, or towards the provider
    anything but success           20 in a row  silence of the sender (5 in doubt are as bad)
    refused people of a campaign   20 in a row, or 30 of the last 100: the campaign is paused

A silence lasts as long as the server asks, else ten minutes (Gmail asks for ten after
4.7.28); then one message goes first. A relapse doubles it, up to twelve hours. What was
answered so goes back to due: nobody is refused, let alone suppressed, for our fault.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol, assert_never

from outreach.errors import OutreachError, Text
from outreach.model.delivery import (
    Deferred,
    Held,
    Outcome,
    Refused,
    Reply,
    Scope,
    Sent,
    Skipped,
    Unknown,
)
from outreach.model.ids import CampaignId
from outreach.model.silence import Silence
from outreach.model.value import value
from outreach.runner.alarms import (
    CampaignPaused,
    GroupSilent,
    SenderSilent,
    TooMuchTrouble,
    asked_for_silence,
    refused_in_a_row,
    refused_of_the_last,
)

#: Answers of each kind, with no success between them, after which there is silence.
STRIKES = {Scope.GROUP: 1, Scope.SENDER: 1, Scope.POLICY: 3, Scope.CONNECTION: 5}
#: Troubles of a sender in a row after which it stops, whatever they are.
LIMIT = 20
#: An unknown outcome costs a person's time, so five of them are as bad as twenty others.
UNKNOWN_WEIGHT = 4
#: Refused people of one campaign in a row, and of its last so many, after which it is paused.
REFUSED_IN_A_ROW = 20
REFUSED_OF_THE_LAST = (30, 100)

FIRST_SILENCE = timedelta(minutes=10)
LONGEST_SILENCE = timedelta(hours=12)


@value
class Place:
    """Where an answer came from: a sender, a provider or domain, a campaign."""

    sender: str
    group: str
    campaign: CampaignId


@value
class Verdict:
    """What follows from an answer."""

    #: What is written down: a message that met our own trouble goes back to due.
    outcome: Outcome
    #: A silence that begins now.
    silence: Silence | None = None
    #: Why the campaign is paused now.
    paused: Text | None = None
    #: Silences that are over: whose messages are taken again.
    heard: tuple[Silence, ...] = ()


class Book(Protocol):
    """What is known of campaigns, and written down at once when they are paused."""

    def recent(self, campaign: CampaignId) -> Iterable[bool]:
        """Whether its last messages were refused, oldest first, since it was (re)started."""
        ...

    def is_running(self, campaign: CampaignId) -> bool:
        """Whether it may send: another process may have paused or stopped it."""
        ...

    def pause(self, campaign: CampaignId, reason: Text, now: datetime) -> None: ...


class NoBook:
    """Nothing is known and nothing written down."""

    def recent(self, campaign: CampaignId) -> Iterable[bool]:
        return ()

    def is_running(self, campaign: CampaignId) -> bool:
        return True

    def pause(self, campaign: CampaignId, reason: Text, now: datetime) -> None:
        """Only this run knows."""


@dataclass(slots=True)
class Trouble:
    """Counts what goes wrong, and decides what is closed."""

    #: Silences of earlier runs, also those that have ended: a relapse goes on from them.
    kept: Iterable[Silence] = ()
    #: The workspace's zone: instants are told in it.
    zone: tzinfo = UTC
    #: What the campaigns are called.
    names: Mapping[CampaignId, str] = field(default_factory=dict)
    book: Book = field(default_factory=NoBook)
    #: Told once each, in the order they came.
    errors: list[OutreachError] = field(default_factory=list)
    #: Senders and campaigns that are out for this run.
    closed: set[object] = field(default_factory=set)
    _silences: dict[tuple[str, str | None], Silence] = field(default_factory=dict)
    _strikes: dict[tuple[str, str | None], int] = field(default_factory=dict)
    _in_a_row: dict[str, int] = field(default_factory=dict)
    _refused: dict[CampaignId, deque[bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._silences = {(one.sender, one.group): one for one in self.kept}

    def close(self, what: object, error: OutreachError) -> None:
        """Stop a sender (its key) or a campaign (its id) for this run."""
        if what not in self.closed:
            self.closed.add(what)
            self.errors.append(error)

    def is_silent(self, sender: str, group: str, now: datetime) -> bool:
        """Whether nothing may leave from this sender to this provider now."""
        found = (self._silences.get(key) for key in ((sender, group), (sender, None)))
        return any(one is not None and now < one.until for one in found)

    def note(self, at: Place, outcome: Outcome, now: datetime) -> Verdict:
        """Count an outcome; what is written down, and what closes now."""
        match outcome:
            case Sent():
                heard = self._went_well(at, now)
                return Verdict(outcome, heard=heard)
            case Refused() | Deferred():
                return self._went_wrong(at, outcome, now)
            case Unknown(reply):
                return Verdict(outcome, self._weigh(at, UNKNOWN_WEIGHT, reply, now))
            case Held() | Skipped():
                return Verdict(outcome)
            case _:
                assert_never(outcome)

    @property
    def is_calm(self) -> bool:
        """Whether no silence and no strike is known: a message that is taken ends nothing."""
        return not (self._silences or self._strikes)

    def count_taken(self, sender: str, campaign: CampaignId) -> None:
        """A message was taken. That is all there is to note of it while all is calm."""
        self._in_a_row.pop(sender, None)
        self._window(campaign).append(False)

    # --- success ------------------------------------------------------------------------------

    def _went_well(self, at: Place, now: datetime) -> tuple[Silence, ...]:
        """A silence that has ended is forgotten; one that lasts is not: this one left before it."""
        self.count_taken(at.sender, at.campaign)
        if self.is_calm:
            return ()
        heard: list[Silence] = []
        for key in ((at.sender, at.group), (at.sender, None)):
            self._strikes.pop(key, None)
            silence = self._silences.get(key)
            if silence is not None and now >= silence.until:
                heard.append(self._silences.pop(key))
        return tuple(heard)

    # --- trouble ------------------------------------------------------------------------------

    def _went_wrong(self, at: Place, outcome: Refused | Deferred, now: datetime) -> Verdict:
        if outcome.scope is Scope.PERSON:
            if isinstance(outcome, Refused):
                self._in_a_row.pop(at.sender, None)
                return Verdict(outcome, paused=self._refusal(at, outcome.reply, now))
            weight = 0 if outcome.greylisted else 1
            return Verdict(outcome, self._weigh(at, weight, outcome.reply, now))
        key = _closes(at, outcome)
        silence = self._silences.get(key)
        if silence is not None and now < silence.until:
            # It was on the wire when the silence began.
            return Verdict(_back(outcome, silence.until - now))
        strikes = self._strikes[key] = self._strikes.get(key, 0) + 1
        if silence is None and strikes < STRIKES[outcome.scope]:
            if isinstance(outcome, Refused):
                return Verdict(outcome, paused=self._refusal(at, outcome.reply, now))
            return Verdict(outcome)
        silence = self._fall_silent(key, outcome.wait, outcome.reply, now)
        self._tell(silence, outcome.reply)
        return Verdict(_back(outcome, silence.until - now), silence)

    def _fall_silent(
        self, key: tuple[str, str | None], asked: timedelta | None, reply: Reply, now: datetime
    ) -> Silence:
        before = self._silences.get(key)
        length = max(asked or FIRST_SILENCE, 2 * before.length if before else timedelta())
        length = min(length, max(LONGEST_SILENCE, asked or timedelta()))
        sender, group = key
        silence = Silence(
            sender=sender,
            group=group,
            until=now + length,
            length=length,
            reason=asked_for_silence(reply),
        )
        self._silences[key] = silence
        self._strikes.pop(key, None)
        return silence

    def _tell(self, silence: Silence, reply: Reply) -> None:
        until = silence.until.astimezone(self.zone)
        if silence.group is None:
            self.errors.append(SenderSilent(silence.sender, until, reply))
        else:
            self.errors.append(GroupSilent(silence.sender, silence.group, until, reply))

    def _weigh(self, at: Place, weight: int, reply: Reply, now: datetime) -> Silence | None:
        """A trouble that may be anybody's; a run of them is the sender's."""
        total = self._in_a_row[at.sender] = self._in_a_row.get(at.sender, 0) + weight
        if total < LIMIT or self.is_silent(at.sender, at.group, now):
            return None
        self._in_a_row.pop(at.sender)
        silence = self._fall_silent((at.sender, None), None, reply, now)
        until = silence.until.astimezone(self.zone)
        self.errors.append(TooMuchTrouble(at.sender, until, reply))
        return silence

    # --- campaigns ----------------------------------------------------------------------------

    def _window(self, campaign: CampaignId) -> deque[bool]:
        known = self._refused.get(campaign)
        if known is None:
            known = deque(self.book.recent(campaign), maxlen=REFUSED_OF_THE_LAST[1])
            self._refused[campaign] = known
        return known

    def _refusal(self, at: Place, reply: Reply, now: datetime) -> Text | None:
        """Count a person who was refused; why the campaign is paused now, if it is."""
        window = self._window(at.campaign)
        window.append(True)
        if at.campaign in self.closed:
            return None
        reason = _too_many(window, reply)
        if reason is not None:
            name = self.names.get(at.campaign, str(at.campaign))
            self.close(at.campaign, CampaignPaused(name, reason))
            self.book.pause(at.campaign, reason, now)
        return reason


def _too_many(window: deque[bool], reply: Reply) -> Text | None:
    in_a_row = next((n for n, refused in enumerate(reversed(window)) if not refused), len(window))
    if in_a_row >= REFUSED_IN_A_ROW:
        return refused_in_a_row(in_a_row, reply)
    most, _ = REFUSED_OF_THE_LAST
    if sum(window) >= most:
        return refused_of_the_last(sum(window), len(window), reply)
    return None


def _closes(at: Place, outcome: Refused | Deferred) -> tuple[str, str | None]:
    """What an answer about us closes: the sender towards this provider, or altogether."""
    whole = outcome.scope is Scope.SENDER
    if outcome.scope is Scope.CONNECTION and isinstance(outcome, Deferred):
        whole = not outcome.counts  # said before the recipient was named
    return at.sender, None if whole else at.group


def _back(outcome: Refused | Deferred, wait: timedelta) -> Deferred:
    """The message goes back to due until the silence is over.

    What the whole sender met says nothing of the person; what a provider said may, so that
    a message it will never take is given up in the end.
    """
    if isinstance(outcome, Deferred):
        return replace(outcome, wait=wait)
    counts = outcome.scope is not Scope.SENDER
    return Deferred(outcome.reply, wait, counts=counts, scope=outcome.scope)
