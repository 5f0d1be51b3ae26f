"""What is said of the call in hand, until it can be recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from outreach.errors import OutreachError, Text
from outreach.runner.call_outcomes import Answer, Outcome
from outreach.runner.objected import in_the_guide
from outreach.runner.said_days import SaidDay
from outreach.runner.wording import stage_text


class Negative(OutreachError):
    def __init__(self) -> None:
        super().__init__(Text("amounts, minutes and kilometres are not negative"))


class Form:
    """What was said of the call in hand, so far."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.day: SaidDay | None = None
        self.reason: str | None = None
        self.note: str | None = None
        self.amount: Decimal | None = None
        self.minutes: Decimal | None = None
        self.km: Decimal | None = None
        #: The objections that were met, as the guide words them, each once.
        self.objections: dict[str, None] = {}
        #: Everything that must be said was said: it can be recorded.
        self.complete = False

    def ask_again(self) -> None:
        """It could not be recorded: another outcome is asked for, the rest is proposed."""
        self.outcome, self.day, self.reason = None, None, None
        self.complete = False

    def reason_in_words(self, typed: str, heard: Sequence[str]) -> str:
        """The reason as it was said; where it is an objection of the guide, that was met."""
        words = in_the_guide(typed, heard)
        if words is not None:
            self.objections[words] = None
        return typed

    def answer(self, say: Callable[[Text], str]) -> Answer:
        assert self.outcome is not None
        promised = say(stage_text(self.outcome.stage)) if self.outcome.then == "promised" else None
        return Answer(
            promised=promised,
            outcome=self.outcome, day=self.day, reason=self.reason, note=self.note,
            amount=self.amount, minutes=self.minutes, km=self.km,
            objections=tuple(self.objections),
        )  # fmt: skip


def positive(number: Decimal | None) -> Decimal | None:
    """Raises `Negative`."""
    if number is not None and number < 0:
        raise Negative
    return number
