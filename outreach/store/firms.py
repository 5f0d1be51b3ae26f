"""Which company a contact belongs to, found or made while contacts are written.

The SIREN decides where it is known; else the name, unless the domains of the e-mail
addresses say that two firms are called alike. Where a person typed the name, the only firm
that is called so is meant, whatever the address. A private mailbox names no firm, and a firm
that nobody names is not made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from outreach.model.field import Value
from outreach.model.text import fold
from outreach.store import schema
from outreach.store.bulk import insert_rows, next_ids, update_rows
from outreach.store.lists import among, together
from outreach.store.rows import domain_of

#: Fields that say which firm a contact belongs to.
TELLING = frozenset({"company", "siret", "email"})

#: Domains at which everybody can have a mailbox (the largest providers in France and abroad).
FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.fr", "outlook.com", "outlook.fr",
    "live.com", "live.fr", "msn.com", "yahoo.com", "yahoo.fr", "ymail.com", "icloud.com",
    "me.com", "mac.com", "aol.com", "gmx.com", "gmx.fr", "gmx.de", "gmx.net", "web.de",
    "mail.com", "protonmail.com", "proton.me", "pm.me", "tutanota.com", "fastmail.com",
    "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "cegetel.net", "bbox.fr",
    "laposte.net", "numericable.fr", "noos.fr", "club-internet.fr", "aliceadsl.fr", "9online.fr",
    "voila.fr", "libertysurf.fr", "infonie.fr", "tele2.fr", "nordnet.fr", "ovh.fr",
    "bluewin.ch", "skynet.be", "telenet.be", "hotmail.be", "yandex.ru", "mail.ru", "qq.com",
})  # fmt: skip


@dataclass(slots=True, eq=False)
class Firm:
    """What is known of a firm; `id` None while it is not in the base."""

    name: str
    siren: str | None
    domain: str | None
    id: int | None = None
    #: Something was learned that the base does not hold yet.
    grown: bool = False
    #: A person typed the name: it says more than the domain of an address.
    typed: bool = False


def link_firms(
    connection: Connection,
    people: Sequence[Mapping[str, Value]],
    now: datetime,
    *,
    by_hand: bool = False,
) -> list[int | None]:
    """The number of each contact's company, in their order; new companies are written."""
    told = [_told(values, by_hand) for values in people]
    index = _Index(_read(connection, [firm for firm in told if firm]))
    found = [index.find(firm) if firm else None for firm in told]
    new = [firm for firm in index.made if firm.id is None]
    for firm, number in zip(new, next_ids(connection, schema.company, len(new)), strict=True):
        firm.id = number
    insert_rows(
        connection,
        schema.company,
        [{"id": firm.id, "created_at": now, "name": firm.name, "name_folded": fold(firm.name),
          "siren": firm.siren, "domain": firm.domain} for firm in new],
    )  # fmt: skip
    grown = {firm.id: firm for firm in found if firm and firm.grown and firm not in new}
    update_rows(
        connection,
        schema.company,
        [(n, {"siren": f.siren, "domain": f.domain}) for n, f in grown.items() if n is not None],
    )
    return [firm.id if firm else None for firm in found]


def _told(values: Mapping[str, Value], by_hand: bool) -> Firm | None:
    """What a contact says of its firm; None when it says nothing."""
    name, siret, email = (str(values.get(field) or "") for field in ("company", "siret", "email"))
    domain = domain_of(email) if email else ""
    if domain in FREE_MAIL:
        domain = ""
    if not (name or siret or domain):
        return None
    tidy = " ".join(name.split())
    return Firm(tidy, siret[:9] or None, domain or None, typed=by_hand and bool(tidy))


class _Index:
    """The companies that some contacts may belong to."""

    def __init__(self, known: Sequence[Firm]) -> None:
        self._by_siren: dict[str, Firm] = {}
        self._by_name: dict[str, dict[str | None, list[Firm]]] = {}
        self._by_domain: dict[str, list[Firm]] = {}
        self.made: list[Firm] = []
        for firm in known:
            self._add(firm)

    def find(self, told: Firm) -> Firm | None:
        """The firm that is meant; made when it has a name and is not there."""
        found = self._by_siren.get(told.siren or "")
        if found is None and told.name:
            found = _best(self._of_that_name(told), told) or self._only(told)
        if found is None and not told.name:
            alike = self._by_domain.get(told.domain or "", [])
            fitting = [firm for firm in alike if not _apart(firm.siren, told.siren)]
            return fitting[0] if len(fitting) == 1 else None
        if found is None:
            self.made.append(told)
            self._add(told)
            return told
        self._learn(found, told)
        return found

    def _of_that_name(self, told: Firm) -> Sequence[Firm]:
        """In the order they became known; those of another domain are passed over."""
        named = self._by_name.get(fold(told.name), {})
        if told.domain:
            return (*named.get(told.domain, ()), *named.get(None, ()))
        return [firm for firms in named.values() for firm in firms]

    def _only(self, told: Firm) -> Firm | None:
        """The one firm that a person can mean by a name he typed."""
        named = self._by_name.get(fold(told.name), {}) if told.typed else {}
        fitting = [f for firms in named.values() for f in firms if not _apart(f.siren, told.siren)]
        return fitting[0] if len(fitting) == 1 else None

    def _learn(self, firm: Firm, told: Firm) -> None:
        siren, domain = firm.siren or told.siren, firm.domain or told.domain
        if (siren, domain) != (firm.siren, firm.domain):
            if domain != firm.domain:
                self._by_name[fold(firm.name)][None].remove(firm)
            firm.siren, firm.domain, firm.grown = siren, domain, True
            self._add(firm)

    def _add(self, firm: Firm) -> None:
        if firm.siren:
            self._by_siren.setdefault(firm.siren, firm)
        named = self._by_name.setdefault(fold(firm.name), {}).setdefault(firm.domain, [])
        alike = self._by_domain.setdefault(firm.domain, []) if firm.domain else named
        for firms in (named, alike):
            if firm not in firms:
                firms.append(firm)


def _best(named: Sequence[Firm], told: Firm) -> Firm | None:
    """Of the firms of that name: the one of that domain, the only one, or the one without any."""
    fitting = [
        firm
        for firm in named
        if not _apart(firm.siren, told.siren) and not _apart(firm.domain, told.domain)
    ]
    same = [firm for firm in fitting if firm.domain and firm.domain == told.domain]
    bare = [firm for firm in fitting if firm.domain is None]
    if same or len(fitting) == 1:
        return (same or fitting)[0]
    return bare[0] if bare else None


def _apart(one: str | None, other: str | None) -> bool:
    return bool(one and other and one != other)


def _read(connection: Connection, told: Sequence[Firm]) -> list[Firm]:
    """Every company in the base that one of these may be: a query per key.

    Of the firms that are called alike, those of another domain are not read.
    """
    found: dict[int, Firm] = {}
    for query in _queries(connection, told):
        for row in connection.execute(query):
            found.setdefault(row.id, Firm(row.name, row.siren, row.domain, row.id))
    return [found[number] for number in sorted(found)]


def _queries(connection: Connection, told: Sequence[Firm]) -> Iterator[Select[Any]]:
    c = schema.company.c
    query = select(schema.company)
    named = [(fold(f.name), None if f.typed else f.domain) for f in told if f.name]
    pairs = {(name, domain) for name, domain in named if domain}
    if pairs:
        given, same = together(connection, (c.name_folded, c.domain), pairs)
        yield query.join(given, same)
        names = {name for name, _ in pairs}
        yield query.where(among(connection, c.name_folded, names), c.domain.is_(None))
    for column, wanted in (
        (c.name_folded, {name for name, domain in named if not domain}),
        (c.siren, {firm.siren for firm in told if firm.siren}),
        (c.domain, {firm.domain for firm in told if firm.domain and not firm.name}),
    ):
        if wanted:
            yield query.where(among(connection, column, wanted))
