"""Where the names of the columns stand in a table, or that they stand nowhere.

People put titles above a table, export without a header, repeat a name. What a first
row looks like decides, and whether its words are names of fields.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from outreach.cleaning.headers import standard_field
from outreach.errors import Text
from outreach.files.tables import BadHeader, Row
from outreach.model.text import fold

#: How many rows are looked at to find the header.
LOOKED_AT = 40

#: What looks like an e-mail address, and like nothing else.
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
_NUMBER = re.compile(r"[-+]?[\d\s.,]*\d[\d\s.,]*")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_PHONE = re.compile(r"\+?[\d\s().-]{9,20}")

#: What a column without a name is called by what most of its cells look like.
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("E-mail", EMAIL),
    ("SIRET", re.compile(r"\d{14}")),
    ("Postal code", re.compile(r"\d{5}")),
    ("Phone", _PHONE),
)


def header_row(rows: Sequence[Row]) -> int | None:
    """The index of the row that names the columns, below any title; None when no row does.

    A title has few cells; the header is the first row that fills more than half as many
    as the fullest, or that names two fields we know and leaves only its last names blank
    (names with gaps between are a banner over groups of columns). A row that plainly holds
    values names nothing.
    """
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in rows]
    most = max(filled, default=0)
    for index, count in enumerate(filled):
        if count * 2 > most or _names_fields(rows[index].cells):
            return None if _holds_values(rows[index].cells) else index
    return None


def _names_fields(cells: Sequence[str]) -> bool:
    written = [cell for cell in cells if cell.strip()]
    if len(written) < 2 or not all(cell.strip() for cell in cells[: len(written)]):
        return False
    return len({standard_field(cell) for cell in written} - {None}) >= 2


def _holds_values(cells: Sequence[str]) -> bool:
    """An e-mail address, a phone number, a postal code, mere numbers name no column."""
    written = [cell.strip() for cell in cells if cell.strip()]
    if any(EMAIL.fullmatch(cell) or _is_phone(cell) or _is_code(cell) for cell in written):
        return True
    return all(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell) for cell in written)


def _is_phone(cell: str) -> bool:
    return bool(_PHONE.fullmatch(cell)) and sum(c.isdigit() for c in cell) >= 9


def _is_code(cell: str) -> bool:
    return cell.isdigit() and len(cell) >= 5


def names_by_looks(rows: Sequence[Row]) -> tuple[str, ...]:
    """Names for the columns of a table without a header, from what its cells look like."""
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    names: list[str] = []
    for column in range(width):
        cells = [row.cells[column].strip() for row in rows if column < len(row.cells)]
        name = _look_of([cell for cell in cells if cell])
        names.append(name if name and name not in names else f"Column {column + 1}")
    return tuple(names)


def _look_of(cells: Sequence[str]) -> str | None:
    for name, pattern in _LOOKS:
        if cells and sum(bool(pattern.fullmatch(cell)) for cell in cells) * 2 > len(cells):
            return name
    return None


def find_header(file: Path, sample: Sequence[Row]) -> tuple[tuple[str, ...], int | None]:
    """The names of the columns, and the index of the row they stand in.

    Raises `BadHeader` when a name stands twice, or when there are no names and no
    column can be told by its looks.
    """
    index = header_row(sample)
    if index is not None:
        names = told_apart([" ".join(cell.split()) for cell in sample[index].cells])
        _refuse_doubles(file, sample[index].line, names)
        return names, index
    names = names_by_looks(sample)
    if not {"E-mail", "Phone"} & set(names):
        raise BadHeader(
            file,
            sample[0].line,
            Text("no row names the columns: the first one already holds values"),
            Text("add a first line with their names, such as: First name,Last name,E-mail"),
        )
    return names, None


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """The names, where programs give one name to two columns, with what tells them apart.

    Outlook in French calls the civility and the post `Titre`; Thunderbird in French has the
    town at home, then the town at work, both called `Ville`.
    """
    folded = [fold(name) for name in names]
    at_home, at_work = ("adresse privee", "adresse professionnelle")
    work = folded.index(at_work) if at_home in folded and at_work in folded else None
    apart = []
    for index, name in enumerate(names):
        if folded[index] == "titre" and "titre" in folded[:index]:
            apart.append(f"{name} (fonction)")
        elif work is not None and folded.count(folded[index]) == 2:
            apart.append(f"{name} (bureau)" if index > work else f"{name} (domicile)")
        else:
            apart.append(name)
    return tuple(apart)


def _refuse_doubles(file: Path, line: int, names: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for column, name in enumerate(names, start=1):
        key = fold(name)
        if key and key in seen:
            raise BadHeader(
                file,
                line,
                Text(
                    "columns {first} and {second} are both called {name!r}",
                    first=seen[key],
                    second=column,
                    name=name,
                ),
                Text("give one of them another name in the first line"),
            )
        seen.setdefault(key, column)
