"""How groups, findings and a p are called in the report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from outreach.errors import Text
from outreach.evaluation.comparison import CONTROL, ENROLLED, Finding, Pair

ARMS = {ENROLLED: Text("enrolled"), CONTROL: Text("control")}
OUTCOMES = {
    "contacted": Text("contacted"),
    "replied": Text("replied"),
    "appointment": Text("appointment"),
    "quote": Text("quote"),
    "order": Text("order"),
}
FINDINGS = {
    Finding.BETTER: Text("better"),
    Finding.WORSE: Text("worse"),
    Finding.CANNOT_TELL: Text("cannot tell"),
    Finding.NOT_BY_LOT: Text("not by lot"),
}
TRAITS = {
    "kind": Text("kind"),
    "source": Text("source"),
    "stratum": Text("stratum"),
    "segment": Text("segment"),
}


def outcome(stage: str) -> Text:
    return OUTCOMES.get(stage) or Text("{stage}", stage=stage)


def group_name(name: str, step: str | None) -> Text:
    if step is None:
        return ARMS.get(name) or Text("{name}", name=name)
    return Text("{step}: {name}", step=step, name=name)


def pair_name(pair: Pair) -> Text:
    one, other = pair.one, pair.other
    against = ARMS[other.name] if other.step is None else Text("{name}", name=other.name)
    return Text("{one} − {other}", one=group_name(one.name, one.step), other=against)


def counted(people: Mapping[str, int]) -> Text:
    """Groups with their people: `enrolled 480, control 120`."""
    told = [Text("{name} {people}", name=ARMS.get(name) or name, people=Decimal(number))
            for name, number in people.items()]  # fmt: skip
    said = told[0]
    for one in told[1:]:
        said = Text("{first}, {second}", first=said, second=one)
    return said


def p_text(p: float | None) -> Text:
    """A p with three digits; below them it is only known to be small."""
    if p is None:
        return Text("–")
    if p < 0.001:
        return Text("< {least}", least=Decimal("0.001"))
    return Text("{p}", p=Decimal(str(round(p, 3))))
