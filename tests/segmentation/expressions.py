"""Random expressions, as texts, over the fields of `people`, and random people to ask them of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from segmentation.people import NOW, TODAY, Happened, Someone

from outreach.model.event import EventKind

WORDS = [
    "Rennes", "rennes", "RENNES", "Besançon", "besancon", "Saint-Malo", "l’Œuvre", "l'oeuvre",
    "straße", "STRASSE", "a_b", "a%b", "aXb", "100%", "a\\b", "\\", "é", "z", "Z", "ø", "O'Brien",
    'dit "le Bon"', "İzmir", "ﬁn", "％", "日本", "😀", " x ", "0", "10", "9",
]  # fmt: skip
KINDS = ["suspect", "prospect", "customer"]
NUMBERS = [Decimal(n) for n in (
    "0", "1", "-1", "0.1", "0.2", "0.3", "12.5", "33.33", "3", "-2.5", "0.000001",
    "123456789012345", "99999999999999.9", "1000000",
)]  # fmt: skip
AMOUNTS = [Decimal(n) for n in ("0", "10", "10.01", "0.1", "33.33", "-5", "1000000.10")]
WHOLES = [0, 1, 2, 3, 7, -4, 10, 9007199254740993]
DAYS = [TODAY + timedelta(days=n) for n in (-60, -30, -29, -1, 0, 1, 400)]
#: Around midnight in Paris, which is 23:00 UTC in winter, 22:00 in summer.
INSTANTS = [
    datetime(2027, 2, 28, 22, 59, 59, 999999, tzinfo=UTC),
    datetime(2027, 2, 28, 23, 0, tzinfo=UTC),
    datetime(2027, 3, 1, 22, 59, tzinfo=UTC),
    datetime(2026, 7, 14, 22, 0, tzinfo=UTC),
    datetime(2026, 7, 14, 21, 59, tzinfo=UTC),
    NOW,
]
EVENTS = [
    Happened(EventKind.TOUCHED, "spring", "letter", at=NOW - timedelta(days=40)),
    Happened(EventKind.TOUCHED, "spring", "mail", at=NOW - timedelta(days=10)),
    Happened(EventKind.TOUCHED, "spring", "mail", at=NOW, corrected=True),
    Happened(EventKind.TOUCHED, "Été", "mail", at=NOW - timedelta(days=9, hours=23)),
    Happened(EventKind.REACHED, "spring", stage="replied"),
    Happened(EventKind.REACHED, "Été", stage="order"),
    Happened(EventKind.REACHED, "spring", stage="opted_out", corrected=True),
    Happened(EventKind.REACHED, None, stage="order"),
]
#: Around every threshold of the life stages: gaps of 30 days, a year, two years, half a year.
ORDERS = [
    Happened(EventKind.REACHED, None, stage="order", at=NOW - timedelta(days=days), amount=amount)
    for days, amount in (
        (0, 1000), (29, 1000), (30, 2000), (45, None), (46, 900), (60, 1250), (90, 1000),
        (91, 500), (182, 1000), (183, 100), (364, 1000), (365, 1200), (366, 800), (500, 2000),
        (730, 1000), (731, 5000),
    )
]  # fmt: skip
ORDER_DAYS = [TODAY - timedelta(days=days) for days in (0, 30, 46, 91, 182, 183, 200, 730, 731)]
STAGES = ["new", "developing", "mature", "declining", "episodic", "lost"]

# --- people ----------------------------------------------------------------------------------


def _perhaps(values: list[object]) -> st.SearchStrategy[object]:
    return st.sampled_from([None, *values])


_VALUES = {
    "city": _perhaps([*WORDS, ""]),
    "note": _perhaps(WORDS),
    "kind": _perhaps(list(KINDS)),
    "effectif": _perhaps(list(WHOLES)),
    "surface": _perhaps(list(NUMBERS)),
    "budget": _perhaps(list(AMOUNTS)),
    "inscrit_le": _perhaps(list(DAYS)),
    "vu_le": _perhaps(list(INSTANTS)),
    "abonne": _perhaps([True, False]),
    "customer_type": _perhaps(WORDS),
    "potential": _perhaps(list(AMOUNTS)),
    "ease": _perhaps(list(WHOLES)),
    "order_count": st.sampled_from(WHOLES[:5]),
    "revenue": st.sampled_from(AMOUNTS),
    "first_order_on": _perhaps([*ORDER_DAYS]),
    "last_order_on": _perhaps([*ORDER_DAYS]),
}

someone = st.builds(
    Someone,
    st.fixed_dictionaries(_VALUES),
    st.lists(st.sampled_from(["VIP", "Élu", "a_b"]), unique=True).map(tuple),
    st.builds(
        lambda events, orders: (*events, *orders),
        st.lists(st.sampled_from(EVENTS), max_size=3),
        st.lists(st.sampled_from(ORDERS), max_size=6),
    ),
)
people = st.lists(someone, min_size=6, max_size=12)

# --- expressions -------------------------------------------------------------------------------


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _either(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


def _call(name: str, *arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*arguments).map(lambda given: f"{name}({', '.join(given)})")


def _list(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3).map(lambda all_: f"({', '.join(all_)})")


def _about(field: st.SearchStrategy[str], value: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every operator that compares a field with values of its type."""
    values = value | field
    sign = _either("=", "==", "!=", "<>", "<", "<=", ">", ">=")
    return st.one_of(
        _joined(field, sign, values),
        _joined(value, sign, field),
        _joined(field, _either("in", "not in"), _list(values)),
        _joined(field, _either("between", "not between"), values, st.just("and"), values),
        _joined(field, _either("is null", "is not null")),
    )


_word = st.sampled_from(WORDS).map(quoted) | st.text(max_size=3).filter(
    lambda text: text.isprintable()
).map(quoted)
_pattern = st.lists(
    st.sampled_from(["%", "_", "a", "e", "n", "ss", "œ", "\\", "Ç", "%%", "renn", "100"]),
    max_size=5,
).map(lambda parts: quoted("".join(parts)))
_text_field = _either("city", "`Note interne`", "kind", "lower(city)", "note", "customer_type")
#: Beside a field of a few words stand its own alone.
_free_field = _either("city", "`Note interne`", "lower(city)", "note")
_number = st.sampled_from([*NUMBERS, *AMOUNTS]).map(lambda number: format(number, "f"))
_number_field = _either(
    "effectif", "surface", "budget", "order_count", "revenue", "potential", "ease"
)
_days_since = _either("days_since(inscrit_le)", "days_since(vu_le)")
_day = st.sampled_from(DAYS).map(lambda day: f'"{day.isoformat()}"') | _either(
    "today()", "days_ago(30)", "days_ago(-1)", '"28/02/2027"', '"14/07/2026"'
)
_moment = _day | _either('"2027-03-01 00:00"', '"2026-07-15T00:00:00"', '"2027-03-01 09:00"')

_arithmetic = st.recursive(
    _number | _number_field | _days_since,
    lambda inner: st.one_of(
        _joined(inner, _either("+", "-", "*", "/"), inner).map("({})".format),
        _joined(inner, _either("+", "-", "*", "/"), inner),
        inner.map("-({})".format),
    ),
    max_leaves=5,
)

_told = st.one_of(
    _either('has_tag("vip")', 'has_tag("ELU")', 'has_tag("a_b")', 'has_tag("axb")'),
    _either('in_segment("fideles")', 'in_segment("autres")', "true", "false", "abonne"),
    _either("contacted_within(10)", "contacted_within(0)", "contacted_within(400)"),
    _either('received("spring")', 'received("spring", "mail")', 'received("Été", "letter")'),
    _either('reached("order")', 'reached("order", "Été")', 'reached("contacted", "spring")'),
    _either("replied", "contacted", "order", "opted_out"),
)

_stage = st.sampled_from([*STAGES, "Perdu", "en déclin"]).map(quoted)
_kind = st.sampled_from([*KINDS, "Client", "PISTE"]).map(quoted)

_leaf = st.one_of(
    _about(_free_field, _word),
    _about(st.just("kind"), _kind),
    _about(st.just("life_stage"), _stage),
    _joined(_text_field, _either("like", "not like"), _pattern),
    _call("contains", _text_field, _word),
    _call("starts_with", _text_field, _word),
    _about(_number_field, _number),
    _about(_number_field | _arithmetic | _days_since, _arithmetic),
    _about(st.just("inscrit_le"), _day),
    _about(st.just("vu_le"), _moment),
    _joined(st.just("abonne"), _either("=", "!="), _either("true", "false", "abonne")),
    _told,
)

expression = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        _joined(inner, _either("and", "or", "AND not"), inner),
        inner.map("not ({})".format),
        inner.map("({})".format),
        _joined(st.just("not"), inner),
    ),
    max_leaves=5,
)
