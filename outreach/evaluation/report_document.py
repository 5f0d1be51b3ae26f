"""A report as a document: the verdict first, then the goal, the chain, money, experiments.

Every part lays out its own section; here is only which come, and in which order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outreach.errors import Text
from outreach.evaluation.chain_section import chain_section
from outreach.evaluation.customers import Customers
from outreach.evaluation.customers_section import firm_sections
from outreach.evaluation.dashboard_section import dashboard_section
from outreach.evaluation.document import Column, Document, Plot, Section, Share, Table, Unit
from outreach.evaluation.experiment_section import experiment_section
from outreach.evaluation.money_section import VERDICTS, money_sections
from outreach.evaluation.paths_section import path_sections
from outreach.evaluation.report import Report
from outreach.evaluation.together import Together, together_sections


def report_document(
    one: Report, *, state: Text | None = None, period: Text | None = None
) -> Document:
    """One campaign's report. `state` says how the campaign stands, where that matters.

    `period` says which days it speaks of, where not of all.
    """
    title = Text("{campaign} · {title}", campaign=one.campaign, title=one.title)
    return Document(
        title=title if one.title else Text("{campaign}", campaign=one.campaign),
        subtitle=Text(
            "{enrolled} enrolled, {control} in the control group",
            enrolled=one.enrolled,
            control=one.control,
        ),
        headline=(
            *([period] if period is not None else []),
            Text("Verdict: {verdict}", verdict=VERDICTS[one.verdict]),
            *one.reasons,
            *([state] if state is not None else []),
        ),
        sections=tuple(_sections(one, partial=period is not None)),
    )


def _sections(one: Report, *, partial: bool) -> Iterator[Section]:
    by = one.objective.by if one.objective else None
    goal = dashboard_section(one.dashboard, by, partial=partial, within=one.within)
    if goal is not None:
        yield goal
    yield chain_section(one.chain, one.paths)
    yield from money_sections(one.money, one.cost, one.result)
    yield from path_sections(one.paths)
    drawn = experiment_section(one.experiment)
    if drawn is not None:
        yield drawn
    if one.notes:
        yield Section(key="notes", title=Text("To be known"), notes=one.notes)


def several_document(
    reports: Sequence[Report],
    together: Together | None = None,
    customers: Customers | None = None,
    *,
    period: Text | None = None,
) -> Document:
    """Campaigns beside one another, a line each; then their people together, each once.

    Last what winning, keeping and losing a customer costs.
    """
    table = Table(
        key="campaigns",
        title=Text("Campaigns"),
        columns=(
            Column("campaign", Text("campaign"), Unit.TEXT),
            Column("enrolled", Text("enrolled"), Unit.COUNT),
            Column("contacted", Text("contacted"), Unit.COUNT),
            Column("prospects", Text("prospects"), Unit.COUNT),
            Column("won", Text("new customers"), Unit.COUNT),
            Column("rate", Text("rate"), Unit.RATE, formula=Share("won", "prospects")),
            Column("orders", Text("orders"), Unit.COUNT, total="sum"),
            Column("cost", Text("cost"), Unit.MONEY, total="sum"),
            Column("revenue", Text("revenue"), Unit.MONEY, total="sum"),
            Column("profit", Text("profit"), Unit.MONEY, total="sum"),
            Column("roi", Text("return on cost"), Unit.RATE, formula=Share("profit", "cost")),
            Column("verdict", Text("verdict"), Unit.TEXT),
        ),
        rows=tuple(
            {
                "campaign": one.campaign,
                "enrolled": one.enrolled,
                "contacted": one.tally.contacted,
                "prospects": one.tally.prospects_contacted,
                "won": one.tally.new_customers,
                "rate": one.ratios.success_rate,
                "orders": one.result.orders,
                "cost": one.cost.total,
                "revenue": one.result.revenue,
                "profit": one.result.profit,
                "roi": one.result.roi,
                "verdict": VERDICTS[one.verdict],
            }
            for one in reports
        ),
        basis=Text("rate: new customers ÷ prospects contacted"),
    )
    notes = (
        Text("People are not summed: one person may be in several campaigns."),
        Text("A profit that is not known ({dash}) is not in the sum.", dash="–"),
    )
    plots = (
        Plot("bars", Text("Orders by campaign"), table, "campaign", ("orders",)),
        Plot("bars", Text("Cost and profit by campaign"), table, "campaign", ("cost", "profit")),
    )
    return Document(
        title=Text("Campaigns"),
        subtitle=None,
        headline=(period,) if period is not None else (),
        sections=(
            Section(
                key="campaigns",
                title=Text("Campaigns"),
                tables=(table,),
                plots=plots if len(reports) > 1 else (),
                notes=notes,
            ),
            *_people(reports, together),
            *(firm_sections(customers) if customers is not None else ()),
        ),
    )


def _people(reports: Sequence[Report], together: Together | None) -> tuple[Section, ...]:
    """Everybody's chain and its course; where there is but one campaign, that campaign's own."""
    if together is not None:
        return together_sections(together)
    if len(reports) != 1:
        return ()
    (only,) = reports
    return chain_section(only.chain, only.paths), *path_sections(only.paths)
