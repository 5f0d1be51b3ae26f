"""The SMART check of an objective: verb + what + how much + by when.

Five questions, each answered yes, no or "cannot be told", with what is missing. The letters
vary between the sources (A: attainable or accepted; R: realistic); here A asks whether
somebody answers for it and whether the effort fits into the time, R compares it with what
the same time brought before. Source: domain notes B5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from outreach.errors import Text
from outreach.model.text import fold
from outreach.planning.objective import Objective, ObjectiveKind

#: More than so many times what the same time brought before is called unrealistic. Ours.
BOLD = Fraction(2)

#: English verbs that objectives begin with; French infinitives are told by their endings.
_VERBS = frozenset(
    {"win", "gain", "get", "keep", "hold", "raise", "increase", "grow", "reduce", "lower", "cut",
     "launch", "open", "reach", "make", "do", "call", "visit", "contact", "meet", "sell", "earn",
     "find", "bring", "improve", "double", "retain", "recover", "answer", "send", "obtain",
     "achieve", "convert", "train", "hire", "build", "prepare", "publish", "finish", "develop"}
)  # fmt: skip
#: French infinitives, folded. Not by their endings: `chantier` and `turnover` share them.
_INFINITIVES = frozenset(
    {"gagner", "augmenter", "ameliorer", "developper", "conquerir", "fideliser", "lancer",
     "ouvrir", "visiter", "appeler", "contacter", "rencontrer", "doubler", "tripler", "trouver",
     "obtenir", "signer", "realiser", "prospecter", "recruter", "former", "motiver", "installer",
     "creer", "proposer", "envoyer", "relancer", "reactiver", "recuperer", "garder", "conserver",
     "renforcer", "porter", "passer", "depasser", "limiter", "diminuer", "baisser", "organiser",
     "preparer", "mesurer", "implanter", "penetrer", "diversifier", "accelerer", "assurer",
     "satisfaire", "livrer", "traiter", "remplir", "reussir", "finir", "investir", "definir",
     "elargir", "enrichir", "reunir", "convertir", "transformer", "decrocher", "conclure",
     "negocier", "inviter", "participer", "exposer", "communiquer", "demarcher", "qualifier",
     "identifier", "multiplier", "verifier", "completer", "nettoyer", "maintenir", "tenir",
     "retenir", "devenir", "soutenir", "vendre", "prendre", "reprendre", "rendre", "atteindre",
     "joindre", "rejoindre", "mettre", "faire", "refaire", "reduire", "accroitre", "repondre",
     "defendre", "convaincre", "etendre", "construire", "produire", "suivre", "inscrire"}
)  # fmt: skip


class Criterion(StrEnum):
    SPECIFIC = "specific"
    MEASURABLE = "measurable"
    ACHIEVABLE = "achievable"
    REALISTIC = "realistic"
    TIMED = "timed"


@dataclass(frozen=True, slots=True)
class Answer:
    """One letter of the check. `met` is None where nobody can tell yet."""

    criterion: Criterion
    met: bool | None
    said: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known beside the objective itself."""

    today: date
    #: Whether the effort it asks for fits into the time; None: not calculated.
    fits: bool | None = None
    #: What the same length of time brought before; None: no history.
    usual: Fraction | None = None


def smart(objective: Objective, around: Around) -> tuple[Answer, ...]:
    """The five answers, in the order of the word."""
    return (
        Answer(Criterion.SPECIFIC, *_specific(objective)),
        Answer(Criterion.MEASURABLE, *_measurable(objective)),
        Answer(Criterion.ACHIEVABLE, *_achievable(objective, around)),
        Answer(Criterion.REALISTIC, *_realistic(objective, around)),
        Answer(Criterion.TIMED, *_timed(objective, around.today)),
    )


def is_smart(answers: tuple[Answer, ...]) -> bool:
    """No letter is missing; what cannot be told yet does not stand against it."""
    return not any(answer.met is False for answer in answers)


def begins_with_a_verb(name: str) -> bool:
    """Whether a sentence says what to do: "Gagner 12 clients", "Win 12 customers"."""
    words = fold(name).strip("\u00ab\u00bb\"'.,: \u00a0").split()
    first = words[0] if words else ""
    return first in _VERBS or first in _INFINITIVES


Found = tuple[bool | None, Text]


def _specific(objective: Objective) -> Found:
    if not begins_with_a_verb(objective.name):
        return False, Text("say what to do: begin with a verb, such as “win 12 customers”")
    if objective.metric is None and objective.kind is not ObjectiveKind.QUALITATIVE:
        return False, Text("say of what: turnover, orders, new customers, visits…")
    return True, Text("says what to do, and of what")


def _measurable(objective: Objective) -> Found:
    if objective.target is None and objective.kind is ObjectiveKind.QUALITATIVE:
        if objective.metric or objective.note:
            return True, Text("somebody looks and says: the sign to look for is stated")
        return False, Text("say by which sign one will see that it is reached")
    if objective.target is None:
        return False, Text("say how much")
    if objective.measured is None and objective.unit is None:
        return False, Text("say in which unit it is counted")
    if objective.measured is None:
        return True, Text("how much is stated; what was found is written down at checkpoints")
    return True, Text("how much is stated, and counted in the contact base")


def _achievable(objective: Objective, around: Around) -> Found:
    if around.fits is False:
        return False, Text("the effort it asks for does not fit into the time")
    if objective.owner is None:
        return (True if around.fits else None), (
            Text("the effort fits into the time; say who answers for it")
            if around.fits
            else Text("say who answers for it; `outreach plan effort` tells whether it fits")
        )
    if around.fits:
        return True, Text("the effort fits into the time, and {owner} answers for it",
                          owner=objective.owner)  # fmt: skip
    return True, Text("{owner} answers for it", owner=objective.owner)


def _realistic(objective: Objective, around: Around) -> Found:
    wanted = objective.target
    if wanted is None or objective.kind is ObjectiveKind.QUALITATIVE:
        return None, Text("no number to compare with the past")
    wanted -= objective.baseline or 0
    if around.usual is None or around.usual <= 0:
        return None, Text("there is no past of the same length to compare it with")
    times = Decimal(str(round(float(wanted / around.usual), 1)))
    if wanted > BOLD * around.usual:
        return False, Text("it is {times} times what the same time brought before", times=times)
    return True, Text("it is {times} times what the same time brought before", times=times)


def _timed(objective: Objective, today: date) -> Found:
    if objective.deadline is None:
        return False, Text("say by when")
    if objective.start is not None and objective.start > objective.deadline:
        return False, Text("it ends before it begins")
    outside = [one.on for one in objective.checkpoints if not _inside(objective, one.on)]
    if outside:
        return False, Text("the checkpoint of {day} lies outside its time", day=min(outside))
    if objective.deadline < today:
        return False, Text("its time was over on {day}", day=objective.deadline)
    if not objective.checkpoints:
        return True, Text("by {day}; dated checkpoints would show in time whether it is late",
                          day=objective.deadline)  # fmt: skip
    return True, Text("by {day}, with its checkpoints", day=objective.deadline)


def _inside(objective: Objective, on: date) -> bool:
    start = objective.start or on
    return objective.deadline is not None and start <= on <= objective.deadline
