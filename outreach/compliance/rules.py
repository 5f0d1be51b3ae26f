"""The rules, as dated data: what each asks, of whom, on which channel, since when, and where
it is written.

Not legal advice: a reading of public texts (in autumn 2026), shown with its sources so that
it can be checked. A new law is a new row with its date; an old one gets its last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outreach.compliance.nature import Nature
from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.legal import Basis, Purpose


class Question(StrEnum):
    """What a rule looks at. `permission.py` and `phone.py` know how."""

    #: An entry about the person on the list of whom not to contact.
    OPPOSITION = "opposition"
    #: The person was emptied on request.
    ERASURE = "erasure"
    #: A ground of `bases`, on record and not withdrawn.
    BASIS = "basis"
    #: The campaign's sector.
    SECTOR = "sector"
    #: The person was told who we are and where the data comes from, or this message tells.
    NOTICE = "notice"
    #: It is on record where the data comes from.
    SOURCE = "source"
    #: The person's last own act is not too long ago.
    RETENTION = "retention"
    #: Day and hour, public holidays.
    HOURS = "hours"
    #: Calls of the last days.
    ATTEMPTS = "attempts"
    #: Days since a refusal.
    REST = "rest"
    #: Rules we do not know: of another country.
    COUNTRY = "country"


class Effect(StrEnum):
    """What it means for a person that a rule is not met."""

    #: Refused, whatever the settings say.
    REFUSES = "refuses"
    #: The law says no: a warning, and refused under `compliance: strict`.
    FORBIDS = "forbids"
    #: Something is not on record: a warning, and refused under `compliance: strict`.
    ASKS = "asks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `text` says what is the matter where it is not met."""

    id: str
    text: Text
    #: The article, as a lawyer would cite it; "not verified" where we read of it elsewhere only.
    source: Text
    #: The first and the last day on which it holds.
    since: date
    until: date | None = None
    question: Question
    effect: Effect
    channels: frozenset[Channel]
    natures: frozenset[Nature] = frozenset(Nature)
    #: Countries of the person it holds in; None: all.
    countries: frozenset[str] | None = None
    #: Countries it does not hold in.
    but: frozenset[str] = frozenset()
    #: Grounds that meet it.
    bases: frozenset[Basis] = frozenset()
    #: What the message is for, where it holds.
    purposes: frozenset[Purpose] = frozenset({Purpose.PROSPECTING})

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


EVERY = frozenset(Channel)
_WRITTEN = frozenset({Channel.EMAIL, Channel.LETTER})
_EMAIL = frozenset({Channel.EMAIL})
_CALL = frozenset({Channel.CALL})
_TOUCHING = frozenset({Channel.EMAIL, Channel.LETTER, Channel.CALL, Channel.VISIT})
_CONSUMER = frozenset({Nature.CONSUMER})
_PEOPLE = frozenset({Nature.CONSUMER, Nature.PROFESSIONAL})
_FRANCE = frozenset({"FR"})
#: Where a professional may be written to without having said yes, if it is about his work.
_OPT_OUT = frozenset({"FR", "FI", "IE", "PT", "SE"})

#: The GDPR's first day: its art. 99(2).
_GDPR = date(2018, 5, 25)


RULES: tuple[Rule, ...] = (
    Rule(
        id="opposition",
        text=Text("asked not to be contacted, or stands on the list of whom not to contact"),
        source=Text("GDPR art. 21(2) and 21(3)"),
        since=_GDPR,
        question=Question.OPPOSITION,
        effect=Effect.REFUSES,
        channels=EVERY,
        purposes=frozenset(Purpose),
    ),
    Rule(
        id="erased",
        text=Text("was erased on request"),
        source=Text("GDPR art. 17"),
        since=_GDPR,
        question=Question.ERASURE,
        effect=Effect.REFUSES,
        channels=EVERY,
        purposes=frozenset(Purpose),
    ),
    Rule(
        id="sector-ban",
        text=Text("private people must not be solicited about this sector but under a contract"),
        source=Text("loi 2025-594, Code de la consommation art. L.223-1; first day not verified"),
        since=date(2025, 7, 2),
        question=Question.SECTOR,
        effect=Effect.FORBIDS,
        channels=_EMAIL | _CALL,
        natures=_CONSUMER,
        countries=_FRANCE,
        bases=frozenset({Basis.CONTRACT}),
    ),
    Rule(
        id="email-consumer-consent",
        text=Text("a private address, and no consent is on record for e-mail"),
        source=Text("CPCE art. L.34-5; first day not verified"),
        since=date(2004, 6, 22),
        question=Question.BASIS,
        effect=Effect.FORBIDS,
        channels=_EMAIL,
        natures=_CONSUMER,
        countries=_FRANCE,
        bases=frozenset({Basis.CONSENT, Basis.SOFT_OPTIN}),
    ),
    Rule(
        id="email-consent-abroad",
        text=Text("lives where e-mail asks for consent, and none is on record"),
        source=Text("Directive 2002/58/EC art. 13 (DE: UWG § 7); not verified"),
        since=date(2003, 10, 31),
        question=Question.BASIS,
        effect=Effect.FORBIDS,
        channels=_EMAIL,
        natures=_PEOPLE,
        but=_OPT_OUT,
        bases=frozenset({Basis.CONSENT, Basis.SOFT_OPTIN}),
    ),
    Rule(
        id="email-consumer-consent-eu",
        text=Text("a private address, and no consent is on record for e-mail"),
        source=Text("Directive 2002/58/EC art. 13(1); not verified"),
        since=date(2003, 10, 31),
        question=Question.BASIS,
        effect=Effect.FORBIDS,
        channels=_EMAIL,
        natures=_CONSUMER,
        countries=_OPT_OUT - _FRANCE,
        bases=frozenset({Basis.CONSENT, Basis.SOFT_OPTIN}),
    ),
    Rule(
        id="phone-consumer-bloctel",
        text=Text("the list Bloctel had to be asked before a private person was called"),
        source=Text("Code de la consommation art. L.223-1 (loi 2014-344); first day not verified"),
        since=date(2016, 6, 1),
        until=date(2026, 8, 10),
        question=Question.BASIS,
        effect=Effect.ASKS,
        channels=_CALL,
        natures=_CONSUMER,
        countries=_FRANCE,
        bases=frozenset({Basis.CONSENT, Basis.CONTRACT}),
    ),
    Rule(
        id="phone-consumer-consent",
        text=Text("a private person, and no consent is on record for calls"),
        source=Text("Code de la consommation art. L.223-1 (loi 2025-594 art. 13)"),
        since=date(2026, 8, 11),
        question=Question.BASIS,
        effect=Effect.FORBIDS,
        channels=_CALL,
        natures=_CONSUMER,
        countries=_FRANCE,
        bases=frozenset({Basis.CONSENT, Basis.CONTRACT}),
    ),
    Rule(
        id="phone-consumer-hours",
        text=Text("private people are not called at this hour"),
        source=Text("Code de la consommation art. D.223-9 (décret 2022-1313)"),
        since=date(2023, 3, 1),
        question=Question.HOURS,
        effect=Effect.FORBIDS,
        channels=_CALL,
        natures=_CONSUMER,
        countries=_FRANCE,
    ),
    Rule(
        id="phone-consumer-attempts",
        text=Text("this private person was called as often as is allowed in a month"),
        source=Text("Code de la consommation art. D.223-9 (décret 2022-1313)"),
        since=date(2023, 3, 1),
        question=Question.ATTEMPTS,
        effect=Effect.FORBIDS,
        channels=_CALL,
        natures=_CONSUMER,
        countries=_FRANCE,
    ),
    Rule(
        id="phone-consumer-rest",
        text=Text("this private person refused by phone less than 60 days ago"),
        source=Text("Code de la consommation art. D.223-9 (décret 2022-1313)"),
        since=date(2023, 3, 1),
        question=Question.REST,
        effect=Effect.FORBIDS,
        channels=_CALL,
        natures=_CONSUMER,
        countries=_FRANCE,
    ),
    Rule(
        id="phone-abroad",
        text=Text("lives abroad: the rules of that country for calls are not known here"),
        source=Text("Directive 2002/58/EC art. 13(3); not verified"),
        since=date(2003, 10, 31),
        question=Question.COUNTRY,
        effect=Effect.ASKS,
        channels=_CALL,
        natures=_CONSUMER,
        but=_FRANCE,
        bases=frozenset({Basis.CONSENT, Basis.CONTRACT}),
    ),
    Rule(
        id="retention",
        text=Text("nothing came from this person for longer than data is kept"),
        source=Text("GDPR art. 5(1)(e); CNIL, référentiel gestion commerciale"),
        since=_GDPR,
        question=Question.RETENTION,
        effect=Effect.FORBIDS,
        channels=_TOUCHING,
        natures=_PEOPLE,
    ),
    Rule(
        id="notice",
        text=Text("was never told who holds the data and where it comes from"),
        source=Text("GDPR art. 14(3)(b)"),
        since=_GDPR,
        question=Question.NOTICE,
        effect=Effect.ASKS,
        channels=_WRITTEN,
        natures=_PEOPLE,
    ),
    Rule(
        id="source",
        text=Text("it is not on record where the data comes from"),
        source=Text("GDPR art. 14(2)(f)"),
        since=_GDPR,
        question=Question.SOURCE,
        effect=Effect.ASKS,
        channels=_TOUCHING,
        natures=_PEOPLE,
    ),
)

BY_ID = {rule.id: rule for rule in RULES}
