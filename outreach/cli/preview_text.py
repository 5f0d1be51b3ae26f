"""How a preview is written on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cleaning.phones import as_dialled
from outreach.cli.output import broken, say, wrap
from outreach.errors import Plural, Text
from outreach.model.campaign import Channel
from outreach.rendering.guide import SECTIONS
from outreach.runner.wording import CHANNELS

if TYPE_CHECKING:
    from outreach.model.contact import Contact
    from outreach.runner.differences import Difference
    from outreach.runner.preview import Page, Preview
    from outreach.runner.sampling import Sample


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
    if page.opened_by:
        say(parts, Text("only after: {facts}", facts=page.opened_by))
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
