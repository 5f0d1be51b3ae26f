"""People who go the same way, counted together, and the steps that are to come for them.

Pure. However many they are, they are one group as long as the same happens to all of them. Where
only some of them can go on (a day holds no more e-mails, a seller no more calls), those are taken
out as a group of their own, with everything that is to come for them. So what a person was
touched by on one branch of a chain, and whom he was given to, is known on the others.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count as numbers
from typing import NamedTuple

from outreach.model.campaign import Step
from outreach.scheduling.foreseen import Elsewhere, Kind
from outreach.scheduling.levelling import Turn


class Rank(NamedTuple):
    """Whose turn it is: the lesser goes first."""

    day: date
    #: On a day a person's e-mails, then letters, then what is done by hand (`Channel`).
    lane: int
    #: Behind those who have waited for no e-mail of today.
    late: bool
    #: Since when it is due, where that decides.
    since: date
    turn: Turn
    #: Of one turn those go first who are somebody's.
    free: bool
    at: datetime
    due: datetime
    number: int = 0
    #: Of a step that was planned for them together those go first who were first then.
    place: int = 0


@dataclass(slots=True, eq=False)
class Alike:
    """So many people to whom the same happens."""

    kind: Kind
    count: int
    #: How many went before them when they were all one group: a run has that order by the number
    #: of a delivery, whichever of its days they parted on and wherever they waited since.
    place: int = 0
    coming: list[Coming] = field(default_factory=list)
    #: On which day one of their calls or visits was last found to be within the pressure.
    allowed: date | None = None
    #: How many were found so on that day, those made on it not among them any more.
    going: int = 0
    #: On which day one of their e-mails last was kept back by a limit.
    kept_back: date | None = None


@dataclass(slots=True, eq=False)
class Coming:
    """A step that is to come for people who are alike."""

    people: Alike
    step: Step
    due: datetime
    #: Which of all steps that ever came to be planned: what is due at one instant keeps this order.
    number: int
    #: Whether it comes again with the next firing of a campaign that repeats.
    repeats: bool = False
    #: In whose day it stands.
    member: str | None = None
    #: That day has been counted as taken.
    placed: bool = False
    #: Nothing moves it: somebody has begun with it, or has promised it for its day.
    fixed: bool = False
    #: The day on which it fell due, before it was placed.
    fell: date | None = None
    rank: Rank | None = None
    #: With which ticket it stands in the queue; earlier ones are void.
    ticket: int = -1


@dataclass(slots=True)
class Queue:
    """What is to come, in the order in which it comes."""

    _heap: list[tuple[Rank, int, Coming | Elsewhere]] = field(default_factory=list)
    _tickets: numbers[int] = field(default_factory=numbers)
    _numbers: numbers[int] = field(default_factory=numbers)

    def number(self) -> int:
        """Of a step that has just been planned."""
        return next(self._numbers)

    def put(self, one: Coming, rank: Rank) -> None:
        """It comes then; wherever it stood before, it does not any more."""
        one.rank, one.ticket = rank, next(self._tickets)
        heapq.heappush(self._heap, (rank, one.ticket, one))

    def put_other(self, other: Elsewhere, rank: Rank) -> None:
        heapq.heappush(self._heap, (rank, next(self._tickets), other))

    def take(self) -> tuple[Rank, Coming | Elsewhere] | None:
        """The next one; None where nothing is to come any more."""
        while self._heap:
            rank, ticket, one = heapq.heappop(self._heap)
            if isinstance(one, Elsewhere) or one.ticket == ticket:
                return rank, one
        return None

    def rest(self, one: Coming, count: int) -> Coming | None:
        """`one` is for so many of its people from now on; the step as it comes for the others.

        None: there are no others. What else comes for them stands in the queue twice from now on,
        those who go ahead before the others; the step itself was taken out of it.
        """
        people = one.people
        if count == people.count:
            return None
        others = _behind(people, count)
        people.count = count
        rest: Coming | None = None
        for each in people.coming:
            copied = _copy(each, others)
            others.coming.append(copied)
            if each is one:
                rest = copied
            elif each.rank is not None:
                self.put(copied, each.rank._replace(place=others.place))
        return rest


def _behind(people: Alike, count: int) -> Alike:
    """Those of them who come after so many; nothing is to come for them yet."""
    left, place = people.count - count, people.place + count
    return Alike(people.kind, left, place, [], people.allowed, people.going, people.kept_back)


def _copy(one: Coming, people: Alike) -> Coming:
    return Coming(
        people, one.step, one.due, one.number, one.repeats, one.member, one.placed, one.fixed,
        one.fell, one.rank,
    )  # fmt: skip
