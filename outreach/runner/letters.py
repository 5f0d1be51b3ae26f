"""Letters: merged for one person, printed into bundles, posted.

The document is made when it is printed; the chain's clock starts when the bundle was
really posted. A letter that lacks a value is held by name and never printed with a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from outreach.errors import OutreachError, Text
from outreach.files.bundles import whole_file, write_letter
from outreach.model.campaign import Campaign, Step
from outreach.model.change import Change
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState, Held, Sent
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.model.message import Letter
from outreach.rendering.letter.bundle import COMFORTABLE, BundleWriter
from outreach.rendering.letter.naming import letter_name
from outreach.rendering.missing import MissingValues
from outreach.runner.compose import Mailroom
from outreach.runner.outcomes import Situation, change_for
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One bundle in the outbox."""

    campaign: str
    step: str
    folder: Path
    letters: int
    #: Letters that lack a value and wait for it.
    held: int


class NothingToPost(OutreachError):
    def __init__(self, campaign: str) -> None:
        super().__init__(
            Text(
                "campaign {campaign!r} has no printed letters that wait for the post",
                campaign=campaign,
            ),
            hint=Text("print them first: outreach letters {campaign}", campaign=campaign),
        )


class Letters:
    """The letters of a workspace; each template is read and compiled once."""

    def __init__(self, mailroom: Mailroom) -> None:
        self.mailroom = mailroom
        self.settings = mailroom.settings
        self.store = mailroom.store
        self.merging = mailroom.merging

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.settings.zone).date()

    def _locale(self, definition: Campaign) -> str:
        """A Word letter is written in one language: the campaign's."""
        return self.mailroom.locale(self.mailroom.language(definition))

    def try_one(self, delivery: Delivery) -> bytes | Held:
        """Whether a held letter can be made now."""
        launched = self.mailroom.campaigns[delivery.campaign]
        step = launched.definition.step(delivery.step)
        contact = self.store.contacts.get(delivery.contact)
        try:
            return self.merging.merge(
                step.template or "",
                contact,
                locale=self._locale(launched.definition),
                today=self._day(self.mailroom.now()),
            )
        except MissingValues as missing:
            return Held(tuple(missing.names))

    # --- a bundle -----------------------------------------------------------------------------

    def print_due(
        self,
        campaigns: Mapping[CampaignId, Launched],
        *,
        now: datetime,
        out: Path | None = None,
        again: bool = False,
    ) -> tuple[Printed, ...]:
        """Print the letters that are due, a bundle per campaign and step, into the outbox or `out`.

        Letters that lie in a bundle already are printed again only when asked for.
        """
        due = self.store.printing.due_letters(now=now, campaigns=list(campaigns), printed_too=again)
        groups: dict[tuple[CampaignId, StepId], list[Delivery]] = {}
        for delivery in due:
            groups.setdefault((delivery.campaign, delivery.step_id), []).append(delivery)
        return tuple(
            self._print(campaigns[campaign], step, deliveries, now, out)
            for (campaign, step), deliveries in groups.items()
        )

    def _print(
        self,
        launched: Launched,
        step_id: StepId,
        deliveries: Sequence[Delivery],
        now: datetime,
        out: Path | None,
    ) -> Printed:
        definition = launched.definition
        step = launched.step_named(step_id)
        folder = out or self._folder(launched, step.name, now)
        people = self.store.contacts.values_of([delivery.contact for delivery in deliveries])
        ordered = sorted(deliveries, key=lambda d: _postal_order(people[d.contact]))
        held: dict[DeliveryId, tuple[str, ...]] = {}
        for number, start in enumerate(range(0, len(ordered), COMFORTABLE), 1):
            part = ordered[start : start + COMFORTABLE]
            name = "bundle.docx" if len(ordered) <= COMFORTABLE else f"bundle-{number}.docx"
            held |= self._write(folder, name, part, people, definition, step, now)
        made = [delivery for delivery in ordered if delivery.id not in held]
        self._hold([d for d in ordered if d.id in held], held, launched, now)
        if made:
            self.store.printing.start_batch(
                launched.id, step_id, folder=str(folder), ids=[d.id for d in made], now=now
            )
        return Printed(
            campaign=launched.name, step=step.name, folder=folder, letters=len(made), held=len(held)
        )

    def _write(
        self,
        folder: Path,
        name: str,
        part: Sequence[Delivery],
        people: Mapping[ContactId, Contact],
        definition: Campaign,
        step: Step,
        now: datetime,
    ) -> dict[DeliveryId, tuple[str, ...]]:
        """One .docx per person and one for all of them; who lacks which values."""
        template = step.template or ""
        locale, today = self._locale(definition), self._day(now)
        bundle = BundleWriter(self.merging.program(template), locale=locale, today=today)
        held: dict[DeliveryId, tuple[str, ...]] = {}
        letters: list[bytes] = []
        for delivery in part:
            contact = people[delivery.contact]
            try:
                letters.append(bundle.add(self.merging.values(contact)))
                content = self.merging.merge(template, contact, locale=locale, today=today)
            except MissingValues as missing:
                held[delivery.id] = missing.names
                continue
            write_letter(folder, Letter(name=_letter_name(contact), content=content))
        if bundle.count:
            with whole_file(folder / name) as write:
                for piece in letters:
                    write(piece)
                write(bundle.finish())
        return held

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

    def _hold(
        self,
        deliveries: Iterable[Delivery],
        missing: Mapping[DeliveryId, tuple[str, ...]],
        launched: Launched,
        now: datetime,
    ) -> None:
        change = Change()
        for delivery in deliveries:
            here = self._situation(launched, now)
            change += change_for(delivery, Held(missing[delivery.id]), here)
        if change.settled:
            self.store.deliveries.write(change)

    # --- the post -----------------------------------------------------------------------------

    def post(
        self, launched: Launched, *, on: datetime, now: datetime, taken_out: Sequence[ContactId]
    ) -> int:
        """The printed letters went to the post on that day, but for those taken out. How many."""
        printed = self.store.printing.printed(launched.id, now=max(now, on))
        posted = [delivery for delivery in printed if delivery.contact not in taken_out]
        if not printed:
            raise NothingToPost(launched.name)
        change = Change()
        for delivery in posted:
            here = replace(self._situation(launched, now), at=on, expected=(DeliveryState.DUE,))
            change += change_for(delivery, Sent("posted"), here)
        self.store.printing.post(launched.id, change, on=self._day(on))
        return len(posted)

    def _situation(self, launched: Launched, now: datetime) -> Situation:
        return Situation(
            launched=launched,
            calendar=Calendar(self.settings.country, self.settings.zone),
            costs=self.settings.costs,
            now=now,
        )


def _postal_order(contact: Contact) -> tuple[str, str, int]:
    """Sorted for the post: postal code, name."""
    return (contact.text("postal_code") or "", contact.text("last_name") or "", contact.id)


def _letter_name(contact: Contact) -> str:
    return letter_name(
        contact.text("postal_code"),
        contact.text("last_name") or contact.text("company"),
        contact.text("first_name"),
        contact.id,
    )
