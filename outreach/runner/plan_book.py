"""What a command line names of the plan: objectives, actions, areas, lists, or why there is none.

And what is typed of a scope (`area Nord`, `product Tisane`) as the value it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.model.plan import Action, Area
from outreach.model.source import Source
from outreach.model.text import fold
from outreach.planning.objective import Objective, Scope, ScopeKind
from outreach.runner.segments import named
from outreach.segmentation.checking import understand
from outreach.segmentation.vocabulary import Vocabulary
from outreach.store.conditions import Selection, compile_condition
from outreach.store.objective_tallies import realised
from outreach.store.store import Store

_Named = TypeVar("_Named", Objective, Area, Source)


class NotInThePlan(OutreachError):
    """Nothing of that name is in the plan."""

    def __init__(self, what: Text, name: str, known: Iterable[str], see: Text) -> None:
        super().__init__(what, hint=did_you_mean(name, known) or see)


class NameTaken(WrongUsage):
    def __init__(self, name: str, hint: Text) -> None:
        super().__init__(Text("{name!r} is in the plan already", name=name), hint=hint)


class NoName(WrongUsage):
    def __init__(self) -> None:
        super().__init__(Text("an empty name says nothing"))


def proper_name(text: str) -> str:
    """A name as it is kept: without blanks around it. Raises `NoName`."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise NoName
    return name


def the_objective(store: Store, name: str) -> Objective:
    """The objective of that name, however it is cased. Raises `NotInThePlan`."""
    known = store.objectives.all()
    return _named(known, name, lambda: NotInThePlan(
        Text("there is no objective {name!r}", name=name), name, [one.name for one in known],
        Text("see: outreach plan objectives"),
    ))  # fmt: skip


def the_area(store: Store, name: str) -> Area:
    """The area of that name. Raises `NotInThePlan`."""
    known = store.market.areas()
    return _named(known, name, lambda: NotInThePlan(
        Text("there is no area {name!r}", name=name), name, [one.name for one in known],
        Text("see: outreach plan areas"),
    ))  # fmt: skip


def the_source(store: Store, name: str) -> Source:
    """The list of that name. Raises `NotInThePlan`."""
    known = store.sources.all()
    return _named(known, name, lambda: NotInThePlan(
        Text("there is no list {name!r}", name=name), name, [one.name for one in known],
        Text("note it with: outreach plan sources add NAME"),
    ))  # fmt: skip


def the_action(store: Store, named: str) -> Action:
    """The action of that number, or of that name where one has it. Raises `NotInThePlan`."""
    known = store.actions.all()
    found = [one for one in known if str(one.id) == named.strip()]
    found = found or [one for one in known if fold(one.name) == fold(named.strip())]
    if len(found) > 1:
        numbers = ", ".join(str(one.id) for one in found)
        raise WrongUsage(
            Text("several actions are called {name!r}", name=named),
            hint=Text("say its number: {numbers}", numbers=numbers),
        )
    if not found:
        raise NotInThePlan(
            Text("there is no action {name!r}", name=named), named, [one.name for one in known],
            Text("see: outreach plan actions"),
        )  # fmt: skip
    return found[0]


def _named(known: Sequence[_Named], name: str, missing: Callable[[], OutreachError]) -> _Named:
    for one in known:
        if fold(one.name) == fold(name.strip()):
            return one
    raise missing()


def free_name(known: Iterable[str], name: str, hint: Text) -> str:
    """A new name, as it is kept. Raises `NameTaken`, `NoName`."""
    name = proper_name(name)
    if any(fold(one) == fold(name) for one in known):
        raise NameTaken(name, hint)
    return name


# --- what an objective comes to --------------------------------------------------------------


def selection(store: Store, words: Vocabulary, expression: str, *, now: datetime) -> Selection:
    """Who an expression of the plan selects."""
    database = store.database
    return compile_condition(
        understand(expression, words), database, today=database.day_of(now), now=now,
        zone=database.zone,
    )  # fmt: skip


def measured(
    store: Store, words: Vocabulary, one: Objective, *, until: date, now: datetime
) -> Fraction | None:
    """What the base counts for an objective from its start to a day, with the baseline.

    None where nobody but a person can tell: another metric, a product, no start.
    """
    metric, scope = one.measured, one.scope
    if metric is None or one.start is None or until < one.start:
        return None
    who, campaign = None, None
    chain: tuple[str, ...] = ()
    match scope.kind if scope else None:
        case ScopeKind.PRODUCT:
            return None
        case ScopeKind.AREA:
            assert scope is not None
            who = selection(store, words, the_area(store, scope.name).expression, now=now)
        case ScopeKind.SEGMENT:
            assert scope is not None
            expression = words.segments[named(scope.name, words.segments)]
            who = selection(store, words, expression, now=now)
        case ScopeKind.CAMPAIGN:
            assert scope is not None
            launched = store.campaigns.look_up(scope.name, hidden_too=True)
            if launched is None:
                return one.baseline or Fraction(0)
            campaign, chain = launched.id, launched.definition.chain
    found = realised(
        store.database, metric, since=one.start, until=until, who=who, campaign=campaign,
        chain=chain,
    )  # fmt: skip
    return (one.baseline or 0) + found


def scope_of(
    *, area: str | None, product: str | None, segment: str | None, campaign: str | None
) -> Scope | None:
    """At most one of them says what an objective is about."""
    given = {
        ScopeKind.AREA: area, ScopeKind.PRODUCT: product, ScopeKind.SEGMENT: segment,
        ScopeKind.CAMPAIGN: campaign,
    }  # fmt: skip
    said = [Scope(kind, proper_name(name)) for kind, name in given.items() if name is not None]
    if len(said) > 1:
        raise WrongUsage(
            Text("an objective is about one area, product, segment or campaign"),
            hint=Text("make one objective of each"),
        )
    return said[0] if said else None
