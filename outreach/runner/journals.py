"""The flight journals of a run, and what they tell when a process has died.

    claimed, and nowhere in the journal     it had not begun: due again
    begun and ended                         that is its outcome
    begun and not ended                     nobody knows: `unknown`

That holds where only processes died. After the machine went down, on another machine or
without the journals a missing line proves nothing: what is not ended is unknown.

Several stores may keep theirs in one folder, and two copies of a store both have a run 12: a
run is called by its store, its number and the instant at which it began.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from outreach.errors import Text
from outreach.model.delivery import Deferred, Outcome, Unknown
from outreach.model.ids import RunId
from outreach.store.flight_journal import FlightJournal, Flown, boot_id, read_journal
from outreach.store.store import Store

_LOST = Unknown(Text("the run ended before the answer came"))
#: Letters of a store's identity that stand in the name of a run.
_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Journals:
    """Those of one run, each of one process: `….1of2` is the first of two."""

    folder: Path
    #: What the run is called (`journals_of`).
    run: str

    def paths(self, processes: int) -> list[Path]:
        return [self.folder / f"{self.run}.{n}of{processes}" for n in range(1, processes + 1)]

    def begin(self, processes: int) -> list[FlightJournal]:
        """New ones. Raises `JournalUnwritable`."""
        boot = boot_id()
        return [FlightJournal(path, run=self.run, boot=boot) for path in self.paths(processes)]

    def read(self, path: Path, among: Container[int]) -> Flown | None:
        """What one tells of some deliveries; None where it cannot be read."""
        try:
            return read_journal(path, among=among)
        except OSError:
            return None

    def outcome(self, flown: Flown | None, key: int) -> Outcome | None:
        """What became of a delivery that its process left; None: it had not begun."""
        if flown is None:
            return _LOST
        if key in flown.ended:
            return flown.ended[key]
        return None if self._is_clean(flown) and key not in flown.begun else _LOST

    def _is_clean(self, flown: Flown) -> bool:
        return flown.complete(run=self.run, boot=boot_id())

    def merged(self, among: Container[int]) -> Flown | None:
        """What all of them tell; None where one is missing or cannot be read."""
        found = self._found()
        if not found:
            return None
        told = [self.read(path, among) for path in found]
        readable = [flown for flown in told if flown is not None]
        begun = {key for flown in readable for key in flown.begun}
        # Deferred in one process and begun again in another: the later word has not come.
        on_the_wire = {key for flown in readable for key in flown.begun - flown.ended.keys()}
        # … or deferred in one and ended for good in another, whichever is read first.
        words = [word for flown in readable for word in flown.ended.items()]
        words.sort(key=lambda word: not isinstance(word[1], Deferred))
        ended = {key: outcome for key, outcome in words if key not in on_the_wire}
        complete = len(found) == int(found[0].name.rpartition("of")[2])
        clean = complete and len(readable) == len(told) and all(map(self._is_clean, readable))
        return Flown(self.run, boot_id() if clean else "", begun, ended, clean)

    def remove(self) -> None:
        """Everything in them is in the store."""
        for path in self._found():
            path.unlink(missing_ok=True)

    def _found(self) -> list[Path]:
        return sorted(self.folder.glob(f"{self.run}.*of*"))


def journals_of(store: Store, run: RunId, folder: Path) -> Journals:
    """Those of a run of this store that lie in a folder, or are to lie there."""
    return Journals(folder, _name(store, run, store.runs.began(run)))


def own_journals(store: Store, folder: Path) -> Iterator[tuple[Journals, bool]]:
    """The journals of this store's runs, each with whether the store knows that run.

    It does not when it was put back from a copy: the run came after the copy was made.
    """
    begins = f"{store.database.identity[:_LETTERS]}-"
    names = {path.name.rpartition(".")[0] for path in folder.glob(f"{begins}*.*of*")}
    for name in sorted(names):
        number = name.removeprefix(begins).partition("-")[0]
        known = number.isdecimal() and name == journals_of(store, RunId(int(number)), folder).run
        yield Journals(folder, name), known


def _name(store: Store, run: RunId, began: datetime | None) -> str:
    instant = began.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f") if began else "unknown"
    return f"{store.database.identity[:_LETTERS]}-{run}-{instant}"
