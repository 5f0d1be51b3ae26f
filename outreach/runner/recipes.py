"""What the e-mails of one step have in common: found once, used for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outreach.model.campaign import Campaign, Step
from outreach.model.settings import Sender, Settings
from outreach.rendering.context import Surroundings
from outreach.rendering.envelope import Letterhead, Unsubscribe, unsubscribe_by
from outreach.rendering.jinja import Templates
from outreach.runner.notices import noticing
from outreach.runner.reading import fields_of
from outreach.runner.steps import with_variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One step as one variant writes it, from one sender, in one language."""

    definition: Campaign
    step: Step
    sender: Sender
    templates: Templates
    surroundings: Surroundings
    letterhead: Letterhead
    unsubscribe: Unsubscribe


class Recipes:
    """The recipes of a workspace, each put together when it is first asked for."""

    def __init__(self, fields: Iterable[str], settings: Settings) -> None:
        """`fields` are all names of the catalogue."""
        self._fields = tuple(fields)
        self._settings = settings
        self._organisation = settings.organisation
        self._unsubscribe_url = settings.unsubscribe_url
        self._known: dict[tuple[object, ...], Recipe] = {}

    def of(
        self,
        definition: Campaign,
        step: Step,
        *,
        variant: str | None,
        sender: Sender,
        language: str,
        templates: Templates,
    ) -> Recipe:
        """A definition is known by the object it is: its recipe keeps it alive."""
        key = (id(definition), step.name, variant, sender.name, language)
        recipe = self._known.get(key)
        if recipe is None:
            unsubscribe = unsubscribe_by(sender, self._unsubscribe_url)
            step = with_variant(step, variant)
            read = fields_of(step, [templates])
            recipe = self._known[key] = Recipe(
                definition=definition,
                step=step,
                sender=sender,
                templates=templates,
                surroundings=Surroundings(
                    [name for name in self._fields if read is None or name in read],
                    organisation=self._organisation,
                    sender=sender,
                    campaign=definition,
                    notice=noticing(self._settings, sender, language),
                ),
                letterhead=Letterhead(
                    sender=sender,
                    campaign=definition.name,
                    list_name=self._organisation.name or None,
                    unsubscribe=unsubscribe,
                ),
                unsubscribe=unsubscribe,
            )
        return recipe
