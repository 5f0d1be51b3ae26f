"""How the morning's lists are shown: the calls or visits of a day, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from outreach.application import Application
from outreach.cleaning.phones import as_dialled
from outreach.cli.campaigns import mailroom
from outreach.cli.output import say, wrap
from outreach.errors import Plural, Text
from outreach.model.campaign import CampaignState, Channel
from outreach.model.message import Guide, Objection
from outreach.rendering.guide import SECTIONS
from outreach.rendering.guide_shape import KINDS, OBJECTIVES
from outreach.runner.calls import Call, DayList
from outreach.runner.wording import ruling_text

if TYPE_CHECKING:
    from outreach.runner.call_rules import Legal

#: What names a person's place in a line.
_ABOUT = ("job_title", "company", "city")
#: Where a visit goes.
_ADDRESS = (("street",), ("street2",), ("postal_code", "city"))


def day_list(parts: Application, campaign: str | None) -> DayList:
    """The lists of one campaign, or of all that run."""
    if campaign:
        chosen = [parts.launched(campaign)]
    else:
        found = parts.store.campaigns.all()
        chosen = [one for one in found if one.state is CampaignState.RUNNING]
    return DayList(parts.store, mailroom(parts, chosen), chosen, beside=campaign is None)


def seller_known(parts: Application, seller: str | None) -> str | None:
    """A key of the team, as it is typed. Raises `NobodyOfTheTeam`."""
    from outreach.runner.today import NobodyOfTheTeam

    team = parts.settings.team
    if seller is not None and team and seller not in team:
        raise NobodyOfTheTeam(seller, team)
    return seller


def day_asked(parts: Application, text: str | None) -> date | None:
    """The day that was typed: `tomorrow`, `thu`, `+3`, a date. Raises `BadDay`, `PastDay`."""
    from outreach.runner.said_days import read_day

    if text is None:
        return None
    return read_day(text, today=parts.today(), locale=parts.settings.locale).day


# --- as JSON ----------------------------------------------------------------------------------


def as_row(parts: Application, call: Call) -> dict[str, Any]:
    """One call of a list, for `--json`."""
    speak = parts.language.say
    return {
        "contact": call.contact.id,
        "name": call.contact.name,
        "company": call.contact.text("company"),
        "channel": call.channel.value,
        "campaign": call.campaign,
        "step": call.step,
        "number": call.number,
        "other_number": call.other_number,
        "address": address(call),
        "by": call.by,
        "due": call.due_at.astimezone(parts.settings.zone),
        "attempts": call.attempts,
        "most_attempts": call.most,
        "held": call.held,
        "legal": _legal_row(parts, call.legal) if call.legal else None,
        "history": [speak(line) for line in call.history],
        "note": call.note,
        "guide": _guide_row(call.guide) if call.guide else None,
        "objective": call.guide.objective if call.guide else None,
        "problem": speak(call.problem) if call.problem else None,
        "ref": call.delivery.id if call.delivery else None,
    }


def _legal_row(parts: Application, said: Legal) -> dict[str, Any]:
    return {
        "allowed": said.allowed,
        "reason": parts.language.say(said.reason) if said.reason else None,
        "rule": said.ruling.id if said.ruling else None,
        "rule_since": said.ruling.since if said.ruling else None,
        "source": parts.language.say(said.ruling.source) if said.ruling else None,
        "from": said.since.astimezone(parts.settings.zone) if said.since else None,
    }


def _guide_row(guide: Guide) -> list[dict[str, Any]]:
    return [{"title": title, "lines": list(lines)} for title, lines in guide.blocks]


def address(call: Call) -> str | None:
    """Where a person is visited, in a line."""
    lines = (
        " ".join(filter(None, (call.contact.text(name) for name in names))) for names in _ADDRESS
    )
    return ", ".join(filter(None, lines)) or None


# --- as people read it ------------------------------------------------------------------------


def print_list(parts: Application, found: list[Call], *, guides: bool) -> None:
    """Every call of a list, one under the other."""
    for call in found:
        print_head(parts, call)
        if call.guide and guides:
            say(parts, f"   {call.guide.title}")
            print_sections(parts, call.guide, [name for name, _ in call.guide.blocks])
        say(parts)


def print_head(parts: Application, call: Call, *, place: str = "") -> None:
    """Whom, which number, why now, how often, what happened before."""
    where = f" · {call.campaign}/{call.step}" if call.campaign and call.step else ""
    target = f" · {_target(parts, call)}" if call.channel is not Channel.TASK else ""
    wrap(f"{call.contact.name}{target}{where}", first=f"── {place}", rest="   ")
    about = " · ".join(filter(None, (call.contact.text(name) for name in _ABOUT)))
    if about and about != call.contact.name:
        wrap(about, first="   ", rest="   ")
    for line in _circumstances(parts, call):
        wrap(parts.language.say(line), first="   ", rest="     ")
    for past in call.history:
        wrap(parts.language.say(past), first="   ", rest="     ")
    if call.problem:
        wrap(
            parts.language.say(Text("the guide: {problem}", problem=call.problem)),
            first="   ", rest="     ",
        )  # fmt: skip


def _target(parts: Application, call: Call) -> str:
    """What is dialled, or where one goes."""
    if call.channel is Channel.CALL:
        return _dialled(parts, call.number)
    return address(call) or "–"


def _circumstances(parts: Application, call: Call) -> list[Text]:
    lines: list[Text] = []
    member = parts.settings.team.get(call.by or "")
    if call.by:
        lines.append(Text("for {name}", name=member.name if member else call.by))
    if call.other_number and call.channel is Channel.CALL:
        lines.append(Text("or {number}", number=_dialled(parts, call.other_number)))
    elif call.number and call.channel is not Channel.CALL:
        lines.append(Text("phone {number}", number=_dialled(parts, call.number)))
    due = call.due_at.astimezone(parts.settings.zone).date()
    if due != parts.today():
        lines.append(Text("due since {day}", day=due) if due < parts.today()
                     else Text("due on {day}", day=due))  # fmt: skip
    if call.promise:
        lines.append(Text("promised: call back{note}", note=f" – {call.note}" if call.note else ""))
    if call.attempts and call.most:
        lines.append(Text("try {n} of {most}", n=call.attempts + 1, most=call.most))
    if call.held:
        lines.append(Text("somebody has it before them now"))
    if call.legal and not call.legal.allowed:
        lines.append(_legal_line(parts, call.legal))
    return lines


def _legal_line(parts: Application, said: Legal) -> Text:
    reason = ruling_text(said.ruling) if said.ruling else said.reason
    if said.since is None:
        return Text("not to be called: {reason}", reason=reason)
    return Text(
        "not to be called now: {reason}; from {when} on",
        reason=reason,
        when=said.since.astimezone(parts.settings.zone),
    )


def _dialled(parts: Application, number: str | None) -> str:
    return as_dialled(number, parts.settings.country) if number else "–"


def print_sections(parts: Application, guide: Guide, names: list[str]) -> None:
    """Some sections of a guide, in the order of the call."""
    for name, lines in guide.blocks:
        if name not in names:
            continue
        title = parts.language.say(SECTIONS[name])
        if name == "objective" and guide.objective:
            title = f"{title} ({parts.language.say(OBJECTIVES[guide.objective])})"
        say(parts, f"   {title}")
        for line in lines:
            wrap(line, first="     • ", rest="       ")


def print_heard(parts: Application, guide: Guide) -> None:
    """What may be objected, by number."""
    if not guide.objections:
        return
    say(parts, f"   {parts.language.say(SECTIONS['objections'])}")
    for number, one in enumerate(guide.objections, start=1):
        wrap(f"« {one.heard} »", first=f"     o{number} ", rest="        ")


def print_objection(parts: Application, one: Objection) -> None:
    """One objection, and what is prepared for it."""
    kind = f" ({parts.language.say(KINDS[one.kind])})" if one.kind else ""
    wrap(f"« {one.heard} »{kind}", first="   ", rest="   ")
    for line in one.treatment:
        wrap(line, first="     → ", rest="       ")


#: The last line of a list: nothing is due now, nothing falls on the day asked for, so many are.
_LAST_LINE: Mapping[Channel, tuple[Text, Text, Callable[[int], Text]]] = {
    Channel.CALL: (
        Text("No call is due now."),
        Text("No call falls on that day."),
        lambda count: Plural(
            "{count} call: outreach calls next, or outreach record WHO OUTCOME",
            "{count} calls: outreach calls next, or outreach record WHO OUTCOME",
            count,
        ),
    ),
    Channel.VISIT: (
        Text("No visit is due now."),
        Text("No visit falls on that day."),
        lambda count: Plural(
            "{count} visit: outreach visits next, or outreach record WHO OUTCOME",
            "{count} visits: outreach visits next, or outreach record WHO OUTCOME",
            count,
        ),
    ),
    Channel.TASK: (
        Text("No task is due now."),
        Text("No task falls on that day."),
        lambda count: Plural(
            "{count} task; once it is done: outreach tasks done WHO",
            "{count} tasks; once one is done: outreach tasks done WHO",
            count,
        ),
    ),
}


#: The same of a list that shows the first of them only.
_FIRST_OF: Mapping[Channel, Callable[[int, int], Text]] = {
    Channel.CALL: lambda shown, total: Text(
        "{shown} of {count} calls: outreach calls next, or outreach record WHO OUTCOME",
        shown=shown,
        count=total,
    ),
    Channel.VISIT: lambda shown, total: Text(
        "{shown} of {count} visits: outreach visits next, or outreach record WHO OUTCOME",
        shown=shown,
        count=total,
    ),
    Channel.TASK: lambda shown, total: Text(
        "{shown} of {count} tasks; once one is done: outreach tasks done WHO",
        shown=shown,
        count=total,
    ),
}


def how_many(channel: Channel, count: int, day: date | None, *, total: int) -> Text:
    """The last line of a list of calls, visits or tasks: `count` of them are shown."""
    due_none, none_that_day, so_many = _LAST_LINE[channel]
    if 0 < count < total:
        return _FIRST_OF[channel](count, total)
    if count:
        return so_many(count)
    return due_none if day is None else none_that_day
