"""The key `portfolio` of outreach.yaml."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import Field

from outreach.errors import Text
from outreach.files.shapes import Count, Money, Number, Shape, Whole, choice, one_of, scalar, schema
from outreach.files.values import Unreadable, read_rate
from outreach.model.life import LifeRules
from outreach.model.portfolio import Boundary, Monetary, PortfolioRules

#: More scores than that make cells of one customer each.
_MOST_CLASSES = 10


def _read_part(text: str) -> Fraction:
    """A share of a whole, up to all of it: `80%` or `0.8`."""
    rate = read_rate(text)
    if not 0 <= rate <= 1:
        raise Unreadable(
            Text("{text!r} is not a share", text=text.strip()), Text("write it 80% or 0.8")
        )
    return rate


def _read_classes(text: str) -> int:
    from outreach.files.values import read_whole

    count = read_whole(text, least=2)
    if count > _MOST_CLASSES:
        raise Unreadable(
            Text("{count} classes are too many", count=count),
            Text("from 2 to {most}", most=_MOST_CLASSES),
        )
    return count


Part = Annotated[Fraction, scalar(_read_part), schema("number", "string", minimum=0, maximum=1)]
Classes = Annotated[
    int, scalar(_read_classes), schema("integer", "string", minimum=2, maximum=_MOST_CLASSES)
]
_BOUNDARIES = tuple(one.value for one in Boundary)
_MONETARIES = tuple(one.value for one in Monetary)


class PortfolioShape(Shape):
    called: ClassVar[Text] = Text("portfolio")

    lost_after: Count | None = Field(
        None, description="Days without an order after which a customer is lost (730)."
    )
    new_for: Count | None = Field(
        None, description="Days after the first order for which a customer is new (183)."
    )
    lost_gaps: Number | None = Field(
        None, description="His usual gaps between orders without one: lost (3)."
    )
    declining_gaps: Number | None = Field(
        None, description="His usual gaps between orders without one: declining (1.5)."
    )
    decline: Part | None = Field(
        None, description="Turnover of a year down by more than that: declining (20%)."
    )
    growth: Part | None = Field(
        None, description="Turnover of a year up by more than that: developing (20%)."
    )
    regular: Count | None = Field(
        None, description="Fewer orders a year, without a usual gap: episodic (2)."
    )
    prospect: Annotated[str, one_of(*_BOUNDARIES), choice(*_BOUNDARIES)] | None = Field(
        None, description="Who is a prospect: everybody on_file, or once contacted."
    )
    prospects: Count | None = Field(None, description="Fewer prospects are too few.")
    turnover: Money | None = Field(None, description="Turnover you expect of a year.")
    basket: Money | None = Field(None, description="Turnover of a receipt, else measured.")
    orders_per_year: Number | None = Field(
        None, description="Orders of a customer in a year, else measured."
    )
    potential_customers: Count | None = Field(
        None, description="All who could be customers: the base of penetration."
    )
    margin_rate: Part | None = Field(
        None, description="Margin ÷ turnover, where no order has its margin."
    )
    discount: Part | None = Field(None, description="A year's discount of money to come (10%).")
    years: Count | None = Field(None, description="Years looked ahead (3).")
    a: Part | None = Field(None, description="Share of turnover of class A (80%).")
    b: Part | None = Field(None, description="Share of turnover of classes A and B (95%).")
    classes: Classes | None = Field(None, description="Scores of each letter of RFM (5).")
    monetary: Annotated[str, one_of(*_MONETARIES), choice(*_MONETARIES)] | None = Field(
        None, description="The M of RFM: sum of the amounts, or their average."
    )
    declining: Part | None = Field(
        None, description="Share of declining customers that asks for more effort (25%)."
    )
    win_back: Part | None = Field(
        None, description="Share of the lost who come back when asked, else measured."
    )
    win_back_cost: Money | None = Field(None, description="What asking one of them costs.")
    quiet: Count | None = Field(
        None, description="Days without a touch after which prospecting has stopped (30)."
    )
    start_up: Whole | None = Field(None, description="Months at the start without an alarm (12).")


def rules_of(shape: PortfolioShape | None) -> PortfolioRules:
    """What the settings state; the noun knows what holds for the rest."""
    said: dict[str, Any] = {key: value for key, value in shape or () if value is not None}
    life = {one.name: said.pop(one.name) for one in fields(LifeRules) if one.name in said}
    for name in ("lost_gaps", "declining_gaps"):
        if name in life:
            life[name] = Fraction(life[name])
    if "prospect" in said:
        said["prospect"] = Boundary(said["prospect"])
    if "monetary" in said:
        said["monetary"] = Monetary(said["monetary"])
    return PortfolioRules(life=LifeRules(**life), **said)
