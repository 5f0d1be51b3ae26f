"""One campaign's report: every figure, judged once, for the terminal, for JSON and for pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from outreach.errors import Text
from outreach.evaluation.chain import Link, chain
from outreach.evaluation.cost import Cost, Result, cost, result
from outreach.evaluation.dashboard import Indicator, dashboard_json
from outreach.evaluation.document import Number
from outreach.evaluation.experiment import Experiment
from outreach.evaluation.experiment_json import balance_json, experiment_json, lift_json
from outreach.evaluation.json_numbers import as_float
from outreach.evaluation.money import Money, money, of_touches
from outreach.evaluation.money_json import cost_json, money_json
from outreach.evaluation.paths import Paths, paths
from outreach.evaluation.paths_json import link_json, paths_json
from outreach.evaluation.ratios import Ratios, ratios
from outreach.evaluation.verdict import Verdict, judgement, notes
from outreach.language import Amount
from outreach.model.campaign import Campaign, Objective
from outreach.model.path import PathTally
from outreach.model.spending import Spending
from outreach.model.tally import CampaignTally, TouchTally, VariantTally


@dataclass(frozen=True, slots=True)
class VariantReport:
    """The chain of the people who drew one variant of one step."""

    step: str
    variant: str
    enrolled: int
    chain: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of one campaign. Counts are of distinct people, but for touches and orders."""

    campaign: str
    title: str
    enrolled: int
    control: int
    chain: tuple[Link, ...]
    #: The control group's own chain: what happens by itself.
    control_chain: tuple[Link, ...]
    ratios: Ratios
    cost: Cost
    result: Result
    #: Costs by what was got for them, break-even, margins, steps, winning and keeping.
    money: Money
    verdict: Verdict
    #: What the verdict rests on, in sentences with their figures.
    reasons: tuple[Text, ...]
    variants: tuple[VariantReport, ...]
    #: None where nothing was drawn by lot: no control group, no variants.
    experiment: Experiment | None
    touches: tuple[TouchTally, ...]
    #: Times between stages, cohorts, attempts, what earned it, breakdowns.
    paths: Paths
    tally: CampaignTally
    objective: Objective | None
    budget: Decimal | None
    #: Objective, realised, variance, trend of what its file wants.
    dashboard: tuple[Indicator, ...]
    notes: tuple[Text, ...]
    #: Its first day lies after the launch: what came before it is left out.
    begins_later: bool = False

    @property
    def within(self) -> Mapping[str, Number | None] | None:
        """What came in the days of the report alone; None unless they begin after the launch.

        A stage that only a later one tells of came before these days, or nobody knows when; what
        is fixed was spent from the launch on. Neither came in them.
        """
        if not self.begins_later:
            return None
        unrecorded = self.paths.unrecorded
        people = {link.stage: link.contacts - unrecorded.get(link.stage, 0) for link in self.chain}
        return {
            "appointment": people.get("appointment", 0),
            "quote": people.get("quote", 0),
            "orders": self.result.orders,
            "revenue": self.result.revenue,
            "cost": self.cost.touches,
        }


def report(
    campaign: Campaign,
    tally: CampaignTally,
    experiment: Experiment | None = None,
    spending: Spending | None = None,
    *,
    currency: str = "EUR",
    over: bool = False,
    path: PathTally | None = None,
    dashboard: tuple[Indicator, ...] = (),
    begins_later: bool = False,
    holds_launch: bool = True,
) -> Report:
    """The report of a launched campaign, from its definition in force and its tallies.

    `over`: its objective's day is past, so that no order is awaited any more.
    `begins_later`: it tells of days that begin after the launch.
    `holds_launch`: the launch is among the days it tells of. Fixed costs are those of that day,
    so that the costs of months beside one another add up to the cost of all.
    """
    apart = sum(campaign.fixed_costs.values(), Decimal(0)) if not holds_launch else Decimal(0)
    campaign = campaign if holds_launch else replace(campaign, fixed_costs={})
    tally = replace(tally, variants=_in_order(campaign, tally.variants))
    links = chain(tally.enrolled, tally.chain)
    spent = cost(tally, campaign.fixed_costs, links)
    outcome = result(
        tally.orders,
        spent=spent.total,
        new_customers=tally.new_customers,
        margin_per_order=campaign.margin_per_order,
    )
    found = money(
        campaign,
        tally,
        spending or of_touches(tally),
        links=links,
        spent=spent,
        outcome=outcome,
        currency=currency,
    )
    judged = judgement(
        outcome,
        found,
        tally,
        over=over,
        against_control=experiment.against_control if experiment else None,
    )
    return Report(
        campaign=campaign.name,
        title=campaign.title,
        enrolled=tally.enrolled.people,
        control=tally.control.people,
        chain=links,
        control_chain=chain(tally.control, tally.chain),
        ratios=ratios(tally),
        cost=spent,
        result=outcome,
        money=found,
        verdict=judged.verdict,
        reasons=judged.reasons,
        variants=tuple(
            VariantReport(v.step, v.variant, v.arm.people, chain(v.arm, tally.chain))
            for v in tally.variants
        ),
        experiment=experiment,
        touches=tally.touches,
        paths=paths(tally, path or PathTally()),
        tally=tally,
        objective=campaign.objective,
        budget=campaign.budget,
        dashboard=dashboard,
        notes=(
            *notes(tally, spent, campaign.budget, currency),
            *((_spent_at_the_launch(apart, currency),) if apart else ()),
        ),
        begins_later=begins_later,
    )


def _spent_at_the_launch(fixed: Decimal, currency: str) -> Text:
    return Text(
        "fixed costs of {amount} count on the day of the launch, which is not among these days",
        amount=Amount(fixed, currency),
    )


def _in_order(campaign: Campaign, variants: Sequence[VariantTally]) -> tuple[VariantTally, ...]:
    """As the definition names them: its first variant is what the others are compared with."""
    written = [(step.name, variant.name) for step in campaign.steps for variant in step.variants]
    places = {pair: place for place, pair in enumerate(written)}
    last = len(written)
    return tuple(sorted(variants, key=lambda v: places.get((v.step, v.variant), last)))


# --- as JSON -----------------------------------------------------------------------------


def as_json(report: Report, say: Callable[[Text], str] = str) -> dict[str, object]:
    """The report as plain values, its keys as fixed: rates fractions of 1, money in units.

    `say` puts the notes into the reader's language.
    """
    return {
        "campaign": report.campaign,
        "enrolled": report.enrolled,
        "control": report.control,
        "chain": [link_json(link) for link in report.chain],
        "ratios": _ratios(report.ratios),
        "cost": _cost(report.cost) | cost_json(report.money),
        **_result(report.result),
        **money_json(report.money),
        "verdict": report.verdict.value,
        "verdict_reasons": [say(reason) for reason in report.reasons],
        "variants": [
            {
                "variant": variant.variant,
                "step": variant.step,
                "enrolled": variant.enrolled,
                "chain": [link_json(link) for link in variant.chain],
            }
            for variant in report.variants
        ],
        "lift": lift_json(report.experiment),
        "balance": balance_json(report.experiment),
        "experiment": experiment_json(report.experiment),
        "touches": [_touch(touch) for touch in report.touches],
        **paths_json(report.paths),
        "budget": as_float(report.budget),
        "objective": _objective(report.objective),
        "dashboard": dashboard_json(report.dashboard, report.within),
        "notes": [say(note) for note in report.notes],
    }


def _ratios(ratios: Ratios) -> dict[str, object]:
    return {
        "prospecting_share": as_float(ratios.prospecting_share),
        "prospect_coverage": as_float(ratios.prospect_coverage),
        "interested_rate": as_float(ratios.interested_rate),
        "success_rate": as_float(ratios.success_rate),
    }


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "total": as_float(cost.total),
        "touches": as_float(cost.touches),
        "fixed": as_float(cost.fixed),
        "per_contact": as_float(cost.per_contact),
        "per_stage": {stage: as_float(amount) for stage, amount in cost.per_stage.items()},
    }


def _result(outcome: Result) -> dict[str, object]:
    return {
        "orders": outcome.orders,
        "revenue": as_float(outcome.revenue),
        "margin": as_float(outcome.margin),
        "profit": as_float(outcome.profit),
        "roi": as_float(outcome.roi),
        "break_even_orders": outcome.break_even_orders,
        "cac_gross": as_float(outcome.cac_gross),
        "cac_net": as_float(outcome.cac_net),
    }


def _touch(touch: TouchTally) -> dict[str, object]:
    return {
        "step": touch.step,
        "channel": touch.channel,
        "touches": touch.touches,
        "contacts": touch.people,
        "cost": as_float(touch.cost),
        "minutes": as_float(touch.minutes),
    }


def _objective(objective: Objective | None) -> dict[str, object] | None:
    if objective is None:
        return None
    return {
        "orders": objective.orders,
        "revenue": as_float(objective.revenue),
        "appointments": objective.appointments,
        "quotes": objective.quotes,
        "by": objective.by.isoformat() if objective.by else None,
        "checkpoints": [day.isoformat() for day in objective.checkpoints],
    }
