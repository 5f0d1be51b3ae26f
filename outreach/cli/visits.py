"""`visits`: the visits of a day, on paper, and the report of what came of them."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.calls import show_list
from outreach.cli.door import Group
from outreach.model.campaign import Channel


@click.group(cls=Group, default="list")
def visits() -> None:
    """Show the visits of the day, with their guide; report them one by one.

    `outreach visits CAMPAIGN` lists, `outreach visits next` asks what came of each.
    """


@visits.command(name="list")
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
    """List the visits to make: address, phone, what happened before, the guide."""
    show_list(parts, Channel.VISIT, campaign, seller=seller, day=day, limit=limit, guide=guide)


@visits.command(name="next")
@click.argument("campaign", required=False)
@click.option("--for", "--by", "seller", metavar="SELLER",
              help="Who visits: theirs, and those that are nobody's.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="After N visits it is enough.")
@click.option("--guide/--no-guide", default=True, help="With the guide, the person's values in it.")
@click.pass_obj
def next_(
    parts: Application, campaign: str | None, seller: str | None, limit: int | None, guide: bool
) -> None:
    """Report the visits one by one: what came of each, minutes, kilometres, what follows.

    Each report is recorded at once, and Ctrl-C loses nothing.
    """
    from outreach.cli.guided import guided

    guided(parts, Channel.VISIT, campaign, seller=seller, limit=limit, guide=guide)


@visits.command(name="sheets")
@click.argument("campaign", required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where they go; else data/outbox/visits.")  # fmt: skip
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
    """Print a sheet for each visit, with room for what was said, and a table for the outcomes.

    Fill the table (CSV) in afterwards: outreach visits report FILE.
    """
    from outreach.cli.sheets import make_sheets

    make_sheets(parts, Channel.VISIT, campaign, out=out, seller=seller, day=day, limit=limit,
                pdf=pdf)  # fmt: skip


@visits.command(name="report")
@click.argument("who", metavar="WHO|FILE", required=False)
@click.option("--from", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="Many at once: the table of the sheets, filled in.")  # fmt: skip
@click.option("--for", "--by", "seller", metavar="SELLER", help="Who made them.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, record nothing.")
@click.pass_obj
def report(
    parts: Application, who: str | None, file: Path | None, seller: str | None, dry_run: bool
) -> None:
    """Report a visit that was made: asked for WHO, or read from the table of the sheets.

    Rows that cannot be recorded go to a file of their own, with the reason.
    """
    from outreach.cli.sheets import report as report_it

    report_it(parts, Channel.VISIT, who, file, seller=seller, dry_run=dry_run)
