"""Call guides with this person's values: read from the workspace, filled for one call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from outreach.errors import DefinitionError, Location, OutreachError
from outreach.files.source import Marked, parse_source
from outreach.files.templates import MissingTemplate
from outreach.model.campaign import Campaign
from outreach.model.contact import Contact
from outreach.model.message import Guide
from outreach.rendering.guide import BadGuide, make_guide, walk
from outreach.rendering.jinja import Templates
from outreach.runner.compose import Mailroom


def _read(name: str, mailroom: Mailroom, where: Location | None) -> Marked:
    try:
        text = mailroom.folder.text(name)
    except KeyError:
        raise MissingTemplate(name, mailroom.settings.templates, where) from None
    return parse_source(text, f"templates/{name}")


def guide_problems(
    name: str, definition: Campaign, mailroom: Mailroom, where: Location | None
) -> list[OutreachError]:
    """Everything wrong with a guide: its shape, and what its sentences name."""
    marked = _read(name, mailroom, where)
    templates = mailroom.templates(mailroom.language(definition))
    found = list(_problems(marked, templates))
    return sorted(found, key=lambda one: (one.where.line or 0) if one.where else 0)


def _problems(marked: Marked, templates: Templates) -> Iterator[OutreachError]:
    for found in walk(marked.plain):
        if isinstance(found, BadGuide):
            at = marked.key_location if found.key else marked.location
            place = at(found.path) if found.path else marked.location(())
            yield DefinitionError(found.what, where=place, hint=found.hint)
        else:
            path, sentence = found
            yield from templates.text_problems(sentence, where=marked.location(path))


def guide_for(
    name: str, definition: Campaign, contact: Contact, mailroom: Mailroom, *, at: datetime
) -> Guide:
    """The guide of one call. Raises `MissingValues` by name where a sentence needs one."""
    marked = _read(name, mailroom, None)
    sender = mailroom.settings.senders.get(definition.sender or "")
    values = mailroom.values(definition, contact, sender, at)
    templates = mailroom.templates(mailroom.language(definition, contact))
    place = Location(f"templates/{name}")
    return make_guide(
        marked.plain, lambda sentence: templates.render_text(sentence, values, where=place)
    )
