"""ADDRESSBLOCK and GREETINGLINE: formats of groups that vanish where they have nothing to say.

    <<_TITLE0_ >><<_FIRST0_>><< _LAST0_>>
    <<_STREET1_>>
    <<_POSTAL_ >><<_CITY_>>

A group in `<<…>>` is printed with its literals where one of its placeholders has a value.
Placeholders are those of MS-OI29500 (2.1.476 for the greeting); a template may tie them to
columns of its own (`w:fieldMapData`), else `MAPPED` says which field of the contact base
is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from outreach.model.text import fold

#: Word's placeholders by the name that `w:mappedName` has in a template.
MAPPED_NAMES: Mapping[str, str] = MappingProxyType({
    "Courtesy Title": "_TITLE0_", "First Name": "_FIRST0_", "Middle Name": "_MIDDLE0_",
    "Last Name": "_LAST0_", "Suffix": "_SUFFIX0_", "Nickname": "_NICK0_",
    "Spouse/Partner Courtesy Title": "_TITLE1_", "Spouse/Partner First Name": "_FIRST1_",
    "Spouse/Partner Middle Name": "_MIDDLE1_", "Spouse/Partner Last Name": "_LAST1_",
    "Spouse/Partner Nickname": "_NICK1_",
    "Company": "_COMPANY_", "Address 1": "_STREET1_", "Address 2": "_STREET2_", "City": "_CITY_",
    "State": "_STATE_", "Postal Code": "_POSTAL_", "Country or Region": "_COUNTRY_",
})  # fmt: skip

#: The field of the contact base behind a placeholder; the others are always empty.
MAPPED: Mapping[str, str] = MappingProxyType({
    "_TITLE0_": "civility", "_FIRST0_": "first_name", "_LAST0_": "last_name",
    "_NICK0_": "first_name", "_COMPANY_": "company",
    "_STREET1_": "street", "_STREET2_": "street2", "_CITY_": "city",
    "_POSTAL_": "postal_code", "_COUNTRY_": "country",
})  # fmt: skip

#: The short spelling of placeholders that MS-OI29500 lists beside the long one.
_SHORT = {"/t": "_TITLE{}_", "/f": "_FIRST{}_", "/m": "_MIDDLE{}_", "/l": "_LAST{}_",
          "/n": "_NICK{}_", "/s": "_SUFFIX{}_"}  # fmt: skip

_GROUP = re.compile(r"<<(.*?)>>", re.DOTALL)
_PLACEHOLDER = re.compile(r"_[A-Z]+[0-9]?_|/[tfmlns][01](?!\w)")
_AROUND = re.compile(r"\s*(?:_(?P<word>BEFORE|AFTER)_|/(?P<short>[gx]) )(?P<text>.*)", re.DOTALL)
_BLANKS = re.compile(r"[ \t]+")

#: What must have a value for a greeting to be one; suffixes and partners may be missing.
_NEEDED = frozenset({"_TITLE0_", "_FIRST0_", "_LAST0_", "_NICK0_"})

#: What a French letter writes out in its greeting: « Madame, », never « Mme, ».
_WRITTEN_OUT = {"m": "Monsieur", "m.": "Monsieur", "mr": "Monsieur", "mme": "Madame",
                "mlle": "Mademoiselle", "dr": "Docteur", "pr": "Professeur", "me": "Maître",
                "mm": "Messieurs", "mm.": "Messieurs", "mmes": "Mesdames"}  # fmt: skip

_NAME = "<<_TITLE0_ >><<_FIRST0_ >><<_LAST0_>>\n"
#: Name and company as NF Z10-011 orders them for a person in a company.
_FRENCH_TOP = "<<_COMPANY_>>\n" + _NAME + "<<_STREET1_>>\n<<_STREET2_>>\n"
_TOP = _NAME + "<<_COMPANY_>>\n<<_STREET1_>>\n<<_STREET2_>>\n"
_COUNTRY_LINE = "\n<<_COUNTRY_>>"
_CITY_LAST = frozenset(
    {"us", "usa", "united states", "etats-unis", "ca", "canada", "au", "australia", "australie"}
)
_OWN_LINE = frozenset(
    {"gb", "uk", "united kingdom", "royaume-uni", "great britain", "ie", "ireland", "irlande"}
)
_FRENCH = frozenset(
    {"", "fr", "france", "be", "belgium", "belgique", "lu", "luxembourg", "ch", "switzerland",
     "suisse", "mc", "monaco"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """`<<…>>`, or text between two of them (no placeholders). `texts` stand around `names`."""

    names: tuple[str, ...]
    texts: tuple[str, ...]

    def write(self, parts: Mapping[str, str]) -> str:
        values = [parts.get(name, "").strip() for name in self.names]
        if self.names and not any(values):
            return ""
        return self.texts[0] + "".join(
            value + text for value, text in zip(values, self.texts[1:], strict=True)
        )


@dataclass(frozen=True, slots=True)
class AddressFormat:
    """How ADDRESSBLOCK writes an address."""

    groups: tuple[_Group, ...]
    #: Word's `\\c`: "0" never prints the country, "1" always, "2" where it is not `home`.
    countries: str = "1"
    #: Word's `\\e`: the country that is not printed.
    home: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders it asks for, each once."""
        return _names(self.groups)

    def write(self, parts: Mapping[str, str]) -> str:
        """The address, lines divided by `\\n`, by placeholder: `{"_LAST0_": "Durand"}`.

        Lines without text and blanks at the ends of lines are left out.
        """
        if not self._shows(parts.get("_COUNTRY_", "")):
            parts = {**parts, "_COUNTRY_": ""}
        text = "".join(group.write(parts) for group in self.groups)
        lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
        return "\n".join(line for line in lines if line)

    def _shows(self, country: str) -> bool:
        if self.countries == "2":
            return fold(country.strip()) != fold(self.home.strip())
        return self.countries != "0"


@dataclass(frozen=True, slots=True)
class GreetingFormat:
    """How GREETINGLINE writes a greeting."""

    groups: tuple[_Group, ...]
    before: str = ""
    after: str = ""
    #: Whether `Mme` is printed `Madame`; in a format of the template it is not, as in Word.
    titles_written_out: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders it asks for, each once."""
        return _names(self.groups)

    def write(self, parts: Mapping[str, str], otherwise: str) -> str:
        """`Madame Durand,`; `otherwise` (Word's `\\e`) where a title or name is missing."""
        if any(not parts.get(name, "").strip() for name in self.names if name in _NEEDED):
            return otherwise
        title = parts.get("_TITLE0_", "").strip()
        if self.titles_written_out:
            parts = {**parts, "_TITLE0_": _WRITTEN_OUT.get(fold(title), title)}
        text = self.before + "".join(group.write(parts) for group in self.groups)
        return _BLANKS.sub(" ", text).strip(" ") + self.after


def read_address_format(text: str, countries: str | None = None, home: str = "") -> AddressFormat:
    """The argument of `\\f` of an ADDRESSBLOCK; `countries` and `home` are those of `\\c`, `\\e`.

    Without `\\c` the country is printed, unless it is the one that `\\e` leaves out.
    """
    return AddressFormat(_groups(text), countries or ("2" if home else "1"), home)


def read_greeting_format(text: str) -> GreetingFormat:
    """The argument of `\\f` of a GREETINGLINE."""
    around = {"BEFORE": "", "AFTER": ""}

    def keep(match: re.Match[str]) -> str:
        found = _AROUND.fullmatch(match[1])
        if not found:
            return match[0]
        where = found["word"] or {"g": "BEFORE", "x": "AFTER"}[found["short"]]
        around[where] = found["text"].removeprefix(" ") if found["word"] else found["text"]
        return ""

    groups = _groups(_GROUP.sub(keep, text))
    return GreetingFormat(groups, around["BEFORE"], around["AFTER"].rstrip(" "))


def default_address(country: str = "") -> AddressFormat:
    """The format where none is given, for a recipient in `country`: a name or an ISO code.

    France and its neighbours put the company first and the postal code before the city, as
    NF Z10-011 does; most of the world the latter only; the United States write `City, ST ZIP`,
    the United Kingdom the postal code below the city.
    """
    where = fold(country.strip())
    if where in _CITY_LAST:
        return read_address_format(_TOP + "<<_CITY_>><<, _STATE_>><< _POSTAL_>>" + _COUNTRY_LINE)
    if where in _OWN_LINE:
        return read_address_format(_TOP + "<<_CITY_>>\n<<_POSTAL_>>" + _COUNTRY_LINE)
    top = _FRENCH_TOP if where in _FRENCH else _TOP
    return read_address_format(top + "<<_POSTAL_ >><<_CITY_>>" + _COUNTRY_LINE)


def default_greeting(locale: str) -> tuple[GreetingFormat, str]:
    """The format where none is given, and the greeting of people without title or name.

    French: `Madame,` without the name, the title written out. English: `Dear Mr Smith,`.
    """
    if locale.startswith("fr"):
        short = read_greeting_format("<<_TITLE0_>><<_AFTER_ ,>>")
        written = GreetingFormat(short.groups, after=short.after, titles_written_out=True)
        return written, "Madame, Monsieur,"
    full = read_greeting_format("<<_BEFORE_ Dear >><<_TITLE0_>><< _LAST0_>><<_AFTER_ ,>>")
    return full, "Dear Sir or Madam,"


def _groups(text: str) -> tuple[_Group, ...]:
    return tuple(_all_groups(re.sub(r"\r\n?|\x0b|¶", "\n", text)))


def _all_groups(text: str) -> Iterator[_Group]:
    end = 0
    for match in _GROUP.finditer(text):
        yield _Group((), (text[end : match.start()],))
        names = tuple(_long_name(name) for name in _PLACEHOLDER.findall(match[1]))
        yield _Group(names, tuple(_PLACEHOLDER.split(match[1])))
        end = match.end()
    yield _Group((), (text[end:],))


def _long_name(name: str) -> str:
    return _SHORT[name[:2]].format(name[2:]) if name[0] == "/" else name


def _names(groups: tuple[_Group, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group.names))
