"""French as it is spoken: sentences, plural forms, numbers and dates, and a whole catalogue."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from outreach.application import Application, Options
from outreach.cli import main
from outreach.errors import Plural, Text, did_you_mean
from outreach.language import LOCALE_DIR, Language, environment_locale

FRENCH = Language("fr_FR")
THIN = "\N{NARROW NO-BREAK SPACE}"

#: What is the same word in both languages, or the name of a thing.
SAME = {
    "{number}/min", "{number}/s", "prospect", "suspect",
    "Arguments", "Contacts", "Expression", "Id", "Import", "Introduction", "Note", "Objections",
    "Options", "Questions", "SIRET", "Source", "source", "Type", "exact", "p", "total", "verdict",
    "DKIM {name}", "Date", "HTML", "SQLite {version}", "date", "guide", "ok", "standard",
    "{count} contact", "{count} contacts", "outreach.yaml", "--config", "OUTREACH_CONFIG",
    "Contact", "contact", "Minutes", "minutes", "Notes", "note", "km", "licence", "opposition",
    "rectification", "g guide", "n note", "o1, o2… objection",
    # Keys of the files, and articles of French law, are cited as they are written.
    "`consumer_calls:`", "`legal:`", "`policy:`",
    "Code de la consommation art. L.223-1 (loi 2025-594 art. 13)",
    "Code de la consommation art. D.223-9 (décret 2022-1313)",
    # Of the evaluation and the planning.
    "Budget", "Effort", "F", "M", "Objection", "R", "Ratios", "SMART", "action", "articles",
    "attrition", "budget", "cause", "prospects", "ratio", "segment", "segment {name}", "sources",
    "type", "χ²",
}  # fmt: skip


def entries() -> list[Message]:
    """Every sentence of the catalogue with its French."""
    with (LOCALE_DIR / "fr" / "LC_MESSAGES" / "outreach.po").open("rb") as file:
        return [message for message in read_po(file, locale="fr") if message.id]


def forms(message: Message) -> list[tuple[str, str]]:
    """English and French, form by form."""
    english, french = _strings(message.id), _strings(message.string)
    assert len(english) == len(french), message.id
    return list(zip(english, french, strict=True))


def _strings(found: object) -> tuple[str, ...]:
    """The one form of a sentence, or the forms of a plural."""
    return tuple(map(str, found)) if isinstance(found, tuple | list) else (str(found or ""),)


def placeholders(sentence: str) -> Counter[str]:
    """`{name!r:>7}` as it stands; braces of code, such as `{{ name }}`, count as they are too."""
    return Counter(re.findall(r"\{\{.*?\}\}|\{%.*?%\}|\{[^{}]*\}", sentence))


# --- what a Language says ----------------------------------------------------------------------


def test_a_french_workspace_reads_french() -> None:
    assert FRENCH.say(Text("the file is empty")) == "le fichier est vide"


def test_a_value_is_put_in_after_translation() -> None:
    said = FRENCH.say(Text("there is no campaign {name!r}", name="été"))
    assert said == "il n'y a pas de campagne 'été'"


def test_a_suggestion_ends_with_a_question_mark_set_off() -> None:
    hint = did_you_mean("lanch", ["launch", "letters"])
    assert hint is not None
    assert FRENCH.say(hint) == "vouliez-vous dire 'launch'\N{NO-BREAK SPACE}?"


def test_a_sentence_nobody_translated_stays_english() -> None:
    assert FRENCH.say(Text("nobody ever wrote this")) == "nobody ever wrote this"


def test_every_other_locale_reads_english() -> None:
    assert Language("de_DE").say(Text("the file is empty")) == "the file is empty"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 erreur"), (1, "1 erreur"), (2, "2 erreurs"), (1000, f"1{THIN}000 erreurs")],
)
def test_zero_is_singular_in_french(count: int, said: str) -> None:
    assert FRENCH.say(Plural("{count} error", "{count} errors", count)) == said


def test_zero_is_plural_in_english() -> None:
    assert Language("en_GB").say(Plural("{count} error", "{count} errors", 0)) == "0 errors"


def test_a_sentence_inside_a_sentence_is_translated() -> None:
    said = FRENCH.say(Text("warning: {what}", what=Text("the subject is empty")))
    assert said == "avertissement\N{NO-BREAK SPACE}: l'objet est vide"


def test_numbers_and_dates_in_a_sentence_are_written_as_the_locale_writes_them() -> None:
    over = FRENCH.say(Text("the budget is exceeded by {amount}", amount=Decimal("1234.5")))
    assert over == "le budget est dépassé de 1\N{NARROW NO-BREAK SPACE}234,5"
    early = FRENCH.say(Text("this is before the start, {start}", start=date(2027, 3, 1)))
    assert early == "c'est avant le début, le 1er mars 2027"
    assert [FRENCH.write(date(2027, month, 1)) for month in (1, 6, 10)] == [
        "1er janv. 2027", "1er juin 2027", "1er oct. 2027",
    ]  # fmt: skip
    assert [FRENCH.write(date(2027, 6, day)) for day in (2, 11, 21)] == [
        "2 juin 2027", "11 juin 2027", "21 juin 2027",
    ]  # fmt: skip
    due = FRENCH.say(Text("Next: {instant}", instant=datetime(2027, 3, 1, 9, 30, tzinfo=UTC)))
    assert due == "Suite\N{NO-BREAK SPACE}: 01/03/2027 09:30"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en_GB", "12,000 people of 30,000, -1,000 and 999"),
        ("fr_FR", f"12{THIN}000 people of 30{THIN}000, -1{THIN}000 and 999"),
    ],
)
def test_thousands_stand_apart_in_every_sentence(language: str, said: str) -> None:
    text = Plural("{count} person of {all}, {less} and {few}",
                  "{count} people of {all}, {less} and {few}",
                  12_000, all=30_000, less=-1000, few=999)  # fmt: skip
    assert Language(language).say(text) == said


@pytest.mark.parametrize(
    "text",
    [
        Text("there is no recording {number}", number=1042),
        Text("#{id}", id=1042),
        Text("in {file}, line {line}", file="people.csv", line=1042),
        Text("outreach launch spring --confirm {enrolled}", enrolled=1042),
    ],
)
def test_what_says_which_one_or_is_to_be_typed_has_its_digits_together(text: Text) -> None:
    assert "1042" in FRENCH.say(text)


def test_money_and_rates_have_a_comma_and_a_space_before_the_sign() -> None:
    assert FRENCH.money(Decimal("1234.5"), "EUR").endswith("234,50\N{NO-BREAK SPACE}€")
    assert FRENCH.percent(0.283) == "28,3\N{NO-BREAK SPACE}%"
    assert FRENCH.percent(None) == "–"


@pytest.mark.parametrize(
    ("shell", "locale"),
    [("fr_FR.UTF-8", "fr_FR"), ("fr_CA", "fr_CA"), ("fr", "fr_FR"), ("C.UTF-8", "en_GB")],
)
def test_without_a_workspace_the_shell_says_the_language(
    shell: str, locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", shell)
    assert environment_locale() == locale


# --- what click says by itself -----------------------------------------------------------------


@pytest.fixture
def french_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A French terminal in a folder that is no workspace."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)


def typed(*words: str) -> int:
    """The exit code of `outreach …`."""
    return main.answer(list(words), Application(Options(json="--json" in words)))


@pytest.mark.usefixtures("french_shell")
@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["--help"], ["Usage : outreach", "Options :", "Campagnes :", "Afficher la version."]),
        (["launch", "--help"], ["Fige la cible de CAMPAIGN", "Afficher cette aide et quitter."]),
        (["contacts", "--help"], ["Commandes :", "Liste les personnes que EXPR sélectionne"]),
        (["contacts", "import", "--help"], ["[par défaut : fill]"]),
    ],
)
def test_help_is_french_from_its_first_word_to_its_last(
    words: list[str], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(*words) == 0
    shown = _plain(capsys.readouterr().out)
    assert [line for line in lines if line not in shown] == []


@pytest.mark.usefixtures("french_shell")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lanch"], "il n'y a pas de commande 'lanch'\n  vouliez-vous dire 'launch' ?"),
        (["contacts", "lst"], "il n'y a pas de commande 'lst'\n  vouliez-vous dire 'list' ?"),
        (["run", "--limt", "3"], "il n'y a pas d'option '--limt'\n  vouliez-vous dire '--limit' ?"),
        (["run", "--limit"], "--limit demande une valeur"),
        (["run", "--json=3"], "--json ne prend pas de valeur"),
        (["run", "--limit", "x"], "--limit demande un nombre entier, 0 au moins"),
        (["launch", "a", "--confirm", "x"], "--confirm demande un nombre entier"),
        (["check"], "il manque CAMPAIGN"),
        (["why", "a", "b", "c"], "mots en trop : c"),
        (["schema", "x"], "au choix : campaign, settings"),
        (
            ["contacts", "import", "x", "--on-match", "y"],
            "--on-match, au choix : fill, keep, replace",
        ),
    ],
)
def test_a_wrong_command_line_is_told_in_french(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(*words) == 2
    assert _plain(capsys.readouterr().err).endswith(f"Erreur : {said}\n")


@pytest.mark.usefixtures("french_shell")
def test_a_wrong_command_line_is_told_in_french_as_json_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert typed("check", "--json") == 2
    told = json.loads(capsys.readouterr().out)["errors"]
    assert [error["message"] for error in told] == ["il manque CAMPAIGN"]


def _plain(shown: str) -> str:
    """With every space an ordinary one."""
    return shown.replace("\N{NO-BREAK SPACE}", " ")


# --- the catalogue -----------------------------------------------------------------------------


def test_no_sentence_is_without_french() -> None:
    assert [one.id for one in entries() if not all(french for _, french in forms(one))] == []


def test_a_translation_has_the_placeholders_of_its_english() -> None:
    wrong = [
        english
        for one in entries()
        for english, french in forms(one)
        if placeholders(english) != placeholders(french)
    ]
    assert wrong == []


def test_only_words_of_both_languages_are_the_same_in_both() -> None:
    same = {
        english
        for one in entries()
        for english, french in forms(one)
        if english == french and re.sub(r"\{[^{}]*\}|\W", "", english)
    }
    assert same - SAME == set()


def test_lines_and_columns_stand_where_they_stand_in_english() -> None:
    """Leading spaces and paragraphs make lists and helps; French keeps them."""
    moved = [
        english
        for one in entries()
        for english, french in forms(one)
        if _indent(english) != _indent(french) or english.count("\n\n") != french.count("\n\n")
    ]
    assert moved == []


def test_high_punctuation_is_set_off_by_a_no_break_space() -> None:
    """Never by a space that may end a line: `:`, `;`, `?`, `!`, `%` and guillemets."""
    breaking = re.compile(r" [:;?»]|« | !(?!=)|[\d}] %")
    assert [s for one in entries() for _, s in forms(one) if breaking.search(s)] == []


def _indent(sentence: str) -> int:
    return len(sentence) - len(sentence.lstrip(" "))
