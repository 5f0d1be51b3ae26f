"""The forms in which names, firms and streets are compared: what people write in many ways, once.

Pure. Text comes in folded (`model.text.fold`); what comes out is only compared, never shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from outreach.model.text import fold

_WORDS = re.compile(r"[a-z0-9]+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|e|er|eme|ieme)")
#: `l'Étoile`, `d'Arc`; the `'` of Martin's binds.
_ELIDED = re.compile(r"\b(?:[dl]|qu)'")
_NUMBER = re.compile(r"(\d+)([a-z]?)")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Long form → what it is often shortened to, in addresses and in the names of firms.
_SHORTENED = {
    "saint": "st", "sainte": "ste", "docteur": "dr", "doctor": "dr", "general": "gal gen",
    "marechal": "mal", "president": "pdt pres", "professeur": "pr prof", "mount": "mt",
    "notre dame": "nd", "association": "assoc assn ass asso", "services": "svcs svc service",
    "community": "comm com", "development": "dev dvlpt", "international": "intl",
    "academy": "acad", "department": "dept", "center": "ctr centre cntr", "school": "sch schl",
    "university": "univ", "institute": "inst", "national": "natl nat", "company": "co cie",
    "brothers": "bros freres", "manufacturing": "mfg", "management": "mgt mgmt",
    "etablissements": "ets etab", "hospital": "hosp", "elementary": "elem",
}  # fmt: skip
_WHOLE = {short: whole for whole, shorts in _SHORTENED.items() for short in shorts.split()}

#: How a firm is incorporated, and words without weight: no part of what it is called.
_EMPTY = _set(
    "sarl sas sasu sa eurl sci scp selarl snc scop ei inc ltd llc llp gmbh ag plc corp "
    "corporation incorporated limited pty bv nv spa srl the of and for a an in at de du des "
    "la le les l d et en aux au ste ets etablissements company"
)

#: Kinds of ways: often left out or shortened, so that they decide nothing.
_WAYS = _set(
    "street st str avenue ave av road rd drive dr drv boulevard blvd bld bd bvd lane ln place "
    "pl court ct crescent cres circuit cct close terrace tce parade pde way highway hwy "
    "square sq parkway pkwy rue r chemin che chem ch route rte impasse imp allee allees all "
    "quai cours passage pas voie ruelle cite residence res lotissement lot faubourg fbg "
    "sentier ter bis quater de du des la le les l d et the of"
)
_COMPASS = {
    "n": "n", "north": "n", "nord": "n", "s": "s", "south": "s", "sud": "s",
    "e": "e", "east": "e", "est": "e", "w": "w", "west": "w", "ouest": "w",
}  # fmt: skip

#: Mailboxes at these say nothing of whom one works for.
PUBLIC_DOMAINS = _set(
    "gmail.com googlemail.com yahoo.com yahoo.fr hotmail.com hotmail.fr outlook.com "
    "outlook.fr live.com live.fr msn.com aol.com icloud.com me.com mac.com orange.fr "
    "wanadoo.fr free.fr sfr.fr laposte.net bbox.fr neuf.fr numericable.fr gmx.com gmx.fr "
    "gmx.de web.de t-online.de protonmail.com proton.me comcast.net verizon.net att.net "
    "bigpond.com bluewin.ch skynet.be club-internet.fr cegetel.net aliceadsl.fr noos.fr "
    "ymail.com libertysurf.fr"
)

#: Local parts of shared mailboxes.
ROLES = _set("contact info accueil mairie office admin direction secretariat mail commercial")


class Street(NamedTuple):
    """One line of an address, taken apart. Missing parts are empty."""

    number: str
    words: str
    #: n, s, e or w where the line says so: two ends of one street are two addresses.
    compass: str


def words(text: str) -> list[str]:
    """The words of a text, folded: letters and digits."""
    return _WORDS.findall(_ELIDED.sub(" ", fold(text)).replace("'", ""))


def name_form(text: str) -> str:
    """A first or last name: `LE GOFF` and `Le Goff` → `le goff`; particles stay."""
    return " ".join(_WORDS.findall(fold(text)))


@lru_cache(maxsize=65536)
def firm_words(text: str) -> tuple[str, ...]:
    """The words that name a firm or a site, abbreviations written out."""
    found = [_WHOLE.get(word, word) for word in words(text)]
    kept = [word for word in found if word not in _EMPTY]
    return tuple(kept or found)


def street_form(text: str) -> Street:
    """`12 bis, rue de la Gare` → `12`, `gare`; `27 W. 79th St` → `27`, `79`, `w`."""
    number, compass = "", ""
    kept: list[str] = []
    dropped: list[str] = []
    for word in words(text):
        found = _NUMBER.fullmatch(word)
        if found and not number and not kept:
            number = found[1].lstrip("0") or "0"
        elif word in _COMPASS and not compass:
            compass = _COMPASS[word]
        elif (word in _WAYS and word not in ("st", "dr")) or (word in ("st", "dr") and kept):
            dropped.append(word)
        elif ordinal := _ORDINAL.fullmatch(word):
            kept.append(ordinal[1])
        else:
            kept.append(_WHOLE.get(word, word))
    return Street(number, " ".join(kept or dropped), compass)


def digits(text: str) -> str:
    """The digits of a number as dialled: without the country code and the leading 0."""
    bare = "".join(c for c in text if c.isdigit())
    if text.startswith("+33"):
        bare = bare[2:]
    return bare.lstrip("0")


def sound(text: str) -> str:
    """A rough key of how a name sounds, alike in French and English; first letter and consonants.

    It only brings together what is then compared letter by letter, so it may be coarse.
    """
    bare = "".join(c for c in text if c.isalpha())
    for old, new in (("ph", "f"), ("ck", "k"), ("qu", "k"), ("ch", "s"), ("gn", "n")):
        bare = bare.replace(old, new)
    key = bare[:1]
    for letter in bare[1:].translate(_CLASSES):
        if letter != "." and letter != key[-1]:
            key += letter
    return key[:4]


#: Letters that are taken for one another; vowels and h, w, y are silent.
_CLASSES = str.maketrans("aeiouyhwbpfvcgjkqsxzdtlmnr", "........11112222222233" + "4556")
