"""`preview --season`: all runs of a campaign played to its end, and what they came to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from outreach.application import Application
from outreach.cli.output import leave, notice, say, show
from outreach.cli.preview_calendar import print_cost, print_days, print_outlook
from outreach.cli.preview_foreseen import cost_data, day_rows, expected_data
from outreach.cli.telling import as_json
from outreach.errors import ExitCode, Plural, Text
from outreach.model.delivery import DeliveryState
from outreach.model.settings import Security, Sender, Server, Settings
from outreach.runner.ahead import waiting_for_people
from outreach.runner.played import Played
from outreach.runner.playing import Stage, play
from outreach.runner.season import expected, price
from outreach.scheduling.foreseen import Ahead

if TYPE_CHECKING:
    from outreach.files.campaigns import CampaignFile


def show_season(
    parts: Application, file: CampaignFile, *, step: str | None, out: Path | None
) -> None:
    """Play it under the lock, with the mail server of the demo, and show what came of it."""
    with _folder(out) as folder, parts.sink(folder) as sink, parts.alone():
        if not parts.options.json:
            notice(parts, Text("Playing every run to the end; nothing leaves this machine."))
        stage = Stage(
            settings=_pointed_at(parts.settings, sink.port),
            secret=parts.secret,
            transport=parts.transport,
            progress=lambda progress: None,
        )
        played = play(parts.rehearsing(), file, stage, now=parts.now())
        received = sink.received
    _show(parts, played, received, step, out)
    if played.errors:
        leave(ExitCode.MENDABLE)
    if any(state is DeliveryState.HELD for _, state, _ in played.stuck):
        leave(ExitCode.PARTLY_DONE)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Where the e-mails are kept; forgotten where nobody asks for them."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        yield out
        return
    with TemporaryDirectory(prefix="outreach-season-") as passing:
        yield Path(passing)


def _pointed_at(settings: Settings, port: int) -> Settings:
    """The same settings, but that every sender writes to the mail server of the rehearsal."""
    here = Server(host="127.0.0.1", port=port, security=Security.NONE)

    def pointed(sender: Sender) -> Sender:
        return replace(sender, servers=(here,) if sender.servers else ())

    senders = {key: pointed(sender) for key, sender in settings.senders.items()}
    return replace(settings, senders=senders)


def _show(
    parts: Application, played: Played, received: int, step: str | None, out: Path | None
) -> None:
    campaign = played.launched.definition
    looked = Ahead(days=played.days, too_late={}, passed_over={})
    cost = price(campaign, looked, parts.settings.costs, people=played.enrolled)
    outlook, habits = expected(parts.store, parts.settings.planning, played.enrolled)
    data = {
        "campaign": campaign.name,
        "enrolled": played.enrolled,
        "runs": played.runs,
        "ended": played.ended.astimezone(parts.settings.zone),
        "received": received,
        "folder": str(out) if out else None,
        "calendar": day_rows(campaign, played.days, step),
        "stuck": [
            {"step": name, "state": state.value, "count": count}
            for name, state, count in played.stuck
        ],
        "skipped": played.skipped,
        "cost": cost_data(cost),
        "expected": expected_data(outlook, habits),
    }
    if played.errors:
        data["errors"] = [as_json(error, parts.language.say) for error in played.errors]

    def lines() -> None:
        print_days(parts, campaign, played.days, step)
        for line in _told(parts, played, received, out):
            say(parts, line)
        say(parts)
        print_cost(parts, cost)
        print_outlook(parts, outlook, habits)

    show(parts, data, lines)


def _told(parts: Application, played: Played, received: int, out: Path | None) -> Iterator[Text]:
    ended = played.ended.astimezone(parts.settings.zone).date()
    yield Plural(
        "Played to its end on {day} in {count} run; nothing of it was kept.",
        "Played to its end on {day} in {count} runs; nothing of it was kept.",
        played.runs,
        day=ended,
    )
    if received and out:
        yield Plural(
            "{count} e-mail reached the mail server of the rehearsal: {folder}",
            "{count} e-mails reached the mail server of the rehearsal: {folder}",
            received,
            folder=out,
        )
    elif received:
        yield Plural(
            "{count} e-mail reached the mail server of the rehearsal (--out DIR keeps it).",
            "{count} e-mails reached the mail server of the rehearsal (--out DIR keeps them).",
            received,
        )
    if played.skipped:
        yield Plural(
            "{count} step was passed over: no address, a condition, its last day.",
            "{count} steps were passed over: no address, a condition, their last day.",
            played.skipped,
        )
    yield from waiting_for_people(played.stuck)
    for error in played.errors:
        yield error.what
