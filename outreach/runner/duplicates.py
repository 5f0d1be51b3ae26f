"""Finding doubles in the base, and doing what was decided about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.cleaning.likeness.base import Base
from outreach.cleaning.likeness.finding import THRESHOLD, Findings, Likeness, find_duplicates
from outreach.model.ids import ContactId
from outreach.store.conditions import Selection
from outreach.store.merging import Merged
from outreach.store.store import Store


class Answer(StrEnum):
    """What a person may say about a pair."""

    SAME = "same"
    DIFFERENT = "different"
    #: Not now: it is asked again next time.
    LATER = "later"
    #: Ask no more today.
    STOP = "stop"


@dataclass(slots=True)
class Reviewed:
    """What became of the pairs that were asked about."""

    same: int = 0
    different: int = 0
    later: int = 0
    #: Called the same, and kept apart for now: messages are to come under both.
    busy: list[ContactId] = field(default_factory=list)


def find(
    store: Store, condition: Selection | None = None, *, threshold: float = THRESHOLD
) -> Findings:
    """Who of those that fit is on file twice."""
    duplicates = store.duplicates
    names = [one.name for one in duplicates.own_fields()]
    base = Base.of(duplicates.people(condition), names)
    return find_duplicates(base, threshold=threshold, apart=duplicates.apart())


def merge_groups(store: Store, findings: Findings, *, now: datetime) -> Merged:
    """Make one contact of each group that was found."""
    groups = [[ContactId(number) for number in group] for group in findings.groups]
    return store.duplicates.merge(groups, now=now)


def review(
    store: Store,
    findings: Findings,
    ask: Callable[[ContactId, ContactId, Likeness], Answer],
    *,
    now: datetime,
) -> Reviewed:
    """Ask about one pair after the other and do at once what is answered.

    `now` is the instant of the whole sitting: its merges are taken back together.
    """
    done = Reviewed()
    stays: dict[ContactId, ContactId] = {}
    for pair in to_review(findings):
        one, other = (_now_called(ContactId(number), stays) for number in (pair.a, pair.b))
        if one == other:
            continue
        match ask(one, other, pair):
            case Answer.SAME:
                merged = store.duplicates.merge([[one, other]], now=now)
                stays |= merged.gone
                done.busy += merged.busy
                done.same += 1
            case Answer.DIFFERENT:
                store.duplicates.decide(one, other, same=False, now=now)
                done.different += 1
            case Answer.LATER:
                done.later += 1
            case Answer.STOP:
                break
    return done


def to_review(findings: Findings) -> Iterator[Likeness]:
    """The pairs that a person has to decide: those of the groups too, likeliest first."""
    yield from sorted(
        (*findings.pairs, *findings.doubtful), key=lambda pair: (-pair.score, pair.a, pair.b)
    )


def _now_called(contact: ContactId, stays: dict[ContactId, ContactId]) -> ContactId:
    while contact in stays:
        contact = stays[contact]
    return contact
