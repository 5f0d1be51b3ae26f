"""YAML texts keep their places, their scalars stay text, and their mistakes are told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.errors import Location, Problems
from outreach.files.plain_text import UnreadableFile, read_text
from outreach.files.source import parse_source


def told(text: str) -> str:
    with pytest.raises(Problems) as caught:
        parse_source(text, "f.yaml")
    return str(caught.value)


def test_scalars_stay_what_was_typed() -> None:
    text = "a: no\nb: 09:00\nc: 2027-03-01\nd: 10%\ne: 007\nf: ~\ng: 1_000\nh: [yes, 1.0]\n"
    assert parse_source(text, "f.yaml").plain == {
        "a": "no",
        "b": "09:00",
        "c": "2027-03-01",
        "d": "10%",
        "e": "007",
        "f": "~",
        "g": "1_000",
        "h": ["yes", "1.0"],
    }


def test_every_value_and_key_has_a_place() -> None:
    marked = parse_source("a: 1\nsteps:\n  - step: x\n    cost: 2\n  - {step: y}\n", "f.yaml")
    assert marked.location(("steps", 0, "cost")) == Location("f.yaml", 4, 11)
    assert marked.key_location(("steps", 0, "cost")) == Location("f.yaml", 4, 5)
    assert marked.location(("steps", 1)) == Location("f.yaml", 5, 5)
    assert marked.location(("steps", 1, "step")) == Location("f.yaml", 5, 12)


def test_a_path_that_ends_early_shows_the_last_value_on_it() -> None:
    marked = parse_source("steps:\n  - step: x\n", "f.yaml")
    assert marked.location(("steps", 0, "email", "step")) == Location("f.yaml", 2, 11)
    assert marked.location(("steps", 0, "template")) == Location("f.yaml", 2, 5)
    assert marked.location(("steps", 7)) == Location("f.yaml", 2, 3)
    assert marked.location(()) == Location("f.yaml", 1, 1)


def test_an_alias_means_what_its_anchor_says() -> None:
    marked = parse_source("a: &x [1, 2]\nb: *x\n", "f.yaml")
    assert marked.plain == {"a": ["1", "2"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n\tb: 2\n", "f.yaml:2:1: a tab stands where spaces belong"),
        ("a: b: c\n", "f.yaml:1:5: there cannot be a ':' here"),
        ("a: 1\nfoo\nb: 2\n", "f.yaml:2:1: this line has no ':'"),
        ("a:\n   b: 2\n  c: 3\n", "f.yaml:3:3: this does not fit what stands before it"),
        ('a: "x\nb: 2\n', "f.yaml:1:4: the quotation mark that opens here is never closed"),
        ("a: 'it's'\n", "f.yaml:1:8: this does not fit what stands before it"),
        ("a: @x\n", "f.yaml:1:4: text cannot begin with '@'"),
        ("a: *.jpg\n", "f.yaml:1:4: text cannot begin with '*'"),
        ("a: & b\n", "f.yaml:1:4: text cannot begin with '&'"),
        ("a: *x\n", "f.yaml:1:4: '*x' refers to an anchor that is not there"),
        ("a: [1, 2\nb: 3\n", "f.yaml:1:4: the bracket that opens here has no ']'"),
        ("a: {x: 1\nb: 3\n", "f.yaml:1:4: the bracket that opens here has no '}'"),
        ('a: "\\d"\n', "f.yaml:1:6: a backslash means something else between double quotes"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here"),
        ("a: &x 1\nb: &x 2\n", "f.yaml:2:4: this anchor stands twice"),
        ("a: |x\n", "f.yaml:1:5: this is not YAML: expected chomping or indentation indicators"),
        ("a: \x01\n", "f.yaml:1:4: the invisible character U+0001 stands here"),
        ("# nothing\n", "f.yaml:1:1: the file is empty"),
        ("a: !!python/object:os.system x\n", "f.yaml:1:4: tags such as"),
        ("a: !b c\n", "f.yaml:1:4: tags such as '!b' are not used here"),
    ],
)
def test_a_mistake_is_told_in_words_with_its_place(text: str, expected: str) -> None:
    assert told(text).startswith(expected)


@pytest.mark.parametrize("text", ["a: {{ name }}\n", "a: {{ name }}, x\n", "- {{ name }}, x\n"])
def test_a_placeholder_without_quotes_is_recognised(text: str) -> None:
    assert told(text).endswith("text with {{ }} must stand in quotes")


def test_duplicate_keys_are_all_told() -> None:
    assert told("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n") == (
        "f.yaml:4:3: the key 'c' stands here again, first on line 3\n"
        "f.yaml:5:1: the key 'a' stands here again, first on line 1"
    )


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "the aliases of this file make it endlessly large" in told("\n".join(lines))


def test_an_alias_that_contains_itself_is_refused() -> None:
    assert told("a: &a [*a]\n") == "f.yaml:1:4: the aliases of this file make it endlessly large"


def test_a_thousand_levels_are_refused() -> None:
    assert told("a: " + "[" * 1000) == "f.yaml:1:33: the file nests more levels than any of ours"


def test_a_wrong_encoding_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes("title: été\noffer: vœu et dîner\n".encode("cp1252"))
    with pytest.raises(UnreadableFile) as caught:
        read_text(file)
    assert str(caught.value) == (
        f"{file}:1:8: the file is not UTF-8 text\n  save it again with the encoding UTF-8"
    )


def test_the_mark_of_windows_editors_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes("a: é\n".encode("utf-8-sig"))
    assert read_text(file) == "a: é\n"


def test_a_file_that_is_missing_or_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"no\.yaml: there is no such file"):
        read_text(tmp_path / "no.yaml")
    with pytest.raises(UnreadableFile, match="the file cannot be read: Is a directory"):
        read_text(tmp_path)


def test_a_file_of_more_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(UnreadableFile, match="larger than a megabyte"):
        read_text(file)


def test_places_are_told_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableFile, match=r"^campaigns/x\.yaml: there is no such file"):
        read_text(tmp_path / "campaigns" / "x.yaml")
