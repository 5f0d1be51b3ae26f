"""Text that wants more than a condition gets a clear error, or is a harmless condition."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segmentation.expressions import WORDS
from segmentation.harmless import HARMLESS
from segmentation.people import VOCABULARY

from outreach.segmentation.checking import ExpressionError, understand
from outreach.segmentation.predicate import Person, holds

REFUSED = [
    # other statements
    'city = "a"; drop table contact',
    "select * from contact",
    "select 1",
    "drop table contact",
    "delete from contact where true",
    "insert into contact values (1)",
    "pragma journal_mode",
    "attach database 'x' as y",
    "city = 'a' union select 1",
    "city = 'a' limit 1",
    "city = 'a' order by city",
    "city = 'a' group by city having true",
    "with x as (select 1) select * from x",
    "begin",
    "vacuum",
    "city = 'a' returning id",
    # sub-queries and other tables
    "city in (select city from contact)",
    "exists (select 1 from event)",
    "exists(city)",
    "(select 1) = 1",
    "effectif = (select count(*) from event)",
    "event.stage = 'x'",
    "public.contact.city = 'x'",
    "contact.* = 1",
    "city = any (array['a'])",
    "city like any ('a', 'b')",
    "effectif > all (1)",
    # other functions
    "pg_sleep(10)",
    "pg_sleep(10) is null",
    "load_extension('x')",
    "readfile('/etc/passwd') = 'x'",
    "randomblob(1000000000) is null",
    "zeroblob(99) = city",
    "count(*) > 1",
    "current_user = 'x'",
    "outreach_exact('x') = 1",
    "coalesce(city, 'x') = 'x'",
    "lower(upper(city)) = 'x'",
    "cast(effectif as text) = 'x'",
    "effectif::text = 'x'",
    "extract(year from inscrit_le) = 2027",
    "interval '1 day' > today()",
    "date '2027-01-01' = inscrit_le",
    "case when abonne then abonne end",
    "effectif over (partition by city) = 1",
    "contains(distinct city, 'x')",
    "contains(*, 'x')",
    "today(1) = inscrit_le",
    # other operators and spellings
    "city || city = 'x'",
    "city ~ '.*'",
    "city regexp '.*'",
    "city glob '*'",
    "city similar to 'x'",
    "city like 'x' escape 'y'",
    "city is distinct from 'x'",
    "city collate nocase = 'x'",
    "effectif % 2 = 0",
    "effectif & 1 = 1",
    "effectif << 40 = 1",
    "effectif between symmetric 1 and 2",
    "effectif = 0x1F",
    "effectif = 1_000",
    "effectif = 1e400",
    "effectif = 1..2",
    "effectif = 1.2.3",
    "effectif = ²",
    "effectif = ٣",
    "effectif = " + "9" * 400,
    "city = E'a\\'b'",
    "city = U&'x'",
    "city = $$x$$",
    "city = N'x'",
    "n'x' = city",
    "x'1F' = city",
    "city = 'a' 'b'",
    "city = ?",
    "city = :name",
    "city = %(name)s",
    "city = @name",
    "city = {{ 7 * 7 }}",
    "city = ${x}",
    "city[0] = 'x'",
    "(city, company) = ('a', 'b')",
    "(city, company) in (('a', 'b'))",
    "()",
    "not ()",
    "city in (())",
    "city = *",
    "city = a.b.c.d.e",
    "city -> 'x' = 'y'",
    "city := 'x'",
    "city = 'x' -- and abonne",
    "city = 'x' /* and */ or abonne",
    "city = 'x' # abonne",
    "city = 'x'\x00",
    "city = 'x\x00y'",
    "city = 'x\x1by'",
    "city = '\ud800'",
    "‮abonne",
    # size
    "(" * 5000,
    "(" * 21 + "abonne" + ")" * 21,
    "not " * 1000 + "abonne",
    "not " * 21 + "abonne",
    "-" * 3000 + "1 = 1",
    "- " * 1500 + "1 = 1",
    "- - " * 12 + "1 = 1",
    "+ " * 30 + "1 = 1",
    " or ".join(["abonne"] * 400),
    "city = '" + "x" * 4000 + "'",
    "city like '" + "%a" * 9 + "'",
    " + ".join(["1"] * 23) + " = 23",
    "contains(" * 30 + "city" + ", 'x')" * 30,
    "lower(" * 21 + "city" + ")" * 21 + " = 'x'",
    "abonne = " * 300 + "abonne",
    "city in (" * 15 + "city" + ")" * 15,
    "days_ago(99999999) = inscrit_le",
    "days_ago(0.5) = inscrit_le",
    "contacted_within(effectif)",
    'inscrit_le = "9999-12-31"',
    'inscrit_le = "0001-01-01"',
    'vu_le = "2027-01-01 25:00"',
]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_it_is_refused_with_a_clear_error(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        understand(text, VOCABULARY)
    error = caught.value
    assert str(error.what)
    assert error.where is not None
    assert error.where.line == 1
    assert "^" in error.excerpt
    assert str(error).isprintable() or "\n" in str(error)


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_it_is_only_a_condition(text: str) -> None:
    holds_of_nobody(text)


def holds_of_nobody(text: str) -> bool:
    condition = understand(text, VOCABULARY)
    now = datetime(2027, 3, 1, tzinfo=UTC)
    return holds(condition, Person(), today=date(2027, 3, 1), now=now)


_BITS = st.sampled_from([
    "city", "effectif", "abonne", "inscrit_le", "`Note interne`", "and", "or", "not", "in", "like",
    "between", "is", "null", "true", "(", ")", ",", "=", "<", "!=", "+", "-", "*", "/", ".", "..",
    '"x"', "'", '"', "`", "1", "2.5", "%", ";", "has_tag", "contains", "days_ago", "today()",
    "select", "case", "\n", "\x00", "::", "e", "0x", "°", "“", *WORDS,
])  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(_BITS | st.text(max_size=3), max_size=25), st.sampled_from(["", " "]))
def test_any_text_is_a_condition_or_an_error_of_ours(bits: list[str], glue: str) -> None:
    with suppress(ExpressionError):
        holds_of_nobody(glue.join(bits))
