"""`visits`: the visits of a day, on paper, and the report of what came of them."""

from __future__ import annotations

import click

from outreach.cli.day_verbs import add_list, add_next, add_report, add_sheets
from outreach.cli.door import Group
from outreach.model.campaign import Channel


@click.group(cls=Group, default="list")
def visits() -> None:
    """Show the visits of the day, with their guide; report them one by one.

    `outreach visits CAMPAIGN` lists, `outreach visits next` asks what came of each.
    """


add_list(
    visits,
    Channel.VISIT,
    "List the visits to make: address, phone, what happened before, the guide.",
)
add_next(
    visits,
    Channel.VISIT,
    """Report the visits one by one: what came of each, minutes, kilometres, what follows.

    Each report is recorded at once, and Ctrl-C loses nothing.
    """,
    who="Who visits: theirs, and those that are nobody's.",
    enough="After N visits it is enough.",
)
add_sheets(
    visits,
    Channel.VISIT,
    """Print a sheet for each visit, with room for what was said, and a table for the outcomes.

    Fill the table (CSV) in afterwards: outreach visits report FILE.
    """,
    folder="Where they go; else data/outbox/visits.",
)
add_report(
    visits,
    Channel.VISIT,
    """Report a visit that was made: asked for WHO, or read from the table of the sheets.

    Rows that cannot be recorded go to a file of their own, with the reason.
    """,
)
