"""The formulas of a report's workbook: sums of columns, shares of one cell in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.evaluation.document import Share
from outreach.files.reports.cells import UNDEFINED


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a table stands: its columns by key, from 1, and its rows without titles and totals."""

    places: Mapping[str, int]
    rows: range

    def sum(self, key: str) -> str:
        letter = self._letter(key)
        return f"SUM({letter}{self.rows[0]}:{letter}{self.rows[-1]})"

    def divided(self, share: Share, row: int) -> str | None:
        """A share in that row; a dash where either cell is none or the divisor is 0.

        None where a column of the share is not in the table: there is nothing to refer to.
        """
        if not {share.over, share.under} <= self.places.keys():
            return None
        over, column = f"{self._letter(share.over)}{row}", self._letter(share.under)
        match share.of:
            case "row":
                under = f"{column}{row}"
            case "previous" if row == self.rows[0]:
                return None
            case "previous":
                under = f"{column}{row - 1}"
            case "first":
                under = f"{column}{self.rows[0]}"
            case "total":
                under = self.sum(share.under)
        return f'=IF(COUNT({over},{under})<2,"{UNDEFINED}",IFERROR({over}/{under},"{UNDEFINED}"))'

    def _letter(self, key: str) -> str:
        from openpyxl.utils import get_column_letter

        letter: str = get_column_letter(self.places[key])
        return letter
