"""One campaign's report and the fixed keys of its JSON form."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from outreach.evaluation.experiment import experiment
from outreach.evaluation.report import Report, as_json, report
from outreach.evaluation.verdict import Verdict
from outreach.model.audience import Arm
from outreach.model.campaign import AudienceRule, Campaign, Channel, Objective, Step, Variant
from outreach.model.experiment import Cell, ExperimentTally
from outreach.model.tally import ArmTally, CampaignTally, OrderTally, TouchTally, VariantTally

CHAIN = ("contacted", "appointment", "quote", "order")
LETTER = Step(
    name="letter", channel=Channel.LETTER, variants=(Variant("warm"), Variant("business"))
)
CAMPAIGN = Campaign(
    name="open-day",
    audience=AudienceRule(where="true"),
    steps=(LETTER,),
    chain=CHAIN,
    fixed_costs={"design": Decimal(200)},
    budget=Decimal(500),
    objective=Objective(orders=5, revenue=Decimal(60_000), by=date(2027, 6, 30)),
)
TALLY = CampaignTally(
    chain=CHAIN,
    enrolled=ArmTally(500, {"contacted": 450, "appointment": 40, "quote": 5, "order": 5}),
    control=ArmTally(50, {"order": 0}),
    variants=(
        VariantTally("letter", "business", ArmTally(250, {"contacted": 249, "order": 1})),
        VariantTally("letter", "warm", ArmTally(250, {"contacted": 246, "order": 4})),
    ),
    prospects_contacted=500,
    prospects_interested=50,
    prospects_won=5,
    prospects_on_file=2000,
    touches=(
        TouchTally(step="letter", channel="letter", touches=500, people=500, cost=Decimal(400)),
    ),
    orders=OrderTally(orders=5, revenue=Decimal(5000), margin=Decimal(1500)),
)


#: The people of `TALLY` as they were drawn: 5 of 500 enrolled ordered, nobody of 50 in control.
DRAWN = ExperimentTally(
    chain=CHAIN,
    steps=("letter",),
    cells=(
        Cell(arm=Arm.CONTROL, variants=(None,), people=50),
        Cell(arm=Arm.ENROLLED, variants=("business",), rank=0, people=249),
        Cell(arm=Arm.ENROLLED, variants=("business",), rank=3, orders=1, people=1),
        Cell(arm=Arm.ENROLLED, variants=("warm",), rank=0, people=246),
        Cell(arm=Arm.ENROLLED, variants=("warm",), rank=3, orders=1, people=4),
    ),
)


def made(tally: CampaignTally = TALLY) -> Report:
    return report(CAMPAIGN, tally, experiment(DRAWN, CAMPAIGN) if tally is TALLY else None)


def test_json_holds_the_fixed_keys_with_plain_numbers() -> None:
    data = json.loads(json.dumps(as_json(made())))
    assert (data["campaign"], data["enrolled"], data["control"]) == ("open-day", 500, 50)
    assert [link["contacts"] for link in data["chain"]] == [500, 50, 10, 5]
    assert set(data["chain"][0]) == {
        "stage",
        "contacts",
        "from_previous",
        "from_first",
        "low",
        "high",
    }
    assert data["chain"][0]["from_previous"] is None
    assert data["chain"][3]["from_previous"] == 0.5
    assert data["chain"][3]["from_first"] == 0.01
    assert data["ratios"] == {
        "prospecting_share": 1.0,
        "prospect_coverage": 0.25,
        "interested_rate": 0.1,
        "success_rate": 0.01,
    }
    assert data["cost"]["total"] == 600
    assert data["cost"]["per_contact"] == 1.2
    assert data["cost"]["per_stage"] == {
        "contacted": 1.2,
        "appointment": 12,
        "quote": 60,
        "order": 120,
    }
    assert (data["orders"], data["revenue"], data["margin"]) == (5, 5000, 1500)
    assert (data["profit"], data["roi"], data["break_even_orders"]) == (900, 1.5, 2)
    assert (data["cac_gross"], data["cac_net"]) == (120, -180)
    assert data["objective"]["by"] == "2027-06-30"
    assert set(data["lift"][0]) >= {"arm", "outcome", "difference", "low", "high", "p"}


def test_variants_stand_in_the_order_of_the_campaigns_file() -> None:
    """The first written is the one the others are compared with."""
    data = json.loads(json.dumps(as_json(made())))
    assert [(v["variant"], v["enrolled"]) for v in data["variants"]] == [
        ("warm", 250),
        ("business", 250),
    ]
    assert [(one["arm"], one["difference"]) for one in data["lift"]] == [
        ("enrolled", 0.01),
        ("business", -0.012),
        ("warm", 0.016),
        ("business", 0.004),
    ]


def test_an_exceeded_budget_and_missing_margins_are_told() -> None:
    tally = CampaignTally(
        chain=CHAIN,
        enrolled=ArmTally(10, {"order": 2}),
        touches=(
            TouchTally(step="letter", channel="letter", touches=9, people=9, cost=Decimal(400)),
        ),
        orders=OrderTally(orders=2, margin=Decimal(5), without_amount=2, without_margin=1),
    )
    assert [str(note) for note in made(tally).notes] == [
        "1 order of 2 has no margin: profit is not known",
        "2 orders of 2 have no amount: revenue is higher than shown",
        "how many prospects were on file at launch is not known",
        "the budget is exceeded by 100.00 EUR",
    ]
    assert made(tally).verdict is Verdict.OPEN


def test_the_verdict_follows_the_profit() -> None:
    def verdict(margin: int, orders: int = 1) -> Verdict:
        tally = CampaignTally(chain=CHAIN, orders=OrderTally(orders=orders, margin=Decimal(margin)))
        return made(tally).verdict

    assert verdict(201) is Verdict.RENEW
    assert verdict(200) is Verdict.EVEN
    assert verdict(199) is Verdict.CHANGE
    assert verdict(0, orders=0) is Verdict.OPEN


def test_a_campaign_in_which_nothing_happened_yet_has_a_report() -> None:
    data = as_json(made(CampaignTally(chain=CHAIN)))
    assert data["roi"] == -1
    assert data["lift"] == []
    json.dumps(data)
