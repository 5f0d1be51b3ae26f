"""Pieces that templates print are taken apart once; that they are remembered changes nothing."""

from __future__ import annotations

import quopri

from outreach.rendering import pieces
from outreach.rendering.pieces import Constants
from outreach.rendering.quoted import ROOM
from outreach.rendering.shapes import page

OPENING, CLOSING = "<p>Bonjour ", ", à bientôt</p>"


def printed(name: str, constants: Constants) -> tuple[bytes, bytes]:
    html, text = page([OPENING, name, CLOSING], constants)
    return b"".join(html.wires), b"".join(text.wires)


def test_a_value_forgotten_is_taken_apart_as_before() -> None:
    constants = Constants([OPENING, CLOSING])
    before = printed("Élise", constants)
    for number in range(3 * pieces._REMEMBERED):
        list(constants.taken_apart([f"name {number}"]))
    assert printed("Élise", constants) == before
    assert len(constants._known) <= pieces._REMEMBERED + 1


def test_a_text_learned_later_is_no_value_any_more() -> None:
    early, late = Constants([OPENING, CLOSING]), Constants([OPENING, CLOSING, "Anne"])
    printed("Anne", early)
    early.add("Anne")
    assert printed("Anne", early) == printed("Anne", late)


def test_a_value_wider_than_its_room_stands_on_lines_of_its_own() -> None:
    constants = Constants([OPENING, CLOSING])
    for width in (1, ROOM, ROOM + 1, 75, 76, 300):
        html, text = printed("x" * width, constants)
        assert max(map(len, (html + b"\r\n" + text).split(b"\r\n"))) <= 76
        assert b"x" * width in quopri.decodestring(html)
        assert quopri.decodestring(text).decode() == f"Bonjour {'x' * width}, à bientôt\r\n"
        assert (b"=\r\n" + b"x" * min(width, 75) in html) == (width > ROOM)
