"""`inquiries`: who came to us by himself, from where, how well and how fast he was answered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import say, show, table
from outreach.errors import Text
from outreach.store.network import Asked


@click.command(cls=Command)
@click.option("--open", "waiting", is_flag=True, help="Only those that wait for an answer.")
@click.pass_obj
def inquiries(parts: Application, waiting: bool) -> None:
    """List the requests of people who came to us: origin, answer, its speed and quality.

    Record one with `outreach record WHO inbound --origin ORIGIN`, our answer with `outreach
    record WHO answered --quality 4`.
    """
    found = parts.store.network.inquiries(waiting=waiting)
    took = [_hours(one.took) for one in found if one.took is not None]
    marks = [one.quality for one in found if one.quality is not None]
    data = {
        "inquiries": [_row(parts, one) for one in found],
        "open": sum(one.answered_at is None for one in found),
        "median_hours": round(float(median(took)), 2) if took else None,
        "mean_quality": round(float(Fraction(sum(marks), len(marks))), 2) if marks else None,
    }
    show(parts, data, lambda: _print(parts, found, data))


def _hours(took: timedelta) -> Fraction:
    return Fraction(int(took.total_seconds()), 3600)


def _row(parts: Application, one: Asked) -> dict[str, Any]:
    zone = parts.settings.zone
    return {
        "contact": one.contact,
        "name": one.name,
        "at": one.at.astimezone(zone),
        "origin": one.origin,
        "subject": one.subject,
        "campaign": one.campaign,
        "answered_at": one.answered_at.astimezone(zone) if one.answered_at else None,
        "hours": None if one.took is None else round(float(_hours(one.took)), 2),
        "quality": one.quality,
    }


def _print(parts: Application, found: list[Asked], data: dict[str, Any]) -> None:
    if not found:
        say(parts, Text("No request is on record."))
        return
    headers = [Text("Who"), Text("Came on"), Text("Origin"), Text("Subject"),
               Text("Answered after"), Text("Quality")]  # fmt: skip
    lines = [
        [one.name, parts.language.write(one.at.astimezone(parts.settings.zone).date()),
         one.origin or "–", one.subject or "–", _waited(parts, one),
         "–" if one.quality is None else f"{one.quality}/5"]
        for one in found
    ]  # fmt: skip
    table(parts, headers, lines, right=[4, 5])
    if data["median_hours"] is not None:
        hours = parts.language.write(Decimal(str(data["median_hours"])))
        say(parts, Text("Half of them were answered within {hours} h.", hours=hours))


def _waited(parts: Application, one: Asked) -> str:
    if one.took is None:
        return parts.language.say(Text("waits"))
    tenths = Decimal(round(_hours(one.took) * 10)) / 10
    return f"{parts.language.write(tenths)} h"
