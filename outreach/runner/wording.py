"""The program's own words as people read them: stages, reasons, states, kinds, channels.

What is stored is the word of the contract (`opted_out`); a reader gets a sentence's word in
his language. A campaign's own stages keep their name.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.compliance.permission import Ruling
from outreach.compliance.rules import BY_ID, Rule
from outreach.errors import Text
from outreach.model.audience import Exclusion
from outreach.model.campaign import CampaignState, Channel
from outreach.model.field import FieldType, Origin
from outreach.model.legal import Basis
from outreach.model.said import said_again
from outreach.model.source import ListOrigin
from outreach.model.suppression import SuppressionScope

STAGES: Mapping[str, Text] = {
    "contacted": Text("contacted"),
    "replied": Text("replied"),
    "appointment": Text("appointment"),
    "quote": Text("quote"),
    "order": Text("order"),
    "no_answer": Text("no answer"),
    "wrong_number": Text("wrong number"),
    "call_back": Text("call back"),
    "spoken": Text("spoken with"),
    "met": Text("met"),
    "done": Text("done"),
    "refused": Text("refused"),
    "lost": Text("lost"),
    "opted_out": Text("opted out"),
    "bounced": Text("bounced"),
    "complained": Text("complained"),
    "returned": Text("post came back"),
    # What the prospect thinks, and what we did or owe, beside the chain.
    "arid": Text("not interested for good"),
    "latent": Text("not now, later"),
    "active": Text("interested"),
    "inbound": Text("came to us"),
    "answered": Text("answered"),
    "promised": Text("promised"),
    "asked": Text("asked for a recommendation"),
    "recommended": Text("recommended us"),
    "thanked": Text("thanked"),
}

EXCLUSIONS: Mapping[Exclusion, Text] = {
    Exclusion.SUPPRESSED: Text("on the suppression list"),
    Exclusion.OPTED_OUT: Text("asked not to be contacted"),
    Exclusion.BOUNCED: Text("e-mail address is dead"),
    Exclusion.NO_ADDRESS: Text("no address for the first step"),
    Exclusion.INVALID_ADDRESS: Text("address cannot be used"),
    Exclusion.SAME_ADDRESS: Text("same mailbox as somebody chosen"),
    Exclusion.OTHER_CAMPAIGN: Text("in another unfinished campaign"),
    Exclusion.PRESSURE: Text("contacted too recently"),
    Exclusion.NOT_PERMITTED: Text("no permission for this channel"),
    Exclusion.ONE_PER: Text("another of the household or firm was chosen"),
}

#: Why a step was passed over or ended.
_REASONS: Mapping[str, Text] = {
    "when": Text("its condition is not met"),
    "not_after": Text("its last day has passed"),
    "no_address": Text("no address for this channel"),
    "erased": Text("the person was erased"),
    "merged": Text("merged with another record"),
    "stopped": Text("the campaign was stopped"),
    "track": Text("an answer leads another way"),
    "colleague": Text("a colleague has answered"),
    "household": Text("somebody of the household has answered"),
    "undone": Text("the recording that planned it was taken back"),
    "edited": Text("the campaign was changed"),
    "repeat": Text("the next one is there already"),
    "skipif": Text("the letter's template leaves the person out (SKIPIF)"),
}

CAMPAIGN_STATES: Mapping[CampaignState, Text] = {
    CampaignState.RUNNING: Text("running"),
    CampaignState.PAUSED: Text("paused"),
    CampaignState.STOPPED: Text("stopped"),
    CampaignState.FINISHED: Text("finished"),
}

CHANNELS: Mapping[Channel, Text] = {
    Channel.EMAIL: Text("e-mail"),
    Channel.LETTER: Text("letter"),
    Channel.CALL: Text("call"),
    Channel.VISIT: Text("visit"),
    Channel.TASK: Text("task"),
}

_KINDS: Mapping[str, Text] = {
    "suspect": Text("suspect"),
    "prospect": Text("prospect"),
    "customer": Text("customer"),
}

#: What was promised beside campaigns.
FOLLOW_UPS: Mapping[str, Text] = {
    "call_back": Text("call back"),
    "come_back": Text("come back to them"),
    "thank": Text("thank for a recommendation"),
    "ask_referral": Text("ask for a recommendation"),
    "answer": Text("answer an inbound request"),
    "promise": Text("promised"),
}

#: What people think of the offer (B2).
INTERESTS: Mapping[str, Text] = {
    "arid": Text("not interested for good"),
    "latent": Text("not now, later"),
    "active": Text("interested"),
    "inbound": Text("came to us"),
}

#: The types of fields; `contacts fields retype` takes the contract's own words.
FIELD_TYPES: Mapping[FieldType, Text] = {
    FieldType.TEXT: Text("free text"),
    FieldType.INTEGER: Text("whole number"),
    FieldType.NUMBER: Text("decimal number"),
    FieldType.DATE: Text("date"),
    FieldType.DATETIME: Text("date and time"),
    FieldType.BOOLEAN: Text("yes/no"),
    FieldType.MONEY: Text("amount"),
}

FIELD_ORIGINS: Mapping[Origin, Text] = {
    Origin.STANDARD: Text("standard"),
    Origin.DERIVED: Text("counted"),
    Origin.USER: Text("yours"),
}

#: On what ground somebody may be contacted.
BASES: Mapping[Basis, Text] = {
    Basis.CONSENT: Text("consent"),
    Basis.SOFT_OPTIN: Text("customer, told at the sale"),
    Basis.LEGITIMATE_INTEREST: Text("legitimate interest"),
    Basis.CONTRACT: Text("running contract"),
}

#: What somebody forbids.
SCOPES: Mapping[SuppressionScope, Text] = {
    SuppressionScope.EMAIL: Text("e-mail"),
    SuppressionScope.PHONE: Text("telephone"),
    SuppressionScope.POST: Text("post"),
    SuppressionScope.ALL: Text("every channel"),
}

#: What people ask about their data.
REQUESTS: Mapping[str, Text] = {
    "access": Text("access"),
    "erasure": Text("erasure"),
    "opposition": Text("opposition"),
    "rectification": Text("rectification"),
    "purge": Text("kept long enough"),
}

#: How a list was come by.
LIST_ORIGINS: Mapping[ListOrigin, Text] = {
    ListOrigin.INTERNAL: Text("our own file"),
    ListOrigin.EXCHANGED: Text("exchanged"),
    ListOrigin.RENTED: Text("rented"),
    ListOrigin.BOUGHT: Text("bought"),
    ListOrigin.CREATED: Text("put together by ourselves"),
    ListOrigin.DIRECTORY: Text("a directory"),
}


def stage_text(stage: str | None) -> Text:
    """A stage or fact as the reader calls it."""
    return STAGES.get(stage or "") or Text("{stage}", stage=stage)


def held_text(step: str | None, note: str | None, data: object = None) -> Text:
    """Why a step is held: the names of missing values, or what is wrong, kept in `data`."""
    if reason := said_again(data):
        return Text("{step} is held: {reason}", step=step, reason=reason)
    return Text("{step} is held: it lacks {fields}", step=step, fields=note)


def refused_text(step: str | None, note: str | None, data: object = None) -> Text:
    """Why a step reached nobody: what the server said, or what we say, kept in `data`."""
    if reason := said_again(data):
        return Text("{step} was not sent: {reason}", step=step, reason=reason)
    return Text("{step} was refused: {reply}", step=step, reply=note)


def held_reason(note: str | None, data: object = None) -> Text:
    """The same without the step."""
    return said_again(data) or Text("it lacks {fields}", fields=note)


def reason_text(reason: str | None) -> Text:
    """Why something did not happen: the word of a skip, of a stop rule or of an exclusion."""
    word = reason or ""
    return _explained(word, _REASONS.get(word) or STAGES.get(word) or _exclusions().get(word))


def exclusion_text(reason: str | None) -> Text:
    """Why somebody was left out at the launch."""
    return _explained(reason or "", _exclusions().get(reason or ""))


def rule_text(rule: str) -> Text:
    """A rule of the law that speaks against somebody: what is the matter, where it is written."""
    known = BY_ID.get(rule)
    return ruling_text(known) if known else Text("{reason}", reason=rule)


def ruling_text(said: Rule | Ruling) -> Text:
    """The same of a rule that was asked: what is the matter in this very case."""
    return Text(
        "{what} ({source}, since {since})", what=said.text, source=said.source, since=said.since
    )


def _exclusions() -> dict[str, Text]:
    return {exclusion.value: text for exclusion, text in EXCLUSIONS.items()}


def meaning_of(word: str) -> Text:
    """A word of the contract or of a stop rule as it is said to whom it is about."""
    known = _REASONS.get(word) or STAGES.get(word) or _exclusions().get(word)
    return known or Text("{reason}", reason=word)


def _explained(word: str, meaning: Text | None) -> Text:
    """What the contract's word means, and the word itself, which `--json` and files use."""
    if meaning is None or str(meaning) == word:
        return meaning or Text("{reason}", reason=word)
    return Text("{meaning} ({word})", meaning=meaning, word=word)


def kind_text(kind: object) -> Text:
    """Suspect, prospect, customer."""
    return _KINDS.get(str(kind)) or Text("{kind}", kind=kind)


def follow_up_text(kind: str) -> Text:
    """What was promised, in words."""
    return FOLLOW_UPS.get(kind) or Text("{kind}", kind=kind)


def interest_text(interest: str) -> Text:
    """Arid, latent, active, inbound, in words."""
    return INTERESTS.get(interest) or Text("{interest}", interest=interest)


#: Which way a person goes in a campaign.
TRACKS: Mapping[str, Text] = {
    "main": Text("main track"),
    "positive": Text("positive track"),
    "negative": Text("negative track"),
}


def track_text(track: str) -> Text:
    """The track a person is on, in words."""
    return TRACKS.get(track) or Text("{track}", track=track)
