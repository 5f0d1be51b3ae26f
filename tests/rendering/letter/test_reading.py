"""What is no letter template says so; what cannot be merged is told before anything leaves."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from word import (
    Merge,
    complex_field,
    docx,
    fields,
    lines,
    merge,
    paragraph,
    part,
    run,
    simple_field,
)

from outreach.errors import Problems
from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.naming import letter_name
from outreach.rendering.letter.package import TemplateError
from outreach.rendering.letter.reading import read_template


def archive(**files: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as members:
        for name, content in files.items():
            members.writestr(name.replace("_dot_", "."), content)
    return out.getvalue()


GOOD = docx(paragraph(merge("last_name")))


def changed(old: str, new: str, member: str) -> bytes:
    """A good document with one member's text replaced."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(GOOD)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, text.replace(old, new) if name == member else text)
    return out.getvalue()


with zipfile.ZipFile(BytesIO(GOOD)) as _good:
    GOOD_TYPES = _good.read("[Content_Types].xml").decode()
DOCUMENT, TYPES = "word/document.xml", "[Content_Types].xml"
MAIN = "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            r"old Word document \(.doc\), or one protected",
        ),
        (b"{\\rtf1 hello}", "RTF"),
        (b"%PDF-1.7", "PDF"),
        (b"Bonjour", "no Word document"),
        (GOOD[:-60], "damaged"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "OpenDocument"),
        (archive(a_dot_txt="x"), "no Word document"),
        (changed(MAIN, "vnd.ms-word.document.macroEnabled.main+xml", TYPES), "macros"),
        (
            changed(MAIN, "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", TYPES),
            "no Word",
        ),
        (changed("</w:body>", "", DOCUMENT), "damaged"),
        (changed("<w:document", "<!DOCTYPE a [<!ENTITY e 'x'>]><w:document", DOCUMENT), "DTD"),
        (
            changed("openxmlformats.org/wordprocessingml/2006/main", "x.example/", DOCUMENT),
            "body|damaged",
        ),
    ],
)
def test_a_file_that_is_no_template_says_what_it_is(content: bytes, says: str) -> None:
    with pytest.raises(TemplateError, match=says) as error:
        read_template(content, "lettre.docx")
    assert str(error.value).startswith("lettre.docx: ")


@pytest.mark.parametrize("kind", ["begin", "separate", "end"])
def test_a_field_without_beginning_or_end_is_an_error_with_its_place(kind: str) -> None:
    lone = f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'
    with pytest.raises(TemplateError, match=r"a field is broken(.|\n)*Cher ami"):
        read_template(docx(paragraph(run("Cher ami"), lone)), "lettre.docx")


def test_fields_are_listed_as_written_each_once() -> None:
    body = paragraph(
        merge("Nom"), simple_field('MERGEFIELD "Prénom usuel"'), merge("Nom", r"\* Upper")
    )
    header = part("hdr", paragraph(merge("Réf")))
    assert read_template(docx(body, parts={"header1": header}), "x").fields == (
        "Nom",
        "Prénom usuel",
        "Réf",
    )


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (complex_field("DATABASE \\d x"), r"the field DATABASE \\d x is not supported yet"),
        (complex_field("NEXT"), "goes on to the next person"),
        (
            complex_field("MERGEFIELD nom \\* Gras"),
            r"the switch \\\* Gras of the field MERGEFIELD nom",
        ),
        (complex_field("MERGEFIELD nom \\q"), r"the switch \\q"),
        (complex_field("MERGEFIELD"), "a merge field has no name"),
        (complex_field("MERGEFIELD \\* Upper"), "a merge field has no name"),
        (run("{% include x %}"), r"\{% include x %\} is not supported in a letter"),
    ],
)
def test_what_is_not_supported_is_a_problem_never_a_wrong_letter(field: str, says: str) -> None:
    template = read_template(docx(paragraph(run("Ici "), field)), "x.docx")
    with pytest.raises(Problems, match=says):
        compile_template(template, lambda name: name)


def test_fields_deeper_than_word_nests_them_are_broken() -> None:
    with pytest.raises(TemplateError, match="a field is broken"):
        read_template(docx(fields("{IF 1 = " * 60 + "1" + "}" * 60)), "x.docx")
    read_template(docx(fields('{IF 1 = 1 "' * 20 + "1" + '"}' * 20)), "x.docx")


def test_all_problems_are_told_at_once_with_the_nearest_name() -> None:
    body = paragraph(merge("Vile"), merge("Prenon"), complex_field("DATABASE"), merge("Ville"))
    template = read_template(docx(body), "x.docx")
    with pytest.raises(Problems) as error:
        compile_template(
            template, lambda name: name if name == "Ville" else None, ["Ville", "Prénom"]
        )
    assert str(error.value) == (
        "x.docx: the field DATABASE is not supported yet\n  it stands at “«…»«…»«…»«…»”\n"
        "x.docx: the contact base has no field 'Vile'\n  did you mean 'Ville'?\n"
        "x.docx: the contact base has no field 'Prenon'\n  did you mean 'Prénom'?"
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (paragraph(run("Cher «Nom»,")), "“«Nom»” is plain text and no merge field"),
        (paragraph(run("Cher «"), run("Nom"), run("»,")), "“«Nom»” is plain text"),
        (paragraph(complex_field("ROUTINE x", "y")), "Word has no field ROUTINE x"),
        (paragraph(f'<w:ins w:id="1">{run("x")}</w:ins>'), "tracked changes"),
        (paragraph('<w:r><w:commentReference w:id="0"/></w:r>'), "comments are left out"),
    ],
)
def test_what_an_author_may_want_to_know_is_a_warning(body: str, says: str) -> None:
    template = read_template(docx(body), "x.docx")
    assert template.problems == ()
    assert [says in str(warning) for warning in template.warnings] == [True]


def test_a_lost_field_of_the_base_is_never_printed() -> None:
    """LibreOffice saves merge fields as plain text: no «Nom» may reach a recipient."""
    template = read_template(docx(paragraph(run("Cher «Nom», du «Printemps»,"))), "x.docx")
    assert template.plain == ("Nom", "Printemps")
    with pytest.raises(Problems) as error:
        compile_template(template, lambda name: "last_name" if name == "Nom" else None)
    assert len(error.value.errors) == 1
    assert compile_template(template, lambda _: None).fields == ()


def test_french_quotation_marks_are_no_fields() -> None:
    assert read_template(docx(paragraph(run("le «\u00a0bon\u00a0» choix"))), "x").warnings == ()


def test_a_word_template_becomes_a_document(merged: Merge) -> None:
    """Word refuses a .docx that says it is a .dotx."""
    dotx = changed(MAIN, MAIN.replace("document.main", "template.main"), TYPES)
    letter = merged(dotx, last_name="Le Goff")
    with zipfile.ZipFile(BytesIO(letter)) as members:
        assert "template.main" not in members.read(TYPES).decode()


def test_the_type_of_the_document_may_come_from_its_extension(merged: Merge) -> None:
    own = f'<Override PartName="/word/document.xml" ContentType="application/{MAIN}"/>'
    assert own in GOOD_TYPES
    types = GOOD_TYPES.replace(own, "").replace("application/xml", f"application/{MAIN}")
    content = changed(GOOD_TYPES, types, TYPES)
    assert lines(merged(content, last_name="Le Goff")) == ["Le Goff"]


def test_word_namespace_without_a_prefix_is_read_too(merged: Merge) -> None:
    body = paragraph(run("A "), simple_field("MERGEFIELD last_name"))
    bare = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = "<p><r><t>A</t></r></p>"
    xml = f'<document xmlns="{bare}"><body>{text}</body></document>'
    content = docx(body)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, xml if name == DOCUMENT else source.read(name))
    assert merged(out.getvalue())


@pytest.mark.parametrize("name", ["TemplateIndividuel.docx", "TestDocxWithVelocity.docx"])
def test_real_templates_of_other_tools_are_read(name: str, real_data: Path) -> None:
    """Their fields speak another language (XDocReport): listed, then told to be unknown."""
    template = read_template((real_data / "letters" / name).read_bytes(), name)
    assert len(template.fields) > 10
    with pytest.raises(Problems):
        compile_template(template, lambda _: None)
    assert compile_template(template, lambda field: field).fields


def test_the_name_of_a_letter_sorts_by_post_and_is_safe() -> None:
    assert letter_name("35000", "Le Goff", "Marie", 12) == "35000-le-goff-marie-12.docx"
    assert letter_name("25000", "D’Alençon / ../Œuvre", None, 7) == "25000-d-alencon-oeuvre-7.docx"
    assert letter_name(None, None, None, 3) == "3.docx"
    assert letter_name("SW1A 1AA", "东京", "", 4) == "sw1a-1aa-4.docx"
