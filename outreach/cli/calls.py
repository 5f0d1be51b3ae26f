"""`calls`: the calls to make today."""

from __future__ import annotations

from typing import Any

import click

from outreach.application import Application
from outreach.cleaning.phones import as_dialled
from outreach.cli.campaigns import mailroom
from outreach.cli.door import Command
from outreach.cli.output import say, show, wrap
from outreach.errors import Plural, Text
from outreach.model.campaign import Channel
from outreach.rendering.guide import SECTIONS
from outreach.runner.calls import Call, due_calls
from outreach.store.campaigns import Launched


@click.command(cls=Command)
@click.argument("campaign", required=False)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N.")
@click.option(
    "--guide/--no-guide", default=True, help="With the guide, this person's values in it."
)
@click.pass_obj
def calls(parts: Application, campaign: str | None, limit: int | None, guide: bool) -> None:
    """Show the calls to make now: the number, what happened before, the guide.

    Afterwards: outreach record WHO OUTCOME (appointment, refused, no_answer, call_back…).
    """
    chosen = (parts.launched(campaign),) if campaign else tuple(parts.store.campaigns.all())
    found = due_calls(
        parts.store,
        mailroom(parts, chosen),
        chosen,
        channels=(Channel.CALL,),
        now=parts.now(),
        limit=limit,
        guides=guide,
    )
    show(
        parts,
        {"calls": [_row(parts, call) for call in found]},
        lambda: _print(parts, found, chosen),
    )


def _row(parts: Application, call: Call) -> dict[str, Any]:
    return {
        "contact": call.contact.id,
        "name": call.contact.name,
        "campaign": call.campaign,
        "step": call.step,
        "number": call.number,
        "by": call.by,
        "due": call.due_at.astimezone(parts.settings.zone),
        "attempts": call.attempts,
        "history": [parts.language.say(line) for line in call.history],
        "guide": [{"title": title, "lines": list(lines)} for title, lines in call.guide.blocks]
        if call.guide
        else None,
        "problem": parts.language.say(call.problem) if call.problem else None,
    }


def _print(parts: Application, found: list[Call], campaigns: tuple[Launched, ...]) -> None:
    if not found:
        say(parts, Text("No call is due now."))
        return
    for call in found:
        number = as_dialled(call.number, parts.settings.country) if call.number else "–"
        say(parts, f"── {call.contact.name} · {number} · {call.campaign}/{call.step}")
        place = " ".join(
            filter(
                None,
                (
                    call.contact.text("job_title"),
                    call.contact.text("company"),
                    call.contact.text("city"),
                ),
            )
        )
        if place:
            say(parts, f"   {place}")
        for line in call.history:
            say(parts, f"   {parts.language.say(line)}")
        if call.problem:
            say(parts, Text("   the guide: {problem}", problem=call.problem))
        if call.guide:
            _print_guide(parts, call)
        say(parts)
    say(
        parts,
        Plural(
            "{count} call is due: record each with outreach record WHO OUTCOME",
            "{count} calls are due: record each with outreach record WHO OUTCOME",
            len(found),
        ),
    )


def _print_guide(parts: Application, call: Call) -> None:
    assert call.guide is not None
    say(parts, f"   {call.guide.title}")
    for title, lines in call.guide.blocks:
        say(parts, f"   {parts.language.say(SECTIONS[title])}")
        for line in lines:
            wrap(line, first="     • ", rest="       ")
