"""Control and variants drawn within strata: each group gets its exact share of every one.

Largest remainder: a stratum's share is rounded down, and what is still missing of the whole
goes to the strata that were rounded most. Who it is, within a stratum, is the lot's business
(`drawing`). Without strata everybody is in one, and the same rule gives the nearest whole share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from outreach.model.ids import ContactId
from outreach.model.text import fold
from outreach.planning.sharing import largest_remainder
from outreach.runner.drawing import draw, drawn_order, nearest_whole

#: Between the values that make a stratum, and in place of one that is missing.
_AND, _MISSING = " · ", "–"


@dataclass(slots=True)
class Strata:
    """The strata of people, under the name each was first met by: case and accents aside."""

    of: dict[ContactId, str | None] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def know(self, contact: ContactId, stratum: str | None) -> None:
        """Somebody whose stratum was settled before."""
        self.of[contact] = stratum
        if stratum is not None:
            self._names.setdefault(fold(stratum), stratum)

    def put(self, contact: ContactId, traits: Sequence[str | None]) -> None:
        """Somebody new, by what he has in the fields of `stratify`; known ones stay."""
        if contact in self.of:
            return
        name = _AND.join(one or _MISSING for one in traits) if traits else None
        self.of[contact] = None if name is None else self._names.setdefault(fold(name), name)


def control_drawn(
    people: Sequence[ContactId],
    strata: Mapping[ContactId, str | None],
    *,
    share: Fraction,
    salt: str,
    already: Collection[ContactId],
    settled: Collection[ContactId],
) -> set[ContactId]:
    """Who of `people` is control: those who were `already`, and the new ones of each stratum.

    `settled` people keep the arm they have.
    """
    control = {contact for contact in people if contact in already}
    room = max(0, nearest_whole(share, len(people)) - len(already))
    if not room:
        return control
    sizes = Counter(strata.get(contact) for contact in people)
    wanted = control_by_stratum(nearest_whole(share, len(people)), share, sizes, salt=salt)
    has = Counter(strata.get(contact) for contact in control)
    new = [contact for contact in people if contact not in settled]
    for place in drawn_order(salt, "control", new):
        if not room:
            break
        contact = new[place]
        stratum = strata.get(contact)
        if has[stratum] < wanted[stratum]:
            control.add(contact)
            has[stratum] += 1
            room -= 1
    return control


def control_by_stratum(
    wanted: int, share: Fraction, sizes: Mapping[str | None, int], *, salt: str
) -> dict[str | None, int]:
    """How many of each stratum; the lot decides between equal remainders."""

    def lot(stratum: str | None) -> int:
        return draw(salt, f"stratum:{stratum}", ContactId(0))

    exact = {stratum: share * size for stratum, size in sizes.items()}
    return largest_remainder(wanted, exact, among_equals=lot)


def variants_drawn(
    people: Iterable[ContactId],
    strata: Mapping[ContactId, str | None],
    *,
    step: str,
    names: Sequence[str],
    salt: str,
    already: Mapping[ContactId, str],
) -> dict[ContactId, str]:
    """The variant of a step that each of `people` draws; who has one `already` keeps it.

    In the order of the lot each takes what his stratum has least of, then what all of them
    have least of: no two variants differ by more than one, in any stratum or in the whole.
    """
    drawn = dict(already)
    in_stratum = Counter((strata.get(contact), name) for contact, name in already.items())
    in_all = Counter(already.values())
    new = [contact for contact in people if contact not in drawn]
    by_lot = [new[place] for place in drawn_order(salt, f"variant:{step}", new)]
    # Stratum by stratum: what one leaves over is made up for by the next.
    for contact in sorted(by_lot, key=lambda one: strata.get(one) or ""):
        stratum = strata.get(contact)
        name = min(names, key=lambda one: (in_stratum[stratum, one], in_all[one]))
        drawn[contact] = name
        in_stratum[stratum, name] += 1
        in_all[name] += 1
    return drawn
