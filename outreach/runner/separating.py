"""Letters in groups for the post, and what stands on the page before each group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby

from outreach.cleaning.post_order import department, postcode
from outreach.errors import OutreachError, Plural, Text
from outreach.files.pdf import Sheets, each, letter_pdf
from outreach.files.pdf_office import Office
from outreach.language import Language
from outreach.model.contact import Contact
from outreach.model.field import Value
from outreach.model.ids import ContactId
from outreach.rendering.label_pages import document
from outreach.rendering.labels import DIVIDER
from outreach.rendering.letter.bundle import BundleWriter
from outreach.rendering.letter.evaluating import Values
from outreach.rendering.letter.program import Program
from outreach.rendering.separators import separator, with_separators
from outreach.rendering.type_size import Block

#: Half-points of a divider's two lines.
_DIVIDER_SIZE = 96


class Separators(StrEnum):
    """What the letters between two separator pages have in common."""

    DEPARTMENT = "department"
    POSTCODE = "postcode"


#: What the first letters of groups have for the page before them.
Opening = Mapping[ContactId, Mapping[str, Value]]


def separated(
    program: Program,
    people: Sequence[Contact],
    values: Callable[[Contact], Values],
    *,
    by: Separators,
    home: str,
    locale: str,
    today: date,
) -> tuple[Program, Opening]:
    """The template of a bundle with separators, and what first letters have beside `values`.

    The letters are tried beforehand: a page counts those that are really behind it. `people`
    stand in the order of the post; `home` (ISO 3166) is where it begins.
    """
    trial = BundleWriter(program, locale=locale, today=today)
    made = [contact for contact in people if _is_made(trial, values(contact))]
    return with_separators(program), separator_values(made, by, home=home, locale=locale)


def separator_values(
    people: Sequence[Contact], by: Separators, *, home: str, locale: str
) -> Opening:
    """What the first letter of each group has on the page before it.

    `people` are those of one bundle, in the order of the post.
    """
    language = Language(locale)
    found: dict[ContactId, Mapping[str, Value]] = {}
    for name, group in groupby(people, key=lambda one: _group(one, by, home)):
        members = list(group)
        title = name or language.say(Text("no postal code"))
        count = language.say(Plural("{count} letter", "{count} letters", len(members)))
        found[members[0].id] = separator(title, count)
    return found


def divider_pages(
    office: Office, people: Sequence[Contact], *, by: Separators, home: str, locale: str
) -> Mapping[ContactId, bytes]:
    """The same pages as PDF, by the person whose letter they stand before.

    Raises `OfficeFailed`, `NoOffice`.
    """
    groups = separator_values(people, by, home=home, locale=locale)
    if not groups:
        return {}
    texts = (tuple(map(str, values.values())) for values in groups.values())
    pages = ((Block(text, _DIVIDER_SIZE),) for text in texts)
    content = letter_pdf(office, b"".join(document(pages, DIVIDER, locale=locale)))
    numbered = tuple((person, range(n, n + 1)) for n, person in enumerate(groups))
    return dict(each(Sheets(content, numbered)))


def _group(contact: Contact, by: Separators, home: str) -> str:
    named = department if by is Separators.DEPARTMENT else postcode
    return named(contact.values, home=home)


def _is_made(bundle: BundleWriter, values: Values) -> bool:
    try:
        bundle.add(values)
    except OutreachError:
        return False
    return True
