"""A row of a table that gives no day: what tells it.

Such a row is of the day on which it is read. Read again on that day it tells nothing new; on a
later day it may be a new fact that looks the same, and what it tells is not dropped.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.errors import Plural
from outreach.runner.said_days import is_near, read_clock
from outreach.store.store import Store


def mark_of(cells: Mapping[str, str], store: Store, *, nth: int = 1) -> str | None:
    """What tells a row without a day, or of a day like `yesterday`; None where its day does.

    `nth`: which of the rows that say the same it is, where a table may say it several times.
    """
    _, day = read_clock(cells.get("on", "").strip())
    if day and not is_near(day):
        return None
    told = sorted((name, " ".join(cell.split())) for name, cell in cells.items() if cell.strip())
    return store.undated.mark(repr((told, nth)))


def second_facts(count: int) -> Plural:
    """What is said of rows that were read so on an earlier day, too."""
    return Plural(
        "{count} row without a day was recorded from a table on an earlier day, "
        "too, and is a second fact now: a column 'on' tells one from the other",
        "{count} rows without a day were recorded from a table on an earlier day, "
        "too, and are second facts now: a column 'on' tells one from the other",
        count,
    )
