"""Address books of vCards 2.1, 3.0 and 4.0, as phones, Outlook, Apple and Gmail write them.

Each card becomes a row; the columns are those that the cards of the file fill. A property
that may stand several times (telephone, address, e-mail) fills the field with its
preferred value and columns of its own (`E-mail 2`) with the others. Photos, sounds, keys
are skipped and named in the notes. (RFC 2426, RFC 6350; the versit specification for 2.1.)
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from outreach.errors import Text
from outreach.files.card_fields import SKIPPED, columns_of, left_out
from outreach.files.encodings import Encoding, find_encoding, lines_of
from outreach.files.tables import Row, Table, UnreadableTable

_PROPERTY = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<params>(?:;(?:[^\":;]|\"[^\"]*\")*)*):(?P<value>.*)",
    re.DOTALL,
)
_PARAM = re.compile(r";((?:[^\";]|\"[^\"]*\")*)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PARTS = re.compile(r"(?<!\\)((?:\\\\)*);")
_LIST = re.compile(r"(?<!\\)((?:\\\\)*),")

#: Behind every number of vCard 4.0.
_NOT_PREFERRED = 101

#: Order of the columns; others stand behind them.
_ORDER = (
    "external_id", "civility", "first_name", "Middle name", "last_name", "Suffix", "job_title",
    "company", "Department", "email", "phone", "mobile", "street", "street2", "postal_code", "city",
    "country", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card: `TEL;TYPE=work:+33…`. `types` are in small letters."""

    name: str
    types: frozenset[str]
    params: Mapping[str, str]
    value: str
    version: str

    @property
    def preference(self) -> int:
        """From 1, the most preferred, to 100 (RFC 6350 §5.3); 101 where nothing is said."""
        said = self.params.get("PREF", "")
        if said.isdigit():
            return int(said)
        return 1 if "pref" in self.types else _NOT_PREFERRED

    def text(self) -> str:
        """The value as one text."""
        return _unescaped(self.value).strip()

    def parts(self) -> list[str]:
        """The components of a structured value, such as a name or an address."""
        return [_unescaped(part).strip() for part in _split(_PARTS, self.value)]

    def listed(self) -> list[str]:
        """The values of a list, such as categories."""
        return [_unescaped(part).strip() for part in _split(_LIST, self.value)]


@dataclass(slots=True)
class Card:
    """The properties of one card, in their order."""

    line: int
    version: str = ""
    properties: list[Property] = field(default_factory=list)
    closed: bool = False

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name and one.value.strip("; ")]

    def first(self, name: str) -> str:
        return next((one.text() for one in self.all(name)), "")


def open_vcards(path: Path) -> Table:
    """An address book as a table. Raises `UnreadableTable`."""
    encoding = find_encoding(path)
    if encoding is None:
        raise UnreadableTable(path, Text("this is not a text file"))
    header: dict[str, None] = {}
    skipped: set[str] = set()
    versions: set[str] = set()
    for card in _cards(path, encoding):
        header |= dict.fromkeys(columns_of(card))
        skipped |= left_out(card)
        versions.add(card.version or "?")
    if not header:
        raise UnreadableTable(path, Text("the cards of this address book are empty"))
    names = tuple(sorted(header, key=lambda n: _ORDER.index(n) if n in _ORDER else len(_ORDER)))

    def read() -> Iterator[Row]:
        for card in _cards(path, encoding):
            found = columns_of(card)
            fault = None if card.closed else Text("the card has no END:VCARD")
            yield Row(card.line, tuple(found.get(name, "") for name in names), fault)

    notes = [Text("address book of vCards {versions}", versions=", ".join(sorted(versions)))]
    if skipped:
        notes.append(Text("not taken from the cards: {names}", names=", ".join(sorted(skipped))))
    return Table(file=path, header=names, read=read, sha256=encoding.sha256, notes=tuple(notes))


# --- cards ------------------------------------------------------------------------------------


def _cards(path: Path, encoding: Encoding) -> Iterator[Card]:
    """Every card; one that is not closed ends where the next one begins."""
    with path.open("rb") as file:
        card: Card | None = None
        depth = 0
        for line, text in _unfolded(lines_of(file, encoding, [])):
            word = text.strip().upper()
            if word == "BEGIN:VCARD" and card and card.properties and not _expects_agent(card):
                yield card
                card, depth = Card(line), 1
            elif word == "BEGIN:VCARD":
                depth += 1
                card = card or Card(line)
            elif word == "END:VCARD" and card:
                depth -= 1
                if depth <= 0:
                    card.closed = True
                    yield card
                    card, depth = None, 0
            elif card and depth == 1:
                _take(card, text)
        if card:
            yield card


def _expects_agent(card: Card) -> bool:
    """In 2.1 the card of somebody's agent stands inside his own."""
    last = card.properties[-1]
    return last.name == "AGENT" and not last.value


def _take(card: Card, text: str) -> None:
    found = _PROPERTY.fullmatch(text)
    if not found:
        return  # the tail of a photo, a blank line
    name = found["name"].upper()
    if name == "VERSION":
        card.version = found["value"].strip()
        return
    params = _params(found["params"])
    value = found["value"]
    if params.get("ENCODING", "").upper() in ("QUOTED-PRINTABLE", "Q"):
        value = _from_quoted(value, params.get("CHARSET", ""))
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    types = frozenset(params.get("TYPE", "").lower().split(",")) - {""}
    value = "" if name in SKIPPED else value
    card.properties.append(Property(name, types, params, value, card.version))


def _params(text: str) -> dict[str, str]:
    """`;TYPE=work,voice;TYPE="cell"` and 2.1's `;WORK;VOICE` alike."""
    params: dict[str, str] = {}
    for word in _PARAM.findall(text):
        name, equals, value = word.partition("=")
        name, value = name.strip().upper(), value.strip().strip('"')
        if not equals:
            coded = name in ("QUOTED-PRINTABLE", "BASE64", "8BIT")
            name, value = ("ENCODING" if coded else "TYPE"), name
        params[name] = f"{params[name]},{value}" if name in params else value
    return params


def _from_quoted(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("utf-8"))
    for encoding in filter(None, (charset, "utf-8", "cp1252")):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode(charset if charset.lower() in ("utf-8", "utf8") else "utf-8", "replace")


def _unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Logical lines and where each begins: folds and soft line breaks are undone.

    A line that begins with a space continues the one before; a quoted-printable one that
    ends with `=` goes on in the next.
    """
    begins, text, quoted = 0, "", False
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if text and quoted and text.endswith("="):
            text = text[:-1] + line
        elif line[:1] in (" ", "\t") and text:
            text += line[1:]
        else:
            if text:
                yield begins, text
            begins, text = number, line
            quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    if text:
        yield begins, text


# --- values -----------------------------------------------------------------------------------


def _split(separator: re.Pattern[str], value: str) -> list[str]:
    """Cut at separators that no backslash protects."""
    parts, start = [], 0
    for found in separator.finditer(value):
        parts.append(value[start : found.end() - 1])
        start = found.end()
    return [*parts, value[start:]]


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
