"""The lines of an address as the French norm NF Z10-011 wants them on an envelope.

At most six lines of at most 38 characters: who, where inside, where outside, street,
lieu-dit or box, postal code and town. The last line is in capitals without accents or
punctuation. Words are abbreviated, by the norm's table, only where a line is too long;
abroad, the country stands last and in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from outreach.cleaning.countries import country_code, country_name
from outreach.model.field import Value
from outreach.model.text import fold

#: Lines of an address, and characters of a line (NF Z10-011).
MOST_LINES = 6
LINE = 38

#: The norm's abbreviations (annex), by the folded word. Applied from the left, one by one.
_SHORTER = {
    "allee": "ALL", "allees": "ALL", "appartement": "APP", "avenue": "AV", "batiment": "BAT",
    "boulevard": "BD", "centre": "CTRE", "centre-commercial": "CCAL", "chemin": "CHE",
    "cours": "CRS", "domaine": "DOM", "ecluse": "ECL", "escalier": "ESC", "esplanade": "ESP",
    "etage": "ETG", "faubourg": "FG", "grande": "GDE", "grand": "GD", "hameau": "HAM",
    "immeuble": "IMM", "impasse": "IMP", "lieu-dit": "LD", "lotissement": "LOT",
    "passage": "PAS", "place": "PL", "quartier": "QUA", "residence": "RES", "route": "RTE",
    "rue": "R", "ruelle": "RLE", "saint": "ST", "sainte": "STE", "sentier": "SEN",
    "square": "SQ", "terrasse": "TSSE", "villa": "VLA", "village": "VGE", "zone": "Z",
    "general": "GAL", "colonel": "CNL", "capitaine": "CNE", "commandant": "CDT", "docteur": "DR",
    "lieutenant": "LT", "marechal": "MAL", "president": "PDT", "professeur": "PR",
    "monsieur": "M", "madame": "MME", "mademoiselle": "MLLE", "maitre": "ME",
    "association": "ASS", "etablissement": "ETS", "etablissements": "ETS",
    "societe": "STE", "compagnie": "CIE", "institut": "INST", "universite": "UNIV",
    "bureau": "BUR", "service": "SCE", "direction": "DIR", "departement": "DPT",
}  # fmt: skip

#: How a letter names a line.
_LINE_NAME = re.compile(r"(?:ligne_(?:d')?adresse|ligne_postale|postal_line)_?([1-6])")

#: What the last line may not have.
_NOT_LAST_LINE = re.compile(r"[^A-Z0-9/ ]+")


def lines(values: Mapping[str, Value], *, home: str = "FR") -> tuple[str, ...]:
    """The lines that a contact's fields give, none of them empty.

    `home` (ISO 3166) is where the letter is posted: its name is not written. Without a
    postal code and a town there is no address: no line at all.
    """
    return _composed(values, home)[0]


def left_off(values: Mapping[str, Value], *, home: str = "FR") -> tuple[str, ...]:
    """What six lines of 38 characters have no room for: the ends that are cut off."""
    return _composed(values, home)[1]


def _composed(values: Mapping[str, Value], home: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    text = {name: _one_line(value) for name, value in values.items() if value is not None}
    town = " ".join(filter(None, (text.get("postal_code"), text.get("city"))))
    if not town:
        return (), ()
    country = _country(text, home)
    last = [_last_line(town) if not country or country == "FR" else town.upper()]
    if country and country != home:
        last.append(_capitals(country_name(country, "fr" if home == "FR" else "en")))
    elif not country and text.get("country"):
        last.append(_capitals(text["country"]))
    street = [_bare(text[name]) for name in ("street2", "street") if text.get(name)]
    above = _above(text, MOST_LINES - len(last) - len(street))
    found = [*above, *street, *last]
    pieces, lost = _spread(found)
    return tuple(piece for line in pieces if (piece := line.strip())), tuple(lost)


def line_field(name: str) -> str | None:
    """The field of a letter that a merge field means: `Ligne_adresse_3` → `postal_line_3`."""
    found = _LINE_NAME.fullmatch(fold(name).replace(" ", "_"))
    return f"postal_line_{found[1]}" if found else None


def line_fields(values: Mapping[str, Value], *, home: str = "FR") -> Mapping[str, Value]:
    """The lines as fields of a letter, `postal_line_1` to `postal_line_6`; None beyond the last."""
    found = lines(values, home=home)
    padded = (*found, *[None] * (MOST_LINES - len(found)))
    return {f"postal_line_{number}": line for number, line in enumerate(padded, start=1)}


def _one_line(value: Value) -> str:
    return " ".join(str(value).split())


def _country(text: Mapping[str, str], home: str) -> str | None:
    """The country of the address; None when it is named and not known."""
    return country_code(text["country"]) if text.get("country") else home


def _above(text: Mapping[str, str], room: int) -> list[str]:
    """Who it is for: the firm, then the person with her civility; the first is never left out."""
    person = [text.get(name, "") for name in ("civility", "first_name", "last_name")]
    named = " ".join(filter(None, person)) if text.get("last_name") else text.get("first_name", "")
    return [line for line in (text.get("company"), named) if line][: max(room, 1)]


def _bare(line: str) -> str:
    """A street without commas, dots and what stands in no address."""
    return " ".join(re.sub(r"[,;.]+(?=\s|$)|[\"()]", " ", line).split())


def _last_line(town: str) -> str:
    return _fitted(_capitals(town))


def _capitals(text: str) -> str:
    """Capitals without accents or punctuation: `Saint-Étienne` → `SAINT ETIENNE`."""
    return " ".join(_NOT_LAST_LINE.sub(" ", fold(text).upper()).split())


def _spread(found: Sequence[str]) -> tuple[list[str], list[str]]:
    """Each line cut to size, and what is cut off; a long one goes on below while there is room.

    The room goes to the street first and to the firm last: without the street no letter
    arrives. What is too long for the norm beyond that is cut: an envelope has no more lines.
    """
    room = MOST_LINES - len(found)
    out: list[list[str]] = [[] for _ in found]
    lost: list[str] = []
    for index in reversed(range(len(found))):
        first, rest = _broken(_fitted(found[index]))
        out[index].append(first)
        while rest and room > 0 and index < len(found) - 1:
            first, rest = _broken(rest)
            out[index].append(first)
            room -= 1
        lost += filter(None, [rest])
    return [piece for pieces in out for piece in pieces], lost


def _fitted(line: str) -> str:
    """A line with as many words abbreviated as it takes, the first ones first."""
    if len(line) <= LINE:
        return line
    words = line.split(" ")
    for index, word in enumerate(words):
        # What a name ends with is never shortened: it is what people recognise.
        short = _SHORTER.get(fold(word).strip(",.")) if index < len(words) - 1 else None
        if short and len(short) < len(word):
            words[index] = short
            if len(" ".join(words)) <= LINE:
                break
    return " ".join(words)


def _broken(line: str) -> tuple[str, str]:
    """What fits on a line, by whole words where that is possible, and what does not."""
    if len(line) <= LINE:
        return line, ""
    cut = line.rfind(" ", 0, LINE + 1)
    return (line[:cut], line[cut + 1 :]) if cut > 0 else (line[:LINE], line[LINE:])
