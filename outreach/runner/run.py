"""`run`: everything that is due now, and nothing twice. The one command cron needs.

recover   what a dead run left claimed becomes unknown, shown, never sent again
mend      held messages whose value is there now become due again
pass over steps whose condition is false or for which there is no address
hand out  calls and visits of today, to whom and on which day the team holds them
send      e-mails, at the sender's pace (`runner/send.py`); then calls and visits are handed out
          that this led to, or that waited for it (`runner/peace.py`)
print     letters, into the outbox (`runner/letters.py`)
count     what waits for people: letters to post, calls to make
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from outreach.errors import OutreachError, Text
from outreach.model.campaign import CampaignState, Channel
from outreach.model.channels import BY_HAND
from outreach.model.delivery import SETTLED, DeliveryState
from outreach.model.ids import CampaignId, DeliveryId
from outreach.model.settings import Sender, Settings
from outreach.runner.clock import Clock
from outreach.runner.coming import coming
from outreach.runner.compose import Mailroom
from outreach.runner.fingerprint import TemplatesChanged, fingerprint, same_mark
from outreach.runner.informing import note_informed
from outreach.runner.leaving_today import goes_on_today, leaving_today, senders_of
from outreach.runner.ledger import SendLedger
from outreach.runner.mailing import Mailing
from outreach.runner.mending import letters_of, mend
from outreach.runner.passing_over import pass_over
from outreach.runner.peace import LetGo, all_leave, hand_out, leave_in_peace_by_post
from outreach.runner.place import begin_run
from outreach.runner.recovery import recover
from outreach.runner.repeating import plan_firings
from outreach.runner.send import Asked, Progress, SendReport
from outreach.runner.windows import note_zones
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store
from outreach.transports import Transport

if TYPE_CHECKING:
    from outreach.runner.printed import Printed

Running = Mapping[CampaignId, Launched]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What one run did, and what waits for somebody when it ends.

    `sent`, `deferred`, `refused` and `skipped` (on all channels) happened in this run.
    `unknown`, `held`, `letters`, `tasks` and `remaining` are what there is now, of earlier
    runs too: they are told until somebody has seen to them.
    """

    sent: int
    deferred: int
    refused: int
    unknown: int
    held: int
    skipped: int
    letters: int
    tasks: int
    #: E-mails that are due and did not leave in this run.
    remaining: int
    #: Of which channels more of what is due will leave today.
    more_today: tuple[Channel, ...]
    #: When there is something to do again; None when nothing waits.
    not_before: datetime | None
    #: What keeps the next message back until then, where that is a limit or a silence.
    why: Text | None
    interrupted: bool
    printed: tuple[Printed, ...]
    errors: tuple[OutreachError, ...]


@dataclass(slots=True, kw_only=True)
class Runner:
    """The parts of one run. Built by the door, used once, under the lock."""

    store: Store
    settings: Settings
    clock: Clock
    secret: Callable[[str], str]
    transport: Callable[[Sender], Transport]
    #: Everything is done as ever, on a store that keeps nothing (`runner/rehearse.py`): what a
    #: dead run left on the wire is left alone, nothing is printed, no journal is written.
    rehearsal: bool = False
    #: Calls and visits are given to the team; else somebody else does it (`runner/playing.py`).
    hands_out: bool = True
    #: How many processes compose and hand over; None: as many as the work is worth.
    processes: int | None = None

    def run(
        self,
        campaigns: tuple[Launched, ...],
        *,
        limit: int | None = None,
        until: datetime | None = None,
        progress: Callable[[Progress], None],
    ) -> RunReport:
        """Do what is due of these campaigns."""
        now = self.clock.now()
        if not self.rehearsal:
            recover(self.store, self.settings, now=now)
        running = {c.id: c for c in campaigns if c.state is CampaignState.RUNNING}
        mailroom = Mailroom(
            self.store, self.settings, secret=self.secret, now=self.clock.now, campaigns=running
        )
        running, errors = self._unchanged(running, mailroom)
        plan_firings(self.store, running.values(), calendar=self._calendar, now=now)
        mend(mailroom, running, now=self.clock.now())
        skipped = pass_over(running, mailroom, now=self.clock.now)
        self._hand_out(running, more=(Channel.EMAIL, Channel.LETTER))
        number = begin_run(self.store, now=now, rehearsal=self.rehearsal)
        note_zones(self.store, self.settings, running)
        ledger = SendLedger(
            store=self.store,
            settings=self.settings,
            mailroom=mailroom,
            calendar=self._calendar,
            campaigns=running,
        )
        with mailroom.office:
            mailing = Mailing(
                ledger=ledger,
                senders=senders_of(self.settings, running.values()),
                transport=self.transport,
                clock=self.clock,
                rehearsal=self.rehearsal,
                processes=self.processes,
            )
            asked = Asked(run=number, campaigns=list(running), limit=limit, until=until)
            sent = mailing.send(asked, progress)
        if not self.rehearsal:
            note_informed(self.store, mailroom, running, now=self.clock.now())
        stays = sent.interrupted or self.rehearsal
        more = self._more_today(sent, limit)
        now = self.clock.now()
        leaving = cache(partial(leaving_today, self.store, self.settings, running, now=now))
        waits = self._hand_out(running, more=(*more, Channel.LETTER), leaving=leaving)
        try:
            printed = () if stays else self._print(running, mailroom, more=more, leaving=leaving)
        finally:
            # What waits only for a letter does not do so where none can be printed.
            if waits and not stays:
                self._hand_out(running, more=more, leaving=leaving, last=True)
        report = self._report(running, ledger, sent, printed, skipped, errors, more)
        self.store.runs.finish(number, now=self.clock.now(), summary=_summary(report))
        return report

    # --- before -------------------------------------------------------------------------------

    def _unchanged(
        self, running: Running, mailroom: Mailroom
    ) -> tuple[dict[CampaignId, Launched], tuple[OutreachError, ...]]:
        """The campaigns whose templates are those of their launch; the others stand still."""
        going: dict[CampaignId, Launched] = {}
        errors: list[OutreachError] = []
        for number, launched in running.items():
            templates = mailroom.templates(mailroom.language(launched.definition))
            try:
                mark = fingerprint(launched.definition, mailroom.folder, templates)
            except OutreachError as error:
                errors.append(error)
                continue
            if not same_mark(mark, launched.fingerprint):
                errors.append(TemplatesChanged(launched.name))
                continue
            try:
                self._ready_to_sign(launched, mailroom)
            except OutreachError as error:
                errors.append(error)
                continue
            going[number] = launched
        mailroom.campaigns = mailroom.conditions.campaigns = going
        return going, tuple(errors)

    def _ready_to_sign(self, launched: Launched, mailroom: Mailroom) -> None:
        """A key that cannot sign stops the campaign; it would hold every message of it."""
        definition = launched.definition
        for key in {key for step in definition.steps for key in definition.senders_of(step)}:
            sender = self.settings.senders.get(key)
            if sender is not None and sender.dkim:
                mailroom.signer.keys(sender)

    def _hand_out(
        self,
        running: Running,
        *,
        more: tuple[Channel, ...],
        leaving: LetGo = all_leave,
        last: bool = False,
    ) -> set[DeliveryId]:
        """Calls, visits and tasks of today: whose they are, or later where the day is full.

        Answers what waits, for what is still to leave today on these channels too; the `last` time
        in a run that is put off until tomorrow.
        """
        if not self.hands_out:
            return set()
        return hand_out(
            self.store,
            self.settings,
            running,
            now=self.clock.now(),
            more=more,
            leaving=leaving,
            overdue=not last,
            last=last,
        )

    def _print(
        self,
        running: Running,
        mailroom: Mailroom,
        *,
        more: tuple[Channel, ...],
        leaving: LetGo,
    ) -> tuple[Printed, ...]:
        steps = (step for launched in running.values() for step in launched.definition.steps)
        if all(step.channel is not Channel.LETTER for step in steps):
            return ()
        now = self.clock.now()
        waits = leave_in_peace_by_post(
            self.store, self.settings, running, now=now, more=more, leaving=leaving, last=True
        )
        return letters_of(mailroom).print_due(running, now=now, but=waits)

    # --- after --------------------------------------------------------------------------------

    def _report(
        self,
        running: Running,
        ledger: SendLedger,
        sent: SendReport,
        printed: tuple[Printed, ...],
        skipped: int,
        errors: tuple[OutreachError, ...],
        more: tuple[Channel, ...],
    ) -> RunReport:
        now = self.clock.now()
        numbers = list(running)
        self._close(running, now)
        deliveries = self.store.deliveries
        not_before = self._next(ledger, sent, now)
        return RunReport(
            sent=sent.sent,
            deferred=sent.deferred,
            refused=sent.refused,
            unknown=len(deliveries.in_state(DeliveryState.UNKNOWN)),
            held=len(deliveries.in_state(DeliveryState.HELD, numbers)),
            skipped=sent.skipped + ledger.passed_over + skipped,
            letters=deliveries.count_due(now=now, channels=(Channel.LETTER,), campaigns=numbers),
            tasks=deliveries.count_due(now=now, channels=BY_HAND, campaigns=numbers),
            remaining=sent.remaining,
            more_today=more,
            not_before=not_before,
            why=sent.why if not_before == sent.not_before else None,
            interrupted=sent.interrupted,
            printed=printed,
            errors=(*errors, *sent.errors),
        )

    def _more_today(self, sent: SendReport, limit: int | None) -> tuple[Channel, ...]:
        """E-mails, where of those that may leave now more will do so today, at their pace.

        Where so many were asked for and no more, the next run goes on with the others.
        """
        again = sent.not_before
        if again is None and limit is not None and sent.remaining > 0:
            again = self.clock.now()
        goes_on = goes_on_today(self._calendar, again=again, now=self.clock.now())
        return (Channel.EMAIL,) if goes_on else ()

    def _next(self, ledger: SendLedger, sent: SendReport, now: datetime) -> datetime | None:
        """The first of: the sender's pace, an opening window, the next due day."""
        # Of a campaign that was paused meanwhile nothing is to come.
        running = (c for c in self.store.campaigns.all() if c.state is CampaignState.RUNNING)
        going = [launched for launched in running if launched.id in ledger.campaigns]
        later = coming(self.store, self._calendar, going, now=now, overdue=False)
        opens = ledger.windows.opens_at(going, now)
        instants = [i for i in (sent.not_before, opens, later) if i is not None]
        return min(instants, default=None)

    def _close(self, running: Running, now: datetime) -> None:
        """A campaign in which nothing can happen any more is finished.

        What came back to due in one that was stopped meanwhile does not come any more.
        """
        for launched in running.values():
            if self.store.standing.state(launched.id) is CampaignState.STOPPED:
                self.store.standing.stop(launched.id, now=now)
            elif _finished(self.store, launched):
                self.store.standing.finish(launched.id, now=now)

    @property
    def _calendar(self) -> Calendar:
        return Calendar.of(self.settings)


def _finished(store: Store, launched: Launched) -> bool:
    """Whether nothing more can happen by itself or by hand in a campaign."""
    counted = store.deliveries.by_state(launched.id)
    still_open = any(count for state, count in counted.items() if state not in SETTLED)
    running = launched.state is CampaignState.RUNNING
    return running and not launched.pilot and not still_open


def _summary(report: RunReport) -> dict[str, object]:
    values = {field.name: getattr(report, field.name) for field in fields(report)}
    return {name: value for name, value in values.items() if isinstance(value, int)}
