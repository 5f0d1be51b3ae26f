"""May we, told through the command: rules at check, launch and claim; grounds with their proof."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fair import at_the_fair, configure, strict, told
from smtp_servers import SmtpServer
from workspaces import Workspace, letter

from outreach.store.engine import Database

#: Loi 2025-594 is in force.
NOW = "2027-03-01T11:00"


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def people(workspace: Workspace, base: Database) -> Workspace:
    """Once on each database."""
    return at_the_fair(workspace)


# --- at the launch ----------------------------------------------------------------


def test_a_lack_in_law_is_a_warning_and_keeps_nobody_out(people: Workspace) -> None:
    told(people)
    people.campaign("spring", head="legal: {interest: Their windows}\n")

    messages = [p["message"] for p in people.ok("check", "spring", now=NOW)["problems"]]
    launched = people.launch("spring", now=NOW)

    assert (
        "e-mail, 2 people: a private address, and no consent is on record for e-mail"
        " (CPCE art. L.34-5; first day not verified, since 22 Jun 2004)"
    ) in messages
    assert launched["enrolled"] == 3


def test_strictness_leaves_them_out_with_the_rule_in_why(people: Workspace) -> None:
    told(people)
    strict(people)
    people.campaign("spring", head="legal: {interest: Their windows}\n")
    people.ok("privacy", "consent", "3", "--channel", "email", "--evidence", "form 2", now=NOW)

    shown = people.ok("preview", "spring", "--who", "2", now=NOW)["people"][0]["outside"]
    launched = people.launch("spring", now=NOW)

    assert shown == (
        "left out: no permission for this channel (not_permitted): a private address, and no"
        " consent is on record for e-mail (CPCE art. L.34-5; first day not verified,"
        " since 22 Jun 2004)"
    )
    assert (launched["enrolled"], launched["excluded"]) == (2, {"not_permitted": 1})
    assert "a private address, and no consent is on record" in people.run("why", "2", now=NOW).out


def test_the_first_message_must_say_where_the_data_comes_from(people: Workspace) -> None:
    people.campaign("spring", head="legal: {interest: Their windows}\n")

    def lacks() -> bool:
        problems = people.ok("check", "spring", now=NOW)["problems"]
        return any("does not say where the data comes from" in p["message"] for p in problems)

    assert lacks()
    told(people)
    assert not lacks()


def test_the_notice_is_filled_in_for_each_person(people: Workspace) -> None:
    told(people)
    people.campaign("spring")

    shown = people.ok("preview", "spring", "--who", "1", now=NOW)

    text = json.dumps(shown)
    assert "We have your details from: Salon 2026. Atelier, 3 rue du Four, 35000 Rennes" in text
    assert "keeps them for 3 years at most" in text
    assert "by writing to marie@atelier.example" in text


def test_a_letter_carries_the_notice_too(people: Workspace) -> None:
    """`«data_notice»` in Word; without a source the letter is held."""
    people.write("templates/told.docx", letter("last_name", "data_notice"))
    people.ok("contacts", "set", "3", "source=")
    steps = "  - {step: paper, channel: letter, template: told.docx}\n"
    people.campaign("paper", steps=steps)
    for who in ("1", "3"):
        people.ok("contacts", "set", who, "street=3 rue du Four", "postal_code=35000")

    checked = people.ok("check", "paper", now=NOW)
    shown = json.dumps(people.ok("preview", "paper", "--who", "1", now=NOW))

    assert not any("where the data comes from (GDPR art. 14(3)" in p["message"]
                   for p in checked["problems"])  # fmt: skip
    assert "We have your details from: Salon 2026." in shown
    held = json.dumps(people.ok("preview", "paper", "--who", "3", now=NOW, code=4))
    assert "data_notice" in held


def test_whoever_was_told_need_not_be_told_again(
    people: Workspace, mail_server: SmtpServer
) -> None:
    configure(people, mail_server.port)
    told(people)
    people.campaign("spring")
    people.launch("spring")
    people.ok("run")
    people.write("templates/mail.html.j2", "<p>Dear {{ last_name }}.</p>\n")
    people.campaign("summer")

    problems = people.ok("check", "summer")["problems"]

    assert not any("does not say where the data" in p["message"] for p in problems)


def test_a_consent_taken_back_after_the_launch_stops_the_mail(
    people: Workspace, mail_server: SmtpServer
) -> None:
    """Withdrawing is an opposition: asked in the claim itself, whatever the settings."""
    configure(people, mail_server.port)
    people.campaign("spring")
    people.ok("privacy", "consent", "2", "--channel", "email", "--evidence", "form 2")
    people.launch("spring")
    people.ok("privacy", "withdraw", "2", "--only", "email")

    done = people.ok("run")

    assert (done["sent"], done["skipped"]) == (2, 1)
    log = people.ok("privacy", "consents", "2")["consents"]
    assert [one["withdrawn_at"] is not None for one in log] == [True]


def test_a_ground_that_ends_after_the_launch_passes_the_step_over_under_strictness(
    people: Workspace, mail_server: SmtpServer
) -> None:
    """Launched under `warn`, sent under `strict`: the claim asks again."""
    told(people)
    people.campaign("spring", head="legal: {interest: Their windows}\n")
    configure(people, mail_server.port)
    people.launch("spring")
    configure(people, mail_server.port, "compliance: strict\n")

    done = people.ok("run")

    assert (done["sent"], done["skipped"]) == (1, 2)
    assert "a private address, and no consent" in people.run("why", "2").out


def test_a_sector_with_a_ban_is_told(people: Workspace) -> None:
    people.campaign("spring", head="legal: {sector: energy_renovation}\n")

    messages = [p["message"] for p in people.ok("check", "spring", now=NOW)["problems"]]

    assert any("must not be solicited about this sector" in message for message in messages)


def test_the_firms_own_policy_is_never_silent(people: Workspace) -> None:
    configure(people, more="policy: {retention_years: 5, customers_told: true}\n")
    people.campaign("spring")

    told_by_check = [p["message"] for p in people.ok("check", "spring", now=NOW)["problems"]]
    told_by_doctor = people.run("doctor", "--offline", now=NOW).out

    said = "prospects are kept for 5 years after their last act, not 3"
    assert f"your policy (outreach.yaml): {said}" in told_by_check
    assert said in " ".join(told_by_doctor.split())


# --- grounds ----------------------------------------------------------------


def test_a_consent_needs_its_proof(people: Workspace) -> None:
    refused = people.run("privacy", "consent", "2", "--channel", "email", now=NOW)

    assert refused.code == 2
    assert "a consent needs its proof" in refused.err


def test_grounds_are_recorded_from_a_table_and_bad_rows_are_told(people: Workspace) -> None:
    people.write(
        "grounds.csv",
        "contact;canal;fondement;le;preuve\n"
        "paul.durand@gmail.com;email;consent;2027-02-01;form 2\n"
        "3;fax;consent;2027-02-01;form 2\n"
        "1;all;legitimate_interest;;\n",
    )

    done = people.ok("privacy", "consent", "--from", "grounds.csv", now=NOW, code=4)
    again = people.ok("privacy", "consent", "--from", "grounds.csv", now=NOW, code=4)
    log = people.ok("privacy", "consents")["consents"]

    assert (done["recorded"], done["known"], done["rejected"]) == (2, 0, 1)
    assert (again["recorded"], again["known"]) == (0, 2)
    assert done["errors"][0]["line"] == 3
    assert [(one["contact"], one["channel"], one["basis"], one["evidence"]) for one in log] == [
        (1, "all", "legitimate_interest", None),
        (2, "email", "consent", "form 2"),
    ]


def test_grounds_are_taken_from_columns_of_an_import(workspace: Workspace) -> None:
    header = "Ref;Last name;E-mail;City;Opt in;Formulaire;Signé le"
    workspace.people(
        [
            ("1", "A", "a@gmail.com", "Rennes", "oui", "salon v1", "12/02/2027"),
            ("2", "B", "b@gmail.com", "Rennes", "non", "", ""),
        ],
        header,
    )
    done = workspace.ok(
        "privacy", "consent", "--where", "opt_in", "--channel", "email",
        "--evidence-from", "formulaire", "--on-from", "signe_le", now=NOW,
    )  # fmt: skip
    log = workspace.ok("privacy", "consents")["consents"]

    assert done["recorded"] == 1
    assert [(one["contact"], one["evidence"], one["given_at"][:10]) for one in log] == [
        (1, "salon v1", "2027-02-12")
    ]


def test_a_yes_lifts_no_earlier_no(people: Workspace) -> None:
    people.ok("privacy", "oppose", "2", now=NOW)
    said = people.run(
        "privacy", "consent", "2", "--channel", "email", "--evidence", "form 2", now=NOW
    )
    verdicts = people.ok("privacy", "may", "2", now=NOW)["channels"]

    assert "said no before" in said.err
    assert {one["channel"]: one["verdict"] for one in verdicts}["email"] == "deny"


def test_may_names_the_rule_its_date_and_its_source(people: Workspace) -> None:
    channels = people.ok("privacy", "may", "2", now=NOW)["channels"]
    call = next(one for one in channels if one["channel"] == "call")

    assert call["verdict"] == "deny"
    assert call["rules"] == [
        {
            "id": "phone-consumer-consent",
            "text": "a private person, and no consent is on record for calls",
            "since": "2026-08-11",
            "source": "Code de la consommation art. L.223-1 (loi 2025-594 art. 13)",
            "effect": "forbids",
        }
    ]
