"""Make the sample letters in templates/letters/: python samples/make_letters.py [FOLDER]

Ordinary Word documents with merge fields, as someone would write them in Word: a header
with a logo and a reference, the address where a window envelope shows it (French DL
envelope: from 110 mm and 50 mm), a table, a numbered list, a footer.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from outreach.rendering.letter.archive import join, lay_out, pack, unpack

GREEN = RGBColor(0x1F, 0x4D, 0x3A)
GREY = RGBColor(0x5F, 0x66, 0x63)
PALE = "EDF3EF"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in LETTERS.items():
        document = stationery(name)
        write(document)
        saved = BytesIO()
        document.save(saved)
        # Packed anew without the time of day: the same script makes the same bytes.
        files = unpack(saved.getvalue())
        shared = lay_out([])
        (folder / name).write_bytes(
            join(shared, (pack(part, content) for part, content in files.items()))
        )


# --- the three letters -------------------------------------------------------------


def open_day(document: Any) -> None:
    address_block(document, FRENCH_ADDRESS)
    place_and_date(document, "Rennes, le ", "d MMMM yyyy")
    subject(document, "Objet : ", "portes ouvertes de printemps, samedi 20 mars 2027")
    greeting(document, "Bonjour", "Prénom", "Nom")
    body(
        document,
        "Chaque printemps, notre atelier ouvre ses portes à celles et ceux qui aiment le bois "
        "bien travaillé. Nous serions heureux de vous y accueillir",
        ("Société", r'\b " avec l’équipe de "'),
        ", le temps d’une visite guidée et d’un café.",
    )
    facts(
        document,
        [
            ("Quand", "Samedi 20 mars 2027, de 10 h à 18 h"),
            ("Où", "Atelier Brocéliande, 3 rue du Four, 35000 Rennes"),
            ("Pour vous", "Une étude et un devis offerts pour votre projet"),
        ],
    )
    body(document, "Au programme de la journée :")
    numbered(
        document,
        [
            "visite des ateliers et démonstration d’assemblages à l’ancienne ;",
            "présentation de trois agencements réalisés cette année dans la région ;",
            "un quart d’heure avec un maître ébéniste, pour parler de votre projet.",
        ],
    )
    body(
        document,
        "Un mot à contact@atelier.example ou un appel au 02 61 91 00 12 suffit pour "
        "réserver l’heure qui vous convient. Nous vous attendons avec plaisir.",
    )
    signature(document, "Bien cordialement,", "Marie Le Goff", "Responsable de la clientèle")
    postscript(
        document,
        "P.-S. : ",
        "Venez avec un plan ou une simple photo : vous repartirez avec une première esquisse.",
    )
    data_notice(document)
    coupon(
        document,
        ("☐  Je viens, vers …… h, avec …… personne(s)", "☐  Appelez-moi au ……………………………"),
        "Coupon-réponse",
        "Code_réponse",
    )


def open_day_english(document: Any) -> None:
    address_block(document, ENGLISH_ADDRESS)
    place_and_date(document, "Rennes, ", "d MMMM yyyy")
    subject(document, "Re: ", "our spring open day, Saturday 20 March 2027")
    greeting(document, "Hello", "First_name", "Last_name")
    body(
        document,
        "Every spring we open our workshop to people who care for well-made woodwork. We would "
        "be delighted to welcome you",
        ("Company", r'\b " and your colleagues from "'),
        " for a guided tour and a cup of coffee.",
    )
    facts(
        document,
        [
            ("When", "Saturday 20 March 2027, 10 am to 6 pm"),
            ("Where", "Atelier Brocéliande, 3 rue du Four, 35000 Rennes"),
            ("For you", "A free study and quotation for your project"),
        ],
    )
    body(document, "On the day:")
    numbered(
        document,
        [
            "a tour of the workshops, with traditional joints made before your eyes;",
            "three fitted interiors that we built in the region this year;",
            "a quarter of an hour with a master cabinetmaker, about your project.",
        ],
    )
    body(
        document,
        "Just write to contact@atelier.example or call +33 2 61 91 00 12 to choose the time "
        "that suits you. We look forward to meeting you.",
    )
    signature(document, "Yours sincerely,", "Marie Le Goff", "Client relations")
    postscript(
        document,
        "P.S. ",
        "Bring a plan or a simple photograph: you will leave with a first sketch.",
    )
    data_notice(document)
    coupon(
        document,
        ("☐  I shall come, at about ……, with …… people", "☐  Please call me on ……………………………"),
        "Reply slip",
        "reply_code",
    )


def win_back(document: Any) -> None:
    address_block(document, FRENCH_ADDRESS)
    place_and_date(document, "Rennes, le ", "d MMMM yyyy")
    subject(document, "Objet : ", "des nouvelles de l’atelier, et une attention pour vous")
    greeting(document, "Bonjour", "Prénom", "Nom")
    body(
        document,
        "Votre dernière commande remonte au ",
        ("Date_de_dernière_commande", r'\@ "d MMMM yyyy"'),
        ". Depuis, l’atelier a grandi : une nouvelle essence de chêne des forêts bretonnes, un "
        "second maître ébéniste, et des délais ramenés à cinq semaines.",
    )
    body(
        document,
        "Vous nous avez fait confiance ; nous aimerions que vous en profitiez les premiers. "
        "D’ici au 30 juin 2027, voici ce que nous vous réservons :",
    )
    facts(
        document,
        [
            ("Entretien", "La révision de vos meubles, chez vous, sans frais"),
            ("Projet", "10 % sur votre prochaine commande"),
            ("Conseil", "Une heure avec Yann Morvan, notre chef d’atelier"),
        ],
    )
    body(
        document,
        "Si quelque chose n’a pas été à la hauteur, dites-le-nous aussi : votre avis compte, et je "
        "vous rappellerai moi-même. Mon numéro direct est le 02 61 91 00 14.",
    )
    signature(
        document, "Au plaisir de vous revoir,", "Marie Le Goff", "Responsable de la clientèle"
    )
    postscript(
        document,
        "P.-S. : ",
        "Il suffit de rappeler cette lettre lors de votre visite, aucun code n’est nécessaire.",
    )
    data_notice(document)


LETTERS: dict[str, Callable[[Any], None]] = {
    "open-day.docx": open_day,
    "open-day-en.docx": open_day_english,
    "win-back.docx": win_back,
}
FRENCH_ADDRESS = (("Société",), ("Civilité", "Prénom", "Nom"), ("Adresse",), ("Complément",),
                  ("Code_postal", "Ville"), ("Pays",))  # fmt: skip
ENGLISH_ADDRESS = (("Company",), ("Civility", "First_name", "Last_name"), ("Street",),
                   ("Street2",), ("Postal_code", "City"), ("Country",))  # fmt: skip


# --- the parts of a letter -----------------------------------------------------------


def stationery(name: str) -> Any:
    """An A4 document with the firm's type, header and footer."""
    english = name.endswith("-en.docx")
    document = Document()
    _forget_old_styles(document)
    properties = document.core_properties
    properties.author = "Atelier Brocéliande"
    properties.title = name.removesuffix(".docx")
    properties.comments = ""
    properties.language = "en-GB" if english else "fr-FR"
    properties.created = properties.modified = datetime(2027, 1, 4, 9, 0)
    _set_type(document, "en-GB" if english else "fr-FR")
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin, section.bottom_margin = Mm(34), Mm(20)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)
    _header(section, "Ref. " if english else "Réf. ", "Identifier" if english else "Identifiant")
    _footer(section, english=english)
    return document


def address_block(document: Any, rows: Sequence[Sequence[str]]) -> None:
    """The sender on the left, the recipient where the envelope has its window."""
    table = _table(document, Mm(83), Mm(83), indent=0, padding=0)
    table.add_row()
    row = table.rows[0]
    row.height_rule, row.height = WD_ROW_HEIGHT_RULE.EXACTLY, Mm(58)
    sender, recipient = row.cells
    lines = ("3 rue du Four", "35000 Rennes", "02 61 91 00 12", "contact@atelier.example")
    for number, line in enumerate(lines):
        small(sender.paragraphs[0] if number == 0 else sender.add_paragraph(), line)
    spacer = recipient.paragraphs[0]
    spacer.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    spacer.paragraph_format.line_spacing = Mm(16)
    spacer.paragraph_format.space_after = Pt(0)
    for number, names in enumerate(rows):
        line = recipient.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        line.paragraph_format.left_indent = Mm(5)
        for place, name in enumerate(names):
            if place:
                line.add_run(" ")
            # One field as Word leaves it after a correction: its code in pieces.
            merge_field(line, name, bold=number == 1, in_pieces=name in ("Nom", "Last_name"))


def place_and_date(document: Any, place: str, picture: str) -> None:
    paragraph = document.add_paragraph(place)
    paragraph.paragraph_format.left_indent = Mm(88)
    paragraph.paragraph_format.space_after = Pt(16)
    field(paragraph, f'DATE \\@ "{picture}"', "1 mars 2027")


def subject(document: Any, label: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(12)
    paragraph.add_run(label).font.color.rgb = GREY
    strong = paragraph.add_run(text)
    strong.bold = True
    strong.font.color.rgb = GREEN


def greeting(document: Any, word: str, first: str, last: str) -> None:
    """`Bonjour Marie Le Goff,`; where no name is known `Bonjour,`."""
    paragraph = document.add_paragraph(word)
    merge_field(paragraph, first, r'\b " "')
    merge_field(paragraph, last, r'\b " "')
    paragraph.add_run(",")


def body(document: Any, *pieces: str | tuple[str, str]) -> None:
    """Running text; a pair is a merge field and its switches."""
    paragraph = document.add_paragraph()
    for piece in pieces:
        if isinstance(piece, str):
            paragraph.add_run(piece)
        else:
            merge_field(paragraph, *piece)


def facts(document: Any, rows: Sequence[tuple[str, str]]) -> None:
    """A quiet table of what matters."""
    table = _table(document, Mm(32), Mm(134), indent=113, padding=113)
    for label, text in rows:
        cells = table.add_row().cells
        for cell in cells:
            _shade(cell)
            cell.paragraphs[0].paragraph_format.space_before = Pt(3)
            cell.paragraphs[0].paragraph_format.space_after = Pt(3)
        name = cells[0].paragraphs[0].add_run(label)
        name.bold, name.font.color.rgb = True, GREEN
        cells[1].paragraphs[0].add_run(text)
    after = document.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after.paragraph_format.line_spacing = Pt(8)


def numbered(document: Any, items: Sequence[str]) -> None:
    for item in items:
        paragraph = document.add_paragraph(item, style="List Number")
        paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.space_after = Pt(9)


def signature(document: Any, closing: str, name: str, role: str) -> None:
    end = document.add_paragraph(closing)
    end.paragraph_format.space_before = Pt(6)
    end.paragraph_format.space_after = Pt(30)
    end.paragraph_format.keep_with_next = True
    who = document.add_paragraph()
    who.paragraph_format.space_after = Pt(0)
    strong = who.add_run(name)
    strong.bold, strong.font.color.rgb = True, GREEN
    small(document.add_paragraph(), role)


def postscript(document: Any, label: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.space_after = Pt(0)
    first = paragraph.add_run(label)
    first.bold, first.italic = True, True
    paragraph.add_run(text).italic = True


def data_notice(document: Any) -> None:
    """In small print: where the data comes from and what one may do about it, by the program."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(6)
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    merge_field(paragraph, "data_notice")
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(7.5), GREY


def coupon(document: Any, choices: Sequence[str], label: str, code: str) -> None:
    """A slip to cut off and send back; its code tells who did, and to which campaign."""
    head = document.add_paragraph()
    head.paragraph_format.space_before, head.paragraph_format.space_after = Pt(10), Pt(0)
    head.paragraph_format.line_spacing = 1.0
    head.paragraph_format.keep_with_next = True
    head.paragraph_format.tab_stops.add_tab_stop(Mm(166), WD_TAB_ALIGNMENT.RIGHT)
    _line(head, "top", "dashed", str(GREY))
    title = head.add_run(f"{label}\t")
    title.bold = True
    merge_field(head, code, bold=True)
    answers = document.add_paragraph()
    answers.paragraph_format.space_before, answers.paragraph_format.space_after = Pt(4), Pt(0)
    answers.paragraph_format.line_spacing = 1.0
    answers.paragraph_format.tab_stops.add_tab_stop(Mm(88))
    answers.add_run("\t".join(choices))
    for run in (*head.runs, *answers.runs):
        run.font.size = Pt(9)
    for run in head.runs:
        run.font.color.rgb = GREEN


def small(paragraph: Any, text: str) -> None:
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(9.5), GREY


# --- Word's fields, which python-docx does not write ---------------------------------


def merge_field(
    paragraph: Any, name: str, switches: str = "", *, bold: bool = False, in_pieces: bool = False
) -> None:
    code = f"MERGEFIELD {name} {switches}".strip()
    field(paragraph, code, f"«{name}»", bold=bold, in_pieces=in_pieces)


def field(
    paragraph: Any, code: str, shown: str, *, bold: bool = False, in_pieces: bool = False
) -> None:
    """A complex field: begin, code, separate, last result, end."""

    def run() -> Any:
        new = paragraph.add_run()
        if bold:
            new.bold = True
        return new

    _character(run(), "begin")
    pieces = (
        (" MERGE", "FIELD ", code.removeprefix("MERGEFIELD ") + " ")
        if in_pieces
        else (f" {code} ",)
    )
    for piece in pieces:
        text = OxmlElement("w:instrText")
        text.set(qn("xml:space"), "preserve")
        text.text = piece
        run()._r.append(text)
    _character(run(), "separate")
    run().text = shown
    _character(run(), "end")


def _character(run: Any, kind: str) -> None:
    char = OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    run._r.append(char)


# --- type, header, footer -------------------------------------------------------------


def _forget_old_styles(document: Any) -> None:
    """python-docx's template carries a copy of its styles for Word 2007, which would differ."""
    for id_, relationship in list(document.part.rels.items()):
        if relationship.reltype.endswith("/stylesWithEffects"):
            del document.part.rels[id_]


def _set_type(document: Any, language: str) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(9)
    normal.paragraph_format.line_spacing = 1.1
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), language)
    normal.element.get_or_add_rPr().append(lang)


def _header(section: Any, label: str, reference: str) -> None:
    paragraph = section.header.paragraphs[0]
    # The style "Header" has a tab in the middle; this line needs one at the right only.
    paragraph.style = "Normal"
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(166), WD_TAB_ALIGNMENT.RIGHT)
    picture = paragraph.add_run().add_picture(BytesIO(logo()), height=Mm(9))
    for side in ("distT", "distB", "distL", "distR"):
        picture._inline.set(side, "0")
    name = paragraph.add_run("  Atelier Brocéliande")
    name.bold, name.font.size, name.font.color.rgb = True, Pt(16), GREEN
    paragraph.add_run("\t")
    merge_field(paragraph, reference, f'\\b "{label}"')
    _line_below(paragraph)


def _footer(section: Any, *, english: bool) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    legal = (
        "Atelier Brocéliande, cabinetmakers, 3 rue du Four, 35000 Rennes, France\n"
        "You may object to our letters at any time: contact@atelier.example. Page "
        if english
        else "Atelier Brocéliande, ébénisterie et agencement, 3 rue du Four, 35000 Rennes\n"
        "Vous pouvez à tout moment refuser nos courriers : contact@atelier.example. Page "
    )
    paragraph.add_run(legal)
    field(paragraph, "PAGE", "1")
    paragraph.add_run("/")
    field(paragraph, "NUMPAGES", "1")
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8), GREY


def _line_below(paragraph: Any) -> None:
    _line(paragraph, "bottom", "single", str(GREEN))


def _line(paragraph: Any, side: str, kind: str, color: str) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", kind), ("sz", "8"), ("space", "6"), ("color", color)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", PALE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _table(document: Any, *widths: int, indent: int, padding: int) -> Any:
    """A table without rows. `indent` and `padding` at the sides are in twentieths of a point.

    Word counts the indent from the text of the first cell: equal to the padding, the edge of
    the table stands on the margin.
    """
    table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    properties = table._tbl.tblPr
    left = OxmlElement("w:tblInd")
    margins = OxmlElement("w:tblCellMar")
    for element, amount in [
        (left, indent),
        *((OxmlElement(f"w:{side}"), padding) for side in ("left", "right")),
    ]:
        element.set(qn("w:w"), str(amount))
        element.set(qn("w:type"), "dxa")
        if element is not left:
            margins.append(element)
    properties.find(qn("w:tblLayout")).addprevious(left)
    properties.find(qn("w:tblLayout")).addnext(margins)
    return table


def logo(size: int = 180) -> bytes:
    """A PNG: three dovetails, white on the firm's green."""
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            rows += b"\xff\xff\xff" if _in_a_dovetail(x / size, y / size) else bytes(GREEN)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    image = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
    return b"\x89PNG\r\n\x1a\n" + image + chunk(b"IEND", b"")


def _in_a_dovetail(x: float, y: float) -> bool:
    """Tails that widen to the right, hung on a bar at the left (unit square)."""
    if 0.18 <= x <= 0.34:
        return 0.14 <= y <= 0.86
    if not 0.34 < x <= 0.82:
        return False
    half = 0.06 + 0.045 * (x - 0.34) / 0.48
    return any(abs(y - middle) <= half for middle in (0.24, 0.5, 0.76))


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "templates" / "letters"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
