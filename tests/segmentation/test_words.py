"""A condition said in words, and why it is slow."""

from __future__ import annotations

import pytest
from segmentation.people import VOCABULARY

from outreach.segmentation.checking import segments_in, understand
from outreach.segmentation.cost import compared_fields, slow_parts
from outreach.segmentation.words import in_words

SAID = [
    (
        'city in ("Rennes", "Nantes") and not has_tag("VIP")',
        "people whose city is Rennes or Nantes, and who do not carry the tag VIP",
    ),
    ('city != "Besançon"', "people whose city is not Besançon"),
    ("not (abonne or effectif > 5)", "people whose Abonné is not yes, and of whom it is not true: "
     "whose Effectif is above 5"),
    ('not (city = "a" and kind = "lead")',
     "people whose city is not a, or whose kind is not lead"),
    ('city = "a" and (kind = "client" or has_tag("c"))',
     "people whose city is a, and (whose kind is client, or who carry the tag c)"),
    ("effectif between 1 and 5", "people whose Effectif is between 1 and 5"),
    ("inscrit_le not between days_ago(30) and today()",
     "people whose Inscrit le is not between the day 30 days ago and today"),
    ("last_order_on < days_ago(1)", "people whose last order on is before the day 1 day ago"),
    ("30 < days_since(last_order_on)",
     "people whose number of days since last order on is above 30"),
    ("revenue / order_count >= 12.5", "people whose (revenue ÷ orders) is at least 12.5"),
    ('contains(company, "Bio")', "people whose company contains “Bio”"),
    ('not starts_with(postal_code, "35")', "people whose postal code does not begin with “35”"),
    ('city like "Saint%o"', "people whose city looks like “Saint%o”"),
    ("email is null", "people whose e-mail is not known"),
    ("siret is not null", "people whose SIRET is known"),
    ('received("spring", "mail")', "people who received spring (step mail)"),
    ('not reached("order")', "people who did not reach the stage order"),
    ("contacted_within(1)", "people whom we contacted in the last 1 day"),
    ('in_segment("fideles")', "people whose orders is above 1"),
    ("true", "everybody"),
    ("false", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), SAID, ids=[text for text, _ in SAID])
def test_a_condition_is_said_in_words(text: str, words: str) -> None:
    assert str(in_words(understand(text, VOCABULARY))) == words


def test_what_is_slow_is_named_with_its_reason() -> None:
    text = (
        'city = "a" and note = "b" and contains(company, "c") and starts_with(street, "1")'
        ' and revenue / order_count > 2 and received("spring") and life_stage = "lost"'
    )
    slow = slow_parts(understand(text, VOCABULARY), {"city_folded"})

    assert [(part.what, str(part.reason).split()[0]) for part in slow] == [
        ("note", "no"),
        ("company", "text"),
        ("street", "beginnings"),
        ("revenue", "arithmetic"),
        ("order_count", "arithmetic"),
        ("received", "the"),
        ("life_stage", "the"),
    ]


def test_an_index_helps_what_is_compared_bare() -> None:
    text = (
        'city = "a" and not budget > 3 and kind = "lead" and contains(note, "y") and effectif+1 = 2'
    )
    fields = compared_fields(understand(text, VOCABULARY))

    assert [field.name for field in fields] == ["city", "budget"]


def test_the_segments_that_an_expression_uses_itself() -> None:
    assert segments_in('not in_segment("Été") or (abonne and IN_SEGMENT( "b " ))') == {"ete", "b"}
