"""What is typed of a fact, in an option or in a cell, as the fact it tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from outreach.errors import DefinitionError, OutreachError, Text, did_you_mean
from outreach.language import Language
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.settings import Settings
from outreach.model.text import fold
from outreach.runner.facts import Fact, as_known
from outreach.runner.naming import BadText, is_text
from outreach.runner.reply_codes import read_code
from outreach.runner.said_days import BadDay, SaidDay, read_any_day
from outreach.runner.wording import stage_text
from outreach.store.campaigns import Launched
from outreach.store.store import Store

#: What is promised for a day where a day is said with them; else a promise names itself.
_PROMISED_BY = ("replied", "appointment", "quote")
#: Digits before the point: in minor units both databases, and JSON readers, count them exactly.
_MOST_DIGITS = 12
#: Thousands apart by blanks, at most two decimals: three could be thousands.
_AMOUNT = re.compile(
    r"(?:€ ?|EUR )?(?P<sign>-?)(?P<whole>\d{1,3}(?:[ ']\d{3})+|\d+)(?:[.,](?P<fraction>\d{1,2}))?"
    r"(?: ?€| ?EUR)?"
)


class BadAmount(DefinitionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text!r} is no amount", text=text), hint=Text("write it like 1234.50 or 1 234,50")
        )


class TooMuch(DefinitionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text} is more than can be recorded", text=text[:40]),
            hint=Text("at most twelve digits before the point"),
        )


class BadChannel(DefinitionError):
    def __init__(self, text: str) -> None:
        known = [channel.value for channel in Channel]
        super().__init__(
            Text("{text!r} is no channel", text=text),
            hint=did_you_mean(text, known) or Text("known: {words}", words=", ".join(known)),
        )


class NobodyOfTheTeam(DefinitionError):
    def __init__(self, text: str, near: Text) -> None:
        super().__init__(Text("{text!r} is nobody of the team", text=text), hint=near)


class BadItems(DefinitionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text!r} is no number of articles", text=text[:40]),
            hint=Text("a whole number, from 1 on"),
        )


class BadQualityText(DefinitionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            Text("{text!r} is no quality", text=text), hint=Text("from 1 (bad) to 5 (good)")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What turns the words of a row into a fact: the parts the door gives."""

    store: Store
    settings: Settings
    now: datetime
    person: Callable[[str], Contact]
    campaign: Callable[[str], Launched]
    instant: Callable[[str], datetime]

    def fact(self, row: Mapping[str, str], people: Mapping[str, Contact] | None = None) -> Fact:
        """The fact a row tells, credited where it says. Raises what is wrong with it.

        `people` are those who were looked up beforehand, by what they are called in the row.
        """
        found = people or {}
        for name, cell in row.items():
            if not is_text(cell or ""):
                raise BadText(name)

        def person(who: str) -> Contact:
            return found.get(who) or self.person(who)

        named, referrer = row.get("campaign"), row.get("referrer")
        contact = person(row["contact"])
        at = self.instant(row["on"]) if row.get("on") else self.now
        said = self._day(row.get("back_on"), at)
        fact = Fact(
            contact=contact,
            written_to=self._written_to(row["contact"], contact),
            stage=row["stage"].strip().lower(),
            at=at,
            campaign=self.campaign(named) if named else self._answered(row["contact"]),
            amount=read_amount(row.get("amount")),
            margin=read_amount(row.get("margin")),
            items=read_items(row.get("items")),
            author=self.author(row.get("by")),
            note=row.get("note") or None,
            channel=_channel(row.get("channel")),
            minutes=read_amount(row.get("minutes")),
            km=read_amount(row.get("km")),
            reason=row.get("reason") or None,
            back_on=said.day if said else None,
            origin=row.get("origin") or None,
            referrer=person(referrer) if referrer else None,
            quality=_quality(row.get("quality")),
        )
        return replace(fact, promised=self._promised(fact, said)) if said else fact

    def _promised(self, fact: Fact, said: SaidDay) -> str | None:
        """What a day was agreed on for, where no note says it, and its hour."""
        stage = as_known(fact).stage
        bare = stage in _PROMISED_BY and not (fact.note or fact.reason)
        what = Language(self.settings.locale).say(stage_text(stage)) if bare else None
        hour = f"{said.clock:%H:%M}" if said.clock else None
        return " – ".join(filter(None, (what, hour))) or None

    def author(self, text: str | None) -> str | None:
        """Who did it, by the key of the team. Raises `NobodyOfTheTeam` for a slip of the pen.

        Anybody may have done it, also who is not of the team: a trainee, a seller of old.
        """
        if not text or not text.strip():
            return None
        named = " ".join(text.split())
        called = {fold(key): key for key in self.settings.team}
        called |= {fold(one.name): key for key, one in self.settings.team.items() if one.name}
        if (key := called.get(fold(named))) is not None:
            return key
        near = did_you_mean(named, self.settings.team)
        if near is not None:
            raise NobodyOfTheTeam(named, near)
        return named

    def _answered(self, who: str) -> Launched | None:
        """The campaign that the code of an answer coupon names."""
        said = read_code(who, self.store.database.fingerprint)
        if said is None:
            return None
        return next((one for one in self.store.campaigns.all() if one.id == said.campaign), None)

    def _written_to(self, who: str, contact: Contact) -> Contact | None:
        """Whom the letter was written to that bears the code, where he has another record now."""
        said = read_code(who, self.store.database.fingerprint)
        if said is None or said.contact == contact.id:
            return None
        return self.store.contacts.get(said.contact)

    def _day(self, text: str | None, at: datetime) -> SaidDay | None:
        """The day that was agreed on; `tomorrow`, `thu` count from the day it was said."""
        if not text:
            return None
        told = at.astimezone(self.settings.zone).date()
        try:
            return read_any_day(text, today=told, locale=self.settings.locale)
        except BadDay:
            return SaidDay(self.instant(text).astimezone(self.settings.zone).date())


def _channel(text: str | None) -> Channel | None:
    if not text:
        return None
    try:
        return Channel(text.strip().lower())
    except ValueError:
        raise BadChannel(text) from None


def _quality(text: str | None) -> int | None:
    if not text:
        return None
    if not text.strip().isdecimal():
        raise BadQualityText(text)
    return int(text)


def read_items(text: str | None) -> int | None:
    """How many articles: a whole number above 0; None for an empty cell. Raises `BadItems`."""
    if not text or not text.strip():
        return None
    number = read_amount(text)
    if number is None or number != int(number) or number < 1:
        raise BadItems(text)
    return int(number)


def read_amount(text: str | None) -> Decimal | None:
    """`1 234,50 €` or `1234.50`; None for an empty cell. Raises `BadAmount`, `TooMuch`.

    `1,234` may be twelve hundred or one and a quarter: it is refused, never guessed.
    """
    if text is None or not text.strip():
        return None
    found = _AMOUNT.fullmatch(" ".join(text.split()))
    if found is None:
        raise BadAmount(text)
    whole, fraction = found["whole"].replace(" ", "").replace("'", ""), found["fraction"] or "0"
    if len(whole.lstrip("0")) > _MOST_DIGITS:
        raise TooMuch(text)
    return Decimal(f"{found['sign']}{whole}.{fraction}")


# --- what is asked often ----------------------------------------------------------------------

_Answer = TypeVar("_Answer")


def remembered(ask: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """The same question is asked once, also where the answer is an error."""
    known: dict[str, _Answer] = {}
    wrong: dict[str, OutreachError] = {}

    def asked(text: str) -> _Answer:
        if text in wrong:
            raise wrong[text]
        if text not in known:
            try:
                known[text] = ask(text)
            except OutreachError as error:
                wrong[text] = error
                raise
        return known[text]

    return asked
