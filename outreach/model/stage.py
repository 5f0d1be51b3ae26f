"""The words of the prospecting chain: its stages and the other facts beside it."""

from __future__ import annotations

#: The stages of the chain where a campaign names no others (CONTRACT, "Words").
DEFAULT_CHAIN: tuple[str, ...] = ("contacted", "replied", "appointment", "quote", "order")

#: What else can become known about a person in a campaign.
FACTS: tuple[str, ...] = (
    "no_answer",
    "wrong_number",
    "call_back",
    "spoken",
    "met",
    "done",
    "refused",
    "lost",
    "opted_out",
    "bounced",
    "complained",
    "returned",
)

#: What a prospect thinks of the offer (B2): recorded like a fact, it stands until the next.
INTERESTS: tuple[str, ...] = ("arid", "latent", "active", "inbound")

#: What we did, or owe, beside the chain: answered a request, made a promise, asked for a
#: recommendation, were recommended, thanked for it.
BESIDE: tuple[str, ...] = ("answered", "promised", "asked", "recommended", "thanked")

#: What answers a request: an answer of ours, or that it came to more.
ANSWERS: frozenset[str] = frozenset({"answered", "appointment", "quote", "order", "met"})

#: Whatever is recorded of a person that is no stage of a chain.
NO_STAGES: frozenset[str] = frozenset({*FACTS, *INTERESTS, *BESIDE})

#: Words of `stop_on` that speak of others: who answers ends the chain of his colleagues, of
#: those who live with him.
OTHERS: tuple[str, ...] = ("colleague", "household")

#: What tells us of nothing but an address, an attempt or our own work: it ends nobody else's chain.
ALONE: frozenset[str] = frozenset(
    {"no_answer", "wrong_number", "bounced", "returned", "call_back", "done"}
)

#: The word for an opposition of the person's own.
OPTED_OUT = "opted_out"

#: Oppositions: they hold on every channel and in every campaign.
OPPOSED: frozenset[str] = frozenset({"opted_out", "complained"})

#: Whoever is set aside gets no more of the campaign that found it out.
SET_ASIDE: frozenset[str] = frozenset({"arid", "latent"})

#: A no to the offer: it ends the chain only where `stop_on` names it, or turns it where a
#: campaign has a negative track.
NO_TO_IT: tuple[str, ...] = ("refused", "lost")

#: Facts of which the reason is asked for.
WITH_REASON: frozenset[str] = frozenset({"refused", "lost", "arid"})

#: Facts that come from the person: retention is counted from the last of them (GDPR).
ACTS: frozenset[str] = frozenset(
    {
        "replied",
        "appointment",
        "quote",
        "order",
        "spoken",
        "met",
        "opted_out",
        "call_back",
        "inbound",
    }
)

#: Words for who was reached by a call, and by a visit: a contact, though nobody says which way.
IN_PERSON: frozenset[str] = frozenset({"spoken", "met"})

#: What a call or a visit came to that reached nobody.
NOBODY_THERE: frozenset[str] = frozenset({"no_answer", "wrong_number"})

#: We and the person were in contact: a suspect is a prospect from then on (S4).
IN_CONTACT: frozenset[str] = frozenset(
    {"contacted", "replied", "appointment", "quote", "order", "spoken", "met", "call_back",
     "refused", "lost", *INTERESTS, "answered"}
)  # fmt: skip

#: A call whose outcome is one of these was tried, not done: it stays to be made.
CALL_AGAIN: frozenset[str] = frozenset({"no_answer", "wrong_number", "call_back"})

#: What ends a person's chain where a campaign says nothing (those its chain knows).
DEFAULT_STOP: tuple[str, ...] = ("replied", "appointment", "order", "opted_out", "bounced")
