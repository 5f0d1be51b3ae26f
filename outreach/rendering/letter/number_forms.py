"""Numbers in other forms, as Word's `\\* CardText`, `\\* Ordinal`, `\\* ROMAN` … write them.

The words are those of the letter's language (num2words), with the spelling of Word: no
`and` in English (`seven hundred ninety`, Microsoft's page "Format field results"), and
`quatre-vingtième` in French. A number that a form cannot write is an error: Word would
print a sentence about it into the letter.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from outreach.errors import DefinitionError, Text

#: The forms by the name they have in `Format.forms`; two exist in two cases of letters.
NUMBER_FORMS = frozenset(
    {"cardtext", "ordtext", "ordinal", "roman", "ROMAN", "alphabetic", "ALPHABETIC", "hex",
     "arabic", "dollartext"}
)  # fmt: skip
#: Word writes numbers in words up to here.
_MOST_WORDS = 999_999
#: Word repeats a letter thirty times at most: `zzz…` is 780.
_MOST_LETTERS = 780
_MOST_ROMAN = 32_767

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
#: Between the amount in words and the hundredths: `quatorze et 55/100`.
_AND = {"fr": "et", "en": "and", "de": "und", "es": "con", "it": "e", "nl": "en", "pt": "e"}


class FormError(DefinitionError):
    """A number that the form asked for cannot write."""


def form_named(argument: str) -> str | None:
    """The form that `\\* argument` asks for, as in `NUMBER_FORMS`; None where it is another.

    `ROMAN` and `Roman` give capitals, `roman` small letters; elsewhere case says nothing.
    """
    name = argument.lower()
    if name in ("roman", "alphabetic") and argument[0].isupper():
        name = name.upper()
    return name if name in NUMBER_FORMS else None


def write_form(value: Decimal, form: str, locale: str) -> str:
    """The number in one of `NUMBER_FORMS`, rounded to a whole one but for `dollartext`.

    Raises `FormError` where Word has no such text: words outside 0–999,999, Roman numbers
    outside 1–32,767, letters outside 1–780, negative hexadecimal numbers.
    """
    if form == "dollartext":
        return _amount_in_words(value, locale)
    number = int(value.to_integral_value(ROUND_HALF_UP))
    match form:
        case "cardtext" | "ordtext":
            return _words(number, locale, ordinal=form == "ordtext")
        case "ordinal":
            return _ordinal(number, locale)
        case "roman" | "ROMAN":
            text = _roman(_within(number, 1, _MOST_ROMAN))
        case "alphabetic" | "ALPHABETIC":
            text = _letters(_within(number, 1, _MOST_LETTERS))
        case "hex":
            return f"{_within(number, 0, None):X}"
        case _:
            return str(number)
    return text.upper() if form.isupper() else text


def _within(number: int, least: int, most: int | None) -> int:
    if number < least or (most is not None and number > most):
        raise FormError(
            Text("the number {number} cannot be written in the form asked for", number=number),
            hint=Text("possible are the numbers from {least} to {most}", least=least, most=most)
            if most is not None
            else Text("possible are the numbers from {least} upwards", least=least),
        )
    return number


def _words(number: int, locale: str, *, ordinal: bool = False) -> str:
    from num2words import num2words

    _within(number, 0, _MOST_WORDS)
    try:
        text = str(num2words(number, lang=locale, to="ordinal" if ordinal else "cardinal"))
    except NotImplementedError as error:
        raise FormError(
            Text("numbers cannot be written in words in the language {locale}", locale=locale)
        ) from error
    if locale.startswith("en"):
        return text.replace(" and ", " ").replace(",", "")
    if locale.startswith("fr"):  # num2words keeps the s of the plural: « quatre-vingtsième »
        return re.sub(r"(vingt|cent)sième", r"\1ième", text)
    return text


def _amount_in_words(value: Decimal, locale: str) -> str:
    """`quatorze et 55/100`: as on a cheque, rounded to the hundredth."""
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole = _within(int(rounded), 0, _MOST_WORDS)
    if rounded < 0:
        _within(-1, 0, _MOST_WORDS)
    link = _AND.get(locale[:2], "and")
    return f"{_words(whole, locale)} {link} {int((rounded - whole) * 100):02d}/100"


def _ordinal(number: int, locale: str) -> str:
    if locale.startswith("fr"):
        return f"{number}er" if number == 1 else f"{number}e"
    if locale.startswith("en"):
        last = abs(number) % 100
        teens = 11 <= last <= 13
        return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(last % 10, 'th')}"
    return f"{number}."


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _letters(number: int) -> str:
    """a … z, aa, bb …: behind z a letter is repeated, so that 54 is `bbb`."""
    rounds, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (rounds + 1)
