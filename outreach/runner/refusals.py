"""Why a person may not be contacted: the rule, its date and where it is written, per channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from outreach.compliance.permission import Facts, Person, Ruling, may_contact
from outreach.compliance.retention import kept_since
from outreach.compliance.rules import RULES, Effect, Question
from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.legal import Purpose
from outreach.model.settings import Compliance, Settings
from outreach.model.suppression import Suppression, SuppressionScope
from outreach.runner.wording import reason_text
from outreach.store.oppositions import entries_about
from outreach.store.persons import Persons, person_of
from outreach.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One rule that speaks against contacting somebody, on these channels."""

    channels: tuple[Channel, ...]
    rule: str
    what: Text
    #: The article, and its first day.
    source: Text
    since: date
    #: Since when it holds of this person, where a day is known: of his opposition.
    on: date | None
    #: Nobody gets past it; else it is a warning under `compliance: warn`.
    binding: bool


def refusals(
    store: Store, contact: Contact, settings: Settings, *, now: datetime
) -> tuple[Refusal, ...]:
    """Every rule that is not met for this person, what he said himself first."""
    # His address and his number may stand on the list for the same word of his.
    entries = entries_about(store.database, contact.id)
    opposed = dict.fromkeys(_opposed(entry, store) for entry in entries)
    person = _person(store, contact, settings, now)
    facts = Facts(
        country=settings.country, zone=settings.zone, policy=settings.policy, informs=True
    )
    by_rule: dict[str, tuple[Ruling, list[Channel]]] = {}
    for channel in Channel:
        for ruling in may_contact(person, channel, Purpose.PROSPECTING, now, facts).findings:
            by_rule.setdefault(ruling.id, (ruling, []))[1].append(channel)
    strict = settings.compliance is Compliance.STRICT
    told = [
        Refusal(
            channels=tuple(channels),
            rule=ruling.id,
            what=ruling.text,
            source=ruling.source,
            since=ruling.since,
            on=None,
            binding=strict or ruling.effect is Effect.REFUSES,
        )
        for ruling, channels in by_rule.values()
    ]
    return (*opposed, *told)


def _person(store: Store, contact: Contact, settings: Settings, now: datetime) -> Person:
    """As the rules see him."""
    since = kept_since(now.astimezone(settings.zone).date(), settings.policy)
    return person_of(Persons(store.database).standings([contact.id], since)[contact.id])


def _opposed(entry: Suppression, store: Store) -> Refusal:
    """What an entry of the suppression list means."""
    rule = next(rule for rule in RULES if rule.question is Question.OPPOSITION)
    channels = tuple(
        channel
        for channel in Channel
        if entry.scope is SuppressionScope.ALL or channel.kind.scope == entry.scope.value
    )
    return Refusal(
        channels=channels,
        rule=rule.id,
        what=reason_text(entry.reason),
        source=rule.source,
        since=rule.since,
        on=store.database.day_of(entry.at),
        binding=True,
    )
