"""The whole chain of a campaign as messages to whoever tests it; nothing is written down.

An e-mail is the e-mail itself, in each of its variants. A letter comes attached to a mail
that says which step it is, a call or a visit as a mail with its guide. A test has its own
Message-IDs, so that no mailbox takes the real message for one it has already, and its links
say no in nobody's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.cleaning.phones import as_dialled
from outreach.errors import DefinitionError, OutreachError, Problems, Text
from outreach.files.campaigns import CampaignFile
from outreach.files.pdf import letter_pdf
from outreach.files.pdf_engines import CannotStart, OfficeFailed
from outreach.files.pdf_finding import NoOffice
from outreach.model.audience import Arm
from outreach.model.campaign import Channel, Step
from outreach.model.contact import Contact
from outreach.model.message import Guide, Message
from outreach.model.settings import Sender
from outreach.rendering.email import compose, content
from outreach.rendering.envelope import Envelope, Letterhead
from outreach.rendering.guide import SECTIONS
from outreach.rendering.letter.naming import letter_name
from outreach.rendering.letter.text import letter_text
from outreach.rendering.mime import AttachedFile
from outreach.runner.attached import mime_of
from outreach.runner.check import check
from outreach.runner.compose import Mailroom
from outreach.runner.guides import guide_for
from outreach.runner.launch import EmptyAudience
from outreach.runner.marks import NOBODY, nobodys_marks
from outreach.runner.preview import UnknownStep
from outreach.runner.steps import emails_before, with_variant
from outreach.runner.threads import domain_of, message_names
from outreach.runner.trial_mark import TrialMark
from outreach.runner.unread import UnknownSender
from outreach.runner.wording import CHANNELS
from outreach.scheduling.sequence import order


class NoSender(DefinitionError):
    def __init__(self, file: CampaignFile, known: str) -> None:
        super().__init__(
            Text("nothing says who sends the test of {name!r}", name=file.campaign.name),
            where=file.locate(("campaign",)),
            hint=Text("write `sender:` with one of: {names}", names=known),
        )


class NoServer(DefinitionError):
    def __init__(self, sender: str) -> None:
        super().__init__(
            Text("the sender {sender!r} has no mail server", sender=sender),
            hint=Text("write `smtp:` under it in outreach.yaml"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One message of a test, or why it cannot be made."""

    step: str
    channel: Channel
    variant: str | None
    sender: Sender
    message: Message | None = None
    problem: OutreachError | None = None
    #: What is not as it would be: a letter without its PDF.
    note: Text | None = None


def somebody(file: CampaignFile, mailroom: Mailroom, now: datetime) -> Contact:
    """The first who would be enrolled. Raises what is wrong, and `EmptyAudience`."""
    checked = check(file, mailroom, now=now)
    if checked.chosen is None:
        raise checked.problems[-1].error
    enrolled = (m.contact for m in checked.chosen.members if m.arm is Arm.ENROLLED)
    first = next(enrolled, None)
    if first is None:
        raise EmptyAudience(file.campaign.name, checked.chosen.count)
    return mailroom.store.contacts.get(first)


class Trials:
    """Makes the messages of one test."""

    def __init__(
        self,
        file: CampaignFile,
        mailroom: Mailroom,
        *,
        person: Contact,
        to: str,
        say: Callable[[Text], str],
        now: datetime,
    ) -> None:
        """`say` puts our own sentences into the language of whoever tests."""
        self.campaign = file.campaign
        self.mailroom = mailroom
        self.person = person
        self.now = now
        self._file = file
        self._to = to
        self._say = say
        #: The Message-IDs of the e-mails made so far: what follows continues them.
        self._ids: dict[str, str] = {}

    def make(self, step: str | None = None) -> list[Trial]:
        """Every step in its order, or only that one. Raises what is wrong with the senders."""
        if step is not None and step not in {one.name for one in self.campaign.steps}:
            raise UnknownStep(step, self.campaign)
        steps = [one for one in order(self.campaign.steps) if step in (None, one.name)]
        senders = self._senders(steps)
        with self.mailroom.office:
            return [trial for one in steps for trial in self._of(one, senders[one.name])]

    def _of(self, step: Step, sender: Sender) -> Iterator[Trial]:
        variants: list[str | None] = [None]
        if step.variants:
            variants = [variant.name for variant in step.variants]
        for variant in variants:
            trial = Trial(step=step.name, channel=step.channel, variant=variant, sender=sender)
            try:
                yield self._made(trial, step)
            except OutreachError as problem:
                yield replace(trial, problem=problem)

    def _made(self, trial: Trial, step: Step) -> Trial:
        match step.channel:
            case Channel.EMAIL:
                return replace(trial, message=self._email(trial, step))
            case Channel.LETTER:
                return self._letter(trial, step)
            case _:
                return replace(trial, message=self._task(trial, step))

    # --- who sends ----------------------------------------------------------------------------

    def _senders(self, steps: list[Step]) -> dict[str, Sender]:
        """The sender of each step. Raises everything wrong with them, each once."""
        found: dict[str, Sender] = {}
        wrong: dict[str, OutreachError] = {}
        for step in steps:
            key, known = self._key_of(step), self.mailroom.settings.senders
            if key is None:
                wrong.setdefault("", NoSender(self._file, ", ".join(known) or "–"))
            elif key not in known:
                path = ("steps", self.campaign.steps.index(step), "sender")
                where = self._file.locate(path if step.sender else ("sender",))
                wrong.setdefault(key, UnknownSender(key, known, where))
            elif not known[key].servers:
                wrong.setdefault(key, NoServer(key))
            else:
                found[step.name] = known[key]
        if wrong:
            raise Problems(wrong.values()) if len(wrong) > 1 else next(iter(wrong.values()))
        return found

    def _key_of(self, step: Step) -> str | None:
        """Letters and calls have no sender: then that of the first e-mail, or the only one."""
        emails = (one for one in self.campaign.steps if one.channel is Channel.EMAIL)
        own = (self.campaign.sender_of(one) for one in (step, *emails))
        known = list(self.mailroom.settings.senders)
        return next(filter(None, own), known[0] if len(known) == 1 else None)

    # --- an e-mail ----------------------------------------------------------------------------

    def _email(self, trial: Trial, step: Step) -> Message:
        earlier = [one.name for one in emails_before(self.campaign, step)]
        message = self.mailroom.message(
            self.campaign,
            step,
            self.person,
            at=self.now,
            variant=trial.variant,
            message=self._id(trial),
            follows=[self._ids[name] for name in earlier if name in self._ids],
            marks=nobodys_marks(self.mailroom.store.database.secret, NOBODY),
            trial=self._mark(trial),
        )
        self._ids.setdefault(step.name, message.message_id)
        return message

    def _mark(self, trial: Trial) -> TrialMark:
        words = ["Test", *filter(None, [trial.variant])]
        name = "/".join(filter(None, (self.campaign.name, trial.step, trial.variant)))
        return TrialMark(to=self._to, name=name, prefix=f"[{' '.join(words)}]")

    def _id(self, trial: Trial) -> str:
        """Another one in each test: mailboxes show a Message-ID once."""
        (name,) = message_names(
            self.mailroom.store,
            f"test {self.now.isoformat()} {self.campaign.name}",
            f"{trial.step}/{trial.variant or ''}",
            [(1, self.person.id)],
            domain=domain_of(trial.sender.address),
        )
        return name

    # --- a letter, a call ---------------------------------------------------------------------

    def _letter(self, trial: Trial, step: Step) -> Trial:
        mailroom, person = self.mailroom, self.person
        letter = mailroom.merging.merge(
            with_variant(step, trial.variant).template or "",
            person,
            locale=mailroom.locale(mailroom.language(self.campaign)),
            today=self.now.astimezone(mailroom.settings.zone).date(),
            answers=step.answers,
        )
        name = letter_name(
            person.text("postal_code"),
            person.text("last_name") or person.text("company"),
            person.text("first_name"),
            person.id,
        )
        files = [AttachedFile(name, letter, mime_of(name))]
        note = None
        try:
            pdf = name.removesuffix(".docx") + ".pdf"
            files.append(AttachedFile(pdf, letter_pdf(mailroom.office, letter), mime_of(pdf)))
        except (NoOffice, CannotStart, OfficeFailed) as error:
            note = Text("without its PDF: {reason}", reason=error.what)
        told = Text("The letter is attached as it would be printed. Its text:")
        text = self._about(trial, [self._say(told), "", letter_text(letter)])
        return replace(trial, message=self._note(trial, text, files), note=note)

    def _task(self, trial: Trial, step: Step) -> Message:
        if step.guide is None:
            lines = [self._say(Text("This step has no guide."))]
        else:
            guide = guide_for(step.guide, self.campaign, self.person, self.mailroom, at=self.now)
            lines = self._read_aloud(guide)
        if trial.channel is Channel.CALL:
            lines = [self._number(), "", *lines]
        return self._note(trial, self._about(trial, lines), [])

    def _number(self) -> str:
        number = self.person.text("phone") or self.person.text("mobile")
        if number is None:
            return self._say(Text("no telephone number"))
        return as_dialled(number, self.mailroom.settings.country)

    def _read_aloud(self, guide: Guide) -> list[str]:
        lines = [guide.title]
        for section, sentences in guide.blocks:
            lines += ["", self._say(SECTIONS[section]), *(f"- {one}" for one in sentences)]
        return lines

    def _about(self, trial: Trial, lines: list[str]) -> str:
        head = Text(
            "The step {step!r} of the campaign {campaign!r} as {name} would get it.",
            step=trial.step,
            campaign=self.campaign.name,
            name=self.person.name,
        )
        return "\n".join([self._say(head), "", *lines]).rstrip() + "\n"

    def _note(self, trial: Trial, text: str, files: list[AttachedFile]) -> Message:
        channel = self._say(CHANNELS[trial.channel])
        subject = f"{channel[:1].upper()}{channel[1:]}: {trial.step}"
        mark, settings = self._mark(trial), self.mailroom.settings
        letterhead = Letterhead(
            sender=trial.sender,
            campaign=self.campaign.name,
            list_name=settings.organisation.name or None,
        )
        envelope = Envelope(
            letterhead=letterhead,
            recipient=self._to,
            recipient_name=None,
            message_id=self._id(trial),
            date=self.now.astimezone(settings.zone),
            bounce_token=nobodys_marks(self.mailroom.store.database.secret, NOBODY).bounce,
        )
        body = content(subject, html=None, text=[text])
        message = compose(mark.envelope(envelope), mark.content(body), files)
        return self.mailroom.signer.signed(message, trial.sender, self.now)
