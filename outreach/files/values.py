"""Single values as people type them → values of ours: dates, shares, money, hours, days, waits.

Pure. Each reader takes the text of one scalar and returns the value or raises
`Unreadable`; the place in the file is added by `shapes`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from outreach.errors import Text, did_you_mean
from outreach.model.campaign import After, Unit
from outreach.segmentation.dates import YEARS

#: A wait or a warm-up longer than ten years is a slip of the keyboard.
MAX_COUNT = 3650

_NAME = re.compile(r"\w[\w.-]*( [\w.-]+)*")
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
#: Controls, ends of lines of Unicode's, and what turns the direction of a text around.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CLOCK = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)?")

_DAYS: dict[str, int] = {
    name: number
    for names in ("mon tue wed thu fri sat sun", "lun mar mer jeu ven sam dim")
    for number, name in enumerate(names.split())
}
_DAYS |= {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
    )
    for number, name in enumerate(names.split())
}

_UNITS: dict[str, Unit] = {
    "h": Unit.HOURS, "hour": Unit.HOURS, "hours": Unit.HOURS,
    "heure": Unit.HOURS, "heures": Unit.HOURS,
    "d": Unit.DAYS, "day": Unit.DAYS, "days": Unit.DAYS,
    "j": Unit.DAYS, "jour": Unit.DAYS, "jours": Unit.DAYS,
    "working day": Unit.WORKING_DAYS, "working days": Unit.WORKING_DAYS,
    "jour ouvre": Unit.WORKING_DAYS, "jours ouvres": Unit.WORKING_DAYS,
    "w": Unit.WEEKS, "week": Unit.WEEKS, "weeks": Unit.WEEKS,
    "semaine": Unit.WEEKS, "semaines": Unit.WEEKS,
}  # fmt: skip


class Unreadable(ValueError):
    """A text that is not the value it should be."""

    def __init__(self, what: Text, hint: Text | None = None) -> None:
        super().__init__(str(what))
        self.what = what
        self.hint = hint


def read_text(text: str) -> str:
    """Any text that is not empty, without the blanks around it."""
    if not text.strip():
        raise Unreadable(Text("nothing is written here"), Text("write a value or remove the line"))
    return text.strip()


def read_line(text: str) -> str:
    """What stands in a header: text on one line, without signs that nobody sees."""
    text = read_text(text)
    if "\n" in text or "\r" in text:
        raise Unreadable(
            Text("this stands on one line"), Text("behind the colon write `>-` instead of `|`")
        )
    if hidden := _HIDDEN.search(text):
        raise Unreadable(
            Text("here is a sign that cannot be seen: {sign}", sign=f"U+{ord(hidden[0]):04X}"),
            Text("type the line anew"),
        )
    return text


def read_senders(text: str) -> tuple[str, ...]:
    """One sender, or several: `marie, paul`."""
    names = tuple(read_name(part) for part in text.split(","))
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise Unreadable(Text("the sender {name!r} stands twice", name=twice))
    return names


def read_fields(text: str) -> tuple[str, ...]:
    """Names of fields, one or several: `city, kind`."""
    names = tuple(read_text(part) for part in text.split(","))
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise Unreadable(Text("the field {name!r} stands twice", name=twice))
    return names


def read_name(text: str) -> str:
    """A name of a campaign, step or sender: fit for file names and the command line."""
    text = unicodedata.normalize("NFC", read_text(text))
    if not _NAME.fullmatch(text) or len(text) > 80:
        raise Unreadable(
            Text("{text!r} cannot be a name", text=text),
            Text("use letters, digits, '-', '_' and '.', at most 80"),
        )
    return text


def read_word(text: str) -> str:
    """A stage or fact: one word, as expressions write it."""
    text = unicodedata.normalize("NFC", read_text(text))
    if not _WORD.fullmatch(text):
        raise Unreadable(
            Text("{text!r} is not one word", text=text),
            Text("use letters, digits and '_', as in `first_order`"),
        )
    return text


def read_whole(text: str, *, least: int = 0) -> int:
    """A whole number: `500`, also `5 000` and `5_000`."""
    digits = re.sub(r"(?<=\d)[\s_](?=\d{3})", "", read_text(text))
    if not re.fullmatch(r"[+-]?\d{1,12}", digits):
        raise Unreadable(Text("{text!r} is not a whole number", text=text))
    if int(digits) < least:
        raise Unreadable(Text("{text} is too small: at least {least}", text=text, least=least))
    return int(digits)


def read_number(text: str) -> Decimal:
    """A number that is not negative, with a point or a comma: `1.20`, `1,20`, `60 000`."""
    digits = re.sub(r"(?<=\d)[\s_](?=\d{3})", "", read_text(text)).replace(",", ".")
    if not _NUMBER.fullmatch(digits) or len(digits) > 20:
        raise Unreadable(
            Text("{text!r} is not a number", text=text), Text("write it like 1250 or 1250.50")
        )
    if Decimal(digits) < 0:
        raise Unreadable(Text("{text} is negative", text=text))
    return Decimal(digits)


def read_money(text: str) -> Decimal:
    """An amount in units of the currency, not negative: `800`, `1.20`."""
    try:
        return read_number(text)
    except Unreadable as error:
        if re.search(r"\d", text) and re.search(r"[€$£]|[A-Za-z]{3}", text):
            hint = Text("write the number alone: the currency is that of outreach.yaml")
            raise Unreadable(error.what, hint) from None
        raise


def read_rate(text: str) -> Fraction:
    """A share as `10%` or `0.1`, exact, not negative."""
    text = read_text(text)
    share = text.endswith("%")
    digits = text.removesuffix("%").strip().replace(",", ".")
    if not _NUMBER.fullmatch(digits) or digits.startswith("-"):
        raise Unreadable(
            Text("{text!r} is not a share", text=text), Text("write it like 10% or 0.1")
        )
    return Fraction(digits) / (100 if share else 1)


def read_share(text: str) -> Fraction:
    """A part of a whole that leaves something: 0 ≤ share < 1."""
    share = read_rate(text)
    if share >= 1:
        hint = Text("10 of a hundred is 10% or 0.1")
        raise Unreadable(Text("{text} is not less than the whole", text=text.strip()), hint)
    return share


def read_date(text: str) -> date:
    """A day: `2027-03-01`."""
    parts = _DATE.fullmatch(read_text(text))
    if not parts:
        raise Unreadable(
            Text("{text!r} is not a date", text=text), Text("write it like 2027-03-01")
        )
    year, month, day = (int(part) for part in parts.groups())
    try:
        if year in YEARS:
            return date(year, month, day)
    except ValueError:
        pass
    raise Unreadable(Text("there is no day {text}", text=text))


def read_flag(text: str) -> bool:
    """`true` or `false`, also `yes`, `no`, `on`, `off`, `oui`, `non`."""
    match read_text(text).lower():
        case "true" | "yes" | "on" | "oui":
            return True
        case "false" | "no" | "off" | "non":
            return False
    raise Unreadable(Text("{text!r} is neither true nor false", text=text))


def read_days(text: str) -> tuple[int, ...]:
    """Days of the week, 0 = Monday: `mon-fri`, `mon,wed,fri`, `lun-ven`; sorted."""
    days: set[int] = set()
    for part in read_text(text).split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        start, end = _day(first), _day(last) if dash else _day(first)
        days |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
    return tuple(sorted(days))


def _day(text: str) -> int:
    day = _DAYS.get(text.lower())
    if day is None:
        hint = did_you_mean(text.lower(), _DAYS) or Text("write days like mon-fri or mon,wed,fri")
        raise Unreadable(Text("{text!r} is not a day of the week", text=text), hint)
    return day


def read_hours(text: str) -> tuple[tuple[time, time], ...]:
    """Hours of a day: `09:00-12:00, 14:00-18:00`; in order, and none over another.

    Midnight as an end (`24:00` or `00:00`) is the end of that day.
    """
    spans: list[tuple[time, time]] = []
    for part in read_text(text).split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not dash:
            hint = Text("write hours like 09:00-12:00, 14:00-18:00")
            raise Unreadable(Text("{text!r} has no end", text=part.strip()), hint)
        opens, closes = _clock(first), _clock("00:00" if last == "24:00" else last)
        if closes != time(0) and closes <= opens:
            raise Unreadable(
                Text("{text!r} ends before it begins", text=part.strip()),
                Text("hours over midnight are two windows: 22:00-24:00, 00:00-06:00"),
            )
        spans.append((opens, closes))
    spans.sort()
    for (_, closes), (opens, _) in pairwise(spans):
        if closes == time(0) or opens < closes:
            raise Unreadable(Text("the hours {text!r} overlap", text=text))
    return tuple(spans)


def _clock(text: str) -> time:
    parts = _CLOCK.fullmatch(text)
    try:
        if parts:
            return time(int(parts[1]), int(parts[2] or 0))
    except ValueError:
        pass
    raise Unreadable(Text("{text!r} is not a time of day", text=text), Text("write it like 09:00"))


def read_after(text: str) -> After:
    """What a step waits for: `letter`, `letter + 5 days`, `letter + 5 working days`."""
    step, plus, wait = (piece.strip() for piece in read_text(text).partition("+"))
    name = read_name(step)
    return (
        After(name, *_wait(wait, Text("write it like letter + 5 working days")))
        if plus
        else After(name)
    )


def read_every(text: str) -> tuple[int, Unit]:
    """How far apart two waves are: `1 week`, `3 working days`; not nothing."""
    count, unit = _wait(read_text(text), Text("write it like 1 week or 3 working days"))
    if count == 0:
        raise Unreadable(Text("{text!r} is no time at all", text=text.strip()))
    return count, unit


def read_cron(text: str) -> str:
    """When a campaign is repeated, as cron writes it: `0 9 * * mon`."""
    from outreach.scheduling.repeats import NoCron, check_cron

    cron = " ".join(read_text(text).split())
    try:
        check_cron(cron)
    except NoCron:
        raise Unreadable(
            Text("{text!r} is no cron expression that ever fires", text=cron),
            Text(
                "minute, hour, day of the month, month, day of the week: 0 9 * * mon is every"
                " Monday at 9:00"
            ),
        ) from None
    return cron


def _wait(wait: str, hint: Text) -> tuple[int, Unit]:
    """A number of hours, days, working days or weeks."""
    parts = re.fullmatch(r"(\d+)\s*(.+)", wait)
    if not parts:
        raise Unreadable(Text("{wait!r} is not a time to wait", wait=wait), hint)
    if int(parts[1][:9]) > MAX_COUNT:
        raise Unreadable(Text("{wait!r} is more than can be waited", wait=wait))
    return int(parts[1]), _unit(parts[2])


def _unit(text: str) -> Unit:
    folded = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    unit = _UNITS.get(" ".join(folded.split()))
    if unit is None:
        known = ("hours", "days", "working days", "weeks")
        hint = did_you_mean(folded, known) or Text("use hours, days, working days or weeks")
        raise Unreadable(Text("{text!r} is not a unit of time", text=text), hint)
    return unit
