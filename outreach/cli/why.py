"""`why`: the whole story of a person, what comes next, when, by whom; or why nothing comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import pieces, say, show
from outreach.cli.why_data import story_data
from outreach.errors import Text
from outreach.model.campaign import Track
from outreach.model.ids import ContactId
from outreach.runner.next_step import Next
from outreach.runner.refusals import Refusal
from outreach.runner.why import Line, Story, Why
from outreach.runner.why import why as story_of
from outreach.runner.wording import (
    CHANNELS,
    follow_up_text,
    interest_text,
    kind_text,
    reason_text,
    track_text,
)
from outreach.store.follow_ups import Promise
from outreach.store.ties import Recommendation, Request

#: Where the sentence of a dated line begins.
_COLUMN = 17


@click.command(cls=Command)
@click.argument("who")
@click.argument("campaign", required=False)
@click.pass_obj
def why(parts: Application, who: str, campaign: str | None) -> None:
    """Tell what WHO got, what comes next and when, or why nothing comes."""
    from outreach.cli.adrift import plans_of

    contact = parts.person(who)
    found = story_of(
        parts.store,
        contact,
        parts.launched(campaign, hidden_too=True) if campaign else None,
        settings=parts.settings,
        plans=lambda: plans_of(parts),
        now=parts.now(),
    )
    show(parts, story_data(parts, found), lambda: _print(parts, found))


# --- as people read it ------------------------------------------------------------------------


def _print(parts: Application, found: Why) -> None:
    contact = found.contact
    address = contact.text("email") or contact.text("city") or ""
    say(parts, f"{contact.name}  {address}".rstrip())
    for line in _heading(parts, found):
        click.echo(line)
    for past in found.beside:
        _print_line(parts, past, contact.id)
    for story in found.stories:
        say(parts)
        say(parts, _headline(story))
        for past in story.past:
            _print_line(parts, past, contact.id)
        _print_next(parts, story.next)
    if not found.stories:
        nothing = found.next.at is None and found.next.reason != "planned"
        say(parts, Text("  → in no campaign: nothing comes") if nothing else
            Text("  in no campaign"))  # fmt: skip
    _print_beside_campaigns(parts, found)
    _print_end(parts, found)


def _heading(parts: Application, found: Why) -> Iterator[str]:
    """What the person is to us, and what keeps us from contacting him."""
    speak, contact, state = parts.language.say, found.contact, found.state
    told = [speak(kind_text(contact.text("kind")))] if contact.text("kind") else []
    if state.interest:
        said = interest_text(state.interest)
        if state.interest_reason:
            said = Text("{what} ({reason})", what=said, reason=state.interest_reason)
        told.append(speak(said))
    if state.interest_until:
        told.append(speak(Text("come back on {day}", day=state.interest_until)))
    if state.owner:
        told.append(speak(Text("looked after by {name}", name=_called(parts, state.owner))))
    if told:
        yield from pieces(" · ".join(told), "  ", "    ")
    shown = {refusal for refusal in found.refusals if refusal.binding}
    for channel, reason in found.forbidden:
        if not any(channel in refusal.channels for refusal in shown if refusal.on):
            words = Text("no {channel}: {reason}", channel=CHANNELS[channel],
                         reason=reason_text(reason))  # fmt: skip
            yield from pieces(speak(words), "  ", "    ")
    for refusal in found.refusals:
        if refusal.binding:
            yield from pieces(speak(_refused(refusal, speak)), "  ", "    ")


def _refused(refusal: Refusal, speak: Any) -> Text:
    channels = ", ".join(speak(CHANNELS[channel]) for channel in refusal.channels)
    if refusal.on is not None:
        return Text("no {channels}: {reason}, on {day} ({source})", channels=channels,
                    reason=refusal.what, day=refusal.on, source=refusal.source)  # fmt: skip
    return Text("no {channels}: {reason} ({source}, since {day})", channels=channels,
                reason=refusal.what, day=refusal.since, source=refusal.source)  # fmt: skip


def _headline(story: Story) -> Text:
    """The campaign, who writes where there are several, the wave and the track."""
    line = Text("{campaign}", campaign=story.campaign)
    if story.sender is not None:
        line = Text("{campaign}, from {sender}", campaign=line, sender=story.sender)
    if story.wave > 1:
        line = Text("{campaign}, wave {number}", campaign=line, number=story.wave)
    if story.track is not Track.MAIN:
        line = Text("{campaign}, {track}", campaign=line, track=track_text(story.track.value))
    return line


def _print_next(parts: Application, coming: Next) -> None:
    line = parts.language.say(coming.what)
    at = coming.at.astimezone(parts.settings.zone) if coming.at else None
    if at is not None:
        midnight = not (at.hour or at.minute)
        line += f"  {parts.language.write(at.date() if midnight else at)}"
    if coming.by is not None:
        line += f"  ({_called(parts, coming.by)})"
    for piece in pieces(line, "  → ", "    "):
        click.echo(piece)


def _called(parts: Application, key: str) -> str:
    """A seller or a sender by the name the settings give."""
    member = parts.settings.team.get(key)
    return member.name if member and member.name else key


def _print_beside_campaigns(parts: Application, found: Why) -> None:
    """Promises, requests, recommendations."""
    if not (found.promises or found.requests or found.recommendations):
        return
    say(parts)
    say(parts, Text("Beside campaigns"))
    for request in found.requests:
        _print_dated(
            parts, request.at.astimezone(parts.settings.zone).date(), _asked(parts, request)
        )
    for one in found.recommendations:
        _print_dated(parts, one.at.astimezone(parts.settings.zone).date(), _recommended(one))
    for promise in found.promises:
        _print_dated(parts, promise.follow_up.due_on, _promised(parts, promise))


def _asked(parts: Application, one: Request) -> Text:
    about = Text("{about}", about=", ".join(filter(None, (one.subject, one.origin, one.note))))
    if one.answered_at is None:
        return Text("came to us, not answered yet: {about}", about=about)
    day = one.answered_at.astimezone(parts.settings.zone).date()
    return Text("came to us, answered on {day}: {about}", day=day, about=about)


def _recommended(one: Recommendation) -> Text:
    name = one.name or Text("somebody who is not on file")
    if one.came_by_it:
        told = Text("was recommended by {name}", name=name)
    else:
        told = Text("recommended us to {name}, now {kind}", name=name,
                    kind=kind_text(one.became) if one.became else Text("unknown"))  # fmt: skip
    if one.thanked_on is not None:
        return Text("{what}; thanked on {day}", what=told, day=one.thanked_on)
    return told


def _promised(parts: Application, one: Promise) -> Text:
    follow_up = one.follow_up
    what = follow_up_text(follow_up.kind.value)
    if follow_up.note:
        what = Text("{what}: {note}", what=what, note=follow_up.note)
    if follow_up.done_at is not None:
        day = follow_up.done_at.astimezone(parts.settings.zone).date()
        return Text("{what} – done on {day}", what=what, day=day)
    if follow_up.due_on < parts.today():
        return Text("{what} – slipped: outreach today --done {number}", what=what,
                    number=follow_up.id)  # fmt: skip
    return what


def _print_end(parts: Application, found: Why) -> None:
    """In a word: what comes first of all, or that the person was forgotten."""
    if found.adrift is not None:
        since = found.adrift.person.since.astimezone(parts.settings.zone).date()
        say(parts)
        say(parts, Text("Adrift since {day}: {why}", day=since, why=found.adrift.why))
        say(parts, Text("  → {proposal}", proposal=found.adrift.proposal))
    elif found.next not in [story.next for story in found.stories]:
        say(parts)
        say(parts, Text("In short"))
        _print_next(parts, found.next)


def _print_line(parts: Application, line: Line, contact: ContactId) -> None:
    told = parts.language.say(line.what)
    if line.author:
        told += f"  ({_called(parts, line.author)})"
    if line.corrected:
        told = parts.language.say(Text("{what}  – corrected since", what=told))
    if line.record != contact:
        told += f"  (#{line.record})"
    _print_dated(parts, line.at.astimezone(parts.settings.zone).date(), told)


def _print_dated(parts: Application, day: Any, told: str | Text) -> None:
    written = parts.language.write(day)
    sentence = parts.language.say(told) if isinstance(told, Text) else told
    for piece in pieces(sentence, f"  {written:<14} ", " " * _COLUMN):
        click.echo(piece)
