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

#: Stages and facts that every workspace knows → how people write them, in both languages. They
#: are understood wherever a stage is typed: an expression, `record`, a table of facts, the table
#: of the sheets, a past brought along (which knows more: `cleaning/past_columns.py`). A chain of
#: one's own comes first.
STAGE_WAYS: Mapping[str, str] = {
    "contacted": "contacté|contactée|contactés",
    "replied": "répondu|réponse|a répondu|reply",
    "appointment": "rendez-vous|rdv|rdv pris|rendez-vous pris|meeting",
    "quote": "devis|proposition|devis demandé|devis envoyé|proposal|quotation",
    "order": "commande|commandé|commande passée|vente|vendu|achat|ordered|sale|sold|purchase",
    "no_answer": "sans réponse|pas de réponse|absent|absente|injoignable|unreachable",
    "wrong_number": "faux numéro|mauvais numéro",
    "call_back": "à rappeler|rappel|rappeler",
    "spoken": "joint|jointe|parlé|on lui a parlé|reached|spoken with",
    "met": "rencontré|rencontrée|visité|visitée|visited",
    "done": "fait|faite",
    "refused": "refus|refusé|refusée|refuse|pas intéressé|pas intéressée|not interested",
    "lost": "perdu|perdue|affaire perdue",
    "opted_out": (
        "désinscrit|désinscrite|désinscription|désabonné|désabonnée|opposition|opt-out"
        "|ne plus contacter|unsubscribed"
    ),
    "bounced": "rejeté|adresse invalide|adresse morte|bounce",
    "complained": "plainte|complaint",
    "returned": "npai|retour|pnd|courrier revenu|courrier retourné",
    "arid": "aride",
    "latent": "latente|plus tard",
    "active": "actif|intéressé|intéressée|interested",
    "inbound": "entrant|spontané|venu à nous",
    "answered": "demande traitée",
    "promised": "promis|promesse",
    "asked": "recommandation demandée",
    "recommended": "nous a recommandés|recommandé|recommandée",
    "thanked": "remercié|remerciée",
}

#: Each way to write a stage, as people write it → the stage.
STAGES: Mapping[str, str] = {
    way: stage for stage, ways in STAGE_WAYS.items() for way in ways.split("|")
}


def _key(word: str) -> str:
    return " ".join(fold(word).replace("-", " ").replace("_", " ").split())


_BY_KEY = {_key(stage): stage for stage in STAGE_WAYS} | {
    _key(way): stage for way, stage in STAGES.items()
}


def stage_meant(word: str) -> str | None:
    """The stage or fact that a word of either language means; None where it means none."""
    return _BY_KEY.get(_key(word))


#: Field → every way to write one of its words → the word as it is stored.
CLOSED: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS,
    "life_stage": LIFE_STAGES,
    "interest": INTERESTS,
}
