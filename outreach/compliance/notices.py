"""What people are told at the first contact: who holds their data, where it comes from, and
what they may do about it (GDPR art. 14; at the latest with the first message, art. 14(3)(b)).

In the language of who reads it, so not through the catalogue: both texts stand here. Pure.
Not legal advice; a firm with other purposes or recipients writes its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TEXTS: Mapping[str, str] = {
    "fr": (
        "Vos coordonnées proviennent de : {source}. {firm} les utilise pour vous présenter ses"
        " offres, au titre de son intérêt légitime ou de votre accord, et les conserve {years}"
        " au plus après votre dernier signe. Vous pouvez à tout moment vous opposer à ces"
        " messages, obtenir vos données, les faire corriger ou effacer{contact}{privacy}."
        " Vous pouvez aussi saisir la CNIL (cnil.fr)."
    ),
    "en": (
        "We have your details from: {source}. {firm} uses them to tell you about its offers, on"
        " the ground of its legitimate interest or of your consent, and keeps them for {years}"
        " at most after you were last in touch. You may object to these messages at any time,"
        " obtain your data, have it corrected or erased{contact}{privacy}. You may also complain"
        " to the data protection authority (in France: cnil.fr)."
    ),
}

_WRITE: Mapping[str, str] = {"fr": ", en écrivant à {to}", "en": ", by writing to {to}"}
_MORE: Mapping[str, str] = {"fr": " ; en savoir plus : {url}", "en": "; more: {url}"}
_YEARS: Mapping[str, tuple[str, str]] = {
    "fr": ("{count} an", "{count} ans"),
    "en": ("{count} year", "{count} years"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Who holds the data, as a notice names him."""

    name: str
    address: str = ""
    #: Where people write to.
    contact: str = ""
    privacy_url: str | None = None
    #: How long a prospect is kept after his last own act.
    years: int = 3


def notice(language: str, source: str, controller: Controller) -> str:
    """The notice for somebody whose data comes from `source`; `language` is `fr` or `en`."""
    one, many = _YEARS[language]
    years = (one if controller.years == 1 else many).format(count=controller.years)
    firm = ", ".join(filter(None, (controller.name, controller.address)))
    contact = _WRITE[language].format(to=controller.contact) if controller.contact else ""
    url = controller.privacy_url
    more = _MORE[language].format(url=url) if url else ""
    text = _TEXTS[language]
    return text.format(source=source, firm=firm, years=years, contact=contact, privacy=more)
