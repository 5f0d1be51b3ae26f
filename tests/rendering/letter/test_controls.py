"""Content controls that stand for a contact field, and those that do not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from word import W, docx, fields, lines, opened, paragraph, real_faults, run

from outreach.rendering.letter.compiling import compile_template
from outreach.rendering.letter.filling import fill
from outreach.rendering.letter.reading import read_template

VALUES = {"ville": "Rennes", "prénom usuel": "Annick", "achat": date(2019, 6, 11)}
TEXT = "<w:r><w:rPr><w:b/></w:rPr><w:t>Cliquez</w:t></w:r><w:r><w:t> ici</w:t></w:r>"


def control(properties: str, content: str = TEXT) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def bound(path: str, mappings: str = "") -> str:
    return f'<w:dataBinding w:prefixMappings="{mappings}" w:xpath="{path}" w:storeItemID="{{1}}"/>'


def tag(name: str) -> str:
    return f'<w:tag w:val="{name}"/>'


def made(body: str) -> bytes:
    def resolve(name: str) -> str | None:
        return name.casefold() if name.casefold() in VALUES else None

    template = read_template(docx(body), "x.docx", lambda name: resolve(name) is not None)
    program = compile_template(template, resolve)
    return fill(program, VALUES, locale="fr_FR", today=date(2027, 3, 1))


@pytest.mark.parametrize(
    ("properties", "printed"),
    [
        (tag("Ville"), "Rennes"),
        (tag("Prénom usuel"), "Annick"),
        (bound("/contact[1]/Ville[1]"), "Rennes"),
        (bound("/ns0:contact[1]/ns0:Ville[1]", "xmlns:ns0='urn:atelier'"), "Rennes"),
        (bound("/contact[1]/@ville"), "Rennes"),
        (tag("Ville") + bound("/contact[1]/inconnu[1]"), "Rennes"),
        ('<w:date><w:dateFormat w:val="dd/MM/yyyy"/></w:date>' + tag("achat"), "11/06/2019"),
        (tag("inconnu"), "Cliquez ici"),
        ('<w:alias w:val="Ville"/>', "Cliquez ici"),
        (bound("/ns0:Properties[1]/ns0:Ville[1]", "xmlns:ns0='http://schemas.openxmlformats.org/"
               "officeDocument/2006/extended-properties'") + tag("Ville"), "Cliquez ici"),
        ("<w:picture/>" + tag("Ville"), "Cliquez ici"),
    ],
)  # fmt: skip
def test_a_control_shows_the_field_it_names(properties: str, printed: str) -> None:
    assert lines(made(paragraph(run("À "), control(properties), run(".")))) == [f"À {printed}."]


def test_the_typeface_stays_and_the_binding_goes(tmp_path: Path) -> None:
    """Word would put the bound text back when it opens the letter."""
    letter = made(paragraph(control("<w:showingPlcHdr/>" + bound("/c/ville"))))
    assert not list(opened(letter).iter(f"{{{W}}}dataBinding", f"{{{W}}}showingPlcHdr"))
    assert not list(opened(letter).iter(f"{{{W}}}b"))  # the grey look of a placeholder
    strong = made(paragraph(control(tag("ville"))))
    assert len(list(opened(strong).iter(f"{{{W}}}b"))) == 1
    assert real_faults(strong, tmp_path) == []


def test_whole_paragraphs_and_cells_may_stand_in_a_control(tmp_path: Path) -> None:
    body = control(tag("ville"), paragraph(TEXT) + paragraph(run("et encore")))
    cell = control(tag("ville"), f"<w:tc><w:tcPr/>{paragraph(TEXT)}</w:tc>")
    body += f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr>{cell}</w:tr></w:tbl>"
    letter = made(body + control(tag("ville"), paragraph()) + paragraph())
    assert [line for line in lines(letter) if line] == ["Rennes"] * 3
    assert real_faults(letter, tmp_path) == []


def test_a_field_in_a_control_is_the_authors_own_choice() -> None:
    inner = fields('{MERGEFIELD "Prénom usuel"}').removeprefix("<w:p>").removesuffix("</w:p>")
    assert lines(made(paragraph(control(tag("ville"), inner)))) == ["Annick"]
