"""Making the e-mail of one delivery: the same delivery gives the same bytes.

What a person lacks holds the message by name; what is too late or no longer meant for
him is passed over. Nothing here touches the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from outreach.cleaning.phones import dialled_phones
from outreach.errors import OutreachError
from outreach.files.pdf_office import Office
from outreach.files.templates import TemplateFolder
from outreach.language import LOCALES, one_of_ours
from outreach.model.campaign import Campaign, Step
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, Held, Skipped
from outreach.model.ids import CampaignId, ContactId, DeliveryId
from outreach.model.message import Message
from outreach.model.settings import Sender, Settings
from outreach.rendering.context import Surroundings, Values
from outreach.rendering.email import compose, render_parts
from outreach.rendering.envelope import Envelope
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import AttachedFile
from outreach.rendering.missing import MissingValues
from outreach.runner.alarms import NoWayOut
from outreach.runner.attached import FilesToAttach, pictures
from outreach.runner.conditions import Conditions
from outreach.runner.letter_notices import LetterNotices
from outreach.runner.marks import Marks, marks_of, nobodys_marks
from outreach.runner.notices import noticing
from outreach.runner.orders import OrdersOf
from outreach.runner.reading import Reading
from outreach.runner.recipes import Recipe, Recipes
from outreach.runner.signing import Signer
from outreach.runner.steps import may_lapse, too_late
from outreach.runner.threads import Threads
from outreach.runner.trial_mark import TrialMark
from outreach.store.campaigns import Launched
from outreach.store.store import Store

if TYPE_CHECKING:
    from outreach.runner.enclosing import Enclosures
    from outreach.runner.merging import Merging


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
        self.conditions = Conditions(store, settings, campaigns)
        #: Started when a letter is first wanted as PDF.
        self.office = Office()
        self._templates: dict[str, Templates] = {}
        self._zone = settings.zone
        self._own_language = "fr" if settings.locale.startswith("fr") else "en"
        self._recipes = Recipes(catalogue.names, settings)
        self._reading = Reading(lambda: self.campaigns, self.templates)
        self._orders = store.events.orders
        self.threads = Threads(store, settings, lambda number: self.campaigns[number])
        #: The people of the group in hand, with what its e-mails read of them, and what stands for
        #: each in his message.
        self._people: Mapping[ContactId, Contact] = {}
        self._marks: Mapping[DeliveryId, Marks] = {}
        #: An instant, and the same in our zone: that of one message is that of the next.
        self._local = (datetime.min, datetime.min)
        self.signer = Signer(secret)
        self._pictures = FilesToAttach(settings.templates)

    @cached_property
    def merging(self) -> Merging:
        """Merges Word letters; its many modules are read when there is one."""
        from outreach.runner.merging import Merging

        settings = self.settings
        return Merging(
            self.folder,
            self.store.database.catalogue,
            country=settings.country,
            currency=settings.currency,
            organisation=settings.organisation,
            orders=self.store.events.orders,
            notice=LetterNotices(settings, self._own_language),
            mark=self.store.database.fingerprint,
        )

    @cached_property
    def _enclosures(self) -> Enclosures:
        from outreach.runner.enclosing import Enclosures

        return Enclosures(self.settings.folder, self.merging, self.office)

    # --- the e-mail of one delivery -----------------------------------------------------------

    def prepare(self, deliveries: Sequence[Delivery]) -> None:
        """Read at once what the messages of a group need; those of earlier groups are forgotten.

        Without it each message asks for its own: right, and slower.
        """
        store = self.store
        people = {delivery.contact for delivery in deliveries}
        self._people = store.contacts.get_many(people, self._reading.fields(deliveries))
        self._marks = marks_of(store.database.secret, deliveries)
        self.conditions.prepare(deliveries, self._people)
        self.threads.prepare(deliveries)

    def __call__(self, delivery: Delivery) -> Message | Held | Skipped:
        """What leaves for a due delivery, or why nothing does."""
        definition = self.campaigns[delivery.campaign].definition
        step = definition.step(delivery.step)
        if may_lapse(definition, step) and (reason := self.not_meant(delivery, self.now())):
            return Skipped(reason)
        try:
            return self.message(
                definition,
                step,
                self._person(delivery.contact),
                variant=delivery.variant,
                occurrence=delivery.occurrence,
                at=delivery.message_date or self.now(),
                sender=delivery.sender,
                message=delivery.message_id,
                marks=self._marks_of(delivery),
                follows=self.threads.before(delivery),
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
        if too_late(definition, step, now, self._zone):
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
        sender: str | None = None,
        message: str | None = None,
        marks: Marks | None = None,
        follows: Sequence[str] | None = None,
        trial: TrialMark | None = None,
    ) -> Message:
        """The finished message. Raises `MissingValues` and errors of the templates.

        `sender` is the key of who writes to this person, None: the step's. `marks` are None in
        a preview. `follows` are the Message-IDs it continues; None: of every e-mail before it in
        the chain, as if each had been sent.
        """
        recipe = self._recipe(definition, step, contact, variant, sender)
        step = recipe.step
        marks = marks or nobodys_marks(self.store.database.secret)
        local = self._in_our_zone(at)
        link = recipe.unsubscribe.link(marks.way_out)
        values = self._values(recipe.surroundings, contact, local, link)
        content = render_parts(
            recipe.templates,
            values,
            subject=step.subject or "",
            template=step.template or "",
            text=step.text,
        )
        if follows is None:
            follows = self.threads.as_if_sent(definition, step, contact.id)
        envelope = Envelope(
            recipe.letterhead,
            contact.text("email") or "",
            _addressee(contact),
            message
            or self.threads.message_id(definition, step, contact.id, recipe.sender, occurrence),
            local,
            marks.way_out,
            marks.bounce,
            tuple(follows),
        )
        files: list[AttachedFile] = []
        if step.attachments:
            files += self._enclosures.of(
                step,
                contact,
                recipe.templates,
                values,
                today=local,
                locale=self.locale(self.language(definition)),
            )
        if content.pictures:
            files += pictures(self._pictures, content.pictures)
        if trial:
            envelope, content = trial.envelope(envelope), trial.content(content)
        return self.signer.signed(compose(envelope, content, files), recipe.sender, at)

    def _in_our_zone(self, at: datetime) -> datetime:
        if at is not self._local[0]:
            self._local = (at, at.astimezone(self._zone))
        return self._local[1]

    def _recipe(
        self,
        definition: Campaign,
        step: Step,
        contact: Contact,
        variant: str | None,
        sender: str | None,
    ) -> Recipe:
        language = self.language(definition, contact)
        key = sender or definition.sender_of(step) or ""
        if key not in self.settings.senders:
            raise NoWayOut(key)
        return self._recipes.of(
            definition,
            step,
            variant=variant,
            sender=self.settings.senders[key],
            language=language,
            templates=self.templates(language),
        )

    def values(
        self,
        definition: Campaign,
        contact: Contact,
        sender: Sender | None,
        at: datetime,
        unsubscribe: str | None = None,
    ) -> Values:
        """What the templates of a step see of one person."""
        around = Surroundings(
            self.fields,
            organisation=self.settings.organisation,
            sender=sender,
            campaign=definition,
            notice=noticing(self.settings, sender, self.language(definition, contact)),
        )
        return self._values(around, contact, at.astimezone(self._zone), unsubscribe)

    def _values(
        self, around: Surroundings, contact: Contact, local: datetime, unsubscribe: str | None
    ) -> Values:
        return around.values(
            contact,
            today=local.date(),
            unsubscribe_url=unsubscribe,
            orders=OrdersOf(contact.id, self._orders),
            instead=dialled_phones(contact, self.settings.country),
        )

    def language(self, definition: Campaign, contact: Contact | None = None) -> str:
        """`fr` or `en`: the person's own, else the campaign's, else the workspace's."""
        spoken = one_of_ours(contact.text("language")) if contact else None
        return spoken or definition.language or self._own_language

    def locale(self, language: str) -> str:
        """How dates and amounts are written in a language."""
        own = self.settings.locale
        return own if own.startswith(language) else LOCALES[language]

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
        found = self._people.get(contact)
        if found is None:
            found = self.store.contacts.get(contact)
            self._people = {contact: found}
        return found

    def _marks_of(self, delivery: Delivery) -> Marks:
        known = self._marks.get(delivery.id)
        return known or marks_of(self.store.database.secret, [delivery])[delivery.id]


def _addressee(contact: Contact) -> str | None:
    first, last = contact.text("first_name"), contact.text("last_name")
    return f"{first} {last}" if first and last else first or last or contact.text("company")
