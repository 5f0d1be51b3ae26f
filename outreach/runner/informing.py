"""Which messages tell people who holds their data and where it comes from; who was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from outreach.errors import OutreachError
from outreach.model.campaign import Campaign, Channel, Step
from outreach.model.ids import CampaignId, StepId
from outreach.runner.compose import Mailroom
from outreach.runner.notices import NOTICE
from outreach.runner.steps import with_variant
from outreach.store.campaigns import Launched
from outreach.store.store import Store


def informs(step: Step, campaign: Campaign, mailroom: Mailroom) -> bool:
    """Whether each way in which a step is written tells where the data comes from.

    By `data_notice`, or in words of its own around the person's `source` and our own name.
    """
    names = [None, *(variant.name for variant in step.variants)]
    return all(_tells(with_variant(step, name), campaign, mailroom) for name in names)


def _tells(step: Step, campaign: Campaign, mailroom: Mailroom) -> bool:
    try:
        named = set(_named(step, campaign, mailroom))
    except OutreachError:
        return False
    firm = any(name.startswith("organisation") for name in named)
    return NOTICE in named or (firm and "source" in named)


def _named(step: Step, campaign: Campaign, mailroom: Mailroom) -> Iterator[str]:
    """All names that the templates of a written step print."""
    if step.channel is Channel.LETTER and step.template:
        program = mailroom.merging.program(step.template, answers=step.answers)
        yield from program.fields
    elif step.channel is Channel.EMAIL and step.template:
        templates = mailroom.templates(mailroom.language(campaign))
        yield from templates.names(step.template)


def note_informed(
    store: Store, mailroom: Mailroom, campaigns: Mapping[CampaignId, Launched], *, now: datetime
) -> int:
    """Note who was told by what has left since this was last asked; how many were new.

    Set by set: a run tells thousands. Whoever got such a message, and whose source is known,
    need not be told again (GDPR art. 14).
    """
    letters = _telling(campaigns, Channel.LETTER, mailroom)
    mails = _telling(campaigns, Channel.EMAIL, mailroom)
    # A letter may be told of weeks after it was posted; an e-mail is told of when it leaves.
    told = store.persons.note_informed(letters)
    return told + store.persons.note_informed(mails, now=now)


def note_posted(store: Store, mailroom: Mailroom, launched: Launched) -> int:
    """Note who was told by the letters of a campaign that were posted; how many were new."""
    return store.persons.note_informed(_telling({launched.id: launched}, Channel.LETTER, mailroom))


def _telling(
    campaigns: Mapping[CampaignId, Launched], channel: Channel, mailroom: Mailroom
) -> list[tuple[CampaignId, StepId]]:
    """The steps of a channel that tell where the data comes from."""
    return [
        (number, launched.steps[step.name])
        for number, launched in campaigns.items()
        for step in launched.definition.steps
        if step.channel is channel and informs(step, launched.definition, mailroom)
    ]
