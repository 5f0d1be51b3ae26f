"""Make the sample contact base: python samples/make_contacts.py [FILE]

Some 300 people and firms, as the address file of a joiner's workshop in Rennes would
hold them: particles and accents, cells left empty, people written down twice, a household,
a few cells that are wrong. All of them are made up. Their e-mail addresses end in
`.example` (RFC 2606), their phone numbers lie in the ranges that ARCEP keeps for fiction
(decision 2018-0881), their SIREN begin with 999 00, which are nobody's. The same seed
gives the same file, byte for byte.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from unicodedata import combining, normalize

from made_up import (
    ENGLISH,
    ENGLISH_TOWNS,
    FIRM_NAMES,
    LANDLINES,
    MAILBOXES,
    MEN,
    ORIGINS,
    PLACES,
    REMARKS,
    SECOND_LINES,
    STREETS,
    SURNAMES,
    TRADES,
    WISHES,
    WOMEN,
)

SEED = 2027

COLUMNS = (
    "Réf", "Civilité", "Prénom", "Nom", "Fonction", "Société", "SIRET", "E-mail", "Téléphone",
    "Portable", "Adresse", "Complément", "Code postal", "Ville", "Type de contact", "Étiquettes",
    "Langue", "Origine", "Secteur", "Date de dernière commande", "Nombre de commandes",
    "Chiffre d'affaires 2026", "Remarques",
)  # fmt: skip

Row = dict[str, str]


def make(seed: int = SEED) -> list[Row]:
    """The rows of the file, by column."""
    rng = Random(seed)
    firms = _firms(rng)
    rows = [
        _someone(rng, town, codes, firms) for town, codes, count in PLACES for _ in range(count)
    ]
    rng.shuffle(rows)
    _let_the_english_in(rng, rows)
    for row in rows:
        _commerce(rng, row)
    _household(rows)
    _colleagues(rows)
    _tell_mailboxes_apart(rows)
    rows = _written_twice(rows)
    for number, row in enumerate(rows, start=1):
        row["Réf"] = row["Réf"] or f"C{number:04}"
    _repeat_a_reference(rows)
    _wrong_cells(rows)
    return rows


# --- one contact ---------------------------------------------------------------------------


def _someone(rng: Random, town: str, codes: tuple[str, ...], firms: Iterator[Row]) -> Row:
    row = dict.fromkeys(COLUMNS, "")
    row["Code postal"], row["Ville"] = rng.choice(codes), town
    row["Adresse"] = _number(rng) + rng.choice(STREETS)
    if rng.random() < 0.15:
        row["Complément"] = rng.choice(SECOND_LINES)
    woman = rng.random() < 0.52
    row["Civilité"] = "Mme" if woman else "M."
    row["Prénom"] = rng.choice(WOMEN if woman else MEN)
    row["Nom"] = rng.choice(SURNAMES)
    if rng.random() < 0.42:
        _works_at_a_firm(rng, row, next(firms))
    else:
        _give_mailbox(row, rng.choice(MAILBOXES))
    _reachable(rng, row)
    # Where somebody comes from is what he is told with the first letter: nobody is without.
    row["Origine"] = rng.choice(ORIGINS) if rng.random() < 0.85 else "Annuaire professionnel"
    row["Remarques"] = rng.choice(REMARKS) if rng.random() < 0.12 else ""
    return row


def _firms(rng: Random) -> Iterator[Row]:
    """Firms without end of which no two bear one name."""
    names = [
        (trade, pattern.format(name))
        for trade, (patterns, _) in TRADES.items()
        for pattern in patterns
        for name in FIRM_NAMES
    ]
    rng.shuffle(names)
    for number, (trade, name) in enumerate(names, start=101):
        known = siret(number, rng.randrange(1, 4)) if rng.random() < 0.8 else ""
        yield {"Société": name, "Secteur": trade, "SIRET": known}


def _works_at_a_firm(rng: Random, row: Row, firm: Row) -> None:
    row.update(firm)
    posts = TRADES[row["Secteur"]][1]
    row["Fonction"] = rng.choice(posts)[0 if row["Civilité"] == "Mme" else 1]
    if rng.random() < 0.2:  # the firm, nobody in particular
        row.update({"Civilité": "", "Prénom": "", "Nom": "", "Fonction": ""})
    _give_mailbox(row, f"{plain(row['Société'])}.example")


def _give_mailbox(row: Row, domain: str) -> None:
    names = [plain(row[column]) for column in ("Prénom", "Nom") if row[column]]
    row["E-mail"] = f"{'.'.join(names) or 'contact'}@{domain}"


def _reachable(rng: Random, row: Row) -> None:
    """Numbers; and here and there something is not known, of some no more than the town."""
    landline = LANDLINES.get(row["Code postal"][:2], "02 61 91")
    if rng.random() < 0.6 or row["Société"]:
        row["Téléphone"] = f"{landline} {rng.randrange(100):02} {rng.randrange(100):02}"
    if rng.random() < 0.6 and row["Nom"]:
        row["Portable"] = f"06 39 98 {rng.randrange(100):02} {rng.randrange(100):02}"
    missing = rng.random()
    if missing < 0.08:
        row["E-mail"] = ""
    elif missing < 0.12:
        row.update({"Adresse": "", "Complément": "", "Code postal": ""})
    elif missing < 0.15 and row["Nom"]:
        row["Civilité"] = ""
    elif missing < 0.18:
        row["Téléphone"] = ""


def _commerce(rng: Random, row: Row) -> None:
    """Customer, prospect or suspect; what was ordered, what is wished for."""
    kind = rng.choices(("client", "prospect", "suspect"), (34, 42, 24))[0]
    row["Type de contact"] = kind
    tags = [rng.choice(WISHES)] if rng.random() < 0.4 else []
    if kind == "client":
        _orders(rng, row, tags)
    elif row["Origine"].startswith("Salon"):
        tags.append("salon 2025")
    if row["Société"] and row["Secteur"] == "Architecture":
        tags.append("prescripteur")
    row["Étiquettes"] = ", ".join(tags)


def _orders(rng: Random, row: Row, tags: list[str]) -> None:
    orders = rng.choices((1, 2, 3, 4, 6), (45, 25, 15, 10, 5))[0]
    last = date(2026, 11, 13) - timedelta(days=int(1900 * rng.random() ** 1.5))
    while last.weekday() > 4:
        last -= timedelta(days=1)
    row["Date de dernière commande"] = f"{last:%d/%m/%Y}"
    row["Nombre de commandes"] = str(orders)
    if last.year == 2026:
        row["Chiffre d'affaires 2026"] = _euros(
            rng.randrange(480, 14_800, 20) + rng.choice((0, 0.5))
        )
    if orders >= 3:
        tags.append("fidèle")
    elif last.year < 2023 and rng.random() < 0.2:
        tags.append("ne pas relancer")


def _let_the_english_in(rng: Random, rows: list[Row]) -> None:
    """Fourteen people of the towns they like read English."""
    for row in rows:
        row["Langue"] = "fr" if rng.random() < 0.5 else ""
    homes = [r for r in rows if r["Ville"] in ENGLISH_TOWNS and r["Nom"] and r["Adresse"]]
    for row, (civility, first, last) in zip(rng.sample(homes, len(ENGLISH)), ENGLISH, strict=True):
        row.update({"Civilité": civility, "Prénom": first, "Nom": last, "Langue": "en"})
        row.update({"Remarques": "", "Fonction": "", "Société": "", "SIRET": "", "Secteur": ""})
        _give_mailbox(row, rng.choice(MAILBOXES))


# --- what no address file is without ----------------------------------------------------------


def _household(rows: list[Row]) -> None:
    """Two couples, each at one address with one landline."""
    for town, first_name in (("Rennes", "Gaëlle"), ("Bruz", "Armelle")):
        pair = [
            row for row in rows
            if row["Ville"] == town and row["Adresse"] and row["Téléphone"] and not row["Société"]
            and row["Type de contact"] == "prospect" and row["Langue"] != "en"
        ][:2]  # fmt: skip
        one, other = pair
        for column in ("Nom", "Adresse", "Complément", "Code postal", "Téléphone"):
            other[column] = one[column]
        other.update({"Civilité": "Mme", "Prénom": first_name})
        one.update({"Civilité": "M.", "Prénom": "Bertrand"})
        for row in pair:
            _give_mailbox(row, "boite.example")


def _colleagues(rows: list[Row]) -> None:
    """A few firms where we know two people."""
    at_firms = [r for r in rows if r["Société"] and r["Nom"] and r["Adresse"] and r["E-mail"]]
    for town in ("Rennes", "Nantes", "Cesson-Sévigné", "Saint-Malo"):
        one, other, *_ = (row for row in at_firms if row["Ville"] == town)
        for column in ("Société", "Secteur", "SIRET", "Adresse", "Complément", "Code postal"):
            other[column] = one[column]
        other["Téléphone"], other["Fonction"] = one["Téléphone"], "Comptable"
        _give_mailbox(other, one["E-mail"].partition("@")[2])


def _tell_mailboxes_apart(rows: list[Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        mailbox, _, domain = row["E-mail"].partition("@")
        number = 2
        while row["E-mail"] and row["E-mail"] in seen:
            row["E-mail"] = f"{mailbox}{number}@{domain}"
            number += 1
        seen.add(row["E-mail"])


def _written_twice(rows: list[Row]) -> list[Row]:
    """The same people a second time, as a second colleague would have typed them in."""
    people = [r for r in rows if r["Nom"] and r["Adresse"] and r["E-mail"] and r["Langue"] != "en"]
    prospects = [r for r in people if r["Type de contact"] == "prospect" and r["Ville"] == "Rennes"]
    clients = [r for r in people if r["Type de contact"] == "client" and not r["Société"]]
    shouted, same_mailbox, abbreviated, plainer = (
        dict(prospects[5]), dict(clients[3]), dict(prospects[9]), dict(clients[7]),
    )  # fmt: skip
    shouted.update({"Nom": plain(shouted["Nom"], "-").upper(), "E-mail": "", "Remarques": ""})
    same_mailbox.update(
        {"Prénom": same_mailbox["Prénom"][0] + ".", "Téléphone": "", "Portable": ""}
    )
    abbreviated["Adresse"] = abbreviated["Adresse"].replace(" rue ", " r. ")
    abbreviated["E-mail"] = ""
    plainer.update({"Prénom": plain(plainer["Prénom"], "-").title(), "Complément": ""})
    return [*rows, shouted, same_mailbox, abbreviated, plainer]


def _repeat_a_reference(rows: list[Row]) -> None:
    """The last two lines: one reference twice, the second time with a number that was missing."""
    again = next(r for r in rows if r["Nom"] and r["Téléphone"] and not r["Portable"])
    rows.append({**again, "Portable": "06 39 98 00 42", "Remarques": "Portable donné au téléphone"})
    rows.append(dict(rows[11]))


def _wrong_cells(rows: list[Row]) -> None:
    """One cell each that cleaning has to set aside."""
    people = [row for row in rows[:200] if row["Nom"] and row["E-mail"]]
    firms = [row for row in rows[:200] if row["SIRET"]]
    people[20]["E-mail"] = people[20]["E-mail"].replace("@", "(at)")
    people[45]["E-mail"] = people[45]["E-mail"].replace("@", "@@")
    people[70]["Téléphone"] = "02 61 91 0"
    firms[8]["SIRET"] = firms[8]["SIRET"].replace(" ", "")[:13]
    firms[16]["SIRET"] = firms[16]["SIRET"][:-1] + str((int(firms[16]["SIRET"][-1]) + 1) % 10)
    for firm in firms[::4]:
        if len(firm["SIRET"]) == 17:
            firm["SIRET"] = firm["SIRET"].replace(" ", "")
    clients = [row for row in rows[:250] if row["Type de contact"] == "client"]
    clients[12]["Date de dernière commande"] = "au printemps"
    rows[90]["Ville"] = rows[90]["Ville"].upper()
    rows[150]["Nom"] = rows[150]["Nom"].upper()


# --- how things are written ---------------------------------------------------------------------


def siret(firm: int, site: int) -> str:
    """A SIRET of nobody's, with the check digits of the firm and of its site."""
    siren = f"99900{firm:03}"
    siren += _check_digit(siren)
    nic = f"{site:04}"
    nic += _check_digit(siren + nic)
    return f"{siren[:3]} {siren[3:6]} {siren[6:]} {nic}"


def _check_digit(digits: str) -> str:
    """Luhn's: doubled from the right, the sum a multiple of ten (INSEE)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def plain(text: str, between: str = "") -> str:
    """Small letters without accents: `Le Floc'h` → `lefloch`, or `le-floch` between hyphens."""
    bare = "".join(c for c in normalize("NFD", text.lower()) if not combining(c))
    words = bare.replace("'", "").replace("-", " ").split()
    return between.join(words)


def _number(rng: Random) -> str:
    end = rng.choices((" ", " bis, ", ", "), (88, 4, 8))[0]
    return f"{rng.randrange(1, 120)}{end}"


def _euros(amount: float) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def write(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, COLUMNS, delimiter=";", lineterminator="\n")
        table.writeheader()
        table.writerows(make())


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else here / "contacts.csv")
