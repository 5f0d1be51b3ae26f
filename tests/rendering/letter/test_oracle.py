"""Nested conditions at random, against an evaluator of a few lines that works on the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from word import docx, fields, lines

from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.reading import read_template

VALUES = {"a": "Rennes", "b": "Le Goff", "n": "7"}


@dataclass(frozen=True)
class Words:
    text: str

    def code(self) -> str:
        return self.text

    def worth(self) -> str:
        return self.text


@dataclass(frozen=True)
class Value:
    name: str

    def code(self) -> str:
        return f"{{MERGEFIELD {self.name}}}"

    def worth(self) -> str:
        return VALUES[self.name]


@dataclass(frozen=True)
class Whether:
    left: str
    right: str
    then: tuple[Piece, ...]
    otherwise: tuple[Piece, ...] | None

    def code(self) -> str:
        other = "" if self.otherwise is None else f' "{code(self.otherwise)}"'
        condition = f'{{MERGEFIELD {self.left}}} = "{self.right}"'
        return f'{{IF {condition} "{code(self.then)}"{other}}}'

    def worth(self) -> str:
        taken = self.then if VALUES[self.left] == self.right else self.otherwise or ()
        return worth(taken)


Piece = Words | Value | Whether


def code(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.code() for piece in pieces)


def worth(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.worth() for piece in pieces)


#: Words with a letter on both sides of the end of a paragraph: no line of fields only.
WORDS = st.sampled_from(["x", "mot ", " et ", "fin.", "un¶deux", "c¶d¶e"]).map(Words)
PLAIN = st.one_of(WORDS, st.sampled_from(sorted(VALUES)).map(Value))


def branch(inner: st.SearchStrategy[Piece]) -> st.SearchStrategy[tuple[Piece, ...]]:
    """A branch, with a letter at each end."""
    middle = st.lists(inner, max_size=3)
    return middle.map(lambda pieces: (Words("("), *pieces, Words(")")))


PIECE: st.SearchStrategy[Piece] = st.recursive(
    PLAIN,
    lambda inner: st.builds(
        Whether,
        st.sampled_from(sorted(VALUES)),
        st.sampled_from(sorted(VALUES.values())),
        branch(inner),
        st.one_of(st.none(), branch(inner)),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECE, min_size=1, max_size=5))
def test_nested_conditions_over_paragraphs_are_worth_what_their_text_is_worth(
    pieces: list[Piece],
) -> None:
    template = (Words("["), *pieces, Words("]"))
    content = docx(fields(code(template)))
    program = compile_template(read_template(content, "x.docx"), lambda name: name)
    made = fill(program, VALUES, locale="fr_FR", today=date(2027, 3, 1))
    assert lines(made) == worth(template).split("¶")
