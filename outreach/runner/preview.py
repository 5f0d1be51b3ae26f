"""What every step of a campaign would be for people: made, shown, kept nowhere.

The same functions as in a run; the store is only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.parser import BytesParser
from functools import cached_property

from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.files.campaigns import CampaignFile
from outreach.files.pdf import letter_pdf
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, Channel, Step, Track
from outreach.model.contact import Contact
from outreach.model.delivery import SETTLED
from outreach.model.ids import ContactId
from outreach.model.message import Guide, Message
from outreach.rendering.letter.skipping import SkippedLetter
from outreach.rendering.letter.text import letter_text
from outreach.runner.check import check
from outreach.runner.check_experiment import experiment_notes
from outreach.runner.compose import Mailroom
from outreach.runner.drawing import Lots
from outreach.runner.findings import Checked, Note
from outreach.runner.guides import guide_for
from outreach.runner.launch import EmptyAudience
from outreach.runner.reach import no_address
from outreach.runner.sampling import AT_MOST, LOOKED_AT, Sample, telling
from outreach.runner.steps import with_variant
from outreach.runner.tracks import opened_by
from outreach.runner.traits import traits_of
from outreach.runner.unread import UnknownSender
from outreach.runner.wording import exclusion_text, rule_text
from outreach.scheduling.calendar import Calendar
from outreach.scheduling.sequence import due_at, order
from outreach.scheduling.waves import begins
from outreach.store.campaigns import Launched


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One step as one person would get it."""

    contact: Contact
    step: str
    channel: Channel
    #: When it would be done if every step before it were done at once.
    at: datetime
    #: The condition under which it is done, as it is written; None: always.
    when: str | None = None
    #: The answers that lead to it; None: everybody's way leads there.
    opened_by: Text | None = None
    variant: str | None = None
    to: str | None = None
    subject: str | None = None
    text: str | None = None
    guide: Guide | None = None
    message: Message | None = None
    #: The whole .docx.
    letter: bytes | None = None
    #: From whom, where the campaign has several senders.
    sender: str | None = None
    #: Why it would be held, and what may be done about it.
    problem: Text | None = None
    hint: Text | None = None
    #: Why it would be passed over.
    skipped: Text | None = None

    @property
    def attached(self) -> tuple[str, ...]:
        """The names of the files that come with an e-mail."""
        if self.message is None:
            return ()
        mail = BytesParser(policy=policy.default).parsebytes(self.message.content)
        found = (part.get_filename() for part in mail.walk() if part.is_attachment())
        return tuple(name for name in found if name)


class UnknownStep(WrongUsage):
    def __init__(self, name: str, campaign: Campaign) -> None:
        known = [step.name for step in campaign.steps]
        super().__init__(
            Text("campaign {campaign!r} has no step {name!r}", campaign=campaign.name, name=name),
            hint=did_you_mean(name, known) or Text("it has: {names}", names=", ".join(known)),
        )


class Preview:
    """A campaign as it would be if it were launched now."""

    def __init__(
        self, file: CampaignFile, mailroom: Mailroom, *, step: str | None = None, now: datetime
    ) -> None:
        """`step`: only this one. Raises `UnknownStep`."""
        self.campaign = file.campaign
        if step is not None and step not in {one.name for one in self.campaign.steps}:
            raise UnknownStep(step, self.campaign)
        #: The one step that was asked for; None: all of them.
        self.only = step
        self.steps = [one for one in order(self.campaign.steps) if step in (None, one.name)]
        self.mailroom = mailroom
        self.now = now
        self._file = file

    @cached_property
    def checked(self) -> Checked:
        """What is wrong with the campaign, and who would be in it."""
        return check(self._file, self.mailroom, now=self.now)

    # --- people -------------------------------------------------------------------------------

    def sample(self, at_most: int = AT_MOST) -> Sample:
        """People who show what the campaign can look like, each with the reason.

        Raises what is wrong with the audience's expression, and `EmptyAudience`.
        """
        chosen = self.checked.chosen
        if chosen is None:
            raise self.checked.problems[-1].error
        enrolled = [m.contact for m in chosen.members if m.arm is Arm.ENROLLED]
        if not enrolled:
            raise EmptyAudience(self.campaign.name, chosen.count)
        people = self._people(enrolled[:LOOKED_AT])
        traits = traits_of(people, self.campaign, self.mailroom, at=self.now, lots=self._lots)
        return Sample(
            people=tuple(telling(people, traits, at_most)),
            looked_at=len(people),
            enrolled=len(enrolled),
        )

    def _people(self, ids: Sequence[ContactId]) -> list[Contact]:
        found = self.mailroom.store.contacts.get_many(ids)
        return [found[one] for one in ids if one in found]

    def experiment_notes(self) -> list[Note]:
        """A word where its groups are too small to tell anything; none without groups."""
        chosen, room = self.checked.chosen, self.mailroom
        if chosen is None:
            return []
        return list(experiment_notes(self.campaign, chosen, room.store, room.settings.planning))

    @cached_property
    def _lots(self) -> Lots:
        """Which variant everybody gets."""
        name = self.campaign.name
        chosen = self.checked.chosen if self.campaign.audience.stratify else None
        return chosen.lots(name) if chosen else Lots(name)

    @cached_property
    def _writers(self) -> dict[ContactId, str]:
        """Who would write to each person, where the campaign has several senders."""
        chosen = self.checked.chosen if self.campaign.senders else None
        return {m.contact: m.sender for m in (chosen.members if chosen else ()) if m.sender}

    @cached_property
    def _standing(self) -> dict[ContactId, Text | None]:
        chosen = self.checked.chosen
        told: dict[ContactId, Text | None] = {}
        for member in chosen.members if chosen else ():
            told[member.contact] = None
            if member.arm is Arm.CONTROL:
                told[member.contact] = Text("in the control group: never contacted")
            elif member.reason:
                reason = exclusion_text(member.reason.value)
                if member.rule:
                    reason = Text("{first}: {rest}", first=reason, rest=rule_text(member.rule))
                told[member.contact] = Text("left out: {reason}", reason=reason)
        return told

    def outside(self, contact: Contact) -> Text | None:
        """Why this person would get nothing of all this; None for who would be enrolled."""
        return self._standing.get(contact.id, Text("not in the audience of this campaign"))

    # --- pages --------------------------------------------------------------------------------

    def pages(self, contact: Contact) -> list[Page]:
        """Every step as that person would get it."""
        return [self.page(contact, step) for step in self.steps]

    def page(self, contact: Contact, step: Step) -> Page:
        """One step as that person would get it."""
        names = [variant.name for variant in step.variants]
        page = Page(
            contact=contact,
            step=step.name,
            channel=step.channel,
            at=self._dates(contact)[step.name],
            when=step.when,
            opened_by=opened_by(self.campaign, step),
            variant=self._lots.variant(step.name, contact.id, names),
        )
        if no_address(contact, step.channel):
            # A letter or a guide can be looked at all the same.
            page = replace(page, skipped=Text("no address for this channel"))
            if step.channel is Channel.EMAIL:
                return page
        try:
            return self._made(page, step)
        except SkippedLetter as skipped:
            return replace(page, skipped=skipped.what)
        except OutreachError as error:
            if page.skipped:
                return page
            return replace(page, problem=error.what, hint=error.hint)

    def _dates(self, contact: Contact) -> dict[str, datetime]:
        """When each step would be done, as the calendar of the whole audience has it.

        An e-mail waits for its window; one that is passed over holds up nothing after it. Once
        the campaign is launched: when it was done, or when it is really due.
        """
        calendar = self._calendar
        dates: dict[str, datetime] = {}
        ledger = self._in_ledger(contact)
        for step in order(self.campaign.steps):
            if step.name in ledger:
                dates[step.name] = ledger[step.name]
                continue
            if step.waits_for is not None:
                at = due_at(step, done_at=dates[step.waits_for], calendar=calendar)
            elif step.track is Track.MAIN:
                at = self._begins(step)
            else:
                # As if the answer that opens its track came now.
                at = due_at(step, done_at=self.now, calendar=calendar)
            if step.channel is Channel.EMAIL and not no_address(contact, step.channel):
                at = calendar.opening(self.campaign.window, at)
            dates[step.name] = at
        return dates

    def _in_ledger(self, contact: Contact) -> dict[str, datetime]:
        """Of a launched campaign: when each step of this person was done, or is due."""
        launched = self._launched
        if launched is None:
            return {}
        rows = self.mailroom.store.deliveries.of_contact(contact.id, launched.id)
        over = {state.value for state in SETTLED}
        return {row.step_name: (row.settled_at or row.due_at) if row.state in over else
                max(row.due_at, self.now) for row in rows}  # fmt: skip

    @cached_property
    def _launched(self) -> Launched | None:
        return self.mailroom.store.campaigns.look_up(self.campaign.name)

    def _begins(self, step: Step) -> datetime:
        """When the first wave begins, or the next firing; the last day is gone: now."""
        at = begins(self.campaign, step, launched_at=self.now, calendar=self._calendar)
        return at or self.now

    @cached_property
    def _calendar(self) -> Calendar:
        settings = self.mailroom.settings
        return Calendar.of(settings)

    def _made(self, page: Page, step: Step) -> Page:
        contact = page.contact
        match step.channel:
            case Channel.EMAIL:
                self._require_senders()
                writer = step.sender or self._writers.get(contact.id)
                message = self.mailroom.message(
                    self.campaign,
                    step,
                    contact,
                    at=page.at,
                    variant=page.variant,
                    sender=writer,
                )
                to, subject, text = message.recipient, message.subject, message.text
                page = replace(page, to=to, subject=subject, text=text, message=message)
                return replace(page, sender=writer if self.campaign.senders else None)
            case Channel.LETTER:
                letter = self._letter(page, step)
                return replace(page, text=letter_text(letter), letter=letter)
            case _:
                number = contact.text("phone") or contact.text("mobile")
                page = replace(page, to=number if step.channel is Channel.CALL else None)
                if not step.guide:
                    return page
                guide = guide_for(step.guide, self.campaign, contact, self.mailroom, at=page.at)
                return replace(page, guide=guide, text=guide.title)

    def _require_senders(self) -> None:
        """Every e-mail, for one continues the others. Raises what the check says of a sender."""
        senders = self.mailroom.settings.senders
        for step in self.campaign.steps:
            if step.channel is not Channel.EMAIL:
                continue
            keys = self.campaign.senders_of(step)
            if not keys:
                raise OutreachError(Text("the e-mail step {step!r} has no sender", step=step.name))
            for key in keys:
                if key not in senders:
                    raise UnknownSender(key, senders, self._file.locate(("sender",)))

    def _letter(self, page: Page, step: Step) -> bytes:
        mailroom = self.mailroom
        locale = mailroom.locale(mailroom.language(self.campaign))
        today = page.at.astimezone(mailroom.settings.zone)
        return mailroom.merging.merge(
            with_variant(step, page.variant).template or "",
            page.contact,
            locale=locale,
            today=today,
            answers=step.answers,
        )

    def pdf(self, page: Page) -> bytes:
        """A letter as PDF. Raises `NoOffice` and `OfficeFailed`."""
        return letter_pdf(self.mailroom.office, page.letter or b"")
