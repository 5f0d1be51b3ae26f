"""`launch --confirm-change`: what a changed file changes, shown first, then put in force."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import date

import click

from outreach.application import Application
from outreach.cli.campaigns import mailroom
from outreach.cli.output import on_terminal, say, show, wrap
from outreach.errors import OutreachError, Plural, Problems, Text
from outreach.files.campaigns import CampaignFile
from outreach.model.campaign import CampaignState
from outreach.runner.check import check_change
from outreach.runner.edits import Edit, Sort, compare, refusals
from outreach.runner.fingerprint import changed_files, fingerprint, same_mark
from outreach.runner.replanning import Replanned, StepReplanned, replan
from outreach.runner.standing import HasEnded
from outreach.scheduling.calendar import Calendar
from outreach.store.campaigns import Launched
from outreach.store.store import Store


class NotConfirmed(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("nobody confirmed the change of {name!r}: it goes on as before", name=name)
        )


def change(parts: Application, file: CampaignFile, launched: Launched, *, dry_run: bool) -> None:
    """Show what the file changes in a launched campaign and, unless rehearsed, put it in force.

    Raises what is wrong in the file, and what cannot be changed any more.
    """
    if launched.state is CampaignState.STOPPED:
        raise HasEnded(launched.name, launched.state)
    work = _Change(parts, file, launched)
    work.check()
    if dry_run or (on_terminal() and not parts.options.json):
        with parts.rehearsing() as store:
            seen = work.replan(store)
        if dry_run:
            show(parts, work.data(seen, confirmed=False), lambda: work.print(seen, in_force=False))
            return
        work.print(seen, in_force=None)
        if not click.confirm(parts.language.say(Text("Put this in force?"))):
            raise NotConfirmed(launched.name)
        _alone(parts, work)
        say(parts, Text("It is in force."))
        return
    done = _alone(parts, work)
    show(parts, work.data(done, confirmed=True), lambda: work.print(done, in_force=True))


def _alone(parts: Application, work: _Change) -> Replanned:
    """Nobody sends meanwhile, where deliveries are planned anew."""
    free: AbstractContextManager[None] = parts.alone() if work.edit.replans else nullcontext()
    with free:
        return work.replan(parts.store)


class _Change:
    """One change of one campaign, rehearsed or real."""

    def __init__(self, parts: Application, file: CampaignFile, launched: Launched) -> None:
        self.parts, self.file, self.launched = parts, file, launched
        room = self.room = mailroom(parts)
        campaign = file.campaign
        self.mark = fingerprint(campaign, room.folder, room.templates(room.language(campaign)))
        files = changed_files(launched.fingerprint, self.mark)
        self.edit: Edit = compare(launched.definition, campaign, files)
        self.texts = not same_mark(launched.fingerprint, self.mark)

    def check(self) -> None:
        wrong: list[OutreachError] = [*refusals(self.edit, self.file)]
        checked = check_change(self.file, self.room, now=self.parts.now())
        wrong += checked.stopping(self.parts.settings.compliance)
        if wrong:
            raise Problems(wrong) if len(wrong) > 1 else wrong[0]

    def replan(self, store: Store) -> Replanned:
        settings = self.parts.settings
        return replan(
            store,
            self.launched,
            self.edit,
            fingerprint=self.mark,
            file=str(self.file.path),
            calendar=Calendar.of(settings),
            now=self.parts.now(),
        )

    # --- how it is told ---------------------------------------------------------------------------

    def data(self, done: Replanned, *, confirmed: bool) -> dict[str, object]:
        return {
            "campaign": self.launched.name,
            "confirmed": confirmed,
            "changed": list(self.edit.keys),
            "templates": self.texts,
            "files": sorted({*self.edit.files, *(f for one in done.steps for f in one.edit.files)}),
            "planned": done.planned,
            "cancelled": done.cancelled,
            "steps": [_step_data(one) for one in done.steps],
        }

    def print(self, done: Replanned, *, in_force: bool | None) -> None:
        """What it changes; whether that is so now, or what to do (None: somebody is asked)."""
        parts, name = self.parts, self.launched.name
        if self.edit.empty and not self.texts:
            say(parts, Text("The file of {name!r} says what was launched.", name=name))
            return
        for one in done.steps:
            _print_step(parts, one)
        if self.edit.keys:
            say(parts, Text("Of the campaign: {keys}", keys=", ".join(self.edit.keys)))
        if {"audience", "control"} & set(self.edit.keys):
            hint = Text("Whom it is meant for holds for people added later:"
                        " outreach launch {name} --add", name=name)  # fmt: skip
            wrap(parts.language.say(hint), first="  ", rest="  ")
        if self.texts and not any(one.edit.files for one in done.steps):
            files = ", ".join(self.edit.files)
            say(parts, Text("Templates that changed: {files}", files=files or "–"))
        if in_force:
            say(parts, Text("The templates and steps of {name!r} are in force as they are now.",
                            name=name))  # fmt: skip
        elif in_force is False:
            say(parts, Text("Nothing was changed. To put it in force: outreach launch {name}"
                            " --confirm-change", name=name))  # fmt: skip


def _step_data(one: StepReplanned) -> dict[str, object]:
    return {
        "step": one.edit.step.name,
        "change": one.edit.sort.value,
        "keys": list(one.edit.keys),
        "files": list(one.edit.files),
        "added": one.added,
        "moved": one.moved,
        "cancelled": one.cancelled,
        "untouched": one.untouched,
        "were": list(one.were) if one.were else None,
        "are": list(one.are) if one.are else None,
    }


def _print_step(parts: Application, one: StepReplanned) -> None:
    """A line of what the step is now, and one for each thing that becomes of its deliveries."""
    step, edit = one.edit.step.name, one.edit
    if edit.sort is Sort.SAME:
        return
    said = {
        Sort.NEW: Text("{step}: new", step=step),
        Sort.GONE: Text("{step}: taken out", step=step),
        Sort.CHANGED: Text("{step}: changed: {keys}", step=step,
                           keys=", ".join((*edit.keys, *edit.files))),
    }  # fmt: skip
    say(parts, said[edit.sort])
    for line in _consequences(one):
        wrap(parts.language.say(line), first="  ", rest="    ")


def _consequences(one: StepReplanned) -> list[Text]:
    lines: list[Text] = []
    if one.added:
        lines.append(
            Plural("{count} delivery comes in, {days}", "{count} deliveries come in, {days}",
                   one.added, days=_days(one.are))
        )  # fmt: skip
    if one.moved:
        lines.append(
            Plural("{count} delivery is moved: {before} → {days}",
                   "{count} deliveries are moved: {before} → {days}",
                   one.moved, before=_days(one.were), days=_days(one.are))
        )  # fmt: skip
    if one.cancelled:
        lines.append(
            Plural("{count} delivery that waited does not come",
                   "{count} deliveries that waited do not come", one.cancelled)
        )  # fmt: skip
    if one.untouched and one.edit.sort is not Sort.SAME:
        lines.append(
            Plural("{count} that is under way, tried, held or printed stays as it is",
                   "{count} that are under way, tried, held or printed stay as they are",
                   one.untouched)
        )  # fmt: skip
    return lines


def _days(span: tuple[date, date] | None) -> Text:
    if span is None:
        return Text("–")
    first, last = span
    if first == last:
        return Text("{day}", day=first)
    return Text("{first} to {last}", first=first, last=last)
