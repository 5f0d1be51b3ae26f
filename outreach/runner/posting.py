"""The day the printed letters went to the post: the chain's clock starts there.

Who answered, or asked to be left alone, between the printer and the post box is named: his
letter lies in the pile and must be taken out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from outreach.errors import OutreachError, Text
from outreach.model.change import Change
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import ContactId, StepId
from outreach.model.settings import Settings
from outreach.runner.outcomes import Situation, all_sent
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store


class NothingToPost(OutreachError):
    """No letter lies printed; `last`: when the last ones were posted."""

    def __init__(self, campaign: str, last: date | None = None) -> None:
        what = Text(
            "campaign {campaign!r} has no printed letters that wait for the post",
            campaign=campaign,
        )
        hint = Text("print them first: outreach letters {campaign}", campaign=campaign)
        if last is not None:
            hint = Text(
                "its last ones were posted on {day}; the next are printed by: "
                "outreach letters {campaign}",
                day=last, campaign=campaign,
            )  # fmt: skip
        super().__init__(what, hint=hint)


class NotInTheBundle(OutreachError):
    def __init__(self, person: Contact, campaign: str) -> None:
        super().__init__(
            Text("{name} has no letter of {campaign} that waits for the post",
                 name=person.name, campaign=campaign),
            hint=Text("nothing was posted; see: outreach why #{id}", id=person.id),
        )  # fmt: skip


class NotYet(OutreachError):
    def __init__(self, day: date) -> None:
        super().__init__(
            Text("{day} lies in the future", day=day),
            hint=Text("say it once they are posted: the next steps are counted from then"),
        )


class BeforeItBegan(OutreachError):
    def __init__(self, day: date, campaign: str, began: date) -> None:
        super().__init__(
            Text("{day} was before {campaign} was launched, on {began}",
                 day=day, campaign=campaign, began=began),
            hint=Text("name the day on which they were posted: --on DATE"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the pile."""

    letters: int
    #: Printed and kept back; they are in the next bundle.
    kept_back: tuple[Contact, ...]
    #: Still in the pile though nothing more may go to them, and why (the word of a state).
    withdrawn: tuple[tuple[Contact, str], ...]


def post(
    store: Store,
    launched: Launched,
    *,
    settings: Settings,
    on: datetime,
    now: datetime,
    taken_out: Sequence[Contact] = (),
) -> Posted:
    """The printed letters of a campaign were posted on that day, but for those taken out.

    Raises `NothingToPost`, `NotInTheBundle`, `NotYet`, `BeforeItBegan`; nothing is written then.
    """
    day = on.astimezone(settings.zone).date()
    _check_day(launched, day, settings, now)
    printed = store.printing.printed(launched.id, now=now)
    there = {delivery.contact for delivery in printed}
    for person in taken_out:
        if person.id not in there and printed:
            raise NotInTheBundle(person, launched.name)
    if not printed:
        raise NothingToPost(launched.name, store.printing.last_posted(launched.id))
    withdrawn = store.printing.withdrawn(launched.id)
    out = {person.id for person in taken_out}
    posted = [delivery for delivery in printed if delivery.contact not in out]
    if posted:
        here = Situation(
            launched=launched,
            calendar=Calendar.of(settings),
            costs=settings.costs,
            now=now,
            at=on,
            expected=(DeliveryState.DUE,),
        )
        store.printing.post(launched.id, _change(posted, here), on=day)
    return Posted(len(posted), tuple(taken_out), _named(store, withdrawn))


def _check_day(launched: Launched, day: date, settings: Settings, now: datetime) -> None:
    if day > now.astimezone(settings.zone).date():
        raise NotYet(day)
    began = launched.launched_at.astimezone(settings.zone).date()
    if day < began:
        raise BeforeItBegan(day, launched.name, began)


def _change(posted: Sequence[Delivery], here: Situation) -> Change:
    """One change for each step: as many letters as there are cost no more statements."""
    steps: dict[StepId, list[tuple[Delivery, str]]] = {}
    for delivery in posted:
        steps.setdefault(delivery.step_id, []).append((delivery, "posted"))
    return Change.joined(all_sent(some, here) for some in steps.values())


def _named(
    store: Store, withdrawn: Sequence[tuple[ContactId, str]]
) -> tuple[tuple[Contact, str], ...]:
    reasons = dict(withdrawn)
    people = store.contacts.get_many(list(reasons))
    return tuple((person, reasons[number]) for number, person in people.items())
