"""A value of the sending loop is a frozen dataclass to whoever reads it, and cheap to make."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from outreach.model.delivery import Sent, Skipped
from outreach.model.value import value


@value(kw_only=True)
class Parcel:
    number: int
    note: str = ""


def test_values_of_the_same_fields_are_equal_and_found_again_in_a_set() -> None:
    assert {Parcel(number=1), Parcel(number=1, note="")} == {Parcel(number=1)}
    assert Sent("ok") != Skipped("ok")


def test_a_value_is_copied_with_another_field_and_has_no_room_for_more() -> None:
    changed = replace(Parcel(number=1), note="late")

    assert (changed.number, changed.note) == (1, "late")
    assert is_dataclass(Parcel)
    assert [field.name for field in fields(Parcel)] == ["number", "note"]
    assert not hasattr(changed, "__dict__")
