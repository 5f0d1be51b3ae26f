"""Letters: merged for one person, printed into bundles, posted.

The document is made when it is printed; the chain's clock starts when the bundle was
really posted. A letter that lacks a value is held by name and never printed with a hole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from outreach.cleaning.post_order import post_order
from outreach.errors import OutreachError
from outreach.files.bundles import whole_file, write_letter
from outreach.files.pdf import Failed
from outreach.model.campaign import Campaign
from outreach.model.change import Change
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, Held, Skipped
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.message import Letter
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.naming import letter_name
from outreach.rendering.letter.program import Program
from outreach.rendering.letter.skipping import SkippedLetter
from outreach.rendering.missing import MissingValues
from outreach.runner.beside import Beside
from outreach.runner.compose import Mailroom
from outreach.runner.labels import Addresses
from outreach.runner.outcomes import Situation, change_for
from outreach.runner.pdf_letters import AsPdf, PdfLetters
from outreach.runner.print_runs import Place, Stack, stacks
from outreach.runner.printed import Printed
from outreach.runner.reply_codes import with_code
from outreach.runner.separating import Opening, divider_pages, separated
from outreach.runner.steps import with_variant
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched


class Letters:
    """The letters of a workspace; each template is read and compiled once."""

    def __init__(self, mailroom: Mailroom) -> None:
        self.mailroom = mailroom
        self.settings = mailroom.settings
        self.store = mailroom.store
        self.merging = mailroom.merging

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.settings.zone).date()

    def _instant(self, at: datetime) -> datetime:
        """What DATE and TIME of a letter print: the run's instant in the workspace's zone."""
        return at.astimezone(self.settings.zone)

    def _locale(self, definition: Campaign) -> str:
        """A Word letter is written in one language: the campaign's."""
        return self.mailroom.locale(self.mailroom.language(definition))

    def try_one(self, delivery: Delivery) -> bytes | Held | Skipped:
        """Whether a held letter can be made now, or need not be made at all."""
        launched = self.mailroom.campaigns[delivery.campaign]
        step = with_variant(launched.definition.step(delivery.step), delivery.variant)
        contact = self.store.contacts.get(delivery.contact)
        try:
            return self.merging.merge(
                step.template or "",
                contact,
                locale=self._locale(launched.definition),
                today=self._instant(self.mailroom.now()),
                answers=step.answers,
            )
        except OutreachError as error:
            return _not_made(error)

    # --- a bundle -----------------------------------------------------------------------------

    def print_due(
        self,
        campaigns: Mapping[CampaignId, Launched],
        *,
        now: datetime,
        out: Path | None = None,
        again: bool = False,
        pdf: AsPdf | None = None,
        beside: Beside | None = None,
        but: Collection[DeliveryId] = (),
    ) -> tuple[Printed, ...]:
        """Print the letters that are due, a bundle per campaign and step, into the outbox or `out`.

        Letters that lie in a bundle already are printed again only when asked for; as PDF
        too, with labels and envelopes, when that is wished. Several bundles each get a folder
        of their own in `out`. `but` these wait for the peace of their people (`runner/peace.py`).
        """
        due = self.store.printing.due_letters(now=now, campaigns=list(campaigns), printed_too=again)
        groups: dict[tuple[CampaignId, StepId], list[Delivery]] = {}
        for delivery in due:
            if delivery.id not in but:
                groups.setdefault((delivery.campaign, delivery.step_id), []).append(delivery)
        made: list[Printed] = []
        wish = beside or Beside()
        with self.mailroom.office:
            for (campaign, step), deliveries in groups.items():
                launched = campaigns[campaign]
                own = out / f"{launched.name}-{launched.step_named(step).name}" if out else None
                folder = out if len(groups) == 1 else own
                made.append(self._print(launched, step, deliveries, now, folder, pdf, wish))
                wish = wish.for_the_next()
        return tuple(made)

    def _print(
        self,
        launched: Launched,
        step_id: StepId,
        deliveries: Sequence[Delivery],
        now: datetime,
        out: Path | None,
        pdf: AsPdf | None,
        beside: Beside,
    ) -> Printed:
        definition = launched.definition
        step = launched.step_named(step_id)
        folder = out or self._folder(launched, step.name, now)
        people = self.store.contacts.get_many([delivery.contact for delivery in deliveries])
        home = self.settings.country
        ordered = sorted(deliveries, key=lambda d: post_order(people[d.contact].values, home=home))
        left: dict[DeliveryId, Held | Skipped] = {}
        failed: list[Failed[Contact]] = []
        made: list[Delivery] = []
        for stack in stacks(step, ordered):
            places = self._write(folder, stack, len(made), left, people, definition, now, beside)
            made += (delivery for delivery in stack.deliveries if delivery.id not in left)
            if pdf:
                failed += self._write_pdf(
                    folder, stack, places, people, definition, now, pdf, beside
                )
        self._leave([d for d in ordered if d.id in left], left, launched, now)
        if made:
            self.store.printing.start_batch(
                launched.id, step_id, folder=str(folder), ids=[d.id for d in made], now=now
            )
        return Printed(
            campaign=launched.name,
            step=step.name,
            folder=folder,
            letters=len(made),
            held=sum(isinstance(why, Held) for why in left.values()),
            skipped=sum(isinstance(why, Skipped) for why in left.values()),
            failed=tuple(failed),
            addressed=beside.write(
                folder,
                [people[delivery.contact] for delivery in made],
                Addresses(self.settings, self.mailroom.office),
            ),
        )

    def _write(
        self,
        folder: Path,
        stack: Stack,
        made: int,
        left: dict[DeliveryId, Held | Skipped],
        people: Mapping[ContactId, Contact],
        definition: Campaign,
        now: datetime,
        beside: Beside,
    ) -> Mapping[ContactId, Place]:
        """One .docx per person and one for all of them; the places of those that were made.

        `made` letters of the run come before; whose is not made is added to `left`.
        """
        locale, today = self._locale(definition), self._instant(now)
        program, values = self._program(stack, people)
        bound = program
        opening: Opening = {}
        if beside.separators:
            bound, opening = separated(
                program, [people[d.contact] for d in stack.deliveries], values,
                by=beside.separators, home=self.settings.country, locale=locale, today=today,
            )  # fmt: skip
        bundle = BundleWriter(bound, locale=locale, today=today)
        letters: list[bytes] = []
        places: dict[ContactId, Place] = {}
        for record, delivery in enumerate(stack.deliveries, stack.before + 1):
            contact = people[delivery.contact]
            place = Place(record, made + bundle.count + 1)
            try:
                seen = values(contact)
                content = fill(
                    program, seen, locale=locale, today=today,
                    record=place.record, sequence=place.sequence,
                )  # fmt: skip
                whole = {**seen, **opening.get(contact.id, {})}
                letters.append(bundle.add(whole, record=place.record, sequence=place.sequence))
            except OutreachError as error:
                left[delivery.id] = _not_made(error)
                continue
            places[contact.id] = place
            write_letter(folder, Letter(name=_letter_name(contact), content=content))
        if bundle.count:
            with whole_file(folder / stack.file) as write:
                for piece in letters:
                    write(piece)
                write(bundle.finish())
        return places

    def _program(
        self, stack: Stack, people: Mapping[ContactId, Contact]
    ) -> tuple[Program, Callable[[Contact], Values]]:
        """The compiled template of a bundle, and what it sees of its people."""
        step = stack.step
        program = self.merging.program(step.template or "", answers=step.answers)
        values = self.merging.reader(program, [people[d.contact] for d in stack.deliveries])
        campaign = stack.deliveries[0].campaign
        return program, with_code(values, campaign, self.store.database.fingerprint)

    def _write_pdf(
        self,
        folder: Path,
        stack: Stack,
        places: Mapping[ContactId, Place],
        people: Mapping[ContactId, Contact],
        definition: Campaign,
        now: datetime,
        wish: AsPdf,
        beside: Beside,
    ) -> list[Failed[Contact]]:
        """One PDF per person and one for all of them; who could not be printed."""
        locale = self._locale(definition)
        program, values = self._program(stack, people)
        printing = PdfLetters(
            self.mailroom.office, program, values, locale=locale, today=self._instant(now)
        )
        whole = [people[contact] for contact in places]
        dividers: Mapping[ContactId, bytes] = {}
        if beside.separators:
            dividers = divider_pages(
                self.mailroom.office, whole,
                by=beside.separators, home=self.settings.country, locale=locale,
            )  # fmt: skip
        return printing.write(
            folder, whole, places, name=_as_pdf(stack.file),
            call=lambda c: _as_pdf(_letter_name(c)), wish=wish, before=dividers,
        )  # fmt: skip

    def _folder(self, launched: Launched, step: str, now: datetime) -> Path:
        """`data/outbox/letters/<campaign>/<step>-<day>`, numbered when it is there already."""
        base = self.settings.outbox / "letters" / launched.name
        day = self._day(now).isoformat()
        folder = base / f"{step}-{day}"
        number = 2
        while folder.exists():
            folder = base / f"{step}-{day}-{number}"
            number += 1
        return folder

    def _leave(
        self,
        deliveries: Iterable[Delivery],
        why: Mapping[DeliveryId, Held | Skipped],
        launched: Launched,
        now: datetime,
    ) -> None:
        """Write down whose letter waits for a value, and whom the template leaves out."""
        change = Change()
        for delivery in deliveries:
            change += change_for(delivery, why[delivery.id], self._situation(launched, now))
        if change.settled:
            self.store.deliveries.write(change)

    def _situation(self, launched: Launched, now: datetime) -> Situation:
        return Situation(
            launched=launched,
            calendar=Calendar.of(self.settings),
            costs=self.settings.costs,
            now=now,
        )


def _not_made(error: OutreachError) -> Held | Skipped:
    """What becomes of a letter that cannot be made for this person, or must not be."""
    match error:
        case SkippedLetter():
            return Skipped("skipif")
        case MissingValues(names=names):
            return Held(names)
        case _:
            return Held(reason=error.what)


def _as_pdf(name: str) -> str:
    return name.removesuffix(".docx") + ".pdf"


def _letter_name(contact: Contact) -> str:
    return letter_name(
        contact.text("postal_code"),
        contact.text("last_name") or contact.text("company"),
        contact.text("first_name"),
        contact.id,
    )
