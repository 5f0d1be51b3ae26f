"""Which way a letter takes at the conditions of its template."""

from __future__ import annotations

from datetime import date

import pytest
from word import Compile, docx, fields

from outreach.rendering.letter.branches import ways

NEAR, FAR = ('city = "Rennes"', True), ('city = "Rennes"', False)
MANY, FEW = ('revenue > "3"', True), ('revenue > "3"', False)
TEXT = '{IF {MERGEFIELD city} = "Rennes" "near" "{IF {MERGEFIELD revenue} > 3 "many" "few"}"}'


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        ({"city": "Rennes", "revenue": "9"}, {NEAR}),
        (
            {"city": "Nantes", "revenue": "2"},
            {FAR, FEW},
        ),
        ({"city": "Nantes", "revenue": "4"}, {FAR, MANY}),
    ],
)
def test_each_condition_that_is_asked_is_told_with_its_answer(
    program: Compile, values: dict[str, str], taken: set[tuple[str, bool]]
) -> None:
    """The inner condition is asked only where the outer one does not hold."""
    letter = program(docx(fields(TEXT)))
    assert ways(letter, values, locale="en_GB", today=date(2027, 3, 1)).taken == taken


def test_what_is_missing_is_told_by_name(program: Compile) -> None:
    letter = program(docx(fields("Dear {MERGEFIELD city}")))
    found = ways(letter, {"city": None}, locale="en_GB", today=date(2027, 3, 1))
    assert (found.missing, found.taken) == (("city",), frozenset())
