"""The flight journals of a run, and what they tell when a process has died.

    claimed, and nowhere in the journal     it had not begun: due again
    begun and ended                         that is its outcome
    begun and not ended                     nobody knows: `unknown`

That holds where only processes died. After the machine went down, on another machine or
without the journals a missing line proves nothing: what is not ended is unknown.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from outreach.model.delivery import Deferred, Outcome, Unknown
from outreach.model.ids import RunId
from outreach.store.flight_journal import FlightJournal, Flown, boot_id, read_journal

_LOST = Unknown("the run ended before the answer")


@dataclass(frozen=True, slots=True)
class Journals:
    """Those of one run, each of one process: `12-1of2` is the first of two of run 12."""

    folder: Path
    run: RunId

    def paths(self, processes: int) -> list[Path]:
        return [self.folder / f"{self.run}-{n}of{processes}" for n in range(1, processes + 1)]

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
        found = sorted(self.folder.glob(f"{self.run}-*of*"))
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
        for path in self.folder.glob(f"{self.run}-*of*"):
            path.unlink(missing_ok=True)
