"""E-mails written in Markdown: the template is Markdown, what it prints is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random

import pytest
from markupsafe import escape
from naughty import NAUGHTY

from outreach.model.campaign import AudienceRule, Campaign
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Value
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Sender
from outreach.rendering import markdown
from outreach.rendering.context import Values, values_for
from outreach.rendering.email import render_parts
from outreach.rendering.jinja import Templates
from outreach.rendering.mime import NotMail
from outreach.rendering.missing import MissingValues

LAYOUT = "<title>{% block title %}T{% endblock %}</title>{% block content %}{% endblock %}<hr>"
SNIPPET = (
    "{% macro button(words, to) %}"
    '<table><tr><td><a href="{{ to }}">{{ words }}</a></table>{% endmacro %}'
)


def templates(
    source: str, more: Mapping[str, str] | None = None, language: str = "fr"
) -> Templates:
    sources = {"emails/layout.html.j2": LAYOUT, "emails/x.md.j2": source} | dict(more or {})
    return Templates(
        sources.__getitem__,
        fields=Catalogue().names,
        language=language,
        locale="fr_FR",
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


def html(source: str, more: Mapping[str, str] | None = None, **given: Value) -> str:
    """What stands in the block `content`."""
    page = templates(source, more).render("emails/x.md.j2", values(**given))
    return page.removeprefix("<title>T</title>").removesuffix("<hr>")


def test_a_message_is_read_as_markdown_and_put_into_the_layout() -> None:
    page = templates("# Bonjour {{ first_name }}\n\n**Le** [plan](https://a.example)\n")
    assert page.render("emails/x.md.j2", values(first_name="Anne")) == (
        "<title>T</title><h1>Bonjour Anne</h1>\n"
        '<p><strong>Le</strong> <a href="https://a.example">plan</a></p>\n<hr>'
    )


def test_its_head_chooses_the_layout_and_fills_its_blocks() -> None:
    other = {
        "own.html.j2": "<i>{% block title %}{% endblock %}</i>{% block content %}{% endblock %}"
    }
    source = '---\n# said to nobody\nlayout: own.html.j2\ntitle: "Pour {{ city }}"\n---\n\nOui.\n'
    room = templates(source, other)
    assert (
        room.render("emails/x.md.j2", values(city="A & B")) == "<i>Pour A &amp; B</i><p>Oui.</p>\n"
    )
    assert room.required("emails/x.md.j2") == {"city"}


def test_the_layout_of_the_language_comes_before_the_common_one() -> None:
    own = {"emails/layout-en.html.j2": "EN {% block content %}{% endblock %}"}
    assert templates("Yes.", own, "en").render("emails/x.md.j2", values()) == "EN <p>Yes.</p>\n"
    assert templates("Oui.", own, "fr").render("emails/x.md.j2", values()).startswith("<title>")


@pytest.mark.parametrize(
    "value",
    ["# 1", "**x**", "- x", "1. x", "    x", "[x](https://evil.example)", "a\n\nb\n===", "`x`",
     "<b>x</b>", "![x](https://evil.example/p.png)", "| a | b |", "https://evil.example", "&amp;",
     "\\*", "---"],
)  # fmt: skip
def test_a_value_is_a_text_and_never_markdown(value: str) -> None:
    """At the beginning of a line, in emphasis and in a list."""
    written = str(escape(value))
    assert html("{{ city }}\n\n**{{ city }}**\n\n- {{ city }}\n", city=value) == (
        f"<p>{written}</p>\n<p><strong>{written}</strong></p>\n<ul>\n<li>{written}</li>\n</ul>\n"
    )


def test_every_naughty_value_is_written_as_html_writes_it() -> None:
    """Escaped and nothing else, whatever Markdown would read into it."""
    room = templates("V{{ city }}F", {"a.html.j2": "<p>V{{ city }}F</p>\n"})
    for value in (text for text in NAUGHTY if markdown._OURS.search(text) is None):
        person = values(city=value)
        page = room.render("emails/x.md.j2", person)
        assert page == f"<title>T</title>{room.render('a.html.j2', person)}<hr>", value


PIECES = (
    "# ", "- ", "1. ", "> ", "    ", "\n", "\n\n", "**", "*", "_", "`", "```\n", "[a](", ")", "](",
    "https://a.example", "![", "<div>", "</div>", "<a href='", "'>", "</a>", "<!--", "-->", "&amp;",
    "|", "---\n", "===\n", "\\", "~~", "mot ", "{{ city }}", "{{ city }}", "{{ city }}",
    "{% if city %}- {{ city }}{% endif %}\n",
)  # fmt: skip


def test_no_value_changes_what_the_template_around_it_means() -> None:
    """Five hundred templates at random: the page is the same but for the value itself."""
    chance = Random(20270301)
    hostile = "\n# *QzX*](https://e.example) | `<b>` \n\n- 1. ![["
    for _ in range(500):
        room = templates("\n" + "".join(chance.choices(PIECES, k=chance.randrange(1, 25))))
        page = room.render("emails/x.md.j2", values(city=hostile))
        tame = room.render("emails/x.md.j2", values(city="QzY"))
        assert page.replace(str(escape(hostile)), "QzY") == tame


def test_what_an_expression_prints_is_no_markdown_even_where_the_template_wrote_it() -> None:
    assert html('{{ "**x**" }} {% if city %}**y**{% endif %}', city="z") == (
        "<p>**x** <strong>y</strong></p>\n"
    )


def test_conditions_stand_inside_lists_and_loops_inside_tables() -> None:
    source = (
        "- a\n{% if city %}\n- {{ city }}\n{% endif %}\n- c\n\n"
        "| n |\n|---|\n{% for one in tags %}\n| {{ one }} |\n{% endfor %}\n"
    )
    room = templates(source)
    names = {**values(city="Rennes").names, "tags": ("x|y", "*z*")}
    page = room.render("emails/x.md.j2", Values(names))
    assert "<li>a</li>\n<li>Rennes</li>\n<li>c</li>" in page
    assert "<td>x|y</td>\n</tr>\n<tr>\n<td>*z*</td>" in page


def test_a_link_holds_values() -> None:
    source = "[désabonner]({{ unsubscribe_url }}) [b](https://b.example/?c={{ city|urlencode }})"
    assert html(source, city="Le Mans") == (
        '<p><a href="https://atelier.example/u/abc">désabonner</a> '
        '<a href="https://b.example/?c=Le%20Mans">b</a></p>\n'
    )


def test_html_in_a_template_is_kept_and_javascript_is_not_followed() -> None:
    assert html('<b class="x">A</b> [x](javascript:alert)') == (
        '<p><b class="x">A</b> [x](javascript:alert)</p>\n'
    )


def test_snippets_are_html_or_markdown_with_values_of_their_own() -> None:
    """A macro that prints a table is no paragraph; included Markdown is as if written there."""
    more = {
        "snippets/b.html.j2": SNIPPET,
        "snippets/s.md.j2": "**{{ city }}**\n",
        "snippets/h.html.j2": "<div>{{ city }}\n\n- no list</div>\n",
    }
    source = (
        '{% from "snippets/b.html.j2" import button %}\nVu {% include "snippets/s.md.j2" %}, oui.\n'
        '\n{{ button("*Oui*", "https://a.example") }}\n\n'
        '{% include "snippets/h.html.j2" %}\n\nFin\n'
    )
    assert html(source, more, city="*R*") == (
        "<p>Vu <strong>*R*</strong>, oui.</p>\n"
        '<table><tr><td><a href="https://a.example">*Oui*</a></table>'
        "<div>*R*\n\n- no list</div>\n\n<p>Fin</p>\n"
    )
    assert templates(source, more).required("emails/x.md.j2") == {"city"}


def test_a_macro_and_a_set_written_in_markdown_are_markdown() -> None:
    source = (
        "{% macro hello(name) %}Bonjour *{{ name }}*{% endmacro %}\n"
        "{% set way %}**{{ city }}**{% endset %}\n{{ hello(city) }} et {{ way }}\n"
    )
    assert html(source, city="_R_") == ("<p>Bonjour <em>_R_</em> et <strong>_R_</strong></p>\n")


def test_an_html_message_may_include_markdown() -> None:
    more = {"m.html.j2": '<div>{% include "s.md.j2" %}</div>', "s.md.j2": "- {{ city }}\n"}
    assert templates("", more).render("m.html.j2", values(city="*R*")) == (
        "<div><ul>\n<li>*R*</li>\n</ul>\n</div>"
    )


def test_a_call_block_of_an_html_macro_holds_markdown() -> None:
    more = {"b.html.j2": "{% macro box() %}<div>{{ caller() }}</div>{% endmacro %}"}
    source = (
        '{% from "b.html.j2" import box %}\n{% call box() %}\n**{{ city }}**\n{% endcall %}\n\nFin'
    )
    assert html(source, more, city="R") == ("<div><p><strong>R</strong></p>\n</div>\n<p>Fin</p>\n")


def test_a_missing_value_stops_the_message_by_name() -> None:
    with pytest.raises(MissingValues) as stopped:
        html("{{ first_name }}, **{{ city }}**")
    assert stopped.value.names == ("first_name", "city")


def test_the_text_part_is_made_from_it() -> None:
    room = templates("Bonjour **{{ city }}**, [ici](https://a.example)\n\n- un\n- deux\n")
    content = render_parts(room, values(city="R"), subject="s", template="emails/x.md.j2")
    assert (
        content.text.text
        == ("Bonjour R, ici <https://a.example>\n\n  * un\n  * deux\n\n").rstrip() + "\n"
    )


def test_the_markdown_of_one_way_through_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand people, two ways through the template: two readings."""
    room = templates("*A* {{ first_name }}{% if city %} de **{{ city }}**{% endif %}\n")
    before = markdown._converted.cache_info().misses
    for number in range(1000):
        person = values(first_name=f"P{number}", city=f"C{number}" if number % 2 else None)
        room.render("emails/x.md.j2", person)
    assert markdown._converted.cache_info().misses - before == 2


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("---\ntitle: a\n\nb\n---\nx", 4, "between two lines --- stand layout:"),
        ("---\ntitle: a\ntitle: b\n---\nx", 3, "each once"),
        ("\n{% extends 'emails/layout.html.j2' %}", 2, "chooses its layout at its head"),
        ("---\npreheder: a\n---\nx", 2, "the layout has no block 'preheder'"),
        ("---\ntitle: {{ citty }}\n---\nx", 2, "nobody has a value named 'citty'"),
        ("---\ntitle: a\n---\n\n{{ citty }}", 5, "nobody has a value named 'citty'"),
        ("---\nlayout: none.html.j2\n---\nx", 1, "there is no template 'none.html.j2'"),
        ("a\n\n{% if city %}b", 3, "the template cannot be read"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_in_the_file(source: str, line: int, said: str) -> None:
    (problem,) = templates(source).problems("emails/x.md.j2")
    assert problem.where is not None
    assert (problem.where.file, problem.where.line) == ("templates/emails/x.md.j2", line)
    assert said in str(problem.what)


def test_a_layout_without_a_block_for_the_content_is_an_error() -> None:
    bare = {"emails/layout.html.j2": "<p>nothing</p>"}
    (problem,) = templates("x", bare).problems("emails/x.md.j2")
    assert str(problem.what) == "the layout has no block 'content': its text would never be shown"


def test_a_code_of_ours_in_a_value_is_refused_by_name() -> None:
    with pytest.raises(NotMail, match="a code that stands for no character"):
        html("{{ city }}", city="a\ufdd3b")
