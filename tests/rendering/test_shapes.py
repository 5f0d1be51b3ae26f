"""A page finished once for all who share its shape equals each person's page finished alone."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from sample_people import NAMED, PEOPLE, sample_templates, template_of, values_of
from slow_mail import same_page, slow_html, slow_text

from outreach.model.field import Catalogue
from outreach.rendering import shapes
from outreach.rendering.jinja import Templates
from outreach.rendering.shapes import page

#: What people write into templates, with everything that may bear on styles or layout.
ZOO = {
    "classes.html.j2": "<style>.Rennes{color:red}.big{font-size:9px}</style>"
    "<p class='{{ city }}'>x</p><p class='{% if vip %}big{% else %}small{% endif %}'>y</p>"
    "<p {% if vip %}class=big{% endif %}>{{ last_name }}</p>",
    "rows.html.j2": "<style>tr:nth-child(2n) td{color:red}</style><table role=presentation>"
    "{% for word in (company or 'a b c').split(' ') %}<tr><td>{{ word }} {{ loop.index }}</td>"
    "</tr>{% endfor %}</table>",
    "first.html.j2": "<style>p:first-child{color:red} h1+p{color:blue}</style><div>"
    "{% if vip %}<h1>{{ city }}</h1>{% endif %}<p>{{ last_name }}</p></div>",
    "open.html.j2": "{% if website %}<a href='{{ website }}'>{% endif %}{{ last_name }}"
    "{% if website %}</a>{% endif %}",
    "unbalanced.html.j2": "<table role=presentation><tr>{% if vip %}<td class=a>{% else %}"
    "<td class=b>{% endif %}{{ city }}</td></tr></table><style>.a{color:red}</style>",
    "links.html.j2": "<a href=\"{{ website|default('https://a.example') }}\">"
    "{{ website|default('https://a.example') }}</a> <a href='{{ website|default('#') }}'>là</a>"
    " <a href='mailto:{{ email }}'>{{ email }}</a> <a href={{ unsubscribe_url }}>non</a>",
    "selected.html.j2": "<style>a[href*='rennes']{color:red}</style>"
    "<a href='https://{{ city|lower }}.example/'>x</a>",
    "styles.html.j2": "<style>p{color:{{ 'red' if vip else 'blue' }};width:{{ last_name|length }}"
    "px}</style><p style='height:{{ city|length }}px'>{{ city }}</p>",
    "pre.html.j2": "<pre>a  {{ company|default('b  c') }}\n d</pre>"
    "<p>{{ company|default('') }}</p>",
    "macros.html.j2": "{% from 'parts.html.j2' import button %}<style>.b{color:red}</style>"
    "{{ button('Oui, ' ~ last_name, 'https://a.example/?n=' ~ city) }}"
    "{{ button(city, unsubscribe_url) }}",
    "parts.html.j2": "{% macro button(label, url) %}<p><a class='b' href='{{ url }}'>{{ label }}"
    "</a></p>{% endmacro %}",
    "base.html.j2": "<style>b{color:red}</style><p>{% block a %}<b>{{ city }}</b> !{% endblock %}",
    "super.html.j2": "{% extends 'base.html.j2' %}{% block a %}Ici {{ super() }} là{% endblock %}",
    "set.html.j2": "{% set x %}<i>{{ last_name }}</i>&nbsp;{% endset %}<style>i{color:red}</style>"
    "<p>{{ x }}{{ x }}</p>{% filter upper %}<b>{{ city }}</b>{% endfilter %}",
    "include.html.j2": "<ul>{% for n in [city, last_name] %}{% include 'item.html.j2' %}"
    "{% endfor %}</ul><style>li{color:red}</style>",
    "item.html.j2": "<li>{{ n }} {{ 'et encore des mots ' * 9 }}</li>",
    "markup.html.j2": "<p>{{ ('<b title=\"' ~ city ~ '\">' ~ last_name ~ '</b> &amp; fils')|safe }}"
    "</p><p>{{ '<td>'|e }}</p><!-- {{ city }} --><style>b{color:red}</style>",
    "spaces.html.j2": "<p>  {{ company|default(' a  b ') }} , {{ '  ' }}{{ '' }}fin</p>"
    "<p>{{ '' if vip else city }}</p><p>a</p>",
    "title.html.j2": "<title>{{ last_name }}</title><img alt='{{ last_name }}' src='{{ website|"
    "default('x.png') }}'><textarea>{{ company|default('a  b') }}</textarea>",
}


def zoo() -> Templates:
    return Templates(
        ZOO.__getitem__,
        fields=(*Catalogue().names, "vip", "website"),
        language="fr",
        locale="fr_FR",
        currency="EUR",
    )


@pytest.mark.parametrize("name", [name for name in ZOO if name != "item.html.j2"])
def test_a_page_made_from_its_shape_is_the_page_made_alone(name: str) -> None:
    compare(zoo(), name)


@pytest.mark.parametrize("name", NAMED)
def test_the_samples_made_from_their_shapes_are_the_pages_made_alone(name: str) -> None:
    compare(sample_templates(name), template_of(name))


def compare(templates: Templates, name: str) -> None:
    for person in PEOPLE:
        values = values_of(person)
        alone = templates.render(name, values)
        html, text = page(templates.pieces(name, values), templates.constants)
        assert same_page(html.text, slow_html(alone)), (person, html.text)
        assert text.text == slow_text(alone), person


def test_nothing_is_inlined_again_for_the_next_person() -> None:
    """One shape for all whom the template takes the same way; a name adds none."""
    templates = sample_templates("newsletter")
    shapes._shape.cache_clear()
    for number in range(50):
        values = values_of({"civility": "Mme", "last_name": f"Le Goff {number}", "city": "Rennes"})
        page(templates.pieces("emails/newsletter.html.j2", values), templates.constants)
    assert shapes._shape.cache_info().misses == 1


@pytest.mark.parametrize("name", ["macros.html.j2", "classes.html.j2", "links.html.j2"])
def test_what_was_made_before_changes_nothing(name: str) -> None:
    """The same person gets the same page from a fresh process and after everybody else."""
    templates = zoo()
    made = [page(templates.pieces(name, values_of(p)), templates.constants) for p in PEOPLE]
    for kept in (shapes._shape, shapes._outlined, shapes._finished):
        kept.cache_clear()
    for person, before in reversed(list(zip(PEOPLE, made, strict=True))):
        fresh = zoo()
        after = page(fresh.pieces(name, values_of(person)), fresh.constants)
        assert [body.wires for body in after] == [body.wires for body in before]


def test_a_macro_that_prints_markup_makes_no_shape_of_its_own_for_everyone() -> None:
    templates = zoo()
    shapes._shape.cache_clear()
    for name, number in itertools.product(("macros.html.j2", "super.html.j2"), range(20)):
        values = values_of({"last_name": f"Le Goff {number}", "city": f"Ville{number}"})
        page(templates.pieces(name, values), templates.constants)
    assert shapes._shape.cache_info().misses == 2


def test_a_real_template_of_others_is_finished_as_it_would_be_alone(real_data: Path) -> None:
    source = real_data / "email-templates/leemunroe/email.html"
    text = source.read_text(encoding="utf-8").replace("Hi there", "Hi {{ last_name }}")
    templates = Templates(
        {"a.html.j2": text.replace("https://htmlemail.io", "https://{{ city }}.example/")}.get,
        fields=Catalogue().names, language="en", locale="en_GB", currency="EUR",
    )  # fmt: skip
    compare(templates, "a.html.j2")
