"""Settings files: what they mean, and every mistake in them at once with its place."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import holidays
import jsonschema
import pytest
import yaml

from outreach.errors import Problems
from outreach.files.codes import COUNTRIES, CURRENCIES
from outreach.files.schemas import json_schema
from outreach.files.settings import (
    SecretMissing,
    parse_settings,
    read_settings,
    resolve_secret,
)
from outreach.files.workspace import samples_folder
from outreach.model.pressure import Pressure
from outreach.model.settings import (
    Compliance,
    Costs,
    DkimKey,
    First,
    Limits,
    Organisation,
    Security,
    Server,
    Settings,
    TeamMember,
)

FULL = """\
store: sqlite:///data/outreach.db      # or postgresql://user@host/base (psycopg)
organisation: {name: Atelier Brocéliande, address: "3 rue du Four, 35000 Rennes", privacy_url: "https://…"}
locale: fr_FR                          # how dates, numbers, money are read and printed
timezone: Europe/Paris
country: FR                            # holidays, phone numbers, law
currency: EUR
compliance: warn                       # warn | strict
unsubscribe_url: "https://…/u/{token}" # optional; the mailto form always exists
pressure: {min_days_between_touches: 7}   # optional; none by default
costs: {minute: 0.60, km: 0.45, stamp: 1.39}   # optional
team: {marie: {name: Marie Le Goff, hours_per_week: 20, calls_per_day: 25}}   # optional
senders:
  marie:
    from: "Marie Le Goff <marie@atelier.example>"
    reply_to: contact@atelier.example          # optional
    bounce: "bounce+{token}@atelier.example"   # optional, VERP
    smtp: {host: 127.0.0.1, port: 2525, security: none, connections: 8, user: env:U, password: env:P}
    limits: {per_second: 20, per_minute: 600, per_hour: 5000, per_day: 20000, per_domain_per_minute: 60, warm_up: {start: 50, growth: 20%}}
    dkim: {domain: atelier.example, selector: s1, key: file:…}
"""  # noqa: E501

FILE = Path("outreach.yaml")
SENDER = "senders:\n  m:\n    from: m@a.example\n"


def parsed(text: str) -> Settings:
    return parse_settings(text, FILE)


def told(text: str) -> list[str]:
    """Each error's first line; hints are asked for apart."""
    with pytest.raises(Problems) as caught:
        parsed(text)
    return [str(error).splitlines()[0] for error in caught.value.errors]


def hint(text: str) -> str:
    with pytest.raises(Problems) as caught:
        parsed(text)
    return str(caught.value.errors[0].hint)


def test_the_contracts_settings_mean_what_they_say(tmp_path: Path) -> None:
    settings = parse_settings(FULL, tmp_path / "outreach.yaml")

    assert settings.folder == tmp_path
    assert settings.store == "sqlite:///data/outreach.db"
    assert settings.organisation == Organisation(
        name="Atelier Brocéliande", address="3 rue du Four, 35000 Rennes", privacy_url="https://…"
    )
    assert (settings.locale, settings.timezone) == ("fr_FR", "Europe/Paris")
    assert (settings.country, settings.currency) == ("FR", "EUR")
    assert settings.compliance is Compliance.WARN
    assert settings.unsubscribe_url == "https://…/u/{token}"
    assert settings.pressure == Pressure(min_days_between_touches=7)
    assert settings.costs == Costs(
        minute=Decimal("0.60"), km=Decimal("0.45"), stamp=Decimal("1.39")
    )
    assert settings.team == {
        "marie": TeamMember(
            key="marie", name="Marie Le Goff", hours_per_week=Decimal(20), calls_per_day=25
        )
    }


def test_the_contracts_sender_means_what_it_says() -> None:
    marie = parsed(FULL).senders["marie"]

    assert (marie.name, marie.display_name) == ("marie", "Marie Le Goff")
    assert (marie.address, marie.reply_to) == ("marie@atelier.example", "contact@atelier.example")
    assert marie.bounce == "bounce+{token}@atelier.example"
    assert marie.servers == (
        Server(
            host="127.0.0.1",
            port=2525,
            security=Security.NONE,
            connections=8,
            user="env:U",
            password="env:P",
        ),
    )
    assert marie.limits == Limits(
        per_second=20,
        per_minute=600,
        per_hour=5000,
        per_day=20000,
        per_domain_per_minute=60,
        warm_up_start=50,
        warm_up_growth=Fraction(1, 5),
    )
    assert marie.dkim == (DkimKey(domain="atelier.example", selector="s1", key="file:…"),)


def test_what_is_not_said_has_a_default() -> None:
    settings = parsed("organisation: {name: Us}\n")
    assert settings.store == "sqlite:///data/outreach.db"
    assert (settings.locale, settings.timezone) == ("en_GB", "Europe/Paris")
    assert settings.pressure is None
    assert (settings.team, settings.senders) == ({}, {})


def test_a_list_of_servers_names_fallbacks_and_ports_follow_the_security(tmp_path: Path) -> None:
    text = SENDER + (
        "    smtp:\n      - {host: a.example, security: tls, ca_file: ca.pem}\n"
        "      - {host: b.example, security: starttls}\n      - {host: localhost, security: none}\n"
        "    dkim: [{domain: a.example, selector: s, key: env:K}]\n"
    )
    sender = parse_settings(text, tmp_path / "outreach.yaml").senders["m"]
    assert [(s.host, s.port, s.connections) for s in sender.servers] == [
        ("a.example", 465, 4),
        ("b.example", 587, 4),
        ("localhost", 25, 4),
    ]
    assert sender.servers[0].ca_file == tmp_path / "ca.pem"
    assert [key.selector for key in sender.dkim] == ["s"]


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("m@a.example", "", "m@a.example"),
        ("Marie <m@a.example>", "Marie", "m@a.example"),
        ('"Le Goff, Marie" <m@a.example>', "Le Goff, Marie", "m@a.example"),
        ("Le Goff, Marie <m@a.example>", "Le Goff, Marie", "m@a.example"),
        ("Hélène <helene@société.example>", "Hélène", "helene@xn--socit-esab.example"),
        ("Test <m@host.test>", "Test", "m@host.test"),
    ],
)
def test_a_sender_is_a_name_and_an_address(written: str, name: str, address: str) -> None:
    sender = parsed(f"senders: {{m: {{from: '{written}'}}}}\n").senders["m"]
    assert (sender.display_name, sender.address) == (name, address)


def test_all_mistakes_of_a_file_are_told_at_once_in_their_order() -> None:
    text = """\
store: mysql://x
organisation: {nam: x, privacy_url: ftp://x}
locale: fr_XX
timezone: Europe/Pari
country: FRA
currency: EURO
compliance: srict
unsubscribe_url: https://x.example/u
pressure: {min_days_between_touches: week}
costs: {minutes: 1}
speed_limits: off
team: {marie: {hours_per_week: 20h}}
senders:
  a:
    from: Marie
    reply_to: a@b@c
    bounce: x
    smtp: {host: smtp.x.example, port: 99999, security: none, user: me, password: hunter2}
    limits: {per_second: 0, per_hour: 1.5, warm_up: {start: 50}}
    dkim: {domain: x, selector: s, key: MIIE}
  b:
    smtp: [{host: 127.0.0.1, security: nne}, {host: x, security: tls, password: "env:"}]
  c: {from: a@b.example, smtp: []}
  d/e: {from: a@b.example}
"""
    assert told(text) == [
        "outreach.yaml:1:8: 'mysql://x' is not a store",
        "outreach.yaml:2:16: an organisation has no key 'nam'",
        "outreach.yaml:2:37: 'ftp://x' is not a web address",
        "outreach.yaml:3:9: 'fr_XX' is not a locale",
        "outreach.yaml:4:11: 'Europe/Pari' is not a time zone",
        "outreach.yaml:5:10: 'FRA' is not a country's code",
        "outreach.yaml:6:11: 'EURO' is not a currency's code",
        "outreach.yaml:7:13: 'srict' is not known here",
        "outreach.yaml:8:18: the address does not say whose it is",
        "outreach.yaml:9:38: 'week' is not a whole number",
        "outreach.yaml:10:9: costs has no key 'minutes'",
        "outreach.yaml:11:1: outreach.yaml has no key 'speed_limits'",
        "outreach.yaml:12:15: a team member needs the key 'name'",
        "outreach.yaml:12:32: '20h' is not a number",
        "outreach.yaml:15:11: 'Marie' is not an e-mail address",
        "outreach.yaml:16:15: 'a@b@c' is not an e-mail address",
        "outreach.yaml:17:13: 'x' is not an e-mail address",
        "outreach.yaml:18:40: 99999 is not a port",
        "outreach.yaml:18:57: `security: none` would send in clear to smtp.x.example",
        "outreach.yaml:18:83: a secret stands here in clear",
        "outreach.yaml:19:26: 0 is too slow to send anything",
        "outreach.yaml:19:39: '1.5' is not a whole number",
        "outreach.yaml:19:53: a warm-up needs the key 'growth'",
        "outreach.yaml:20:41: a secret stands here in clear",
        "outreach.yaml:22:5: a sender needs the key 'from'",
        "outreach.yaml:22:40: 'nne' is not known here",
        "outreach.yaml:22:81: a secret stands here in clear",
        "outreach.yaml:22:81: 'password' stands without 'user'",
        "outreach.yaml:23:32: this list is empty",
        "outreach.yaml:24:3: 'd/e' cannot be a name",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timezone: Europe/Pari\n", "did you mean 'Europe/Paris'?"),
        ("timezone: ../etc/passwd\n", "write it like Europe/Paris"),
        ("timezone: Europe\n", "did you mean 'Europe/Rome'?"),
        ("locale: french\n", "write it like fr_FR or en_GB"),
        ("compliance: Strict\n", "did you mean 'strict'?"),
        (
            "store: postgresql://me:secret@host/base\n",
            "leave it out and keep it in ~/.pgpass or in the variable PGPASSWORD",
        ),
        (
            "store: postgresql://host/base?user=me&password=secret\n",
            "leave it out and keep it in ~/.pgpass or in the variable PGPASSWORD",
        ),
        ("store: 'sqlite://'\n", "write sqlite:///data/outreach.db or postgresql://user@host/base"),
        (
            SENDER + "    smtp: {host: h, security: tls, user: u, password: pw}\n",
            "write env:NAME, file:PATH or keyring:NAME instead, and change the secret",
        ),
        (
            SENDER + "    smtp: {host: 192.168.1.9, security: none}\n",
            "use tls or starttls; none is for a server on this machine",
        ),
    ],
)
def test_a_mistake_has_a_hint(text: str, expected: str) -> None:
    assert hint(text) == expected


def test_a_secret_is_never_repeated_in_an_error() -> None:
    text = SENDER + "    smtp: {host: h, security: tls, user: u, password: hunter2}\n"
    with pytest.raises(Problems) as caught:
        parsed(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://me@h/b", "postgresql:///b", "sqlite:////var/x.db"])
def test_a_store_is_sqlite_or_postgresql(url: str) -> None:
    assert parsed(f"store: {url}\n").store == url


# --- secrets -----------------------------------------------------------------------------


def test_a_secret_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    assert resolve_secret("env:MAIL_PASSWORD", tmp_path) == "s3cret"


def test_a_secret_in_a_file_starts_at_the_settings_folder(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "s1.pem").write_text("-----BEGIN\nabc\n-----END\n")
    assert resolve_secret("file:keys/s1.pem", tmp_path) == "-----BEGIN\nabc\n-----END"


def test_a_login_in_clear_is_itself(tmp_path: Path) -> None:
    assert resolve_secret("marie@atelier.example", tmp_path) == "marie@atelier.example"


def test_a_missing_secret_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    with pytest.raises(SecretMissing) as caught:
        resolve_secret("env:MAIL_PASSWORD", tmp_path)
    assert str(caught.value) == (
        "the environment variable MAIL_PASSWORD is not set\n"
        "  set it before starting: export MAIL_PASSWORD=…"
    )
    with pytest.raises(SecretMissing, match=r"no\.pem cannot be read: No such file"):
        resolve_secret("file:no.pem", tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(SecretMissing, match="empty is empty"):
        resolve_secret("file:empty", tmp_path)


def test_a_keyring_that_cannot_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing):
        resolve_secret("keyring:surely-not-there", tmp_path)


# --- codes, schema, sample ---------------------------------------------------------------


def test_the_holidays_of_every_country_are_known() -> None:
    assert set(holidays.list_supported_countries()) >= COUNTRIES
    assert len(COUNTRIES) == 249
    assert {"EUR", "GBP", "CHF", "XPF", "MAD"} <= CURRENCIES


@pytest.mark.parametrize("text", [FULL, SENDER, "locale: fr_FR\n"])
def test_the_schema_accepts_what_the_reader_accepts(text: str) -> None:
    jsonschema.validate(yaml.safe_load(text), json_schema("settings"))


def test_the_sample_settings_are_good_and_fit_the_schema() -> None:
    file = samples_folder() / "outreach.yaml"
    assert read_settings(file).senders["marie"].servers[0].on_loopback
    jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), json_schema("settings"))


@pytest.mark.parametrize(
    "text",
    [
        "localle: fr_FR\n",
        "compliance: srict\n",
        SENDER + "    smtp: {host: h, security: nne}\n",
        SENDER + "    smtp: {host: h, security: tls, user: u, password: hunter2}\n",
    ],
)
def test_the_schema_refuses_what_an_editor_can_see(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), json_schema("settings"))


def test_every_key_of_the_schema_says_what_it_means() -> None:
    schema = json_schema("settings")
    for shape in (schema, *schema["$defs"].values()):
        for key, value in shape["properties"].items():
            assert value.get("description"), key


def test_limits_of_providers_pauses_and_who_goes_first_are_read() -> None:
    settings = parsed(
        "first: new_people\nregion: moselle\n"
        "provider_limits: {orange: {per_minute: 40, per_day: 2000}}\n"
        "senders:\n  m:\n    from: m@x.example\n    limits: {gap: 40-90}\n"
        "  p:\n    from: p@x.example\n    limits: {gap: 60}\n"
    )
    assert (settings.first, settings.region) == (First.NEW_PEOPLE, "57")
    assert settings.provider_limits == {"orange": Limits(per_minute=40, per_day=2000)}
    assert [sender.limits.gap for sender in settings.senders.values()] == [(40, 90), (60, 60)]


def test_provider_limits_are_off_or_what_is_known() -> None:
    assert parsed("provider_limits: off\n").provider_limits is None
    assert parsed("first: follow_ups\n").provider_limits == {}


@pytest.mark.parametrize("gap", ["90-40", "soon", "0"])
def test_a_pause_that_is_none_is_told(gap: str) -> None:
    with pytest.raises(Problems, match="is no pause"):
        parsed(f"senders:\n  m:\n    from: m@x.example\n    limits: {{gap: {gap}}}\n")


def test_a_team_and_a_pressure_state_what_they_hold() -> None:
    settings = parsed(
        """\
organisation: {name: Us}
team:
  ana: {name: Ana, calls_per_day: 9, visits_per_day: 2, hours_per_week: 7.5, days: "mon-wed"}
pressure: {most_touches_per_month: 3, channels: [email, call]}
"""
    )
    assert settings.team["ana"] == TeamMember(
        key="ana",
        name="Ana",
        calls_per_day=9,
        visits_per_day=2,
        hours_per_week=Decimal("7.5"),
        days=(0, 1, 2),
    )
    assert settings.pressure == Pressure(most_touches_per_month=3, channels=("email", "call"))
