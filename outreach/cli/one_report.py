"""One campaign's report as text, 80 columns wide: each figure with how it is counted."""

from __future__ import annotations

from outreach.application import Application
from outreach.cli.document import show_document
from outreach.errors import Text
from outreach.evaluation.report import Report
from outreach.evaluation.report_document import report_document


def show_report(
    parts: Application, one: Report, state: Text | None = None, period: Text | None = None
) -> None:
    """`state` says how the campaign stands, where that is not simply running."""
    show_document(parts, report_document(one, state=state, period=period))
