"""`plan actions`: the commercial action plan (PAC): who does what, with which means, until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Group
from outreach.cli.output import show
from outreach.cli.plan_values import NOTHING, changed, coming_day_of, member
from outreach.cli.report_files import check_endings
from outreach.errors import Plural, Text, WrongUsage
from outreach.model.plan import Action, ActionStep, Term, Theme
from outreach.runner.plan_book import proper_name, the_action, the_objective


@click.group("actions", cls=Group, default="list")
def plan_actions() -> None:
    """The commercial action plan: objectives, projects, actions; what is late or improvised."""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """What an action says, for `add` and `edit`."""
    for option in reversed(
        (
            click.option("--project", metavar="NAME", help="The part of the strategy."),
            click.option("--objective", metavar="NAME", help="The objective it serves."),
            click.option("--campaign", metavar="NAME", help="The campaign that carries it out."),
            click.option("--theme", type=click.Choice([one.value for one in Theme]),
                         help="What it is for."),
            click.option("--offer", metavar="TEXT", help="What is offered."),
            click.option("--step", "steps", metavar="TEXT", multiple=True,
                         help="A step, with its day before it or without; several may be given."),
            click.option("--owner", metavar="SELLER", help="Who answers for it."),
            click.option("--means", metavar="TEXT", help="With what."),
            click.option("--with", "partners", metavar="NAME", multiple=True,
                         help="With whom; several may be given."),
            click.option("--budget", metavar="X", help="What it may cost."),
            click.option("--start", metavar="DATE", help="Its first day."),
            click.option("--end", metavar="DATE", help="Its last day."),
            click.option("--term", type=click.Choice([one.value for one in Term]),
                         help="Else it is told from the days."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@plan_actions.command()
@click.argument("name")
@_options
@click.pass_obj
def add(parts: Application, /, name: str, **given: Any) -> None:
    """Write the action NAME into the plan."""
    one = _changed(parts, Action(name=proper_name(name), created_at=parts.now()), given)
    (number,) = parts.store.actions.add([one])
    _show(parts, str(number))


@plan_actions.command()
@click.argument("action")
@click.option("--name", metavar="NAME", help="What it is called from now on.")
@_options
@click.pass_obj
def edit(parts: Application, /, action: str, name: str | None, **given: Any) -> None:
    """Change what ACTION (its number or name) says; `-` empties a value."""
    old = the_action(parts.store, action)
    one = _changed(parts, old, given)
    if name is not None:
        one = replace(one, name=proper_name(name))
    parts.store.actions.replace(one)
    _show(parts, str(one.id))


@plan_actions.command()
@click.argument("action")
@click.option("--result", metavar="TEXT", help="What came of it.")
@click.option("--on", metavar="DATE", help="When it was done; else now.")
@click.option("--step", type=click.IntRange(1), metavar="N", help="Only its step N is done.")
@click.pass_obj
def done(
    parts: Application, action: str, result: str | None, on: str | None, step: int | None
) -> None:
    """Say that ACTION (its number or name) is done, or one of its steps."""
    old = the_action(parts.store, action)
    at = parts.instant(on) if on else parts.now()
    if at > parts.now():
        raise WrongUsage(Text("what was done cannot lie in the future"))
    if step is not None:
        parts.store.actions.replace(replace(old, steps=_ticked(old, step)))
    else:
        steps = tuple(replace(one, done=True) for one in old.steps)
        text = result if result is not None else old.result
        parts.store.actions.replace(replace(old, done_at=at, result=text, steps=steps))
    _show(parts, str(old.id))


def _ticked(action: Action, number: int) -> tuple[ActionStep, ...]:
    if number > len(action.steps):
        raise WrongUsage(
            Plural("{name} has {count} step", "{name} has {count} steps", len(action.steps),
                   name=action.name)
        )  # fmt: skip
    return tuple(
        replace(one, done=True) if place == number else one
        for place, one in enumerate(action.steps, start=1)
    )


@plan_actions.command()
@click.argument("action")
@click.pass_obj
def remove(parts: Application, action: str) -> None:
    """Take ACTION (its number or name) out of the plan."""
    one = the_action(parts.store, action)
    assert one.id is not None
    parts.store.actions.remove(one.id)
    show(parts, {"removed": one.id, "name": one.name},
         [Text("{name!r} is out of the plan", name=one.name)])  # fmt: skip


@plan_actions.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be added, add nothing.")
@click.pass_obj
def import_(parts: Application, file: Path, dry_run: bool) -> None:
    """Add the actions of FILE (CSV or a spreadsheet): all of them, or none.

    Columns: action, project, objective, steps (parted by semicolons, each with its day before
    it or without), owner, means, with whom, budget, start, end, theme, offer, campaign, term,
    result; in French too. Only the first is needed.
    """
    from outreach.runner.plan_import import Reading, read_actions

    reading = Reading(
        now=parts.now(), day=_day(parts), owner=lambda key: member(parts, key),
        objective=lambda name: the_objective(parts.store, name).name,
    )  # fmt: skip
    found = read_actions(file, reading)
    numbers = [] if dry_run else parts.store.actions.add(list(found.actions))
    count = len(found.actions)
    line = (
        Plural("{count} action would be added", "{count} actions would be added", count)
        if dry_run
        else Plural("{count} action was added", "{count} actions were added", count)
    )
    lines: list[Text] = [line]
    if found.not_read:
        lines.append(Text("  not read: {columns}", columns=", ".join(found.not_read)))
    data = {"added": 0 if dry_run else count, "read": count, "numbers": numbers,
            "not_read": found.not_read}  # fmt: skip
    show(parts, data, lines)


@plan_actions.command(name="show")
@click.argument("action")
@click.pass_obj
def show_(parts: Application, action: str) -> None:
    """Show ACTION (its number or name): steps, what it cost and brought, what it lacks."""
    _show(parts, str(the_action(parts.store, action).id))


@plan_actions.command(name="list")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the plan as a workbook too.")  # fmt: skip
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write it as a calendar file too.")  # fmt: skip
@click.pass_obj
def list_(parts: Application, xlsx: Path | None, ics: Path | None) -> None:
    """Show the plan: objectives, projects, actions, with what is late, improvised or lacking."""
    from outreach.cli.plan_actions_files import written
    from outreach.cli.plan_actions_shown import plan_data, print_plan
    from outreach.runner.plan_actions import action_plan

    check_endings({"xlsx": xlsx, "ics": ics})
    plan = action_plan(parts.store, parts.settings, now=parts.now())
    files = written(parts, plan, xlsx=xlsx, ics=ics)
    show(parts, {**plan_data(parts, plan), **files}, lambda: print_plan(parts, plan, files))


def _show(parts: Application, number: str) -> None:
    from outreach.cli.plan_actions_shown import as_row, print_action
    from outreach.runner.plan_actions import action_plan

    plan = action_plan(parts.store, parts.settings, now=parts.now())
    one = next(one for one in plan.actions if str(one.action.id) == number)
    show(parts, as_row(parts, one), lambda: print_action(parts, one))


def _changed(parts: Application, one: Action, given: dict[str, Any]) -> Action:
    """The action as the options say; what none of them names stays."""
    from outreach.runner.plan_import import budget, in_order, step_of

    values: dict[str, Any] = {
        name: changed(getattr(one, name), given[name], _text(given[name]))
        for name in ("project", "campaign", "offer", "means")
    }
    objective = _text(given["objective"])
    if objective is not None:
        objective = the_objective(parts.store, objective).name
    values["objective"] = changed(one.objective, given["objective"], objective)
    values["owner"] = changed(one.owner, given["owner"], member(parts, given["owner"]))
    values["starts_on"] = changed(
        one.starts_on, given["start"], coming_day_of(parts, given["start"])
    )
    values["ends_on"] = changed(one.ends_on, given["end"], coming_day_of(parts, given["end"]))
    values["budget"] = changed(one.budget, given["budget"], budget(_text(given["budget"])))
    if given["theme"]:
        values["theme"] = Theme(given["theme"])
    if given["term"]:
        values["term"] = Term(given["term"])
    if given["steps"]:
        typed = [text for text in given["steps"] if text != NOTHING]
        values["steps"] = tuple(step_of(proper_name(text), _day(parts)) for text in typed)
    if given["partners"]:
        values["partners"] = tuple(text for text in given["partners"] if text != NOTHING)
    new = replace(one, **values)
    in_order(new.starts_on, new.ends_on)
    return new


def _day(parts: Application) -> Callable[[str], date]:
    def day(text: str) -> date:
        found = coming_day_of(parts, text)
        assert found is not None
        return found

    return day


def _text(text: str | None) -> str | None:
    return None if text is None or text == NOTHING else proper_name(text)
