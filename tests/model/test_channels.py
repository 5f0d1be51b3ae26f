"""The plug-in table of channels: every channel has all that the house asks of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outreach.files.step_shape import STEP_SHAPES
from outreach.model.channels import BY_DAY, BY_HAND, CHANNELS, Channel
from outreach.model.suppression import SuppressionScope
from outreach.runner.wording import CHANNELS as WORDS


def test_every_channel_has_its_line_its_keys_and_its_words() -> None:
    assert set(CHANNELS) == set(Channel) == set(WORDS)
    assert set(STEP_SHAPES) == {channel.value for channel in Channel}
    for kind in CHANNELS.values():
        assert SuppressionScope(kind.scope)
    for channel, shape in STEP_SHAPES.items():
        assert set(Channel(channel).kind.needed) <= set(shape.known_keys())


def test_what_people_do_by_hand_and_what_falls_due_by_the_day() -> None:
    assert BY_HAND == (Channel.CALL, Channel.VISIT, Channel.TASK)
    assert BY_DAY == (Channel.LETTER, Channel.CALL, Channel.VISIT, Channel.TASK)
    assert Channel.CALL.kind.minutes == Decimal(2)


@pytest.mark.parametrize(
    ("channel", "values", "reached"),
    [
        (Channel.EMAIL, {"email": "a@b.example"}, True),
        (Channel.EMAIL, {"mobile": "+33600000000"}, False),
        (Channel.LETTER, {"postal_code": "35000"}, False),
        (Channel.LETTER, {"postal_code": "35000", "city": "Rennes"}, True),
        (Channel.CALL, {"mobile": "+33600000000"}, True),
        (Channel.CALL, {"phone": None}, False),
        (Channel.TASK, {}, True),
    ],
)
def test_whom_a_channel_reaches(channel: Channel, values: dict[str, object], reached: bool) -> None:
    assert channel.kind.reaches(values) is reached
