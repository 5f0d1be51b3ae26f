"""Regions with holidays of their own, as people call them. Source: the `holidays` library."""

from __future__ import annotations

from outreach.errors import Text, did_you_mean
from outreach.files.values import Unreadable, read_text

#: What people of Alsace write; the library has one code for both departments.
_ALSACE = {"als": "6AE", "67": "6AE", "68": "6AE", "bas-rhin": "6AE", "haut-rhin": "6AE"}


def read_region(text: str, country: str) -> str:
    """The code of a region of that country: by its code or its name, capitals or not."""
    import holidays

    text = read_text(text)
    try:
        of_country = holidays.country_holidays(country.upper())
    except NotImplementedError:
        raise Unreadable(
            Text("nothing is known of the regions of {country}", country=country),
            Text("leave the line out"),
        ) from None
    known = {code.lower(): code for code in of_country.subdivisions}
    known |= {name.lower(): code for name, code in _names(of_country).items()}
    if country.upper() == "FR":
        known |= _ALSACE
    if found := known.get(text.lower()):
        return found
    listed = sorted({*of_country.subdivisions, *_names(of_country)})
    hint = did_you_mean(text.capitalize(), listed)
    if hint is None and listed:
        hint = Text("there are: {names}", names=", ".join(listed))
    what = Text("{text!r} is no region of {country} with holidays of its own",
                text=text, country=country)  # fmt: skip
    raise Unreadable(what, hint or Text("leave the line out"))


def _names(of_country: object) -> dict[str, str]:
    names = getattr(of_country, "subdivisions_aliases", None)
    return dict(names) if names else {}
