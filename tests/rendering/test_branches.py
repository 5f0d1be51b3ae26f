"""Which branches a template takes for a person."""

from __future__ import annotations

import pytest

from outreach.rendering.branches import Branch
from outreach.rendering.context import MissingField, Values
from outreach.rendering.jinja import Templates

LAYOUT = "{% if tags %}T{% endif %}\n{% block body %}{% endblock %}\n"
MAIL = """\
{% extends "layout.html.j2" %}
{% block body %}
{% if city == "Rennes" %}here{% elif city %}{{ city }}{% else %}nowhere{% endif %}
{% for tag in tags %}{{ tag }}{% else %}none{% endfor %}
{% endblock %}
"""


@pytest.fixture
def templates() -> Templates:
    sources = {"layout.html.j2": LAYOUT, "mail.html.j2": MAIL}
    return Templates(
        lambda name: sources[name], fields=["city"], language="en", locale="en_GB", currency="EUR"
    )


def values(city: object, *tags: str) -> Values:
    return Values({"city": city or MissingField(name="city"), "tags": tags})


@pytest.mark.parametrize(
    ("city", "words"),
    [("Rennes", "if city == Rennes"), ("Nantes", "elif city")],
)
def test_the_branch_taken_is_named_with_the_line_of_its_if(
    templates: Templates, city: str, words: str
) -> None:
    taken = templates.branches().of("mail.html.j2", values(city))
    assert taken == {Branch("mail.html.j2", 3, 0, words)}


def test_the_else_of_a_for_is_no_branch_and_parents_count(templates: Templates) -> None:
    taken = templates.branches().of("mail.html.j2", values("Rennes", "vip"))
    assert [branch.file for branch in sorted(taken)] == ["layout.html.j2", "mail.html.j2"]


def test_a_subject_has_branches_too(templates: Templates) -> None:
    source = "{% if city %}From {{ city }}{% else %}Hello{% endif %}"
    taken = templates.branches().of_text(source, values(None))
    assert taken == {Branch("", 1, 0, "else")}


def test_what_cannot_be_rendered_took_the_branches_until_then(templates: Templates) -> None:
    source = "{% if not city %}{{ city }}{% endif %}"
    taken = templates.branches().of_text(source, values(None))
    assert taken == {Branch("", 1, 0, "if not city")}


def test_what_leaves_is_rendered_without_marks(templates: Templates) -> None:
    templates.branches().of("mail.html.j2", values("Nantes"))
    assert templates.render("mail.html.j2", values("Nantes")).strip() == "Nantesnone"
    assert not any("outreach" in text for text in templates.constants)
