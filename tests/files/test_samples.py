"""The sample workspace: the repository's root, which `init` and `demo` copy."""

from __future__ import annotations

import csv
import json
import re
import runpy
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from stdnum.fr import siret

from outreach.cli import main
from outreach.files.campaigns import read_campaign
from outreach.files.workspace import samples_folder
from outreach.model.stage import DEFAULT_CHAIN, NO_STAGES
from outreach.model.text import fold

ROOT = samples_folder()
CAMPAIGNS = sorted((ROOT / "campaigns").glob("*.yaml"), key=lambda file: file.stem)
LAUNCH = date(2027, 2, 15)

#: What ARCEP keeps for fiction (decision 2018-0881), of which the samples use these.
FICTION = re.compile(r"(?:01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d")

Row = dict[str, str]
Ask = Callable[..., dict[str, Any]]


def rows_of(name: str, delimiter: str) -> list[Row]:
    with (ROOT / "samples" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


@pytest.fixture(scope="module")
def contacts() -> list[Row]:
    return rows_of("contacts.csv", ";")


@pytest.fixture(scope="module")
def outcomes() -> list[Row]:
    return rows_of("outcomes.csv", ",")


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on a copy of the samples, their contacts imported; its JSON."""
    for folder in ("campaigns", "templates", "samples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "outreach.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)

    def ask(*arguments: str) -> dict[str, Any]:
        with pytest.raises(SystemExit) as leaving:
            main(["--json", "--now", f"{LAUNCH}T09:00+01:00", *arguments])
        out, err = capsys.readouterr()
        assert leaving.value.code == 0, out + err
        answer: dict[str, Any] = json.loads(out)
        return answer

    return ask


# --- campaigns --------------------------------------------------------------------------------


@pytest.mark.parametrize("file", CAMPAIGNS, ids=lambda file: file.stem)
def test_a_sample_campaign_reads_without_an_error_and_is_called_as_its_file(file: Path) -> None:
    campaign = read_campaign(file).campaign
    assert campaign.name == file.stem
    assert campaign.sender == "marie"
    assert campaign.offer


@pytest.mark.parametrize("file", CAMPAIGNS, ids=lambda file: file.stem)
def test_every_template_and_guide_of_a_sample_campaign_exists(file: Path) -> None:
    named = {
        path
        for step in read_campaign(file).campaign.steps
        for path in (step.template, step.text, step.guide, *(v.template for v in step.variants))
        if path
    }
    assert named
    assert [path for path in named if not (ROOT / "templates" / path).is_file()] == []


def test_the_samples_can_be_launched_on_any_day() -> None:
    campaigns = [read_campaign(file).campaign for file in CAMPAIGNS]
    assert [c.name for c in campaigns] == [
        "first-visit",
        "newsletter",
        "newsletter-en",
        "open-day",
        "open-day-en",
        "pool",
        "win-back",
    ]
    assert all(c.start is None and c.not_after is None for c in campaigns)


def test_every_sample_campaign_finds_its_people(ask: Ask) -> None:
    """Matched, selected, control, enrolled: written out, so that the demo stays as it is."""
    imported = ask("contacts", "import", "samples/contacts.csv")
    assert (imported["read"], imported["created"], imported["merged"]) == (302, 300, 2)
    keys = ("matched", "selected", "control", "enrolled", "excluded")
    found = {}
    for file in CAMPAIGNS:
        answer = ask("launch", file.stem, "--dry-run")
        found[file.stem] = tuple(answer[key] for key in keys)
    assert found == {
        "first-visit": (64, 40, 0, 40, {"no_address": 6, "one_per": 2}),
        "open-day": (123, 111, 11, 100, {"no_address": 7, "one_per": 5}),
        "open-day-en": (14, 14, 0, 14, {}),
        "newsletter": (104, 92, 0, 92, {"no_address": 9, "invalid_address": 1, "same_address": 2}),
        "newsletter-en": (4, 4, 0, 4, {}),
        "pool": (182, 160, 0, 160, {"no_address": 21, "invalid_address": 1}),
        "win-back": (65, 61, 0, 61, {"no_address": 3, "one_per": 1}),
    }


def test_nobody_of_the_samples_is_adrift(ask: Ask) -> None:
    """A campaign of the samples would take each of the 300, were it only for the pool."""
    ask("contacts", "import", "samples/contacts.csv")
    assert ask("contacts", "adrift") == {"count": 0, "adrift": [], "reasons": {}}


# --- contacts -----------------------------------------------------------------------------------


def test_the_contacts_are_what_their_maker_makes(contacts: list[Row]) -> None:
    maker = ROOT / "samples" / "make_contacts.py"
    if not maker.is_file():
        pytest.skip("the maker of the samples is not installed with them")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(maker.parent))
        made = runpy.run_path(str(maker))["make"]()
    assert made == contacts


def test_every_sample_address_ends_in_example(contacts: list[Row]) -> None:
    mails = [row["E-mail"] for row in contacts if row["E-mail"]]
    assert len(mails) > 250
    assert [mail for mail in mails if not mail.endswith(".example")] == []


def test_every_sample_phone_is_kept_for_fiction(contacts: list[Row]) -> None:
    phones = [
        row[column] for row in contacts for column in ("Téléphone", "Portable") if row[column]
    ]
    assert len(phones) > 300
    # One is cut short on purpose.
    assert [phone for phone in phones if not FICTION.fullmatch(phone)] == ["02 61 91 0"]


def test_every_sample_siret_is_nobodys_and_all_but_two_are_valid(contacts: list[Row]) -> None:
    numbers = [row["SIRET"].replace(" ", "") for row in contacts if row["SIRET"]]
    assert len(numbers) > 70
    assert all(number.startswith("99900") for number in numbers)
    wrong = [number for number in numbers if not siret.is_valid(number)]
    assert sorted(len(number) for number in wrong) == [13, 14]


def test_every_sample_postal_code_is_one_of_its_town(contacts: list[Row], real_data: Path) -> None:
    with (real_data / "postcodes/laposte_hexasmal.csv").open(encoding="latin-1") as stream:
        known = {(row[2], _town(row[1])) for row in csv.reader(stream, delimiter=";")}
    mine = {(row["Code postal"], _town(row["Ville"])) for row in contacts if row["Code postal"]}
    assert mine - known == set()


def _town(name: str) -> str:
    words = fold(name).replace("-", " ").replace("'", " ").split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(word for word in words if not word.isdigit())


def test_the_sample_base_has_what_real_ones_have(contacts: list[Row]) -> None:
    """Accents, particles, holes, people twice, a household, colleagues, three kinds."""
    assert len(contacts) == 302
    surnames = {row["Nom"] for row in contacts}
    assert {"Le Goff", "de Kergariou", "d'Alençon", "Le Floc'h", "Quéméner"} <= surnames
    for column in ("Civilité", "E-mail", "Téléphone", "Adresse", "Nom", "Société", "Langue"):
        assert 4 < sum(not row[column] for row in contacts) < 300, column
    kinds = Counter(row["Type de contact"] for row in contacts)
    assert set(kinds) == {"client", "prospect", "suspect"}
    assert min(kinds.values()) > 50
    assert Counter(row["Ville"] for row in contacts).most_common(1)[0][0] == "Rennes"
    twice = Counter(row["Réf"] for row in contacts)
    assert sorted(twice.values())[-3:] == [1, 2, 2]


def test_some_sample_people_share_a_mailbox_an_address_or_a_firm(contacts: list[Row]) -> None:
    once = {row["Réf"]: row for row in contacts}.values()
    mailboxes = Counter(row["E-mail"] for row in once if row["E-mail"])
    assert [count for count in mailboxes.values() if count > 1] == [2, 2]
    households = [
        (one["Prénom"], other["Prénom"])
        for one, other in combinations(once, 2)
        if one["Adresse"] == other["Adresse"] != ""
        and one["Nom"] == other["Nom"] != ""
        and one["E-mail"] != other["E-mail"] != ""
    ]
    assert ("Bertrand", "Gaëlle") in [tuple(sorted(pair)) for pair in households]
    firms = Counter(row["Société"] for row in once if row["Société"])
    assert sum(count > 1 for count in firms.values()) >= 4


def test_only_sample_customers_have_orders(contacts: list[Row]) -> None:
    for row in contacts:
        bought = row["Date de dernière commande"]
        assert bool(bought) == (row["Type de contact"] == "client"), row["Réf"]
        assert bool(row["Chiffre d'affaires 2026"]) == bought.endswith("2026"), row["Réf"]


# --- what happened afterwards ------------------------------------------------------------


def test_the_sample_outcomes_are_a_believable_chain(outcomes: list[Row]) -> None:
    """28 interested, 14 appointments, 7 quotes, 4 orders, and one by somebody not asked."""
    assert {row["stage"] for row in outcomes} <= {*DEFAULT_CHAIN, *NO_STAGES}
    people = {
        stage: {row["contact"] for row in outcomes if row["stage"] == stage}
        for stage in DEFAULT_CHAIN
    }
    assert len(people["replied"] | people["appointment"]) == 28
    assert [len(people[stage]) for stage in ("appointment", "quote", "order")] == [14, 7, 5]
    assert len(people["order"] - people["quote"]) == 1
    for row in outcomes:
        if row["stage"] == "order":
            assert 0.35 <= float(row["margin"]) / float(row["amount"]) <= 0.45


def test_sample_outcomes_come_when_their_step_is_done(outcomes: list[Row]) -> None:
    """Answers after the e-mail of day 7, calls from day 21, no work at weekends."""
    days = [int(row["day"]) for row in outcomes]
    assert days == sorted(days)
    assert min(int(r["day"]) for r in outcomes if r["stage"] == "replied") >= 8
    assert min(int(r["day"]) for r in outcomes if r["stage"] in ("no_answer", "refused")) >= 21
    assert LAUNCH.weekday() == 0
    assert [row for row in outcomes if row["by"] and int(row["day"]) % 7 > 4] == []


def test_every_sample_outcome_can_be_recorded(ask: Ask, outcomes: list[Row]) -> None:
    """Those it speaks of are in the campaign, the one who ordered unasked in its control group."""
    ask("contacts", "import", "samples/contacts.csv")
    ask("launch", "open-day", "--confirm", "100")
    written = {"day": "on", "back": "back_on"}
    with Path("dated.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow([written.get(column, column) for column in outcomes[0]])
        for row in outcomes:
            dated = {
                column: (LAUNCH + timedelta(days=int(row[column]))).isoformat()
                for column in written
                if row[column]
            }
            table.writerow([dated.get(column, row[column]) for column in row])
    ask("--now", f"{LAUNCH + timedelta(days=60)}T09:00+01:00", "record", "--from", "dated.csv")
    report = ask("report", "open-day")
    reached = {stage["stage"]: stage["contacts"] for stage in report["chain"]}
    assert [reached[stage] for stage in DEFAULT_CHAIN[1:]] == [28, 14, 7, 4]
    assert (report["orders"], report["revenue"], report["margin"]) == (4, 18730, 7569.9)
