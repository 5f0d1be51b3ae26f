"""A restored or copied contact base does not send before somebody has confirmed it.

What was sent after the copy was made is still due in it: sent from, it would write to those
people again; two copies would write to everybody twice. A base that was moved on its disk is
no copy; on another disk or another machine the two cannot be told apart, so one is asked.
"""

from __future__ import annotations

from datetime import tzinfo

from outreach.errors import OutreachError, Text
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


def doubt_of_place(store: Store, zone: tzinfo) -> Text | None:
    """Why the base may not be the one that sent last; None when it is."""
    known, now_here = placed(store.database), here(store.database)
    if known.copied_at is not None:
        return Text(
            "this contact base was put back from a copy on {day}: what was sent after the copy"
            " was made, it does not know",
            day=known.copied_at.astimezone(zone),
        )
    if known.last is None:
        return None
    return _moved(known, known.last, now_here)


def _moved(known: Placed, last: Place, now_here: Place) -> Text | None:
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
    if known.noted_run > known.last_run:
        return Text(
            "this contact base is older than the last run here: {count} runs are missing in it",
            count=known.noted_run - known.last_run,
        )
    return None


def refuse_a_copy(store: Store, zone: tzinfo) -> None:
    """Nothing leaves from a copy. Raises `NotConfirmedHere`; remembers the place otherwise."""
    doubt = doubt_of_place(store, zone)
    if doubt is not None:
        raise NotConfirmedHere(doubt)
    remember_first(store)
    note_last_run(store.database)


def remember_first(store: Store) -> None:
    """The base is launched or sent from here, for the first time."""
    if placed(store.database).last is None:
        remember(store.database, here(store.database))


def confirm_place(store: Store) -> None:
    """Somebody says that this is the base to send from."""
    remember(store.database, here(store.database))
