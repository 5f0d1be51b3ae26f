"""Which letters lie in one bundle, and the place of each among all that are printed.

A step's variants have templates of their own, and so have their bundles. A bundle holds as
many letters as Word opens quickly; the numbers that letters print go on from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from outreach.model.campaign import Step
from outreach.model.delivery import Delivery
from outreach.rendering.letter.bundle import COMFORTABLE
from outreach.runner.steps import with_variant


@dataclass(frozen=True, slots=True)
class Stack:
    """The letters of one bundle, in the order of the post."""

    #: The name of the bundle: `bundle.docx`, `bundle-a-2.docx`.
    file: str
    #: The step as the variant of these letters writes it.
    step: Step
    #: How many letters of the run come before.
    before: int
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter stands in its run, from 1."""

    #: Among all people (MERGEREC), and among those whose letter is made (MERGESEQ).
    record: int
    sequence: int


def stacks(step: Step, deliveries: Iterable[Delivery]) -> Iterator[Stack]:
    """The bundles of a step; `deliveries` stand in the order of the post."""
    groups: dict[str | None, list[Delivery]] = {}
    for delivery in deliveries:
        template = with_variant(step, delivery.variant).template
        groups.setdefault(template, []).append(delivery)
    named = {template: min(one.variant or "" for one in group)
             for template, group in groups.items()}  # fmt: skip
    before = 0
    for template, group in sorted(groups.items(), key=lambda one: named[one[0]]):
        stem = "-".join(filter(None, ("bundle", named[template] if len(groups) > 1 else "")))
        for number, start in enumerate(range(0, len(group), COMFORTABLE), 1):
            name = stem if len(group) <= COMFORTABLE else f"{stem}-{number}"
            own = with_variant(step, group[start].variant)
            part = group[start : start + COMFORTABLE]
            yield Stack(f"{name}.docx", own, before, part)
            before += len(part)
