"""Which column of a file about past campaigns says what: its headers and words, in both languages.

Beside the fields of a contact (recognised as in any list) such a file has columns for the
campaign's side: who was control, what was sent when, what came of it. A column may also be
named after a stage (`Devis le`): its cell is the day, or a yes. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from outreach.cleaning.headers import IGNORE, OWN_COLUMNS, BadMap, key_of, standard_field
from outreach.errors import Text, did_you_mean
from outreach.model.campaign import Channel
from outreach.model.field import STANDARD_NAMES
from outreach.model.stage import FACTS
from outreach.model.text import fold
from outreach.model.words import STAGE_WAYS, STAGES


class Role(StrEnum):
    """What a column says of the campaign; the words that a map may use."""

    CONTACT = "contact"
    GROUP = "group"
    CONTROL = "control"
    SENT_ON = "sent_on"
    CHANNEL = "channel"
    STEP = "step"
    STAGE = "stage"
    DATE = "date"
    AMOUNT = "amount"
    MARGIN = "margin"
    ITEMS = "items"
    ATTEMPTS = "attempts"
    COST = "cost"
    MINUTES = "minutes"
    BY = "by"
    NOTE = "note"


#: Role → headers that mean it, best first.
_HEADERS: Mapping[Role, str] = {
    Role.CONTACT: "contact|who|qui|personne|client|customer|prospect|destinataire|recipient",
    Role.GROUP: (
        "group|groupe|variant|variante|arm|bras|version|segment|cellule|test cell|groupe de test"
        "|variant or control|variante ou témoin"
    ),
    Role.CONTROL: "control|témoin|groupe témoin|control group|est témoin|is control",
    Role.SENT_ON: (
        "sent on|sent_on|sent at|sent|envoyé le|date d'envoi|date envoi|envoi|date d'expédition"
        "|posté le|date de l'appel|date d'appel|date appel|called on|contacté le|contacted on"
        "|date de contact|date contact|send date|mailing date|date du mailing"
    ),
    Role.CHANNEL: "channel|canal|média|media|moyen|support",
    Role.STEP: "step|étape d'envoi|envoi n°|nom de l'envoi|mailing|action|message",
    Role.STAGE: (
        "stage|étape|statut|status|état|résultat|result|outcome|réponse obtenue|suite|issue"
    ),
    Role.DATE: (
        "date|on|le|date du résultat|date résultat|date de l'étape|date du statut|stage date"
        "|outcome date|result date|date of order|jour"
    ),
    Role.AMOUNT: (
        "amount|montant|montant ht|montant de la commande|montant commande|ca|chiffre d'affaires"
        "|revenue|turnover|spend|dollars|order amount|total|total ht|panier"
    ),
    Role.MARGIN: "margin|marge|marge brute|gross margin",
    Role.ITEMS: (
        "items|articles|nombre d'articles|nb articles|nb d'articles|quantity|quantité|qty|qté"
        "|number of items|units|unités|pièces"
    ),
    Role.ATTEMPTS: (
        "attempts|tentatives|nombre de tentatives|nb tentatives|nombre d'appels|nb appels"
        "|nb d'appels|contacts pris|touches|tries|relances|nb relances"
    ),
    Role.COST: "cost|coût|coût de l'envoi|coût unitaire|unit cost|touch cost",
    Role.MINUTES: "minutes|durée|durée (min)|durée en minutes|duration",
    Role.BY: "by|par|vendeur|commercial|seller|auteur|author|agent",
    Role.NOTE: "note|notes|commentaire|remarque|comment|comments|observation",
}

#: Stage or fact → how a cell of such a file says it beside the words that are known everywhere
#: (`model/words.py`). A header says it too, with or without its date words.
_STAGE_WORDS: Mapping[str, str] = {
    "contacted": "contacted|joint|jointe|reached|sent|envoyé|mailed|emailed",
    "replied": "response|responded|answer|answered",
    "appointment": "meeting booked",
    "quote": "propal",
    "order": "purchased|won|gagné|conversion|converted|signé|signed|client",
    "met": "rdv honoré|vu",
    "refused": "non intéressé|no interest",
    "no_answer": "non joint|pas joint|nrp",
    "opted_out": "unsubscribe|stop",
    "bounced": "hard bounce|mail rejeté|rejet",
    "complained": "spam",
    "returned": "retourné|retour courrier",
}

#: Headers of other things: of an answer, of a box that is ticked.
_NO_STAGE_HEADERS = ("retour", "fait", "faite")

#: Nothing came of it; of a call that nobody picked up (`runner/history_rows.py` tells).
_SILENCE = "no reply|no response|sans réponse|pas de réponse|aucune réponse|silence"
_NOTHING = "none|aucun|aucune|rien|nothing|-|n/a|néant|envoi seul"

#: What a header adds to a stage to say that its cells are days.
_DAY_WORDS = ("on", "le", "at", "date", "date de", "date du", "date d", "date of")

_CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.EMAIL: "email|e-mail|mail|courriel|emailing|e-mailing|mél|newsletter|web",
    Channel.LETTER: "letter|lettre|courrier|publipostage|mailing papier|papier|post|mailing",
    Channel.CALL: "call|appel|téléphone|tél|phone|telephone|cellular|mobile|portable|phoning",
    Channel.VISIT: "visit|visite|rendez-vous terrain|terrain|field",
    Channel.TASK: "task|tâche|autre|other|unknown|inconnu|salon|sms",
}

_CONTROL = (
    "control|contrôle|témoin|control group|groupe témoin|groupe de contrôle|holdout|hold-out"
    "|no e-mail|no email|no mailing|non contacté|sans envoi"
)
_CONTROL_WORDS = frozenset(fold(word) for word in _CONTROL.split("|"))


@dataclass(frozen=True, slots=True)
class PastColumns:
    """Where a file says what."""

    #: Role → place of its column.
    roles: Mapping[Role, int]
    #: Stage → place of the column named after it.
    stages: Mapping[str, int]
    #: What each column was understood as (a role, a stage, a field); None: left out.
    mapping: tuple[str | None, ...]


def understand_past(
    headers: Sequence[str], overrides: Mapping[str, str] | None = None, *, chain: Sequence[str]
) -> PastColumns:
    """What every column says. `overrides`: header → role, stage, field of a contact or `ignore`.

    Raises `BadMap` when an override names no column, or nothing that a column can say.
    """
    stages = tuple(dict.fromkeys((*chain, *FACTS)))
    wanted = _wanted(headers, overrides or {}, stages)
    roles: dict[Role, tuple[int, int]] = {}
    by_stage: dict[str, int] = {}
    mapping: list[str | None] = []
    for index, header in enumerate(headers):
        meant, rank = wanted[index], -1
        if meant is None and header not in OWN_COLUMNS:
            meant, rank = _meant(header, stages)
        meant = None if meant == IGNORE else meant
        mapping.append(meant)
        if meant in tuple(Role):
            role = Role(meant)
            roles[role] = min(roles.get(role, (rank, index)), (rank, index))
        elif meant in stages:
            by_stage.setdefault(meant, index)
    chosen = {role: place for role, (_, place) in roles.items()}
    kept = {*chosen.values(), *by_stage.values()}
    return PastColumns(
        chosen,
        by_stage,
        # Of two columns for one thing the better name has it; the other is left out.
        tuple(
            meant if meant in STANDARD_NAMES or index in kept else None
            for index, meant in enumerate(mapping)
        ),
    )


def _wanted(
    headers: Sequence[str], overrides: Mapping[str, str], stages: Sequence[str]
) -> list[str | None]:
    """What the map says of each column."""
    known = (*map(str, Role), *stages, *STANDARD_NAMES, IGNORE)
    by_key = {key_of(header): index for index, header in enumerate(headers)}
    found: list[str | None] = [None] * len(headers)
    for header, meant in overrides.items():
        if key_of(header) not in by_key:
            raise BadMap(
                Text("the map names the column {header!r}, which the file does not have",
                     header=header),
                header=header,
                hint=did_you_mean(header, headers),
            )  # fmt: skip
        if meant not in known:
            raise BadMap(
                Text("{meant!r} is nothing that a column of a past campaign says", meant=meant),
                header=header,
                hint=did_you_mean(meant, known)
                or Text("known: {words}", words=", ".join((*Role, *stages, IGNORE))),
            )
        found[by_key[key_of(header)]] = meant
    return found


def _meant(header: str, stages: tuple[str, ...]) -> tuple[str | None, int]:
    """What a header says by itself, and how good a name for it that is."""
    key = key_of(header)
    if key in _ROLES:
        role, rank = _ROLES[key]
        return role.value, rank
    stage = _stage_of_header(header, stages)
    return stage or standard_field(header), 0


def _stage_of_header(header: str, stages: tuple[str, ...]) -> str | None:
    """`Devis`, `Devis le`, `Date de devis`, `quote_on` → quote."""
    text = " ".join("".join(c if c.isalnum() else " " for c in fold(header)).split())
    for candidate in (text, *(_without(text, words) for words in _DAY_WORDS)):
        if candidate in _NO_STAGE_HEADERS:
            return None
        if found := stage_of(candidate, stages):
            return found
    return None


def _without(text: str, words: str) -> str:
    return text.removeprefix(f"{words} ").removesuffix(f" {words}")


def _keyed(words: Mapping[str, str]) -> dict[str, str]:
    return {key_of(word): name for name, some in words.items() for word in some.split("|")}


_ROLES = {
    key_of(word): (role, rank)
    for role, words in _HEADERS.items()
    for rank, word in enumerate(words.split("|"))
}
_STAGES = _keyed({stage: f"{stage}|{ways}" for stage, ways in STAGE_WAYS.items()}) | _keyed(
    _STAGE_WORDS
)
_CHANNELS = _keyed({channel.value: words for channel, words in _CHANNEL_WORDS.items()})
_SILENT = frozenset(key_of(word) for word in _SILENCE.split("|"))
_NO_STAGE = frozenset(key_of(word) for word in _NOTHING.split("|"))


# --- words of cells ---------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def stage_of(cell: str, stages: tuple[str, ...]) -> str | None:
    """The stage or fact that a cell names, in either language; None: none that is known."""
    key = key_of(cell)
    known = {key_of(stage): stage for stage in stages}
    if key in known:
        return known[key]
    found = _STAGES.get(key)
    return found if found in known.values() else None


@lru_cache(maxsize=4096)
def is_silence(cell: str) -> bool:
    """Whether a cell says that nobody answered."""
    return key_of(cell) in _SILENT


@lru_cache(maxsize=4096)
def is_no_stage(cell: str) -> bool:
    """Whether a cell says that nothing came of it."""
    return key_of(cell) in _NO_STAGE or not cell.strip("-–— ./")


@lru_cache(maxsize=4096)
def channel_of(cell: str) -> Channel | None:
    """The channel that a cell names; None: none that is known."""
    found = _CHANNELS.get(key_of(cell))
    return Channel(found) if found else None


@lru_cache(maxsize=4096)
def is_control(cell: str) -> bool:
    """Whether a group is the one that was never contacted."""
    return fold(cell) in _CONTROL_WORDS


def stage_words() -> frozenset[str]:
    """Every way of writing a stage: what a slip may have meant."""
    own = frozenset(word for some in _STAGE_WORDS.values() for word in some.split("|"))
    return own | STAGES.keys()


def channel_words() -> frozenset[str]:
    return frozenset(word for some in _CHANNEL_WORDS.values() for word in some.split("|"))
