"""A call guide in the order of a call, with the person's values."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from outreach.rendering.guide import SECTIONS, BadGuide, make_guide, sentences
from outreach.rendering.missing import MissingValues

GUIDE = {
    "title": "Appel de NAME",
    "notes": ["Résultat"],
    "introduction": ["Bonjour NAME."],
    "arguments": [{"appeal": "argent", "feature": "Devis offert.", "proof": "Écrit."}],
    "objections": [{"heard": "Trop cher.", "kind": "founded", "question": "Par rapport à quoi ?"}],
}


def test_the_blocks_follow_a_call_whatever_the_order_of_the_file() -> None:
    guide = make_guide(GUIDE, lambda text: text.replace("NAME", "Marie"))
    assert guide.title == "Appel de Marie"
    assert guide.blocks == (
        ("introduction", ("Bonjour Marie.",)),
        ("arguments", ("[argent] Devis offert. Écrit.",)),
        ("objections", ("« Trop cher. » Par rapport à quoi ?",)),
        ("notes", ("Résultat",)),
    )


def test_all_missing_values_are_named() -> None:
    def fill(text: str) -> str:
        if "NAME" in text:
            raise MissingValues(["last_name" if "Appel" in text else "first_name"])
        return text

    with pytest.raises(MissingValues) as held:
        make_guide(GUIDE, fill)
    assert held.value.names == ("last_name", "first_name")


def test_sentences_have_their_place() -> None:
    assert list(sentences(GUIDE))[:3] == [
        (("title",), "Appel de NAME"),
        (("introduction", 0), "Bonjour NAME."),
        (("arguments", 0, "appeal"), "argent"),
    ]


@pytest.mark.parametrize(
    ("guide", "path", "says"),
    [
        ("text", (), "a guide is a mapping"),
        ({"title": "x"}, (), "lacks 'introduction'"),
        ({**GUIDE, "objektive": "x"}, ("objektive",), "no section(.|\n)*did you mean 'objective'"),
        ({**GUIDE, "objective": ["x"]}, ("objective",), "one sentence"),
        ({**GUIDE, "notes": [{"a": "b"}]}, ("notes", 0), "a list of sentences"),
        ({**GUIDE, "arguments": ["x"]}, ("arguments", 0), "appeal, feature, advantage, proof"),
        ({**GUIDE, "objections": [{"kind": "x"}]}, ("objections", 0, "kind"), "pretext or founded"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    guide: object, path: tuple[str | int, ...], says: str
) -> None:
    with pytest.raises(BadGuide, match=says) as error:
        list(sentences(guide))
    assert error.value.path == path


@pytest.mark.parametrize("name", ["open-day.yaml", "open-day-en.yaml"])
def test_the_sample_guides_have_no_problem(name: str) -> None:
    path = Path(__file__).parents[2] / "templates" / "calls" / name
    guide = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert [key for key, _ in make_guide(guide, str).blocks] == list(SECTIONS)
