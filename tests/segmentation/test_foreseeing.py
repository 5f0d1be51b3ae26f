"""What a condition will come to: certain, or only known on its day."""

from __future__ import annotations

from decimal import Decimal

import pytest
from segmentation.people import CATALOGUE, NOW, PARIS, SEGMENTS, STAGES, TODAY

from outreach.segmentation.checking import Vocabulary, understand
from outreach.segmentation.foreseeing import foreseen
from outreach.segmentation.predicate import Person

VOCABULARY = Vocabulary(CATALOGUE, SEGMENTS, stages=(*STAGES, "spoken"), locale="fr_FR")
#: In Rennes, tagged, has bought twice, and was written to by this campaign.
SOMEBODY = Person(
    values={"city": "Rennes", "kind": "suspect", "order_count": 2, "revenue": Decimal(0)},
    tags=frozenset({"vip"}),
    facts=frozenset({"contacted"}),
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        # Fields and tags are as they are.
        ('city = "rennes"', True),
        ('city in ("Nantes", "Brest")', False),
        ("note is null", True),
        ('has_tag("vip") and order_count > 1', True),
        # Nobody answers; what was reached stays reached.
        ("replied", False),
        ("not replied and not order", True),
        ("contacted", True),
        ('reached("order")', False),
        # Our own steps lead to it, or the day decides.
        ("spoken", None),
        ('received("Été")', None),
        ("contacted_within(30)", None),
        ('kind = "prospect"', None),
        ("touch_count > 3", None),
        ("inscrit_le < days_ago(30)", None),
        ("days_since(inscrit_le) > 30", None),
        # One side decides whatever the other one comes to.
        ("replied and spoken", False),
        ('city = "Rennes" or spoken', True),
        ("not replied and spoken", None),
        ('not (city = "Rennes" or spoken)', False),
    ],
)
def test_what_is_known_of_a_condition_before_its_day(when: str, expected: bool | None) -> None:
    condition = understand(when, VOCABULARY)

    assert foreseen(condition, SOMEBODY, today=TODAY, now=NOW, zone=PARIS) is expected
