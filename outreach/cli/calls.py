"""`calls`: the calls of a day, one by one with their guide, on paper, and what came of them."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.day_list import (
    as_row,
    day_asked,
    day_list,
    how_many,
    print_list,
    seller_known,
)
from outreach.cli.door import Group
from outreach.cli.output import say, show
from outreach.model.campaign import Channel
from outreach.runner.calls import Wish


@click.group(cls=Group, default="list")
def calls() -> None:
    """Show the calls of the day, with their guide; make them one by one; report them.

    `outreach calls CAMPAIGN` lists, `outreach calls next` guides through them.
    """


@calls.command(name="list")
@click.argument("campaign", required=False)
@click.option("--for", "--by", "seller", metavar="SELLER",
              help="Only those of SELLER of the team, and those that are nobody's.")  # fmt: skip
@click.option("--day", metavar="DAY", help="Of another day: tomorrow, thu, +3, or a date.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N.")
@click.option("--guide/--no-guide", default=True, help="With the guide, the person's values in it.")
@click.pass_obj
def list_(
    parts: Application,
    campaign: str | None,
    seller: str | None,
    day: str | None,
    limit: int | None,
    guide: bool,
) -> None:
    """List the calls to make: number, legal hours, tries, what happened before, the guide."""
    show_list(parts, Channel.CALL, campaign, seller=seller, day=day, limit=limit, guide=guide)


def show_list(
    parts: Application,
    channel: Channel,
    campaign: str | None,
    *,
    seller: str | None,
    day: str | None,
    limit: int | None,
    guide: bool,
) -> None:
    """The list of a channel."""
    on = day_asked(parts, day)
    wish = Wish(channels=(channel,), seller=seller_known(parts, seller), day=on, limit=limit,
                guides=guide)  # fmt: skip
    found = day_list(parts, campaign).calls(wish, parts.now())

    def lines() -> None:
        print_list(parts, found, guides=guide)
        say(parts, how_many(channel, len(found), on))

    show(parts, {f"{channel.value}s": [as_row(parts, call) for call in found]}, lines)


@calls.command(name="next")
@click.argument("campaign", required=False)
@click.option("--for", "--by", "seller", metavar="SELLER",
              help="Who calls: theirs, and those that are nobody's.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="After N calls it is enough.")
@click.option("--guide/--no-guide", default=True, help="With the guide, the person's values in it.")
@click.pass_obj
def next_(
    parts: Application, campaign: str | None, seller: str | None, limit: int | None, guide: bool
) -> None:
    """Make the calls one by one: each is shown with its guide and ends with its outcome.

    Each outcome is recorded at once. Ctrl-C loses nothing: the call before you goes back to
    the list, unless its outcome was said. Two sellers never get the same call.
    """
    from outreach.cli.guided import guided

    guided(parts, Channel.CALL, campaign, seller=seller, limit=limit, guide=guide)


@calls.command(name="sheets")
@click.argument("campaign", required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where they go; else data/outbox/calls.")  # fmt: skip
@click.option("--for", "--by", "seller", metavar="SELLER",
              help="Only those of SELLER of the team, and those that are nobody's.")  # fmt: skip
@click.option("--day", metavar="DAY", help="Of another day: tomorrow, thu, +3, or a date.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N.")
@click.option("--pdf", is_flag=True, help="As PDF too.")
@click.pass_obj
def sheets(
    parts: Application,
    campaign: str | None,
    out: Path | None,
    seller: str | None,
    day: str | None,
    limit: int | None,
    pdf: bool,
) -> None:
    """Print a sheet for each call, with room for what was said, and a table for the outcomes.

    Fill the table (CSV) in afterwards: outreach calls report FILE.
    """
    from outreach.cli.sheets import make_sheets

    make_sheets(parts, Channel.CALL, campaign, out=out, seller=seller, day=day, limit=limit,
                pdf=pdf)  # fmt: skip


@calls.command(name="report")
@click.argument("who", metavar="WHO|FILE", required=False)
@click.option("--from", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="Many at once: the table of the sheets, filled in.")  # fmt: skip
@click.option("--for", "--by", "seller", metavar="SELLER", help="Who made them.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, record nothing.")
@click.pass_obj
def report(
    parts: Application, who: str | None, file: Path | None, seller: str | None, dry_run: bool
) -> None:
    """Report a call that was made: asked for WHO, or read from the table of the sheets.

    Rows that cannot be recorded go to a file of their own, with the reason.
    """
    from outreach.cli.sheets import report as report_it

    report_it(parts, Channel.CALL, who, file, seller=seller, dry_run=dry_run)
