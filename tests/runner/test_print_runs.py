"""Which letters lie in which bundle, and how their numbers go on."""

from __future__ import annotations

from datetime import UTC, datetime

from outreach.model.campaign import Channel, Step, Variant
from outreach.model.delivery import Delivery, DeliveryState
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.runner.print_runs import stacks

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def letter(number: int, variant: str | None = None) -> Delivery:
    return Delivery(
        id=DeliveryId(number), campaign=CampaignId(1), step_id=StepId(1), step="letter",
        contact=ContactId(number), channel=Channel.LETTER, state=DeliveryState.DUE, due_at=NOON,
        variant=variant,
    )  # fmt: skip


def step(*variants: Variant) -> Step:
    return Step(name="letter", channel=Channel.LETTER, template="l.docx", variants=variants)


def told(one: Step, letters: list[Delivery]) -> list[tuple[str, str | None, int, int]]:
    return [(s.file, s.step.template, s.before, len(s.deliveries)) for s in stacks(one, letters)]


def test_a_bundle_holds_a_thousand_letters_and_the_next_goes_on_counting() -> None:
    people = [letter(n) for n in range(2001)]
    assert told(step(), people[:1000]) == [("bundle.docx", "l.docx", 0, 1000)]
    assert told(step(), people) == [
        ("bundle-1.docx", "l.docx", 0, 1000),
        ("bundle-2.docx", "l.docx", 1000, 1000),
        ("bundle-3.docx", "l.docx", 2000, 1),
    ]


def test_variants_lie_apart_where_their_templates_differ() -> None:
    """A variant without a template of its own lies with those that have the step's."""
    people = [letter(n, "cab"[n % 3]) for n in range(3000)]
    one = step(Variant("a", template="a.docx"), Variant("b"), Variant("c", template="l.docx"))
    assert told(one, people) == [
        ("bundle-a.docx", "a.docx", 0, 1000),
        ("bundle-b-1.docx", "l.docx", 1000, 1000),
        ("bundle-b-2.docx", "l.docx", 2000, 1000),
    ]
    order = [d.contact for s in [*stacks(one, people)][1:] for d in s.deliveries]
    assert order == sorted(order), "the order of the post"
