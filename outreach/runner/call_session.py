"""A guided session of calls or visits: one after another, each with its outcome at once.

Nothing is kept in memory alone: a call is held in the store while somebody has it before him
(`store/by_hand.py`), and what came of it is recorded before the next one is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_UP, Decimal

from outreach.errors import OutreachError, Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import ContactId, DeliveryId
from outreach.model.stage import DEFAULT_CHAIN
from outreach.runner.call_outcomes import Answer
from outreach.runner.call_rules import is_barred
from outreach.runner.calls import Call, DayList, Wish, contact_of
from outreach.runner.coming_next import Next, next_of
from outreach.runner.record import Fact, Recorded, record, together
from outreach.runner.today import keep
from outreach.store.by_hand import HandWork
from outreach.store.campaigns import Launched
from outreach.store.follow_ups import Promise
from outreach.store.recorded import THEN
from outreach.store.store import Store

#: What took less was not timed: `--now`, answers from a pipe, an outcome typed afterwards.
_TIMED = timedelta(seconds=20)
#: Longer than that nobody telephones: the seller was away, and his usual minutes are proposed.
_LONGEST = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Taken:
    """A call that is ours for the moment."""

    call: Call
    began: datetime
    #: The instant in the store that says it is ours; None of a promise, which nobody holds.
    held: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What was recorded of a call, and what follows for the person."""

    call: Call
    answer: Answer
    recorded: Recorded
    #: The same step again, where it is to be tried again.
    again: Delivery | None
    #: What comes next in the campaign; None beside campaigns.
    next: Next | None
    #: In which the days of what follows are read.
    zone: tzinfo


class CallSession:
    """One seller's calls, one at a time."""

    def __init__(
        self,
        day: DayList,
        wish: Wish,
        *,
        clock: Callable[[], datetime],
        only: ContactId | None = None,
    ) -> None:
        """`only`: one person's."""
        self._only = only
        self._day = day
        self._store = day.store
        self._wish = wish
        self._clock = clock
        self._seen: set[object] = set()
        #: What is before the seller now: its number, and the instant that says it is ours.
        self._holding: tuple[DeliveryId, datetime] | None = None
        #: Not at this hour: offered when nothing else is left, with a warning.
        self._not_now: list[HandWork | Promise] = []
        #: Not offered: the rules on calls forbid it now, under `compliance: strict`.
        self.barred = 0

    def take(self) -> Taken | None:
        """The next call that nobody else has; None when there is none left."""
        for _ in range(2):  # a second look: others may have come back since the first
            for work in self._waiting():
                if _key(work) not in self._seen and (taken := self._try(work)):
                    return taken
        while self._not_now:
            if taken := self._try(self._not_now.pop(0), whatever_the_hour=True):
                return taken
        return None

    def left(self) -> int:
        """How many wait still, those put off until later among them."""
        return sum(1 for _ in self._waiting()) - self.barred

    def _waiting(self) -> Iterator[HandWork | Promise]:
        for work in self._day.waiting(self._wish, self._clock()):
            if self._only in (None, contact_of(work)):
                yield work

    def hold_on(self, taken: Taken) -> Taken:
        """Somebody is still at it."""
        delivery, now = taken.call.delivery, self._clock()
        if delivery is None or taken.held is None:
            return taken
        if not self._store.by_hand.hold_on(delivery.id, taken=taken.held, now=now):
            return taken
        self._holding = (delivery.id, now)
        return replace(taken, held=now)

    def give_back(self) -> None:
        """What is before the seller was not made: it waits again, for whoever asks next."""
        if self._holding is not None:
            number, taken = self._holding
            self._store.by_hand.give_back(number, taken=taken)
            self._holding = None

    def usual_minutes(self, taken: Taken) -> Decimal:
        """How long it took, in whole minutes; what the step says where nobody measured it."""
        lasted = self._clock() - taken.began
        if taken.call.channel is Channel.CALL and _TIMED <= lasted <= _LONGEST:
            minutes = Decimal(lasted.total_seconds()) / 60
            return minutes.to_integral_value(rounding=ROUND_UP)
        return self._planned_minutes(taken.call)

    def note(self, taken: Taken, text: str) -> None:
        """Write down something about the person, whatever comes of the call. Raises `Erased`."""
        _require_there(self._store, taken.call.contact)
        self._store.people.note(
            taken.call.contact.id, text, author=self._wish.seller, now=self._clock()
        )

    def chain_of(self, call: Call) -> tuple[str, ...]:
        """The stages that can be recorded of it."""
        launched = _launched(self._day, call)
        return launched.definition.chain if launched else DEFAULT_CHAIN

    def history(self, taken: Taken) -> tuple[Text, ...]:
        """Everything that happened with the person, oldest first."""
        return self._day.whole_past(taken.call.contact.id)

    def conclude(self, taken: Taken, answer: Answer) -> Concluded:
        """Record what came of it, and all that follows. Raises what `record` raises."""
        now = self._clock()
        done = conclude(self._day, taken.call, answer, author=self._wish.seller, at=now, now=now)
        self.give_back()  # where it is to be tried again today
        return done

    # --- taking -----------------------------------------------------------------------------------

    def _try(self, work: HandWork | Promise, *, whatever_the_hour: bool = False) -> Taken | None:
        self._seen.add(_key(work))
        now = self._clock()
        if isinstance(work, Promise):
            return self._allowed(Taken(self._day.one(work, now), now, None), work,
                                 whatever_the_hour)  # fmt: skip
        number = work.delivery.id
        if not self._store.by_hand.take(number, now=now):
            self._seen.discard(_key(work))  # another one has it: it may come back
            return None
        self._holding = (number, now)
        fresh = self._day.again(work, self._wish, now)
        if fresh is None:
            self.give_back()
            return None
        call = replace(self._day.one(fresh, now, guides=self._wish.guides), held=False)
        return self._allowed(Taken(call, now, now), work, whatever_the_hour)

    def _allowed(
        self, taken: Taken, work: HandWork | Promise, whatever_the_hour: bool
    ) -> Taken | None:
        said = taken.call.legal
        if said is None or said.allowed:
            return taken
        if is_barred(said, self._day.settings):
            self.barred += 1
        elif whatever_the_hour:
            return taken
        else:
            self._not_now.append(work)
        self.give_back()
        return None

    def _planned_minutes(self, call: Call) -> Decimal:
        return planned_minutes(self._day, call)


def _key(work: HandWork | Promise) -> object:
    return ("promise", work.follow_up.id) if isinstance(work, Promise) else work.delivery.id


def planned_minutes(day: DayList, call: Call) -> Decimal:
    """What the step says it takes, else what its channel usually does."""
    if call.delivery is not None:
        step = day.campaigns[call.delivery.campaign].definition.step(call.delivery.step)
        if step.minutes is not None:
            return step.minutes
    return call.channel.kind.minutes or Decimal(0)


# --- recording --------------------------------------------------------------------------------


def conclude(
    day: DayList,
    call: Call,
    answer: Answer,
    *,
    author: str | None,
    at: datetime,
    now: datetime,
    batch: Mapping[str, object] | None = None,
) -> Concluded:
    """Record what came of a call or a visit at `at`, and all that follows, whole or not at all.

    It is one recording, whatever it tells; with a `batch` it is part of a greater one. Raises
    `Erased`, and what `record` raises.
    """
    _require_there(day.store, call.contact)
    launched = _launched(day, call)
    fact = Fact(
        contact=day.store.contacts.get(call.contact.id),
        stage=answer.outcome.stage,
        at=at,
        campaign=launched,
        amount=answer.amount,
        author=author,
        note=answer.whole_note,
        channel=call.channel,
        minutes=answer.minutes,
        km=answer.km,
        reason=answer.reason,
        back_on=answer.day.day if answer.day and answer.outcome.then is None else None,
        delivery=call.delivery,
        objections=answer.objections,
        number=call.number if call.channel is Channel.CALL else None,
    )
    with day.store.together() as held:
        then_too = answer.day is not None and answer.outcome.then is not None
        if batch is None and (then_too or call.promise is not None):
            batch = together(held)
        recorded = record(held, fact, settings=day.settings, now=now, batch=batch)
        if (then := _then(recorded, answer)) is not None:
            record(held, then, settings=day.settings, now=now, batch={**(batch or {}), THEN: True})
        _keep_promise(held, call, {**(batch or {}), THEN: True}, author, now)
    again = _again(day, call, author)
    return Concluded(
        call=call, answer=answer, recorded=recorded, again=again,
        next=_next(day, recorded.fact.contact, launched, now), zone=day.settings.zone,
    )  # fmt: skip


class Erased(OutreachError):
    def __init__(self) -> None:
        super().__init__(Text("this person was erased meanwhile: nothing is written of them"))


def _require_there(store: Store, contact: Contact) -> None:
    """Of whom was emptied on request nothing is written down any more. Raises `Erased`."""
    if store.persons.is_erased(contact.id):
        raise Erased


def _then(recorded: Recorded, answer: Answer) -> Fact | None:
    """The day that was agreed on, where it is a promise of ours, not the outcome's own."""
    fact, stage = recorded.fact, answer.outcome.then
    if answer.day is None or stage is None:
        return None
    # What a track goes on with is not ended by the day on which we come back.
    return replace(
        fact, stage=stage, amount=None, minutes=None, km=None, channel=None, delivery=None,
        objections=(), back_on=answer.day.day,
        campaign=None if recorded.track is not None else fact.campaign,
        note=" – ".join(filter(None, (answer.promised, fact.note))) or None,
    )  # fmt: skip


def _launched(day: DayList, call: Call) -> Launched | None:
    if call.delivery is not None:
        return day.campaigns[call.delivery.campaign]
    number = call.promise.follow_up.campaign if call.promise else None
    return day.campaigns.get(number) if number is not None else None


def _keep_promise(
    store: Store, call: Call, batch: Mapping[str, object], author: str | None, now: datetime
) -> None:
    """The call back that was promised is made: `record` has closed it, or it is closed here."""
    number = call.promise.follow_up.id if call.promise else None
    if number is not None:
        open_ = store.follow_ups.find([number])
        if open_ and open_[0].follow_up.done_at is None:
            keep(store, [number], author=author, now=now, batch=batch)


def _again(day: DayList, call: Call, author: str | None) -> Delivery | None:
    """The same step, where it is still to be done: whoever began with the person goes on."""
    if call.delivery is None:
        return None
    found = day.store.by_hand.find(call.delivery.id)
    if found is None or found.state is not DeliveryState.DUE:
        return None
    if author is not None:
        day.store.by_hand.assign(found.id, author)
    return found


def _next(day: DayList, contact: Contact, launched: Launched | None, now: datetime) -> Next | None:
    if launched is None:
        return None
    return next_of(day.store, contact, launched, settings=day.settings, now=now)
