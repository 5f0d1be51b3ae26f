"""Making the e-mail of one delivery: the same delivery gives the same bytes.

What a person lacks holds the message by name; what is too late or no longer meant for
him is passed over. Nothing here touches the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from outreach.cleaning.phones import with_dialled_phones
from outreach.errors import OutreachError
from outreach.files.pdf import Converted
from outreach.files.pdf_office import Office
from outreach.files.templates import TemplateFolder
from outreach.model.campaign import Attachment, Campaign, Step
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, Held, Skipped
from outreach.model.ids import CampaignId, ContactId
from outreach.model.message import Message
from outreach.model.settings import Sender, Settings
from outreach.rendering.context import Values, values_for
from outreach.rendering.email import compose, render_parts
from outreach.rendering.envelope import Envelope, unsubscribe_by
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import AttachedFile
from outreach.rendering.missing import MissingValues
from outreach.rendering.tokens import message_id, token
from outreach.runner.attached import FilesToAttach, mime_of, pictures
from outreach.runner.conditions import Conditions
from outreach.runner.merging import Merging
from outreach.runner.orders import OrdersOf
from outreach.runner.steps import emails_before, too_late, with_variant
from outreach.runner.trial_mark import NOBODY, TrialMark
from outreach.store.campaigns import Launched
from outreach.store.store import Store

if TYPE_CHECKING:
    from outreach.rendering.dkim import SigningKey

#: Stands in tokens of a message that belongs to no launched campaign (a preview, a test).
NO_CAMPAIGN = CampaignId(0)

#: The conventions of a language where the workspace speaks another one.
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}


class Mailroom:
    """Composes the e-mails of a workspace; templates are read once."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        secret: Callable[[str], str],
        now: Callable[[], datetime],
        campaigns: Mapping[CampaignId, Launched],
    ) -> None:
        self.store = store
        self.settings = settings
        self.secret = secret
        self.now = now
        self.campaigns = campaigns
        self.folder = TemplateFolder(settings.templates)
        catalogue = store.database.catalogue
        self.fields = catalogue.names
        self.merging = Merging(
            self.folder,
            catalogue,
            country=settings.country,
            currency=settings.currency,
            organisation=settings.organisation,
            orders=store.events.orders,
        )
        self.conditions = Conditions(store, settings, campaigns)
        #: Started when a letter is first wanted as PDF.
        self.office = Office()
        self._pdf = Converted(self.office)
        self._templates: dict[str, Templates] = {}
        self._people: dict[ContactId, Contact] = {}
        self._keys: dict[str, list[SigningKey]] = {}
        self._files = FilesToAttach(settings.folder)
        self._pictures = FilesToAttach(settings.templates)

    # --- the e-mail of one delivery -----------------------------------------------------------

    def __call__(self, delivery: Delivery) -> Message | Held | Skipped:
        """What leaves for a due delivery, or why nothing does."""
        launched = self.campaigns[delivery.campaign]
        step = launched.definition.step(delivery.step)
        now = self.now()
        if reason := self.not_meant(delivery, now):
            return Skipped(reason)
        contact = self._person(delivery.contact)
        try:
            return self.message(
                launched.definition,
                step,
                contact,
                variant=delivery.variant,
                occurrence=delivery.occurrence,
                at=delivery.message_date or now,
                campaign=delivery.campaign,
                message=delivery.message_id,
                bounce=("b", int(delivery.id)),
                follows=self._sent_before(delivery, launched.definition, step),
            )
        except MissingValues as missing:
            return Held(tuple(missing.names))
        except OutreachError as error:
            # What is wrong for this person alone must not keep the others waiting.
            return Held(reason=error.what)

    def not_meant(self, delivery: Delivery, now: datetime) -> str | None:
        """Why a step is passed over now: its last day is gone, or its condition is false."""
        definition = self.campaigns[delivery.campaign].definition
        step = definition.step(delivery.step)
        if too_late(definition, step, now.astimezone(self.settings.zone).date()):
            return "not_after"
        return None if self.conditions.hold(delivery, now=now) else "when"

    def message(
        self,
        definition: Campaign,
        step: Step,
        contact: Contact,
        *,
        at: datetime,
        variant: str | None = None,
        occurrence: int = 1,
        campaign: CampaignId = NO_CAMPAIGN,
        message: str | None = None,
        bounce: tuple[str, int] = ("p", 0),
        follows: Sequence[str] | None = None,
        trial: TrialMark | None = None,
    ) -> Message:
        """The finished message. Raises `MissingValues` and errors of the templates.

        `follows` are the Message-IDs it continues; None: of every e-mail before it in the
        chain, as if each had been sent.
        """
        sender = self.settings.senders[definition.sender_of(step) or ""]
        step = with_variant(step, variant)
        # Whoever follows the link of a preview or of a test says no in nobody's name.
        kind, asks = (NOBODY, 0) if campaign == NO_CAMPAIGN else ("u", int(contact.id))
        key = token(self.store.database.secret, kind, int(campaign), asks)
        out = unsubscribe_by(sender, key, self.settings.unsubscribe_url)
        values = self.values(definition, contact, sender, at, out.link)
        templates = self.templates(self.language(definition, contact))
        content = render_parts(
            templates,
            values,
            subject=step.subject or "",
            template=step.template or "",
            text=step.text,
        )
        envelope = Envelope(
            sender=sender,
            recipient=contact.text("email") or "",
            recipient_name=_addressee(contact),
            message_id=message or self.message_id(definition, step, contact.id, sender, occurrence),
            date=at.astimezone(self.settings.zone),
            campaign=definition.name,
            list_name=self.settings.organisation.name or None,
            unsubscribe=out,
            bounce_token=token(self.store.database.secret, *bounce),
            follows=tuple(
                self._ids_before(definition, step, contact.id) if follows is None else follows
            ),
        )
        files = [
            self._attached(a, definition, contact, templates, values, at) for a in step.attachments
        ]
        files += pictures(self._pictures, content.pictures)
        if trial:
            envelope, content = trial.envelope(envelope), trial.content(content)
        return self.signed(compose(envelope, content, files), sender, at)

    def message_id(
        self,
        definition: Campaign,
        step: Step,
        contact: ContactId,
        sender: Sender,
        occurrence: int = 1,
    ) -> str:
        """The Message-ID of a delivery: the same on every attempt."""
        domain = sender.address.rpartition("@")[2].encode("idna").decode("ascii")
        return message_id(
            self.store.database.secret,
            definition.name,
            step.name,
            occurrence,
            int(contact),
            domain=domain,
        )

    def _ids_before(self, definition: Campaign, step: Step, contact: ContactId) -> Iterator[str]:
        for earlier in emails_before(definition, step):
            sender = self.settings.senders[definition.sender_of(earlier) or ""]
            yield self.message_id(definition, earlier, contact, sender)

    def _sent_before(self, delivery: Delivery, definition: Campaign, step: Step) -> Sequence[str]:
        names = [earlier.name for earlier in emails_before(definition, step)]
        if not names:
            return ()
        return self.store.deliveries.sent_ids(delivery.contact, delivery.campaign, names)

    def values(
        self,
        definition: Campaign,
        contact: Contact,
        sender: Sender | None,
        at: datetime,
        unsubscribe: str | None = None,
    ) -> Values:
        """What the templates of a step see of one person."""
        return values_for(
            with_dialled_phones(contact, self.settings.country),
            self.fields,
            organisation=self.settings.organisation,
            sender=sender,
            campaign=definition,
            today=at.astimezone(self.settings.zone).date(),
            unsubscribe_url=unsubscribe,
            orders=OrdersOf(contact.id, self.store.events.orders),
        )

    def language(self, definition: Campaign, contact: Contact | None = None) -> str:
        """`fr` or `en`: the person's own, else the campaign's, else the workspace's."""
        spoken = (contact.text("language") or "")[:2].lower() if contact else ""
        if spoken in _LOCALES:
            return spoken
        return definition.language or ("fr" if self.settings.locale.startswith("fr") else "en")

    def locale(self, language: str) -> str:
        """How dates and amounts are written in a language."""
        own = self.settings.locale
        return own if own.startswith(language) else _LOCALES[language]

    def templates(self, language: str) -> Templates:
        """The workspace's templates in one language, compiled once."""
        if language not in self._templates:
            self._templates[language] = Templates(
                self.folder.text,
                fields=self.fields,
                language=language,
                locale=self.locale(language),
                currency=self.settings.currency,
            )
        return self._templates[language]

    def _person(self, contact: ContactId) -> Contact:
        if contact not in self._people:
            self._people.clear()
            self._people[contact] = self.store.contacts.get(contact)
        return self._people[contact]

    # --- what goes with it --------------------------------------------------------------------

    def _attached(
        self,
        attachment: Attachment,
        definition: Campaign,
        contact: Contact,
        templates: Templates,
        values: Values,
        at: datetime,
    ) -> AttachedFile:
        if attachment.letter:
            locale = self.locale(self.language(definition))
            today = at.astimezone(self.settings.zone)
            content = self.merging.merge(
                attachment.letter, contact, locale=locale, today=today, answers=attachment.answers
            )
            if attachment.as_pdf:
                content = self._pdf(content)
            name = PurePosixPath(attachment.letter)
            name = name.with_suffix(".pdf") if attachment.as_pdf else name
            return AttachedFile(name.name, content, mime_of(name.name))
        path = templates.render_text(attachment.path or "", values)
        return self._files.file(path)

    def signed(self, message: Message, sender: Sender, at: datetime) -> Message:
        """With the sender's DKIM signatures, where he has keys."""
        if not sender.dkim:
            return message
        from outreach.rendering.dkim import load_key, sign

        if sender.name not in self._keys:
            self._keys[sender.name] = [
                load_key(self.secret(key.key).encode(), domain=key.domain, selector=key.selector)
                for key in sender.dkim
            ]
        return replace(message, content=sign(message.content, self._keys[sender.name], at=at))


def _addressee(contact: Contact) -> str | None:
    name = " ".join(filter(None, (contact.text("first_name"), contact.text("last_name"))))
    return name or contact.text("company")
