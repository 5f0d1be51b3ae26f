"""Everything that is wrong with a campaign before it starts, with its place.

Errors stop a launch: what the files say cannot be done, or nobody would be written to.
Warnings are what the law and the mailbox providers would ask for; `compliance: strict`
makes those stop it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from outreach.errors import Location, OutreachError, Plural, Text, did_you_mean
from outreach.files.campaigns import CampaignFile, written_campaigns
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Channel
from outreach.model.stage import FACTS, NO_TO_IT
from outreach.runner.check_experiment import experiment_notes, strata_problems
from outreach.runner.check_letters import LetterCheck
from outreach.runner.check_mail import MailCheck
from outreach.runner.check_permission import PermissionCheck
from outreach.runner.check_prices import price_problems
from outreach.runner.compose import Mailroom
from outreach.runner.findings import Checked, Note, Problem, Severity, error, errors_of, warning
from outreach.runner.launch import EmptyAudience, choose
from outreach.runner.mail_findings import MessageFindings
from outreach.runner.unread import UnknownSender
from outreach.runner.vocabulary import words_of
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.repeats import fires_a_day
from outreach.scheduling.waves import begins
from outreach.segmentation.checking import understand
from outreach.segmentation.vocabulary import Vocabulary
from outreach.store.conditions import Selection, compile_condition


def check(
    file: CampaignFile,
    mailroom: Mailroom,
    *,
    now: datetime,
    pilot: int | None = None,
    adding: bool = False,
) -> Checked:
    """Every problem of a campaign file, and the audience it would have now.

    `adding`: only whom a launched campaign would take in beside its people.
    """
    checker = _Checker(file, mailroom, now)
    letters = LetterCheck(file, mailroom, now)
    problems = _of_the_file(checker, letters)
    try:
        condition = checker.where()
    except OutreachError as wrong:
        return Checked((*problems, *errors_of(wrong)), None, letters.facts(None))
    chosen = choose(
        mailroom.store,
        file.campaign,
        condition,
        settings=mailroom.settings,
        now=now,
        pilot=pilot,
        extending=mailroom.store.campaigns.look_up(file.campaign.name),
        adding=adding,
    )
    if chosen.count.enrolled == 0:
        nobody = EmptyAudience(file.campaign.name, chosen.count)
        problems.append(error(nobody.what, file.locate(("audience",)), nobody.hint))
    enrolled = [m.contact for m in chosen.members if m.arm is Arm.ENROLLED]
    facts = letters.facts(enrolled, chosen.lots(file.campaign.name))
    problems += [*checker.lacking(condition), *letters.warnings(facts)]
    problems += MessageFindings(file, mailroom, now).problems(chosen)
    problems += PermissionCheck(file, mailroom).problems(chosen)
    return Checked(tuple(problems), chosen, facts)


def notes_of(campaign: Campaign, checked: Checked, mailroom: Mailroom) -> tuple[Note, ...]:
    """What may surprise in a campaign that was checked.

    Apart from `check`, which a launch asks: all that ever happened tells how many people order.
    """
    if checked.chosen is None:
        return ()
    planning = mailroom.settings.planning
    small = experiment_notes(campaign, checked.chosen, mailroom.store, planning)
    return (*_goes_on(campaign), *small)


def _goes_on(campaign: Campaign) -> Iterator[Note]:
    """What may surprise: who says no goes on being written to where nobody says otherwise."""
    said = [word for word in NO_TO_IT if campaign.goes_on_after(word)]
    if said:
        stops = ", ".join((*campaign.stop_on, *said))
        yield Note(
            Text("Whoever refuses ({words}) gets the next steps all the same",
                 words=", ".join(said)),
            Text("to end the chain there: stop_on: [{stops}]; for other steps: track: negative",
                 stops=stops),
        )  # fmt: skip


def check_change(file: CampaignFile, mailroom: Mailroom, *, now: datetime) -> Checked:
    """The same of a campaign that runs: its people are chosen, only the file is asked."""
    letters = LetterCheck(file, mailroom, now)
    checker = _Checker(file, mailroom, now)
    problems = _of_the_file(checker, letters)
    try:
        checker.where()
    except OutreachError as wrong:
        problems += errors_of(wrong)
    return Checked(tuple(problems), None, letters.facts(None))


def _of_the_file(checker: _Checker, letters: LetterCheck) -> list[Problem]:
    problems = [*checker.senders(), *checker.team(), *checker.templates(), *letters.problems()]
    problems += price_problems(checker.file, checker.settings.currency)
    problems += [*checker.conditions(), *checker.repeats(), *checker.renewal()]
    problems += strata_problems(checker.file, checker.mailroom.store)
    return [*problems, *checker.legal()]


class _Checker:
    def __init__(self, file: CampaignFile, mailroom: Mailroom, now: datetime) -> None:
        self.file = file
        self.campaign = file.campaign
        self.mailroom = mailroom
        self.settings = mailroom.settings
        self.now = now
        self.mails = MailCheck(file, mailroom)

    # --- names that must be known -------------------------------------------------------------

    def senders(self) -> Iterator[Problem]:
        told: set[Location] = set()
        for index, step in enumerate(self.campaign.steps):
            where = self._at("steps", index, "sender") if step.sender else self._at("sender")
            if step.channel is not Channel.EMAIL or where in told:
                continue
            keys = self.campaign.senders_of(step)
            if not keys:
                what = Text("the e-mail step {step!r} has no sender", step=step.name)
                hint = Text("write `sender:` with one of: {names}", names=self._senders())
                yield error(what, self._at("steps", index), hint)
                continue
            told.add(where)
            for key in keys:
                yield from self._sender(key, where)

    def _sender(self, key: str, where: Location) -> Iterator[Problem]:
        if key not in self.settings.senders:
            yield Problem(Severity.ERROR, UnknownSender(key, self.settings.senders, where))
        elif not self.settings.senders[key].servers:
            what = Text("the sender {sender!r} has no mail server", sender=key)
            yield warning(what, where, Text("write `smtp:` under it in outreach.yaml"))

    def _senders(self) -> str:
        return ", ".join(self.settings.senders) or "–"

    def team(self) -> Iterator[Problem]:
        for index, step in enumerate(self.campaign.steps):
            if step.by and self.settings.team and step.by not in self.settings.team:
                what = Text("there is nobody {key!r} in the team", key=step.by)
                hint = did_you_mean(step.by, self.settings.team)
                yield error(what, self._at("steps", index, "by"), hint)

    def renewal(self) -> Iterator[Problem]:
        """A slip in `renews:` would be noticed when the two waves are compared: too late."""
        before = self.campaign.renews
        if before is None:
            return
        if before == self.campaign.name:
            what = Text("campaign {name!r} renews itself", name=before)
            yield warning(what, self._at("renews"), Text("name the one that came before it"))
            return
        begun = [one.name for one in self.mailroom.store.shelf.all(deleted_too=True)]
        written = written_campaigns(self.settings)
        if before in begun:
            return
        if before in written:
            what = Text("it renews {before!r}, which was not launched yet", before=before)
            hint: Text | None = Text("launch this one after it: the report knows both then")
        else:
            what = Text("it renews {before!r}, and there is no such campaign", before=before)
            hint = did_you_mean(before, [*begun, *written]) or Text("see: outreach campaign list")
        yield warning(what, self._at("renews"), hint)

    # --- templates and guides -----------------------------------------------------------------

    def templates(self) -> Iterator[Problem]:
        for index, step in enumerate(self.campaign.steps):
            if step.channel is Channel.EMAIL:
                yield from self.mails.problems(step, index)
            if step.guide:
                yield from self._guide(step.guide, self._at("steps", index, "guide"))

    def _guide(self, name: str, where: Location) -> Iterator[Problem]:
        from outreach.runner.guides import guide_problems

        try:
            problems = guide_problems(name, self.campaign, self.mailroom, where)
        except OutreachError as wrong:
            yield from errors_of(wrong)
        else:
            yield from (Problem(Severity.ERROR, problem) for problem in problems)

    # --- expressions --------------------------------------------------------------------------

    def _vocabulary(self, stages: tuple[str, ...] = ()) -> Vocabulary:
        return words_of(self.mailroom.store, self.settings, stages=stages, own=self.campaign)

    def conditions(self) -> Iterator[Problem]:
        stages = (*self.campaign.chain, *FACTS)
        for index, step in enumerate(self.campaign.steps):
            if step.when is None:
                continue
            try:
                understand(
                    step.when, self._vocabulary(stages), where=self._at("steps", index, "when")
                )
            except OutreachError as wrong:
                yield from errors_of(wrong)

    def repeats(self) -> Iterator[Problem]:
        """A repeat that never fires in the campaign's time, or that fires all day long."""
        cron = self.campaign.repeat
        if cron is None:
            return
        calendar = Calendar.of(self.settings)
        steps = self.campaign.following(None)
        begin = [
            begins(self.campaign, step, launched_at=self.now, calendar=calendar) for step in steps
        ]
        if not any(begin):
            what = Text("`repeat` does not fire before the last day, {day}",
                        day=self.campaign.not_after)  # fmt: skip
            yield error(what, self._at("repeat"), Text("nothing would ever leave"))
        elif (count := fires_a_day(cron)) > 1:
            yield warning(
                Plural(
                    "`repeat` fires {count} time on a day: everybody gets it each time",
                    "`repeat` fires {count} times on a day: everybody gets it each time",
                    count,
                ),
                self._at("repeat"),
                Text("0 9 * * mon is once a week, on Monday at 9:00"),
            )

    def where(self) -> Selection:
        """The audience as a condition. Raises what is wrong with the expression."""
        text = self.campaign.audience.where
        condition = understand(text, self._vocabulary(), where=self._at("audience", "where"))
        today = self.now.astimezone(self.settings.zone).date()
        return compile_condition(
            condition,
            self.mailroom.store.database,
            today=today,
            now=self.now,
            zone=self.settings.zone,
        )

    # --- what people lack, what the law asks for ----------------------------------------------

    def lacking(self, condition: Selection) -> Iterator[Problem]:
        """How many of those matched lack a value that a step cannot do without."""
        contacts = self.mailroom.store.contacts
        for index, step in enumerate(self.campaign.steps):
            if step.channel is not Channel.EMAIL or step.name in self.mails.broken:
                continue
            fields = sorted(self.mails.required(step) - {"email"})
            count = contacts.count_lacking(fields, condition) if fields else 0
            if count:
                lacked = [name for name in fields if contacts.count_lacking([name], condition)]
                yield warning(
                    Plural(
                        "{count} person lacks a value that step {step!r} prints ({fields})",
                        "{count} people lack a value that step {step!r} prints ({fields})",
                        count,
                        step=step.name,
                        fields=", ".join(lacked),
                    ),
                    self._at("steps", index),
                    Text(
                        "their message is held until it is there;"
                        " or write {{ name | default('…') }}"
                    ),
                )

    def legal(self) -> Iterator[Problem]:
        """Lacks that do not stop a launch unless `compliance: strict`."""
        channels = {step.channel for step in self.campaign.steps}
        if not self.campaign.offer:
            what = Text("the campaign says nothing of its offer")
            hint = Text("write `offer:` in a line: what have we to say to these people?")
            yield warning(what, self._at("campaign"), hint)
        if not self.settings.organisation.address:
            yield warning(
                Text("the settings give no postal address of the organisation"),
                None,
                Text("every message must say who writes: write `organisation: {address: …}`"),
                legal=True,
            )
        if Channel.EMAIL in channels and not self.settings.unsubscribe_url:
            yield warning(
                Text("no page to unsubscribe in one click: only an answer by e-mail"),
                None,
                Text("Gmail and Yahoo ask bulk senders for one: write `unsubscribe_url:`"),
                legal=True,
            )
        if not self.settings.organisation.privacy_url:
            yield warning(
                Text("no page says what is done with people's data"),
                None,
                Text("GDPR art. 13 and 14: write `organisation: {privacy_url: …}`"),
                legal=True,
            )

    # --- wording ------------------------------------------------------------------------------

    def _at(self, *path: str | int) -> Location:
        return self.file.locate(tuple(path))
