"""One campaign's report as text, 80 columns wide: each figure with how it is counted."""

from __future__ import annotations

import sys

from outreach.application import Application
from outreach.cli import output
from outreach.cli.document import show_document
from outreach.errors import Text
from outreach.evaluation.report import Report
from outreach.evaluation.report_document import report_document


def show_report(
    parts: Application, one: Report, state: Text | None = None, period: Text | None = None
) -> None:
    """`state` says how the campaign stands, where that is not simply running.

    A report is longer than a screen: on a terminal, where its end is what is seen, the verdict
    stands there once more.
    """
    made = report_document(one, state=state, period=period)
    show_document(parts, made)
    if sys.stdout.isatty() and made.headline:
        output.say(parts)
        output.say(parts, made.headline[0 if period is None else 1])
        output.say(
            parts,
            Text("Why is at the top; as a page: outreach report {name} --html report.html",
                 name=one.campaign),
        )  # fmt: skip
