"""The functions of the language: their names, and how they are written in examples."""

from __future__ import annotations

#: Functions that say yes or no, with an example each.
CONDITIONS: dict[str, str] = {
    "contains": 'contains(company, "bio")',
    "starts_with": 'starts_with(postal_code, "35")',
    "has_tag": 'has_tag("vip")',
    "in_segment": 'in_segment("loyal")',
    "received": 'received("open-day"), received("open-day", "mail")',
    "reached": 'reached("order"), reached("order", "open-day")',
    "contacted_within": "contacted_within(30)",
}

#: Functions that give a value.
TERMS: dict[str, str] = {
    "lower": "lower(city)",
    "today": "today()",
    "days_ago": "days_ago(30)",
    "days_since": "days_since(last_order_on)",
}

EXAMPLES: dict[str, str] = {**CONDITIONS, **TERMS}

#: How many arguments each takes, at least and at most.
ARGUMENTS: dict[str, tuple[int, int]] = {
    "contains": (2, 2),
    "starts_with": (2, 2),
    "has_tag": (1, 1),
    "in_segment": (1, 1),
    "received": (1, 2),
    "reached": (1, 2),
    "contacted_within": (1, 1),
    "lower": (1, 1),
    "today": (0, 0),
    "days_ago": (1, 1),
    "days_since": (1, 1),
}

#: Names people try, and what they mean here.
SYNONYMS: dict[str, str] = {
    "tag": "has_tag",
    "tagged": "has_tag",
    "segment": "in_segment",
    "startswith": "starts_with",
    "contacted": "contacted_within",
    "since": "days_since",
    "now": "today",
    "current_date": "today",
    "sent": "received",
}
