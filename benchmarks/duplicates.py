"""How well and how fast doubles are found: precision, recall, F1, time and memory.

    OUTREACH_TEST_DATA=… python benchmarks/duplicates.py [febrl] [sites] [made] [PEOPLE]

Every file goes through the ordinary import with the default settings. Its own id is left out
of the base where it says what is to be found, and is a plain field where it numbers the rows.
Pairs are pairs of rows: rows that the import already put together count as found. `made` are
seeded French contacts, one in twenty of them a double with one to three differences.

Beside it a plain baseline: rapidfuzz over names and address within one postal code or town,
with the threshold that suits the file best; and, where recordlinkage is installed, its own
published example for febrl1.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest import mock

OUTREACH = (sys.executable, "-m", "outreach")
SETTINGS = "organisation: {name: Atelier}\nlocale: fr_FR\ncountry: FR\n"

Pair = tuple[int, int]
Row = dict[str, str]


@dataclass(frozen=True)
class Task:
    """A file, and which of its rows are one."""

    name: str
    file: Path
    #: What names the person or site that a row is about.
    truth: Callable[[Row], str]
    #: Header → field or `ignore`.
    mapping: dict[str, str]
    #: Headers whose text the baseline compares, and those it blocks by.
    compared: Sequence[str]
    blocks: Sequence[str]


# --- measuring --------------------------------------------------------------------------------


def rows_of(file: Path) -> Iterator[tuple[int, Row]]:
    """The rows of a file with the line they begin in."""
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        assert reader.fieldnames is not None
        reader.fieldnames = [name.strip() for name in reader.fieldnames]
        begin = reader.line_num + 1
        for row in reader:
            yield begin, {key: (value or "").strip() for key, value in row.items()}
            begin = reader.line_num + 1


def pairs_of(groups: Iterable[Sequence[int]]) -> set[Pair]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def told(found: set[Pair], true: set[Pair]) -> str:
    right = len(found & true)
    precision, recall = right / max(1, len(found)), right / max(1, len(true))
    both = 2 * precision * recall / max(1e-9, precision + recall)
    return f"precision {precision:.4f}  recall {recall:.4f}  F1 {both:.4f}"


def import_rows(task: Task, folder: Path) -> dict[int, int]:
    """Import a file as the command does; line → the contact that the row became part of."""
    from outreach.application import Application, Options
    from outreach.runner.admit import Wanted, admit
    from outreach.store import admission
    from outreach.store.records import write_chunk

    contacts: dict[int, int] = {}

    def remember(connection: Any, database: Any, chunk: Any, **more: Any) -> None:
        contacts.update((draft.line, known.id) for draft, known in chunk.kept)
        write_chunk(connection, database, chunk, **more)

    (folder / "outreach.yaml").write_text(SETTINGS, encoding="utf-8")
    parts = Application(Options(config=str(folder / "outreach.yaml")))
    wanted = Wanted(overrides=task.mapping)
    with mock.patch.object(admission, "write_chunk", remember):
        admit(parts.store.contacts, task.file, wanted, settings=parts.settings, now=parts.now())
    parts.database.engine.dispose()
    return contacts


def search(folder: Path) -> tuple[Any, float, float]:
    """`contacts duplicates --json` in a process of its own: answer, seconds, megabytes."""
    start = time.perf_counter()
    done = subprocess.run(
        (*OUTREACH, "contacts", "duplicates", "--json"), cwd=folder, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return json.loads(done.stdout), seconds, peak


def measure(task: Task) -> None:
    rows = list(rows_of(task.file))
    truth: dict[str, list[int]] = defaultdict(list)
    for line, row in rows:
        truth[task.truth(row)].append(line)
    true = pairs_of(truth.values())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contacts = import_rows(task, folder)
        answer, seconds, peak = search(folder)
    home = {contact: group[0] for group in answer["groups"] for contact in group}
    groups: dict[int, list[int]] = defaultdict(list)
    merged: dict[int, list[int]] = defaultdict(list)
    for line, contact in contacts.items():
        groups[home.get(contact, contact)].append(line)
        merged[contact].append(line)
    print(f"{task.name}: {len(rows)} rows, {len(true)} true pairs")
    print(f"  import alone      {told(pairs_of(merged.values()), true)}")
    print(f"  outreach          {told(pairs_of(groups.values()), true)}")
    print(f"                    {seconds:.1f} s, {peak:.0f} MB, "
          f"{len(answer['doubtful'])} pairs left to a person")  # fmt: skip
    print(f"  plain rapidfuzz   {baseline(task, rows, true)}")


def baseline(task: Task, rows: Sequence[tuple[int, Row]], true: set[Pair]) -> str:
    """One similarity of the whole text within a block; the best of several thresholds."""
    from rapidfuzz import fuzz

    texts = {line: " ".join(row[h] for h in task.compared).lower() for line, row in rows}
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line, row in rows:
        for header in task.blocks:
            if row[header]:
                blocks[header, row[header].lower()].append(line)
    scores: dict[Pair, float] = {}
    for members in blocks.values():
        for pair in combinations(members, 2) if len(members) <= 300 else ():
            if pair not in scores:
                scores[pair] = fuzz.token_sort_ratio(texts[pair[0]], texts[pair[1]])
    tries = [(cut, {p for p, score in scores.items() if score >= cut}) for cut in range(60, 96, 5)]
    cut, best = max(tries, key=lambda one: len(one[1] & true) / max(1, len(one[1]) + len(true)))
    return f"{told(best, true)}  (at {cut}, chosen with the truth known)"


def published_example(file: Path) -> None:
    """recordlinkage's own example for febrl1, where it is installed."""
    try:
        import pandas as pd
        import recordlinkage
    except ImportError:
        print("  recordlinkage     not installed here")
        return
    frame = pd.read_csv(file, index_col="rec_id", skipinitialspace=True, dtype=str)
    frame.columns = [name.strip() for name in frame.columns]
    pairs = recordlinkage.Index().block("given_name").index(frame)
    compare = recordlinkage.Compare()
    compare.exact("given_name", "given_name")
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    for header in ("date_of_birth", "suburb", "state"):
        compare.exact(header, header)
    compare.string("address_1", "address_1", threshold=0.85)
    features = compare.compute(pairs, frame)
    found = {tuple(sorted(pair)) for pair in features[features.sum(axis=1) > 3].index}
    number = {name: int(name.split("-")[1]) for name in frame.index}
    right = sum(number[a] == number[b] for a, b in found)
    recall = right / (len(frame) / 2)
    print(f"  recordlinkage     precision {right / len(found):.4f}  recall {recall:.4f}")


# --- made-up French contacts -----------------------------------------------------------------


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "Marie Jean Pierre Michel André Nathalie Isabelle Sylvie Catherine Philippe Alain Nicolas "
    "Christophe Françoise Jacques Monique Patrick Christine Laurent Julie Valérie Martine Camille "
    "Léa Thomas Céline Sandrine Stéphanie Sophie Julien Sébastien David Aurélie Caroline Éric "
    "Frédéric Olivier Hélène Anne Élodie Émilie Lucas Hugo Louis Emma Manon Chloé Zoé Inès Jade "
    "Jeanne Louise Antoine Paul Arthur Raphaël Gabriel Alexandre Maxime Romain Kevin Mathieu "
    "Guillaume Vincent Benoît Fabrice Didier Thierry Pascal Bruno Gilles Yves René Marcel Henri "
    "Jean-Pierre Marie-Claude Jean-Luc Anne-Marie Jean-Michel Yann Gwenaëlle Maëlle Noémie Clara"
)
LAST = _words(
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre "
    "Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont "
    "Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry "
    "Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin"
)
PARTS = _words(
    "bar ber bou bri car cha che cor da del du fa fer gau gi gra hu jo la le lo ma me mon mu na no "
    "pa per pi quen ra ri ro sa sau ser ta ti tou va vi ver"
)
ENDS = _words("in on et eau ier ard el ot and ain y aud oux ez ec")
WAYS = ("rue", "avenue", "boulevard", "place", "chemin", "impasse", "allée", "route")
SHORT = {"avenue": "av.", "boulevard": "bd", "place": "pl", "chemin": "ch", "allée": "all."}
SAID = ("de la Gare", "Victor Hugo", "des Lilas", "Jean Jaurès", "du Moulin", "de l'Église",
        "Pasteur", "de la République", "du Général de Gaulle", "des Écoles", "du Château",
        "de la Fontaine", "Saint-Martin", "Émile Zola", "de la Mairie", "des Acacias")  # fmt: skip
TRADES = ("Boulangerie", "Garage", "Menuiserie", "Pharmacie", "Cabinet", "Transports", "Atelier",
          "Imprimerie", "Établissements", "Restaurant", "Plomberie", "Librairie")  # fmt: skip
MAILS = ("gmail.com", "orange.fr", "free.fr", "laposte.net", "hotmail.fr")
HEADERS = ("row", "prenom", "nom", "societe", "adresse", "cp", "ville", "tel", "mail", "who")


class Maker:
    """Makes people; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.last = LAST * 6 + [self._word().capitalize() for _ in range(8000)]
        self.towns = [(f"{self.dice.randint(1000, 95999):05}", self._word().capitalize())
                      for _ in range(1500)]  # fmt: skip
        self.streets = [*SAID, *(self._word().capitalize() for _ in range(3000))]

    def _word(self) -> str:
        return "".join(self.dice.choices(PARTS, k=self.dice.randint(1, 3))) + self.dice.choice(ENDS)

    def phone(self) -> str:
        return f"0{self.dice.randint(1, 5)}{self.dice.randint(20_000_000, 89_999_999)}"

    def home(self) -> Row:
        code, town = self.dice.choice(self.towns)
        street = f"{self.dice.choice(WAYS)} {self.dice.choice(self.streets)}"
        return {"adresse": f"{self.dice.randint(1, 180)} {street}", "cp": code, "ville": town}

    def somebody(self) -> Row:
        row = dict.fromkeys(HEADERS, "") | self.home()
        row |= {"prenom": self.dice.choice(FIRST), "nom": self.dice.choice(self.last)}
        if self.dice.random() < 0.15:
            row["societe"] = f"{self.dice.choice(TRADES)} {row['nom']}"
            row |= {"prenom": "", "nom": ""}
        if self.dice.random() < 0.6:
            row["tel"] = self.phone()
        if self.dice.random() < 0.5:
            name = f"{row['prenom'] or 'contact'}.{row['nom'] or row['societe']}"
            bare = "".join(c for c in name.lower() if c.isascii() and (c.isalnum() or c == "."))
            row["mail"] = f"{bare}{self.dice.randint(1, 999)}@{self.dice.choice(MAILS)}"
        return row

    def relative(self, row: Row) -> Row:
        """Somebody else of the same family: the home, the name and often the phone are shared."""
        other = row | {"prenom": self.dice.choice([n for n in FIRST if n != row["prenom"]])}
        return other | {"mail": "", "tel": row["tel"] if self.dice.random() < 0.6 else ""}

    def slip(self, text: str) -> str:
        if len(text) < 4:
            return text
        at = self.dice.randrange(1, len(text) - 1)
        letter = self.dice.choice("aeinorst")
        return self.dice.choice((
            text[:at] + text[at + 1 :], text[:at] + letter + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ))  # fmt: skip

    def double(self, row: Row) -> Row:
        """The same one again, with one to three differences."""
        changes = (self._misspelt, self._swapped, self._shortened, self._moved, self._emptied,
                   self._unaccented, self._new_phone, self._new_mail)  # fmt: skip
        row = dict(row)
        for change in self.dice.sample(changes, self.dice.randint(1, 3)):
            change(row)
        return row

    def _misspelt(self, row: Row) -> None:
        field = self.dice.choice(("prenom", "nom", "societe", "adresse", "ville"))
        row[field] = self.slip(row[field])

    def _swapped(self, row: Row) -> None:
        row["prenom"], row["nom"] = row["nom"], row["prenom"]

    def _shortened(self, row: Row) -> None:
        words = row["adresse"].split()
        row["adresse"] = " ".join(SHORT.get(word, word) for word in words)
        if row["prenom"] and self.dice.random() < 0.3:
            row["prenom"] = row["prenom"][0] + "."

    def _moved(self, row: Row) -> None:
        if row["tel"] or row["mail"]:
            row |= self.home()

    def _emptied(self, row: Row) -> None:
        row[self.dice.choice(("adresse", "cp", "tel", "mail"))] = ""

    def _unaccented(self, row: Row) -> None:
        from outreach.model.text import fold

        row |= {key: fold(row[key]).upper() for key in ("prenom", "nom", "societe", "ville")}

    def _new_phone(self, row: Row) -> None:
        row["tel"] = self.phone()

    def _new_mail(self, row: Row) -> None:
        row["mail"] = ""


def make(file: Path, people: int) -> None:
    maker = Maker(2027)
    rows: list[Row] = []
    while len(rows) < people:
        row = maker.somebody() | {"who": str(len(rows))}
        rows.append(row)
        if row["prenom"] and maker.dice.random() < 0.15:
            rows.append(maker.relative(row) | {"who": str(len(rows))})
        if maker.dice.random() < 0.058:
            rows.append(maker.double(row))
    rows = rows[:people]
    maker.dice.shuffle(rows)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS)
        writer.writeheader()
        writer.writerows(row | {"row": str(number)} for number, row in enumerate(rows))


# --- the tasks ----------------------------------------------------------------------------


def febrl(data: Path) -> Task:
    return Task(
        "febrl1", data / "dedupe" / "febrl1.csv", lambda row: row["rec_id"].split("-")[1],
        {"rec_id": "rec_id"}, ("given_name", "surname", "address_1", "suburb", "date_of_birth"),
        ("postcode", "suburb"),
    )  # fmt: skip


def sites(data: Path) -> Task:
    # `True Id` is the answer: as a field of the base it would be evidence.
    return Task(
        "early-childhood-sites", data / "dedupe" / "early-childhood-sites.csv",
        lambda row: row["True Id"], {"True Id": "ignore", "Id": "row_id"},
        ("Site name", "Address", "Phone"), ("Phone", "Zip"),
    )  # fmt: skip


def made(folder: Path, people: int) -> Task:
    file = folder / "made.csv"
    make(file, people)
    return Task(
        f"made-up French contacts, {people}", file, lambda row: row["who"],
        {"who": "ignore", "row": "row_number"}, ("prenom", "nom", "societe", "adresse"),
        ("cp", "tel"),
    )  # fmt: skip


def main() -> None:
    words = sys.argv[1:]
    people = next((int(word) for word in words if word.isdigit()), 100_000)
    wanted = [word for word in words if not word.isdigit()] or ["febrl", "sites", "made"]
    data = Path(os.environ.get("OUTREACH_TEST_DATA", ""))
    if not (data / "dedupe").is_dir() and wanted != ["made"]:
        sys.exit("set OUTREACH_TEST_DATA to the folder of real data, or ask for `made` alone")
    if "febrl" in wanted:
        measure(febrl(data))
        published_example(febrl(data).file)
    if "sites" in wanted:
        measure(sites(data))
    if "made" in wanted:
        with tempfile.TemporaryDirectory() as name:
            measure(made(Path(name), people))


if __name__ == "__main__":
    main()
