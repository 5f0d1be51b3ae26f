"""`calls next`, `visits next`: one after the other, each with its guide and its outcome."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from outreach.application import Application
from outreach.cli.asking import Asking, NoMoreAnswers, conversation, undisturbed
from outreach.cli.call_form import Form, positive
from outreach.cli.day_list import (
    day_list,
    print_head,
    print_heard,
    print_objection,
    print_sections,
    seller_known,
)
from outreach.cli.outcome_lines import as_row, told
from outreach.cli.output import show
from outreach.errors import Interrupted, OutreachError, Plural, Text, WrongUsage
from outreach.model.campaign import Channel
from outreach.runner.call_outcomes import Asked, Outcome, outcomes, read_outcome
from outreach.runner.call_session import CallSession, Concluded, Taken
from outreach.runner.calls import Call, Wish
from outreach.runner.desk import read_amount
from outreach.runner.said_days import SaidDay, read_day

#: What is read before the outcome is known; the endings come when it is.
_BEFORE = ("introduction", "reach", "reason", "objective", "questions", "arguments")

_Value = TypeVar("_Value")


class _Later(Exception):
    """This one is not made now."""


class _Enough(Exception):
    """No more of them."""


def guided(
    parts: Application,
    channel: Channel,
    campaign: str | None,
    *,
    seller: str | None,
    limit: int | None,
    guide: bool,
) -> None:
    """Go through the calls or visits of the day and record what came of each."""
    day = day_list(parts, campaign)
    wish = Wish(channels=(channel,), seller=seller_known(parts, seller), guides=guide)
    session = CallSession(day, wish, clock=parts.now)
    talk = Talk(parts, session, channel, limit)
    try:
        with conversation(parts):
            talk.all()
    except KeyboardInterrupt:
        raise Interrupted(talk.kept()) from None
    finally:
        session.give_back()  # whatever happened, nobody waits for a call that is not made
    show(parts, talk.data(), talk.summary)


class Talk:
    """The conversation with the seller about one call after another."""

    def __init__(
        self, parts: Application, session: CallSession, channel: Channel, limit: int | None
    ) -> None:
        self.parts = parts
        self.asking = Asking(parts)
        self.session = session
        self.channel = channel
        self.limit = limit
        self.done: list[Concluded] = []
        self.later = 0

    def all(self) -> int:
        """Until none is left, it is enough, or the answers end; how many were shown."""
        shown = 0
        while self.limit is None or len(self.done) < self.limit:
            taken = self.session.take()
            if taken is None:
                break
            shown += 1
            try:
                self.done.append(self.one(taken))
            except _Later:
                self.later += 1
            except (_Enough, NoMoreAnswers):
                break
        return shown

    def one(self, taken: Taken) -> Concluded:
        """One call: shown, asked about, recorded. What is broken off goes back to the list."""
        form = Form()
        try:
            self._show(taken.call)
            while True:
                taken = self._outcome(taken, form)
                self._details(taken, form)
                try:
                    return self._record(taken, form)
                except OutreachError as error:
                    self.asking.told(error)  # it is asked again; what was typed is proposed
                    form.ask_again()
        except (KeyboardInterrupt, NoMoreAnswers):
            self._broken_off(taken, form)
            raise
        except (_Later, _Enough):
            self._keep_note(taken, form)
            self.session.give_back()
            raise

    def _broken_off(self, taken: Taken, form: Form) -> None:
        """Ctrl-C, or the end of the answers: what was said is kept."""
        if form.complete:
            try:
                self.done.append(self._record(taken, form))
                return
            except OutreachError as error:
                self.asking.told(error)
        self._keep_note(taken, form)
        self.session.give_back()

    def _keep_note(self, taken: Taken, form: Form) -> None:
        """What was written of a call whose outcome could not be recorded is a note."""
        note, form.note = form.note, None
        if note:
            self._note(taken, note)

    def _note(self, taken: Taken, text: str) -> None:
        try:
            self.session.note(taken, text)
        except OutreachError as error:
            self.asking.told(error)
        else:
            self.asking.tell(Text("noted"), first="   ")

    # --- the call ---------------------------------------------------------------------------------

    def _show(self, call: Call) -> None:
        self.asking.tell()
        print_head(self.parts, call, place=f"{len(self.done) + self.later + 1} · ")
        if call.guide:
            self.asking.tell(call.guide.title, first="   ", rest="   ")
            print_sections(self.parts, call.guide, list(_BEFORE))
            print_heard(self.parts, call.guide)

    def _known(self, call: Call) -> tuple[Outcome, ...]:
        chain = self.session.chain_of(call)
        return outcomes(call.channel, chain)

    def _menu(self, call: Call) -> None:
        say = self.parts.language.say
        keys = [f"{one.key} {say(one.label)}" for one in self._known(call)]
        self.asking.menu(keys)
        others = [Text("s later"), Text("n note"), Text("h history"), Text("q stop")]
        if call.guide:
            others[1:1] = [Text("g guide"), Text("o1, o2… objection")]
        self.asking.menu([say(word) for word in others])

    def _outcome(self, taken: Taken, form: Form) -> Taken:
        """Ask until an outcome is said; everything else is answered on the way."""
        call = taken.call
        self._menu(call)
        while form.outcome is None:
            word = self.asking.ask(Text("Outcome"))
            taken = self.session.hold_on(taken)
            if word and not self._aside(taken, word, form):
                try:
                    form.outcome = read_outcome(word, self._known(call), self.parts.language.say)
                except WrongUsage as error:
                    self.asking.told(error)
        return taken

    def _aside(self, taken: Taken, word: str, form: Form) -> bool:
        """What is no outcome: a look at the guide or the past, a note, later, enough."""
        call, letter = taken.call, word.lower()
        if letter in ("q", "quit"):
            raise _Enough
        if letter == "s":
            raise _Later
        if letter in ("?", "help"):
            self._menu(call)
        elif letter == "h":
            for line in self.session.history(taken) or (Text("nothing yet"),):
                self.asking.tell(line, first="   ", rest="     ")
        elif letter == "n" or letter.startswith("n "):
            text = word[2:].strip() or self.asking.ask(Text("Note"))
            if text:
                self._note(taken, text)
        elif letter == "g" and call.guide:
            print_sections(self.parts, call.guide, [name for name, _ in call.guide.blocks])
        elif letter[0] == "o" and call.guide and (letter[1:].strip() or "0").isdecimal():
            self._objection(call, int(letter[1:].strip() or 0), form)
        else:
            return False
        return True

    def _objection(self, call: Call, number: int, form: Form) -> None:
        """What is prepared for it; it was met, and that is recorded with the outcome."""
        assert call.guide is not None
        if 0 < number <= len(call.guide.objections):
            met = call.guide.objections[number - 1]
            form.objections[met.heard] = None
            print_objection(self.parts, met)
        else:
            print_heard(self.parts, call.guide)

    # --- what came of it --------------------------------------------------------------------------

    def _details(self, taken: Taken, form: Form) -> None:
        """What must be said with the outcome, then what may be."""
        outcome, call = form.outcome, taken.call
        assert outcome is not None
        if outcome.ending and call.guide:
            print_sections(self.parts, call.guide, [outcome.ending])
        if outcome.reason is Asked.MUST:
            form.reason = self._reason(call, form)
        if outcome.day is Asked.MUST:
            form.day = self._until(lambda: self._day(outcome, needed=True))
        if outcome.amount is Asked.NO:
            form.amount = None
        form.complete = True
        if form.minutes is None:
            form.minutes = self.session.usual_minutes(taken)
        if outcome.day is Asked.MAY:
            form.day = self._until(lambda: self._day(outcome, needed=False))
        if outcome.amount is not Asked.NO:
            form.amount = self._number(Text("Amount"), form.amount)
        if call.channel is Channel.VISIT:
            form.km = self._number(Text("Kilometres"), form.km)
        form.minutes = self._number(Text("Minutes"), form.minutes)
        if call.guide and outcome.stage not in ("no_answer", "wrong_number"):
            print_sections(self.parts, call.guide, ["notes"])
        form.note = self.asking.ask(Text("Note"), form.note or "") or None

    def _number(self, question: Text, said: Decimal | None) -> Decimal | None:
        """An amount, minutes, kilometres; what was said before is proposed."""
        usual = "" if said is None else self.parts.language.exact(said)
        return self._until(lambda: positive(read_amount(self.asking.ask(question, usual))))

    def _until(self, answer: Callable[[], _Value]) -> _Value:
        """Ask again until the answer can be used."""
        while True:
            try:
                return answer()
            except OutreachError as error:
                self.asking.told(error)

    def _day(self, outcome: Outcome, *, needed: bool) -> SaidDay | None:
        assert outcome.day_asked is not None
        typed = self.asking.ask(outcome.day_asked)
        if not typed and not needed:
            return None
        return read_day(typed, today=self.parts.today(), locale=self.parts.settings.locale)

    def _reason(self, call: Call, form: Form) -> str:
        """The objection of the guide by its number, or the person's own words."""
        heard = [one.heard for one in call.guide.objections] if call.guide else []
        if call.guide:
            print_heard(self.parts, call.guide)
        while True:
            typed = self.asking.ask(Text("Why, in their words (or o1, o2…)") if heard
                                    else Text("Why, in their words"))  # fmt: skip
            number = typed.lower().removeprefix("o").strip()
            if number.isdecimal() and 0 < int(number) <= len(heard):
                form.objections[heard[int(number) - 1]] = None
                return heard[int(number) - 1]
            if typed and not number.isdecimal():
                return form.reason_in_words(typed, heard)
            self.asking.tell(Text("a refusal has its reason: it tells whether to come back"),
                             first="   ! ", rest="     ")  # fmt: skip

    def _record(self, taken: Taken, form: Form) -> Concluded:
        with undisturbed():
            done = self.session.conclude(taken, form.answer(self.parts.language.say))
        for number, line in enumerate(told(done)):
            self.asking.tell(line, first="     " if number else "   ✓ ", rest="     ")
        return done

    # --- at the end -------------------------------------------------------------------------------

    def kept(self) -> Text:
        """What a Ctrl-C leaves behind."""
        return Plural(
            "{count} outcome was recorded and is kept; the others wait as before",
            "{count} outcomes were recorded and are kept; the others wait as before",
            len(self.done),
        )

    def summary(self) -> None:
        left = self.session.left()
        self.asking.tell()
        self.asking.tell(Plural("{count} outcome recorded", "{count} outcomes recorded",
                                len(self.done)))  # fmt: skip
        if left:
            self.asking.tell(Plural("{count} still waits", "{count} still wait", left))
        if self.session.barred:
            self.asking.tell(
                Plural("{count} is not to be called now: see outreach calls",
                       "{count} are not to be called now: see outreach calls",
                       self.session.barred)
            )  # fmt: skip

    def data(self) -> dict[str, Any]:
        return {
            "recorded": [as_row(self.parts, one) for one in self.done],
            "later": self.later,
            "left": self.session.left(),
            "not_now": self.session.barred,
        }
