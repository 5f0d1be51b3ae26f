"""What may come of a call or a visit: a closed list, so that every one ends in a known state.

Each outcome is a stage or a fact that `record` knows, with what must be said beside it. The
numbers are those on a printed sheet; they are the same in every language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from outreach.errors import Text, WrongUsage, did_you_mean
from outreach.model.campaign import Channel
from outreach.model.stage import DEFAULT_CHAIN
from outreach.model.text import fold
from outreach.model.words import stage_meant
from outreach.runner.said_days import SaidDay


class Asked(Enum):
    """Whether something is said beside an outcome."""

    NO = "no"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One way in which a call or a visit may end."""

    #: What is typed for it, and stands on the sheet.
    key: str
    #: The stage or fact that is recorded.
    stage: str
    label: Text
    #: The day of what follows: to call back, of the appointment, to come back to it.
    day: Asked = Asked.NO
    day_asked: Text | None = None
    #: What the day is recorded as, where it is not the outcome's own: a promise of ours.
    then: str | None = None
    reason: Asked = Asked.NO
    amount: Asked = Asked.NO
    #: The ending of the guide that is read out.
    ending: str | None = None
    #: Other words for it in a file, beside those for its stage.
    words: tuple[str, ...] = ()


def _outcomes(channel: Channel) -> tuple[Outcome, ...]:
    on_the_phone = channel is Channel.CALL
    return (
        Outcome(
            key="1",
            stage="spoken" if on_the_phone else "met",
            label=Text("reached, nothing decided") if on_the_phone
            else Text("met, nothing decided"),
            ending="negative_ending",
            words=("reached", "joint", "spoken", "contacted", "met", "rencontré"),
        ),
        Outcome(
            key="2",
            stage="no_answer",
            label=Text("no answer") if on_the_phone else Text("nobody there"),
        ),
        *((
            Outcome(
                key="3",
                stage="wrong_number",
                label=Text("wrong number"),
            ),
        ) if on_the_phone else ()),
        Outcome(
            key="4",
            stage="call_back",
            label=Text("call back on…") if on_the_phone else Text("come back on…"),
            day=Asked.MUST,
            day_asked=Text("Call back on") if on_the_phone else Text("Come back on"),
        ),
        Outcome(
            key="5",
            stage="appointment",
            label=Text("appointment on…"),
            day=Asked.MUST,
            day_asked=Text("Appointment on"),
            then="promised",
            ending="positive_ending",
        ),
        Outcome(
            key="6",
            stage="refused",
            label=Text("refused"),
            day=Asked.MAY,
            day_asked=Text("May we come back to them? On"),
            then="latent",
            reason=Asked.MUST,
            ending="negative_ending",
        ),
        Outcome(
            key="7",
            stage="opted_out",
            label=Text("asks to be left alone"),
            ending="negative_ending",
            words=("left alone", "leave alone", "ne plus appeler"),
        ),
        Outcome(
            key="8",
            stage="quote",
            label=Text("asks for a quote"),
            amount=Asked.MAY,
            ending="positive_ending",
        ),
        Outcome(
            key="9",
            stage="order",
            label=Text("places an order"),
            amount=Asked.MAY,
            ending="positive_ending",
        ),
    )  # fmt: skip


_OF_CHANNEL = {channel: _outcomes(channel) for channel in Channel}
#: What every chain knows, whatever stages it names.
_FACTS = ("spoken", "met", "no_answer", "wrong_number", "call_back", "refused", "opted_out")


def outcomes(channel: Channel, chain: Sequence[str] = DEFAULT_CHAIN) -> tuple[Outcome, ...]:
    """Those that a campaign with this chain can record, in the order of the sheet."""
    return tuple(one for one in _OF_CHANNEL[channel] if one.stage in (*chain, *_FACTS))


class UnknownOutcome(WrongUsage):
    def __init__(self, word: str, known: Iterable[Outcome], say: Callable[[Text], str]) -> None:
        of_list = tuple(known)
        near = did_you_mean(word, [one.stage for one in of_list])
        listed = ", ".join(f"{one.key} {say(one.label)}" for one in of_list)
        super().__init__(
            Text("{word!r} is no outcome of a call", word=word),
            hint=near or Text("known: {words}", words=listed),
        )


def read_outcome(word: str, known: Sequence[Outcome], say: Callable[[Text], str]) -> Outcome:
    """The outcome that a key, a stage or a reader's own word names. Raises `UnknownOutcome`."""
    typed = fold(" ".join(word.split())).strip(" .…")
    meant = stage_meant(typed)
    for one in known:
        named = (one.key, one.stage, str(one.label), say(one.label), *one.words)
        if typed in {fold(name).strip(" .…") for name in named} or meant == one.stage:
            return one
    raise UnknownOutcome(word, known, say)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one call or visit, complete."""

    outcome: Outcome
    day: SaidDay | None = None
    reason: str | None = None
    note: str | None = None
    #: What was promised, in the words of the workspace: an appointment.
    promised: str | None = None
    #: Of a quote or an order, in units of the currency.
    amount: Decimal | None = None
    minutes: Decimal | None = None
    km: Decimal | None = None
    #: The objections that were met, as the guide words them.
    objections: tuple[str, ...] = ()

    @property
    def whole_note(self) -> str | None:
        """The note behind the hour that was agreed."""
        clock = f"{self.day.clock:%H:%M}" if self.day and self.day.clock else None
        return " – ".join(filter(None, (clock, self.note))) or None
