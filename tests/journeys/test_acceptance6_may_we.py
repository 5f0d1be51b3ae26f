"""Acceptance of 5.13, may we: each rule on both sides of its date, both ways, by the command.

Dates and numbers are those of the notes on law (deliverability 2.1, domain B17), not the program's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fair import configure, strict, told
from smtp_servers import SmtpServer
from workspaces import Workspace, letter, mail

#: Monday morning, when a private person may be called; loi 2025-594 art. 13 is in force.
MONDAY = "2027-03-01T11:00"
HEADER = "Ref;Last name;E-mail;Company;SIRET;Phone;Street;Postcode;City;Country;Source"
HOME = "2 rue du Four"
PEOPLE = [
    ("firm", "Martin", "lea.martin@menuiserie.example", "Menuiserie", "", "0261919301",
     HOME, "35000", "Rennes", "FR", "Salon 2026"),
    ("home", "Durand", "paul.durand@gmail.com", "", "", "0261919302",
     HOME, "35000", "Rennes", "FR", "Salon 2026"),
    ("box", "", "contact@garage.example", "Garage", "", "0261919303",
     HOME, "35000", "Rennes", "FR", "Salon 2026"),
    ("trade", "Petit", "jean.petit@orange.fr", "", "73282932000074", "0261919304",
     HOME, "35000", "Rennes", "FR", "Salon 2026"),
    ("berlin", "Schmidt", "hans@firma.example", "Firma", "", "",
     "Weg 1", "10115", "Berlin", "DE", "Salon 2026"),
    ("turku", "Virtanen", "aino@yritys.example", "Yritys", "", "",
     "Katu 1", "20100", "Turku", "FI", "Salon 2026"),
    ("island", "Payet", "marie.payet@gmail.com", "", "", "0262191905",
     HOME, "97400", "Saint-Denis", "FR", "Salon 2026"),
]  # fmt: skip


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def people(workspace: Workspace) -> Workspace:
    """Everybody the rules tell apart, in the base since 2022."""
    lines = [HEADER, *(";".join(person) for person in PEOPLE)]
    workspace.write("people.csv", "\n".join(lines) + "\n")
    workspace.ok("contacts", "import", "people.csv", now="2022-06-01T09:00")
    return workspace


def may(people: Workspace, who: str, channel: str, now: str, *more: str) -> tuple[str, list[str]]:
    """The verdict and the rules that apply, by their names."""
    answer = people.ok("privacy", "may", who, *more, now=now)
    (one,) = (one for one in answer["channels"] if one["channel"] == channel)
    for rule in one["rules"]:
        assert rule["since"] <= now[:10]
        assert all((rule["source"], rule["text"])), rule
    return one["verdict"], [rule["id"] for rule in one["rules"]]


def forbids(people: Workspace, who: str, channel: str, now: str, *more: str) -> list[str]:
    """The rules that forbid a channel; empty when it is not forbidden."""
    answer = people.ok("privacy", "may", who, *more, now=now)
    (one,) = (one for one in answer["channels"] if one["channel"] == channel)
    rules = [rule["id"] for rule in one["rules"] if rule["effect"] in {"forbids", "refuses"}]
    assert (one["verdict"] == "deny") == bool(rules), one
    return rules


def acted(people: Workspace, *who: str, on: str = "2026-01-15") -> None:
    """What they did themselves keeps their data: a reply."""
    for one in who:
        people.ok("record", one, "replied", "--on", on, now=f"{on}T12:00")


# --- calls -------------------------------------------------------------------------------------


def test_private_people_may_be_called_with_consent_only_since_11_august_2026(
    people: Workspace,
) -> None:
    """Until the day before the Bloctel list was to be asked; professionals are not concerned."""
    acted(people, "home", "firm")

    before = may(people, "home", "call", "2026-08-10T11:00")
    after = may(people, "home", "call", "2026-08-11T11:00")

    assert before == ("needs_info", ["phone-consumer-bloctel"])
    assert after == ("deny", ["phone-consumer-consent"])
    assert may(people, "firm", "call", "2026-08-10T11:00") == ("allow", [])
    assert may(people, "firm", "call", "2026-08-11T11:00") == ("allow", [])
    consent = ("privacy", "consent", "home", "--channel", "call", "--evidence", "form 7")
    assert people.run(*consent, "--on", "2026-09-02", now="2026-09-01T12:00").code == 2
    assert forbids(people, "home", "call", "2026-09-01T11:00") == ["phone-consumer-consent"]
    people.ok(*consent, "--on", "2026-09-01", now="2026-09-01T12:00")
    assert may(people, "home", "call", "2026-09-02T11:00") == ("allow", [])


def test_a_running_contract_and_nothing_less_stands_in_for_consent_to_calls(
    people: Workspace,
) -> None:
    acted(people, "home")
    for basis in ("legitimate_interest", "soft_optin"):
        people.ok("privacy", "consent", "home", "--channel", "call", "--basis", basis,
                  "--evidence", "file 1", now="2027-02-01T12:00")  # fmt: skip
        assert forbids(people, "home", "call", MONDAY) == ["phone-consumer-consent"]
    people.ok("privacy", "consent", "home", "--channel", "call", "--basis", "contract",
              "--evidence", "contract 12", now="2027-02-01T12:00")  # fmt: skip
    assert may(people, "home", "call", MONDAY) == ("allow", [])


@pytest.fixture
def agreed(people: Workspace) -> Workspace:
    """Two private people who agreed to be called, in Rennes and on La Réunion."""
    for who in ("home", "island"):
        people.ok("privacy", "consent", who, "--channel", "call", "--evidence", "form 7",
                  "--on", "2022-07-01", now="2022-07-01T12:00")  # fmt: skip
    acted(people, "home", "island")
    return people


def test_private_people_are_called_at_the_hours_of_the_law_by_their_own_clock(
    agreed: Workspace,
) -> None:
    """Monday to Friday, 10 to 13 and 14 to 20 h, no public holiday; since 1 March 2023."""
    hours = ["phone-consumer-hours"]
    told = {
        "2027-03-01T09:59": hours, "2027-03-01T10:00": [], "2027-03-01T12:59": [],
        "2027-03-01T13:00": hours, "2027-03-01T13:59": hours, "2027-03-01T14:00": [],
        "2027-03-01T19:59": [], "2027-03-01T20:00": hours,
        "2027-03-05T11:00": [], "2027-03-06T11:00": hours, "2027-03-07T11:00": hours,
        "2027-05-06T11:00": hours, "2027-05-07T11:00": [],  # Ascension, a Thursday
        "2023-02-28T21:00": [], "2023-03-01T21:00": hours,
    }  # fmt: skip
    island = {  # three hours later in winter; the end of slavery is a holiday there, not in Rennes
        "2027-03-01T07:00": [], "2027-03-01T06:59": hours, "2027-03-01T16:59": [],
        "2027-03-01T17:00": hours, "2027-12-20T08:00": hours,
    }  # fmt: skip

    assert {now: forbids(agreed, "home", "call", now) for now in told} == told
    assert {now: forbids(agreed, "island", "call", now) for now in island} == island
    assert forbids(agreed, "home", "call", "2027-12-20T11:00") == []
    assert forbids(agreed, "firm", "call", "2024-03-02T22:00") == []


def test_four_calls_in_thirty_days_and_no_fifth(agreed: Workspace) -> None:
    for day, left in (("01", []), ("02", []), ("03", []), ("04", ["phone-consumer-attempts"])):
        on = f"2027-03-{day}T11:00"
        agreed.ok("record", "home", "no_answer", "--channel", "call", "--on", on, now=on)
        assert forbids(agreed, "home", "call", f"2027-03-{day}T15:00") == left

    # The first of the four is the thirtieth day's on 30 March, and out of them on the 31st.
    assert forbids(agreed, "home", "call", "2027-03-30T10:30") == ["phone-consumer-attempts"]
    assert forbids(agreed, "home", "call", "2027-03-31T15:00") == []


def test_who_refuses_on_the_phone_is_left_in_peace_for_sixty_days(agreed: Workspace) -> None:
    on = "2027-03-01T11:00"
    agreed.ok(
        "record", "home", "refused", "--channel", "call", "--reason", "no", "--on", on, now=on
    )
    agreed.ok("record", "island", "refused", "--channel", "letter", "--reason", "no", "--on", on,
              now=on)  # fmt: skip

    assert forbids(agreed, "home", "call", "2027-03-02T11:00") == ["phone-consumer-rest"]
    assert forbids(agreed, "home", "call", "2027-04-29T11:00") == ["phone-consumer-rest"]
    assert forbids(agreed, "home", "call", "2027-05-03T11:00") == []
    assert forbids(agreed, "island", "call", "2027-03-02T11:00") == []


def test_a_firms_own_hours_and_numbers_count_and_are_shown(agreed: Workspace) -> None:
    configure(agreed, more="policy: {consumer_calls: {hours: '09:00-12:00', days: mon-sat,"
                           " attempts: 1, rest: 10}}\n")  # fmt: skip
    assert forbids(agreed, "home", "call", "2027-03-06T09:00") == []
    assert forbids(agreed, "home", "call", "2027-03-06T14:00") == ["phone-consumer-hours"]
    agreed.ok("record", "home", "no_answer", "--channel", "call", now=MONDAY)
    assert forbids(agreed, "home", "call", "2027-03-02T11:00") == ["phone-consumer-attempts"]
    agreed.campaign("spring")
    said = " ".join(p["message"] for p in agreed.ok("check", "spring", now=MONDAY)["problems"])
    assert "your policy (outreach.yaml): private people are called at hours of your own" in said


def test_strictness_offers_no_call_that_the_law_forbids(people: Workspace) -> None:
    """Under `warn` the list says so; the rule with its date either way, in `why`."""
    acted(people, "home", "firm")
    people.write("templates/guide.yaml", "title: Ring\nintroduction: Good morning\n")
    call = "  - {step: ring, channel: call, guide: guide.yaml}\n"
    people.campaign("ring", where='external_id in ("home", "firm")', steps=call)
    people.launch("ring", now=MONDAY)
    people.ok("run", now=MONDAY)

    warned = " ".join(people.run("calls", now=MONDAY).out.split())
    strict(people)
    offered = people.run("calls", now=MONDAY).out
    why = " ".join(people.run("why", "home", now=MONDAY).out.split())

    assert "Durand" in warned
    assert "L.223-1 (loi 2025-594 art. 13), since 11 Aug 2026" in warned
    assert "Martin" in offered
    assert "Durand" not in offered
    assert "since 11 Aug 2026" in why


# --- e-mail ------------------------------------------------------------------------------------


def test_who_may_be_written_to_by_mail(people: Workspace) -> None:
    acted(people, *(person[0] for person in PEOPLE))

    assert forbids(people, "firm", "email", MONDAY) == []
    assert forbids(people, "home", "email", MONDAY) == ["email-consumer-consent"]
    assert may(people, "box", "email", MONDAY) == ("allow", [])
    assert forbids(people, "trade", "email", MONDAY) == []
    assert forbids(people, "berlin", "email", MONDAY) == ["email-consent-abroad"]
    assert forbids(people, "turku", "email", MONDAY) == []
    # Post asks for no consent, of nobody.
    assert forbids(people, "home", "letter", MONDAY) == []


def test_a_consent_counts_on_its_channel_until_it_is_withdrawn(
    people: Workspace,
) -> None:
    acted(people, "home", "berlin")
    people.ok("privacy", "consent", "home", "--channel", "call", "--evidence", "form 7",
              now="2027-01-10T12:00")  # fmt: skip
    assert forbids(people, "home", "email", MONDAY) == ["email-consumer-consent"]

    for who in ("home", "berlin"):
        people.ok("privacy", "consent", who, "--channel", "email", "--evidence", "form 7",
                  "--on", "2027-02-01", now="2027-02-01T12:00")  # fmt: skip
    assert forbids(people, "home", "email", "2027-02-02T11:00") == []
    assert forbids(people, "berlin", "email", "2027-02-02T11:00") == []

    people.ok("privacy", "withdraw", "home", "--only", "email", "--note", "by letter",
              now="2027-02-20T12:00")  # fmt: skip
    assert forbids(people, "home", "email", MONDAY)[0] == "opposition"
    log = people.ok("privacy", "consents", "home", now=MONDAY)["consents"]
    kept = [(one["channel"], one["evidence"], one["withdrawn_at"] is None) for one in log]
    assert sorted(kept) == [("call", "form 7", True), ("email", "form 7", False)]


def test_customers_who_were_told_may_be_written_to_without_consent(people: Workspace) -> None:
    """The soft opt-in: an order, and the firm's word that they were told and could refuse."""
    people.ok("record", "home", "order", "--amount", "900", now="2026-12-01T12:00")
    acted(people, "island", on="2026-12-01")

    assert forbids(people, "home", "email", MONDAY) == ["email-consumer-consent"]
    configure(people, more="policy: {customers_told: true}\n")
    assert forbids(people, "home", "email", MONDAY) == []
    assert forbids(people, "island", "email", MONDAY) == ["email-consumer-consent"]


def test_two_trades_must_not_solicit_private_people_at_all(people: Workspace) -> None:
    """Energy renovation and home adaptation, since July 2025; a running contract excepted."""
    acted(people, "home", "firm", on="2025-06-01")
    for channel in ("email", "call"):
        people.ok("privacy", "consent", "home", "--channel", channel, "--evidence", "form 7",
                  "--on", "2025-01-15", now="2025-01-15T12:00")  # fmt: skip
    people.campaign("heat", head="legal: {sector: energy_renovation}\n")
    people.campaign("lift", head="legal: {sector: home_adaptation}\n")

    for name in ("heat", "lift"):
        told_of = ("--campaign", name)
        for channel in ("email", "call"):
            assert forbids(people, "home", channel, "2025-06-30T11:00", *told_of) == []
            assert forbids(people, "home", channel, "2025-07-31T11:00", *told_of) == ["sector-ban"]
        assert forbids(people, "home", "letter", MONDAY, *told_of) == []
        assert forbids(people, "firm", "email", MONDAY, *told_of) == []
    people.ok("privacy", "consent", "home", "--channel", "all", "--basis", "contract",
              "--evidence", "contract 12", now="2025-08-01T12:00")  # fmt: skip
    assert forbids(people, "home", "email", "2025-08-04T11:00", "--campaign", "heat") == []


# --- asked at check, launch, claim and printing ------------------------------------------------


def test_under_warn_it_is_told_and_under_strict_it_keeps_out(
    people: Workspace, mail_server: SmtpServer
) -> None:
    acted(people, "home", "firm")
    configure(people, mail_server.port)
    told(people)
    people.campaign("spring", where='external_id in ("home", "firm")',
                    head="legal: {interest: Their windows}\n")  # fmt: skip

    warned = people.ok("check", "spring", now=MONDAY)["problems"]
    assert any("CPCE art. L.34-5" in p["message"] and p["severity"] == "warning" for p in warned)
    assert people.ok("launch", "spring", "--dry-run", now=MONDAY)["enrolled"] == 2
    strict(people)
    shown = people.ok("preview", "spring", "--who", "home", now=MONDAY)["people"][0]["outside"]
    launched = people.launch("spring", now=MONDAY)

    assert "not_permitted" in shown
    assert "CPCE art. L.34-5" in shown
    assert (launched["enrolled"], launched["excluded"]) == (1, {"not_permitted": 1})
    assert "CPCE art. L.34-5" in people.run("why", "home", now=MONDAY).out


@pytest.mark.parametrize("strictly", [False, True])
def test_letters_printed_on_their_own_ask_again(people: Workspace, strictly: bool) -> None:
    """Whoever opposed since the launch is not printed; who is over retention not under strict."""
    acted(people, "home", on="2026-01-15")
    people.write("templates/told.docx", letter("last_name", "data_notice"))
    people.campaign("paper", where='external_id in ("home", "firm", "trade")',
                    steps="  - {step: paper, channel: letter, template: told.docx}\n")  # fmt: skip
    acted(people, "trade")
    people.launch("paper", now=MONDAY)
    people.ok("record", "trade", "opted_out", "--channel", "call", now=MONDAY)
    if strictly:
        strict(people)

    people.run("letters", "paper", now=MONDAY)

    printed = sorted(path.name for path in people.folder.glob("data/outbox/letters/**/*.docx"))
    names = " ".join(printed)
    # Nothing came from the firm since June 2022: more than three years.
    assert "Durand" in names or "durand" in names
    assert "etit" not in names
    assert ("artin" in names) == (not strictly)
    if strictly:
        assert "retention" in people.run("why", "firm", now=MONDAY).out or (
            "kept" in people.run("why", "firm", now=MONDAY).out
        )


def test_the_first_message_tells_who_holds_the_data_and_that_is_noted(
    people: Workspace, mail_server: SmtpServer
) -> None:
    """By mail when it is sent, by letter when it is posted; once, in the person's language."""
    acted(people, "home", "firm", "box", "trade")
    strict(people)
    people.campaign("silent", where='external_id = "firm"', head="legal: {interest: Windows}\n")
    assert people.run("launch", "silent", "--confirm", "1", now=MONDAY).code == 1

    configure(people, mail_server.port)
    told(people)
    people.campaign("mail", where='external_id = "firm"', steps=mail())
    people.launch("mail")
    people.ok("run")
    people.write("templates/told.docx", letter("last_name", "data_notice"))
    people.campaign("paper", where='external_id in ("home", "trade")',
                    steps="  - {step: paper, channel: letter, template: told.docx}\n")  # fmt: skip
    people.launch("paper", now=MONDAY)
    people.ok("letters", "paper", now=MONDAY)
    printed = may(people, "home", "letter", MONDAY)
    people.ok("letters", "posted", "paper", "--except", "trade", now=MONDAY)

    assert printed[1] == ["notice"]
    later = "2027-03-02T11:00"
    assert [may(people, who, "letter", later)[1] for who in ("firm", "home", "trade")] == [
        [], [], ["notice"],
    ]  # fmt: skip
    assert b"Salon 2026" in mail_server.received[0][1]


# --- oppositions -------------------------------------------------------------------------------


def _all(people: Workspace, who: str, now: str = MONDAY) -> dict[str, list[str]]:
    channels: list[Any] = people.ok("privacy", "may", who, now=now)["channels"]
    return {one["channel"]: [r["id"] for r in one["rules"] if r["effect"] == "refuses"]
            for one in channels}  # fmt: skip


def test_a_no_on_any_channel_is_a_no_on_all(people: Workspace) -> None:
    """The address, the number and the person: also in a new list under another name."""
    every = ("call", "email", "letter", "task", "visit")
    refused = {channel: ["opposition"] for channel in every}
    people.ok("record", "firm", "opted_out", now="2027-02-01T12:00")
    people.ok("record", "trade", "opted_out", "--channel", "letter", now="2027-02-01T12:00")

    for who in ("firm", "trade"):
        assert _all(people, who) == refused, who
    rows = [
        "new,Martin,other@elsewhere.example,0261919301",
        "new2,Martin,lea.martin@menuiserie.example,",
    ]
    people.write("more.csv", "Ref,Last name,E-mail,Phone\n" + "\n".join(rows) + "\n")
    people.ok("contacts", "import", "more.csv", "--source", "Other", now=MONDAY)
    numbers = {one["value"] for one in people.ok("suppress", "list", now=MONDAY)["suppressions"]}
    assert {"+33261919301", "+33261919304", "lea.martin@menuiserie.example"} <= numbers
    assert "opposition" in forbids(people, "new", "call", MONDAY)


def test_a_no_that_names_its_channel_holds_there_only(people: Workspace) -> None:
    acted(people, "firm", "home", "box")
    people.ok("privacy", "oppose", "firm", "--only", "phone", now="2027-02-01T12:00")
    people.ok("privacy", "oppose", "home", "--only", "post", now="2027-02-01T12:00")
    people.ok("privacy", "oppose", "box", "--only", "email", now="2027-02-01T12:00")

    assert [c for c, rules in _all(people, "firm").items() if rules] == ["call"]
    assert [c for c, rules in _all(people, "home").items() if rules] == ["letter"]
    assert [c for c, rules in _all(people, "box").items() if rules] == ["email"]


def test_a_no_between_launch_and_claim_wins_under_warn_too(
    people: Workspace, mail_server: SmtpServer
) -> None:
    configure(people, mail_server.port)
    people.write("templates/mail.html.j2", "<p>Good morning, {{ city }}.</p>\n")
    people.campaign("spring", where='external_id in ("home", "firm", "box")',
                    steps="  - {step: mail, channel: email, subject: Hello,"
                          " template: mail.html.j2}\n")  # fmt: skip
    people.launch("spring")
    people.ok("record", "firm", "opted_out", "--channel", "call")
    people.ok("suppress", "add", "+33261919302")

    people.ok("run")

    assert mail_server.recipients == ["contact@garage.example"]
