"""`why`: what a person got, what comes next, or why nothing comes."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import say, show
from outreach.errors import Text
from outreach.model.ids import ContactId
from outreach.runner.why import Line, Story, Why
from outreach.runner.why import why as story_of
from outreach.runner.wording import CHANNELS, reason_text


@click.command(cls=Command)
@click.argument("who")
@click.argument("campaign", required=False)
@click.pass_obj
def why(parts: Application, who: str, campaign: str | None) -> None:
    """Tell what WHO got, what comes next and when, or why nothing comes."""
    contact = parts.person(who)
    found = story_of(
        parts.store, contact, parts.launched(campaign) if campaign else None, now=parts.now()
    )
    show(parts, _data(parts, found), lambda: _print(parts, found))


def _data(parts: Application, found: Why) -> dict[str, Any]:
    speak = parts.language.say
    zone = parts.settings.zone

    def rows(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
        return [
            {
                "at": line.at.astimezone(zone),
                "kind": line.kind,
                "stage": line.stage,
                "reason": line.reason,
                "record": line.record,
                "what": speak(line.what),
            }
            for line in lines
        ]

    return {
        "contact": found.contact.id,
        "name": found.contact.name,
        "campaigns": [
            {
                "campaign": story.campaign,
                "arm": story.arm.value,
                "reason": story.reason,
                "sender": story.sender,
                "past": rows(story.past),
                "next": {
                    "step": story.next.step,
                    "at": story.next.at.astimezone(zone) if story.next.at else None,
                    "reason": story.next.reason,
                    "what": speak(story.next.what),
                },
            }
            for story in found.stories
        ],
        "beside": rows(found.beside),
        "forbidden": {channel.value: reason for channel, reason in found.forbidden},
    }


def _print(parts: Application, found: Why) -> None:
    address = found.contact.text("email") or found.contact.text("city") or ""
    say(parts, f"{found.contact.name}  {address}".rstrip())
    for channel, reason in found.forbidden:
        say(
            parts,
            Text("  no {channel}: {reason}", channel=CHANNELS[channel], reason=reason_text(reason)),
        )
    for line in found.beside:
        _print_line(parts, line, found.contact.id)
    for story in found.stories:
        say(parts)
        say(parts, _headline(story))
        for line in story.past:
            _print_line(parts, line, found.contact.id)
        when = (
            parts.language.write(story.next.at.astimezone(parts.settings.zone))
            if story.next.at
            else ""
        )
        say(parts, f"  → {parts.language.say(story.next.what)}{'  ' + when if when else ''}")
    if not found.stories:
        say(parts, Text("  → in no campaign: nothing comes"))


def _headline(story: Story) -> str | Text:
    """The campaign, and who writes where there are several."""
    if story.sender is None:
        return story.campaign
    return Text("{campaign}, from {sender}", campaign=story.campaign, sender=story.sender)


def _print_line(parts: Application, line: Line, contact: ContactId) -> None:
    day = parts.language.write(line.at.astimezone(parts.settings.zone).date())
    record = f"  (#{line.record})" if line.record != contact else ""
    say(parts, f"  {day:<14} {parts.language.say(line.what)}{record}")
