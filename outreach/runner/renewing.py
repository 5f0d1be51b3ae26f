"""The next wave of a campaign in one step: its dates moved, its people chosen, its lesson told.

What came of the last wave stands in the new file as comments, and the new file is checked as
it will be: nothing is written that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.errors import Plural, Text, WrongUsage
from outreach.evaluation.money_section import VERDICTS
from outreach.evaluation.verdict import Verdict
from outreach.files.campaign_copies import write_campaign
from outreach.files.campaign_renewal import Moved, NextWave, days_of, renewed
from outreach.files.campaigns import CampaignFile, parse_campaign
from outreach.model.asked import Asked
from outreach.model.stage import NO_TO_IT
from outreach.runner.campaign_copies import free_name, place_for
from outreach.runner.check import check
from outreach.runner.compose import Mailroom
from outreach.runner.findings import Checked
from outreach.runner.reporting import evaluate

if TYPE_CHECKING:
    from outreach.store.campaigns import Launched

_WEEK = 7


class Again(StrEnum):
    """Whom the next wave means of those whom the expression means."""

    #: Those who were not reached yet.
    NEW = "new"
    #: Those who were reached and did not answer.
    SILENT = "silent"
    #: Everybody, whoever was reached too.
    ALL = "all"


class InThePast(WrongUsage):
    def __init__(self, start: date) -> None:
        super().__init__(
            Text("{day} is over: the next wave begins later", day=start),
            hint=Text("leave --start out, and it begins on the same day of the week"),
        )


class NobodyReached(WrongUsage):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("{name} was never launched: nobody was reached by it", name=name),
            hint=Text("leave --people out: everybody is meant"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What the user says of the next wave; None: what is usual."""

    name: str | None = None
    start: date | None = None
    again: Again | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The file of a next wave, and everything one would like to know of it."""

    name: str
    path: Path
    #: The campaign it renews, and its file.
    before: str
    source: Path
    start: date | None
    moved: tuple[Moved, ...]
    again: Again
    #: What came of the last wave; None: it was never launched.
    verdict: Verdict | None
    reasons: tuple[Text, ...]
    #: Costs that are in it again though they may be paid once.
    fixed_costs: tuple[str, ...]
    checked: Checked


def renew(
    file: CampaignFile,
    wished: Wished,
    mailroom: Mailroom,
    *,
    now: datetime,
    say: Callable[[Text], str] = str,
) -> Renewed:
    """Write the next wave of a campaign; with its launch the store knows what it renews.

    `say` puts what was learned into the reader's language. Raises `InThePast`, `NameInUse`,
    `NotAName`, and what writing a file may.
    """
    store, settings, before = mailroom.store, mailroom.settings, file.campaign.name
    today = now.astimezone(settings.zone).date()
    if wished.start is not None and wished.start < today:
        raise InThePast(wished.start)
    name = wished.name or free_name(before, store, settings)
    path = place_for(name, store, settings)
    launched = store.campaigns.look_up(before, hidden_too=True)
    verdict, reasons = _judged(mailroom, launched, now)
    wave = NextWave(
        name=name,
        before=before,
        moved=_moved(file, launched, mailroom, today, wished.start),
        start=wished.start,
        learned=_learned(before, verdict, reasons, today, say),
    )
    again, text, moved, checked = _chosen(file, wave, wished.again, launched, mailroom, now, path)
    write_campaign(path, text)
    return Renewed(
        name=name,
        path=path,
        before=before,
        source=file.path,
        start=parse_campaign(text, path).campaign.start,
        moved=moved,
        again=again,
        verdict=verdict,
        reasons=reasons,
        fixed_costs=tuple(file.campaign.fixed_costs),
        checked=checked,
    )


# --- what was learned -------------------------------------------------------------------------


def _judged(
    mailroom: Mailroom, launched: Launched | None, now: datetime
) -> tuple[Verdict | None, tuple[Text, ...]]:
    if launched is None:
        return None, ()
    told = evaluate(mailroom.store, launched, mailroom.settings, now=now, asked=Asked())
    return told.verdict, told.reasons


def _learned(
    before: str,
    verdict: Verdict | None,
    reasons: tuple[Text, ...],
    today: date,
    say: Callable[[Text], str],
) -> tuple[str, ...]:
    if verdict is None:
        return ()
    head = Text(
        "What came of {name} until {day}: {verdict}.",
        name=before,
        day=today,
        verdict=VERDICTS[verdict],
    )
    return (say(head), *(f"- {say(reason)}" for reason in reasons))


# --- when ---------------------------------------------------------------------------------------


def _moved(
    file: CampaignFile,
    launched: Launched | None,
    mailroom: Mailroom,
    today: date,
    start: date | None,
) -> timedelta:
    """How far every day is moved: to `start`, else by whole weeks behind the last wave and today.

    Whole weeks keep the day of the week. The last wave is over on the last day on which one of
    its steps may be done; where none is stated, nothing but today is waited for.
    """
    campaign = file.campaign
    began = campaign.start
    if began is None and launched is not None:
        began = launched.launched_at.astimezone(mailroom.settings.zone).date()
    if began is None:
        days = [one.before for one in days_of(file.text, file.path)]
        began = min(days, default=today)
    if start is not None:
        return start - began
    last = max(filter(None, (campaign.not_after, today)))
    weeks = max(1, -(-((last - began).days + 1) // _WEEK))
    return timedelta(weeks=weeks)


# --- whom ---------------------------------------------------------------------------------------


def _chosen(
    file: CampaignFile,
    wave: NextWave,
    again: Again | None,
    launched: Launched | None,
    mailroom: Mailroom,
    now: datetime,
    path: Path,
) -> tuple[Again, str, tuple[Moved, ...], Checked]:
    """As it was wished, else those not reached yet; where none is left, everybody.

    Raises `NobodyReached` where some of the people of a wave are meant that never was.
    """
    if launched is None and again not in (None, Again.ALL):
        raise NobodyReached(file.campaign.name)
    wanted = again or (Again.NEW if launched else Again.ALL)
    made = _made(file, wave, wanted, launched, mailroom, now, path)
    chosen = made[3].chosen
    if again is None and wanted is Again.NEW and chosen is not None and not chosen.count.matched:
        everybody = _made(file, wave, Again.ALL, launched, mailroom, now, path)
        if everybody[3].chosen is not None and everybody[3].chosen.count.matched:
            return everybody
    return made


def _made(
    file: CampaignFile,
    wave: NextWave,
    again: Again,
    launched: Launched | None,
    mailroom: Mailroom,
    now: datetime,
    path: Path,
) -> tuple[Again, str, tuple[Moved, ...], Checked]:
    also = _also(file, again) if launched is not None else None
    text, moved = renewed(file.text, file.path, replace(wave, also=also))
    return again, text, moved, check(parse_campaign(text, path), mailroom, now=now)


def _also(file: CampaignFile, again: Again) -> str | None:
    """What is asked of people beside the expression of last time."""
    campaign = file.campaign
    got = f'received("{campaign.name}")'
    match again:
        case Again.ALL:
            return None
        case Again.NEW:
            return None if f"not {got}" in campaign.audience.where else f"not {got}"
        case Again.SILENT:
            # Who said no has answered.
            said = dict.fromkeys((*campaign.chain[1:], *NO_TO_IT))
            answers = [f'not reached("{one}", "{campaign.name}")' for one in said]
            return " and ".join([got, *answers])


def told(made: Renewed) -> list[Text]:
    """What the command says of it, a sentence each."""
    lines = [Text("written  {path}", path=str(made.path))]
    if made.verdict is not None:
        lines.append(
            Text(
                "{name}: {verdict}; the reasons stand in the new file",
                name=made.before,
                verdict=VERDICTS[made.verdict],
            )
        )
    if made.start is not None:
        lines.append(Text("it begins on {day}, every other day moved with it", day=made.start))
    elif made.moved:
        lines.append(Plural("{count} day is moved", "{count} days are moved", len(made.moved)))
    if made.verdict is not None:
        lines.append(_WHOM[made.again](made.before))
    if made.fixed_costs:
        lines.append(
            Text(
                "fixed costs are in it again, strike out what is paid once: {names}",
                names=", ".join(made.fixed_costs),
            )
        )
    chosen = made.checked.chosen
    if chosen is not None:
        count = chosen.count.enrolled
        lines.append(Plural("as it is now: {count} person", "as it is now: {count} people", count))
    return lines


_WHOM: dict[Again, Callable[[str], Text]] = {
    Again.NEW: lambda name: Text(
        "who was reached by {name} is left out (--people silent, --people all)", name=name
    ),
    Again.SILENT: lambda name: Text(
        "it means those whom {name} reached and who did not answer", name=name
    ),
    Again.ALL: lambda name: Text(
        "who was reached by {name} is in it again (--people new, --people silent)", name=name
    ),
}
