"""What a template may read of a person: all it names, or everything where that cannot be told."""

from __future__ import annotations

import pytest

from outreach.rendering.jinja import Templates

FIELDS = ("city", "company", "email", "first_name", "life_stage", "tags")


def reads(*sources: str, subject: str = "Bonjour") -> frozenset[str] | None:
    files = {f"emails/{number}.html.j2": source for number, source in enumerate(sources)}
    files["emails/base.html.j2"] = "{{ company }} {% block body %}{% endblock %}"
    templates = Templates(
        files.__getitem__, fields=FIELDS, language="fr", locale="fr_FR", currency="EUR"
    )
    return templates.reads(*list(files)[: len(sources)], subject=subject)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("Bonjour {{ first_name }}", {"first_name"}),
        ("{% if city %}{{ today }}{% endif %}", {"city"}),
        ("{{ contact.city }} {{ contact['company'] | default('') }}", {"city", "company"}),
        ("{{ contact.city.upper() }}", {"city"}),
        ("{% extends 'emails/base.html.j2' %}{% block body %}{{ city }}{% endblock %}",
         {"city", "company"}),
        ("{% include 'emails/base.html.j2' %}", {"company"}),
        ("{% set city = 'Rennes' %}{{ city }} {{ tags | join(', ') }}", {"city", "tags"}),
        ("{{ sender.name }}, {{ unsubscribe_url }}", set()),
    ],
)  # fmt: skip
def test_what_is_named_is_read_and_nothing_else(source: str, named: set[str]) -> None:
    assert reads(source) == frozenset(named)


@pytest.mark.parametrize(
    "source",
    [
        "{{ contact }}",
        "{% for name, value in contact.items() %}{{ value }}{% endfor %}",
        "{{ contact['ci' ~ 'ty'] }}",
        "{% set name = 'city' %}{{ contact[name] }}",
        "{% set somebody = contact %}{{ somebody.city }}",
        "{{ contact | attr('city') }}",
        "{% include 'emails/' ~ city ~ '.html.j2' %}",
        "{% include ['emails/none.html.j2', 'emails/base.html.j2'] %}",
        "{% extends company %}",
        "{% macro line(contact) %}{{ contact.city }}{% endmacro %}{{ line(contact) }}",
    ],
)
def test_everything_may_be_read_where_only_a_run_would_tell(source: str) -> None:
    assert reads(source) is None


def test_subject_and_text_are_read_too() -> None:
    found = reads("{{ city }}", "{{ company }}", subject="{{ first_name }}, à bientôt")
    assert found == frozenset({"city", "company", "first_name"})
    assert reads("{{ city }}", subject="{{ contact }}") is None
