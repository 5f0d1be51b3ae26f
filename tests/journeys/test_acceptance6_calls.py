"""Issue 6, 5.6 and 5.7: the morning's calls and visits, as a French house makes them.

The rules on the telephone are those of `notes/deliverability.md` §2 and `notes/domain.md` B17; the
guide is that of B15 (checklist 121, 122, 132 to 140).
"""

from __future__ import annotations

import pytest
from french_house import MONDAY, french_house, guided, launched, names
from terminals import Terminal as PlainTerminal
from workspaces import Workspace


class Terminal(PlainTerminal):
    """French puts a blank that does not break before its colon; here it is a blank."""

    def until(self, text: str) -> str:
        return super().until(text.replace(" : ", "\N{NO-BREAK SPACE}: "))


@pytest.fixture
def house(workspace: Workspace) -> Workspace:
    return french_house(workspace)


def test_a_call_has_three_lines_of_history_its_number_its_tries_and_its_guide(
    house: Workspace,
) -> None:
    """Four things happened before: the three youngest are shown, over all channels."""
    house.ok("contacts", "note", "a", "le plus ancien", now="2027-02-01T09:00")
    house.ok("record", "a", "met", "--channel", "visit", "--note", "au salon",
             now="2027-02-10T09:00")  # fmt: skip
    house.ok("contacts", "note", "a", "aime le chêne", now="2027-02-20T09:00")
    launched(house)
    guided(house, "2\n\n\nq\n", "--for", "marie")

    tuesday = "2027-03-02T10:30"
    anne = next(one for one in house.ok("calls", now=tuesday)["calls"] if one["name"][0] == "A")
    assert (anne["number"], anne["other_number"], anne["by"]) == (
        "+33299000001", "+33612345678", "marie",
    )  # fmt: skip
    assert (anne["attempts"], anne["most_attempts"]) == (1, 3)
    assert len(anne["history"]) == 3
    told = " ".join(anne["history"])
    assert "le plus ancien" not in told
    for word in ("au salon", "aime le chêne", "pas de réponse"):
        assert word in told

    screen = house.run("calls", "tel", "--for", "marie", "--limit", "9", now=tuesday).out
    assert max(len(line) for line in screen.splitlines()) <= 80
    blocks = [
        "Introduction", "Pourrais-je parler à Anne ?", "Quand rappeler Anne ?",
        "Notre lettre de Rennes.", "Objectif (un rendez-vous)", "Une visite chez Adam SA.",
        "Qui décide ?", "[sécurité] Faites ici", "« Pas le temps. »", "« Trop cher. »",
        "Je redis : Adam SA. Nous sommes au 3 rue du Four, 35000 Rennes. Merci.",
        "Puis-je vous rappeler ?", "Ses mots.",
    ]  # fmt: skip
    flat = " ".join(screen.split("Anne Adam ·")[1].split())
    assert [flat.index(block) for block in blocks] == sorted(flat.index(b) for b in blocks)
    assert "02 99 00 00 01" in screen


def test_consumers_are_called_at_the_hours_as_often_and_as_late_as_the_law_lets(
    workspace: Workspace,
) -> None:
    """Décret 2022-1313: from 10 to 13 and from 14 to 20, no Easter Monday, four in 30 days."""
    workspace.settings(more="policy: {people: consumers}\n")
    workspace.people([("a", "Anne", "Adam", "0299000001", "Rennes")],
                     "Ref;First name;Last name;Phone;City")  # fmt: skip
    workspace.campaign("tel", steps="  - {step: call, channel: call, attempts: 9}\n")
    workspace.launch("tel", now="2026-03-02T10:30")

    def legal(now: str) -> tuple[bool, str | None]:
        (call,) = workspace.ok("calls", now=now)["calls"]
        return call["legal"]["allowed"], call["legal"]["from"]

    assert legal("2026-03-02T13:30") == (False, "2026-03-02T14:00:00+01:00")
    assert legal("2026-03-02T19:59") == (True, None)
    assert legal("2026-03-02T20:00") == (False, "2026-03-03T10:00:00+01:00")
    assert legal("2026-04-06T11:00") == (False, "2026-04-07T10:00:00+02:00")
    for day in ("02", "03", "04", "05"):
        workspace.ok("record", "a", "no_answer", now=f"2026-03-{day}T11:00")
    (call,) = workspace.ok("calls", now="2026-03-06T11:00")["calls"]
    assert not call["legal"]["allowed"]
    assert call["legal"]["from"][:10] == "2026-04-01"
    assert call["legal"]["rule_since"] == "2023-03-01"
    assert call["attempts"] == 4


def test_after_a_refusal_a_consumer_has_sixty_days_of_silence(workspace: Workspace) -> None:
    """Refused on 2 March 2026: from 1 May on, a holiday; then a weekend; so Monday 4 May."""
    workspace.settings(more="policy: {people: consumers}\n")
    workspace.people([("a", "Anne", "Adam", "0299000001", "Rennes")],
                     "Ref;First name;Last name;Phone;City")  # fmt: skip
    workspace.campaign("one", steps="  - {step: call, channel: call}\n")
    workspace.launch("one", now="2026-03-02T10:30")
    guided(workspace, "6\nnot for me\n\n\n\n", now="2026-03-02T10:30")
    workspace.campaign("two", steps="  - {step: call, channel: call}\n")
    workspace.launch("two", now="2026-04-20T10:30")
    (call,) = workspace.ok("calls", now="2026-04-20T11:00")["calls"]
    assert not call["legal"]["allowed"]
    assert call["legal"]["from"] == "2026-05-04T10:00:00+02:00"
    assert call["legal"]["rule"] == "phone-consumer-rest"


def test_a_french_guided_call(house: Workspace) -> None:
    """Keys, an objection answered by CRAC, a note, the positive and the negative ending."""
    launched(house)
    words = ("calls", "next", "--for", "marie", "--now", MONDAY)
    with Terminal(house.folder, *words) as terminal:
        assert "Anne Adam · 02 99 00 00 01 · tel/appel" in terminal.until("Issue : ")
        terminal.type("o1")
        crac = terminal.until("Issue : ")
        parts = ("un prétexte", "Le jour", "Une heure de trop", "Quarante minutes", "Ma montre",
                 "Jeudi donc")  # fmt: skip
        assert [crac.index(part) for part in parts] == sorted(crac.index(part) for part in parts)
        terminal.type("n rappelle sa mère")
        terminal.until("Issue : ")
        terminal.type("5")
        assert "Je redis : Adam SA." in terminal.until("Rendez-vous le : ")
        terminal.type("jeu 14h30")
        terminal.answer(("Minutes [4] : ", "6"), ("Note : ", "veut du chêne"))
        assert "rendez-vous le 4 mars 2027, 14:30" in terminal.until("Issue : ")
        terminal.type("7")
        terminal.answer(("Minutes", ""), ("Note : ", ""), ("Issue : ", "6"))
        assert "Puis-je vous rappeler ?" in terminal.until("Pourquoi")
        terminal.answer(
            ("", "o2"),
            ("Le : ", "+3m"),
            ("Minutes", ""),
            ("Note : ", ""),
        )
        terminal.answer(("Issue : ", "9"), ("Montant : ", "1 200,50"))
        terminal.answer(("Minutes", ""), ("Note : ", ""))
        assert terminal.close() == 0
    assert "4 issues notées" in terminal.screen
    assert all(len(line) <= 80 for line in terminal.screen.splitlines())

    evening = "2027-03-01T18:00"
    (promise,) = house.ok("why", "a", now=evening)["promises"]
    assert promise["due_on"] == "2027-03-04"
    assert house.next_of("b")["reason"] == "opted_out"
    entries = house.ok("suppress", "list")["suppressions"]
    assert {(one["key"], one["value"], one["scope"]) for one in entries} == {
        ("contact", "2", "all"), ("email", "b@mail.example", "all"),
        ("phone", "+33299000002", "all"),
    }  # fmt: skip
    (latent,) = house.ok("today", now="2027-06-01T09:00")["today"]["latent"]
    assert (latent["name"], latent["reason"]) == ("Carole Caire", "Trop cher.")
    assert house.ok("report", "tel", now=evening)["revenue"] == 1200.5
    assert house.ok("contacts", "show", "d")["kind"] == "customer"


def test_one_undo_takes_back_an_appointment_with_its_day(house: Workspace) -> None:
    """What was told in one go is one recording: the promise goes with the appointment."""
    launched(house)
    guided(house, "5\njeu 14h30\n6\n\n6\ntrop cher\n+3m\n\n\nq\n")
    later = "2027-03-01T11:00"
    # The refusal and the day to come back on: one recording. Then the appointment and its day.
    house.ok("undo", "--yes", now=later)
    (bruno,) = house.ok("why", "b", now=later)["campaigns"]
    assert bruno["next"]["step"] == "appel"
    assert house.ok("contacts", "show", "b")["interest"] is None
    house.ok("undo", "--yes", now=later)
    anne = house.ok("why", "a", now=later)
    assert anne["promises"] == []
    assert anne["campaigns"][0]["next"]["step"] == "appel"
    assert house.ok("today", now="2027-03-04T08:00")["today"]["follow_ups"] == []
    assert sorted(names(house.ok("calls", now=later)["calls"])) == ["Anne", "Bruno", "Carole",
                                                                    "Denis"]  # fmt: skip


def test_a_wrong_number_has_the_same_consequences_by_hand(house: Workspace) -> None:
    """Carole has a mobile phone, Bruno has nothing else and is visited; `undo` puts it back."""
    launched(house)
    house.ok("record", "c", "wrong_number", now=MONDAY)
    house.ok("record", "b", "wrong_number", "--channel", "call", now=MONDAY)
    carole, bruno = (house.ok("contacts", "show", who) for who in "cb")
    assert (carole["phone"], carole["mobile"]) == (None, "+33612345679")
    assert (bruno["phone"], bruno["mobile"]) == (None, None)
    (call,) = house.ok("calls", "--day", "demain", now=MONDAY)["calls"]
    assert (call["name"], call["number"]) == ("Carole Caire", "+33612345679")
    assert house.next_of("b")["step"] == "visite"
    (past,) = house.ok("why", "b", now=MONDAY)["campaigns"]
    assert "mauvais numéro – 02 99 00 00 02" in [one["what"] for one in past["past"]]
    house.ok("undo", "--yes", now=MONDAY)
    assert house.ok("contacts", "show", "b")["phone"] == "+33299000002"
    assert house.next_of("b")["step"] == "appel"


def test_what_was_typed_is_not_lost_when_it_cannot_be_recorded(house: Workspace) -> None:
    """Anne is erased while she is called: it is asked again, with what was typed as a proposal;
    nothing is written of her. Bruno's kilometres, minutes and amounts are not negative."""
    launched(house)
    with Terminal(house.folder, "calls", "next", "--no-guide", "--now", MONDAY) as terminal:
        terminal.until("Issue : ")
        house.ok("privacy", "erase", "a", "--confirm", "1", now=MONDAY)
        terminal.type("1")
        terminal.answer(("Minutes", "7"), ("Note : ", "veut un devis pour juin"))
        assert "── 2" not in terminal.until("Issue : ")
        terminal.type("8")
        terminal.answer(("Montant", "900"), ("Minutes [7]", ""), ("[veut un devis pour juin]", ""))
        terminal.answer(("Issue : ", "s"))
        terminal.answer(("Issue : ", "9"), ("Montant", "-900"))
        terminal.answer(("Montant", "900"), ("Minutes", "-1"), ("Minutes", "3"), ("Note", ""))
        terminal.answer(("Issue : ", "q"))
        assert terminal.close() == 0
    assert "veut un devis" not in str(house.stored())
    report = house.ok("report", "tel", now=MONDAY)
    assert (report["revenue"], report["cost"]["total"]) == (900, 1.8)


def test_after_the_tries_of_the_step_the_letter_has_its_turn(house: Workspace) -> None:
    """Two tries, on Monday and Tuesday; the letter is due three days after the last one."""
    launched(
        house,
        "  - {step: appel, channel: call, attempts: 2}\n"
        "  - {step: lettre, channel: letter, after: appel + 3 days, template: letter.docx}\n",
    )
    first = guided(house, "2\n\n\nq\n")["recorded"][0]
    assert (first["again"], first["next"]["step"]) == ("2027-03-02T00:00:00+01:00", "appel")
    last = guided(house, "s\ns\ns\n2\n\n\nq\n", now="2027-03-02T10:30")["recorded"][0]
    assert (last["again"], last["next"]["step"]) == (None, "lettre")
    assert last["next"]["at"] == "2027-03-05T00:00:00+01:00"
