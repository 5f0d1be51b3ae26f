"""What the commands of the plan share: days, amounts and people as they are typed and told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from outreach.application import Application
from outreach.cli.numbers import BadNumber, read_number
from outreach.errors import Text
from outreach.model.money import to_decimal

#: Typed in place of a value to say that there is none after all.
NOTHING = "-"


def day_of(parts: Application, text: str | None) -> date | None:
    """A day that was typed, past or to come; None where nothing was."""
    if text is None or text == NOTHING:
        return None
    return parts.instant(text).astimezone(parts.settings.zone).date()


def coming_day_of(parts: Application, text: str | None) -> date | None:
    """The same of a day that is to come, as people say it: lundi, +2w; None where nothing was."""
    return None if text is None or text == NOTHING else parts.coming_day(text)


def amount_of(text: str | None, option: str) -> Decimal | None:
    """An amount that was typed. Raises `BadNumber`."""
    found = number_of(text, option)
    return None if found is None else to_decimal(found)


def number_of(text: str | None, option: str) -> Fraction | None:
    """A number that was typed, exact. Raises `BadNumber`."""
    if text is None or text == NOTHING:
        return None
    found = read_number(text)
    if found is None:
        raise BadNumber(option, text, Text("write it like 60000 or 2.5"))
    return found


def member(parts: Application, key: str | None) -> str | None:
    """Who answers for it: a key of the team as it is typed, or anybody's name.

    Raises `NobodyOfTheTeam` for a slip of the pen.
    """
    from outreach.errors import did_you_mean
    from outreach.runner.desk import NobodyOfTheTeam

    if key is None or key == NOTHING or key in parts.settings.team:
        return None if key == NOTHING else key
    near = did_you_mean(key, parts.settings.team)
    if near is not None:
        raise NobodyOfTheTeam(key, near)
    return key


def changed(old: object, typed: object, new: object) -> object:
    """The new value where one was typed; the old one stays where nothing was."""
    return old if typed is None else new


def told(lines: Iterable[Text | None]) -> list[Text]:
    return [line for line in lines if line is not None]
