"""The commercial action plan judged: terms, what is late, what was improvised, what it lacks.

Pure. An action is launched with something to offer and a precise objective, or not at all
(domain notes B8); one that was written down after it began, and a campaign that stands in no
action, were improvised (B6). Source of the contents of a plan: domain notes B6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from outreach.model.plan import Action, Term
from outreach.planning.objective import Objective, ObjectiveKind

#: Days from the writing down of an action to its beginning: up to them it is short or medium.
#: Ours, as no source fixes the words: a quarter and a year.
SHORT, MEDIUM = 92, 366


class ActionState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    #: Its last day has passed and it is not done, or its first day and its campaign is not there.
    LATE = "late"


class Flag(StrEnum):
    """What speaks against an action as it stands."""

    #: Not done by its last day.
    LATE = "late"
    #: Its first day has passed and its campaign is not launched.
    NOT_LAUNCHED = "not_launched"
    #: Written down after it had begun.
    IMPROVISED = "improvised"
    NO_OFFER = "no_offer"
    NO_OBJECTIVE = "no_objective"
    #: Its objective says no figure or no day.
    VAGUE_OBJECTIVE = "vague_objective"
    NO_DATES = "no_dates"
    NO_OWNER = "no_owner"
    OVER_BUDGET = "over_budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The campaign that carries an action out. Money is in units of the currency."""

    campaign: str
    launched_on: date
    offer: str | None
    over: bool
    cost: Decimal
    orders: int
    revenue: Decimal
    #: None where an order lacks its margin.
    profit: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An action, and what is to be said of it today."""

    action: Action
    created_on: date
    term: Term | None
    state: ActionState
    flags: tuple[Flag, ...]
    #: None: no campaign is named, or it is not launched.
    carried: Carried | None


def judge(
    action: Action,
    *,
    created_on: date,
    objective: Objective | None,
    carried: Carried | None,
    today: date,
) -> Judged:
    """The action as it stands on `today`."""
    state = _state(action, carried, today)
    return Judged(
        action=action,
        created_on=created_on,
        term=term_of(action, created_on),
        state=state,
        flags=tuple(_flags(action, created_on, objective, carried, today)),
        carried=carried,
    )


def term_of(action: Action, created_on: date) -> Term | None:
    """As somebody said it, else by how far ahead it was planned; None without days."""
    if action.term is not None or action.starts_on is None:
        return action.term
    ahead = (action.starts_on - created_on).days
    if ahead <= SHORT:
        return Term.SHORT
    return Term.MEDIUM if ahead <= MEDIUM else Term.LONG


def improvised(launched: Mapping[str, date], actions: Sequence[Action]) -> list[tuple[str, date]]:
    """Campaigns that stand in no action, with the day of their launch, the latest first."""
    planned = {action.campaign for action in actions}
    found = [(name, on) for name, on in launched.items() if name not in planned]
    return sorted(found, key=lambda pair: (pair[1], pair[0]), reverse=True)


def is_precise(objective: Objective) -> bool:
    """It says by when, and how much or by which sign."""
    sign = objective.metric or objective.note
    told = objective.target is not None or (
        objective.kind is ObjectiveKind.QUALITATIVE and sign is not None
    )
    return told and objective.deadline is not None


def by_project(plan: Sequence[Judged]) -> dict[tuple[str | None, str | None], list[Judged]]:
    """Objective → project → actions, in the order of their first day; without a name last."""
    found: dict[tuple[str | None, str | None], list[Judged]] = {}
    for one in plan:
        found.setdefault((one.action.objective, one.action.project), []).append(one)
    first = {key: place for place, key in enumerate(found)}
    ordered = sorted(found, key=lambda key: (key[0] is None, key[1] is None, first[key]))
    return {key: found[key] for key in _together(ordered)}


def _together(
    keys: Sequence[tuple[str | None, str | None]],
) -> list[tuple[str | None, str | None]]:
    """The projects of an objective one after the other."""
    objectives = list(dict.fromkeys(key[0] for key in keys))
    return [key for objective in objectives for key in keys if key[0] == objective]


def _state(action: Action, carried: Carried | None, today: date) -> ActionState:
    if action.done_at is not None:
        return ActionState.DONE
    if action.ends_on is not None and action.ends_on < today:
        return ActionState.LATE
    if carried is not None:
        return ActionState.UNDER_WAY
    if action.starts_on is None or action.starts_on > today:
        return ActionState.PLANNED
    if action.campaign is None:
        return ActionState.UNDER_WAY
    return ActionState.LATE if action.starts_on < today else ActionState.PLANNED


def _flags(
    action: Action,
    created_on: date,
    objective: Objective | None,
    carried: Carried | None,
    today: date,
) -> list[Flag]:
    open_ = action.done_at is None
    start, end = action.starts_on, action.ends_on
    offered = action.offer or (carried and carried.offer)
    spent = carried.cost if carried else None
    found = {
        Flag.LATE: open_ and end is not None and end < today,
        Flag.NOT_LAUNCHED: open_ and action.campaign is not None and carried is None
        and start is not None and start < today,
        Flag.IMPROVISED: start is not None and start < created_on,
        Flag.NO_OFFER: not offered,
        Flag.NO_OBJECTIVE: objective is None,
        Flag.VAGUE_OBJECTIVE: objective is not None and not is_precise(objective),
        Flag.NO_DATES: start is None or end is None,
        Flag.NO_OWNER: action.owner is None,
        Flag.OVER_BUDGET: spent is not None and action.budget is not None
        and spent > action.budget,
    }  # fmt: skip
    return [flag for flag, holds in found.items() if holds]
