"""A row of the table of the sheets: what came of a call or a visit that was made on paper.

A row that was entered before is recognised by its number and its try, and changes nothing. The
table as a whole is read in `reported_table.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from outreach.errors import OutreachError, Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import ContactId, DeliveryId
from outreach.model.stage import DEFAULT_CHAIN
from outreach.runner.call_outcomes import Answer, Asked, Outcome, outcomes, read_outcome
from outreach.runner.call_session import Concluded, conclude, planned_minutes
from outreach.runner.calls import Call, DayList
from outreach.runner.desk import read_amount
from outreach.runner.objected import heard_in, read_objected
from outreach.runner.said_days import SaidDay, read_day
from outreach.runner.undated import mark_of
from outreach.runner.wording import stage_text
from outreach.scheduling.attempts import most_attempts
from outreach.store.undated import UNDATED

#: Of the number of a sheet: both databases count so far.
_MOST_DIGITS = 19


class RowWrong(OutreachError):
    """A row that cannot be recorded."""


@dataclass(slots=True, kw_only=True)
class ReportDesk:
    """What turns the words of a row into an outcome: the parts the door gives."""

    day: DayList
    channel: Channel
    now: datetime
    author: str | None
    person: Callable[[str], Contact]
    instant: Callable[[str], datetime]
    say: Callable[[Text], str]
    #: What makes all rows of the table one recording.
    batch: Mapping[str, object]
    #: How often this table has told what, of calls that no campaign had planned.
    seen: Counter[tuple[ContactId, str, datetime]] = field(default_factory=Counter)
    #: How often it has the same row.
    alike: Counter[tuple[tuple[str, str], ...]] = field(default_factory=Counter)
    #: How many were recorded that were read so, without their day, on an earlier day too.
    again: int = 0

    def row(self, cells: Mapping[str, str]) -> Concluded | None:
        """Record a row; None when it was recorded before. Raises what is wrong with it."""
        mark = None if cells.get("ref") else self._mark(cells)
        before = self._days_read(cells, mark)
        if self._day_of(self.now) in before:
            return None
        call = self._call(cells)
        outcome = read_outcome(cells["outcome"], outcomes(self.channel, self._chain(call)),
                               self.say)  # fmt: skip
        if self._entered(call, outcome, cells):
            self._require_same(call, outcome)
            return None
        at = self._at(cells)
        answer = self._answer(outcome, cells, call, at)
        author = cells.get("by") or self.author
        batch = self.batch if mark is None else {**self.batch, UNDATED: mark}
        done = conclude(self.day, call, answer, author=author, at=at, now=self.now, batch=batch)
        self.again += bool(before)
        return done

    # --- which call it was ------------------------------------------------------------------------

    def _call(self, cells: Mapping[str, str]) -> Call:
        if number := cells.get("ref"):
            return self._numbered(number, cells)
        if not cells.get("contact"):
            raise RowWrong(Text("neither the number of the sheet nor a person is given"))
        contact = self.person(cells["contact"])
        for launched in self.day.campaigns.values():
            if cells.get("campaign") not in (None, "", launched.name):
                continue
            for delivery in self.day.store.deliveries.open_by_hand(contact.id, launched.id):
                if delivery.channel is self.channel:
                    return self._of(delivery, contact)
        if cells.get("campaign") or cells.get("step"):
            raise RowWrong(Text("nothing of that campaign waits for {name}", name=contact.name))
        return self._made(contact)

    def _numbered(self, number: str, cells: Mapping[str, str]) -> Call:
        digits = number.removeprefix("n°").strip()
        known = digits.isdecimal() and len(digits) < _MOST_DIGITS
        found = self.day.store.by_hand.find(DeliveryId(int(digits))) if known else None
        if found is None or found.campaign not in self.day.campaigns:
            raise RowWrong(Text("no sheet has the number {number}", number=number))
        if found.channel is not self.channel:
            raise RowWrong(Text("the sheet {number} is of another kind", number=number))
        contact = self._as_now(found, number)
        named = cells.get("contact")
        if named and named != str(contact.id) and self.person(named).id != contact.id:
            what = Text("the sheet {number} is of {name}", number=number, name=contact.name)
            raise RowWrong(what)
        if contact.id == found.contact:
            return self._of(found, contact)
        # Merged since the sheet was printed: the step waits on the record that stayed, if at all.
        theirs = self.day.store.deliveries.open_by_hand(contact.id, found.campaign)
        step = next((one for one in theirs if one.step == found.step), None)
        return self._made(contact) if step is None else self._of(step, contact)

    def _as_now(self, found: Delivery, number: str) -> Contact:
        """The person of a sheet, merged or not. Raises `RowWrong` of one who was erased."""
        persons = self.day.store.persons
        now = persons.now(found.contact)
        if now is None or persons.is_erased(now):
            raise RowWrong(Text("the sheet {number} is of a person who was erased", number=number))
        return self.day.store.contacts.get(now)

    def _of(self, delivery: Delivery, contact: Contact) -> Call:
        launched = self.day.campaigns[delivery.campaign]
        step = launched.definition.step(delivery.step)
        return replace(
            self._made(contact), campaign=launched.name, step=step.name, delivery=delivery,
            due_at=delivery.due_at, attempts=delivery.attempts, most=most_attempts(step),
        )  # fmt: skip

    def _made(self, contact: Contact) -> Call:
        """A call that no campaign had planned."""
        number = contact.text("phone") or contact.text("mobile")
        return Call(
            contact=contact, channel=self.channel, campaign=None, step=None, number=number,
            other_number=None, due_at=self.now, attempts=0, most=None, by=None, history=(),
        )  # fmt: skip

    def _chain(self, call: Call) -> Sequence[str]:
        if call.delivery is None:
            return DEFAULT_CHAIN
        return self.day.campaigns[call.delivery.campaign].definition.chain

    def _entered(self, call: Call, outcome: Outcome, cells: Mapping[str, str]) -> bool:
        """Whether that try of that call is on record: the table was read before."""
        delivery, number = call.delivery, cells.get("try") or ""
        if delivery is None:
            return self._told(call, outcome, cells)
        if delivery.state is not DeliveryState.DUE:
            return True
        if outcome.stage == "call_back" and cells.get("back_on"):
            return self._put_off(delivery, cells["back_on"])
        return number.isdecimal() and delivery.attempts >= int(number)

    def _mark(self, cells: Mapping[str, str]) -> str | None:
        """What tells a row without a sheet's number and without a day: the second of two that
        say the same is another one, somebody may be called twice a day in vain.
        """
        said = tuple(sorted(cells.items()))
        self.alike[said] += 1
        return mark_of(cells, self.day.store, nth=self.alike[said])

    def _days_read(self, cells: Mapping[str, str], mark: str | None) -> Collection[date]:
        """On which days a row without its day was read before."""
        if mark is None or not cells.get("contact"):
            return ()
        person = self.person(cells["contact"]).id
        return self.day.store.undated.of([person]).get(person, {}).get(mark, ())

    def _told(self, call: Call, outcome: Outcome, cells: Mapping[str, str]) -> bool:
        """Whether that was told of that day before, of a call no campaign had planned.

        As often as tables before told it: somebody may be called twice a day in vain.
        """
        if not cells.get("on"):
            return False
        at = self._at(cells)
        self.seen[call.contact.id, outcome.stage, at] += 1
        told = self.day.store.events.times_told(
            call.contact.id, outcome.stage, channel=self.channel, at=at, before=self.now
        )
        return told >= self.seen[call.contact.id, outcome.stage, at]

    def _put_off(self, delivery: Delivery, back_on: str) -> bool:
        """Whether he was promised that day already: a call back is no try in vain."""
        told = self.day.store.events.recorded(delivery.contact, "call_back", delivery.campaign)
        if not told:
            return False
        then = self._day_of(told[-1].at)
        said = read_day(back_on, today=then, locale=self.day.settings.locale)
        return delivery.due_at == self.day.calendar.midnight(said.day)

    def _require_same(self, call: Call, outcome: Outcome) -> None:
        """The row was entered before; what it says now must be what it said then."""
        if call.delivery is None:
            return
        told = self.day.store.events.recorded(
            call.contact.id, outcome.stage, call.delivery.campaign
        )
        if not told:
            raise RowWrong(Text("this was recorded before, with another outcome"))

    # --- what came of it --------------------------------------------------------------------------

    def _at(self, cells: Mapping[str, str]) -> datetime:
        at = self.instant(cells["on"]) if cells.get("on") else self.now
        if at > self.now:
            raise RowWrong(Text("{day} has not come yet", day=self._day_of(at)))
        return at

    def _answer(
        self, outcome: Outcome, cells: Mapping[str, str], call: Call, at: datetime
    ) -> Answer:
        reason, met = read_objected(cells, lambda: heard_in(self.day, call, at))
        if outcome.reason is Asked.MUST and not reason:
            raise RowWrong(Text("a refusal needs its reason"))
        day = self._said_day(outcome, cells.get("back_on"), at)
        amount = read_amount(cells.get("amount"))
        if amount is not None and outcome.amount is Asked.NO:
            raise RowWrong(Text("an amount belongs to a quote or an order"))
        minutes = read_amount(cells.get("minutes"))
        return Answer(
            outcome=outcome,
            day=day,
            reason=reason,
            note=cells.get("note") or None,
            promised=self.say(stage_text(outcome.stage)) if outcome.then == "promised" else None,
            amount=amount,
            minutes=_positive(planned_minutes(self.day, call) if minutes is None else minutes),
            km=_positive(read_amount(cells.get("km"))),
            objections=met,
        )

    def _said_day(self, outcome: Outcome, text: str | None, at: datetime) -> SaidDay | None:
        if text and outcome.day is Asked.NO:
            raise RowWrong(Text("no day belongs to {outcome}", outcome=outcome.label))
        if text:
            return read_day(text, today=self._day_of(at), locale=self.day.settings.locale)
        if outcome.day is Asked.MUST:
            raise RowWrong(Text("{outcome} needs its day", outcome=outcome.label))
        return None

    def _day_of(self, at: datetime) -> date:
        return self.day.calendar.day_of(at)


def _positive(number: Decimal | None) -> Decimal | None:
    if number is not None and number < 0:
        raise RowWrong(Text("minutes and kilometres are not negative"))
    return number
