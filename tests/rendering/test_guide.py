"""A call guide in the order of a call, with the person's values."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from outreach.rendering.guide import SECTIONS, BadGuide, make_guide, sentences, walk
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
        ({**GUIDE, "objections": [{"heard": "No."}]}, ("objections", 0), "nothing is prepared"),
        ({**GUIDE, "objections": [{"answer": "Yes."}]}, ("objections", 0), "what is heard"),
        (
            {**GUIDE, "objections": [{"heard": "No.", "aswer": "Yes."}]},
            ("objections", 0, "aswer"),
            "did you mean 'answer'",
        ),
        (
            {**GUIDE, "arguments": [{"appeal": "argnt"}]},
            ("arguments", 0, "appeal"),
            "SONCAS(.|\n)*did you mean 'argent'",
        ),
        (
            {**GUIDE, "objective": {"kind": "sale", "say": "x"}},
            ("objective", "kind"),
            "appointment",
        ),
        ({**GUIDE, "objective": {"kind": "appointment"}}, ("objective",), "lacks 'say'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    guide: object, path: tuple[str | int, ...], says: str
) -> None:
    with pytest.raises(BadGuide, match=says) as error:
        list(sentences(guide))
    assert error.value.path == path


def test_everything_wrong_is_told_at_once() -> None:
    guide = {"title": "x", "intro": ["y"], "objections": [{"kind": "x", "heard": "No."}]}
    found = [one for one in walk(guide) if isinstance(one, BadGuide)]
    assert [str(one.what) for one in found] == [
        "a guide has no section 'intro'",
        "the guide lacks 'introduction'",
        "an objection is a pretext or founded",
        "nothing is prepared for this objection",
    ]
    assert [one.key for one in found] == [True, False, False, False]


def test_an_objective_says_what_the_call_is_for_and_what_else_would_do() -> None:
    stated = {"kind": "appointment", "say": "A visit to NAME.", "fallback": "A call back."}
    guide = make_guide({**GUIDE, "objective": stated}, lambda text: text.replace("NAME", "Marie"))
    assert guide.objective == "appointment"
    assert dict(guide.blocks)["objective"] == ("A visit to Marie.", "A call back.")


def test_an_objection_is_dug_reformulated_argued_and_checked_in_this_order() -> None:
    written = {
        "check": "So?", "proof": "See.", "answer": "Because.", "reformulation": "You mean?",
        "question": "Why?", "kind": "founded", "heard": "Too dear.",
    }  # fmt: skip
    guide = make_guide({**GUIDE, "objections": [written]}, str)
    (one,) = guide.objections
    assert (one.heard, one.kind) == ("Too dear.", "founded")
    assert one.treatment == ("Why?", "You mean?", "Because.", "See.", "So?")
    assert dict(guide.blocks)["objections"] == (
        "« Too dear. » Why? → You mean? → Because. → See. → So?",
    )


def test_the_right_person_is_reached_between_the_presentation_and_the_reason() -> None:
    guide = make_guide({**GUIDE, "reason": ["Because."], "reach": ["Is he there?"]}, str)
    assert [key for key, _ in guide.blocks][:3] == ["introduction", "reach", "reason"]


@pytest.mark.parametrize("name", ["open-day.yaml", "open-day-en.yaml"])
def test_the_sample_guides_have_no_problem(name: str) -> None:
    path = Path(__file__).parents[2] / "templates" / "calls" / name
    guide = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert [key for key, _ in make_guide(guide, str).blocks] == list(SECTIONS)
