"""Actions read from a table (CSV or a spreadsheet) as people keep them, in French or English.

All rows or none: every mistake of the file is told at once, with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from outreach.errors import DefinitionError, Location, OutreachError, Problems, Text, did_you_mean
from outreach.files.plain_text import shown
from outreach.files.tables import BadHeader, Row, open_table
from outreach.model.plan import Action, ActionStep, Term, Theme
from outreach.model.text import fold
from outreach.runner.desk import read_amount
from outreach.runner.plan_book import proper_name

#: Folded header → what it means. Source of the columns: domain notes B6.
COLUMNS: Mapping[str, str] = {
    "action": "name", "name": "name", "nom": "name",
    "project": "project", "projet": "project",
    "objective": "objective", "objectif": "objective",
    "campaign": "campaign", "campagne": "campaign",
    "theme": "theme",
    "offer": "offer", "offre": "offer",
    "steps": "steps", "etapes": "steps",
    "owner": "owner", "responsable": "owner", "who": "owner", "qui": "owner",
    "means": "means", "moyens": "means",
    "partners": "partners", "partenaires": "partners", "with whom": "partners",
    "avec qui": "partners", "with": "partners", "avec": "partners",
    "budget": "budget",
    "start": "starts_on", "begin": "starts_on", "debut": "starts_on", "from": "starts_on",
    "end": "ends_on", "fin": "ends_on", "echeance": "ends_on", "to": "ends_on",
    "term": "term", "terme": "term",
    "result": "result", "resultat": "result",
}  # fmt: skip
#: Folded word → theme or term, in both languages.
THEMES: Mapping[str, Theme] = {
    **{theme.value: theme for theme in Theme},
    "conquete": Theme.CONQUEST, "fidelisation": Theme.LOYALTY, "lancement": Theme.LAUNCH,
}  # fmt: skip
TERMS: Mapping[str, Term] = {
    **{term.value: term for term in Term},
    "court": Term.SHORT, "moyen": Term.MEDIUM,
    "court terme": Term.SHORT, "moyen terme": Term.MEDIUM, "long terme": Term.LONG,
}  # fmt: skip


class BadWord(DefinitionError):
    def __init__(self, text: str, known: Mapping[str, object]) -> None:
        super().__init__(
            Text("{text!r} is none of the words known here", text=text),
            hint=did_you_mean(text, known) or Text("known: {words}", words=", ".join(known)),
        )


class InRow(DefinitionError):
    def __init__(self, path: Path, line: int, error: OutreachError) -> None:
        super().__init__(error.what, where=Location(shown(path), line), hint=error.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a cell is read with: the parts the door gives."""

    now: datetime
    day: Callable[[str], date]
    owner: Callable[[str], str | None]
    #: The objective of that name, as it is kept. Raises where there is none.
    objective: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ReadActions:
    """The actions of a table, and the columns that say nothing known here."""

    actions: Sequence[Action]
    not_read: Sequence[str]


def read_actions(path: Path, reading: Reading) -> ReadActions:
    """The actions of a table. Raises `UnreadableTable`, `BadHeader`, `Problems`."""
    table = open_table(path)
    columns = [COLUMNS.get(fold(name)) for name in table.header]
    not_read = [head for head, name in zip(table.header, columns, strict=True)
                if name is None and head.strip()]  # fmt: skip
    if not_read and set(columns) <= {"name", None} and "name" in columns:
        # `Name` or `Nom` alone may be anybody's: a list of people is no plan.
        raise BadHeader(
            path, 1, Text("no column but {name} is one of actions",
                          name=table.header[columns.index("name")]),
            Text("not known: {names}", names=", ".join(not_read)),
        )  # fmt: skip
    if "name" not in columns:
        raise BadHeader(
            path, 1, Text("no column says what the action is"),
            Text("call it Action; others: {names}", names=", ".join(sorted(COLUMNS))),
        )  # fmt: skip
    actions: list[Action] = []
    errors: list[OutreachError] = []
    for row in table.rows():
        try:
            actions.append(_action(row, columns, reading))
        except OutreachError as error:
            errors.append(InRow(path, row.line, error))
    if errors:
        raise Problems(errors)
    return ReadActions(actions, not_read)


def _action(row: Row, columns: list[str | None], reading: Reading) -> Action:
    if row.fault is not None:
        raise DefinitionError(row.fault)
    cells = {
        name: cell.strip() for name, cell in zip(columns, row.cells, strict=True)
        if name is not None and cell.strip()
    }  # fmt: skip
    if "name" not in cells:
        raise DefinitionError(Text("the action has no name"))
    values: dict[str, Any] = {
        name: cells.get(name) for name in ("name", "project", "campaign", "offer", "means",
                                           "result")
    }  # fmt: skip
    values["name"] = proper_name(cells["name"])
    values["objective"] = reading.objective(cells["objective"]) if "objective" in cells else None
    values["owner"] = reading.owner(cells["owner"]) if "owner" in cells else None
    values["theme"] = _word(cells.get("theme"), THEMES)
    values["term"] = _word(cells.get("term"), TERMS)
    values["budget"] = budget(cells.get("budget"))
    for name in ("starts_on", "ends_on"):
        values[name] = reading.day(cells[name]) if name in cells else None
    in_order(values["starts_on"], values["ends_on"])
    steps = tuple(step_of(piece, reading.day) for piece in _pieces(cells.get("steps")))
    partners = tuple(_pieces(cells.get("partners")))
    return Action(created_at=reading.now, steps=steps, partners=partners, **values)


def step_of(text: str, day: Callable[[str], date]) -> ActionStep:
    """`2027-03-01 choose the schools`, or the step alone. Raises what `day` does."""
    first, _, rest = text.partition(" ")
    if rest and first[:1].isdigit() and ("-" in first or "/" in first):
        return ActionStep(rest.strip(), day(first))
    return ActionStep(text.strip())


def budget(text: str | None) -> Decimal | None:
    """An amount not below 0. Raises `BadAmount`."""
    found = read_amount(text)
    if found is not None and found < 0:
        raise DefinitionError(Text("a budget is not below 0"))
    return found


def in_order(start: date | None, end: date | None) -> None:
    """Raise where an action would end before it begins."""
    if start is not None and end is not None and end < start:
        raise DefinitionError(
            Text("it ends before it begins"),
            hint=Text("from {start} to {end}", start=start, end=end),
        )


def _pieces(text: str | None) -> list[str]:
    """Several things in one cell are parted by semicolons or lines."""
    lines = (text or "").replace("\n", ";").split(";")
    return [line.strip() for line in lines if line.strip()]


def _word(text: str | None, known: Mapping[str, Any]) -> Any:
    if text is None:
        return None
    found = known.get(fold(text))
    if found is None:
        raise BadWord(text, known)
    return found
