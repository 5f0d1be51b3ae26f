"""Whether somebody may be contacted on a channel, for a purpose, at an instant.

Pure. The answer names every rule that is not met, since when it holds and where it is
written (`rules.py`). Callers ask through `runner/permission.py`, which knows the base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from outreach.compliance.nature import Nature, nature_of
from outreach.compliance.policy import People, Policy
from outreach.compliance.retention import kept_since
from outreach.compliance.rules import RULES, Effect, Question, Rule
from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.legal import Basis, Purpose, Sector
from outreach.model.value import value


class Verdict(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    #: Nothing forbids it, and something that the law asks for is not on record.
    NEEDS_INFO = "needs_info"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule that is not met."""

    id: str
    text: Text
    #: The rule's own first day.
    since: date
    #: The article, as a lawyer would cite it.
    source: Text
    effect: Effect


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and every rule that speaks against."""

    verdict: Verdict
    findings: tuple[Ruling, ...] = ()

    def refused(self, *, strict: bool) -> Ruling | None:
        """The rule that really keeps the person out; None: he may be contacted.

        What is a lack in law keeps nobody out but under `compliance: strict`; an opposition
        and an erasure always do.
        """
        for ruling in self.findings:
            if strict or ruling.effect is Effect.REFUSES:
                return ruling
        return None


ALLOWED = Decision(Verdict.ALLOW)

#: A ground that stands: the channel (None: all of them), what it is for, and which it is.
Ground = tuple[Channel | None, Purpose, Basis]


@value(kw_only=True)
class Person:
    """What the rules look at in somebody, as the base knows it now."""

    #: The part of `email` after the @, in small letters, as an A-label.
    email: str | None = None
    domain: str | None = None
    #: A firm's name, its SIRET, a job title are on record.
    firm: bool = False
    registered: bool = False
    function: bool = False
    #: ISO 3166-1, two letters; None: the workspace's.
    country: str | None = None
    customer: bool = False
    #: It is on record where the data comes from.
    sourced: bool = False
    #: He was told of it, or gave it himself.
    informed: bool = False
    #: His last own act, or the day his data was collected; None: not known.
    last_act_on: date | None = None
    grounds: frozenset[Ground] = frozenset()
    #: Channels he asked not to be contacted on, or that our own list forbids.
    opposed: frozenset[Channel] = frozenset()
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules look at in the campaign and the firm."""

    #: Of the workspace: ISO 3166-1, two letters.
    country: str = "FR"
    zone: tzinfo = UTC
    policy: Policy = field(default_factory=Policy)
    #: Whether this message tells who holds the data and where it comes from.
    informs: bool = False
    #: Where the campaign is about a trade with a ban of its own.
    sector: Sector | None = None


def may_contact(
    person: Person, channel: Channel, purpose: Purpose, when: datetime, facts: Facts
) -> Decision:
    """Whether this person may be contacted so, with every rule that speaks against."""
    return Judge(channel, purpose, when, facts)(person)


#: All that a decision depends on; few of them occur in a base of a million.
_Case = tuple[Nature, str, bool, bool, bool, bool, bool, bool, frozenset[Ground]]


class Judge:
    """`may_contact` for many people at one instant: the same cases are decided once."""

    def __init__(self, channel: Channel, purpose: Purpose, when: datetime, facts: Facts) -> None:
        self.channel, self.purpose, self.facts = channel, purpose, facts
        self._day = when.astimezone(facts.zone).date()
        self._kept_since = kept_since(self._day, facts.policy)
        self._known: dict[_Case, Decision] = {}

    def __call__(self, person: Person) -> Decision:
        """The decision about one person."""
        last = person.last_act_on
        case = (
            self.nature(person),
            person.country or self.facts.country,
            person.customer,
            person.sourced,
            person.informed,
            last is not None and last < self._kept_since,
            self.channel in person.opposed,
            person.erased,
            person.grounds,
        )
        known = self._known.get(case)
        if known is None:
            known = self._known[case] = self._decide(case)
        return known

    def nature(self, person: Person) -> Nature:
        """As whom the person is addressed, by the firm's policy or by what is on record."""
        people = self.facts.policy.people
        if people is People.PROFESSIONALS:
            return Nature.PROFESSIONAL
        if people is People.CONSUMERS:
            return Nature.CONSUMER
        return nature_of(
            self.channel,
            email=person.email,
            domain=person.domain,
            firm=person.firm,
            registered=person.registered,
            function=person.function,
        )

    def _decide(self, case: _Case) -> Decision:
        looked_at = _Looked(*case, self.channel, self.purpose, self.facts)
        found = tuple(
            Ruling(rule.id, rule.text, rule.since, rule.source, rule.effect)
            for rule in self._asked(looked_at)
            if _LACKS[rule.question](rule, looked_at)
        )
        return decision(found)

    def _asked(self, case: _Looked) -> Iterator[Rule]:
        for rule in RULES:
            if (
                rule.question in _LACKS
                and self.channel in rule.channels
                and self.purpose in rule.purposes
                and rule.holds_on(self._day)
                and case.nature in rule.natures
                and (rule.countries is None or case.country in rule.countries)
                and case.country not in rule.but
            ):
                yield rule


def decision(findings: tuple[Ruling, ...]) -> Decision:
    """The verdict that these rules add up to."""
    if not findings:
        return ALLOWED
    only_asks = all(ruling.effect is Effect.ASKS for ruling in findings)
    return Decision(Verdict.NEEDS_INFO if only_asks else Verdict.DENY, findings)


# --- how each question is answered: whether the rule is not met ----------------------------------


@dataclass(frozen=True, slots=True)
class _Looked:
    """One case, with names."""

    nature: Nature
    country: str
    customer: bool
    sourced: bool
    informed: bool
    stale: bool
    opposed: bool
    erased: bool
    grounds: frozenset[Ground]
    channel: Channel
    purpose: Purpose
    facts: Facts


def _no_ground(rule: Rule, case: _Looked) -> bool:
    if Basis.SOFT_OPTIN in rule.bases and case.customer and case.facts.policy.customers_told:
        return False
    return not any(
        basis in rule.bases and purpose is case.purpose and channel in (None, case.channel)
        for channel, purpose, basis in case.grounds
    )


def _banned(rule: Rule, case: _Looked) -> bool:
    return case.facts.sector is not None and _no_ground(rule, case)


def _not_told(rule: Rule, case: _Looked) -> bool:
    return not (case.informed or case.facts.informs)


#: Questions of the hour are not here: a step falls due by day (`phone.py`).
_LACKS: Mapping[Question, Callable[[Rule, _Looked], bool]] = {
    Question.OPPOSITION: lambda _, case: case.opposed,
    Question.ERASURE: lambda _, case: case.erased,
    Question.BASIS: _no_ground,
    Question.COUNTRY: _no_ground,
    Question.SECTOR: _banned,
    Question.NOTICE: _not_told,
    Question.SOURCE: lambda _, case: not case.sourced,
    Question.RETENTION: lambda _, case: case.stale,
}
