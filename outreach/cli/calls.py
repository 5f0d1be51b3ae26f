"""`calls`: the calls of a day, one by one with their guide, on paper, and what came of them."""

from __future__ import annotations

import click

from outreach.cli.day_verbs import add_list, add_next, add_report, add_sheets
from outreach.cli.door import Group
from outreach.model.campaign import Channel


@click.group(cls=Group, default="list")
def calls() -> None:
    """Show the calls of the day, with their guide; make them one by one; report them.

    `outreach calls CAMPAIGN` lists, `outreach calls next` guides through them.
    """


add_list(
    calls,
    Channel.CALL,
    "List the calls to make: number, legal hours, tries, what happened before, the guide.",
)
add_next(
    calls,
    Channel.CALL,
    """Make the calls one by one: each is shown with its guide and ends with its outcome.

    Each outcome is recorded at once. Ctrl-C loses nothing: the call before you goes back to
    the list, unless its outcome was said. Two sellers never get the same call.
    """,
    who="Who calls: theirs, and those that are nobody's.",
    enough="After N calls it is enough.",
)
add_sheets(
    calls,
    Channel.CALL,
    """Print a sheet for each call, with room for what was said, and a table for the outcomes.

    Fill the table (CSV) in afterwards: outreach calls report FILE.
    """,
    folder="Where they go; else data/outbox/calls.",
)
add_report(
    calls,
    Channel.CALL,
    """Report a call that was made: asked for WHO, or read from the table of the sheets.

    Rows that cannot be recorded go to a file of their own, with the reason.
    """,
)
