"""A French house of four people to call, shared by the journeys on calls, visits and sheets."""

from __future__ import annotations

import json
from typing import Any

from workspaces import Workspace, invoked

MONDAY = "2027-03-01T10:30"
HEADER = "Réf;Prénom;Nom;Téléphone;Portable;Société;Adresse;CP;Ville;E-mail"
GUIDE = """\
title: "Appel de {{ last_name }}"
introduction: ["Bonjour, {{ sender.name }}. Pourrais-je parler à {{ first_name }} ?"]
reach: ["Quand rappeler {{ first_name }} ?"]
reason: ["Notre lettre de {{ city }}."]
objective: {kind: appointment, say: "Une visite chez {{ company }}.", fallback: Un rappel.}
questions: ["Qui décide ?"]
arguments:
  - {appeal: sécurité, feature: Faites ici, advantage: Vous savez par qui, proof: Dix ans.}
objections:
  - {heard: Pas le temps., kind: pretext, question: Le jour, reformulation: Une heure de trop,
     answer: Quarante minutes, proof: Ma montre, check: Jeudi donc}
  - {heard: Trop cher., kind: founded, question: Que quoi, answer: Cela dure.}
positive_ending: ["Je redis : {{ company }}. Nous sommes au {{ organisation.address }}. Merci."]
negative_ending: ["Puis-je vous rappeler ?"]
notes: ["Ses mots."]
"""
CALL = "  - {step: appel, channel: call, guide: calls/appel.yaml, minutes: 4}\n"
VISIT = "  - {step: visite, channel: visit, after: appel + 2 working days, minutes: 30}\n"


def french_house(workspace: Workspace) -> Workspace:
    """Four people of firms of Rennes, in a house that speaks French."""
    workspace.settings(
        more="team: {marie: {name: Marie Le Goff}, yann: {name: Yann Morvan}}\n"
        "costs: {minute: 0.60, km: 0.50}\n"
    )
    settings = workspace.folder / "outreach.yaml"
    settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))
    workspace.write("templates/calls/appel.yaml", GUIDE)
    workspace.people(
        [
            (ref, first, last, f"02 99 00 00 0{n}", mobile, f"{last} SA", f"{n} rue du Four",
             "35000", "Rennes", f"{ref}@mail.example")
            for n, (ref, first, last, mobile) in enumerate(
                [("a", "Anne", "Adam", "06 12 34 56 78"), ("b", "Bruno", "Bois", ""),
                 ("c", "Carole", "Caire", "06 12 34 56 79"), ("d", "Denis", "Dubois", "")], 1)
        ],
        HEADER,
    )  # fmt: skip
    return workspace


def launched(house: Workspace, steps: str = CALL + VISIT, head: str = "") -> Workspace:
    house.campaign("tel", steps=steps, head=head)
    house.launch("tel", now=MONDAY)
    return house


def guided(house: Workspace, answers: str, *words: str, now: str = MONDAY) -> Any:
    """`calls next` answered from a pipe; its JSON answer."""
    command = ["calls", "next", *words, "--json", "--now", now]
    done = invoked(command, answers)
    assert done.exit_code == 0, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def names(calls: list[Any]) -> list[str]:
    return [call["name"].split()[0] for call in calls]
