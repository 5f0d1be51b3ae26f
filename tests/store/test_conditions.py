"""Every operator and function, by the people it finds: in SQL on both databases, in Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from segmentation.harmless import HARMLESS
from segmentation.people import NOW, THIS, VOCABULARY, Base, Happened, Someone, meant
from sqlalchemy import select

from outreach.model.event import EventKind
from outreach.segmentation.checking import understand
from outreach.store.conditions import compile_condition
from outreach.store.engine import Database

TOUCHED, REACHED = EventKind.TOUCHED, EventKind.REACHED

#: Known by their number. 2 is the one of whom nothing is known.
PEOPLE = (
    Someone(
        {
            "city": "Besançon", "company": "Boulangerie Bio", "postal_code": "25000",
            "kind": "customer", "note": "100% l’Œuvre_1", "effectif": 3, "surface": Decimal("0.3"),
            "budget": Decimal("1000.10"), "order_count": 3, "revenue": Decimal("100"),
            "inscrit_le": date(2027, 1, 31), "vu_le": datetime(2027, 2, 27, 23, 0, tzinfo=UTC),
            "abonne": True,
        },
        tags=("VIP", "Élu"),
        events=(
            Happened(TOUCHED, THIS, "mail", at=NOW - timedelta(days=10)),
            Happened(REACHED, THIS, stage="replied"),
        ),
    ),
    Someone(
        {
            "city": "RENNES", "company": "Garage O'Brien", "postal_code": "35000",
            "kind": "prospect", "note": r"a\b", "effectif": 0, "surface": Decimal("12.5"),
            "budget": Decimal("0"), "order_count": 1, "revenue": Decimal("33.33"),
            "inscrit_le": date(2027, 3, 1), "vu_le": datetime(2027, 2, 27, 22, 59, 59, tzinfo=UTC),
            "abonne": False,
        },
        tags=("vip2",),
        events=(
            Happened(TOUCHED, "Été", "mail", at=NOW - timedelta(days=40)),
            Happened(REACHED, "Été", stage="order"),
            Happened(REACHED, THIS, stage="opted_out", corrected=True),
        ),
    ),
    Someone({}),
    Someone(
        {"city": "Saint-Malo", "inscrit_le": date(2026, 12, 31), "surface": Decimal("-2"),
         "vu_le": datetime(2027, 2, 28, 22, 59, tzinfo=UTC), "effectif": 7, "order_count": 2},
        events=(Happened(TOUCHED, THIS, "letter", corrected=True),),
    ),
)  # fmt: skip

CASES = [
    # text: neither case nor accents
    ('city = "besancon"', {0}),
    ("city == 'BESANÇON'", {0}),
    ('city = "rennes" or city = "saint-malo"', {1, 3}),
    ('city != "Rennes"', {0, 2, 3}),
    ('city <> "Rennes"', {0, 2, 3}),
    ('not city = "Rennes"', {0, 2, 3}),
    ('"Rennes" = city', {1}),
    ('city < "rennes"', {0}),
    ('city >= "Rennes"', {1, 3}),
    ('"rennes" < city', {3}),
    ('`note INTERNE` = "100% l\'oeuvre_1"', {0}),
    ('lower(city) = "RENNES"', {1}),
    ('kind = "Customer"', {0}),
    ("city = company", set()),
    ("city = city", {0, 1, 3}),
    ('city in ("RENNES", "besancon")', {0, 1}),
    ('city not in ("Rennes")', {0, 2, 3}),
    ('"rennes" in (city, company)', {1}),
    ('city between "b" and "s"', {0, 1}),
    ('city not between "b" and "s"', {2, 3}),
    # patterns
    ('city like "%n"', {0}),
    ('city like "SAINT_malo"', {3}),
    ('city not like "%n%"', {2}),
    ('not city like "%o%"', {1, 2}),
    (r'note like "a\b"', {1}),
    (r'note like "%\%"', {1}),
    ('note like "100%"', {0}),
    ('contains(note, "100%")', {0}),
    ('contains(note, "0_")', set()),
    ('contains(note, "%")', {0}),
    ('contains(note, "e_")', {0}),
    ('contains(company, "BIO")', {0}),
    ('starts_with(postal_code, "35")', {1}),
    ('not starts_with(postal_code, "35")', {0, 2, 3}),
    ('contains(city, "")', {0, 1, 3}),
    # missing
    ("city is null", {2}),
    ("city is not null", {0, 1, 3}),
    ("not city is null", {0, 1, 3}),
    ("abonne is null", {2, 3}),
    # numbers
    ("effectif = 3", {0}),
    ("effectif != 3", {1, 2, 3}),
    ("effectif > 2.5", {0, 3}),
    ("surface = 0.3", {0}),
    ("surface in (0.3, -2)", {0, 3}),
    ("surface <= -2", {3}),
    ("surface between 0 and 12.5", {0, 1}),
    ("surface not between 0 and 12.5", {2, 3}),
    ("effectif > surface", {0, 3}),
    ("effectif in (3, 0.5)", {0}),
    # money, in units of the currency
    ("budget = 1000.10", {0}),
    ("budget > 1000.099", {0}),
    ("budget < 0.001", {1}),
    ("revenue in (33.33, 5)", {1}),
    ("budget > revenue", {0}),
    ("budget > effectif", {0}),
    ("effectif = revenue", set()),
    # arithmetic: exact, by zero = missing
    ("surface + 0.1 = 0.4", {0}),
    ("surface * 3 = 0.9", {0}),
    ("revenue / 3 * 3 = revenue", {0, 1, 2, 3}),
    ("revenue / order_count >= 33.33", {0, 1}),
    ("revenue / order_count = 100 / 3", {0}),
    ("3 / effectif = 1", {0}),
    ("not 3 / effectif = 1", {1, 2, 3}),
    ("3 / effectif is null", {1, 2}),
    ("3 / effectif is not null", {0, 3}),
    ("-surface > 1.9", {3}),
    ("1 / -surface > 0", {3}),
    ("1 / surface < 0.1", {1, 3}),
    ("(effectif - 1) * 2 in (4, 12)", {0, 3}),
    ("budget / 100 > 10", {0}),
    ("1 + 1 = 2", {0, 1, 2, 3}),
    # yes and no
    ("abonne", {0}),
    ("not abonne", {1, 2, 3}),
    ("abonne = false", {1}),
    ("abonne != true", {1, 2, 3}),
    ("true", {0, 1, 2, 3}),
    ("false or abonne", {0}),
    ("not false and not abonne", {1, 2, 3}),
    # dates
    ('inscrit_le = "2027-01-31"', {0}),
    ('inscrit_le = "31/01/2027"', {0}),
    ('inscrit_le != "31/01/2027"', {1, 2, 3}),
    ("inscrit_le = today()", {1}),
    ("inscrit_le < days_ago(28)", {0, 3}),
    ("inscrit_le in (today(), days_ago(29))", {0, 1}),
    ('inscrit_le between "2027-01-01" and today()', {0, 1}),
    ('inscrit_le not between "2027-01-01" and today()', {2, 3}),
    ("days_since(inscrit_le) = 29", {0}),
    ("days_since(inscrit_le) > 28.5", {0, 3}),
    ("not days_since(inscrit_le) < 29", {0, 2, 3}),
    ("days_since(inscrit_le) / 29 = 1", {0}),
    ("days_since(inscrit_le) is null", {2}),
    # instants against days of the workspace's zone: midnight in Paris is 23:00 UTC
    ('vu_le = "2027-02-28"', {0, 3}),
    ('vu_le = "27/02/2027"', {1}),
    ('vu_le < "2027-02-28"', {1}),
    ('vu_le <= "2027-02-28"', {0, 1, 3}),
    ('vu_le > "2027-02-27"', {0, 3}),
    ('vu_le >= "2027-02-28"', {0, 3}),
    ('vu_le not in ("2027-02-28", "2027-02-01")', {1, 2}),
    ('"2027-02-28" > vu_le', {1}),
    ('vu_le = "2027-02-28 00:00"', {0}),
    ('vu_le between "2027-02-28" and "2027-02-28"', {0, 3}),
    ("vu_le >= days_ago(1)", {0, 3}),
    ("days_since(vu_le) = 1", {0, 3}),
    ("days_since(vu_le) * 2 = 4", {1}),
    # tags, segments, events
    ('has_tag("vip")', {0}),
    ('not has_tag("elu")', {1, 2, 3}),
    ('in_segment("fidèles")', {0, 3}),
    ('in_segment("autres")', {1, 2}),
    (f'received("{THIS}")', {0}),
    (f'received("{THIS}", "mail")', {0}),
    (f'received("{THIS}", "letter")', set()),
    ('received("Été")', {1}),
    ('reached("replied")', {0}),
    ('reached("Order")', {1}),
    (f'reached("order", "{THIS}")', set()),
    ('reached("opted_out")', set()),
    ('reached("contacted")', {0, 1}),
    ('reached("contacted", "Été")', {1}),
    ("contacted_within(10)", {0}),
    ("contacted_within(9)", set()),
    ("not contacted_within(40)", {2, 3}),
    # together
    ('city = "Rennes" or city = "Besançon" and not has_tag("vip")', {1}),
    ('(city = "Rennes" or city = "Besançon") and not has_tag("vip")', {1}),
    ("not (abonne or effectif > 5)", {1, 2}),
    ("not not abonne", {0}),
]

#: Plain words of `when`: stages and facts in the campaign `spring`.
WHEN_CASES = [
    ("replied", {0}),
    ("not replied and not opted_out", {1, 2, 3}),
    ("contacted", {0}),
    ("order", set()),
    ('Replied and city = "besancon"', {0}),
]


@pytest.fixture
def base(database: Database) -> Base:
    filled = Base(database)
    filled.fill(PEOPLE)
    return filled


def test_every_expression_finds_whom_it_means(base: Base) -> None:
    found = {text: base.found(text) for text, _ in CASES}
    assert found == dict(CASES)


def test_the_plain_words_of_when_speak_of_one_campaign(base: Base) -> None:
    found = {text: base.found(text, when=True) for text, _ in WHEN_CASES}
    assert found == dict(WHEN_CASES)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_predicate_means_the_same(text: str, expected: set[int]) -> None:
    assert meant(text, PEOPLE) == expected


@pytest.mark.parametrize(("text", "expected"), WHEN_CASES)
def test_the_predicate_knows_the_plain_words_of_when(text: str, expected: set[int]) -> None:
    assert meant(text, PEOPLE, when=True) == expected


def test_typed_text_reaches_the_database_only_as_a_parameter(database: Database) -> None:
    base = Base(database)
    texts = [
        'city = "zzz\'); drop table contact; --"',
        'city like "zzz%"',
        'contains(company, "zzz")',
        'has_tag("zzz")',
        'received("zzz", "zzz")',
        'reached("zzz", "zzz")',
        "surface * 77777 = 77777",
        "inscrit_le > days_ago(777)",
    ]
    for text in texts:
        condition = compile_condition(
            understand(text, VOCABULARY), base.database, today=date(2027, 3, 1), now=NOW
        )
        statement = select(base.database.contact.c.id).where(condition)
        sql = str(statement.compile(database.engine))
        assert "zzz" not in sql
        assert "777" not in sql


def test_strange_and_large_conditions_are_answered_by_both(base: Base) -> None:
    found = {text: base.found(text) for text in HARMLESS}
    assert found == {text: meant(text, PEOPLE) for text in HARMLESS}


def test_a_fact_needs_its_campaign(database: Database) -> None:
    """`when` without a campaign is a mistake of ours, not of a user."""
    condition = understand("replied", VOCABULARY.__class__(VOCABULARY.catalogue, {}, ("replied",)))
    with pytest.raises(ValueError, match="which"):
        compile_condition(condition, database, today=date(2027, 3, 1), now=NOW)
