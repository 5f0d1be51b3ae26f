"""The calendar of a campaign that has not begun: what would leave on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from outreach.errors import OutreachError, Plural, Text
from outreach.model.audience import Arm
from outreach.model.campaign import Step
from outreach.model.ids import ContactId
from outreach.model.settings import Limits
from outreach.runner.launch import EmptyAudience
from outreach.runner.preview import Preview
from outreach.runner.reach import no_address
from outreach.scheduling.ahead import Ahead, Reached, look_ahead
from outreach.scheduling.calendar import Calendar

#: People read at once; only how many of them have which addresses is kept.
_PAGE = 2000


def ahead(preview: Preview) -> Ahead:
    """The days of the whole audience. Raises what is wrong with it, and `EmptyAudience`."""
    chosen = preview.checked.chosen
    if chosen is None:
        raise _first_error(preview)
    enrolled = [m.contact for m in chosen.members if m.arm is Arm.ENROLLED]
    if not enrolled:
        raise EmptyAudience(preview.campaign.name, chosen.count)
    settings = preview.mailroom.settings

    def limits(step: Step) -> Limits:
        sender = settings.senders.get(preview.campaign.sender_of(step) or "")
        return sender.limits if sender else Limits()

    return look_ahead(
        preview.campaign,
        _reached(preview, enrolled),
        limits=limits,
        calendar=Calendar(settings.country, settings.zone),
        now=preview.now,
    )


def not_leaving(looked: Ahead) -> list[Text]:
    """What would not leave at all, and why."""
    passed_over = [
        Plural(
            "{count} person has no address for {step}: it is passed over",
            "{count} people have no address for {step}: it is passed over",
            count,
            step=step,
        )
        for step, count in looked.passed_over.items()
    ]
    too_late = [
        Text("{count} of {step} would be too late: its last day is gone by then",
             count=count, step=step)
        for step, count in looked.too_late.items()
    ]  # fmt: skip
    return [*passed_over, *too_late]


def _first_error(preview: Preview) -> OutreachError:
    return preview.checked.problems[-1].error


def _reached(preview: Preview, enrolled: list[ContactId]) -> Counter[Reached]:
    """How many people have an address for which steps."""
    counted: Counter[Reached] = Counter()
    contacts = preview.mailroom.store.contacts
    for start in range(0, len(enrolled), _PAGE):
        for contact in contacts.values_of(enrolled[start : start + _PAGE]).values():
            steps: Iterable[Step] = preview.campaign.steps
            counted[frozenset(s.name for s in steps if not no_address(contact, s.channel))] += 1
    return counted
