"""Which fields of a person the e-mails of a step need: only these are fetched for them.

Of a base with many fields a message prints a few; and some fields, as the life stage of a
customer, are worked out when they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from outreach.language import LOCALES
from outreach.model.campaign import Channel, Step
from outreach.model.delivery import Delivery
from outreach.model.ids import CampaignId
from outreach.rendering.jinja import Templates
from outreach.runner.steps import with_variant
from outreach.store.campaigns import Launched
from outreach.store.rows import Fields

#: What every e-mail is made with, whatever its templates name: the address, the name and the
#: language of the person, and where his data comes from (`data_notice`).
_ALWAYS = frozenset({"company", "email", "first_name", "language", "last_name", "source"})


def fields_of(step: Step, templates: Iterable[Templates]) -> Fields:
    """What an e-mail as its step (of one variant) writes it may read; None: any field."""
    if step.channel is not Channel.EMAIL or step.when or step.attachments:
        return None
    named = [name for name in (step.template, step.text) if name]
    wanted = _ALWAYS
    for one in templates:
        found = one.reads(*named, subject=step.subject or "")
        if found is None:
            return None
        wanted |= found
    return wanted


class Reading:
    """The same of launched campaigns, for deliveries that are composed together."""

    def __init__(
        self,
        campaigns: Callable[[], Mapping[CampaignId, Launched]],
        templates: Callable[[str], Templates],
    ) -> None:
        """`templates` are those of a language: a person's own may be any of ours."""
        self._campaigns = campaigns
        self._templates = templates
        self._known: dict[tuple[CampaignId, str, str | None], Fields] = {}

    def fields(self, deliveries: Sequence[Delivery]) -> Fields:
        """What the e-mails of any of them may read; None: any field."""
        wanted: frozenset[str] = frozenset()
        for campaign, step, variant in {(d.campaign, d.step, d.variant) for d in deliveries}:
            found = self._of(campaign, step, variant)
            if found is None:
                return None
            wanted |= found
        return wanted

    def _of(self, campaign: CampaignId, name: str, variant: str | None) -> Fields:
        key = (campaign, name, variant)
        if key not in self._known:
            step = with_variant(self._campaigns()[campaign].definition.step(name), variant)
            self._known[key] = fields_of(step, map(self._templates, LOCALES))
        return self._known[key]
