"""How the action plan is told: as JSON, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from outreach.application import Application
from outreach.cli.document import show_section
from outreach.cli.output import say, wrap
from outreach.errors import Text
from outreach.evaluation.document import Cell, Column, Document, Section, Table, Unit
from outreach.model.plan import ActionStep, Term, Theme
from outreach.planning.actions import ActionState, Flag, Judged, by_project
from outreach.runner.plan_actions import ActionPlan

STATES: Mapping[ActionState, Text] = {
    ActionState.PLANNED: Text("planned"),
    ActionState.UNDER_WAY: Text("under way"),
    ActionState.DONE: Text("done"),
    ActionState.LATE: Text("late"),
}
TERMS: Mapping[Term, Text] = {
    Term.SHORT: Text("short term"),
    Term.MEDIUM: Text("medium term"),
    Term.LONG: Text("long term"),
}
THEMES: Mapping[Theme, Text] = {
    Theme.CONQUEST: Text("winning customers"),
    Theme.LOYALTY: Text("keeping customers"),
    Theme.MOTIVATION: Text("motivating sellers"),
    Theme.LAUNCH: Text("launching a product"),
}
FLAGS: Mapping[Flag, Text] = {
    Flag.LATE: Text("late: its last day has passed"),
    Flag.NOT_LAUNCHED: Text("late: its campaign is not launched"),
    Flag.IMPROVISED: Text("improvised: written down after it had begun"),
    Flag.NO_OFFER: Text("no offer: nothing to offer, no action"),
    Flag.NO_OBJECTIVE: Text("no objective"),
    Flag.VAGUE_OBJECTIVE: Text("its objective says no figure or no day"),
    Flag.NO_DATES: Text("no first or last day"),
    Flag.NO_OWNER: Text("nobody answers for it"),
    Flag.OVER_BUDGET: Text("it cost more than its budget"),
}


# --- as JSON ----------------------------------------------------------------------------------


def plan_data(parts: Application, plan: ActionPlan) -> dict[str, Any]:
    """For `--json`."""
    actions = [one for group in by_project(plan.actions).values() for one in group]
    carried = {one.carried.campaign: one.carried for one in actions if one.carried}
    return {
        "vision": plan.vision.text if plan.vision else None,
        "actions": [as_row(parts, one) for one in actions],
        "improvised": [{"campaign": name, "launched_on": day} for name, day in plan.improvised],
        "late": sum(one.state is ActionState.LATE for one in actions),
        "budget": sum((one.action.budget or Decimal(0) for one in actions), Decimal(0)),
        "cost": sum((one.cost for one in carried.values()), Decimal(0)),
        "revenue": sum((one.revenue for one in carried.values()), Decimal(0)),
    }


def as_row(parts: Application, one: Judged) -> dict[str, Any]:
    """One action for `--json`."""
    action, carried = one.action, one.carried
    return {
        "number": action.id,
        "name": action.name,
        "project": action.project,
        "objective": action.objective,
        "campaign": action.campaign,
        "theme": action.theme.value if action.theme else None,
        "offer": action.offer or (carried.offer if carried else None),
        "steps": [{"what": s.what, "on": s.on, "done": s.done} for s in action.steps],
        "owner": action.owner,
        "means": action.means,
        "with": list(action.partners),
        "budget": action.budget,
        "start": action.starts_on,
        "end": action.ends_on,
        "term": one.term.value if one.term else None,
        "written_on": one.created_on,
        "done_at": action.done_at and action.done_at.astimezone(parts.settings.zone),
        "result": action.result,
        "state": one.state.value,
        "flags": [flag.value for flag in one.flags],
        "actual": {
            "launched_on": carried.launched_on, "cost": carried.cost, "orders": carried.orders,
            "revenue": carried.revenue, "profit": carried.profit,
        } if carried else None,
    }  # fmt: skip


# --- as sections ------------------------------------------------------------------------------


def document(parts: Application, plan: ActionPlan, *, whole: bool = False) -> Document:
    """The plan as a report: a section for each project, and one for what is to be mended.

    `whole`: with all that an action says, for a file that is wide enough.
    """
    sections, told = [], _told_beside(plan.actions)
    for place, ((objective, project), group) in enumerate(by_project(plan.actions).items()):
        title = _title(objective, project)
        table = _table(parts, f"actions{place}", title, group, told, whole=whole)
        sections.append(Section(key=f"project{place}", title=title, tables=(table,)))
    notes = tuple(_remarks(plan))
    if notes:
        sections.append(Section(key="remarks", title=Text("To be looked at"), notes=notes))
    vision = plan.vision
    return Document(
        title=Text("Commercial action plan"),
        subtitle=Text("as of {day}", day=parts.today()),
        headline=(Text("Vision: {text}", text=vision.text),) if vision else (),
        sections=tuple(sections),
    )


def _title(objective: str | None, project: str | None) -> Text:
    if objective and project:
        return Text("{objective}: {project}", objective=objective, project=project)
    if objective or project:
        return Text("{name}", name=objective or project)
    return Text("Without an objective or a project")


def _told_beside(actions: Sequence[Judged]) -> set[int | None]:
    """The actions beside which figures of campaigns stand: of each campaign the first one.

    A campaign that carries several is in every sum once, over projects too.
    """
    found: dict[str, int | None] = {}
    for group in by_project(actions).values():
        for one in group:
            if one.carried is not None:
                found.setdefault(one.carried.campaign, one.action.id)
    return set(found.values())


def _table(
    parts: Application,
    key: str,
    title: Text,
    group: list[Judged],
    told: set[int | None],
    *,
    whole: bool,
) -> Table:
    columns = [
        Column(key="number", title=Text("no."), unit=Unit.TEXT),
        Column(key="action", title=Text("action"), unit=Unit.TEXT),
        Column(key="owner", title=Text("who"), unit=Unit.TEXT),
        Column(key="start", title=Text("begins"), unit=Unit.DATE),
        Column(key="end", title=Text("ends"), unit=Unit.DATE),
        Column(key="state", title=Text("state"), unit=Unit.TEXT),
        Column(key="budget", title=Text("budget"), unit=Unit.MONEY, total="sum"),
    ]
    if any(one.carried for one in group):
        columns += [
            Column(key="cost", title=Text("cost"), unit=Unit.MONEY, total="sum"),
            Column(key="orders", title=Text("orders"), unit=Unit.COUNT, total="sum"),
            Column(key="revenue", title=Text("revenue"), unit=Unit.MONEY, total="sum"),
        ]
    if whole:
        columns += [
            Column(key=key_, title=title_, unit=Unit.TEXT)
            for key_, title_ in (
                ("theme", Text("theme")), ("term", Text("term")), ("offer", Text("offer")),
                ("steps", Text("steps")), ("means", Text("means")), ("with", Text("with whom")),
                ("campaign", Text("campaign")), ("result", Text("result")),
            )
        ]  # fmt: skip
    rows = tuple(_cells(parts, one, told) for one in group)
    again = any(one.carried and one.action.id not in told for one in group)
    basis = Text("a campaign of several actions: its figures stand beside the first action")
    return Table(
        key=key, title=title, columns=tuple(columns), rows=rows, basis=basis if again else None
    )


def _cells(parts: Application, one: Judged, told: set[int | None]) -> dict[str, Cell]:
    action, carried = one.action, one.carried if one.action.id in told else None
    known = parts.settings.team.get(action.owner or "")
    return {
        "number": str(action.id),
        "action": action.name,
        "owner": known.name if known else action.owner or "–",
        "start": action.starts_on,
        "end": action.ends_on,
        "state": STATES[one.state],
        "budget": action.budget,
        "cost": carried.cost if carried else None,
        "orders": carried.orders if carried else None,
        "revenue": carried.revenue if carried else None,
        "theme": THEMES[action.theme] if action.theme else "",
        "term": TERMS[one.term] if one.term else "",
        "offer": action.offer or (one.carried.offer if one.carried else None) or "",
        "steps": "; ".join(_step(parts, step) for step in action.steps),
        "means": action.means or "",
        "with": ", ".join(action.partners),
        "campaign": action.campaign or "",
        "result": action.result or "",
    }


def _step(parts: Application, step: ActionStep) -> str:
    when = f" ({parts.language.write(step.on)})" if step.on else ""
    return f"{'✓ ' if step.done else ''}{step.what}{when}"


def _remarks(plan: ActionPlan) -> list[Text]:
    lines = [
        Text("{number} {name}: {what}", number=one.action.id, name=one.action.name,
             what=FLAGS[flag])
        for one in plan.actions for flag in one.flags
    ]  # fmt: skip
    lines += [
        Text("campaign {name}, launched on {day}: improvised, it stands in no action",
             name=name, day=day)
        for name, day in plan.improvised
    ]  # fmt: skip
    return lines


# --- as text ----------------------------------------------------------------------------------


def print_plan(parts: Application, plan: ActionPlan, files: Mapping[str, str]) -> None:
    """The plan on the terminal."""
    whole = document(parts, plan)
    for sentence in whole.headline:
        say(parts, sentence)
    for section in whole.sections:
        show_section(parts, section)
    if not plan.actions:
        say(parts, Text("The plan has no action: outreach plan actions add NAME …"))
    for path in files.values():
        say(parts, Text("written: {path}", path=path))


def print_action(parts: Application, one: Judged) -> None:
    """One action with all that it says."""
    action, carried = one.action, one.carried
    wrap(f"{action.id}  {action.name}", rest="   ")
    for line in about(parts, one):
        wrap(parts.language.say(line), first="   ", rest="     ")
    for place, step in enumerate(action.steps, start=1):
        wrap(f"{place}. {_step(parts, step)}", first="   ", rest="      ")
    if carried:
        money = parts.language.money
        line = Text(
            "campaign {name}: cost {cost}, {orders} orders, revenue {revenue}",
            name=carried.campaign, cost=money(carried.cost, parts.settings.currency),
            orders=carried.orders, revenue=money(carried.revenue, parts.settings.currency),
        )  # fmt: skip
        wrap(parts.language.say(line), first="   ", rest="     ")
    for flag in one.flags:
        wrap(parts.language.say(FLAGS[flag]), first=" ! ", rest="   ")


def about(parts: Application, one: Judged) -> list[Text]:
    """What an action says of itself, a line each."""
    action = one.action
    offer = action.offer or (one.carried.offer if one.carried else None)
    known = parts.settings.team.get(action.owner or "")
    budget = action.budget
    amount = None if budget is None else parts.language.money(budget, parts.settings.currency)
    found: list[tuple[object, Text]] = [
        (True, Text("state: {state}", state=STATES[one.state])),
        (action.project, Text("project: {name}", name=action.project)),
        (action.objective, Text("objective: {name}", name=action.objective)),
        (action.theme, THEMES[action.theme] if action.theme else Text("")),
        (offer, Text("offer: {text}", text=offer)),
        (action.owner, Text("for {name}", name=known.name if known else action.owner)),
        (action.means, Text("means: {text}", text=action.means)),
        (action.partners, Text("with {names}", names=", ".join(action.partners))),
        (amount, Text("budget: {amount}", amount=amount)),
        (action.starts_on and action.ends_on,
         Text("from {start} to {end}", start=action.starts_on, end=action.ends_on)),
        (one.term, TERMS[one.term] if one.term else Text("")),
        (action.result, Text("result: {text}", text=action.result)),
    ]  # fmt: skip
    return [line for holds, line in found if holds]
