"""How long somebody's data is kept: counted from his last own act.

A reply, a click, an order, a form are acts of his; a message that he opens is none (CNIL,
référentiel gestion commerciale, 2021). The data of a customer is kept as long from the last
order. Pure.
"""

from __future__ import annotations

from datetime import date

from outreach.compliance.policy import Policy


def kept_since(today: date, policy: Policy) -> date:
    """Who did nothing since that day is kept no longer: the same day, years ago."""
    year = today.year - policy.retention_years
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def kept_until(last_act: date, policy: Policy) -> date:
    """The last day on which somebody's data is kept."""
    year = last_act.year + policy.retention_years
    try:
        return last_act.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)
