"""Pieces that templates print are taken apart once; that they are remembered changes nothing."""

from __future__ import annotations

import quopri

import pytest
from markupsafe import escape

from outreach.rendering import pieces
from outreach.rendering.pieces import Constants
from outreach.rendering.quoted import ROOM
from outreach.rendering.shapes import page, written

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
    assert len(constants._known._before) <= pieces._REMEMBERED + 1
    assert not getattr(constants._known._before, "_before", {})


def test_a_value_that_comes_again_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    constants = Constants([OPENING, CLOSING])
    taken: list[str] = []
    simple = pieces._simple

    def noting(value: str) -> pieces.Piece:
        taken.append(value)
        return simple(value)

    monkeypatch.setattr(pieces, "_simple", noting)
    for number in range(3 * pieces._REMEMBERED):
        list(constants.taken_apart([f"name {number}"]))
        if number % 1000 == 0:
            printed("Rennes", constants)
    assert taken.count("Rennes") == 1


@pytest.mark.parametrize(
    "value",
    [
        "Marie",
        "Élodie",
        "C0000123",
        "12 rue du Four",
        "p1@mail3.example",
        "https://atelier.example/u/ovabcdefghijklmnopqrstuvwxyz2345",
        "https://brocéliande.example/é",
        "mailto:anne@atelier.example",
        "https://",
        "https:// two words",
        "x" * 300,
        "à peine {3} %",
        "Le Goff & fils",
        "",
    ],
)
def test_a_value_of_the_page_stands_in_the_text_as_if_it_had_come_alone(value: str) -> None:
    """Written beside the page, or first: the same lines on the wire."""
    alone, after = Constants([OPENING, CLOSING]), Constants([OPENING, CLOSING])
    page([OPENING, str(escape(value)), CLOSING], after)
    said = [OPENING, value, CLOSING]

    assert written(said, after).wires == written(said, alone).wires
    assert written(said, after).text == written(said, alone).text


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
