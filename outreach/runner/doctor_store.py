"""The doctor's look at the contact base and what it rests on: revision, file, lock, disk, clock."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from outreach.errors import OutreachError, Text
from outreach.model.finding import Area, Finding, Health, finding_of
from outreach.model.settings import Settings
from outreach.runner.lock import holder
from outreach.runner.place import NotConfirmedHere, doubt_of_place
from outreach.store.copies import Copies
from outreach.store.health import StoreHealth
from outreach.store.patience import QueryTooSlow
from outreach.store.store import Store
from outreach.store.trouble import StoreTooOld

#: Seconds for SQLite to look through its file: 2 GB on a slow disk.
PATIENCE = 20.0
#: Clocks of several machines may differ by that much.
_TOLERANCE = timedelta(minutes=2)
#: Below this the next import or log line may fail; below twice the store a copy of it may.
_LEAST, _COMFORTABLE = 50_000_000, 500_000_000
_WAIT = Text("wait until it has ended; a run that died leaves no lock")


def store_findings(
    settings: Settings, copies: Copies, health: Callable[[], StoreHealth], *, now: datetime
) -> Iterator[Finding]:
    """`health` opens the store; a store that is not there yet is not made. `now` is local."""
    size = 0
    try:
        if copies.exists():
            opened = health()
            size = opened.size()
            yield from _opened(opened, settings, now)
        else:
            message = Text("contact base: not there yet, made by the first import")
            yield Finding("store", Area.STORE, Health.SKIPPED, message)
    except OutreachError as error:
        yield finding_of(error, "store", Area.STORE)
    yield _lock(settings)
    yield disk_finding(settings.data, free=_free(settings.data), store=size)
    yield Finding("timezone", Area.STORE, Health.OK, Text(
        "clock: it is {now} in {zone}", now=now, zone=settings.timezone))  # fmt: skip


def _opened(health: StoreHealth, settings: Settings, now: datetime) -> Iterator[Finding]:
    where = Text("contact base: {address}", address=health.address)
    if server := health.server():
        where = Text("{place}, {what}", place=where, what=server)
    yield _ok("store", where)
    yield from _revision(health)
    yield from _place(health, settings)
    if not server:
        yield _integrity(health)
    if held := health.held_by():
        message = Text("another run holds the contact base: {who}, since {since}",
                       who=held.who, since=held.since.astimezone(now.tzinfo))  # fmt: skip
        yield Finding("store.lock", Area.STORE, Health.WARNING, message, _WAIT)
    yield clock_finding(now, health.last_recorded())


def _revision(health: StoreHealth) -> Iterator[Finding]:
    state = health.state()
    if state.revision is not None and state.revision != state.wanted:
        yield finding_of(StoreTooOld(state.revision), "store.revision", Area.STORE)
        return
    message = Text("its revision: {revision}, this program's", revision=state.wanted)
    yield _ok("store.revision", message)
    if state.left_behind:
        yield Finding("store.fields", Area.STORE, Health.WARNING,
                      Text("what deleted fields held still takes room: {columns}",
                           columns=", ".join(state.left_behind)),
                      Text("drop it for good (a copy is made first): outreach store upgrade"),
                      )  # fmt: skip


def _place(health: StoreHealth, settings: Settings) -> Iterator[Finding]:
    """A base that was put back or copied sends nothing before somebody confirms it."""
    if health.state().is_outdated:
        return
    if doubt := doubt_of_place(Store(health.database), settings):
        yield finding_of(NotConfirmedHere(doubt), "store.place", Area.STORE)


def _integrity(health: StoreHealth) -> Finding:
    name = "store.integrity"
    try:
        health.check(PATIENCE)
    except QueryTooSlow:
        message = Text("its file: not looked through within {seconds} seconds",
                       seconds=int(PATIENCE))  # fmt: skip
        hint = Text("no fault was found so far; a whole look: outreach store backup FILE")
        return Finding(name, Area.STORE, Health.SKIPPED, message, hint)
    except OutreachError as error:
        return finding_of(error, name, Area.STORE)
    return _ok(name, Text("its file: whole (SQLite's quick check)"))


def clock_finding(now: datetime, last: datetime | None) -> Finding:
    """Whether the clock has gone back since the newest event was written down."""
    name = "clock"
    if last is None or last <= now + _TOLERANCE:
        return _ok(name, Text("clock: not before the newest event"))
    message = Text("clock: it is {now}, and the newest event was written on {last}",
                   now=now, last=last.astimezone(now.tzinfo))  # fmt: skip
    hint = Text("set the clock of this machine; or a rehearsal with --now wrote that event")
    return Finding(name, Area.STORE, Health.WARNING, message, hint)


def _lock(settings: Settings) -> Finding:
    name = "lock"
    try:
        held = holder(settings.data, zone=settings.zone)
    except OutreachError as error:
        return finding_of(error, name, Area.STORE)
    if held:
        return finding_of(held, name, Area.STORE, Health.WARNING)
    return _ok(name, Text("lock: no run is under way here"))


def disk_finding(data: Path, *, free: int, store: int) -> Finding:
    """Whether there is room for the base to grow and to be copied. Sizes in bytes."""
    name = "disk"
    if store:
        message = Text("disk: {free} free at {folder}, the contact base takes {store}",
                       free=size(free), folder=str(data), store=size(store))  # fmt: skip
    else:
        message = Text("disk: {free} free at {folder}", free=size(free), folder=str(data))
    if free >= max(_COMFORTABLE, 2 * store):
        return _ok(name, message)
    state = Health.ERROR if free < _LEAST else Health.WARNING
    hint = Text("make room: a backup or an upgrade needs as much again as the base takes")
    return Finding(name, Area.STORE, state, message, hint)


def size(count: int) -> Text:
    """Bytes in the unit that people read: decimal, as disks are sold."""
    if count >= 1_000_000_000:
        return Text("{number} GB", number=round(Decimal(count) / 1_000_000_000, 1))
    if count >= 1_000_000:
        return Text("{number} MB", number=round(Decimal(count) / 1_000_000, 1))
    return Text("{number} kB", number=Decimal(-(-count // 1000)))


def _free(data: Path) -> int:
    """Bytes free where `data` is or will be."""
    return shutil.disk_usage(next(p for p in (data, *data.parents) if p.exists())).free


def _ok(name: str, message: Text) -> Finding:
    return Finding(name, Area.STORE, Health.OK, message)
