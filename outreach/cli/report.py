"""`outreach report`: the chain with its rates, what it cost and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cli import output
from outreach.cli.document import show_document
from outreach.cli.door import Command
from outreach.cli.one_report import show_report
from outreach.cli.report_asked import Given, asked_of, asked_options, period_json, period_text
from outreach.cli.report_files import answer, report_files
from outreach.cli.standing import standing_line
from outreach.errors import Text
from outreach.evaluation.money_json import customers_json
from outreach.evaluation.report import as_json
from outreach.evaluation.report_document import report_document, several_document
from outreach.evaluation.together import together_json
from outreach.runner.reporting import Several, evaluate_all

if TYPE_CHECKING:
    from outreach.store.campaigns import Launched


@click.command(cls=Command)
@click.argument("campaign", nargs=-1)
@asked_options
@report_files
@click.pass_obj
def report(
    parts: Application, campaign: tuple[str, ...], given: Given, files: tuple[Path, ...]
) -> None:
    """What came of CAMPAIGN: the chain, ratios, cost and profit.

    Several campaigns, or none named for all of them, get a line each, and their people are
    counted together: each person once.
    """
    named = [parts.launched(name, hidden_too=True) for name in dict.fromkeys(campaign)]
    found = _once(named) or parts.store.campaigns.all()
    asked = asked_of(parts, given)
    made = evaluate_all(
        parts.store, found, parts.settings, now=parts.now(), asked=asked, firm=len(named) != 1
    )
    reports, period, days = made.reports, period_json(parts, asked), period_text(parts, asked)
    if len(named) == 1:
        (only,), (launched,) = reports, found
        told = {
            **as_json(only, parts.language.say),
            "state": launched.state.value,
            "period": period,
        }
        state = standing_line(parts, launched)
        answer(
            parts,
            told,
            lambda: report_document(only, state=state, period=days),
            files,
            lambda: show_report(parts, only, state, days),
        )
    else:
        data = [as_json(one, parts.language.say) for one in reports]
        answer(
            parts,
            {
                "campaigns": data,
                "together": together_json(made.together) if made.together else None,
                "customers": customers_json(made.customers) if made.customers else None,
                "period": period,
            },
            lambda: several_document(reports, made.together, made.customers, period=days),
            files,
            lambda: _show_several(parts, made, days),
        )


def _once(found: list[Launched]) -> list[Launched]:
    """A campaign named twice, by its name and by its file, is one."""
    return list({one.id: one for one in found}.values())


def _show_several(parts: Application, made: Several, days: Text | None) -> None:
    if not made.reports:
        output.say(parts, Text("no campaign was launched yet"))
        return
    show_document(parts, several_document(made.reports, made.together, made.customers, period=days))
