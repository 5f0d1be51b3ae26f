"""Steps of a campaign beside one another: their variants, what comes before, their last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from outreach.model.campaign import Campaign, Channel, Step


def with_variant(step: Step, name: str | None) -> Step:
    """The step as that variant writes it."""
    for variant in step.variants:
        if variant.name == name:
            return replace(
                step,
                subject=variant.subject or step.subject,
                template=variant.template or step.template,
            )
    return step


def emails_before(definition: Campaign, step: Step) -> list[Step]:
    """The e-mails that a step continues, oldest first: those its chain of `after` leads to."""
    found: list[Step] = []
    while step.waits_for is not None:
        step = definition.step(step.waits_for)
        if step.channel is Channel.EMAIL:
            found.insert(0, step)
    return found


def may_lapse(definition: Campaign, step: Step) -> bool:
    """Whether an e-mail may be passed over when its turn comes: it has a last day or a `when`."""
    return not (step.when is None and step.not_after is None and definition.not_after is None)


def too_late(definition: Campaign, step: Step, now: datetime, zone: tzinfo) -> bool:
    """Whether the last day of the step, or of the campaign, has passed in a zone."""
    last = definition.last_day(step)
    return last is not None and now.astimezone(zone).date() > last
