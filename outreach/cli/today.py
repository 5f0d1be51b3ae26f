"""`today`: what the day asks of the team, and promises ticked off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import pieces, say, show
from outreach.errors import Plural, Text
from outreach.model.campaign import Channel
from outreach.model.delivery import DeliveryState
from outreach.runner.still_meant import not_meant
from outreach.runner.today import Amount, Today, keep, owner_of
from outreach.runner.today import today as day_of
from outreach.runner.wording import follow_up_text
from outreach.store.follow_ups import Latent, Promise, Waiting, Who

#: Lines of each list that are shown to people who state no limit.
SHOWN = 15

#: Stands for a blank at which no line may end.
_GLUE = "\N{WORD JOINER}"

#: The channels of the day in their order, and what each is called in the answer.
_COUNTED = {
    Channel.CALL: "calls",
    Channel.VISIT: "visits",
    Channel.TASK: "tasks",
    Channel.LETTER: "letters",
}


@click.command(cls=Command)
@click.option(
    "--for", "seller", metavar="SELLER", help="Only what is SELLER's, and what is nobody's."
)
@click.option("--done", "done", type=click.IntRange(1), metavar="N", multiple=True,
              help="Tick promise N off (repeat for several).")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=SHOWN, metavar="N",
              help="How many of each list to show; 0 shows all.")  # fmt: skip
@click.pass_obj
def today(parts: Application, seller: str | None, done: tuple[int, ...], limit: int) -> None:
    """Show what today asks of us: calls, visits, letters, promises, people who wait.

    What was promised and slipped stays until it is done: outreach today --done N.
    """
    if done:
        kept = keep(parts.store, done, author=seller, now=parts.now())
        data = {"done": [_promise(parts, one) for one in kept]}
        show(parts, data, lambda: _print_done(parts, kept))
        return
    day = parts.today()
    campaigns = parts.store.campaigns.all()
    ends = parts.day_start(day + timedelta(days=1))
    found = day_of(
        parts.store,
        campaigns,
        day=day,
        begins=parts.day_start(day),
        ends=ends,
        seller=seller,
        team=parts.settings.team,
        not_meant=lambda steps: not_meant(
            parts.store, parts.settings, {one.id: one for one in campaigns}, steps,
            before=ends, now=parts.now(),
        ),
    )  # fmt: skip
    show(parts, {"today": _data(parts, found)}, lambda: _print(parts, found, limit))


# --- as JSON ----------------------------------------------------------------------------------


def _data(parts: Application, found: Today) -> dict[str, Any]:
    return {
        "day": found.day,
        "for": found.seller,
        **{name: found.due(channel).count for channel, name in _COUNTED.items()},
        "late": {name: found.due(channel).late for channel, name in _COUNTED.items()},
        "printed": found.due(Channel.LETTER).printed,
        "people": [
            {"seller": seller}
            | {name: share.get(channel, Amount()).count for channel, name in _COUNTED.items()}
            for seller, share in _in_order(found)
        ],
        "follow_ups": [_promise(parts, one) for one in found.follow_ups],
        "slipped": [_promise(parts, one) for one in found.slipped],
        "latent": [_latent(one) for one in found.latent],
        "inquiries": [_waiting(parts, one) for one in found.inquiries],
        "held": found.stuck[DeliveryState.HELD],
        "unknown": found.stuck[DeliveryState.UNKNOWN],
        "nobodys": found.nobodys,
    }


def _in_order(found: Today) -> list[tuple[str | None, Any]]:
    """Sellers by name, what is nobody's last."""
    return sorted(found.shares.items(), key=lambda share: (share[0] is None, share[0] or ""))


def _person(who: Who) -> dict[str, Any]:
    return {"contact": who.id, "name": who.name, "company": who.company, "number": who.number,
            "email": who.email}  # fmt: skip


def _promise(parts: Application, one: Promise) -> dict[str, Any]:
    follow_up = one.follow_up
    return {
        "n": follow_up.id,
        **_person(one.who),
        "kind": follow_up.kind.value,
        "due_on": follow_up.due_on,
        "owner": one.owner,
        "campaign": one.campaign,
        "note": follow_up.note,
        "forbidden": one.forbidden,
        "done_at": follow_up.done_at and follow_up.done_at.astimezone(parts.settings.zone),
    }


def _latent(one: Latent) -> dict[str, Any]:
    return {"n": one.promise, **_person(one.who), "until": one.until, "reason": one.reason,
            "owner": one.owner}  # fmt: skip


def _waiting(parts: Application, one: Waiting) -> dict[str, Any]:
    at = one.at.astimezone(parts.settings.zone)
    return {
        "n": one.promise,
        **_person(one.who),
        "at": at,
        "days": (parts.today() - at.date()).days,
        "origin": one.origin,
        "subject": one.subject,
        "note": one.note,
        "campaign": one.campaign,
        "owner": one.owner,
    }


# --- as people read it ------------------------------------------------------------------------

_Item = TypeVar("_Item", Promise, Latent, Waiting)


def _print(parts: Application, found: Today, limit: int) -> None:
    say(parts, _headline(parts, found))
    for channel in _COUNTED:
        _print_amount(parts, found, channel)
    for title, promises in (
        (Text("Promised, and slipped"), found.slipped),
        (Text("Promised for today"), found.follow_ups),
    ):
        _print_list(parts, title, promises, limit, lambda one: _promise_lines(parts, found, one))
    _print_list(parts, Text("Latent, and their day has come"), found.latent, limit,
                lambda one: _latent_lines(parts, found, one))  # fmt: skip
    _print_list(parts, Text("Came to us, and wait for an answer"), found.inquiries, limit,
                lambda one: _waiting_lines(parts, found, one))  # fmt: skip
    _print_end(parts, found)


def _headline(parts: Application, found: Today) -> Text:
    member = parts.settings.team.get(found.seller or "")
    if found.seller is None:
        return Text("{day}", day=found.day)
    return Text("{day}, {name}", day=found.day, name=member.name if member else found.seller)


def _print_amount(parts: Application, found: Today, channel: Channel) -> None:
    amount = found.due(channel)
    if not amount.count:
        return
    remarks: list[Text] = []
    if found.seller is None or len(found.shares) > 1:
        remarks += [
            Text("{name}: {count}", name=name or Text("nobody's"), count=share[channel].count)
            for name, share in _in_order(found)
            if channel in share and (name or len(found.shares) > 1)
        ]
    if amount.late:
        remarks.append(Plural("{count} since before today", "{count} since before today",
                              amount.late))  # fmt: skip
    if amount.printed:
        remarks.append(Plural("{count} printed, to be posted", "{count} printed, to be posted",
                              amount.printed))  # fmt: skip
    told = ", ".join(parts.language.say(one) for one in remarks)
    many, what = parts.language.count(amount.count), _NOUNS[channel](amount.count)
    line = f"{many:>7}  {parts.language.say(what)}"
    _wrap(f"{line}  ({told})" if told else line, first="", rest=" " * 9)


_NOUNS: dict[Channel, Callable[[int], Text]] = {
    Channel.CALL: lambda n: Plural("call: outreach calls", "calls: outreach calls", n),
    Channel.VISIT: lambda n: Plural("visit: outreach visits", "visits: outreach visits", n),
    Channel.TASK: lambda n: Plural("task: outreach tasks", "tasks: outreach tasks", n),
    Channel.LETTER: lambda n: Plural("letter: outreach letters", "letters: outreach letters", n),
}


def _print_list(
    parts: Application,
    title: Text,
    items: Sequence[_Item],
    limit: int,
    lines: Callable[[_Item], Iterable[str]],
) -> None:
    if not items:
        return
    say(parts)
    say(parts, Text("{title} ({count})", title=title, count=len(items)))
    for one in items[: limit or None]:
        for line in lines(one):
            click.echo(line)
    if limit and len(items) > limit:
        more = len(items) - limit
        say(parts, Plural("  and {count} more (--limit 0 shows all)",
                          "  and {count} more (--limit 0 shows all)", more))  # fmt: skip


def _promise_lines(parts: Application, found: Today, one: Promise) -> Iterable[str]:
    due_on = one.follow_up.due_on
    since = parts.language.write(due_on) if due_on < found.day else ""
    what = parts.language.say(follow_up_text(one.follow_up.kind.value))
    yield from _lines(parts, found, one, one.follow_up.id, since, what, one.follow_up.note)
    if one.forbidden:
        warning = Text("has asked to be left alone since: do not contact")
        yield f"{'':9}{parts.language.say(warning)}"


def _latent_lines(parts: Application, found: Today, one: Latent) -> Iterable[str]:
    until = parts.language.write(one.until)
    yield from _lines(parts, found, one, one.promise, until, "", one.reason)


def _waiting_lines(parts: Application, found: Today, one: Waiting) -> Iterable[str]:
    at = parts.language.write(one.at.astimezone(parts.settings.zone).date())
    about = ", ".join(filter(None, (one.subject, one.origin, one.note)))
    yield from _lines(parts, found, one, one.promise, at, "", about)


def _lines(
    parts: Application,
    found: Today,
    one: Promise | Latent | Waiting,
    number: int | None,
    since: str,
    what: str,
    note: str | None,
) -> Iterable[str]:
    """Number, day, what and whom, in a line; what was noted below it."""
    from outreach.cleaning.phones import as_dialled

    who, owner = one.who, owner_of(one) if found.seller is None else None
    dialled = as_dialled(who.number, parts.settings.country) if who.number else who.email
    # A number, a name and a day stay on one line, to be read and copied.
    whole = [word.replace(" ", _GLUE) for word in (since, what, who.name, dialled, owner) if word]
    for line in pieces(" · ".join(whole), f"{number if number else '–':>7}  ", " " * 9):
        yield line.replace(_GLUE, " ")
    if note:
        yield from pieces(note, " " * 9, " " * 9)


def _print_end(parts: Application, found: Today) -> None:
    """What else waits, and how a promise is ticked off."""
    total = sum(found.due(channel).count for channel in _COUNTED) + found.promised
    if not total:
        say(parts, Text("Nothing is due today."))
    held, unknown = found.stuck[DeliveryState.HELD], found.stuck[DeliveryState.UNKNOWN]
    notes = [
        Plural("{count} message waits for a value: outreach status",
               "{count} messages wait for a value: outreach status", held) if held else None,
        Plural("Nobody knows whether {count} message arrived: outreach settle",
               "Nobody knows whether {count} messages arrived: outreach settle", unknown)
        if unknown else None,
        Plural("{count} of these is nobody's", "{count} of these are nobody's", found.nobodys)
        if found.nobodys else None,
        Text("Done: outreach today --done N; what came of it: outreach record WHO STAGE")
        if found.promised else None,
    ]  # fmt: skip
    if any(notes):
        say(parts)
    for note in filter(None, notes):
        say(parts, note)


def _print_done(parts: Application, kept: Sequence[Promise]) -> None:
    for one in kept:
        words = {"what": follow_up_text(one.follow_up.kind.value), "name": one.who.name,
                 "number": one.follow_up.id}  # fmt: skip
        if one.follow_up.done_at is None:
            say(parts, Text("done: {number}, {name}, {what}", **words))
        else:
            say(parts, Text("was done before: {number}, {name}, {what}", **words))
    say(parts, Text("Say what came of it: outreach record WHO STAGE"))
    if any(one.follow_up.done_at is None for one in kept):
        say(parts, Text("Take it back with: outreach undo"))


def _wrap(line: str, *, first: str, rest: str) -> None:
    indent = line[: len(line) - len(line.lstrip())]
    for piece in pieces(line.strip(), f"{first}{indent}", rest):
        click.echo(piece)
