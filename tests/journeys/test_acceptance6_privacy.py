"""Acceptance of 5.13, privacy: retention, export, erasure, keyed hashes, register, samples.

Dates and numbers are those of the notes on law (deliverability 2.1, domain B17).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fair import configure
from smtp_servers import SmtpServer
from workspaces import Workspace

MONDAY = "2027-03-01T11:00"
HEADER = "Ref,Last name,First name,E-mail,Phone,Street,Postcode,City,Source"


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def comes(workspace: Workspace, *rows: str, now: str, source: str = "list") -> None:
    """People come into the base at that instant."""
    workspace.write("people.csv", "\n".join([HEADER, *rows]) + "\n")
    workspace.ok("contacts", "import", "people.csv", "--source", source, now=now)


def refs(workspace: Workspace) -> list[str]:
    return sorted(one["external_id"] for one in workspace.ok("contacts", "list")["contacts"])


# --- retention ---------------------------------------------------------------------------------


def test_prospects_are_kept_three_years_from_their_own_last_act(
    workspace: Workspace, mail_server: SmtpServer
) -> None:
    """A reply or an order counts, on its own day; what we send or post does not."""
    configure(workspace, mail_server.port)
    comes(
        workspace,
        "silent,Un,,un@firm.example,,,,Rennes,Salon",
        "written,Deux,,deux@firm.example,,,,Rennes,Salon",
        "replied,Trois,,trois@firm.example,,,,Rennes,Salon",
        "buyer,Quatre,,quatre@firm.example,,,,Rennes,Salon",
        now="2023-03-01T09:00",
    )
    workspace.campaign("spring", where='external_id = "written"')
    workspace.launch("spring", now="2025-06-01T09:00")
    assert workspace.ok("run", now="2025-06-02T10:00")["sent"] == 1
    workspace.ok("record", "replied", "replied", "--on", "2024-06-01", now="2025-01-01T09:00")
    workspace.ok("record", "buyer", "order", "--amount", "90", "--on", "2025-02-01",
                 now="2025-02-01T09:00")  # fmt: skip

    def over(now: str) -> int:
        return int(workspace.ok("privacy", "purge", now=now)["people"])

    # Nothing is emptied by looking.
    found = [over(day) for day in ("2026-02-28", "2026-03-02", "2027-05-31", "2027-06-02",
                                   "2028-01-31", "2028-02-02")]  # fmt: skip
    assert found == [0, 2, 2, 3, 3, 4]
    assert refs(workspace) == ["buyer", "replied", "silent", "written"]
    assert workspace.run("privacy", "purge", "--confirm", "3", now="2026-03-02").code == 1
    assert workspace.ok("privacy", "purge", "--confirm", "2", now="2026-03-02")["purged"] == 2
    assert refs(workspace) == ["buyer", "replied"]
    # Purged is not forbidden: who comes back is welcome.
    assert workspace.ok("suppress", "list")["suppressions"] == []


def test_a_firms_own_retention_counts_and_a_promise_keeps(workspace: Workspace) -> None:
    comes(workspace, "a,Un,,un@firm.example,,,,Rennes,Salon",
          "b,Deux,,deux@firm.example,,,,Rennes,Salon", now="2023-03-01T09:00")  # fmt: skip
    workspace.ok("record", "b", "promised", "--back-on", "2028-03-10", "--note", "brochure",
                 now="2026-01-10T09:00")  # fmt: skip
    configure(workspace, more="policy: {retention_years: 5}\n")

    assert workspace.ok("privacy", "purge", now="2028-02-28")["people"] == 0
    assert workspace.ok("privacy", "purge", now="2028-03-02")["people"] == 1
    rules = {now: workspace.ok("privacy", "may", "a", now=now)["channels"]
             for now in ("2028-02-28T11:00", "2028-03-02T11:00")}  # fmt: skip
    named = [any(rule["id"] == "retention" for one in channels for rule in one["rules"])
             for channels in rules.values()]  # fmt: skip
    assert named == [False, True]


# --- erasure -----------------------------------------------------------------------------------


def test_an_erased_person_leaves_keyed_hashes_that_know_him_again(workspace: Workspace) -> None:
    """By address however it is written, and by number; where there is neither it is said."""
    comes(
        workspace,
        "1,Martin,Léa,lea.martin@firm.example,0261919301,3 rue du Four,35000,Rennes,Salon",
        "2,Durand,Paul,,,5 rue du Four,35000,Rennes,Salon",
        now="2027-01-10T09:00",
    )
    shown = workspace.run("privacy", "erase", "1", now=MONDAY)
    assert shown.code == 1
    assert "--confirm" in shown.out + shown.err
    assert workspace.ok("contacts", "count")["count"] == 2
    workspace.ok("privacy", "erase", "1", "--confirm", now=MONDAY)
    bare = workspace.run("contacts", "erase", "2", "--confirm", now=MONDAY)
    assert "No address was known to forbid: a new list could bring the person back." in bare.out

    with closing(sqlite3.connect(workspace.folder / "data" / "outreach.db")) as connection:
        dump = "\n".join(connection.iterdump()).casefold()
    for word in ("lea.martin", "martin", "durand", "261919301", "rue du four"):
        assert word not in dump, word
    comes(
        workspace,
        "11,Martin,Léa,LEA.Martin@Firm.example,,,,Rennes,Autre",
        "12,Autre,Nom,new@firm.example,+33 2 61 91 93 01,,,Rennes,Autre",
        now="2027-03-02T09:00",
        source="other",
    )
    verdict = {}
    for who in ("11", "12"):
        channels = workspace.ok("privacy", "may", who, now="2027-03-02T11:00")["channels"]
        verdict[who] = {one["channel"] for one in channels
                        for rule in one["rules"] if rule["effect"] == "refuses"}  # fmt: skip
    assert {"email", "letter"} <= verdict["11"]
    assert {"call"} <= verdict["12"]
    # And where it matters: at the launch.
    workspace.campaign("spring")
    refused = workspace.run("launch", "spring", "--dry-run", "--json", now="2027-03-02T11:00")
    assert "2 match, 2 are left out" in refused.errors[0]["message"]


def test_an_erasure_ends_the_chain_and_changes_no_report(
    workspace: Workspace, mail_server: SmtpServer
) -> None:
    configure(workspace, mail_server.port)
    comes(workspace, "1,Martin,Léa,lea@firm.example,0261919301,,,Rennes,Salon",
          "2,Durand,Paul,paul@firm.example,,,,Rennes,Salon", now="2026-01-10T09:00")  # fmt: skip
    workspace.campaign("spring")
    workspace.launch("spring")
    workspace.ok("run", "--limit", "1")
    first = mail_server.recipients[0].split("@")[0]
    who = {"lea": "1", "paul": "2"}[first]
    workspace.ok("record", who, "order", "--amount", "900")
    before = workspace.ok("report", "spring")

    workspace.ok("privacy", "erase", "1", "--confirm")
    workspace.ok("privacy", "erase", "2", "--confirm")

    assert workspace.ok("report", "spring") == before
    assert workspace.ok("run")["sent"] == 0
    assert len(mail_server.recipients) == 1
    asked = workspace.ok("privacy", "requests")["requests"]
    assert [one["kind"] for one in asked] == ["erasure", "erasure"]


# --- access ------------------------------------------------------------------------------------


def test_the_dossier_reads_as_a_french_person_reads_it(
    workspace: Workspace, mail_server: SmtpServer
) -> None:
    """All that is held: values, where from, grounds, messages, facts, notes; no word of English."""
    configure(workspace, mail_server.port)
    text = (workspace.folder / "outreach.yaml").read_text().replace("en_GB", "fr_FR")
    workspace.write("outreach.yaml", text)
    comes(workspace, "1,Martin,Léa,lea@firm.example,0261919301,3 rue du Four,35000,Rennes,Salon",
          now="2026-01-10T09:00")  # fmt: skip
    workspace.campaign("spring")
    workspace.launch("spring")
    workspace.ok("run")
    workspace.ok("privacy", "consent", "1", "--channel", "call", "--evidence", "formulaire 7")
    workspace.ok("record", "1", "appointment", "--note", "mardi, au bureau")
    workspace.ok("contacts", "note", "1", "Préfère le chêne")
    workspace.ok("privacy", "oppose", "1", "--only", "phone", "--note", "au téléphone")

    files = [Path(one) for one in workspace.ok("privacy", "export", "1")["files"]]
    read = next(one for one in files if one.suffix != ".json").read_text()
    held = json.loads(next(one for one in files if one.suffix == ".json").read_text())

    for said in ("Léa", "Martin", "lea@firm.example", "3 rue du Four", "Salon", "formulaire 7",
                 "Préfère le chêne", "mardi, au bureau", "Atelier", "3 rue du Four, 35000 Rennes",
                 "people.csv", "02 61 91 93 01"):  # fmt: skip
        assert said in read, said
    assert [(one["step"], one["state"]) for one in held["messages"]] == [("mail", "sent")]
    for english in ("legitimate_interest", "prospecting", "appointment", "opted_out", "touched",
                    "enrolled", "None", "first_name", "postal_code", "2026-"):  # fmt: skip
        assert english not in read, english
    assert max(map(len, read.splitlines())) <= 80


# --- the samples -------------------------------------------------------------------------------


def test_the_sample_campaigns_have_no_lack_in_law(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.chdir(tmp_path)
    Workspace(tmp_path).ok("init", "atelier")
    monkeypatch.chdir(tmp_path / "atelier")
    settings = Path("outreach.yaml").read_text()
    there = Workspace(Path.cwd())
    there.write("outreach.yaml", settings)
    there.ok("contacts", "import", str(root / "samples" / "contacts.csv"), now=MONDAY)
    agreed = ("--channel", "call", "--channel", "email", "--evidence", "Form 3")
    at_home = "company is null and job_title is null"
    there.ok("privacy", "consent", "--where", at_home, *agreed, now=MONDAY)
    law = ("GDPR", "RGPD", "CNIL", "CPCE", "L.34-5", "L.223-1", "2002/58", "legal")

    told = {}
    for path in sorted(Path("campaigns").glob("*.yaml")):
        done = there.run("check", path.stem, "--json", now=MONDAY)
        told[path.stem] = [
            p["message"] for p in done.json["problems"] if any(word in p["message"] for word in law)
        ]
    assert told == {key: [] for key in told}
