"""`events export`: everything that happened, as a table for other programs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import show
from outreach.errors import Plural


@click.group(cls=Group)
def events() -> None:
    """What happened, event by event."""


@events.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--campaign", metavar="CAMPAIGN", help="Of that campaign alone.")
@click.option("--since", metavar="DATE", help="From that day on.")
@click.option("--until", metavar="DATE", help="Up to that day, which is in it.")
@click.pass_obj
def export(
    parts: Application, file: Path, campaign: str | None, since: str | None, until: str | None
) -> None:
    """Write every event into FILE: .csv, .jsonl or .xlsx.

    Each row has the ids and names of the person, the campaign and the step, the group and
    variant, amounts in the currency, and instants with their offset: every figure of a report
    can be made of it again. What was taken back is there, with `corrected_by`; `person_id` is
    whose record it is by now, after merges. Enrolments tell the campaign's chain, its fixed costs
    and the prospects that were on file.
    """
    from outreach.files.exports import write_table
    from outreach.store.event_export import COLUMNS, all_events

    until_day = parts.instant(until).astimezone(parts.settings.zone).date() if until else None
    rows = all_events(
        parts.database,
        launched=parts.store.campaigns.all(hidden_too=True),
        campaign=parts.launched(campaign, hidden_too=True).id if campaign else None,
        since=parts.instant(since) if since else None,
        until=parts.day_start(until_day + timedelta(days=1)) if until_day else None,
    )
    count = write_table(file, COLUMNS, rows)
    written = Plural("{count} event written to {file}", "{count} events written to {file}",
                     count, file=str(file))  # fmt: skip
    show(parts, {"file": str(file), "events": count}, [written])
