"""When to be silent, for how long, and when a campaign is paused; what nobody is blamed for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from outreach.errors import Text
from outreach.model.delivery import Deferred, Outcome, Refused, Scope, Sent, Unknown
from outreach.model.ids import CampaignId
from outreach.model.silence import Silence
from outreach.runner.alarms import CampaignPaused, GroupSilent, SenderSilent, TooMuchTrouble
from outreach.runner.trouble import NoBook, Place, Trouble, Verdict

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
SPRING = CampaignId(1)
ORANGE = Place("marie", "orange", SPRING)
FREE = Place("marie", "free", SPRING)
PAUL = Place("paul", "orange", SPRING)

BLOCKED = Refused("550 5.7.1 your IP is on a blocklist", scope=Scope.GROUP)
SPAM = Refused("554 5.7.1 looks like spam", scope=Scope.POLICY)
QUOTA = Refused("550 5.4.5 Daily user sending limit exceeded", scope=Scope.SENDER)
DEAD = Refused("550 5.1.1 unknown", dead_address=True)
FULL = Refused("552 5.2.2 full")
GREY = Deferred("450 4.2.0 Greylisted", greylisted=True)
BUSY = Deferred("451 4.3.0 try again")
CLOSING = Deferred("421 4.3.2 closing", counts=False, scope=Scope.CONNECTION)


class PaperBook(NoBook):
    """What it was told, and what it is to know."""

    def __init__(self, recent: Iterable[bool] = ()) -> None:
        self.known = list(recent)
        self.paused: list[tuple[CampaignId, str, datetime]] = []

    def recent(self, campaign: CampaignId) -> Iterable[bool]:
        return self.known

    def pause(self, campaign: CampaignId, reason: Text, now: datetime) -> None:
        self.paused.append((campaign, str(reason), now))


def noted(trouble: Trouble, *outcomes: Outcome, at: Place = ORANGE) -> Verdict:
    """All of them, at noon; what followed from the last."""
    verdicts = [trouble.note(at, outcome, NOON) for outcome in outcomes]
    return verdicts[-1]


# --- silence ---------------------------------------------------------------------------------


def test_an_answer_about_us_brings_silence_and_the_message_back_to_due() -> None:
    """Refused with 550, yet nobody is refused: it is not about the person."""
    trouble = Trouble()
    verdict = noted(trouble, BLOCKED)

    assert verdict.outcome == Deferred(BLOCKED.reply, TEN_MINUTES, scope=Scope.GROUP)
    assert verdict.silence is not None
    assert (verdict.silence.sender, verdict.silence.group) == ("marie", "orange")
    assert verdict.silence.until == NOON + TEN_MINUTES
    assert trouble.is_silent("marie", "orange", NOON)
    assert not trouble.is_silent("marie", "free", NOON)
    assert not trouble.is_silent("paul", "orange", NOON)
    (told,) = trouble.errors
    assert isinstance(told, GroupSilent)
    assert BLOCKED.reply in str(told)
    assert "stay due" in str(told.hint)


def test_what_was_on_the_wire_then_goes_back_too_and_is_told_once() -> None:
    trouble = Trouble()
    noted(trouble, BLOCKED)
    late = trouble.note(ORANGE, BLOCKED, NOON + timedelta(minutes=1))

    assert late.outcome == Deferred(BLOCKED.reply, timedelta(minutes=9), scope=Scope.GROUP)
    assert late.silence is None
    assert len(trouble.errors) == 1


def test_a_relapse_doubles_the_silence_and_a_success_ends_it() -> None:
    trouble = Trouble()
    now, lengths = NOON, []
    for _ in range(8):
        silence = trouble.note(ORANGE, BLOCKED, now).silence
        assert silence is not None
        lengths.append(silence.length // timedelta(minutes=1))
        now = silence.until
    assert lengths == [10, 20, 40, 80, 160, 320, 640, 720]

    assert [one.group for one in trouble.note(ORANGE, Sent(), now).heard] == ["orange"]
    again = trouble.note(ORANGE, BLOCKED, now).silence
    assert again is not None
    assert again.length == TEN_MINUTES


def test_a_success_that_left_before_the_silence_does_not_end_it() -> None:
    trouble = Trouble()
    noted(trouble, BLOCKED)

    assert trouble.note(ORANGE, Sent(), NOON + SECOND).heard == ()
    assert trouble.is_silent("marie", "orange", NOON + SECOND)


def test_the_server_says_how_long() -> None:
    trouble = Trouble()
    asked = Deferred("450 4.7.1 slow down", timedelta(hours=1), scope=Scope.GROUP)
    silence = noted(trouble, asked).silence

    assert silence is not None
    assert silence.length == timedelta(hours=1)
    short = Deferred("450 4.7.1 slow down", timedelta(minutes=2), scope=Scope.GROUP)
    silence = noted(trouble, short, at=FREE).silence
    assert silence is not None
    assert silence.length == timedelta(minutes=2)


def test_a_silence_of_an_earlier_run_goes_on_and_is_doubled_by_a_relapse() -> None:
    kept = Silence(
        sender="marie", group="orange", until=NOON, length=timedelta(minutes=40), reason=Text("x")
    )
    trouble = Trouble(kept=[kept])

    assert trouble.is_silent("marie", "orange", NOON - SECOND)
    assert not trouble.is_silent("marie", "orange", NOON)
    silence = noted(trouble, SPAM).silence
    assert silence is not None
    assert silence.length == timedelta(minutes=80)


def test_a_quota_silences_the_sender_altogether_and_counts_against_nobody() -> None:
    trouble = Trouble()
    verdict = noted(trouble, QUOTA)

    assert verdict.outcome == Deferred(QUOTA.reply, TEN_MINUTES, counts=False, scope=Scope.SENDER)
    assert trouble.is_silent("marie", "free", NOON)
    assert not trouble.is_silent("paul", "orange", NOON)
    assert isinstance(trouble.errors[0], SenderSilent)


def test_policy_alone_is_the_persons_matter_and_three_in_a_row_are_ours() -> None:
    trouble = Trouble()

    assert noted(trouble, SPAM, Sent(), SPAM, SPAM) == Verdict(SPAM)
    third = noted(trouble, SPAM)
    assert third.outcome == Deferred(SPAM.reply, TEN_MINUTES, scope=Scope.POLICY)
    assert third.silence is not None


def test_five_closed_connections_in_a_row_silence_the_sender_and_one_does_not() -> None:
    """A server may close a connection after a hundred messages: the next one goes on."""
    trouble = Trouble()

    assert noted(trouble, *[CLOSING] * 4, Sent(), *[CLOSING] * 4).silence is None
    silence = noted(trouble, CLOSING).silence
    assert silence is not None
    assert silence.group is None


def test_greylisting_is_no_trouble_however_often() -> None:
    trouble = Trouble()

    assert noted(trouble, *[GREY] * 100) == Verdict(GREY)
    assert trouble.errors == []


@pytest.mark.parametrize(("outcome", "number"), [(BUSY, 20), (Unknown("no answer"), 5)])
def test_a_run_of_anything_stops_the_sender(outcome: Outcome, number: int) -> None:
    trouble = Trouble()

    assert noted(trouble, *[outcome] * (number - 1)).silence is None
    verdict = noted(trouble, outcome)
    assert verdict.outcome == outcome
    assert verdict.silence is not None
    assert verdict.silence.group is None
    assert isinstance(trouble.errors[0], TooMuchTrouble)


# --- campaigns -------------------------------------------------------------------------------


def test_twenty_dead_addresses_in_a_row_pause_the_campaign_and_stop_no_sender() -> None:
    book = PaperBook()
    trouble = Trouble(book=book, names={SPRING: "spring"})

    assert noted(trouble, *[DEAD] * 19).paused is None
    verdict = noted(trouble, DEAD)
    reason = "20 e-mails in a row were refused, at last: 550 5.1.1 unknown"
    assert str(verdict.paused) == reason
    assert (verdict.outcome, verdict.silence) == (DEAD, None)
    assert book.paused == [(SPRING, reason, NOON)]
    (told,) = trouble.errors
    assert isinstance(told, CampaignPaused)
    assert "outreach resume spring" in str(told.hint)
    assert noted(trouble, DEAD).paused is None


def test_thirty_of_the_last_hundred_pause_it_too() -> None:
    trouble = Trouble()
    mixed = [Sent(), Sent(), DEAD] * 29

    assert noted(trouble, *mixed).paused is None
    verdict = noted(trouble, Sent(), FULL)
    assert str(verdict.paused) == "30 of the last 89 e-mails were refused, at last: 552 5.2.2 full"


def test_every_eighth_refused_pauses_nothing() -> None:
    trouble = Trouble()

    assert noted(trouble, *[*[Sent()] * 7, DEAD] * 100).paused is None


def test_what_earlier_runs_saw_counts() -> None:
    """Cron sends ten at a time: the twentieth in a row is the tenth of this run."""
    trouble = Trouble(book=PaperBook(recent=[False, *[True] * 10]))

    assert noted(trouble, *[DEAD] * 9).paused is None
    assert noted(trouble, DEAD).paused is not None


def test_what_is_about_us_is_held_against_no_campaign() -> None:
    trouble = Trouble()
    for number in range(50):
        trouble.note(ORANGE, BLOCKED, NOON + number * SECOND)

    assert not any(isinstance(error, CampaignPaused) for error in trouble.errors)
