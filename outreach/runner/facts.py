"""What can be recorded of a person, and what is wrong with it before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from outreach.errors import OutreachError, Text, WrongUsage, did_you_mean
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import Delivery
from outreach.model.stage import BESIDE, DEFAULT_CHAIN, FACTS, INTERESTS
from outreach.model.text import fold
from outreach.model.words import STAGES, stage_meant
from outreach.store.campaigns import Launched

#: Stages that an amount and a margin belong to.
_WITH_AMOUNT = ("quote", "order")
#: Our answer to somebody who came by himself, from bad to good.
_QUALITIES = range(1, 6)


class UnknownStage(WrongUsage):
    def __init__(self, stage: str, known: Iterable[str]) -> None:
        words = tuple(known)
        super().__init__(
            Text("{stage!r} is no stage of the chain", stage=stage),
            hint=did_you_mean(
                stage, (*words, *(w for w, meant in STAGES.items() if meant in words))
            )
            or Text("known: {words}", words=", ".join(words)),
        )


class NotInCampaign(OutreachError):
    def __init__(self, contact: Contact, campaign: str) -> None:
        super().__init__(
            Text("{name} is not in campaign {campaign!r}", name=contact.name, campaign=campaign),
            hint=Text("see: outreach why {who}", who=contact.text("email") or str(contact.id)),
        )


class AmountWithoutOrder(WrongUsage):
    def __init__(self, stage: str) -> None:
        super().__init__(
            Text("an amount belongs to a quote or an order, not to {stage!r}", stage=stage)
        )


class ReasonMissing(WrongUsage):
    def __init__(self, stage: str) -> None:
        super().__init__(
            Text("{stage!r} needs its reason", stage=stage),
            hint=Text('such as: --reason "has a contract elsewhere until June"'),
        )


class DayMissing(WrongUsage):
    def __init__(self, stage: str) -> None:
        super().__init__(
            Text("{stage!r} needs a day, so that it is not forgotten", stage=stage),
            hint=Text("such as: --back-on 2027-09-01"),
        )


class DayTooEarly(WrongUsage):
    def __init__(self, back_on: date, day: date) -> None:
        super().__init__(
            Text("the day to come back, {day}, is before the day of the fact, {at}",
                 day=back_on, at=day),
        )  # fmt: skip


class NotYet(OutreachError):
    """A plan is no fact: it would count as done, and date what follows, before it is so."""

    def __init__(self, day: date) -> None:
        super().__init__(
            Text("{day} is still to come: what has happened is recorded", day=day),
            hint=Text(
                "what is planned for a day: outreach record WHO promised (or appointment, quote) "
                "--back-on {day}",
                day=day.isoformat(),
            ),
        )


class Negative(OutreachError):
    def __init__(self, amount: Decimal) -> None:
        super().__init__(
            Text("{amount} is less than nothing", amount=amount),
            hint=Text("an order that was none is taken back with: outreach undo"),
        )


class NotOfThatStage(WrongUsage):
    def __init__(self, what: str, stages: Iterable[str]) -> None:
        super().__init__(
            Text("{what} belongs to: {stages}", what=what, stages=", ".join(sorted(stages)))
        )


class BadQuality(WrongUsage):
    def __init__(self, quality: int) -> None:
        super().__init__(
            Text("the quality of an answer goes from 1 (bad) to 5 (good), not {quality}",
                 quality=quality)
        )  # fmt: skip


class HimselfReferred(WrongUsage):
    def __init__(self, contact: Contact) -> None:
        super().__init__(Text("{name} cannot have recommended himself", name=contact.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that became known about a person. `at` is when it happened."""

    contact: Contact
    stage: str
    at: datetime
    campaign: Launched | None = None
    amount: Decimal | None = None
    margin: Decimal | None = None
    #: How many articles the receipt of an order holds.
    items: int | None = None
    author: str | None = None
    note: str | None = None
    #: On which channel it became known; None where nobody said.
    channel: Channel | None = None
    #: What it took.
    minutes: Decimal | None = None
    km: Decimal | None = None
    #: Why: of what was refused, lost, arid, latent.
    reason: str | None = None
    #: The day to call back, to come back to a latent prospect, to keep a promise.
    back_on: date | None = None
    #: What was promised for that day, in the words of the workspace: an appointment, its hour.
    promised: str | None = None
    #: Of somebody who came by himself: where from, and who recommended us to him.
    origin: str | None = None
    referrer: Contact | None = None
    #: Of somebody who recommended us: to whom, and what he gets for it.
    referred: Contact | None = None
    fee: Decimal | None = None
    #: Of our answer to him, from 1 (bad) to 5 (good).
    quality: int | None = None
    #: The call or the visit this is the outcome of; None: the one that is due.
    delivery: Delivery | None = None
    #: Of a letter that came back: the record it was written to, where that was merged since.
    written_to: Contact | None = None
    #: The objections that were met in a call or a visit, as its guide words them.
    objections: tuple[str, ...] = ()
    #: Of a wrong number: which was dialled (None: the first there is), and the fields it stood in.
    number: str | None = None
    wrong: tuple[str, ...] = ()


#: What goes with which facts only, by the option that says it.
_BELONGS = {
    "items": ("order",),
    "origin": ("inbound",),
    "referrer": ("inbound",),
    "referred": ("recommended",),
    "fee": ("recommended",),
    "quality": ("answered",),
    "back_on": ("call_back", "latent", "promised", "replied", "appointment", "quote"),
}
_NEEDS_DAY = ("latent", "promised")


def known_words(campaign: Launched | None) -> tuple[str, ...]:
    """Every word that can be recorded of somebody in that campaign."""
    chain = campaign.definition.chain if campaign else DEFAULT_CHAIN
    return (*chain, *FACTS, *INTERESTS, *BESIDE)


def as_known(fact: Fact) -> Fact:
    """The fact by the word under which it is recorded: `commande` is an order.

    The words of the campaign's own chain come first: its `devis` is no quote of ours. What
    nobody knows stays as it was typed.
    """
    words = known_words(fact.campaign)
    if fact.stage in words:
        return fact
    typed = fold(fact.stage)
    own = next((word for word in words if fold(word) == typed), None)
    meant = own or stage_meant(fact.stage)
    return replace(fact, stage=meant) if meant in words else fact


def check(fact: Fact, day: date, today: date) -> None:
    """Raise what is wrong with a fact of that day, whoever it is about; it is told today."""
    if day > today:
        raise NotYet(day)
    words = known_words(fact.campaign)
    if fact.stage not in words:
        raise UnknownStage(fact.stage, words)
    if fact.stage not in _WITH_AMOUNT and (fact.amount or fact.margin):
        raise AmountWithoutOrder(fact.stage)
    # An order may well leave a loss: its margin alone can be below zero.
    for measure in (fact.amount, fact.minutes, fact.km, fact.fee):
        if measure is not None and measure < 0:
            raise Negative(measure)
    for what, stages in _BELONGS.items():
        if getattr(fact, what) is not None and fact.stage not in stages:
            raise NotOfThatStage(what, stages)
    if fact.stage == "arid" and not fact.reason:
        raise ReasonMissing(fact.stage)
    if fact.stage in _NEEDS_DAY and fact.back_on is None:
        raise DayMissing(fact.stage)
    if fact.back_on is not None and fact.back_on < day:
        raise DayTooEarly(fact.back_on, day)
    if fact.quality is not None and fact.quality not in _QUALITIES:
        raise BadQuality(fact.quality)
    if any(other is not None and other.id == fact.contact.id
           for other in (fact.referrer, fact.referred)):  # fmt: skip
        raise HimselfReferred(fact.contact)


def check_place(fact: Fact, followed: Collection[int]) -> None:
    """Raise where the person is not in the campaign; `followed` are those he is in."""
    if fact.campaign is not None and fact.campaign.id not in followed:
        raise NotInCampaign(fact.contact, fact.campaign.name)
