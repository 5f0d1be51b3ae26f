"""`calls`: the calls of a day, one by one with their guide, on paper, and what came of them."""

from __future__ import annotations

import click

from outreach.application import Application
from outreach.cli.day_verbs import add_list, add_next, add_report, add_sheets
from outreach.cli.door import Group
from outreach.cli.output import say, show, table
from outreach.errors import Text
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


@calls.command(name="objections")
@click.argument("campaign", required=False)
@click.pass_obj
def objections_(parts: Application, campaign: str | None) -> None:
    """What was objected in calls and visits: how often each was met, and overcome.

    An objection counts as met when it was looked up during the call (o1, o2…), noted in the
    table of the sheets, or given as the reason; as overcome when that call came to a further
    stage: an appointment, an order.
    """
    from outreach.runner.objections import objections

    found = objections(parts.store, parts.launched(campaign) if campaign else None)
    data = [
        {"objection": one.objection, "met": one.met, "overcome": one.overcome,
         "rate": float(one.rate)}
        for one in found
    ]  # fmt: skip

    def lines() -> None:
        if not found:
            say(parts, Text("No objection was met yet: type o1, o2… in outreach calls next, or "
                            "fill in the column of the sheets' table."))  # fmt: skip
            return
        headers = [Text("Objection"), Text("Met"), Text("Overcome"), Text("Rate")]
        rows = [
            [one.objection, str(one.met), str(one.overcome),
             parts.language.percent(float(one.rate), digits=2)]
            for one in found
        ]  # fmt: skip
        table(parts, headers, rows, right=[1, 2, 3])

    show(parts, {"objections": data}, lines)


add_report(
    calls,
    Channel.CALL,
    """Report a call that was made: asked for WHO, or read from the table of the sheets.

    Rows that cannot be recorded go to a file of their own, with the reason.
    """,
)
