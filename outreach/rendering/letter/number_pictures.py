"""Numbers: read from text by the letter's locale, written by a Word picture (`\\#`).

The items of a picture are `0`, `#` and `x` for digits, the signs, the decimal and the
grouping sign, `'text'`, and `positive;negative;zero` (ECMA-376 Part 1, 17.16.4.2); what is
printed follows the locale whatever the picture was typed with. `%` is a literal: nothing is
multiplied. How the characters of a picture are told apart stands in number_marks.py.

Word pads with a blank where `#` has no digit (`$###` prints `$ 15`). In a letter that is
an accident, so padding is left out unless it is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from outreach.errors import Text
from outreach.rendering.letter.number_marks import Item, Section, Symbols, read_picture

#: More digits than Word counts with, and than a number of the contact base has: an identifier.
MOST_DIGITS = 15

#: A blank in the place of a digit or of a plus, until it is decided whether it is printed.
_PAD, _NO_SIGN = "\ue000", "\ue001"
_BLANKS = " \u00a0\u2009\u202f"
#: Rounding must not fail on a large result of a formula.
_WIDE = Context(prec=400)


def number_of(text: str, locale: str) -> Decimal | None:
    """The number a text is by the conventions of the locale: `-1 234,5` in French; else None.

    Nothing else may stand in it: `12 €` and `12 %` are no numbers, nor is `1.5` in French.
    More than `MOST_DIGITS` digits are an identifier and no number.
    """
    match = _figure(locale).fullmatch(text.strip())
    return _decimal(match) if match else None


def number_within(text: str, locale: str) -> Decimal | None:
    """The first number in a text, as Word takes `180000` from `€180,000.00 EUR`; else None."""
    match = _figure(locale).search(text)
    return _decimal(match) if match else None


def write_number(value: Decimal, picture: str, locale: str, *, padded: bool = False) -> str:
    """A number by a Word picture: 1234.5 by `# ##0,00 €` is `1 234,50 €` in French.

    The grouping sign is that of the locale (U+202F in `fr_FR`). `padded` prints the blanks
    of Word where `#` has no digit.
    """
    sections = read_picture(picture, locale)
    section = sections[0]
    rounded = _rounded(value, section)
    if rounded < 0 and len(sections) > 1:
        section = sections[1]
    elif rounded == 0 and len(sections) > 2:
        section = sections[2]
    implied = section is sections[0] and section.shows_sign
    pieces = _pieces(_rounded(value, section), section, Symbols.of(locale), implied=implied)
    text = "".join(pieces)
    if padded:
        text = text.strip(_PAD + _BLANKS)
        return text.replace(_PAD, " ").replace(_NO_SIGN, " ")
    return text.replace(_PAD, "").replace(_NO_SIGN, "").strip(_BLANKS)


def doubt_about(picture: str, locale: str) -> Text | None:
    """What may not be as the author of a picture expects; None where all is well."""
    if "`" in re.sub(r"'[^']*'?", "", picture):
        return Text("the picture {picture} prints a numbered item: it is left out", picture=picture)
    if any(section.foreign for section in read_picture(picture, locale)):
        return Text(
            "the picture {picture} has the signs of another language: 1234.5 is printed “{sample}”",
            picture=picture,
            sample=write_number(Decimal("1234.5"), picture, locale),
        )
    return None


@lru_cache(maxsize=64)
def _figure(locale: str) -> re.Pattern[str]:
    symbols = Symbols.of(locale)
    group = _BLANKS if symbols.group in _BLANKS else symbols.group + "\u00a0\u202f"
    groups = rf"[0-9]{{1,3}}(?:[{re.escape(group)}][0-9]{{3}})+(?![0-9])"
    rest = rf"{re.escape(symbols.decimal)}[0-9]+"
    return re.compile(
        rf"(?P<sign>(?<!\w)[-+−])?(?:(?P<whole>{groups}|[0-9]+)(?P<rest>{rest})?|(?P<part>{rest}))"
    )


def _decimal(match: re.Match[str]) -> Decimal | None:
    whole = re.sub("[^0-9]", "", match["whole"] or "0")
    rest = (match["rest"] or match["part"] or "")[1:]
    if len((whole + rest).lstrip("0")) > MOST_DIGITS:
        return None
    value = Decimal(f"{whole}.{rest}")
    return -value if match["sign"] in ("-", "−") else value


def _rounded(value: Decimal, section: Section) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-section.decimals), ROUND_HALF_UP, _WIDE)


def _pieces(value: Decimal, section: Section, symbols: Symbols, *, implied: bool) -> list[str]:
    """What each item of the section prints; `implied` is a minus that the picture lacks."""
    whole, _, rest = f"{abs(value):f}".partition(".")
    digits = iter(_whole(whole.lstrip("0"), section, symbols) + _rest(rest, section))
    pieces = [_piece(item, value, digits, symbols) for item in section.items]
    places = [n for n, item in enumerate(section.items) if item.role == "digit"]
    if places and all(pieces[n] == _PAD for n in places):
        # A number without any digit would be none: `#` prints 0 as `0`.
        pieces[places[max(section.whole - 1, 0)]] = "0"
    if implied and value < 0:
        first = next(n for n in places if pieces[n] != _PAD)
        while first and _belongs_to_number(pieces[first - 1]):
            first -= 1
        pieces.insert(first, "-")
    return pieces


def _piece(item: Item, value: Decimal, digits: Iterator[str], symbols: Symbols) -> str:
    if item.role == "digit":
        return next(digits)
    if item.role == "radix":
        return symbols.decimal
    if item.role == "sign" and value <= 0:
        return "-" if value < 0 else _NO_SIGN
    return _NO_SIGN if item.role == "sign" and item.text == "-" else item.text


def _belongs_to_number(piece: str) -> bool:
    """A minus stands before the currency sign: `-$10`."""
    return piece == _PAD or unicodedata.category(piece[-1:] or " ") == "Sc"


def _whole(digits: str, section: Section, symbols: Symbols) -> list[str]:
    """The digits before the decimal sign, one text per placeholder.

    More digits than placeholders stand in the first, unless an `x` drops them.
    """
    places = section.places[: section.whole]
    if "x" in places:
        digits = digits[places.index("x") - len(places) :]
    zeros = len(places) if section.filled else len(places) - (places + "0").index("0")
    digits = digits.zfill(zeros)
    if not digits or not places:
        return [_PAD] * len(places)
    surplus = max(len(digits) - len(places), 0)
    cells = [digits[: surplus + 1], *digits[surplus + 1 :]]
    cells = [_PAD] * (len(places) - len(cells)) + cells
    return _grouped(cells, symbols.group) if section.grouped else cells


def _grouped(cells: list[str], sign: str) -> list[str]:
    """A sign behind every digit that has a multiple of three to its right."""
    left = sum(len(cell) for cell in cells if cell != _PAD)
    written: list[str] = []
    for cell in cells:
        text = ""
        for digit in cell if cell != _PAD else "":
            left -= 1
            text += digit + (sign if left and left % 3 == 0 else "")
        written.append(text or _PAD)
    return written


def _rest(digits: str, section: Section) -> list[str]:
    """The digits behind the decimal sign: `#` and `x` print no zeros at the end."""
    places = section.places[section.whole :]
    shown = digits.rstrip("0").ljust(places.rfind("0") + 1, "0")
    return [shown[n] if n < len(shown) else _PAD for n in range(len(places))]
