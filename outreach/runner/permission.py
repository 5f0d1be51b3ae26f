"""May we contact these people? The rules of `compliance/`, asked for many at once.

Under `compliance: warn` what the law asks for is counted and told, and keeps nobody out;
under `strict` it does. Oppositions keep people out always: those the store asks itself, in the
statements that choose and claim (`store/suppressions.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.compliance.nature import Nature, address_of
from outreach.compliance.permission import Decision, Facts, Judge, Ruling
from outreach.compliance.retention import kept_since
from outreach.model.campaign import Campaign, Channel
from outreach.model.contact import Contact
from outreach.model.legal import Purpose
from outreach.model.settings import Compliance, Settings
from outreach.store.freezing import Member
from outreach.store.persons import Standing, person_of
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, eq=False)
class Permission:
    """What the rules say of one case: the same value for everybody it fits."""

    by_channel: Mapping[Channel, Decision]
    strict: bool
    #: A person, not a firm, who was never told where the data comes from.
    uninformed: bool
    #: Is written to by e-mail in his function.
    professional: bool

    def refused(self, channels: Collection[Channel]) -> Ruling | None:
        """The rule that keeps a person out on each of these channels; None: one is open."""
        ruling = None
        for channel in channels:
            ruling = self.by_channel[channel].refused(strict=self.strict)
            if ruling is None:
                return None
        return ruling


class Permissions:
    """Decides about people on some channels of a campaign, at one instant: each case once.

    Costs about a microsecond a person, whatever the rules and the channels.
    """

    def __init__(
        self,
        settings: Settings,
        campaign: Campaign | None,
        channels: Collection[Channel],
        now: datetime,
        *,
        informs: bool = True,
    ) -> None:
        self.strict = settings.compliance is Compliance.STRICT
        #: Whose last own act was before that day is kept no longer.
        self.kept_since = kept_since(now.astimezone(settings.zone).date(), settings.policy)
        facts = facts_of(settings, campaign, informs=informs)
        purpose = campaign.legal.purpose if campaign else Purpose.PROSPECTING
        self._judges = {
            channel: Judge(channel, purpose, now, facts) for channel in sorted(channels)
        }
        self._known: dict[tuple[object, ...], Permission] = {}

    def __call__(self, standing: Standing) -> Permission:
        """What the rules say of one person."""
        email, domain, country, marks, grounds = standing
        # Of the address only what it is matters: of a million people few cases are left.
        case = (address_of(email, domain), country, marks, grounds)
        known = self._known.get(case)
        if known is None:
            known = self._known[case] = self._judged(standing)
        return known

    def of(self, standing: Standing, opposed: frozenset[Channel]) -> dict[Channel, Decision]:
        """The decisions on one person who opposed some channels."""
        person = replace(person_of(standing), opposed=opposed)
        return {channel: judge(person) for channel, judge in self._judges.items()}

    def _judged(self, standing: Standing) -> Permission:
        person = person_of(standing)
        decided = {channel: judge(person) for channel, judge in self._judges.items()}
        natures = {channel: judge.nature(person) for channel, judge in self._judges.items()}
        return Permission(
            decided,
            self.strict,
            uninformed=not person.informed and set(natures.values()) != {Nature.COMPANY},
            professional=natures.get(Channel.EMAIL) is Nature.PROFESSIONAL,
        )


def of_person(
    store: Store, settings: Settings, contact: Contact, *, campaign: Campaign | None, now: datetime
) -> dict[Channel, Decision]:
    """What the rules say of one person on each channel, oppositions among them."""
    asked = Permissions(settings, campaign, frozenset(Channel), now, informs=False)
    standing = store.persons.standings([contact.id], asked.kept_since)[contact.id]
    opposed = frozenset(one for one in Channel if store.suppressions.forbids(contact, one))
    return asked.of(standing, opposed)


@dataclass(frozen=True, slots=True)
class Lacks:
    """What the law asks for and an audience lacks."""

    #: How many of the selected each rule speaks against, and on which channels.
    found: Mapping[Ruling, tuple[int, tuple[Channel, ...]]] = field(default_factory=dict)
    #: How many of them were never told where their data comes from.
    uninformed: int = 0
    #: How many of them are written to as professionals.
    professionals: int = 0
    #: How many are left out by each rule, under `compliance: strict`.
    barred: Mapping[str, int] = field(default_factory=dict)


def lacks_of(selected: Iterable[Permission], excluded: Iterable[Member]) -> Lacks:
    """What the people of an audience lack, counted case by case."""
    cases = Counter(selected)
    people: Counter[Ruling] = Counter()
    channels: dict[Ruling, dict[Channel, None]] = {}
    for case, count in cases.items():
        against: dict[Ruling, None] = {}
        for channel, decision in case.by_channel.items():
            for ruling in decision.findings:
                against[ruling] = None
                channels.setdefault(ruling, {})[channel] = None
        people.update(dict.fromkeys(against, count))
    return Lacks(
        {ruling: (count, tuple(channels[ruling])) for ruling, count in people.items()},
        uninformed=sum(cases[case] for case in cases if case.uninformed),
        professionals=sum(cases[case] for case in cases if case.professional),
        barred=Counter(member.rule for member in excluded if member.rule),
    )


def facts_of(settings: Settings, campaign: Campaign | None, *, informs: bool = True) -> Facts:
    """What the rules look at beside the person.

    Whether a message tells where the data comes from is asked of its template
    (`runner/check_permission.py`), not of each person: no one is left out for it.
    """
    return Facts(
        country=settings.country,
        zone=settings.zone,
        policy=settings.policy,
        informs=informs,
        sector=campaign.legal.sector if campaign else None,
    )
