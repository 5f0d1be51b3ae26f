"""What our environment prints is what Jinja's own sandbox prints, escapes and scopes included."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.model.field import Catalogue
from outreach.rendering.context import Values
from outreach.rendering.environment import escapes
from outreach.rendering.jinja import Templates

PARTS = {
    "item.html.j2": "{% set city = 'inner' %}{% set fresh = 1 %}{{ city }}",
    "macros.html.j2": "{% set city = 'macro' %}{% macro shout(x) %}<b>{{ x }}{{ city }}</b>"
    "{% endmacro %}",
    "base.html.j2": "{% set title = '<t>' %}[{% block a %}{{ city }}{% endblock %}]{{ title }}",
}
SOURCES = {
    "set, then an include that sets it too": "{% set city = 'A' %}{% include 'item.html.j2' %}"
    "{{ city }}{{ 'y' if fresh is defined else 'n' }}",
    "an include leaves what it did not set": "{{ city }}{% include 'item.html.j2' %}{{ city }}",
    "set on one branch only": "{% if vip %}{% set city = 'B' %}{% endif %}{{ city }}",
    "set in a loop stays there": "{% for x in 'ab' %}{% set city = x %}{{ city }}{% endfor %}"
    "{{ city }}",
    "a macro with and without context": "{% from 'macros.html.j2' import shout %}{{ shout(city) }}"
    "{% import 'macros.html.j2' as m with context %}{{ m.shout('&') }}{{ m.city }}",
    "a block that sets and calls super": "{% extends 'base.html.j2' %}{% set city = 'C' %}"
    "{% block a %}{% set city = 'D' %}{{ super() }}{{ city }}{{ title }}{% endblock %}",
    "a block set, filtered, marked safe": "{% set x %}<i>{{ odd }}</i>{% endset %}{{ x }}{{ odd }}"
    "{{ odd|safe }}{{ odd|e }}{{ odd|upper }}{% filter upper %}{{ odd }}{% endfilter %}",
    "volatile": "{% autoescape vip %}{{ odd }}{% endautoescape %}"
    "{% autoescape false %}{{ odd }}{% endautoescape %}",
    "parts of tables": "{{ table.name }}{{ table.items()|length }}{{ table['keys'] }}"
    "{{ table.get('name') }}",
    "numbers": "{{ 1 }}{{ count }}{{ 'a' ~ count }}{{ [1, odd] }}{{ true }}",
}
NAMES: dict[str, object] = {
    "city": "Rennes & <Alençon>", "vip": True, "odd": "<\"'&>", "count": 7,
    "table": {"name": "N'", "items": "hidden", "keys": "shown"},
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("file", ["page.html.j2", "page.txt.j2"])
def test_the_same_as_jinja_itself(name: str, file: str) -> None:
    sources = {**PARTS, file: SOURCES[name].replace("{{ true }}", "")}
    plain = ImmutableSandboxedEnvironment(
        loader=DictLoader(sources), autoescape=escapes, trim_blocks=True, lstrip_blocks=True
    )
    ours = Templates(
        sources.__getitem__,
        fields=Catalogue().names,
        language="fr",
        locale="fr_FR",
        currency="EUR",
    )
    for _ in range(2):  # nothing of the first person is left for the next
        for vip in (True, False):
            names = {**NAMES, "vip": vip}
            expected = plain.get_template(file).render(names)
            assert ours.render(file, Values(names)) == expected
