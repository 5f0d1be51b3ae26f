"""Acceptance of 3.1: Word's field language, evaluated without Word, through the command.

One letter holds a line for each fact; two people get it. The expected lines are worked out from
Word's documented behaviour (ECMA-376 Part 1, 17.16, and results recorded in Word itself).
"""

from __future__ import annotations

import pytest
from word import complex_field, docx, fields, lines, merge, paragraph, run
from workspaces import Workspace

NOW = "2027-03-01T09:05"
HEADER = (
    "Réf;Civilité;Prénom;Nom;Adresse;Complément;Code postal;Ville;Pays;E-mail;"
    "Prénom usuel;Surnom;Montant;Points;Achat;Genre;Avis"
)
ANNE = (
    "a1;Mme;Anne;Le Goff;3 rue du Four;Bât. B;35000;Rennes;France;anne@mail.example;"
    "Annick;o'brien le GRAND;1234,5;900;11/06/2019;F;bien & beau"
)
PAUL = (
    "b2;M.;Paul;Kerjean;8 quai Ney;;44000;Nantes;France;paul@mail.example;"
    "Polo;RICHARD;1234567,5;45;01/03/2027;H;"
)

#: What is written in the template, and what Anne and Paul read. `…` = the same for both.
SWITCHES = [
    (r"{MERGEFIELD surnom \* Upper}", "O'BRIEN LE GRAND", "RICHARD"),
    (r"{MERGEFIELD surnom \* Lower}", "o'brien le grand", "richard"),
    (r"{MERGEFIELD surnom \* FirstCap}", "O'brien le GRAND", "RICHARD"),
    (r"{MERGEFIELD surnom \* Caps}", "O'brien Le GRAND", "RICHARD"),
    (r"{MERGEFIELD surnom \*lower \*firstcap}", "O'brien le grand", "Richard"),
    (r"{MERGEFIELD surnom \* MERGEFORMAT}", "o'brien le GRAND", "RICHARD"),
    (r"{MERGEFIELD surnom \* CHARFORMAT \* Upper}", "O'BRIEN LE GRAND", "RICHARD"),
    (r'x{MERGEFIELD avis \b " (avis : " \f ")"}', "x (avis : bien & beau)", "x"),
    (r'x{MERGEFIELD avis \b"<" \f">"}', "x<bien & beau>", "x"),
    (r"{MERGEFIELD points \* CardText}", "neuf cents", "quarante-cinq"),
    (r"{MERGEFIELD points \* OrdText}", "neuf centième", "quarante-cinquième"),
    (r"{MERGEFIELD points \* Ordinal}", "900e", "45e"),
    (r"{MERGEFIELD points \* roman}", "cm", "xlv"),
    (r"{MERGEFIELD points \* ROMAN}", "CM", "XLV"),
    (r"{= 54 \* ALPHABETIC} {= 3 \* alphabetic} {= 255 \* Hex} {= 7 \* Arabic}", "BBB c FF 7"),
]
NAMES = [
    ('{MERGEFIELD "Prénom usuel"}', "Annick", "Polo"),
    ("{MERGEFIELD Prénom_usuel}", "Annick", "Polo"),
    ("{MERGEFIELD prenom_USUEL}", "Annick", "Polo"),
    ("{ mergefield   SURNOM  }", "o'brien le GRAND", "RICHARD"),
    ("{MERGEFIELD Code_postal} {MERGEFIELD last_name}", "35000 Le Goff", "44000 Kerjean"),
    ("{MERGEFIELD “Prénom usuel” \\* Upper}", "ANNICK", "POLO"),
]
DATES = [
    (r'{MERGEFIELD achat \@ "dddd d MMMM yyyy"}', "mardi 11 juin 2019", "lundi 1 mars 2027"),
    (r'{MERGEFIELD achat \@ "DDDD DD MMMM YYYY"}', "mardi 11 juin 2019", "lundi 01 mars 2027"),
    (r'{MERGEFIELD achat \@ "dd.MM.yy"}', "11.06.19", "01.03.27"),
    (r'{MERGEFIELD achat \@ "d-M-yy H:m:s"}', "11-6-19 0:0:0", "1-3-27 0:0:0"),
    (r"""{MERGEFIELD achat \@ "'le' d/M"}""", "le 11/6", "le 1/3"),
    (r'{MERGEFIELD achat \@ "MMMM" \* Upper}', "JUIN", "MARS"),
    (r"{MERGEFIELD achat \@ dd/MM/yyyy}", "11/06/2019", "01/03/2027"),
    (r"{MERGEFIELD achat \@ dddd, MMMM}", "mardi,", "lundi,"),
    (r'{DATE \@ "d MMMM yyyy"} {TIME \@ "HH:mm"}', "1 mars 2027 09:05"),
    (r'{TIME \@ "h:mm am/pm"}', "9:05 am"),
    (r'{MERGEFIELD surnom \@ "d MMMM"}', "o'brien le GRAND", "RICHARD"),
]  # fmt: skip
NUMBERS = [
    (r'{MERGEFIELD montant \# "# ##0,00 €"}', "1 234,50 €", "1 234 567,50 €"),
    (r'{MERGEFIELD montant \# "0"}', "1235", "1234568"),
    (r'{MERGEFIELD montant \# "#,##0.00"}', "1 234,50", "1 234 567,50"),
    (r'{MERGEFIELD points \# "0000"}', "0900", "0045"),
    (r"""{MERGEFIELD points \# "0 'points'"}""", "900 points", "45 points"),
    (r'{= -12,5 \# "0,00;(0,00);néant"} {= 0 \# "0,00;(0,00);néant"}', "(12,50) néant"),
    (r"{= 9 \# 00,00} {= 33 \# ##%} {= 0,75 \# ,x} {= 10 \# +##}", "09,00 33% ,8 +10"),
    (r"""{= 34 \# "#'y'#"} {= 0,125678 \# "0,00x"} {= 123456 \# "x##"}""", "3y4 0,126 456"),
    (r"""{= 3,89 \# "'taxe' 0,00 €"}""", "taxe 3,89 €"),
]
CONDITIONS = [
    ('{IF {MERGEFIELD points} > 1000 "beaucoup" "peu"}', "peu"),
    ('{IF {MERGEFIELD montant} >= 10000 "gros" "petit"}', "petit", "gros"),
    ('{IF {MERGEFIELD genre} = "F" "Chère" "Cher"}', "Chère", "Cher"),
    ('{IF {MERGEFIELD genre} = "f" "oui" "non"}', "non"),
    ('{IF {MERGEFIELD genre}="F" "oui" "non"}', "oui", "non"),
    ('{if "{MERGEFIELD genre}" <> "F" “oui” “non”}', "non", "oui"),
    ('{IF {MERGEFIELD surnom} = "o\'br*" "oui" "non"}', "oui", "non"),
    ('{IF {MERGEFIELD genre} = "?" "oui" "non"}', "oui"),
    ('{IF "F*" = "Fou" "oui" "non"}', "non"),
    ('x{IF 1 = 2 "oui"}{IF 2 <= 2 "y"}', "xy"),
    ('{IF {MERGEFIELD avis} = "" "sans avis" "avis : {MERGEFIELD avis}"}',
     "avis : bien & beau", "sans avis"),
    ('{IF {MERGEFIELD genre} = "F" "{IF {MERGEFIELD points} < 1000 "A" "B"}" '
     '"{IF {MERGEFIELD points} < 10 "C" "D"}"}', "A", "D"),
    ('{IF {MERGEFIELD achat} > "31/12/2020" "récent" "ancien"}', "ancien", "récent"),
    ("{COMPARE {MERGEFIELD points} > 100} {COMPARE 2 = 3}", "1 0", "0 0"),
    ('{IF {COMPARE {MERGEFIELD genre} = "F"} = 1 "dame" "monsieur"}', "dame", "monsieur"),
]  # fmt: skip
OTHERS = [
    ("{MERGEREC} {MERGESEQ}", "1 1", "2 2"),
    ('{SET ici "{MERGEFIELD ville}"}{REF ici} {ici} {REF ici \\* Upper}',
     "Rennes Rennes RENNES", "Nantes Nantes NANTES"),
    ("{= 2 + 3 * 4} {= 2 ^ 3} {= (1 + 2) / 4} {= 50 * 10%}", "14 8 0,75 5"),
    ("{= SUM(1;2;3)} {= ROUND(2,346;2)} {= MAX(1;9;3)} {= MIN(4;2)} {= INT(2,7)}",
     "6 2,35 9 2 2"),
    ("{= 2.5 * 2} {= SUM(1.5, 2)} {= ROUND(10 / 3, 1)}", "5 3,5 3,3"),
    ("{= MOD(7;3)} {= ABS(-4)} {= IF(1<2;10;20)} {= AND(1;0)} {= OR(1;0)} {= NOT(0)}",
     "1 4 10 0 1 1"),
    ("{= AVERAGE(2;4)} {= 3 > 2} {= {MERGEFIELD points} * 2 + 1}", "3 1 1801", "3 1 91"),
    (r'{SET p 12}{= p * {MERGEFIELD points} \# "# ##0,00 €"}', "10 800,00 €", "540,00 €"),
    (r'{ASK jour "Quel jour ?" \d "lundi"}{REF jour} {FILLIN "Quelle heure ?"}', "lundi 14 h"),
    ('{QUOTE "Vu : {MERGEFIELD surnom}"}', "Vu : o'brien le GRAND", "Vu : RICHARD"),
    (r'{GREETINGLINE \f "<<_BEFORE_ Bonjour >><<_TITLE0_>><< _LAST0_>><<_AFTER_ ,>>"'
     r' \l 1036 \e "Madame, Monsieur,"}', "Bonjour Mme Le Goff,", "Bonjour M. Kerjean,"),
]  # fmt: skip
ALL = [*SWITCHES, *NAMES, *DATES, *NUMBERS, *CONDITIONS, *OTHERS]


@pytest.fixture
def town(workspace: Workspace) -> Workspace:
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text("utf-8").replace("en_GB", "fr_FR"), "utf-8")
    workspace.people([ANNE.split(";"), PAUL.split(";")], HEADER)
    return workspace


def letters(town: Workspace, body: str | bytes, more: str = "", code: int = 0) -> list[bytes]:
    """The merged letters of Anne and Paul, and the bundle of both."""
    template = body if isinstance(body, bytes) else docx(body)
    town.write("templates/letter.docx", template)
    town.campaign(
        "spring",
        "postal_code is not null",
        steps=f"  - {{step: letter, channel: letter, template: letter.docx{more}}}\n",
    )
    town.launch("spring", now=NOW)
    town.ok("letters", "spring", "--out", "post", now=NOW, code=code)
    found = sorted((town.folder / "post").glob("*.docx"))
    return [path.read_bytes() for path in found]


def plain(text: str) -> str:
    """Blanks that do not break are blanks; the thousands stand apart by either."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_every_field_reads_as_in_word(town: Workspace) -> None:
    body = "".join(fields(f"{n}|{text}") for n, (text, *_) in enumerate(ALL))
    anne, paul, both = letters(town, body, ", answers: {'Quelle heure ?': 14 h}")
    read = [[plain(line) for line in lines(one)] for one in (anne, paul, both)]
    expected = [[f"{n}|{one[-1 if person else 1]}" for n, one in enumerate(ALL)]
                for person in (0, 1)]  # fmt: skip
    faults = [
        (ALL[n][0], wanted, got)
        for person in (0, 1)
        for n, (wanted, got) in enumerate(zip(expected[person], read[person], strict=True))
        if wanted != got
    ]
    assert not faults
    assert read[2] == expected[0] + expected[1]


def test_english_letters_follow_words_recorded_results(town: Workspace) -> None:
    """Value and picture, with what Word printed; blanks that pad are left out of the comparison."""
    recorded = {
        "9 00.00": "09.00", "9.006 00.00": "09.01", "9 ##.##": "9.", "9.006 ##.##0000": "09.006000",
        "123.456 ####.0000": "123.4560", "123.456 0000.####": "0123.456",
        "123.456 #.0000": "123.4560", "123456 x#.#x": "56.", "123.456 x#.#x": "23.46",
        "0.125678 0.00x": "0.126", "0.75 .x": ".8", "0.75 .000x": ".750", "15 $###": "$15",
        "2456800 $#,###,###": "$2,456,800", "-10 -##": "-10", "10 -##": "10", "10 +##": "+10",
        "33 ##%": "33%", "33 #%#": "3%3", "34 #'y'#": "3y4",
    }  # fmt: skip
    codes = [r"{{= {} \# {}}}".format(*key.split(" ", 1)) for key in recorded]
    dates = r'{MERGEFIELD achat \@ "dddd, MMMM d, yyyy"} {MERGEFIELD points \* CardText} '
    dates += r"{MERGEFIELD points \* Ordinal}"
    town.write("templates/letter.docx", docx("".join(map(fields, [*codes, dates]))))
    town.campaign(
        "spring",
        "postal_code is not null",
        head="language: en\n",
        steps="  - {step: letter, channel: letter, template: letter.docx}\n",
    )
    town.launch("spring", now=NOW)
    town.ok("letters", "spring", "--out", "post", now=NOW)
    (paul,) = [one.read_bytes() for one in (town.folder / "post").glob("44000-*.docx")]
    *numbers, last = lines(paul)
    got = {key: text.replace(" ", "") for key, text in zip(recorded, numbers, strict=True)}
    assert got == recorded
    assert last == "Monday, March 1, 2027 forty-five 45th"


def test_lines_of_empty_fields_vanish_and_address_blocks_close_up(town: Workspace) -> None:
    """Paul has no second line of address, and no opinion."""
    block = (
        r'{ADDRESSBLOCK \f "<<_TITLE0_ >><<_FIRST0_>><< _LAST0_>>¶<<_STREET1_>>¶<<_STREET2_>>¶'
        r'<<_POSTAL_ >><<_CITY_>><<¶_COUNTRY_>>" \l 1036 \c 0 \e "France"}'
    )
    own = ["{MERGEFIELD first_name} {MERGEFIELD last_name}", "{MERGEFIELD street}",
           "{MERGEFIELD street2}", "{MERGEFIELD postal_code} {MERGEFIELD city}"]  # fmt: skip
    body = "".join(map(fields, [*own, "—", block, "—", '{IF {MERGEFIELD avis} <> "" "un avis"}']))
    anne, paul, _ = letters(town, body + paragraph(run("Fin")))
    text = [line.replace("/", "\n") for line in lines(anne)]
    assert "\n".join(text).splitlines() == [
        "Anne Le Goff", "3 rue du Four", "Bât. B", "35000 Rennes", "—",
        "Mme Anne Le Goff", "3 rue du Four", "Bât. B", "35000 Rennes", "—", "un avis", "Fin",
    ]  # fmt: skip
    text = [line.replace("/", "\n") for line in lines(paul)]
    assert "\n".join(text).splitlines() == [
        "Paul Kerjean", "8 quai Ney", "44000 Nantes", "—",
        "M. Paul Kerjean", "8 quai Ney", "44000 Nantes", "—", "Fin",
    ]  # fmt: skip


def test_values_stay_text_with_their_lines(town: Workspace) -> None:
    """Ampersands, angle brackets, braces of other languages, lines of an opinion."""
    town.ok("contacts", "set", "a1", "avis=a <b> & {{ 7*7 }}\nligne 2", now=NOW)
    town.ok("contacts", "set", "b2", "avis=]]> «Nom» {% raw %}", now=NOW)
    anne, paul, _ = letters(town, paragraph(run("Avis : "), merge("avis"), run(".")))
    assert lines(anne) == ["Avis : a <b> & {{ 7*7 }}/ligne 2."]
    assert lines(paul) == ["Avis : ]]> «Nom» {% raw %}."]


def test_skipif_and_a_locked_field(town: Workspace) -> None:
    locked = complex_field(" DATE ", "le 3 mai").replace(
        'w:fldCharType="begin"', 'w:fldCharType="begin" w:fldLock="true"'
    )
    body = fields('{SKIPIF {MERGEFIELD genre} = "H"}') + paragraph(merge("first_name"), locked)
    found = letters(town, body)
    assert [[x for x in lines(one) if x] for one in found] == [["Annele 3 mai"]] * 2
    assert "SKIPIF" in town.run("why", "paul@mail.example", now=NOW).out


def test_a_value_missing_in_a_sentence_holds_that_letter_and_no_other(town: Workspace) -> None:
    body = paragraph(run("Votre avis, "), merge("avis"), run(", nous touche."))
    found = letters(town, body, code=4)
    assert [lines(one) for one in found] == [["Votre avis, bien & beau, nous touche."]] * 2
    assert "avis" in town.run("why", "paul@mail.example", now=NOW).out.lower()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("MERGEFIELD vile", "'Ville'"),
        ("NEXT", "NEXT"),
        ("= 2 + ", "2 +"),
        (r"MERGEFIELD points \# ", "#"),
        ("IF 1", "IF"),
        (r"MERGEFIELD points \* Fantaisie", "Fantaisie"),
        ("DATABASE \\s \"SELECT 1\"", "DATABASE"),
        ("INCLUDETEXT c:\\\\x.docx", "INCLUDETEXT"),
        (r"MERGEFIELD points \# # ##0,00", "##0,00"),
    ],
)  # fmt: skip
def test_what_cannot_be_merged_right_is_told_by_check(
    code: str, says: str, town: Workspace
) -> None:
    town.write("templates/letter.docx", docx(fields(f"Bonjour {{{code}}}")))
    town.campaign("spring", "postal_code is not null",
                  steps="  - {step: letter, channel: letter, template: letter.docx}\n")  # fmt: skip
    told = town.run("check", "spring", now=NOW)
    assert "letter.docx" in told.out
    assert says in told.out
    assert told.code == 1 or code.startswith(("DATABASE", "INCLUDE", "MERGEFIELD points \\# #"))
