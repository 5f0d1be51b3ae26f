"""`outreach report`: the chain with its rates, what it cost and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.door import Command
from outreach.cli.one_report import money, percent, show_report
from outreach.cli.standing import standing_line
from outreach.errors import Text
from outreach.evaluation.report import Report, as_json
from outreach.evaluation.report import report as make_report

if TYPE_CHECKING:
    from outreach.store.campaigns import Launched


@click.command(cls=Command)
@click.argument("campaign", nargs=-1)
@click.pass_obj
def report(parts: Application, campaign: tuple[str, ...]) -> None:
    """What came of CAMPAIGN: the chain, ratios, cost and profit.

    Several campaigns, or none named for all of them, get a line each.
    """
    named = [parts.launched(name, hidden_too=True) for name in campaign]
    found = named or parts.store.campaigns.all()
    reports = [_made(parts, launched) for launched in found]
    if len(campaign) == 1:
        (only,), (launched,) = reports, found
        told = {**as_json(only, parts.language.say), "state": launched.state.value}
        output.show(parts, told, lambda: _show_one(parts, only, launched))
    else:
        data = [as_json(one, parts.language.say) for one in reports]
        output.show(parts, {"campaigns": data}, lambda: _show_several(parts, reports))


def _made(parts: Application, launched: Launched) -> Report:
    definition = launched.definition
    return make_report(definition, parts.store.tallies.campaign(launched.id, definition.chain))


def _show_one(parts: Application, one: Report, launched: Launched) -> None:
    show_report(parts, one)
    if line := standing_line(parts, launched):
        output.say(parts, line)


def _show_several(parts: Application, reports: list[Report]) -> None:
    if not reports:
        output.say(parts, Text("no campaign was launched yet"))
        return
    headers = (Text("campaign"), Text("enrolled"), Text("contacted"), Text("orders"), Text("rate"),
               Text("cost"), Text("profit"))  # fmt: skip
    rows = [
        (
            one.campaign,
            str(one.enrolled),
            str(one.tally.contacted),
            str(one.result.orders),
            percent(parts, one.ratios.success_rate),
            money(parts, one.cost.total),
            money(parts, one.result.profit),
        )
        for one in reports
    ]
    output.table(parts, headers, rows, right=(1, 2, 3, 4, 5, 6))
    output.say(parts)
    output.say(parts, Text("rate: new customers ÷ prospects contacted"))
