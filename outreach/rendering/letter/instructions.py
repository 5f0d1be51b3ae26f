"""The text inside a Word field: keyword, arguments, switches (ECMA-376 Part 1, 17.16).

    MERGEFIELD  "Prénom usuel"  \\* Upper  \\b "chez "

Quotes may be straight or typographic (Word takes both), `\\"` inside quotes is a quote,
a switch may be glued to its argument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from outreach.model.text import fold

#: Field kinds by the names they had in French Word up to version 6.
_FRENCH = {"CHAMPFUSION": "MERGEFIELD", "SI": "IF", "DEMANDER": "ASK", "REMPLIR": "FILLIN",
           "SUIVANT": "NEXT", "SUIVANTSI": "NEXTIF", "SAUTERSI": "SKIPIF",
           "ENREGFUSION": "MERGEREC", "SEQFUSION": "MERGESEQ", "DEFINIR": "SET", "RENVOI": "REF",
           "COMPARER": "COMPARE", "INSERERIMAGE": "INCLUDEPICTURE", "CITER": "QUOTE",
           "BLOCADRESSE": "ADDRESSBLOCK", "LIGNESALUTATION": "GREETINGLINE", "HEURE": "TIME",
           "LIENHYPERTEXTE": "HYPERLINK"}  # fmt: skip

_TOKEN = re.compile(
    r"""
    \s*(?:
        ["“”„](?P<quoted>(?:\\.|[^"“”\\])*)["“”]?
      | «(?P<chevrons>[^»]*)»
      | \\(?P<switch>[^\s"“”])
      | (?P<bare>[^\s\\"“”„«»]+)
      | (?P<other>.)
    )""",
    re.VERBOSE | re.DOTALL,
)

#: Switches that take an argument, whatever the field.
_WITH_ARGUMENT = frozenset("*@#bf")


@dataclass(frozen=True, slots=True)
class Switch:
    """`\\* Upper` is `Switch("*", "Upper")`; a switch without argument has None."""

    name: str
    argument: str | None = None


@dataclass(frozen=True, slots=True)
class Instruction:
    """A field's code, read. `kind` is upper case; `text` is what was written."""

    kind: str
    arguments: tuple[str, ...]
    switches: tuple[Switch, ...]
    text: str
    #: How many arguments stand before the first switch.
    leading: int

    @property
    def name(self) -> str:
        """The merge field's name. Blanks in it should be quoted, and often are not.

        It ends at the first switch: what follows an unquoted picture (`\\@ d MMMM`) is read
        by nobody, in Word neither.
        """
        return " ".join(self.arguments[: self.leading] or self.arguments).strip()

    @property
    def unread(self) -> str:
        """What Word passes over: the words behind a picture that lacks its quotes."""
        return " ".join(self.arguments[self.leading :] if self.leading else ())


def read_instruction(code: str) -> Instruction:
    """Keyword, arguments and switches of a field's code. An empty code has the kind ''."""
    text = " ".join(code.split())
    tokens = list(_tokens(code.strip()))
    kind = ""
    if tokens and tokens[0][0] == "text":
        kind = tokens.pop(0)[1].upper()
    arguments: list[str] = []
    switches: list[Switch] = []
    leading = 0
    for what, value in tokens:
        if what == "switch":
            switches.append(Switch(value))
        elif switches and _awaits(switches[-1]):
            switches[-1] = Switch(switches[-1].name, value)
        else:
            arguments.append(value)
            leading += not switches
    return Instruction(
        _FRENCH.get(fold(kind).upper(), kind), tuple(arguments), tuple(switches), text, leading
    )


def _awaits(switch: Switch) -> bool:
    return switch.argument is None and switch.name in _WITH_ARGUMENT


def _tokens(code: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(code):
        if match["switch"] is not None:
            found.append(("switch", match["switch"].lower()))
        elif match["quoted"] is not None:
            found.append(("text", re.sub(r"\\(.)", r"\1", match["quoted"])))
        elif match["chevrons"] is not None or match["bare"] is not None:
            found.append(("text", match["chevrons"] or match["bare"] or ""))
    return found
