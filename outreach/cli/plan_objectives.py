"""`plan objectives`: what is wanted by when, checked and compared; `plan vision` beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import click

from outreach.application import Application
from outreach.cli.door import Command, Group
from outreach.cli.output import say, show
from outreach.cli.plan_values import NOTHING, changed, coming_day_of, day_of, member, number_of
from outreach.errors import Text, WrongUsage
from outreach.model.plan import Vision
from outreach.planning.objective import (
    Checkpoint,
    Metric,
    Objective,
    ObjectiveKind,
    ScopeKind,
)
from outreach.runner.plan_book import (
    free_name,
    proper_name,
    scope_of,
    the_area,
    the_objective,
)

_USED = Text("change it with: outreach plan objectives edit NAME")


@click.command("vision", cls=Command)
@click.argument("text", required=False)
@click.pass_obj
def plan_vision(parts: Application, text: str | None) -> None:
    """Note the firm in some years as TEXT; show what was noted. `-` takes it away."""
    if text is not None:
        vision = None if text == NOTHING else Vision(proper_name(text), parts.today())
        parts.store.objectives.note_vision(vision)
    found = parts.store.objectives.vision()
    data = {"vision": found.text if found else None, "noted_on": found.noted_on if found else None}

    def lines() -> None:
        if found is None:
            say(parts, Text('No vision is noted yet: outreach plan vision "…"'))
        else:
            say(parts, Text("{text} (noted on {day})", text=found.text, day=found.noted_on))

    show(parts, data, lines)


@click.group("objectives", cls=Group, default="list")
def plan_objectives() -> None:
    """What is wanted by when: figures, qualities, by product or area, with checkpoints."""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """What an objective says, for `add` and `edit`."""
    for option in reversed(
        (
            click.option("--kind", type=click.Choice([kind.value for kind in ObjectiveKind]),
                         help="A result, means, or a quality."),
            click.option("--metric", metavar="WORD",
                         help=f"What is counted: {', '.join(Metric)}; or your own word."),
            click.option("--target", metavar="N", help="How much."),
            click.option("--unit", metavar="UNIT", help="In what: EUR, %, points."),
            click.option("--baseline", metavar="N", help="How much there is at the start."),
            click.option("--start", metavar="DATE", help="Counted from that day on; else today."),
            click.option("--by", "deadline", metavar="DATE", help="By when."),
            click.option("--checkpoint", "checkpoints", metavar="DATE", multiple=True,
                         help="A day to compare planned and realised; several may be given."),
            click.option("--owner", metavar="SELLER", help="Who answers for it."),
            click.option("--area", metavar="AREA", help="Only about that area (plan areas)."),
            click.option("--product", metavar="NAME", help="Only about that product."),
            click.option("--segment", metavar="NAME", help="Only about that segment."),
            click.option("--campaign", metavar="NAME", help="Only about that campaign."),
            click.option("--note", metavar="TEXT", help="A note; of a quality: by which sign."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@plan_objectives.command()
@click.argument("name")
@_options
@click.pass_obj
def add(parts: Application, /, name: str, **given: Any) -> None:
    """Write down the objective NAME, best as a verb and what: "Win 12 schools"."""
    known = [one.name for one in parts.store.objectives.all()]
    metric = given["metric"]
    kind = given["kind"] or (ObjectiveKind.RESULT if metric else ObjectiveKind.QUALITATIVE)
    start = coming_day_of(parts, given["start"]) or parts.today()
    blank = Objective(name=free_name(known, name, _USED), kind=ObjectiveKind(kind), start=start)
    one = _changed(parts, blank, given)
    parts.store.objectives.add(one)
    _show(parts, one)


@plan_objectives.command()
@click.argument("name")
@click.option("--name", "called", metavar="NAME", help="What it is called from now on.")
@_options
@click.pass_obj
def edit(parts: Application, /, name: str, called: str | None, **given: Any) -> None:
    """Change what the objective NAME says; `-` empties a value, checkpoints replace the old."""
    old = the_objective(parts.store, name)
    one = _changed(parts, old, given)
    if called is not None:
        known = [other.name for other in parts.store.objectives.all() if other.name != old.name]
        one = replace(one, name=free_name(known, called, _USED))
    parts.store.objectives.replace(old.name, one)
    _show(parts, one)


@plan_objectives.command()
@click.argument("name")
@click.option("--on", metavar="DATE", help="As of that day; else today.")
@click.option("--realised", metavar="N", help="What was found, with the baseline.")
@click.option("--note", metavar="TEXT", help="What was seen.")
@click.pass_obj
def found(
    parts: Application, name: str, on: str | None, realised: str | None, note: str | None
) -> None:
    """Write down what was found of the objective NAME, where the base does not count it."""
    old = the_objective(parts.store, name)
    if realised is None and note is None:
        raise WrongUsage(Text("say what was found: --realised N, or --note TEXT"))
    if realised is not None and old.measured and (not old.scope or _counted(old)):
        raise WrongUsage(
            Text("the contact base counts {metric} by itself", metric=str(old.metric)),
            hint=Text("see: outreach plan objectives show NAME"),
        )
    day = day_of(parts, on) or parts.today()
    if day > parts.today():
        raise WrongUsage(Text("what was found cannot lie in the future"))
    seen = number_of(realised, "--realised")
    if seen is not None and seen < 0:
        raise WrongUsage(Text("what was realised is not below 0"))
    point = Checkpoint(on=day, realised=seen, note=note)
    others = [other for other in old.checkpoints if other.on != day]
    points = tuple(sorted([*others, point], key=lambda one: one.on))
    one = replace(old, checkpoints=points)
    parts.store.objectives.replace(old.name, one)
    _show(parts, one)


def _counted(one: Objective) -> bool:
    return one.scope is not None and one.scope.kind is not ScopeKind.PRODUCT


@plan_objectives.command()
@click.argument("name")
@click.pass_obj
def remove(parts: Application, name: str) -> None:
    """Forget the objective NAME; actions that served it stay."""
    one = the_objective(parts.store, name)
    parts.store.objectives.remove(one.name)
    show(parts, {"removed": one.name}, [Text("{name!r} is forgotten", name=one.name)])


@plan_objectives.command(name="show")
@click.argument("name")
@click.pass_obj
def show_(parts: Application, name: str) -> None:
    """Show the objective NAME: the SMART check, planned against realised."""
    _show(parts, the_objective(parts.store, name))


@plan_objectives.command(name="list")
@click.pass_obj
def list_(parts: Application) -> None:
    """List the objectives with where they stand today."""
    from outreach.cli.plan_objectives_shown import list_data, print_list
    from outreach.runner.plan_objectives import standings

    found = standings(
        parts.store, parts.vocabulary(), parts.store.objectives.all(), now=parts.now()
    )
    show(parts, list_data(parts, found), lambda: print_list(parts, found))


def _show(parts: Application, one: Objective) -> None:
    from outreach.cli.plan_objectives_shown import as_row, print_one
    from outreach.runner.plan_objectives import standings

    (standing,) = standings(parts.store, parts.vocabulary(), [one], now=parts.now())
    show(parts, as_row(parts, standing), lambda: print_one(parts, standing))


def _changed(parts: Application, one: Objective, given: dict[str, Any]) -> Objective:
    """The objective as the options say; what none of them names stays."""
    named = {name: given[name] for name in ("area", "product", "segment", "campaign")}
    if given["area"] is not None:
        named["area"] = the_area(parts.store, given["area"]).name
    scope = scope_of(**named)
    values: dict[str, object] = {
        "kind": changed(one.kind, given["kind"], ObjectiveKind(given["kind"] or one.kind)),
        "metric": changed(one.metric, given["metric"], _word(given["metric"])),
        "unit": changed(one.unit, given["unit"], _word(given["unit"])),
        "start": changed(one.start, given["start"], coming_day_of(parts, given["start"])),
        "deadline": changed(
            one.deadline, given["deadline"], coming_day_of(parts, given["deadline"])
        ),
        "owner": changed(one.owner, given["owner"], member(parts, given["owner"])),
        "scope": changed(one.scope, scope, scope),
        "note": changed(one.note, given["note"], _word(given["note"])),
    }
    for name in ("baseline", "target"):
        typed: Fraction | None = number_of(given[name], f"--{name}")
        values[name] = changed(getattr(one, name), given[name], typed)
    if given["checkpoints"]:
        values["checkpoints"] = _points(parts, one, given["checkpoints"])
    new: Objective = replace(one, **values)  # type: ignore[arg-type]
    if new.start is not None and new.deadline is not None and new.deadline < new.start:
        raise WrongUsage(Text("it ends before it begins"), hint=Text("see --start and --by"))
    return new


def _word(text: str | None) -> str | None:
    return None if text is None or text == NOTHING else proper_name(text)


def _points(parts: Application, one: Objective, typed: tuple[str, ...]) -> tuple[Checkpoint, ...]:
    """These days; what was found on one of them stays with it."""
    known = {point.on: point for point in one.checkpoints}
    days = sorted({day for text in typed if (day := coming_day_of(parts, text)) is not None})
    return tuple(known.get(day, Checkpoint(on=day)) for day in days)
