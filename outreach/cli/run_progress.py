"""The progress bar of a run: how many have left, how fast, how long still, and why it waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach.application import Application
from outreach.cli.output import console
from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.runner.flight import LAST_ANSWERS

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.progress_bar import ProgressBar

    from outreach.model.ids import CampaignId
    from outreach.runner.send import Progress


@contextmanager
def progress_bar(
    parts: Application, campaigns: Sequence[CampaignId], *, limit: int | None = None
) -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr where somebody looks; nothing elsewhere."""
    if parts.options.json or not sys.stderr.isatty():
        yield lambda _progress: None
        return
    screen = console(stderr=True)
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.table import Column
    from rich.text import Text as Line

    class LabelColumn(ProgressColumn):
        """What the run is at: in a narrow terminal its end is cut off, never a number."""

        def render(self, task: Task) -> Line:
            return Line(task.description, no_wrap=True, overflow="ellipsis")

    class ShyBarColumn(BarColumn):
        """The bar, which makes room for the reason of a wait."""

        def render(self, task: Task) -> ProgressBar:
            self.bar_width = 1 if task.fields["waits"] else 20
            return super().render(task)

    class RateColumn(ProgressColumn):
        """Messages a second, or a minute where they are few."""

        def render(self, task: Task) -> Line:
            return Line(parts.language.say(rate(task.finished_speed or task.speed)))

    due = parts.store.deliveries.count_due(
        now=parts.now(), channels=(Channel.EMAIL,), campaigns=campaigns
    )
    total = due if limit is None else min(due, limit)
    columns = (
        LabelColumn(),
        ShyBarColumn(table_column=Column(no_wrap=True)),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        RateColumn(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
    )
    with Bar(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(parts.language.say(Text("e-mails")), total=total, waits=False)

        def listen(progress: Progress) -> None:
            done = progress.sent + progress.refused + progress.deferred + progress.held
            done += progress.skipped + progress.unknown
            label = parts.language.say(waiting(parts, progress))
            bar.update(
                task,
                completed=done,
                total=max(total, done),
                description=label,
                waits=progress.waits_until is not None,
            )

        yield listen


def rate(per_second: float | None) -> Text:
    """A speed as people say it; nothing as long as none is known."""
    if not per_second:
        return Text("")
    if per_second >= 1:
        return Text("{number}/s", number=Decimal(round(per_second)))
    return Text("{number}/min", number=Decimal(round(per_second * 60)))


def waiting(parts: Application, progress: Progress) -> Text:
    """What the run is at: sending, stopping, or waiting until when and for what."""
    if progress.landing:
        return Text("stopping: waits for the last answers, at most {seconds} s",
                    seconds=round(LAST_ANSWERS))  # fmt: skip
    if progress.waits_until is None:
        return Text("e-mails")
    until = progress.waits_until.astimezone(parts.settings.zone).strftime("%H:%M:%S")
    if progress.why is None:
        return Text("waits until {time}", time=until)
    return Text("waits until {time}: {why}", time=until, why=progress.why)
