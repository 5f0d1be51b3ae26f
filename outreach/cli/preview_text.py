"""How a preview is written on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cleaning.phones import as_dialled
from outreach.cli.output import broken, say, table, wrap
from outreach.errors import Plural, Text
from outreach.model.campaign import Campaign, CampaignState, Channel
from outreach.rendering.guide import SECTIONS
from outreach.runner.wording import CHANNELS

if TYPE_CHECKING:
    from outreach.model.contact import Contact
    from outreach.runner.ahead import Going
    from outreach.runner.differences import Difference
    from outreach.runner.preview import Page, Preview
    from outreach.runner.sampling import Sample
    from outreach.scheduling.ahead import Ahead, Leaving
    from outreach.store.campaigns import Launched


#: The parts of a page, as `--diff` calls them.
PARTS = {
    "subject": Text("subject"),
    "text": Text("the text part"),
    "html": Text("HTML"),
    "letter": Text("letter"),
    "guide": Text("guide"),
    "headers": Text("headers"),
    "problem": Text("problem"),
}


def print_sample(parts: Application, seen: Preview, sample: Sample) -> None:
    """Who is shown, and why they; nothing where one person was asked for who is in."""
    chosen = [one for one in sample.people if one.reasons]
    if chosen:
        say(
            parts,
            Plural(
                "{count} of {enrolled} people, chosen for what they show:",
                "{count} of {enrolled} people, chosen for what they show:",
                len(sample.people),
                enrolled=sample.enrolled,
            ),
        )
    for one in sample.people:
        outside = seen.outside(one.contact)
        reasons = [*([outside] if outside else []), *one.reasons]
        if reasons:
            told = " · ".join(parts.language.say(reason) for reason in reasons)
            line = Text("{name}: {reasons}", name=one.contact.name, reasons=told)
            wrap(parts.language.say(line), first="  • ", rest="    ")
    if sample.looked_at < sample.enrolled:
        say(parts, Text("(looked for among the first {count})", count=sample.looked_at))
    if chosen:
        say(parts)


def print_pages(
    parts: Application, pages: Sequence[Page], files: Sequence[tuple[Path, ...]]
) -> None:
    """Every step of everybody, one below the other."""
    for page, written in zip(pages, files, strict=True):
        _head(parts, page)
        if page.text:
            _text(parts, page.text)
        if page.guide:
            _guide(parts, page)
        if page.attached:
            say(parts)
            say(parts, Text("Attached: {files}", files=", ".join(page.attached)))
        if not (page.text or page.problem or page.skipped):
            say(parts, Text("Somebody does this by hand."))
        for path in written:
            say(parts, Text("written: {path}", path=path))
        say(parts)
    if len(pages) > 1:
        _would_be_held(parts, [page for page in pages if page.problem])


def _would_be_held(parts: Application, held: Sequence[Page]) -> None:
    """Said once more at the end, where a long answer stops."""
    for step, count in Counter(page.step for page in held).items():
        names = [page.contact.name for page in held if page.step == step]
        say(
            parts,
            Plural(
                "{step} would be held for {count} of the people shown: {names}",
                "{step} would be held for {count} of the people shown: {names}",
                count,
                step=step,
                names=", ".join(names),
            ),
        )


def _head(parts: Application, page: Page) -> None:
    day = parts.language.write(page.at.astimezone(parts.settings.zone).date())
    channel = parts.language.say(CHANNELS[page.channel])
    variant = f" ({page.variant})" if page.variant else ""
    wrap(f"── {page.step}{variant} · {channel} · {day} · {page.contact.name}", rest="   ")
    if page.when:
        say(parts, Text("only where: {condition}", condition=page.when))
    if page.skipped:
        say(parts, Text("would be passed over: {reason}", reason=page.skipped))
    if page.problem:
        say(parts, Text("would be held: {problem}", problem=page.problem))
        if page.hint:
            wrap(parts.language.say(page.hint), first="  ", rest="  ")
    if page.sender:
        say(parts, Text("From: {sender}", sender=page.sender))
    if page.to:
        dialled = page.channel is Channel.CALL
        address = as_dialled(page.to, parts.settings.country) if dialled else page.to
        say(parts, Text("To: {address}", address=address))
    if page.subject:
        say(parts, Text("Subject: {subject}", subject=page.subject))


def _text(parts: Application, text: str) -> None:
    say(parts)
    for line in text.rstrip().splitlines():
        if line.strip():
            wrap(line)
        else:
            say(parts)


def _guide(parts: Application, page: Page) -> None:
    for title, lines in page.guide.blocks if page.guide else ():
        say(parts, SECTIONS[title])
        for line in lines:
            wrap(line, first="  • ", rest="    ")


def calendar_lines(parts: Application, seen: Preview, looked: Ahead) -> None:
    """The days as a table, and what would not leave at all."""
    from outreach.runner.ahead import not_leaving

    _days(parts, seen, seen.campaign, looked.days)
    for line in not_leaving(looked):
        say(parts, line)
    _at_most(parts, seen.campaign)


def days_under_way(parts: Application, seen: Preview, launched: Launched, going: Going) -> None:
    """Of a launched campaign: what has left, what is planned, and what waits for people."""
    from outreach.runner.ahead import not_leaving, waiting_for_people

    if going.left:
        say(parts, Text("Has left:"))
        _days(parts, seen, launched.definition, going.left)
        say(parts)
    if going.planned.days:
        say(parts, Text("Is planned, from now on:"))
        _days(parts, seen, launched.definition, going.planned.days)
    else:
        say(parts, Text("Nothing more is planned."))
    for line in (*not_leaving(going.planned), *waiting_for_people(going)):
        say(parts, line)
    if launched.state is CampaignState.PAUSED:
        say(parts, Text("The campaign is paused: nothing of it leaves until outreach resume."))
    if launched.pilot:
        say(parts, Text("It was launched for the first few; the others come with outreach launch."))
    if going.planned.days:
        _at_most(parts, launched.definition)


def _days(parts: Application, seen: Preview, campaign: Campaign, days: Sequence[Leaving]) -> None:
    channels = {s.name: parts.language.say(CHANNELS[s.channel]) for s in campaign.steps}
    table(
        parts,
        [Text("Day"), Text("Step"), Text("Channel"), Text("Number")],
        [
            [parts.language.write(one.day), one.step, channels[one.step], str(one.count)]
            for one in days
            if not seen.only or one.step == seen.only
        ],
        right=[3],
    )


def _at_most(parts: Application, campaign: Campaign) -> None:
    if any(step.when for step in campaign.steps) or campaign.stop_on:
        say(parts, Text("At most: whoever answers or does not fit a condition drops out."))


def difference_lines(
    parts: Application, people: Sequence[Contact], found: Sequence[Difference]
) -> None:
    """The lines that differ, the first person's with `-` and the second's with `+`."""
    first, second = people
    say(parts, f"- {first.name}")
    say(parts, f"+ {second.name}")
    if not found:
        say(parts, Text("Nothing differs."))
    texts = {one.step for one in found if one.part.value == "text"}
    for one in found:
        say(parts)
        if one.part.value == "html" and one.step in texts:
            # The same words between tags and styles.
            say(parts, Text("(the HTML of {step} differs too: --json has it)", step=one.step))
            continue
        say(parts, f"── {one.step} · {parts.language.say(PARTS[one.part.value])}")
        for line in one.lines:
            colour = {"-": "red", "+": "green"}.get(line[0])
            for piece in broken(line):
                click.echo(click.style(piece, fg=colour) if colour else piece)
