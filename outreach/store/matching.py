"""Whether a row of a file speaks of somebody who is already on file.

The keys, strongest first: identifier, e-mail, SIRET, phone with name. A stronger key
that both sides have and that differs forbids a match. Two sites under one
identifier, two people at one address of a firm stay two; one contact under another
name, told by its identifier and its e-mail address together, stays one. A row that
fits two contacts equally well is nobody's: it is rejected, never merged in silence. A
row without any key is known when somebody on file says word for word all that it says.

Pure of SQL: `admission.py` fetches the candidates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

from outreach.model.field import Value
from outreach.model.text import fold, letters_of


class Rank(IntEnum):
    """The keys, in the order in which they are asked."""

    IDENTIFIER = 0
    EMAIL = 1
    SIRET = 2
    PHONE = 3
    #: No key at all: the very same words.
    SAME = 4


#: What a key is looked up by: its rank and its compared form.
Key = tuple[Rank, str]


@dataclass(slots=True, eq=False)
class Known:
    """A contact as matching sees it: on file, or made by an earlier row of this import."""

    id: int
    values: dict[str, Value]
    tags: dict[str, str] = field(default_factory=dict)
    #: Made by this import: by a row of this chunk (not yet written), or of an earlier one.
    fresh: bool = False
    created_here: bool = False
    #: Made by a row of this very file: now, or when its import was interrupted.
    same_file: bool = False
    #: Values before this chunk changed them.
    before: dict[str, Value] = field(default_factory=dict)
    new_tags: dict[str, str] = field(default_factory=dict)


#: Fields whose punctuation counts.
_EXACT = frozenset({"external_id", "email", "siret"})


#: A first name shorter than this may be initials.
_WHOLE_NAME = 3

#: Two spellings of one first name share at least this much (difflib's ratio); Anne and Yves 0.25.
_ALIKE = 0.6

#: The fields of a postal address, as `household` in the store joins them.
ADDRESS = ("street", "postal_code", "city")


class Matcher:
    """The candidates of one chunk, by key.

    `lookups`: the fields by which rows without a key are looked for (see `lookup_of`).
    """

    def __init__(
        self, known: Iterable[Known] = (), lookups: Collection[tuple[str, ...]] = ()
    ) -> None:
        self._index: dict[Key, list[Known]] = {}
        self._lookups = lookups
        for one in known:
            self.add(one)

    def add(self, known: Known) -> None:
        """From now on this contact can be found by what it holds."""
        same = (_same_words(names, known.values) for names in self._lookups)
        for key in (*keys_of(known.values), *same):
            holders = self._index.setdefault(key, [])
            if known not in holders:
                holders.append(known)

    def fitting(self, values: Mapping[str, Value], *, source: str | None) -> list[Known]:
        """Everyone whom a row may speak of; of several, those that it fits best."""
        found: list[Known] = []
        names = lookup_of(values)
        if names:
            same = self._index.get(_same_words(names, values), ())
            return [known for known in same if _says(known, values)][:1]
        for key in keys_of(values):
            for known in self._index.get(key, ()):
                if known not in found and _may_be(values, known, key[0], source):
                    found.append(known)
        return found if len(found) < 2 else _closest(values, found)


def keys_of(values: Mapping[str, Value]) -> Iterator[Key]:
    """The keys that a row or a contact has, strongest first."""
    if identifier := _folded(values, "external_id"):
        yield Rank.IDENTIFIER, identifier
    if email := _folded(values, "email"):
        yield Rank.EMAIL, email
    if siret := values.get("siret"):
        yield Rank.SIRET, str(siret)
    for number in (values.get("phone"), values.get("mobile")):
        if number:
            yield Rank.PHONE, str(number)


def shares_key(values: Mapping[str, Value], known: Known, source: str | None) -> bool:
    """The same address, or the same identifier in the same list: whoever it is."""
    email, identifier = _folded(values, "email"), _folded(values, "external_id")
    if email and email == _folded(known.values, "email"):
        return True
    same = bool(identifier) and identifier == _folded(known.values, "external_id")
    return same and _same_list(values, known, source)


def lookup_of(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The fields by which a row without a key is looked for; none when it has a key.

    The postal address where there is one, then the name: few people share it.
    """
    named = values.get("last_name") or values.get("company")
    phone = values.get("phone") or values.get("mobile")
    if any(values.get(n) for n in ("external_id", "email", "siret")) or (phone and named):
        return ()
    if values.get("street") and values.get("city"):
        return ADDRESS
    if values.get("last_name") and values.get("first_name"):
        return ("last_name", "first_name")
    preferred = ("last_name", "company", *values)
    return next(((name,) for name in preferred if name in values), ())


def _same_words(names: tuple[str, ...], values: Mapping[str, Value]) -> Key:
    words = (fold(str(values.get(name))) for name in names)
    return Rank.SAME, "|".join((*names, *words))


def _folded(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return fold(value) if isinstance(value, str) else ""


_letters = lru_cache(maxsize=8192)(letters_of)


def _bare(values: Mapping[str, Value], name: str) -> str:
    """Letters and digits alone: `Jean-Pierre` and `jean pierre` are one name."""
    value = values.get(name)
    return _letters(value) if isinstance(value, str) else ""


def _may_be(values: Mapping[str, Value], known: Known, rank: Rank, source: str | None) -> bool:
    same_list = _same_list(values, known, source)
    if rank is Rank.IDENTIFIER and not same_list:
        return False
    if rank > Rank.IDENTIFIER and same_list and _differ(values, known.values, "external_id"):
        return False
    if rank > Rank.EMAIL and _differ(values, known.values, "email"):
        return False
    if rank > Rank.SIRET and _differ(values, known.values, "siret"):
        return False
    if rank is Rank.PHONE:
        return _same_name(values, known.values)
    return _same_party(values, known, rank)


def _same_list(values: Mapping[str, Value], known: Known, source: str | None) -> bool:
    """Identifiers compare within one source, when both sides name theirs."""
    mine = source or values.get("source")
    theirs = known.values.get("source")
    return source is None or theirs is None or fold(str(mine)) == fold(str(theirs))


def _differ(a: Mapping[str, Value], b: Mapping[str, Value], name: str) -> bool:
    """Both have it and it is not the same."""
    if not a.get(name) or a[name] == b.get(name):
        return False
    compared = _folded if name in _EXACT else _bare
    one, other = compared(a, name), compared(b, name)
    return bool(one and other and one != other)


def _same_name(a: Mapping[str, Value], b: Mapping[str, Value]) -> bool:
    """A person's whole name, or a firm's where neither side names a person."""
    people = [_bare(side, "first_name") + "|" + _bare(side, "last_name") for side in (a, b)]
    if people != ["|", "|"]:
        return people[0] == people[1]
    return bool(_bare(a, "company")) and _bare(a, "company") == _bare(b, "company")


def _same_party(values: Mapping[str, Value], known: Known, rank: Rank) -> bool:
    """Not somebody else who shares an identifier, a mailbox or a SIRET."""
    theirs = known.values
    if values.get("last_name") and theirs.get("last_name"):
        return _same_person(values, known, rank)
    if values.get("last_name") or theirs.get("last_name"):
        return rank is not Rank.SIRET
    return _same_site(values, known)


def _same_person(values: Mapping[str, Value], known: Known, rank: Rank) -> bool:
    """Two people under one key, or one who has another last name by now.

    Who is renamed keeps the first name, or the identifier and the e-mail address together;
    in one file two such rows are two people of a firm. Under one identifier alone, another
    name with another address (of mail or of the house) is somebody else: lists number alike.
    One last name with two first names is a couple that shares a mailbox.
    """
    theirs = known.values
    other_first = _differ(values, theirs, "first_name")
    if not _differ(values, theirs, "last_name"):
        if rank is Rank.EMAIL:
            return not (other_first and _two_given_names(values, theirs))
        return rank is not Rank.SIRET or not other_first
    if rank is Rank.SIRET:
        return False
    if bool(_bare(values, "first_name")) and not other_first:
        return rank is not Rank.IDENTIFIER or not _elsewhere(values, theirs)
    return rank is Rank.IDENTIFIER and _agree(values, theirs, "email") and not known.same_file


def _two_given_names(a: Mapping[str, Value], b: Mapping[str, Value]) -> bool:
    """Anne and Yves; not Jean and J., Jean and Jean-Michel, Zoé and Zeo."""
    one, other = _bare(a, "first_name"), _bare(b, "first_name")
    if min(len(one), len(other)) < _WHOLE_NAME or one.startswith(other) or other.startswith(one):
        return False
    return SequenceMatcher(None, one, other).ratio() < _ALIKE


def _same_site(values: Mapping[str, Value], known: Known) -> bool:
    """Two sites of one firm: another name in the same file, or another name elsewhere.

    A firm that changes its name or moves, not both at once, is still the same.
    """
    theirs = known.values
    if not _differ(values, theirs, "company"):
        return True
    return not (known.same_file or _moved(values, theirs) or _elsewhere(values, theirs))


def _elsewhere(a: Mapping[str, Value], b: Mapping[str, Value]) -> bool:
    """Another e-mail address or another place, and neither of the two in common."""
    if _moved(a, b):
        return not _agree(a, b, "email")
    in_place = _agree(a, b, "city") or _agree(a, b, "postal_code")
    return _differ(a, b, "email") and not in_place


def _moved(a: Mapping[str, Value], b: Mapping[str, Value]) -> bool:
    """Another street or postal code; another town where no postal code says it is the same."""
    if _differ(a, b, "postal_code") or _differ(a, b, "street"):
        return True
    return _differ(a, b, "city") and not _agree(a, b, "postal_code")


def _agree(a: Mapping[str, Value], b: Mapping[str, Value], name: str) -> bool:
    """Both have it and it is the same."""
    return bool(a.get(name) and b.get(name)) and not _differ(a, b, name)


def _closest(values: Mapping[str, Value], found: list[Known]) -> list[Known]:
    """Who already says all the row says; else the one of that very name; else all of them."""
    saying = [known for known in found if _says(known, values)]
    if saying:
        return saying[:1]
    names = ("first_name", "last_name", "company")
    named = [k for k in found if all(_bare(k.values, n) == _bare(values, n) for n in names)]
    return named if len(named) == 1 else found


def _says(known: Known, values: Mapping[str, Value]) -> bool:
    """Nothing in the row is new; how far a contact has come since is not its row's to say."""
    told = ((name, value) for name, value in values.items() if name != "kind")
    return all(known.values.get(name) == value for name, value in told)
