"""What the characters of a Word number picture are: digits, signs, grouping, or text.

A picture is typed with the signs of its author's country, and Word reads it with those of
the reader's. Here it means what its author meant wherever that can be told:

    # ##0,00    grouped, where the decimal sign is a comma: three digits behind each blank
    00 00 00    not grouped: the blanks are text
    #,##0.00    grouped with two decimals, in French too: of two signs the last is the decimal
    #,##0       grouped, in French too: nobody asks for decimals by `##0`
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Role = Literal["digit", "radix", "group", "sign", "text"]

_TOKEN = re.compile(r"'(?P<quoted>[^']*)'?|`[^`]*`?|(?P<char>.)", re.DOTALL)
_BLANKS = " \u00a0\u2009\u202f"
#: Blanks that group: three placeholders behind each, none of them decimals.
_BLANK_GROUPS = re.compile(r"(?<![0.,])(?<!0_)0+(?:_000)+(?!_?0)")


@dataclass(frozen=True, slots=True)
class Symbols:
    """The signs that a locale prints."""

    decimal: str
    group: str

    @staticmethod
    @lru_cache(maxsize=64)
    def of(locale: str) -> Symbols:
        from babel.numbers import get_decimal_symbol, get_group_symbol

        return Symbols(str(get_decimal_symbol(locale)), str(get_group_symbol(locale)))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a picture prints. A digit's text is its placeholder: `0`, `#` or `x`."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A picture, or what it asks for of positive, negative numbers or zero."""

    #: In their order, without grouping signs.
    items: tuple[Item, ...]
    #: The placeholders, and how many of them stand before the decimal sign.
    places: str
    whole: int
    grouped: bool
    #: Whether it was typed with the signs of another locale.
    foreign: bool = False

    @property
    def decimals(self) -> int:
        """To how many decimals the number is rounded: an `x` there is the last."""
        rest = self.places[self.whole :]
        return rest.index("x") + 1 if "x" in rest else len(rest)

    @property
    def filled(self) -> bool:
        """Word fills every place with zeros where a `0` follows a `#` among the decimals
        (`##.##0000` prints 9.006 as `09.006000`)."""
        return re.search("#.*0", self.places[self.whole :]) is not None

    @property
    def shows_sign(self) -> bool:
        """Word drops the minus with the whole part (`.###`); a typed sign is printed instead."""
        return self.whole > 0 and all(item.role != "sign" for item in self.items)


@lru_cache(maxsize=512)
def read_picture(picture: str, locale: str) -> tuple[Section, ...]:
    """The sections of a picture: one, two (positive; negative) or three (…; zero)."""
    sections: list[list[tuple[str, bool]]] = [[]]
    for match in _TOKEN.finditer(picture):
        if match["char"] == ";":
            sections.append([])
        elif match["char"] is not None:
            sections[-1].append((match["char"], True))
        elif match["quoted"] is not None:
            sections[-1].append((match["quoted"], False))
    return tuple(_section(tokens, Symbols.of(locale)) for tokens in sections[:3])


def _section(tokens: list[tuple[str, bool]], symbols: Symbols) -> Section:
    shape = _shape(tokens)
    radix, groups = _marks(shape, "".join(text if bare else "\0" for text, bare in tokens), symbols)
    if symbols.decimal == "," or (radix is not None and shape[radix] == ","):
        for match in _BLANK_GROUPS.finditer(shape):
            groups |= {n for n in range(*match.span()) if shape[n] == "_"}
    items: list[Item] = []
    for n, (text, _) in enumerate(tokens):
        role = _role(n, shape, radix, groups)
        if role != "group":
            items.append(Item(role, text))
    places = "".join(item.text for item in items if item.role == "digit")
    behind = 0 if radix is None else shape[radix:].count("0")
    return Section(
        tuple(items),
        places,
        len(places) - behind,
        bool(groups),
        foreign=any(shape[n] == symbols.decimal for n in groups)
        or (radix is not None and shape[radix] != symbols.decimal),
    )


def _role(n: int, shape: str, radix: int | None, groups: set[int]) -> Role:
    if n == radix:
        return "radix"
    if n in groups:
        return "group"
    if shape[n] == "0":
        return "digit"
    return "sign" if shape[n] == "-" else "text"


def _shape(tokens: list[tuple[str, bool]]) -> str:
    """One letter per token: `0` a placeholder, `-` a sign, `_` a blank, `.`, `,` or `t`ext.

    An `x` is a placeholder beside others only, and `+` and `-` are signs at an end of the
    number only: neither in `prix` nor in `sous-total` nor in `000-000`.
    """
    shape = ""
    for n, (text, bare) in enumerate(tokens):
        around = [tokens[m] for m in (n - 1, n + 1) if 0 <= m < len(tokens)]
        near = [other if plain else "'" for other, plain in around]
        if not bare:
            shape += "t"
        elif text in "0#" or (text == "x" and any(other in "0#x.," for other in near)):
            shape += "0"
        elif text in "+-" and not any(map(str.isalpha, near)):
            shape += "t" if len(near) == 2 and all(other in "0#x" for other in near) else "-"
        elif text in _BLANKS:
            shape += "_"
        else:
            shape += text if text in ".," else "t"
    return shape


def _marks(shape: str, picture: str, symbols: Symbols) -> tuple[int | None, set[int]]:
    """The place of the decimal sign, and those of the signs that group."""
    found = [n for n, sign in enumerate(shape) if sign in ".," and _is_mark(shape, n, symbols)]
    if not found:
        return None, set()
    kinds = {shape[n] for n in found}
    if len(kinds) == 2:
        return found[-1], {n for n in found if shape[n] != shape[found[-1]]}
    sign, last = kinds.pop(), found[-1]
    behind = re.match("[0#x]*", picture[last + 1 :])
    typed = behind[0] if behind else ""
    if sign == symbols.group:
        cents = len(found) == 1 and typed == "00" and shape[last - 1 : last] == "0"
        return (last, set()) if cents else (None, set(found))
    if len(found) > 1:
        thousands = re.search(rf"(?:{re.escape(sign)}000){{{len(found)}}}(?!0)", shape)
        return None, set(found) if thousands else set()
    if typed == "##0":
        return None, {last}
    return last, set()


def _is_mark(shape: str, n: int, symbols: Symbols) -> bool:
    before, after = shape[n - 1 : n], shape[n + 1 : n + 2]
    return after == "0" or (shape[n] == symbols.decimal and before == "0")
