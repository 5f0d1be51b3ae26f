"""A restored or copied contact base does not send before somebody has confirmed it.

What was sent after the copy was made is still due in it: sent from, it would write to those
people again; two copies would write to everybody twice. A base that was moved on its disk is
no copy; on another disk or another machine the two cannot be told apart, so one is asked.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime

from outreach.errors import OutreachError, Plural, Text
from outreach.model.ids import RunId
from outreach.model.settings import Settings
from outreach.runner.journals import own_journals
from outreach.store.flight_journal import boot_id
from outreach.store.place import Place, Placed, here, note_last_run, placed, remember
from outreach.store.store import Store


class NotConfirmedHere(OutreachError):
    """The base may not be the one that sent last."""

    def __init__(self, what: Text) -> None:
        super().__init__(
            what,
            hint=Text(
                "see to it that no other copy sends, and what was sent meanwhile;"
                " then: outreach store confirm"
            ),
        )


def doubt_of_place(store: Store, settings: Settings) -> Text | None:
    """Why the base may not be the one that sent last; None when it is."""
    known, now_here = placed(store.database), here(store.database)
    if known.copied_at is not None:
        return Text(
            "this contact base was put back from a copy on {day}: what was sent after the copy"
            " was made, it does not know",
            day=known.copied_at.astimezone(settings.zone),
        )
    if known.last is not None and (moved := _moved(known.last, now_here)):
        return moved
    if missing := _missing(store, known, settings):
        return Plural(
            "this contact base is older than the last run here: {count} run is missing in it",
            "this contact base is older than the last run here: {count} runs are missing in it",
            missing,
        )
    return None


def _moved(last: Place, now_here: Place) -> Text | None:
    if last.differs_by_machine(now_here):
        return Text(
            "this contact base was last sent from on another machine ({machine}): it was moved"
            " here, or it is a copy",
            machine=last.name,
        )
    if last.differs_by_file(now_here):
        return Text(
            "the file of this contact base is not the one that was last sent from: it was moved"
            " from another disk, put back by hand, or it is a copy"
        )
    return None


def _missing(store: Store, known: Placed, settings: Settings) -> int:
    """How many runs there were here that the base does not know, by its note or their journals."""
    flown = sum(not is_known for _, is_known in own_journals(store, settings.flights))
    return max(known.noted_run - known.last_run, flown)


def refuse_a_copy(store: Store, settings: Settings) -> None:
    """Nothing leaves from a copy. Raises `NotConfirmedHere`; remembers the place otherwise."""
    doubt = doubt_of_place(store, settings)
    if doubt is not None:
        raise NotConfirmedHere(doubt)
    remember_first(store, settings)


def remember_first(store: Store, settings: Settings) -> None:
    """The base is launched or sent from here, for the first time that anything knows of."""
    known = placed(store.database)
    if known.last is None and not _missing(store, known, settings):
        remember(store.database, here(store.database))


def confirm_place(store: Store, settings: Settings) -> None:
    """Somebody says that this is the base to send from; what it does not know is given up."""
    for journals, known in own_journals(store, settings.flights):
        if not known:
            journals.remove()
    remember(store.database, here(store.database))


def begin_run(store: Store, *, now: datetime, rehearsal: bool) -> RunId:
    """A new run, noted beside the base before it claims anything: it may never end.

    A base that is put back after that run knows fewer runs than its note, even where it died.
    """
    run = store.runs.start(now=now, host=socket.gethostname(), pid=os.getpid(), boot=boot_id())
    if not rehearsal:
        note_last_run(store.database)
    return run
