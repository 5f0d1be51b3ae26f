"""Made-up French contacts with 12 columns, as many as wanted, the same for the same seed.

Streamed: a million rows take no more memory than one.

    python benchmarks/people.py COUNT FILE.csv [SEED]
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

#: The header as a French program would write it; the last two are the user's own fields.
COLUMNS = (
    "Identifiant", "Civilité", "Prénom", "Nom", "Société", "E-mail", "Téléphone",
    "Adresse", "Code postal", "Ville", "Dernière commande", "Étiquettes",
)  # fmt: skip

FIRST = (
    "Anaïs", "Aurélie", "Benoît", "Bertrand", "Béatrice", "Camille", "Chloé", "Clément", "Delphine",
    "Élodie", "Fabrice", "François", "Gaëlle", "Hélène", "Isabelle", "Jean-Pierre", "Jérôme",
    "Julie",
    "Léa", "Loïc", "Lucie", "Maël", "Marie", "Mickaël", "Nathalie", "Noémie", "Olivier",
    "Sébastien",
    "Solène", "Yann",
)  # fmt: skip
LAST = (
    "Bernard", "Bouvier", "Corbel", "Daniélou", "Dubois", "Fontaine", "Garnier", "Guérin", "Hervé",
    "Inizan", "Kerbrat", "Kerjean", "Lambert", "Le Goff", "Lefèvre", "Lemoine", "Martin",
    "Martinière",
    "Moreau", "Nicolas", "Oger", "Ogier", "Pellerin", "Petit", "Prévost", "Renaudin", "Rousseau",
    "Salaün", "Thébault", "Vilboux",
)  # fmt: skip
TRADES = (
    "Boulangerie", "Menuiserie", "Garage", "Hôtel", "Fleurs", "Cabinet", "Épicerie bio", "Atelier",
    "Imprimerie", "Restaurant", "Pharmacie", "Librairie",
)  # fmt: skip
STREETS = (
    "rue du Four", "rue de la Gare", "place de l’Église", "avenue Jean Jaurès",
    "allée des Tilleuls",
    "chemin des Salines", "quai de la Fosse", "boulevard de la Liberté",
)  # fmt: skip
#: Town, postal code, how often: a few large towns and many small ones, as in life.
TOWNS = (
    ("Paris", "75011", 60), ("Lyon", "69003", 30), ("Marseille", "13006", 30), ("Nantes",
    "44000", 25),
    ("Rennes", "35000", 25), ("Besançon", "25000", 8), ("Saint-Malo", "35400", 6),
    ("Quimper", "29000", 6), ("Orléans", "45000", 6), ("Nîmes", "30000", 6),
    *((f"Villeneuve-sur-Seiche {n}", f"{10000 + 83 * n:05}", 1) for n in range(1, 800)),
)  # fmt: skip
#: Numbers that exist: what follows counts the people.
PHONES = ("01 42", "02 40", "02 99", "03 81", "04 78")
TAGS = ("", "", "", "", "", "vip", "salon 2026", "newsletter", "vip, newsletter")

Row = tuple[str, ...]


def people(count: int, *, seed: int = 1, today: date = date(2027, 3, 1)) -> Iterator[Row]:
    """That many contacts, each a row under `COLUMNS`."""
    draw = random.Random(seed)
    towns = draw.choices(TOWNS, weights=[weight for *_, weight in TOWNS], k=65536)
    for number in range(1, count + 1):
        first, last = draw.choice(FIRST), draw.choice(LAST)
        company = f"{draw.choice(TRADES)} {draw.choice(LAST)}" if draw.random() < 0.6 else ""
        town, code, _ = draw.choice(towns)
        ordered = today - timedelta(days=draw.randrange(1500))
        yield (
            f"C{number:07}",
            draw.choice(("M.", "Mme")),
            first,
            last,
            company,
            f"p{number}@{_plain(last)}{number % 5000}.example",
            f"{draw.choice(PHONES)} {number // 10000 % 100:02} {number // 100 % 100:02}"
            f" {number % 100:02}",
            f"{draw.randrange(1, 200)} {draw.choice(STREETS)}",
            code,
            town,
            ordered.strftime("%d/%m/%Y") if draw.random() < 0.3 else "",
            draw.choice(TAGS),
        )


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha())


def write_csv(path: Path, count: int, *, seed: int = 1) -> None:
    """The contacts as a CSV that French Excel would write: semicolons, UTF-8 with its mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(COLUMNS)
        rows.writerows(people(count, seed=seed))


def main() -> None:
    if len(sys.argv) < 3:
        print("made-up contacts for the other benchmarks: people.py COUNT FILE.csv [SEED]")
        return
    write_csv(Path(sys.argv[2]), int(sys.argv[1]), seed=int((sys.argv[3:] or ["1"])[0]))


if __name__ == "__main__":
    main()
