"""What is written into the column of objections, and what is read from it."""

from __future__ import annotations

import pytest

from outreach.errors import Text
from outreach.runner.objected import UnknownObjection, read_objected

DEAR, TIME, SERVED = HEARD = ("Too dear", "No time", "We have one, thanks")


def met(cell: str) -> tuple[str, ...]:
    return read_objected({"objections": cell}, lambda: HEARD)[1]


@pytest.mark.parametrize(
    "cell", ["2, 3", "2 3", "o2 o3", "n° 2, n° 3", "n°2 n°3", "no. 2, no. 3", "No 2 / no 3", "2+3"]
)
def test_several_numbers_are_read_with_what_stands_before_each(cell: str) -> None:
    assert met(cell) == (TIME, SERVED)


@pytest.mark.parametrize("cell", ["1-3", "1–3", "-2", "n° 1-3"])
def test_a_dash_may_mean_two_numbers_or_three_and_is_refused(cell: str) -> None:
    """`1-3` was read as 1 and 3, and the second of the three was lost."""
    with pytest.raises(UnknownObjection) as refused:
        met(cell)
    assert refused.value.what == Text("{word!r} is no objection of the guide", word=cell)


def test_a_number_in_the_reason_without_a_guide_is_to_be_said_in_words() -> None:
    """It already stands in the reason: to write it there is no advice."""
    with pytest.raises(UnknownObjection) as refused:
        read_objected({"reason": "24"}, lambda: ())
    assert refused.value.hint == Text("write the reason in words")
    with pytest.raises(UnknownObjection) as refused:
        read_objected({"objections": "24"}, lambda: ())
    assert refused.value.hint == Text("write it as the reason, or into the note")
