"""Conditions that look dangerous or are as large as may be, and are only conditions."""

from __future__ import annotations

HARMLESS = [
    "1 = 1",
    "'a' = 'a' or 1 = 2",
    "city = '''; drop table contact; --'",
    'city = "x"" or true or city = ""x"',
    "city = '{{ 7 * 7 }}'",
    "city = '%(name)s' or city = ':name' or city = '?' or city = '\\'",
    "city like '%_%\\%_%'",
    "city like '" + "%a" * 8 + "'",
    "contains(city, '" + "%" * 500 + "')",
    "not " * 20 + "abonne",
    "(" * 20 + "abonne" + ")" * 20,
    " or ".join(["abonne"] * 120),
    "city in (" + ", ".join(["'x'"] * 480) + ")",
    " + ".join(["1"] * 21) + " = 21",
    "1 / 0 = 1",
    "effectif / (surface - surface) is null",
    "effectif = -999999999999999",
    "surface = 0.00000000000000000000000000001",
    "effectif < 100000000000000000000000000000",
    'has_tag("\'; drop table tag; --")',
    'city = "\u202e\u200b😀"',
    # as large as they may be
    "vu_le in (" + ", ".join(["'2027-02-28'"] * 280) + ")",
    "effectif in (" + ", ".join(["1.5"] * 480) + ")",
    " and ".join(["not city = 'x'"] * 80),
    " or ".join(["effectif between 1 and surface"] * 70),
    " or ".join(["in_segment('large')"] * 6),
    "1/(surface+" * 10 + "1" + ")" * 10 + " > 0",
    "surface/(1-surface*" * 6 + "budget" + ")" * 6 + " > 1/(effectif-1)",
    " * ".join(["surface"] * 10) + " < " + " / ".join(["budget"] * 10),
    "contacted_within(36500) and days_ago(-36500) > inscrit_le",
    'vu_le > "1001-01-01" and vu_le <= "8999-12-31"',
    'vu_le < "1001-01-01 00:00" or vu_le > "8999-12-31 23:59"',
]
