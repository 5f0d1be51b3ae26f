"""Which field a column holds: headers in French, English and the dialects of programs.

Headers are compared by their letters and digits alone (`Code postal`, `Code_postal` and
`code-postal` are one). What is not recognised becomes a field of the user's, named
by a slug of its header; the same header in a later file is the same field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from outreach.errors import DefinitionError, Text, did_you_mean
from outreach.model.field import STANDARD_NAMES, Catalogue, Field, Origin
from outreach.model.stage import DEFAULT_CHAIN, FACTS
from outreach.model.text import fold

#: Field → headers, best first: the order decides when two columns would fill one field.
_ALIASES: dict[str, str] = {
    "external_id": (
        "external_id|Code|Identifiant|ID|Réf|Référence|Ref|Identifiant externe|Code client"
        "|Code contact|N° client|Numéro client|Num client|Customer ID|Contact ID|Client ID"
        "|Account ID|Customer number|Identifier|Identifiant_de_l_etablissement"
        "|Identifiant établissement|UAI|Code UAI"
    ),
    "civility": "civility|Civilité|Civ|Titre|Titre de civilité|Title|Salutation|Courtesy title",
    "first_name": "first_name|Prénom|First name|Firstname|Given name|Forename|First|Prenoms",
    "last_name": (
        "last_name|Nom|Nom de famille|Last name|Lastname|Surname|Family name|Last"
        "|Nom du contact|Nom contact|Nom usuel|Nom d'usage|Patronyme"
    ),
    "job_title": (
        "job_title|Fonction|Job title|Poste|Poste occupé|Profession|Job|Role|Rôle"
        "|Intitulé du poste|Job position"
    ),
    "company": (
        "company|Société|Raison sociale|Entreprise|Company|Company name|Nom de l'entreprise"
        "|Nom de la société|Nom société|Nom entreprise|Organisation|Organization|Organisme"
        "|Établissement|Nom_etablissement|Nom de l'établissement|Dénomination"
        "|Dénomination sociale|Enseigne|Firm|Site name|Account name|Employer"
    ),
    "siret": (
        "siret|N° SIRET|Numéro SIRET|Num SIRET|Code SIRET|SIREN_SIRET|SIRET/SIREN|SIRET number"
    ),
    "email": (
        "email|E-mail|Mail|Courriel|Adresse mail|Adresse e-mail|Adresse email"
        "|Adresse courriel|Adresse électronique|Adresse de messagerie|Email address"
        "|E-mail address|Mail address|Primary Email|Courrier électronique|Mél|Email 1"
        "|E-mail 1|Email professionnel|Mail pro|Work email|Business email|E-mail 1 - Value"
    ),
    "phone": (
        "phone|Téléphone|Tél|Phone|Tel|Telephone|Phone number|Telephone number"
        "|Numéro de téléphone|N° de téléphone|N° téléphone|Num tél|Tél fixe|Téléphone fixe"
        "|Fixe|Tél.|Téléphone 1|Tél 1|Phone 1|Téléphone professionnel|Tél bureau|Work phone"
        "|Business phone|Landline|Téléphone bureau"
    ),
    "mobile": (
        "mobile|Portable|Mobile|Téléphone portable|Tél portable|Tél mobile|Téléphone mobile"
        "|Mobile phone|Mobile number|Cell|Cell phone|Cellphone|GSM|N° portable"
        "|Numéro de portable"
    ),
    "street": (
        "street|Adresse|Rue|Address|Street|Street address|Adresse_1|Adresse ligne 1|Voie"
        "|Address 1|Address line 1|Adresse postale|N° et voie|Numéro et voie|Numéro et rue"
        "|Work address"
    ),
    "street2": (
        "street2|Complément|Complément d'adresse|Complément adresse|Adresse_2|Adresse ligne 2"
        "|Address 2|Address line 2|Street 2|Adresse (suite)|Adresse suite|Work address 2"
    ),
    "postal_code": (
        "postal_code|Code postal|CP|Postal code|Postcode|Post code|Zip|Zip code|ZIP Code"
        "|Code post|Work ZipCode"
    ),
    "city": (
        "city|Ville|Commune|City|Town|Nom_commune|Nom de la commune|Localité|Nom ville"
        "|Work city|Libellé commune"
    ),
    "country": "country|Pays|Country|Country/Region|Pays/Région|Work country",
    "language": "language|Langue|Language|Lang",
    "kind": (
        "kind|Type de contact|Contact type|Nature du contact|Statut commercial|Qualification"
        "|Contact kind|Statut contact"
    ),
    "tags": "tags|Tag|Étiquette|Étiquettes|Mots-clés|Labels|Catégories|Categories|Keywords",
    "source": "source|Origine|Provenance|Source|Origine du contact|Lead source",
}

#: What the file of rejected rows adds to the columns of its origin: passed over when it comes back.
OWN_COLUMNS = ("outreach_line", "outreach_reason")

#: In `--map FILE`: a column that is to be left out.
IGNORE = "ignore"

#: Words that the expression language (SQL's, read by sqlglot) keeps for itself, and `id`,
#: `tags`, `ignore`: a field called so could not be written in a condition or in a map.
_TAKEN_WORDS = frozenset({
    "all", "alter", "and", "any", "array", "as", "asc", "between", "by", "call", "case", "cast",
    "create", "cross", "current_date", "current_time", "current_timestamp", "delete", "desc",
    "distinct", "do", "drop", "else", "end", "except", "execute", "exists", "false", "fetch",
    "for", "from", "grant", "group", "having", "id", "if", "ignore", "ilike", "in", "inner",
    "insert", "intersect", "into", "is", "isnull", "join", "lateral", "left", "like", "limit",
    "localtime", "map", "not", "notnull", "null", "object", "offset", "on", "only", "or", "outer",
    "qualify", "range", "regexp", "rename", "returning", "right", "rlike", "rollback", "select",
    "session_user", "set", "show", "some", "struct", "table", "tablesample", "tags", "then",
    "today", "true", "union", "update", "using", "values", "variadic", "when", "where", "with",
    "xor",
})  # fmt: skip

_LONGEST_NAME = 48


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file and the field it fills; `field` None leaves it out."""

    index: int
    header: str
    #: Name of a standard field, `tags`, or a field of the user's.
    field: str | None
    #: The field is the user's own.
    own: bool = False
    #: Why the column fills this field rather than another, or none.
    note: Text | None = None


class BadMap(DefinitionError):
    """`--map FILE` names a column or a field that does not exist."""


def key_of(header: str) -> str:
    """What makes two headers the same: `Code postal` and `code_postal` → `codepostal`."""
    return "".join(c for c in fold(header.replace("°", "o")) if c.isalnum())


def _ranks() -> dict[str, tuple[str, int]]:
    ranks: dict[str, tuple[str, int]] = {}
    for name, aliases in _ALIASES.items():
        for rank, alias in enumerate(aliases.split("|")):
            ranks.setdefault(key_of(alias), (name, rank))
    return ranks


#: Key of a header → (field, rank).
_RECOGNISED = _ranks()


def slug(header: str) -> str:
    """A header as a name: `Date de 1re commande` → `date_de_1re_commande`. May be empty."""
    name = re.sub(r"[^a-z0-9]+", "_", fold(header)).strip("_")[:_LONGEST_NAME].strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def map_columns(
    headers: Sequence[str], catalogue: Catalogue, overrides: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """The field of every column. `overrides`: header → field name or `ignore`.

    Raises `BadMap` when an override names no column of the file.
    """
    wanted = _overridden(headers, overrides or {})
    winners = _winners(headers, wanted)
    names = _Names(catalogue)
    columns = []
    for index, header in enumerate(headers):
        if index in wanted:
            columns.append(_as_wanted(index, header, wanted[index], names))
        elif key_of(header) in map(key_of, OWN_COLUMNS):
            columns.append(Column(index, header, None))
        else:
            columns.append(_as_understood(index, header, winners, names))
    return tuple(columns)


def _overridden(headers: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    by_key = {key_of(header): index for index, header in enumerate(headers)}
    wanted = {}
    for header, field in overrides.items():
        if key_of(header) not in by_key:
            raise BadMap(
                Text(
                    "the map names the column {header!r}, which the file does not have",
                    header=header,
                ),
                hint=did_you_mean(header, headers),
            )
        wanted[by_key[key_of(header)]] = field
    return wanted


def _winners(headers: Sequence[str], wanted: Mapping[int, str]) -> dict[str, int]:
    """Standard field → the column that fills it: the one the user says, else the best name."""
    taken = set(wanted.values())
    best: dict[str, tuple[int, int]] = {}
    for index, header in enumerate(headers):
        found = _RECOGNISED.get(key_of(header))
        if index not in wanted and found and found[0] not in taken:
            best[found[0]] = min(best.get(found[0], (1000, 0)), (found[1], index))
    return {name: index for name, (_, index) in best.items()}


class _Names:
    """Names for the user's fields: known ones found again, new ones that clash with nothing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.user = catalogue.user_fields
        self.used: set[str] = set()
        self.reserved = {field.name for field in catalogue if field.origin is not Origin.USER}
        self.reserved |= {*STANDARD_NAMES, *DEFAULT_CHAIN, *FACTS, *_TAKEN_WORDS}
        self.known = {field.name for field in self.user}

    def again(self, header: str) -> Field | None:
        """The field that an earlier file made of this header."""
        key = key_of(header)
        for field in self.user:
            if (
                key
                and key in (key_of(field.label), key_of(field.name))
                and field.name not in self.used
            ):
                return field
        return None

    def new(self, header: str, index: int) -> str:
        name = slug(header) or f"column_{index + 1}"
        name = f"{name}_" if name in self.reserved else name
        number = 2
        base = name
        while name in self.used or name in self.known:
            name, number = f"{base}_{number}", number + 1
        return name

    def take(self, name: str) -> str:
        self.used.add(name)
        return name


def _as_wanted(index: int, header: str, field: str, names: _Names) -> Column:
    if field == IGNORE:
        return Column(index, header, None, note=Text("left out, as the map says"))
    if field in STANDARD_NAMES or field == "tags":
        return Column(index, header, names.take(field), note=Text("as the map says"))
    if field in names.reserved:
        raise BadMap(
            Text("{field!r} is a word of the program, not a field to be filled", field=field),
            hint=Text("give the field another name"),
        )
    if field != slug(field):
        raise BadMap(
            Text("{field!r} cannot be the name of a field", field=field),
            hint=did_you_mean(field, (*STANDARD_NAMES, "tags"))
            or Text("a name has small letters, digits and _, such as {name!r}", name=slug(field)),
        )
    return Column(index, header, names.take(field), own=True, note=Text("as the map says"))


def _as_understood(index: int, header: str, winners: Mapping[str, int], names: _Names) -> Column:
    found = _RECOGNISED.get(key_of(header))
    if found and winners.get(found[0]) == index:
        return Column(index, header, found[0])
    note = None
    if found:
        note = Text("{field} is filled from another column", field=found[0])
    known = names.again(header)
    name = known.name if known else names.new(header, index)
    return Column(index, header, names.take(name), own=True, note=note)


def standard_fields(columns: Iterable[Column]) -> frozenset[str]:
    """The standard fields that a file fills."""
    return frozenset(column.field for column in columns if column.field and not column.own)


def standard_field(header: str) -> str | None:
    """The standard field a header, or a merge field of a letter, is known to mean."""
    found = _RECOGNISED.get(key_of(header))
    return found[0] if found else None
