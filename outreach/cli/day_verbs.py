"""The verbs that calls, visits and tasks share: list, go through, print, report.

Each is added to its noun with the words in which it differs there: what it says it does, and
the help of those options that speak of a call or of a visit.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

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
from outreach.cli.output import say, show
from outreach.model.campaign import Channel
from outreach.runner.calls import Wish
from outreach.runner.still_meant import still_to_do

_F = TypeVar("_F", bound=Callable[..., Any])


def _whose(words: str) -> Callable[[_F], _F]:
    """`--for SELLER`, under the name of `--by` too: whose work it is."""
    return click.option("--for", "--by", "seller", metavar="SELLER", help=words)


def _at_most(words: str) -> Callable[[_F], _F]:
    """`--limit N`."""
    return click.option("--limit", type=click.IntRange(1), metavar="N", help=words)


_campaign = click.argument("campaign", required=False)
_theirs = _whose("Only those of SELLER of the team, and those that are nobody's.")
_day = click.option("--day", metavar="DAY", help="Of another day: tomorrow, thu, +3, or a date.")
_first = _at_most("Only the first N.")
_guide = click.option("--guide/--no-guide", default=True,
                      help="With the guide, the person's values in it.")  # fmt: skip


def add_list(noun: click.Group, channel: Channel, words: str) -> None:
    """`list`: the day's work of a channel, with its guides."""

    @noun.command(name="list", help=words)
    @_campaign
    @_theirs
    @_day
    @_first
    @_guide
    @click.pass_obj
    def list_(
        parts: Application,
        campaign: str | None,
        seller: str | None,
        day: str | None,
        limit: int | None,
        guide: bool,
    ) -> None:
        on = day_asked(parts, day)
        wish = Wish(channels=(channel,), seller=seller_known(parts, seller), day=on, limit=limit,
                    guides=guide)  # fmt: skip
        lists = day_list(parts, campaign)
        waiting = lists.waiting(wish, parts.now())
        found = lists.calls(wish, parts.now(), waiting)

        def lines() -> None:
            print_list(parts, found, guides=guide)
            cut = limit is not None and 0 < limit <= len(found)
            total = still_to_do(lists, waiting, parts.now()) if cut else len(found)
            say(parts, how_many(channel, len(found), on, total=total))

        show(parts, {f"{channel.value}s": [as_row(parts, call) for call in found]}, lines)


def add_next(noun: click.Group, channel: Channel, words: str, *, who: str, enough: str) -> None:
    """`next`: one after the other, each with its outcome."""

    @noun.command(name="next", help=words)
    @_campaign
    @_whose(who)
    @_at_most(enough)
    @_guide
    @click.pass_obj
    def next_(
        parts: Application,
        campaign: str | None,
        seller: str | None,
        limit: int | None,
        guide: bool,
    ) -> None:
        from outreach.cli.guided import guided

        guided(parts, channel, campaign, seller=seller, limit=limit, guide=guide)


def add_sheets(noun: click.Group, channel: Channel, words: str, *, folder: str) -> None:
    """`sheets`: the day's work on paper, and the table for the outcomes."""

    @noun.command(name="sheets", help=words)
    @_campaign
    @click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
                  help=folder)  # fmt: skip
    @_theirs
    @_day
    @_first
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
        from outreach.cli.sheets import make_sheets

        make_sheets(parts, channel, campaign, out=out, seller=seller, day=day, limit=limit,
                    pdf=pdf)  # fmt: skip


def add_report(noun: click.Group, channel: Channel, words: str) -> None:
    """`report`: what came of one, or of those of a filled-in table."""

    @noun.command(name="report", help=words)
    @click.argument("who", metavar="WHO|FILE", required=False)
    @click.option("--from", "file", type=click.Path(path_type=Path), metavar="FILE",
                  help="Many at once: the table of the sheets, filled in.")  # fmt: skip
    @_whose("Who made them.")
    @click.option("--dry-run", is_flag=True, help="Say what would be recorded, record nothing.")
    @click.pass_obj
    def report(
        parts: Application,
        who: str | None,
        file: Path | None,
        seller: str | None,
        dry_run: bool,
    ) -> None:
        from outreach.cli.sheets import report as report_it

        report_it(parts, channel, who, file, seller=seller, dry_run=dry_run)
