"""The fields that hold one of a few words, and how people write these words.

One place for every way in: a file that is imported, an expression that is typed. The
keys are folded (no case, no accents); French stands beside English.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from outreach.model.contact import Interest, Kind, LifeStage
from outreach.model.text import fold


def _ways(words: Mapping[StrEnum, str]) -> dict[str, str]:
    """Each way to write a word → the word as it is stored; the word itself is one of them."""
    written = {fold(way): word.value for word, ways in words.items() for way in ways.split("|")}
    return {word.value: word.value for word in words} | written


KINDS: Mapping[str, str] = _ways(
    {
        Kind.SUSPECT: "suspect|suspects|piste|lead|contact|cold",
        Kind.PROSPECT: "prospect|prospects|prospecte",
        Kind.CUSTOMER: "client|cliente|clients|customer|customers|client actif|acheteur",
    }
)

#: How far a customer has come in his life with us (B8), as French books call it too.
LIFE_STAGES: Mapping[str, str] = _ways(
    {
        LifeStage.NEW: "new|nouveau|nouvelle|nouveaux|récent",
        LifeStage.DEVELOPING: "developing|growing|développement|en développement|en croissance",
        LifeStage.MATURE: "mature|maturité|à maturité",
        LifeStage.DECLINING: "declining|déclin|en déclin|en recul|déclinant",
        LifeStage.EPISODIC: "episodic|occasional|épisodique|occasionnel|occasionnelle",
        LifeStage.LOST: "lost|perdu|perdue|perdus|inactif|inactive",
    }
)

INTERESTS: Mapping[str, str] = _ways(
    {
        Interest.ARID: "arid|aride",
        Interest.LATENT: "latent|latente",
        Interest.ACTIVE: "active|actif",
        Interest.INBOUND: "inbound|entrant|spontané",
    }
)

#: Stages and facts that every workspace knows, in French. A chain of one's own comes first.
STAGES: Mapping[str, str] = {
    fold(way): stage
    for stage, ways in {
        "contacted": "contacté|contactée|contactés",
        "replied": "répondu|réponse|a répondu",
        "appointment": "rendez-vous|rdv|rendez vous",
        "quote": "devis|proposition",
        "order": "commande|vente",
        "no_answer": "sans réponse|pas de réponse|absent",
        "call_back": "à rappeler|rappel|rappeler",
        "met": "rencontré|rencontrée",
        "done": "fait|faite",
        "refused": "refus|refusé|refusée",
        "lost": "perdu|perdue",
        "opted_out": "désinscrit|désinscrite|désabonné|opposition|opt-out",
        "bounced": "rejeté|adresse invalide|bounce",
        "complained": "plainte",
        "returned": "npai|retour|pnd",
    }.items()
    for way in ways.split("|")
}

#: Field → every way to write one of its words → the word as it is stored.
CLOSED: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS,
    "life_stage": LIFE_STAGES,
    "interest": INTERESTS,
}
