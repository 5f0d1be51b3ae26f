"""The definition of a launched campaign in the store."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import TypeAdapter

from outreach.model.campaign import (
    After,
    Attachment,
    AudienceRule,
    Campaign,
    Channel,
    Objective,
    OnePer,
    Step,
    Track,
    Unit,
    Variant,
    Waves,
    Window,
)
from outreach.model.legal import Legal
from outreach.model.settings import Limits
from outreach.store.definitions import as_json, from_json

SMALL = Campaign(
    name="spring",
    audience=AudienceRule(where="city = 'Rennes'"),
    steps=(Step(name="mail", channel=Channel.EMAIL),),
)
#: Something in every field, of every kind.
FULL = Campaign(
    name="école",
    audience=AudienceRule(where="a", limit=3, control=Fraction(1, 10), one_per=OnePer.HOUSEHOLD),
    steps=(
        Step(
            name="mail",
            channel=Channel.EMAIL,
            template="a.html.j2",
            text="a.txt.j2",
            subject="« Bonjour » \u2028",
            variants=(Variant("a", subject="x"), Variant("b", template="b.html.j2")),
            attachments=(Attachment("plan.pdf"), Attachment(letter="l.docx", as_pdf=True)),
            sender="marie",
            not_after=date(2027, 3, 20),
        ),
        Step(
            name="call",
            channel=Channel.CALL,
            guide="g.md",
            after=After("mail", 5, Unit.WORKING_DAYS),
            when="opened",
            cost=Decimal("0.50"),
            minutes=Decimal(12),
            answers=(("a", "b"), ("c", "")),
            by="paul",
        ),
    ),
    title="Portes ouvertes",
    offer="une visite",
    sender="marie",
    senders=("marie", "paul"),
    language="fr",
    chain=("contacted", "order"),
    stop_on=(),
    objective=Objective(
        orders=3, revenue=Decimal("1E+3"), by=date(2027, 6, 1), checkpoints=(date(2027, 4, 1),)
    ),
    budget=Decimal("1500.00"),
    fixed_costs={"affiche": Decimal("12.10")},
    window=Window((0, 4), ((time(8), time(12, 30)), (time(14), time(18)))),
    limits=Limits(per_minute=10.0, per_day=300, warm_up_growth=Fraction(1, 2), gap=(1.5, 3.0)),
    start=date(2027, 3, 1),
    alongside=True,
    legal=Legal(interest="la visite concerne leur métier"),
    tracks={Track.POSITIVE: ("replied", "appointment"), Track.NEGATIVE: ()},
    waves=Waves(200, 1, Unit.WEEKS),
    edition=2,
    former=(Step(name="fax", channel=Channel.TASK, track=Track.POSITIVE, attempts=2),),
)


@pytest.mark.parametrize("definition", [SMALL, FULL], ids=["small", "full"])
def test_a_definition_comes_back_as_it_was(definition: Campaign) -> None:
    assert from_json(as_json(definition)) == definition


@pytest.mark.parametrize("definition", [SMALL, FULL], ids=["small", "full"])
def test_definitions_are_written_as_pydantic_wrote_them(definition: Campaign) -> None:
    """Campaigns that earlier versions launched go on."""
    by_pydantic = TypeAdapter(Campaign).dump_json(definition).decode()

    assert as_json(definition) == by_pydantic
    assert from_json(by_pydantic) == definition


def test_what_an_older_definition_does_not_name_is_as_the_model_has_it() -> None:
    """And what a newer one names beside is passed over."""
    text = (
        '{"name":"old","audience":{"where":"true"},"colour":"red",'
        '"steps":[{"name":"mail","channel":"email"}],"limits":{"per_minute":10}}'
    )
    assert from_json(text) == Campaign(
        name="old",
        audience=AudienceRule(where="true"),
        steps=(Step(name="mail", channel=Channel.EMAIL),),
        limits=Limits(per_minute=10.0),
    )
