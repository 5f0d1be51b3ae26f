"""`outreach portfolio`: prospects and customers reviewed, as of today or of any past day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.document import show_document
from outreach.cli.door import Group
from outreach.cli.report_files import answer, report_files
from outreach.errors import Text, WrongUsage
from outreach.evaluation.portfolio.answer import as_json
from outreach.evaluation.portfolio.sections import document
from outreach.runner.portfolio import LONGEST, reviewed, stage_named


@click.group(cls=Group, default="review")
def portfolio() -> None:
    """Review prospects and customers: life stages, loyalty, classes, worth, what to do.

    `outreach portfolio --on 2026-12-31` shows them as they were that day.
    """


@portfolio.command()
@click.option("--on", metavar="DATE", help="As it was at the end of that day, instead of today.")
@click.option(
    "--months",
    type=click.IntRange(1, LONGEST),
    default=12,
    show_default=True,
    help="How far back is compared.",
)
@report_files
@click.pass_obj
def review(parts: Application, on: str | None, months: int, files: tuple[Path, ...]) -> None:
    """Review the portfolio: the number of prospects first, then the customers.

    Everything is told again from the events: a review of a past day is what it would have
    been then. The firm's own figures stand in outreach.yaml, under `portfolio:`.
    """
    found = reviewed(
        parts.store,
        parts.settings.portfolio,
        parts.select,
        on=_day(parts, on),
        today=parts.today(),
        months=months,
    )
    made = document(found)
    data = as_json(found, parts.language.say)
    answer(parts, data, lambda: made, files, lambda: show_document(parts, made))


def _day(parts: Application, on: str | None) -> date:
    return parts.instant(on).astimezone(parts.settings.zone).date() if on else parts.today()


@portfolio.command()
@click.argument("who")
@click.argument("stage", required=False)
@click.option("--reason", metavar="TEXT", help="Why; it is kept.")
@click.option("--by", "author", metavar="NAME", help="Who says so: a key of the team, or a name.")
@click.pass_obj
def stage(
    parts: Application, who: str, stage: str | None, reason: str | None, author: str | None
) -> None:
    """Set the life stage of WHO by hand, or show it.

    STAGE is new, developing, mature, declining, episodic or lost; `computed` takes it back.
    """
    contact = parts.person(who)
    if stage is not None:
        word = stage_named(stage)
        if word is not None and not (reason or "").strip():
            raise WrongUsage(
                Text("a stage set by hand needs its reason"),
                hint=Text("add it: --reason TEXT"),
            )
        parts.store.life.choose(contact.id, word, reason=reason, author=author, now=parts.now())
    now = parts.store.contacts.get(contact.id)
    chosen = parts.store.life.of(contact.id)
    data = {
        "id": contact.id,
        "life_stage": now.values.get("life_stage"),
        "by_hand": chosen.stage is not None,
        "reason": chosen.reason,
    }
    told = Text("{name}: {stage}", name=now.name, stage=now.text("life_stage") or "–")
    why = [Text("set by hand: {reason}", reason=chosen.reason)] if chosen.stage else []
    output.show(parts, data, [told, *why])
