"""What the review asks for, sorted: now, can wait, long term (B8). Nobody is called for nothing:
each action says for whom, and a campaign needs an offer and an objective besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from outreach.errors import Plural, Text
from outreach.evaluation.portfolio.classes import Segment
from outreach.evaluation.portfolio.prospects import Level
from outreach.model.contact import LifeStage

if TYPE_CHECKING:
    from outreach.evaluation.portfolio.review import Portfolio


class When(StrEnum):
    NOW = "now"
    CAN_WAIT = "can_wait"
    LONG_TERM = "long_term"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `where` selects the people in a campaign, where an expression can."""

    when: When
    key: str
    what: Text
    contacts: int | None = None
    where: str | None = None


def actions(found: Portfolio) -> tuple[Action, ...]:
    """In the order in which they are to be done."""
    return (*_now(found), *_can_wait(found), *_long_term(found))


def _now(found: Portfolio) -> Iterator[Action]:
    prospects, counts = found.prospects, found.shape.counts
    if prospects.stopped and prospects.silent_days is not None:
        yield Action(
            When.NOW,
            "prospect_again",
            Plural(
                "prospect again: no prospect was contacted for {count} day, while orders come in",
                "prospect again: no prospect was contacted for {count} days, while orders come in",
                prospects.silent_days,
            ),
        )
    if prospects.alarm.level > Level.NONE and prospects.wanted is not None:
        lacking = prospects.wanted - prospects.stock
        yield Action(
            When.NOW,
            "find_prospects",
            Plural(
                "find {count} more prospect",
                "find {count} more prospects",
                lacking,
            ),
            lacking,
        )
    if found.needed is not None and found.short.level > Level.NONE:
        yield Action(
            When.NOW,
            "win_customers",
            Plural(
                "win {count} customer: too few for the turnover that is expected",
                "win {count} customers: too few for the turnover that is expected",
                found.needed.short,
            ),
            found.needed.short,
        )
    yield from _of_stage(
        When.NOW, LifeStage.DECLINING, counts[LifeStage.DECLINING],
        Text("declining: ask what they miss, make them an offer of their own"),
    )  # fmt: skip
    yield from _of_stage(
        When.NOW, LifeStage.NEW, counts[LifeStage.NEW],
        Text("new: keep every promise and every date, ask how the first order went"),
    )  # fmt: skip


def _can_wait(found: Portfolio) -> Iterator[Action]:
    segments = found.segments
    count = segments[Segment.POTENTIAL].contacts if Segment.POTENTIAL in segments else 0
    if count:
        yield Action(
            When.CAN_WAIT,
            "potential",
            Text("much potential, little turnover (B1, C1, P1): visit them first"),
            count,
        )
    counts = found.shape.counts
    yield from _of_stage(
        When.CAN_WAIT, LifeStage.DEVELOPING, counts[LifeStage.DEVELOPING],
        Text("developing: tell them of what is new"),
    )  # fmt: skip
    win_back = found.win_back
    if win_back.lost and (win_back.value is None or win_back.value > 0):
        yield Action(
            When.CAN_WAIT,
            LifeStage.LOST,
            Text("lost: find the cause, ours or theirs, and ask back those who are worth it"),
            win_back.lost,
            'life_stage = "lost"',
        )


def _long_term(found: Portfolio) -> Iterator[Action]:
    counts = found.shape.counts
    yield from _of_stage(
        When.LONG_TERM, LifeStage.MATURE, counts[LifeStage.MATURE],
        Text("mature: less pressure, prompt service, ask them for recommendations"),
    )  # fmt: skip
    yield from _of_stage(
        When.LONG_TERM, LifeStage.EPISODIC, counts[LifeStage.EPISODIC],
        Text("episodic: leave them out of campaigns, answer when they ask"),
    )  # fmt: skip
    if found.unknown_potential:
        yield Action(
            When.LONG_TERM,
            "note_potential",
            Text("note the potential of those of whom it is not known"),
            found.unknown_potential,
        )
    win_back = found.win_back
    if win_back.lost and win_back.value is not None and win_back.value <= 0:
        yield Action(
            When.LONG_TERM,
            LifeStage.LOST,
            Text("lost: asking them all back costs more than it brings; learn from the causes"),
            win_back.lost,
            'life_stage = "lost"',
        )


def _of_stage(when: When, stage: LifeStage, count: int, what: Text) -> Iterator[Action]:
    if count:
        yield Action(when, stage.value, what, count, f'life_stage = "{stage.value}"')
