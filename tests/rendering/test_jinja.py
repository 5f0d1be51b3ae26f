"""Templates: strict, sandboxed, with errors that say where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from outreach.errors import Location, OutreachError
from outreach.model.campaign import AudienceRule, Campaign
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Value
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Sender
from outreach.rendering.context import Values, values_for
from outreach.rendering.inspection import TemplateSyntax, UnknownTemplate
from outreach.rendering.jinja import TemplateFailure, Templates
from outreach.rendering.missing import MissingValues

SAMPLES = Path(__file__).parents[2] / "templates"


def templates(sources: Mapping[str, str] | None = None, language: str = "fr") -> Templates:
    return Templates(
        dict(sources or {}).__getitem__,
        fields=Catalogue().names,
        language=language,
        locale={"fr": "fr_FR", "en": "en_GB"}[language],
        currency="EUR",
    )


def values(**given: Value) -> Values:
    return values_for(
        Contact(ContactId(7), given),
        Catalogue().names,
        organisation=Organisation(name="Atelier", address="3 rue du Four, 35000 Rennes"),
        sender=Sender(name="marie", display_name="Marie", address="marie@atelier.example"),
        campaign=Campaign(name="c", audience=AudienceRule(where="true"), steps=()),
        today=date(2027, 3, 1),
        unsubscribe_url="https://atelier.example/u/abc",
    )


def write(source: str, language: str = "fr", **given: Value) -> str:
    return templates(language=language).render_text(source, values(**given))


def said(problems: list[OutreachError]) -> list[str]:
    return [str(problem) for problem in problems]


def test_html_is_escaped_text_and_subjects_are_not() -> None:
    room = templates({"a.html.j2": "{{ city }}", "a.txt.j2": "{{ city }}", "a.html": "{{ city }}"})
    person = values(city="<b> & Co")
    assert room.render("a.html.j2", person) == "&lt;b&gt; &amp; Co"
    assert room.render("a.html", person) == "&lt;b&gt; &amp; Co"
    assert room.render("a.txt.j2", person) == "<b> & Co"
    assert room.render_text("{{ city }}", person) == "<b> & Co"


@pytest.mark.parametrize(
    ("source", "language", "given", "expected"),
    [
        ("{{ last_order_on|date }}", "fr", date(2027, 3, 1), "1 mars 2027"),
        ("{{ last_order_on|date }}", "en", date(2027, 3, 1), "1 March 2027"),
        ("{{ last_order_on|date('EEEE d MMMM') }}", "fr", date(2027, 3, 20), "samedi 20 mars"),
        ("{{ last_order_on|date('short') }}", "fr", date(2027, 3, 1), "01/03/2027"),
        ("{{ '2027-03-01'|date }}", "fr", None, "1 mars 2027"),
        ("le {{ '2026-06-01'|date('ordinal') }}", "fr", None, "le 1er juin 2026"),
        ("le {{ '2026-06-11'|date('ordinal') }}", "fr", None, "le 11 juin 2026"),
        ("{{ '2027-03-01'|date('full ordinal') }}", "fr", None, "lundi 1er mars 2027"),
        ("{{ '2026-06-01'|date('ordinal') }}", "en", None, "1 June 2026"),
        ("{{ last_order_on|money }}", "fr", Decimal("1234.5"), "1\u202f234,50\u00a0€"),
        ("{{ last_order_on|money }}", "en", Decimal("1234.5"), "€1,234.50"),
        ("{{ last_order_on|number }}", "fr", Decimal("1234.5"), "1\u202f234,5"),
        ("{{ last_order_on|number(2) }}", "en", Decimal("1234.5"), "1,234.50"),
        ("{{ last_order_on }}", "fr", Decimal("1234.5"), "1\u202f234,5"),
        ("{{ last_order_on }}", "fr", 2027, "2027"),
        ("{{ last_order_on }}", "fr", True, "oui"),
        ("{{ 'portes OUVERTES'|upper_first }}", "fr", None, "Portes OUVERTES"),
    ],
)
def test_values_are_written_as_the_locale_writes_them(
    source: str, language: str, given: Value, expected: str
) -> None:
    assert write(source, language, last_order_on=given) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Alençon", "d'Alençon"), ("Rennes", "de Rennes"), ("Évreux", "d'Évreux"),
        ("Œting", "d'Œting"), ("Yvetot", "d'Yvetot"), ("Yonne", "de Yonne"),
        ("Hérouville", "d'Hérouville"), ("Houilles", "de Houilles"),
        ("Ouistreham", "de Ouistreham"), ("Le Mans", "du Mans"), ("Les Ulis", "des Ulis"),
        ("La Rochelle", "de La Rochelle"), ("L'Haÿ", "de L'Haÿ"), ("Lens", "de Lens"),
    ],
)  # fmt: skip
def test_de_elides_and_contracts_as_french_does(place: str, expected: str) -> None:
    assert write("{{ city|de }}", city=place) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 'atelier'|elide('le') }}", "l'atelier"),
        ("{{ 'Alice'|elide('que') }}", "qu'Alice"),
        ("{{ 'Le Mans'|elide('à') }}", "au Mans"),
        ("{{ 'Rennes'|elide('à') }}", "à Rennes"),
    ],
)
def test_other_small_words_elide_too(source: str, expected: str) -> None:
    assert write(source) == expected


@pytest.mark.parametrize(
    ("civility", "language", "salutation", "dear"),
    [
        ("Mme", "fr", "Madame Le Goff", "Chère Madame"),
        ("M.", "fr", "Monsieur Le Goff", "Cher Monsieur"),
        ("Dr", "fr", "Docteur Le Goff", "Cher Docteur"),
        (None, "fr", "Madame, Monsieur", "Madame, Monsieur"),
        ("Mme", "en", "Dear Ms Le Goff", "Dear Madam"),
        ("Mrs", "en", "Dear Mrs Le Goff", "Dear Madam"),
        ("M.", "en", "Dear Mr Le Goff", "Dear Sir"),
        (None, "en", "Dear Le Goff", "Dear Sir or Madam"),
    ],
)
def test_people_are_addressed_by_their_civility(
    civility: str | None, language: str, salutation: str, dear: str
) -> None:
    source = "{{ salutation(contact) }}|{{ contact|salutation }}|{{ contact|dear }}"
    written = write(source, language, civility=civility, last_name="Le Goff")
    assert written == f"{salutation}|{salutation}|{dear}"


def test_none_is_never_printed() -> None:
    with pytest.raises(TemplateFailure, match="None"):
        write("{{ none }}")


def test_a_template_extends_and_includes_others_below_the_folder() -> None:
    room = templates({
        "base.html.j2": "<p>{% block a %}{% endblock %}</p>{% include 'foot.html.j2' %}",
        "foot.html.j2": "{{ sender.name }}",
        "a.html.j2": "{% extends 'base.html.j2' %}{% block a %}{{ city }}{% endblock %}",
    })  # fmt: skip
    assert room.problems("a.html.j2") == []
    assert room.render("a.html.j2", values(city="Rennes")) == "<p>Rennes</p>Marie"
    assert room.variables("a.html.j2") == {"city"}


@pytest.mark.parametrize("path", ["/etc/passwd", "../outreach.yaml", "a/../../b", "C:\\x", "~/x"])
def test_no_template_is_read_from_outside_the_folder(path: str) -> None:
    room = Templates(
        lambda name: f"read {name}", fields=(), language="fr", locale="fr_FR", currency="EUR"
    )
    with pytest.raises(UnknownTemplate):
        room.render(path, values())
    with pytest.raises(UnknownTemplate):
        room.render_text("{% include '" + path.replace("\\", "\\\\") + "' %}", values())


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ tags.__class__.__base__.__subclasses__() }}",
        "{{ salutation.__globals__ }}",
        "{% for i in range(10000000) %}{% endfor %}",
        "{{ contact.update({'city': 'x'}) }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(source: str) -> None:
    with pytest.raises(TemplateFailure):
        write(source)


def test_nothing_in_a_template_depends_on_chance() -> None:
    problems = templates({"a.txt.j2": "{{ tags|random }}{{ lipsum() }}"}).problems("a.txt.j2")
    assert [str(problem.what) for problem in problems] == [
        "there is no filter 'random'",
        "nobody has a value named 'lipsum'",
    ]


def test_a_syntax_error_has_file_line_and_advice() -> None:
    room = templates({"emails/a.html.j2": "<p>\n{% if city %}\n{{ city }\n"})
    (problem,) = room.problems("emails/a.html.j2")
    assert isinstance(problem, TemplateSyntax)
    assert problem.where == Location("templates/emails/a.html.j2", 3)
    assert problem.hint is not None
    with pytest.raises(TemplateSyntax):
        room.render("emails/a.html.j2", values())


def test_check_names_everything_unknown_with_line_and_likely_word() -> None:
    room = templates({
        "a.html.j2": "{% extends 'base.html.j2' %}\n{% block a %}{{ frist_name }}\n"
        "{{ city|uper }}{{ sender.adress }}{{ contact.citty }}{% endblock %}\n"
        "{% include 'none.html.j2' %}",
        "base.html.j2": "\n\n{{ organisaton }}{% block a %}{% endblock %}",
    })  # fmt: skip
    assert said(room.problems("a.html.j2")) == [
        "templates/a.html.j2:2: nobody has a value named 'frist_name'\n"
        "  did you mean 'first_name'?",
        "templates/a.html.j2:3: there is no filter 'uper'\n  did you mean 'upper'?",
        "templates/a.html.j2:3: nobody has a value named 'sender.adress'\n"
        "  did you mean 'sender.address'?",
        "templates/a.html.j2:3: nobody has a value named 'contact.citty'\n"
        "  did you mean 'contact.city'?",
        "templates/base.html.j2:3: nobody has a value named 'organisaton'\n"
        "  did you mean 'organisation'?",
        "templates/a.html.j2:4: there is no template 'none.html.j2'\n"
        "  templates are named by their path below templates/, such as emails/welcome.html.j2",
    ]


def test_a_subject_is_checked_at_its_place_in_the_campaign() -> None:
    where = Location("campaigns/spring.yaml", 12, 14)
    problems = templates().text_problems("{{ frist_name }}", where=where)
    assert said(problems) == [
        "campaigns/spring.yaml:12:14: nobody has a value named 'frist_name'\n"
        "  did you mean 'first_name'?"
    ]
    (problem,) = templates().text_problems("{{ first_name", where=where)
    assert isinstance(problem, TemplateSyntax)
    assert problem.where == where


def test_names_a_template_sets_itself_are_known_in_it_and_in_what_it_reads() -> None:
    room = templates({
        "a.txt.j2": "{% set day = 'x' %}{% for tag in tags %}{{ tag }}{{ loop.index }}{% endfor %}"
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(day) }}{% include 'b.txt.j2' %}",
        "b.txt.j2": "{{ day }}",
    })  # fmt: skip
    assert room.problems("a.txt.j2") == []


def test_what_a_template_sets_outside_its_blocks_is_known_in_them() -> None:
    """An import above `{% block %}`, as people write it; a parameter of a macro stays its own."""
    room = templates({
        "a.html.j2": "{% extends 'base.html.j2' %}{% from 'm.html.j2' import m %}"
        "{% set day = 'lundi' %}{% macro n(x) %}{{ x }}{% endmacro %}"
        "{% block a %}{{ m(day) }} {{ n(1) }}{% endblock %}",
        "base.html.j2": "<p>{% block a %}{% endblock %}</p>",
        "m.html.j2": "{% macro m(y) %}<b>{{ y }}</b>{% endmacro %}",
    })  # fmt: skip
    assert room.problems("a.html.j2") == []
    assert room.render("a.html.j2", values()) == "<p><b>lundi</b> 1</p>"
    wrong = templates({"a.txt.j2": "{% macro n(x) %}{{ x }}{% endmacro %}"
                                   "{% block a %}{{ x }}{% endblock %}"})  # fmt: skip
    assert len(wrong.problems("a.txt.j2")) == 1


def test_templates_that_include_each_other_are_read_once() -> None:
    room = templates(
        {"a.txt.j2": "{% include 'b.txt.j2' %}", "b.txt.j2": "{% include 'a.txt.j2' %}"}
    )
    assert room.problems("a.txt.j2") == []
    with pytest.raises(TemplateFailure):
        room.render("a.txt.j2", values())


def test_a_failure_while_filling_in_has_file_and_line() -> None:
    room = templates({"a.txt.j2": "\n{% include 'b.txt.j2' %}", "b.txt.j2": "\n\n{{ city|date }}"})
    with pytest.raises(TemplateFailure) as caught:
        room.render("a.txt.j2", values(city="Rennes"))
    assert str(caught.value) == (
        "templates/b.txt.j2:3: a value cannot be written in this way: Rennes"
    )


def test_missing_values_of_a_whole_family_are_found_together() -> None:
    room = templates({"a.txt.j2": "{{ city }}{% include 'b.txt.j2' %}", "b.txt.j2": "{{ phone }}"})
    with pytest.raises(MissingValues) as caught:
        room.render("a.txt.j2", values())
    assert caught.value.names == ("city", "phone")


def test_required_fields_are_those_without_a_guard() -> None:
    room = templates({
        "a.txt.j2": "{{ first_name }}{{ contact.email }}{% if city %}{{ city|de }}{% endif %}"
        "{{ phone|default('-') }}{{ mobile or 'none' }}{{ source if source else '' }}"
        "{% if kind == 'customer' %}{% endif %}{{ salutation(contact) }}"
    })  # fmt: skip
    assert room.required("a.txt.j2") == {"first_name", "email", "kind"}
    assert room.variables("a.txt.j2") == {
        "first_name", "email", "city", "phone", "mobile", "source", "kind"
    }  # fmt: skip
    assert room.text_required("{{ first_name }}, {{ city|default('') }}") == {"first_name"}


def sample(path: str) -> str:
    return (SAMPLES / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(p.name for p in (SAMPLES / "emails").glob("*.j2")))
def test_every_sample_e_mail_checks_and_holds_back_nobody(path: str) -> None:
    language = "en" if "-en" in path else "fr"
    room = Templates(
        sample, fields=Catalogue().names, language=language,
        locale={"fr": "fr_FR", "en": "en_GB"}[language], currency="EUR",
    )  # fmt: skip
    assert room.problems(f"emails/{path}") == []
    assert room.required(f"emails/{path}") == frozenset()
    written = room.render(f"emails/{path}", values())
    assert "3 rue du Four" in written
    assert "https://atelier.example/u/abc" in written


@pytest.mark.parametrize("name", ["open-day.yaml", "open-day-en.yaml"])
def test_every_line_of_the_sample_guides_can_be_filled_for_anybody(name: str) -> None:
    guide = yaml.safe_load(sample(f"calls/{name}"))
    assert list(guide) == [
        "title", "introduction", "reach", "reason", "objective", "questions", "arguments",
        "objections", "positive_ending", "negative_ending", "notes",
    ]  # fmt: skip
    assert {objection["kind"] for objection in guide["objections"]} == {"pretext", "founded"}
    room = templates(language="en" if "-en" in name else "fr")
    for line in _lines(guide):
        assert room.text_problems(line) == []
        assert "{" not in room.render_text(line, values())


def _lines(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    children = node.values() if isinstance(node, dict) else node
    assert isinstance(children, list) or hasattr(children, "__iter__")
    return [line for child in children for line in _lines(child)]
