"""What a template sees of one person, and what it may do with a value that is missing."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.model.campaign import AudienceRule, Campaign
from outreach.model.contact import Contact
from outreach.model.field import Catalogue, Value
from outreach.model.ids import ContactId
from outreach.model.settings import Organisation, Sender
from outreach.rendering.context import Values, values_for
from outreach.rendering.jinja import Templates
from outreach.rendering.missing import MissingValues

CAMPAIGN = Campaign(
    name="open-day", title="Portes ouvertes", audience=AudienceRule(where="true"), steps=()
)
SENDER = Sender(name="marie", display_name="Marie Le Goff", address="marie@atelier.example")


def values(**given: Value) -> Values:
    return values_for(
        Contact(ContactId(7), given, frozenset({"vip", "rennes"})),
        Catalogue().names,
        organisation=Organisation(name="Atelier Brocéliande", address="3 rue du Four"),
        sender=SENDER,
        campaign=CAMPAIGN,
        today=date(2027, 3, 1),
        unsubscribe_url="https://atelier.example/u/abc",
    )


def write(source: str, **given: Value) -> str:
    templates = Templates(
        dict[str, str]().__getitem__,
        fields=Catalogue().names,
        language="fr",
        locale="fr_FR",
        currency="EUR",
    )
    return templates.render_text(source, values(**given))


def test_a_template_sees_the_fields_and_the_words_around_them() -> None:
    source = (
        "{{ first_name }}|{{ contact.city }}|{{ organisation.name }}|{{ sender.name }}|"
        "{{ campaign.title }}|{{ today }}|{{ unsubscribe_url }}|{{ tags|join(' ') }}"
    )
    assert write(source, first_name="Anne", city="Rennes") == (
        "Anne|Rennes|Atelier Brocéliande|Marie Le Goff|"
        "Portes ouvertes|1 mars 2027|https://atelier.example/u/abc|rennes vip"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% if city %}yes{% else %}no{% endif %}", "no"),
        ("{{ 'yes' if city is defined else 'no' }}", "no"),
        ("{{ city|default('your town') }}", "your town"),
        ("{{ city or 'your town' }}", "your town"),
        ("{% if not contact.city %}none{% endif %}", "none"),
    ],
)
def test_a_missing_value_may_be_asked_for_and_replaced(source: str, expected: str) -> None:
    assert write(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ city }}",
        "{{ contact.city }}",
        "{{ city ~ '!' }}",
        "{{ city|upper }}",
        "{{ city|de }}",
        "{{ city|upper_first }}",
        "{{ city|length }}",
        "{{ city.name }}",
        "{{ [city] }}",
        "{{ city|list }}",
        "{{ '%s'|format(city) }}",
        "{% if city == 'Rennes' %}x{% endif %}",
        "{% if 'Rennes' in city %}x{% endif %}",
        "{% for c in city %}x{% endfor %}",
        "{{ city|replace('a', 'b') }}",
        "{{ city|int }}",
        "{{ city|default(city) }}",
    ],
)
def test_a_missing_value_is_never_written_nor_computed_with(source: str) -> None:
    with pytest.raises(MissingValues) as caught:
        write(source)
    assert caught.value.names == ("city",)


@pytest.mark.parametrize(
    "source", ["{{ revenue|money }}", "{{ revenue|number }}", "{{ revenue + 1 }}"]
)
def test_a_missing_amount_is_never_zero(source: str) -> None:
    with pytest.raises(MissingValues, match="the value of revenue is missing"):
        write(source)


def test_all_missing_values_are_named_at_once_and_once_each() -> None:
    with pytest.raises(MissingValues) as caught:
        write(
            "{{ first_name }} {{ city }} {{ first_name }} {{ contact.phone }} {{ campaign.offer }}"
        )
    assert caught.value.names == ("first_name", "city", "phone", "campaign.offer")
    assert str(caught.value).startswith(
        "the values of first_name, city, phone, campaign.offer are missing"
    )
