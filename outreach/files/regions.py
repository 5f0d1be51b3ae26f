"""Regions as people call them, and the holidays they have beside their country's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from outreach.errors import Text, did_you_mean
from outreach.files.french_regions import DEPARTMENTS, OTHER_NAMES, OWN_HOLIDAYS, REGIONS
from outreach.files.values import Unreadable, read_text
from outreach.model.text import letters_of

_LONGEST_CODE = 3


def read_region(text: str, country: str) -> str | None:
    """The code by which the `holidays` library knows a region; None: it has the country's.

    By its code or its name; capitals, accents, hyphens do not matter. Raises `Unreadable`.
    """
    import holidays

    text, country = read_text(text), country.upper()
    try:
        of_country = holidays.country_holidays(country)
    except NotImplementedError:
        raise Unreadable(
            Text("nothing is known of the regions of {country}", country=country),
            Text("leave the line out"),
        ) from None
    own = {code: code for code in of_country.subdivisions} | _names(of_country)
    if country == "FR":
        own |= OWN_HOLIDAYS
    others = _french() if country == "FR" else {}
    known: dict[str, str | None] = {letters_of(name): None for name in (*others, *others.values())}
    known |= {letters_of(name): code for name, code in own.items()}
    # ISO 3166-2 writes the country before the region: FR-35.
    for written in (text, text.removeprefix(f"{country}-")):
        if letters_of(written) in known:
            return known[letters_of(written)]
    if others:
        what = Text("{text!r} is no region of {country}", text=text, country=country)
    else:
        what = Text("{text!r} is no region of {country} with holidays of its own",
                    text=text, country=country)  # fmt: skip
    chief = [*own, *(REGIONS.values() if others else ())]
    raise Unreadable(what, _hint(text, [*own, *others.values()], chief))


def _hint(text: str, names: Iterable[str], chief: Iterable[str]) -> Text:
    """The name that is nearest, however its letters are written; else the chief ones."""
    by_plain = {letters_of(name): name for name in names}
    near = did_you_mean(letters_of(text), by_plain)
    if near is not None:
        return Text("did you mean {name!r}?", name=by_plain[str(near.values["name"])])
    if not by_plain:
        return Text("leave the line out")
    listed = sorted(set(chief))
    # Names, where there are any beside the codes.
    names = [name for name in listed if len(name) > _LONGEST_CODE] or listed
    return Text("there are: {names}", names=", ".join(names))


def _french() -> Mapping[str, str]:
    """By code or name: those without holidays of their own."""
    return {**REGIONS, **DEPARTMENTS, **{name: name for name in OTHER_NAMES}}


def _names(of_country: object) -> dict[str, str]:
    names = getattr(of_country, "subdivisions_aliases", None)
    return dict(names) if names else {}
