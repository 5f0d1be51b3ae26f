"""Whatever stands in the code of a field, the answer is a letter or a reason."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from word import docx, fields, opened

from outreach.errors import OutreachError
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.names import ListFields
from outreach.rendering.letter.reading import read_template

VALUES = {"a": "Rennes", "b": "", "n": "7", "l": [{"x": "1"}, {"x": None}]}
LISTS = {"l": ListFields("l", {"x": "x"})}
DAY = date(2027, 3, 1)

CODE = """
IF COMPARE SKIPIF SET REF ASK FILLIN QUOTE MERGEFIELD MERGEREC DATE TIME NEXTIF SEQ PAGE
NUMPAGES ADDRESSBLOCK GREETINGLINE HYPERLINK INCLUDEPICTURE DOCPROPERTY TableStart:l TableEnd:l
= + * / ( ) ; < > <> a b n l.x x 1 2,5 1.5 " “ ” \\" \\ \\* \\# \\@ \\d \\b \\f \\m \\e Upper
MERGEFORMAT 0,00 dd <<_LAST0_>> SUM(ABOVE) A1 IF( ¶ é & { } { } { } { }
"""
WORDS = st.sampled_from(CODE.split())


def balanced(words: list[str]) -> str:
    """The words with every brace closed."""
    depth, kept = 0, []
    for word in words:
        if word == "}" and not depth:
            continue
        depth += {"{": 1, "}": -1}.get(word, 0)
        kept.append(word)
    return " ".join([*kept, *"}" * depth])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=40), st.booleans())
def test_a_letter_or_a_reason(words: list[str], in_a_table: bool) -> None:
    body = fields("Ici {" + balanced(words) + "} fin")
    if in_a_table:
        body = f"<w:tbl><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl><w:p/>"
    try:
        template = read_template(docx(body), "x.docx")
        program = compile_template(template, lambda n: n if n in VALUES else None,
                                   lists=LISTS, several=True)  # fmt: skip
        letter = fill(program, VALUES, locale="fr_FR", today=DAY)
        writer = BundleWriter(program, locale="fr_FR", today=DAY)
        bundle = b"".join([writer.add(VALUES), writer.finish()])
    except OutreachError:
        return
    for content in (letter, bundle):
        root = opened(content)
        assert not list(root.iter(etree.ProcessingInstruction))
        assert "\ufdd0" not in "".join(map(str, root.itertext()))
        assert "\ue000" not in "".join(map(str, root.itertext()))
