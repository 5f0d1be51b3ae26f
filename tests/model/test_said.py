"""A sentence that was written down is said again in any language."""

from __future__ import annotations

import json

from outreach.errors import Plural, Text
from outreach.language import Language
from outreach.model.said import as_line, from_line, kept, said_again


def test_a_sentence_comes_back_from_the_base_and_is_said_in_french() -> None:
    """With what is put into it: a number, a name, a sentence within."""
    for text, english in (
        (Text("{part} has {count} characters", part="to", count=305), "to has 305 characters"),
        (Text("warning: {what}", what=Text("the subject is empty")),
         "warning: the subject is empty"),
        (Plural("{count} row", "{count} rows", 3), "3 rows"),
    ):  # fmt: skip
        again = said_again(json.loads(json.dumps(kept(text))))
        assert again == text
        assert str(again) == english
    again = said_again(kept(Text("warning: {what}", what=Text("the file is empty"))))
    assert again is not None
    assert "le fichier est vide" in Language("fr_FR").say(again)


def test_anything_else_is_no_sentence() -> None:
    for data in (None, "text", {"to": "customer"}, {"sentence": 1, "values": {}}):
        assert said_again(data) is None


def test_in_a_column_of_text_our_sentences_are_told_from_what_a_server_said() -> None:
    ours = Text("given up, at last: {reply}", reply="450 4.2.1 busy")
    assert from_line(as_line(ours)) == ours
    for theirs in ("450 4.2.1 busy", "{busy}", '{"sentence": 1}', ""):
        assert from_line(as_line(theirs)) == theirs
