"""One campaign's report as people read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from outreach.application import Application, Options
from outreach.cli.one_report import show_report
from outreach.evaluation.report import report
from outreach.model.campaign import AudienceRule, Campaign, Channel, Objective, Step, Variant
from outreach.model.tally import ArmTally, CampaignTally, OrderTally, TouchTally, VariantTally

CHAIN = ("contacted", "appointment", "quote", "order")
CAMPAIGN = Campaign(
    name="open-day",
    title="Portes ouvertes",
    audience=AudienceRule(where="true"),
    steps=(
        Step(name="letter", channel=Channel.LETTER, variants=(Variant("warm"), Variant("short"))),
    ),
    chain=CHAIN,
    fixed_costs={"design": Decimal(200)},
    budget=Decimal(800),
    objective=Objective(orders=10, revenue=Decimal(60_000), by=date(2027, 6, 30)),
)
TALLY = CampaignTally(
    chain=CHAIN,
    enrolled=ArmTally(520, {"contacted": 450, "appointment": 40, "quote": 5, "order": 5}),
    control=ArmTally(50, {"order": 1}),
    variants=(
        VariantTally("letter", "warm", ArmTally(260, {"contacted": 246, "order": 4})),
        VariantTally("letter", "short", ArmTally(260, {"contacted": 249, "order": 1})),
    ),
    prospects_contacted=400,
    customers_contacted=100,
    prospects_interested=30,
    prospects_won=4,
    prospects_on_file=1600,
    touches=(
        TouchTally(step="letter", channel="letter", touches=520, people=500, cost=Decimal(400)),
    ),
    orders=OrderTally(orders=5, revenue=Decimal(5000), margin=Decimal(1500)),
)


def shown(
    folder: Path, capsys: pytest.CaptureFixture[str], tally: CampaignTally, locale: str = "en_GB"
) -> str:
    (folder / "outreach.yaml").write_text(f"locale: {locale}\n", encoding="utf-8")
    parts = Application(Options(config=str(folder / "outreach.yaml")))
    show_report(parts, report(CAMPAIGN, tally))
    return capsys.readouterr().out


def test_every_figure_stands_with_how_it_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [" ".join(line.split()) for line in shown(tmp_path, capsys, TALLY).splitlines()]
    for line in (
        "open-day · Portes ouvertes",
        "520 enrolled, 50 in the control group",
        "Verdict: renew it",
        "contacted 500 – 100% – – ██████████",
        "appointment 50 10% 10% 7.7% 12.9% █",
        "order 5 50% 1% 0.43% 2.3% ▏",
        "prospecting share 80% 400 500 prospects contacted ÷ people contacted",
        "prospect coverage 25% 400 1,600 prospects contacted ÷ prospects on file",
        "success rate 1% 4 400 new customers ÷ prospects contacted",
        "letter 520 0 0 €400.00",
        "total 520 0 0 €600.00",
        "person contacted 500 €600.00 €1.20",
        "quote 10 €600.00 €60.00",
        "profit €900.00 margin − cost, never revenue − cost",
        "return on cost 150% profit ÷ cost",
        "budget €800.00 as the campaign states it",
        "variance -€200.00 actual − budget: favourable",
    ):
        assert line in lines


@pytest.mark.parametrize("locale", ["en_GB", "fr_FR"])
def test_it_fits_80_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], locale: str
) -> None:
    text = shown(tmp_path, capsys, TALLY, locale)
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_missing_margins_leave_the_verdict_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = replace(TALLY.orders, without_margin=2)
    text = shown(tmp_path, capsys, replace(TALLY, orders=orders))
    assert "2 orders of 5 have no margin: profit is not known" in text
    assert "Verdict: open" in text


def test_before_anything_happened_rates_are_dashes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(tmp_path, capsys, CampaignTally(chain=CHAIN))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "success rate – 0 0 new customers ÷ prospects contacted" in lines
    assert "Verdict: open" in lines
