"""One campaign's report as text, 80 columns wide: each figure with how it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from outreach.application import Application
from outreach.cli import output
from outreach.errors import Plural, Text
from outreach.evaluation.chain import share
from outreach.evaluation.comparison import outcome_of
from outreach.evaluation.intervals import Interval
from outreach.evaluation.report import Report
from outreach.evaluation.verdict import Verdict

#: A line of a list: what, how much, and how it is counted.
Row = tuple[Text, str, Text | None]

#: The widest bar, in characters.
BAR = 10

#: Below this p a difference is taken for more than chance.
SIGNIFICANT = 0.05


def show_report(parts: Application, one: Report) -> None:
    """One campaign's report as text, 80 columns wide."""
    title = f"{one.campaign} · {one.title}" if one.title else one.campaign
    output.say(parts, title)
    output.say(
        parts,
        Text(
            "{enrolled} enrolled, {control} in the control group",
            enrolled=one.enrolled,
            control=one.control,
        ),
    )
    for part in (_chain, _ratios, _cost, _result, _objective, _variants, _lift):
        part(parts, one)
    output.say(parts)
    for note in one.notes:
        output.say(parts, note)
    output.say(parts, _verdict(parts, one))


# --- the parts of one report ------------------------------------------------------------------


def _chain(parts: Application, one: Report) -> None:
    first = one.chain[0]
    headers = (
        Text("stage"),
        Text("people"),
        Text("of previous"),
        Text("of {stage}", stage=stage_word(first.stage)),
        Text("95 % sure"),
        Text("share"),
    )
    rows = [
        (
            parts.language.say(stage_word(link.stage)),
            str(link.contacts),
            percent(parts, link.from_previous),
            percent(parts, link.from_first),
            "" if link is first else _range(parts, link.interval),
            _bar(link.from_first),
        )
        for link in one.chain
    ]
    _heading(parts, Text("The chain (distinct people who came that far or further)"))
    output.table(parts, headers, rows, right=(1, 2, 3))


def _ratios(parts: Application, one: Report) -> None:
    tally, found = one.tally, one.ratios
    prospects, on_file = tally.prospects_contacted, tally.prospects_on_file
    of_all = Text("{part} of {whole} people contacted", part=prospects, whole=tally.contacted)
    coverage = Text(
        "{part} of {whole} prospects on file",
        part=prospects,
        whole="?" if on_file is None else on_file,
    )
    interested = Text(
        "{part} of {whole} prospects contacted", part=tally.prospects_interested, whole=prospects
    )
    won = Text("{part} of {whole} prospects contacted", part=tally.prospects_won, whole=prospects)
    rows: list[Row] = [
        (Text("prospecting share"), percent(parts, found.prospecting_share), of_all),
        (Text("prospect coverage"), percent(parts, found.prospect_coverage), coverage),
        (Text("interested rate"), percent(parts, found.interested_rate), interested),
        (Text("success rate"), percent(parts, found.success_rate), won),
    ]
    _list(parts, Text("Ratios (people, not attempts)"), rows)


def _cost(parts: Application, one: Report) -> None:
    rows: list[Row] = [
        (
            Text("{step}", step=touch.step) if touch.step else Text("other touches"),
            money(parts, touch.cost),
            Plural("{count} attempt", "{count} attempts", touch.touches),
        )
        for touch in one.touches
    ]
    budget = None
    if one.budget is not None:
        budget = Text("budget {amount}", amount=money(parts, one.budget))
    rows += [
        (Text("fixed costs"), money(parts, one.cost.fixed), None),
        (Text("total"), money(parts, one.cost.total), budget),
        (Text("per person contacted"), money(parts, one.cost.per_contact), None),
    ]
    for link in one.chain[1:]:
        name = Text("per person at: {stage}", stage=stage_word(link.stage))
        rows.append((name, money(parts, one.cost.per_stage[link.stage]), None))
    _list(parts, Text("Cost"), rows)


def _result(parts: Application, one: Report) -> None:
    found = one.result
    needed = "–" if found.break_even_orders is None else str(found.break_even_orders)
    rows: list[Row] = [
        (Text("orders"), str(found.orders), None),
        (Text("revenue"), money(parts, found.revenue), None),
        (Text("margin"), money(parts, found.margin), None),
        (Text("profit"), money(parts, found.profit), Text("margin − cost")),
        (Text("return on cost"), percent(parts, found.roi), Text("profit ÷ cost")),
        (Text("orders to break even"), needed, Text("cost ÷ mean margin of an order")),
        (
            Text("cost of a new customer"),
            money(parts, found.cac_gross),
            Text("cost ÷ new customers"),
        ),
        (
            Text("the same, margin deducted"),
            money(parts, found.cac_net),
            Text("(cost − margin) ÷ new customers"),
        ),
    ]
    _list(parts, Text("Result"), rows)


def _objective(parts: Application, one: Report) -> None:
    goal = one.objective
    if goal is None:
        return
    at = {link.stage: link.contacts for link in one.chain}
    rows: list[Row] = []
    if goal.orders:
        rows.append(_towards(parts, Text("orders"), one.result.orders, goal.orders))
    if goal.revenue:
        share = Fraction(one.result.revenue) / Fraction(goal.revenue)
        whole = Text("of {whole}", whole=money(parts, goal.revenue))
        rows.append((Text("revenue"), percent(parts, share), whole))
    if goal.appointments:
        held = at.get("appointment", 0)
        rows.append(_towards(parts, Text("appointments"), held, goal.appointments))
    title = Text("Objective by {day}", day=goal.by) if goal.by else Text("Objective")
    _list(parts, title, rows)


def _towards(parts: Application, name: Text, done: int, goal: int) -> Row:
    basis = Text("{part} of {whole}", part=done, whole=goal)
    return (name, percent(parts, Fraction(done, goal)), basis)


def _variants(parts: Application, one: Report) -> None:
    if not one.variants:
        return
    stages = [link.stage for link in one.chain]
    last = stages.index(outcome_of(stages))
    headers = (
        Text("step"),
        Text("variant"),
        Text("people"),
        stage_word(stages[0]),
        stage_word(stages[last]),
        Text("of people"),
    )
    rows = [
        (
            variant.step,
            variant.variant,
            str(variant.enrolled),
            str(variant.chain[0].contacts),
            str(variant.chain[last].contacts),
            percent(parts, share(variant.chain[last].contacts, variant.enrolled)),
        )
        for variant in one.variants
    ]
    _heading(parts, Text("Variants"))
    output.table(parts, headers, rows, right=(2, 3, 4, 5))


def _lift(parts: Application, one: Report) -> None:
    if not one.lift:
        return
    say = parts.language.say
    headers = (
        Text("groups"),
        Text("difference"),
        Text("95 % sure"),
        Text("p"),
        Text("verdict"),
    )
    rows = [
        (
            f"{_arm(parts, lift.arm)} − {_arm(parts, lift.against)}",
            percent(parts, lift.difference),
            _range(parts, lift.interval),
            parts.language.write(round(Decimal(lift.p), 3)),
            say(Text("cannot tell yet") if lift.p >= SIGNIFICANT else Text("more than chance")),
        )
        for lift in one.lift
    ]
    outcome = stage_word(one.lift[0].outcome)
    _heading(parts, Text("Differences of rates: {stage}, of all people", stage=outcome))
    output.table(parts, headers, rows, right=(1, 3))


def _arm(parts: Application, name: str) -> str:
    """A group as the reader calls it; a variant keeps its name."""
    return parts.language.say(_ARMS[name]) if name in _ARMS else name


def _verdict(parts: Application, one: Report) -> Text:
    amount = money(parts, abs(one.result.profit or Decimal(0)))
    match one.verdict:
        case Verdict.RENEW:
            return Text("Verdict: it brought {amount} more than it cost: renew it.", amount=amount)
        case Verdict.CHANGE:
            return Text("Verdict: it cost {amount} more than it brought: change it.", amount=amount)
        case Verdict.EVEN:
            return Text("Verdict: it paid for itself, no more.")
        case Verdict.OPEN if one.result.orders:
            return Text("Verdict: open, the margin of some orders is missing.")
        case Verdict.OPEN:
            return Text("Verdict: open, no order has come in yet.")


# --- words and numbers ------------------------------------------------------------------------

_STAGES = {
    "contacted": Text("contacted"),
    "replied": Text("replied"),
    "appointment": Text("appointment"),
    "quote": Text("quote"),
    "order": Text("order"),
}
_ONE_PERCENT = Fraction(1, 100)
_ARMS = {"enrolled": Text("enrolled"), "control": Text("control")}


def stage_word(stage: str) -> Text:
    """A stage as the reader calls it; a campaign's own stages keep their name."""
    return _STAGES.get(stage) or Text("{stage}", stage=stage)


def _heading(parts: Application, title: Text) -> None:
    output.say(parts)
    output.say(parts, title)


def _list(parts: Application, title: Text, rows: Sequence[Row]) -> None:
    """A title, then a line per row: the name, the figure on the right, how it is counted."""
    if not rows:
        return
    say = parts.language.say
    _heading(parts, title)
    for name, figure, basis in rows:
        line = f"  {say(name):<28} {figure:>13}   {say(basis) if basis else ''}"
        output.say(parts, line.rstrip())


def _bar(rate: Fraction | None) -> str:
    """A bar as long as the rate; anything above 0 shows."""
    if not rate:
        return ""
    return "█" * round(rate * BAR) or "▏"


def _range(parts: Application, interval: Interval | None) -> str:
    if interval is None:
        return ""
    low, high = (parts.language.percent(bound) for bound in (interval.low, interval.high))
    return f"{low} … {high}"


def percent(parts: Application, rate: Fraction | None) -> str:
    """A rate with one digit after the sign; two below 1 %, where mailings live."""
    if rate is None:
        return parts.language.percent(None)
    return parts.language.percent(float(rate), digits=2 if 0 < abs(rate) < _ONE_PERCENT else 1)


def money(parts: Application, amount: Decimal | Fraction | None) -> str:
    if amount is None:
        return "–"
    if isinstance(amount, Fraction):
        amount = Decimal(amount.numerator) / amount.denominator
    return parts.language.money(amount, parts.settings.currency)
